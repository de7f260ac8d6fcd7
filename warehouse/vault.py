"""The vault: the only place where names, numbers and texts are kept.

Files are written whole or not at all (temporary file, fsync, rename), readable by their owner alone, and
encrypted at rest with AES-256-GCM when a vault key is set. A vault that is encrypted is never opened without
its key, and never written to under another one: a sealed word in it, ``vault.check``, is tried first.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import SecretStr

from schemas.errors import ConfigurationError

_MAGIC = b"SWV1"
_NONCE_BYTES = 12
MINIMUM_KEY_BYTES = 32
#: Sealed under the key in force; opened before anything else is.
CHECK_NAME = "vault.check"
_CHECK_WORD = b"solidarity"


class Vault:
    """Frames, documents and bytes under one folder, by relative name."""

    def __init__(self, root: Path, key: SecretStr | None = None) -> None:
        self.root = root
        self._cipher = None if key is None else _cipher(key)
        self._is_checked = False

    def __repr__(self) -> str:
        return f"Vault(encrypted={self._cipher is not None})"

    def path(self, name: str) -> Path:
        """Where a name is kept; refuses names that lead out of the vault."""
        root, path = os.path.realpath(self.root), os.path.realpath(self.root / name)
        if path != root and not path.startswith(root + os.sep):
            raise ValueError("a name leads out of the vault")
        return Path(path)

    @property
    def is_encrypted(self) -> bool:
        """Whether what is written from now on is encrypted."""
        return self._cipher is not None

    def check_key(self) -> None:
        """Make sure that the vault opens with this key, or needs none.

        Raises:
            ConfigurationError: it is encrypted and there is no key, or the key is another one.
        """
        if self.exists(CHECK_NAME):
            self.read_bytes(CHECK_NAME)

    def seal_all(self) -> int:
        """Encrypt what still lies unencrypted; returns how many files. Without a key nothing happens.

        Each file is replaced whole: a run killed half-way leaves files of both kinds, which both can be
        read, and the next one goes on. To be called by who holds the run's lock: what killed writes left
        behind is removed.
        """
        if self._cipher is None or not self.root.is_dir():
            return 0
        for leftover in self.root.rglob(".*.part"):
            leftover.unlink(missing_ok=True)
        unsealed = [name for name in self.files() if not self.is_sealed(name)]
        for name in unsealed:
            self.write_bytes(name, self.path(name).read_bytes())
        return len(unsealed)

    def is_sealed(self, name: str) -> bool:
        """Whether a file is encrypted."""
        with self.path(name).open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC

    def files(self, folder: str = "") -> Iterator[str]:
        """Names of all files under a folder, sorted; parts of writes that never ended are none."""
        root = self.path(folder)
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(self.root.resolve()).as_posix()

    def exists(self, name: str) -> bool:
        return self.path(name).exists()

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write whole or not at all, mode 0600 in folders of mode 0700.

        Raises:
            ConfigurationError: the vault is encrypted under another key.
        """
        self._settle_key()
        self._write(self.path(name), content)

    def _settle_key(self) -> None:
        """Never write under a key that does not open what lies here; leave the word that tells."""
        if self._is_checked:
            return
        self.check_key()
        if self._cipher is not None and not self.exists(CHECK_NAME):
            self._write(self.path(CHECK_NAME), _CHECK_WORD)
        self._is_checked = True

    def _write(self, path: Path, content: bytes) -> None:
        _private_folder(path.parent, self.root)
        temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(self._seal(content))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def read_bytes(self, name: str) -> bytes:
        return self.opened(self.path(name).read_bytes())

    def write_frame(self, name: str, frame: pl.DataFrame) -> None:
        """Keep a frame as Parquet."""
        buffer = io.BytesIO()
        frame.write_parquet(buffer, compression="lz4", statistics=False)
        self.write_bytes(name, buffer.getvalue())

    def read_frame(self, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """A frame as it was written, or some of its columns."""
        return pl.read_parquet(
            io.BytesIO(self.read_bytes(name)), columns=None if columns is None else list(columns)
        )

    def write_document(self, name: str, document: Any) -> None:
        """Keep a JSON document, its keys sorted."""
        self.write_bytes(name, json.dumps(document, sort_keys=True, ensure_ascii=False).encode())

    def read_document(self, name: str) -> Any:
        return json.loads(self.read_bytes(name))

    def names(self, folder: str) -> Iterator[str]:
        """Names of the entries of a folder, sorted; none when it does not exist."""
        path = self.path(folder)
        if path.is_dir():
            yield from sorted(entry.name for entry in path.iterdir() if not entry.name.startswith("."))

    def remove(self, name: str) -> None:
        """Remove a file or a whole folder, if it is there."""
        path = self.path(name)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def _seal(self, content: bytes) -> bytes:
        if self._cipher is None:
            return content
        nonce = os.urandom(_NONCE_BYTES)
        return _MAGIC + nonce + self._cipher.encrypt(nonce, content, _MAGIC)

    def opened(self, content: bytes) -> bytes:
        """What a file of the vault says; unencrypted content says itself.

        Raises:
            ConfigurationError: it is encrypted, and there is no key or it is another one.
        """
        if not content.startswith(_MAGIC):
            return content
        if self._cipher is None:
            raise ConfigurationError("the vault is encrypted", next_step="set SOLIDARITY_VAULT_KEY")
        from cryptography.exceptions import InvalidTag

        start = len(_MAGIC) + _NONCE_BYTES
        try:
            return self._cipher.decrypt(content[len(_MAGIC) : start], content[start:], _MAGIC)
        except InvalidTag:
            raise ConfigurationError(
                "the vault cannot be opened with this key",
                next_step="set the SOLIDARITY_VAULT_KEY it was written with",
            ) from None


def _cipher(key: SecretStr) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    secret = key.get_secret_value().encode()
    if len(secret) < MINIMUM_KEY_BYTES:
        raise ConfigurationError(
            "the vault key is too short",
            next_step="use at least 32 bytes, for instance from `openssl rand -hex 32`",
        )
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"solidarity vault").derive(secret))


def _private_folder(folder: Path, root: Path) -> None:
    if folder.is_dir():
        return
    missing = [path for path in (folder, *folder.parents) if path.is_relative_to(root) and not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
