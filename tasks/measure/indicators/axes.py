"""The axes of one group's arrays: months, days and members, and where rows of frames lie on them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Array = npt.NDArray[Any]

_AFTER_DAYS = 3  # answers count up to 72 hours after the month's end
_EPOCH = dt.date(1970, 1, 1)
_TABLE = 2**16
NEVER = 2**40  # longer than any time between two events


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


def filled(series: pl.Series, value: Any) -> Array:
    """The values, with this one for NULL."""
    return (series.fill_null(value) if series.null_count() else series).to_numpy()


def any_of(series: pl.Series, values: Iterable[str]) -> Array:
    """Whether each is one of these values; NULL is none."""
    found: Array = np.logical_or.reduce([filled(series == value, False) for value in values])
    return found


def ranges(begins: Array, ends: Array) -> tuple[Array, Array]:
    """The numbers from each begin to before its end, one range after the other: which range, and the number."""
    size = ends - begins
    of = np.repeat(np.arange(len(size)), size)
    return of, np.arange(len(of)) + np.repeat(begins - np.cumsum(size) + size, size)


def roll(values: Array, window: int) -> Array:
    """Trailing sums over ``window`` rows; the first rows sum what there is."""
    total = np.cumsum(values, axis=0)
    rolled = total.copy()
    rolled[window:] = total[window:] - total[:-window]
    return rolled


def distinct(numbers: list[Array]) -> Array:
    """The different ones among whole numbers, sorted: most are told by a table by their lowest bits."""
    every = np.concatenate(numbers)
    at = every & (_TABLE - 1)
    table, is_met = np.zeros(_TABLE, dtype=np.int64), np.zeros(_TABLE, dtype=bool)
    table[at], is_met[at] = every, True
    return np.unique(np.append(table[is_met], every[table[at] != every]))


def places(known: Array, wanted: Array) -> Array:
    """Place of each number among those known, which are sorted; -1 for one that is not there.

    Ordinals without a gap need no search. Of others a table by their lowest bits tells most, a search the rest:
    keys in any order are dear to search for.
    """
    if not len(known):
        return np.full(len(wanted), -1)
    if known[-1] - known[0] == len(known) - 1:
        return np.where((wanted >= known[0]) & (wanted <= known[-1]), wanted - known[0], -1)
    table = np.zeros(_TABLE, dtype=np.int64)
    table[known & (_TABLE - 1)] = np.arange(len(known))
    found = table[wanted & (_TABLE - 1)]
    others = np.flatnonzero(known[found] != wanted)
    if len(others):
        at = np.minimum(np.searchsorted(known, wanted[others]), len(known) - 1)
        found[others] = np.where(known[at] == wanted[others], at, -1)
    return found


def until_next(events: tuple[Array, Array], asked: tuple[Array, Array]) -> Array:
    """From each time that is asked to the same person's next event at it or later; NEVER where none follows.

    Both are people and times, whole numbers in any order.
    """
    if not len(events[1]) or not len(asked[1]):
        return np.full(len(asked[1]), NEVER)
    low = min(events[1].min(), asked[1].min())
    width = max(events[1].max(), asked[1].max()) - low + 1
    known, wanted = (person * width + at - low for person, at in (events, asked))
    known = np.sort(known)
    at = np.searchsorted(known, wanted)
    later = known[np.minimum(at, len(known) - 1)]
    follows = (at < len(known)) & (later // width == asked[0])
    return np.where(follows, later - wanted, NEVER)


@dataclass(frozen=True)
class Attribute:
    """What is known of members by month: ``labels`` in the order of their spelling, and for months x members
    the number of the label, -1 where it is not known.
    """

    labels: list[Any]
    number: Array

    def filled(self, label: Any) -> Array:
        """M x U numbers with this label for all that are not known, the next number where no one else has it."""
        place = self.labels.index(label) if label in self.labels else len(self.labels)
        return np.where(self.number < 0, place, self.number)

    def of(self, t: int, members: Array) -> list[Any]:
        """The labels of some members as of the t-th month's end; None where none is known."""
        labels = [*self.labels, None]
        return [labels[number] for number in self.number[t, members].tolist()]


class Axes:
    """``M`` months from the first row to the month measured, ``U`` members, ``D`` days from the first month's
    first day to three days after the last month. Members are in the order of their keys, which means nothing.
    """

    def __init__(self, first_month: dt.date, last_month: dt.date, keys: list[pl.Series]) -> None:
        self.months = month_range(first_month, last_month)
        self.n_months = len(self.months)
        self.day0 = first_month
        self.month_start = np.array([(m - self.day0).days for m in self.months])
        self.month_end = np.array([(month_end(m) - self.day0).days for m in self.months])
        self.n_days = int(self.month_end[-1]) + 1 + _AFTER_DAYS
        self.month_days = (self.month_end - self.month_start + 1).astype(float)
        self.members = distinct([series.to_numpy() for series in keys])
        self.n_members = len(self.members)

    def day_of(self, dates: pl.Series) -> Array:
        """Index on the day axis; may lie outside of it."""
        days: Array = dates.to_numpy().astype("datetime64[D]").astype(np.int64) - (self.day0 - _EPOCH).days
        return days

    def last_day_of(self, dates: pl.Series) -> Array:
        """The same for days on which something ends: what has no end goes on for ever."""
        return np.where(np.isnat(dates.to_numpy().astype("datetime64[D]")), NEVER, self.day_of(dates))

    def month_of(self, dates: pl.Series) -> Array:
        """Index on the month axis; -1 before and M after it."""
        return self.month_of_day(self.day_of(dates))

    def month_of_day(self, days: Array) -> Array:
        """The same for places on the day axis."""
        index = np.searchsorted(self.month_start, days, side="right") - 1
        return np.where(days > self.month_end[-1], self.n_months, index)

    def member_of(self, keys: pl.Series) -> Array:
        """Index on the member axis; -1 for NULL and for people who neither wrote nor were present."""
        return places(self.members, filled(keys, -1).astype(np.int64, copy=False))

    def grid(self, month: Array, member: Array, weight: Array | None = None) -> Array:
        """M x U sums of rows; rows outside of either axis are left out."""
        return self.tally(self.place(month, member), weight)

    def place(self, month: Array, member: Array) -> Array:
        """Where rows lie in months x members laid flat; behind all of it where they are outside of either axis."""
        inside = (month >= 0) & (month < self.n_months) & (member >= 0)
        return np.where(inside, month * self.n_members + member, self.n_months * self.n_members)

    def tally(self, place: Array, weight: Array | None = None) -> Array:
        """M x U sums of rows by their :meth:`place`."""
        size = self.n_months * self.n_members
        sums = np.bincount(place, weights=weight, minlength=size + 1)[:size].astype(float)
        return sums.reshape(self.n_months, self.n_members)

    def class_counts(self, month: Array, number: Array) -> Array:
        """M x classes: rows by the number of their class."""
        classes = int(number.max(initial=0)) + 1
        counts = np.bincount(month * classes + number, minlength=self.n_months * classes)
        return counts.reshape(self.n_months, classes)

    def by_month(self, daily: Array) -> Array:
        """M or M x U: sums over the days of each month."""
        total = np.concatenate([np.zeros((1, *daily.shape[1:])), np.cumsum(daily, axis=0)])
        return total[self.month_end + 1] - total[self.month_start]
