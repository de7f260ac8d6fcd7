"""Amounts of money in a line of text.

Called once per distinct line of lists and gift notices, never per message. An amount that cannot be told for
certain (a range, slang with two meanings) is left out: no number is better than an invented one.
"""

from __future__ import annotations

import re

LOWEST, HIGHEST = 500.0, 1e9
CHECK_ABOVE = 5e7  # a person should look at gifts above this

_MULTIPLIERS = {
    "rb": 1e3,
    "ribu": 1e3,
    "rebu": 1e3,
    "k": 1e3,
    "jt": 1e6,
    "juta": 1e6,
    "m": 1e9,
    "miliar": 1e9,
}
_SLANG = {"seceng": 1e3, "noceng": 2e3, "goceng": 5e3, "ceban": 1e4, "goban": 5e4}
_AMBIGUOUS = ("gocap", "cepek")
_UNITS = {
    w: n
    for n, w in enumerate(["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"], 1)
}
_SPELLED_WORDS = (
    *_UNITS,
    "se",
    "sepuluh",
    "sebelas",
    "seratus",
    "seribu",
    "sejuta",
    "belas",
    "puluh",
    "ratus",
    "ribu",
    "rebu",
    "juta",
    "setengah",
)

_NUMBER = r"\d{1,3}(?:[.,]\d{3})+(?:,\d{2})?|\d+(?:[.,]\d+)?"
_AMOUNT = re.compile(
    rf"(?<![\w.,/+])(?P<sign>rp\.?\s*|idr\s*)?(?P<number>{_NUMBER})(?P<dash>,-)?"
    r"(?:\s*(?P<multiplier>rb|ribu|rebu|k|jt|juta|miliar|m)(?:an)?(?![a-z]))?(?P<after>\s*[a-z]*)"
)
_SLANG_WORD = re.compile(r"\b(" + "|".join((*_SLANG, *_AMBIGUOUS)) + r")\b")
_SPELLED = re.compile(r"\b(?:(?:" + "|".join(sorted(_SPELLED_WORDS, key=len, reverse=True)) + r")\b\s*)+")
_RANGE = re.compile(
    r"\d\s*(?:rb|ribu|k|jt|juta)?\s*(?:-|\x{2013}|s/?d|sampai)\s*(?:rp\.?\s*)?\d".replace(
        r"\x{2013}", "\u2013"
    )
)
_GOAL = re.compile(r"\b(?:target|kurang(?:nya)?|butuh|kebutuhan|sisa|perlu)\W*(?:\w+\W+)?$")
_VERB = re.compile(r"\b(?:transfer|tf|trf|kirim|donasi|infa[kq]|sedekah|shodaqoh)\b[^\d]*$")
_CLOCK = re.compile(r"\b(?:jam|pukul|pkl)\s*$")
_ACCOUNT = re.compile(
    r"\b(?:rek(?:ening)?|norek|bank|bsi|bri|bni|bca|mandiri|dana|ovo|gopay|a\.?n\.?)\b\W*(?:\w+\W+)?$"
)
_NOT_MONEY_BEFORE = re.compile(
    r"\b(?:tgl|tanggal|tahun|thn|angkatan|akt|juz|no|nomor|hal|surat|ayat|jam|pukul|pkl)\W*$"
)
_NOT_MONEY_AFTER = re.compile(
    r"^\s*(?:orang|org|pax|buah|pcs|kg|gram|gr|meter|km|cm|liter|lembar|jiwa|peserta|santri|anggota|hari|jam|menit|tahun|thn|bulan|kali|run|rak(?:aat)?|halaman|unit|box|dus|paket|porsi|wib|wita|x)\b"
)
_DATE = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\b\d{1,2}[.:]\d{2}\b(?!\d)")
TOTAL = re.compile(r"\b(?:total|jumlah|terkumpul|saldo|rekap|subtotal)\b", re.IGNORECASE)


def amounts(line: str, *, in_donation_context: bool) -> list[float]:
    """Amounts of IDR in a line, in their order; empty when there is none or it cannot be told.

    ``in_donation_context``: whether bare digits may be money (a line of a donation list, a gift notice).
    """
    text = line.lower().replace("\u00a0", " ")
    if _RANGE.search(_DATE.sub(" ", text)):
        return []
    found: list[tuple[int, int, float, bool]] = []
    blocked = [match.span() for match in _DATE.finditer(text)]
    for match in _AMOUNT.finditer(text):
        value = _digits(match, text, in_donation_context, blocked)
        if value is not None:
            found.append(
                (
                    match.start(),
                    match.end("multiplier") if match["multiplier"] else match.end("number"),
                    value,
                    False,
                )
            )
    found += [(m.start(), m.end(), _SLANG[m[1]], True) for m in _SLANG_WORD.finditer(text) if m[1] in _SLANG]
    for match in _SPELLED.finditer(text):
        value = spelled(match.group().split())
        if (
            value is not None
            and value >= 1000
            and not any(start < match.end() and match.start() < end for start, end, _, _ in found)
        ):
            found.append((match.start(), match.end(), value, True))
    return _without_echo(sorted(found), text)


def _without_echo(found: list[tuple[int, int, float, bool]], text: str) -> list[float]:
    """Values in order; an amount repeated in words right after its digits counts once; goals are no gifts."""
    values: list[float] = []
    previous: tuple[int, float] | None = None
    for start, end, value, in_words in found:
        echo = (
            in_words
            and previous is not None
            and previous[1] == value
            and len(text[previous[0] : start].strip(" (=/,.-")) == 0
        )
        previous = (end, value)
        if not echo and LOWEST <= value <= HIGHEST and not _GOAL.search(text[:start]):
            values.append(value)
    return values


def _digits(
    match: re.Match[str], text: str, in_context: bool, blocked: list[tuple[int, int]]
) -> float | None:
    sign, number, multiplier = match["sign"], match["number"], match["multiplier"]
    before, after = (
        text[: match.start()],
        text[match.end("multiplier") if multiplier else match.end("number") :],
    )
    if multiplier == "m" and not sign:
        return None
    explicit = bool(sign or multiplier)
    if not sign and (_NOT_MONEY_AFTER.match(after) or _NOT_MONEY_BEFORE.search(before)):
        return None
    if not explicit and any(start < match.end("number") and match.start() < end for start, end in blocked):
        return None
    value = _value(number, multiplier)
    if explicit:
        return value
    return value if in_context and _bare(number, before, value) else None


def _bare(number: str, before: str, value: float) -> bool:
    """Whether digits without sign or multiplier are money: see the rules of the catalogue, section 7."""
    digits = re.sub(r"\D", "", number)
    if (
        number.startswith("0")
        or len(digits) > 8
        or value < 1000
        or _CLOCK.search(before)
        or _ACCOUNT.search(before)
    ):
        return False
    if _VERB.search(before):
        return True
    return value % 500 == 0 and not (len(digits) == 4 and digits == number and 1900 <= value <= 2100)


def _value(number: str, multiplier: str | None) -> float:
    if multiplier and re.fullmatch(r"\d{1,3}[.,]\d{1,2}", number):
        base = float(number.replace(",", "."))
    else:
        whole = re.sub(r",\d{2}$", "", number) if re.search(r"[.,]\d{3},\d{2}$", number) else number
        base = float(re.sub(r"[.,](?=\d{3}(?:\D|$))", "", whole).replace(",", "."))
    return base * _MULTIPLIERS[multiplier] if multiplier else base


def spelled(words: list[str]) -> float | None:
    """The value of a number in words ('dua ratus lima puluh ribu'); None when the words make none."""
    total, group, unit, half = 0.0, 0.0, 0.0, 0.0
    words = [part for word in words for part in _unprefixed(word)]
    for word in words:
        if word in _UNITS:
            unit = float(_UNITS[word])
        elif word == "belas":
            group, unit = group + unit + 10, 0.0
        elif word in ("puluh", "ratus"):
            group, unit = group + (unit or 1.0) * (10 if word == "puluh" else 100), 0.0
        elif word == "setengah":
            half = 0.5
        elif word in ("ribu", "rebu", "juta"):
            scale = _MULTIPLIERS[word]
            total, group, unit, half = (
                total + ((group + unit) + half if (group + unit + half) else 1.0) * scale,
                0.0,
                0.0,
                0.0,
            )
    value = total + group + unit
    return value or None


def _unprefixed(word: str) -> list[str]:
    """'seratus' -> 'satu', 'ratus'."""
    stem = word.removeprefix("se")
    if word != stem and stem in ("belas", "puluh", "ratus", "ribu", "juta"):
        return ["satu", stem]
    return [word]
