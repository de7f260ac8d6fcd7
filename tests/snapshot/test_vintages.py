"""Vintages store what changed, and give every snapshot back."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tables import TABLES
from tasks.snapshot.vintages import COMPARED, VINTAGE, as_of, changed_cells

INDICATOR = TABLES["core.fact_indicator"]
MONTHS = [dt.date(2024, month, 1) for month in (1, 2, 3)]


def indicators(cells: dict[tuple[str, dt.date, str], float | None]) -> pl.DataFrame:
    """``fact_indicator`` holding the given values; a missing value has too few cases behind it."""
    rows = [
        {
            "group_key": 1 if group_id == "a" else 2,
            "group_id": group_id,
            "month": month,
            "code": code,
            "def_version": 1,
            "params_hash": "p",
            "value": value,
            "ci_kind": "none",
            "n_num": value,
            "window_months": 1,
            "coverage": 1.0,
            "status": "low_n" if value is None else "ok",
            "snapshot_id": "-",
        }
        for (group_id, month, code), value in cells.items()
    ]
    return pl.DataFrame(rows, schema=INDICATOR.polars_schema)


def values(frame: pl.DataFrame) -> dict[tuple[str, dt.date, str], float | None]:
    return {
        (row[0], row[1], row[2]): row[3]
        for row in frame.select("group_id", "month", "code", "value").iter_rows()
    }


def test_only_changed_new_and_removed_cells_are_stored() -> None:
    january, february = MONTHS[:2]
    first = indicators({("a", january, "we_share"): 0.5, ("a", january, "churn_rate"): None})
    stored = changed_cells(first, VINTAGE.empty(), [], "s1")
    assert stored.height == 2

    second = indicators({("a", january, "we_share"): 0.5, ("a", february, "we_share"): 0.0})
    added = changed_cells(second, stored, ["s1"], "s2")
    assert added.select("month", "code", "value", "is_removed").rows() == [
        (january, "churn_rate", None, True),
        (february, "we_share", 0.0, False),
    ]
    stored = pl.concat([stored, added])
    assert values(as_of(stored, ["s1", "s2"], "s1")) == values(first)
    assert values(as_of(stored, ["s1", "s2"], "s2")) == values(second)
    assert changed_cells(second, stored, ["s1", "s2"], "s3").is_empty()


def test_zero_and_absence_differ_and_the_thirteenth_digit_does_not_count() -> None:
    january = MONTHS[0]
    stored = changed_cells(indicators({("a", january, "we_share"): 0.0}), VINTAGE.empty(), [], "s1")
    assert changed_cells(indicators({("a", january, "we_share"): None}), stored, ["s1"], "s2").height == 1
    third = changed_cells(indicators({("a", january, "we_share"): 1 / 3}), VINTAGE.empty(), [], "s1")
    assert changed_cells(
        indicators({("a", january, "we_share"): 1 / 3 + 1e-14}), third, ["s1"], "s2"
    ).is_empty()
    assert (
        changed_cells(indicators({("a", january, "we_share"): 1 / 3 + 1e-11}), third, ["s1"], "s2").height
        == 1
    )


def test_order_is_that_of_making_not_of_the_ids() -> None:
    january = MONTHS[0]
    order = ["2024-01-ffffffffffff", "2024-01-000000000000"]
    stored = changed_cells(indicators({("a", january, "we_share"): 0.1}), VINTAGE.empty(), [], order[0])
    later = changed_cells(indicators({("a", january, "we_share"): 0.2}), stored, order[:1], order[1])
    assert values(as_of(pl.concat([stored, later]), order, order[1])) == {("a", january, "we_share"): 0.2}


CELLS = st.tuples(st.sampled_from("ab"), st.sampled_from(MONTHS), st.sampled_from(["we_share", "churn_rate"]))
STATES = st.lists(
    st.dictionaries(CELLS, st.sampled_from([None, 0.0, 0.25, 1.0, float("1e-9")]), min_size=1),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(states=STATES)
def test_every_snapshot_can_be_had_back_and_nothing_is_stored_twice(
    states: list[dict[tuple[str, dt.date, str], float | None]],
) -> None:
    stored, order = VINTAGE.empty(), []
    for number, state in enumerate(states):
        snapshot_id = f"s{number}"
        before = values(as_of(stored, order, order[-1])) if order else {}
        added = changed_cells(indicators(state), stored, order, snapshot_id)
        expected = {cell for cell in state if cell not in before or before[cell] != state[cell]}
        assert set(values(added.filter(~pl.col("is_removed")))) == expected
        assert set(values(added.filter("is_removed"))) == set(before) - set(state)
        stored = pl.concat([stored, added])
        order.append(snapshot_id)
        again = changed_cells(indicators(state), stored, order, snapshot_id)
        assert again.equals(added)
    for snapshot_id, state in zip(order, states, strict=True):
        seen = as_of(stored, order, snapshot_id)
        assert values(seen) == state
        whole = indicators(state).sort("group_id", "month", "code").select(COMPARED)
        assert seen.select(COMPARED).equals(whole)
