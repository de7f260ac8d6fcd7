"""A group whose new rows break a critical expectation keeps its last good ones; the others go on."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import CriticalExpectation, ExitCode
from schemas.expectations import SUITES, Expectation, Suite
from tasks.run import format_month
from tasks.simulate import SimulationPlan, simulate, write_groups_toml, write_month
from tests.e2e.conftest import run
from warehouse.engine import Warehouse
from warehouse.keys import generate
from warehouse.workspace import Workspace

pytestmark = pytest.mark.e2e


def indicators(workspace: Workspace, group_id: str) -> pl.DataFrame:
    return (
        Warehouse(workspace.settings.database_url)
        .read("select * from core.fact_indicator order by month, code")
        .filter(pl.col("group_id") == group_id)
    )


def test_the_last_good_rows_stay(home: Path, prefect_server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.monthly import monthly

    community = simulate(SimulationPlan(groups=2, members=30, months=3, messages_per_month=120, seed=5))
    bad, good = sorted(community.groups)
    generate(home / "vault" / "pseudonym.key")
    write_groups_toml(community, home / "landing")
    workspace = Workspace.open(home)
    for month in community.month_starts[:2]:
        write_month(community, workspace.landing, month)
    assert run(monthly, home, month=format_month(community.month_starts[1])).exit_code == ExitCode.DONE
    before = {group_id: indicators(workspace, group_id) for group_id in (bad, good)}

    # what the data cannot meet for one of the groups
    impossible = Expectation(
        "ExpectColumnValuesToBeInSet", "critical", {"column": "group_id", "value_set": [good]}
    )
    daily = SUITES["daily_messages"]
    monkeypatch.setitem(SUITES, "daily_messages", Suite(daily.name, (*daily.expectations, impossible)))
    write_month(community, workspace.landing, community.month_starts[2])
    receipt = run(monthly, home, month=format_month(community.month_starts[2]))

    assert receipt.exit_code == ExitCode.CRITICAL_EXPECTATION
    assert {group.group_id for group in receipt.groups if group.is_carried_over} == {bad}
    assert indicators(workspace, bad).equals(before[bad])
    after = indicators(workspace, good)
    assert after["month"].max() == community.month_starts[2]
    results = Warehouse(workspace.settings.database_url).read(
        "select severity, n_unexpected from ops.validation_result where not is_success"
    )
    assert ("critical" in results["severity"].to_list()) and results["n_unexpected"].max() > 0

    state = monthly(month=format_month(community.month_starts[2]), return_state=True)
    assert state.is_failed()
    assert isinstance(state.result(raise_on_failure=False), CriticalExpectation)

    monkeypatch.setitem(SUITES, "daily_messages", daily)
    mended = run(monthly, home, month=format_month(community.month_starts[2]))
    assert mended.exit_code == ExitCode.DONE
    assert indicators(workspace, bad)["month"].max() == community.month_starts[2]
