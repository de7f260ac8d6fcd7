"""What a backup consists of: a manifest, and objects by number, all of them as private as the vault.

A backup is a small vault of its own, encrypted under the vault key when one is set. File names are people too,
so they stand in the manifest only. The warehouse travels as one Parquet file per table, which belongs to no
engine: what was saved from DuckDB may be restored into PostgreSQL.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.errors import ConfigurationError, UsageError
from warehouse.settings import load_settings
from warehouse.storage import refuse_unencrypted
from warehouse.vault import Vault

FORMAT = 1
MANIFEST = "manifest.json"
#: Folders of a home that a backup holds. Settings and Prefect's state belong to the machine.
ZONES = ("landing", "vault", "releases", "reports")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SavedFile(_Strict):
    """A file of a zone: where it lay, which object holds it, and what it hashes to."""

    zone: str
    name: str
    object: str
    sha256: str
    n_bytes: int
    mtime_ns: int
    mode: int


class SavedTable(_Strict):
    """A table of the warehouse."""

    schema_name: str
    name: str
    object: str
    sha256: str
    n_rows: int


class BackupManifest(_Strict):
    """Everything a backup holds."""

    format: int
    created_at: dt.datetime
    code_version: str
    engine: str
    revision: str | None  # of the warehouse's tables; None before they were created
    snapshot_id: str | None
    logical_hash: str | None
    files: tuple[SavedFile, ...]
    tables: tuple[SavedTable, ...]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def open_backup(folder: Path, home: Path | None = None) -> tuple[Vault, BackupManifest]:
    """A backup's objects and its manifest.

    Raises:
        UsageError: there is no backup in the folder, or its manifest is damaged.
        ConfigurationError: it is encrypted, and the vault key is missing or another one.
    """
    objects = Vault(folder, load_settings(home).vault_key)
    if not objects.exists(MANIFEST):
        raise UsageError("there is no backup in this folder", next_step="name the folder that `backup` told")
    try:
        manifest = BackupManifest.model_validate_json(objects.read_bytes(MANIFEST))
    except ValidationError:
        raise _damaged(1) from None
    if manifest.format != FORMAT:
        raise UsageError("this version does not know the backup's format", next_step="install a newer one")
    return objects, manifest


def verify(objects: Vault, manifest: BackupManifest) -> None:
    """Read every object and hold it against the manifest.

    Raises:
        UsageError: with the number of objects that are missing or not as written.
    """
    every: list[SavedFile | SavedTable] = [*manifest.files, *manifest.tables]
    bad = sum(_content(objects, saved) is None for saved in every)
    bad += sum(not _is_inside(saved.zone, saved.name) for saved in manifest.files)
    if bad:
        raise _damaged(bad)


def read_object(objects: Vault, saved: SavedFile | SavedTable) -> bytes:
    """The content of an object, as it was saved.

    Raises:
        UsageError: it is missing or damaged.
    """
    content = _content(objects, saved)
    if content is None:
        raise _damaged(1)
    return content


def _content(objects: Vault, saved: SavedFile | SavedTable) -> bytes | None:
    try:
        content = objects.read_bytes(saved.object)
    except (OSError, ValueError, ConfigurationError):
        return None
    return content if sha256(content) == saved.sha256 else None


def _is_inside(zone: str, name: str) -> bool:
    """Whether a file would be put into its zone and nowhere else."""
    path = PurePosixPath(name)
    return zone in ZONES and not path.is_absolute() and ".." not in path.parts and bool(path.parts)


def _damaged(n: int) -> UsageError:
    return UsageError("the backup is damaged; nothing was changed", next_step="take another one", objects=n)


def new_objects(folder: Path, home: Path) -> Vault:
    """The objects of a backup to be written; refuses unencrypted ones on remote storage."""
    objects = Vault(folder, load_settings(home).vault_key)
    refuse_unencrypted(folder, is_encrypted=objects.is_encrypted)
    return objects
