"""The pseudonym key and what derives from it: keyed pseudonyms and durable keys.

Whoever holds the key can tie a pseudonym to a name; whoever loses it can compute no pseudonym again.
Its bytes are in no message, log or representation.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from schemas.errors import ConfigurationError
from warehouse.vault import Vault

ENVIRONMENT_VARIABLE = "SOLIDARITY_PSEUDONYM_KEY"
MINIMUM_BYTES = 32
_MINIMUM_DISTINCT = 8  # a key of one repeated character is none
#: Where the vault keeps the digest key, sealed as everything else in it.
DIGEST_KEY_NAME = "digest.key"
_DIGEST_WAY_OUT = "restore vault/digest.key from a backup"
_WAY_OUT = (
    f"set {ENVIRONMENT_VARIABLE} to at least {MINIMUM_BYTES} bytes, or let `solidarity init` write "
    "vault/pseudonym.key with mode 0600"
)


def _int63(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "big") >> 1


def group_key(group_id: str) -> int:
    """Durable key of a group: a group's identifier names no person, so it needs no secret."""
    return _int63(hashlib.sha256(b"group\x00" + group_id.encode()).digest())


class PseudonymKey:
    """A secret of at least 32 bytes, and the identifiers that derive from it."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        """Take the secret.

        Raises:
            ConfigurationError: it is shorter than 32 bytes or hardly varies.
        """
        if len(secret) < MINIMUM_BYTES or len(set(secret)) < _MINIMUM_DISTINCT:
            raise ConfigurationError("the pseudonym key is too weak", next_step=_WAY_OUT)
        self._secret = bytes(secret)

    def __repr__(self) -> str:
        return f"PseudonymKey(key_id={self.key_id!r})"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a pseudonym key is not pickled")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PseudonymKey) and hmac.compare_digest(self._secret, other._secret)

    def __hash__(self) -> int:
        return hash(self.key_id)

    def _digest(self, purpose: str, text: str) -> bytes:
        return hmac.new(self._secret, f"{purpose}\x00{text}".encode(), hashlib.sha256).digest()

    @property
    def key_id(self) -> str:
        """Eight hex digits that name the key and tell nothing about it."""
        return self._digest("key-id", "").hex()[:8]

    def pseudonym(self, canonical_id: str) -> str:
        """Pseudonym of a person: 24 hex digits of HMAC-SHA256 over the canonical identifier."""
        return hmac.new(self._secret, canonical_id.encode(), hashlib.sha256).hexdigest()[:24]

    def member_key(self, canonical_id: str) -> int:
        """Durable key of a person, 63 bits."""
        return _int63(self._digest("member", canonical_id))

    def version_key(self, canonical_id: str, valid_from: dt.date) -> int:
        """Key of the version of a person's description that begins on a day, 63 bits."""
        return _int63(self._digest("member-version", f"{canonical_id}\x00{valid_from.isoformat()}"))

    def token(self, purpose: str, text: str) -> str:
        """Keyed token of a file, an erased person or another thing: 24 hex digits, apart by purpose."""
        return self._digest(f"token-{purpose}", text).hex()[:24]

    def for_release(self, snapshot_id: str) -> PseudonymKey:
        """The key of one release, so that two releases join only through the engineer."""
        return PseudonymKey(self._digest("release", snapshot_id))

    def release_secret(self, snapshot_id: str) -> str:
        """The secret of :meth:`for_release` in hex digits, to be kept when this key is replaced."""
        return self._digest("release", snapshot_id).hex()


def read_key(
    path: Path,
    environment: Mapping[str, str] | None = None,
    opened: Callable[[bytes], bytes] = bytes,
) -> PseudonymKey:
    """The key in force: from the environment, else from the file ``path`` (mode 0600).

    Args:
        path: the key's file. environment: in the place of the process's own.
        opened: what opens the file's content where the vault, in which it lies, is encrypted.

    Raises:
        ConfigurationError: neither is there, the file is open to others, or the key is weak.
    """
    stated = (os.environ if environment is None else environment).get(ENVIRONMENT_VARIABLE)
    if stated:
        return PseudonymKey(stated.encode())
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read()
    except OSError:
        raise ConfigurationError("there is no pseudonym key", next_step=_WAY_OUT) from None
    if mode & 0o077:
        raise ConfigurationError(
            "the pseudonym key file is open to others",
            next_step="set the mode of vault/pseudonym.key to 0600",
        )
    return PseudonymKey(opened(content).strip())


def generate(path: Path) -> PseudonymKey:
    """Write a new random key to ``path`` with mode 0600; an existing file is kept and read.

    Raises:
        ConfigurationError: an existing file is open to others or holds a weak key.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_key(path, environment={})
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(MINIMUM_BYTES).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return read_key(path, environment={})


class DigestKey:
    """The secret under which texts are hashed for comparison; of no use for pseudonyms.

    It is never rotated: a text that retention has deleted is known by its hash alone.
    """

    __slots__ = ("_base", "_secret")

    def __init__(self, secret: bytes) -> None:
        """Take a secret of 32 to 64 bytes."""
        if not MINIMUM_BYTES <= len(secret) <= hashlib.blake2b.MAX_KEY_SIZE:
            raise ConfigurationError("the digest key is damaged", next_step=_DIGEST_WAY_OUT)
        self._secret = bytes(secret)
        self._base = hashlib.blake2b(key=self._secret, digest_size=8, person=b"solidarity-text")

    def __repr__(self) -> str:
        return f"DigestKey(key_id={self.key_id!r})"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a digest key is not pickled")

    @property
    def key_id(self) -> str:
        """Eight hex digits that name the key and tell nothing about it."""
        return hmac.new(self._secret, b"key-id", hashlib.sha256).hexdigest()[:8]

    def hashes(self, texts: Iterable[str]) -> list[int]:
        """63-bit keyed BLAKE2b of each text; two of 100,000 texts agree by chance once in 2 billion times."""
        return self.hashes_of_bytes(text.encode() for text in texts).tolist()

    def hashes_of_bytes(self, texts: Iterable[bytes]) -> npt.NDArray[np.int64]:
        """The same of texts in UTF-8."""
        digests = []
        for text in texts:
            digest = self._base.copy()
            digest.update(text)
            digests.append(digest.digest())
        return (np.frombuffer(b"".join(digests), ">u8") >> np.uint64(1)).astype(np.int64)

    def token(self, purpose: str, text: str) -> str:
        """Keyed token of a thing that keeps its name when the pseudonym key is rotated: 24 hex digits."""
        message = f"token-{purpose}\x00{text}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:24]


def digest_key(vault: Vault) -> DigestKey:
    """The vault's own key of text hashes; written there the first time it is asked for.

    Two tasks that ask at once get the same key: the file appears whole, and only where there is none.
    """
    if not vault.exists(DIGEST_KEY_NAME):
        draft = f"{DIGEST_KEY_NAME}.{os.getpid()}.{secrets.token_hex(4)}"
        vault.write_bytes(draft, secrets.token_bytes(MINIMUM_BYTES))
        with suppress(FileExistsError):
            os.link(vault.path(draft), vault.path(DIGEST_KEY_NAME))
        vault.remove(draft)
    return DigestKey(vault.read_bytes(DIGEST_KEY_NAME))


#: Where the vault keeps the tombstone key, sealed as everything else in it.
TOMBSTONE_KEY_NAME = "erasures/tombstone.key"


class TombstoneKey:
    """The secret under which an erased person is known again, and nothing else; never rotated.

    A tombstone must hold for exports of any later day, whatever the pseudonym key is by then.
    """

    __slots__ = ("_base",)

    def __init__(self, secret: bytes) -> None:
        """Take a secret of 32 to 64 bytes."""
        if not MINIMUM_BYTES <= len(secret) <= hashlib.blake2b.MAX_KEY_SIZE:
            raise ConfigurationError(
                "the tombstone key is damaged", next_step="restore vault/erasures/tombstone.key from a backup"
            )
        self._base = hashlib.blake2b(key=secret, digest_size=12, person=b"solidarity-tomb")

    def __repr__(self) -> str:
        return "TombstoneKey()"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a tombstone key is not pickled")

    def token(self, kind: str, scope: str, text: str) -> str:
        """24 hex digits of what is remembered of a person; apart by kind, and by group or community."""
        digest = self._base.copy()
        digest.update(f"{kind}\x00{scope}\x00{text}".encode())
        return digest.hexdigest()


def tombstone_key(vault: Vault) -> TombstoneKey:
    """The vault's own key of tombstones; written there the first time it is asked for."""
    if not vault.exists(TOMBSTONE_KEY_NAME):
        vault.write_bytes(TOMBSTONE_KEY_NAME, secrets.token_bytes(MINIMUM_BYTES))
    return TombstoneKey(vault.read_bytes(TOMBSTONE_KEY_NAME))
