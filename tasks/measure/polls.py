"""Polls as activities. What a poll says stays with its message, so that it is known when its text has gone."""

from __future__ import annotations

import polars as pl

from tasks.parse.polls import read_polls

#: What a poll asks or offers that is to tell who comes.
_WHO_COMES = (
    r"\b(?:hadir|ikut(?:an)?|datang|dateng|bisa|gabung|join|kehadiran|absen|otw|rsvp|hadirin|siap|going)\b"
)
_GATHERING = ["rsvp", "attendance", "khataman", "learning"]
_NOTHING = pl.Schema(
    [("poll_kind", pl.String()), ("poll_votes", pl.Int64()), ("poll_words", pl.List(pl.String))]
)


def read_votes(messages: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """poll_kind, poll_votes (shown in the export), poll_words (of the question) by message; NULL where it is no poll.

    A poll asks who comes ('poll') where its question or an option says so or names an occasion; one about
    anything else ('Makan apa?') is an 'other_list'. Exports name the options and their votes, never the voters.

    Args:
        messages: with kind, text. kinds: activity_kind, pattern, by precedence.
    """
    rows = messages.select("kind", "text", row=pl.int_range(pl.len()))
    asked = rows.filter(kind="poll")
    if asked.is_empty():
        return pl.DataFrame(schema=_NOTHING).clear(len(messages))
    poll = read_polls(pl.col("text").fill_null(""))
    question = poll.question.fill_null("").str.to_lowercase()
    gathers = kinds.filter(pl.col("activity_kind").is_in(_GATHERING))
    occasion = pl.any_horizontal(question.str.contains(pattern) for pattern in gathers["pattern"].to_list())
    options = poll.options.list.join("\n").fill_null("").str.to_lowercase()
    comes = occasion | question.str.contains(_WHO_COMES) | options.str.contains(_WHO_COMES)
    told = asked.select(
        "row",
        poll_kind=pl.when(comes).then(pl.lit("poll")).otherwise(pl.lit("other_list")),
        poll_votes=poll.votes.list.sum().fill_null(0).cast(pl.Int64),
        poll_words=question.str.extract_all(r"[\pL\d]{2,}").list.unique(maintain_order=True),
    )
    return rows.select("row").join(told, on="row", how="left", maintain_order="left").drop("row")


def polls(messages: pl.DataFrame) -> pl.DataFrame:
    """at, sent_at, local_date, member_key, turn, n_items (votes), title_words, activity_kind of each poll in a turn.

    Args:
        messages: with the columns of :func:`read_votes`.
    """
    return messages.filter(pl.col("poll_kind").is_not_null() & pl.col("turn").is_not_null()).select(
        "at",
        "sent_at",
        "local_date",
        "member_key",
        "turn",
        n_items="poll_votes",
        title_words="poll_words",
        activity_kind="poll_kind",
    )
