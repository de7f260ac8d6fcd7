"""The register of a group's people: every sender, roster member and listed person once, with pseudonym."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from schemas.roster import fold
from tasks.identify.members import RosterMember, names_of, phones_of
from tasks.identify.resolve import Resolution, Resolved
from warehouse.keys import PseudonymKey


@dataclass
class Person:
    """One person of a group, whatever the evidence they are known by."""

    canonical_id: str
    member_key: int
    pseudonym: str
    member: int | None = None  # position among the roster members
    member_id: str | None = None
    name: str | None = None
    phone: str | None = None
    aliases: tuple[str, ...] = ()
    is_bot: bool = False
    resolved: list[Resolved] = field(default_factory=list)
    listed_rows: list[int] = field(default_factory=list)  # rows of the participants lists


def register(
    resolution: Resolution,
    members: list[RosterMember],
    listings: pl.DataFrame,
    group_id: str,
    community: str,
    key: PseudonymKey,
) -> list[Person]:
    """All people of a group by canonical identifier: senders, members, those of participants lists."""
    people: dict[str, Person] = {}

    def person(canonical: str) -> Person:
        if canonical not in people:
            people[canonical] = Person(canonical, key.member_key(canonical), key.pseudonym(canonical))
        return people[canonical]

    for position, member in enumerate(members):
        found = person(member.canonical_id)
        found.member, found.member_id, found.name = position, member.member_id, member.name
        found.phone = member.phones[-1] if member.phones else None
        found.aliases = _aliases(member)
    for _, one in sorted(resolution.people.items()):
        _add_sender(person(one.canonical_id), one)
    _add_listed(people, person, listings, group_id, community)
    return sorted(people.values(), key=lambda found: found.canonical_id)


def _aliases(member: RosterMember) -> tuple[str, ...]:
    texts = [text for row in member.rows for text in (row["name"], *row["aliases"]) if text]
    phones = set(member.phones)
    return tuple(dict.fromkeys(text for text in texts if text not in phones and text != member.name))


def _add_sender(person: Person, one: Resolved) -> None:
    person.resolved.append(one)
    person.is_bot = person.is_bot or one.is_bot
    labels = one.sender.labels
    person.name = person.name or one.sender.name
    person.phone = person.phone or next(iter(one.sender.known_phones), None)
    names = [label.text for label in labels if not label.phone and label.text != person.name]
    person.aliases = tuple(dict.fromkeys([*person.aliases, *names]))


def _add_listed(
    people: dict[str, Person],
    person: Callable[[str], Person],
    listings: pl.DataFrame,
    group_id: str,
    community: str,
) -> None:
    """Find the people of participants lists by number, then by a name only one bears; add the others."""
    by_phone: dict[str, set[str]] = defaultdict(set)
    by_name: dict[str, set[str]] = defaultdict(set)
    for canonical, found in people.items():
        for phone in (found.phone, *(phone for one in found.resolved for phone in one.sender.known_phones)):
            if phone:
                by_phone[phone].add(canonical)
        for name in (found.name, *found.aliases):
            if name and fold(name):
                by_name[fold(name)].add(canonical)
    for position, row in enumerate(listings.iter_rows(named=True)):
        candidates = set().union(*(by_phone.get(phone, set()) for phone in phones_of(row)))
        if not candidates:
            candidates = set().union(*(by_name.get(name, set()) for name in names_of(row)))
        if len(candidates) == 1:
            canonical = candidates.pop()
        elif row["phone"]:
            canonical = f"{community}|tel:{row['phone']}"
        else:
            canonical = f"{group_id}|label:{row['name'] or row['member_id']}"
        found = person(canonical)
        found.listed_rows.append(position)
        found.name, found.phone = found.name or row["name"], found.phone or row["phone"]
