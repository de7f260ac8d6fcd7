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
