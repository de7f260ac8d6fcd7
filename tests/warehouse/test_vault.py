"""The vault: whole files, private, encrypted when a key is set."""

import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from schemas.errors import ConfigurationError
from warehouse import storage
from warehouse.settings import load_settings
from warehouse.storage import is_remote
from warehouse.vault import Vault

KEY = SecretStr("0123456789abcdef" * 4)
SECRET = "Ustadz Canary +62 812 0000 1111"


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", KEY)
    frame = pl.DataFrame({"text": [SECRET, None], "n": [1, 2]})
    vault.write_frame("groups/g/f.parquet", frame)
    vault.write_document("d.json", {"name": SECRET})
    assert vault.read_frame("groups/g/f.parquet").equals(frame)
    assert vault.read_document("d.json") == {"name": SECRET}


def test_encrypted_bytes_show_nothing(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", KEY)
    vault.write_bytes("x", SECRET.encode())
    assert b"Canary" not in (tmp_path / "vault" / "x").read_bytes()
    assert "0123456789abcdef" not in repr(vault)


@pytest.mark.parametrize("key", [None, SecretStr("another key, long enough to be taken at all")])
def test_an_encrypted_vault_refuses_without_its_key(tmp_path: Path, key: SecretStr | None) -> None:
    Vault(tmp_path, KEY).write_bytes("x", b"content")
    with pytest.raises(ConfigurationError) as refused:
        Vault(tmp_path, key).read_bytes("x")
    assert refused.value.next_step


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    Vault(tmp_path, KEY).write_bytes("x", b"content")
    sealed = bytearray((tmp_path / "x").read_bytes())
    sealed[-1] ^= 1
    (tmp_path / "x").write_bytes(bytes(sealed))
    with pytest.raises(ConfigurationError):
        Vault(tmp_path, KEY).read_bytes("x")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="too short"):
        Vault(Path(), SecretStr("short"))


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Vault(tmp_path / "vault").write_bytes("a/b/x", b"content")
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "vault").rglob("*")}
    assert modes == {"a": 0o700, "b": 0o700, "x": 0o600}
    assert (tmp_path / "vault").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd"])
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="out of the vault"):
        Vault(tmp_path / "vault").write_bytes(name, b"")


@given(content=st.binary(max_size=200))
def test_any_bytes_survive_encryption(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    vault = Vault(tmp_path_factory.mktemp("vault"), KEY)
    vault.write_bytes("x", content)
    assert vault.read_bytes("x") == content


OTHER = SecretStr("another key, long enough to be taken at all")


def test_a_key_set_later_encrypts_what_lies_there(tmp_path: Path) -> None:
    plain = Vault(tmp_path / "vault")
    plain.write_bytes("groups/g/x", SECRET.encode())
    plain.write_document("d.json", {"name": SECRET})
    leftover = tmp_path / "vault" / "groups" / "g" / ".x.1-ab.part"
    leftover.write_text(SECRET, encoding="utf-8")
    vault = Vault(tmp_path / "vault", KEY)
    assert vault.read_bytes("groups/g/x") == SECRET.encode()
    assert vault.seal_all() == 2
    assert vault.seal_all() == 0
    assert not leftover.exists()
    for path in (tmp_path / "vault").rglob("*"):
        if path.is_file():
            assert b"Canary" not in path.read_bytes()
            assert path.stat().st_mode & 0o777 == 0o600
    assert vault.read_document("d.json") == {"name": SECRET}


@pytest.mark.parametrize("key", [None, OTHER])
def test_nothing_is_written_under_another_key(tmp_path: Path, key: SecretStr | None) -> None:
    Vault(tmp_path, KEY).write_bytes("x", b"content")
    other = Vault(tmp_path, key)
    for act in (
        other.check_key,
        lambda: other.write_bytes("y", b"new"),
        lambda: other.write_bytes("x", b"new"),
    ):
        with pytest.raises(ConfigurationError) as refused:
            act()
        assert refused.value.next_step
        assert "0123456789abcdef" not in refused.value.describe()
    assert not (tmp_path / "y").exists()
    assert Vault(tmp_path, KEY).read_bytes("x") == b"content"


def test_a_wrong_key_ends_every_command_with_2(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from flows.cli import main

    monkeypatch.setenv("SOLIDARITY_VAULT_KEY", KEY.get_secret_value())
    assert main(["init", "--group", "g"]) == 0
    Vault(home / "vault", KEY).seal_all()
    assert (home / "vault" / "pseudonym.key").read_bytes().startswith(b"SWV1")
    assert main(["status"]) == 0
    capsys.readouterr()
    monkeypatch.setenv("SOLIDARITY_VAULT_KEY", OTHER.get_secret_value())
    for words in (["status"], ["run"], ["ingest"], ["backup"]):
        assert main(words) == 2, words
        told = "".join(capsys.readouterr())
        assert "SOLIDARITY_VAULT_KEY" in told
        assert OTHER.get_secret_value() not in told


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/share /data nfs4 rw 0 0
/dev/sdb1 /data/local ext4 rw 0 0
user@host:/x /mnt/my\\040disk fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "remote"),
    [
        ("/home/x/vault", False),
        ("/data/vault", True),
        ("/data/local/vault", False),
        ("/database/vault", False),
        ("/mnt/my disk/vault", True),
    ],
)
def test_remote_storage_is_told_by_its_mount(folder: str, remote: bool) -> None:
    assert is_remote(Path(folder), MOUNTS) is remote


def test_remote_storage_needs_a_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"{tmp_path} {tmp_path} nfs4 rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr(storage, "_MOUNTS", mounts)
    with pytest.raises(ConfigurationError, match="SOLIDARITY_VAULT_KEY"):
        storage.refuse_unencrypted(tmp_path / "vault", is_encrypted=False)
    storage.refuse_unencrypted(tmp_path / "vault", is_encrypted=True)


def test_a_url_is_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLIDARITY_HOME", "s3://bucket/home")
    with pytest.raises(ConfigurationError):
        load_settings()
