"""Commands that look at files: ``inspect`` and ``status``. No Prefect, no warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows.call import Call, say
from schemas.errors import ExitCode, FileRefused, UsageError
from schemas.vocabulary import DateOrder


def inspect(call: Call, file: Path, date_order: DateOrder | None) -> int:
    """Show what is in a file; 3 when it would be refused."""
    from tasks.parse.inspect import inspect_file

    if not file.exists():
        raise UsageError("there is no such file")
    try:
        found = inspect_file(file, date_order=date_order)
    except FileRefused as error:
        refusal = error
    else:
        call.answer(found, lambda: _say(found))
        return ExitCode.DONE
    call.answer({"refused": refusal.reason, **refusal.counts}, lambda: _say_refused(refusal))
    return refusal.exit_code


def _say(found: dict[str, Any]) -> None:
    width = max(len(name) for name in found)
    for name, value in found.items():
        shown = len(value) if name == "chats" else value
        say(f"{name.replace('_', ' '):<{width}}  {shown}")


def _say_refused(refusal: FileRefused) -> None:
    say(f"refused: {refusal.reason.replace('_', ' ')}")
    say(f"what to do: {refusal.next_step}")


def status(call: Call) -> None:
    """Per group what was taken in, what was refused and why, and when the next export is due."""
    from tasks.land.discover import group_ids
    from tasks.status import group_status

    workspace = call.workspace
    found = [group_status(workspace, group_id) for group_id in group_ids(workspace.landing, workspace.config)]
    call.answer([status.model_dump(mode="json") for status in found], lambda: _say_status(found))


def _say_status(found: list[Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=None, header_style="bold")
    for heading in ("group", "exports", "rosters", "refused", "last message", "next export due"):
        table.add_column(heading)
    for group in found:
        table.add_row(
            group.group_id,
            str(group.n_exports),
            str(group.n_rosters),
            str(len(group.refused)),
            str(group.last_message_date or "-"),
            str(group.next_export_due or "-"),
        )
    console = Console()
    console.print(table)
    for group in found:
        for refused in group.refused:
            console.print(
                f"{group.group_id}: {refused.file} was refused: {refused.reason}. {refused.next_step}",
                markup=False,
            )
