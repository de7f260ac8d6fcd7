"""Copy a whole installation to a safe place."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from schemas.errors import UsageError
from schemas.tables import TABLES
from tasks.backup.contents import (
    FORMAT,
    MANIFEST,
    ZONES,
    BackupManifest,
    SavedFile,
    SavedTable,
    new_objects,
    open_backup,
    sha256,
    verify,
)
from tasks.backup.erasures import keep_erasures
from warehouse.engine import Warehouse
from warehouse.failpoints import reach
from warehouse.lock import run_lock
from warehouse.logical_hash import HASHED_SCHEMAS as HASHED
from warehouse.logical_hash import TOTAL, table_hash, total_hash
from warehouse.migrate import newest
from warehouse.sources import code_version
from warehouse.vault import Vault
from warehouse.workspace import Workspace

_COPYING = ".part"


def save(workspace: Workspace, to: Path | None = None, wait_s: float = 0) -> tuple[Path, BackupManifest]:
    """Write a backup, read it again, and tell where it is.

    Seen whole or not at all: it is written beside its place and renamed. The run's lock is held, so that
    vault and warehouse are of one state.

    Args:
        workspace: what to save. to: folder of backups, default ``backups`` in the home. wait_s: seconds to
            wait for a run to end.

    Raises:
        Locked: a run holds the warehouse.
        UsageError: the home holds nothing, the warehouse is of an older version, or what was written cannot be
            read again.
        ConfigurationError: it would lie unencrypted on remote storage.
    """
    folder = (to or workspace.home / "backups").absolute()
    if any(folder.is_relative_to(workspace.home / zone) for zone in ZONES):
        raise UsageError("a backup cannot lie in what it saves", next_step="name another folder with --to")
    if not any((workspace.home / zone).is_dir() for zone in ZONES):
        raise UsageError("there is nothing to save in this home", next_step="name the home with --home")
    with run_lock(workspace.settings.database_url, workspace.home, wait_s):
        workspace.refuse_half_restored()
        workspace.vault.seal_all()
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
        place = _free_place(folder, f"backup-{home_id(workspace)}-{now:%Y%m%dT%H%M%SZ}")
        for leftover in folder.glob(f".backup-{home_id(workspace)}-*{_COPYING}"):
            shutil.rmtree(leftover)
        copying = folder / f".{place.name}{_COPYING}"
        try:
            objects = new_objects(copying, workspace.home)
            _write(workspace, objects, now)
            reach("backup.written")
            verify(*open_backup(copying, workspace.home))
            copying.rename(place)
        finally:
            shutil.rmtree(copying, ignore_errors=True)
        keep_erasures(workspace, folder)
    return place, open_backup(place, workspace.home)[1]


def home_id(workspace: Workspace) -> str:
    """Six hex digits that tell the backups of one home from another's in one folder."""
    return hashlib.sha256(str(workspace.home.absolute()).encode()).hexdigest()[:6]


def _free_place(folder: Path, name: str) -> Path:
    """A folder that is not there yet; two backups may be made within a second."""
    places = (folder / f"{name}{suffix}" for suffix in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(place for place in places if not place.exists())


def _write(workspace: Workspace, objects: Vault, now: dt.datetime) -> None:
    tables, hashes = save_tables(Warehouse(workspace.settings.database_url), objects)
    files = tuple(_saved_files(workspace, objects))
    warehouse = Warehouse(workspace.settings.database_url)
    manifest = BackupManifest(
        format=FORMAT,
        created_at=now,
        code_version=code_version(),
        engine=warehouse.dialect,
        revision=warehouse.version(),
        snapshot_id=_snapshot_id(warehouse) if tables else None,
        logical_hash=hashes.get(TOTAL),
        files=files,
        tables=tables,
    )
    objects.write_bytes(MANIFEST, manifest.model_dump_json().encode())


def _snapshot_id(warehouse: Warehouse) -> str | None:
    from tasks.snapshot.evidence import in_force

    return in_force(warehouse)


def _saved_files(workspace: Workspace, objects: Vault) -> Iterator[SavedFile]:
    """Every file of the zones. Those of the vault are opened first, so that each is known to open."""
    number = 0
    for zone in ZONES:
        root = workspace.home / zone
        for path in sorted(root.rglob("*")):
            if not path.is_file() or path.is_symlink() or path.name.endswith(_COPYING):
                continue
            name = path.relative_to(root).as_posix()
            about = path.stat()
            content = workspace.vault.read_bytes(name) if zone == "vault" else path.read_bytes()
            number += 1
            saved = SavedFile(
                zone=zone,
                name=name,
                object=f"objects/{number // 1000:03d}/{number:06d}",
                sha256=sha256(content),
                n_bytes=len(content),
                mtime_ns=about.st_mtime_ns,
                mode=stat.S_IMODE(about.st_mode),
            )
            objects.write_bytes(saved.object, content)
            yield saved


def save_tables(warehouse: Warehouse, objects: Vault) -> tuple[tuple[SavedTable, ...], dict[str, str]]:
    """Every table as one committed state has it, and the logical hash of them all.

    Raises:
        UsageError: the warehouse is not of this version.
    """
    if not warehouse.exists():
        return (), {}
    if warehouse.version() != newest():
        raise UsageError("the warehouse is not of the newest version", next_step="run `solidarity migrate`")
    saved: list[SavedTable] = []
    hashes: dict[str, str] = {}
    with warehouse.reader() as reader:
        for qualified, table in TABLES.items():
            columns = ", ".join(f'"{name}"' for name in table.names)
            frame = table.conform(reader.read(f'SELECT {columns} FROM {table.schema}."{table.name}"'))
            if table.schema in HASHED:
                hashes[qualified] = table_hash(frame)
            content = _as_parquet(frame)
            entry = SavedTable(
                schema_name=table.schema,
                name=table.name,
                object=f"tables/{qualified}.parquet",
                sha256=sha256(content),
                n_rows=frame.height,
            )
            objects.write_bytes(entry.object, content)
            saved.append(entry)
    return tuple(saved), {**hashes, TOTAL: total_hash(hashes)}


def _as_parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()
