"""Polls as activities. What a poll says stays with its message, so that it is known when its text has gone."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.measure.text.distinct import or_none
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
    asked = (messages["kind"] == "poll").arg_true()
    if asked.is_empty():
        return pl.DataFrame(schema=_NOTHING).clear(len(messages))
    poll = read_polls(pl.col("text"))
    read = messages["text"].gather(asked).fill_null("").to_frame("text").select(
        question=poll.question.fill_null("").str.to_lowercase(),
        options=poll.options.list.join("\n").fill_null("").str.to_lowercase(),
        poll_votes=poll.votes.list.sum().fill_null(0).cast(pl.Int64),
    )  # fmt: skip
    question = read["question"]
    comes = (question + "\n" + read["options"]).str.contains(_WHO_COMES)
    for pattern in kinds.filter(pl.col("activity_kind").is_in(_GATHERING))["pattern"]:
        others = (~comes).arg_true()
        if len(others):
            comes = comes.scatter(others, question.gather(others).str.contains(pattern))
    told = read.select(
        "poll_votes",
        poll_kind=pl.when(comes).then(pl.lit("poll")).otherwise(pl.lit("other_list")),
        poll_words=question.str.extract_all(r"[\pL\d]{2,}").list.unique(maintain_order=True),
    )
    place = np.full(len(messages), -1)
    place[asked.to_numpy()] = np.arange(len(asked))
    at = or_none(place)
    return pl.DataFrame([told[name].gather(at) for name in _NOTHING])


def polls(messages: pl.DataFrame) -> pl.DataFrame:
    """at, sent_at, local_date, member_key, turn, n_items (votes), title_words, activity_kind of each poll in a turn.

    Args:
        messages: with the columns of :func:`read_votes`.
    """
    return messages.select(
        "at",
        "sent_at",
        "local_date",
        "member_key",
        "turn",
        n_items="poll_votes",
        title_words="poll_words",
        activity_kind="poll_kind",
    ).drop_nulls(["turn", "activity_kind"])
