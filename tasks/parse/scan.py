"""Headers read by their bytes, many lines at once.

Headers of nearly one width are read as :mod:`tasks.parse.padded` says. For all others a cursor per line walks
through the header, eight bytes of the line at hand: a line is a header when it has every byte that the
template asks for. Where a number has one digit in some headers and two in others, the cursors of those lines
are one byte apart from then on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.parse.buffer import SPAN_BYTES, WORD_BYTES, Bools, Buffer, Places, Words, in_blocks
from tasks.parse.layout import DIGITS
from tasks.parse.padded import plan_of, scan_padded
from tasks.parse.written import LEADING, DayParts, Number, Numbers, Scanned, Template


def scan(buffer: Buffer, starts: Places, template: Template) -> Scanned:
    """Find the lines, given by where they begin, that have a template's header."""
    n_within = int(np.searchsorted(starts, buffer.end))
    plan = plan_of(template)

    def scan_block(rows: slice, buffer: Buffer = buffer, at: int = 0) -> Scanned:
        if plan is None:
            return _scan_block(buffer, starts[rows] - at, rows.start, template)
        return scan_padded(buffer, starts[rows] - at, rows.start, plan, template.may_be_led)

    blocks = in_blocks(n_within, scan_block)
    if n_within < len(starts):  # the last lines, too near the end of a text that is not copied
        at = int(starts[n_within])
        last = scan_block(slice(n_within, len(starts)), buffer.tail(at), at)
        blocks.append(last._replace(author_at=last.author_at + at))
    names = [part.name for part in template.parts if isinstance(part, Number)]
    return Scanned(
        np.concatenate([block.row for block in blocks]),
        np.concatenate([block.author_at for block in blocks]),
        {name: np.concatenate([block.numbers[name] for block in blocks]) for name in names},
        DayParts(
            list(template.words),
            np.concatenate([block.day_parts.code for block in blocks if block.day_parts is not None]),
        )
        if template.words
        else None,
    )


def _scan_block(buffer: Buffer, starts: Places, first_row: int, template: Template) -> Scanned:
    cursor = _Cursor(buffer, starts, template.digits)
    if template.may_be_led:
        cursor.skip_mark()
    numbers: Numbers = {}
    code = np.zeros(len(starts), np.uint8)
    for part in template.parts:
        if isinstance(part, bytes):
            cursor.literal(part)
        elif part is None:
            code = cursor.one_of([word.encode() for word in template.words])
        else:
            numbers[part.name] = cursor.number(part)
    found = np.flatnonzero(cursor.is_match)
    return Scanned(
        found + first_row,
        cursor.at[found],
        {name: number[found] for name, number in numbers.items()},
        DayParts([], code[found].astype(np.intp)),
    )


class _Cursor:
    """A place in each of many lines; ``is_match`` says which have had all that was asked for so far.

    Steps of one width for all lines move ``_past`` alone; only where lines differ are their places moved.
    """

    def __init__(self, buffer: Buffer, at: Places, digits: str) -> None:
        zero = DIGITS[digits][0].encode()
        self._buffer = buffer
        self._lead, self._zero, self._width = zero[:-1], np.uint8(zero[-1]), len(zero)
        self._at = at
        self._past = 0  # bytes behind every cursor since its place
        self.is_match: Bools = np.ones(len(at), np.bool_)
        self._span = buffer.spans(at)
        self._used = 0  # bytes of the span that are behind

    @property
    def at(self) -> Places:
        """The place of each cursor."""
        return self._at + self._past

    def _need(self, n_bytes: int) -> None:
        if self._used + n_bytes > SPAN_BYTES:
            self._span = self._buffer.spans(self.at)
            self._used = 0

    def _skip(self, n_bytes: int) -> None:
        self._past += n_bytes
        self._used += n_bytes

    def _skip_each(self, n_bytes: npt.NDArray[np.uint8]) -> None:
        """As many bytes in each line as it says."""
        self._at = self._at + n_bytes
        self._used = SPAN_BYTES

    def _byte(self, place: int) -> npt.NDArray[np.uint8]:
        return self._span.view(np.uint8)[:, self._used + place]

    def _has(self, text: bytes) -> Bools:
        """Whether these bytes come next; they are in the span."""
        same, at = np.ones(len(self._at), np.bool_), self._used
        while text:
            word, place = divmod(at, WORD_BYTES)
            piece = text[: WORD_BYTES - place]
            same &= _holds(self._span[:, word], piece, place)
            text, at = text[len(piece) :], at + len(piece)
        return same

    def skip_mark(self) -> None:
        """Step over a direction mark where there is one."""
        is_led = np.zeros(len(self._at), np.bool_)
        for mark in LEADING:
            is_led |= self._has(mark.encode())
        if is_led.any():
            self._skip_each(is_led * np.uint8(len(LEADING[0].encode())))

    def literal(self, text: bytes) -> None:
        """Bytes that every header has."""
        for start in range(0, len(text), SPAN_BYTES):
            piece = text[start : start + SPAN_BYTES]
            self._need(len(piece))
            self.is_match &= self._has(piece)
            self._skip(len(piece))

    def one_of(self, texts: list[bytes]) -> npt.NDArray[np.uint8]:
        """The first of these that comes next, by its place among them; each fits a span."""
        code = np.full(len(self._at), len(texts), np.uint8)
        self._need(max(map(len, texts)))
        for number, text in enumerate(texts):
            code[(code == len(texts)) & self._has(text)] = number
        self.is_match &= code < len(texts)
        if len(set(map(len, texts))) == 1:
            self._skip(len(texts[0]))
        else:
            self._skip_each(np.array([*map(len, texts), 0], np.uint8)[code])
        return code

    def number(self, part: Number) -> npt.NDArray[np.int16]:
        """One to two digits, two or four."""
        if part.least < part.most:
            return self._one_or_two().astype(np.int16)
        value = self._two().astype(np.int16)
        return value if part.most == 2 else value * np.int16(100) + self._two()

    def _digit(self, place: int) -> tuple[npt.NDArray[np.uint8], Bools]:
        """The digit at a place, and whether there is one."""
        digit = self._byte((place + 1) * self._width - 1) - self._zero
        is_digit = digit < 10
        if self._lead:
            for number, byte in enumerate(self._lead):
                is_digit &= self._byte(place * self._width + number) == byte
        return digit, is_digit

    def _two(self) -> npt.NDArray[np.uint8]:
        self._need(2 * self._width)
        (tens, is_tens), (ones, is_ones) = self._digit(0), self._digit(1)
        self.is_match &= is_tens & is_ones
        self._skip(2 * self._width)
        return tens * np.uint8(10) + ones

    def _one_or_two(self) -> npt.NDArray[np.uint8]:
        self._need(2 * self._width)
        (first, is_first), (second, is_second) = self._digit(0), self._digit(1)
        self.is_match &= is_first
        if (is_second | ~self.is_match).all():  # whatever stands in lines that are no headers
            self._skip(2 * self._width)
            return first * np.uint8(10) + second
        width = np.uint8(self._width)
        self._skip_each(width + is_second * width)
        return np.where(is_second, first * np.uint8(10) + second, first)


def _holds(word: Words, text: bytes, place: int) -> Bools:
    """Whether these bytes stand at a place of each word and reach no further."""
    mask = np.uint64(((1 << 8 * len(text)) - 1) << 8 * place)
    same: Bools = (word & mask) == np.uint64(int.from_bytes(text, "little") << 8 * place)
    return same
