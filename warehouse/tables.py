"""The warehouse's tables in SQLAlchemy, derived from :mod:`schemas.tables`.

One description serves both engines. What they share: types, NOT NULL, a CHECK for every closed
vocabulary, bound and float, and comments. What differs: only PostgreSQL carries unique indexes on the
keys, because a DuckDB index refuses a key that is deleted and inserted again in one transaction, which is
what replacing a partition does. On both engines :mod:`warehouse.load` proves the keys before it commits.

No foreign keys: a fact carries the *durable* key of a person or group, of which a dimension with
history holds several rows, so there is no unique column a constraint could point at.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from sys import float_info

import polars as pl
import sqlalchemy as sa

from schemas.fields import Field
from schemas.tables import TABLES, Column, Table

#: Tables of message grain go without an index: it doubles the time of a load, and their keys hold the
#: partition, so that the check of the incoming frame is proof enough.
UNINDEXED = frozenset({"core.fact_message", "core.fact_turn", "core.fact_reply"})

SCHEMAS = ("ops", "core", "research", "enclave")

_TYPES: dict[pl.DataType, sa.types.TypeEngine] = {
    pl.Int64(): sa.BigInteger(),
    pl.Int32(): sa.Integer(),
    pl.Float64(): sa.Double(),
    pl.String(): sa.Text(),
    pl.Boolean(): sa.Boolean(),
    pl.Date(): sa.Date(),
    pl.Datetime("us"): sa.TIMESTAMP(timezone=False),
}


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def qualified(table: Table) -> str:
    """A table's name in SQL: schema and name, quoted."""
    return f"{quoted(table.schema)}.{quoted(table.name)}"


def bounds(field: Field) -> tuple[float | None, float | None]:
    """Least and greatest valid value; for floats the finite range, so that NaN and infinity are refused."""
    if field.dtype == pl.Float64():
        return (
            -float_info.max if field.ge is None else field.ge,
            float_info.max if field.le is None else field.le,
        )
    return field.ge, field.le


def checks(field: Field) -> Iterator[str]:
    """The field's constraints as SQL conditions that both engines read alike; NULL passes."""
    name = quoted(field.name)
    if field.one_of is not None:
        words = ", ".join("'" + word.replace("'", "''") + "'" for word in field.one_of)
        yield f"{name} IN ({words})"
    low, high = bounds(field)
    if low is not None and high is not None:
        yield f"{name} BETWEEN {_number(low)} AND {_number(high)}"
    elif low is not None:
        yield f"{name} >= {_number(low)}"
    elif high is not None:
        yield f"{name} <= {_number(high)}"


def _number(bound: float) -> str:
    return str(int(bound)) if abs(bound) < 2**53 and float(bound).is_integer() else repr(float(bound))


def _sql_column(column: Column) -> sa.Column:
    field = column.field
    comment = f"{field.meaning} [{field.unit}]" if field.unit else field.meaning
    return sa.Column(field.name, _TYPES[field.dtype], nullable=column.nullable, comment=comment)


def _sql_table(metadata: sa.MetaData, table: Table) -> sa.Table:
    constraints = [
        sa.CheckConstraint(condition, name=f"ck_{table.name}_{column.name}")
        for column in table.columns
        for condition in [" AND ".join(checks(column.field))]
        if condition
    ]
    declared = sa.Table(
        table.name,
        metadata,
        *map(_sql_column, table.columns),
        *constraints,
        schema=table.schema,
        comment=f"Grain: {table.grain}.",
    )
    if table.qualified not in UNINDEXED:
        sa.Index(
            f"uq_{table.name}",
            *(declared.c[name] for name in table.key),
            unique=True,
            postgresql_nulls_not_distinct=True,
        ).ddl_if(dialect="postgresql")
    return declared


@cache
def metadata() -> sa.MetaData:
    """The models of all tables of ``ops``, ``core`` and ``research``."""
    built = sa.MetaData()
    for table in TABLES.values():
        _sql_table(built, table)
    return built
