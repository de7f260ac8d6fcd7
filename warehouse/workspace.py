"""One installation: its settings, and where its zones lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from schemas.config import Landing, read_landing
from schemas.settings import Settings
from warehouse.keys import PseudonymKey, read_key
from warehouse.settings import load_settings
from warehouse.vault import Vault


@dataclass(frozen=True)
class Workspace:
    """The zones of DESIGN's section 2 under one home."""

    settings: Settings

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
        """The pseudonym key in force; raises ConfigurationError with the way out when there is none."""
        stated = self.settings.pseudonym_key
        return read_key(self.key_file) if stated is None else PseudonymKey(stated.get_secret_value().encode())

    @cached_property
    def vault(self) -> Vault:
        return Vault(self.home / "vault", self.settings.vault_key)

    @cached_property
    def config(self) -> Landing:
        """What ``landing/groups.toml`` declares."""
        return read_landing(self.landing / "groups.toml")
