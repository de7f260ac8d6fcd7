"""Commands for a data subject's rights and for the key: ``forget``, ``subject``, ``rotate-key``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.call import Call
from flows.prefect_environment import prepare
from schemas.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from tasks.rights.forget import Forgotten

_STDIN = "-"


def _number(phone: str | None) -> str | None:
    """The telephone number that stands on stdin: arguments can be read by everybody on the machine."""
    if phone is None:
        return None
    if phone != _STDIN:
        raise UsageError("a telephone number is no argument", next_step="use --phone - and write it to stdin")
    number = sys.stdin.readline().strip()
    if not number:
        raise UsageError(
            "there is no telephone number on stdin", next_step="echo NUMBER | solidarity ... --phone -"
        )
    return number


def _one(member: str | None, phone: str | None) -> None:
    if (member is None) == (phone is None):
        raise UsageError("name one person", next_step="use either --member ID or --phone -")


def forget(call: Call, member: str | None, phone: str | None, purge_landing: bool, wait: int) -> int:
    """Erase everything held about one person; 1 when the search still finds something."""
    from tasks.rights.forget import forget as erase

    _one(member, phone)
    number = _number(phone)
    workspace = call.workspace
    workspace.key()
    _ = workspace.config
    prepare(workspace.home)
    done = erase(workspace, member=member, phone=number, purge_landing=purge_landing, wait_s=wait)
    call.answer(done.document(), lambda: _say(done))
    return ExitCode.UNEXPECTED if done.found else ExitCode.DONE


def _say(done: Forgotten) -> None:
    typer.echo(f"erased; the person was found by {done.matched_by}")
    typer.echo(f"  files of the vault changed: {done.changed_files}")
    typer.echo(f"  rows taken out of the warehouse: {sum(done.removed_rows.values())}")
    for snapshot_id in done.withdrawn:
        typer.echo(f"  withdrawn: {snapshot_id}")
    if done.snapshot_id:
        typer.echo(f"  in force now: {done.snapshot_id}")
    if done.purged:
        typer.echo(f"  files deleted from landing: {done.purged}")
    elif done.landing:
        typer.echo("  landing still holds the person; delete these, or forget with --purge-landing:")
        for place in done.landing:
            typer.echo(f"    {place}")
    for name in done.by_hand:
        typer.echo(f"  mend by hand: landing/{name}")
    if done.backups_out_of_reach:
        typer.echo(
            f"  backups out of reach: {done.backups_out_of_reach}; a restore needs this vault's erasures"
        )
    typer.echo(f"  searched {done.searched} files and tables for {done.searched_for} signs of the person")
    for place in done.found:
        typer.echo(f"  STILL THERE: {place}", err=True)
    if not done.found:
        typer.echo("  nothing was found")


def subject(call: Call, member: str | None, phone: str | None, out: Path | None) -> int:
    """Write everything held about one person into a file that only the operator can read."""
    from tasks.rights.subject import tell

    _one(member, phone)
    told = tell(call.workspace, member=member, phone=_number(phone), out=out)
    call.answer(
        told, lambda: typer.echo(f"found by {told['matched_by']}; written {told['file']} (mode 0600)")
    )
    return ExitCode.DONE


def rotate_key(call: Call, wait: int) -> int:
    """Put a new pseudonym key in force."""
    from tasks.rights.rotate import rotate

    prepare(call.workspace.home)
    done = rotate(call.workspace, wait_s=wait)
    call.answer(
        done, lambda: typer.echo(f"key {done['old_key_id']} -> {done['key_id']}; {done['people']} people")
    )
    return ExitCode.DONE
