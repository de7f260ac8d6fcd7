"""Helper arrays against what they say they are, by plain loops."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.measure.indicators.axes import NEVER, distinct, places, until_next
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import median
from tasks.measure.indicators.networks import differ, permuted_mean_difference, placed
from tasks.measure.indicators.turn_arrays import utc_offset
from tests.measure.indicators.random_group import random_group

numbers = st.lists(st.integers(-50, 50), max_size=20)
events = st.lists(st.tuples(st.integers(0, 3), st.integers(-30, 30)), max_size=25)


@given(numbers, numbers)
def test_places_are_those_of_a_list(known: list[int], wanted: list[int]) -> None:
    known = sorted(set(known))
    found = places(np.array(known, dtype=np.int64), np.array(wanted, dtype=np.int64))
    assert found.tolist() == [known.index(one) if one in known else -1 for one in wanted]


@given(st.lists(st.integers(0, 2**62) | st.integers(0, 9).map(lambda one: one << 16), max_size=40))
def test_distinct_are_those_of_a_set(every: list[int]) -> None:
    """Numbers of equal lowest bits among them."""
    half = len(every) // 2
    found = distinct([np.array(part, dtype=np.int64) for part in (every[:half], every[half:])])
    assert found.tolist() == sorted(set(every))


@pytest.mark.parametrize(
    "zone", ["Asia/Jakarta", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
)
def test_the_clock_of_a_zone_on_days_that_change_it_too(zone: str) -> None:
    minute = np.arange(0, 3 * 525_600, 7) + 27_000_000  # three years from 2021-05 on
    then = pl.Series(minute * 60_000_000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    local = then.dt.convert_time_zone(zone)
    expected = local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute().cast(pl.Int64)
    assert np.array_equal((minute + utc_offset(minute, zone)) % 1440, expected.to_numpy())


@given(events, events)
def test_the_next_event_of_the_same_person(
    events: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    columns = [np.array(rows, dtype=np.int64).reshape(-1, 2).T for rows in (events, asked)]
    found = until_next(*((person, at) for person, at in columns))
    for (who, when), days in zip(asked, found.tolist(), strict=True):
        assert days == min(
            (at - when for person, at in events if person == who and at >= when), default=NEVER
        )


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=9))
def test_median_is_numpys(values: list[float]) -> None:
    expected = np.median(values) if values else np.nan
    assert median(np.array(values)) == pytest.approx(expected, rel=0, abs=0, nan_ok=True)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_ties_by_month(seed: int) -> None:
    """Each month's nodes are numbered by their first tie, and its matrix sums what the history holds."""
    rng = np.random.default_rng(seed)
    ctx = Context(random_group(months=3, members=6, per_month=5, seed=1))
    n = int(rng.integers(0, 40))
    day, source, target = np.sort(rng.integers(-5, 100, n)), rng.integers(-1, 6, n), rng.integers(-1, 6, n)
    ties = placed(ctx, day, source, target, rng.integers(1, 5, n).astype(float))
    for t, month in enumerate(ties.months):
        mine = [
            row for row in zip(ties.month, ties.source, ties.target, ties.weight, strict=True) if row[0] == t
        ]
        ends = [end for row in mine for end in row[1:3]]
        assert month.nodes.tolist() == list(dict.fromkeys(ends))
        assert month.total == ties.total[t] == sum(row[3] for row in mine)
        whole = np.zeros((6, 6))
        np.add.at(whole, (month.nodes[month.source], month.nodes[month.target]), month.weight)
        assert whole[np.ix_(month.nodes, month.nodes)] == pytest.approx(month.matrix)
        assert month.counts().sum() == ties.counts[t] == len(mine)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 2)), min_size=2, max_size=8))
def test_permuted_mean_is_that_of_all_pairs(labels: list[tuple[int, int]]) -> None:
    """One label everybody has, one that some lack: pairs differ in either, in the second if both have it."""
    one, other = np.array(labels).T
    unequal = differ((one[:, None], one[None]), (other[:, None], other[None]))
    n = len(labels)
    for i, j in np.ndindex(n, n):
        (a, b), (c, d) = labels[i], labels[j]
        assert unequal[i, j] == (a != c or (b >= 0 and d >= 0 and b != d))
    assert permuted_mean_difference(np.array(n), (~unequal).sum()) == pytest.approx(
        unequal.sum() / (n * (n - 1))
    )
