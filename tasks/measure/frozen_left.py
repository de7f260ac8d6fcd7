"""What of the frozen parts of a group stays: what its store still has, and lists that are lists of people.

Parts are those of :data:`tasks.measure.frozen.PARTS`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from tasks.measure.chains import KHATAMAN_DAYS, WINDOW_DAYS

#: By what a frozen message is found again.
IDENTITY = ("minute", "text_key", "nth")


def identified(messages: pl.DataFrame) -> pl.DataFrame:
    """Messages with their minute and their place among those of equal words in it."""
    return messages.with_columns(minute=pl.col("sent_at").dt.truncate("1m")).with_columns(
        nth=pl.int_range(pl.len()).over("minute", "text_key")
    )


def without_lost(parts: Mapping[str, pl.DataFrame], messages: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What is frozen of the messages that are still there: whole lists and turns, or nothing of them."""
    kept = _found_again(parts["messages"], messages)
    lost = parts["messages"].join(kept.select("frozen_at"), on="frozen_at", how="anti")
    turns = lost.select("frozen_turn").drop_nulls().unique()
    found = {
        name: parts[name].join(turns, on="frozen_turn", how="anti", maintain_order="left")
        if parts[name].width
        else parts[name]
        for name in ("turns", "content", "spoken")
    }
    versions, entries = parts["versions"], parts["entries"]
    if versions.height:
        held = versions.select("frozen_version", frozen_at="held_in").explode("frozen_at", empty_as_null=True)
        broken = (
            held.join(lost.select("frozen_at"), on="frozen_at", how="semi").select("frozen_version").unique()
        )
        versions = versions.join(broken, on="frozen_version", how="anti", maintain_order="left")
        entries = entries.join(broken, on="frozen_version", how="anti", maintain_order="left")
    return found | {"messages": kept, "versions": versions, "entries": entries}


def _found_again(frozen: pl.DataFrame, messages: pl.DataFrame) -> pl.DataFrame:
    """Frozen messages that are still there, with their places among equals as they are now.

    Of several who wrote the same in the same minute, those stay of whose turns most is left.
    """
    equal = list(IDENTITY[:2])
    there = identified(messages).group_by(equal).agg(n_there=pl.len())
    held = frozen.join(there, on=equal, how="left", maintain_order="left").with_columns(
        pl.col("n_there").fill_null(0), n_held=pl.len().over(equal)
    )
    n_more = pl.lit(0)
    for sign, is_sure in ((1, pl.col("n_there") == 0), (-1, pl.col("n_there") >= pl.col("n_held"))):
        n_more = n_more + sign * is_sure.cast(pl.Int64).sum().over("frozen_turn")
    ranked = held.with_columns(
        n_more_gone=pl.when(pl.col("frozen_turn").is_null()).then(0).otherwise(n_more)
    ).with_columns(place=pl.struct("n_more_gone", "nth").rank("ordinal").over(equal))
    kept = ranked.filter(pl.col("place") <= pl.col("n_there"))
    renumbered = pl.col("nth").rank("ordinal").over(equal).cast(pl.Int64) - 1
    return kept.with_columns(
        nth=pl.when(pl.col("n_there") < pl.col("n_held")).then(renumbered).otherwise("nth")
    ).select(frozen.columns)


def without_prose(
    parts: Mapping[str, pl.DataFrame], standing: pl.DataFrame, until: dt.date
) -> dict[str, pl.DataFrame]:
    """The parts without versions of what is no list of people, such as an account in numbered lines.

    Those of the last :data:`WINDOW_DAYS` days stay (of readings of the Quran :data:`KHATAMAN_DAYS`): a later version
    may still make a list of them.

    Args:
        parts: everything frozen. standing: frozen_at (first message), block of versions that stand.
        until: last day that is frozen.
    """
    versions = parts["versions"]
    if not versions.width or "first" not in versions.columns:
        return dict(parts)
    days = parts["messages"].select(first="frozen_at", day="local_date")
    span = pl.when(pl.col("activity_kind") == "khataman").then(KHATAMAN_DAYS).otherwise(WINDOW_DAYS)
    is_young = pl.col("day") > pl.lit(until) - pl.duration(days=span)
    kept = pl.concat(
        [
            versions.join(standing.rename({"frozen_at": "first"}), on=["first", "block"], how="semi"),
            versions.join(days, on="first").filter(is_young).select(versions.columns),
        ]
    ).select("frozen_version").unique()  # fmt: skip
    return dict(parts) | {
        name: parts[name].join(kept, on="frozen_version", how="semi", maintain_order="left")
        for name in ("versions", "entries")
    }
