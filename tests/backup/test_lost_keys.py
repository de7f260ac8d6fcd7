"""What is left when a key is lost, as docs/engineers.md tells it."""

from __future__ import annotations

import shutil

import pytest

from schemas.errors import ConfigurationError
from tasks.backup.save import save
from tests.backup.test_backup import KEY, hash_of
from tests.e2e.stagewise import drive
from warehouse.engine import Warehouse
from warehouse.keys import generate
from warehouse.stages import StageStore
from warehouse.workspace import Workspace


def month_of(workspace: Workspace) -> str:
    return str(
        Warehouse(workspace.settings.database_url).read("SELECT snapshot_id FROM core.dim_snapshot").item()
    )[:7]


def test_with_the_vault_key_lost_landing_gives_the_same_figures(
    measured: Workspace, duckdb_only: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, month = hash_of(measured), month_of(measured)
    monkeypatch.setenv("SOLIDARITY_VAULT_KEY", KEY)
    Workspace.open().vault.seal_all()
    monkeypatch.setenv("SOLIDARITY_VAULT_KEY", "a new vault key, for the old one is lost: 0123456789")
    with pytest.raises(ConfigurationError):
        drive(month)
    assert hash_of(measured) == before
    shutil.move(measured.home / "vault", measured.home / "vault.lost")
    generate(measured.home / "vault" / "pseudonym.key")
    drive(month)
    assert hash_of(measured) == before
    assert_keys_agree(Workspace.open())


def test_without_the_pseudonym_key_nothing_runs_and_a_new_one_gives_the_same_figures(
    measured: Workspace, duckdb_only: None
) -> None:
    before, month = hash_of(measured), month_of(measured)
    measured.key_file.unlink()
    with pytest.raises(ConfigurationError, match="no pseudonym key"):
        drive(month)
    shutil.move(measured.home / "vault", measured.home / "vault.lost")
    generate(measured.home / "vault" / "pseudonym.key")
    drive(month)
    assert hash_of(measured) == before
    assert_keys_agree(Workspace.open())


def test_a_backup_brings_the_keys_back(measured: Workspace, duckdb_only: None) -> None:
    from tasks.backup.restore import restore

    before, month, key_id = hash_of(measured), month_of(measured), measured.key().key_id
    folder, _ = save(measured)
    shutil.rmtree(measured.home / "vault")
    restore(Workspace.open(), folder, force=True)
    assert Workspace.open().key().key_id == key_id
    drive(month)
    assert hash_of(measured) == before


def assert_keys_agree(workspace: Workspace) -> None:
    """The people of the vault and those of the warehouse go by the same pseudonyms."""
    (group_id,) = workspace.vault.names("groups")
    people = StageStore(workspace.vault, group_id).frame("identify", "people")
    known = Warehouse(workspace.settings.database_url).read(
        "SELECT DISTINCT pseudonym_key FROM core.dim_member"
    )
    assert set(people["pseudonym_key"]) == set(known["pseudonym_key"])
