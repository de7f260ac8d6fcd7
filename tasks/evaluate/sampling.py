"""Which turns human coders see: strata, rows and what the method said about them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.vocabulary import LEXICON_CATEGORIES

#: Turns a coder reads before the one to code, and earlier ones mixed in so that a far target is no giveaway.
NEAR, DECOYS = 12, 2
DECOY_HOURS = 24
REPLY_TURNS, WORD_TURNS = 300, 200


@dataclass(frozen=True, slots=True)
class ReplySample:
    """Turns to code for replies.

    ``rows``: row, turn, stratum (method of the inferred tie, or 'none'), n_stratum (turns of the stratum in
    the group), predicted (candidate number of the inferred target; 0 for none).
    ``candidates``: row, number (1 is the nearest), turn.
    """

    rows: pl.DataFrame
    candidates: pl.DataFrame


def draw_replies(turns: pl.DataFrame, replies: pl.DataFrame, n: int, seed: int) -> ReplySample:
    """Turns with text, as many as possible of every method and of those without a tie.

    Args:
        turns: turn (ordinal in time), sent_at, is_coded (has text to read); every turn of the group.
        replies: source_turn_key, target_turn_key, method. n: turns in all.
    """
    told = turns.join(
        replies.select(turn="source_turn_key", target="target_turn_key", stratum="method"),
        on="turn",
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("stratum").fill_null("none"))
    rng = np.random.default_rng(seed)
    chosen = stratified(told.filter("is_coded"), n, rng)
    sent_at = turns["sent_at"].to_physical().to_numpy()
    keys = turns["turn"].to_numpy()
    candidates = [
        (row, number, int(keys[at]))
        for row, turn, target in chosen.select("row", "turn", "target").iter_rows()
        for number, at in enumerate(_candidates(keys, sent_at, turn, target, rng), start=1)
    ]
    listed = pl.DataFrame(
        candidates, schema={"row": pl.Int64, "number": pl.Int64, "turn": pl.Int64}, orient="row"
    )
    predicted = listed.select("row", target="turn", predicted="number")
    rows = chosen.join(predicted, on=["row", "target"], how="left", maintain_order="left")
    return ReplySample(
        rows.select("row", "turn", "stratum", "n_stratum", pl.col("predicted").fill_null(0)), listed
    )


def _candidates(
    keys: np.ndarray, sent_at: np.ndarray, turn: int, target: int | None, rng: np.random.Generator
) -> list[int]:
    """Places of the turns before one, the nearest first: the last dozen, its target, some of the day before."""
    at = int(np.searchsorted(keys, turn))
    near = range(max(at - NEAR, 0), at)
    day_before = int(
        np.searchsorted(
            sent_at, sent_at[at] - dt.timedelta(hours=DECOY_HOURS) // dt.timedelta(microseconds=1)
        )
    )
    older = np.arange(min(day_before, near.start), near.start)
    far = set(rng.choice(older, min(DECOYS, len(older)), replace=False).tolist())
    if target is not None:
        far.add(int(np.searchsorted(keys, target)))
    return sorted({*near, *far}, reverse=True)


def draw_words(turns: pl.DataFrame, n: int, seed: int, categories: tuple[str, ...] = ()) -> pl.DataFrame:
    """Turns to code for each category: half of them with a match, half without, as far as there are such.

    Args:
        turns: turn, is_coded, lex_*. n: turns of each category. categories: all by default.

    Returns:
        row, category, turn, stratum ('match' or 'none'), n_stratum; rows in a mixed order.
    """
    rng = np.random.default_rng(seed)
    parts = []
    for category in categories or LEXICON_CATEGORIES:
        hit = pl.when(pl.col(f"lex_{category}") > 0).then(pl.lit("match")).otherwise(pl.lit("none"))
        told = turns.filter("is_coded").select("turn", stratum=hit)
        parts.append(stratified(told, n, rng).with_columns(category=pl.lit(category)))
    drawn = pl.concat(parts)
    order = rng.permutation(len(drawn))
    return drawn[order].select(
        pl.int_range(1, pl.len() + 1).alias("row"), "category", "turn", "stratum", "n_stratum"
    )


def stratified(frame: pl.DataFrame, n: int, rng: np.random.Generator) -> pl.DataFrame:
    """``n`` rows, shared equally among the strata; what a small one lacks goes to the others.

    Returns:
        The chosen rows with ``row`` from 1 and ``n_stratum``, in a mixed order.
    """
    sizes = frame.group_by("stratum").agg(n_stratum=pl.len()).sort("n_stratum", "stratum")
    left, parts = n, []
    for place, (stratum, size) in enumerate(sizes.iter_rows()):
        take = min(size, -(-left // (len(sizes) - place)))
        mine = frame.filter(pl.col("stratum") == stratum)
        picked = mine[np.sort(rng.choice(size, take, replace=False))]
        parts.append(picked.with_columns(n_stratum=pl.lit(size, dtype=pl.Int64)))
        left -= take
    if not parts:
        return frame.with_columns(n_stratum=pl.lit(0, dtype=pl.Int64), row=pl.lit(0, dtype=pl.Int64))
    drawn = pl.concat(parts)
    return drawn[rng.permutation(len(drawn))].with_columns(row=pl.int_range(1, pl.len() + 1))
