"""Equal rows of arrays, brought together or neighbours already: the tools behind votes, occurrences and slots."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
#: Codes of a range so many times as long as they are many are looked up in a table, others sorted.
_TABLE = 4
_MIX, _HALF = np.uint64(0xD6E8FEB86659FD93), np.uint64(32)


def pack(*columns: Ints) -> Ints:
    """One code per distinct row of several columns of integers; codes sort as the rows do.

    Where the product of the ranges would not fit into 63 bits, columns are first made dense.
    """
    code = np.zeros(len(columns[0]), dtype=np.int64)
    width = 1
    for column in columns:
        if not len(column):
            return code
        low, span = int(column.min()), int(column.max()) - int(column.min()) + 1
        if width * span >= 2**62:
            code = dense(code)
            width = int(code.max()) + 1
        if width * span >= 2**62:
            column = dense(column)
            low, span = 0, int(column.max()) + 1
        code = code * span + (column - low)
        width *= span
    return code


def dense(code: Ints) -> Ints:
    """Ordinals of the distinct values, in their order."""
    return distinct(code)[1]


def distinct(code: Ints) -> tuple[Ints, Ints]:
    """A row of each distinct value, by rising value, and the ordinal of each row's value."""
    if not len(code):
        return code, code
    low, span = int(code.min()), int(code.max()) - int(code.min()) + 1
    if span > _TABLE * len(code):
        _, row, ordinal = np.unique(code, return_index=True, return_inverse=True)
        return row, ordinal.astype(np.int64)
    row = np.full(span, -1, dtype=np.int64)
    row[code - low] = np.arange(len(code))
    is_held = row >= 0
    return row[is_held], (np.cumsum(is_held) - 1)[code - low]


def together(*columns: Ints) -> tuple[Ints, Bools]:
    """An order in which equal rows stand together, and the marks of :func:`starts` in it.

    Whatever tells equal rows apart, or says which of them comes first, is left open. To sort by a hash of all
    columns costs a fourth of what it takes to sort by one after the other; where two rows share a hash, that is
    what is done.
    """
    key = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        key ^= column.view(np.uint64)
        key *= _MIX
        key ^= key >> _HALF
    order = np.argsort(key)
    new = starts(*(column[order] for column in columns))
    if np.count_nonzero(new) != np.count_nonzero(starts(key[order])):
        order = np.lexsort(columns)
        new = starts(*(column[order] for column in columns))
    return order, new


def starts(*columns: npt.NDArray[Any]) -> Bools:
    """Whether a row differs from the one before, in columns sorted alike."""
    new = np.zeros(len(columns[0]), dtype=bool)
    new[:1] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return new


def within(new: Bools) -> tuple[Ints, Ints]:
    """Per row its ordinal in its run and the length of the run, from the marks of :func:`starts`."""
    begin = np.flatnonzero(new)
    run = np.cumsum(new) - 1
    length = np.diff(np.append(begin, len(new)))
    return np.arange(len(new)) - begin[run], length[run]
