"""The land stage: everything new in landing -> vault and ledgers."""

from __future__ import annotations

from tasks.land.discover import group_ids
from tasks.land.land import land_group
from tasks.run import Run
from warehouse.workspace import Workspace


def land_groups(workspace: Workspace, run: Run) -> list[str]:
    """Take in the new files of every group; returns the groups' identifiers, sorted."""
    found = group_ids(workspace.landing, workspace.config)
    for group_id in found:
        land_group(workspace, group_id, run.run_id, run.month)
    return found
