"""The log of runs, in the vault; copied into ``ops.run`` with each load (see docs/decisions/0003)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import polars as pl

from schemas.errors import ExitCode
from schemas.tables import TABLES
from tasks import receipt as receipts
from tasks.land.discover import group_ids, misplaced_files, unusable_folders
from tasks.land.land import read_ledger
from tasks.land.ledger import Ledger
from tasks.measure.stage import STAGE as MEASURE
from tasks.receipt import GroupReceipt, Receipt
from tasks.run import Run
from tasks.snapshot.evidence import published
from tasks.status import group_status, refused_files
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

RUN = TABLES["ops.run"]


def open_run(workspace: Workspace, run: Run) -> None:
    """Enter a run in the log as running."""
    entry = {
        "run_id": run.run_id,
        "flow": run.flow,
        "month": run.month_start.isoformat(),
        "started_at": _now(),
    }
    workspace.vault.write_document(_name(run.run_id), entry | {"run_status": "running"})


def close_run(workspace: Workspace, run: Run) -> None:
    """Write the receipt, and enter in the log how the run ended."""
    receipt = compose(workspace, run)
    receipts.keep(workspace.vault, receipt)
    entry = workspace.vault.read_document(_name(run.run_id))
    outcome = {"ended_at": _now(), "run_status": "completed", "exit_code": receipt.exit_code}
    counts = {"snapshot_id": receipt.snapshot_id, "n_groups": len(receipt.groups)}
    workspace.vault.write_document(_name(run.run_id), entry | outcome | counts)
    workspace.vault.remove(f"runs/{run.run_id}")


def fail_run(workspace: Workspace, run: Run, exit_code: ExitCode) -> None:
    """Enter in the log that a run failed; its receipt is the error it raised."""
    entry = workspace.vault.read_document(_name(run.run_id))
    outcome = {"ended_at": _now(), "run_status": "failed", "exit_code": int(exit_code)}
    workspace.vault.write_document(_name(run.run_id), entry | outcome)


def run_rows(workspace: Workspace) -> pl.DataFrame:
    """``ops.run``: all runs, the present one as running; counts of files are of the whole installation."""
    vault = workspace.vault
    entries = [vault.read_document(f"run_log/{name}") for name in vault.names("run_log")]
    ledgers = [read_ledger(vault, group_id) for group_id in vault.names("groups")]
    counts = {
        "n_groups": len(ledgers),
        "n_exports": sum(len(ledger.metas) for ledger in ledgers),
        "n_rosters": sum(len(ledger.contents("roster")) for ledger in ledgers),
    }
    rows = [dict.fromkeys(RUN.names) | counts | entry for entry in entries]
    frame = pl.DataFrame(rows, infer_schema_length=None) if rows else RUN.empty()
    times = [
        pl.col(name).cast(pl.String).str.to_datetime(time_unit="us") for name in ("started_at", "ended_at")
    ]
    return RUN.conform(frame.with_columns(pl.col("month").str.to_date(), *times)) if rows else frame


def compose(workspace: Workspace, run: Run) -> Receipt:
    """The receipt of a run, from what it left behind in the vault and the warehouse."""
    verdict = _verdict(workspace, run)
    told = {run.run_id} | _untold_runs(workspace)
    groups = [
        _group_receipt(workspace, run, told, group_id, group_id in verdict["failed_groups"])
        for group_id in group_ids(workspace.landing, workspace.config)
    ]
    receipt = receipts.started(run).model_copy(
        update={
            "groups": groups,
            "n_unusable_folders": unusable_folders(workspace.landing),
            "n_misplaced_files": misplaced_files(workspace.landing),
            "n_failed_expectations": verdict["n_failed"],
        }
    )
    whole = receipt.model_copy(update=published(workspace, run) if run.flow != "ingest" else {})
    return whole.model_copy(update={"exit_code": _exit_code(whole)})


def _untold_runs(workspace: Workspace) -> set[str]:
    """Runs since the last one that gave a receipt: what they took in or refused, nobody was told yet."""
    entries = [workspace.vault.read_document(f"run_log/{name}") for name in workspace.vault.names("run_log")]
    told = max((entry["started_at"] for entry in entries if entry["run_status"] == "completed"), default="")
    return {entry["run_id"] for entry in entries if entry["started_at"] > told}


def _exit_code(receipt: Receipt) -> ExitCode:
    if any(group.is_carried_over for group in receipt.groups):
        return ExitCode.CRITICAL_EXPECTATION
    n_left_out = receipt.n_refused + receipt.n_unusable_folders + receipt.n_misplaced_files
    return ExitCode.FILE_REFUSED if n_left_out else ExitCode.DONE


def _group_receipt(
    workspace: Workspace, run: Run, told: set[str], group_id: str, is_carried_over: bool
) -> GroupReceipt:
    """One group's part; ``told`` are the runs whose files this receipt accounts for."""
    ledger = read_ledger(workspace.vault, group_id)
    status = group_status(workspace, group_id)
    stages = StageStore(workspace.vault, group_id)
    counts = _file_counts(ledger, told)
    measured = stages.facts(MEASURE)
    return GroupReceipt(
        group_id=group_id,
        n_new=counts["new"],
        n_duplicate=counts["duplicate"],
        n_known=counts["known"],
        refused=refused_files(ledger, told),
        n_messages=status.n_messages,
        n_people=int(stages.facts("identify").get("n_people", 0)),
        n_quarantined_rows=int(stages.facts("validate").get("n_quarantined", 0)),
        n_conflicts=status.n_conflicts,
        cells_computed=int(measured.get("cells_computed", 0)) if measured.get("run_id") == run.run_id else 0,
        is_carried_over=is_carried_over,
        next_export_due=status.next_export_due,
    )


def _file_counts(ledger: Ledger, told: set[str]) -> Counter[str]:
    """Files by what became of them: ``new``, ``duplicate`` and ``refused`` in these runs, ``known`` from before."""
    seen = {
        c.file_id for entry in ledger.entries.values() if entry.run_id not in told for c in entry.contents
    }
    counts: Counter[str] = Counter()
    for entry in ledger.entries.values():
        ids = {content.file_id for content in entry.contents}
        if entry.run_id not in told:
            counts["known"] += 1
        elif not ids - set(ledger.refused):
            counts["refused"] += 1
        else:
            counts["new" if ids - seen else "duplicate"] += 1
        seen |= ids
    return counts


def _verdict(workspace: Workspace, run: Run) -> dict[str, Any]:
    name = f"runs/{run.run_id}/verdict.json"
    if workspace.vault.exists(name):
        return dict(workspace.vault.read_document(name))
    return {"failed_groups": [], "n_failed": 0}


def _name(run_id: str) -> str:
    return f"run_log/{run_id}.json"


def _now() -> str:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat()
