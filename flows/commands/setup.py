"""Commands that begin or care for an installation: ``init``, ``demo``, ``simulate``, ``doctor``, ``migrate``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer

from flows.call import Call
from flows.prefect_environment import prepare
from schemas.config import GROUP_ID
from schemas.errors import ExitCode, SolidarityError, UsageError
from warehouse.workspace import Workspace

#: The demo: months of history taken in at once, then monthly runs.
BACKFILL_MONTHS, MONTHLY_RUNS = 30, 6
DEMO = "demo.json"


def init(call: Call, group: str | None, name: str | None, timezone: str) -> None:
    """Write what a new installation needs; nothing is overwritten."""
    workspace = call.workspace
    if group is not None and not GROUP_ID.match(group):
        raise UsageError("a group's identifier is letters, digits, dot, dash, underscore")
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise UsageError("not an IANA time zone", next_step="for instance Asia/Jakarta") from None
    made = [*_folders(workspace, group), *_key(workspace), *_groups_toml(workspace, group, name, timezone)]
    call.answer({"home": str(workspace.home), "made": made}, lambda: _say_made(workspace.home, made))


def _say_made(home: Path, made: list[str]) -> None:
    for path in made:
        typer.echo(f"made {path}")
    if not made:
        typer.echo(f"{home} has everything already; nothing was changed")


def _folders(workspace: Workspace, group: str | None) -> list[str]:
    wanted = [(workspace.landing, 0o755), (workspace.home / "vault", 0o700), (workspace.releases, 0o755)]
    if group is not None:
        wanted += [(workspace.landing / group / part, 0o755) for part in ("exports", "rosters")]
    missing = [(folder, mode) for folder, mode in wanted if not folder.exists()]
    for folder, mode in missing:
        folder.mkdir(parents=True)
        folder.chmod(mode)
    return [str(folder) for folder, _ in missing]


def _key(workspace: Workspace) -> list[str]:
    from warehouse.keys import generate

    if workspace.settings.pseudonym_key is not None or workspace.key_file.exists():
        return []
    generate(workspace.key_file)
    return [str(workspace.key_file)]


def _groups_toml(workspace: Workspace, group: str | None, name: str | None, timezone: str) -> list[str]:
    path = workspace.landing / "groups.toml"
    if path.exists():
        return []
    lines = ["# What is declared about groups; everything has a default. See docs/curators.md."]
    if group is not None:
        words = (name or group).replace("\\", "\\\\").replace('"', '\\"')
        lines += ["", f'[groups."{group}"]', f'name = "{words}"', f'timezone = "{timezone}"']
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [str(path)]


def simulate(
    call: Call, out: Path, groups: int, members: int | None, months: int, messages_per_month: int, seed: int
) -> None:
    """Write a synthetic community and its truth."""
    from tasks.simulate import SimulationPlan, simulate, write_landing

    plan = SimulationPlan(groups=groups, months=months, messages_per_month=messages_per_month, seed=seed)
    if members is not None:
        plan = SimulationPlan.model_validate({**plan.model_dump(), "members": members})
    community = simulate(plan)
    write_landing(community, out)
    facts = {
        "landing": str(out / "landing"),
        "truth": str(out / "truth"),
        "messages": len(community.messages),
    }
    call.answer(
        facts,
        lambda: typer.echo(
            f"{facts['messages']:,} messages in {facts['landing']}, truth in {facts['truth']}"
        ),
    )


def demo(call: Call, seed: int) -> int:
    """A synthetic community handed in month by month, as it would be; begun again, it goes on where it stopped."""
    from flows.commands.running import run_flow, show_receipt
    from tasks.run import format_month
    from tasks.simulate import SimulationPlan, simulate, write_groups_toml, write_month, write_truth

    workspace = call.workspace
    progress = _demo_progress(workspace, seed)
    prepare(workspace.home)
    _folders(workspace, None)
    _key(workspace)
    from flows.backfill import backfill
    from flows.monthly import monthly

    community = simulate(SimulationPlan(groups=3, months=BACKFILL_MONTHS + MONTHLY_RUNS, seed=seed))
    months = community.month_starts
    write_truth(community, workspace.home)
    write_groups_toml(community, workspace.landing)
    for end in range(BACKFILL_MONTHS, len(months) + 1):
        last = format_month(months[end - 1])
        if last in progress["done"] and end < len(months):
            continue
        if last not in progress["done"]:
            for month in months[:end] if end == BACKFILL_MONTHS else months[end - 1 : end]:
                write_month(community, workspace.landing, month)
        if end == BACKFILL_MONTHS:
            receipt = run_flow(call, backfill, first=format_month(months[0]), last=last)
        else:
            receipt = run_flow(call, monthly, month=last)
        progress["done"] = sorted({*progress["done"], last})
        (workspace.home / DEMO).write_text(json.dumps(progress) + "\n", encoding="utf-8")
    return show_receipt(call, receipt)


def _demo_progress(workspace: Workspace, seed: int) -> dict[str, Any]:
    """How far the demo of this home has come; its marker also keeps a demo out of a home with real groups."""
    marker = workspace.home / DEMO
    if not marker.exists():
        if workspace.landing.is_dir() and any(workspace.landing.iterdir()):
            raise UsageError("this home holds real groups", next_step="name another folder with --home")
        workspace.home.mkdir(parents=True, exist_ok=True)
        marker.write_text(json.dumps({"seed": seed, "done": []}) + "\n", encoding="utf-8")
    progress: dict[str, Any] = json.loads(marker.read_text(encoding="utf-8"))
    if progress["seed"] != seed:
        raise UsageError(
            "this home holds the demo of another seed", next_step="name another folder with --home"
        )
    return progress


def doctor(call: Call) -> int:
    """Say of each thing an installation needs whether it is there; 2 when one is not."""
    checks: dict[str, Callable[[], object]] = {
        "settings and groups.toml can be read": lambda: call.workspace.config,
        "landing can be read": lambda: _readable(call.workspace.landing),
        "the vault is private": lambda: _private(call.workspace.home / "vault"),
        "the pseudonym key is there": lambda: _load_key(call.workspace),
        "the vault opens with its key": lambda: _opens(call.workspace),
        "the warehouse answers": lambda: _answers(call.workspace),
    }
    outcome = {name: _outcome(check) for name, check in checks.items()}
    call.answer(outcome, lambda: _say_outcome(outcome))
    return ExitCode.USAGE if any(problem for problem in outcome.values()) else ExitCode.DONE


def _outcome(check: Callable[[], object]) -> str | None:
    try:
        check()
    except SolidarityError as error:
        return error.describe()
    return None


def _say_outcome(outcome: dict[str, str | None]) -> None:
    for name, problem in outcome.items():
        typer.echo(f"{'ok ' if problem is None else 'NO '} {name}{'' if problem is None else f': {problem}'}")


def _readable(folder: Path) -> None:
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        raise UsageError("there is no landing folder that can be read", next_step="run `solidarity init`")


def _private(folder: Path) -> None:
    if not folder.is_dir():
        raise UsageError("there is no vault", next_step="run `solidarity init`")
    if folder.stat().st_mode & 0o077:
        raise UsageError("others may enter the vault", next_step="chmod 700 the vault folder")


def _load_key(workspace: Workspace) -> None:
    workspace.key()


def _opens(workspace: Workspace) -> None:
    for group_id in workspace.vault.names("groups"):
        name = f"groups/{group_id}/ledger.json"
        if workspace.vault.exists(name):
            workspace.vault.read_document(name)


def _answers(workspace: Workspace) -> None:
    from warehouse.drift import refuse_other_tables
    from warehouse.engine import Warehouse

    warehouse = Warehouse(workspace.settings.database_url)
    if not warehouse.exists():
        raise UsageError(
            "there is no warehouse yet", next_step="the first run makes it, or `solidarity migrate`"
        )
    refuse_other_tables(warehouse)


def migrate(call: Call) -> None:
    """Bring the warehouse to the newest schema, making it where there is none."""
    from warehouse.engine import Warehouse

    Warehouse(call.workspace.settings.database_url).create()
    call.answer({"migrated": True}, lambda: typer.echo("the warehouse has the newest schema"))
