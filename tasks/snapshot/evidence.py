"""What a snapshot of the workspace would rest on, and what the newest one came to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from schemas.indicators import definitions_hash
from tasks.land.land import read_ledger
from tasks.run import Run
from tasks.snapshot.manifest import GroupEvidence, Manifest
from warehouse.calendar import calendar_version
from warehouse.engine import Warehouse
from warehouse.reference.lexicon import lexicon_version
from warehouse.sources import code_version
from warehouse.stages import StageStore
from warehouse.workspace import Workspace


def manifest_of(workspace: Workspace, run: Run, accepted: Sequence[str]) -> Manifest:
    """The manifest of everything the accepted groups' numbers rest on, measured up to the run's month."""
    carried_over = sorted(set(workspace.vault.names("groups")) - set(accepted))
    return Manifest(
        month=run.month_start,
        groups={group_id: _evidence(workspace, group_id) for group_id in accepted},
        corrections_hash=_file_hash(workspace.landing / "corrections.toml"),
        groups_toml_hash=_file_hash(workspace.landing / "groups.toml"),
        lexicon_version=lexicon_version(),
        definitions_hash=definitions_hash(),
        calendar_version=calendar_version(),
        parameters={
            "minimum_group_n": workspace.settings.minimum_group_n,
            "carried_over": ",".join(carried_over),
        },
        code_version=code_version(),
    )


def _evidence(workspace: Workspace, group_id: str) -> GroupEvidence:
    ledger = read_ledger(workspace.vault, group_id)
    stages = StageStore(workspace.vault, group_id)
    return GroupEvidence(
        exports=tuple(ledger.metas),
        rosters=tuple(stages.facts("identify").get("roster_rows", {})),
        coverage_hash=str(stages.facts("measure").get("coverage_hash", "")),
    )


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.exists() else ""


def in_force(warehouse: Warehouse) -> str | None:
    """The snapshot of which the warehouse holds the rows.

    It is the newest one, unless a run since then met the inputs of an earlier one again.
    """
    for sql in (
        "SELECT snapshot_id FROM research.indicator LIMIT 1",
        "SELECT snapshot_id FROM core.dim_snapshot ORDER BY created_at DESC, snapshot_id DESC LIMIT 1",
    ):
        found = warehouse.read(sql)
        if len(found):
            return str(found.item())
    return None


def published(workspace: Workspace, run: Run) -> dict[str, object]:
    """Where a run's results are, for its receipt: snapshot, changed cells, warehouse, report, release."""
    warehouse = Warehouse(workspace.settings.database_url)
    file = workspace.home / "warehouse.duckdb"
    found: dict[str, object] = {"warehouse": str(file) if warehouse.dialect == "duckdb" else "postgresql"}
    if not warehouse.exists():
        return found
    snapshot_id = in_force(warehouse)
    if snapshot_id is None:
        return found
    changed = warehouse.read(
        "SELECT count(*) AS n FROM core.fact_indicator_vintage WHERE snapshot_id = :snapshot_id",
        {"snapshot_id": snapshot_id},
    )["n"].item()
    loaded = warehouse.read(
        "SELECT count(*) AS n FROM ops.load WHERE run_id = :run_id AND table_name = 'core.dim_snapshot'",
        {"run_id": run.run_id},
    )["n"].item()
    found |= {
        "snapshot_id": snapshot_id,
        "is_new_snapshot": bool(loaded),
        "n_changed_cells": int(changed) if loaded else 0,
    }
    release = workspace.releases / snapshot_id
    if release.is_dir():
        return found | {"release": str(release), "report": str(release / "report.html")}
    if workspace.config.study is None:
        report = workspace.home / "reports" / f"{snapshot_id}.html"
        note = "no release: groups.toml has no [study] block that says who answers for the data"
        return found | {"notes": [note], "report": str(report) if report.exists() else None}
    return found
