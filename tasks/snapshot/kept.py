"""What the vault keeps of each snapshot, beside the files themselves, so that it can be rebuilt.

The manifest names exports and rosters; what it does not say is under which names and dates they were handed in,
and the words of ``groups.toml`` and ``corrections.toml``. A snapshot keeps what differs from the one before it:
files, and a text only where it is a new one. It also keeps what coders had found of the words, and a hash of
each group's numbers, against which a rebuilt one is held. Names of files are people, so all of it lies in the
vault, and an erasure masks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict

from schemas.errors import ConfigurationError
from schemas.tables import TABLES
from tasks.evaluate.kit import Judged
from tasks.land.land import read_ledger
from tasks.land.ledger import Entry
from tasks.rights.places import place_mask
from tasks.rights.tombstones import read_tombstones
from tasks.snapshot.manifest import Manifest
from warehouse.logical_hash import table_hash, total_hash
from warehouse.stages import StageStore
from warehouse.vault import Vault
from warehouse.workspace import Workspace

FOLDER = "snapshots"
#: A snapshot now and then keeps everything, so that reading one back stays short.
MOST_BASES = 24
#: A group's numbers of a snapshot: cells, their companions, what composites are measured against.
NUMBERS = ("core.fact_indicator", "core.fact_indicator_detail", "core.composite_base")
_OF_A_FILE = {"path", "kind", "arrival", "contents", "kept"}
_NOT_KEPT = {"n_bytes": 0, "mtime_ns": 0, "sha256": "", "run_id": ""}


class NotKept(ConfigurationError):
    """The vault does not hold what a snapshot rests on."""

    code = "not_kept"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Numbers(_Strict):
    """Of one group: which result of ``measure`` was frozen, and the hash of its numbers."""

    stamp: str
    sha256: str


class Files(_Strict):
    """Of one group: its ledger's files that are new since the base, and places that are gone."""

    new: list[dict[str, Any]] = []
    gone: list[str] = []


class Kept(_Strict):
    """One snapshot's document. ``base``: the snapshot that it adds to; ``n_bases``: how many lie below it;
    ``judged``: by group how good the words in force were (:func:`tasks.evaluate.kit.judged_words`)."""

    base: str | None = None
    n_bases: int = 0
    groups_toml: str = ""
    corrections_toml: str = ""
    groups: dict[str, Files] = {}
    numbers: dict[str, Numbers] = {}
    judged: dict[str, Judged] = {}


def keep(workspace: Workspace, manifest: Manifest, base: str | None) -> str:
    """Keep what a snapshot rests on; returns the hash over all its groups' numbers.

    Args:
        workspace: the installation, measured.
        manifest: of the snapshot.
        base: the snapshot before it, if there is one.
    """
    vault = workspace.vault
    before = read(vault, base) if base is not None and vault.exists(_name(base)) else None
    is_full = before is None or before.n_bases >= MOST_BASES
    held = {} if is_full else files_of(vault, str(base))
    stands = {group_id: _files(vault, group_id) for group_id in vault.names("groups")}
    groups = {
        group_id: change
        for group_id in sorted({*stands, *held})
        if (change := _change(held.get(group_id, {}), stands.get(group_id, {}))) != Files()
    }
    numbers = {
        group_id: _numbers(vault, group_id, before.numbers.get(group_id) if before is not None else None)
        for group_id in manifest.groups
    }
    document = Kept(
        base=None if is_full else base,
        n_bases=0 if is_full or before is None else before.n_bases + 1,
        groups_toml=_keep_text(workspace, "groups.toml", manifest.groups_toml_hash),
        corrections_toml=_keep_text(workspace, "corrections.toml", manifest.corrections_hash),
        groups=groups,
        numbers=numbers,
        judged={
            group_id: judged
            for group_id in manifest.groups
            if (judged := StageStore(vault, group_id).facts("measure").get("judged"))
        },
    )
    vault.write_document(_name(manifest.snapshot_id), document.model_dump(mode="json", exclude_defaults=True))
    return total_hash({group_id: one.sha256 for group_id, one in numbers.items()})


def read(vault: Vault, snapshot_id: str) -> Kept:
    """What is kept of a snapshot.

    Raises:
        NotKept: nothing is.
    """
    if not vault.exists(_name(snapshot_id)):
        raise NotKept(
            "the vault holds nothing of what this snapshot rests on",
            next_step="restore the backup that was made after it",
        )
    return Kept.model_validate(vault.read_document(_name(snapshot_id)))


def files_of(vault: Vault, snapshot_id: str) -> dict[str, dict[str, Entry]]:
    """group_id -> place in landing -> file, as a snapshot saw them."""
    chain = [read(vault, snapshot_id)]
    while (base := chain[-1].base) is not None:
        chain.append(read(vault, base))
    found: dict[str, dict[str, Entry]] = {}
    for kept in reversed(chain):
        for group_id, change in kept.groups.items():
            files = found.setdefault(group_id, {})
            for place in change.gone:
                files.pop(place, None)
            files |= {file["path"]: Entry.model_validate(file | _NOT_KEPT) for file in change.new}
    return found


def text_of(vault: Vault, name: str) -> str | None:
    """A declared file's words by the name they are kept under; None where there was no such file."""
    return str(vault.read_document(f"{FOLDER}/{name}")["text"]) if name else None


def group_hash(frames: Mapping[str, pl.DataFrame]) -> str:
    """64 hex digits over a group's numbers, by the rules of the logical hash; snapshot ids do not count."""
    hashes = {}
    for name in NUMBERS:
        columns = [column for column in TABLES[name].names if column != "snapshot_id"]
        hashes[name] = table_hash(frames[name].select(columns))
    return total_hash(hashes)


def _files(vault: Vault, group_id: str) -> dict[str, Entry]:
    return {
        place: entry
        for place, entry in read_ledger(vault, group_id).entries.items()
        if entry.contents or entry.kept
    }


def _change(held: Mapping[str, Entry], stands: Mapping[str, Entry]) -> Files:
    """What makes the files that stand now of those that were held."""
    known = {place: _lean(entry) for place, entry in held.items()}
    now = {place: _lean(entry) for place, entry in stands.items()}
    return Files(
        new=[file for place, file in sorted(now.items()) if known.get(place) != file],
        gone=sorted(set(known) - set(now)),
    )


def _lean(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(mode="json", include=_OF_A_FILE, exclude_defaults=True)


def _numbers(vault: Vault, group_id: str, before: Numbers | None) -> Numbers:
    store = StageStore(vault, group_id)
    stamp = str(store.stamp("measure"))
    if before is not None and before.stamp == stamp:
        return before
    return Numbers(stamp=stamp, sha256=group_hash({name: store.frame("measure", name) for name in NUMBERS}))


def _keep_text(workspace: Workspace, file_name: str, file_hash: str) -> str:
    """Keep a declared file's words once, without erased people; returns the name, none without a file."""
    path = workspace.landing / file_name
    if not file_hash or not path.is_file():
        return ""
    name = f"text-{file_hash}.json"
    if not workspace.vault.exists(f"{FOLDER}/{name}"):
        text = _masked(workspace, path.read_text("utf-8"))
        workspace.vault.write_document(f"{FOLDER}/{name}", {"text": text})
    return name


def _masked(workspace: Workspace, text: str) -> str:
    tombstones = read_tombstones(workspace.vault)
    for group_id in workspace.vault.names("groups") if tombstones is not None else ():
        text = place_mask(workspace, group_id, tombstones)(text)
    return text


def _name(snapshot_id: str) -> str:
    return f"{FOLDER}/{snapshot_id}.json"
