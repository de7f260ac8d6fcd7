"""A small home that has been measured once on either engine; each test gets a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.run import format_month
from tasks.simulate import SimulationPlan, simulate, write_groups_toml, write_month
from tests.conftest import _own_database
from tests.e2e.stagewise import drive
from warehouse.engine import parse_url
from warehouse.keys import generate
from warehouse.workspace import Workspace

MONTHS = 2


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def original(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """Two months of one group of 24 people, measured, frozen and released: its home and warehouse."""
    home = tmp_path_factory.mktemp("original") / "home"
    database = None
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PSEUDONYM_KEY", "VAULT_KEY", "WAREHOUSE_URL"):
            patch.delenv(f"SOLIDARITY_{name}", raising=False)
        patch.setenv("SOLIDARITY_HOME", str(home))
        url = f"duckdb:///{home / 'warehouse.duckdb'}"
        if request.param == "postgresql":
            database = _own_database(request.getfixturevalue("pg_url"), "template0")
            url = next(database)
        patch.setenv("SOLIDARITY_WAREHOUSE_URL", url)
        generate(home / "vault" / "pseudonym.key")
        community = simulate(
            SimulationPlan(groups=1, members=24, months=MONTHS, messages_per_month=90, seed=5)
        )
        write_groups_toml(community, home / "landing")
        for month in community.month_starts:
            write_month(community, home / "landing", month)
        drive(format_month(community.month_starts[-1]))
    yield home, url
    if database is not None:
        next(database, None)


@pytest.fixture
def measured(
    original: tuple[Path, str], home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """A copy of the measured home with a warehouse of its own."""
    source, url = original
    shutil.copytree(source, home, dirs_exist_ok=True)
    database = None
    if url.startswith("duckdb"):
        url = f"duckdb:///{home / 'warehouse.duckdb'}"
    else:
        database = _own_database(request.getfixturevalue("pg_url"), str(parse_url(url).database))
        url = next(database)
    monkeypatch.setenv("SOLIDARITY_WAREHOUSE_URL", url)
    yield Workspace.open(home)
    if database is not None:
        next(database, None)


@pytest.fixture
def duckdb_only(original: tuple[Path, str]) -> None:
    """For what never reaches the engine: once is enough."""
    if not original[1].startswith("duckdb"):
        pytest.skip("the same on both engines")
