"""Writes the baseline's scripts from the models; run by hand before a release, never after it.

``python -m warehouse.baseline`` overwrites ``migrations/versions/0001_baseline*.sql``. Once a release has
shipped, a change of the models needs a revision of its own; the drift test says when one is missing.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement, SetColumnComment, SetTableComment

from warehouse.tables import SCHEMAS, metadata

_FOLDER = Path(__file__).parent / "migrations" / "versions"


def _script(statements: list[DDLElement | str]) -> str:
    """Statements in PostgreSQL's spelling, which DuckDB reads as well."""
    dialect = postgresql.dialect(paramstyle="named")  # another would double every percent sign
    texts = [
        text if isinstance(text, str) else str(text.compile(dialect=dialect)).strip() for text in statements
    ]
    lines = [line.rstrip() for text in texts for line in f"{text};".splitlines()]
    return "\n".join(lines) + "\n"


def _commented(table: sa.Table) -> list[DDLElement | str]:
    comments = [SetColumnComment(column) for column in table.columns]
    return [CreateTable(table), SetTableComment(table), *comments]


def baseline() -> dict[str, str]:
    """File name -> script: what both engines run, and what PostgreSQL runs besides."""
    tables = list(metadata().tables.values())
    schemas: list[DDLElement | str] = [f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in SCHEMAS]
    indexes: list[DDLElement | str] = [
        CreateIndex(index) for table in tables for index in sorted(table.indexes, key=lambda i: str(i.name))
    ]
    return {
        "0001_baseline.sql": _script([*schemas, *(part for table in tables for part in _commented(table))]),
        "0001_baseline.postgresql.sql": _script(indexes),
    }


def write() -> None:
    """Write the scripts into the folder of the revisions."""
    for name, script in baseline().items():
        (_FOLDER / name).write_text(script, "utf-8")


if __name__ == "__main__":
    write()
