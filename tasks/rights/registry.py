"""Everything that may hold a person: tables by their columns' descriptions, folders by name.

It fails closed. A table, a column or a folder that nobody has entered here might hold somebody whom an erasure
would miss: then nothing is erased, and the message says what to enter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from schemas.errors import SolidarityError
from schemas.fields.field import Sensitivity
from schemas.tables import TABLES, Table

if TYPE_CHECKING:
    from warehouse.engine import Warehouse
    from warehouse.workspace import Workspace

KeyKind = Literal["member", "version", "pseudonym"]


class Unregistered(SolidarityError):
    """Something in the warehouse or in the home might hold a person, and nobody said so."""

    code = "unregistered"


#: Tables of other makers that hold nobody.
SUBJECT_FREE = frozenset({"ops.alembic_version"})
#: Tables that speak of people without pointing at them: by which table's rows, and which columns, they go.
THROUGH: dict[str, tuple[str, tuple[str, ...]]] = {
    "core.fact_message_change": ("core.fact_message", ("group_key", "message_key")),
    "core.fact_mention": ("core.fact_turn", ("group_key", "turn_key")),
}
#: Columns that are empty in some rows and whose person the others are about: those rows go.
ABOUT = frozenset({("core.fact_membership_event", "member_key")})
#: Pseudonymous or personal columns that point at nobody where no column of their table does.
NOBODYS = {
    "core.fact_campaign": "sums over many, made anew from the messages",
}
#: Columns about people that an erasure itself writes, under a key of its own.
OF_THE_ERASURE = frozenset({"erasure_token"})

#: Folders and files of the vault. ``data``: gone through file by file; ``words``: names in documents are
#: masked; ``gone``: removed whole, made again by the next run or by hand; ``keys``: secrets and figures, nobody's.
VAULT: dict[str, Literal["data", "words", "gone", "keys"]] = {
    "raw": "data",
    "groups": "data",
    "receipts": "words",
    "run_log": "words",
    "snapshots": "words",
    "rebuild": "gone",
    "trends": "gone",
    "runs": "gone",
    "errors": "gone",
    "expectations": "data",
    "coding": "gone",
    "evaluation": "keys",
    "erasures": "keys",
    "pseudonym.key": "keys",
    "digest.key": "keys",
    "vault.check": "keys",
    "backup_places.json": "keys",
    "rotation.json": "keys",
    "release_keys.json": "keys",
    "key.json": "keys",
}
#: What a group's folder holds; stages' results are made anew.
GROUP: frozenset[str] = frozenset({"ledger.json", "parsed", "cards", "frozen", "retention.json"})
STAGES: frozenset[str] = frozenset({"fold", "reconcile", "identify", "validate", "measure"})

#: The home. ``landing`` is the curators' own, ``truth`` the simulator's; backups have erasures applied after a
#: restore. None of them is touched unasked.
HOME: frozenset[str] = frozenset(
    {
        "landing",
        "vault",
        "releases",
        "reports",
        "prefect",
        "truth",
        "backups",
        "demo.json",
        "settings.toml",
        "warehouse.duckdb",
    }
)


@dataclass(frozen=True)
class Pointer:
    """A column that points at a person."""

    table: Table
    column: str
    kind: KeyKind
    nullable: bool


def pointers() -> list[Pointer]:
    """All columns of the warehouse that point at a person, by their descriptions.

    Raises:
        Unregistered: a column points at a person in a way nobody knows how to follow, or a table speaks of
            people and has no such column.
    """
    found: list[Pointer] = []
    for table in TABLES.values():
        own = [column for column in table.columns if column.field.subject]
        for column in own:
            if column.name not in OF_THE_ERASURE:
                found.append(Pointer(table, column.name, _kind(table, column.name), column.nullable))
        near = [
            column for column in table.columns if column.field.sensitivity in _NEAR and _is_about(column.name)
        ]
        if near and not own and table.qualified not in {*THROUGH, *NOBODYS}:
            raise _unregistered(f"table {table.qualified}", "THROUGH or NOBODYS")
    return found


_NEAR = (Sensitivity.PSEUDONYMOUS, Sensitivity.PERSONAL)
#: Counts of files are described with people's columns, and are nobody's.
_COUNTS = frozenset({"n_exports"})


def _is_about(column: str) -> bool:
    return column not in _COUNTS


def _kind(table: Table, column: str) -> KeyKind:
    if column == "member_version_key":
        return "version"
    if column.endswith("member_key") and table.polars_schema[column] == pl.Int64:
        return "member"
    if column.endswith("pseudonym_key"):
        return "pseudonym"
    raise _unregistered(f"column {table.qualified}.{column}", "_kind")


def _unregistered(what: str, where: str) -> Unregistered:
    return Unregistered(
        f"{what} may hold a person and is not registered; nothing was erased",
        next_step=f"enter it in tasks/rights/registry.py: {where}",
    )


def refuse_unregistered(workspace: Workspace) -> None:
    """Make sure that every table and folder there is has been entered here.

    Raises:
        Unregistered: one has not.
        ConfigurationError: the warehouse's tables are not those of its version.
    """
    from warehouse.drift import refuse_other_tables
    from warehouse.engine import Warehouse

    pointers()
    _check_home(workspace)
    warehouse = Warehouse(workspace.settings.database_url)
    if warehouse.exists():
        _check_tables(warehouse)
        refuse_other_tables(warehouse)


def tables_there(warehouse: Warehouse) -> list[str]:
    """Qualified names of all tables of a warehouse, ours or not."""
    columns = warehouse.read(_COLUMNS[warehouse.dialect])
    return sorted({f'"{schema}"."{name}"' for schema, name, _ in columns.iter_rows()})


def _check_tables(warehouse: Warehouse) -> None:
    columns = warehouse.read(_COLUMNS[warehouse.dialect])
    for schema, name, column in columns.iter_rows():
        qualified = f"{schema}.{name}"
        if qualified in SUBJECT_FREE:
            continue
        declared = TABLES.get(qualified)
        if declared is None:
            raise _unregistered("a table of the warehouse", "schemas/tables.py or SUBJECT_FREE")
        if column not in declared.names:
            raise _unregistered(f"a column of {qualified}", "schemas/tables.py")


#: Views are left out: they hold nothing of their own. Temporary and system schemas are no warehouse.
_COLUMNS = {
    "duckdb": (
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() c JOIN duckdb_tables() t "
        "USING (database_name, schema_name, table_name) WHERE database_name = 'warehouse' AND NOT t.internal "
        "ORDER BY 1, 2, 3"
    ),
    "postgresql": (
        "SELECT n.nspname AS schema_name, c.relname AS table_name, a.attname AS column_name "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname <> 'information_schema' "
        "AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2, 3"
    ),
}


def _check_home(workspace: Workspace) -> None:
    for path in workspace.home.iterdir():
        if path.name not in HOME and not path.name.startswith(".") and not _is_database(workspace, path.name):
            raise _unregistered(
                "a file or folder in the home", "HOME; what a restore put aside must be deleted"
            )
    for name in workspace.vault.names(""):
        if name not in VAULT:
            raise _unregistered("a file or folder in the vault", "VAULT")
    for group_id in workspace.vault.names("groups"):
        for name in workspace.vault.names(f"groups/{group_id}"):
            if name not in GROUP and name.removesuffix(".json").split("-")[0] not in STAGES:
                raise _unregistered("a file or folder of a group in the vault", "GROUP or STAGES")


def _is_database(workspace: Workspace, name: str) -> bool:
    from warehouse.engine import database_file, parse_url

    file = database_file(parse_url(workspace.settings.database_url))
    return file is not None and file.parent == workspace.home and name.startswith(file.name)
