"""The pseudonym key: refused when weak, hidden, and the identifiers that derive from it."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import pickle
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError
from warehouse.keys import ENVIRONMENT_VARIABLE, PseudonymKey, generate, group_key, read_key

SECRET = b"0123456789abcdefghijklmnopqrstuv"


@pytest.mark.parametrize("secret", [b"", b"short", SECRET[:31], b"a" * 64])
def test_a_weak_key_is_refused(secret: bytes) -> None:
    with pytest.raises(ConfigurationError, match="too weak"):
        PseudonymKey(secret)


def test_a_pseudonym_is_the_head_of_an_hmac_over_the_canonical_identifier() -> None:
    expected = hmac.new(SECRET, b"toy|no:A1", hashlib.sha256).hexdigest()[:24]
    assert PseudonymKey(SECRET).pseudonym("toy|no:A1") == expected


def test_keys_are_63_bit_stable_and_apart() -> None:
    key, other = PseudonymKey(SECRET), PseudonymKey(SECRET[::-1])
    numbers = [
        key.member_key("toy|no:A1"),
        key.version_key("toy|no:A1", dt.date(2024, 1, 1)),
        group_key("toy"),
    ]
    assert all(0 <= number < 2**63 for number in numbers) and len(set(numbers)) == 3
    assert key.member_key("toy|no:A1") == PseudonymKey(SECRET).member_key("toy|no:A1")
    assert key.member_key("toy|no:A1") != other.member_key("toy|no:A1")
    assert key.token("file", "x") != key.token("erasure", "x")
    assert key.for_release("2024-01-0123456789ab").pseudonym("x") != key.pseudonym("x")


def test_the_secret_shows_nowhere() -> None:
    key = PseudonymKey(SECRET)
    assert "0123" not in repr(key) + str(key) + f"{key}"
    assert key.key_id in repr(key) and len(key.key_id) == 8
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "vault" / "pseudonym.key"
    with pytest.raises(ConfigurationError, match=ENVIRONMENT_VARIABLE):
        read_key(path, environment={})
    written = generate(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert generate(path) == written == read_key(path, environment={})
    stated = read_key(path, environment={ENVIRONMENT_VARIABLE: SECRET.decode()})
    assert stated == PseudonymKey(SECRET) != written


def test_a_key_file_open_to_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pseudonym.key"
    generate(path)
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="open to others"):
        read_key(path, environment={})
