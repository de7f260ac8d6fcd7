"""Telling a warehouse whose tables are not those of its revision.

Before the first release the baseline is rewritten in place, so the revision alone does not tell with which tables
a warehouse was made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from warehouse.engine import Warehouse

_COLUMNS = "SELECT table_schema, table_name, column_name, is_nullable FROM information_schema.columns"


def refuse_other_tables(warehouse: Warehouse) -> None:
    """Make sure that the tables of a warehouse of the newest revision have the columns of this version.

    An older revision is left to the migrations, a warehouse that is not there to the first run.

    Raises:
        ConfigurationError: a column is missing, is too many, or may be empty where it must not be or must where it may.
    """
    from warehouse.migrate import newest

    if warehouse.version() != newest():
        return
    declared = _declared()
    names = {name for name, *_ in declared}
    found = {
        (f"{schema}.{table}", column, answer == "YES")
        for schema, table, column, answer in warehouse.read(_COLUMNS).iter_rows()
        if f"{schema}.{table}" in names
    }
    if found != declared:
        raise ConfigurationError(
            "the warehouse was made by an earlier draft of this version: its tables are others",
            next_step="move it aside, or name a new database, and run again: the vault makes it anew",
            tables=len({name for name, *_ in found ^ declared}),
        )


def _declared() -> set[tuple[str, str, bool]]:
    from warehouse.tables import metadata

    return {
        (f"{table.schema}.{table.name}", column.name, bool(column.nullable))
        for table in metadata().tables.values()
        for column in table.columns
    }
