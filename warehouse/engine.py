"""The warehouse behind one face for both engines: create, read, load."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl
import sqlalchemy as sa

from schemas.errors import ConfigurationError, LoadRefused, WarehouseError
from schemas.tables import Table

if TYPE_CHECKING:
    from warehouse.load import Load

Parameters = Mapping[str, Any]


class Backend(Protocol):
    """What an engine does in its own way."""

    def exists(self) -> bool:
        """Whether there is a database with a warehouse in it."""

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A connection that reads one committed state and cannot write."""

    def writing(self, *, compact: bool = False) -> AbstractContextManager[sa.Connection]:
        """A transaction; visible as a whole when the block ends, not at all when it raises.

        With ``compact`` nothing of rows that were removed stays in the files of the database.
        """

    def frame(self, connection: sa.Connection, sql: str, parameters: Parameters) -> pl.DataFrame:
        """The result of a query."""

    def insert(self, connection: sa.Connection, table: Table, frame: pl.DataFrame) -> None:
        """Add the rows of a frame that fits the table."""

    def staged(
        self, connection: sa.Connection, table: Table, frame: pl.DataFrame
    ) -> AbstractContextManager[str]:
        """The frame as a relation of the transaction; yields its name."""


def parse_url(url: str | sa.URL) -> sa.URL:
    """The URL with the driver this project uses.

    Raises:
        ConfigurationError: it names another engine, or a DuckDB database that is no file.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ConfigurationError("SOLIDARITY_WAREHOUSE_URL is not a SQLAlchemy URL") from None
    engine = parsed.get_backend_name()
    if engine == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if engine != "duckdb":
        raise ConfigurationError(
            "SOLIDARITY_WAREHOUSE_URL names an engine that is not supported",
            next_step="use duckdb:///FILE or postgresql://…",
        )
    if not parsed.database or parsed.database.startswith(":") or parsed.query:
        raise ConfigurationError("the warehouse has to be a DuckDB file", next_step="use duckdb:///FILE")
    return parsed


def database_file(url: sa.URL) -> Path | None:
    """The file of a DuckDB warehouse; None on PostgreSQL."""
    if url.get_backend_name() != "duckdb" or url.database is None:
        return None
    return Path(url.database).absolute()


#: Both ends notice a dead peer within two minutes, so that no lock outlives its holder's machine.
_KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 15, "keepalives_count": 4}
_SERVER_OPTIONS = " ".join(f"-c tcp_{name}={value}" for name, value in _KEEPALIVE.items())


def libpq_arguments(url: sa.URL) -> dict[str, Any]:
    """A PostgreSQL URL as arguments of ``psycopg.connect``."""
    arguments = {**url.query, **url.translate_connect_args(username="user", database="dbname")}
    options = f"{_SERVER_OPTIONS} {arguments.pop('options', '')}".strip()
    return {**_KEEPALIVE, "application_name": "solidarity", **arguments, "options": options}


@contextmanager
def typed_errors(action: str) -> Iterator[None]:
    """Errors of engines, disk and frames as :class:`WarehouseError`: their texts may quote values.

    Raises:
        WarehouseError: names the action and the kind of error, nothing else.
    """
    import duckdb
    import psycopg

    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full(action) from None
        raise WarehouseError(f"{action}: {type(error).__name__}", next_step="check the folder") from None
    except duckdb.Error as error:
        if "No space left" in str(error):
            raise _disk_full(action) from None
        raise _engine_error(action, error) from None
    except sa.exc.DBAPIError as error:
        if "No space left" in str(error.orig):
            raise _disk_full(action) from None
        raise _engine_error(action, error.orig or error) from None
    except (psycopg.Error, sa.exc.SQLAlchemyError, pl.exceptions.PolarsError) as error:
        raise _engine_error(action, error) from None


def _disk_full(action: str) -> WarehouseError:
    return WarehouseError(f"{action}: the disk is full", next_step="free space and run again")


def _engine_error(action: str, error: BaseException) -> WarehouseError:
    """The kind of an engine's error; for a broken constraint also its name, which is ours."""
    import duckdb
    import psycopg

    if isinstance(error, duckdb.ConstraintException):
        return LoadRefused(f"{action}: a constraint of a table")
    if isinstance(error, psycopg.errors.IntegrityError):
        return LoadRefused(f"{action}: {error.diag.constraint_name or error.diag.column_name}")
    state = getattr(error, "sqlstate", None)
    kind = f"{type(error).__name__} {state}" if state else type(error).__name__
    return WarehouseError(f"{action}: {kind}")


class Reader:
    """One committed state of the warehouse."""

    def __init__(self, backend: Backend, connection: sa.Connection) -> None:
        self._backend = backend
        self._connection = connection

    def read(self, sql: str, parameters: Parameters | None = None) -> pl.DataFrame:
        """As :meth:`Warehouse.read`."""
        return self._backend.frame(self._connection, sql, parameters or {})


class Warehouse:
    """The warehouse at a SQLAlchemy URL. Nothing is opened before it is used, nothing stays open."""

    def __init__(self, url: str | sa.URL) -> None:
        self.url = parse_url(url)

    @property
    def dialect(self) -> str:
        """``duckdb`` or ``postgresql``."""
        return self.url.get_backend_name()

    @cached_property
    def backend(self) -> Backend:
        file = database_file(self.url)
        if file is not None:
            from warehouse.duckdb_backend import DuckDBBackend

            return DuckDBBackend(file)
        from warehouse.postgres_backend import PostgresBackend

        return PostgresBackend(self.url)

    def exists(self) -> bool:
        """Whether the warehouse has been created, in whatever version."""
        with typed_errors("opening the warehouse"):
            return self.backend.exists()

    def version(self) -> str | None:
        """Revision of the tables, None before they are created."""
        if not self.exists():
            return None
        return str(self.read("SELECT version_num FROM ops.alembic_version").item())

    def create(self) -> None:
        """Create the warehouse or bring it to the newest version; nothing happens when it is there.

        Raises:
            ConfigurationError: its tables are not those of its version.
        """
        from warehouse.drift import refuse_other_tables
        from warehouse.migrate import newest, upgrade
        from warehouse.roles import grant_research

        if self.version() == newest():
            refuse_other_tables(self)
            return
        with typed_errors("migrating the warehouse"), self.backend.writing() as connection:
            upgrade(connection)
        grant_research(self.url)

    def read(self, sql: str, parameters: Parameters | None = None) -> pl.DataFrame:
        """The result of a query over all schemas; ``:name`` in the query stands for a parameter.

        Whole numbers come as Int64, decimals as Float64, on both engines.

        Raises:
            ConfigurationError: there is no warehouse yet.
            WarehouseError: the query fails.
        """
        with self.reader() as reader:
            return reader.read(sql, parameters)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Several queries on one committed state, whatever is loaded meanwhile."""
        with typed_errors("reading the warehouse"), self.backend.reading() as connection:
            yield Reader(self.backend, connection)

    def load(self, run_id: str, *, compact: bool = False) -> AbstractContextManager[Load]:
        """One load: see :func:`warehouse.load.load`."""
        from warehouse.load import load

        return load(self, run_id, compact=compact)


def bound(sql: str, parameters: Parameters, dialect: sa.Dialect) -> tuple[str, Any]:
    """A query with ``:name`` parameters in the driver's own spelling, with the values to send."""
    compiled = sa.text(sql).bindparams(**parameters).compile(dialect=dialect)
    values = compiled.construct_params()
    if compiled.positional:
        return str(compiled), [values[name] for name in compiled.positiontup or ()]
    return str(compiled), values


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the number and time types that both engines share."""
    exprs = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.Decimal):
            exprs.append(column.cast(pl.Float64 if dtype.scale else pl.Int64))
        elif dtype in (pl.Int128, pl.UInt64, pl.UInt32, pl.UInt8, pl.UInt16, pl.Int8, pl.Int16):
            exprs.append(column.cast(pl.Int64))
        elif isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
            exprs.append(column.dt.convert_time_zone("UTC").dt.replace_time_zone(None))
        elif dtype == pl.Float32:
            exprs.append(column.cast(pl.Float64))
    return frame.with_columns(exprs)
