"""Commands that read the warehouse: ``query``, ``snapshots``, ``diff``, ``conflicts``, ``dictionary``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.call import Call
from schemas.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

WIDE = 10_000


def query(call: Call, sql: str, schema: str, snapshot: str | None, format_: str | None) -> None:
    """Ask in SQL and print the rows."""
    from warehouse.query import query as ask
    from warehouse.query import query_release

    if snapshot is not None:
        frame = query_release(call.workspace.releases / snapshot, sql)
    else:
        frame = ask(call.workspace.settings.database_url, sql, schema=schema)
    print_frame(frame, format_ or ("json" if call.as_json else "table"))


def print_frame(frame: pl.DataFrame, format_: str) -> None:
    """Rows on stdout: a table for eyes, CSV (NULL is empty), an array of JSON objects, or Parquet bytes."""
    from warehouse.query import to_json_rows

    if format_ == "json":
        typer.echo(to_json_rows(frame))
    elif format_ == "csv":
        typer.echo(frame.write_csv(), nl=False)
    elif format_ == "parquet":
        frame.write_parquet(sys.stdout.buffer)
    else:
        _print_table(frame)


def _print_table(frame: pl.DataFrame) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold")
    for name, dtype in frame.schema.items():
        table.add_column(name, justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in frame.iter_rows():
        table.add_row(*(Text(_cell(value)) for value in row))
    # a terminal folds long cells; a pipe or a file gets every row on one line
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    console.print(table)
    console.print(f"{len(frame)} rows", highlight=False)


def _cell(value: object) -> str:
    if value is None:
        return "NULL"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def snapshots(call: Call) -> None:
    """All snapshots, oldest first."""
    sql = """select snapshot_id, month, created_at, n_groups, n_exports, n_rosters
             from core.dim_snapshot order by created_at, snapshot_id"""
    _show(call, sql, "core")


def diff(call: Call, earlier: str, later: str) -> None:
    """Cells of research.vintage that differ as of two snapshots, with both values."""
    from tasks.snapshot.difference import difference

    frame = difference(call.workspace, earlier, later)
    print_frame(frame, "json" if call.as_json else "table")


def conflicts(call: Call) -> None:
    """Listed contradictions about people, by group; pseudonymous."""
    sql = """select g.group_id, c.conflict_kind, c.member_key, c.n_labels, c.is_settled
             from ops.identity_conflict c join core.dim_group g on g.group_key = c.group_key and g.is_current
             order by 1, 2, 3"""
    _show(call, sql, "ops")


def dictionary(call: Call, out: Path | None) -> None:
    """Every table, column and indicator, from the descriptions the warehouse is made of."""
    from schemas.indicators import registry
    from tasks.measure.stage import computed_codes
    from tasks.publish.codebook import codebook_md
    from tasks.publish.dictionary import dictionary as describe

    frame = describe(registry(), computed_codes())
    if out is None:
        print_frame(frame, "json" if call.as_json else "table")
        return
    if not out.parent.is_dir():
        raise UsageError("there is no such folder to write into")
    out.write_text(codebook_md(frame), encoding="utf-8")
    call.answer({"written": str(out)}, lambda: typer.echo(f"written {out}"))


def _show(call: Call, sql: str, schema: str) -> None:
    from warehouse.query import query as ask

    print_frame(
        ask(call.workspace.settings.database_url, sql, schema=schema), "json" if call.as_json else "table"
    )
