"""Helper arrays of one group, built once: months by members, days by members, coverage, present members.

Axes: ``M`` months from the first row to the month measured, ``U`` members, ``D`` days from the first
month's first day to three days after the last month. Members are in the order of their keys, which means
nothing: whatever draws at random orders its clusters by their content, so no result depends on keys.
"""

from __future__ import annotations

import calendar
import copy
import dataclasses
import datetime as dt
import hashlib
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.indicators import Indicator
from schemas.vocabulary import TASKS
from tasks.measure.indicators.inputs import IndicatorInputs
from warehouse.calendar import hijri_months

Array = npt.NDArray[Any]

_AFTER_DAYS = 3  # answers count up to 72 hours after the month's end
_EPOCH = dt.date(1970, 1, 1)


def month_range(first: dt.date, last: dt.date) -> list[dt.date]:
    """First days of the months from first to last, both included."""
    n = (last.year - first.year) * 12 + last.month - first.month + 1
    return [add_months(first, i) for i in range(n)]


def add_months(month: dt.date, n: int) -> dt.date:
    """The first day of the month n months later."""
    index = month.year * 12 + month.month - 1 + n
    return dt.date(index // 12, index % 12 + 1, 1)


def month_end(month: dt.date) -> dt.date:
    """The last day of a month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def numbered(labels: Array) -> Array:
    """Labels of any kind as whole numbers, equal ones as one: quicker to compare than objects."""
    number: dict[Any, int] = {}
    return np.array([number.setdefault(label, len(number)) for label in labels.tolist()], dtype=np.int64)


def roll(values: Array, window: int) -> Array:
    """Trailing sums over ``window`` rows; the first rows sum what there is."""
    total = np.cumsum(values, axis=0)
    rolled = total.copy()
    rolled[window:] = total[window:] - total[:-window]
    return rolled


class Context:
    """All that the indicator functions share; ``wanted`` says for which months a code needs intervals."""

    def __init__(self, inputs: IndicatorInputs) -> None:
        self.inputs = inputs
        self.months = month_range(inputs.first_month, inputs.month)
        self.n_months = len(self.months)
        self.day0 = inputs.first_month
        self.month_start = np.array([(m - self.day0).days for m in self.months])
        self.month_end = np.array([(month_end(m) - self.day0).days for m in self.months])
        self.n_days = int(self.month_end[-1]) + 1 + _AFTER_DAYS
        self.month_days = (self.month_end - self.month_start + 1).astype(float)
        self._wanted: dict[tuple[str, int], Array] = {}
        self._is_quiet = False
        self._attributes: dict[str, list[Array]] = {}
        self.memo: dict[str, Any] = {}  # what several indicators share beyond the arrays of this class
        self.turns = inputs.fact_turn
        if not self.turns["turn_key"].is_sorted():
            self.turns = self.turns.sort("turn_key")
        self.replies = inputs.fact_reply.sort("source_turn_key", "target_turn_key")
        keys = [self.turns["member_key"], inputs.presence["member_key"]]
        keys += [self.replies["source_member_key"], self.replies["target_member_key"]]
        self.members = np.unique(np.concatenate([series.to_numpy() for series in keys]).astype(np.int64))
        self.n_members = len(self.members)

    # axes ---------------------------------------------------------------------------------------------

    def wanted(self, spec: Indicator) -> Array:
        """Months for which the definition's row is to be computed; all of them by default."""
        if self._is_quiet:
            return np.zeros(self.n_months, dtype=bool)
        return self._wanted.get((spec.code, spec.def_version), np.ones(self.n_months, dtype=bool))

    def day_of(self, dates: pl.Series) -> Array:
        """Index on the day axis; may lie outside of it."""
        days: Array = (
            dates.cast(pl.Date).to_physical().to_numpy().astype(np.int64) - (self.day0 - _EPOCH).days
        )
        return days

    def month_of(self, dates: pl.Series) -> Array:
        """Index on the month axis; -1 before and M after it."""
        days = self.day_of(dates)
        index = np.searchsorted(self.month_start, days, side="right") - 1
        return np.where(days > self.month_end[-1], self.n_months, index)

    def member_of(self, keys: pl.Series) -> Array:
        """Index on the member axis; -1 for NULL and for people who neither wrote nor were present."""
        if self.n_members == 0:
            return np.full(len(keys), -1)
        raw = keys.fill_null(-1).to_numpy().astype(np.int64)
        index = np.minimum(np.searchsorted(self.members, raw), self.n_members - 1)
        return np.where(self.members[index] == raw, index, -1)

    def grid(self, month: Array, member: Array, weight: Array | None = None) -> Array:
        """M x U sums of rows; rows outside of either axis are left out."""
        inside = (month >= 0) & (month < self.n_months) & (member >= 0)
        flat = month[inside] * self.n_members + member[inside]
        size = self.n_months * self.n_members
        kept = None if weight is None else np.asarray(weight, dtype=float)[inside]
        counts = np.bincount(flat, weights=kept, minlength=size).astype(float)
        return counts.reshape(self.n_months, self.n_members)

    # turns --------------------------------------------------------------------------------------------

    def turn(self, column: str) -> Array:
        """A column of the turns in time order; a mark that is not there is no mark."""
        series = self.turns[column]
        is_open = series.dtype == pl.Boolean and series.null_count()
        values: Array = (series.fill_null(False) if is_open else series).to_numpy()
        return values

    @cached_property
    def is_sticker(self) -> Array:
        """Turns of stickers alone."""
        return self._turns_whose((pl.col("kind") == "sticker").all())

    @cached_property
    def has_link(self) -> Array:
        """Turns with a link."""
        return self._turns_whose((pl.col("n_urls") > 0).any())

    def _turns_whose(self, messages: pl.Expr) -> Array:
        # lazily: only the columns that are asked for are filtered
        kept = (
            self.inputs.fact_message.lazy()
            .filter(pl.col("turn_key").is_not_null())
            .group_by("turn_key")
            .agg(kept=messages)
            .filter("kept")
            .collect()["turn_key"]
        )
        return self.turns["turn_key"].is_in(kept.implode()).to_numpy()

    @cached_property
    def turn_month(self) -> Array:
        return self.month_of(self.turns["local_date"])

    @cached_property
    def turn_day(self) -> Array:
        return self.day_of(self.turns["local_date"])

    @cached_property
    def turn_member(self) -> Array:
        return self.member_of(self.turns["member_key"])

    @cached_property
    def turn_minute(self) -> Array:
        """Minutes since 1970, UTC, floored."""
        minutes: Array = self.turns["sent_at"].cast(pl.Datetime("us")).to_physical().to_numpy() // 60_000_000
        return minutes

    @cached_property
    def turn_local_minute(self) -> Array:
        """Minute of the day on the group's wall clock."""
        local = (
            self.turns["sent_at"].dt.replace_time_zone("UTC").dt.convert_time_zone(self.inputs.group.timezone)
        )
        minutes: Array = (local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute().cast(pl.Int64)).to_numpy()
        return minutes

    def count(self, mask: Array | None = None) -> Array:
        """M x U turns that satisfy the mask."""
        if mask is None:
            return self.grid(self.turn_month, self.turn_member)
        return self.grid(self.turn_month[mask], self.turn_member[mask])

    @cached_property
    def all_turns(self) -> Array:
        return self.count()

    @cached_property
    def text_turns(self) -> Array:
        return self.count(self.turn("is_text"))

    @cached_property
    def turn_task(self) -> Array:
        """The number of each turn's task class; -1 without one."""
        number = {task: i for i, task in enumerate(TASKS)}
        tasks: Array = self.turns["task"].replace_strict(number, default=-1, return_dtype=pl.Int64).to_numpy()
        return tasks

    @cached_property
    def task_turns(self) -> Array:
        """M x U x 6 turns by task class."""
        return self.cells(self.turn_task, self.turn_task >= 0, len(TASKS))

    def cells(self, number: Array, mask: Array, classes: int) -> Array:
        """M x U x classes turns by the number of their class."""
        inside = mask & (self.turn_member >= 0) & (self.turn_month >= 0) & (self.turn_month < self.n_months)
        place = self.turn_month[inside] * self.n_members + self.turn_member[inside]
        size = self.n_months * self.n_members * classes
        counts = np.bincount(place * classes + number[inside], minlength=size).astype(float)
        return counts.reshape(self.n_months, self.n_members, classes)

    @cached_property
    def active(self) -> Array:
        """A: members with at least one turn, by month."""
        return (self.all_turns > 0).sum(axis=1).astype(float)

    @cached_property
    def turns_by_day(self) -> Array:
        """D x U turns."""
        inside = (self.turn_day >= 0) & (self.turn_day < self.n_days)
        flat = self.turn_day[inside] * self.n_members + self.turn_member[inside]
        return np.bincount(flat, minlength=self.n_days * self.n_members).reshape(self.n_days, self.n_members)

    # coverage and presence ----------------------------------------------------------------------------

    @cached_property
    def covered(self) -> Array:
        """D: whether at least one export observes the day."""
        frame = self.inputs.coverage.filter(pl.col("is_covered") & ~pl.col("is_gap"))
        covered = np.zeros(self.n_days, dtype=bool)
        days = self.day_of(frame["date"])
        covered[days[(days >= 0) & (days < self.n_days)]] = True
        return covered

    @cached_property
    def covered_days(self) -> Array:
        """M: covered days of the month."""
        return self.by_month(self.covered.astype(float))

    def coverage(self, window: int) -> Array:
        """M: covered days over days of the trailing window."""
        return roll(self.covered_days, window) / roll(self.month_days, window)

    def followed(self, days: int) -> Array:
        """Turns whose day and the ``days`` after it are all covered: their window is closed and seen."""
        return self.day_followed(self.turn_day, days)

    def day_followed(self, day: Array, days: int) -> Array:
        """Whether these days and the ``days`` after each are all covered."""
        total = np.concatenate([[0], np.cumsum(self.covered)])
        inside = (day >= 0) & (day + days < self.n_days)
        start = np.where(inside, day, 0)
        return inside & (total[np.where(inside, day + days, 0) + 1] - total[start] == days + 1)

    @cached_property
    def present(self) -> Array:
        """D x U: present, proven or presumed."""
        return self._presence(self.inputs.presence)

    @cached_property
    def proven(self) -> Array:
        """D x U: presence proven."""
        return self._presence(self.inputs.presence.filter("is_proven"))

    @cached_property
    def heads(self) -> Array:
        """D: members present on the day, as far as their names are known."""
        return self.present.sum(axis=1)

    @cached_property
    def head_counts(self) -> list[tuple[int, float]]:
        """Declared head counts of covered days, by day: the day and the count over the heads known by name."""
        counted = []
        for count in sorted(self.inputs.group.participants, key=lambda count: count.date):
            day = (count.date - self.day0).days
            if 0 <= day <= self.month_end[-1] and self.covered[day] and self.heads[day] > 0:
                counted.append((day, count.n / float(self.heads[day])))
        return counted

    @cached_property
    def day_scale(self) -> Array:
        """D: what scales the known heads to the last head count so far; 1 before the first one."""
        scale = np.ones(self.n_days)
        for day, ratio in self.head_counts:
            scale[day:] = ratio
        return scale

    @cached_property
    def _scaled_days(self) -> Array:
        """M: present member-days, scaled to head counts."""
        return self.by_month(self.heads * self.day_scale)

    def present_total(self, window: int = 1) -> Array:
        """M: members present in member-days over covered days, scaled to head counts; 0 with no covered day."""
        total: Array = roll(self._scaled_days, window) / np.maximum(roll(self.covered_days, window), 1)
        return total

    def n_scale(self, window: int = 1) -> Array:
        """M: N over the N of the members known by name; NaN where no head count bears on it."""
        named = roll(self.present_days.sum(axis=1), window)
        counted = self.month_end >= (self.head_counts[0][0] if self.head_counts else self.n_days)
        ratio = np.divide(
            roll(self._scaled_days, window), named, out=np.full(self.n_months, np.nan), where=named > 0
        )
        return np.where(counted, ratio, np.nan)

    @cached_property
    def present_days(self) -> Array:
        """M x U: covered days on which the member was present."""
        return self.by_month(self.present.astype(float))

    @cached_property
    def proven_days(self) -> Array:
        return self.by_month(self.proven.astype(float))

    def weights(self, window: int = 1) -> Array:
        """M x U: present days over covered days of the trailing window, 1 for who was there throughout."""
        covered = roll(self.covered_days, window)
        return roll(self.present_days, window) / np.maximum(covered, 1)[:, None]

    def n_hi(self, window: int = 1) -> Array:
        """M: N, members present in member-days over covered days, scaled to head counts; NaN where unknown."""
        return self._known(self.present_total(window), window)

    def n_lo(self, window: int = 1) -> Array:
        """M: N by proven presence alone, at most the counted heads; NaN where not known."""
        proven = roll(self.proven_days.sum(axis=1), window) / np.maximum(roll(self.covered_days, window), 1)
        return self._known(np.minimum(proven, self.present_total(window)), window)

    def member_months(self, window: int, days: float) -> Array:
        """M: present member-days of the window over the days of a member-month, scaled to head counts."""
        return np.where(self.n_is_known, roll(self._scaled_days, window) / days, np.nan)

    @property
    def n_is_known(self) -> bool:
        """Whether anything says who is present."""
        return self.inputs.n_is_known

    def want(self, wanted: dict[tuple[str, int], Array]) -> None:
        """Restrict the intervals to these months by code and version."""
        self._wanted = wanted

    def on_proven_presence(self) -> Context:
        """The same group with nobody presumed present and no head counts, asking for no intervals."""
        other = copy.copy(self)
        for name in ("present", "heads", "head_counts", "day_scale", "_scaled_days", "present_days"):
            other.__dict__.pop(name, None)
        other.inputs = dataclasses.replace(
            self.inputs,
            presence=self.inputs.presence.filter("is_proven"),
            group=self.inputs.group.model_copy(update={"participants": ()}),
        )
        other.memo = {}
        return other.quiet()

    def quiet(self) -> Context:
        """The same group, asking for no intervals."""
        other = copy.copy(self)
        other._is_quiet = True
        return other

    # the past -----------------------------------------------------------------------------------------

    def truncated(self, window: int) -> Array:
        """M: whether the trailing window reaches before the history's start."""
        start = self.inputs.history_start or self.inputs.first_month
        known = start.replace(day=1)
        return np.array([add_months(month, 1 - window) < known for month in self.months])

    def truncated_days(self, days: int) -> Array:
        """M: whether that many days to the month's end reach before the history's start."""
        start = (self.inputs.history_start or self.inputs.first_month) - self.day0
        return self.month_end - days + 1 < max(start.days, 0)

    @cached_property
    def admins_only(self) -> Array:
        """M: months with a day on which only admins could write, by declaration or by system lines."""
        spans = [
            (b.from_date, b.to_date or self.inputs.month.replace(year=9000))
            for b in self.inputs.group.breaks
            if b.kind == "admins_only"
        ]
        events = self.inputs.fact_membership_event.filter(pl.col("event").str.starts_with("admins_only"))
        since: dt.date | None = None
        for event, day in events.sort("sent_at").select("event", "event_date").iter_rows():
            if event == "admins_only_on":
                since = since or day
            elif since is not None:
                spans.append((since, day))
                since = None
        if since is not None:
            spans.append((since, self.inputs.month.replace(year=9000)))
        return np.array([any(a <= month_end(m) and b >= m for a, b in spans) for m in self.months])

    @cached_property
    def islamic_days(self) -> Array:
        """M x 2: shares of the month's days in Ramadan and in the first ten of Syawal."""
        months = hijri_months()
        starts, number = self.day_of(months["first_day"]), months["hijri_month"].to_numpy()[:-1]
        begin, end = starts[:-1], starts[1:]
        spans = [(begin[number == 9], end[number == 9]), (begin[number == 10], begin[number == 10] + 10)]
        inside = [
            np.minimum(last, self.month_end[:, None] + 1) - np.maximum(first, self.month_start[:, None])
            for first, last in spans
        ]
        days = np.stack([np.maximum(overlap, 0).sum(axis=1) for overlap in inside], axis=1)
        shares: Array = days / self.month_days[:, None]
        return shares

    # people -------------------------------------------------------------------------------------------

    def attribute(self, column: str) -> list[Array]:
        """For each month, a column of ``dim_member`` by member as of the month's end; None where unknown.

        The version valid on the month's last day, else the earliest later one: a roster that came late
        is the best knowledge of the months before it.
        """
        if column not in self._attributes:
            self._attributes[column] = self._as_of_month_ends(column)
        return self._attributes[column]

    def _as_of_month_ends(self, column: str) -> list[Array]:
        frame = self.inputs.dim_member.select("member_key", "valid_from", column).sort("valid_from")
        member = self.member_of(frame["member_key"])
        start = self.day_of(frame["valid_from"])
        value = np.array(frame[column].to_list(), dtype=object)
        known = member >= 0
        member, start, value = member[known], start[known], value[known]
        columns = []
        for end in self.month_end:
            current = np.full(self.n_members, None, dtype=object)
            later = start > end
            current[member[later][::-1]] = value[later][::-1]  # earliest later version wins
            current[member[~later]] = value[~later]  # the last one that has begun wins
            columns.append(current)
        return columns

    # randomness ---------------------------------------------------------------------------------------

    def rng(self, spec: Indicator, t: int) -> np.random.Generator:
        """The generator of one cell: seeded from group, month, code and version of the definition."""
        return self.rng_of(f"{self.months[t]:%Y-%m}|{spec.code}|{spec.def_version}")

    def rng_of(self, name: str) -> np.random.Generator:
        """The generator of something named, of this group."""
        name = f"{self.inputs.group_id}|{name}"
        return np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))

    # inner --------------------------------------------------------------------------------------------

    def by_month(self, daily: Array) -> Array:
        """M or M x U: sums over the days of each month."""
        total = np.concatenate([np.zeros((1, *daily.shape[1:])), np.cumsum(daily, axis=0)])
        return total[self.month_end + 1] - total[self.month_start]

    def _presence(self, frame: pl.DataFrame) -> Array:
        grid = np.zeros((self.n_days, self.n_members), dtype=bool)
        day, member = self.day_of(frame["date"]), self.member_of(frame["member_key"])
        inside = (day >= 0) & (day < self.n_days)
        grid[day[inside], member[inside]] = True
        return grid & self.covered[:, None]

    def _known(self, n: Array, window: int) -> Array:
        return np.where(self.n_is_known & (roll(self.covered_days, window) > 0), n, np.nan)
