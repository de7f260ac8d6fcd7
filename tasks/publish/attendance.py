"""``research.attendance``: do promises on lists become presence? Against the attendance that is declared."""

from __future__ import annotations

import polars as pl

from schemas.tables import TABLES
from tasks.publish.limits import Limits

TABLE = TABLES["research.attendance"]
#: Lists on which people say that they will come, or came.
KINDS = ("rsvp", "attendance", "learning", "khataman")
_NUMBERS = ("n_activities", "n_committed", "n_attended", "kept_share", "unannounced_share")


def attendance(
    declared: pl.DataFrame,
    activities: pl.DataFrame,
    participation: pl.DataFrame,
    coverage: pl.DataFrame,
    sizes: pl.DataFrame,
    limits: Limits,
) -> pl.DataFrame:
    """``research.attendance``: one row per group and year with a declared attendance.

    Args:
        declared: ``core.fact_attendance``. activities, participation: ``core.fact_activity`` and its entries;
            all with ``group_id``.
        coverage: group_id, month: every month from the history's start to the month measured.
        sizes: group_id, month, size.
        limits: the limits in force.

    Compared are the days whose declaration names people and for which a list was planned: people who said yes
    or done against people who came, person by person and day. ``n_attended`` counts those named. A count
    without names cannot be held against a list.
    """
    day = pl.col("activity_date")
    named = declared.filter(pl.col("member_key").is_not_null()).select(
        "group_id", "activity_date", "member_key", came=pl.lit(True)
    )
    lists = activities.filter(pl.col("activity_kind").is_in(KINDS)).select(
        "group_id", "activity_key", activity_date="planned_date"
    )
    days = (
        named.select("group_id", "activity_date")
        .unique()
        .join(lists, on=["group_id", "activity_date"], how="semi")
    )
    said = (
        participation.filter(
            pl.col("participation_status").is_in(["yes", "done"]) & pl.col("member_key").is_not_null()
        )
        .join(lists, on=["group_id", "activity_key"])
        .select("group_id", "activity_date", "member_key", said=pl.lit(True))
        .unique()
    )
    key = ["group_id", "activity_date", "member_key"]
    people = (
        named.join(said, on=key, how="full", coalesce=True)
        .join(days, on=["group_id", "activity_date"], how="semi")
        .with_columns(pl.col("came", "said").fill_null(False), year=day.dt.year())
    )
    both = pl.col("came") & pl.col("said")
    who = pl.col("member_key")
    years = people.group_by("group_id", "year").agg(
        n_activities=day.n_unique().cast(pl.Int64),
        n_committed=pl.col("said").sum().cast(pl.Int64),
        n_attended=pl.col("came").sum().cast(pl.Int64),
        _both=both.sum(),
        _kept=who.filter(both).n_unique(),
        _absent=who.filter(pl.col("said") & ~pl.col("came")).n_unique(),
        _unannounced=who.filter(pl.col("came") & ~pl.col("said")).n_unique(),
    )
    asked = declared.select("group_id", year=day.dt.year()).unique()
    months = coverage.join(sizes, on=["group_id", "month"], how="left")
    span = months.group_by("group_id", year=pl.col("month").dt.year()).agg(_least=pl.col("size").min())
    last = coverage.group_by("group_id").agg(_last=pl.col("month").max())
    found = (
        asked.join(years, on=["group_id", "year"], how="left")
        .join(span, on=["group_id", "year"], how="left")
        .join(last, on="group_id", how="left")
    )
    cells = pl.col("_kept", "_absent", "_unannounced")
    few = pl.any_horizontal((cells > 0) & (cells < limits.min_subgroup))
    status = (
        pl.when((pl.col("_least") < limits.min_group_n).fill_null(True))
        .then(pl.lit("suppressed"))
        .when(pl.col("n_activities").is_null())
        .then(pl.lit("not_applicable"))
        .when(pl.date(pl.col("year"), 12, 1) > pl.col("_last"))
        .then(pl.lit("immature"))
        .when(few)
        .then(pl.lit("suppressed"))
        .otherwise(pl.lit("ok"))
    )
    return found.with_columns(
        kept_share=pl.when(pl.col("n_committed") > 0).then(pl.col("_both") / pl.col("n_committed")),
        unannounced_share=pl.when(pl.col("n_attended") > 0).then(1 - pl.col("_both") / pl.col("n_attended")),
        status=status,
    ).with_columns(pl.when(pl.col("status") == "ok").then(pl.col(_NUMBERS)))
