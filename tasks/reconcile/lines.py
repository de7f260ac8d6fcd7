"""What the exports of a group show, on one clock: said lines by block, system lines each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from schemas.config import Group
from tasks.reconcile.clocks import LONG_VOTE, SHORT_VOTE, align, settle, to_utc
from tasks.reconcile.content import with_content
from tasks.reconcile.fold import MINUTE_US, Fold
from tasks.reconcile.model import Clock, Source
from tasks.reconcile.runs import Ints
from tasks.reconcile.sets import Sets, exploded, in_order_of_sight

#: Events that every phone shows alike and that come seldom.
_ANCHOR_EVENTS = (
    "created",
    "subject",
    "description",
    "joined_link",
    "joined_community",
    "added",
    "removed",
    "admin",
)
#: Zone of an export's wall clock, and the minutes by which it runs ahead of it.
_Wall = tuple[str, int]


@dataclass(frozen=True)
class Lines:
    """All lines of a group's exports on one clock; exports are places in canonical order.

    Attributes:
        said: rows of a fold with ``sent_at`` (naive UTC), ``minute`` (since the epoch) and the columns of
            :func:`with_content`, in the order in which the exports show them first.
        told: system lines: ``x, line, seq, sent_at, minute, has_seconds, event, actor, targets, timer_hours``.
        ends: ``x`` and the fold's ``shown_from, shown_to`` as naive UTC, ``said_from``.
        sets: what ``said.seen`` refers to.
        clocks: one per export.
    """

    said: pl.DataFrame
    told: pl.DataFrame
    ends: pl.DataFrame
    sets: Sets
    clocks: list[Clock]


def on_one_clock(fold: Fold, sources: Sequence[Source], group: Group) -> Lines:
    """Set the clocks of all exports by one another.

    Args:
        fold: of these exports and no other. sources: in canonical order.
    """
    number = {source.file_id: x for x, source in enumerate(sources)}
    place = np.array([number[file_id] for file_id in fold.files], dtype=np.int64)
    sets = Sets([tuple(sorted(place[list(members)].tolist())) for members in fold.sets], len(sources))
    of_file = pl.Series(place, dtype=pl.Int64)
    told, ends = (
        frame.with_columns(x=of_file.gather(frame["file"])).drop("file") for frame in (fold.told, fold.ends)
    )
    told = told.sort("x", "seq").with_columns(line=pl.int_range(pl.len(), dtype=pl.Int64))
    zones = [source.landed.timezone or group.timezone for source in sources]
    shift, component = align(*_anchors(fold.anchors, told, sets, zones))
    ahead, basis = settle(sources, shift, component)
    walls = list(zip(zones, ahead, strict=True))
    said = in_order_of_sight(fold.rows, sets)
    distinct = sorted(set(walls))
    wall = np.array([distinct.index(one) for one in walls], dtype=np.int64)
    said = exploded(said, sets, sets.is_mixed(wall)[said["seen"].to_numpy()])
    of_said = wall[sets.first[said["seen"].to_numpy()]]
    said = _timed(said, pl.Series(of_said, dtype=pl.Int64), distinct)
    said = _joined_minutes(said.with_columns(wall=pl.Series(of_said, dtype=pl.Int64)), sets).drop("wall")
    told = _timed(told, pl.Series(wall, dtype=pl.Int64).gather(told["x"]), distinct).drop("local_at")
    of_end = pl.Series(wall, dtype=pl.Int64).gather(ends["x"])
    last = _timed(ends.select("x", local_at="last_at"), of_end, distinct)
    minutes_east = (pl.col("local_at") - pl.col("sent_at")).dt.total_minutes()
    offset = dict(last.select("x", minutes_east).iter_rows())
    shown = {
        name: _timed(ends.select(local_at=name), of_end, distinct)["sent_at"]
        for name in ("shown_from", "shown_to")
    }
    return Lines(
        with_content(said).drop("local_at"),
        told,
        ends.select("x", "said_from", **shown),
        sets,
        [Clock(source.file_id, offset.get(x, 0), basis[x]) for x, source in enumerate(sources)],
    )


def _timed(lines: pl.DataFrame, wall: pl.Series, walls: Sequence[_Wall]) -> pl.DataFrame:
    """Add ``sent_at`` and ``minute``, of ``local_at`` on one of several wall clocks."""
    sent_at = _utc(lines["local_at"], walls[0])
    for number, one in enumerate(walls[1:], 1):
        sent_at = _utc(lines["local_at"], one).zip_with(wall == number, sent_at)
    return lines.with_columns(sent_at=sent_at, minute=sent_at.to_physical() // MINUTE_US)


def _joined_minutes(said: pl.DataFrame, sets: Sets) -> pl.DataFrame:
    """Lines in which an export has one block for each minute, also where its wall clock skipped an hour.

    A clock that is not the phone's own may show times that it never had: they are read as the hour after.
    """
    ahead = (said["at"] - said["minute"]).to_numpy()
    wall = said["wall"].to_numpy()
    once = np.zeros(wall.max(initial=0) + 1, dtype=np.int64)
    once[wall] = ahead
    if np.array_equal(once[wall], ahead):
        return said  # clocks that never change skip nothing
    apart = said.select("wall", "at", "minute").unique()
    met = apart.filter(pl.struct("wall", "minute").is_duplicated())
    if met.is_empty():
        return said
    row = pl.struct("wall", "minute").is_in(met.select(pl.struct("wall", "minute")).to_series().implode())
    said = exploded(said, sets, said.select(row).to_series().to_numpy())
    return said.with_columns(
        pl.when(row).then(pl.col("block").min().over("seen", "minute")).otherwise("block")
    )


def _utc(local: pl.Series, wall: _Wall) -> pl.Series:
    zone, ahead = wall
    return to_utc(local - dt.timedelta(minutes=ahead) if ahead else local, zone)


def _anchors(
    texts: pl.DataFrame, told: pl.DataFrame, sets: Sets, zones: Sequence[str]
) -> tuple[list[tuple[Ints, Ints]], Ints]:
    """What may anchor clocks: texts and the events that every phone shows, by what each export shows once."""
    events = _once_told(told)
    keys, key = np.unique(texts["text_key"].to_numpy(), return_inverse=True)
    weight = np.full(len(keys) + len(_ANCHOR_EVENTS), SHORT_VOTE)
    weight[key[texts["is_long"].to_numpy()]] = LONG_VOTE
    row, x = sets.spread(texts["seen"].to_numpy())
    x = np.concatenate([x, events["x"].to_numpy()])
    key = np.concatenate([key[row], len(keys) + events["number"].to_numpy()])
    place = np.concatenate([row, len(texts) + np.arange(len(events))])
    wall = pl.concat([texts["at"], events["at"]])
    minute = {zone: _minutes(wall, zone) for zone in set(zones)}
    order = np.argsort(x.astype(np.min_scalar_type(len(zones))), kind="stable")  # the shorter, the faster
    ends = np.searchsorted(x[order], np.arange(len(zones) + 1))
    mine = [order[a:b] for a, b in pairwise(ends)]
    return [(key[at], minute[zone][place[at]]) for at, zone in zip(mine, zones, strict=True)], weight


def _minutes(wall: pl.Series, zone: str) -> Ints:
    """Minutes of a zone's wall clock -> of UTC, both since the epoch."""
    local = (wall * MINUTE_US).cast(pl.Datetime("us"))
    minutes: Ints = (to_utc(local, zone).to_physical() // MINUTE_US).to_numpy()
    return minutes


def _once_told(told: pl.DataFrame) -> pl.DataFrame:
    """Events that an export shows once: ``x, number, at``."""
    return (
        told.filter(pl.col("event").is_in(_ANCHOR_EVENTS))
        .group_by("x", "event")
        .agg(at=pl.col("local_at").first().to_physical() // MINUTE_US, n=pl.len())
        .filter(pl.col("n") == 1)
        .select(
            "x",
            "at",
            number=pl.col("event").replace_strict(
                _ANCHOR_EVENTS, range(len(_ANCHOR_EVENTS)), return_dtype=pl.Int64
            ),
        )
    )
