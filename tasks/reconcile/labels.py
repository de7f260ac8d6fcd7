"""Labels of said lines, by the set of exports that show them so, and the nodes they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.parse.columns import coded
from tasks.parse.labels import SELF_LABEL
from tasks.reconcile.model import Source
from tasks.reconcile.people import with_identity
from tasks.reconcile.runs import Ints, distinct, pack
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
    def of(cls, said: pl.DataFrame, authors: pl.Series, nodes: pl.DataFrame, sets: Sets) -> Labels:
        """Of lines with ``seen, author`` (place in ``authors``), and nodes with ``node, x, label``, dense and
        sorted by x and label.
        """
        names = nodes["label"].unique().sort()
        seen, author = said["seen"].to_numpy(), said["author"].to_numpy()
        some, of_row = distinct(pack(seen, author))
        row, x = sets.spread(seen[some])
        n = len(names) + 1
        known = nodes["x"].to_numpy() * n + _code(nodes["label"], names)  # ascending, as nodes are sorted
        place = np.searchsorted(known, x * n + _code(authors.gather(author[some]), names)[row])
        size = np.bincount(row, minlength=len(some))
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


def with_numbered_authors(said: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Said lines with the ``author`` as the place in a list of labels, and that list."""
    authors = coded(said["author"])
    return said.with_columns(author=pl.Series(authors.code, dtype=pl.Int64)), authors.values


def nodes_of(
    exports: Sequence[Source], said: pl.DataFrame, authors: pl.Series, spoken: pl.DataFrame, sets: Sets
) -> pl.DataFrame:
    """Labels by export, not the owner's "You": ``node, x, label, is_author, exporter_no`` and identity."""
    seen, author = said["seen"].to_numpy(), said["author"].to_numpy()
    some = distinct(pack(seen, author))[0]
    row, x = sets.spread(seen[some])
    shown = (
        pl.DataFrame({"x": x, "label": authors.gather(author[some][row])})
        .unique()
        .with_columns(is_author=True),
        spoken.select("x", "label", is_author=False).unique(),
    )
    labels = pl.concat(shown).group_by("x", "label").agg(pl.col("is_author").any())
    phone = [export.landed.exporter_no for export in exports]
    return with_identity(
        labels.filter(pl.col("is_author") | (pl.col("label") != SELF_LABEL))
        .sort("x", "label")
        .with_row_index("node")
        .with_columns(
            pl.col("node").cast(pl.Int64),
            exporter_no=pl.col("x").replace_strict(range(len(phone)), phone, return_dtype=pl.Int64),
        )
    )


def node_of(labels: pl.DataFrame, nodes: pl.DataFrame) -> pl.Series:
    """The node of each ``x, label``, NULL where there is none."""
    return labels.join(
        nodes.select("x", "label", "node"), on=["x", "label"], how="left", maintain_order="left"
    )["node"]
