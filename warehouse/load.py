"""One load: frames into tables, visible as a whole when the block ends.

    with warehouse.load(run_id) as load:
        load.replace("core.fact_turn", turns, {"group_key": [group_key]})

Before a row is written its frame is held against the table: columns, types, presence, vocabulary, bounds
and key. That is what makes keys unique on DuckDB, where no index does (see :mod:`warehouse.tables`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from schemas.errors import LoadRefused
from schemas.rules import rules_of
from schemas.tables import TABLES, Table
from warehouse.engine import typed_errors
from warehouse.failpoints import reach
from warehouse.tables import metadata, qualified, quoted

if TYPE_CHECKING:
    from warehouse.engine import Warehouse

Partition = Mapping[str, Sequence[Any]]


@contextmanager
def load(warehouse: Warehouse, run_id: str, *, compact: bool = False) -> Iterator[Load]:
    """Open a load; ``ops.load`` gets a row for each table it touches.

    ``compact``: also leave nothing of removed rows in the database's files, as an erasure asks for.

    Raises:
        LoadRefused: rows do not fit their table, or a key occurs twice.
        Locked: another load is at work.
        WarehouseError: the engine or the disk failed. Whatever is raised, nothing is visible.
    """
    with typed_errors("loading"), warehouse.backend.writing(compact=compact) as connection:
        current = Load(warehouse, connection, run_id)
        yield current
        current.finish()


class Load:
    """The open transaction. Frames are conformed: extra columns are dropped, types are cast."""

    def __init__(self, warehouse: Warehouse, connection: sa.Connection, run_id: str) -> None:
        self.load_id = uuid.uuid4().hex[:12]
        self._run_id = run_id
        self._backend = warehouse.backend
        self._connection = connection
        self._rows: dict[str, int] = {}
        self._started = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        self._unproven: set[str] = set()

    def replace(
        self, table: str | Table, frame: pl.DataFrame | pl.LazyFrame, where_partition: Partition
    ) -> int:
        """Put a frame in the place of whole partitions, also when it is empty; returns its rows.

        Args:
            where_partition: the table's partition column -> the values whose rows go; the frame may hold
                no others.
        """
        declared = _declared(table)
        if set(where_partition) != set(declared.partition):
            raise ValueError(f"{declared.qualified} is replaced by {declared.partition}")
        rows = fitting(declared, frame)
        foreign = rows.filter(
            ~pl.all_horizontal(_among(declared, name, values) for name, values in where_partition.items())
        )
        if foreign.height:
            raise LoadRefused(f"{declared.qualified}: rows of other partitions", rows=foreign.height)
        if not set(declared.partition) <= set(declared.key):
            self._unproven.add(declared.qualified)
        target = metadata().tables[declared.qualified]
        self._connection.execute(
            sa.delete(target).where(
                *(target.c[name].in_(list(values)) for name, values in where_partition.items())
            )
        )
        return self._insert(declared, rows)

    def replace_all(self, table: str | Table, frame: pl.DataFrame | pl.LazyFrame) -> int:
        """Put a frame in the place of all rows of the table; returns its rows."""
        declared = _declared(table)
        rows = fitting(declared, frame)
        self._connection.execute(sa.delete(metadata().tables[declared.qualified]))
        return self._insert(declared, rows)

    def append(self, table: str | Table, frame: pl.DataFrame | pl.LazyFrame) -> int:
        """Add rows whose keys are new; returns how many."""
        declared = _declared(table)
        rows = fitting(declared, frame)
        if rows.is_empty():
            return self._insert(declared, rows)
        with self._backend.staged(self._connection, declared, rows) as staged:
            known = self._count(f"SELECT count(*) FROM {_rows_also_in(declared, staged)}")
        if known:
            raise LoadRefused(f"{declared.qualified}: keys are there already", rows=known)
        return self._insert(declared, rows)

    def upsert(self, table: str | Table, frame: pl.DataFrame | pl.LazyFrame) -> int:
        """Add rows, in the place of those with the same key; returns how many came."""
        declared = _declared(table)
        rows = fitting(declared, frame)
        if rows.height:
            with self._backend.staged(self._connection, declared, rows) as staged:
                self._connection.exec_driver_sql(f"DELETE FROM {_rows_also_in(declared, staged)}")
        return self._insert(declared, rows)

    def erase(self, table: str | Table, column: str, values: Sequence[Any]) -> int:
        """Remove the rows that hold one of some values in a column; returns how many."""
        target = metadata().tables[_declared(table).qualified]
        wanted = target.c[column].in_(list(values))
        n = self._n_where(target, wanted) if values else 0
        if n:
            self._connection.execute(sa.delete(target).where(wanted))
        return n

    def blank(self, table: str | Table, column: str, values: Sequence[Any]) -> int:
        """Put NULL in the place of some values of a column; returns in how many rows."""
        target = metadata().tables[_declared(table).qualified]
        wanted = target.c[column].in_(list(values))
        n = self._n_where(target, wanted) if values else 0
        if n:
            self._connection.execute(sa.update(target).where(wanted).values({column: None}))
        return n

    def read(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pl.DataFrame:
        """The result of a query as this load sees it; ``:name`` stands for a parameter."""
        return self._backend.frame(self._connection, sql, parameters or {})

    def finish(self) -> None:
        """Prove the keys that no frame could prove, and write the receipt."""
        for name in sorted(self._unproven):
            self._refuse_duplicates(TABLES[name])
        receipt = pl.DataFrame(
            {"table_name": list(self._rows), "n_rows": list(self._rows.values())},
            schema={"table_name": pl.String, "n_rows": pl.Int64},
        ).with_columns(
            load_id=pl.lit(self.load_id),
            run_id=pl.lit(self._run_id),
            started_at=pl.lit(self._started, dtype=pl.Datetime("us")),
        )
        self._backend.insert(self._connection, TABLES["ops.load"], TABLES["ops.load"].conform(receipt))

    def _insert(self, declared: Table, rows: pl.DataFrame) -> int:
        if rows.height:
            self._backend.insert(self._connection, declared, rows)
        self._rows[declared.qualified] = self._rows.get(declared.qualified, 0) + rows.height
        if len(self._rows) == 1:
            reach("load.writing")
        return rows.height

    def _n_where(self, target: sa.Table, wanted: sa.ColumnElement[bool]) -> int:
        counted = sa.select(sa.func.count()).select_from(target).where(wanted)
        return int(self._connection.execute(counted).scalar_one())

    def _count(self, sql: str) -> int:
        return int(self._connection.exec_driver_sql(sql).scalar_one())

    def _refuse_duplicates(self, declared: Table) -> None:
        key = ", ".join(map(quoted, declared.key))
        groups = f"SELECT {key} FROM {qualified(declared)} GROUP BY {key} HAVING count(*) > 1"
        twice = self._count(f"SELECT count(*) FROM ({groups}) AS d")
        if twice:
            raise LoadRefused(f"{declared.qualified}: a key occurs twice", keys=twice)


def fitting(declared: Table, frame: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """The frame in the table's columns and types.

    Raises:
        LoadRefused: a column is missing or cannot be cast, a row breaks a rule, a key occurs twice. Names
            table, column and rule, with the number of rows.
    """
    collected = frame.collect() if isinstance(frame, pl.LazyFrame) else frame
    missing = [name for name in declared.names if name not in collected.columns]
    if missing:
        raise LoadRefused(f"{declared.qualified}: no column {', '.join(missing)}")
    try:
        rows = declared.conform(collected)
    except pl.exceptions.PolarsError:
        raise LoadRefused(f"{declared.qualified}: a column cannot be cast to its type") from None
    _refuse_broken_rules(declared, rows)
    twice = int(rows.select(pl.struct(declared.key).is_duplicated().sum()).item()) if declared.key else 0
    if twice:
        raise LoadRefused(f"{declared.qualified}: a key occurs twice", rows=twice)
    return rows


def _refuse_broken_rules(declared: Table, rows: pl.DataFrame) -> None:
    rules = rules_of(declared)
    broken = rows.select(rule.holds.not_().sum().alias(str(number)) for number, rule in enumerate(rules)).row(
        0
    )
    for rule, count in zip(rules, broken, strict=True):
        if count:
            raise LoadRefused(f"{declared.qualified}.{rule.column}: {rule.name}", rows=count)


def _among(declared: Table, name: str, values: Sequence[Any]) -> pl.Expr:
    wanted = pl.Series(list(values), dtype=declared.polars_schema[name])
    return pl.col(name).is_in(wanted.implode())


def _rows_also_in(declared: Table, staged: str) -> str:
    """The table's rows whose key a staged row has as well; NULL equals NULL."""
    conditions = " AND ".join(
        f"s.{quoted(name)} IS NOT DISTINCT FROM t.{quoted(name)}" for name in declared.key
    )
    return f"{qualified(declared)} AS t WHERE EXISTS (SELECT 1 FROM {staged} AS s WHERE {conditions})"


def _declared(table: str | Table) -> Table:
    return table if isinstance(table, Table) else TABLES[table]
