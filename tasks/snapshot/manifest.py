"""The manifest of a snapshot: all that its numbers were computed from, and the name that follows from it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    field_serializer,
    field_validator,
    model_serializer,
)

Parameter = str | int | float | bool
ID_DIGITS = 12


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GroupEvidence(_Frozen):
    """What one group's numbers rest on: identifiers of its exports and rosters, and hashes.

    ``coverage_hash``: of the days its exports cover. ``lists_hash``: of the days for which its rosters and
    participants lists speak. ``declared_hash``: of what groups.toml and corrections.toml declare about it.
    ``judged_hash``: keyed, of how good the words are by its own coders; the figures stay in the vault.
    """

    exports: tuple[str, ...] = ()
    rosters: tuple[str, ...] = ()
    coverage_hash: str = ""
    lists_hash: str = ""
    declared_hash: str = ""
    judged_hash: str = ""

    @field_validator("exports", "rosters")
    @classmethod
    def _as_a_set(cls, file_ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(file_ids)))

    @model_serializer(mode="wrap")
    def _told_where_known(self, told: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without ``judged_hash`` where nobody judged: manifests from before it was told keep their text and hash."""
        document: dict[str, Any] = told(self)
        if not self.judged_hash:
            del document["judged_hash"]
        return document


class Manifest(_Frozen):
    """What a snapshot was computed from. Equal content gives equal text, hash and snapshot id.

    ``consent_hash`` and ``erasures_hash`` stay empty as long as nobody withdrew or was erased; they
    tell a later revision that a change has such a reason, without saying whose.
    """

    month: dt.date
    groups: dict[str, GroupEvidence]
    corrections_hash: str = ""
    groups_toml_hash: str = ""
    lexicon_version: str
    definitions_hash: str
    calendar_version: str
    parameters: dict[str, Parameter] = {}
    code_version: str
    consent_hash: str = ""
    erasures_hash: str = ""

    @field_validator("month")
    @classmethod
    def _first_day(cls, month: dt.date) -> dt.date:
        return month.replace(day=1)

    @field_serializer("month")
    def _month_text(self, month: dt.date) -> str:
        return month.isoformat()

    def canonical_json(self) -> str:
        """The manifest as JSON with sorted keys and no spaces: one text for one content."""
        return json.dumps(
            self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )

    @property
    def sha256(self) -> str:
        """64 hex digits over the canonical JSON."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    @property
    def snapshot_id(self) -> str:
        """``YYYY-MM-`` and the first 12 hex digits of the manifest's hash."""
        return f"{self.month:%Y-%m}-{self.sha256[:ID_DIGITS]}"

    @property
    def n_exports(self) -> int:
        """Distinct export files of all groups."""
        return len({file_id for evidence in self.groups.values() for file_id in evidence.exports})

    @property
    def n_rosters(self) -> int:
        """Distinct rosters of all groups; groups of one community share theirs."""
        return len({file_id for evidence in self.groups.values() for file_id in evidence.rosters})

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read a stored manifest back."""
        return cls.model_validate_json(text)
