"""What an operator wants to know about a group between runs; read from the vault alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Set

from pydantic import BaseModel, ConfigDict

from schemas.errors import REFUSALS
from tasks.land.land import read_ledger
from tasks.land.ledger import Ledger
from tasks.receipt import RefusedFile
from tasks.retention.kept import read_retention
from warehouse.stages import StageStore
from warehouse.workspace import Workspace


class GroupStatus(BaseModel):
    """A group's files, their refusals and its next export."""

    model_config = ConfigDict(extra="forbid")

    group_id: str
    n_exports: int
    n_rosters: int
    n_messages: int
    refused: list[RefusedFile]
    last_message_date: dt.date | None
    next_export_due: dt.date | None
    n_conflicts: int
    texts_deleted_until: dt.date | None = None  # by retention; what they came to is frozen
    frozen_lexicons: list[str] = []  # under which it was read


def group_status(workspace: Workspace, group_id: str) -> GroupStatus:
    """The state of one group, as the last runs left it."""
    ledger = read_ledger(workspace.vault, group_id)
    stages = StageStore(workspace.vault, group_id)
    reconciled, identified = stages.facts("reconcile"), stages.facts("identify")
    exports = set(ledger.contents("export")) - set(ledger.refused)
    retention = read_retention(workspace.vault, group_id)
    last = reconciled.get("last_message_date")
    due = reconciled.get("next_export_due")
    return GroupStatus(
        group_id=group_id,
        n_exports=len(exports),
        n_rosters=len(set(ledger.contents("roster")) - set(ledger.refused)),
        n_messages=int(reconciled.get("n_messages", 0)),
        refused=refused_files(ledger),
        last_message_date=last and dt.date.fromisoformat(last),
        next_export_due=due and dt.date.fromisoformat(due),
        n_conflicts=int(identified.get("n_conflicts", 0)),
        texts_deleted_until=retention.frozen_until,
        frozen_lexicons=retention.lexicons,
    )


def refused_files(ledger: Ledger, run_ids: Set[str] | None = None) -> list[RefusedFile]:
    """Files refused, all of them or only in some runs, with the way out; sorted by name."""
    found = []
    for entry in ledger.entries.values():
        reasons: list[tuple[str | None, str]] = [(None, entry.refusal)] if entry.refusal else []
        reasons += [
            (c.file_id, ledger.refused[c.file_id]) for c in entry.contents if c.file_id in ledger.refused
        ]
        found += [
            RefusedFile(file=entry.path, file_id=file_id, reason=reason, next_step=REFUSALS[reason])
            for file_id, reason in reasons
            if reason and (run_ids is None or run_ids & {entry.run_id, ledger.refused_by.get(file_id or "")})
        ]
    return sorted(found, key=lambda refused: refused.file)
