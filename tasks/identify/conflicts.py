"""Contradictions about people: each under an identifier, for the warehouse without and for the vault with names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from schemas.corrections import Settle
from schemas.tables import TABLES
from tasks.identify.register import Person
from tasks.identify.resolve import Conflict, Resolution
from warehouse.keys import DigestKey, PseudonymKey, group_key

#: Vault only: what an operator has to know of one conflict to settle it.
DETAILS: dict[str, pl.DataType] = {
    "conflict_key": pl.String(),
    "conflict_kind": pl.String(),
    "is_settled": pl.Boolean(),
    "labels": pl.List(pl.String),  # as the exports write them
    "member_ids": pl.List(pl.String),
    "names": pl.List(pl.String),  # by the rosters, of the members concerned
}


@dataclass(frozen=True)
class Listed:
    """One conflict, listed: who is concerned, by key and by name."""

    conflict_key: str
    kind: str
    people: tuple[Person, ...]
    labels: tuple[str, ...]
    is_settled: bool


def list_conflicts(
    people: Sequence[Person],
    resolution: Resolution,
    lagging: Iterable[int],
    settles: Iterable[Settle],
    group_id: str,
    key: PseudonymKey | DigestKey,
) -> list[Listed]:
    """All conflicts of a group, by kind and identifier.

    The identifier is a keyed token of the kind and the people concerned: the same from month to month. Under
    the vault's digest key it also outlives the pseudonym key, and a line that names it goes on to settle it
    after a rotation. A settled one stays listed. ``lagging``: places of people whom a roster
    states to be in the group although they left. Entries of ``settles`` that meet a conflict are noted in
    ``resolution.used_corrections``.
    """
    of_sender = {one.sender.person_no: person for person in people for one in person.resolved}
    of_member = {person.member: person for person in people}
    found: dict[str, Listed] = {}
    lines = list(settles)

    def add(kind: str, concerned: Iterable[Person], labels: Iterable[str], is_settled: bool) -> None:
        unique = {person.canonical_id: person for person in concerned}
        token = key.token("conflict", "\x00".join([group_id, kind, *sorted(unique)]))[:12]
        numbers = {person.member_id for person in unique.values()}
        for line in lines:
            names_it = line.conflict == kind and bool(numbers & set(line.member_ids))
            if line.conflict_id == token or names_it:
                resolution.used_corrections.add(id(line))
                is_settled = True
        before = found.get(token)
        known = before.labels if before else ()
        found[token] = Listed(
            token,
            kind,
            tuple(unique[canonical] for canonical in sorted(unique)),
            tuple(sorted({*known, *labels})),
            is_settled and (before is None or before.is_settled),
        )

    for conflict in resolution.conflicts:
        add(
            conflict.kind,
            _concerned(conflict, of_sender, of_member),
            [label.text for one in conflict.senders for label in resolution.people[one].sender.labels],
            conflict in resolution.settled,
        )
    for place in lagging:
        add("left_but_listed", [people[place]], [], False)
    return sorted(found.values(), key=lambda one: (one.kind, one.conflict_key))


def _concerned(
    conflict: Conflict, of_sender: dict[int, Person], of_member: dict[int | None, Person]
) -> list[Person]:
    return [of_sender[number] for number in conflict.senders] + [
        of_member[place] for place in conflict.members
    ]


def conflict_rows(listed: Iterable[Listed], group_id: str) -> pl.DataFrame:
    """``ops.identity_conflict``: a row for each person a contradiction concerns."""
    rows = [
        {
            "group_key": group_key(group_id),
            "conflict_key": one.conflict_key,
            "conflict_kind": one.kind,
            "member_key": member_key,
            "n_labels": len(one.labels),
            "is_settled": one.is_settled,
        }
        for one in listed
        for member_key in sorted({person.member_key for person in one.people})
    ]
    return pl.DataFrame(rows, schema=TABLES["ops.identity_conflict"].polars_schema)


def conflict_details(listed: Iterable[Listed]) -> pl.DataFrame:
    """Vault only: the conflicts with labels, member numbers and names (:data:`DETAILS`)."""
    rows = [
        {
            "conflict_key": one.conflict_key,
            "conflict_kind": one.kind,
            "is_settled": one.is_settled,
            "labels": list(one.labels),
            "member_ids": [person.member_id for person in one.people if person.member_id],
            "names": [person.name for person in one.people if person.name],
        }
        for one in listed
    ]
    return pl.DataFrame(rows, schema=DETAILS)
