"""Commands that copy an installation to a safe place and bring it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flows.call import Call
from schemas.errors import ExitCode

if TYPE_CHECKING:
    from tasks.backup.contents import BackupManifest


def backup(call: Call, to: Path | None, wait: int) -> int:
    """Write a backup and say where it is."""
    from tasks.backup.save import save

    folder, manifest = save(call.workspace, to, wait)
    is_encrypted = call.workspace.vault.is_encrypted
    document = {"backup": str(folder), "is_encrypted": is_encrypted} | _counts(manifest)
    call.answer(document, lambda: _say_saved(folder, manifest, is_encrypted))
    return ExitCode.DONE


def restore(call: Call, source: Path, force: bool, check: bool, wait: int) -> int:
    """Bring a backup back, or only hold it against its manifest."""
    from tasks.backup.contents import open_backup, verify
    from tasks.backup.restore import restore as bring_back
    from tasks.rights.forget import reapply
    from warehouse.workspace import Workspace

    if check:
        objects, manifest = open_backup(source, call.workspace.home)
        verify(objects, manifest)
        call.answer({"sound": True} | _counts(manifest), lambda: _say("sound", manifest))
        return ExitCode.DONE
    manifest, aside = bring_back(call.workspace, source, force=force, wait_s=wait)
    reapply(Workspace.open(call.workspace.home), wait)
    document = {"restored": str(call.workspace.home), "former_state": aside and str(aside)} | _counts(
        manifest
    )
    call.answer(document, lambda: _say_restored(manifest, aside))
    return ExitCode.DONE


def _counts(manifest: BackupManifest) -> dict[str, object]:
    return {
        "created_at": manifest.created_at.isoformat(),
        "snapshot_id": manifest.snapshot_id,
        "n_files": len(manifest.files),
        "n_tables": len(manifest.tables),
        "n_rows": sum(table.n_rows for table in manifest.tables),
        "logical_hash": manifest.logical_hash,
    }


def _say(word: str, manifest: BackupManifest) -> None:
    import typer

    typer.echo(
        f"{word}: {len(manifest.files)} files, {len(manifest.tables)} tables, state of "
        f"{manifest.created_at:%Y-%m-%d %H:%M} UTC, snapshot {manifest.snapshot_id or 'none'}"
    )


def _say_saved(folder: Path, manifest: BackupManifest, is_encrypted: bool) -> None:
    import typer

    _say(f"backup {folder}", manifest)
    if not is_encrypted:
        typer.echo("it is not encrypted: set SOLIDARITY_VAULT_KEY, or keep it as safe as the vault")


def _say_restored(manifest: BackupManifest, aside: Path | None) -> None:
    import typer

    _say("restored", manifest)
    if aside is not None:
        typer.echo(f"the former state lies in {aside}; remove it when it is no longer needed")
