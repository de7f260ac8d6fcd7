"""Commands that read the warehouse: ``query``, ``snapshots``, ``diff``, ``conflicts``, ``dictionary``."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.call import Call
from schemas.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import polars as pl

    from tasks.identify.explain import Explanation
    from tasks.snapshot.rebuild import Rebuilt
    from warehouse.queries import Question

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


def statement(sql: str | None, name: str | None, parameters: list[str]) -> str:
    """The statement asked: as written, or that of a named question.

    Raises:
        UsageError: both or neither is given, or a parameter is not of the form name=value.
    """
    from warehouse.queries import question

    if (sql is None) == (name is None):
        raise UsageError(
            "give a statement, or --name with a question", next_step="see `solidarity questions`"
        )
    if name is None:
        if parameters:
            raise UsageError("--param goes with --name")
        return sql or ""
    pairs = [part.partition("=") for part in parameters]
    if any(not sign for _, sign, _ in pairs):
        raise UsageError("a parameter is given as --param name=value")
    return question(name).statement({key: value for key, _, value in pairs})


def questions(call: Call, name: str | None) -> None:
    """All research questions, or one of them with its SQL."""
    from warehouse.queries import question
    from warehouse.queries import questions as every

    chosen = list(every().values()) if name is None else [question(name)]
    document = [
        {
            "name": one.name,
            "slug": one.slug,
            "en": one.en,
            "id": one.id,
            "grain": one.grain,
            "caveat": one.caveat,
            "parameters": dict(one.parameters),
            **({} if name is None else {"sql": one.statement({})}),
        }
        for one in chosen
    ]
    call.answer(
        document, lambda: typer.echo("\n".join(_told(one, name is not None) for one in chosen), nl=False)
    )


def _told(one: Question, with_sql: bool) -> str:
    """A question in words."""
    lines = [f"{one.name}  {one.en}", f"     {one.id}"]
    if with_sql:
        lines += [f"     grain: {one.grain}", f"     caveat: {one.caveat}"]
        lines += [f"     --param {key}=…  {about}" for key, about in one.parameters.items()]
        lines += ["", one.statement({})]
    return "\n".join([*lines, ""])


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
    sql = """select s.snapshot_id, s.month, s.created_at, s.n_groups, s.n_exports, s.n_rosters,
             coalesce(v.n, 0) as n_changed_cells, coalesce(r.n, 0) as n_revised_cells, s.successor_snapshot_id
             from core.dim_snapshot s
             left join (select snapshot_id, count(*) as n from core.fact_indicator_vintage group by 1) v
               on v.snapshot_id = s.snapshot_id
             left join (select snapshot_id, count(*) as n from core.fact_revision group by 1) r
               on r.snapshot_id = s.snapshot_id
             order by s.created_at, s.snapshot_id"""
    _show(call, sql, "core")


def rebuild(call: Call, what: list[str], out: Path | None, wait: int) -> int:
    """Rebuild a snapshot from the vault; exits with 1 when it does not come out as it was."""
    from tasks.snapshot.rebuild import rebuild as anew

    if len(what) != 2 or what[0] != "rebuild":
        raise UsageError("say nothing, or `rebuild` and one snapshot")
    found = anew(call.workspace, what[1], out=out, wait_s=wait)
    call.answer(found.document(), lambda: _say_rebuilt(found))
    return ExitCode.DONE if found.is_same else ExitCode.UNEXPECTED


def _say_rebuilt(found: Rebuilt) -> None:
    hashes = (
        ("manifest", found.manifest_sha256, found.rebuilt_manifest_sha256),
        ("numbers", found.numbers_sha256, found.rebuilt_numbers_sha256),
    )
    verdict = "the same" if found.is_same else "not the same"
    typer.echo(f"{found.snapshot_id}: rebuilt from the vault, {verdict}")
    for name, was, became in hashes:
        typer.echo(f"  {name}: {was[:12]} -> {became[:12]}")
    typer.echo(f"  groups: {found.n_groups}; cells compared: {found.n_cells}, different: {found.n_different}")
    for group_id in found.differing_groups:
        typer.echo(f"  other numbers: {group_id}")
    for group_id, snapshot_id in found.carried_over.items():
        typer.echo(f"  taken over, not measured: {group_id}; rebuild {snapshot_id} for it")
    for group_id in found.not_told:
        typer.echo(f"  compared by hash alone, its past is not told any more: {group_id}")
    if found.written:
        typer.echo(f"  facts as of then: {found.written}")


def diff(call: Call, earlier: str, later: str) -> None:
    """Cells of research.vintage that differ as of two snapshots, with both values."""
    from tasks.snapshot.difference import difference

    frame = difference(call.workspace, earlier, later)
    print_frame(frame, "json" if call.as_json else "table")


def conflicts(call: Call, show: str | None) -> None:
    """Listed contradictions about people, by group, pseudonymous; or one of them with names, from the vault."""
    if show is not None:
        _show_conflict(call, show)
        return
    sql = """select g.group_id, c.conflict_key as conflict_id, c.conflict_kind, c.member_key, c.n_labels, c.is_settled
             from ops.identity_conflict c join core.dim_group g on g.group_key = c.group_key and g.is_current
             order by 1, 3, 2, 4"""
    _show(call, sql, "ops")


def _show_conflict(call: Call, conflict_id: str) -> None:
    from tasks.identify.explain import explain

    found = explain(call.workspace, conflict_id, dt.datetime.now().astimezone().date())
    call.answer(found, lambda: _say_conflict(found))


def _say_conflict(found: Explanation) -> None:
    typer.echo(f"{found['group_id']}  {found['conflict_id']}  {found['kind']}")
    typer.echo(found["meaning"] + (" A declared line settles it." if found["is_settled"] else ""))
    for heading, words in (
        ("shown as", found["labels"]),
        ("members", found["member_ids"]),
        ("names", found["names"]),
    ):
        typer.echo(f"{heading}: {', '.join(words) or '-'}")
    typer.echo("\nTo settle it, put one of these into landing/corrections.toml:\n")
    typer.echo("\n\n".join(found["remedies"]))


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
