"""The order of messages within a minute: the best witness's, with what it lacks where others have it."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.reconcile.runs import Ints, starts
from tasks.reconcile.sets import Sets

#: What messages are sorted by.
_ORDER = ("sent_at", "minute", "after", "is_guest", "best")


def in_order(messages: pl.DataFrame, lines: pl.DataFrame, sets: Sets, rank: Ints) -> pl.DataFrame:
    """Messages in time order, sorted by ``sent_at`` and the place within the minute.

    In a minute that one export shows whole its order holds. Else the export with most of the minute's
    messages leads (of equals, the better witness), and a message it lacks follows the one that stands
    before it in the best export that has both.

    Args:
        messages: ``root, minute, sent_at, best`` and more; ``best`` is the best witness's line.
        lines: ``seen, minute, root`` of every line; those that an export shows of a minute in the order of the
            file. sets: what ``seen`` refers to. rank: of each export as a witness.
    """
    placed = messages.with_columns(after=pl.col("best"), is_guest=pl.lit(False))
    mixed = _mixed_minutes(messages, lines, sets, rank)
    if mixed.height:
        guests = _guests(mixed)
        placed = (
            placed.join(guests, on="root", how="left", maintain_order="left")
            .with_columns(after=pl.coalesce("place", "after"), is_guest=pl.coalesce("guest", "is_guest"))
            .drop("place", "guest")
        )
    keys = [placed[name].to_physical().to_numpy() for name in _ORDER]
    return placed.drop("after", "is_guest")[np.lexsort(keys[::-1])]


def _mixed_minutes(messages: pl.DataFrame, lines: pl.DataFrame, sets: Sets, rank: Ints) -> pl.DataFrame:
    """Lines of the minutes whose messages have different best witnesses, once for each export that shows them.

    ``line, x, minute, rank, root``, in the order of export and file.
    """
    seen = lines["seen"].to_numpy()
    best = sets.least(rank)[seen[messages["best"].to_numpy()]]
    minute = messages["minute"].to_numpy()
    by_minute = np.argsort(minute)
    begin = np.flatnonzero(starts(minute[by_minute]))
    best = best[by_minute]
    is_mixed = np.minimum.reduceat(best, begin) != np.maximum.reduceat(best, begin)
    mixed = pl.Series(minute[by_minute][begin[is_mixed]])
    of_minutes = lines.with_row_index("line").filter(pl.col("minute").is_in(mixed.implode()))
    row, x = sets.spread(of_minutes["seen"].to_numpy())
    return (
        of_minutes.select(pl.col("line").cast(pl.Int64), "minute", "root")[row]
        .with_columns(x=pl.Series(x), rank=pl.Series(rank[x]))
        .sort("x", "line")
    )


def _guests(lines: pl.DataFrame) -> pl.DataFrame:
    """Per message its ``place`` in the leading export, or behind which place it stands as a ``guest``."""
    leader = (
        lines.group_by("minute", "x")
        .agg(n=pl.col("root").n_unique(), rank=pl.col("rank").first())
        .sort("minute", "n", "rank", descending=[False, True, False])
        .group_by("minute", maintain_order=True)
        .agg(leader=pl.col("x").first())
    )
    told = lines.join(leader, on="minute", maintain_order="left")
    place = (
        told.filter(pl.col("x") == pl.col("leader"))
        .with_columns(place=pl.int_range(pl.len()).over("minute"))
        .group_by("root")
        .agg(pl.col("place").min())
    )
    return (
        told.join(place, on="root", how="left", maintain_order="left")
        .with_columns(guest=pl.col("place").is_null())
        .with_columns(place=pl.col("place").forward_fill().over("minute", "x").fill_null(-1))
        .sort("rank", "line")
        .group_by("root", maintain_order=True)
        .agg(pl.col("place", "guest").first())
        .with_columns(pl.col("place").cast(pl.Int64))
    )
