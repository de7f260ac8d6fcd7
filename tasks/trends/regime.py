"""What changed around a group: shares and flags by group and month that can bend an indicator.

A phone that starts exporting, polls in place of lists, stickers in place of words, admins-only mode and
disappearing messages move numbers without a change in the group.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from schemas.config import Group
from schemas.tables import TABLES
from schemas.vocabulary import GROUP_STATES

GROUP_MONTH = ("group_id", "month")
_OPEN_END = dt.date(9999, 12, 31)
#: flag -> (event that begins it, event that ends it, kind of declared break)
STATES = {f"is_{state}": (f"{state}_on", f"{state}_off", state) for state in GROUP_STATES}


def _month(date: str) -> pl.Expr:
    return pl.col(date).dt.truncate("1mo").alias("month")


def coverage_by_month(spine: pl.DataFrame, coverage: pl.DataFrame) -> pl.DataFrame:
    """Covered days by group and month: ``group_id, month, coverage, covered_days, n_exporters``.

    Args:
        spine: ``group_id, month``: the group-months asked for.
        coverage: ``fact_coverage`` with ``group_id``. A day is covered when a phone observes it without gap.
    """
    observed = coverage.filter(pl.col("is_covered") & ~pl.col("is_gap")).with_columns(_month("date"))
    counted = observed.group_by(GROUP_MONTH).agg(
        covered_days=pl.col("date").n_unique(), n_exporters=pl.col("exporter_no").n_unique()
    )
    return (
        spine.join(counted, on=GROUP_MONTH, how="left")
        .with_columns(pl.col("covered_days", "n_exporters").fill_null(0))
        .with_columns(coverage=pl.col("covered_days") / pl.col("month").dt.days_in_month())
        .sort(GROUP_MONTH)
    )


def sticker_share(messages: pl.DataFrame) -> pl.DataFrame:
    """Sticker-only turns over turns: ``group_id, month, sticker_share``."""
    turns = (
        messages.filter(pl.col("turn_key").is_not_null())
        .group_by("group_id", "turn_key")
        .agg(_month("local_date").min(), only=(pl.col("kind") == "sticker").all())
    )
    return turns.group_by(GROUP_MONTH).agg(sticker_share=pl.col("only").mean())


def poll_share(messages: pl.DataFrame, turns: pl.DataFrame) -> pl.DataFrame:
    """Polls over polls and list versions: ``group_id, month, poll_share``; no row without either."""
    polls = messages.filter(pl.col("kind") == "poll").select(
        "group_id", _month("local_date"), poll=pl.lit(1.0)
    )
    lists = turns.filter("is_list").select("group_id", _month("local_date"), poll=pl.lit(0.0))
    return pl.concat([polls, lists]).group_by(GROUP_MONTH).agg(poll_share=pl.col("poll").mean())


def unmatched_turn_share(turns: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Turns of people whom no roster knows over turns: ``group_id, month, unmatched_turn_share``.

    No rows at all when there is no roster: then nobody is unmatched, or everybody.
    """
    known = members.filter("is_on_roster")["member_key"].unique()
    if known.is_empty():
        turns = turns.clear()
    return (
        turns.with_columns(_month("local_date"), _unknown=~pl.col("member_key").is_in(known.implode()))
        .group_by(GROUP_MONTH)
        .agg(unmatched_turn_share=pl.col("_unknown").mean())
    )


def ios_share(coverage: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Covered exporter-days that come from iPhones: ``group_id, month, ios_share``.

    A phone's platform is that of its latest export with a known one.
    """
    phones = (
        files.filter(pl.col("platform").is_not_null(), pl.col("exporter_no").is_not_null())
        .sort("group_id", "exporter_no", "last_date", "file_id", nulls_last=False)
        .unique(["group_id", "exporter_no"], keep="last", maintain_order=True)
        .select("group_id", "exporter_no", is_ios=pl.col("platform") == "ios")
    )
    return (
        coverage.filter("is_covered")
        .join(phones, on=["group_id", "exporter_no"])
        .group_by("group_id", _month("date"))
        .agg(ios_share=pl.col("is_ios").mean())
    )


def _spans(events: pl.DataFrame, groups: Mapping[str, Group], flag: str) -> pl.DataFrame:
    """Stretches in which a flag was on, as seen or declared: ``group_id, from_date, to_date``."""
    begins, ends, kind = STATES[flag]
    switches = (
        events.filter(pl.col("event").is_in([begins, ends]))
        .sort("group_id", "sent_at", "membership_event_key")
        .select("group_id", "event_date", on=pl.col("event") == begins)
        .with_columns(to_date=pl.col("event_date").shift(-1).over("group_id").fill_null(_OPEN_END))
        .filter("on")
        .select("group_id", from_date="event_date", to_date="to_date")
    )
    declared = [
        (group_id, stretch.from_date, stretch.to_date or _OPEN_END)
        for group_id, group in groups.items()
        for stretch in group.breaks
        if stretch.kind == kind
    ]
    return pl.concat([switches, pl.DataFrame(declared, schema=switches.schema, orient="row")])


def flagged_months(
    spine: pl.DataFrame, events: pl.DataFrame, groups: Mapping[str, Group], flag: str
) -> pl.DataFrame:
    """Group-months on any day of which the flag was on: ``group_id, month`` and the flag, true."""
    spans = _spans(events, groups, flag)
    return (
        spine.join(spans, on="group_id")
        .filter(pl.col("from_date") <= pl.col("month").dt.month_end(), pl.col("to_date") >= pl.col("month"))
        .select(GROUP_MONTH)
        .unique()
        .with_columns(pl.lit(True).alias(flag))
    )


def regimes(
    spine: pl.DataFrame, core: Mapping[str, pl.DataFrame], groups: Mapping[str, Group]
) -> pl.DataFrame:
    """``group_month_regime`` before disclosure control, one row per row of ``spine``.

    Args:
        spine: ``group_id, month``.
        core: ``core.fact_message, core.fact_turn, core.fact_coverage, core.fact_membership_event`` with
            ``group_id``, ``core.dim_member`` and ``ops.file``.
        groups: what ``groups.toml`` declares.
    """
    messages, turns, coverage = core["core.fact_message"], core["core.fact_turn"], core["core.fact_coverage"]
    parts = [
        poll_share(messages, turns),
        sticker_share(messages),
        unmatched_turn_share(turns, core["core.dim_member"]),
        ios_share(coverage, core["ops.file"]),
        *(flagged_months(spine, core["core.fact_membership_event"], groups, flag) for flag in STATES),
    ]
    table = coverage_by_month(spine, coverage)
    for part in parts:
        table = table.join(part, on=GROUP_MONTH, how="left")
    return table.with_columns(pl.col(list(STATES)).fill_null(False))


#: Tables of the core from which regimes are told, with the columns that suffice.
READ: dict[str, tuple[str, ...]] = {
    "core.fact_coverage": TABLES["core.fact_coverage"].names,
    "core.dim_member": ("member_key", "is_on_roster"),
    "core.fact_message": ("group_key", "turn_key", "local_date", "kind"),
    "core.fact_turn": ("group_key", "member_key", "local_date", "is_list"),
    "core.fact_membership_event": ("group_key", "membership_event_key", "event", "event_date", "sent_at"),
    "ops.file": ("group_id", "file_id", "exporter_no", "platform", "last_date"),
}
