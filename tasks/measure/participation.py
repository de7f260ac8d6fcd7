"""Who takes part in an activity: the entries of all copies of its list, united, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.activities import Chains
from tasks.measure.entities import Entries
from tasks.measure.entries import STATUS
from tasks.measure.names import NOBODY
from tasks.measure.text.distinct import stretches

STAYED, WITHDRAWN, LOST = range(3)
_FATES = pl.Series(["stayed", "withdrawn", "lost"])


def participation(chains: Chains) -> pl.DataFrame:
    """One row per entity of a chain, union over all copies, in the order of their first lines.

    Returns:
        chain, entity (its label), member_key?, slot?, line, added_version, added_date, added_by, is_proxy,
        participation_status, amount_idr?, is_refused, is_done, is_paid?, n_guests, fate ('stayed', 'withdrawn',
        'lost'), activity_kind. Values are those of the last version that edits the entity.
    """
    versions, entries = chains.versions, chains.entries
    values = _values(entries, _by_version(versions, "parent", -1))
    first, last = values.first, values.last_edit
    member = values.first_member(entries.member)
    row = values.row[first]
    chain = _by_version(versions, "chain", -1)
    order = np.lexsort((row, chain[values.version[first]]))
    writer = _by_version(versions, "sender_key", NOBODY)
    fate = fates(values, member, versions)
    place = versions["version"].search_sorted(pl.Series(values.version[first]))
    union = pl.DataFrame(
        {
            "entity": entries.label.gather(values.entity[first]),
            "member_key": _known(member),
            "added_version": values.version[first],
            "added_by": writer[values.version[first]],
            "fate": _FATES.gather(fate),
            "participation_status": STATUS.categories.gather(values.status[last]),
            "amount_idr": pl.Series(values.amount[last]).fill_nan(None),
            "is_refused": values.is_refused[last],
            "is_done": values.is_done[last],
            "n_guests": values.n_guests[last],
        }
    ).with_columns(
        *entries.said.select("slot", "line")[row],
        *versions.select("chain", "activity_kind", added_date="local_date")[place],
    )
    is_gift = pl.col("activity_kind") == "donation"
    is_read = (
        (pl.col("activity_kind") == "khataman")
        & pl.col("is_done")
        & (pl.col("participation_status") == "yes")
    )
    return union[order].with_columns(
        is_proxy=(pl.col("member_key") != pl.col("added_by")).fill_null(False),
        participation_status=pl.when(pl.col("fate") == "withdrawn")
        .then(pl.lit("withdrawn"))
        .when(is_read)
        .then(pl.lit("done"))
        .otherwise("participation_status"),
        # only a collection speaks of money given and paid
        amount_idr=pl.when(is_gift).then("amount_idr"),
        is_refused=is_gift & pl.col("is_refused"),
        is_paid=pl.when(is_gift).then("is_done"),
    )


def _by_version(versions: pl.DataFrame, name: str, otherwise: int) -> np.ndarray:
    """A column as whole numbers by version; ``otherwise`` where it is NULL, and for versions that do not stay."""
    version = versions["version"].to_numpy()
    column = np.full(int(version.max(initial=-1)) + 1, otherwise, dtype=np.int64)
    column[version] = versions[name].cast(pl.Int64).fill_null(otherwise).to_numpy()
    return column


def _known(member: np.ndarray) -> pl.Series:
    return pl.Series(member).set(pl.Series(member == NOBODY), None)


@dataclass(frozen=True, slots=True)
class Values:
    """What each version says of each entity it holds, sorted by both; arrays by entity and version.

    ``row``: first entry; ``status`` (number), ``amount`` (NaN: none), ``is_refused``, ``is_done``, ``n_guests``.
    By entity ``first``: its place of the first version, ``last_edit``: of the last one that says something else
    than its parent.
    """

    entity: np.ndarray
    version: np.ndarray
    row: np.ndarray
    status: np.ndarray
    amount: np.ndarray
    is_refused: np.ndarray
    is_done: np.ndarray
    n_guests: np.ndarray
    first: np.ndarray
    last_edit: np.ndarray

    def first_member(self, member: np.ndarray) -> np.ndarray:
        """By entity the member whom its first entry names that names one; ``member`` by entry."""
        named = member[self.row]
        places = np.where(named != NOBODY, np.arange(len(named)), len(named))
        return np.append(named, NOBODY)[_reduced(np.minimum, places, self.first)]


def _values(entries: Entries, parent: np.ndarray) -> Values:
    """What versions say of entities.

    A copy of an old version carries old values along: only a change counts. A person with several lines on one
    version gave each amount; a line that stands there twice, letter for letter, was doubled in copying.
    """
    said = entries.said
    rows = _undoubled(entries)
    entity, version = entries.entity[rows], entries.version[rows]
    first = _begins(entity, version)
    amount = said["amount_idr"].to_numpy()[rows]
    sums = _reduced(np.add, np.nan_to_num(amount), first)
    entity, version = entity[first], version[first]
    found = {
        "status": said["participation_status"].to_physical().to_numpy()[rows[first]],
        "amount": np.where(_reduced(np.logical_and, np.isnan(amount), first), np.nan, sums),
        "is_refused": _reduced(np.logical_or, said["is_refused"].to_numpy()[rows], first),
        "is_done": _reduced(np.logical_or, said["is_done"].to_numpy()[rows], first),
        "n_guests": _reduced(np.maximum, said["n_guests"].to_numpy()[rows], first),
    }
    is_edit = _are_edits(entity, version, parent[version], found)
    begins = _begins(entity)
    edits = np.where(is_edit, np.arange(len(entity)), -1)
    return Values(
        entity, version, rows[first], **found, first=begins, last_edit=_reduced(np.maximum, edits, begins)
    )


def _undoubled(entries: Entries) -> np.ndarray:
    """Entries sorted by entity, version and line, without those an equal line of whose version stands before."""
    order = np.argsort(entries.entity, kind="stable")
    entity, version = entries.entity[order], entries.version[order]
    same = np.append(False, (entity[1:] == entity[:-1]) & (version[1:] == version[:-1]))[: len(order)]
    several = np.flatnonzero(same | np.append(same[1:], False)[: len(order)])
    group = np.cumsum(~same)[several]
    line = entries.said["said"].to_numpy()[order[several]]
    by_line = np.lexsort((several, line, group))
    twice = (np.diff(group[by_line]) == 0) & (line[by_line][1:] == line[by_line][:-1])
    keep = np.ones(len(order), dtype=bool)
    keep[several[by_line[1:][twice]]] = False
    return order[keep]


def _are_edits(
    entity: np.ndarray, version: np.ndarray, parent: np.ndarray, found: dict[str, np.ndarray]
) -> np.ndarray:
    """Whether a version says something else of an entity than its parent, or the parent does not hold it."""
    n = int(version.max(initial=0)) + 1
    place, wanted = entity * n + version, entity * n + parent
    before = np.minimum(np.searchsorted(place, wanted), max(len(place) - 1, 0))
    is_held = (parent >= 0) & (place[before] == wanted)
    same = np.ones(len(place), dtype=bool)
    for value in found.values():
        same &= (value == value[before]) | ((value != value) & (value[before] != value[before]))
    return ~(is_held & same)


def _begins(*keys: np.ndarray) -> np.ndarray:
    """Where runs of equal keys begin."""
    new = np.ones(len(keys[0]), dtype=bool)
    new[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.flatnonzero(new)


def _reduced(how: np.ufunc, values: np.ndarray, begins: np.ndarray) -> np.ndarray:
    reduced: np.ndarray = how.reduceat(values, begins) if len(begins) else values
    return reduced


def fates(values: Values, member: np.ndarray, versions: pl.DataFrame) -> np.ndarray:
    """What became of each entity: stayed, withdrawn, or lost in copying and kept by the union.

    An entity is withdrawn when, after its last version, the person on the line, who added it, or an officer
    posts a copy made from a version that held it, and it does not come back; any other absence from the
    chain's end is a lost update.

    Args:
        member: by entity. versions: version, chain, parent?, sender_key, is_officer.
    """
    chain, parent, writer, is_officer = (
        _by_version(versions, name, -1) for name in ("chain", "parent", "sender_key", "is_officer")
    )
    n_held = np.diff(np.append(values.first, len(values.version)))
    last = values.version[values.first + n_held - 1]
    end = np.zeros(len(chain), dtype=np.int64)
    end[chain[chain >= 0]] = np.flatnonzero(chain >= 0)  # versions rise: of a chain's the last one stays
    is_absent = last < end[chain[last]]
    # copies of each version that held an entity which is absent now
    copies = np.argsort(parent, kind="stable")
    first_copy = np.searchsorted(parent[copies], np.arange(len(parent) + 1))
    number = np.repeat(np.arange(len(last)), n_held)
    held = np.flatnonzero(is_absent[number])
    n_copies = np.diff(first_copy)[values.version[held]]
    of_entity = np.repeat(number[held], n_copies)
    copy = copies[stretches(first_copy[values.version[held]], n_copies)]
    added_by = writer[values.version[values.first]][of_entity]
    is_entitled = (writer[copy] == member[of_entity]) | (writer[copy] == added_by) | (is_officer[copy] > 0)
    fate = np.where(is_absent, LOST, STAYED)
    fate[of_entity[is_entitled & (copy > last[of_entity])]] = WITHDRAWN
    return fate
