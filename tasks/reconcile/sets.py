"""Sets of exports by number, and what holds for all exports of a set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.reconcile.runs import Ints

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

    def union(self, seen: pl.Series) -> Ints:
        """The number of the union of each list of sets."""
        lists = seen.to_frame("seen")
        distinct = lists.unique(maintain_order=True)
        found = [
            together[0] if len(together) == 1 else self.number(self._joined(together))
            for together in distinct["seen"].to_list()
        ]
        if len(self.size) != len(self.members):
            self._settle()
        numbers = distinct.with_columns(number=pl.Series(found, dtype=pl.Int64))
        joined = lists.join(numbers, on="seen", how="left", maintain_order="left")
        union: Ints = joined["number"].to_numpy()
        return union

    def _joined(self, together: Sequence[int]) -> Set:
        return tuple(sorted({x for number in together for x in self.members[number]}))

    def lists(self, seen: pl.Series) -> pl.Series:
        """The exports of each set."""
        return pl.Series(self.members, dtype=pl.List(pl.Int64)).gather(seen)


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
