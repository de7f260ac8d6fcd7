"""Tests beside the primary one: hand-worked variances, gaps, seasons, partial residuals."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.regression.linear_model import OLS

from tasks.trends.adjust import can_adjust, partial_residuals, useful
from tasks.trends.covariates import calendar_shares, islamic_month
from tasks.trends.series import Series, index_of
from tasks.trends.slopes import hamed_rao_p, seasonal_kendall_p, theil_sen

JANUARY_2023 = index_of(dt.date(2023, 1, 1))


def _line(n: int, slope: float = 0.5) -> Series:
    return Series(np.arange(n), slope * np.arange(n))


def test_hamed_rao_equals_plain_mann_kendall_where_nothing_hangs_together() -> None:
    # values 3 1 2 5 4 6: S = 15 pairs: 3>1 3>2 5>4 fall, 12 rise: S = 9; var = 6*5*17/18 = 28.33
    series = Series(np.arange(6), np.array([3.0, 1.0, 2.0, 5.0, 4.0, 6.0]))
    expected = 2 * norm.sf((9 - 1) / np.sqrt(6 * 5 * 17 / 18))
    assert hamed_rao_p(series, theil_sen(series.index, series.values)) == pytest.approx(expected)


def test_hamed_rao_never_takes_less_variance_than_independent_values_have() -> None:
    # a saw about a rise: residuals alternate, which without the floor would shrink the variance
    index = np.arange(24)
    series = Series(index, index + 8.0 * (index % 2))
    s = sum(np.sign(series.values[j] - series.values[i]) for i in range(24) for j in range(i + 1, 24))
    _, ties = np.unique(series.values, return_counts=True)
    variance = (24 * 23 * 53 - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    plain = 2 * norm.sf((s - 1) / np.sqrt(variance))
    assert hamed_rao_p(series, theil_sen(series.index, series.values)) >= plain * (1 - 1e-12)


def test_persistent_noise_weakens_hamed_raos_evidence() -> None:
    rng = np.random.default_rng(5)
    noise = np.zeros(60)
    for step in range(1, 60):
        noise[step] = 0.8 * noise[step - 1] + rng.standard_normal()
    series = Series(np.arange(60), noise + 0.05 * np.arange(60))
    slope = theil_sen(series.index, series.values)
    shuffled = series.with_values(
        slope.line(series.index) + rng.permutation(series.values - slope.line(series.index))
    )
    assert hamed_rao_p(series, slope) > hamed_rao_p(shuffled, theil_sen(shuffled.index, shuffled.values))


def test_seasonal_kendall_compares_only_within_a_season() -> None:
    # two seasons of three years: season 1: 1 2 3 (S 3), season 2: 9 8 10 (S 1); var = 2 * 3*2*11/18 = 7.33
    series = Series(np.arange(6), np.array([1.0, 9.0, 2.0, 8.0, 3.0, 10.0]))
    p = seasonal_kendall_p(series, np.array([1, 2, 1, 2, 1, 2]))
    assert p == pytest.approx(2 * norm.sf(3 / np.sqrt(2 * 3 * 2 * 11 / 18)))
    assert seasonal_kendall_p(series.at(np.arange(2)), np.array([1, 2])) is None


def test_shares_of_ramadan_are_days_over_days() -> None:
    # official: 1 Ramadan 1444 = 23 March 2023, 1 Syawal = 22 April: 9 of March's 31 days, 21 of April's 30;
    # the first ten days of Syawal: 22 April to 1 May, 9 and 1
    shares = calendar_shares(JANUARY_2023 + np.array([0, 2, 3, 4]), 1)
    assert shares == pytest.approx(np.array([[0, 0], [9 / 31, 0], [21 / 30, 9 / 30], [0, 1 / 31]]))
    quarter = calendar_shares(JANUARY_2023 + np.array([4]), 3)
    assert quarter == pytest.approx(np.array([[30 / 92, 10 / 92]]))


def test_a_calendar_month_counts_for_the_islamic_one_of_its_middle_day() -> None:
    # 15 March 2023 = 22 Syakban, 15 April = 24 Ramadan, 15 May = 24 Syawal
    assert islamic_month(JANUARY_2023 + np.array([2, 3, 4])).tolist() == [8, 9, 10]


def test_partial_residuals_keep_level_and_trend_and_lose_the_covariate() -> None:
    index = JANUARY_2023 + np.arange(36)
    covariates = useful(calendar_shares(index, 1))
    series = Series(index, 2.0 + 0.1 * np.arange(36) + covariates @ np.array([3.0, -4.0]))
    found = partial_residuals(series, covariates)
    assert found.values == pytest.approx(2.0 + 0.1 * np.arange(36))


def test_partial_residuals_agree_with_statsmodels() -> None:
    rng = np.random.default_rng(2)
    index = JANUARY_2023 + np.sort(rng.choice(60, 40, replace=False))
    covariates = useful(calendar_shares(index, 1))
    series = Series(index, rng.standard_normal(40))
    fit = OLS(series.values, np.column_stack([np.ones(40), index, covariates])).fit()
    expected = series.values - covariates @ fit.params[2:]
    assert partial_residuals(series, covariates).values == pytest.approx(expected)


def test_short_series_are_left_as_they_are() -> None:
    covariates = useful(calendar_shares(JANUARY_2023 + np.arange(11), 1))
    assert not can_adjust(_line(11), covariates)
    assert can_adjust(_line(12), useful(calendar_shares(JANUARY_2023 + np.arange(12), 1)))
