"""Small cells stay hidden, in every table and against every difference."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import ConfigurationError
from schemas.indicators import registry
from schemas.tables import TABLES
from tasks.publish.disclosure import HIDDEN, group_sizes, hidden, suppress
from tasks.publish.limits import SINGLE_PERSON_CODES, Limits
from tasks.publish.research import research_tables
from tasks.snapshot.vintages import VINTAGE, changed_cells

JANUARY, FEBRUARY = dt.date(2024, 1, 1), dt.date(2024, 2, 1)
SNAPSHOT = "2024-02-000000000000"
ENOUGH_DONORS = pl.DataFrame(
    {"group_id": ["a"], "month": [JANUARY], "n_donors": [12], "largest_share": [0.3]}
)
NO_DONORS = ENOUGH_DONORS.clear()

Cell = dict[str, object]


def cells(*rows: Cell) -> pl.DataFrame:
    """``fact_indicator`` rows of group a in January; each row names what differs from a harmless cell."""
    harmless: Cell = {
        "group_key": 1,
        "group_id": "a",
        "month": JANUARY,
        "code": "we_share",
        "def_version": 1,
        "params_hash": "p",
        "value": 0.5,
        "ci_low": 0.4,
        "ci_high": 0.6,
        "ci_kind": "wilson",
        "n_num": 30.0,
        "n_den": 60.0,
        "n_lo": 55.0,
        "n_hi": 60.0,
        "window_months": 1,
        "coverage": 1.0,
        "status": "ok",
        "snapshot_id": SNAPSHOT,
    }
    return pl.DataFrame([harmless | row for row in rows], schema=TABLES["core.fact_indicator"].polars_schema)


def verdicts(
    frame: pl.DataFrame, donations: pl.DataFrame = NO_DONORS, size: float | None = 60.0
) -> list[bool]:
    sizes = frame.select("group_id", "month").unique().with_columns(size=pl.lit(size, pl.Float64))
    return hidden(frame, sizes, donations, registry(), Limits())[HIDDEN].to_list()


@pytest.mark.parametrize(("size", "is_hidden"), [(19.99, True), (20.0, False), (None, True)])
def test_a_group_below_twenty_or_of_unknown_size_shows_nothing(size: float | None, is_hidden: bool) -> None:
    assert verdicts(cells({"n_hi": None}), size=size) == [is_hidden]


def test_the_smaller_of_the_months_and_the_windows_size_counts() -> None:
    assert verdicts(cells({"n_hi": 19.0}), size=25.0) == [True]
    assert verdicts(cells({"n_hi": 25.0}), size=19.0) == [True]


def test_two_windows_do_not_tell_of_a_hidden_month_by_their_difference() -> None:
    """March has 19 members and shows nothing. Windows of three months hold it up to May: none of them is shown, or
    March would be the difference of one with it and one without."""
    months = [dt.date(2024, number, 1) for number in range(1, 8)]
    of_windows = [code for code in ("help_answer_rate", "we_share") for _ in months]
    frame = cells(
        *({"code": code, "month": month} for code, month in zip(of_windows, months * 2, strict=True))
    )
    sizes = pl.DataFrame({"group_id": "a", "month": months, "size": [30.0, 30, 19, 30, 30, 30, 30]})
    marked = hidden(frame, sizes, NO_DONORS, registry(), Limits()).sort("code", "month")
    assert marked.filter(code="help_answer_rate")[HIDDEN].to_list() == [
        False,
        False,
        True,
        True,
        True,
        False,
        False,
    ]
    assert marked.filter(code="we_share")[HIDDEN].to_list() == [
        False,
        False,
        True,
        False,
        False,
        False,
        False,
    ]


def test_a_shock_is_judged_by_the_months_around_it() -> None:
    """Its value looks six months back and two ahead."""
    months = [dt.date(2024, number, 1) for number in range(1, 13)]
    frame = cells(*({"code": "shock_drop", "month": month} for month in months))
    sizes = pl.DataFrame({"group_id": "a", "month": months, "size": [30.0] * 8 + [19.0] + [30.0] * 3})
    marked = hidden(frame, sizes, NO_DONORS, registry(), Limits()).sort("month")
    assert [month.month for month in marked.filter(HIDDEN)["month"]] == [7, 8, 9, 10, 11, 12]


@pytest.mark.parametrize(
    ("numerator", "denominator", "is_hidden"),
    [
        (0, 60, False),
        (1, 60, True),
        (4, 60, True),
        (4.5, 60, True),
        (5, 60, False),
        (56, 60, True),
        (60, 60, False),
    ],
)
def test_sensitive_codes_hide_one_to_four_and_their_complements(
    numerator: float, denominator: float, is_hidden: bool
) -> None:
    counts = {"n_num": numerator, "n_den": denominator}
    assert verdicts(cells({"code": "conflict_rate"} | counts)) == [is_hidden]
    assert verdicts(cells({"code": "we_share"} | counts)) == [False]


@pytest.mark.parametrize("code", sorted(SINGLE_PERSON_CODES))
def test_what_one_person_makes_is_never_shown_by_month(code: str) -> None:
    assert verdicts(cells({"code": code})) == [True]


@pytest.mark.parametrize(
    ("n_donors", "largest", "is_hidden"),
    [(10, 0.4, False), (9, 0.4, True), (10, 0.41, True), (10, None, True)],
)
def test_donations_need_ten_donors_and_no_large_one(
    n_donors: int, largest: float | None, is_hidden: bool
) -> None:
    donations = ENOUGH_DONORS.with_columns(
        n_donors=pl.lit(n_donors, pl.Int64), largest_share=pl.lit(largest, pl.Float64)
    )
    assert verdicts(cells({"code": "donation_per_member", "n_num": 9e5}), donations) == [is_hidden]


def test_donations_without_proof_of_donors_are_hidden() -> None:
    assert verdicts(cells({"code": "donor_share", "n_num": 20.0})) == [True]
    assert verdicts(cells({"code": "donor_share", "n_num": 20.0}), ENOUGH_DONORS) == [False]


def test_an_absence_keeps_its_status_unless_the_group_is_small() -> None:
    nothing = {"value": None, "n_num": None, "n_den": None, "status": "not_applicable", "code": "top1_share"}
    assert verdicts(cells(nothing)) == [False]
    assert verdicts(cells(nothing), size=19.0) == [True]


def test_suppression_leaves_no_number() -> None:
    frame = suppress(cells({}, {"code": "churn_rate"}).with_columns(pl.Series(HIDDEN, [True, False])))
    hidden_row, shown_row = frame.rows(named=True)
    numbers = ("value", "ci_low", "ci_high", "n_num", "n_den", "n_lo", "n_hi")
    assert [hidden_row[name] for name in numbers] == [None] * 7
    assert (hidden_row["status"], hidden_row["ci_kind"]) == ("suppressed", "none")
    assert shown_row["value"] == 0.5 and shown_row["status"] == "ok"


def test_size_is_n_of_the_month_and_else_at_least_those_who_wrote() -> None:
    frame = cells(
        {"n_hi": 60.0},
        {"code": "help_answer_rate", "window_months": 3, "n_hi": 80.0},
        {"month": FEBRUARY, "n_hi": None},
    )
    active = pl.DataFrame({"group_id": ["a", "a"], "month": [JANUARY, FEBRUARY], "n_active": [30, 25]})
    assert group_sizes(frame, active).sort("month")["size"].to_list() == [60.0, 25.0]


def test_limits_may_be_tightened_and_never_loosened() -> None:
    assert Limits().tightened(min_group_n=30, max_largest_donation=0.3).min_group_n == 30
    for looser in ({"min_group_n": 10}, {"max_largest_donation": 0.5}, {"no_such_limit": 1}):
        with pytest.raises(ConfigurationError):
            Limits().tightened(**looser)


def _dim_group() -> pl.DataFrame:
    row = {
        "group_version_key": 1,
        "group_key": 1,
        "group_id": "a",
        "group_name": "A",
        "timezone": "Asia/Jakarta",
        "selling_allowed": True,
        "valid_from": JANUARY,
        "is_current": True,
    }
    return pl.DataFrame([row], schema=TABLES["core.dim_group"].polars_schema)


def _published(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return research_tables(
        {"core.dim_group": _dim_group()} | frames,
        definitions=registry(),
        computed=["we_share"],
        groups={},
        snapshot_id=SNAPSHOT,
    )


def _numbers(tables: dict[str, pl.DataFrame]) -> set[float]:
    """Every number of every published table but the dictionary."""
    columns = [
        frame[name].drop_nulls().cast(pl.Float64)
        for frame in tables.values()
        for name, dtype in frame.schema.items()
        if dtype.is_numeric()
    ]
    return {value for column in columns for value in column}


#: A cell that must not be shown, whatever the reason; its numbers are marked so that they can be searched.
CANARIES = {
    "value": 0.123456789,
    "ci_low": 0.111222333,
    "ci_high": 0.133444555,
    "n_num": 3.000777,
    "n_den": 61.000999,
}
HIDDEN_CELLS = st.sampled_from(
    [
        {"code": "conflict_rate"},
        {"code": "top1_share"},
        {"code": "key_person_dependence"},
        {"code": "donor_share"},
        {"code": "donation_per_member"},
        {"code": "we_share", "n_hi": 12.5, "n_lo": 12.25},
    ]
)


@settings(max_examples=25, deadline=None)
@given(cell=HIDDEN_CELLS, was_shown=st.booleans())
def test_no_hidden_number_reaches_any_published_table(cell: Cell, was_shown: bool) -> None:
    """The cell's value of today and of an earlier snapshot, its companions, its revision, its trend."""
    today = cells(CANARIES | cell, {"month": FEBRUARY})
    earlier_counts = {"n_num": 30.000888} if was_shown else {}
    earlier = cells(CANARIES | cell | {"value": 0.987654321} | earlier_counts, {"month": FEBRUARY})
    first = changed_cells(earlier, VINTAGE.empty(), [], "2024-01-000000000000")
    second = changed_cells(today, first, ["2024-01-000000000000"], SNAPSHOT)
    row = today.row(0, named=True)
    detail = row | {"detail": "pooled", "value": 0.555666777, "n_num": 40.000111}
    component = row | {"code": "idx_overall", "detail": f"z_{row['code']}", "value": 0.333222111}
    composite = (
        row | {"code": "idx_overall", "value": 0.7} | dict.fromkeys(("ci_low", "ci_high", "n_num", "n_den"))
    )
    revision = row | {
        "from_snapshot_id": "2024-01-000000000000",
        "old_value": 0.987654321,
        "new_value": row["value"],
        "old_status": "ok",
        "new_status": "ok",
        "reason": "new_data",
    }

    def frame(name: str, rows: list[Cell]) -> pl.DataFrame:
        table = TABLES[name]
        return pl.DataFrame(
            [{column: one.get(column) for column in table.names} for one in rows], schema=table.polars_schema
        )

    tables = _published(
        {
            "core.fact_indicator": pl.concat([today, frame("core.fact_indicator", [composite])]),
            "core.fact_indicator_detail": frame("core.fact_indicator_detail", [detail, component]),
            "core.fact_indicator_vintage": pl.concat([first, second]),
            "core.fact_revision": frame("core.fact_revision", [revision]),
        }
    )
    secret = {*CANARIES.values(), 0.987654321, 30.000888, 0.555666777, 40.000111, 0.333222111, 12.5, 12.25}
    assert not secret & _numbers(tables)
    assert tables["research.indicator"].height == 3
    assert tables["research.revision"].select("old_status", "new_status").row(0) == (
        "suppressed",
        "suppressed",
    )
    assert set(tables["research.indicator_detail"]["status"]) == {"suppressed"}
    assert 0.5 in _numbers(tables), "the harmless month of the same group is shown"


def test_a_cell_hidden_in_one_snapshot_is_hidden_in_all() -> None:
    early = cells({"code": "conflict_rate", "n_num": 3.0, "value": 0.05})
    late = cells({"code": "conflict_rate", "n_num": 8.0, "value": 0.13})
    first = changed_cells(early, VINTAGE.empty(), [], "2024-01-000000000000")
    second = changed_cells(late, first, ["2024-01-000000000000"], SNAPSHOT)
    tables = _published(
        {"core.fact_indicator": late, "core.fact_indicator_vintage": pl.concat([first, second])}
    )
    assert tables["research.indicator"]["value"].to_list() == [0.13]
    assert tables["research.vintage"]["value"].to_list() == [None, None]


def test_what_was_done_to_single_people_is_hidden_among_companions() -> None:
    rows = [
        {column: row.get(column) for column in TABLES["core.fact_indicator_detail"].names}
        for row in (
            cells({"code": "churn_rate"}).row(0, named=True) | {"detail": detail}
            for detail in ("left", "removed", "removed_share", "unremovedness")
        )
    ]
    details = pl.DataFrame(rows, schema=TABLES["core.fact_indicator_detail"].polars_schema)
    tables = _published(
        {"core.fact_indicator": cells({"code": "churn_rate"}), "core.fact_indicator_detail": details}
    )
    shown = tables["research.indicator_detail"].select("detail", "status").rows()
    assert shown == [
        ("left", "suppressed"),  # with the churn itself it would give the removals
        ("removed", "suppressed"),
        ("removed_share", "suppressed"),
        ("unremovedness", "ok"),
    ]
