"""Lines of a file -> its headers: which lines begin a message, their numbers, and what follows."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.errors import FileRefused
from schemas.vocabulary import DateOrder
from tasks.parse.columns import Coded, coded
from tasks.parse.dates import RULES, Dated, Ints, read_dates, seconds_of_day
from tasks.parse.layout import BLANKS, DIGITS, MARKS, Layout, detect, header_like
from tasks.parse.numerals import MAX_WORD_BYTES, DayParts, Numbers, Part, read_numerals
from warehouse.reference.markers import day_part_language
from warehouse.reference.markers import day_parts as known_day_parts

#: Lines looked at to tell the layout: the head of the file, and as many spread over the rest.
SAMPLE_LINES = 600
#: Words between date and time that give the phone's language away.
_JOINER_LANGUAGES = {
    "à": "fr",
    "klo": "fi",
    "às": "pt",
    "a las": "es",
    "alle": "it",
    "alle ore": "it",
    "pukul": "id",
}
#: Direction marks that a line or an author may begin with.
_LEADING = "\u200e\u200f\ufeff"


class Headers(NamedTuple):
    """The headers of a file, in its order."""

    layout: Layout
    line_index: npt.NDArray[np.int64]  # of the header's line, from 0
    local_at: pl.Series  # Datetime("us"), the exporter's wall clock
    author: Coded  # what stands before the first ": "; the whole line where there is none
    body: pl.Series  # what follows it; NULL where there is none
    order: DateOrder
    basis: str
    confidence: float
    language: str | None  # that the header's own words give away


def find_headers(lines: pl.Series, configured: DateOrder | None) -> Headers:
    """Find the file's layout and all lines that begin with it.

    A line whose header is no possible date or time is no header: it stays part of the message above. A
    body that quotes lines of an export in the very same layout cannot be told apart: they are read as
    messages, and their dates are the only trace.

    Raises:
        FileRefused: ``not_an_export``, ``ambiguous_date_order``, ``unsupported_layout``.
    """
    layout = _layout(lines)
    is_header, heads = _find(lines, layout)
    dated, seconds = _times(heads, layout, configured)
    possible = dated.is_possible & (seconds >= 0)
    if not possible.any():
        raise FileRefused("not_an_export", n_lines=len(lines))
    local_at = _instants(dated.days[possible], seconds[possible])
    line_index = is_header.arg_true().to_numpy().astype(np.int64)
    return Headers(
        layout=layout,
        line_index=line_index[possible],
        local_at=local_at,
        author=Coded(heads.author.values, heads.author.code[possible]),
        body=heads.body if possible.all() else heads.body.filter(pl.Series(possible)),
        order=dated.order,
        basis=dated.basis,
        confidence=_confidence(lines, is_header, int(possible.sum())),
        language=_language(layout, heads.day_parts),
    )


def _layout(lines: pl.Series) -> Layout:
    """Detect from a sample; search the whole file only if the sample has no header."""
    layout = detect(_sample(lines).to_list())
    if layout is None:
        layout = detect(lines.filter(lines.str.contains(header_like())).head(SAMPLE_LINES).to_list())
    if layout is None:
        raise FileRefused("not_an_export", n_lines=len(lines))
    return layout


def _sample(lines: pl.Series) -> pl.Series:
    if len(lines) <= 2 * SAMPLE_LINES:
        return lines
    spread = lines.slice(SAMPLE_LINES).gather_every((len(lines) - SAMPLE_LINES) // SAMPLE_LINES)
    return pl.concat([lines.head(SAMPLE_LINES), spread])


def _confidence(lines: pl.Series, is_header: pl.Series, n_headers: int) -> float:
    """Share of header-like lines that the layout explains; the others are quotes or another layout."""
    others = int(lines.filter(~is_header).str.contains(header_like()).sum())
    impossible = int(is_header.sum()) - n_headers
    return n_headers / (n_headers + others + impossible)


class _Shape(NamedTuple):
    """How the headers of one file look alike: everything but digits and day parts is as in the first one.

    An expression without the choices that a layout leaves is matched several times faster.
    """

    expression: str  # day parts are as long as the first one
    loose: str  # day parts of any length; groups as those of the layout
    parts: tuple[Part, ...]
    ending: str  # between the last part and the author
    least_chars: int  # of a header up to its author


class _Heads(NamedTuple):
    """What the header lines say: numbers by part, day parts, what stands before the first ": " and after it."""

    numbers: Numbers
    day_parts: DayParts | None
    author: Coded
    body: pl.Series


def _find(lines: pl.Series, layout: Layout) -> tuple[pl.Series, _Heads]:
    """Which lines are headers, and what they say; by the most exact expression that misses none.

    The cheap tests come first; the layout's own expression then only sees what is left.
    """
    shape = _shape(lines, layout)
    if shape is not None:
        for expression, take_apart in ((shape.expression, _by_place), (shape.loose, _by_groups)):
            is_shaped = lines.str.contains(expression)
            if lines.filter(~is_shaped).str.contains(layout.expression()).any():
                continue
            heads = take_apart(lines.filter(is_shaped), layout, shape)
            if heads is not None:
                return is_shaped, heads
    is_header = lines.str.contains(layout.expression())
    return is_header, _by_groups(lines.filter(is_header), layout, None)


def _shape(lines: pl.Series, layout: Layout) -> _Shape | None:
    """The shape of the first header near the head of the file."""
    if layout.digits != "european" or layout.frame in ("colon", "space"):
        return None
    head_lines = lines.head(SAMPLE_LINES)
    first = next(iter(head_lines.filter(head_lines.str.contains(layout.expression())).head(1)), "")
    head = first.lstrip(_LEADING) if layout.frame == "bracket" else first
    match = re.match(layout.expression(), head)
    if match is None:
        return None
    spans = {name: match.span(number + 1) for number, name in enumerate(layout.groups())}
    year = "a" if layout.year_place == "first" else "c"
    exact = loose = f"^[{_LEADING}]?" if layout.frame == "bracket" else "^"
    at, parts = 0, list[Part]()
    for name, (start, end) in sorted(spans.items(), key=lambda span: span[1]):
        part = _part(name, head[at:start], head[start:end], is_year=name == year)
        between = re.escape(head[at:start])
        exact += between + _exactly(part, head[start:end])
        loose += between + _loosely(part, head[start:end])
        parts.append(part)
        at = end
    ending = head[at : match.end()]
    least_chars = match.end() - sum(end - start - part.least for part, (start, end) in _varying(parts, spans))
    return _Shape(exact + re.escape(ending), loose + re.escape(ending), tuple(parts), ending, least_chars)


def _varying(parts: list[Part], spans: dict[str, tuple[int, int]]) -> list[tuple[Part, tuple[int, int]]]:
    return [(part, spans[part.name]) for part in parts if part.least < part.most]


def _part(name: str, before: str, written: str, *, is_year: bool) -> Part:
    """A number of one or two digits, a year or minute as long as it is, or a day part."""
    width = len(written.encode())
    varies = name in ("hour", "a", "b", "c") and not is_year
    return Part(name, len(before.encode()), 1 if varies else width, 2 if varies else width)


def _exactly(part: Part, written: str) -> str:
    if part.name == "day_part":
        return f"[^0-9\\]-]{{{len(written)}}}"
    return f"[0-9]{{{part.least},{part.most}}}"


def _loosely(part: Part, written: str) -> str:
    if part.name == "day_part":
        return r"([^0-9\]\s-]+)" if re.search(r"\s", written) is None else r"([^0-9\]-]+?)"
    return f"([0-9]{{{part.least},{part.most}}})"


def _by_place(heads: pl.Series, layout: Layout, shape: _Shape) -> _Heads | None:
    """Read the digits where they stand; nothing when the day parts are not all of one length in bytes."""
    lead = (ord("["), len(_LEADING[0].encode())) if layout.frame == "bracket" else None
    if sum(part.most for part in shape.parts if part.name == "day_part") > MAX_WORD_BYTES:
        return None
    read = read_numerals(heads, shape.parts, lead)
    if read is None:
        return None
    numbers, day_parts = read
    if day_parts is not None and not all(_plain(word) in known_day_parts() for word in day_parts.words):
        return None
    front, body = _split(heads)
    cut = front.str.slice(shape.least_chars - len(shape.ending))
    return _Heads(numbers, day_parts, _after(coded(cut), shape.ending), body)


def _after(front: Coded, ending: str) -> Coded:
    """Authors behind the end of their header; before it are at most a few digits of a longer one."""
    values = front.values.str.splitn(ending, 2).struct.field("field_1")
    return Coded(values.str.strip_chars_start(_LEADING), front.code)


def _split(heads: pl.Series) -> tuple[pl.Series, pl.Series]:
    """What stands before and after the first ": "; in parts that fit the processor's cache."""
    lazy = heads.alias("head").to_frame().lazy().select(pl.col("head").str.splitn(": ", 2).struct.unnest())
    split = lazy.collect(engine="streaming")
    return split["field_0"], split["field_1"]


def _by_groups(heads: pl.Series, layout: Layout, shape: _Shape | None) -> _Heads:
    """Places vary: the expression finds them, in what stands before the first ": " wherever it can."""
    names = layout.groups()
    expression = (layout.expression() if shape is None else shape.loose) + "(.*)$"
    if layout.frame == "colon":  # the header itself ends with ": "
        groups = heads.str.extract_groups(expression).struct.rename_fields([*names, "rest"])
        parts = groups.struct.unnest()
        author, body = _split(parts["rest"])
    else:
        front, body = _split(heads)
        parts = front.str.extract_groups(expression).struct.rename_fields([*names, "rest"]).struct.unnest()
        author = parts["rest"]
    numeric = [name for name in names if name != "day_part"]
    whole = parts.select(_as_number(pl.col(name), layout) for name in numeric)
    numbers = {name: whole[name].to_numpy() for name in numeric}
    day_parts = None
    if layout.day_part != "none":
        words = coded(parts["day_part"])
        day_parts = DayParts(words.values.to_list(), words.code.astype(np.intp))
    return _Heads(numbers, day_parts, coded(author.str.strip_chars_start(_LEADING)), body)


def _as_number(digits: pl.Expr, layout: Layout) -> pl.Expr:
    if layout.digits != "european":
        zero = ord(DIGITS[layout.digits][0])
        digits = digits.str.replace_many({chr(zero + n): str(n) for n in range(10)})
    return digits.cast(pl.Int16)


def _times(heads: _Heads, layout: Layout, configured: DateOrder | None) -> tuple[Dated, Ints]:
    numbers = heads.numbers
    dated = read_dates((numbers["a"], numbers["b"], numbers["c"]), layout, configured)
    rule = None if heads.day_parts is None else _rules(heads.day_parts)
    return dated, seconds_of_day(numbers["hour"], numbers["minute"], numbers.get("second"), rule)


def _plain(day_part: str) -> str:
    return re.sub(f"[{MARKS}{BLANKS}]", "", day_part).lower()


def _rules(day_parts: DayParts) -> npt.NDArray[np.int8]:
    """How each header's day part counts, as its place in ``RULES``; looked up once per wording."""
    rules = [RULES.index(known_day_parts().get(_plain(word), "none")) for word in day_parts.words]
    return np.array(rules, np.int8)[day_parts.code]


def _language(layout: Layout, day_parts: DayParts | None) -> str | None:
    """What joiner and day parts say about the phone's language."""
    if layout.joiner in _JOINER_LANGUAGES or day_parts is None:
        return _JOINER_LANGUAGES.get(layout.joiner)
    spoken = {day_part_language().get(_plain(word)) for word in day_parts.words} - {None}
    return min(spoken, key=str) if spoken else None


def _instants(days: npt.NDArray[np.int64], seconds: npt.NDArray[np.int64]) -> pl.Series:
    return pl.Series("local_at", (days * 86_400 + seconds) * 1_000_000).cast(pl.Datetime("us"))
