"""Lines of a file -> its headers: which lines begin a message, their numbers, and what follows."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.config import DateOrder
from schemas.errors import FileRefused
from tasks.parse.dates import RULES, Dated, read_dates, seconds_of_day
from tasks.parse.layout import BLANKS, DIGITS, MARKS, Layout, detect, header_like
from warehouse.reference.markers import day_part_language, day_parts

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
    author: pl.Series  # what stands before the first ": "; the whole line where there is none
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
    is_header, shape, is_fixed = _header_lines(lines, layout)
    numbers, day_part, author, body = _take_apart(lines.filter(is_header), layout, shape, is_fixed)
    dated, seconds = _times(numbers, day_part, layout, configured)
    possible = dated.is_possible & (seconds >= 0)
    if not possible.any():
        raise FileRefused("not_an_export", n_lines=len(lines))
    local_at = _instants(dated.days[possible], seconds[possible])
    line_index = is_header.arg_true().to_numpy().astype(np.int64)
    return Headers(
        layout=layout,
        line_index=line_index[possible],
        local_at=local_at,
        author=author if possible.all() else author.filter(pl.Series(possible)),
        body=body if possible.all() else body.filter(pl.Series(possible)),
        order=dated.order,
        basis=dated.basis,
        confidence=_confidence(lines, is_header, int(possible.sum())),
        language=_language(layout, day_part),
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


Numbers = dict[str, npt.NDArray[np.int64]]


class _Shape(NamedTuple):
    """How the headers of one file look alike: everything but digits and day parts is as in the first one.

    An expression without the choices that a layout leaves is matched several times faster.
    """

    fixed: str  # also the widths of the numbers are as in the first header
    places: dict[str, tuple[int, int | None]]  # start and length of each part under ``fixed``
    loose: str  # widths may vary; groups as those of the layout, then the author


def _header_lines(lines: pl.Series, layout: Layout) -> tuple[pl.Series, _Shape | None, bool]:
    """Which lines are headers, their common shape, and whether it holds with its widths.

    The cheap tests come first; the layout's own expression then only sees what is left.
    """
    shape = _shape(lines, layout)
    if shape is not None:
        for expression, is_fixed in ((shape.fixed, True), (shape.loose, False)):
            is_shaped = lines.str.contains(expression)
            if not lines.filter(~is_shaped).str.contains(layout.expression()).any():
                return is_shaped, shape, is_fixed
    return lines.str.contains(layout.expression()), None, False


def _shape(lines: pl.Series, layout: Layout) -> _Shape | None:
    """The shape of the first header near the head of the file."""
    if layout.digits != "european" or layout.frame == "colon":
        return None
    head_lines = lines.head(SAMPLE_LINES)
    first = next(iter(head_lines.filter(head_lines.str.contains(layout.expression())).head(1)), "")
    head = first.lstrip(_LEADING) if layout.frame == "bracket" else first
    match = re.match(layout.expression(), head)
    if match is None:
        return None
    spans = {name: match.span(number + 1) for number, name in enumerate(layout.groups())}
    year = "a" if layout.year_place == "first" else "c"
    start_of_line = f"^[{_LEADING}]?" if layout.frame == "bracket" else "^"
    fixed, loose, at = start_of_line, start_of_line, 0
    for name, (start, end) in sorted(spans.items(), key=lambda span: span[1]):
        between = re.escape(head[at:start])
        fixed += between + ("[^0-9\\]]" if name == "day_part" else "[0-9]") + f"{{{end - start}}}"
        loose += between + _loose_part(name, head[start:end], is_year=name == year)
        at = end
    ending = re.escape(head[at : match.end()])
    places: dict[str, tuple[int, int | None]] = {name: (at, end - at) for name, (at, end) in spans.items()}
    return _Shape(fixed + ending, {**places, "author": (match.end(), None)}, loose + ending)


def _loose_part(name: str, written: str, *, is_year: bool) -> str:
    """A number of one or two digits, a year or minute as long as it is, or a day part."""
    if name == "day_part":
        return r"([^0-9\]\s-]+)" if re.search(r"\s", written) is None else r"([^0-9\]-]+?)"
    varies = name in ("hour", "a", "b", "c") and not is_year
    return "([0-9]{1,2})" if varies else f"([0-9]{{{len(written)}}})"


def _take_apart(
    heads: pl.Series, layout: Layout, shape: _Shape | None, is_fixed: bool
) -> tuple[Numbers, pl.Series | None, pl.Series, pl.Series]:
    """Numbers, day part, author and body of every header."""
    if shape is None:
        parts = _by_groups(heads, layout, layout.expression())
    else:
        parts = _by_place(heads, layout, shape) if is_fixed else _by_groups(heads, layout, shape.loose)
    numeric = [name for name in layout.groups() if name != "day_part"]
    whole = parts.select(_as_number(pl.col(name), layout) for name in numeric)
    numbers = {name: whole[name].to_numpy().astype(np.int64) for name in numeric}
    day_part = parts["day_part"] if layout.day_part != "none" else None
    return numbers, day_part, parts["author"].str.strip_chars_start(_LEADING), parts["body"]


def _by_groups(heads: pl.Series, layout: Layout, expression: str) -> pl.DataFrame:
    """Places vary: the expression finds them, in what stands before the first ": " wherever it can."""
    names = layout.groups()
    if layout.frame == "colon":  # the header itself ends with ": "
        parts = heads.str.extract_groups(expression + "(.*)$").struct.rename_fields([*names, "rest"])
        author_body = pl.col("rest").str.splitn(": ", 2).struct.rename_fields(["author", "body"])
        return parts.struct.unnest().with_columns(author_body).unnest("rest")
    split = heads.str.splitn(": ", 2).struct.unnest()
    parts = split["field_0"].str.extract_groups(expression + "(.*)$").struct.rename_fields([*names, "author"])
    return parts.struct.unnest().with_columns(split["field_1"].alias("body"))


def _by_place(heads: pl.Series, layout: Layout, shape: _Shape) -> pl.DataFrame:
    """Cut every header at the same places, in what stands before the first ": "."""
    split = heads.str.splitn(": ", 2).struct.unnest()
    head = (
        pl.col("field_0").str.strip_chars_start(_LEADING) if layout.frame == "bracket" else pl.col("field_0")
    )
    return split.select(
        *(head.str.slice(start, length).alias(name) for name, (start, length) in shape.places.items()),
        pl.col("field_1").alias("body"),
    )


def _as_number(digits: pl.Expr, layout: Layout) -> pl.Expr:
    if layout.digits != "european":
        zero = ord(DIGITS[layout.digits][0])
        digits = digits.str.replace_many({chr(zero + n): str(n) for n in range(10)})
    return digits.cast(pl.Int32)


def _times(
    numbers: Numbers, day_part: pl.Series | None, layout: Layout, configured: DateOrder | None
) -> tuple[Dated, npt.NDArray[np.int64]]:
    dated = read_dates((numbers["a"], numbers["b"], numbers["c"]), layout, configured)
    rule = None if day_part is None else _rules(day_part)
    return dated, seconds_of_day(numbers["hour"], numbers["minute"], numbers.get("second"), rule)


def _plain(day_part: str) -> str:
    return re.sub(f"[{MARKS}{BLANKS}]", "", day_part).lower()


def _rules(day_part: pl.Series) -> npt.NDArray[np.int64]:
    """How each header's day part counts, as its place in ``RULES``; looked up once per wording."""
    written = day_part.unique().to_list()
    places = [RULES.index(day_parts().get(_plain(word), "none")) for word in written]
    return day_part.replace_strict(written, places, return_dtype=pl.Int64).to_numpy()


def _language(layout: Layout, day_part: pl.Series | None) -> str | None:
    """What joiner and day parts say about the phone's language."""
    if layout.joiner in _JOINER_LANGUAGES or day_part is None:
        return _JOINER_LANGUAGES.get(layout.joiner)
    spoken = {day_part_language().get(_plain(word)) for word in day_part.unique()} - {None}
    return min(spoken, key=str) if spoken else None


def _instants(days: npt.NDArray[np.int64], seconds: npt.NDArray[np.int64]) -> pl.Series:
    return pl.Series("local_at", (days * 86_400 + seconds) * 1_000_000).cast(pl.Datetime("us"))
