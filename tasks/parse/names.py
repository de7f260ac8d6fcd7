"""Authors read by their bytes: where the first ": " of each header stands, and who writes.

A name is taken as a row of eight-byte words. Few distinct ones stand in a file: a table finds each by a hash
of its words, and the words themselves are then compared, so that no two names can be mixed up. What has no
": " within the words looked at is left to the caller.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.parse.buffer import SPAN_BYTES, WORD_BYTES, Bools, Buffer, Places, Words, in_blocks

Codes = npt.NDArray[np.int32]

_WORD = WORD_BYTES
#: Words of the longest author that is read this way.
_N_WORDS = SPAN_BYTES // WORD_BYTES
#: Rows from which the first names are learnt.
_LEARNT_ROWS = 1 << 11
#: With more distinct names than that the rest is left to the caller.
_MAX_NAMES = 1 << 13
_TABLE_BITS = 16
_EVERY = np.uint64(0x0101010101010101)
_HIGH = np.uint64(0x8080808080808080)
_COLONS = np.uint64(int.from_bytes(b":" * _WORD, "little"))
_MIX = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    np.uint64,
)
_BLANK = ord(" ")


class Named(NamedTuple):
    """Per header the author's number, -1 where it is not told, and the authors' names."""

    code: Codes
    names: list[str]


class _Keys(NamedTuple):
    """Names as words: ``words`` zero beyond their end, one array per eight bytes; is there a ": " at all."""

    words: list[Words]
    mixed: Words
    is_author: Bools


def read_names(buffer: Buffer, at: Places, ends: Places) -> Named:
    """Tell the authors of headers.

    Args:
        buffer: the text.
        at: where what follows each header begins.
        ends: where that line ends.
    """
    known = _Known(buffer)
    n_within = int(np.searchsorted(at, buffer.end))
    if not n_within:  # nothing stands behind any header
        return Named(np.full(len(at), -1, np.int32), known.names)
    step = max(1, n_within // _LEARNT_ROWS)
    learnt = slice(0, n_within, step)
    known.learn(_keys(buffer, at[learnt], ends[learnt]), at[learnt])
    code = np.full(len(at), -1, np.int32)
    is_author = np.zeros(len(at), np.bool_)

    def tell(rows: slice) -> None:
        keys = _keys(buffer, at[rows], ends[rows])
        code[rows] = known.told(keys)
        is_author[rows] = keys.is_author

    in_blocks(n_within, tell)
    left = np.flatnonzero((code < 0) & is_author)
    if len(left):
        keys = _keys(buffer, at[left], ends[left])
        known.learn(keys, at[left])
        code[left] = known.told(keys)
    return Named(code, known.names)


def _keys(buffer: Buffer, at: Places, ends: Places) -> _Keys:
    """The words of each author up to its colon."""
    spans = buffer.spans(at)
    words: list[Words] = []
    n_bytes = np.zeros(len(at), np.int64)  # before the colon
    is_left: Bools = np.ones(len(at), np.bool_)
    for number in range(_N_WORDS):
        n_left = int(np.count_nonzero(is_left))
        if not n_left:
            break
        # Work on all rows while most are left: to choose some costs more than to do them all.
        rows = slice(None) if 2 * n_left > len(at) else np.flatnonzero(is_left)
        word, place, is_found = _up_to_colon(np.ascontiguousarray(spans[rows, number]))
        if isinstance(rows, slice):
            if number:
                word *= is_left
                place *= is_left
            n_bytes += place
            is_left &= ~is_found
        else:
            n_bytes[rows] += place
            is_left[rows] = ~is_found
            word, part = np.zeros(len(at), np.uint64), word
            word[rows] = part
        words.append(word)
    behind = at + n_bytes
    behind += 1
    is_author = ~is_left
    is_author &= behind < ends
    is_author &= buffer.bytes[np.where(is_author, behind, 0)] == _BLANK
    mixed = words[0] * _MIX[0]
    for word, factor in zip(words[1:], _MIX[1:], strict=False):
        mixed += (
            word * factor
        )  # nothing for a word beyond the name's end: blocks differ in how many they have
    return _Keys(words, mixed, is_author)


def _up_to_colon(word: Words) -> tuple[Words, npt.NDArray[np.uint8], Bools]:
    """The bytes before the first colon (all where there is none), how many, and whether there is one."""
    unlike = word ^ _COLONS
    hit = unlike - _EVERY
    np.invert(unlike, out=unlike)
    hit &= unlike
    hit &= _HIGH
    is_found = hit != 0
    hit &= np.negative(hit, out=unlike)  # the highest bit of the first colon's byte
    hit >>= np.uint64(7)
    hit -= np.uint64(1)  # the bits before that byte, all where there is none
    n_bytes = np.bitwise_count(hit)
    n_bytes >>= np.uint8(3)
    hit &= word
    return hit, n_bytes, is_found


class _Known:
    """The names told so far."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self.names: list[str] = []
        self._words: Words = np.zeros((_N_WORDS, 0), np.uint64)
        self._mixed: Words = np.zeros(0, np.uint64)
        self._order = np.zeros(0, np.intp)
        self._table = np.zeros(1 << _TABLE_BITS, np.int32)

    def learn(self, keys: _Keys, at: Places) -> None:
        """Take in the names that are new."""
        rows = np.flatnonzero(keys.is_author)
        rows = rows[np.argsort(keys.mixed[rows], kind="stable")]
        mixed = keys.mixed[rows]
        is_first = np.ones(len(rows), np.bool_)
        is_first[1:] = mixed[1:] != mixed[:-1]
        place = np.searchsorted(self._mixed, mixed, sorter=self._order)
        nearest = self._mixed[self._order[np.minimum(place, len(self._order) - 1)]] if self.names else ~mixed
        first = np.sort(rows[is_first & (nearest != mixed)])[: _MAX_NAMES - len(self.names)]
        for row in first:
            start = int(at[row])
            near = self._buffer.bytes[start : start + _WORD * _N_WORDS].tobytes()
            self.names.append(near[: near.index(b":")].decode())
        new = np.zeros((_N_WORDS, len(first)), np.uint64)
        for number, word in enumerate(keys.words):
            new[number] = word[first]
        self._words = np.concatenate([self._words, new], axis=1)
        self._mixed = np.concatenate([self._mixed, keys.mixed[first]])
        self._order = np.argsort(self._mixed)
        self._table[_slots(self._mixed)] = np.arange(len(self._mixed))

    def told(self, keys: _Keys) -> Codes:
        """The number of each name, -1 for what is not known."""
        if not self.names:
            return np.full(len(keys.mixed), -1, np.int32)
        code = self._table[_slots(keys.mixed)]
        is_same = self._is(code, keys) & keys.is_author
        others = np.flatnonzero(~is_same & keys.is_author)
        if len(others):  # two names in one slot of the table, or none
            place = np.searchsorted(self._mixed, keys.mixed[others], sorter=self._order)
            code[others] = self._order[np.minimum(place, len(self._order) - 1)]
            chosen = _Keys([word[others] for word in keys.words], keys.mixed[others], keys.is_author[others])
            is_same[others] = self._is(code[others], chosen)
        code[~is_same] = -1
        return code

    def _is(self, code: Codes, keys: _Keys) -> Bools:
        same: Bools = self._words[0][code] == keys.words[0]
        for known, asked in zip(self._words[1:], keys.words[1:], strict=False):
            same &= known[code] == asked
        return same


def _slots(mixed: Words) -> npt.NDArray[np.intp]:
    return (mixed >> np.uint64(64 - _TABLE_BITS)).astype(np.intp)
