"""The month that the warehouse stands at."""

from __future__ import annotations

import datetime as dt

from tasks.run import format_month, month_before
from tasks.snapshot.evidence import in_force
from tasks.snapshot.manifest import Manifest
from warehouse.engine import Warehouse
from warehouse.workspace import Workspace


def month_in_force(workspace: Workspace) -> str:
    """Month (YYYY-MM) of the snapshot in force, else the last ended one."""
    warehouse = Warehouse(workspace.settings.database_url)
    snapshot_id = in_force(warehouse) if warehouse.exists() else None
    if snapshot_id is None:
        return format_month(month_before(dt.datetime.now(dt.UTC).date()))
    found = warehouse.read(
        "SELECT manifest_json FROM core.dim_snapshot WHERE snapshot_id = :snapshot_id",
        {"snapshot_id": snapshot_id},
    )
    return format_month(Manifest.from_json(found.item()).month)
