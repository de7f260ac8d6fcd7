"""The snapshot stage: freeze what was loaded; inside the run's one transaction."""

from __future__ import annotations

import datetime as dt

import polars as pl

from schemas.indicators import newest
from schemas.tables import TABLES
from tasks.load.stage import GroupLoad
from tasks.snapshot.kept import keep
from tasks.snapshot.manifest import Manifest
from tasks.snapshot.revisions import revisions
from tasks.snapshot.vintages import as_of, changed_cells
from tasks.trends.memory import Memory
from tasks.trends.stage import load_trends
from warehouse.failpoints import reach
from warehouse.keys import group_key
from warehouse.load import Load


def take_snapshot(this: GroupLoad) -> str | None:
    """Enter the snapshot, the cells it changed, what it restated and the trends; returns its id.

    Nothing happens when the warehouse holds the rows of the same inputs. Where an earlier snapshot had
    them, its rows are put in force again; the past, which it is part of, stays as it is.
    """
    load, manifest = this.load, this.manifest
    if load is None:
        return None
    reach("snapshot.frozen")
    earlier = load.read("SELECT * FROM core.dim_snapshot").sort("created_at", "snapshot_id")
    _name_rows_after_snapshot(this, load)
    current = newest(load.read("SELECT * FROM core.fact_indicator"))
    vintage = load.read("SELECT * FROM core.fact_indicator_vintage")
    known = earlier["snapshot_id"].to_list()
    groups, memory = this.workspace.config.groups, Memory(this.workspace.vault)
    load_trends(load, current, this.changed, groups, manifest.snapshot_id, memory)
    if manifest.snapshot_id in known:
        return manifest.snapshot_id
    load.append("core.fact_indicator_vintage", changed_cells(current, vintage, known, manifest.snapshot_id))
    if known:
        stated = vintage if this.struck is None or this.struck.vintage is None else this.struck.vintage
        old = Manifest.from_json(earlier["manifest_json"][-1])
        found = revisions(as_of(stated, known, known[-1]), current, old, manifest)
        load.append("core.fact_revision", found.rows)
        load.append("core.fact_restatement", found.restatements)
    numbers_sha256 = keep(this.workspace, manifest, known[-1] if known else None)
    load.append("core.dim_snapshot", _snapshot_row(manifest, numbers_sha256))
    return manifest.snapshot_id


def _name_rows_after_snapshot(this: GroupLoad, load: Load) -> None:
    """Rows of accepted groups that did not change belong to this snapshot too; carried-over ones do not."""
    unchanged = [group_key(group_id) for group_id in this.accepted if group_id not in this.changed]
    if not unchanged:
        return
    for name in ("core.fact_indicator", "core.fact_indicator_detail"):
        rows = load.read(f"SELECT * FROM {name}").filter(pl.col("group_key").is_in(unchanged))
        rows = rows.with_columns(snapshot_id=pl.lit(this.manifest.snapshot_id))
        load.replace(name, TABLES[name].conform(rows), {"group_key": unchanged})


def _snapshot_row(manifest: Manifest, numbers_sha256: str) -> pl.DataFrame:
    table = TABLES["core.dim_snapshot"]
    row = {
        "snapshot_id": manifest.snapshot_id,
        "month": manifest.month,
        "created_at": dt.datetime.now(dt.UTC).replace(tzinfo=None),
        "manifest_sha256": manifest.sha256,
        "manifest_json": manifest.canonical_json(),
        "numbers_sha256": numbers_sha256,
        "code_version": manifest.code_version,
        "lexicon_version": manifest.lexicon_version,
        "definitions_hash": manifest.definitions_hash,
        "n_groups": len(manifest.groups),
        "n_exports": manifest.n_exports,
        "n_rosters": manifest.n_rosters,
        "withdrawn_at": None,
        "successor_snapshot_id": None,
    }
    return pl.DataFrame([row], schema=table.polars_schema)
