"""Headers of nearly one width read as rows of words, eight bytes at a time.

Most phones write their headers in European digits, with numbers of one or two digits and a day part, and
so the place of every byte follows once a zero is put before each digit that stands alone. Then one comparison
per word tells whether a line has all constant bytes, one more whether it has digits where they belong.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.parse.buffer import SPAN_BYTES, WORD_BYTES, Bools, Buffer, Places, Words
from tasks.parse.written import LEADING, DayParts, Number, Scanned, Template

_ZERO = ord("0")
#: Added to a digit's byte less "0" it sets the highest bit of all that are above nine.
_ABOVE_NINE = 0x80 - 10
_BYTE = np.uint64(8)


class _Bytes(NamedTuple):
    """Bytes at places of a row of words: ``value`` where ``mask`` is set, per word."""

    mask: list[int]
    value: list[int]

    def put(self, at: int, text: bytes, mask: int = 0xFF) -> None:
        for place, byte in enumerate(text, at):
            word, within = divmod(place, WORD_BYTES)
            self.mask[word] |= mask << 8 * within
            self.value[word] |= byte << 8 * within


class Plan(NamedTuple):
    """Where everything stands in a padded header."""

    constant: _Bytes
    digits: _Bytes
    numbers: dict[str, tuple[int, ...]]  # the places of each number's pairs of digits
    alone: tuple[int, ...]  # places of digits that may stand alone: before these a zero is put
    endings: tuple[_Bytes, ...]  # what may stand where the day part does; and all behind it if they differ
    widths: tuple[int, ...]  # of a header with each of these


def _nothing() -> _Bytes:
    n_words = SPAN_BYTES // WORD_BYTES
    return _Bytes([0] * n_words, [0] * n_words)


def plan_of(template: Template) -> Plan | None:
    """How to read headers of a template so; nothing where they are longer or otherwise written."""
    if template.digits != "european":
        return None
    constant, digits, numbers = _nothing(), _nothing(), dict[str, tuple[int, ...]]()
    alone, endings, at = list[int](), [_nothing()], 0
    widths: list[int] = []
    words = [word.encode() for word in template.words]
    for number, part in enumerate(template.parts):
        rest = template.parts[number + 1 :]
        if isinstance(part, bytes):
            size = len(part)
        elif isinstance(part, Number):
            size = part.most
        elif len({len(word) for word in words}) == 1:
            size = len(words[0])
        elif all(
            isinstance(after, bytes) for after in rest
        ):  # words of several lengths, and constants behind
            words = [
                b"".join([word, *(after for after in rest if isinstance(after, bytes))]) for word in words
            ]
            size = max(map(len, words))
        else:
            return None
        if at + size > SPAN_BYTES:
            return None
        if isinstance(part, bytes):
            constant.put(at, part)
        elif isinstance(part, Number):
            digits.put(at, bytes([_ZERO]) * size)
            numbers[part.name] = tuple(range(at, at + size, 2))
            alone += [at] if part.least < part.most else []
        else:
            endings = [_nothing() for _ in words]
            for ending, word in zip(endings, words, strict=True):
                ending.put(at, word)
            if len({len(word) for word in words}) > 1:
                widths = [at + len(word) for word in words]
                break
        at += size
    return Plan(constant, digits, numbers, tuple(alone), tuple(endings), tuple(widths or [at] * len(endings)))


def scan_padded(buffer: Buffer, starts: Places, first_row: int, plan: Plan, may_be_led: bool) -> Scanned:
    """Find the lines of a block, given by where they begin, that have a header."""
    spans, at = buffer.spans(starts), starts
    if may_be_led:
        led = np.flatnonzero(_is_led(spans[:, 0]))
        if len(led):
            at = at.copy()
            at[led] += len(LEADING[0].encode())
            spans[led] = buffer.spans(at[led])
    words = [np.ascontiguousarray(spans[:, number]) for number in range(-(-max(plan.widths) // WORD_BYTES))]
    n_short = np.zeros(len(starts), np.uint8)
    for place in plan.alone:
        n_short += _pad(words, place)
    wrong, values = _wrong(words, plan)
    code = np.zeros(len(starts), np.uint8)
    if len(plan.endings) > 1 or any(plan.endings[0].mask):
        code += np.uint8(len(plan.endings))
        for number in reversed(range(len(plan.endings))):
            code[_are(words, plan.endings[number])] = number
        wrong[code == len(plan.endings)] = 1
    found = np.flatnonzero(wrong == 0)
    code = code[found]
    return Scanned(
        found + first_row,
        at[found] + np.array(plan.widths, np.int64)[code] - n_short[found],
        {name: _number(values, places, found) for name, places in plan.numbers.items()},
        DayParts([], code.astype(np.intp)),
    )


def _is_led(word: Words) -> Bools:
    head = word & np.uint64(0xFFFFFF)
    is_led: Bools = np.isin(head, [np.uint64(int.from_bytes(mark.encode(), "little")) for mark in LEADING])
    return is_led


def _byte(words: list[Words], place: int) -> npt.NDArray[np.uint8]:
    word, within = divmod(place, WORD_BYTES)
    return words[word].view(np.uint8)[within::WORD_BYTES]


def _pad(words: list[Words], place: int) -> Bools:
    """Put a zero before the digit at a place wherever no other follows it; where that is."""
    is_short: Bools = (_byte(words, place) - np.uint8(_ZERO) < 10) & (
        _byte(words, place + 1) - np.uint8(_ZERO) >= 10
    )
    if not is_short.any():
        return is_short
    first, within = divmod(place, WORD_BYTES)
    low = np.uint64((1 << 8 * within) - 1)
    for number in reversed(range(first, len(words))):
        word = words[number]
        if number > first:
            moved = word << _BYTE
            moved |= words[number - 1] >> np.uint64(56)
        else:
            moved = (word & ~low) << _BYTE
            moved |= word & low
            moved |= np.uint64(_ZERO << 8 * within)
        np.copyto(word, moved, where=is_short)
    return is_short


def _wrong(words: list[Words], plan: Plan) -> tuple[Words, list[Words]]:
    """Not zero where a constant byte or a digit is missing; and the values of the digits."""
    wrong, values = np.zeros(len(words[0]), np.uint64), list[Words]()
    for number, word in enumerate(words):
        if plan.constant.mask[number]:
            wrong |= (word & np.uint64(plan.constant.mask[number])) ^ np.uint64(plan.constant.value[number])
        mask = plan.digits.mask[number]
        value = word & np.uint64(mask)
        if mask:
            value ^= np.uint64(plan.digits.value[number])
            above = value + np.uint64(mask // 0xFF * _ABOVE_NINE)  # what runs over is wrong already
            above |= value
            above &= np.uint64(mask // 0xFF * 0x80)
            wrong |= above
        values.append(value)
    return wrong, values


def _are(words: list[Words], text: _Bytes) -> Bools:
    same = np.ones(len(words[0]), np.bool_)
    for word, mask, value in zip(words, text.mask, text.value, strict=False):
        if mask:
            same &= (word & np.uint64(mask)) == np.uint64(value)
    return same


def _number(
    values: list[Words], places: tuple[int, ...], rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.int16]:
    """A number of two or four digits in some rows, from the values of its digits."""
    first, *others = (_pair(values, place, rows) for place in places)
    for pair in others:
        first = first * np.int16(100) + pair
    return first


def _pair(values: list[Words], place: int, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int16]:
    pair = _byte(values, place)[rows] * np.uint8(10)
    pair += _byte(values, place + 1)[rows]
    return pair.astype(np.int16)
