"""The intervals against statsmodels and SciPy, and the resampling against its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tasks.measure.indicators import intervals, measures

counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=50, deadline=None)
@given(counts)
def test_wilson_is_that_of_statsmodels(pair):
    k, n = pair
    low, high = intervals.wilson(np.array([k]), np.array([n]))
    expected = proportion_confint(k, n, method="wilson")
    assert (low[0], high[0]) == (pytest.approx(expected[0], abs=1e-12), pytest.approx(expected[1], abs=1e-12))


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(7, 20, 0.1812, 0.5671), (3, 5, 0.2307, 0.8824), (0, 12, 0, 0.2425), (54, 60, 0.7985, 0.9534)],
)
def test_wilson_of_the_catalogue(k, n, low, high):
    ends = intervals.wilson(np.array([k]), np.array([n]))
    assert (ends[0][0], ends[1][0]) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_wilson_of_weighted_people_and_of_nobody():
    low, high = intervals.wilson(np.array([27.9, 0]), np.array([46.5, 0]))
    assert low[0] < 0.6 < high[0]
    assert np.isnan([low[1], high[1]]).all()


@settings(max_examples=50, deadline=None)
@given(counts, counts)
def test_newcombe_is_that_of_statsmodels(one, two):
    low, high = intervals.newcombe(
        np.array([one[0]]), np.array([one[1]]), np.array([two[0]]), np.array([two[1]])
    )
    expected = confint_proportions_2indep(*one, *two, compare="diff", method="newcomb")
    assert (low[0], high[0]) == (pytest.approx(expected[0], abs=1e-9), pytest.approx(expected[1], abs=1e-9))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 300), st.floats(0.5, 500))
def test_poisson_is_that_of_the_chi_square(k, exposure):
    low, high = intervals.poisson_exact(np.array([k]), np.array([exposure]), 100)
    expected_low = stats.chi2.ppf(0.025, 2 * k) / 2 if k else 0.0
    assert low[0] == pytest.approx(100 * expected_low / exposure)
    assert high[0] == pytest.approx(100 * stats.chi2.ppf(0.975, 2 * k + 2) / 2 / exposure)


def test_percentiles_leave_out_what_is_no_number():
    draws = np.append(np.arange(101.0), [np.nan] * 9)
    assert intervals.percentiles(draws, 10**9) == (pytest.approx(2.5), pytest.approx(97.5))
    assert np.isnan(intervals.percentiles(np.array([1.0, np.nan, np.nan]), 10**9)).all()


@pytest.mark.parametrize(("clusters", "low"), [(8, 0.0057), (20, 0.0159), (60, 0.0218), (10**9, 0.025)])
def test_few_clusters_have_ends_further_out(clusters, low):
    """8: Student's 2.3646 with 7 degrees of freedom x sqrt(8 / 7) = 2.5279 standard deviations, .0057 beyond."""
    assert intervals.tails(clusters) == pytest.approx([low, 1 - low], abs=5e-5)


def test_means_of_few_people_are_covered_as_often_as_said():
    """1000 samples of 10 from a normal distribution: 95 %, give or take 3 standard errors of .7 points."""
    rng = np.random.default_rng(4)
    ends = np.array([intervals.bootstrap_mean(rng, rng.normal(size=10)) for _ in range(1000)])
    assert np.mean((ends[:, 0] <= 0) & (ends[:, 1] >= 0)) == pytest.approx(0.95, abs=0.021)


def test_resampled_counts_draw_as_many_as_there_are():
    drawn = intervals.resampled_counts(np.random.default_rng(1), 12)
    assert drawn.shape == (999, 12)
    assert (drawn.sum(axis=1) == 12).all()
    assert drawn.mean() == pytest.approx(1)


def test_bootstrap_of_a_mean_has_the_width_of_theory():
    values = np.random.default_rng(2).normal(10, 3, 400)
    low, high = intervals.bootstrap_mean(np.random.default_rng(3), values)
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.08)
    assert low < values.mean() < high


def test_bootstrap_does_not_depend_on_the_order_of_people():
    values = np.random.default_rng(2).normal(10, 3, 40)
    one = intervals.bootstrap_mean(np.random.default_rng(3), values)
    assert one == intervals.bootstrap_mean(np.random.default_rng(3), values[::-1])


def test_seven_clusters_give_no_interval():
    assert np.isnan(intervals.bootstrap_mean(np.random.default_rng(3), np.arange(7.0))).all()
    assert np.isnan(intervals.jackknife(1.0, np.arange(7.0))).all()


def test_jackknife_of_a_mean_is_students_interval():
    values = np.random.default_rng(2).normal(10, 3, 40)
    left_out = (values.sum() - values) / 39
    low, high = intervals.jackknife(values.mean(), left_out)
    assert (low, high) == pytest.approx(stats.t.interval(0.95, 39, values.mean(), stats.sem(values)))


def test_where_no_case_or_every_case_is_a_hit_wilson_stands_in():
    """0 of 12 and 7 of 7: resampling says [0, 0] and [1, 1]; Wilson [0, .2425] and [.6457, 1]. 3 of 10 stays."""
    k, n = np.array([0.0, 7, 3]), np.array([12.0, 7, 10])
    flat = np.array([0.0, 1, 0.1]), np.array([0.0, 1, 0.6])
    (low, high), kind = measures.or_wilson(flat, "boot_member", k, n)
    assert low == pytest.approx([0, 0.6457, 0.1], abs=5e-5)
    assert high == pytest.approx([0.2425, 1, 0.6], abs=5e-5)
    assert kind.tolist() == ["wilson", "wilson", "boot_member"]
