"""Which announcements and polls speak of one activity, and which of a list's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.like_titles import Titles, like_titles
from tasks.measure.text.distinct import stretches

SAME_TITLE_DAYS = 14
_NEAR = np.timedelta64(SAME_TITLE_DAYS, "D")
#: Nothing is meant; or several things are, one no more than another.
_NONE, _SEVERAL = -1, -2
#: Among days, what is none; its number is 0.
_NO_DAY = np.iinfo(np.int32).min


def stands_for(rows: pl.DataFrame, chains: pl.DataFrame) -> pl.DataFrame:
    """chain?, root, is_of_old_day: of which list each row speaks, and else of which row before it; itself where it is
    the first; and whether that is for the day that the row puts off.

    Two rows are of one activity if their titles are alike and they are of one day, or, where one of them names no
    day, within 14 days of each other. On one day a title may also be part of the other: a reminder is shorter than
    the first call. Two days are two activities, unless the later row puts the earlier one off (``is_moved``). If that
    names the day that it puts off (``moved_from``), it speaks of what is alike on that day; where there is nothing,
    of the last one alike, and of none if several of different days are as near. Without a title it speaks of the
    only activity of that day.

    Args:
        rows: sent_at, title_words, planned_date?, is_moved, moved_from?; in the order of time.
        chains: chain, sent_at, last_sent_at, title_words, planned_date?.
    """
    if rows.is_empty():
        return pl.DataFrame(schema={"chain": pl.Int64, "root": pl.Int64, "is_of_old_day": pl.Boolean})
    titles = like_titles(pl.concat([rows["title_words"], chains["title_words"]]))
    asked, known_day = _asked(rows, chains, titles)
    listed = _list_of(rows, chains, asked, titles, known_day)
    before, is_row_of_day = _row_before(rows, asked, titles, known_day)
    is_list_of_day = _is_of_day(asked, listed, known_day[len(rows) :])
    # on the day that is put off another row counts before a list of another day
    listed[is_row_of_day & ~is_list_of_day] = _NONE
    is_of_old_day = is_row_of_day | is_list_of_day
    before[listed != _NONE] = _NONE
    root = np.where(before >= 0, before, np.arange(len(rows)))
    while not np.array_equal(root[root], root):
        root = root[root]
    of_list = np.maximum(listed, _NONE)[root]
    untitled = np.flatnonzero(asked.names_day & (titles.title[: len(rows)] < 0))
    if len(untitled):
        activity = np.where(of_list >= 0, len(rows) + of_list, root)
        meant = _only_one_of_day(rows, chains, asked.day, known_day, activity, untitled)
        root[untitled] = np.where((meant >= 0) & (meant < len(rows)), meant, untitled)
        of_list[untitled] = np.where(meant >= len(rows), meant - len(rows), _NONE)
        is_of_old_day[untitled] = meant >= 0
    chain = chains["chain"].cast(pl.Int64).extend_constant(None, 1).gather(of_list % (len(chains) + 1))
    return pl.DataFrame({"chain": chain, "root": root, "is_of_old_day": is_of_old_day})


@dataclass(frozen=True, slots=True)
class _Asked:
    """What rows look for: by row its day, and whether it names the day it puts off; and stretches of keys, each of a
    row, from ``low`` to below ``high``. A key is a title or likes and a day, ``n_days`` of each."""

    day: np.ndarray
    names_day: np.ndarray
    row: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n_days: int

    def among(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The places of rising keys that rows look for: row, place."""
        first = np.searchsorted(keys, self.low)
        count = np.searchsorted(keys, self.high) - first
        return np.repeat(self.row, count), stretches(first, count)

    def on_day(self, row: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Whether the rows look for something of these days."""
        return (self.day[row] == day) & (day > 0)


def _asked(rows: pl.DataFrame, chains: pl.DataFrame, titles: Titles) -> tuple[_Asked, np.ndarray]:
    """What the rows look for, and the number of the day that each row and chain is known by; 0 is none."""
    n, old = len(rows), rows["moved_from"]
    planned = pl.concat([rows["planned_date"], chains["planned_date"]])
    looked_for = planned.head(n).zip_with(old.is_null(), old)
    every = pl.concat([planned, looked_for]).to_physical().fill_null(_NO_DAY).to_numpy()
    numbers, number = np.unique(np.append(every, np.int32(_NO_DAY)), return_inverse=True)
    day, known_day, n_days = number[len(planned) : -1], number[: len(planned)], len(numbers)
    alike, likes = titles.alike.met(titles.likes[:n])
    part, longer = titles.parts.met(titles.likes[:n])
    titled = np.flatnonzero(titles.title[:n] >= 0)
    row = np.concatenate([titled, alike])
    face = np.concatenate([titles.title[titled], titles.n_titles + likes]) * n_days
    is_free = ((day == 0) | rows["is_moved"].to_numpy())[row]
    free, bound, dated = row[is_free], row[~is_free], part[day[part] > 0]
    on_day = face[~is_free] + day[bound]
    of_part = (titles.n_titles + longer[day[part] > 0]) * n_days + day[dated]
    low = np.concatenate([face[is_free], on_day, face[~is_free], of_part])
    high = np.concatenate([face[is_free] + n_days, on_day + 1, face[~is_free] + 1, of_part + 1])
    of_row = np.concatenate([free, bound, bound, dated])
    return _Asked(day, old.is_not_null().to_numpy(), of_row, low, high, n_days), known_day


def _keys(titles: Titles, known_day: np.ndarray, chosen: np.ndarray, n_days: int) -> np.ndarray:
    """The two keys of chosen titles: the titles, and then their likes, with the day each is known by."""
    faces = np.concatenate([titles.title[chosen], titles.n_titles + titles.likes[chosen]])
    return faces * n_days + np.tile(known_day[chosen], 2)


def _row_before(
    rows: pl.DataFrame, asked: _Asked, titles: Titles, known_day: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """By row the last one before it that is of its activity, else -1, -2 for several; whether of the day put off."""
    n = len(rows)
    # a move that names no day begins nothing of which others may speak
    begins = np.flatnonzero((known_day[:n] > 0) | ~rows["is_moved"].to_numpy())
    known = np.sort(_keys(titles, known_day, begins, asked.n_days) * n + np.tile(begins, 2))
    keys = np.unique(known // n)
    row, place = asked.among(keys)
    # of each key the last one before the row is meant
    at = np.searchsorted(known, keys[place] * n + row) - 1
    found = np.append(known, 0)[at]
    is_before = (at >= 0) & (found // n == keys[place])
    row, found = row[is_before], found[is_before] % n
    sent, is_of_day = rows["sent_at"].to_numpy(), asked.on_day(row, known_day[found])
    chosen = is_of_day | (sent[row] - sent[found] <= _NEAR)
    row, found, is_of_day = row[chosen], found[chosen], is_of_day[chosen]
    has_day = np.zeros(n, dtype=bool)
    has_day[row[is_of_day]] = True
    has_day &= asked.names_day
    kept = is_of_day | ~has_day[row]
    before = np.full(n, _NONE)
    np.maximum.at(before, row[kept], found[kept])
    is_last = sent[found] == sent[before[row]]
    before[_of_several_days(row[is_last], known_day[found[is_last]], asked.names_day & ~has_day)] = _SEVERAL
    return before, has_day


def _list_of(
    rows: pl.DataFrame, chains: pl.DataFrame, asked: _Asked, titles: Titles, known_day: np.ndarray
) -> np.ndarray:
    """By row the place of the chain of its activity, else -1: of the day put off, if such a day is named, else the
    nearest in time, of equals the youngest; -2 for several."""
    n, places = len(rows), np.arange(len(chains))
    key = _keys(titles, known_day, n + places, asked.n_days)
    order = np.argsort(key, kind="stable")
    row, place = asked.among(key[order])
    place = order[place] % max(len(chains), 1)
    day = known_day[n + place]
    sent, begins, ends = (
        frame[name].to_numpy()
        for frame, name in ((rows, "sent_at"), (chains, "sent_at"), (chains, "last_sent_at"))
    )
    away = np.maximum(begins[place] - sent[row], sent[row] - ends[place]).astype(np.int64)
    away, is_of_day = np.maximum(away, 0), asked.on_day(row, day)
    chosen = np.flatnonzero(is_of_day | (away <= _NEAR.astype("m8[us]").astype(np.int64)))
    is_other = asked.names_day[row] & ~is_of_day
    youngest = -begins[place].astype(np.int64)
    chosen = chosen[
        np.lexsort((place[chosen], youngest[chosen], away[chosen], is_other[chosen], row[chosen]))
    ]
    first = chosen[np.append(True, np.diff(row[chosen]) != 0)[: len(chosen)]]
    listed, nearest = np.full(n, _NONE), np.full(n, _NONE)
    listed[row[first]], nearest[row[first]] = place[first], away[first]
    is_open = asked.names_day.copy()
    is_open[row[first]] &= is_other[first]
    as_near = chosen[away[chosen] == nearest[row[chosen]]]
    listed[_of_several_days(row[as_near], day[as_near], is_open)] = _SEVERAL
    return listed


def _only_one_of_day(
    rows: pl.DataFrame,
    chains: pl.DataFrame,
    asked_day: np.ndarray,
    known_day: np.ndarray,
    activity: np.ndarray,
    untitled: np.ndarray,
) -> np.ndarray:
    """Of untitled rows the activity of the day they ask for, if one alone was known by then, else -1.

    Args:
        activity: of each row; those of chains follow on them.
    """
    n = len(rows)
    every = np.concatenate([activity, n + np.arange(len(chains))])
    known_day = known_day.copy()
    known_day[untitled] = 0
    by_day = np.argsort(known_day, kind="stable")
    day = known_day[by_day]
    first = np.searchsorted(day, asked_day[untitled])
    count = np.searchsorted(day, asked_day[untitled], side="right") - first
    nth = np.repeat(np.arange(len(untitled)), count)
    place = by_day[stretches(first, count)]
    sent = np.concatenate([frame["sent_at"].to_numpy() for frame in (rows, chains)])
    is_known = sent[place] <= sent[untitled[nth]]
    least, most = np.full(len(untitled), n + len(chains)), np.full(len(untitled), _NONE)
    np.minimum.at(least, nth[is_known], every[place[is_known]])
    np.maximum.at(most, nth[is_known], every[place[is_known]])
    return np.where(least == most, least, _NONE)


def _is_of_day(asked: _Asked, listed: np.ndarray, day: np.ndarray) -> np.ndarray:
    """By row whether its list is for the day that it puts off."""
    return (
        asked.names_day
        & (listed >= 0)
        & asked.on_day(np.arange(len(listed)), np.append(day, 0)[np.maximum(listed, _NONE)])
    )


def _of_several_days(row: np.ndarray, day: np.ndarray, is_asked: np.ndarray) -> np.ndarray:
    """Mask of the rows asked of which there are several days."""
    first, last = np.full(len(is_asked), np.iinfo(np.int64).max), np.full(len(is_asked), _NONE)
    np.minimum.at(first, row, day)
    np.maximum.at(last, row, day)
    return is_asked & (last > first)
