"""The digits of many headers at once: their first bytes as a matrix, read part by part.

Where a number has one digit in some headers and two in others, all that follows stands one byte later in
those; a cursor per header keeps the place. Blocks of rows small enough for the processor's cache are read
one after the other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = dict[str, npt.NDArray[np.int16]]
Places = npt.NDArray[np.intp] | int
_Block = npt.NDArray[np.uint8]

_BLOCK_ROWS = 1 << 16
_ZERO = ord("0")
#: More wordings of day parts than any phone has.
_MAX_WORDS = 16
#: Longest day part that is read by its bytes.
MAX_WORD_BYTES = 8


class Part(NamedTuple):
    """A number or day part of a header: ``skip`` bytes after the part before it, ``least`` to ``most`` long.

    Only numbers vary in length, between one and two digits.
    """

    name: str
    skip: int
    least: int
    most: int


class DayParts(NamedTuple):
    """The wordings of a file's day parts, and which of them each header has."""

    words: list[str]
    code: npt.NDArray[np.intp]


def first_bytes(lines: pl.Series, width: int) -> pl.Series:
    """The first bytes of every line as ``Array(UInt8, width)``; shorter lines end in blanks."""
    short = (lines.str.len_bytes() < width).arg_true()
    if len(short):
        lines = lines.clone().scatter(short, lines.gather(short).str.pad_end(width))
    head = pl.col("line").cast(pl.Binary).bin.head(width).bin.reinterpret(dtype=pl.Array(pl.UInt8, width))
    return lines.alias("line").to_frame().lazy().select(head).collect(engine="streaming").to_series()


def read_numerals(
    heads: pl.Series, parts: tuple[Part, ...], optional_lead: tuple[int, int] | None
) -> tuple[Numbers, DayParts | None] | None:
    """Read the parts of headers that all match an expression made of these parts.

    Args:
        heads: lines that begin with a header.
        parts: in their order.
        optional_lead: the byte that headers begin with, and how many bytes may stand before it.

    Returns:
        Numbers by part, and the day parts where there are any; nothing when they are no words.
    """
    lead = optional_lead[1] if optional_lead else 0
    matrix = first_bytes(heads, lead + sum(part.skip + part.most for part in parts))
    numbers = {part.name: np.empty(len(heads), np.int16) for part in parts if part.name != "day_part"}
    packed = np.empty(len(heads), np.uint64) if any(part.name == "day_part" for part in parts) else None
    start = 0
    for chunk in matrix.get_chunks():
        for block in _blocks(chunk.to_numpy()):
            rows = slice(start, start + len(block))
            at: Places = 0
            if optional_lead:
                at = _settled((block[:, 0] != optional_lead[0]) * np.intp(lead))
            _read_block(
                block, at, parts, {name: column[rows] for name, column in numbers.items()}, packed, rows
            )
            start = rows.stop
    if packed is None:
        return numbers, None
    day_parts = _words(packed)
    return None if day_parts is None else (numbers, day_parts)


def _blocks(matrix: _Block) -> list[_Block]:
    return [matrix[start : start + _BLOCK_ROWS] for start in range(0, len(matrix), _BLOCK_ROWS)]


def _read_block(
    block: _Block,
    at: Places,
    parts: tuple[Part, ...],
    numbers: Numbers,
    packed: npt.NDArray[np.uint64] | None,
    rows: slice,
) -> None:
    for part in parts:
        at = at + part.skip
        if part.name == "day_part" and packed is not None:
            packed[rows] = _pack(block, at, part.most)
            at = at + part.most
        else:
            numbers[part.name][:], at = _number(block, at, part)


def _byte(block: _Block, at: Places) -> npt.NDArray[np.uint8]:
    if isinstance(at, int):
        return block[:, at]
    return block.ravel().take(at + np.arange(len(block)) * block.shape[1])


def _number(block: _Block, at: Places, part: Part) -> tuple[npt.NDArray[np.int16], Places]:
    value = _byte(block, at).astype(np.int16) - _ZERO
    for place in range(1, part.least):
        value = value * 10 + (_byte(block, at + place).astype(np.int16) - _ZERO)
    if part.most == part.least:
        return value, at + part.least
    digit = _byte(block, at + part.least) - np.uint8(_ZERO)
    is_longer = digit < 10
    return np.where(is_longer, value * 10 + digit, value), at + part.least + _settled(
        is_longer.astype(np.intp)
    )


def _settled(places: npt.NDArray[np.intp]) -> Places:
    """One number where all rows agree: their bytes then are a plain column of the block."""
    first = int(places[0])
    return first if (places == first).all() else places


def _pack(block: _Block, at: Places, width: int) -> npt.NDArray[np.uint64]:
    """The bytes of a short word as one number."""
    packed = np.zeros(len(block), np.uint64)
    for place in range(width):
        packed |= _byte(block, at + place).astype(np.uint64) << np.uint64(8 * place)
    return packed


def _words(packed: npt.NDArray[np.uint64]) -> DayParts | None:
    """Number the few distinct words; nothing when they are many or cut within a character."""
    code = np.zeros(len(packed), np.intp)
    values: list[int] = []
    is_left = np.ones(len(packed), np.bool_)
    while is_left.any():
        if len(values) == _MAX_WORDS:
            return None
        value = packed[is_left.argmax()]
        same = packed == value
        code[same] = len(values)
        values.append(int(value))
        is_left &= ~same
    try:
        words = [value.to_bytes(MAX_WORD_BYTES, "little").rstrip(b"\x00").decode() for value in values]
    except UnicodeDecodeError:
        return None
    return DayParts(words, code)
