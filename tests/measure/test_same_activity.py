"""Announcements of one activity held against the rule said in plain words; and many of them at once."""

from __future__ import annotations

import datetime as dt
import time
from typing import NamedTuple

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.measure.campaign_talk import Talk, placed
from tasks.measure.same_activity import stands_for

_START, _DAY = dt.datetime.combine(dt.date(2024, 5, 6), dt.time()), dt.timedelta(days=1)


class Row(NamedTuple):
    """An announcement: when it was sent, what of, for which day, whether it moves that, and from which day."""

    sent_at: dt.datetime
    title_words: list[str]
    planned_date: dt.date | None
    is_moved: bool
    moved_from: dt.date | None


class Chain(NamedTuple):
    """A list: its copies from when to when, its title, its day."""

    sent_at: dt.datetime
    last_sent_at: dt.datetime
    title_words: list[str]
    planned_date: dt.date | None


_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    **{name: pl.Datetime("us") for name in ("sent_at", "last_sent_at")},
    **dict.fromkeys(("planned_date", "moved_from"), pl.Date),
    "title_words": pl.List(pl.String),
    "is_moved": pl.Boolean,
}


def found(rows: list[Row], chains: list[Chain]) -> list[tuple[int | None, int]]:
    """What :func:`stands_for` finds; lists are numbered from 100 on."""
    frames = [
        pl.DataFrame(told, schema={name: _TYPES[name] for name in kind._fields}, orient="row")
        for kind, told in ((Row, rows), (Chain, chains))
    ]
    numbers = pl.Series("chain", range(100, 100 + len(chains)), dtype=pl.Int64)
    return stands_for(frames[0], frames[1].with_columns(numbers)).drop("is_of_old_day").rows()


def _titles(one: Row, other: Row | Chain) -> tuple[bool, bool]:
    """Whether titles are alike, and whether one is part of the other."""
    mine, yours = set(one.title_words), set(other.title_words)
    both = len(mine & yours)
    return both > 0 and both >= len(mine | yours) / 2, both > 0 and both == min(len(mine), len(yours))


def _fits(row: Row, other: Row | Chain) -> tuple[bool, bool]:
    """Whether another may be of the row's activity, and whether it is of its day."""
    day, theirs = row.moved_from or row.planned_date, other.planned_date
    is_alike, is_part = _titles(row, other)
    on_day = day is not None and day == theirs
    fits = is_alike and (day is None or theirs is None or on_day or row.is_moved)
    return fits or (is_part and on_day), on_day


def _before(row: Row, rows: list[Row]) -> tuple[int | None, bool, bool]:
    """The last one before it, whether of the day put off, and whether there were several as near."""
    near = []
    for place, other in enumerate(rows):
        fits, on_day = _fits(row, other)
        begins = other.planned_date is not None or not other.is_moved
        if fits and begins and (on_day or row.sent_at - other.sent_at <= 14 * _DAY):
            near.append((place, on_day))
    if row.moved_from is not None and any(on_day for _, on_day in near):
        return max(place for place, on_day in near if on_day), True, False
    if not near:
        return None, False, False
    last = near[-1][0]
    days = {rows[place].planned_date for place, _ in near if rows[place].sent_at == rows[last].sent_at}
    return last, False, row.moved_from is not None and len(days) > 1


def _listed(row: Row, chains: list[Chain]) -> tuple[int | None, bool, bool]:
    near = []
    for place, chain in enumerate(chains):
        fits, on_day = _fits(row, chain)
        away = max(chain.sent_at - row.sent_at, row.sent_at - chain.last_sent_at, dt.timedelta(0))
        if fits and (on_day or away <= 14 * _DAY):
            is_other = row.moved_from is not None and not on_day
            near.append((is_other, away, _START - chain.sent_at, place))
    if not near:
        return None, False, False
    is_other, away, _, best = min(near)
    days = {chains[place].planned_date for other, far, _, place in near if (other, far) == (is_other, away)}
    is_of_day = row.moved_from is not None and not is_other
    return best, is_of_day, row.moved_from is not None and is_other and len(days) > 1


def told(rows: list[Row], chains: list[Chain]) -> list[tuple[int | None, int]]:
    """The rule in plain words, one row after another; titles are not empty."""
    known: list[tuple[int | None, int]] = []
    for place, row in enumerate(rows):
        listed, list_on_day, lists_differ = _listed(row, chains)
        before, row_on_day, rows_differ = _before(row, rows[:place])
        if row_on_day and not list_on_day:
            listed, lists_differ = None, False
        if listed is not None:
            known.append((None if lists_differ else 100 + listed, place))
        elif before is None or rows_differ:
            known.append((None, place))
        else:
            known.append(known[before])
    return known


_HOURS = st.integers(0, 24 * 40).map(lambda hours: _START + dt.timedelta(hours=hours))
_TITLES = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4)
_DAYS = st.none() | st.integers(0, 12).map(lambda days: (_START + days * _DAY).date())


@st.composite
def _rows(draw: st.DrawFn) -> list[Row]:
    rows = []
    for sent in sorted(draw(st.lists(_HOURS, max_size=14))):
        is_moved = draw(st.booleans())
        rows.append(Row(sent, draw(_TITLES), draw(_DAYS), is_moved, draw(_DAYS) if is_moved else None))
    return rows


@st.composite
def _chains(draw: st.DrawFn) -> list[Chain]:
    return [
        Chain(sent, sent + draw(st.integers(0, 20)) * _DAY, draw(_TITLES), draw(_DAYS))
        for sent in draw(st.lists(_HOURS, max_size=6))
    ]


@given(_rows(), _chains())
def test_rows_stand_for_what_the_rule_says(rows: list[Row], chains: list[Chain]) -> None:
    assert found(rows, chains) == told(rows, chains)


def test_many_announcements_of_one_day() -> None:
    """Of 3,000 on one day that share a word, each with one of its own, none is another; a bare one is of the last."""
    day = _START.date()
    rows = [Row(_START, ["rapat", f"kelas{n}"], day, False, None) for n in range(3000)]
    begun = time.process_time()
    roots = [root for _, root in found([*rows, Row(_START, ["rapat"], day, False, None)], [])]
    assert time.process_time() - begun < 2
    assert roots == [*range(3000), 2999]


def test_a_chain_of_a_thousand_answers() -> None:
    """Each turn names the one before; all speak of the campaign that the first began."""
    n = 1001
    no, yes = np.zeros(n, dtype=bool), np.ones(n - 1, dtype=bool)
    turn = np.arange(n)
    talk = Talk(
        minute=turn, sender=turn % 7, promises=no, refuses=no, speaks_of_part=no, assents=no, is_rite=no, asks=no,
        is_light=no, source=turn[1:], target=turn[:-1], is_mention=yes, is_request=~yes, is_broadcast=~yes,
        is_adjacent=~yes,
    )  # fmt: skip
    begun = time.process_time()
    of = placed(np.where(turn == 0, 5, -1), turn == 0, turn == 0, talk)
    assert time.process_time() - begun < 2
    assert (of == 5).all()
