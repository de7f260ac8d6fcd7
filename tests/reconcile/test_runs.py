"""Equal rows brought together, distinct values numbered, sets of runs united; clocks that change and that do not."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.reconcile import runs
from tasks.reconcile.clocks import to_local, to_utc
from tasks.reconcile.runs import distinct, together
from tasks.reconcile.sets import unions

_FEW = st.integers(-2, 2)
_PAIRS = st.lists(st.tuples(_FEW, _FEW), max_size=30)


@given(_PAIRS, st.booleans())
@settings(deadline=None, max_examples=50)
def test_equal_rows_stand_together(pairs: list[tuple[int, int]], collide: bool) -> None:
    columns = [np.array([pair[place] for pair in pairs], dtype=np.int64) for place in (0, 1)]
    with pytest.MonkeyPatch.context() as patch:
        if collide:  # every hash is the same
            patch.setattr(runs, "_MIX", np.uint64(0))
        order, is_new = together(*columns)
    assert sorted(order.tolist()) == list(range(len(pairs)))
    found = [pairs[row] for row, new in zip(order, is_new, strict=True) if new]
    assert sorted(found) == sorted(set(pairs))


@given(st.lists(st.integers(-5, 5) | st.sampled_from([-(2**40), 2**40]), max_size=30))
@settings(deadline=None, max_examples=50)
def test_distinct_values_are_numbered_in_their_order(values: list[int]) -> None:
    code = np.array(values, dtype=np.int64)
    row, ordinal = distinct(code)
    assert code[row].tolist() == sorted(set(values))
    assert code[row][ordinal].tolist() == values


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5), max_size=12))
@settings(deadline=None, max_examples=50)
def test_sets_of_runs_are_united(held: list[list[int]]) -> None:
    """Set n holds the export n alone; the union of some is written as their bits."""
    seen = np.array([one for run in held for one in run], dtype=np.int64)
    is_new = np.array([n == 0 for run in held for n in range(len(run))], dtype=bool)
    found = unions(seen, is_new, lambda numbers: 100 + sum(1 << one for one in numbers))
    expected = [
        run[0] if len(set(run)) == 1 else 100 + sum(1 << one for one in sorted(set(run))) for run in held
    ]
    assert found.tolist() == expected


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Europe/Amsterdam", "America/St_Johns"])
@pytest.mark.parametrize(("first", "days"), [("2011-03-01T00:00", 300), ("2024-06-01T00:00", 20)])
def test_clocks_are_read_as_the_zone_has_them(zone: str, first: str, days: int) -> None:
    start = dt.datetime.fromisoformat(first)
    utc = pl.datetime_range(start, start + dt.timedelta(days=days), "37m", eager=True)
    wall = [
        moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        for moment in utc.to_list()
    ]
    assert to_local(utc, zone).to_list() == wall
    back = [
        one.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(dt.UTC).replace(tzinfo=None) for one in wall
    ]
    assert to_utc(pl.Series(wall, dtype=pl.Datetime("us")), zone).to_list() == back


def test_a_skipped_hour_is_read_as_the_hour_after() -> None:
    wall = pl.Series([dt.datetime.fromisoformat("2024-03-31T02:30")], dtype=pl.Datetime("us"))
    assert to_utc(wall, "Europe/Amsterdam").to_list() == [dt.datetime.fromisoformat("2024-03-31T01:30")]
    nothing = wall.clear()
    assert to_utc(nothing, "Europe/Amsterdam").to_list() == to_local(nothing, "Asia/Jakarta").to_list() == []
