"""Names on a list that were corrected between two versions: one entry, not two."""

from __future__ import annotations

import numpy as np
import polars as pl
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import cpdist

from tasks.measure.names import NOBODY

#: Share of letters that must stay for a new name in the place of another to be the same one, spelled anew.
MIN_LIKENESS = 0.7
#: How often a name may be spelled anew; a circle of spellings ends by that.
_STEPS = 4


def renamed(
    version: np.ndarray,
    entity: np.ndarray,
    member: np.ndarray,
    form: np.ndarray,
    forms: pl.Series,
    parent: np.ndarray,
    n_versions: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Entities that a copy spells anew in their old place take the identity of the new spelling.

    In the copy the old name is gone, the new one stands at its ordinal, both are alike (edit distance at most
    3 letters of 10, or the words of one all in the other), and they do not name two different members.

    Args:
        version, entity, form (place in ``forms``): by entry, in the order of versions and lines. member: by
            entity. parent: by version.

    Returns:
        By entity the entity and the member of its last spelling.
    """
    n = max(len(member), 1)
    to, to_member = np.full(len(member), -1), np.full(len(member), NOBODY)
    new, old = _in_old_places(version, parent, n_versions)
    differ = (entity[new] != entity[old]) & (
        (member[entity[new]] == NOBODY) | (member[entity[old]] == NOBODY)
    )
    new, old = new[differ], old[differ]
    held = pl.Series(version * n + entity).implode()
    is_kept = pl.Series(version[old] * n + entity[new]).is_in(held) | (
        pl.Series(version[new] * n + entity[old]).is_in(held)
    )
    new, old = new[~is_kept.to_numpy()], old[~is_kept.to_numpy()]
    alike = _are_alike(forms.gather(form[new]), forms.gather(form[old]))
    new, old = new[alike], old[alike]
    # of several spellings the last one stays
    to[entity[old]], to_member[entity[old]] = entity[new], member[entity[new]]
    last, meant = np.arange(len(member)), member
    for _ in range(_STEPS):
        goes_on = to[last] >= 0
        if not goes_on.any():
            break
        meant = np.where(goes_on & (to_member[last] != NOBODY), to_member[last], meant)
        last = np.where(goes_on, to[last], last)
    return last, meant


def _in_old_places(version: np.ndarray, parent: np.ndarray, n_versions: int) -> tuple[np.ndarray, np.ndarray]:
    """Entries of copies, and the entry at the same ordinal of the version they were copied from."""
    first = np.searchsorted(version, np.arange(n_versions + 1))
    count = np.diff(first)
    place = np.arange(len(version)) - first[version]
    before = parent[version]
    new = np.flatnonzero((before >= 0) & (place < count[before]))
    return new, first[before[new]] + place[new]


def _are_alike(forms: pl.Series, old_forms: pl.Series) -> np.ndarray:
    if forms.is_empty():
        return np.zeros(0, dtype=bool)
    # in double precision three letters of ten are 0.7
    like = cpdist(
        forms.to_list(),
        old_forms.to_list(),
        scorer=DamerauLevenshtein.normalized_similarity,
        dtype=np.float64,
    )
    both = pl.DataFrame({"new": forms.str.split(" "), "old": old_forms.str.split(" ")})
    new, old = pl.col("new"), pl.col("old")
    within = both.select(
        (new.list.set_difference(old).list.len() == 0) | (old.list.set_difference(new).list.len() == 0)
    ).to_series()
    return (like >= MIN_LIKENESS) | within.to_numpy()
