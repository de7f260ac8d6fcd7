"""The grammar of header lines: a layout is a choice of parts, and one anchored expression follows from it.

    header    = marks  (bracket | dash | colon | semicolon | space) around  date joiner time
    date      = number separator number separator number [dot]       (which is which: see dates.py)
    joiner    = comma | space | a word such as "à", "klo" | " - "
    time      = [day part] hour separator minute [separator second] [day part]

Time-first headers swap date and time. Direction marks may stand anywhere between parts, any kind of
blank may stand for a space, digits may be European, Arabic-Indic, Persian or Devanagari. A layout is
strict about everything that is constant within one export (frame, separators, seconds, day part, length
of the year), so that a header quoted from another phone inside a body stays part of the body.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from warehouse.reference.markers import day_parts

Frame = Literal["bracket", "dash", "colon", "semicolon", "space"]

MARKS = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff"
BLANKS = " \u00a0\u2009\u202f\t"
DIGITS = {"european": "0-9", "arabic": "٠-٩", "persian": "۰-۹", "devanagari": "०-९"}
_M = f"[{MARKS}]*"
_S = f"[{BLANKS}]"
_GAP = f"[{MARKS}{BLANKS}]*"
_D = "[" + "".join(DIGITS.values()) + "]"
_SEPARATOR = rf"{_M}[/.\-]{_M}{_S}?"
#: A header with all its marks is shorter than this.
HEAD_SIGNS = 96
#: What every header holds; to ask for that first costs far less than to compile the expression of all headers.
DATE_LIKE = f"{_D}{_SEPARATOR}{_D}{{1,2}}{_SEPARATOR}{_D}"
_DATE = re.compile(DATE_LIKE)
_OTHER = f"[^{_D[1:-1]}]*"
_CLOCK = f"{_D}{{1,2}}{_M}[:.h]{_M}{_D}{{2}}(?:{_M}[:.]{_M}{_D}{{2}})?"
_END = r"[-\u2013\u2014\]:;]"
#: What every header is like whose date or whose time is first; day parts and the words between are left open.
DATE_FIRST = (
    f"^{_GAP}(?:\\[{_M})?{_D}{{1,4}}{_SEPARATOR}{_D}{{1,2}}{_SEPARATOR}{_D}{{1,4}}{_OTHER}{_CLOCK}"
    f"(?:{_END}|[^,{_D[1:-1]}].*{_END})"
)
TIME_FIRST = f"^({_OTHER}){_CLOCK}{_OTHER}{_D}{{0,3}}{DATE_LIKE}"
#: Words between date and time, as they are written; a new one is one entry.
_JOINER_WORDS = (
    "à",
    "às",
    "at",
    "um",
    "klo",
    "kl.",
    "kl",
    "a las",
    "om",
    "alle",
    "alle ore",
    "pukul",
    "jam",
    "-",
    "–",
)
_FRAMES: dict[Frame, tuple[str, str]] = {
    "bracket": (r"\[", rf"\]{_S}?"),
    "dash": ("", f"{_S}[-–—](?:{_S}|$)"),
    "colon": ("", f":{_S}"),
    "semicolon": ("", f";{_S}"),
    "space": ("", _S),
}


def _loose(wording: str) -> str:
    """A word of the phone in which blanks and marks may stand anywhere: ``p.m.`` also reads ``p. m.``."""
    return _GAP.join(re.escape(sign) for sign in wording if not sign.isspace())


@cache
def _known_words() -> tuple[tuple[str, str, str], ...]:
    """Wordings of day parts, the longest first; and without blanks and marks, in small letters and in capital ones
    where these say more."""
    words = sorted(day_parts(), key=len, reverse=True)
    bare = ((word, _bare(word).lower(), _bare(word).upper()) for word in words)
    return tuple((word, small, "" if capital.lower() == small else capital) for word, small, capital in bare)


def _bare(text: str) -> str:
    return re.sub(rf"[\s{MARKS}{BLANKS}]", "", text)


def words_in(text: str) -> tuple[str, ...]:
    """Wordings of day parts that may stand in a text; to compile an expression of all takes far longer."""
    text = _bare(text)
    small, capital = text.lower(), text.upper()
    return tuple(word for word, low, high in _known_words() if low in small or (high and high in capital))


@cache
def _day_part(among: tuple[str, ...] | None = None) -> str:
    words = [word for word, _, _ in _known_words()] if among is None else among
    return "(?i:" + "|".join(_loose(word) for word in words) + ")" if words else "(?!)"


@cache
def _joiner_word() -> str:
    return "|".join(re.escape(word) for word in sorted(_JOINER_WORDS, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Layout:
    """One way a phone writes the head of a message."""

    frame: Frame
    time_first: bool
    date_separator: str  # with its blank, as in ". "
    date_tail: str  # "." after the third number, or nothing
    year_place: Literal["first", "last"]
    year_digits: Literal[2, 4]
    joiner: str  # "," or "" (blanks only), or one of the words
    time_separator: str
    has_seconds: bool
    day_part: Literal["none", "before", "after"]
    digits: str

    @property
    def clock(self) -> str:
        return "24h" if self.day_part == "none" else "12h"

    @property
    def platform(self) -> str:
        """Phones of one make write brackets or end the header with a colon or a blank."""
        return "ios" if self.frame in ("bracket", "colon", "space") else "android"

    def expression(self, words: tuple[str, ...] | None = None) -> str:
        """An anchored expression in the dialect shared by Python and Polars; with all day parts, or some.

        Groups in order: the three numbers of the date, hour, minute, second (where there is one), day
        part (where there is one); for time-first layouts those of the time come first. It matches the
        header up to the author, direction marks included.
        """
        before, after = _FRAMES[self.frame]
        date, time = self._date(), self._time(words)
        first, second = (time, date) if self.time_first else (date, time)
        return f"^{_GAP}{before}{_M}{first}{self._joint()}{second}{_M}{after}{_M}"

    def _number(self, least: int, most: int) -> str:
        count = f"{{{least}}}" if least == most else f"{{{least},{most}}}"
        return f"([{DIGITS[self.digits]}]{count})"

    def _date(self) -> str:
        separator = _M + re.escape(self.date_separator.rstrip(BLANKS)) + _M
        separator += f"{_S}+" if self.date_separator[-1] in BLANKS else ""
        year = self._number(self.year_digits, self.year_digits)
        small = self._number(1, 2)
        numbers = (year, small, small) if self.year_place == "first" else (small, small, year)
        return separator.join(numbers) + re.escape(self.date_tail)

    def _time(self, words: tuple[str, ...] | None) -> str:
        separator = _M + re.escape(self.time_separator) + _M
        small, two = self._number(1, 2), self._number(2, 2)
        clock = separator.join((small, two, two) if self.has_seconds else (small, two))
        if self.day_part == "before":
            return f"({_day_part(words)}){_GAP}{clock}"
        return f"{clock}{_GAP}({_day_part(words)})" if self.day_part == "after" else clock

    def _joint(self) -> str:
        if self.joiner in (",", "،"):
            return f"{_M}{_S}*{re.escape(self.joiner)}{_GAP}"
        word = f"{re.escape(self.joiner)}{_S}+" if self.joiner else ""
        return f"{_M}{_S}+{_M}{word}{_M}"

    def groups(self) -> tuple[str, ...]:
        """Names of the groups of :meth:`expression`, in order."""
        time = ("hour", "minute", "second") if self.has_seconds else ("hour", "minute")
        if self.day_part != "none":
            time = ("day_part", *time) if self.day_part == "before" else (*time, "day_part")
        date = ("a", "b", "c")
        return (*time, *date) if self.time_first else (*date, *time)


@cache
def _any_header(time_first: bool, is_plain: bool = False, words: tuple[str, ...] | None = None) -> str:
    """Every combination of parts, with named groups; each repeated separator is checked afterwards.

    ``words``: the day parts, all of them or some. ``is_plain``: without day parts, which are most of the
    expression, and without a blank as a header's end, behind which a day part would be taken for a name.
    """
    date = (
        f"(?P<a>{_D}{{1,4}})(?P<s1>{_SEPARATOR})(?P<b>{_D}{{1,2}})(?P<s2>{_SEPARATOR})"
        f"(?P<c>{_D}{{1,4}})(?P<tail>\\.?)"
    )
    before = "" if is_plain else f"(?:(?P<before>{_day_part(words)}){_GAP})?"
    behind = "" if is_plain else f"(?:{_GAP}(?P<after>{_day_part(words)}))?"
    time = (
        f"{before}(?P<hour>{_D}{{1,2}}){_M}(?P<t1>[:.h]){_M}(?P<minute>{_D}{{2}})"
        f"(?:{_M}(?P<t2>[:.]){_M}(?P<second>{_D}{{2}}))?{behind}"
    )
    joint = f"(?:{_M}{_S}*(?P<comma>[,،]){_GAP}|{_M}{_S}+{_M}(?:(?P<word>{_joiner_word()}){_S}+)?{_M})"
    body = f"{time}{joint}{date}" if time_first else f"{date}{joint}{time}"
    end = "|".join(
        f"(?P<{frame}>{after})"
        for frame, (_, after) in _FRAMES.items()
        if frame in ("dash", "colon", "semicolon")
    )
    # A blank alone ends a header only behind seconds and before an author's colon.
    end += "" if is_plain else f"|(?P<space>{_S}[^:\\n]{{1,60}}:)"
    return f"^{_GAP}(?:(?P<open>\\[){_M})?{body}{_M}(?:(?P<bracket>\\]{_S}?)|{end})"


def header_like() -> str:
    """One expression that every layout's headers match."""
    return "|".join(re.sub(r"\?P<\w+>", "?:", _any_header(time_first)) for time_first in (False, True))


@cache
def _pattern(time_first: bool, is_plain: bool, words: tuple[str, ...]) -> re.Pattern[str]:
    """Compiled where a line asks for it: that takes a tenth of a second with all day parts."""
    return re.compile(_any_header(time_first, is_plain, words))


def layout_of(line: str) -> Layout | None:
    """The layout of one header line, or nothing when the line is none."""
    plain = _pattern(False, True, ()).match(line)
    if plain is not None:
        return _layout(plain, False)
    if _DATE.search(line) is None:
        return None
    words = words_in(line[:HEAD_SIGNS])
    for time_first in (False, True):
        match = _pattern(time_first, False, words).match(line)
        if match is not None:
            return _layout(match, time_first)
    return None


def _layout(match: re.Match[str], time_first: bool) -> Layout | None:
    found = match.groupdict()
    frame: Frame | None = next((name for name in _FRAMES if found.get(name)), None)
    separators = [_unmarked(found[name]) for name in ("s1", "s2")]
    digits = _script("".join(found[name] or "" for name in ("a", "b", "c", "hour", "minute", "second")))
    year_first, year_last = len(found["a"]) > 2, len(found["c"]) > 2
    consistent = (
        frame is not None
        and (frame == "bracket") == bool(found["open"])
        and separators[0] == separators[1]
        and digits is not None
        and len(found["a"]) != 3
        and len(found["c"]) in ((1, 2) if year_first else (2, 4))
        and not (year_first and year_last)
        and not (found.get("before") and found.get("after"))
        and (found["second"] is None or found["t1"] == found["t2"])
        and (frame != "space" or found["second"] is not None)
    )
    if not consistent or frame is None or digits is None:
        return None
    return Layout(
        frame=frame,
        time_first=time_first,
        date_separator=separators[0],
        date_tail=found["tail"],
        year_place="first" if year_first else "last",
        year_digits=4 if year_first or year_last else 2,
        joiner=found["comma"] or found["word"] or "",
        time_separator=found["t1"],
        has_seconds=found["second"] is not None,
        day_part="before" if found.get("before") else "after" if found.get("after") else "none",
        digits=digits,
    )


def _unmarked(separator: str) -> str:
    return re.sub(f"[{MARKS}]", "", separator)


def _script(number: str) -> str | None:
    for name, span in DIGITS.items():
        if all(span[0] <= sign <= span[2] for sign in number):
            return name
    return None


def detect(lines: Iterable[str]) -> Layout | None:
    """The layout of an export, from lines in the order of the file.

    An export begins with a header: the first line's layout is taken when it comes again, else the most
    frequent one. So a body that quotes many lines of another export does not outvote the file.
    """
    counts: Counter[Layout] = Counter()
    first: Layout | None = None
    for number, line in enumerate(lines):
        layout = layout_of(line)
        if layout is None:
            continue
        if layout == first:
            return first
        first = layout if number == 0 else first
        counts[layout] += 1
    return counts.most_common(1)[0][0] if counts else None
