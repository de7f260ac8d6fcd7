"""Votes: which labels of two exports write the same texts in the same minutes, or act in the same events."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.reconcile.runs import Ints, pack, starts, within

Bools = npt.NDArray[np.bool_]

#: Pairs of labels: ``a, b`` (nodes, a in the earlier export), ``strong`` (long texts that the minute holds
#: once) and ``weak`` (short texts, media, repeated texts by their order, events).
VOTES = pl.Schema({"a": pl.Int64, "b": pl.Int64, "strong": pl.Int64, "weak": pl.Int64})


def text_votes(
    minute: Ints, key: Ints, export: Ints, node: Ints, is_long: Bools, is_edge: Bools
) -> pl.DataFrame:
    """Votes of messages shared by neighbouring exports, counted without looking at labels.

    Rows are in the order of export and file. A message shown by k exports votes k - 1 times, between
    neighbours in canonical order, so that cost stays linear in lines. A text that the minute holds n times
    votes by its order, if both exports hold it n times. Where one export may end and the other begin within
    the minute, only long texts vote: a short one may be two people's. Returns VOTES.

    Args:
        is_edge: whether the line stands in the first or last minute of its export.
    """
    code = pack(minute, key)
    order = np.argsort(code, kind="stable")
    code, export, node = code[order], export[order], node[order]
    is_long, is_edge = is_long[order], is_edge[order]
    nth, n = within(starts(code, export))
    once = np.flatnonzero(n == 1)
    often = np.flatnonzero(n > 1)
    often = often[np.lexsort((export[often], nth[often], n[often], code[often]))]
    single = _neighbours(once, code, np.zeros_like(nth), np.zeros_like(n))
    repeated = _neighbours(often, code, nth, n)
    first = np.concatenate([single[0], repeated[0]])
    second = np.concatenate([single[1], repeated[1]])
    strong = is_long[first] & (n[first] == 1)
    counts = strong | ~(is_edge[first] & is_edge[second])
    return count(node[first][counts], node[second][counts], strong[counts])


def _neighbours(rows: Ints, code: Ints, nth: Ints, n: Ints) -> tuple[Ints, Ints]:
    same = ~starts(code[rows], nth[rows], n[rows]) if len(rows) else np.zeros(0, dtype=bool)
    at = np.flatnonzero(same)
    return rows[at - 1], rows[at]


def count(a: Ints, b: Ints, strong: Bools) -> pl.DataFrame:
    """Votes by pair of nodes. Returns VOTES."""
    return (
        pl.DataFrame({"a": a, "b": b, "strong": strong})
        .group_by("a", "b")
        .agg(strong=pl.col("strong").sum(), weak=(~pl.col("strong")).sum())
        .cast(VOTES)
        .sort("a", "b")
    )


def event_votes(spoken: pl.DataFrame) -> pl.DataFrame:
    """Votes of system events that a minute holds once in each of two neighbouring exports.

    Args:
        spoken: ``x, minute, event, line, role, place, n_targets, node``: one row per person in an event;
            nodes of the phones' owners are NULL.

    Returns:
        VOTES, all weak.
    """
    matched = shared_events(spoken).drop_nulls(["node", "next_node"])
    a, b = matched["node"].to_numpy(), matched["next_node"].to_numpy()
    return count(a, b, np.zeros(len(a), dtype=bool))


def shared_events(spoken: pl.DataFrame) -> pl.DataFrame:
    """Persons in the same place of the same event in neighbouring exports.

    Returns:
        ``x, node, next_x, next_node``; nodes may be NULL.
    """
    place = ["minute", "event", "n_targets", "role", "place"]
    return (
        spoken.filter(pl.col("line").n_unique().over("x", "minute", "event") == 1)
        .sort(*place, "x")
        .with_columns(
            next_x=pl.col("x").shift(-1).over(place), next_node=pl.col("node").shift(-1).over(place)
        )
        .filter(pl.col("next_x").is_not_null())
        .select("x", "node", "next_x", "next_node")
    )
