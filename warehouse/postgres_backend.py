"""PostgreSQL: a load is one transaction; frames travel as COPY streams both ways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from schemas.errors import ConfigurationError, Locked, UsageError
from schemas.tables import TABLES, Table
from warehouse.engine import Parameters, bound, libpq_arguments
from warehouse.failpoints import reach
from warehouse.lock import LOAD_LOCK_KEY
from warehouse.postgres_copy import column_order, stream
from warehouse.tables import qualified, quoted

if TYPE_CHECKING:
    import psycopg

#: How NULL is written in a COPY stream; no text of ours holds this control character.
_NULL = "\x01"
_COPY_OPTIONS = "FORMAT csv, NULL E'\\x01'"
_LOCK_WAIT_MS = 60_000

#: Types of a query's columns by PostgreSQL's oid; all others are read as text.
_OIDS: dict[int, str] = {
    16: "bool",
    20: "int",
    21: "int",
    23: "int",
    26: "int",
    700: "float",
    701: "float",
    1082: "date",
    1114: "timestamp",
    1184: "timestamptz",
    1700: "numeric",
}


class PostgresBackend:
    """A warehouse in a database of its own."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url

    def exists(self) -> bool:
        with self._connect() as connection:
            return (
                connection.exec_driver_sql("SELECT to_regclass('ops.alembic_version')").scalar() is not None
            )

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with self._connect() as connection:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            if connection.exec_driver_sql("SELECT to_regclass('ops.alembic_version')").scalar() is None:
                raise ConfigurationError("there is no warehouse yet", next_step="run `solidarity run` first")
            yield connection

    @contextmanager
    def writing(self, *, compact: bool = False) -> Iterator[sa.Connection]:
        """One transaction, with a lock that keeps a second load of the same database away.

        ``compact`` writes the tables anew after it: removed rows stay in them until then.
        """
        with self._connect() as connection:
            with connection.begin():
                _take_load_lock(connection)
                reach("load.begun")
                yield connection
                reach("load.written")
            reach("load.committed")
        if compact:
            self._compact()
        reach("load.swapped")

    def _compact(self) -> None:
        import psycopg

        with psycopg.connect(**libpq_arguments(self.url), autocommit=True) as connection:
            for table in TABLES.values():
                connection.execute(f"VACUUM (FULL) {qualified(table)}".encode())

    @contextmanager
    def _connect(self) -> Iterator[sa.Connection]:
        import psycopg

        engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=lambda: psycopg.connect(**libpq_arguments(self.url)),
            poolclass=sa.NullPool,
        )
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def frame(self, connection: sa.Connection, sql: str, parameters: Parameters) -> pl.DataFrame:
        import psycopg

        driver = _driver(connection)
        statement = sql.strip().rstrip(";")
        if parameters:
            text, values = bound(statement, parameters, connection.dialect)
            statement = psycopg.ClientCursor(driver).mogrify(text, values)
        return read_frame(driver, statement)

    def insert(self, connection: sa.Connection, table: Table, frame: pl.DataFrame) -> None:
        self._copy_in(connection, qualified(table), frame)

    def _copy_in(self, connection: sa.Connection, target: str, frame: pl.DataFrame) -> None:
        columns = ", ".join(map(quoted, column_order(frame)))
        statement = f"COPY {target} ({columns}) FROM STDIN (FORMAT binary)"
        with _driver(connection).cursor().copy(statement.encode()) as copy:
            for piece in stream(frame):
                copy.write(piece)

    @contextmanager
    def staged(self, connection: sa.Connection, table: Table, frame: pl.DataFrame) -> Iterator[str]:
        """The frame in a temporary table."""
        name = quoted(f"incoming_{table.name}")
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} (LIKE {qualified(table)}) ON COMMIT DROP")
        self._copy_in(connection, name, frame)
        yield name
        connection.exec_driver_sql(f"DROP TABLE {name}")


def _take_load_lock(connection: sa.Connection) -> None:
    """Keep a second load away; wait for one whose killed client the server has yet to notice."""
    import psycopg

    connection.exec_driver_sql(f"SET LOCAL lock_timeout TO {_LOCK_WAIT_MS}")
    try:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOAD_LOCK_KEY)))
    except sa.exc.OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise Locked("another load is at work", next_step="wait for it") from None
        raise
    connection.exec_driver_sql("SET LOCAL lock_timeout TO 0")


def _driver(connection: sa.Connection) -> psycopg.Connection[Any]:
    """psycopg's own connection behind SQLAlchemy's; it shares the transaction."""
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]  # the pool types it as any driver's
    return driver


_SESSION = b"SET LOCAL datestyle TO 'ISO'; SET LOCAL timezone TO 'UTC'; SET LOCAL extra_float_digits TO 1"


def read_frame(driver: psycopg.Connection[Any], statement: str) -> pl.DataFrame:
    """The result of one query of ours as a frame, by way of COPY: ten times faster than rows."""
    cursor = driver.cursor()
    cursor.execute(_SESSION)
    cursor.execute(f"SELECT * FROM ({statement}\n) AS q LIMIT 0".encode())
    columns = _columns(cursor)
    # A single empty text would be an empty line, which a reader of CSV skips.
    options = _COPY_OPTIONS + (", FORCE_QUOTE *" if len(columns) == 1 else "")
    with cursor.copy(f"COPY ({statement}\n) TO STDOUT ({options})".encode()) as copy:
        text = b"".join(copy)
    return _framed(_parsed(text, columns), columns)


def fetch_frame(driver: psycopg.Connection[Any], sql: str) -> pl.DataFrame:
    """The result of one statement of somebody else's; the server refuses a second one behind it."""
    cursor = driver.cursor()
    cursor.execute(_SESSION)
    cursor.execute(sql.encode(), prepare=True)
    columns, result = _columns(cursor), cursor.pgresult
    if result is None or not columns:
        raise UsageError("a query is one SELECT statement")
    texts = [
        [
            None if value is None else value.decode()
            for value in map(partial(_cell, result, number), range(result.ntuples))
        ]
        for number in range(len(columns))
    ]
    return _framed([pl.Series(values, dtype=pl.String) for values in texts], columns)


def _cell(result: psycopg.pq.abc.PGresult, column: int, row: int) -> bytes | None:
    return result.get_value(row, column)


def _columns(cursor: psycopg.Cursor[Any]) -> list[tuple[str, str]]:
    """Name and kind of a result's columns."""
    return [(column.name, _OIDS.get(column.type_code, "text")) for column in cursor.description or ()]


def _parsed(text: bytes, columns: list[tuple[str, str]]) -> list[pl.Series]:
    """The columns of a COPY stream, numbers read and all else as text."""
    read_as = {"int": pl.Int64(), "float": pl.Float64()}
    schema = {f"column_{number}": read_as.get(kind, pl.String()) for number, (_, kind) in enumerate(columns)}
    if not text:
        return pl.DataFrame(schema=schema).get_columns()
    return pl.read_csv(
        text, has_header=False, schema=schema, null_values=[_NULL], empty_string_is_null=False
    ).get_columns()


def _framed(series: list[pl.Series], columns: list[tuple[str, str]]) -> pl.DataFrame:
    """Columns with their types and names; a name that comes again gets a number."""
    names: list[str] = []
    for name, _ in columns:
        names.append(name if name not in names else f"{name}_{len(names)}")
    kinds = (kind for _, kind in columns)
    return pl.DataFrame(
        [_typed(one, kind).alias(name) for one, kind, name in zip(series, kinds, names, strict=True)]
    )


def _typed(series: pl.Series, kind: str) -> pl.Series:
    """A column of texts in the dtype of its SQL type."""
    if kind in ("int", "float"):
        return series.cast(pl.Int64 if kind == "int" else pl.Float64)
    if kind == "bool":
        return series == "t"
    if kind == "date":
        return series.str.to_date("%Y-%m-%d")
    if kind in ("timestamp", "timestamptz"):
        return series.str.strip_suffix("+00").str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
    if kind == "numeric":
        # A sum of whole numbers has no point, an average always has one.
        whole = not series.str.contains("[.N]").any()
        return series.cast(pl.Int64 if whole else pl.Float64)
    return series
