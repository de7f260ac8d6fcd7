"""Models and migrations describe the same database, on both engines (promise 20)."""

from __future__ import annotations

import polars as pl
import pytest
import sqlalchemy as sa

from schemas.errors import ConfigurationError
from warehouse.engine import Reader, Warehouse
from warehouse.migrate import newest
from warehouse.tables import SCHEMAS, metadata

_DUCKDB_CATALOGUE = {
    "columns": "SELECT schema_name, table_name, column_name, data_type, is_nullable, comment"
    " FROM duckdb_columns() WHERE schema_name IN ('ops', 'core', 'research', 'enclave')",
    "tables": "SELECT schema_name, table_name, comment FROM duckdb_tables()",
    "constraints": "SELECT schema_name, table_name, constraint_text FROM duckdb_constraints()",
    "indexes": "SELECT schema_name, table_name, sql FROM duckdb_indexes()",
}
_POSTGRES_CATALOGUE = {
    "columns": "SELECT table_schema, table_name, column_name, data_type, is_nullable,"
    " col_description(format('%I.%I', table_schema, table_name)::regclass, ordinal_position) AS comment"
    " FROM information_schema.columns WHERE table_schema IN ('ops', 'core', 'research', 'enclave')",
    "tables": "SELECT n.nspname, c.relname, obj_description(c.oid) AS comment"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND n.nspname IN ('ops', 'core', 'research', 'enclave')",
    "constraints": "SELECT conrelid::regclass::text AS table_name, conname,"
    " pg_get_constraintdef(oid) AS definition"
    " FROM pg_constraint WHERE connamespace::regnamespace::text IN ('ops', 'core', 'research', 'enclave')",
    "indexes": "SELECT schemaname, indexname, indexdef FROM pg_indexes"
    " WHERE schemaname IN ('ops', 'core', 'research', 'enclave')",
}


def _catalogue(warehouse: Warehouse, reader: Reader) -> dict[str, set[tuple[object, ...]]]:
    queries = _DUCKDB_CATALOGUE if warehouse.dialect == "duckdb" else _POSTGRES_CATALOGUE
    return {what: set(_ours(reader.read(sql)).rows()) for what, sql in queries.items()}


def _ours(frame: pl.DataFrame) -> pl.DataFrame:
    """Without Alembic's own table."""
    return frame.filter(
        ~pl.any_horizontal(pl.col(pl.String).str.contains("alembic_version").fill_null(value=False))
    )


def test_migrations_make_what_the_models_say(warehouse_url: str, blank_url: str) -> None:
    migrated, modelled = Warehouse(warehouse_url), Warehouse(blank_url)
    with modelled.backend.writing() as connection:
        for schema in SCHEMAS:
            connection.execute(sa.schema.CreateSchema(schema))
        metadata().create_all(connection)
        connection.exec_driver_sql("CREATE TABLE ops.alembic_version (version_num TEXT)")
    with migrated.reader() as from_migrations, modelled.reader() as from_models:
        expected, found = _catalogue(modelled, from_models), _catalogue(migrated, from_migrations)
    for what in expected:
        assert found[what] == expected[what], (
            f"{what} drifted: write a revision (before the first release: python -m warehouse.baseline)"
        )
    assert len(found["tables"]) == len(metadata().tables)


def test_a_warehouse_of_a_newer_product_is_left_alone(warehouse_url: str) -> None:
    warehouse = Warehouse(warehouse_url)
    with warehouse.backend.writing() as connection:
        connection.exec_driver_sql("UPDATE ops.alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="newest version"):
        warehouse.create()
    assert warehouse.version() == "9999"


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE core.fact_mention",
        "ALTER TABLE core.fact_mention DROP COLUMN local_date",
        "ALTER TABLE core.fact_mention ADD COLUMN more BIGINT",
        "ALTER TABLE core.fact_coverage ALTER COLUMN is_gap DROP NOT NULL",
    ],
)
def test_a_warehouse_of_an_earlier_draft_is_refused(warehouse_url: str, change: str) -> None:
    warehouse = Warehouse(warehouse_url)
    warehouse.create()
    with warehouse.backend.writing() as connection:
        connection.exec_driver_sql(change)
    with pytest.raises(ConfigurationError, match="earlier draft") as refused:
        warehouse.create()
    assert refused.value.counts == {"tables": 1}


def test_create_makes_a_warehouse_once(blank_url: str) -> None:
    warehouse = Warehouse(blank_url)
    assert not warehouse.exists()
    assert warehouse.version() is None
    warehouse.create()
    assert warehouse.exists()
    assert warehouse.version() == newest()
    warehouse.create()
    assert warehouse.version() == newest()
    assert warehouse.read("SELECT count(*) AS n FROM research.indicator").item() == 0
