"""The calendar dimensions: Gregorian days and months with Indonesia's official Islamic calendar.

Indonesia fixes a handful of Islamic dates a year (by the minister's session or the holiday decree);
they stand in ``reference/calendar/hijri_id.tsv`` and pin the beginnings of their months. The months
between take their beginning from Umm al-Qura (``hijridate``), moved by as few days as it takes for
every month to have 29 or 30 days. Beyond the last pin the calendar is a forecast.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import resources
from typing import NamedTuple

import polars as pl

from schemas.tables import TABLES

REFERENCE = "hijri_id.tsv"
#: Umm al-Qura as ``hijridate`` knows it; also the bounds of what this module can date.
FIRST_HIJRI_YEAR, LAST_HIJRI_YEAR = 1356, 1500
_SHORT, _LONG = 29, 30  # days a lunar month may have


class Pin(NamedTuple):
    """The official first day of an Islamic month; ``month_no`` counts months since year 1."""

    month_no: int
    first_day: dt.date


def official_dates() -> pl.DataFrame:
    """Official dates: ``hijri_date`` (text ``YYYY-MM-DD``), ``date``, ``source``, ``version``; by date."""
    text = resources.files("warehouse.reference.calendar").joinpath(REFERENCE).read_bytes()
    table = pl.read_csv(
        text, separator="\t", schema_overrides={"hijri_date": pl.String, "version": pl.String}
    )
    return table.with_columns(pl.col("date").str.to_date("%Y-%m-%d")).sort("date")


def calendar_version() -> str:
    """Version of the table of official dates; part of every snapshot's manifest."""
    return str(official_dates()["version"].max())


def _pins() -> list[Pin]:
    """Official dates reduced to the first days of their months."""
    pins = []
    for hijri_date, date in official_dates().select("hijri_date", "date").iter_rows():
        year, month, day = (int(part) for part in hijri_date.split("-"))
        pins.append(Pin(year * 12 + month - 1, date - dt.timedelta(days=day - 1)))
    return sorted(pins)


def _umm_al_qura() -> dict[int, int]:
    """Month number -> ordinal of its first day by Umm al-Qura."""
    from hijridate import Hijri

    return {
        year * 12 + month - 1: Hijri(year, month, 1).to_gregorian().toordinal()
        for year in range(FIRST_HIJRI_YEAR, LAST_HIJRI_YEAR + 1)
        for month in range(1, 13)
    }


def _fill(starts: dict[int, int], pinned: dict[int, int]) -> dict[int, int]:
    """Beginnings of all months: the pinned ones, the others as near to ``starts`` as month lengths allow."""
    filled = dict(pinned)
    pins = sorted(pinned)
    for number in range(pins[0] - 1, min(starts) - 1, -1):
        following = filled[number + 1]
        filled[number] = min(max(starts[number], following - _LONG), following - _SHORT)
    next_pin = iter([*pins[1:], None])
    ahead: int | None = None
    for number in range(pins[0], max(starts) + 1):
        if number in pinned:
            ahead = next(next_pin)
            continue
        low, high = filled[number - 1] + _SHORT, filled[number - 1] + _LONG
        if ahead is not None:
            low = max(low, pinned[ahead] - _LONG * (ahead - number))
            high = min(high, pinned[ahead] - _SHORT * (ahead - number))
        filled[number] = min(max(starts[number], low), high)
    return filled


@cache
def hijri_months() -> pl.DataFrame:
    """One row per Islamic month: ``first_day`` (Date), ``hijri_year``, ``hijri_month``; in time order."""
    pinned = {pin.month_no: pin.first_day.toordinal() for pin in _pins()}
    filled = sorted(_fill(_umm_al_qura(), pinned).items())
    return pl.DataFrame(
        {
            "first_day": [dt.date.fromordinal(ordinal) for _, ordinal in filled],
            "hijri_year": [number // 12 for number, _ in filled],
            "hijri_month": [number % 12 + 1 for number, _ in filled],
        },
        schema={"first_day": pl.Date, "hijri_year": pl.Int32, "hijri_month": pl.Int32},
    ).set_sorted("first_day")


def _public_holidays(first: dt.date, last: dt.date) -> pl.Series:
    """Indonesia's public holidays from ``first`` to ``last``, the joint leave days left out."""
    import holidays

    days = holidays.country_holidays("ID", years=range(first.year, last.year + 1))
    return pl.Series("date", sorted(days), dtype=pl.Date)


def _check(first: dt.date, last: dt.date) -> None:
    known = hijri_months()["first_day"]
    if not known[0] <= first <= last < known[-1]:
        raise ValueError("the calendar knows the years 1938 to 2077, first day not after the last")


def dim_date(first: dt.date, last: dt.date) -> pl.DataFrame:
    """``core.dim_date`` from ``first`` to ``last``, both included: one row per day, in order."""
    _check(first, last)
    hijri_month, hijri_day = pl.col("hijri_month"), pl.col("hijri_day")
    eid_al_fitr = (hijri_month == 10) & (hijri_day <= 2)
    eid_al_adha = (hijri_month == 12) & (hijri_day == 10)
    return (
        pl.date_range(first, last, eager=True)
        .alias("date")
        .to_frame()
        .join_asof(hijri_months(), left_on="date", right_on="first_day", coalesce=False)
        .with_columns(
            hijri_day=(pl.col("date") - pl.col("first_day")).dt.total_days() + 1,
            month=pl.col("date").dt.truncate("1mo"),
            year=pl.col("date").dt.year(),
            month_of_year=pl.col("date").dt.month(),
            weekday=pl.col("date").dt.weekday(),
        )
        .with_columns(
            is_ramadan=hijri_month == 9,
            is_eid=eid_al_fitr | eid_al_adha,
            is_public_holiday=pl.col("date").is_in(_public_holidays(first, last).implode()),
        )
        .pipe(TABLES["core.dim_date"].conform)
    )


def dim_month(first: dt.date, last: dt.date) -> pl.DataFrame:
    """``core.dim_month`` for the months in which ``first`` and ``last`` lie and all between, in order."""
    whole_first = first.replace(day=1)
    whole_last = (last.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    hijri_month, hijri_day = pl.col("hijri_month"), pl.col("hijri_day")
    return (
        dim_date(whole_first, whole_last)
        .group_by("month", "year", "month_of_year", maintain_order=True)
        .agg(
            n_days=pl.len(),
            ramadan_days=pl.col("is_ramadan").sum(),
            syawal_first10_days=((hijri_month == 10) & (hijri_day <= 10)).sum(),
            muharram_days=(hijri_month == 1).sum(),
            public_holidays=pl.col("is_public_holiday").sum(),
        )
        .pipe(TABLES["core.dim_month"].conform)
    )
