"""All activities of a group: lists, and the announcements and polls that speak of no list."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tasks.measure.activities import Chains, list_activities
from tasks.measure.gifts import dues_chains
from tasks.measure.same_activity import stands_for

#: What a single announcement or poll has none of.
_SINGLE = {
    "n_versions": pl.lit(1), "n_forks": pl.lit(0), "n_lost_updates": pl.lit(0), "n_matched": pl.lit(0),
    "n_guests": pl.lit(0), "n_refused_amounts": pl.lit(0), "n_large_amounts": pl.lit(0),
}  # fmt: skip

#: What tells of which activity an announcement or poll speaks.
_NAMES = ("title_words", "planned_date", "is_moved", "moved_from", "sent_at")


@dataclass(frozen=True, slots=True)
class Activities:
    """``rows``: of ``core.fact_activity`` in time order, with turn? and title_words. ``keys``: chain, activity_key.
    ``calls``: activity_key, turn of announcements and polls that speak of an activity which began elsewhere."""

    rows: pl.DataFrame
    keys: pl.DataFrame
    calls: pl.DataFrame


def activities(
    chains: Chains, entries: pl.DataFrame, announced: pl.DataFrame, asked: pl.DataFrame, ignored: list[str]
) -> Activities:
    """All activities of a group: lists, and the announcements and polls that speak of no list.

    An activity that is put off or called off by a later announcement is planned for the day told there, or for none.

    Args:
        entries: of the lists. announced: see :func:`~tasks.measure.announcements.announced_turns`. asked: polls, see
            :func:`polls`. ignored: words that are no part of a title.
    """
    listed = list_activities(chains, entries)
    spoken = _spoken(announced, asked, listed, ignored)
    begun = spoken.filter("is_own").select(
        "sent_at", "local_date", "turn", "title_words", "activity_kind", "n_items", "n_unmatched", "planned_date",
        "root", **_SINGLE, organiser_member_key="member_key", last_seen_date="local_date",
    )  # fmt: skip
    merged = (
        pl.concat([listed, begun], how="diagonal_relaxed")
        .join(dues_chains(chains), on="chain", how="left", maintain_order="left")
        .sort("sent_at", "turn", "activity_kind", "chain", nulls_last=True)
        .with_columns(
            activity_key=pl.int_range(pl.len()),
            is_dues=pl.col("is_dues").fill_null(False),
            month=pl.col("local_date").dt.truncate("1mo"),
        )
    )
    keys = merged.select("chain", "root", "activity_key")
    others = spoken.filter(~pl.col("is_own"))
    calls = pl.concat(
        [
            others.drop_nulls("chain").join(keys.drop("root"), on="chain"),
            others.filter(pl.col("chain").is_null()).join(keys.drop("chain"), on="root"),
        ],
        how="diagonal_relaxed",
    ).sort("sent_at", "turn", "activity_key")
    return Activities(
        _moved(merged, calls.filter("is_moved")).drop("last_sent_at", "root"),
        keys.drop_nulls("chain").drop("root"),
        calls.select("activity_key", "turn"),
    )


def _spoken(
    announced: pl.DataFrame, asked: pl.DataFrame, listed: pl.DataFrame, ignored: list[str]
) -> pl.DataFrame:
    """Announcements and polls with chain? (the list they speak of), root (the row that began their activity), is_own
    (they are what began it)."""
    word, no_day = pl.element(), pl.lit(None, pl.Date)
    titled = listed.with_columns(
        pl.col("title_words").list.eval(word.filter(~word.is_in(ignored) & ~word.str.contains(r"^\d")))
    )
    asked = asked.with_columns(planned_date=no_day, is_moved=pl.lit(False), moved_from=no_day)
    announced, spoken_of = _of_their_days(announced, titled)
    polled = stands_for(asked.select(_NAMES), listed.with_columns(planned_date=no_day))
    found = pl.concat([spoken_of, polled.with_columns(pl.col("root") + len(announced))])
    rows = pl.concat(
        [
            announced.with_columns(
                activity_kind=pl.lit("announcement"), n_items=pl.lit(0), n_unmatched=pl.lit(0)
            ),
            asked.with_columns(n_unmatched=pl.col("n_items")),
        ],
        how="diagonal_relaxed",
    ).hstack(found)
    # what moves an activity of which nothing is known begins none, unless it names it and the new day
    words = pl.col("title_words")
    begins = ~pl.col("is_moved") | (pl.col("planned_date").is_not_null() & words.is_not_null())
    is_first = (pl.col("root") == pl.int_range(pl.len())) & pl.col("chain").is_null()
    return (
        rows.with_columns(is_own=is_first)
        .filter(begins | ~pl.col("is_own"))
        .with_columns(words.fill_null([]))
    )


def _of_their_days(announced: pl.DataFrame, titled: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Announcements, and what they stand for; what is put off from a day on which something is known to be, to a
    weekday, is planned for the next such day after that."""
    found = stands_for(announced.select(_NAMES), titled)
    is_later = found["is_of_old_day"] & announced["later_day"].is_not_null()
    if not is_later.any():
        return announced, found
    announced = announced.with_columns(
        planned_date=announced["later_day"].zip_with(is_later, announced["planned_date"])
    )
    return announced, stands_for(announced.select(_NAMES), titled)


def _moved(activities: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Activities planned for the day to which the last word moves them, NULL without one; what is over is not moved."""
    planned = activities.select("activity_key", "last_sent_at", was="planned_date")
    last = (
        moves.join(planned, on="activity_key", maintain_order="left")
        .filter(
            pl.col("was").is_null() | (pl.col("local_date") <= pl.col("was")),
            pl.col("last_sent_at").is_null() | (pl.col("last_sent_at") < pl.col("sent_at")),
        )
        .group_by("activity_key", maintain_order=True)
        .agg(pl.col("planned_date").last(), is_moved=pl.lit(True))
    )
    joined = activities.join(last, on="activity_key", how="left", suffix="_new", maintain_order="left")
    return joined.with_columns(
        pl.when("is_moved").then("planned_date_new").otherwise("planned_date").alias("planned_date")
    ).drop("planned_date_new", "is_moved")
