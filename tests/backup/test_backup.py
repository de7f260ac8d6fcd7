"""A backup is whole, private and verifiable; what comes back is what was saved."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError, Locked, UsageError
from tasks.backup.contents import open_backup, verify
from tasks.backup.restore import restore
from tasks.backup.save import save
from tests.e2e.stagewise import ROOT, drive
from warehouse.engine import Warehouse
from warehouse.failpoints import VARIABLE, FailPointReached
from warehouse.lock import run_lock
from warehouse.logical_hash import TOTAL, logical_hash
from warehouse.workspace import RESTORING, Workspace

KEY = "a vault key that is long enough for tests, 0123456789"
ZONES = ("landing", "vault", "releases", "reports")


def contents(home: Path, zones: tuple[str, ...] = ZONES) -> dict[str, bytes]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for zone in zones
        for path in sorted((home / zone).rglob("*"))
        if path.is_file() and path.name != "backup_places.json"
    }


def hash_of(workspace: Workspace) -> str:
    return logical_hash(Warehouse(workspace.settings.database_url))[TOTAL]


def empty_home(place: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> Workspace:
    monkeypatch.setenv("SOLIDARITY_HOME", str(place))
    monkeypatch.setenv("SOLIDARITY_WAREHOUSE_URL", url)
    return Workspace.open(place)


@pytest.mark.parametrize("key", [None, KEY])
def test_a_restored_home_is_the_saved_one_and_a_run_changes_nothing(
    measured: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    if key:
        monkeypatch.setenv("SOLIDARITY_VAULT_KEY", key)
        measured = Workspace.open(measured.home)
    before = hash_of(measured)
    folder, manifest = save(measured, tmp_path / "safe")
    assert manifest.logical_hash == before
    assert sum(table.n_rows for table in manifest.tables) > 1000
    # another machine, which has DuckDB whatever the first one had
    other = empty_home(tmp_path / "other", monkeypatch, f"duckdb:///{tmp_path / 'other.duckdb'}")
    restore(other, folder)
    if key is None:
        assert contents(other.home) == contents(measured.home)
    assert hash_of(other) == before
    loads = "SELECT count(*) AS n FROM ops.load"
    n_loads = Warehouse(other.settings.database_url).read(loads).item()
    drive(manifest.snapshot_id[:7] if manifest.snapshot_id else "")
    assert hash_of(other) == before
    assert Warehouse(other.settings.database_url).read(loads).item() == n_loads


def test_a_backup_from_duckdb_goes_into_either_engine(
    measured: Workspace,
    duckdb_only: None,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.conftest import _own_database

    before = hash_of(measured)
    folder, _ = save(measured, tmp_path / "safe")
    database = _own_database(request.getfixturevalue("pg_url"), "template0")
    other = empty_home(tmp_path / "other", monkeypatch, next(database))
    restore(other, folder)
    assert hash_of(other) == before
    next(database, None)


def test_nothing_of_an_encrypted_backup_can_be_read(
    measured: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [path.name.encode() for path in measured.landing.rglob("*.txt")]
    assert names
    monkeypatch.setenv("SOLIDARITY_VAULT_KEY", KEY)
    folder, _ = save(Workspace.open(measured.home), tmp_path / "safe")
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert content.startswith(b"SWV1")
            assert not any(name in content for name in names)
            assert path.stat().st_mode & 0o777 == 0o600
    for wrong in (None, "another vault key that is long enough, 0123456789"):
        monkeypatch.delenv("SOLIDARITY_VAULT_KEY") if wrong is None else monkeypatch.setenv(
            "SOLIDARITY_VAULT_KEY", wrong
        )
        with pytest.raises(ConfigurationError):
            open_backup(folder)


@pytest.mark.parametrize("damage", ["changed", "missing", "manifest", "empty"])
def test_a_damaged_backup_is_refused_before_anything_changes(
    measured: Workspace, duckdb_only: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    folder, manifest = save(measured, tmp_path / "safe")
    victim = folder / ("manifest.json" if damage in ("manifest", "empty") else manifest.tables[5].object)
    if damage == "missing":
        victim.unlink()
    elif damage == "empty":
        victim.write_bytes(b"")
    else:
        victim.write_bytes(victim.read_bytes()[:-9] + b"damaged!}")
    other = empty_home(tmp_path / "other", monkeypatch, f"duckdb:///{tmp_path / 'other.duckdb'}")
    with pytest.raises(UsageError):
        restore(other, folder)
    assert not contents(other.home)
    assert not (tmp_path / "other.duckdb").exists()


def test_a_manifest_cannot_write_outside_the_home(
    measured: Workspace, duckdb_only: None, tmp_path: Path
) -> None:
    folder, manifest = save(measured, tmp_path / "safe")
    evil = manifest.files[0].model_copy(update={"name": "../../evil"})
    forged = manifest.model_copy(update={"files": (evil, *manifest.files[1:])})
    objects, _ = open_backup(folder)
    with pytest.raises(UsageError):
        verify(objects, forged)


def test_a_full_home_is_refused_and_kept_beside_with_force(measured: Workspace, tmp_path: Path) -> None:
    before = hash_of(measured)
    folder, _ = save(measured, tmp_path / "safe")
    (measured.landing / "corrections.toml").write_text("# later\n", encoding="utf-8")
    with pytest.raises(UsageError):
        restore(measured, folder)
    assert (measured.landing / "corrections.toml").exists()
    _, aside = restore(Workspace.open(measured.home), folder, force=True)
    assert aside is not None
    assert (aside / "landing" / "corrections.toml").read_text("utf-8") == "# later\n"
    assert any((aside / "vault").rglob("*.parquet"))
    assert any(path.suffix in (".duckdb", ".parquet") for path in aside.rglob("*"))
    assert not (measured.landing / "corrections.toml").exists()
    assert hash_of(measured) == before


def test_a_killed_restore_stops_runs_until_it_is_done_again(
    measured: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hash_of(measured)
    folder, _ = save(measured, tmp_path / "safe")
    monkeypatch.setenv(VARIABLE, "restore.placed:raise")
    with pytest.raises(FailPointReached):
        restore(measured, folder, force=True)
    monkeypatch.delenv(VARIABLE)
    assert (measured.home / RESTORING).exists()
    with pytest.raises(ConfigurationError):
        measured.refuse_half_restored()
    _, aside = restore(Workspace.open(measured.home), folder)
    measured.refuse_half_restored()
    assert aside is not None
    assert any((aside / "vault").rglob("*.parquet"))
    assert hash_of(measured) == before


def test_a_failed_backup_leaves_nothing(
    measured: Workspace, duckdb_only: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "backup.written:raise")
    with pytest.raises(FailPointReached):
        save(measured, tmp_path / "safe")
    assert list((tmp_path / "safe").iterdir()) == []
    monkeypatch.delenv(VARIABLE)
    leftover = tmp_path / "safe" / f".backup-{save(measured, tmp_path / 'x')[0].name.split('-')[1]}-1.part"
    leftover.mkdir()
    save(measured, tmp_path / "safe")
    assert not leftover.exists()


def test_a_backup_waits_for_the_lock(measured: Workspace, tmp_path: Path) -> None:
    with run_lock(measured.settings.database_url, measured.home), pytest.raises(Locked):
        save(measured, tmp_path / "safe")
    assert not (tmp_path / "safe").exists() or not list((tmp_path / "safe").iterdir())


def test_a_backup_may_not_lie_in_what_it_saves(measured: Workspace, duckdb_only: None) -> None:
    with pytest.raises(UsageError):
        save(measured, measured.home / "vault" / "backups")


def test_an_empty_home_is_no_backup(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        save(Workspace.open(home), tmp_path / "safe")
    assert not (tmp_path / "safe").exists()


def test_the_commands_in_a_process_of_their_own(
    measured: Workspace, duckdb_only: None, tmp_path: Path
) -> None:
    """Nothing that another test has imported may be needed."""

    def solidarity(home: Path, *words: str) -> dict[str, object]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SOLIDARITY_")}
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli", "--json", "--home", str(home), *words],
            env=inherited, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    saved = solidarity(measured.home, "backup", "--to", str(tmp_path / "safe"))
    assert solidarity(tmp_path / "x", "restore", str(saved["backup"]), "--check")["sound"]
    other = tmp_path / "other"
    restored = solidarity(other, "restore", str(saved["backup"]))
    assert restored["logical_hash"] == hash_of(measured)
    assert logical_hash(Warehouse(f"duckdb:///{other / 'warehouse.duckdb'}"))[TOTAL] == hash_of(measured)
