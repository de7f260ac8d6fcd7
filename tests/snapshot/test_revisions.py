"""Revisions list exactly the restated cells, with the reason the manifests give."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from schemas.tables import TABLES
from tasks.snapshot.manifest import GroupEvidence, Manifest
from tasks.snapshot.revisions import MIN_BATCH, group_reason, revisions
from tasks.snapshot.vintages import VINTAGE, as_of, changed_cells

JANUARY, FEBRUARY = dt.date(2024, 1, 1), dt.date(2024, 2, 1)


def _manifest(month: dt.date, exports: tuple[str, ...], **changes: object) -> Manifest:
    fixed: dict[str, object] = {
        "month": month,
        "groups": {"a": GroupEvidence(exports=exports, rosters=("r",))},
        "lexicon_version": "1",
        "definitions_hash": "d",
        "calendar_version": "1",
        "code_version": "1",
    }
    return Manifest.model_validate(fixed | changes)


def _indicators(rows: list[tuple[dt.date, str, float | None]], def_version: int = 1) -> pl.DataFrame:
    schema = TABLES["core.fact_indicator"].polars_schema
    fixed = {
        "group_key": 1,
        "group_id": "a",
        "def_version": def_version,
        "params_hash": "p",
        "ci_kind": "none",
    }
    fixed |= {"window_months": 1, "coverage": 1.0, "snapshot_id": "-"}
    return pl.DataFrame(
        [
            fixed
            | {"month": month, "code": code, "value": value, "status": "low_n" if value is None else "ok"}
            for month, code, value in rows
        ],
        schema=schema,
    )


def _before(frame: pl.DataFrame) -> pl.DataFrame:
    return as_of(changed_cells(frame, VINTAGE.empty(), [], "s1"), ["s1"], "s1")


def test_a_late_export_restates_the_past_and_a_new_month_is_no_revision() -> None:
    old, new = _manifest(JANUARY, ("e1",)), _manifest(FEBRUARY, ("e1", "e2"))
    before = _before(
        _indicators([(JANUARY, "we_share", 0.4), (JANUARY, "churn_rate", None), (JANUARY, "top1_share", 0.2)])
    )
    current = _indicators(
        [
            (JANUARY, "we_share", 0.5),
            (JANUARY, "churn_rate", 0.0),
            (JANUARY, "top1_share", 0.2),
            (FEBRUARY, "we_share", 0.6),
        ]
    )
    found = revisions(before, current, old, new).rows
    assert found.select("code", "old_value", "new_value", "old_status", "new_status", "reason").rows() == [
        ("churn_rate", None, 0.0, "low_n", "ok", "new_data"),
        ("we_share", 0.4, 0.5, "ok", "ok", "new_data"),
    ]
    assert found["from_snapshot_id"].unique().to_list() == [old.snapshot_id]
    assert found["snapshot_id"].unique().to_list() == [new.snapshot_id]


def test_months_beyond_the_earlier_measured_month_are_left_out() -> None:
    before = _before(_indicators([(JANUARY, "we_share", 0.4), (FEBRUARY, "we_share", 0.5)]))
    current = _indicators([(JANUARY, "we_share", 0.4)])
    old, new = _manifest(FEBRUARY, ("e1",)), _manifest(JANUARY, ("e1",))
    assert revisions(before, current, old, new).rows.is_empty()


def test_a_cell_that_vanished_is_a_revision_to_nothing() -> None:
    before = _before(_indicators([(JANUARY, "we_share", 0.4), (JANUARY, "churn_rate", 0.1)]))
    current = _indicators([(JANUARY, "we_share", 0.4)])
    found = revisions(before, current, _manifest(JANUARY, ("e1",)), _manifest(JANUARY, ("e2",))).rows
    assert found.select("code", "old_value", "new_value", "new_status").rows() == [
        ("churn_rate", 0.1, None, "not_applicable")
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, "new_data"),
        ({"groups": {"a": GroupEvidence(exports=("e2",), rosters=("r2",))}}, "roster"),
        ({"corrections_hash": "x"}, "correction"),
        ({"groups_toml_hash": "x"}, "correction"),
        ({"lexicon_version": "2"}, "lexicon"),
        ({"groups": {"a": GroupEvidence(rosters=("r",), judged_hash="2a")}}, "lexicon"),
        ({"definitions_hash": "x"}, "definition"),
        ({"parameters": {"window": 30}}, "definition"),
        ({"parameters": {"carried_over": "b"}}, "new_data"),
        ({"code_version": "2"}, "definition"),
        ({"consent_hash": "x", "lexicon_version": "2"}, "consent"),
        ({"erasures_hash": "x", "consent_hash": "x"}, "erasure"),
        ({"groups": {}}, "new_data"),
    ],
)
def test_the_reason_that_is_not_routine_is_named(change: dict[str, object], reason: str) -> None:
    old, new = _manifest(JANUARY, ("e1",)), _manifest(JANUARY, ("e2",), **change)
    assert group_reason(old, new, "a") == reason


def test_a_new_definition_of_the_cell_outranks_new_data() -> None:
    before = _before(_indicators([(JANUARY, "we_share", 0.4)]))
    current = _indicators([(JANUARY, "we_share", 0.4)], def_version=2)
    found = revisions(before, current, _manifest(JANUARY, ("e1",)), _manifest(JANUARY, ("e2",)))
    assert found.rows["reason"].to_list() == ["definition"]


@pytest.mark.parametrize(("cells", "counted"), [(MIN_BATCH - 1, None), (MIN_BATCH, MIN_BATCH)])
def test_an_erasure_leaves_a_count_of_a_large_batch_and_no_value(cells: int, counted: int | None) -> None:
    codes = [f"code_{number:02}" for number in range(cells)]
    before = _before(_indicators([(JANUARY, code, 0.4) for code in codes]))
    current = _indicators([(JANUARY, code, 0.5) for code in codes])
    new = _manifest(JANUARY, ("e1",), erasures_hash="x")
    found = revisions(before, current, _manifest(JANUARY, ("e1",)), new)
    assert found.rows.is_empty()
    assert found.counts.rows() == [("a", "erasure", counted)]
