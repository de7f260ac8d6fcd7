"""The land stage: everything new in landing -> vault and ledgers."""

from __future__ import annotations

from collections.abc import Collection

from tasks.land.discover import group_ids
from tasks.land.land import land_group
from tasks.land.ledger import FileKind
from tasks.run import Run
from warehouse.workspace import Workspace


def land_groups(workspace: Workspace, run: Run, only: Collection[FileKind] | None = None) -> list[str]:
    """Take in the new files of every group, or ``only`` some kinds; returns the groups' identifiers, sorted."""
    found = group_ids(workspace.landing, workspace.config)
    for group_id in found:
        land_group(workspace, group_id, run.run_id, run.month, only)
    return found
