"""Helper arrays of one group, built once: months by members, days by members, coverage, present members.

Members are in the order of their keys, which means nothing: whatever draws at random orders its clusters by
their content, so no result depends on keys.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import functools
import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import Array, Attribute, filled, month_end, roll
from tasks.measure.indicators.inputs import IndicatorInputs
from tasks.measure.indicators.turn_arrays import Turns
from warehouse.calendar import hijri_months

T = TypeVar("T")


def once(function: Callable[[Context], T]) -> Callable[[Context], T]:
    """A function of a group alone, no wanted months and no definition's parameters, computed once for each."""
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def held(ctx: Context) -> T:
        return ctx.held(name, lambda: function(ctx))

    return held


class Context(Turns):
    """All that the indicator functions share; ``wanted`` says for which months a code needs intervals."""

    def __init__(self, inputs: IndicatorInputs) -> None:
        super().__init__(inputs)
        self._wanted: dict[tuple[str, int], Array] = {}
        self._is_quiet = False
        self._attributes: dict[str, Attribute] = {}
        self.memo: dict[str, Any] = {}  # see held

    # coverage and presence ----------------------------------------------------------------------------

    @cached_property
    def covered(self) -> Array:
        """D: whether at least one export observes the day."""
        covered = np.zeros(self.n_days, dtype=bool)
        covered[self.observed[0]] = True
        return covered

    @cached_property
    def observed(self) -> tuple[Array, Array]:
        """Day and exporter's number of each day that an export observes."""
        frame = self.inputs.coverage
        day = self.day_of(frame["date"])
        seen = filled(frame["is_covered"], False) & ~filled(frame["is_gap"], True)
        seen &= (day >= 0) & (day < self.n_days)
        return day[seen], frame["exporter_no"].to_numpy()[seen]

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

    @cached_property
    def closed(self) -> Array:
        """Whether the 24 hours after a turn are over and observed."""
        return self.followed(1)

    def day_followed(self, day: Array, days: int | Array) -> Array:
        """Whether these days and the ``days`` after each are all covered; so many for all, or a number each."""
        total = np.concatenate([[0], np.cumsum(self.covered)])
        inside = (day >= 0) & (day + days < self.n_days)
        start = np.where(inside, day, 0)
        return inside & (total[np.where(inside, day + days, 0) + 1] - total[start] == days + 1)

    @cached_property
    def present(self) -> Array:
        """D x U: present, proven or presumed."""
        return self._presence[0]

    @cached_property
    def proven(self) -> Array:
        """D x U: presence proven."""
        return self._presence[1]

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
        """M x U: covered days on which the member's presence is proven."""
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

    def wanted(self, spec: Indicator) -> Array:
        """Months for which the definition's row is to be computed; all of them by default."""
        if self._is_quiet:
            return np.zeros(self.n_months, dtype=bool)
        return self._wanted.get((spec.code, spec.def_version), np.ones(self.n_months, dtype=bool))

    def held(self, name: str, make: Callable[[], T]) -> T:
        """What several indicators share, made once; the name holds all that it depends on besides the group."""
        if name not in self.memo:
            self.memo[name] = make()
        found: T = self.memo[name]
        return found

    def on_proven_presence(self) -> Context:
        """The same group with nobody presumed present and no head counts, asking for no intervals."""
        other = copy.copy(self)
        for name in ("heads", "head_counts", "day_scale", "_scaled_days", "present_days"):
            other.__dict__.pop(name, None)
        other.present = self.proven
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
        before = (start.year - self.day0.year) * 12 + start.month - self.day0.month
        return np.arange(self.n_months) + 1 - window < before

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
        for event, day in (
            events.sort("sent_at", "membership_event_key").select("event", "event_date").iter_rows()
        ):
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

    def attribute(self, column: str) -> Attribute:
        """A column of ``dim_member`` by member as of each month's end.

        The version valid on the month's last day, else the earliest later one: a roster that came late
        is the best knowledge of the months before it.
        """
        if column not in self._attributes:
            self._attributes[column] = self._as_of_month_ends(column)
        return self._attributes[column]

    def _as_of_month_ends(self, column: str) -> Attribute:
        values = self.inputs.dim_member[column].to_list()
        labels = sorted(set(values) - {None}, key=str)
        place = {None: -1} | {label: i for i, label in enumerate(labels)}
        number = np.array([place[value] for value in [*values, None]])
        return Attribute(labels, number[self._version])

    @cached_property
    def _version(self) -> Array:
        """M x U: the row of ``dim_member`` that speaks of the member at the month's end; -1 for none."""
        frame = self.inputs.dim_member
        member, start = self.member_of(frame["member_key"]), self.day_of(frame["valid_from"])
        row = np.argsort(start, kind="stable")
        row = row[member[row] >= 0]
        member, begun = member[row], np.searchsorted(start[row], self.month_end, side="right")
        current = np.full((self.n_months, self.n_members), -1)
        for now, n in zip(current, begun.tolist(), strict=True):
            now[member[n:][::-1]] = row[n:][::-1]  # the earliest later version wins
            now[member[:n]] = row[:n]  # the last one that has begun wins
        return current

    # randomness ---------------------------------------------------------------------------------------

    def rng(self, spec: Indicator, t: int) -> np.random.Generator:
        """The generator of one cell: seeded from group, month, code and version of the definition."""
        return self.rng_of(f"{self.months[t]:%Y-%m}|{spec.code}|{spec.def_version}")

    def rng_of(self, name: str) -> np.random.Generator:
        """The generator of something named, of this group."""
        name = f"{self.inputs.group_id}|{name}"
        return np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))

    # inner --------------------------------------------------------------------------------------------

    @cached_property
    def _presence(self) -> tuple[Array, Array]:
        """D x U on covered days: present, and proven so."""
        frame = self.inputs.presence
        day, member = self.day_of(frame["date"]), self.member_of(frame["member_key"])
        inside = (day >= 0) & (day < self.n_days)
        inside &= self.covered[np.where(inside, day, 0)]
        place = day * self.n_members + member
        is_proven = filled(frame["is_proven"], False)
        present, proven = (np.zeros(self.n_days * self.n_members, dtype=bool) for _ in range(2))
        present[place[inside]] = proven[place[inside & is_proven]] = True
        return present.reshape(self.n_days, -1), proven.reshape(self.n_days, -1)

    def _known(self, n: Array, window: int) -> Array:
        return np.where(self.n_is_known & (roll(self.covered_days, window) > 0), n, np.nan)
