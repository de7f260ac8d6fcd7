"""``core.fact_newcomer``: how long those who joined in sight of the exports stayed active, with delayed entry.

A newcomer falls silent on the first of 84 observed days without a turn, or leaves. Where nobody exported for
longer than two weeks nothing can be said: the stretch is censored there, and a later one begins with the first
turn after the gap, when the person is known to be active again.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from schemas.indicators import registry
from schemas.tables import TABLES
from schemas.vocabulary import LEAVE_EVENTS
from tasks.measure.indicators.belonging import join_batches

SILENT_DAYS = 84
MAX_UNSEEN_DAYS = 14
FOUNDING_DAYS = 7  # who comes in the first week founds the group and is no newcomer to it
_JOINS = ("joined_link", "joined_community", "added")
_ORDINAL_1970 = dt.date(1970, 1, 1).toordinal()
_TABLE = TABLES["core.fact_newcomer"]
Stretch = tuple[int, int, bool]  # from day, to day, fell silent


def newcomers(
    events: pl.DataFrame,
    turns: pl.DataFrame,
    mentions: pl.DataFrame,
    memberships: pl.DataFrame,
    coverage: pl.DataFrame,
    known_since: pl.DataFrame,
    *,
    group_key: int,
    last: dt.date,
) -> pl.DataFrame:
    """One row per observed stretch of a newcomer.

    Args:
        events: ``core.fact_membership_event``. turns, mentions: ``core.fact_turn``, ``core.fact_mention``.
        memberships: ``core.fact_membership``. coverage: frame COVERAGE.
        known_since: member_key, date: first days in a group that this one continues.
        last: last day of the measured month.
    """
    joins = (
        events.filter(pl.col("event").is_in(_JOINS) & (pl.col("event_date") <= last))
        .sort("sent_at", "membership_event_key")
        .group_by("member_key", maintain_order=True)
        .agg(pl.col("event_date").first().alias("joined_on"), pl.col("sent_at").first())
    )
    first = first_days(turns, memberships, known_since)
    created = events.filter(pl.col("event") == "created")["event_date"].min()
    founding = (
        pl.lit(False) if created is None else pl.col("joined_on") - created < dt.timedelta(FOUNDING_DAYS)
    )
    fresh = joins.join(first, on="member_key", how="left").filter(
        (pl.col("first").is_null() | (pl.col("first") >= pl.col("joined_on"))) & ~founding
    )
    said = turns.filter(
        (pl.col("local_date") <= last) & pl.col("member_key").is_in(fresh["member_key"].implode())
    )
    runs = observed_runs(coverage, last)
    active = _days_of(said.select("member_key", day="local_date"))
    gone = events.filter(pl.col("event").is_in(LEAVE_EVENTS) & (pl.col("event_date") <= last))
    leaving = _days_of(gone.select("member_key", day="event_date"))
    welcomed = dict(_welcomes(events, turns, mentions, coverage, last))
    rows = [
        (group_key, member, number, joined_on, welcomed.get((member, sent_at)), *stretch)
        for member, joined_on, sent_at in fresh.select("member_key", "joined_on", "sent_at").iter_rows()
        for number, stretch in enumerate(
            stretches(_ordinal(joined_on), active.get(member, []), leaving.get(member, []), runs), start=1
        )
    ]
    frame = pl.DataFrame(rows, schema=_TABLE.polars_schema, orient="row")
    return frame.sort("member_key", "stretch_no")


def first_days(turns: pl.DataFrame, memberships: pl.DataFrame, known_since: pl.DataFrame) -> pl.DataFrame:
    """The first proven day of each person in the group or one it continues: member_key, first."""
    proven = memberships.filter((pl.col("kind") == "group") & pl.col("is_proven"))
    return (
        pl.concat(
            [
                turns.select("member_key", date="local_date"),
                proven.select("member_key", date="from_date"),
                known_since.select("member_key", "date"),
            ]
        )
        .group_by("member_key")
        .agg(first=pl.col("date").min())
    )


def observed_runs(coverage: pl.DataFrame, last: dt.date) -> list[tuple[int, int]]:
    """First and last day of each stretch of observed days, holes of up to two weeks included, as ordinals."""
    seen = coverage.filter(pl.col("is_covered") & ~pl.col("is_gap") & (pl.col("date") <= last))
    days = seen["date"].unique().sort().to_physical().to_numpy().astype(np.int64) + _ORDINAL_1970
    if not len(days):
        return []
    ends = np.flatnonzero(np.diff(days) > MAX_UNSEEN_DAYS + 1)
    starts = np.concatenate([[0], ends + 1])
    return list(
        zip(days[starts].tolist(), days[np.concatenate([ends, [len(days) - 1]])].tolist(), strict=True)
    )


def stretches(joined: int, turns: list[int], leaves: list[int], runs: list[tuple[int, int]]) -> list[Stretch]:
    """The observed stretches of one newcomer, in days since joining.

    Args:
        joined: the day of joining; all days are ordinals.
        turns: days with a turn, sorted. leaves: days of leaving or removal, sorted.
        runs: stretches of observed days, sorted.
    """
    found: list[Stretch] = []
    for start, end in runs:
        if end < joined:
            continue
        active = [day for day in turns if max(start, joined) <= day <= end]
        if not found and start <= joined <= end:
            active = [joined, *active]
        if not active:
            continue
        left = min((day for day in leaves if max(start, active[0]) <= day <= end), default=None)
        decided = end - SILENT_DAYS + 1  # a silence that begins later cannot be told from a pause
        silent = _first_silence(active, decided)
        stop = min((day for day in (silent, left) if day is not None and day <= decided), default=None)
        begin, until = active[0] - joined, (decided if stop is None else stop) - joined
        until = max(until, begin + 1) if stop is not None else until
        if until > begin:
            found.append((begin, until, stop is not None))
        if stop is not None:
            break
    return found


def _first_silence(active: list[int], decided: int) -> int | None:
    """The first day of 84 without a turn, if it lies where that can be told."""
    days = np.array(active)
    pause = np.diff(np.concatenate([days, [np.iinfo(np.int64).max]])) > SILENT_DAYS
    begins = int(days[np.argmax(pause)]) + 1
    return begins if begins <= decided else None


def _welcomes(
    events: pl.DataFrame, turns: pl.DataFrame, mentions: pl.DataFrame, coverage: pl.DataFrame, last: dt.date
) -> list[tuple[tuple[int, dt.datetime], bool]]:
    """Of each join whose next two days are observed: (member, instant), whether it was welcomed.

    By the rule of ``newcomer_welcome_rate``: a word of welcome or a mention, by somebody else, in its hours.
    """
    params = registry()["newcomer_welcome_rate"].params
    hours = dt.timedelta(hours=params["window_hours"])
    seen = set(coverage.filter(pl.col("is_covered") & ~pl.col("is_gap"))["date"])
    ordered = turns.sort("sent_at").select("turn_key", "member_key", "sent_at", "lex_welcome")
    at = ordered["sent_at"].dt.truncate("1m").to_numpy()
    turn, sender = (ordered[name].to_numpy() for name in ("turn_key", "member_key"))
    welcomes = (ordered["lex_welcome"] > 0).to_numpy()
    batches = _batches(events.filter(pl.col("event_date") <= last), params["batch_minutes"])
    joins = events.filter(pl.col("event").is_in(_JOINS)).select("member_key", "sent_at").sort("sent_at")
    mentions = mentions.filter(pl.col("member_key").is_in(joins["member_key"].implode()))
    source, target = (mentions[name].to_numpy() for name in ("turn_key", "member_key"))
    joined, instants = joins["member_key"].to_numpy(), joins["sent_at"].to_list()
    joined_at = joins["sent_at"].to_numpy()
    found: list[tuple[tuple[int, dt.datetime], bool]] = []
    for batch in batches.iter_rows(named=True):
        day, start = batch["event_date"], batch["start"].replace(second=0, microsecond=0)
        days = [day + dt.timedelta(days=n) for n in range(int(np.ceil(params["window_hours"] / 24)) + 1)]
        if not seen.issuperset(days):
            continue
        low, high = (
            np.searchsorted(at, np.datetime64(start)),
            np.searchsorted(at, np.datetime64(start + hours), side="right"),
        )
        near = slice(int(low), int(high))
        others = ~np.isin(sender[near], [*batch["people"], *batch["adders"]])
        named = np.isin(target, batch["people"]) & np.isin(source, turn[near][others])
        is_welcomed = bool((welcomes[near] & others).any() or named.any())
        since = np.datetime64(batch["start"])
        theirs = np.isin(joined, batch["people"])
        theirs &= (joined_at >= since) & (joined_at <= since + np.timedelta64(1, "D"))
        found += [((int(joined[row]), instants[row]), is_welcomed) for row in np.flatnonzero(theirs)]
    return found


def _batches(events: pl.DataFrame, minutes: float) -> pl.DataFrame:
    """Joins and adds that follow each other within so many minutes: start, event_date, people, adders."""
    rows, begins = join_batches(events, minutes)
    return (
        events[rows]
        .with_columns(batch=pl.Series(np.searchsorted(begins, np.arange(len(rows)), side="right")))
        .group_by("batch", maintain_order=True)
        .agg(
            pl.col("sent_at").first().alias("start"),
            pl.col("event_date").first(),
            pl.col("member_key").alias("people"),
            pl.col("actor_member_key").drop_nulls().alias("adders"),
        )
    )


def _days_of(days: pl.DataFrame) -> dict[int, list[int]]:
    """Sorted distinct days of each member, as ordinals."""
    ordinals = days.select("member_key", day=pl.col("day").to_physical().cast(pl.Int64) + _ORDINAL_1970)
    return dict(ordinals.unique().sort("day").group_by("member_key").agg("day").iter_rows())


def _ordinal(day: dt.date) -> int:
    return day.toordinal()
