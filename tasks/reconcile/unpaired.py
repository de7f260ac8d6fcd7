"""What remains unpaired after the merge and can only be one message under two labels.

Who only sent media or wrote what was later edited or deleted shares no text with the other export. In a
minute in which one export has one such message under a label unknown to the other export, and the other
export one under a label unknown to the first, both are the same message: a weak vote.
"""

from __future__ import annotations

import polars as pl

from tasks.reconcile.digest import DELETED, MEDIA
from tasks.reconcile.people import People, parties
from tasks.reconcile.slots import MAX_VERSIONS, Slots
from tasks.reconcile.votes import VOTES


def residual_votes(slots: Slots, roots: pl.DataFrame, people: People, nodes: pl.DataFrame) -> pl.DataFrame:
    """Weak votes from messages that no equal content pairs. Returns VOTES, between representative nodes."""
    soft = pl.col("is_edited") | (pl.col("kind_class") == DELETED) | (pl.col("kind_class") == MEDIA)
    standing = slots.frame.join(
        roots.filter(pl.col("slot") == pl.col("root")).select("slot"), on="slot"
    ).with_columns(owner="party")
    standing = standing.filter(pl.len().over("minute") <= MAX_VERSIONS)
    left = standing.filter(soft)
    if left.is_empty():
        return pl.DataFrame(schema=VOTES)
    seen = _exports_of(people, nodes)
    columns = ["minute", "slot", "owner", "exports", "kind_class", "is_inside"]
    one = left.select(columns).join(seen, on="owner")
    other = standing.select(columns).join(seen, on="owner")
    pairs = (
        one.join(other, on="minute", suffix="_b")
        .filter(pl.col("owner") != pl.col("owner_b"), pl.any_horizontal("is_inside", "is_inside_b"))
        .filter((pl.col("kind_class") == DELETED) | (pl.col("kind_class") == pl.col("kind_class_b")))
        .filter(pl.col("seen_by").list.set_intersection("seen_by_b").list.len() == 0)
    )
    alone = (pl.len().over("slot") == 1) & (pl.len().over("slot_b") == 1)
    return (
        pairs.filter(alone)
        .group_by(a="owner", b="owner_b")
        .agg(strong=pl.lit(0, pl.Int64), weak=pl.len().cast(pl.Int64))
        .sort("a", "b")
    )


def _exports_of(people: People, nodes: pl.DataFrame) -> pl.DataFrame:
    return (
        nodes.select("x", owner=pl.Series(parties(people), dtype=pl.Int64))
        .group_by("owner")
        .agg(seen_by=pl.col("x").unique())
    )
