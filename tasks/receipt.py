"""The receipt of a run: what a curator and an engineer want to know, in words.

It names files as they were handed in, so it is kept in the vault and shown on the operator's terminal only.
"""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict

from schemas.errors import ExitCode
from tasks.run import Run
from warehouse.vault import Vault


class RefusedFile(BaseModel):
    """A file that could not be used, why, and what its curator does next."""

    model_config = ConfigDict(extra="forbid")

    file: str
    file_id: str | None
    reason: str
    next_step: str


class GroupReceipt(BaseModel):
    """What became of one group's files, and what was computed from them."""

    model_config = ConfigDict(extra="forbid")

    group_id: str
    n_new: int = 0
    n_duplicate: int = 0
    n_known: int = 0
    refused: list[RefusedFile] = []
    n_messages: int = 0
    n_people: int = 0
    n_quarantined_rows: int = 0
    n_conflicts: int = 0
    cells_computed: int = 0
    is_carried_over: bool = False
    next_export_due: dt.date | None = None


class Receipt(BaseModel):
    """One run, told to the people who asked for it."""

    model_config = ConfigDict(extra="forbid")

    run_id: str
    flow: str
    month: str
    exit_code: int = ExitCode.DONE
    groups: list[GroupReceipt] = []
    n_unusable_folders: int = 0
    n_misplaced_files: int = 0
    n_failed_expectations: int = 0
    snapshot_id: str | None = None
    is_new_snapshot: bool = False
    n_changed_cells: int = 0
    warehouse: str | None = None
    report: str | None = None
    release: str | None = None
    notes: list[str] = []

    @property
    def n_refused(self) -> int:
        return sum(len(group.refused) for group in self.groups)


def keep(vault: Vault, receipt: Receipt) -> None:
    vault.write_document(f"receipts/{receipt.run_id}.json", receipt.model_dump(mode="json"))


def read(vault: Vault, run_id: str) -> Receipt | None:
    name = f"receipts/{run_id}.json"
    return Receipt.model_validate(vault.read_document(name)) if vault.exists(name) else None


def started(run: Run) -> Receipt:
    """The receipt of a run that has just begun."""
    return Receipt(run_id=run.run_id, flow=run.flow, month=run.month)
