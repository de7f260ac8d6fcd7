"""The order of messages within a minute: the best witness's, with what it lacks where others have it."""

from __future__ import annotations

import polars as pl


def in_order(messages: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Messages in time order, sorted by ``sent_at`` and the place within the minute.

    In a minute that one export shows whole its order holds. Else the export with most of the minute's
    messages leads (of equals, the better witness), and a message it lacks follows the one that stands
    before it in the best export that has both.

    Args:
        messages: ``root, minute, sent_at, best`` and more; ``best`` is the best witness's line.
        lines: ``x, minute, rank, root`` of every line, in the order of export and file.
    """
    placed = messages.with_columns(after=pl.col("best"), is_guest=pl.lit(False))
    mixed = _mixed_minutes(messages, lines)
    if mixed.height:
        guests = _guests(mixed)
        placed = (
            placed.join(guests, on="root", how="left", maintain_order="left")
            .with_columns(after=pl.coalesce("place", "after"), is_guest=pl.coalesce("guest", "is_guest"))
            .drop("place", "guest")
        )
    return placed.sort("sent_at", "minute", "after", "is_guest", "best").drop("after", "is_guest")


def _mixed_minutes(messages: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Lines of the minutes whose messages have different best witnesses: ``line, x, minute, rank, root``."""
    best = lines.select("x").to_series().gather(messages["best"])
    minutes = (
        messages.select("minute", x=best)
        .group_by("minute")
        .agg(pl.col("x").n_unique())
        .filter(pl.col("x") > 1)
        .select("minute")
    )
    if not minutes.height:
        return lines.clear().with_columns(line=pl.lit(0))
    return (
        lines.with_columns(line=pl.int_range(pl.len()))
        .filter(pl.col("minute").is_in(minutes["minute"].implode()))
        .sort("line")
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
