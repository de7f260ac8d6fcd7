"""The report's fixed words and number formats."""

from __future__ import annotations

import datetime as dt
import unicodedata

MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

#: facet -> (English, Indonesian, what it looks at), in the order of the page.
FACET_WORDS = {
    "composite": (
        "Composite indices",
        "Indeks gabungan",
        "Several indicators on one scale, against the group's own first year.",
    ),
    "mechanical": (
        "Mechanical solidarity",
        "Solidaritas mekanik",
        "Likeness: shared ritual, symbols, language and joint activities.",
    ),
    "organic": (
        "Organic solidarity",
        "Solidaritas organik",
        "Interdependence: who does what, and who relies on whom.",
    ),
    "trust_and_aid": (
        "Trust and mutual aid",
        "Kepercayaan dan tolong-menolong",
        "Requests, answers, gifts, thanks and give-and-take.",
    ),
    "information_access": (
        "Access to information",
        "Akses informasi",
        "Whose questions are answered, and who tells the group things.",
    ),
    "social_action": (
        "Social action",
        "Aksi sosial",
        "Whether calls to act turn into action, and whether it lasts.",
    ),
    "belonging": ("Belonging", "Rasa memiliki", "How the group says ‘we’, and how it welcomes newcomers."),
    "bridging": ("Bridging", "Jembatan sosial", "Ties across regions of origin and years of entry."),
    "fragility": (
        "Individualism and fragility",
        "Individualisme dan kerapuhan",
        "Silence, inequality, isolation and dependence on a few.",
    ),
    "resilience": ("Resilience", "Ketahanan", "What a shock does, and how long the way back takes."),
    "membership": ("Membership", "Dinamika keanggotaan", "Who leaves and who stays active."),
    "empowerment": (
        "Empowerment",
        "Keberdayaan",
        "Opportunities, enterprise and learning shared in the group.",
    ),
}

DIRECTION_WORDS = {
    "+": "higher = more solidarity",
    "-": "lower = more solidarity",
    "type axis": "a position between mechanical and organic, not a level",
    "ambiguous": "neither direction is better",
    "0 = equal": "zero = equal",
}

#: Islamic months as Indonesia names them.
HIJRI_MONTHS = (
    "Muharram", "Safar", "Rabiulawal", "Rabiulakhir", "Jumadilawal", "Jumadilakhir", "Rajab", "Syakban", "Ramadan",
    "Syawal", "Zulkaidah", "Zulhijah",
)  # fmt: skip
HIJRI_MONTHS_SHORT = (
    "Muh", "Saf", "R.aw", "R.akh", "J.aw", "J.akh", "Raj", "Sya", "Ram", "Syw", "Zka", "Zhj",
)  # fmt: skip

STATUS_WORDS = {
    "ok": "enough evidence",
    "partial": "shown with care: part of the month was not observed, or membership is uncertain",
    "low_n": "too few cases for a number",
    "immature": "the observation window is still open",
    "truncated": "reaches back before the group's history begins",
    "no_coverage": "no export observes enough of the month",
    "not_applicable": "nothing to measure, or not computed yet",
    "suppressed": "hidden to protect members: too few people stand behind it",
}

#: trend words -> (sign shown, explanation)
TREND_WORDS = {
    "rising": ("↗", "rising"),
    "falling": ("↘", "falling"),
    "no clear change": ("→", "no clear change"),
    "indicative: rising": ("↗", "rising, indicative only"),
    "indicative: falling": ("↘", "falling, indicative only"),
    "indicative: no clear change": ("→", "no clear change, indicative only"),
    "no verdict: adjustment turns the sign": (
        "·",
        "no verdict: adjusting for what changed around the group turns the sign",
    ),
    "no verdict: variants disagree": ("·", "no verdict: variants of the index disagree"),
    "no verdict: stickers took the place of words": ("·", "no verdict: stickers took the place of words"),
    "too short to tell": ("·", "too short to tell"),
    "not tested": ("·", "not tested: too many months without full evidence"),
    "no values": ("·", "no month with full evidence"),
}

NOT_SHOWN_WORDS = STATUS_WORDS | {"not_computed": "not computed in this version"}

DO_NOT_CLAIM = (
    "that traces in a chat measure solidarity, sincerity, faith or trust: they show what was expressed",
    "causes: nothing was randomised, and shocks fall together with Ramadan, holidays and new rules",
    "that members who stay silent are individualists: reading leaves no trace",
    "that one group ranks above another: each index is measured against the group's own past",
    "that one kind of solidarity fell because the other rose",
    "anything about a single person: these figures are not for judging or disciplining anyone",
    "that replies are friendships: a tie is inferred from order and time",
    "counts from before the history shown here begins",
    "that a word count is a prevalence before the word list was checked by hand",
    "that action does or does not last, from fewer than five campaigns",
    "that what holds here holds for alumni at large",
    "that a request without an answer in the chat was refused or unseen",
    "a change of membership or silence without the range of how many were present",
    "a change that coincides with a change of the platform or of the exporting phone",
)


def month_name(month: dt.date) -> str:
    """``Jun 2024``, in the same words under every locale."""
    return f"{MONTH_NAMES[month.month - 1]} {month.year}"


def plain(text: object) -> str:
    """Text without control and direction marks, so that it cannot reorder what stands around it."""
    return "".join(sign for sign in str(text) if unicodedata.category(sign) not in ("Cc", "Cf"))


def is_share(unit: str) -> bool:
    """Whether values of the unit read best as percentages."""
    return unit.startswith("share")


def number(value: float | None, unit: str) -> str:
    """A value for people: percentages for shares, whole rupiah, else three significant digits."""
    if value is None:
        return "–"
    if is_share(unit):
        return f"{100 * value:.1f}\N{NO-BREAK SPACE}%"
    if unit.startswith("IDR"):
        return f"Rp {value:,.0f}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value else "0"


def count(value: float | None) -> str:
    """A numerator or denominator: whole where it is whole, else one decimal."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def _signed(slope: float) -> str:
    """Three significant digits with a sign, a minus that is one."""
    return f"{slope:+.3g}".replace("-", "\N{MINUS SIGN}")


def difference(value: float | None, unit: str) -> str:
    """A difference of two values: points for shares, else three significant digits, with its sign."""
    if value is None:
        return "–"
    if is_share(unit):
        return f"{_signed(100 * value)}\N{NO-BREAK SPACE}points"
    return _signed(value)


def slope_sentence(slope: float | None, low: float | None, high: float | None, unit: str) -> str:
    """The slope with its interval, per year, in words."""
    if slope is None:
        return "no slope"
    factor, noun = (1200, " points a year") if is_share(unit) else (12, " a year")
    text = f"{_signed(slope * factor)}{noun}"
    if low is None or high is None:
        return text
    return f"{text} (95\N{NO-BREAK SPACE}% interval {_signed(low * factor)} to {_signed(high * factor)})"
