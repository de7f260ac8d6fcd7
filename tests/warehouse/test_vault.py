"""The vault: whole files, private, encrypted when a key is set."""

import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from schemas.errors import ConfigurationError
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
