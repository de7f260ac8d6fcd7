"""What Prefect's pages show of a run: counts by group, what changed, where the report is; nothing about a person.

Artifacts lie in Prefect's database in clear. So they hold identifiers of groups and codes, months, reasons and
counts, the latter as far as they are published.
"""

from __future__ import annotations

from pathlib import Path

from tasks.receipt import Receipt
from tasks.snapshot.difference import changes_of
from warehouse.workspace import Workspace

_GROUP = (
    "group_id",
    "n_new",
    "n_duplicate",
    "n_known",
    "n_messages",
    "n_people",
    "n_quarantined_rows",
    "n_conflicts",
    "cells_computed",
    "is_carried_over",
)


def show_run(workspace: Workspace, receipt: Receipt) -> None:
    """Three artifacts of a run: its counts, the changes of its snapshot, a link to the report."""
    from prefect.artifacts import create_link_artifact, create_table_artifact

    month = receipt.month
    create_table_artifact(
        key=f"counts-{month}",
        table=counts_table(receipt),
        description=f"What the run of {month} took in and computed, by group.",
    )
    if receipt.snapshot_id is None:
        return
    create_table_artifact(
        key=f"changes-{month}",
        table=changes_of(workspace, receipt.snapshot_id).to_dicts(),
        description=f"Cells that snapshot `{receipt.snapshot_id}` states anew or otherwise, as published.",
    )
    if receipt.report is not None:
        create_link_artifact(
            key=f"report-{month}",
            link=Path(receipt.report).absolute().as_uri(),
            link_text=f"Report of snapshot {receipt.snapshot_id}",
        )


def counts_table(receipt: Receipt) -> list[dict[str, object]]:
    """One row per group; files by number, never by name."""
    return [
        {name: getattr(group, name) for name in _GROUP} | {"n_refused": len(group.refused)}
        for group in receipt.groups
    ]
