"""Promises 1 and 7 over the whole way: a run killed anywhere and run again equals one that nobody disturbed.

The last month is the one disturbed, so that there is an old state to keep: vintages, revisions, a release.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.errors import ExitCode
from tasks.publish.release import verify_release
from tasks.run import format_month
from tasks.simulate import Community, SimulationPlan, simulate, write_groups_toml, write_month
from tests.e2e.stagewise import drive, process
from warehouse.engine import Warehouse, database_file
from warehouse.failpoints import FAIL_POINTS
from warehouse.keys import generate
from warehouse.logical_hash import logical_hash
from warehouse.workspace import Workspace

pytestmark = pytest.mark.e2e

#: One point before the load and one inside; the two runs at once meet one after it. Others are left to the night.
BY_DAY = {
    "duckdb": ("identify.resolved", "load.written"),
    "postgresql": ("load.writing",),
}
DUCKDB_ONLY = ("load.copied",)
CASES = [
    pytest.param(engine, point, marks=() if point in by_day else pytest.mark.nightly, id=f"{engine}-{point}")
    for engine, by_day in BY_DAY.items()
    for point in FAIL_POINTS
    if not point.startswith("rights.")
    if engine == "duckdb" or point not in DUCKDB_ONLY
]


@pytest.fixture(scope="module")
def small() -> Community:
    """One group, three months of little talk."""
    return simulate(SimulationPlan(groups=1, members=24, months=3, messages_per_month=110, seed=5))


@contextmanager
def at(home: Path, url: str | None = None) -> Iterator[None]:
    """The environment of one installation, none other's setting in force."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SOLIDARITY_")]:
            patch.delenv(name)
        patch.setenv("SOLIDARITY_HOME", str(home))
        if url is not None:
            patch.setenv("SOLIDARITY_WAREHOUSE_URL", url)
        yield


@pytest.fixture(scope="module")
def landed(small: Community, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose landing folder holds all months but the last; nothing was run."""
    home = tmp_path_factory.mktemp("landed") / "home"
    generate(home / "vault" / "pseudonym.key")
    write_groups_toml(small, home / "landing")
    for month in small.month_starts[:-1]:
        write_month(small, home / "landing", month)
    return home


def before_the_last_month(landed: Path, home: Path, small: Community, url: str | None = None) -> Path:
    """A home after the run of the month before the last, the last month's files handed in."""
    shutil.copytree(landed, home)
    with at(home, url):
        drive(format_month(small.month_starts[-2]))
    write_month(small, home / "landing", small.month_starts[-1])
    return home


@pytest.fixture(scope="module")
def prepared(landed: Path, small: Community, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("prepared") / "home"
    return before_the_last_month(landed, home, small)


@pytest.fixture(scope="module")
def undisturbed(prepared: Path, small: Community, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Logical hashes when nobody disturbs the last month's run."""
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    shutil.copytree(prepared, home)
    with at(home):
        drive(format_month(small.month_starts[-1]))
    return logical_hash(Warehouse(f"duckdb:///{home / 'warehouse.duckdb'}"))


@pytest.fixture
def interrupted(
    request: pytest.FixtureRequest, prepared: Path, landed: Path, small: Community, tmp_path: Path
) -> Iterator[tuple[Path, str | None]]:
    """Home and warehouse URL of a run about to be killed, on the engine named by ``request.param``."""
    home = tmp_path / "home"
    if request.param == "duckdb":
        shutil.copytree(prepared, home)
        yield home, None
        return
    from tests.conftest import _own_database

    server, template = request.getfixturevalue("pg_url"), request.getfixturevalue("pg_template")
    databases = _own_database(server, template)
    url = next(databases)
    yield before_the_last_month(landed, home, small, url), url
    next(databases, None)


@pytest.mark.parametrize(("interrupted", "point"), CASES, indirect=["interrupted"])
def test_a_run_killed_anywhere_and_run_again_equals_an_undisturbed_one(
    interrupted: tuple[Path, str | None], point: str, small: Community, undisturbed: dict[str, str]
) -> None:
    home, url = interrupted
    month = format_month(small.month_starts[-1])
    assert process(home, url, month, fail_at=point).wait(240) == -signal.SIGKILL
    with at(home, url):
        workspace = Workspace.open()
        warehouse = Warehouse(workspace.settings.database_url)
        assert len(logical_hash(warehouse)) == len(undisturbed)  # whole, whichever state it is
        drive(month)
    assert logical_hash(warehouse) == undisturbed
    releases = sorted(entry.name for entry in workspace.releases.iterdir())
    assert [name[:7] for name in releases] == [format_month(day) for day in small.month_starts[-2:]]
    for name in releases:
        assert verify_release(workspace.releases / name) > 0
    assert not list((home / "vault").rglob("*.part"))
    file = database_file(warehouse.url)
    if file is not None:
        locks = {f".{file.name}.load.lock", f".{file.name}.run.lock"}
        assert {entry.name for entry in home.iterdir() if file.name in entry.name} == {file.name} | locks


def test_of_two_runs_at_once_one_works_and_the_other_says_so(
    prepared: Path, small: Community, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    """The one that works is killed after its load: neither leaves a lock behind."""
    home = tmp_path / "home"
    shutil.copytree(prepared, home)
    month = format_month(small.month_starts[-1])
    runs = [process(home, None, month, fail_at="publish.release") for _ in range(2)]
    assert sorted(run.wait(240) for run in runs) == [-signal.SIGKILL, ExitCode.LOCKED]
    warehouse = Warehouse(f"duckdb:///{home / 'warehouse.duckdb'}")
    assert logical_hash(warehouse) == undisturbed
    with at(home):
        drive(month)
        assert len(list(Workspace.open().releases.iterdir())) == 2
    assert logical_hash(warehouse) == undisturbed
