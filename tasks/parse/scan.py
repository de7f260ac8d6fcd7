"""Headers read by their bytes, many lines at once.

A template is one phone's header taken apart: bytes that are the same in every header, numbers, a day part.
A cursor per line walks through it, eight bytes of the line at hand: a line is a header when it has every
byte that the template asks for. Where a number has one digit in some headers and two in others, the cursors
of those lines are one byte apart from then on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.parse.buffer import SPAN_BYTES, WORD_BYTES, Bools, Buffer, Places, Words, in_blocks
from tasks.parse.layout import DIGITS, Layout

Numbers = dict[str, npt.NDArray[np.int16]]

#: Direction marks that a line or an author may begin with.
LEADING = "\u200e\u200f\ufeff"
#: A header longer than this is read by the layout's expression.
_MAX_BYTES = 256
_MAX_WORDS = 64


class Number(NamedTuple):
    """A number of ``least`` to ``most`` digits: one to two, two, or four."""

    name: str
    least: int
    most: int


#: Bytes that never change, numbers, and where a day part stands (None).
Parts = tuple[bytes | Number | None, ...]


class Template(NamedTuple):
    """A header up to the author: bytes that never change, numbers, and where a day part stands (None)."""

    parts: Parts
    words: tuple[str, ...]  # its wordings, the longest first
    digits: str
    may_be_led: bool  # by a direction mark


class DayParts(NamedTuple):
    """The wordings of a file's day parts, and which of them each header has."""

    words: list[str]
    code: npt.NDArray[np.intp]


class Scanned(NamedTuple):
    """Lines that are headers: which, where their author begins, and their numbers."""

    row: npt.NDArray[np.int64]
    author_at: Places  # a place of the text, in bytes
    author_char: npt.NDArray[np.int64]  # a place of the line, in signs
    numbers: Numbers
    day_parts: DayParts | None


def template_of(lines: Iterable[str], layout: Layout) -> Template | None:
    """The most frequent way in which these lines write a header of this layout.

    A number that has two digits in all of them is taken to be written with two.
    """
    pattern = re.compile(layout.expression())
    counts: Counter[Parts] = Counter()
    words: dict[Parts, set[str]] = {}
    short: dict[Parts, set[str]] = {}
    for line in lines:
        head = line.lstrip(LEADING) if layout.frame == "bracket" else line
        match = pattern.match(head)
        if match is None:
            continue
        parts, word, one_digit = _taken_apart(head, match, layout)
        counts[parts] += 1
        words.setdefault(parts, set()).update({word} if word else ())
        short.setdefault(parts, set()).update(one_digit)
    if not counts:
        return None
    parts = counts.most_common(1)[0][0]
    spelled = tuple(sorted(words[parts], key=lambda word: (-len(word.encode()), word)))
    length = sum(len(part) if isinstance(part, bytes) else 16 for part in parts)
    longest = max((len(word.encode()) for word in spelled), default=0)
    if length + longest > _MAX_BYTES or longest > SPAN_BYTES or len(spelled) > _MAX_WORDS:
        return None
    padded = tuple(
        part._replace(least=part.most) if isinstance(part, Number) and part.name not in short[parts] else part
        for part in parts
    )
    return Template(padded, spelled, layout.digits, layout.frame == "bracket")


def _taken_apart(head: str, match: re.Match[str], layout: Layout) -> tuple[Parts, str | None, list[str]]:
    """A header's parts, the wording of its day part, and the numbers that have one digit where two may be."""
    spans = {name: match.span(number + 1) for number, name in enumerate(layout.groups())}
    year = "a" if layout.year_place == "first" else "c"
    at, parts, word, one_digit = 0, list[bytes | Number | None](), None, list[str]()
    for name, (start, end) in sorted(spans.items(), key=lambda span: span[1]):
        if start > at:
            parts.append(head[at:start].encode())
        if name == "day_part":
            word = head[start:end]
            parts.append(None)
        else:
            varies = name in ("hour", "a", "b", "c") and name != year
            parts.append(Number(name, 1 if varies else end - start, 2 if varies else end - start))
            one_digit += [name] if varies and end - start == 1 else []
        at = end
    parts.append(head[at : match.end()].rstrip(LEADING).encode())
    return tuple(parts), word, one_digit


def scan(buffer: Buffer, starts: Places, template: Template) -> Scanned:
    """Find the lines, given by where they begin, that have a template's header."""
    n_within = int(np.searchsorted(starts, buffer.end))
    blocks = in_blocks(n_within, lambda rows: _scan_block(buffer, starts[rows], rows.start, template))
    names = [part.name for part in template.parts if isinstance(part, Number)]
    return Scanned(
        np.concatenate([block.row for block in blocks]),
        np.concatenate([block.author_at for block in blocks]),
        np.concatenate([block.author_char for block in blocks]),
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
        cursor.char[found],
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
        self._start = self._at = at
        self._past = 0  # bytes behind every cursor since its place
        self._more: Places | int = 0  # bytes beyond one a sign so far
        self.is_match: Bools = np.ones(len(at), np.bool_)
        self._span = buffer.spans(at)
        self._used = 0  # bytes of the span that are behind

    @property
    def at(self) -> Places:
        """The place of each cursor."""
        return self._at + self._past

    @property
    def char(self) -> Places:
        """How many signs of each line are behind its cursor."""
        passed: Places = self._at - self._start + (self._past - self._more)
        return passed

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
            width = len(LEADING[0].encode())
            self._skip_each(is_led * np.uint8(width))
            self._more = self._more + is_led * np.int64(width - 1)

    def literal(self, text: bytes) -> None:
        """Bytes that every header has."""
        for start in range(0, len(text), SPAN_BYTES):
            piece = text[start : start + SPAN_BYTES]
            self._need(len(piece))
            self.is_match &= self._has(piece)
            self._skip(len(piece))
        self._more = self._more + len(text) - len(text.decode())

    def one_of(self, texts: list[bytes]) -> npt.NDArray[np.uint8]:
        """The first of these that comes next, by its place among them; each fits a span."""
        code = np.full(len(self._at), len(texts), np.uint8)
        self._need(max(map(len, texts)))
        for number, text in enumerate(texts):
            code[(code == len(texts)) & self._has(text)] = number
        self.is_match &= code < len(texts)
        n_bytes, more = np.array([*map(len, texts), 0]), [len(text) - len(text.decode()) for text in texts]
        self._more = self._more + np.array([*more, 0], np.int64)[code] if any(more) else self._more
        if len(set(map(len, texts))) == 1:
            self._skip(len(texts[0]))
        else:
            self._skip_each(n_bytes.astype(np.uint8)[code])
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
        self._more = self._more + 2 * (self._width - 1)
        return tens * np.uint8(10) + ones

    def _one_or_two(self) -> npt.NDArray[np.uint8]:
        self._need(2 * self._width)
        (first, is_first), (second, is_second) = self._digit(0), self._digit(1)
        self.is_match &= is_first
        if self._lead:
            self._more = self._more + (self._width - 1) * (1 + is_second.astype(np.int64))
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
