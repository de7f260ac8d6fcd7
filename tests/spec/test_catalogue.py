"""The catalogue as a whole: every code a row, every row its status, whatever the group is like."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from schemas.catalogue import CODES
from schemas.frames import FRAMES
from schemas.indicators import registry
from schemas.tables import TABLES
from schemas.vocabulary import INTERVAL_KINDS, STATUSES
from tasks.measure.indicators import Indicators, compute, is_computed
from tests.spec.bench import SIZE
from tests.spec.specs import build, specs, toy_of
from tests.spec.toygroup import group


@pytest.fixture(scope="module")
def silent() -> Indicators:
    """Twenty members, four months, nobody says a word."""
    return compute(group("m1-m20", months=("2023-01", "2023-04")))


def test_every_code_has_a_row_in_every_month(silent: Indicators) -> None:
    assert silent.values.group_by("code").len().filter(pl.col("len") != 4).is_empty()
    assert set(silent.values["code"]) == set(CODES) and len(CODES) == 60
    assert set(silent.values["status"]) <= set(STATUSES) - {"suppressed"}
    assert set(silent.values["ci_kind"]) <= set(INTERVAL_KINDS)
    assert silent.values.schema == FRAMES["indicator_rows"].polars_schema
    assert silent.details.schema == TABLES["core.fact_indicator_detail"].polars_schema
    assert silent.values.select(TABLES["core.fact_indicator"].key).is_unique().all()


def test_a_value_stands_beside_ok_and_partial_only(silent: Indicators) -> None:
    published = pl.col("status").is_in(["ok", "partial"])
    assert silent.values.filter(published != pl.col("value").is_not_null()).is_empty()


def test_every_code_is_computed() -> None:
    assert all(is_computed(code) for code in CODES)


SPOKEN = """
who    | when             | times | says
m1-m30 | 2023-01-03 08:00 | 5     | question we_incl task=aid
m1-m30 | 2023-02-03 08:00 | 5     | request answered=4 by=m7
"""
POOR: dict[str, dict[str, Any]] = {
    "a group of one": {"members": "m1", "turns_table": "who|when\nm1|2023-01-03 08:00"},
    "nobody known, nothing said": {"members": "", "n_is_known": False},
    "nobody known, people talk": {"members": "", "n_is_known": False, "turns_table": SPOKEN},
    "no roster at all": {"members": "m1-m30", "turns_table": SPOKEN, "roster_dates": ()},
    "members without cohort, region or role": {
        "members": "m1-m30",
        "turns_table": SPOKEN,
        "ties_table": "from|to|day|times\nm1-m20|m21|2023-01-03|2",
        "known": {"m1-m30": {"cohort": None, "origin_region": None}},
    },
    "everybody silent": {"members": "m1-m30"},
    "a month without text": {
        "members": "m1-m30",
        "turns_table": "who|when|says\nm1-m30|2023-01-03 08:00|media",
    },
    "nothing seen": {"members": "m1-m30", "uncovered": "2023-01-01|2023-03-03"},
    "people talk who were never there": {
        "members": "m1-m30",
        "present": "who|from|to\nm1-m30|2023-03-01|2023-03-01",
        "turns_table": SPOKEN,
    },
    "a history that begins after it": {
        "members": "m1-m30",
        "turns_table": SPOKEN,
        "history_start": "2023-03-01",
    },
}


@pytest.mark.parametrize("kind", POOR)
def test_poor_groups_have_statuses_and_no_exceptions(kind: str) -> None:
    toy = dict(POOR[kind])
    found = compute(group(toy.pop("members"), months=("2023-01", "2023-02"), **toy)).values
    assert found.height == 2 * len(CODES)
    assert found["value"].is_not_nan().all()
    assert found.filter(pl.col("status").is_in(["ok", "partial"]) != pl.col("value").is_not_null()).is_empty()
    for code, definition in registry().items():
        rows = found.filter(pl.col("code") == code, pl.col("value").is_not_null())
        assert definition.range_low is None or (rows["value"] >= definition.range_low).all(), code
        assert definition.range_high is None or (rows["value"] <= definition.range_high).all(), code


def test_a_code_does_not_depend_on_which_others_are_computed() -> None:
    """The specs compute one code at a time; a run computes all of them."""
    spec = specs()["division_of_labour"]
    inputs = build(toy_of(spec, spec.case[0]), "toy")
    whole = compute(inputs)
    for code in ("division_of_labour", "participation_gini", SIZE):
        alone = compute(inputs, codes={code})
        assert alone.values.equals(whole.values.filter(pl.col("code") == code))
        assert alone.details.equals(whole.details.filter(pl.col("code") == code))


def test_the_base_period_is_the_first_twelve_ok_months_and_stays() -> None:
    spec = specs()["idx_fragility"]
    toy = toy_of(spec, spec.named("april-2022"))
    parts = {name.lstrip("-") for name in registry()["idx_fragility"].components}
    bases = compute(build(toy, "toy"), codes={"idx_fragility", *parts}).bases
    spans = {
        row["code"]: (f"{row['base_from']:%Y-%m}", f"{row['base_to']:%Y-%m}", row["n_months"])
        for row in bases.iter_rows(named=True)
    }
    assert spans["churn_rate"] == ("2021-01", "2021-12", 12)
    assert spans["silent_share"] == ("2021-03", "2022-02", 12)  # the first with 84 days behind it


def test_the_axis_is_a_difference_of_two() -> None:
    axis = registry()["axis_type"]
    assert axis.components == ("division_of_labour:excess", "-generalist_index")
    assert (axis.range_low, axis.range_high) == (-6, 6)
