"""Change points and seasons: where a level begins, and which Islamic month lies above its line."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruptures import Pelt

from tasks.trends.changes import MIN_SEGMENT, breaks, change_points, penalty
from tasks.trends.covariates import islamic_month
from tasks.trends.season import hijri_seasons
from tasks.trends.series import Series, index_of

START = index_of(dt.date(2020, 1, 1))


def _cells(values: np.ndarray) -> pl.DataFrame:
    months = [dt.date((START + step) // 12, (START + step) % 12 + 1, 1) for step in range(len(values))]
    return pl.DataFrame(
        {"group_id": "a", "month": months, "code": "we_share", "value": values, "status": "ok"}
    )


def test_a_new_level_is_found_in_its_first_month() -> None:
    values = np.random.default_rng(2).normal(0, 0.1, 36)
    values[14:] += 1.0
    found = change_points(_cells(values), {"we_share": 1})
    assert found["month"].to_list() == [dt.date(2021, 3, 1)]  # month 14 from January 2020
    assert found["shift"][0] == pytest.approx(1.0, abs=0.1) and found["confirmed_share"][0] > 0.9


def test_noise_that_persists_shows_a_break_in_at_most_a_quarter_of_series() -> None:
    """The share is about .17 at this length and phi (docs/trends.md): exploratory is the word."""
    rng, alarms = np.random.default_rng(3), 0
    for _ in range(120):
        noise = rng.standard_normal(60)
        for step in range(1, 60):
            noise[step] += 0.5 * noise[step - 1]
        series = Series(np.arange(36), noise[-36:])
        alarms += bool(breaks(series.values, penalty(series)))
    assert alarms / 120 <= 0.25


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(3, 12))
def test_breaks_are_those_of_pelt_at_every_position(seed: int, cost: float) -> None:
    values = np.random.default_rng(seed).standard_normal(30)
    expected = Pelt(model="l2", min_size=MIN_SEGMENT, jump=1).fit(values).predict(pen=cost)[:-1]

    def total(found: list[int]) -> float:
        edges = [0, *found, 30]
        parts = [values[a:b] for a, b in pairwise(edges)]
        return sum(float(((part - part.mean()) ** 2).sum()) for part in parts) + cost * len(found)

    # penalties as they occur: 2 ln(30) is 6.8; far below, both prune by rules of their own
    assert total(breaks(values, cost)) <= total(expected) + 1e-9


def test_too_short_or_flat_series_have_no_break() -> None:
    assert change_points(_cells(np.arange(11.0)), {"we_share": 1}).is_empty()
    assert change_points(_cells(np.full(24, 0.4)), {"we_share": 1}).is_empty()


def test_ramadan_stands_out_in_the_season() -> None:
    index = START + np.arange(48)
    values = 0.3 + 0.2 * (islamic_month(index) == 9)
    found = hijri_seasons(_cells(values), {"we_share": 1})
    ramadan = found.filter(pl.col("hijri_month") == 9).row(0, named=True)
    assert ramadan["deviation"] == pytest.approx(0.2, abs=0.01) and ramadan["n_months"] >= 3
    assert found.filter(pl.col("hijri_month") != 9)["deviation"].abs().max() == pytest.approx(0, abs=0.01)


def test_codes_of_longer_windows_have_no_season() -> None:
    assert hijri_seasons(_cells(np.arange(24.0)), {"we_share": 3}).is_empty()
