"""Results of a group's stages in the vault, kept for as long as their inputs stay the same.

A stage's result is a folder named by the hash of its inputs; the stage's stamp points to it. The stamp is
written last, so a run killed half-way leaves the previous result in force.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from warehouse.vault import Vault


def hash_inputs(**inputs: Any) -> str:
    """16 hex digits over JSON-able inputs."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class StageStore:
    """The results of one group's stages."""

    vault: Vault
    group_id: str

    def stamp(self, stage: str) -> str | None:
        """Hash of the inputs of the stage's result, None without one."""
        name = self._stamp_name(stage)
        return str(self.vault.read_document(name)["input_hash"]) if self.vault.exists(name) else None

    def is_fresh(self, stage: str, input_hash: str) -> bool:
        """Whether the result in force was made from these inputs."""
        return self.stamp(stage) == input_hash

    def write(self, stage: str, input_hash: str, frames: Mapping[str, pl.DataFrame], **facts: Any) -> None:
        """Put a new result in force: frames by name, and small facts (dates become text)."""
        folder = f"{self._folder()}/{stage}-{input_hash}"
        for name, frame in frames.items():
            self.vault.write_frame(f"{folder}/{name}.parquet", frame)
        document = json.loads(json.dumps({"input_hash": input_hash, "facts": facts}, default=str))
        self.vault.write_document(self._stamp_name(stage), document)
        for entry in self.vault.names(self._folder()):
            if entry.startswith(f"{stage}-") and entry != f"{stage}-{input_hash}":
                self.vault.remove(f"{self._folder()}/{entry}")

    def drop(self, stage: str) -> None:
        """Remove a stage's result, if there is one."""
        self.vault.remove(self._stamp_name(stage))
        for entry in self.vault.names(self._folder()):
            if entry.startswith(f"{stage}-"):
                self.vault.remove(f"{self._folder()}/{entry}")

    def frame(self, stage: str, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """One frame of the result in force, or some of its columns."""
        return self.vault.read_frame(f"{self._folder()}/{stage}-{self.stamp(stage)}/{name}.parquet", columns)

    def frames(self, stage: str, only: str | Collection[str] | None = None) -> dict[str, pl.DataFrame]:
        """All frames of the result in force, or ``only`` one or some of them; none without a result."""
        folder = f"{self._folder()}/{stage}-{self.stamp(stage)}"
        wanted = {only} if isinstance(only, str) else only
        return {
            name.removesuffix(".parquet"): self.vault.read_frame(f"{folder}/{name}")
            for name in self.vault.names(folder)
            if wanted is None or name.removesuffix(".parquet") in wanted
        }

    def facts(self, stage: str) -> dict[str, Any]:
        """The small facts of the result in force; none without a result."""
        name = self._stamp_name(stage)
        return dict(self.vault.read_document(name)["facts"]) if self.vault.exists(name) else {}

    def _folder(self) -> str:
        return f"groups/{self.group_id}"

    def _stamp_name(self, stage: str) -> str:
        return f"{self._folder()}/{stage}.json"
