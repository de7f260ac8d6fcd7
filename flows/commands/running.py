"""Commands that run a flow and show its receipt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.call import Call
from flows.prefect_environment import prepare
from schemas.errors import ExitCode, SolidarityError, UsageError

if TYPE_CHECKING:
    from tasks.receipt import Receipt


def monthly(call: Call, month: str | None, wait: int) -> int:
    """Run the monthly flow in this process and print its receipt."""
    _make_ready(call)
    from flows.monthly import monthly as flow

    return show_receipt(call, run_flow(call, flow, month=month, wait=wait))


def ingest(call: Call, month: str | None, wait: int) -> int:
    """Run the ingest flow in this process and print its receipt."""
    _make_ready(call)
    from flows.ingest import ingest as flow

    return show_receipt(call, run_flow(call, flow, month=month, wait=wait))


def backfill(call: Call, first: str, last: str, wait: int) -> int:
    """Run the backfill flow in this process and print its receipt."""
    _make_ready(call)
    from flows.backfill import backfill as flow

    return show_receipt(call, run_flow(call, flow, first=first, last=last, wait=wait))


def consent(call: Call, wait: int) -> int:
    """Run the consent flow in this process and print its receipt."""
    _make_ready(call)
    from flows.consent import consent as flow

    return show_receipt(call, run_flow(call, flow, wait=wait))


def _make_ready(call: Call) -> None:
    """Refuse before anything is written when there is no key or groups.toml cannot be used."""
    call.workspace.key()
    _ = call.workspace.config
    prepare(call.workspace.home)


def run_flow(call: Call, flow: Any, **parameters: Any) -> Receipt:
    """Run a flow to its end with progress on stderr.

    Raises:
        SolidarityError: the run failed before it could write a receipt.
    """
    from rich.console import Console

    from tasks import receipt as receipts

    with Console(stderr=True).status(f"{flow.name} is running"):
        state = flow(**parameters, return_state=True)
    receipt = receipts.read(call.workspace.vault, state.state_details.flow_run_id.hex)
    if receipt is not None:
        return receipt
    error = state.result(raise_on_failure=False)
    raise error if isinstance(error, SolidarityError) else SolidarityError(f"the run ended as {state.name}")


def show_receipt(call: Call, receipt: Receipt) -> int:
    """Print a receipt; returns its exit code."""
    from flows.commands.receipt_in_words import in_words

    call.answer(receipt.model_dump(mode="json"), lambda: in_words(receipt))
    return receipt.exit_code


def dry_run(call: Call) -> int:
    """Say what a run would take in, changing nothing."""
    from tasks.land.discover import files_of, group_ids
    from tasks.land.land import read_ledger
    from tasks.rights.places import place_mask

    workspace = call.workspace
    found = []
    for group_id in group_ids(workspace.landing, workspace.config):
        known, mask = read_ledger(workspace.vault, group_id).entries, place_mask(workspace, group_id)
        new = [
            file.relative
            for file in files_of(workspace.landing, group_id)
            if (entry := known.get(mask(file.relative))) is None or entry.mtime_ns != file.mtime_ns
        ]
        found.append({"group_id": group_id, "would_take_in": new})

    def show() -> None:
        import typer

        for group in found:
            typer.echo(f"{group['group_id']}: {len(group['would_take_in'])} files to take in")
            for name in group["would_take_in"]:
                typer.echo(f"  {name}")

    call.answer(found, show)
    return ExitCode.DONE


def retry(call: Call, file: Path) -> int:
    """Forget that a file was seen, and take in again."""
    from tasks.land.land import forget_file
    from tasks.rights.places import place_mask

    workspace = call.workspace
    path = file.absolute()
    if not path.is_relative_to(workspace.landing.absolute()):
        raise UsageError("the file does not lie in landing")
    relative = path.relative_to(workspace.landing.absolute())
    mask = place_mask(workspace, relative.parts[0])
    forget_file(workspace.vault, relative.parts[0], mask(Path(*relative.parts[1:]).as_posix()))
    return ingest(call, None, 0)


def release(call: Call, what: list[str], public: bool) -> int:
    """Write the release of the newest snapshot, or verify the checksums of one."""
    from tasks.publish.stage import release_snapshot, verify_snapshot

    if len(what) == 2 and what[0] == "verify":
        problems = verify_snapshot(call.workspace, what[1])
        call.answer({"snapshot_id": what[1], "problems": problems}, lambda: _say_problems(what[1], problems))
        return ExitCode.UNEXPECTED if problems else ExitCode.DONE
    if len(what) != 1:
        raise UsageError("name one snapshot, or `verify` and one snapshot")
    folder = release_snapshot(call.workspace, what[0], public=public)
    call.answer({"snapshot_id": what[0], "release": str(folder)}, lambda: _say_release(folder))
    return ExitCode.DONE


def _say_problems(snapshot_id: str, problems: list[str]) -> None:
    import typer

    typer.echo(f"{snapshot_id}: {'sound' if not problems else 'not as written'}")
    for problem in problems:
        typer.echo(f"  {problem}")


def _say_release(folder: Path) -> None:
    import typer

    typer.echo(f"release: {folder}")
