"""Cronbach's alpha of composites: by hand, by NumPy, and of no later month."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tasks.measure.indicators import compute
from tasks.measure.indicators.consistency import cronbach
from tests.measure.indicators.random_group import random_group

GAPS = st.one_of(st.floats(-3, 3).map(lambda value: round(value, 3)), st.just(np.nan))


def test_by_hand() -> None:
    """1 2 3 4 and 2 1 4 3: variances 5/3 each, of the sum 3 3 7 7 16/3, so 2 (1 - (10/3)/(16/3)) = .75.

    After three months 1, 7/3 and, of the sum, 16/3: .75 as well; after two the sum stands still.
    """
    alpha, months = cronbach(np.array([[1.0, 2, 3, 4], [2, 1, 4, 3]]), 2)
    assert alpha == pytest.approx([np.nan, np.nan, 0.75, 0.75], nan_ok=True)
    assert months.tolist() == [1, 2, 3, 4]
    assert np.isnan(cronbach(np.array([[1.0, 2, 3, 4], [2, 1, 4, 3]]), 5)[0]).all()


def test_a_component_alone_and_a_month_without_one() -> None:
    """Where the second is missing one is left, which has no alpha; such a month is none of the others'."""
    z = np.array([[1.0, 2, 9, 3, 4], [2, 1, np.nan, 4, 3]])
    alpha, months = cronbach(z, 2)
    assert alpha == pytest.approx([np.nan, np.nan, np.nan, 0.75, 0.75], nan_ok=True)
    assert months.tolist() == [1, 2, 3, 3, 4]


@settings(max_examples=40)
@given(hnp.arrays(float, st.tuples(st.integers(1, 5), st.integers(1, 30)), elements=GAPS))
def test_as_numpy_s_covariances_say(z: np.ndarray) -> None:
    """k / (k - 1) (1 - trace / sum of the covariance matrix of the complete months, one month after the other)."""
    found, months = cronbach(z, 12)
    for t in range(z.shape[1]):
        rows = z[np.isfinite(z[:, t]), : t + 1]
        rows = rows[:, np.isfinite(rows).all(axis=0)]
        k, n = rows.shape
        assert months[t] == n
        matrix = np.atleast_2d(np.cov(rows)) if k and n > 1 else np.zeros((1, 1))
        if n < 12 or k < 2 or matrix.sum() < 1e-9:
            assert np.isnan(found[t]) or matrix.sum() > 1e-13
        else:
            assert found[t] == pytest.approx(k / (k - 1) * (1 - np.trace(matrix) / matrix.sum()), rel=1e-6)


def test_a_month_more_changes_no_bit() -> None:
    z = np.random.default_rng(4).normal(size=(6, 40))
    z[2, 5] = np.nan
    whole, months = cronbach(z, 12)
    for t in range(1, 41):
        part = cronbach(z[:, :t], 12)
        assert np.array_equal(part[0], whole[:t], equal_nan=True) and np.array_equal(part[1], months[:t])


def test_of_the_components_that_stand_beside_the_index() -> None:
    """The last month's alpha from the rows ``component:*``; the difference of two indices has none."""
    inputs = random_group(months=20, members=30, per_month=500, seed=3)
    details = compute(inputs).details
    assert "axis_type" not in details.filter(pl.col("detail") == "alpha")["code"].to_list()
    ours = details.filter(
        (pl.col("code") == "idx_mechanical") & pl.col("detail").str.starts_with("component:")
    )
    z = ours.pivot("detail", index="month", values="value").sort("month").drop("month").to_numpy()
    assert np.isfinite(z).all()
    matrix = np.cov(z.T)
    row = details.filter((pl.col("code") == "idx_mechanical") & (pl.col("detail") == "alpha")).row(
        -1, named=True
    )
    k = z.shape[1]
    assert row["value"] == pytest.approx(k / (k - 1) * (1 - np.trace(matrix) / matrix.sum()))
    assert (row["month"], row["n_den"], row["status"]) == (inputs.month, 20, "ok")
