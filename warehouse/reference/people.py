"""Reference data about people: headings and wordings of rosters, roles, regions. One wording, one line.

All keys are folded (``schemas.roster.fold``): lower case, no accents, single spaces.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from schemas.roster import ROSTER_FIELDS, Words, fold
from schemas.vocabulary import ROLES


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("warehouse.reference").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def _mapping(name: str, wording: str, value: str) -> dict[str, str]:
    """Folded wording -> value; a wording with two values is a fault of the shipped file."""
    found: dict[str, str] = {}
    for row in _rows(name):
        if found.setdefault(fold(row[wording]), row[value]) != row[value]:
            raise ValueError(f"{name} gives one wording two values")
    return found


@cache
def headings() -> dict[str, str]:
    """Folded heading of a roster column -> field of :data:`schemas.roster.ROSTER_FIELDS`."""
    found = _mapping("roster_headings.tsv", "heading", "field")
    if set(found.values()) - set(ROSTER_FIELDS):
        raise ValueError("roster_headings.tsv names an unknown field")
    return found


@cache
def roster_words() -> Words:
    """Wordings of the cells of a roster by field: yes_no, gender, standing, consent, month, footer, honorific,
    filler, bot."""
    words: Words = {}
    for row in _rows("roster_words.tsv"):
        words.setdefault(row["field"], {})[fold(row["wording"])] = row["value"]
    return words


@cache
def _roles() -> dict[str, str]:
    found = _mapping("role_wordings.tsv", "wording", "role")
    if set(found.values()) - set(ROLES):
        raise ValueError("role_wordings.tsv names an unknown role")
    return found


def role(wording: str | None) -> str:
    """founder, officer or member by the wording of ``role|jabatan``; a wording no table knows is a member.

    The whole wording decides first, then its words: founder before officer before member.
    """
    if wording is None:
        return "member"
    known, folded = _roles(), fold(wording)
    if folded in known:
        return known[folded]
    ranks = {known[word] for word in folded.split() if word in known}
    return next((rank for rank in ("founder", "officer") if rank in ranks), "member")


@cache
def _regions() -> dict[str, str]:
    return _mapping("regions.tsv", "alias", "region")


def region(wording: str | None) -> str | None:
    """The declared name of a region or city; a place no table knows keeps its own name, evenly written.

    Of ``Wanayasa, Purwakarta`` the first part that a table knows decides.
    """
    if wording is None:
        return None
    known = _regions()
    for part in (wording, *wording.replace("(", ",").replace("/", ",").split(",")):
        if found := known.get(fold(part)):
            return found
    return fold(wording).title() or None


@cache
def _region_names() -> frozenset[str]:
    return frozenset(_regions().values())


@cache
def known_words() -> frozenset[str]:
    """Single folded words of these tables: places, offices, titles. None of them is anybody's own name."""
    wordings = [*_regions(), *_roles(), *headings(), *(w for words in roster_words().values() for w in words)]
    return frozenset(word for wording in wordings for word in wording.split())


def is_region(name: str) -> bool:
    """Whether a name is one that the shipped table gives to a region or city."""
    return name in _region_names()


def people_reference_version() -> str:
    """Version of these tables, for a snapshot's manifest: the highest version of each file."""
    names = ("roster_headings.tsv", "roster_words.tsv", "role_wordings.tsv", "regions.tsv")
    return ".".join(str(max(int(row["version"]) for row in _rows(name))) for name in names)
