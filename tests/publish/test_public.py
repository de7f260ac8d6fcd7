"""`release --public`: counts in steps of five, tighter limits, and the attacks that rounding must withstand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ConfigurationError
from schemas.indicators import registry
from schemas.tables import TABLES
from tasks.publish.limits import Limits
from tasks.publish.public import GRID, LEFT_OUT, PUBLIC, STEP, rounded_indicators, rounded_tables
from tasks.publish.research import research_tables
from tests.publish import made_up_groups as community

INDICATOR = TABLES["research.indicator"]
PEOPLE = ("n_num", "n_den", "n_lo", "n_hi")


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return research_tables(
        community.core(),
        definitions=registry(),
        computed=community.COMPUTED,
        groups={},
        snapshot_id=community.SNAPSHOT_MANIFEST.snapshot_id,
        limits=PUBLIC,
        is_public=True,
    )


def cell(value: float | None, num: float | None, den: float | None, **other: object) -> dict[str, object]:
    filled: dict[str, object] = {column.name: None for column in INDICATOR.columns}
    filled |= {"group_id": "a", "month": dt.date(2024, 1, 1), "code": "active_member_share", "def_version": 1}
    filled |= {"ci_kind": "wilson", "coverage": 1.0, "status": "ok", "window_months": 1, "snapshot_id": "s"}
    return filled | {"value": value, "n_num": num, "n_den": den} | other


def rounded(*cells: dict[str, object]) -> pl.DataFrame:
    return rounded_indicators(pl.DataFrame(list(cells), schema=INDICATOR.polars_schema), registry())


def test_limits_are_tighter_and_cannot_be_loosened() -> None:
    standard = Limits()
    assert (PUBLIC.min_group_n, standard.min_group_n) == (30, 20)
    assert PUBLIC.sensitive_max_hidden > standard.sensitive_max_hidden
    assert PUBLIC.max_largest_donation < standard.max_largest_donation
    with pytest.raises(ConfigurationError):
        PUBLIC.tightened(min_group_n=20)


def test_a_share_is_that_of_its_rounded_counts() -> None:
    """27 of 43: 25 of 45. The interval 0.478 to 0.757 widens to the grid."""
    row = rounded(cell(27 / 43, 27.0, 43.0, ci_low=0.478, ci_high=0.757, n_lo=41.0, n_hi=43.4)).row(
        0, named=True
    )
    assert [row[name] for name in PEOPLE] == [25.0, 45.0, 40.0, 45.0]
    assert row["value"] == pytest.approx(25 / 45)
    assert (row["ci_low"], row["ci_high"]) == (0.45, 0.8)


def test_a_rate_keeps_its_scale_and_a_figure_without_counts_two_digits() -> None:
    """18 words in 312 turns are 57.69 per 1000; of 20 in 310 they are 64.5."""
    rate = cell(18 / 312 * 1000, 18.0, 312.0, code="gratitude_rate", ci_low=36.7, ci_high=89.1)
    index = cell(0.34567, None, None, code="participation_gini", ci_low=0.3111, ci_high=0.3999)
    first, second = rounded(rate, index).rows(named=True)
    assert first["value"] == pytest.approx(20 / 310 * 1000)
    assert (first["ci_low"], first["ci_high"]) == (36.0, 90.0)
    assert second["value"] == 0.35
    assert second["ci_low"] <= 0.3111 and second["ci_high"] >= 0.3999


def test_a_share_of_next_to_nobody_is_suppressed() -> None:
    row = rounded(cell(0.5, 1.0, 2.0, ci_low=0.1, ci_high=0.9)).row(0, named=True)
    assert row["status"] == "suppressed"
    assert [row[name] for name in ("value", "ci_low", "ci_high", *PEOPLE)] == [None] * 7


@given(den=st.integers(30, 400), share=st.floats(0, 1))
def test_attack_multiplying_back_gives_a_whole_step_of_counts(den: int, share: float) -> None:
    """What is released of n of N is the same for every count that rounds alike: value times N tells no more."""
    num = round(share * den)
    base = 5 * round(num / 5)
    alike = range(max(base - 2, 0), min(base + 2, den) + 1)
    rows = rounded(*(cell(n / den, float(n), float(den)) for n in alike)).select("value", *PEOPLE)
    assert rows.unique().height == 1
    assert rows["value"][0] * rows["n_den"][0] == pytest.approx(min(base, rows["n_den"][0]))
    assert rows["n_num"][0] % STEP == 0 and rows["n_den"][0] % STEP == 0


@given(den=st.integers(30, 200), num=st.integers(0, 30))
def test_attack_by_bounds_an_interval_is_on_the_grid_and_holds_the_value(den: int, num: int) -> None:
    spread = 1.96 * (max(num / den * (1 - num / den), 1e-4) / den) ** 0.5
    low, high = max(num / den - spread, 0), min(num / den + spread, 1)
    row = rounded(cell(num / den, float(num), float(den), ci_low=low, ci_high=high)).row(0, named=True)
    assert row["ci_low"] <= row["value"] <= row["ci_high"]
    for name, bound in (("ci_low", low), ("ci_high", high)):
        on_grid = abs(row[name] / GRID - round(row[name] / GRID)) < 1e-6
        assert on_grid or row[name] == row["value"]
        assert (row[name] <= bound + 1e-9) if name == "ci_low" else (row[name] >= bound - 1e-9)


def test_attack_by_another_view_no_table_gives_a_finer_figure(tables: dict[str, pl.DataFrame]) -> None:
    """Companions, vintages and revisions are empty; the wide table says what the long one says; counts are in fives."""
    assert {name for name in LEFT_OUT if tables[name].height} == set()
    long = tables["research.indicator"].filter(pl.col("value").is_not_null())
    assert long.height > 500
    wide = tables["research.group_month"].unpivot(
        index=["group_id", "month"], on=sorted(set(long["code"])), variable_name="code", value_name="wide"
    )
    both = long.join(wide, on=["group_id", "month", "code"])
    assert both.height == long.height
    assert (both["value"] == both["wide"]).all()
    for name, frame in tables.items():
        for column in frame.columns:
            if (
                column.startswith("n_")
                and column not in ("n_months", "n_exporters")
                and name not in ("research.shock",)
            ):
                assert ((frame[column].drop_nulls() % STEP) == 0).all(), (name, column)


def test_attack_between_two_snapshots_one_person_more_is_not_seen() -> None:
    """A newcomer, then his leaving: three snapshots say the same of 41, 42 and 41 members."""
    said = [rounded(cell(20 / n, 20.0, float(n), n_lo=n - 1.0, n_hi=float(n))) for n in (41, 42, 41)]
    first = said[0].select("value", "n_num", "n_den", "n_hi")
    assert all(one.select(first.columns).equals(first) for one in said[:1] + said[2:])
    assert said[1]["n_den"].to_list() == said[0]["n_den"].to_list() == [40.0]
    assert said[1]["value"].to_list() == said[0]["value"].to_list() == [0.5]


def test_groups_below_thirty_are_hidden(tables: dict[str, pl.DataFrame]) -> None:
    small = tables["research.indicator"].filter(pl.col("group_id") == "kecil")
    figures = small.select("value", "ci_low", "ci_high", *PEOPLE)
    assert small.height > 1000
    assert figures.null_count().sum_horizontal().item() == 7 * small.height
    assert "suppressed" in set(small["status"]) and not {"ok", "partial"} & set(small["status"])


def test_a_table_that_is_new_is_rounded_too() -> None:
    frame = pl.DataFrame({"n_people": [7, 13], "kept_share": [0.4321, 0.1], "mean_days": [12.34, 0.5]})
    found = rounded_tables({"research.unheard_of": frame})["research.unheard_of"]
    assert found["n_people"].to_list() == [5, 15]
    assert found["kept_share"].to_list() == [0.45, 0.1]
    assert found["mean_days"].to_list() == [12.0, 0.5]
