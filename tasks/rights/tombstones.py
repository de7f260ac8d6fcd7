"""Tombstones: what is remembered of erased people, under a key of its own, to keep them from coming back.

Nothing in a tombstone can be read: a label, number, word or message of an export is hashed in the same way and
looked up. Kinds, each with what it is apart by:

=================  ==========================  ===============================================================
kind               scope                       of what
=================  ==========================  ===============================================================
``phone``          everywhere                  a number that one person had, E.164
``member_number``  community                   the roster's member number
``name``           community                   a whole name that only this person bore, folded
``unnumbered_name``  community                 the same, of somebody without a member number
``label``          group                       a label that only this person had, folded
``own_label``      group, exporting phone      a label on one phone, also one that others share elsewhere
``phrase``         community                   words to be taken out of other people's texts
``head``           community                   the first word of each
``message``        group                       words of a message (its ``text_key``)
``moment``         group                       the same with its day and minute of the hour
``key``            everywhere                  durable keys and pseudonyms, for a warehouse brought back
=================  ==========================  ===============================================================
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from warehouse.keys import TombstoneKey, tombstone_key
from warehouse.vault import Vault

V = TypeVar("V")

FOLDER = "erasures"
_STATE = f"{FOLDER}/state.json"


class Erasure(BaseModel):
    """One erasure that was asked for. The warehouse has it once ``ops.erasure`` holds its token."""

    model_config = ConfigDict(extra="forbid")

    token: str  # keyed, of the person
    asked_on: dt.date
    from_month: dt.date  # first month in which the person was counted
    group_ids: tuple[str, ...] = ()  # groups whose figures may have counted him


@dataclass
class Tombstones:
    """Tokens by kind, the key that makes them, and the erasures they stand for."""

    key: TombstoneKey
    tokens: dict[str, set[str]] = field(default_factory=dict)
    erasures: list[Erasure] = field(default_factory=list)

    def has(self, kind: str, scope: str, text: object) -> bool:
        """Whether an erased person was known by this."""
        known = self.tokens.get(kind)
        return known is not None and self.key.token(kind, scope, str(text)) in known

    def among(self, kind: str, scope: str, values: Iterable[V]) -> set[V]:
        """Those of some values by which an erased person was known."""
        known = self.tokens.get(kind)
        if not known:
            return set()
        return {value for value in values if self.key.token(kind, scope, str(value)) in known}

    def add(self, kind: str, scope: str, values: Iterable[object]) -> int:
        """Remember some values; returns how many were new."""
        known = self.tokens.setdefault(kind, set())
        before = len(known)
        known.update(self.key.token(kind, scope, str(value)) for value in values)
        return len(known) - before

    @property
    def version(self) -> str:
        """12 hex digits over all tokens."""
        lines = sorted(f"{kind} {token}" for kind, tokens in self.tokens.items() for token in tokens)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def read_tombstones(vault: Vault) -> Tombstones | None:
    """All tombstones; None where nobody was ever erased."""
    if not vault.exists(_STATE):
        return None
    state = vault.read_document(_STATE)
    tokens = {kind: set(found) for kind, found in state["tokens"].items()}
    erasures = [Erasure.model_validate(one) for one in state["erasures"]]
    return Tombstones(tombstone_key(vault), tokens, erasures)


def write_tombstones(vault: Vault, tombstones: Tombstones) -> None:
    """Put tombstones and the register of erasures in force together, whole or not at all."""
    tokens = {kind: sorted(found) for kind, found in sorted(tombstones.tokens.items())}
    erasures = [erasure.model_dump(mode="json") for erasure in tombstones.erasures]
    vault.write_document(_STATE, {"tokens": tokens, "erasures": erasures})


def erasures_hash(vault: Vault) -> str:
    """What a snapshot's manifest says of erasures: that there were some, not whose. Empty without any."""
    tombstones = read_tombstones(vault)
    if tombstones is None or not tombstones.erasures:
        return ""
    tokens = sorted(erasure.token for erasure in tombstones.erasures)
    return hashlib.sha256("\n".join(tokens).encode()).hexdigest()[:12]
