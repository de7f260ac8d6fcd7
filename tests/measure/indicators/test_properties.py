"""What must hold for any group: ranges, and that nothing depends on who is who."""

import time
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.indicators import registry
from tasks.measure.indicators import compute
from tasks.measure.indicators.mechanical import rarefied_entropy
from tests.measure.indicators.random_group import random_group

KEYLESS = ["input_hash"]
BY_DAY = settings.default.max_examples


@settings(max_examples=BY_DAY // 6)
@given(st.integers(0, 10**6), st.integers(1, 25), st.integers(1, 120))
def test_values_lie_in_their_range_and_intervals_around_them(seed, members, per_month):
    values = compute(random_group(months=3, members=members, per_month=per_month, seed=seed)).values
    for code, definition in registry().items():
        rows = values.filter((pl.col("code") == code) & pl.col("value").is_not_null())
        if definition.range_low is not None:
            assert (rows["value"] >= definition.range_low - 1e-9).all(), code
        if definition.range_high is not None:
            assert (rows["value"] <= definition.range_high + 1e-9).all(), code
    ends = values.drop_nulls("ci_low")
    assert (ends["ci_low"] <= ends["ci_high"] + 1e-12).all()
    pointwise = ends.filter(pl.col("ci_kind").is_in(["wilson", "poisson_exact", "newcombe", "jackknife"]))
    assert pointwise.filter(
        ~pl.col("value").is_between(pl.col("ci_low") - 1e-9, pl.col("ci_high") + 1e-9)
    ).is_empty()


@settings(max_examples=BY_DAY // 10)
@given(st.integers(0, 10**6))
def test_other_keys_change_nothing_but_the_hash(seed):
    keys = np.random.default_rng(seed).permutation(np.arange(15) * 7 + 3)
    one = compute(random_group(months=4, seed=seed))
    other = compute(random_group(months=4, seed=seed, keys=keys))
    columns = [name for name in one.values.columns if name not in KEYLESS]
    _assert_close(one.values.select(columns), other.values.select(columns))
    _assert_close(one.details, other.details)


def _assert_close(one: pl.DataFrame, other: pl.DataFrame) -> None:
    """Equal to twelve digits: sums of floats depend on their order."""
    numbers = [name for name, dtype in one.schema.items() if dtype == pl.Float64]
    assert one.drop(numbers).equals(other.drop(numbers))
    for name in numbers:
        a, b = (frame[name].fill_null(-1e9).to_numpy() for frame in (one, other))
        assert a == pytest.approx(b, rel=1e-9, abs=1e-9), name


@settings(max_examples=BY_DAY // 12)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_who_never_speaks_changes_only_what_has_n_below_the_line(seed, silent):
    """People are there all the time and say nothing: whatever is not of N keeps value, interval and status."""
    inputs = random_group(months=3, members=15, seed=seed)
    one = inputs.presence.filter(pl.col("member_key") == 1000)
    added = [one.with_columns(member_key=pl.lit(key, dtype=pl.Int64)) for key in range(9, 9 + silent)]
    more = replace(inputs, presence=pl.concat([inputs.presence, *added]))
    of_n = {code for code, spec in registry().items() if spec.uses_n or spec.is_composite}
    before, after = compute(inputs).values, compute(more).values
    columns = ["code", "month", "value", "ci_low", "ci_high", "n_num", "n_den", "coverage", "status"]
    apart = ~pl.col("code").is_in(of_n)
    _assert_close(before.filter(apart).select(columns), after.filter(apart).select(columns))
    both = before.join(after, on=["code", "month"], suffix="_more")
    moved = both.filter((pl.col("value") - pl.col("value_more")).abs() > 1e-9)["code"].unique()
    assert "active_member_share" in moved
    shares = both.filter(code="active_member_share").drop_nulls(["value", "value_more"])
    assert (shares["value_more"] < shares["value"]).all()


def test_inputs_in_any_order_of_rows():
    inputs = random_group(months=3)
    names = [
        "fact_turn",
        "fact_reply",
        "fact_activity",
        "fact_participation",
        "presence",
        "coverage",
        "dim_member",
    ]
    shuffled = replace(
        inputs, **{name: getattr(inputs, name).sample(fraction=1, shuffle=True, seed=4) for name in names}
    )
    one, other = compute(inputs), compute(shuffled)
    assert one.values["input_hash"].equals(other.values["input_hash"])
    assert one.values.equals(other.values)


def test_rarefaction_is_the_mean_over_all_draws():
    from itertools import combinations

    counts = np.array([4.0, 2, 1])
    turns = np.repeat(np.arange(3), counts.astype(int))
    draws = [np.bincount(turns[list(pick)], minlength=3) / 5 for pick in combinations(range(7), 5)]
    entropy = [-sum(p * np.log(p) for p in draw if p) / np.log(3) for draw in draws]
    assert rarefied_entropy(counts, 5) == pytest.approx(np.mean(entropy))


def test_sixty_members_and_a_thousand_turns_a_month_within_budget():
    """100 ms of one core per group-month, doubled for machines slower than the one it was measured on."""
    inputs = random_group(months=12, members=60, per_month=1000)
    compute(random_group(months=2))
    assert any(
        _seconds_of(inputs) / 12 < 0.2 for _ in range(3)
    )  # the least of a few runs: others use the machine


def _seconds_of(inputs):
    start = time.process_time()
    compute(inputs)
    return time.process_time() - start
