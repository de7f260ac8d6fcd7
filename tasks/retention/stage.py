"""The retention stage: after a run has measured, loaded and released, texts whose time is over leave the vault.

In this order, so that a run killed anywhere loses nothing and the next one goes on: what the texts came to is
frozen; then they leave the parsed exports; then the message store; then the raw files go.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from schemas.frames import DIGESTED
from tasks.land.land import raw_name, read_ledger
from tasks.land.ledger import Ledger
from tasks.measure.facts import texts_of
from tasks.measure.frozen import freeze, nothing
from tasks.measure.stage import measured_input
from tasks.parse.stage import parsed_name
from tasks.reconcile.digest import digest
from tasks.reconcile.kept import purge_fold
from tasks.reconcile.stage import STAGE as RECONCILE
from tasks.retention.kept import (
    forget_erased,
    is_frozen_before,
    read_retention,
    references,
    write_frozen,
    write_retention,
)
from tasks.retention.purge import due_files, frozen_until, n_texts, without_texts
from tasks.run import GroupOutcome, Run
from warehouse.failpoints import reach
from warehouse.keys import digest_key
from warehouse.stages import StageStore
from warehouse.vault import Vault
from warehouse.workspace import Workspace

#: Later than every message: what waits to be measured is frozen as well before its text goes.
_ALL_MONTHS = "9000-01"
#: Folders of the vault whose files may quote what people wrote.
_QUOTING = ("errors", "coding", "rebuild")
_EXPORT_DAY = pl.col("local_at").dt.date()
_STORE_DAY = pl.col("local_date")


def retain_groups(
    workspace: Workspace, run: Run, group_ids: Sequence[str], today: dt.date
) -> list[GroupOutcome]:
    """Delete the texts of all groups that were merged longer ago than the study keeps them.

    Without a study nobody has said how long they may be kept, and nothing is deleted.
    """
    if workspace.config.study is None:
        return []
    days = workspace.config.study.retention_days
    _remove_aged(workspace.vault, today - dt.timedelta(days=days))
    return [retain_group(workspace, run, group_id, today, days) for group_id in group_ids]


def retain_group(
    workspace: Workspace, run: Run, group_id: str, today: dt.date, retention_days: int
) -> GroupOutcome:
    """Delete the texts of one group whose time is over on a day; see the module."""
    forget_erased(workspace, group_id)
    vault, ledger = workspace.vault, read_ledger(workspace.vault, group_id)
    state = read_retention(vault, group_id)
    merged = StageStore(vault, group_id).stamp(RECONCILE) is not None
    # an export that cannot be used is never merged: its time begins when it is first met
    for file_id in [*(ledger.metas if merged else ()), *ledger.refused]:
        state.reconciled_on.setdefault(file_id, today)
    due = due_files(state.reconciled_on, today, retention_days)
    until = frozen_until(ledger.metas, due, state.frozen_until)
    counts = {"purged": 0, "raw": 0}
    if until is not None:
        exports = _with_texts(workspace, ledger, group_id, until)
        if exports or _store_has_texts(vault, group_id, until) or is_frozen_before(vault, group_id):
            state.lexicons = _freeze(workspace, run, group_id, until)
            reach("retention.frozen")
        state.frozen_until = until
    write_retention(vault, group_id, state)
    if until is not None:
        counts["purged"] = sum(_purge_export(workspace, ledger, group_id, one, until) for one in exports)
        reach("retention.purged")
        _purge_store(vault, group_id, until)
        purge_fold(vault, group_id, until)
    counts["raw"] = _remove_raw(vault, ledger, due)
    return GroupOutcome(group_id=group_id, is_new=any(counts.values()), counts=counts)


def _remove_aged(vault: Vault, last: dt.date) -> None:
    """Remove tracebacks, sheets of coders and rebuilt stores, which may quote texts, of a day or earlier."""
    for folder in _QUOTING:
        for name in list(vault.files(folder)):
            changed = dt.datetime.fromtimestamp(vault.path(name).stat().st_mtime, dt.UTC)
            if changed.date() <= last:
                vault.remove(name)


def _freeze(workspace: Workspace, run: Run, group_id: str, until: dt.date) -> list[str]:
    """Keep what the texts up to a day came to, and a day more: phones' clocks differ.

    Returns the lexicons under which anything was frozen so far.
    """
    inputs = measured_input(workspace, run.model_copy(update={"month": _ALL_MONTHS}), group_id)
    if inputs.frozen is None:
        refs = references(inputs.people, digest_key(workspace.vault))
        inputs = replace(inputs, frozen=nothing(digest_key(workspace.vault), refs))
    texts, frozen = texts_of(inputs)
    parts = freeze(texts, frozen, until + dt.timedelta(days=1)).parts
    write_frozen(workspace.vault, group_id, parts)
    return sorted(set(parts["messages"]["lexicon_version"]))


def _with_texts(workspace: Workspace, ledger: Ledger, group_id: str, until: dt.date) -> list[str]:
    """Exports that still hold texts up to a day."""
    found = []
    for file_id, under in ledger.parsed_under.items():
        name = parsed_name(group_id, file_id, under)
        if workspace.vault.exists(name) and n_texts(workspace.vault.read_frame(name), _EXPORT_DAY, until):
            found.append(file_id)
    return found


def _purge_export(workspace: Workspace, ledger: Ledger, group_id: str, file_id: str, until: dt.date) -> bool:
    """Take the texts up to a day out of one parsed export; the hashes that merge it stay."""
    name = parsed_name(group_id, file_id, ledger.parsed_under[file_id])
    frame = workspace.vault.read_frame(name)
    if "text_key" not in frame.columns:  # parsed before texts were hashed
        frame = digest(frame, digest_key(workspace.vault))
    workspace.vault.write_frame(name, DIGESTED.conform(without_texts(frame, _EXPORT_DAY, until)))
    return True


def _store_frames(vault: Vault, group_id: str) -> list[str]:
    """Names of the message stores of stages: merged, and valid."""
    folder = f"groups/{group_id}"
    return [
        f"{folder}/{entry}/messages.parquet"
        for entry in vault.names(folder)
        if entry.startswith((f"{RECONCILE}-", "validate-"))
        and vault.exists(f"{folder}/{entry}/messages.parquet")
    ]


def _store_has_texts(vault: Vault, group_id: str, until: dt.date) -> bool:
    return any(n_texts(vault.read_frame(name), _STORE_DAY, until) for name in _store_frames(vault, group_id))


def _purge_store(vault: Vault, group_id: str, until: dt.date) -> None:
    """Take the texts up to a day out of the stores as they lie; made anew, they come from purged exports."""
    for name in _store_frames(vault, group_id):
        frame = vault.read_frame(name)
        if n_texts(frame, _STORE_DAY, until):
            vault.write_frame(name, without_texts(frame, _STORE_DAY, until))


def _remove_raw(vault: Vault, ledger: Ledger, due: list[str]) -> int:
    """Remove what was handed in, whether it could be used or not; rosters stay."""
    exports = ledger.contents("export")
    raw = [raw_name(file_id) for file_id in due if file_id in exports and vault.exists(raw_name(file_id))]
    for name in raw:
        vault.remove(name)
    return len(raw)
