"""What remains unpaired after the merge and can only be one message under two labels.

Who only sent media or wrote what was later edited or deleted shares no text with the other export. In a
minute in which one export has one such message under a label unknown to the other export, and the other
export one under a label unknown to the first, both are the same message: a weak vote.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.reconcile.digest import DELETED, MEDIA
from tasks.reconcile.people import People, parties
from tasks.reconcile.runs import Ints
from tasks.reconcile.sets import Sets
from tasks.reconcile.slots import MAX_VERSIONS, Slots
from tasks.reconcile.votes import VOTES


def residual_votes(
    slots: Slots, roots: pl.DataFrame, people: People, nodes: pl.DataFrame, sets: Sets
) -> pl.DataFrame:
    """Weak votes from messages that no equal content pairs. Returns VOTES, between representative nodes."""
    owner = np.asarray(parties(people), dtype=np.int64)
    apart = _apart(nodes["x"].to_numpy(), owner, sets.n_exports)
    if not apart:
        return pl.DataFrame(schema=VOTES)
    soft = pl.col("is_edited") | (pl.col("kind_class") == DELETED) | (pl.col("kind_class") == MEDIA)
    standing = slots.frame.filter(
        pl.Series(roots.sort("slot").select(pl.col("slot") == pl.col("root")).to_series())
    )
    standing = standing.filter(pl.len().over("minute") <= MAX_VERSIONS)
    columns = ["minute", "slot", "kind_class", "is_inside"]
    one = standing.filter(soft).select(*columns, owner="party")
    other = standing.select(*columns, owner="party")
    both = pl.DataFrame(apart, schema={"owner": pl.Int64, "owner_b": pl.Int64}, orient="row")
    pairs = (
        one.join(both.select("owner").unique(), on="owner", how="semi")
        .join(
            other.join(both.select(owner="owner_b").unique(), on="owner", how="semi"),
            on="minute",
            suffix="_b",
        )
        .join(both, on=["owner", "owner_b"], how="semi")
        .filter(pl.any_horizontal("is_inside", "is_inside_b"))
        .filter((pl.col("kind_class") == DELETED) | (pl.col("kind_class") == pl.col("kind_class_b")))
    )
    alone = (pl.len().over("slot") == 1) & (pl.len().over("slot_b") == 1)
    return (
        pairs.filter(alone)
        .group_by(a="owner", b="owner_b")
        .agg(strong=pl.lit(0, pl.Int64), weak=pl.len().cast(pl.Int64))
        .sort("a", "b")
    )


def _apart(export: Ints, owner: Ints, n_exports: int) -> list[tuple[int, int]]:
    """Pairs of parties, both ways round, of which no export shows both."""
    heads, number = np.unique(owner, return_inverse=True)
    seen = np.zeros((len(heads), n_exports), dtype=np.float32)
    seen[number, export] = 1
    a, b = np.nonzero(seen @ seen.T == 0)
    return list(zip(heads[a].tolist(), heads[b].tolist(), strict=True))
