"""Erasures outlive backups: tombstones lie beside the backups too, so that a restore applies them again.

A tombstone names nobody (see :mod:`tasks.rights.tombstones`); with its key it can only tell whether a label,
number or message that is shown to it was an erased person's.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.vault import Vault
from warehouse.workspace import Workspace

#: Where the vault lists the folders into which backups were written.
PLACES = "backup_places.json"
BESIDE = "erasures"
_TOMBSTONES = "erasures"


def keep_erasures(workspace: Workspace, folder: Path) -> None:
    """Remember a folder of backups, and lay the erasures made so far beside them."""
    known = _places(workspace)
    if str(folder) not in known:
        workspace.vault.write_document(PLACES, sorted({*known, str(folder)}))
    copy_erasures(workspace.vault, _beside(workspace, folder))


def spread_erasures(workspace: Workspace) -> int:
    """Lay the erasures made so far beside all backups; returns how many folders of backups were out of reach.

    To be called after an erasure. What is out of reach gets them with the next backup made there.
    """
    missed = 0
    for place in map(Path, _places(workspace)):
        if place.is_dir():
            copy_erasures(workspace.vault, _beside(workspace, place))
        else:
            missed += 1
    return missed


def newest_erasures(workspace: Workspace, backup: Path, old_vault: Path | None) -> Vault | None:
    """The fullest tombstones known: beside the backup, or in the vault that the restore replaces.

    Tombstones only grow, so the longer register holds the shorter one; None where nobody was ever erased.

    Raises:
        ConfigurationError: they cannot be opened: better no restore than one that brings somebody back.
    """
    key = workspace.settings.vault_key
    known = [Vault(old_vault, key)] if old_vault is not None else []
    beside = [path for path in _folders(backup.parent / BESIDE) if path.name in backup.name.split("-")]
    known += [Vault(path, key) for path in beside or _folders(backup.parent / BESIDE)]
    found = [
        (sum(len(vault.read_bytes(name)) for name in _names(vault)), at) for at, vault in enumerate(known)
    ]
    size, at = max(found, default=(0, 0))
    return known[at] if size else None


def _folders(place: Path) -> list[Path]:
    return sorted(path for path in place.iterdir() if path.is_dir()) if place.is_dir() else []


def copy_erasures(source: Vault, target: Vault) -> None:
    """Tombstones and their key from one vault to another; nothing where nobody was ever erased."""
    for name in _names(source):
        target.write_bytes(name, source.read_bytes(name))


def _names(vault: Vault) -> list[str]:
    return list(vault.files(_TOMBSTONES))


def _beside(workspace: Workspace, folder: Path) -> Vault:
    from tasks.backup.save import home_id

    return Vault(folder / BESIDE / home_id(workspace), workspace.settings.vault_key)


def _places(workspace: Workspace) -> list[str]:
    return list(workspace.vault.read_document(PLACES)) if workspace.vault.exists(PLACES) else []
