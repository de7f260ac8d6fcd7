"""What a user gets who hands in too little: one group of eight months, whose members' presence nobody proves.

All of it in one home: fewer than 12 months, one group only, every month that counts members ``partial``, shocks
outside the data, and a late export that makes a second snapshot of the last month.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from flows.cli import main
from tasks.run import format_month
from tasks.simulate import Phone, SimulationPlan, simulate, write_groups_toml, write_month
from tasks.simulate.plan import Levels
from tests.e2e.stagewise import drive
from warehouse.engine import Warehouse
from warehouse.keys import generate

pytestmark = pytest.mark.e2e

MONTHS = 8
LOST = [f"{day:02}/02/2023" for day in (2, 9, 16, 23)]
DATED = re.compile(r"\d\d/\d\d/\d{4} \d\d\.\d\d - ")
AFTER = """
[[groups.{group}.shocks]]
name = "not yet"
date = 2090-01-05
"""


@dataclass(frozen=True)
class Little:
    """The home after two snapshots of its last month, and what the warehouse held before the second."""

    home: Path
    first: dict[str, pl.DataFrame]

    def read(self, sql: str) -> pl.DataFrame:
        return Warehouse(f"duckdb:///{self.home / 'warehouse.duckdb'}").read(sql)


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Little]:
    home = tmp_path_factory.mktemp("little")
    phones = (
        tuple(
            Phone(exporter=who, layout="android_id", owner=at) for at, who in enumerate(("siti", "budi"), 1)
        ),
    )
    plan = SimulationPlan(
        groups=1, members=26, months=MONTHS, messages_per_month=80, seed=4, phones=phones,
        levels=(Levels(silent_share=0.4),),
    )  # fmt: skip
    community = simulate(plan)
    landing = home / "landing"
    write_groups_toml(community, landing)
    for month in community.month_starts:
        write_month(community, landing, month)
    (group,) = community.groups
    with (landing / "groups.toml").open("a", encoding="utf-8") as toml:
        toml.write(AFTER.format(group=group))
    for export in (landing / group / "exports").iterdir():
        lines = export.read_text("utf-8").split("\n")
        # nobody is seen to come: presence is presumed; and one phone lost the second day of each February week
        kept = [line for line in lines if not DATED.match(line) or ": " in line]
        if "siti" in export.name:
            kept = [line for line in kept if line[:10] not in LOST]
        export.write_text("\n".join(kept), "utf-8")
    late = [path for path in (landing / group / "exports").iterdir() if "budi" in path.name]
    stash = home / "stash"
    stash.mkdir()
    for path in late:
        path.rename(stash / path.name)
    for roster in (landing / group / "rosters").glob("*.csv"):
        roster.write_text(roster.read_text("utf-8").replace("Di Grup", "Catatan"), "utf-8")
    last = format_month(community.month_starts[-1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLIDARITY_HOME", str(home))
        patch.delenv("SOLIDARITY_WAREHOUSE_URL", raising=False)
        patch.setenv("GX_ANALYTICS_ENABLED", "false")
        generate(home / "vault" / "pseudonym.key")
        drive(last)
        tables = ("core.fact_indicator_vintage", "core.dim_snapshot")
        found = Little(home, {})
        first = {name: found.read(f"SELECT * FROM {name}") for name in tables}
        for path in stash.iterdir():
            path.rename(landing / group / "exports" / path.name)
        drive(last)
        yield Little(home, first)


def test_eight_months_are_too_short_to_tell(little: Little) -> None:
    words = little.read("SELECT trend_status, status, q_bh, slope_per_month FROM research.trend")
    assert set(words["trend_status"]) == {"too short to tell", "no values"}
    assert words["q_bh"].null_count() == words.height
    assert "low_n" in set(words["status"])
    assert little.read("SELECT * FROM research.change_point").is_empty()
    assert set(little.read("SELECT status FROM research.decomposition")["status"]) <= {
        "truncated",
        "immature",
    }


def test_one_group_is_enough_to_be_published(little: Little) -> None:
    shown = little.read("SELECT DISTINCT group_id FROM research.indicator WHERE value IS NOT NULL")
    assert shown.height == 1
    between = little.read(
        "SELECT * FROM research.indicator_detail WHERE detail = 'between' AND value IS NOT NULL"
    )
    assert between.is_empty(), "one group has nobody to be compared with"


def test_months_that_are_all_partial_have_values_and_no_verdict(little: Little) -> None:
    months = little.read("SELECT status, value FROM research.indicator WHERE code = 'active_member_share'")
    assert set(months["status"]) == {"partial"} and months["value"].null_count() == 0
    trend = little.read("SELECT * FROM research.trend WHERE code = 'active_member_share'").row(0, named=True)
    assert (trend["trend_status"], trend["status"], trend["n_months"]) == ("no values", "partial", 0)
    assert trend["slope_per_month"] is None


def test_shocks_outside_the_data_are_told_to_be_outside(little: Little) -> None:
    shocks = little.read("SELECT * FROM research.shock WHERE shock IN ('COVID-19', 'not yet')")
    assert set(shocks["shock"]) == {"COVID-19", "not yet"}
    assert set(shocks["shock_status"]) == {"outside the data"}
    assert set(shocks["status"]) <= {"not_applicable", "suppressed"}
    assert (
        shocks.select("drop", "step", "surge", "recovery_months").null_count().row(0) == (shocks.height,) * 4
    )


def test_a_second_snapshot_of_a_month_overwrites_nothing(
    little: Little, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, before in little.first.items():
        now = little.read(f"SELECT * FROM {name}").filter(pl.col("snapshot_id") == before["snapshot_id"][0])
        assert now.sort(now.columns[:4]).equals(before.sort(before.columns[:4])), name
    given = ["--home", str(little.home), "--json"]
    assert main(["snapshots", *given]) == 0
    one, two = (row["snapshot_id"] for row in json.loads(capsys.readouterr().out))
    assert one != two and one[:7] == two[:7]
    assert main(["diff", one, two, *given]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows and {row["old_status"] for row in rows} | {row["new_status"] for row in rows} >= {"partial"}
    assert main(["query", "--name", "Q10", *given]) == 0
    asked = json.loads(capsys.readouterr().out)
    cells = {(row["month"], row["code"]) for row in asked}
    assert {(row["month"], row["code"]) for row in rows} <= cells
    assert {row["reason"] for row in asked} == {"new_data"}
    assert {path.name for path in (little.home / "releases").iterdir()} == {one, two}
