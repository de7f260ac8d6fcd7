"""Who or what the entries of chained lists speak of: the member and slot, else the name as written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.lists import Lists
from tasks.measure.names import NOBODY
from tasks.measure.renames import renamed

_NO_SLOT = -1


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries of the versions that stay, in their order; arrays by entry, and what the lists say of them.

    ``entity``: number of the member and slot, or name, in its chain; ``version``; ``member`` (NOBODY without
    one). ``said``: rows of :class:`~tasks.measure.lists.Lists`. By entity ``label``: how the vault names it.
    """

    entity: np.ndarray
    version: np.ndarray
    member: np.ndarray
    said: pl.DataFrame
    label: pl.Series


def entry_keys(entries: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """By entry a number, equal for equal names and slots, and how many such stand above it on its version.

    Of several equal entries of one version the first has the number of the first of another, and so on.
    """
    form, version = (entries[name].to_numpy().astype(np.int64) for name in ("form", "version"))
    slot = entries["slot"].fill_null(_NO_SLOT).to_numpy() + 1
    base = form * (slot.max(initial=0) + 1) + slot
    place = version * (base.max(initial=0) + 1) + base
    order = np.argsort(place, kind="stable")
    sorted_place = place[order]
    is_first = np.append(True, sorted_place[1:] != sorted_place[:-1])[: len(order)]
    at = np.arange(len(order))
    nth = np.empty(len(order), dtype=np.int64)
    nth[order] = at - np.maximum.accumulate(np.where(is_first, at, 0))
    return base * (nth.max(initial=0) + 1) + nth, nth


def entries_of(
    lists: Lists, keys: np.ndarray, nth: np.ndarray, chain: np.ndarray, parent: np.ndarray, stays: np.ndarray
) -> Entries:
    """The entries of versions that stay, with the entity each speaks of.

    Who is meant is settled by the first version that holds the line: its writer tells namesakes apart. A name
    that was spelled anew is one entity, by its last spelling.

    Args:
        keys, nth: see :func:`entry_keys`. chain, parent, stays: by version.
    """
    kept = np.flatnonzero(stays[lists.entries["version"].to_numpy()])
    said, keys, nth = lists.entries[kept], keys[kept], nth[kept]
    version = said["version"].to_numpy()
    of_chain = chain[version]
    # a name of a chain, and the first entry that bears it
    _, first, name = np.unique(
        of_chain * (keys.max(initial=0) + 1) + keys, return_index=True, return_inverse=True
    )
    member = said["member_key"].fill_null(NOBODY).to_numpy()[first]
    entity, example = _entities(of_chain[first], member, said["slot"].fill_null(_NO_SLOT).to_numpy()[first])
    to, to_member = renamed(
        version, entity[name], member[example], said["form"].to_numpy(), lists.forms, parent, len(stays)
    )
    labels = _labels(
        member[example], said.select("slot", "form")[first[example]], nth[first[example]], lists.forms
    )
    return Entries(to[entity][name], version, to_member[entity][name], said, labels)


def _entities(chain: np.ndarray, member: np.ndarray, slot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By name of a chain the number of its entity, and for each entity one name.

    Names of one member for one slot are one; a name that is no member's is one by itself.
    """
    known = np.unique(member, return_inverse=True)[1]
    place = (chain * (known.max(initial=0) + 1) + known) * (slot.max(initial=0) + 2) + slot + 1
    alone = np.flatnonzero(member == NOBODY)
    place[alone] = -1 - alone
    _, example, entity = np.unique(place, return_index=True, return_inverse=True)
    return entity, example


def _labels(member: np.ndarray, said: pl.DataFrame, nth: np.ndarray, forms: pl.Series) -> pl.Series:
    """'m' and the member's key, or 'k', the name, its slot and its number among equals; then the slot."""
    slot = pl.col("slot").cast(pl.String).fill_null("")
    named = said.select("slot", form=forms.gather(said["form"]), member=pl.Series(member), nth=pl.Series(nth))
    return named.select(
        pl.when(pl.col("member") == NOBODY)
        .then(pl.format("k{}#{}#{}|{}", "form", slot, "nth", slot))
        .otherwise(pl.format("m{}|{}", "member", slot))
    ).to_series()  # fmt: skip
