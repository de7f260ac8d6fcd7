"""Whose wall clock an export shows: declared zone, else alignment by shared texts, else the group's zone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.reconcile.model import Basis, Source

Ints = npt.NDArray[np.int64]
NEVER = np.iinfo(np.int64).min
#: Further than any zone is from UTC; and how closely a zone's clock is looked at.
_AROUND, _STEP = dt.timedelta(days=2), dt.timedelta(hours=6)
#: Stretches of days held with their offset: the columns of one group span a few.
_SPANS_HELD = 64

#: No two inhabited places that one group spans lie further apart.
MAX_SHIFT_MIN = 14 * 60
#: What a shared long text speaks for a shift, and a short text or event that both exports show once.
LONG_VOTE, SHORT_VOTE = 2, 1
#: Votes it takes to believe in a shift; none at all needs fewer, being the likelier case.
MIN_VOTES_SHIFT, MIN_VOTES_NONE = 3, 1


def to_utc(local: pl.Series, zone: str) -> pl.Series:
    """Wall clock of an IANA zone -> naive UTC.

    Of an hour that a zone shows twice the first is taken; one that it skips is read as the hour after.
    """
    offset = _offset(local, zone)
    if offset is not None:
        return local - offset

    def aware(at: pl.Expr) -> pl.Expr:
        return at.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")

    at, hour_on = pl.lit(local), pl.lit(local + dt.timedelta(hours=1))
    utc = pl.coalesce(aware(at), aware(hour_on)).dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return pl.select(utc).to_series().alias(local.name)


def to_local(utc: pl.Series, zone: str) -> pl.Series:
    """Naive UTC -> wall clock of an IANA zone."""
    offset = _offset(utc, zone)
    return _wall_clock(utc, zone) if offset is None else utc + offset


def _wall_clock(utc: pl.Series, zone: str) -> pl.Series:
    return utc.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)


def _offset(moments: pl.Series, zone: str) -> dt.timedelta | None:
    """What a zone is ahead of UTC at all these moments, of either clock; None where it does not stay the same.

    Looked up every few hours from before the first to after the last: to look it up for each moment takes a
    hundred times as long, and no zone changes its clock and changes it back within a day.
    """
    first, last = moments.min(), moments.max()
    if not isinstance(first, dt.datetime) or not isinstance(last, dt.datetime):
        return dt.timedelta(0)
    return _lasting_offset(zone, first.date() - _AROUND, last.date() + _AROUND)


@lru_cache(_SPANS_HELD)
def _lasting_offset(zone: str, first: dt.date, last: dt.date) -> dt.timedelta | None:
    """What a zone is ahead of UTC all the time from one day to another; None where it does not stay the same."""
    grid = pl.datetime_range(first, last, _STEP, eager=True)
    offsets = (_wall_clock(grid, zone) - grid).unique()
    return offsets.item() if len(offsets) == 1 else None


def align(anchors: Sequence[tuple[Ints, Ints]], weight: Ints) -> tuple[list[int], list[int]]:
    """Whole-hour shifts between exports by what each of them shows once.

    Every pass tries each export that is not yet placed against all texts placed so far; when a pass
    places none, the next export begins a component of its own.

    Args:
        anchors: per export the keys it shows once, and their minutes.
        weight: votes of each key.

    Returns:
        Per export the minutes by which its clock runs ahead of the first of its component, and the
        component's number.
    """
    shift, component = [0] * len(anchors), [-1] * len(anchors)
    known = np.full(len(weight), NEVER)
    waiting, number = list(range(len(anchors))), -1
    while waiting:
        n_before = len(waiting)
        for x in waiting:
            found = _shift(anchors[x], known, weight)
            if found is not None:
                shift[x], component[x] = found, number
                _learn(anchors[x], found, known)
        waiting = [x for x in waiting if component[x] < 0]
        if len(waiting) == n_before:
            number += 1
            first = waiting.pop(0)
            component[first] = number
            known[:] = NEVER
            _learn(anchors[first], 0, known)
    return shift, component


def _learn(anchor: tuple[Ints, Ints], shift: int, known: Ints) -> None:
    keys, minutes = anchor
    new = known[keys] == NEVER
    known[keys[new]] = minutes[new] - shift


def _shift(anchor: tuple[Ints, Ints], known: Ints, weight: Ints) -> int | None:
    keys, minutes = anchor
    shared = known[keys] != NEVER
    keys, ahead = keys[shared], minutes[shared] - known[keys[shared]]
    whole = (np.abs(ahead) <= MAX_SHIFT_MIN) & (ahead % 60 == 0)
    if not whole.any():
        return None
    values, which = np.unique(ahead[whole], return_inverse=True)
    votes = np.bincount(which, weights=weight[keys[whole]])
    best = max(range(len(values)), key=lambda i: (votes[i], -abs(values[i]), values[i]))
    needed = MIN_VOTES_NONE if values[best] == 0 else MIN_VOTES_SHIFT
    return int(values[best]) if votes[best] >= needed and 2 * votes[best] > votes.sum() else None


def settle(
    exports: Sequence[Source], shift: Sequence[int], component: Sequence[int]
) -> tuple[list[int], list[Basis]]:
    """Shifts against the true clock: the declared phones' in a component, else that of most phones.

    Of equally many phones the first is believed. Exports that share texts with no other phone's keep the
    clock that their phone shows elsewhere.

    Returns:
        Per export the minutes by which it runs ahead of its declared (else the group's) zone, and the basis.
    """
    numbers = range(len(exports))
    phones: dict[int, set[int]] = {}
    for x in numbers:
        phones.setdefault(component[x], set()).add(exports[x].landed.exporter_no)
    ahead = list(shift)
    for number in phones:
        members = [x for x in numbers if component[x] == number]
        declared = [x for x in members if exports[x].landed.timezone is not None]
        anchor = _common(exports, shift, declared or members)
        for x in members:
            ahead[x] = shift[x] - anchor
    is_shared = [len(phones[component[x]]) > 1 for x in numbers]
    settled = list(ahead)
    for x in numbers:
        if not is_shared[x] and exports[x].landed.timezone is None:
            phone = exports[x].landed.exporter_no
            kin = [y for y in numbers if is_shared[y] and exports[y].landed.exporter_no == phone]
            settled[x] += _common(exports, ahead, kin) if kin else 0
    return settled, [_basis(exports[x], settled[x], is_shared[x]) for x in numbers]


def _basis(export: Source, ahead: int, is_shared: bool) -> Basis:
    if export.landed.timezone is not None and ahead == 0:
        return "declared"
    return "aligned" if is_shared else "assumed"


def _common(exports: Sequence[Source], shift: Sequence[int], members: Iterable[int]) -> int:
    by_phone: dict[int, Counter[int]] = {}
    for x in members:
        by_phone.setdefault(exports[x].landed.exporter_no, Counter())[shift[x]] += 1
    usual = {
        phone: max(counts, key=lambda s: (counts[s], -abs(s), s))
        for phone, counts in sorted(by_phone.items())
    }
    phones = Counter(usual.values())
    most = max(phones.values())
    return next(usual[phone] for phone in sorted(usual) if phones[usual[phone]] == most)
