"""Sets of exports by number, and what holds for all exports of a set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.reconcile.runs import Bools, Ints, pack, starts

Set = tuple[int, ...]


class Sets:
    """Sets of exports, each known by its number; exports stand in them as places in canonical order."""

    def __init__(self, members: Sequence[Set], n_exports: int) -> None:
        self.members = list(members)
        self.n_exports = n_exports
        self._number = {one: n for n, one in enumerate(self.members)}
        self.alone = np.array([self.number((x,)) for x in range(n_exports)], dtype=np.int64)
        self._settle()

    def number(self, members: Set) -> int:
        """The number of a set, which is entered if it is new."""
        if members not in self._number:
            self._number[members] = len(self.members)
            self.members.append(members)
        return self._number[members]

    def _settle(self) -> None:
        self.size = np.array([len(one) for one in self.members], dtype=np.int64)
        self.begin = np.concatenate([[0], np.cumsum(self.size)])[:-1].astype(np.int64)
        self.flat = np.array([x for one in self.members for x in one], dtype=np.int64)
        self.first: Ints = self.least(np.arange(self.n_exports))

    def least(self, of_export: Ints) -> Ints:
        """By set, the least of what holds of its exports."""
        return np.minimum.reduceat(of_export[self.flat], self.begin) if len(self.flat) else self.flat

    def most(self, of_export: Ints) -> Ints:
        """By set, the most of what holds of its exports."""
        return np.maximum.reduceat(of_export[self.flat], self.begin) if len(self.flat) else self.flat

    def is_mixed(self, of_export: Ints) -> npt.NDArray[np.bool_]:
        """By set, whether its exports differ in something."""
        return self.least(of_export) != self.most(of_export)

    def spread(self, seen: Ints) -> tuple[Ints, Ints]:
        """For rows with these sets: the row and the export, once for each export of the row's set."""
        size = self.size[seen]
        row = np.repeat(np.arange(len(seen)), size)
        within = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
        return row, self.flat[self.begin[seen][row] + within]

    def union(self, seen: Ints, is_new: Bools) -> Ints:
        """The number of the union of the sets of each run of rows."""
        found = unions(seen, is_new, lambda numbers: self.number(self._joined(numbers)))
        if len(self.size) != len(self.members):
            self._settle()
        return found

    def _joined(self, together: Sequence[int]) -> Set:
        return tuple(sorted({x for number in together for x in self.members[number]}))

    def lists(self, seen: pl.Series) -> pl.Series:
        """The exports of each set."""
        return lists_of(self.members, pl.Int64()).gather(seen)


def lists_of(parts: Sequence[Sequence[Any]], inner: pl.DataType) -> pl.Series:
    """A column of lists, none of them empty; to make one list after the other takes thirty times as long."""
    flat = pl.Series([one for part in parts for one in part], dtype=inner)
    part = np.repeat(np.arange(len(parts)), [len(one) for one in parts])
    return (
        pl.DataFrame({"part": part, "list": flat}).group_by("part", maintain_order=True).agg("list")["list"]
    )


def unions(seen: Ints, is_new: Bools, union: Callable[[list[int]], int]) -> Ints:
    """By run of rows, the number of the union of their sets.

    Args:
        seen: number of each row's set. is_new: where a run begins. union: the number of the union of distinct
            sets; asked once for each combination.
    """
    if not len(seen):
        return seen
    begin = np.flatnonzero(is_new)
    low, high = np.minimum.reduceat(seen, begin), np.maximum.reduceat(seen, begin)
    found = low.copy()
    two = np.flatnonzero(low != high)
    length = np.diff(np.append(begin, len(seen)))
    is_more = (seen != np.repeat(low, length)) & (seen != np.repeat(high, length))
    if is_more.any():
        more = np.unique(np.repeat(np.arange(len(begin)), length)[is_more])
        two = np.setdiff1d(two, more, assume_unique=True)
        found[more] = _unions_of_many(seen, begin[more], length[more], union)
    pairs, which = np.unique(pack(low[two], high[two]), return_inverse=True, return_index=True)[1:]
    found[two] = np.array([union([int(low[two[n]]), int(high[two[n]])]) for n in pairs], dtype=np.int64)[
        which
    ]
    return found


def _unions_of_many(seen: Ints, begin: Ints, length: Ints, union: Callable[[list[int]], int]) -> Ints:
    """The same of runs of more than two sets, by where they begin and how long they are."""
    run = np.repeat(np.arange(len(begin)), length)
    row = np.arange(len(run)) - np.repeat(np.cumsum(length) - length - begin, length)
    order = np.lexsort((seen[row], run))
    run, held = run[order], seen[row][order]
    is_first = starts(run, held)
    run, held = run[is_first], held[is_first]
    n_sets = np.bincount(run)
    at = np.cumsum(n_sets) - n_sets
    found = np.zeros(len(begin), dtype=np.int64)
    for n in np.unique(n_sets).tolist():
        runs = np.flatnonzero(n_sets == n)
        lists = held[at[runs][:, None] + np.arange(n)]
        _, first, which = np.unique(pack(*lists.T), return_index=True, return_inverse=True)
        found[runs] = np.array([union(one) for one in lists[first].tolist()], dtype=np.int64)[which]
    return found


def exploded(rows: pl.DataFrame, sets: Sets, blocks: npt.NDArray[np.bool_]) -> pl.DataFrame:
    """Rows in which those of some blocks stand once for each export that shows them.

    Args:
        rows: with ``block, seen``. blocks: per row, whether its block is to be taken apart.
    """
    if not blocks.any():
        return rows
    whole = np.isin(rows["block"].to_numpy(), rows["block"].to_numpy()[blocks])
    apart = rows.filter(pl.Series(whole))
    row, x = sets.spread(apart["seen"].to_numpy())
    above = int(rows["block"].max() or 0) + 1  # type: ignore[arg-type]  # a column of integers
    single = apart[row].with_columns(
        seen=pl.Series(sets.alone[x]),
        block=pl.Series(above + apart["block"].to_numpy()[row] * sets.n_exports + x),
    )
    return in_order_of_sight(pl.concat([rows.filter(pl.Series(~whole)), single]), sets)


def in_order_of_sight(rows: pl.DataFrame, sets: Sets) -> pl.DataFrame:
    """Rows in the order in which the exports, one after the other, show them first: ``seen, at, block``."""
    x, at = sets.first[rows["seen"].to_numpy()], rows["at"].to_numpy()
    is_later = (x[1:] > x[:-1]) | (x[1:] == x[:-1]) & (at[1:] >= at[:-1])
    return rows if is_later.all() else rows[np.lexsort((at, x))]
