"""One installation: its settings, and where its zones lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from schemas.config import Landing, read_landing
from schemas.errors import ConfigurationError
from schemas.settings import Settings
from warehouse.keys import PseudonymKey, read_key
from warehouse.settings import load_settings
from warehouse.storage import refuse_unencrypted
from warehouse.vault import Vault

#: Lies in the home while a restore is at work; left behind, it says that one was killed.
RESTORING = ".restoring"
#: In the vault: a rotation of the pseudonym key that is at work, which key is in force since the last one, and
#: what names people in releases made under earlier keys.
ROTATION, KEY_IN_FORCE, RELEASE_KEYS = "rotation.json", "key.json", "release_keys.json"


@dataclass(frozen=True)
class Workspace:
    """The zones of DESIGN's section 2 under one home."""

    settings: Settings
    is_rotating: bool = False  # the pseudonym key is just being changed

    @classmethod
    def open(cls, home: Path | None = None) -> Workspace:
        """The workspace that environment and ``settings.toml`` describe."""
        return cls(load_settings(home))

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def key_file(self) -> Path:
        return self.home / "vault" / "pseudonym.key"

    def key(self) -> PseudonymKey:
        """The pseudonym key in force.

        Raises:
            ConfigurationError: there is none, it is not the one last put in force, or a change of it was
                interrupted; with the way out.
        """
        stated = self.settings.pseudonym_key
        if stated is not None:
            key = PseudonymKey(stated.get_secret_value().encode())
        else:
            key = read_key(self.key_file, opened=self.vault.opened)
        if not self.is_rotating:
            self._refuse_other_key(key)
        return key

    def _refuse_other_key(self, key: PseudonymKey) -> None:
        if self.vault.exists(ROTATION):
            raise ConfigurationError(
                "a change of the pseudonym key was interrupted", next_step="run `solidarity rotate-key` again"
            )
        if self.vault.exists(KEY_IN_FORCE):
            in_force = self.vault.read_document(KEY_IN_FORCE)["key_id"]
            if in_force != key.key_id:
                raise ConfigurationError(
                    f"this is not the pseudonym key in force, which has the id {in_force}",
                    next_step="state the key that the last `solidarity rotate-key` put in force",
                )

    def release_secrets(self) -> dict[str, str]:
        """Snapshot -> the secret of its pseudonyms, of snapshots made under earlier keys."""
        return dict(self.vault.read_document(RELEASE_KEYS)) if self.vault.exists(RELEASE_KEYS) else {}

    @cached_property
    def vault(self) -> Vault:
        """The vault, which opens with the key in force.

        Raises:
            ConfigurationError: it is encrypted under another key, or would lie unencrypted on remote storage.
        """
        vault = Vault(self.home / "vault", self.settings.vault_key)
        refuse_unencrypted(vault.root, is_encrypted=vault.is_encrypted)
        vault.check_key()
        return vault

    def refuse_half_restored(self) -> None:
        """Refuse to work on what a killed restore has left.

        Raises:
            ConfigurationError: a restore has not ended.
        """
        if (self.home / RESTORING).exists():
            raise ConfigurationError(
                "a restore was interrupted", next_step="call `solidarity restore` with the same backup again"
            )

    @cached_property
    def config(self) -> Landing:
        """What ``landing/groups.toml`` declares."""
        return read_landing(self.landing / "groups.toml")
