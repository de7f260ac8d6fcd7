"""Members by the rosters of a community: which rows of which rosters are one person."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from schemas.corrections import Split
from schemas.roster import fold

Row = dict[str, Any]
_E164 = re.compile(r"^\+\d{7,15}$")


@dataclass
class RosterMember:
    """One person by the rosters: rows in the order of the rosters' dates."""

    canonical_id: str
    rows: list[Row]
    member_id: str | None = None
    name: str | None = None
    phones: tuple[str, ...] = ()  # by the first roster that states them
    names: frozenset[str] = frozenset()  # folded
    aliases: frozenset[str] = frozenset()  # folded

    @cached_property
    def qualifiers(self) -> frozenset[str]:
        """Words by which somebody's contacts may tell them from namesakes, as the rosters state them."""
        words: set[str] = set()
        for row in self.rows:
            stated = (
                row["campus"],
                row["origin_region"],
                row["current_city"],
                row["field_of_study"],
                row["name"],
            )
            words.update(*(fold(text).split() for text in stated if text))
            if row["cohort"]:
                words |= {str(row["cohort"]), f"{row['cohort'] % 100:02d}"}
        return frozenset(words)


@dataclass
class Index:
    """Where a number, name or alias leads: positions of members."""

    phones: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    names: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    aliases: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    member_ids: dict[str, int] = field(default_factory=dict)


class Groups:
    """Disjoint sets; the least element names a set, so that the order of unions does not matter."""

    def __init__(self) -> None:
        self._parent: dict[Any, Any] = {}

    def find(self, item: Hashable) -> Any:
        parent = self._parent.setdefault(item, item)
        while parent != item:
            item, parent = parent, self._parent[parent]
        return item

    def join(self, first: Hashable, second: Hashable) -> None:
        low, high = sorted((self.find(first), self.find(second)))
        self._parent[high] = low


def phones_of(row: Row) -> list[str]:
    """Numbers of a roster row: the phone column's first, further ones among the aliases."""
    return [text for text in (row["phone"], *row["aliases"]) if text and _E164.match(text)]


def names_of(row: Row) -> set[str]:
    """Folded name and aliases of a roster row."""
    texts = (row["name"], *(alias for alias in row["aliases"] if not _E164.match(alias)))
    return {folded for text in texts if text and (folded := fold(text))}


def compatible_names(first: Row, second: Row) -> bool:
    """Whether two rows may name one person: one lacks a name, or all words of one stand in the other."""
    one, other = fold(first["name"] or ""), fold(second["name"] or "")
    if not one or not other:
        return True
    words = set(one.split()), set(other.split())
    return words[0] <= words[1] or words[1] <= words[0] or bool(names_of(first) & names_of(second))


def compatible_cohorts(first: Row, second: Row) -> bool:
    """Whether two rows do not state different years of entry."""
    return None in (first["cohort"], second["cohort"]) or first["cohort"] == second["cohort"]


def roster_members(roster: pl.DataFrame, community: str) -> list[RosterMember]:
    """The people on a community's rosters (frame ROSTER, any number of rosters), by canonical identifier.

    Rows with one member number are one person. Rows without are one person when they share a phone and do
    not contradict each other's name, or bear one name that no roster holds twice; such a person is the one
    with a number whom it fits in the same way, if there is exactly one. A function of the set of rosters.
    """
    rows = roster.sort("as_of_date", "file_id", "row_no").to_dicts()
    profiles: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        profiles[_profile(row)].append(row)
    repeated = _repeated_names(rows)
    numbered: dict[str, list[Row]] = defaultdict(list)
    loose: list[list[Row]] = []
    for members in profiles.values():
        if members[0]["member_id"]:
            numbered[members[0]["member_id"]].extend(members)
        else:
            loose.append(members)
    people = list(numbered.values())
    bearers: dict[str, set[int]] = defaultdict(set)
    for position, known in enumerate(people):
        for trait in _traits(known):
            bearers[trait].add(position)
    for gathered in _join_loose(loose, repeated):
        candidates = set().union(*(bearers.get(trait, set()) for trait in _traits(gathered)))
        fitting = [position for position in sorted(candidates) if _fits(people[position], gathered, repeated)]
        if len(fitting) == 1:
            people[fitting[0]].extend(gathered)
        else:
            people.append(gathered)
    return _named([sorted(person, key=_order) for person in people], community)


def split_numbers(roster: pl.DataFrame, splits: Iterable[Split]) -> tuple[pl.DataFrame, set[int]]:
    """Rosters in which the rows of one number that are declared to be another person bear their own.

    Returns:
        The rosters, and the ids of the lines that met a row.
    """
    used: set[int] = set()
    for line in splits:
        if line.name is None or line.member_id is None:
            continue
        rows = roster.filter(pl.col("member_id") == line.member_id)
        names = [name for name in rows["name"].drop_nulls().unique() if fold(name) == fold(line.name)]
        if names:
            used.add(id(line))
            is_other = (pl.col("member_id") == line.member_id) & pl.col("name").is_in(names)
            other = pl.lit(f"{line.member_id} ({line.name})")
            roster = roster.with_columns(
                pl.when(is_other).then(other).otherwise("member_id").alias("member_id")
            )
    return roster, used


def _traits(rows: list[Row]) -> set[str]:
    """Numbers and names by which rows may be one person."""
    return {trait for row in rows for trait in (*phones_of(row), fold(row["name"] or "")) if trait}


def _profile(row: Row) -> tuple[Any, ...]:
    return row["member_id"], row["name"], row["phone"], tuple(row["aliases"]), row["cohort"]


def _order(row: Row) -> tuple[dt.date, str, int]:
    return row["as_of_date"], row["file_id"], row["row_no"]


def _repeated_names(rows: list[Row]) -> set[str]:
    """Names that two people on the rosters of one day bear."""
    bearers: dict[tuple[dt.date, str], set[tuple[str | None, str | None, int | None]]] = defaultdict(set)
    for row in rows:
        if row["name"]:
            bearers[row["as_of_date"], fold(row["name"])].add((row["member_id"], row["phone"], row["cohort"]))
    return {name for (_, name), people in bearers.items() if len(people) > 1}


def _join_loose(loose: list[list[Row]], repeated: set[str]) -> list[list[Row]]:
    """Join profiles without a member number that are alike."""
    groups = Groups()
    sharing: dict[str, list[int]] = defaultdict(list)
    for position, rows in enumerate(loose):
        groups.find(position)
        for trait in _traits(rows[:1]):
            sharing[trait].append(position)
    for trait, positions in sharing.items():
        if trait in repeated:
            continue
        for place, first in enumerate(positions):
            for second in positions[:place]:
                if _alike(loose[first][0], loose[second][0], repeated):
                    groups.join(first, second)
    gathered: dict[int, list[Row]] = defaultdict(list)
    for position, rows in enumerate(loose):
        gathered[groups.find(position)].extend(rows)
    return list(gathered.values())


def _alike(first: Row, second: Row, repeated: set[str]) -> bool:
    if not compatible_cohorts(first, second):
        return False
    if set(phones_of(first)) & set(phones_of(second)) and compatible_names(first, second):
        return True
    name = fold(first["name"] or "")
    return bool(name) and name == fold(second["name"] or "") and name not in repeated


def _fits(person: list[Row], gathered: list[Row], repeated: set[str]) -> bool:
    distinct = {_profile(row): row for row in person}.values()
    others = {_profile(row): row for row in gathered}.values()
    return any(_alike(row, other, repeated) for row in distinct for other in others)


def _named(people: list[list[Row]], community: str) -> list[RosterMember]:
    """Members with their canonical identifiers, which no two of them share."""
    bearers = Counter(
        phone for rows in people for phone in {phone for row in rows for phone in phones_of(row)}
    )
    found: list[RosterMember] = []
    for rows in people:
        phones = tuple(dict.fromkeys(phone for row in rows for phone in phones_of(row)))
        number = next((row["member_id"] for row in rows if row["member_id"]), None)
        name = next((row["name"] for row in reversed(rows) if row["name"]), None)
        own = next((phone for phone in phones if bearers[phone] == 1), None)
        if number:
            canonical = f"{community}|no:{number}"
        elif own:
            canonical = f"{community}|tel:{own}"
        else:  # no number, or one shared with somebody else
            shared = f"{phones[0]}|" if phones else ""
            canonical = f"{community}|name:{shared}{fold(rows[0]['name'] or '')}"
        found.append(
            RosterMember(
                canonical_id=canonical,
                rows=rows,
                member_id=number,
                name=name,
                phones=phones,
                names=frozenset(fold(row["name"]) for row in rows if row["name"]),
                aliases=frozenset(set().union(*(names_of(row) for row in rows))),
            )
        )
    return _told_apart(sorted(found, key=lambda member: (member.canonical_id, _order(member.rows[0]))))


def _told_apart(members: list[RosterMember]) -> list[RosterMember]:
    """Number those whom nothing but their place on the roster tells apart."""
    seen: Counter[str] = Counter()
    for member in members:
        seen[member.canonical_id] += 1
        if seen[member.canonical_id] > 1:
            member.canonical_id += f"#{seen[member.canonical_id]}"
    return members


def index_members(members: list[RosterMember]) -> Index:
    """Where each number, name and alias leads."""
    index = Index()
    for position, member in enumerate(members):
        for phone in member.phones:
            index.phones[phone].add(position)
        for name in member.names:
            index.names[name].add(position)
        for alias in member.aliases - member.names:
            index.aliases[alias].add(position)
        if member.member_id:
            index.member_ids[member.member_id] = position
    return index
