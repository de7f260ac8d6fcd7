"""What kind of turn a turn is: the rules, each beside its name. Input is one row per turn with its words."""

from __future__ import annotations

import polars as pl

from tasks.measure.text.lexicon import TAG_BIT

#: Weights of answer cues that make a turn an answer.
CUE_WEIGHT = 1.0
_FIELD_TAGS = {
    "day": "field day",
    "time": "field time",
    "place": "field place",
    "contact": "field contact",
    "link": "field link",
}


def has_tag(tag: str) -> pl.Expr:
    """Whether the turn's own text holds a term tagged so."""
    return (pl.col("tags") & TAG_BIT[tag]) > 0


def n_fields() -> pl.Expr:
    """How many of day, time, place, contact, link an announcement would have, by shape or by listed term."""
    return pl.sum_horizontal(
        (pl.col(f"field_{field}") | has_tag(tag)).cast(pl.Int64) for field, tag in _FIELD_TAGS.items()
    )


def is_announcement() -> pl.Expr:
    """Two of the five fields, or an opportunity; a copied list announces nothing new (convention 11)."""
    return ((n_fields() >= 2) | (pl.col("lex_opportunity") > 0)) & ~pl.col("is_copy")


def is_help_request() -> pl.Expr:
    """A help_request term that asks for more than prayers, in no list and no announcement (indicator 13)."""
    return pl.col("is_text") & (pl.col("n_requests") > 0) & ~pl.col("is_list") & ~pl.col("is_announcement")


def is_prayer_request() -> pl.Expr:
    """Asks for prayers and for nothing else."""
    return (
        pl.col("is_text")
        & has_tag("prayer_request")
        & ~pl.col("is_help_request")
        & ~pl.col("is_list")
        & ~pl.col("is_announcement")
    )


def is_question() -> pl.Expr:
    """A question mark or a question word, in no list and no announcement (indicator 21)."""
    return pl.col("is_text") & pl.col("asks") & ~pl.col("is_list") & ~pl.col("is_announcement")


def can_answer() -> pl.Expr:
    """Words, a number or a link of its own, in no list, announcement, greeting-only or humour-only turn
    (section 5)."""
    says = pl.col("is_text") | ((pl.col("has_number") | pl.col("has_link")) & ~pl.col("is_forwarded"))
    return says & ~(
        pl.col("is_list") | pl.col("is_announcement") | pl.col("is_greeting_only") | pl.col("is_humour_only")
    )


def has_cue() -> pl.Expr:
    """Condition (b) without shared words: cues that add up to 1, a number or a link, and no question
    itself."""
    cue = (pl.col("cue_weight") >= CUE_WEIGHT) | pl.col("has_number") | pl.col("has_link")
    return cue & ~pl.col("is_question")


def is_bare_number() -> pl.Expr:
    """Of the cues of condition (b) the turn has a number and no other."""
    return pl.col("has_number") & (pl.col("cue_weight") < CUE_WEIGHT) & ~pl.col("has_link")


def task() -> pl.Expr:
    """Task class, the first hit wins (convention 11); NULL for turns of media alone.

    Example: 'Open donasi ... 1. Ahmad 50rb' is aid; 'Pengajian Sabtu 12 Mei jam 19.30' announces; 'saya ikut'
    organises; the first answer to a question informs; 'turut berduka' is ritual care; the rest is sociable.
    """
    counts = {
        name: pl.col(f"lex_{name}") > 0
        for name in ("help_offer", "mutual_aid", "event_activity", "commitment", "decline", "invitation")
    }
    aid = (
        pl.col("is_donation_list")
        | counts["help_offer"]
        | counts["mutual_aid"]
        | pl.col("is_help_request")
        | pl.col("is_prayer_request")
    )
    organise = (
        pl.col("is_list")
        | counts["event_activity"]
        | counts["commitment"]
        | pl.col("is_commitment")  # an assent in an open call
        | counts["decline"]
        | counts["invitation"]
    )
    worded = pl.col("is_text") | pl.col("is_list") | pl.col("is_forwarded") | pl.col("is_ritual")
    return (
        pl.when(~worded).then(None)
        .when(aid).then(pl.lit("aid"))
        .when(pl.col("is_announcement")).then(pl.lit("announce"))
        .when(organise).then(pl.lit("organise"))
        .when(pl.col("is_answer")).then(pl.lit("inform"))
        .when(pl.col("is_ritual")).then(pl.lit("ritual_care"))
        .otherwise(pl.lit("sociable"))
    )  # fmt: skip
