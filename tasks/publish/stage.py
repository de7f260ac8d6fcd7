"""The publish stage: research tables inside the run's transaction; report and release after it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from schemas.errors import SolidarityError, UsageError
from schemas.indicators import registry
from schemas.tables import in_schema
from tasks.load.stage import GroupLoad
from tasks.measure.stage import computed_codes
from tasks.publish.limits import Limits
from tasks.publish.public import PUBLIC
from tasks.publish.release import release_name, verify_release, write_release
from tasks.publish.report.page import render_report
from tasks.publish.research import READ, enclave_tables, research_tables
from tasks.publish.withdrawal import is_withdrawn, withdraw_releases
from tasks.run import Run
from tasks.snapshot.evidence import in_force
from tasks.snapshot.manifest import Manifest
from tasks.trends.memory import Memory
from warehouse.engine import Warehouse
from warehouse.failpoints import reach
from warehouse.workspace import Workspace


def publish_snapshot(this: GroupLoad) -> int:
    """Write every table of ``research`` and ``enclave`` anew from the core as loaded; returns rows published."""
    if this.load is None:
        return 0
    core = {
        name: this.load.read(f"SELECT {', '.join(columns)} FROM {name}") for name, columns in READ.items()
    }
    memory = Memory(this.workspace.vault)
    tables = research_tables(
        core,
        definitions=registry(),
        computed=computed_codes(),
        groups=this.workspace.config.groups,
        snapshot_id=this.manifest.snapshot_id,
        limits=Limits().tightened(min_group_n=this.workspace.settings.minimum_group_n),
        memory=memory,
    )
    memory.tidy()
    reach("publish.tables")
    for name, frame in enclave_tables(core).items():
        this.load.replace_all(name, frame)
    return sum(this.load.replace_all(name, frame) for name, frame in tables.items())


def release_run(workspace: Workspace, run: Run) -> str | None:
    """The report of the snapshot in force, and its release where a study answers for the data; returns its id."""
    snapshot_id = in_force(Warehouse(workspace.settings.database_url))
    if snapshot_id is None:
        return None
    withdraw_releases(workspace.home, withdrawn_snapshots(workspace))
    if workspace.config.study is not None:
        if not (workspace.releases / snapshot_id).is_dir():
            release_snapshot(workspace, snapshot_id)
    else:
        _write_report(workspace, snapshot_id)
    return snapshot_id


def release_snapshot(workspace: Workspace, snapshot_id: str, *, public: bool = False) -> Path:
    """Write the release of the snapshot in force; another is there already or cannot be had.

    ``public``: the one for everybody, with rounded figures under tighter limits; it stands beside the other.

    Raises:
        UsageError: the snapshot is not in force and was never released.
        ConfigurationError: no study answers for the data.
    """
    known = _snapshots(workspace)
    if snapshot_id not in known["snapshot_id"].to_list():
        raise UsageError("there is no such snapshot", next_step="see `solidarity snapshots`")
    withdrawn = withdrawn_snapshots(workspace)
    if snapshot_id in withdrawn:
        raise UsageError(f"this snapshot was withdrawn; {withdrawn[snapshot_id]} stands in its place")
    folder = workspace.releases / release_name(snapshot_id, is_public=public)
    if snapshot_id != in_force(Warehouse(workspace.settings.database_url)):
        if folder.is_dir():
            return folder
        raise UsageError("only the newest snapshot can be released", next_step="run its month again first")
    known = _up_to(known, snapshot_id)
    reach("publish.release")
    tables = _public(workspace, snapshot_id) if public else _published(workspace)
    manifest = Manifest.from_json(known["manifest_json"][-1])
    return write_release(
        workspace.releases,
        tables,
        manifest=manifest,
        study=workspace.config.study,
        report_html=_report(workspace, tables, known),
        is_public=public,
    )


def withdrawn_snapshots(workspace: Workspace) -> dict[str, str]:
    """Withdrawn snapshot -> the one that stands in its place now, itself not withdrawn."""
    rows = _snapshots(workspace).filter(pl.col("withdrawn_at").is_not_null())
    return dict(rows.select("snapshot_id", "successor_snapshot_id").iter_rows())


def verify_snapshot(workspace: Workspace, snapshot_id: str) -> list[str]:
    """What is wrong with a release, in words; nothing when it is as written."""
    folder = workspace.releases / snapshot_id
    if not folder.is_dir():
        raise UsageError("there is no such release")
    if is_withdrawn(folder):
        return ["it was withdrawn: see withdrawn.json for the snapshot in its place"]
    try:
        verify_release(folder)
    except SolidarityError as error:
        return [error.describe()]
    return []


def _write_report(workspace: Workspace, snapshot_id: str) -> None:
    path = workspace.home / "reports" / f"{snapshot_id}.html"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        temporary.write_text(
            _report(workspace, _published(workspace), _up_to(_snapshots(workspace), snapshot_id)),
            encoding="utf-8",
        )
        temporary.replace(path)


def _published(workspace: Workspace) -> dict[str, pl.DataFrame]:
    warehouse = Warehouse(workspace.settings.database_url)
    return {
        table.qualified: table.conform(warehouse.read(f"SELECT * FROM {table.qualified}"))
        for table in in_schema("research")
    }


def _public(workspace: Workspace, snapshot_id: str) -> dict[str, pl.DataFrame]:
    """The research tables for everybody, from the core of the snapshot in force."""
    warehouse, settings = Warehouse(workspace.settings.database_url), workspace.settings
    with warehouse.reader() as reader:
        core = {
            name: reader.read(f"SELECT {', '.join(columns)} FROM {name}") for name, columns in READ.items()
        }
    return research_tables(
        core,
        definitions=registry(),
        computed=computed_codes(),
        groups=workspace.config.groups,
        snapshot_id=snapshot_id,
        limits=PUBLIC.tightened(min_group_n=max(PUBLIC.min_group_n, settings.minimum_group_n)),
        is_public=True,
    )


def _snapshots(workspace: Workspace) -> pl.DataFrame:
    warehouse = Warehouse(workspace.settings.database_url)
    return warehouse.read("SELECT * FROM core.dim_snapshot ORDER BY created_at, snapshot_id")


def _up_to(known: pl.DataFrame, snapshot_id: str) -> pl.DataFrame:
    """Snapshots up to one, which comes last."""
    return known.head(known["snapshot_id"].to_list().index(snapshot_id) + 1)


def _report(workspace: Workspace, tables: dict[str, pl.DataFrame], known: pl.DataFrame) -> str:
    warehouse = Warehouse(workspace.settings.database_url)
    names = warehouse.read("SELECT group_id, group_name FROM core.dim_group WHERE is_current")
    shocks = warehouse.read(
        "SELECT shock, shock_date, group_id FROM core.dim_shock ORDER BY shock_date, shock"
    )
    return render_report(
        tables,
        definitions=registry(),
        computed=computed_codes(),
        manifest=Manifest.from_json(known["manifest_json"][-1]),
        study=workspace.config.study,
        group_names=dict(names.iter_rows()),
        dates=warehouse.read("SELECT * FROM core.dim_date"),
        shocks=list(shocks.iter_rows()),
        previous_snapshot_id=known["snapshot_id"][-2] if len(known) > 1 else None,
    )
