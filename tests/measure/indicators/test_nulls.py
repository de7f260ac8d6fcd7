"""What chance is compared with: ties swapped, seasons taken out, members drawn again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.measure.indicators.context import Context
from tasks.measure.indicators.mechanical import resampled_matches, style_matches
from tasks.measure.indicators.resilience import months_to_recovery, resampled_recovery, season_of
from tasks.measure.indicators.sensitivity import deal
from tasks.measure.indicators.survival import in_order, survival_curve, survival_interval
from tasks.measure.indicators.trust import _without_loops, waking_minutes
from tasks.trends.covariates import calendar_shares
from tests.spec.toygroup import cell, detail, group

NIGHT = {"night_from_hour": 22, "night_to_hour": 5}


@given(st.integers(0, 10**6), st.integers(4, 12), st.integers(10, 60))
def test_swapped_targets_keep_every_degree_and_make_no_loop(seed, n, ties):
    rng = np.random.default_rng(seed)
    source = rng.integers(0, n, ties)
    target = (source + rng.integers(1, n, ties)) % n
    targets = _without_loops(rng, source, rng.permuted(np.tile(target, (20, 1)), axis=1))
    for row in targets:
        assert (np.bincount(row, minlength=n) == np.bincount(target, minlength=n)).all()
    loops = (targets == source).sum(axis=1)
    busiest = (np.bincount(source, minlength=n) + np.bincount(target, minlength=n)).max()
    # with somebody at nearly every tie, hardly any swap is open
    assert busiest >= ties - 2 or (loops == 0).mean() > 0.8


@given(st.integers(0, 10**6))
def test_senders_dealt_anew_keep_each_days_counts(seed):
    rng = np.random.default_rng(seed)
    day = np.sort(rng.integers(0, 5, 40)) + 700
    senders = rng.integers(0, 6, 40)
    dealt = deal(senders, day, rng, draws=10)
    for row in dealt[1:]:
        for d in np.unique(day):
            assert sorted(row[day == d]) == sorted(dealt[0][day == d])


def test_style_resampling__drawn_once_each_is_the_value():
    """With every member drawn once the statistic is the mean match itself; the draws lie around it."""
    rng = np.random.default_rng(3)
    words = rng.integers(60, 400, 20).astype(float)
    counts = rng.binomial(words.astype(int)[:, None], rng.uniform(0.01, 0.08, 8)).astype(float)
    value = style_matches(counts.T, words, 1e-4).mean()
    drawn = resampled_matches(np.random.default_rng(1), words, counts, 50, 1e-4)
    assert len(drawn) == 999
    assert np.quantile(drawn, 0.025) < value < np.quantile(drawn, 0.975)
    assert drawn.mean() == pytest.approx(value, abs=0.03)


def test_waking_minutes__the_night_does_not_count():
    """From 21:00: an hour until 22:00, then nothing until 05:00; a whole day has 17 waking hours."""
    start = np.array([21 * 60, 21 * 60, 23 * 60, 0, 300])
    minutes = np.array([30, 600, 360, 1440, 1440])
    assert waking_minutes(start, minutes, NIGHT).tolist() == [30, 60 + 120, 0, 1020, 1020]


def test_survival_interval__by_hand():
    """Two of four answered: S = .5, Greenwood sum 1/(4*3) + 1/(3*2) = .25; theta = 1.96*.5/ln 2 = 1.4139."""
    low, high = survival_interval(np.array([True, True, False, False]))
    assert low == pytest.approx(0.5 ** np.exp(1.4139), abs=1e-4)
    assert high == pytest.approx(0.5 ** np.exp(-1.4139), abs=1e-4)
    assert np.isnan(survival_interval(np.array([True, True]))).all()


def test_resampled_recovery_is_the_recovery_of_each_row():
    rng = np.random.default_rng(0)
    series = np.column_stack(
        [rng.uniform(9, 11, (50, 6)), rng.uniform(2, 6, (50, 3)), rng.uniform(7, 13, (50, 8))]
    )
    found = resampled_recovery(series, 6, 6, 2, 0.9)
    for row, months in zip(series, found, strict=True):
        alone = months_to_recovery(row, 6, 6, 2, 0.9)
        trough = 6 + int(np.argmin(row[6:9]))
        assert months == (alone if np.isfinite(alone) else len(row) - 1 - trough)


class _Fasting:
    """Months of which every eleventh or twelfth is a fast, ten days earlier a year."""

    def __init__(self, n: int) -> None:
        share = np.zeros((n, 2))
        share[3::12, 0], share[4::12, 1] = 1.0, 0.3
        share[2::12, 0] = np.linspace(0, 0.6, len(share[2::12]))
        self.islamic_days = share


def test_season__learnt_beside_the_shock_and_not_from_it():
    """A fast takes 40 of 100; a shock in a fast takes 30 more: the season is 40 with the shock or without."""
    ctx, n = _Fasting(48), 48
    calm_series = 100 - 40 * ctx.islamic_days[:, 0] + 20 * ctx.islamic_days[:, 1]
    shocked = calm_series - 30 * ((np.arange(n) >= 39) & (np.arange(n) < 43))
    calm = (np.arange(n) < 39) | (np.arange(n) > 45)
    season = season_of(ctx, shocked, calm)
    assert season[3] - season[8] == pytest.approx(-40, abs=1e-6)
    assert (shocked - season)[20:30] == pytest.approx((calm_series - season)[20:30])
    assert not season_of(ctx, shocked, np.arange(n) < 11).any()  # too few months to learn from


def test_islamic_days_are_those_of_the_calendar():
    """The same shares as the trends take out of their series."""
    ctx = Context(group("m1", months=("2021-01", "2024-12")))
    index = np.array([month.year * 12 + month.month - 1 for month in ctx.months])
    assert ctx.islamic_days == pytest.approx(calendar_shares(index, 1))
    assert ctx.islamic_days[:12, 0].sum() * 30 == pytest.approx(30, abs=1.5)  # one fast in 2021


def test_kaplan_meier_of_return__open_windows_count_as_long_as_seen():
    """Four people, the day 100 the last seen: back after 10, back after 30, 100 days of silence, and one whose
    campaign ended 20 days ago. At 10 one of four, at 30 one of two: S = 3/4 * 1/2, so .625 are back."""
    is_back, days = np.array([True, True, False, False]), np.array([10.0, 30, 100, 20])
    still_away = survival_curve(is_back[in_order(days, is_back)])[-1]
    assert 1 - still_away == pytest.approx(0.625)


def test_kaplan_meier_stands_while_the_share_must_wait():
    who = "campaign | who\n1 | m1-m12\n2 | m1-m6"
    begun = "campaign | first | last | committed | reached\n1|2023-06-02|2023-06-10|12|12\n2|2023-06-20|2023-06-25|6|6"
    toy = group("m1-m30", months=("2023-04", "2023-07"), campaigns_table=begun, committed_table=who)
    assert (cell(toy, "campaigner_retention")["status"], cell(toy, "campaigner_retention")["value"]) == (
        "immature",
        None,
    )
    early = detail(toy, "campaigner_retention", "kaplan_meier")
    assert (early["status"], early["value"], early["n_den"]) == ("partial", pytest.approx(0.5), 12)
