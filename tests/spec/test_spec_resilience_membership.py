"""Facets Z and D by example."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tasks.measure.indicators.resilience import months_to_recovery, raw_drop
from tests.spec.toygroup import cell, detail, group

SERIES = np.array([10, 12, 11, 9, 10, 11, 4, 5, 7, 9, 10, 11.0])
JUNE = ("2023-06", "2023-06")


def test_shock_drop__raw_drop_by_hand():
    """Six months before: median 10.5; least of the three from the shock on: 4; 1 - 4/10.5 = 0.6190."""
    assert raw_drop(SERIES, 6, 6, 2) == pytest.approx(0.6190, abs=5e-5)
    assert raw_drop(SERIES, 6, 6, 2) - 0.12 == pytest.approx(0.4990, abs=5e-5)
    assert np.isnan(raw_drop(SERIES, 5, 6, 2))
    assert np.isnan(raw_drop(np.where(np.arange(12) == 7, np.nan, SERIES), 6, 6, 2))


def test_recovery_months__from_the_trough():
    """0.9 x 10.5 = 9.45: 4 5 7 9 lie under it, 10 and 11 above: four months after the trough."""
    assert months_to_recovery(SERIES, 6, 6, 2, 0.9) == 4
    assert np.isnan(months_to_recovery(SERIES[:11], 6, 6, 2, 0.9))


def shocked(months: int, low: tuple[int, ...] = (100, 160, 200, 300)) -> str:
    """300 turns in every month of 30 days, proportionally more in longer ones; fewer from 2023-01 on."""
    lines = ["who|when|times"]
    for i in range(months):
        year, month = 2021 + i // 12, i % 12 + 1
        days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        level = low[i - 24] if 24 <= i < 24 + len(low) else 300
        lines.append(f"m1|{year}-{month:02}-03 00:00|{level * days // 30}")
    return "\n".join(lines)


FLOOD = {"shocks": [{"name": "flood", "date": "2023-01-10"}]}


def test_shock_drop__carried_by_the_month_of_the_shock():
    """A level group loses two thirds in January 2023; placebo months lose nothing or one per cent."""
    toy = group("m1-m10", months=("2021-01", "2023-06"), turns_table=shocked(30), declared=FLOOD)
    row = cell(toy, "shock_drop", "2023-01")
    assert row["status"] == "ok"
    assert detail(toy, "shock_drop", "raw", "2023-01")["value"] == pytest.approx(2 / 3, abs=0.01)
    assert row["value"] == pytest.approx(2 / 3, abs=0.03)
    assert detail(toy, "shock_drop", "placebo_rank_p", "2023-01")["value"] == 0
    assert cell(toy, "shock_drop", "2023-02")["status"] == "not_applicable"
    assert cell(toy, "recovery_months", "2023-01")["value"] == 3


def test_shock_drop__immature_for_two_months():
    toy = group("m1-m10", months=("2021-01", "2023-02"), turns_table=shocked(26), declared=FLOOD)
    assert cell(toy, "shock_drop", "2023-01")["status"] == "immature"


def test_recovery_months__immature_until_recovered_and_senseless_without_a_drop():
    toy = group("m1-m10", months=("2021-01", "2023-03"), turns_table=shocked(27), declared=FLOOD)
    assert cell(toy, "recovery_months", "2023-01")["status"] == "immature"
    calm = group("m1-m10", months=("2021-01", "2023-06"), turns_table=shocked(30, ()), declared=FLOOD)
    assert cell(calm, "recovery_months", "2023-01")["status"] == "not_applicable"


LEAVING = """
who | event   | when
m1  | left    | 2022-06-10 08:00
m2  | removed | 2022-06-11 08:00
m3  | left    | 2022-06-30 08:00
m121| left    | 2022-06-20 08:00
"""


def test_churn_rate__three_of_a_hundred_and_twenty():
    """Three of 120 leave; who came on the 5th and left does not count: 0.025, Wilson [0.0085, 0.0709]."""
    toy = group(
        "m1-m121",
        months=("2022-06", "2022-06"),
        events_table=LEAVING,
        present="who|from|to\nm121|2022-06-05|2022-06-20",
    )
    row = cell(toy, "churn_rate")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.025), 3, 120, "ok")
    assert (row["ci_low"], row["ci_high"]) == (
        pytest.approx(0.0085, abs=1e-4),
        pytest.approx(0.0709, abs=1e-4),
    )
    assert detail(toy, "churn_rate", "removed")["value"] == pytest.approx(1 / 120)


def test_churn_rate__since_august_2022_only_admins_see_it():
    assert cell(group("m1-m30", months=("2022-07", "2022-07")), "churn_rate")["value"] == 0
    assert cell(group("m1-m30", months=("2022-08", "2022-08")), "churn_rate")["status"] == "no_coverage"
    admin = {"exporters": {"siti": {"match": "*siti*", "admin_from": "2022-01-01"}}}
    assert cell(group("m1-m30", months=("2022-08", "2022-08"), declared=admin), "churn_rate")["value"] == 0
    few = group("m1-m19", months=("2022-07", "2022-07"))
    assert cell(few, "churn_rate")["status"] == "low_n"


def test_churn_rate__only_days_that_the_admin_exported_count():
    """The admin's phone exports until 18 August (18/31 = 0.58), or until 10 August (0.32); the other all month."""
    toy = group("m1-m30", months=("2022-08", "2022-08"), declared={
        "exporters": {"siti": {"match": "*siti*", "admin_from": "2022-01-01"}, "budi": {"match": "*budi*"}}
    })  # fmt: skip
    for until, status in ((31, "ok"), (18, "partial"), (10, "no_coverage")):
        by_phone = pl.concat(
            [
                toy.coverage.filter(pl.col("date") <= dt.date(2022, 8, until)),
                toy.coverage.with_columns(exporter_no=pl.lit(1, dtype=pl.Int32)),
            ]
        )
        assert cell(replace(toy, coverage=by_phone), "churn_rate")["status"] == status
    assert cell(replace(toy, exporters={}), "churn_rate")["status"] == "no_coverage"
    stepped_down = {
        "exporters": {"siti": {"match": "*", "admin_from": "2022-01-01", "admin_to": "2022-08-10"}}
    }
    toy = group("m1-m30", months=("2022-08", "2022-08"), declared=stepped_down)
    assert cell(toy, "churn_rate")["status"] == "no_coverage"


def test_retention_3m__eight_of_twenty():
    """20 write in January, 8 of them in April: 0.40, Wilson [0.2188, 0.6134]."""
    talk = "who|when\n" + "\n".join(f"m{i}|2023-01-10 08:{i:02}" for i in range(1, 21))
    talk += "\n" + "\n".join(f"m{i}|2023-04-10 08:{i:02}" for i in [*range(1, 9), 25, 26])
    toy = group("m1-m30", months=("2023-01", "2023-04"), turns_table=talk)
    row = cell(toy, "retention_3m")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.4), 8, 20, "ok")
    assert (row["ci_low"], row["ci_high"]) == (
        pytest.approx(0.2188, abs=1e-4),
        pytest.approx(0.6134, abs=1e-4),
    )
    assert cell(toy, "retention_3m", "2023-03")["status"] == "truncated"
    gap = group("m1-m30", months=("2023-01", "2023-04"), turns_table=talk, uncovered="2023-01-20|2023-01-22")
    assert cell(gap, "retention_3m")["status"] == "partial"
    assert cell(group("m1-m30", months=("2023-01", "2023-04")), "retention_3m")["status"] == "not_applicable"
