"""Half of the days: shares of happenings stay, shares of members shift the way docs/validity.md says."""

from __future__ import annotations

import re

import polars as pl
import pytest

from schemas.indicators import registry
from tests.validity import half
from tests.validity.__main__ import DOCUMENT

FALLING = ("active_member_share", "ritual_participation", "opportunity_breadth", "cohesive_core_share")


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return half.study(range(501, 507))


def test_every_value_of_half_the_days_is_partial(rows: pl.DataFrame) -> None:
    valued = rows.filter(pl.col("half").is_not_null())
    assert valued["coverage"].is_between(0.5, 0.54).all()
    assert valued["status"].unique().to_list() == ["partial"]


@pytest.mark.parametrize("code", ["help_answer_rate", "opener_answer_rate", "inclusive_we_share"])
def test_shares_of_questions_and_turns_stay(rows: pl.DataFrame, code: str) -> None:
    row = half.summary(rows).row(by_predicate=pl.col("code") == code, named=True)
    assert row["n"] == 6
    assert abs(row["difference"]) <= 4 * row["error"] + 0.005


def test_shares_of_members_shift_and_so_ask_for_more_coverage(rows: pl.DataFrame) -> None:
    moved = dict(half.summary(rows).select("code", "difference").iter_rows())
    assert all(moved[code] < 0 and registry()[code].needs_coverage_95 for code in FALLING)
    assert moved["isolate_share"] > 0


def test_the_document_holds_a_row_for_each_share_that_varies() -> None:
    told = DOCUMENT.read_text(encoding="utf-8").split("<!-- half -->")[1].split("<!-- /half -->")[0]
    codes = set(re.findall(r"^\| `(\w+)`", told, re.MULTILINE))
    assert (
        {"help_answer_rate", "opener_answer_rate", *FALLING} <= codes <= {one.code for one in half.shares()}
    )
