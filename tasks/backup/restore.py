"""Bring a backup back, into an empty home or in the place of what is there."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from schemas.errors import UsageError
from schemas.tables import TABLES, Table
from tasks.backup.contents import (
    ZONES,
    BackupManifest,
    SavedTable,
    new_objects,
    open_backup,
    read_object,
    verify,
)
from tasks.backup.erasures import copy_erasures, newest_erasures
from tasks.backup.save import save_tables
from tasks.rights.forget import reapply
from warehouse.engine import Warehouse, database_file, typed_errors
from warehouse.failpoints import reach
from warehouse.lock import run_lock
from warehouse.migrate import upgrade
from warehouse.roles import grant_research
from warehouse.tables import quoted
from warehouse.vault import Vault
from warehouse.workspace import RESTORING, Workspace

_ASIDE = "before-restore"


def restore(
    workspace: Workspace, backup: Path, *, force: bool = False, wait_s: float = 0
) -> tuple[BackupManifest, Path | None]:
    """Put the state of a backup in force; returns its manifest and where the former state lies, if any.

    Every object is read and held against the manifest before anything is changed. Erasures made since are
    applied again. A restore that was killed is begun anew by calling it again; until then no run starts.

    Args:
        workspace: where to. backup: the backup's folder. force: also where something is already; the former
            state is kept beside it. wait_s: seconds to wait for a run to end.

    Raises:
        UsageError: the backup is damaged or none; the home is not empty and ``force`` is not given.
        ConfigurationError: the backup or the erasures beside it do not open with the vault key.
        Locked: a run holds the warehouse.
    """
    objects, manifest = open_backup(backup, workspace.home)
    verify(objects, manifest)
    with run_lock(workspace.settings.database_url, workspace.home, wait_s):
        aside = _make_room(workspace, force=force)
        marker = workspace.home / RESTORING
        marker.write_text(str(aside.name) if aside else "", encoding="ascii")
        erasures = newest_erasures(workspace, backup, aside / "vault" if aside else None)
        _place_files(workspace, objects, manifest)
        if erasures is not None:
            copy_erasures(erasures, Vault(workspace.home / "vault", workspace.settings.vault_key))
        reach("restore.placed")
        _load_tables(Warehouse(workspace.settings.database_url), objects, manifest)
    reapply(Workspace.open(workspace.home), wait_s)
    marker.unlink()
    return manifest, aside


def _make_room(workspace: Workspace, *, force: bool) -> Path | None:
    """Move away what is there; of a restore that was killed only what it wrote itself.

    Raises:
        UsageError: something is there and ``force`` is not given.
    """
    marker = workspace.home / RESTORING
    warehouse = Warehouse(workspace.settings.database_url)
    if marker.exists():
        for zone in ZONES:
            shutil.rmtree(workspace.home / zone, ignore_errors=True)
        loaded = database_file(warehouse.url)
        if loaded is not None:
            loaded.unlink(missing_ok=True)
        name = marker.read_text("ascii")
        return workspace.home / name if name else None
    zones = [zone for zone in ZONES if _holds_files(workspace.home / zone)]
    has_rows = warehouse.exists()
    if not zones and not has_rows:
        return None
    if not force:
        raise UsageError(
            "something is here already; nothing was changed",
            next_step="restore into an empty home, or use --force, which keeps the former state beside it",
        )
    aside = workspace.home / f"{_ASIDE}-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%fZ}"
    aside.mkdir(mode=0o700, parents=True)
    if has_rows:
        _keep_warehouse(workspace, warehouse, aside)
    for zone in zones:
        (workspace.home / zone).rename(aside / zone)
    return aside


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))


def _keep_warehouse(workspace: Workspace, warehouse: Warehouse, aside: Path) -> None:
    """The former warehouse: its file as it is, or its tables as Parquet."""
    file = database_file(warehouse.url)
    if file is None:
        save_tables(warehouse, new_objects(aside / "warehouse", workspace.home))
        return
    shutil.move(file, aside / file.name)  # the warehouse may lie on another disk than the home


def _place_files(workspace: Workspace, objects: Vault, manifest: BackupManifest) -> None:
    vault = Vault(workspace.home / "vault", workspace.settings.vault_key)
    for saved in manifest.files:
        content = read_object(objects, saved)
        path = workspace.home / saved.zone / saved.name
        if saved.zone == "vault":
            vault.write_bytes(saved.name, content)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(saved.mode)
        os.utime(path, ns=(saved.mtime_ns, saved.mtime_ns))


def _load_tables(warehouse: Warehouse, objects: Vault, manifest: BackupManifest) -> None:
    """All tables in one transaction, in the version they were saved in, then brought to the newest."""
    if manifest.revision is None:
        return
    is_there = warehouse.exists()
    with typed_errors("restoring the warehouse"), warehouse.backend.writing() as connection:
        if is_there:  # PostgreSQL: its rows were kept aside
            _drop_schemas(connection)
        upgrade(connection, manifest.revision)
        for saved in manifest.tables:
            frame = pl.read_parquet(io.BytesIO(read_object(objects, saved)))
            if frame.height:
                warehouse.backend.insert(connection, _table(saved), frame)
        upgrade(connection)
    grant_research(warehouse.url)


def _drop_schemas(connection: sa.Connection) -> None:
    for schema in sorted({table.schema for table in TABLES.values()}):
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")


def _table(saved: SavedTable) -> Table:
    """A table by its name alone: its columns are those of the version it was saved in."""
    return Table(saved.schema_name, saved.name, "", ())
