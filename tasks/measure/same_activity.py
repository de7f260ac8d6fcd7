"""Which announcements and polls speak of one activity, and which of a list's."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from tasks.measure.text.distinct import stretches

#: Titles are alike that share half of their words (Jaccard).
SAME_TITLE, SAME_TITLE_DAYS = 0.5, 14
_NONE = -1


def stands_for(rows: pl.DataFrame, chains: pl.DataFrame) -> pl.DataFrame:
    """chain?, root: of which list each row speaks, and else of which row before it; itself where it is the first.

    Two rows are of one activity if their titles are alike and they are of one day, or, where one of them names no
    day, within 14 days of each other. On one day a title may also be part of the other: a reminder is shorter than
    the first call. Two days are two activities, unless the later row puts the earlier one off (``is_moved``).

    Args:
        rows: sent_at, title_words, planned_date?, is_moved; in the order of time.
        chains: chain, sent_at, last_sent_at, title_words, planned_date?.
    """
    both = pl.concat([_titled(rows, "is_moved"), _titled(chains, pl.lit(False))])
    by_title, title = _numbered(both, "title")
    by_likes, likes = _numbered(both.join(_like_titles(both), on="title", maintain_order="left"), "likes")
    pairs = pl.concat(
        [
            _of_fitting_days(by_title, _equal_titles(by_title), "title"),
            _on_one_day(by_title),
            _of_fitting_days(by_likes, _alike(by_likes), "likes").with_columns(
                pl.col("key", "other") + len(by_title)
            ),
        ]
    )
    key = np.stack([title, likes + len(by_title)])
    listed = _list_of(rows, key[:, : len(rows)], chains, key[:, len(rows) :], pairs)
    before = np.where(listed >= 0, _NONE, _row_before(rows, key[:, : len(rows)], pairs))
    root = np.where(before >= 0, before, np.arange(len(rows)))
    while not np.array_equal(root[root], root):
        root = root[root]
    of_list = listed[root]
    chain = (
        chains["chain"].cast(pl.Int64).extend_constant(None, 1).gather(pl.Series(of_list % (len(chains) + 1)))
    )
    return pl.DataFrame({"chain": chain, "root": root})


def _titled(frame: pl.DataFrame, is_moved: str | pl.Expr) -> pl.DataFrame:
    words = pl.col("title_words").list.unique().list.sort()
    return frame.select(words=words, title=words.list.join("\x1f"), day="planned_date", is_moved=is_moved)


def _numbered(both: pl.DataFrame, by: str) -> tuple[pl.DataFrame, np.ndarray]:
    """Distinct titles, or likes of titles, with their days, numbered as ``key``; and the key of each row."""
    names = [by, "day", "is_moved"]
    keys = both.unique(names, maintain_order=True).with_columns(key=pl.int_range(pl.len()))
    key = both.join(keys.select(*names, "key"), on=names, how="left", nulls_equal=True, maintain_order="left")
    return keys, key["key"].to_numpy()


def _equal_titles(keys: pl.DataFrame) -> pl.DataFrame:
    """title, other_title: each title with itself; none ('👍?') is like no other."""
    return keys.filter(pl.col("title") != "").select("title", other_title="title").unique()


def _like_titles(both: pl.DataFrame) -> pl.DataFrame:
    """title, likes, shared_words, n: titles are likes of each other that have the same number of words and the same
    of those words that several titles have; a word of one title alone makes none alike."""
    titles = both.unique("title", maintain_order=True).select("title", "words", n=pl.col("words").list.len())
    several = (
        titles.select("title", word="words")
        .explode("word", empty_as_null=False)
        .filter(pl.len().over("word") > 1)
        .group_by("title", maintain_order=True)
        .agg(shared_words=pl.col("word").sort())
    )
    told = titles.join(several, on="title", how="left", maintain_order="left").with_columns(
        pl.col("shared_words").fill_null([])
    )
    likes = pl.concat_str(pl.col("shared_words").list.join("\x1f"), pl.col("n"), separator="\x1e")
    return told.select("title", "shared_words", "n", likes=likes)


def _alike(keys: pl.DataFrame) -> pl.DataFrame:
    """likes, other_likes: those whose titles share half of their words or more (Jaccard); each with itself too."""
    words = (
        keys.unique("likes").select("likes", "n", word="shared_words").explode("word", empty_as_null=False)
    )
    shared = (
        words.join(words.rename({"likes": "other_likes", "n": "n_other"}), on="word")
        .group_by("likes", "other_likes", "n", "n_other")
        .agg(shared=pl.len())
    )
    every = pl.col("n") + pl.col("n_other") - pl.col("shared")
    return shared.filter(pl.col("shared") >= SAME_TITLE * every).select("likes", "other_likes")


def _of_fitting_days(keys: pl.DataFrame, alike: pl.DataFrame, by: str) -> pl.DataFrame:
    """key, other, same_day: keys that are alike, of one day or with a day that is not known or is put off."""
    day, other = pl.col("day"), pl.col("day_other")
    others = keys.select(pl.col(by).alias(f"other_{by}"), other="key", day_other="day")
    return (
        alike.join(keys.select(by, "key", "day", "is_moved"), on=by)
        .join(others, on=f"other_{by}")
        .filter(day.is_null() | other.is_null() | (day == other) | pl.col("is_moved"))
        .select("key", "other", same_day=(day == other).fill_null(False))
    )


def _on_one_day(keys: pl.DataFrame) -> pl.DataFrame:
    """key, other, same_day: keys of one day of which one's title is part of the other's."""
    dated = keys.filter(pl.col("day").is_not_null()).select(
        "key", "day", n=pl.col("words").list.len(), word="words"
    ).explode("word", empty_as_null=False)  # fmt: skip
    return (
        dated.join(dated, on=["day", "word"], suffix="_other")
        .group_by("key", other="key_other")
        .agg(shared=pl.len(), shorter=pl.min_horizontal(pl.col("n").first(), pl.col("n_other").first()))
        .filter(pl.col("shared") == pl.col("shorter"))
        .select("key", "other", same_day=pl.lit(True))
    )


def _candidates(key: np.ndarray, pairs: pl.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By row and key that may be of its activity: row, other key, whether of one day. ``key``: two of each row."""
    ordered = pairs.sort("key", "other")
    of_key, asked = ordered["key"].to_numpy(), key.ravel()
    first = np.searchsorted(of_key, asked)
    count = np.searchsorted(of_key, asked, side="right") - first
    at = stretches(first, count)
    row = np.repeat(np.tile(np.arange(key.shape[1]), len(key)), count)
    return row, ordered["other"].to_numpy()[at], ordered["same_day"].to_numpy()[at]


def _row_before(rows: pl.DataFrame, key: np.ndarray, pairs: pl.DataFrame) -> np.ndarray:
    """By row the last one before it that is of its activity, else -1."""
    n = max(len(rows), 1)
    row, other, same_day = _candidates(key, pairs)
    # a move that names no day begins nothing of which others may speak
    begins = (rows["planned_date"].is_not_null() | ~rows["is_moved"]).to_numpy()
    known = np.sort((key * n + np.arange(len(rows)))[:, begins].ravel())
    at = np.searchsorted(known, other * n + row) - 1
    found = np.append(known, 0)[at]
    sent = rows["sent_at"].to_numpy()
    is_before = (at >= 0) & (found // n == other)
    near = sent[row] - sent[found % n] <= np.timedelta64(SAME_TITLE_DAYS, "D")
    chosen = is_before & (near | same_day)
    before = np.full(len(rows), _NONE)
    np.maximum.at(before, row[chosen], (found % n)[chosen])
    return before


def _list_of(
    rows: pl.DataFrame, key: np.ndarray, chains: pl.DataFrame, chain_key: np.ndarray, pairs: pl.DataFrame
) -> np.ndarray:
    """By row the place of the chain of its activity, else -1: the nearest in time, of equals the youngest."""
    row, other, same_day = _candidates(key, pairs)
    near = pl.DataFrame({"row": row, "key": other, "same_day": same_day}).join(
        pl.concat(
            chains.select("sent_at", "last_sent_at", place=pl.int_range(pl.len()), key=pl.Series(one))
            for one in chain_key
        ),
        on="key",
    )
    said = rows["sent_at"].gather(near["row"])
    away = pl.max_horizontal(
        pl.col("sent_at") - pl.col("said"), pl.col("said") - pl.col("last_sent_at"), pl.lit(dt.timedelta(0))
    )
    best = (
        near.with_columns(said=said)
        .with_columns(away=away)
        .filter((pl.col("away") <= dt.timedelta(days=SAME_TITLE_DAYS)) | pl.col("same_day"))
        .sort("row", "away", "sent_at", "place", descending=[False, False, True, False])
        .unique("row", keep="first", maintain_order=True)
    )
    listed = np.full(len(rows), _NONE)
    listed[best["row"].to_numpy()] = best["place"].to_numpy()
    return listed
