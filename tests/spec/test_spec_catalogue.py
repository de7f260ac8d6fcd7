"""The catalogue as a whole: every code a row, every computed code a spec, every row its status."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from schemas.catalogue import CODES
from schemas.frames import FRAMES
from schemas.indicators import registry
from schemas.tables import TABLES
from schemas.vocabulary import INTERVAL_KINDS, STATUSES
from tasks.measure.indicators import compute, is_computed
from tests.spec.toygroup import group


def test_every_code_has_a_row_in_every_month():
    result = compute(group("m1-m20", months=("2023-01", "2023-04")))
    assert result.values.group_by("code").len().filter(pl.col("len") != 4).is_empty()
    assert set(result.values["code"]) == set(CODES) and len(CODES) == 60
    assert set(result.values["status"]) <= set(STATUSES) - {"suppressed"}
    assert set(result.values["ci_kind"]) <= set(INTERVAL_KINDS)
    assert result.values.schema == FRAMES["indicator_rows"].polars_schema
    assert result.details.schema == TABLES["core.fact_indicator_detail"].polars_schema
    assert result.values.select(TABLES["core.fact_indicator"].key).is_unique().all()


def test_a_value_stands_beside_ok_and_partial_only():
    values = compute(group("m1-m20", months=("2023-01", "2023-04"))).values
    published = pl.col("status").is_in(["ok", "partial"])
    assert values.filter(published != pl.col("value").is_not_null()).is_empty()


def test_every_code_is_computed():
    assert all(is_computed(code) for code in CODES)


def test_every_computed_indicator_has_a_spec():
    specs = "".join(path.read_text() for path in Path(__file__).parent.glob("test_spec_*.py"))
    missing = [
        code
        for code, definition in registry().items()
        if is_computed(code) and not definition.is_composite and f"def test_{code}__" not in specs
    ]
    assert missing == []


@pytest.mark.parametrize(
    "toy",
    [
        {"members": "m1", "turns_table": "who|when\nm1|2023-01-03 08:00"},  # a group of one
        {"members": "", "n_is_known": False},  # no roster, nobody
        {"members": "m1-m30"},  # everybody silent
        {"members": "m1-m30", "turns_table": "who|when|says\nm1|2023-01-03 08:00|media"},  # no text
        {"members": "m1-m30", "uncovered": "2023-01-01|2023-02-28"},  # nothing seen
    ],
)
def test_poor_groups_have_statuses_and_no_exceptions(toy):
    members = toy.pop("members")
    values = compute(group(members, months=("2023-01", "2023-02"), **toy)).values
    assert len(values) == 120
    assert values["value"].is_not_nan().all()


def test_history_start_truncates_longer_windows():
    toy = group("m1-m20", months=("2023-01", "2023-06"), history_start="2023-03-01")
    values = compute(toy).values.filter(pl.col("code") == "help_request_rate")
    status = dict(zip(values["month"], values["status"], strict=True))
    assert status[dt.date(2023, 4, 1)] == "truncated"
    assert status[dt.date(2023, 5, 1)] == "ok"
