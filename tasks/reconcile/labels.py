"""Labels of said lines, by the set of exports that show them so, and the nodes they stand for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.reconcile.runs import Ints, pack
from tasks.reconcile.sets import Sets


@dataclass(frozen=True)
class Labels:
    """Distinct pairs of a label and a set of exports, and per pair one node for each export of the set.

    Attributes:
        of_row: pair of each said line.
        begin, size: where the nodes of a pair stand in ``nodes``; they are in the order of the exports.
    """

    of_row: Ints
    begin: Ints
    size: Ints
    nodes: Ints

    @classmethod
    def of(cls, said: pl.DataFrame, nodes: pl.DataFrame, sets: Sets) -> Labels:
        """Of lines with ``seen, author``, and nodes with ``node, x, label``, dense and sorted by x and label."""
        names = nodes["label"].unique().sort()
        code = _code(said["author"], names)
        first, of_row = _distinct(pack(said["seen"].to_numpy(), code))
        row, x = sets.spread(said["seen"].to_numpy()[first])
        n = len(names) + 1
        known = nodes["x"].to_numpy() * n + _code(nodes["label"], names)  # ascending, as nodes are sorted
        place = np.searchsorted(known, x * n + code[first][row])
        size = np.bincount(row, minlength=len(first))
        return cls(of_row, np.cumsum(size) - size, size, nodes["node"].to_numpy()[place])

    def differs(self, of_node: Ints) -> npt.NDArray[np.bool_]:
        """By row, whether the nodes of its label differ in something."""
        if not len(self.begin):
            return np.zeros(len(self.of_row), dtype=bool)
        held = of_node[self.nodes]
        mixed = np.minimum.reduceat(held, self.begin) != np.maximum.reduceat(held, self.begin)
        by_row: npt.NDArray[np.bool_] = mixed[self.of_row]
        return by_row

    @property
    def node(self) -> Ints:
        """By row, the node of its label in the first export that shows it."""
        by_row: Ints = self.nodes[self.begin][self.of_row] if len(self.begin) else self.of_row
        return by_row

    def spread(self, pair: Ints) -> tuple[Ints, Ints]:
        """Of some pairs, the place in ``pair`` and the node, once for each node."""
        size = self.size[pair]
        place = np.repeat(np.arange(len(pair)), size)
        within = np.arange(len(place)) - np.repeat(np.cumsum(size) - size, size)
        return place, self.nodes[self.begin[pair][place] + within]


def _code(labels: pl.Series, names: pl.Series) -> Ints:
    numbers = pl.DataFrame({"label": names, "number": np.arange(len(names))})
    found = labels.to_frame("label").join(numbers, on="label", how="left", maintain_order="left")
    code: Ints = found["number"].to_numpy()
    return code


def _distinct(code: Ints) -> tuple[Ints, Ints]:
    _, first, of_row = np.unique(code, return_index=True, return_inverse=True)
    return first.astype(np.int64), of_row.astype(np.int64)
