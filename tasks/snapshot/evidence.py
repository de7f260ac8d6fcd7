"""What a snapshot of the workspace would rest on, and what the newest one came to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from schemas.corrections import read_corrections
from schemas.indicators import definitions_hash
from tasks.land.dates import stated_date
from tasks.land.land import read_ledger
from tasks.land.ledger import Ledger
from tasks.rights.tombstones import erasures_hash
from tasks.run import Run
from tasks.snapshot.manifest import GroupEvidence, Manifest
from warehouse.calendar import calendar_version
from warehouse.engine import Warehouse
from warehouse.keys import digest_key
from warehouse.reference.lexicon import lexicon_version
from warehouse.sources import code_version
from warehouse.stages import StageStore, hash_inputs
from warehouse.workspace import Workspace

_DIGITS = 12


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
        erasures_hash=erasures_hash(workspace.vault),
        consent_hash=_consent_hash(workspace, accepted),
    )


def _consent_hash(workspace: Workspace, accepted: Sequence[str]) -> str:
    """Over those who withdrew or objected, of all groups together: which group it was is nobody's business."""
    found = [
        StageStore(workspace.vault, group_id).facts("measure").get("consent_hash") for group_id in accepted
    ]
    stated = [one for one in found if one]
    return hashlib.sha256(",".join(stated).encode()).hexdigest()[:12] if stated else ""


def _evidence(workspace: Workspace, group_id: str) -> GroupEvidence:
    ledger = read_ledger(workspace.vault, group_id)
    stages = StageStore(workspace.vault, group_id)
    return GroupEvidence(
        exports=tuple(ledger.metas),
        rosters=tuple(stages.facts("identify").get("roster_rows", {})),
        coverage_hash=str(stages.facts("measure").get("coverage_hash", "")),
        lists_hash=_lists_hash(ledger),
        declared_hash=_declared_hash(workspace, group_id),
        judged_hash=_judged_hash(workspace, stages.facts("measure").get("judged")),
    )


def _lists_hash(ledger: Ledger) -> str:
    """Over the days for which lists of people speak; "" without a list. A list renamed may speak for another day."""
    rows = []
    for kind in ("roster", "participants"):
        for file_id, content in ledger.contents(kind).items():
            days = {stated_date(PurePosixPath(path).name) for path in ledger.paths(file_id)} - {None}
            rows.append((kind, file_id, sorted(map(str, days)) or [str(content.month)]))
    return hash_inputs(lists=sorted(rows))[:_DIGITS] if rows else ""


def _judged_hash(workspace: Workspace, judged: list[list[str | float | None]] | None) -> str:
    """Keyed: few figures of few coded turns could be guessed from a plain hash, and the manifest is published."""
    return digest_key(workspace.vault).token("judged", json.dumps(judged))[:_DIGITS] if judged else ""


def _declared_hash(workspace: Workspace, group_id: str) -> str:
    """Over what is declared about a group and those whose history it goes on with."""
    config, chain = workspace.config, workspace.config.chain_of(group_id)
    corrections = read_corrections(workspace.landing / "corrections.toml").for_group(*chain)
    return hash_inputs(
        groups={one: config.group(one).model_dump(mode="json") for one in chain},
        community=config.community_of(group_id),
        unknown_age=config.study.unknown_age if config.study else None,
        corrections=corrections.model_dump(mode="json"),
    )[:_DIGITS]


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
