"""Newcomers' survival: by hand, against statsmodels, and without small cells."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.publish.limits import Limits
from tasks.publish.survival import kaplan_meier, newcomer_survival


def test_a_curve_by_hand() -> None:
    """1 silent at 10 of 4 at risk; 1 censored at 20; 1 enters at 15; at 30 one of 3: S(30) = 3/4 * 2/3."""
    entry, end = np.array([0, 0, 0, 0, 15]), np.array([10, 20, 30, 90, 91])
    found = kaplan_meier(entry, end, np.array([True, False, True, False, False]), 60)
    assert found is not None
    assert (found.share, found.n_at_risk) == (pytest.approx(0.5), 2)
    assert found.low < 0.5 < found.high
    assert kaplan_meier(entry, end, np.array([True, False, True, False, False]), 120) is None
    assert kaplan_meier(entry[4:], end[4:], np.array([False]), 60) is None, "nobody followed from the start"


STRETCHES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 100), st.booleans()), min_size=3, max_size=40
)


@given(STRETCHES)
def test_it_agrees_with_statsmodels(stretches: list[tuple[int, int, bool]]) -> None:
    from statsmodels.duration.survfunc import SurvfuncRight

    entry = np.array([0, *(start for start, _, _ in stretches)])
    end = np.array([200, *(start + length for start, length, _ in stretches)])
    is_event = np.array([False, *(silent for _, _, silent in stretches)])
    ours = kaplan_meier(entry, end, is_event, 60)
    assert ours is not None
    theirs = SurvfuncRight(end, is_event.astype(int), entry=entry)
    before = theirs.surv_prob[theirs.surv_times <= 60]
    assert ours.share == pytest.approx(before[-1] if len(before) else 1.0)


def _newcomers(*parts: tuple[int, bool | None, int, bool]) -> pl.DataFrame:
    """(how many, welcomed, last day, silent) who joined on 1 February 2022."""
    rows = []
    for n, welcomed, until, silent in parts:
        rows += [("a", dt.date(2022, 2, 1), welcomed, 0, until, silent)] * n
    schema = {
        "group_id": pl.String,
        "joined_on": pl.Date,
        "is_welcomed": pl.Boolean,
        "from_day": pl.Int64,
        "to_day": pl.Int64,
        "is_silent": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").with_row_index("member_key")


def _table(people: pl.DataFrame, last: dt.date = dt.date(2024, 6, 1), size: float = 40.0) -> pl.DataFrame:
    months = pl.date_range(dt.date(2022, 1, 1), last, "1mo", eager=True)
    coverage = pl.DataFrame({"group_id": "a", "month": months, "coverage": 1.0})
    sizes = pl.DataFrame({"group_id": "a", "month": months, "size": size})
    return newcomer_survival(people, coverage, sizes, Limits())


def _row(table: pl.DataFrame, welcomed: bool | None, months: int) -> dict[str, object]:
    rows = table.filter(
        pl.col("is_welcomed").eq_missing(welcomed) & (pl.col("months_since_joining") == months)
    )
    return rows.row(0, named=True)


def test_a_year_by_hand() -> None:
    """Welcomed: 3 of 15 silent at day 50, 12 go on. Not: 12 of 24 at day 100, 12 go on. All: 36/39, 24/39."""
    table = _table(
        _newcomers(
            (3, True, 50, True), (12, True, 400, False), (12, False, 100, True), (12, False, 400, False)
        )
    )
    assert [_row(table, True, m)["survival"] for m in (3, 6, 12)] == pytest.approx([0.8] * 3)
    assert [_row(table, False, m)["survival"] for m in (3, 6, 12)] == pytest.approx([1.0, 0.5, 0.5])
    assert [_row(table, None, m)["survival"] for m in (3, 6, 12)] == pytest.approx(
        [36 / 39, 24 / 39, 24 / 39]
    )
    assert _row(table, None, 12)["n_at_risk"] == 24 and _row(table, None, 12)["status"] == "ok"


def test_small_parts_are_hidden_with_their_complements() -> None:
    table = _table(_newcomers((9, True, 400, False), (20, False, 400, False)))
    assert {_row(table, part, 3)["status"] for part in (True, False)} == {"suppressed"}
    assert _row(table, None, 3)["status"] == "ok", "all 29 together"
    table = _table(_newcomers((15, True, 400, False), (20, False, 400, False), (2, None, 400, False)))
    assert {_row(table, part, 3)["status"] for part in (True, False)} == {"suppressed"}, "the rest is two"
    table = _table(_newcomers((30, True, 100, True), (5, True, 400, False)))
    assert _row(table, None, 3)["status"] == "ok" and _row(table, None, 6)["status"] == "suppressed"


def test_statuses() -> None:
    people = _newcomers((40, True, 400, False))
    assert set(_table(people, size=19.0)["status"]) == {"suppressed"}
    # followed to 31 May less 83 days = 9 March 2023: 31 December plus 91 days is later
    assert set(_table(people, last=dt.date(2023, 5, 1))["status"]) == {"immature"}
    # to 30 June less 83 days = 8 April: whoever came on 31 December was followed for 91 days, not for 183
    assert _row(_table(people, last=dt.date(2023, 6, 1)), None, 3)["status"] == "ok"
    assert _row(_table(people, last=dt.date(2023, 6, 1)), None, 6)["status"] == "immature"
    assert _row(_table(people), False, 3)["status"] == "not_applicable"
    later = people.with_columns(from_day=pl.lit(30, pl.Int64))
    assert _row(_table(later), None, 3)["status"] == "truncated"
    gone = _newcomers((40, True, 60, False))
    assert _row(_table(gone), None, 3)["status"] == "no_coverage"
