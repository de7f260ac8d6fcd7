"""Expectations on the smaller frames, with the real Great Expectations."""

import datetime as dt

import polars as pl

from schemas.expectations import SUITES
from schemas.tables import TABLES
from tasks.validate.expectations import expect, indicators_with_agreement

CANARY = "Ustadz Canary +62 812 0000 1111"


def indicators(**changes: object) -> pl.DataFrame:
    row = dict.fromkeys(TABLES["core.fact_indicator"].names)
    row |= {
        "group_key": 1, "group_id": "g", "month": dt.date(2024, 1, 1), "code": "active_member_share",
        "def_version": 1, "params_hash": "p", "value": 0.5, "ci_low": 0.4, "ci_high": 0.6,
        "ci_kind": "wilson", "n_num": 5.0, "n_den": 10.0,
        "n_lo": 9.0, "n_hi": 10.0, "window_months": 1, "coverage": 1.0, "status": "ok",
        "snapshot_id": "2024-01-0123456789ab",
    } | changes  # fmt: skip
    frame = pl.DataFrame([row], schema=TABLES["core.fact_indicator"].polars_schema)
    return indicators_with_agreement(frame)


def test_a_sound_frame_passes_every_expectation() -> None:
    verdict = expect({"indicators": indicators()}, "r")
    assert verdict.results["is_success"].all()
    assert len(verdict.results) == len(SUITES["indicators"].expectations)
    assert verdict.failed_groups == frozenset()


def test_a_critical_failure_names_the_group_and_nothing_of_the_row() -> None:
    good, bad = indicators(), indicators(group_id="h", code="silent_share", status=CANARY)
    verdict = expect({"indicators": pl.concat([good, bad])}, "r")
    assert verdict.failed_groups == {"h"}
    failed = verdict.results.filter(~pl.col("is_success"))
    assert failed.select("column_name", "n_unexpected").rows() == [
        ("status", 1),
        ("is_value_as_status_says", 1),
    ]
    assert "Canary" not in str(verdict.results.to_dicts())


def test_a_value_without_its_status_is_critical() -> None:
    verdict = expect({"indicators": indicators(value=None)}, "r")
    assert verdict.failed_groups == {"g"}


def test_a_warning_fails_no_group() -> None:
    verdict = expect({"indicators": indicators(ci_low=0.7)}, "r")
    assert not verdict.results["is_success"].all()
    assert verdict.failed_groups == frozenset()


def test_frames_without_rows_are_not_looked_at() -> None:
    assert expect({"indicators": indicators().clear()}, "r").results.is_empty()
