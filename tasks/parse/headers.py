"""Lines of a file -> its headers: which lines begin a message, their numbers, and what follows."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.errors import FileRefused
from schemas.vocabulary import DateOrder
from tasks.parse.buffer import Buffer, Lines, Places, lines_of
from tasks.parse.columns import Coded, coded
from tasks.parse.dates import RULES, Dated, Ints, read_dates, seconds_of_day
from tasks.parse.encoding import Text
from tasks.parse.layout import (
    BLANKS,
    DATE_FIRST,
    DATE_LIKE,
    DIGITS,
    MARKS,
    TIME_FIRST,
    Layout,
    detect,
    header_like,
)
from tasks.parse.names import read_names
from tasks.parse.scan import scan
from tasks.parse.written import LEADING, DayParts, Scanned, template_of
from warehouse.reference.markers import day_part_language
from warehouse.reference.markers import day_parts as known_day_parts

#: Lines looked at to tell the layout: the head of the file, and as many spread over the rest.
SAMPLE_LINES = 600
#: Ways to write one layout (marks, wordings) that are looked for beyond the most frequent one.
_MAX_TEMPLATES = 6
#: So few lines are read by the layout's expression at once.
_FEW_LINES = 64
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


class Headers(NamedTuple):
    """The headers of a file, in its order, and what follows them."""

    layout: Layout
    line_index: npt.NDArray[np.int64]  # of the header's line, from 0
    local_at: pl.Series  # Datetime("us"), the exporter's wall clock
    author: Coded  # what stands before the first ": "; NULL where there is none
    buffer: Buffer
    body_at: Places  # where in the text begins what follows the author; the line where there is none
    line_end: Places  # and where its line ends
    starts: Places  # where each line of the text begins, headers or not
    ends: Places  # and ends
    order: DateOrder
    basis: str
    confidence: float
    language: str | None  # that the header's own words give away


def find_headers(text: Text, configured: DateOrder | None) -> Headers:
    """Find the file's layout and all lines that begin with it.

    A line whose header is no possible date or time is no header: it stays part of the message above. A
    body that quotes lines of an export in the very same layout cannot be told apart: they are read as
    messages, and their dates are the only trace.

    Raises:
        FileRefused: ``not_an_export``, ``ambiguous_date_order``, ``unsupported_layout``.
    """
    lines = lines_of(text.content)
    buffer, starts, ends = lines
    sample = _sample(lines).to_list()
    layout = _layout(lines, sample)
    found, n_others = _find(lines, sample, layout)
    dated, seconds = _times(found, layout, configured)
    possible = dated.is_possible & (seconds >= 0)
    n_possible = int(possible.sum())
    if not n_possible:
        raise FileRefused("not_an_export", n_lines=lines.n)
    rows, author_at = found.row, found.author_at
    if n_possible < len(rows):
        rows, author_at = rows[possible], author_at[possible]
        dated, seconds = dated._replace(days=dated.days[possible]), seconds[possible]
    line_end = ends[rows]
    author, n_bytes = _authors(buffer, author_at, line_end)
    return Headers(
        layout=layout,
        line_index=rows,
        local_at=_instants(dated.days, seconds),
        author=author,
        buffer=buffer,
        body_at=author_at + n_bytes,
        line_end=line_end,
        starts=starts,
        ends=ends,
        order=dated.order,
        basis=dated.basis,
        confidence=n_possible / (len(found.row) + n_others),
        language=_language(layout, found.day_parts),
    )


def _layout(lines: Lines, sample: list[str]) -> Layout:
    """Detect from a sample; search the whole file only if the sample has no header."""
    layout = detect(sample)
    if layout is None:
        every = lines.at(np.arange(lines.n))
        layout = detect(every.filter(every.str.contains(header_like())).head(SAMPLE_LINES).to_list())
    if layout is None:
        raise FileRefused("not_an_export", n_lines=lines.n)
    return layout


def _sample(lines: Lines) -> pl.Series:
    step = (lines.n - SAMPLE_LINES) // SAMPLE_LINES
    if lines.n <= 2 * SAMPLE_LINES:
        return lines.at(np.arange(lines.n))
    return lines.at(np.append(np.arange(SAMPLE_LINES), np.arange(SAMPLE_LINES, lines.n, step)))


def _find(lines: Lines, sample: list[str], layout: Layout) -> tuple[Scanned, int]:
    """The headers, and how many lines look like one of another layout: quotes from elsewhere.

    Nearly all headers of a file are written alike and read by their bytes; lines that are left and could be
    headers are few, and tried in the ways they are written, at last with the layout's own expression.
    """
    buffer, starts, ends = lines
    template = template_of(sample, layout)
    found = [] if template is None else [scan(buffer, starts, template)]
    is_left = np.ones(lines.n, np.bool_)
    for part in found:
        is_left[part.row] = False
    left = _may_begin(buffer, starts, np.flatnonzero(is_left))
    left_lines = lines.at(left)
    dated = left_lines.str.contains(DATE_LIKE).arg_true().to_numpy()
    # Without a colon behind the author a blank ends no header that would be known elsewhere.
    asked = np.arange(len(left)) if layout.frame == "space" else dated
    if len(asked):
        asked = asked[left_lines.gather(asked).str.contains(layout.expression()).to_numpy()]
    others = np.setdiff1d(dated, asked, assume_unique=True)
    n_others = _n_header_like(left_lines.gather(others))
    rows = left[asked]
    for _ in range(_MAX_TEMPLATES):
        template = template_of(lines.at(rows[:SAMPLE_LINES]), layout) if len(rows) > _FEW_LINES else None
        if template is None:
            break
        part = scan(buffer, starts[rows], template)
        found.append(part._replace(row=rows[part.row]))
        rows = np.delete(rows, part.row)
    if len(rows) or not found:
        found.append(_by_groups(lines.at(rows), rows, ends, layout))
    return _merged(found), n_others


def _may_begin(buffer: Buffer, starts: Places, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Those of some lines whose first four bytes may begin a header: a date, a time or a day part."""
    n_within = int(np.searchsorted(starts[rows], buffer.end))
    four = buffer.quads(starts[rows[:n_within]])
    first, second = four & np.uint32(0xFFFF), four >> np.uint32(16)
    may = _beginnings()[first] & ~(_numbered()[first] & _words()[second])
    return np.concatenate([rows[:n_within][may], rows[n_within:]])


_DIGIT_BYTES = range(ord("0"), ord("9") + 1)
_WIDE_BYTES = range(128, 256)  # of signs beyond ASCII, whatever they are


@cache
def _beginnings() -> npt.NDArray[np.bool_]:
    """By a line's first two bytes (as a number, little-endian): whether a header may begin with them.

    It begins with a digit of the date or time, a bracket, a blank, a mark, or a day part in any case.
    """
    may = np.zeros((256, 256), np.bool_)  # the second byte first
    blanks = [ord(blank) for blank in BLANKS if blank.isascii()]
    may[:, [*_WIDE_BYTES, *blanks, ord("[")]] = True
    may[np.ix_([*_DIGIT_BYTES, *_WIDE_BYTES, *b"/.-:h"], _DIGIT_BYTES)] = True
    for word in known_day_parts():
        first, second = ({sign.lower(), sign.upper()} for sign in (word[:1], word[1:2]))
        next_bytes = [*_DIGIT_BYTES, *_WIDE_BYTES, *blanks, *(sign.encode()[0] for sign in second if sign)]
        for sign in first:
            may[next_bytes, sign.encode()[0]] = True
    return may.reshape(-1)


@cache
def _numbered() -> npt.NDArray[np.bool_]:
    """By the first two bytes of a line: a digit and what may part numbers, as before an item of a list."""
    is_number = np.zeros((256, 256), np.bool_)
    is_number[np.ix_(list(b"/.-:h"), _DIGIT_BYTES)] = True
    return is_number.reshape(-1)


@cache
def _words() -> npt.NDArray[np.bool_]:
    """By the next two bytes: a blank and no digit, or neither a digit nor a blank: no number follows."""
    may = [*_DIGIT_BYTES, *_WIDE_BYTES]
    is_number = np.zeros((256, 256), np.bool_)
    is_number[:, may] = True
    for blank in (blank for blank in BLANKS if blank.isascii()):
        is_number[may, ord(blank)] = True
    return ~is_number.reshape(-1)


def _n_header_like(dated: pl.Series) -> int:
    """How many lines look like a header of any layout.

    To compile what all headers match takes longer than to read thousands of them: few lines with a date in
    them begin as a header does, with a number or a day part, and a time comes next.
    """
    led_by = dated.str.extract(TIME_FIRST).str.replace_all(rf"[{MARKS}{BLANKS}\[]", "").str.to_lowercase()
    is_time_first = led_by.is_in(["", *known_day_parts()]).fill_null(False)
    may_be = dated.filter(is_time_first | dated.str.contains(DATE_FIRST))
    return int(may_be.str.contains(header_like()).sum()) if len(may_be) else 0


def _merged(found: list[Scanned]) -> Scanned:
    """Headers found in several ways, in the order of the file."""
    if len(found) == 1:
        return found[0]
    words, codes = list[str](), list[npt.NDArray[np.intp]]()
    for part in found:
        if part.day_parts is not None:
            codes.append(part.day_parts.code + len(words))
            words += part.day_parts.words
    together = Scanned(
        np.concatenate([part.row for part in found]),
        np.concatenate([part.author_at for part in found]),
        {name: np.concatenate([part.numbers[name] for part in found]) for name in found[0].numbers},
        DayParts(words, np.concatenate(codes)) if codes else None,
    )
    if (np.diff(together.row) > 0).all():
        return together
    order = np.argsort(together.row, kind="stable")
    parts = together.day_parts
    return Scanned(
        together.row[order],
        together.author_at[order],
        {name: number[order] for name, number in together.numbers.items()},
        parts if parts is None else DayParts(parts.words, parts.code[order]),
    )


def _by_groups(heads: pl.Series, rows: npt.NDArray[np.int64], ends: Places, layout: Layout) -> Scanned:
    """Headers by the layout's expression, which allows marks and blanks anywhere."""
    names = layout.groups()
    groups = heads.str.extract_groups(layout.expression() + "(.*)$")
    parts = groups.struct.rename_fields([*names, "rest"]).struct.unnest()
    numeric = [name for name in names if name != "day_part"]
    whole = parts.select(_as_number(pl.col(name), layout) for name in numeric)
    day_parts = None
    if layout.day_part != "none":
        words = coded(parts["day_part"])
        day_parts = DayParts(words.values.to_list(), words.code.astype(np.intp))
    return Scanned(
        rows,
        ends[rows] - parts["rest"].str.len_bytes().to_numpy().astype(np.int64),
        {name: whole[name].to_numpy() for name in numeric},
        day_parts,
    )


def _as_number(digits: pl.Expr, layout: Layout) -> pl.Expr:
    if layout.digits != "european":
        zero = ord(DIGITS[layout.digits][0])
        digits = digits.str.replace_many({chr(zero + n): str(n) for n in range(10)})
    return digits.cast(pl.Int16)


def _authors(buffer: Buffer, at: Places, ends: Places) -> tuple[Coded, npt.NDArray[np.int64]]:
    """What stands before the first ": " behind each header, and how many bytes that and the ": " are."""
    code, names = read_names(buffer, at, ends)
    values = pl.Series(names, dtype=pl.String)
    left = np.flatnonzero(code < 0)
    if len(left):  # no ": " near the beginning, or none at all
        split = buffer.slices(at[left], ends[left]).str.splitn(": ", 2).struct.unnest()
        is_author = pl.col("field_1").is_not_null()
        author = coded(split.select(pl.when(is_author).then("field_0")).to_series())
        code[left] = author.code.astype(np.int32) + len(values)
        values = pl.concat([values, author.values.alias(values.name)], rechunk=True)
    n_bytes = (values.str.len_bytes().cast(pl.Int64) + len(": ")).fill_null(0).to_numpy()
    return Coded(values.str.strip_chars_start(LEADING), code.view(np.uint32)), n_bytes[code]


def _times(found: Scanned, layout: Layout, configured: DateOrder | None) -> tuple[Dated, Ints]:
    numbers = found.numbers
    dated = read_dates((numbers["a"], numbers["b"], numbers["c"]), layout, configured)
    rule = None if found.day_parts is None else _rules(found.day_parts)
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
