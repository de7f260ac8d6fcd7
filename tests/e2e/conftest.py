"""A simulated community taken through the flows, once per engine, for all tests that look at the result."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from tasks.receipt import Receipt
from tasks.run import format_month
from tasks.simulate import SimulationPlan, simulate, write_groups_toml, write_month
from tasks.simulate.community import Community
from tasks.simulate.truth import truth
from warehouse.engine import Warehouse
from warehouse.keys import generate
from warehouse.workspace import Workspace

MONTHS, BACKFILLED = 8, 6


@dataclass(frozen=True)
class Result:
    """What a run of flows left behind, beside the truth it started from."""

    home: Path
    workspace: Workspace
    community: Community
    truth: dict[str, pl.DataFrame]
    receipts: list[Receipt]

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.workspace.settings.database_url)

    def read(self, sql: str) -> pl.DataFrame:
        return self.warehouse.read(sql)


@pytest.fixture(scope="session")
def community() -> Community:
    """Two groups, eight months; small enough for a test, rich enough for every stage."""
    return simulate(SimulationPlan(groups=2, members=36, months=MONTHS, messages_per_month=260, seed=11))


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """Prefect's own test harness: a real server in process on a database of its own."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
    from prefect.testing.utilities import prefect_test_harness

    with (
        prefect_test_harness(server_startup_timeout=120),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        yield


def run(flow: object, home: Path, **parameters: object) -> Receipt:
    """Run a flow to its end; returns its receipt."""
    from tasks import receipt as receipts

    state = flow(**parameters, return_state=True)  # type: ignore[operator]  # a Prefect flow
    receipt = receipts.read(Workspace.open(home).vault, state.state_details.flow_run_id.hex)
    assert receipt is not None, state
    return receipt


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def result(
    request: pytest.FixtureRequest,
    community: Community,
    prefect_server: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Result]:
    """Six months by backfill, two as monthly runs, as the demo does it."""
    from flows.backfill import backfill
    from flows.monthly import monthly
    from tests.conftest import _own_database

    home = tmp_path_factory.mktemp(f"home-{request.param}")
    database = None
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("SOLIDARITY_") and name != "SOLIDARITY_TEST_PG_URL":
                patch.delenv(name)
        patch.setenv("SOLIDARITY_HOME", str(home))
        if request.param == "postgresql":
            database = _own_database(request.getfixturevalue("pg_url"), "template0")
            patch.setenv("SOLIDARITY_WAREHOUSE_URL", next(database))
        generate(home / "vault" / "pseudonym.key")
        landing = home / "landing"
        write_groups_toml(community, landing)
        for month in community.month_starts[:BACKFILLED]:
            write_month(community, landing, month)
        first, last = (format_month(community.month_starts[at]) for at in (0, BACKFILLED - 1))
        receipts = [run(backfill, home, first=first, last=last)]
        for month in community.month_starts[BACKFILLED:]:
            write_month(community, landing, month)
            receipts.append(run(monthly, home, month=format_month(month)))
        yield Result(home, Workspace.open(home), community, truth(community), receipts)
        if database is not None:
            next(database, None)
    shutil.rmtree(home, ignore_errors=True)
