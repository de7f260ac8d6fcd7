"""Indonesia's calendar against dates that anyone can look up."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from schemas.tables import TABLES
from warehouse.calendar import dim_date, dim_month, hijri_months, official_dates


@pytest.mark.parametrize(
    ("day", "hijri"),
    [
        (dt.date(2019, 6, 5), (1440, 10, 1)),  # Umm al-Qura: a day earlier
        (dt.date(2022, 4, 3), (1443, 9, 1)),  # Umm al-Qura: 2 April
        (dt.date(2024, 3, 12), (1445, 9, 1)),
        (dt.date(2024, 3, 11), (1445, 8, 30)),
        (dt.date(2024, 4, 10), (1445, 10, 1)),
        (dt.date(2026, 2, 19), (1447, 9, 1)),
        (dt.date(2021, 8, 10), (1443, 1, 1)),  # the day off was the 11th
        (dt.date(2023, 6, 29), (1444, 12, 10)),
    ],
)
def test_a_day_has_its_official_islamic_date(day: dt.date, hijri: tuple[int, int, int]) -> None:
    row = dim_date(day, day)
    assert row.select("hijri_year", "hijri_month", "hijri_day").row(0) == hijri


def test_every_official_date_is_met_and_every_month_has_29_or_30_days() -> None:
    months = hijri_months()
    lengths = months["first_day"].diff().dt.total_days().drop_nulls()
    assert set(lengths) == {29, 30}
    assert months["first_day"].is_sorted()
    official = official_dates()
    days = dim_date(official["date"].min(), official["date"].max()).with_columns(
        hijri_date=pl.format(
            "{}-{}-{}",
            "hijri_year",
            pl.col("hijri_month").cast(pl.String).str.zfill(2),
            pl.col("hijri_day").cast(pl.String).str.zfill(2),
        )
    )
    assert official.join(days, on=["date", "hijri_date"], how="anti").is_empty()


def test_march_and_april_2024_hold_ramadan_and_the_first_days_of_syawal() -> None:
    months = dim_month(dt.date(2024, 3, 7), dt.date(2024, 4, 1))
    assert months.columns == list(TABLES["core.dim_month"].names)
    # 1 Ramadan on 12 March: 20 days in March, 9 in April; 1 to 10 Syawal on 10 to 19 April.
    assert months.select("n_days", "ramadan_days", "syawal_first10_days").rows() == [(31, 20, 0), (30, 9, 10)]


def test_eid_is_two_days_and_one_day_and_holidays_are_public() -> None:
    year = dim_date(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    assert year.schema == TABLES["core.dim_date"].polars_schema
    eid = year.filter("is_eid")
    assert eid["date"].to_list() == [dt.date(2024, 4, 10), dt.date(2024, 4, 11), dt.date(2024, 6, 17)]
    assert eid["is_public_holiday"].all()
    assert not year.filter(pl.col("date") == dt.date(2024, 3, 12))["is_public_holiday"].item()


def test_days_outside_the_known_calendar_are_refused() -> None:
    with pytest.raises(ValueError, match="calendar"):
        dim_date(dt.date(1900, 1, 1), dt.date(1900, 1, 2))
    with pytest.raises(ValueError, match="calendar"):
        dim_date(dt.date(2024, 1, 2), dt.date(2024, 1, 1))
