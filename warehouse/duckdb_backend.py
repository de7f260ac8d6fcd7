"""DuckDB: a load works on a copy of the file and swaps it in by rename.

The file in place is only ever opened for reading, so readers neither wait nor see half a load; a killed
load leaves a copy behind that the next one removes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from schemas.errors import ConfigurationError, WarehouseError
from schemas.tables import Table
from warehouse.engine import Parameters, bound, plain
from warehouse.failpoints import reach
from warehouse.lock import file_lock
from warehouse.tables import qualified, quoted

if TYPE_CHECKING:
    import duckdb

#: Unless told so, the Python client draws a bar on stdout for whatever takes two seconds: into our JSON, too.
QUIET = "SET enable_progress_bar = false"


class DuckDBBackend:
    """A warehouse in one file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def exists(self) -> bool:
        return self.file.exists()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        if not self.file.exists():
            raise ConfigurationError("there is no warehouse yet", next_step="run `solidarity run` first")
        with _open(self.file, read_only=True) as connection:
            yield connection

    @contextmanager
    def writing(self, *, compact: bool = False) -> Iterator[sa.Connection]:
        """A transaction on a copy; the copy takes the file's place once it is on the disk.

        ``compact`` writes the copy anew before: removed rows stay in a file's free blocks.
        """
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with file_lock(self.file.with_name(f".{self.file.name}.load.lock")):
            reach("load.begun")
            self._remove_leftovers()
            copy = self.file.with_name(f".{self.file.name}.load-{os.getpid()}")
            try:
                self._copy_to(copy)
                reach("load.copied")
                with _open(copy) as connection:
                    with connection.begin():
                        yield connection
                        reach("load.written")
                    connection.exec_driver_sql("CHECKPOINT warehouse")
                    connection.commit()
                if compact:
                    self._compact(copy)
                self._swap_in(copy)
            finally:
                _remove(copy)
        reach("load.swapped")

    def _copy_to(self, copy: Path) -> None:
        if not self.file.exists():
            return
        if self._wal(self.file).exists():
            raise WarehouseError(
                "another program has written into the warehouse's file",
                next_step="close that program, or open and close the file with DuckDB once",
            )
        # Reading it meanwhile keeps away every other process that would write.
        with _open(self.file, read_only=True):
            shutil.copyfile(self.file, copy)
        copy.chmod(0o600)

    def _compact(self, copy: Path) -> None:
        """Write a copy anew, table by table, so that it holds nothing but its rows."""
        import duckdb

        fresh = copy.with_name(f"{copy.name}-fresh")
        _remove(fresh)
        with duckdb.connect() as connection:
            connection.execute(QUIET)
            connection.execute(f"ATTACH '{escaped(copy)}' AS old (READ_ONLY)")
            connection.execute(f"ATTACH '{escaped(fresh)}' AS fresh")
            connection.execute("COPY FROM DATABASE old TO fresh")
            connection.execute("CHECKPOINT fresh")
        _remove(copy)
        fresh.replace(copy)

    def _swap_in(self, copy: Path) -> None:
        if self._wal(copy).exists():
            raise WarehouseError("the load could not be written out")
        copy.chmod(0o600)
        _sync(copy)
        reach("load.committed")
        copy.replace(self.file)
        _sync(self.file.parent)

    def _remove_leftovers(self) -> None:
        """Copies of killed loads, with their logs and spill folders; the lock says that nobody uses them."""
        for leftover in self.file.parent.glob(f".{self.file.name}.load-*"):
            _remove(leftover)

    @staticmethod
    def _wal(file: Path) -> Path:
        return file.with_name(f"{file.name}.wal")

    def frame(self, connection: sa.Connection, sql: str, parameters: Parameters) -> pl.DataFrame:
        driver = _driver(connection)
        if not parameters:
            return plain(driver.execute(sql).pl())
        text, values = bound(sql, parameters, connection.dialect)
        return plain(driver.execute(text, values).pl())

    def insert(self, connection: sa.Connection, table: Table, frame: pl.DataFrame) -> None:
        with self.staged(connection, table, frame) as source:
            columns = ", ".join(map(quoted, frame.columns))
            _driver(connection).execute(
                f"INSERT INTO {qualified(table)} ({columns}) SELECT {columns} FROM {source}"
            )

    @contextmanager
    def staged(self, connection: sa.Connection, table: Table, frame: pl.DataFrame) -> Iterator[str]:
        """The frame is scanned where it lies in memory."""
        name = quoted(f"incoming_{table.name}")
        driver = _driver(connection)
        driver.register(name.strip('"'), frame)
        try:
            yield name
        finally:
            driver.unregister(name.strip('"'))


@contextmanager
def _open(file: Path, *, read_only: bool = False) -> Iterator[sa.Connection]:
    """A connection to the state in which the file is now.

    The file is attached to a database of the connection's own. Opened by its path, DuckDB would share it
    with everyone in the process and go on with the old file after a swap; and it would be named after the
    file, so that ``core.duckdb`` and the schema ``core`` were one name for two things.
    """
    engine = sa.create_engine("duckdb:///:memory:", poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            mode = " (READ_ONLY)" if read_only else ""
            connection.exec_driver_sql(QUIET)
            connection.exec_driver_sql(f"ATTACH '{escaped(file)}' AS warehouse{mode}")
            connection.exec_driver_sql("USE warehouse")
            connection.commit()
            yield connection
    finally:
        engine.dispose()


def escaped(file: Path) -> str:
    """A file's name inside an SQL string."""
    return str(file).replace("'", "''")


def _driver(connection: sa.Connection) -> duckdb.DuckDBPyConnection:
    """DuckDB's own connection behind SQLAlchemy's; it shares the transaction."""
    driver: duckdb.DuckDBPyConnection = connection.connection.driver_connection  # type: ignore[assignment]  # the pool types it as any driver's
    return driver


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    """Remove a copy with what DuckDB may have put beside it."""
    for entry in (path, path.with_name(f"{path.name}.wal"), path.with_name(f"{path.name}.tmp")):
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)
