"""Promise 14: a query on research reaches research, and changes nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import polars as pl
import psycopg
import pytest

from schemas.errors import ConfigurationError, UsageError, WarehouseError
from tests.warehouse.loading import indicators, messages
from warehouse.duckdb_backend import QUIET
from warehouse.engine import Warehouse, libpq_arguments, parse_url
from warehouse.query import query, query_release, to_json_rows
from warehouse.roles import ENCLAVE_ROLE, RESEARCH_ROLE, grant_research


@pytest.fixture
def filled_url(warehouse_url: str) -> str:
    with Warehouse(warehouse_url).load("run-1") as load:
        load.replace_all("research.indicator", indicators("alpha", 0.5))
        load.replace("core.fact_message", messages(1, 3), {"group_key": [1]})
    return warehouse_url


def test_the_first_query_of_the_readme(filled_url: str) -> None:
    sql = "select group_id, month, code, value, status from research.indicator order by 1,2,3 limit 20"
    answer = query(filled_url, sql)
    assert answer.rows() == [
        ("alpha", dt.date(2024, 2, 1), "thanks", None, "no_coverage"),
        ("alpha", dt.date(2024, 3, 1), "thanks", 0.5, "ok"),
    ]
    assert query(filled_url, "SELECT value FROM Indicator i WHERE month = '2024-03-01';").item() == 0.5
    assert query(filled_url, "with z as (select * from indicator) select count(*) as n from z").item() == 2
    assert query(filled_url, "select 'a%b' as a, 1 as b, 2 as b").shape == (1, 3)
    assert json.loads(to_json_rows(answer))[0] == {
        "group_id": "alpha",
        "month": "2024-02-01",
        "code": "thanks",
        "value": None,
        "status": "no_coverage",
    }


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM core.fact_message",
        "SELECT * FROM fact_message",
        "SELECT * FROM warehouse.core.fact_message",
        "SELECT (SELECT count(*) FROM core.fact_message) FROM research.indicator",
        "SELECT * FROM ops.run",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd.csv'",
        "SELECT * FROM pg_read_file('/etc/passwd')",
        "SELECT * FROM query('SELECT * FROM core.fact_message')",
        "SELECT query_to_xml('SELECT * FROM core.fact_message', true, true, '')",
        "COPY research.indicator TO '/tmp/out.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "DELETE FROM research.indicator",
        "DROP TABLE research.indicator",
        "CREATE TABLE research.x AS SELECT 1",
        "SELECT 1; SELECT * FROM core.fact_message",
        "RESET ROLE; SELECT * FROM core.fact_message",
        "SELECT no_such_column FROM research.indicator",
        "SELEKT 1",
        "",
    ],
)
def test_a_query_on_research_reaches_nothing_else(filled_url: str, sql: str) -> None:
    with pytest.raises((UsageError, WarehouseError)):
        query(filled_url, sql)
    assert query(filled_url, "SELECT count(*) AS n FROM research.indicator").item() == 2


def test_a_query_on_the_enclave_reaches_nothing_else(filled_url: str) -> None:
    assert query(filled_url, "SELECT count(*) AS n FROM enclave.sequence", "enclave").item() == 0
    for table in ("research.indicator", "core.fact_message", "ops.run"):
        with pytest.raises((UsageError, WarehouseError)):
            query(filled_url, f"SELECT * FROM {table}", "enclave")
    with pytest.raises((UsageError, WarehouseError)):
        query(filled_url, "SELECT * FROM enclave.sequence")


def test_engineers_read_core_and_write_nothing(filled_url: str) -> None:
    assert query(filled_url, "SELECT count(*) AS n FROM core.fact_message", "core").item() == 3
    assert query(filled_url, "SELECT count(*) AS n FROM fact_message", "core").item() == 3
    with pytest.raises((UsageError, WarehouseError)):
        query(filled_url, "DELETE FROM core.fact_message", "core")
    with pytest.raises(UsageError, match="no such schema"):
        query(filled_url, "SELECT 1", "vault")


def test_a_query_while_a_reader_and_a_load_are_at_work(filled_url: str) -> None:
    warehouse = Warehouse(filled_url)
    with warehouse.reader() as reader, warehouse.load("run-2") as load:
        load.replace_all("research.indicator", indicators("alpha", 0.75))
        for sql in ("SELECT max(value) AS v FROM research.indicator",):
            assert reader.read(sql).item() == 0.5
            assert query(filled_url, sql).item() == 0.5
            assert query(filled_url, sql, "core").item() == 0.5
    assert query(filled_url, "SELECT max(value) AS v FROM research.indicator").item() == 0.75


def test_no_warehouse_yet(blank_url: str) -> None:
    with pytest.raises(ConfigurationError, match="no warehouse yet"):
        query(blank_url, "SELECT 1")


def test_json_rows_hold_only_json() -> None:
    frame = pl.DataFrame({"a": [1.5, float("nan")], "b": [dt.timedelta(days=1), None], "c": [[1], None]})
    assert json.loads(to_json_rows(frame)) == [
        {"a": 1.5, "b": "1 day, 0:00:00", "c": [1]},
        {"a": None, "b": None, "c": None},
    ]


@pytest.mark.parametrize("name", ["core", "research", "warehouse"])
def test_a_file_may_be_named_like_a_schema(tmp_path: Path, name: str) -> None:
    url = f"duckdb:///{tmp_path / name}.duckdb"
    Warehouse(url).create()
    assert Warehouse(url).read("SELECT count(*) AS n FROM core.fact_message").item() == 0
    assert query(url, "SELECT count(*) AS n FROM research.indicator").item() == 0


def test_a_release_is_asked_by_its_folder(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "research.duckdb") as release:
        release.execute("CREATE TABLE indicator AS SELECT 0.5 AS value")
    assert query_release(tmp_path, "SELECT value FROM research.indicator").item() == 0.5
    assert query_release(tmp_path, "SELECT value FROM indicator").item() == 0.5
    with pytest.raises(UsageError, match="no release"):
        query_release(tmp_path / "none", "SELECT 1")


@pytest.mark.parametrize("engine", ["postgresql"])
def test_the_role_reaches_research_only_also_tomorrow(engine: str, filled_url: str) -> None:
    assert grant_research(filled_url)
    with psycopg.connect(**libpq_arguments(parse_url(filled_url)), autocommit=True) as connection:
        connection.execute("CREATE TABLE core.tomorrow (a int)")
        connection.execute("CREATE TABLE ops.tomorrow (a int)")
        connection.execute("CREATE TABLE research.tomorrow (a int)")
        connection.execute("CREATE TABLE enclave.tomorrow (a int)")
        tables = connection.execute(
            "SELECT schemaname, quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname IN ('ops', 'core', 'research', 'enclave')"
        ).fetchall()
        for role, own in ((RESEARCH_ROLE, "research"), (ENCLAVE_ROLE, "enclave")):
            connection.execute(f"SET ROLE {role}")
            for schema, table in tables:
                if schema == own:
                    connection.execute(f"SELECT count(*) FROM {table}")
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(f"DELETE FROM {table}")
                else:
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(f"SELECT count(*) FROM {table}")
            connection.execute("RESET ROLE")
    assert len(tables) > 40


def test_duckdb_has_no_roles(tmp_path: Path) -> None:
    assert not grant_research(f"duckdb:///{tmp_path}/x.duckdb")


def test_a_slow_statement_draws_nothing_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    """DuckDB draws a bar after two seconds, here after a thousandth, which would stand in front of our JSON."""
    slow = "SELECT count(*) AS n FROM range(40000000) t(a) WHERE hash(a) % 3 = 0"
    with duckdb.connect() as connection:
        connection.execute("SET progress_bar_time = 1")
        connection.execute(QUIET)
        capfd.readouterr()  # on a busy machine the statement that switches it off may itself draw the bar
        assert connection.sql(slow).pl().item() > 0
    assert capfd.readouterr().out == ""
