"""Votes: which labels of two exports write the same texts in the same minutes, or act in the same events."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.reconcile.labels import Labels
from tasks.reconcile.runs import Ints, distinct, pack, starts, within

Bools = npt.NDArray[np.bool_]

#: Pairs of labels: ``a, b`` (nodes, a in the earlier export), ``strong`` (long texts that the minute holds
#: once) and ``weak`` (short texts, media, repeated texts by their order, events).
VOTES = pl.Schema({"a": pl.Int64, "b": pl.Int64, "strong": pl.Int64, "weak": pl.Int64})


def text_votes(said: pl.DataFrame, labels: Labels) -> pl.DataFrame:
    """Votes of messages shared by neighbouring exports, counted without looking at labels.

    A message shown by k exports votes k - 1 times, between neighbours in canonical order, so that cost stays
    linear in lines. A text that the minute holds n times votes by its order, if both exports hold it n times.
    Where one export may end and the other begin within the minute, only long texts vote: a short one may be
    two people's.

    What several exports show alike is one row; rows that stand for the same message in the same exports under
    the same labels vote alike, so they are counted first and spread over their exports once.

    Args:
        said: ``minute, key, block, is_long, is_head, is_tail``; a block is what an export shows of a minute.
        labels: of its rows.

    Returns:
        VOTES.
    """
    code = pack(said["minute"].to_numpy(), said["key"].to_numpy())
    block = said["block"].to_numpy()
    order = np.lexsort((block, code))
    nth, n = within(starts(code[order], block[order]))
    once = order[n == 1]
    often = np.flatnonzero(n > 1)
    often = often[np.lexsort((nth[often], n[often], code[order][often]))]
    is_new = (
        np.concatenate(
            [starts(code[once]), starts(code[order][often], n[often], nth[often])]
            if len(often) and len(once)
            else [starts(code[once]) if len(once) else starts(code[order][often], n[often], nth[often])]
        )
        if len(order)
        else np.zeros(0, dtype=bool)
    )
    is_long = said["is_long"].to_numpy()
    strong = np.concatenate([is_long[once], np.zeros(len(often), dtype=bool)])
    rows = np.concatenate([once, order[often]])
    is_edge = (said["is_head"] | said["is_tail"]).to_numpy()[rows]
    chosen, weight = _distinct_messages(labels.of_row[rows], is_edge, strong, is_new)
    return _neighbours(labels, labels.of_row[rows], is_edge, strong, chosen, weight)


def _distinct_messages(
    pair: Ints, is_edge: Bools, strong: Bools, is_new: Bools
) -> tuple[list[Ints], list[Ints]]:
    """One message of each kind: its rows by number of rows, and how many messages are of the kind."""
    begin = np.flatnonzero(is_new)
    length = np.diff(np.append(begin, len(pair)))
    marked = pair * 2 + is_edge
    chosen, weight = [], []
    for k in np.unique(length):
        rows = begin[length == k][:, None] + np.arange(k)
        kinds = np.sort(marked[rows], axis=1)
        code = pack(strong[rows[:, 0]].astype(np.int64), *(kinds[:, j] for j in range(k)))
        one, kind = distinct(code)
        chosen.append(rows[one])
        weight.append(np.bincount(kind))
    return chosen, weight


def _neighbours(
    labels: Labels, pair: Ints, is_edge: Bools, strong: Bools, chosen: list[Ints], weight: list[Ints]
) -> pl.DataFrame:
    """Votes between neighbouring exports within each message, as often as there are such messages."""
    if not chosen:
        return pl.DataFrame(schema=VOTES)
    rows = np.concatenate([one.ravel() for one in chosen])
    kind = np.repeat(
        np.arange(sum(map(len, chosen))), np.concatenate([np.full(len(o), o.shape[1]) for o in chosen])
    )
    times = np.concatenate(weight)
    place, node = labels.spread(pair[rows])
    order = np.lexsort((node, kind[place]))  # nodes are numbered export by export
    place, node, of = place[order], node[order], kind[place][order]
    same = np.flatnonzero(of[1:] == of[:-1]) + 1
    strongly, edge = strong[rows[place]], is_edge[rows[place]]
    counts = strongly[same] | ~(edge[same] & edge[same - 1])
    same = same[counts]
    return _summed(node[same - 1], node[same], strongly[same], times[of[same]])


def count(a: Ints, b: Ints, strong: Bools) -> pl.DataFrame:
    """Votes by pair of nodes. Returns VOTES."""
    return _summed(a, b, strong, np.ones(len(a), dtype=np.int64))


def _summed(a: Ints, b: Ints, strong: Bools, times: Ints) -> pl.DataFrame:
    return (
        pl.DataFrame(
            {"a": a, "b": b, "strong": np.where(strong, times, 0), "weak": np.where(strong, 0, times)}
        )
        .group_by("a", "b")
        .sum()
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
