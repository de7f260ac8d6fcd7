"""Turns: who had the word, from when, with how many messages."""

from __future__ import annotations

import numpy as np
import polars as pl

#: Longest pause within a turn, in minutes.
TURN_GAP_MIN = 2
TEMPLATE_CHARS = 200
TEMPLATE_DAYS = 180
#: How far ahead a text's return is seen: as far as measuring sees behind a month.
AGAIN_DAYS = 3


def assign_turns(messages: pl.DataFrame) -> pl.Series:
    """Turn number of each message, in time order; NULL for deleted stubs and bots.

    A turn is a run of consecutive messages of one sender with gaps of at most 2 minutes and nobody between,
    on times floored to the minute (exports differ in precision). Stubs and bots have no word and divide no
    turn.

    Args:
        messages: sent_at (UTC), member_key, kind, is_bot; sorted by time.
    """
    heard = messages.select(((pl.col("kind") != "deleted") & ~pl.col("is_bot")).arg_true()).to_series()
    said = messages.select(
        pl.col("member_key").gather(heard), minute=pl.col("sent_at").gather(heard).dt.epoch("s") // 60
    )
    sender, minute = said["member_key"].to_numpy(), said["minute"].to_numpy()
    new = np.ones(len(heard), dtype=bool)
    new[1:] = (sender[1:] != sender[:-1]) | (np.diff(minute) > TURN_GAP_MIN)
    turns = pl.Series("turn", [None], dtype=pl.Int64).new_from_index(0, len(messages))
    return turns.scatter(heard, pl.Series(np.cumsum(new) - 1))


def first_messages(turn: pl.Series) -> np.ndarray:
    """Where each turn's first message stands, turns without gaps in time order."""
    numbers = turn.to_numpy()
    return np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)])


def is_template(messages: pl.DataFrame) -> pl.Series:
    """Whether a message is a forwarded template.

    Marked as forwarded, or 200 characters or more of normal text that another sender posted in this group in
    the trailing 180 days.

    Args:
        messages: sent_at, member_key, plain, is_forwarded; sorted by time.
    """
    # of bytes there are no fewer than of characters, and they are at hand
    at = (messages["plain"].str.len_bytes() >= TEMPLATE_CHARS).arg_true()
    at = at.filter(messages["plain"].gather(at).str.len_chars() >= TEMPLATE_CHARS)
    long = messages.select(pl.col("sent_at", "member_key", "plain").gather(at))
    is_copied = long.select(
        pl.col("sent_at") - last_by_another(long, "plain") <= pl.duration(days=TEMPLATE_DAYS)
    ).to_series()
    return messages["is_forwarded"].clone().scatter(at.filter(is_copied), True)


def last_by_another(frame: pl.DataFrame, text: str) -> pl.Series:
    """When another sender last had the same text before, for each row (sent_at, member_key, text; any
    order)."""
    ordered = (
        frame.select("sent_at", "member_key", pl.col(text).alias("key"))
        .with_row_index("row")
        .sort("key", "sent_at", "row")
    )
    same = pl.col("key") == pl.col("key").shift()
    changed = same & (pl.col("member_key") != pl.col("member_key").shift())
    previous = pl.when(changed).then(pl.col("sent_at").shift())
    new_text = ~same.fill_null(False)
    earlier = ordered.with_columns(block=new_text.cum_sum(), previous=previous).with_columns(
        pl.col("previous").forward_fill().over("block")
    )
    return earlier.sort("row")["previous"]


def next_by_another(frame: pl.DataFrame, text: str) -> pl.Series:
    """When another sender next has the same text, for each row: :func:`last_by_another` read backwards."""
    backwards = frame.select("member_key", text, sent_at=-pl.col("sent_at").to_physical()).reverse()
    return (-last_by_another(backwards, text)).reverse().cast(frame.schema["sent_at"])


def repeats(texts: pl.DataFrame) -> pl.DataFrame:
    """How long ago the same text stood in the group before, and how soon after, in days.

    Args:
        texts: turn, sent_at, member_key, said (normal text); any order.

    Returns:
        turn, same_text_days? (whoever posted it), others_text_days? (another member), others_again_days? (another
        member after it, within :data:`AGAIN_DAYS`), in the order of texts.
    """
    ordered = texts.select("turn", "said", "sent_at").sort("said", "sent_at", "turn")
    same = ordered.select("turn", before=pl.col("sent_at").shift().over("said"))
    joined = texts.with_columns(
        others=last_by_another(texts, "said"), again=next_by_another(texts, "said")
    ).join(same, on="turn", maintain_order="left")

    def days(since: str, until: str) -> pl.Expr:
        return (pl.col(until) - pl.col(since)).dt.total_minutes() / (24 * 60)

    again = days("sent_at", "again")
    return joined.select(
        "turn",
        same_text_days=days("before", "sent_at"),
        others_text_days=days("others", "sent_at"),
        others_again_days=pl.when(again <= AGAIN_DAYS).then(again),
    )
