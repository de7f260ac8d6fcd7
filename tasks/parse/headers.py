"""Lines of a file -> its headers: which lines begin a message, their numbers, and what follows."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.config import DateOrder
from schemas.errors import FileRefused
from tasks.parse.dates import Dated, read_dates, seconds_of_day
from tasks.parse.layout import BLANKS, DIGITS, MARKS, Layout, detect, header_like
from warehouse.reference.markers import day_part_language, day_parts

#: Lines looked at to tell the layout: the head of the file, and as many spread over the rest.
SAMPLE_LINES = 600
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

    A line whose header is no possible date or time is no header: it stays part of the message above.

    Raises:
        FileRefused: ``not_an_export``, ``ambiguous_date_order``, ``unsupported_layout``.
    """
    layout = _layout(lines)
    is_header, shape = _header_lines(lines, layout)
    numbers, day_part, author, body = _take_apart(lines.filter(is_header), layout, shape)
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
    """All headers of a file have their parts at the same places."""

    expression: str
    places: dict[str, tuple[int, int | None]]  # start, length


def _header_lines(lines: pl.Series, layout: Layout) -> tuple[pl.Series, _Shape | None]:
    """Which lines are headers, and their one shape, if they have one.

    The cheap test for one shape comes first; the layout's own expression then only sees what is left.
    """
    shape = _shape(lines, layout)
    if shape is not None:
        is_shaped = lines.str.contains(shape.expression)
        if not lines.filter(~is_shaped).str.contains(layout.expression()).any():
            return is_shaped, shape
    return lines.str.contains(layout.expression()), None


def _shape(lines: pl.Series, layout: Layout) -> _Shape | None:
    """The shape of the first header: its digits may vary, everything else is as it is there."""
    if layout.digits != "european" or layout.frame == "colon":
        return None
    head_lines = lines.head(SAMPLE_LINES)
    first = next(iter(head_lines.filter(head_lines.str.contains(layout.expression())).head(1)), "")
    head = first.lstrip(_LEADING) if layout.frame == "bracket" else first
    match = re.match(layout.expression(), head)
    if match is None:
        return None
    spans = {name: match.span(number + 1) for number, name in enumerate(layout.groups())}
    expression, at = (f"^[{_LEADING}]?" if layout.frame == "bracket" else "^"), 0
    for name, (start, end) in sorted(spans.items(), key=lambda span: span[1]):
        sign = r"[^0-9\]]" if name == "day_part" else "[0-9]"
        expression += re.escape(head[at:start]) + f"{sign}{{{end - start}}}"
        at = end
    expression += re.escape(head[at : match.end()])
    places: dict[str, tuple[int, int | None]] = {
        name: (start, end - start) for name, (start, end) in spans.items()
    }
    return _Shape(expression, {**places, "author": (match.end(), None)})


def _take_apart(
    heads: pl.Series, layout: Layout, shape: _Shape | None
) -> tuple[Numbers, pl.Series | None, pl.Series, pl.Series]:
    """Numbers, day part, author and body of every header: by place if they have one shape, or by groups."""
    parts = _by_groups(heads, layout) if shape is None else _by_place(heads, layout, shape)
    numeric = [name for name in layout.groups() if name != "day_part"]
    whole = parts.select(_as_number(pl.col(name), layout) for name in numeric)
    numbers = {name: whole[name].to_numpy().astype(np.int64) for name in numeric}
    day_part = parts["day_part"] if layout.day_part != "none" else None
    return numbers, day_part, parts["author"].str.strip_chars_start(_LEADING), parts["body"]


def _by_groups(heads: pl.Series, layout: Layout) -> pl.DataFrame:
    parts = heads.str.extract_groups(layout.expression() + "(.*)$").struct.unnest()
    parts.columns = [*layout.groups(), "rest"]
    return parts.with_columns(
        pl.col("rest").str.splitn(": ", 2).struct.rename_fields(["author", "body"])
    ).unnest("rest")


def _by_place(heads: pl.Series, layout: Layout, shape: _Shape) -> pl.DataFrame:
    """No header holds ": ", so the line can be split before its header is cut off."""
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
    rule = None if day_part is None else _mapped(day_part, day_parts())
    return dated, seconds_of_day(numbers["hour"], numbers["minute"], numbers.get("second"), rule)


def _mapped(day_part: pl.Series, table: dict[str, str]) -> pl.Series:
    """Look the few distinct day parts of a file up."""
    written = day_part.unique().to_list()
    keys = [re.sub(f"[{MARKS}{BLANKS}]", "", word).lower() for word in written]
    return day_part.replace_strict(written, [table.get(key) for key in keys], return_dtype=pl.String)


def _language(layout: Layout, day_part: pl.Series | None) -> str | None:
    """What joiner and day parts say about the phone's language."""
    joiners = {
        "à": "fr",
        "klo": "fi",
        "às": "pt",
        "a las": "es",
        "alle": "it",
        "alle ore": "it",
        "pukul": "id",
    }
    if layout.joiner in joiners or day_part is None:
        return joiners.get(layout.joiner)
    return next(iter(_mapped(day_part, day_part_language()).drop_nulls().head(1)), None)


def _instants(days: npt.NDArray[np.int64], seconds: npt.NDArray[np.int64]) -> pl.Series:
    return pl.Series("local_at", (days * 86_400 + seconds) * 1_000_000).cast(pl.Datetime("us"))
