"""Reading the warehouse by hand: one SELECT, read-only, over the researchers' tables.

On DuckDB, which knows no roles, a query on ``research`` runs in a database in memory that holds copies of
the research tables it names, and nothing else: what is not there cannot be reached, by whatever function
or file name. On PostgreSQL it runs in a read-only transaction under the researchers' role where that role
exists; the fence there is the role's own login, which :mod:`warehouse.roles` sets up.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.errors import ConfigurationError, UsageError
from warehouse.engine import database_file, parse_url, plain, typed_errors
from warehouse.roles import ENCLAVE_ROLE, RESEARCH_ROLE, role_exists
from warehouse.tables import quoted

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import psycopg
    import sqlalchemy as sa

RELEASE_FILE = "research.duckdb"
SCHEMAS = ("research", "core", "ops", "enclave")
#: Schemas that a query on them reaches alone, with the role of their readers.
FENCED = {"research": RESEARCH_ROLE, "enclave": ENCLAVE_ROLE}
_TIMEOUT_MS = 600_000


def query(target: str | sa.URL, sql: str, schema: str = "research") -> pl.DataFrame:
    """The result of one SELECT.

    Args:
        target: URL of the warehouse, or of a release's DuckDB file.
        sql: one statement; tables may be named with or without ``schema``.
        schema: what can be reached. ``research`` reaches nothing else, nor does ``enclave``, for studies under
            an agreement of their own; ``core`` and ``ops`` are for engineers, who reach all schemas.

    Raises:
        UsageError: it is no single SELECT, or names what is not there; quotes the engine's answer.
        ConfigurationError: there is no warehouse yet.
        WarehouseError: the query fails while it runs; its values are not quoted.
    """
    if schema not in SCHEMAS:
        raise UsageError("no such schema", next_step=f"use one of {', '.join(SCHEMAS)}")
    url = parse_url(target)
    file = database_file(url)
    if file is None:
        return _query_postgres(url, sql, schema)
    if not file.exists():
        raise ConfigurationError("there is no warehouse yet", next_step="run `solidarity run` first")
    return _query_duckdb(file, sql, schema)


def query_release(folder: Path, sql: str) -> pl.DataFrame:
    """As :func:`query`, on the research tables of a release as it was frozen.

    Raises:
        UsageError: there is no such release, or the query is none.
    """
    file = folder / RELEASE_FILE
    if not file.exists():
        raise UsageError(
            "there is no release of that snapshot", next_step="`solidarity snapshots` lists them"
        )
    return _query_duckdb(file, sql, "research", stored_in="main")


def _query_duckdb(file: Path, sql: str, schema: str, stored_in: str | None = None) -> pl.DataFrame:
    import duckdb

    from warehouse.duckdb_backend import QUIET, escaped

    with typed_errors("querying the warehouse"):
        try:
            with duckdb.connect() as connection:
                _require_select(connection, sql)
                connection.execute(QUIET)
                connection.execute(f"ATTACH '{escaped(file)}' AS warehouse (READ_ONLY)")
                if schema in FENCED:
                    _keep_only(connection, sql, schema, stored_in or schema)
                    connection.execute(f"SET schema = '{schema}'")
                else:
                    connection.execute(f"USE warehouse.{schema}")
                connection.execute("SET enable_external_access = false; SET lock_configuration = true")
                return _fetched(connection, sql)
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as error:
            raise UsageError(_first_line(error)) from None
        except duckdb.PermissionException:
            raise UsageError("a query reads neither files nor the network") from None


def _require_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    import duckdb

    kinds = [statement.type for statement in connection.extract_statements(sql)]
    if kinds not in ([duckdb.StatementType.SELECT], [duckdb.StatementType.EXPLAIN]):
        raise UsageError("a query is one SELECT statement")


def _keep_only(connection: duckdb.DuckDBPyConnection, sql: str, schema: str, stored_in: str) -> None:
    """Copy the schema's tables that the query names into memory, and let go of the file."""
    known = {
        name
        for (name,) in connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'warehouse' AND schema_name = ?",
            [stored_in],
        ).fetchall()
    }
    connection.execute(f"CREATE SCHEMA {schema}")
    for name in sorted({name.lower() for name in connection.get_table_names(sql)} & known):
        source = f"warehouse.{stored_in}.{quoted(name)}"
        connection.execute(f"CREATE TABLE {schema}.{quoted(name)} AS SELECT * FROM {source}")
    connection.execute("DETACH warehouse")


def _fetched(connection: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    """The result; an interval or another type that Polars lacks comes as text."""
    try:
        return plain(connection.execute(sql).pl())
    except pl.exceptions.PolarsError:
        return plain(connection.sql(f"SELECT COLUMNS(*)::VARCHAR FROM ({sql.strip().rstrip(';')}\n)").pl())


def _query_postgres(url: sa.URL, sql: str, schema: str) -> pl.DataFrame:
    import psycopg

    from warehouse.engine import libpq_arguments
    from warehouse.postgres_backend import fetch_frame

    with typed_errors("querying the warehouse"), psycopg.connect(**libpq_arguments(url)) as connection:
        connection.read_only = True
        if connection.execute("SELECT to_regclass('ops.alembic_version')").fetchone() == (None,):
            raise ConfigurationError("there is no warehouse yet", next_step="run `solidarity run` first")
        fenced = schema not in FENCED or _became(connection, FENCED[schema])
        connection.execute(f"SET LOCAL search_path TO {schema}".encode())
        connection.execute(f"SET LOCAL statement_timeout TO {_TIMEOUT_MS}".encode())
        try:
            if not fenced:
                _require_only(connection, sql, schema)
            return fetch_frame(connection, sql)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction):
            raise UsageError(f"a query reads only the schema {schema}") from None
        except psycopg.errors.SyntaxErrorOrAccessRuleViolation as error:
            raise UsageError(_first_line(error)) from None


def _became(connection: psycopg.Connection[Any], role: str) -> bool:
    """Take a role; says whether it exists and this login may."""
    import psycopg

    if not role_exists(connection, role):
        return False
    try:
        with connection.transaction():
            connection.execute(f"SET LOCAL ROLE {role}".encode())
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _require_only(connection: psycopg.Connection[Any], sql: str, schema: str) -> None:
    """Refuse a query whose plan reads tables elsewhere: a fence against slips where there is no role."""
    import psycopg

    from warehouse.postgres_backend import fetch_frame

    with suppress(psycopg.errors.SyntaxError):  # an EXPLAIN or SHOW has no plan; it reads no rows
        plan = fetch_frame(connection, f"EXPLAIN (VERBOSE, FORMAT JSON) {sql}").item()
        if not {schema, "pg_catalog"} >= set(_schemas_in(json.loads(plan))):
            raise UsageError(f"a query reads only the schema {schema}")


def _schemas_in(plan: Any) -> Iterator[str]:
    """Schemas of the relations that a plan reads."""
    if isinstance(plan, list):
        for part in plan:
            yield from _schemas_in(part)
    elif isinstance(plan, dict):
        if "Relation Name" in plan:
            yield plan["Schema"]
        yield from _schemas_in(list(plan.values()))


def _first_line(error: Exception) -> str:
    """What the engine says about the statement, without its drawing of the place."""
    return str(error).strip().splitlines()[0]


def to_json_rows(frame: pl.DataFrame) -> str:
    """A JSON array of row objects: days and instants by ISO 8601; NULL, NaN and infinity as null."""
    rows = [{name: _jsonable(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]
    return json.dumps(rows, ensure_ascii=False, allow_nan=False)


def _jsonable(value: Any) -> Any:
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | pl.Series):
        return [_jsonable(part) for part in value]
    return str(value)
