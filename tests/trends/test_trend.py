"""Trends keep to the rules: real month index, ok months only, words only where they are allowed."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from schemas.indicators import registry
from tasks.trends.series import Series as Values
from tasks.trends.series import without_overlap
from tasks.trends.slopes import ar1_bootstrap_p, mann_kendall_s, theil_sen
from tasks.trends.trend import q_within_family, trends
from tasks.trends.verdict import words

Series = list[tuple[float | None, str]]


def _indicators(series: dict[str, Series]) -> pl.DataFrame:
    rows = [
        (1, "a", dt.date(2020 + step // 12, step % 12 + 1, 1), code, 1, value, status)
        for code, values in series.items()
        for step, (value, status) in enumerate(values)
    ]
    schema = {
        "group_key": pl.Int64,
        "group_id": pl.String,
        "month": pl.Date,
        "code": pl.String,
        "def_version": pl.Int32,
        "value": pl.Float64,
        "status": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _one(code: str, values: Series) -> dict[str, object]:
    return trends(_indicators({code: values}), registry(), "2024-01-000000000000")[0].row(0, named=True)


def _line(months: int, slope: float = 0.01, start: float = 0.1) -> Series:
    return [(start + slope * step, "ok") for step in range(months)]


def test_a_missing_month_leaves_its_gap() -> None:
    series = _line(12)
    series[5] = (None, "no_coverage")
    row = _one("we_share", series)
    assert row["n_months"] == 11
    assert row["slope_per_month"] == pytest.approx(0.01, rel=1e-12)


def test_slope_is_the_median_of_pairwise_slopes() -> None:
    # values 1, 2, 4, 3 in months 0, 1, 3, 6: slopes 1, 1, 1/3, 1, 1/5, -1/3; median (1/3 + 1) / 2 = 2/3
    fit = theil_sen(np.array([0, 1, 3, 6]), np.array([1.0, 2.0, 4.0, 3.0]))
    assert fit.per_month == pytest.approx(2 / 3)


def test_below_24_months_there_is_a_slope_and_no_test() -> None:
    row = _one("we_share", _line(23))
    assert (row["n_months"], row["trend_status"]) == (23, "too short to tell")
    assert row["p_ar1boot"] is None and row["q_bh"] is None
    assert row["slope_lo"] == pytest.approx(0.01) and row["slope_hi"] == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("months", "slope", "word"),
    [
        (24, 0.01, "indicative: rising"),
        (35, -0.002, "indicative: falling"),
        (36, 0.01, "rising"),
        (60, -0.001, "falling"),
        (48, 0.0, "no clear change"),
    ],
)
def test_words_follow_length_and_sign(months: int, slope: float, word: str) -> None:
    noise = np.random.default_rng(3).normal(0, 0.0005, months)
    series = [(0.5 + slope * step + noise[step], "ok") for step in range(months)]
    assert _one("we_share", series)["trend_status"] == word


def test_more_than_a_fifth_not_ok_is_not_tested() -> None:
    series = _line(40)
    for step in range(8):
        series[step * 5] = (0.2, "partial")
    assert _one("we_share", series)["trend_status"] == "indicative: rising"
    series[1] = (0.2, "partial")
    row = _one("we_share", series)
    assert (row["n_months"], row["trend_status"], row["p_ar1boot"]) == (31, "not tested", None)


def test_truncated_months_are_no_part_of_the_history() -> None:
    series: Series = [(None, "truncated")] * 20 + _line(24)
    assert _one("we_share", series)["trend_status"] == "indicative: rising"


def test_trailing_windows_are_tested_where_they_do_not_overlap() -> None:
    row = _one("help_answer_rate", _line(36))  # three-month windows
    assert (row["n_months"], row["trend_status"]) == (12, "too short to tell")
    assert row["slope_per_month"] == pytest.approx(0.01)
    assert _one("help_answer_rate", _line(72))["n_months"] == 24


def test_windows_are_chosen_from_the_first_on_and_stay_chosen() -> None:
    index = np.array([0, 1, 2, 4, 5, 6, 7, 8])
    assert without_overlap(index, 3).tolist() == [0, 3, 6]
    assert without_overlap(index[:5], 3).tolist() == [0, 3]


def test_no_ok_month_gives_no_values() -> None:
    row = _one("we_share", [(None, "not_applicable")] * 30)
    assert (row["n_months"], row["slope_per_month"], row["trend_status"]) == (0, None, "no values")


def test_s_counts_rising_minus_falling_pairs() -> None:
    # 1 3 2 2: pairs + + + - - 0
    assert mann_kendall_s(np.array([[1.0, 3.0, 2.0, 2.0]])).tolist() == [1]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-5, 5, allow_nan=False), min_size=4, max_size=20, unique=True))
def test_s_agrees_with_kendalls_tau(values: list[float]) -> None:
    n = len(values)
    tau = kendalltau(range(n), values).statistic
    assert mann_kendall_s(np.array([values]))[0] == round(tau * n * (n - 1) / 2)


def test_q_is_benjamini_hochberg_within_a_family_of_a_group() -> None:
    # a, belonging: p .01, .04, .5 -> q .01*3/1, .04*3/2, .5; an untested code does not count
    tested = pl.DataFrame(
        [
            ("a", "belonging", 0.5),
            ("a", "belonging", 0.01),
            ("a", "belonging", None),
            ("a", "belonging", 0.04),
            ("a", "mechanical", 0.04),
            ("b", "belonging", None),
        ],
        schema=["group_id", "family", "p_ar1boot"],
        orient="row",
    )
    q = tested.select(q_within_family("bh"))["p_ar1boot"].to_list()
    assert q == pytest.approx([0.5, 0.03, None, 0.06, 0.04, None])
    # Benjamini-Yekutieli multiplies by 1 + 1/2 + 1/3 = 11/6 in a family of three, and stops at 1
    q = tested.select(q_within_family("by"))["p_ar1boot"].to_list()
    assert q == pytest.approx([11 / 12, 0.055, None, 0.11, 0.04, None])


def test_composites_need_a_q_that_bears_what_they_share() -> None:
    """Two of them rise and fall in step: p .06 each is q .06 after Hochberg, .09 after Yekutieli; at .08 it is .12."""
    row = {"slope_per_month": 0.1, "n_months": 40, "trend_status": "tested", "withheld": None}
    rows = [
        row | {"family": family, "q_bh": q_bh, "q_by": q_by}
        for family, q_bh, q_by in (
            ("composite:1", 0.06, 0.09),
            ("composite:1", 0.08, 0.12),
            ("belonging:1", 0.08, 0.12),
        )
    ]
    frame = pl.DataFrame(rows, schema_overrides={"withheld": pl.String})
    assert frame.select(word=words())["word"].to_list() == ["rising", "no clear change", "rising"]


def test_the_same_series_gives_the_same_p_whatever_stands_beside_it() -> None:
    rng = np.random.default_rng(1)
    noise = [(float(value), "ok") for value in rng.normal(0.5, 0.1, 40)]
    alone = _one("we_share", noise)
    frame = _indicators({"we_share": noise, "conflict_rate": _line(40)})
    together = (
        trends(frame, registry(), "2024-01-000000000000")[0]
        .filter(pl.col("code") == "we_share")
        .row(0, named=True)
    )
    assert alone["p_ar1boot"] == together["p_ar1boot"]


def test_false_alarms_stay_near_five_percent_where_noise_persists() -> None:
    """240 series of 36 months, AR(1) with phi .3, no trend: the catalogue found .04; 3 SE are .042."""
    rng = np.random.default_rng(11)
    index, alarms, runs = np.arange(36), 0, 240
    for _ in range(runs):
        noise = rng.standard_normal(60)
        for step in range(1, 60):
            noise[step] += 0.3 * noise[step - 1]
        series = Values(index, noise[-36:])
        alarms += ar1_bootstrap_p(series, theil_sen(index, series.values)) <= 0.05
    assert alarms / runs < 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
