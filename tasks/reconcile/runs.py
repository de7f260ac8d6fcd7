"""Equal neighbours in sorted arrays: the one tool behind votes, occurrences and slots."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


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
    return np.unique(code, return_inverse=True)[1].astype(np.int64)


def starts(*columns: Ints) -> npt.NDArray[np.bool_]:
    """Whether a row differs from the one before, in columns sorted alike."""
    new = np.ones(len(columns[0]), dtype=bool)
    if len(new) > 1:
        new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return new


def within(new: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Per row its ordinal in its run and the length of the run, from the marks of :func:`starts`."""
    begin = np.flatnonzero(new)
    run = np.cumsum(new) - 1
    length = np.diff(np.append(begin, len(new)))
    return np.arange(len(new)) - begin[run], length[run]
