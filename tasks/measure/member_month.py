"""``core.fact_member_month``: what each person did in each month of presence, for panel models."""

from __future__ import annotations

import datetime as dt

import polars as pl

from schemas.tables import TABLES


def member_months(
    turns: pl.DataFrame,
    replies: pl.DataFrame,
    answerers: pl.DataFrame,
    entries: pl.DataFrame,
    presence: pl.DataFrame,
    coverage: pl.DataFrame,
    *,
    group_key: int,
    last: dt.date,
    known_since: pl.DataFrame,
) -> pl.DataFrame:
    """One row per person and month with a covered day of presence or a turn.

    Args:
        turns: ``core.fact_turn``.
        replies: source_member_key, target_member_key, local_date, layer, weight; the core layer counts.
        answerers: member_key, local_date: first answers given to requests for help.
        entries: member_key?, added_date, activity_kind: entries in lists that name a member.
        presence: frame PRESENCE. coverage: frame COVERAGE. last: last day of the measured month.
        known_since: member_key, date: first days in a group that this one continues.

    Returns:
        The table's columns; ``replies_*`` in weights, ``tenure_days`` from the first presence or turn,
        in this group or one it continues, to the month's last covered or measured day.
    """
    month = pl.col("local_date").dt.truncate("1mo").alias("month")
    keys = ["member_key", "month"]
    said = (
        turns.filter(pl.col("local_date") <= last)
        .group_by("member_key", month)
        .agg(
            turns=pl.len(),
            text_turns=pl.col("is_text").sum(),
            words=pl.col("n_words").sum(),
            questions=pl.col("is_question").sum(),
            help_requests=pl.col("is_help_request").sum(),
            unanswered_requests=(pl.col("is_help_request") & pl.col("answer_delay_min").is_null()).sum(),
            symbol_turns=_text_with("shared_symbol").sum(),
            ritual_turns=(
                _text_with("greeting_ritual", "congrats_prayer")
                & ~pl.col("is_announcement")
                & ~pl.col("is_forwarded")
            ).sum(),
            we_turns=_text_with("we_incl", "we_excl").sum(),
            i_turns=_text_with("i_word").sum(),
            offer_turns=(pl.col("lex_help_offer") > 0).sum(),
            opportunity_turns=(pl.col("lex_opportunity") > 0).sum(),
        )
    )
    core = replies.filter((pl.col("layer") == "core") & (pl.col("local_date") <= last))
    given = core.group_by(month, member_key="source_member_key").agg(replies_given=pl.col("weight").sum())
    received = core.group_by(month, member_key="target_member_key").agg(
        replies_received=pl.col("weight").sum()
    )
    ends = pl.concat(
        [
            core.select("local_date", member_key="source_member_key", other="target_member_key"),
            core.select("local_date", member_key="target_member_key", other="source_member_key"),
        ]
    )
    ties = ends.group_by("member_key", month).agg(n_ties=pl.col("other").n_unique())
    helped = (
        answerers.filter(pl.col("local_date") <= last)
        .group_by("member_key", month)
        .agg(help_answers=pl.len())
    )
    listed = (
        entries.drop_nulls("member_key").filter(pl.col("added_date") <= last)
        .group_by("member_key", pl.col("added_date").dt.truncate("1mo").alias("month"))
        .agg(list_entries=pl.len(), learning_entries=(pl.col("activity_kind") == "learning").sum())
    )  # fmt: skip
    days = presence.filter(pl.col("date") <= last)
    there = days.group_by("member_key", pl.col("date").dt.truncate("1mo").alias("month")).agg(
        present_days=pl.col("date").n_unique()
    )
    frame = pl.concat([there.select(keys), said.select(keys)]).unique()
    for part in (there, said, given, received, ties, helped, listed):
        frame = frame.join(part.with_columns(pl.col("member_key").cast(pl.Int64)), on=keys, how="left")
    covered = _covered(coverage, last)
    firsts = (
        pl.concat(
            [
                days.select("member_key", date="date"),
                turns.select("member_key", date="local_date"),
                known_since,
            ]
        )
        .group_by("member_key")
        .agg(first=pl.col("date").min())
    )
    end = pl.min_horizontal(pl.col("month").dt.month_end(), pl.lit(last))
    filled = (
        frame.join(covered, on="month", how="left")
        .join(firsts, on="member_key", how="left")
        .with_columns(
            pl.lit(group_key).alias("group_key"),
            tenure_days=((end - pl.col("first")).dt.total_days() + 1).clip(0),
        )
    )
    spec = TABLES["core.fact_member_month"]
    return spec.conform(filled.with_columns(pl.col(pl.Int64, pl.UInt32, pl.Float64).fill_null(0))).sort(
        "member_key", "month"
    )


def _text_with(*categories: str) -> pl.Expr:
    """Whether a turn has text of its own and a word of one of the categories."""
    return pl.col("is_text") & pl.any_horizontal(pl.col(f"lex_{name}") > 0 for name in categories)


def _covered(coverage: pl.DataFrame, last: dt.date) -> pl.DataFrame:
    observed = coverage.filter(pl.col("is_covered") & ~pl.col("is_gap") & (pl.col("date") <= last))
    return observed.group_by(pl.col("date").dt.truncate("1mo").alias("month")).agg(
        covered_days=pl.col("date").n_unique()
    )
