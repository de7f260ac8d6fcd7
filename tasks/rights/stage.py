"""The stage between parse and reconcile: erased people are taken out of whatever a group's files hold of them.

It costs a look at one file of the vault where nobody was ever erased, and nothing where no file and no tombstone
is new since it last ran.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import polars as pl

from schemas.errors import FileRefused
from schemas.frames import DIGESTED
from tasks.evaluate import kit
from tasks.identify.sheet import KEPT_CELLS, Cells, read_sheets
from tasks.land.exporters import exporter_of
from tasks.land.land import raw_name, read_ledger, write_ledger
from tasks.land.ledger import Ledger
from tasks.land.vcards import cards_name
from tasks.parse.buffer import lines_of
from tasks.parse.encoding import read_text
from tasks.parse.stage import parsed_name
from tasks.reconcile.digest import digest
from tasks.retention.kept import mask_frozen
from tasks.rights.known import Known, own_form
from tasks.rights.places import Mask, masked_group, place_mask
from tasks.rights.registry import VAULT
from tasks.rights.tombstones import Tombstones, read_tombstones, write_tombstones
from tasks.rights.withhold import Withheld, moment, moments, withhold_export, withhold_sheets
from tasks.run import Run
from warehouse.failpoints import reach
from warehouse.keys import digest_key
from warehouse.workspace import Workspace

Change = Callable[[], None]


def withhold_groups(workspace: Workspace, run: Run, group_ids: Sequence[str]) -> int:
    """Take erased people out of all groups' parsed exports, rosters and contact cards, and of their raw files.

    What an export newly shows of an erased person (another label, another message) is remembered in turn, and
    the group's other exports are looked through again, until nothing new is learnt: so the order in which
    exports arrive does not matter. One group after the other, since all of them share the tombstones.

    Returns:
        How many files changed.
    """
    tombstones = read_tombstones(workspace.vault)
    if tombstones is None:
        return 0
    n_changed = 0
    while True:
        before = tombstones.version
        n_changed += sum(_look_through(workspace, group_id, tombstones) for group_id in group_ids)
        if tombstones.version == before:
            break
    if n_changed:
        _tidy(workspace, tombstones)
    return n_changed


def _look_through(workspace: Workspace, group_id: str, tombstones: Tombstones) -> int:
    """Look once through the files that were not held against these tombstones; returns how many changed.

    A file is marked as changed before it is, and as looked through after it was: whatever kills the process,
    the next run finds what is left to do, and no later stage takes a result for fresh that is not.
    """
    ledger = read_ledger(workspace.vault, group_id)
    known = known_of(workspace, group_id, tombstones)
    version, n_changed, n_looked = tombstones.version, 0, 0
    for file_id, kind in _files(ledger):
        if ledger.looked_through.get(file_id) == version:
            _drop_raw_again(workspace, ledger, file_id, kind)
            continue
        change = _export(workspace, ledger, known, file_id) if kind == "export" else None
        change = change or (_list(workspace, known, file_id) if kind != "export" else None)
        if change is not None:
            ledger.withheld[file_id] = version
            write_ledger(workspace.vault, group_id, ledger)
            change()
            reach("rights.withheld")
            n_changed += 1
        ledger.looked_through[file_id] = version
        n_looked += 1
    if n_looked:
        n_changed += mask_frozen(workspace, group_id, known)
        write_ledger(workspace.vault, group_id, ledger)
    return n_changed


def _tidy(workspace: Workspace, tombstones: Tombstones) -> None:
    """What else may name somebody: tracebacks and coders' sheets quote messages, receipts and ledgers name files."""
    vault = workspace.vault
    group_of = {workspace.config.community_of(one): one for one in vault.names("groups")}
    masks = [place_mask(workspace, group_id, tombstones) for group_id in group_of.values()]
    for group_id in vault.names("groups"):
        kit.forget_kit(workspace, group_id)
        _rename(workspace, group_id, place_mask(workspace, group_id, tombstones))
    for folder, treatment in VAULT.items():
        if treatment == "gone":
            vault.remove(folder)
        for entry in vault.names(folder) if treatment == "words" else ():
            document = vault.read_document(f"{folder}/{entry}")
            masked = _masked(document, masks)
            if masked != document:
                vault.write_document(f"{folder}/{entry}", masked)


def _rename(workspace: Workspace, group_id: str, mask: Mask) -> None:
    """Names of files in a ledger, masked."""
    ledger = read_ledger(workspace.vault, group_id)
    renamed = {
        mask(path): entry.model_copy(update={"path": mask(path)}) for path, entry in ledger.entries.items()
    }
    if list(renamed) != list(ledger.entries):
        ledger.entries = renamed
        write_ledger(workspace.vault, group_id, ledger)


def _masked(document: Any, masks: list[Mask]) -> Any:
    if isinstance(document, str):
        for mask in masks:
            document = mask(document)
        return document
    if isinstance(document, list):
        return [_masked(value, masks) for value in document]
    if isinstance(document, dict):
        return {name: _masked(value, masks) for name, value in document.items()}
    return document


def known_of(workspace: Workspace, group_id: str, tombstones: Tombstones) -> Known:
    """The erased people, as this group's files name them."""
    return Known(tombstones, group_id, workspace.config.community_of(group_id))


def _files(ledger: Ledger) -> list[tuple[str, str]]:
    return [
        (file_id, kind) for kind in ("export", "roster", "participants") for file_id in ledger.contents(kind)
    ]


def exporter_name(workspace: Workspace, known: Known, ledger: Ledger, file_id: str) -> str:
    """The phone a file comes from, as it is called once nobody erased is named."""
    mask = place_mask(workspace, known.group_id, known.tombstones)
    name = mask(PurePosixPath(ledger.paths(file_id)[0]).name)
    return mask(exporter_of(name, masked_group(workspace, known.group_id)))


def _export(workspace: Workspace, ledger: Ledger, known: Known, file_id: str) -> Change | None:
    if file_id not in ledger.metas:
        return _refused(workspace, known, file_id)
    vault, exporter = workspace.vault, exporter_name(workspace, known, ledger, file_id)
    name = parsed_name(known.group_id, file_id, ledger.parsed_under[file_id])
    found = withhold_export(digested(workspace, vault.read_frame(name)), known, exporter)
    cards = _cards(workspace, known, file_id, exporter)
    if found.labels and _remember(known, exporter, found):
        write_tombstones(vault, known.tombstones)
    if not found.is_changed and cards is None:
        return None

    def change() -> None:
        vault.write_frame(name, found.frame)
        if cards is not None:
            vault.write_frame(cards_name(known.group_id, file_id), cards)
        vault.remove(raw_name(file_id))

    return change


def digested(workspace: Workspace, frame: pl.DataFrame) -> pl.DataFrame:
    """A parsed export with what is compared of its texts: kept, where a text was masked or deleted since."""
    if "text_key" in frame.columns:
        return DIGESTED.conform(frame)
    return digest(frame, digest_key(workspace.vault))


def _remember(known: Known, exporter: str, found: Withheld) -> int:
    """What an export shows of an erased person: how it calls him, and what he wrote; returns what is new."""
    said = moments(found.own)
    group, tombstones = known.group_id, known.tombstones
    rows = said.select("text_key", "day", "at").unique().iter_rows()
    return (
        tombstones.add("own_label", f"{group}|{exporter}", map(own_form, found.labels))
        + tombstones.add("message", group, said["text_key"].unique())
        + tombstones.add("moment", group, (moment(*row) for row in rows))
    )


def _refused(workspace: Workspace, known: Known, file_id: str) -> Change | None:
    """A file that could not be parsed cannot be cut either: it goes if it names an erased person."""
    vault, name = workspace.vault, raw_name(file_id)
    if not vault.exists(name):
        return None
    lines = _lines(vault.read_bytes(name))
    authors = lines.str.extract(r"[-\]]\s*([^:\n]{1,80}):").drop_nulls().unique()
    is_named = any(known.label(author, "") for author in authors) or not (known.masked(lines) == lines).all()
    return partial(vault.remove, name) if is_named else None


def _lines(content: bytes) -> pl.Series:
    """Distinct lines of bytes of which nobody knows what they are."""
    try:
        lines = lines_of(read_text(content).content)
        return lines.at(np.arange(lines.n)).unique()
    except FileRefused:
        return pl.Series(content.decode("latin-1").split("\n"), dtype=pl.String).unique()


def _cards(workspace: Workspace, known: Known, file_id: str, exporter: str) -> pl.DataFrame | None:
    """The contact cards of an export without those of erased people; None where there are none of them."""
    name = cards_name(known.group_id, file_id)
    if not workspace.vault.exists(name):
        return None
    cards = workspace.vault.read_frame(name)
    is_theirs = [
        known.label(label, exporter) or known.phone(phone)
        for label, phone in cards.select("label", "phone").iter_rows()
    ]
    return cards.filter(~pl.Series(is_theirs, dtype=pl.Boolean)) if any(is_theirs) else None


def _list(workspace: Workspace, known: Known, file_id: str) -> Change | None:
    """A roster or participants list: its raw file is kept as cells, without the erased."""
    vault, name = workspace.vault, raw_name(file_id)
    if not vault.exists(name):
        return None
    try:
        sheets = read_sheets(vault.read_bytes(name))
    except FileRefused:
        return _refused(workspace, known, file_id)
    rest, n_changed = withhold_sheets(sheets, known)
    return partial(vault.write_bytes, name, as_cells(rest)) if n_changed else None


def as_cells(sheets: list[Cells]) -> bytes:
    """Sheets as :func:`tasks.identify.sheet.read_sheets` reads them back."""
    return KEPT_CELLS + json.dumps(sheets, ensure_ascii=False).encode()


def _drop_raw_again(workspace: Workspace, ledger: Ledger, file_id: str, kind: str) -> None:
    """An old file handed in again lies in the vault again; what it says was taken over long ago."""
    if kind == "export" and file_id in ledger.withheld and file_id in ledger.metas:
        workspace.vault.remove(raw_name(file_id))
