"""Shocks: what was lost, whether months without a shock lose as much, and how long the way back takes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from statsmodels.regression.linear_model import OLS

from schemas.indicators import registry
from tasks.trends.interrupted import interruption
from tasks.trends.series import Series, index_of
from tasks.trends.shocks import Dense, _placebo_months, loss, months_to_recovery, shock_table, surge

START = index_of(dt.date(2022, 1, 1))
FLOOD = dt.date(2023, 9, 10)


def _cells(values: list[float | None], code: str = "we_share", statuses: str = "ok") -> pl.DataFrame:
    months = [dt.date((START + step) // 12, (START + step) % 12 + 1, 1) for step in range(len(values))]
    return pl.DataFrame(
        {
            "group_id": "a",
            "month": months,
            "code": code,
            "value": values,
            "status": [statuses if value is not None else "no_coverage" for value in values],
        },
        schema_overrides={"value": pl.Float64},
    )


def _shocks(*days: dt.date, group_id: str | None = "a") -> pl.DataFrame:
    schema = {"shock": pl.String, "shock_date": pl.Date, "group_id": pl.String}
    return pl.DataFrame([("flood", day, group_id) for day in days], schema=schema, orient="row")


def _told(cells: pl.DataFrame, *days: dt.date) -> dict[str, object]:
    return shock_table(cells, _shocks(*days), registry()).row(0, named=True)


def _steady(n: int, seed: int = 1) -> np.ndarray:
    return 0.5 + np.random.default_rng(seed).normal(0, 0.01, n)


def test_loss_surge_and_recovery_by_hand() -> None:
    # before: 10 12 10 11 10 12 (median 10.5); shock 4 3 5, then 7 9.5 10 11: 0.9 * 10.5 = 9.45
    series = Dense(100, np.array([10.0, 12, 10, 11, 10, 12, 4, 3, 5, 7, 9.5, 10, 11]))
    assert loss(series, 106) == pytest.approx(10.5 - 3)
    assert surge(series, 106) == pytest.approx(5 / 10.5)
    assert months_to_recovery(series, 106) == 3  # trough in month 107, back in 110 and 111
    assert loss(series, 105) is None and loss(series, 111) is None


def test_a_missing_month_is_not_back() -> None:
    series = Dense(0, np.array([10.0, 10, 10, 10, 10, 10, 4, 4, 4, 10, np.nan, 10, 10]))
    assert months_to_recovery(series, 6) == 5  # the trough is month 6; 9 alone is no recovery


def test_a_drop_and_its_recovery_are_told() -> None:
    values = _steady(40)
    values[20:24] = [0.1, 0.15, 0.2, 0.3]
    row = _told(_cells(values.tolist()), FLOOD)
    assert row["shock_status"] == "dropped: recovered" and row["placebo_rank_p"] == 0
    assert row["recovery_months"] == 4 and row["status"] == "ok"
    assert row["drop"] == pytest.approx(0.4, abs=0.04)


def test_the_share_lost_is_of_the_level_before() -> None:
    """10 in every month but 4 in the shock's and the next two: 6 lost, 6/10 of the level; others lose nothing."""
    values: list[float | None] = [10.0] * 40
    values[20:23] = [4.0, 4.0, 4.0]
    told = _told(_cells(values, "help_request_rate"), FLOOD)
    # the season's adjustment leaves a constant series as it is but where the shock itself looks like a season
    assert told["drop_share"] == pytest.approx(0.6, abs=0.1)
    assert _told(_cells(values, "ei_cohort"), FLOOD)["drop_share"] is None, (
        "an index from -1 to 1 has no zero"
    )


def test_months_before_a_shock_are_compared_with_and_months_in_reach_of_it_are_not() -> None:
    """40 months, shock in month 20. Losses need six months before and two after: months 6 to 37, 32 of them.

    Months 18 to 28 hold the shock's months among their nine: 21 are left. Of 30 months 6 to 17 are twelve.
    """
    dense = Dense(START, _steady(40))
    assert [month - START for month in _placebo_months(dense, [START + 20])] == [
        *range(6, 18),
        *range(29, 38),
    ]
    assert _told(_cells(_steady(30).tolist()), FLOOD)["n_placebos"] == 12
    assert _told(_cells([None, *_steady(29).tolist()]), FLOOD)["status"] == "low_n"


def test_a_month_like_others_is_absorbed() -> None:
    row = _told(_cells(_steady(40).tolist()), FLOOD)
    assert row["shock_status"] == "absorbed: within the placebo band" and row["recovery_months"] is None


def test_what_never_comes_back_is_not_recovered_yet() -> None:
    values = _steady(40)
    values[20:] -= 0.3
    row = _told(_cells(values.tolist()), FLOOD)
    assert row["shock_status"] == "dropped: not recovered yet" and row["recovery_months"] is None
    assert row["its_status"] == "estimated"
    assert row["step"] == pytest.approx(-0.3, abs=0.03) and row["step_placebo_p"] == 0


def test_where_less_is_better_a_rise_is_the_loss() -> None:
    values = _steady(40)
    values[20:24] += 0.3
    assert _told(_cells(values.tolist(), "silent_share"), FLOOD)["shock_status"] == "dropped: recovered"
    assert _told(_cells(values.tolist(), "we_share"), FLOOD)["shock_status"].startswith("absorbed")


@pytest.mark.parametrize(
    ("months", "day", "status", "word"),
    [
        (40, dt.date(2020, 3, 2), "not_applicable", "outside the data"),
        (40, dt.date(2026, 3, 2), "not_applicable", "outside the data"),
        (22, FLOOD, "immature", "too short to tell"),
        (24, FLOOD, "low_n", "too short to tell"),
    ],
)
def test_what_cannot_be_told_says_why(months: int, day: dt.date, status: str, word: str) -> None:
    row = _told(_cells(_steady(months).tolist()[:months]), day)
    if status == "low_n":
        row = _told(_cells([None] * 12 + _steady(12).tolist()), FLOOD)
    assert (row["status"], row["shock_status"]) == (status, word)
    assert row["drop"] is None


def test_months_not_ok_give_no_shock() -> None:
    row = _told(_cells(_steady(40).tolist(), statuses="partial"), FLOOD)
    assert (row["status"], row["shock_status"]) == ("not_applicable", "outside the data")


def test_a_hidden_series_tells_nothing() -> None:
    cells = _cells(_steady(40).tolist()).with_columns(
        value=pl.lit(None, pl.Float64), status=pl.lit("suppressed")
    )
    row = _told(cells, FLOOD)
    assert row["status"] == "suppressed" and row["n_before"] is None


def test_a_shock_of_another_group_is_not_this_ones() -> None:
    cells = _cells(_steady(40).tolist())
    assert shock_table(cells, _shocks(FLOOD, group_id="b"), registry()).is_empty()
    assert shock_table(cells, _shocks(FLOOD, group_id=None), registry()).height == 1


def test_an_exact_step_and_slope_are_found_exactly() -> None:
    index = START + np.arange(30)
    since = index - index[15]
    series = Series(index, 1 + 0.1 * np.arange(30) + np.where(since >= 0, -2 + 0.05 * since, 0))
    found = interruption(series, int(index[15]))
    assert found is not None
    assert (found["step"], found["slope_change"]) == pytest.approx((-2, 0.05))


def test_the_step_is_that_of_a_regression_without_memory_when_there_is_none() -> None:
    index = START + np.arange(48)
    rng = np.random.default_rng(4)
    series = Series(index, rng.standard_normal(48))
    found = interruption(series, int(index[24]))
    time = np.arange(48) - 24.0
    after = (time >= 0).astype(float)
    plain = OLS(series.values, np.column_stack([np.ones(48), time, after, time * after])).fit()
    assert found is not None
    assert found["step"] == pytest.approx(plain.params[2], abs=2 * plain.bse[2])
    assert found["step_lo"] < found["step"] < found["step_hi"]


def test_fewer_values_describe_only() -> None:
    values = _steady(18, 7)
    row = _told(_cells([None] * 8 + values.tolist()), FLOOD)
    assert (row["n_before"], row["its_status"]) == (12, "estimated")
    row = _told(_cells([None] * 10 + _steady(18, 7).tolist()), FLOOD)
    assert (row["n_before"], row["its_status"]) == (10, "descriptive")
