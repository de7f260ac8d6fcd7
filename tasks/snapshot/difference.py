"""What differs between two snapshots, from the published vintages."""

from __future__ import annotations

import polars as pl

from schemas.errors import UsageError
from tasks.snapshot.vintages import as_of
from warehouse.engine import Warehouse
from warehouse.workspace import Workspace

CELL = ("group_id", "month", "code")


def difference(workspace: Workspace, earlier: str, later: str) -> pl.DataFrame:
    """Cells of ``research.vintage`` that differ as of two snapshots.

    Columns ``group_id, month, code, old_value, new_value, old_status, new_status``.

    Raises:
        UsageError: one of the snapshots does not exist.
    """
    warehouse = Warehouse(workspace.settings.database_url)
    order = warehouse.read("SELECT snapshot_id FROM core.dim_snapshot ORDER BY created_at, snapshot_id")
    known = order["snapshot_id"].to_list()
    if earlier not in known or later not in known:
        raise UsageError("there is no such snapshot", next_step="see `solidarity snapshots`")
    vintage = warehouse.read(
        "SELECT v.*, g.group_key FROM research.vintage v "
        "JOIN core.dim_group g ON g.group_id = v.group_id AND g.is_current"
    )
    old, new = (
        as_of(vintage, known, snapshot).select(*CELL, "value", "status") for snapshot in (earlier, later)
    )
    changed = pl.col("value").ne_missing(pl.col("value_new")) | pl.col("status").ne_missing(
        pl.col("status_new")
    )
    return (
        old.join(new, on=CELL, how="full", coalesce=True, suffix="_new")
        .filter(changed)
        .rename(
            {
                "value": "old_value",
                "value_new": "new_value",
                "status": "old_status",
                "status_new": "new_status",
            }
        )
        .sort(CELL)
    )


def changes_of(workspace: Workspace, snapshot_id: str) -> pl.DataFrame:
    """What a snapshot changed, as published: ``group_id, reason, n_cells, n_codes, first_month, last_month``.

    Reasons are those of ``research.revision``; ``new`` counts cells that no snapshot had before. Restatements for
    an erasure or a consent stand in no group's row: where there were any, one row without a group counts them,
    if they are many enough to be counted.
    """
    warehouse = Warehouse(workspace.settings.database_url)
    wanted = {"snapshot_id": snapshot_id}
    revised = warehouse.read(
        "SELECT group_id, reason, month, code FROM research.revision WHERE snapshot_id = :snapshot_id", wanted
    )
    stated = warehouse.read(
        "SELECT group_id, month, code FROM research.vintage WHERE snapshot_id = :snapshot_id "
        "AND NOT is_removed",
        wanted,
    )
    restated = warehouse.read(
        "SELECT reason, n_cells FROM core.fact_restatement WHERE snapshot_id = :snapshot_id ORDER BY reason",
        wanted,
    )
    new = stated.join(revised, on=CELL, how="anti").with_columns(reason=pl.lit("new"))
    columns = ["group_id", "reason", "month", "code"]
    cells = pl.concat([new.select(columns), revised.select(columns)], how="vertical_relaxed")
    counted = (
        cells.group_by("group_id", "reason")
        .agg(
            n_cells=pl.len().cast(pl.Int64),
            n_codes=pl.col("code").n_unique().cast(pl.Int64),
            first_month=pl.col("month").min().dt.strftime("%Y-%m"),
            last_month=pl.col("month").max().dt.strftime("%Y-%m"),
        )
        .sort("group_id", "reason")
    )
    if restated.is_empty():
        return counted
    # cells stated again for such a reason would be told from new ones by their number: none is counted
    return pl.concat(
        [
            counted.filter(pl.col("reason") != "new"),
            restated.select(group_id=pl.lit(None, pl.String), reason="reason", n_cells="n_cells"),
        ],
        how="diagonal_relaxed",
    )
