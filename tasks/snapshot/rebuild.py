"""Rebuild a snapshot from the vault: its files, words and definitions through the same stages, and held against it.

The stages work in a corner of the vault that is made for it and removed again; neither the results in force nor
the warehouse are touched. Features of texts that retention has deleted come from their frozen rows.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from schemas.errors import SolidarityError, UsageError
from schemas.indicators import definitions_hash, newest
from schemas.tables import TABLES
from tasks.evaluate.kit import state_judged
from tasks.identify.stage import identify_group
from tasks.land.land import raw_name, read_ledger, write_ledger
from tasks.land.ledger import Entry, Ledger
from tasks.measure.stage import measure_group
from tasks.parse.stage import parse_group
from tasks.reconcile.stage import reconcile_group
from tasks.rights.stage import withhold_groups
from tasks.run import Run, format_month
from tasks.snapshot import kept
from tasks.snapshot.evidence import manifest_of
from tasks.snapshot.manifest import Manifest
from tasks.snapshot.revisions import every_difference
from tasks.snapshot.vintages import as_of
from tasks.validate.stage import validate_group
from warehouse.calendar import calendar_version
from warehouse.engine import Warehouse
from warehouse.lock import run_lock
from warehouse.logical_hash import total_hash
from warehouse.reference.lexicon import lexicon_version
from warehouse.sources import code_version
from warehouse.stages import StageStore
from warehouse.vault import Vault
from warehouse.workspace import KEY_IN_FORCE, Workspace

#: Where in the vault a rebuild works.
CORNER = "rebuild"
#: Keys of the vault without which its files say nothing.
_KEYS = ("pseudonym.key", "digest.key", "vault.check", KEY_IN_FORCE, "erasures")
#: Of a group's folder, what stages start from besides the ledger.
_OF_A_GROUP = ("parsed", "cards", "frozen", "retention.json")


class NotRebuildable(UsageError):
    """A snapshot cannot be rebuilt by this version, or not any more."""

    code = "not_rebuildable"


@dataclass
class Rebuilt:
    """What a rebuild came to; it names nobody.

    ``rebuilt_manifest_sha256`` and ``rebuilt_numbers_sha256`` are to equal what the snapshot was entered with.
    ``n_cells``: cells compared with what the warehouse states as of the snapshot; ``n_different``: of these, those
    that differ. ``differing_groups``: groups whose numbers came out otherwise. ``carried_over``: groups that the
    snapshot took over, with the one to rebuild for them. ``not_told``: groups of which the warehouse does not tell
    its past any more, since somebody withdrew or was erased.
    """

    snapshot_id: str
    manifest_sha256: str
    numbers_sha256: str
    rebuilt_manifest_sha256: str = ""
    rebuilt_numbers_sha256: str = ""
    n_groups: int = 0
    n_cells: int = 0
    n_different: int = 0
    differing_groups: list[str] = field(default_factory=list)
    carried_over: dict[str, str] = field(default_factory=dict)
    not_told: list[str] = field(default_factory=list)
    written: str | None = None

    @property
    def is_same(self) -> bool:
        """Whether it came out as it was."""
        return (
            self.rebuilt_manifest_sha256 == self.manifest_sha256
            and self.rebuilt_numbers_sha256 == self.numbers_sha256
            and self.n_different == 0
        )

    def document(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self) | {"is_same": self.is_same}


def rebuild(workspace: Workspace, snapshot_id: str, *, out: Path | None = None, wait_s: float = 0) -> Rebuilt:
    """Rebuild a snapshot from the vault and compare.

    Args:
        workspace: the installation.
        snapshot_id: a snapshot that was not withdrawn.
        out: a new folder for the facts as they stood then, as Parquet; pseudonymous, so never for a release.
        wait_s: seconds to wait for a run to end.

    Raises:
        UsageError: there is no such snapshot, or the folder is there already.
        NotRebuildable: it was withdrawn; it was made by another version of code, definitions, lexicon or
            calendar; files it rests on are gone.
        NotKept: the vault does not hold what it rests on.
        Locked: a run holds the vault.
    """
    workspace.key()
    if out is not None and out.exists():
        raise UsageError("the folder to write into is there already", next_step="name a new one")
    warehouse = Warehouse(workspace.settings.database_url)
    if not warehouse.exists():
        raise UsageError("there is no such snapshot", next_step="see `solidarity snapshots`")
    with run_lock(workspace.settings.database_url, workspace.home, wait_s):
        known = warehouse.read("SELECT * FROM core.dim_snapshot ORDER BY created_at, snapshot_id")
        row = _row(known, snapshot_id)
        manifest = Manifest.from_json(row["manifest_json"])
        refuse_other_versions(manifest)
        held = kept.read(workspace.vault, snapshot_id)
        found = Rebuilt(snapshot_id, row["manifest_sha256"], row["numbers_sha256"])
        found.n_groups, found.carried_over = len(manifest.groups), _carried_over(known, manifest)
        with _corner(workspace, manifest, held) as corner:
            numbers = _measured_anew(corner, manifest)
            _compare_hashes(found, corner, manifest, held)
            _compare_cells(found, warehouse, known, numbers)
            if out is not None:
                _write_facts(corner, manifest, out)
                found.written = str(out)
    return found


def refuse_other_versions(manifest: Manifest) -> None:
    """Make sure that what is installed computes as it did then.

    Raises:
        NotRebuildable: it does not; with the number of versions that differ.
    """
    pairs = {
        "the code": (manifest.code_version, code_version()),
        "the definitions": (manifest.definitions_hash, definitions_hash()),
        "the lexicon": (manifest.lexicon_version, lexicon_version()),
        "the calendar": (manifest.calendar_version, calendar_version()),
    }
    others = [name for name, (then, now) in pairs.items() if then != now]
    if others:
        raise NotRebuildable(
            f"this snapshot was made with another version of {', '.join(others)}",
            next_step=f"install the code that made it, {manifest.code_version}, and ask again",
            versions=len(others),
        )


def _row(known: pl.DataFrame, snapshot_id: str) -> dict[str, Any]:
    rows = known.filter(pl.col("snapshot_id") == snapshot_id)
    if rows.is_empty():
        raise UsageError("there is no such snapshot", next_step="see `solidarity snapshots`")
    row: dict[str, Any] = rows.row(0, named=True)
    if row["withdrawn_at"] is not None:
        raise NotRebuildable(
            "this snapshot was withdrawn", next_step=f"{row['successor_snapshot_id']} stands in its place"
        )
    return row


def _carried_over(known: pl.DataFrame, manifest: Manifest) -> dict[str, str]:
    """Groups of an earlier snapshot that this one did not measure -> the last one that did."""
    found: dict[str, str] = {}
    for earlier, text in known.select("snapshot_id", "manifest_json").iter_rows():
        if earlier == manifest.snapshot_id:
            break
        found |= dict.fromkeys(Manifest.from_json(text).groups, earlier)
    return {group_id: one for group_id, one in sorted(found.items()) if group_id not in manifest.groups}


# --- the corner -----------------------------------------------------------------------------------


@contextmanager
def _corner(workspace: Workspace, manifest: Manifest, held: kept.Kept) -> Iterator[Workspace]:
    """A workspace of its own, with the files, the words and the keys of the snapshot; gone when the block ends."""
    vault = workspace.vault
    vault.remove(CORNER)  # what a killed rebuild left
    home = vault.path(CORNER)
    try:
        corner = Workspace(workspace.settings.model_copy(update={"home": home, "warehouse_url": None}))
        (home / "vault").mkdir(mode=0o700, parents=True)
        home.chmod(0o700)
        for name in _KEYS:
            _link(vault, home / "vault", name)
        _declare(corner, vault, held)
        for group_id, files in kept.files_of(vault, manifest.snapshot_id).items():
            (corner.landing / group_id).mkdir(mode=0o700)
            _hand_in(vault, corner, group_id, files)
        for group_id, judged in held.judged.items():
            state_judged(corner, group_id, judged)
        yield corner
    finally:
        vault.remove(CORNER)


def _declare(corner: Workspace, vault: Vault, held: kept.Kept) -> None:
    corner.landing.mkdir(mode=0o700)
    for file_name, name in (("groups.toml", held.groups_toml), ("corrections.toml", held.corrections_toml)):
        text = kept.text_of(vault, name)
        if text is not None:
            path = corner.landing / file_name
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")


def _hand_in(vault: Vault, corner: Workspace, group_id: str, files: Mapping[str, Entry]) -> None:
    """The group's files as the snapshot saw them; what was read of them since then is taken over as it lies."""
    now = read_ledger(vault, group_id)
    ids = {content.file_id for entry in files.values() for content in (*entry.kept, *entry.contents)}
    by_id = ("refused", "refused_under", "refused_by", "metas", "parsed_under", "looked_through", "withheld")
    known = {name: {one: of for one, of in getattr(now, name).items() if one in ids} for name in by_id}
    write_ledger(corner.vault, group_id, Ledger(entries=dict(files), **known))
    for name in _OF_A_GROUP:
        _link(vault, corner.vault.root, f"groups/{group_id}/{name}")
    for file_id in ids:
        _link(vault, corner.vault.root, raw_name(file_id))


def _link(vault: Vault, root: Path, name: str) -> None:
    """The same bytes under another root, not copied: files of a vault are replaced, never changed."""
    source = vault.path(name)
    files = [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]
    for path in files:
        target = root / path.relative_to(vault.root.resolve())
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(path, target)
        except OSError:  # a file system without links
            shutil.copy2(path, target)


# --- anew -----------------------------------------------------------------------------------------


def _measured_anew(corner: Workspace, manifest: Manifest) -> pl.DataFrame:
    """All stages up to the measures; returns newest ``core.fact_indicator`` of the groups that it measured."""
    run = Run(run_id=uuid.uuid4().hex, flow=CORNER, month=format_month(manifest.month))
    groups = sorted(corner.vault.names("groups"))
    for group_id in groups:
        parse_group(corner, run, group_id)
    withhold_groups(corner, run, groups)
    _refuse_lost_files(corner, manifest)
    for stage in (reconcile_group, identify_group, validate_group):
        for group_id in groups:
            stage(corner, run, group_id)
    numbers = [TABLES["core.fact_indicator"].empty()]
    for group_id in manifest.groups:
        measure_group(corner, run, group_id)
        frame = StageStore(corner.vault, group_id).frame("measure", "core.fact_indicator")
        numbers.append(TABLES["core.fact_indicator"].conform(frame))
    return newest(pl.concat(numbers))


def _refuse_lost_files(corner: Workspace, manifest: Manifest) -> None:
    lost = 0
    for group_id, evidence in manifest.groups.items():
        ledger = read_ledger(corner.vault, group_id)
        lost += len(set(evidence.exports) - set(ledger.metas))
        lost += sum(not corner.vault.exists(raw_name(file_id)) for file_id in evidence.rosters)
    if lost:
        raise NotRebuildable(
            "files that this snapshot rests on are not in the vault any more",
            next_step="restore a backup that holds them elsewhere, and rebuild there",
            files=lost,
        )


# --- held against what was ------------------------------------------------------------------------


def _compare_hashes(found: Rebuilt, corner: Workspace, manifest: Manifest, held: kept.Kept) -> None:
    run = Run(run_id=uuid.uuid4().hex, flow=CORNER, month=format_month(manifest.month))
    anew = manifest_of(corner, run, list(manifest.groups))
    # what erasures, words and settings were is stated, not found: an erasure since then changes none of the numbers
    stated = ("erasures_hash", "groups_toml_hash", "corrections_hash", "parameters")
    anew = anew.model_copy(update={name: getattr(manifest, name) for name in stated})
    found.rebuilt_manifest_sha256 = anew.sha256
    hashes = {}
    for group_id in manifest.groups:
        store = StageStore(corner.vault, group_id)
        hashes[group_id] = kept.group_hash({name: store.frame("measure", name) for name in kept.NUMBERS})
        if held.numbers.get(group_id) is None or held.numbers[group_id].sha256 != hashes[group_id]:
            found.differing_groups.append(group_id)
    found.rebuilt_numbers_sha256 = total_hash(hashes)


def _compare_cells(found: Rebuilt, warehouse: Warehouse, known: pl.DataFrame, numbers: pl.DataFrame) -> None:
    vintage = warehouse.read("SELECT * FROM core.fact_indicator_vintage")
    told = as_of(vintage, known["snapshot_id"].to_list(), found.snapshot_id)
    measured = set(numbers["group_id"])
    found.not_told = sorted(measured - set(told["group_id"]))
    told = told.filter(pl.col("group_id").is_in(sorted(measured)))
    anew = numbers.filter(~pl.col("group_id").is_in(found.not_told))
    found.n_cells = anew.height
    found.n_different = every_difference(told, anew).height


def _write_facts(corner: Workspace, manifest: Manifest, out: Path) -> None:
    """One Parquet file per table, of all groups that the snapshot measured; whole or not at all."""
    draft = out.with_name(f".{out.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    try:
        stores = [StageStore(corner.vault, group_id) for group_id in manifest.groups]
        for name, table in TABLES.items():
            parts = [frame for store in stores for frame in store.frames("measure", only=name).values()]
            columns = [column for column in table.names if column != "snapshot_id"]
            if parts:
                path = draft / f"{name}.parquet"
                path.touch(mode=0o600)
                pl.concat([part.select(columns) for part in parts]).write_parquet(path)
        draft.rename(out)
    except OSError:
        raise SolidarityError("the facts could not be written", next_step="look at the disk") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
