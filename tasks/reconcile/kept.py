"""The fold of a group in the vault: what its exports show, kept from run to run, so that a new one is added to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import polars as pl

from tasks.reconcile.fold import Fold, add, nothing, purged, without
from tasks.reconcile.model import Export
from tasks.reconcile.sets import lists_of
from warehouse.sources import source_hash
from warehouse.stages import StageStore, hash_inputs
from warehouse.vault import Vault

STAGE = "fold"
#: Of fewer exports the fold is not kept: they are read as fast.
WORTH_KEEPING = 3
#: What a group's store and its fold rest on.
CODE = (
    *("tasks.reconcile", "schemas", "tasks.identify.senders", "tasks.land.exporters", "tasks.parse.columns"),
    *("tasks.parse.labels", "tasks.rights", "warehouse.keys", "warehouse.reference.people"),
)
_FRAMES = ("rows", "anchors", "told", "ends")


def folded(vault: Vault, group_id: str, stamps: Mapping[str, str], read: Callable[[str], Export]) -> Fold:
    """The fold of a group's exports: the kept one, less what is gone or was read anew, and what is new.

    It is kept for the next run, in place of the one before.

    Args:
        stamps: of all exports by file id: what was read of a content under which tombstones. read: an export by
            its file id; called for those alone that the kept fold does not hold as stamped.
    """
    fold = _kept(vault, group_id)
    held = dict(fold.files)
    fold = without(fold, [file_id for file_id, stamp in held.items() if stamps.get(file_id) != stamp])
    missing = [file_id for file_id in stamps if file_id not in fold.files]
    if missing:
        fold = add(fold, [read(file_id) for file_id in missing], stamps)
    if dict(fold.files) != held or StageStore(vault, group_id).facts(STAGE).get("code") != source_hash(*CODE):
        _keep(vault, group_id, fold)
    return fold


def purge_fold(vault: Vault, group_id: str, until: dt.date) -> None:
    """Take the texts up to a day of the exporter's clock out of the kept fold, as out of the exports it is of."""
    store = StageStore(vault, group_id)
    facts = store.facts(STAGE)
    if facts and facts["code"] != source_hash(*CODE):
        store.drop(STAGE)  # another version's; made anew when the group is merged
    elif facts and facts["purged"] != until.isoformat():
        _keep(
            vault, group_id, purged(_read(store), pl.col("local_at").dt.date() <= until), purged_until=until
        )


def _kept(vault: Vault, group_id: str) -> Fold:
    store = StageStore(vault, group_id)
    return _read(store) if store.facts(STAGE).get("code") == source_hash(*CODE) else nothing()


def _read(store: StageStore) -> Fold:
    frames = store.frames(STAGE)
    sets = tuple(tuple(members) for members in frames["sets"]["members"].to_list())
    return Fold(
        files=dict(store.facts(STAGE)["files"]),
        rows=frames["rows"],
        anchors=frames["anchors"],
        told=frames["told"],
        ends=frames["ends"],
        sets=sets,
    )


def _keep(vault: Vault, group_id: str, fold: Fold, purged_until: dt.date | None = None) -> None:
    store, code = StageStore(vault, group_id), source_hash(*CODE)
    if len(fold.files) < WORTH_KEEPING:
        store.drop(STAGE)
        return
    files = list(fold.files.items())  # their order numbers them
    frames = {name: getattr(fold, name) for name in _FRAMES}
    frames["sets"] = lists_of(fold.sets, pl.Int64()).to_frame("members")
    store.write(
        STAGE,
        hash_inputs(code=code, files=files, purged=purged_until),
        frames,
        code=code,
        files=files,
        purged=purged_until,
    )
