"""Which days each phone observes, from when the history is whole, and when the next export is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.config import Group
from schemas.frames import COVERAGE
from schemas.vocabulary import JOIN_EVENTS
from tasks.reconcile.model import Export

#: Messages that one export holds, without and with media.
TEXT_LIMIT, MEDIA_LIMIT = 40_000, 10_000
#: The next export is due when this share of the limit has been written.
DUE_SHARE = 0.9
#: Days from which a group's pace is taken, and the longest that a phone may wait.
PACE_DAYS, LONGEST_WAIT_DAYS = 90, 366

DAY = dt.timedelta(days=1)
Days = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Span:
    """What one export shows of time, in days of the group's zone.

    Attributes:
        first, last: days of its first and last line.
        stated: the day it was exported, as its name says; None if that is not to be believed.
        created: day of the group's creation line, if it shows one.
        came: day on which its owner joined, if it shows that before any message.
        away: days (from, to) that the owner spent outside the group, both partly or wholly unseen.
        is_truncated: the parser found the head cut off.
    """

    first: dt.date
    last: dt.date
    stated: dt.date | None
    created: dt.date | None
    came: dt.date | None
    away: tuple[tuple[dt.date, dt.date], ...]
    is_truncated: bool

    @property
    def covered_from(self) -> dt.date:
        """First day seen whole: the day of creation, else the day after the first line or the joining.

        Whoever joins later sees the creation line, but nothing between it and his joining.
        """
        if self.created is None:
            return self.first + DAY
        return self.created if self.came is None or self.came <= self.created else self.came + DAY

    @property
    def covered_to(self) -> dt.date:
        """Last day seen whole: the day before the last line's, or before the day of the export."""
        return max(self.last, self.stated or self.last) - DAY

    @property
    def is_from_creation(self) -> bool:
        return self.created is not None and self.covered_from == self.created


def spans(
    exports: Sequence[Export], lines: pl.DataFrame, own: pl.DataFrame, messages: pl.DataFrame
) -> list[Span | None]:
    """Span of each export, None for one without lines.

    Args:
        lines: ``x, line, local_date, sent_at, event`` of all lines; ``event`` NULL for messages.
        own: ``x, line, event, local_date`` of the owners' joining and leaving.
        messages: MESSAGES.
    """
    facts = (
        lines.group_by("x")
        .agg(
            first=pl.col("local_date").min(),
            last=pl.col("local_date").max(),
            last_at=pl.col("sent_at").max(),
            created=pl.col("local_date").filter(pl.col("event") == "created").min(),
            first_message=pl.col("line").filter(pl.col("event").is_null()).min(),
        )
        .rows_by_key("x", named=True, unique=True)
    )
    sent = messages.select("sent_at", "local_date").sort("sent_at")
    going = own.sort("line").partition_by("x", as_dict=True)
    result: list[Span | None] = []
    for x, export in enumerate(exports):
        fact = facts.get(x)
        if fact is None:
            result.append(None)
            continue
        moves = going.get((x,), own.clear())
        result.append(
            Span(
                first=fact["first"],
                last=fact["last"],
                stated=_believed(export.landed.stated_date, fact["last_at"], sent),
                created=fact["created"],
                came=_came(moves, fact["first_message"]),
                away=_away(moves, fact["last"]),
                is_truncated=export.meta.is_truncated,
            )
        )
    return result


def _believed(stated: dt.date | None, last_at: dt.datetime, sent: pl.DataFrame) -> dt.date | None:
    """The stated date, unless others show messages before it that this export lacks."""
    if stated is None:
        return None
    minute = last_at.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
    lacking = sent.filter((pl.col("sent_at") >= minute) & (pl.col("local_date") < stated))
    return None if lacking.height else stated


def _came(moves: pl.DataFrame, first_message: int | None) -> dt.date | None:
    joins = moves.filter(pl.col("event").is_in(JOIN_EVENTS))
    if first_message is not None:
        joins = joins.filter(pl.col("line") < first_message)
    return joins["local_date"].max() if joins.height else None  # type: ignore[return-value]  # a column of dates


def _away(moves: pl.DataFrame, last: dt.date) -> tuple[tuple[dt.date, dt.date], ...]:
    away: list[tuple[dt.date, dt.date]] = []
    left: dt.date | None = None
    for event, day in moves.select("event", "local_date").iter_rows():
        if event in JOIN_EVENTS:
            if left is not None:
                away.append((left, day))
            left = None
        elif left is None:
            left = day
    if left is not None:
        away.append((left, dt.date.max))
    return tuple(away)


def cover(
    exports: Sequence[Export],
    spans: Sequence[Span | None],
    spoken: pl.DataFrame,
    vanishing: Sequence[tuple[dt.date, dt.date]],
) -> pl.DataFrame:
    """Observed days by phone.

    A day is covered by a phone if one of its exports sees it whole and the phone is not in a gap: silent
    on a day on which another phone shows messages. While messages disappear, an export covers only from
    the first day of which it still holds any.

    Args:
        spoken: ``x, date``: days of which an export shows messages.
        vanishing: first and last days of disappearing messages.

    Returns:
        COVERAGE, one row per phone and day from the group's first observed day to its last.
    """
    known = [span for span in spans if span is not None]
    if not known:
        return COVERAGE.empty()
    begin = min(span.first for span in known)
    end = max(max(span.last, span.covered_to) for span in known)
    n_days = (end - begin).days + 1
    phones = sorted({export.landed.exporter_no for export in exports})
    covered = {phone: np.zeros(n_days, dtype=bool) for phone in phones}
    speaks = {phone: np.zeros(n_days, dtype=bool) for phone in phones}
    by_export = {
        x: (frame["date"] - begin).dt.total_days().to_numpy()
        for (x,), frame in spoken.partition_by("x", as_dict=True).items()
    }
    for x, (export, span) in enumerate(zip(exports, spans, strict=True)):
        if span is not None:
            said = by_export.get(x, np.zeros(0, dtype=np.int64))
            covered[export.landed.exporter_no] |= _seen(span, said, begin, n_days, vanishing)
            speaks[export.landed.exporter_no][said] = True
    said_by = np.sum(list(speaks.values()), axis=0)
    gap = {phone: ~speaks[phone] & (said_by > 0) for phone in phones}
    seen = {phone: covered[phone] & ~gap[phone] for phone in phones}
    n_seen = np.sum(list(seen.values()), axis=0)
    dates = pl.date_range(begin, end, eager=True)
    frames = [
        pl.DataFrame(
            {
                "date": dates,
                "exporter_no": np.full(n_days, phone),
                "is_covered": seen[phone],
                "is_gap": covered[phone] & gap[phone],
                "is_unverified": seen[phone] & (n_seen == 1),
            }
        )
        for phone in phones
    ]
    return COVERAGE.conform(pl.concat(frames)).sort("date", "exporter_no")


def _seen(
    span: Span,
    said: npt.NDArray[np.int64],
    begin: dt.date,
    n_days: int,
    vanishing: Sequence[tuple[dt.date, dt.date]],
) -> Days:
    day = np.arange(n_days)

    def number(date: dt.date) -> int:
        return (date - begin).days

    seen = (day >= number(span.covered_from)) & (day <= number(span.covered_to))
    for left, back in span.away:
        seen &= (day < number(left)) | (day > number(back))
    for first, last in vanishing:
        inside = (day >= number(first)) & (day <= number(last))
        held = said[(said >= number(first)) & (said <= number(last))]
        seen &= ~inside | ((day > held.min()) if len(held) else False)
    return seen


def vanishing_spans(group: Group, events: pl.DataFrame) -> list[tuple[dt.date, dt.date]]:
    """Days on which messages disappeared: declared, or switched on and off by system lines."""
    declared = [
        (mark.from_date, mark.to_date or dt.date.max) for mark in group.breaks if mark.kind == "disappearing"
    ]
    switched: list[tuple[dt.date, dt.date]] = []
    since: dt.date | None = None
    marks = events.filter(pl.col("event").is_in(["disappearing_on", "disappearing_off"]))
    for event, day in marks.select("event", "local_date").iter_rows():
        if event == "disappearing_on":
            since = since or day
        elif since is not None:
            switched.append((since, day))
            since = None
    if since is not None:
        switched.append((since, dt.date.max))
    return declared + switched


def history_start(spans: Sequence[Span | None], messages: pl.DataFrame) -> dt.date | None:
    """First day from which the history is complete; see ``Reconciled.history_start``."""
    known = [span for span in spans if span is not None]
    if not known:
        return None
    created = [span.created for span in known if span.created is not None and span.is_from_creation]
    if created:
        return min(created)
    first = messages["local_date"].min() if messages.height else min(span.first for span in known)
    if not isinstance(first, dt.date):
        return None
    earliest = min(known, key=lambda span: (span.covered_from, span.is_truncated))
    is_cut = earliest.is_truncated or earliest.created is not None
    return _next_month(first) if is_cut else first


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def due_dates(
    exports: Sequence[Export], spans: Sequence[Span | None], messages: pl.DataFrame
) -> Mapping[int, dt.date | None]:
    """By phone, the day by which it should export again at the pace of the last observed days."""
    if messages.is_empty():
        return {export.landed.exporter_no: None for export in exports}
    dates = messages["local_date"]
    newest: dt.date = dates.max()  # type: ignore[assignment]  # a column of dates
    oldest: dt.date = dates.min()  # type: ignore[assignment]  # a column of dates
    since = max(oldest, newest - PACE_DAYS * DAY)
    pace = float((dates >= since).sum()) / ((newest - since).days + 1)
    due: dict[int, dt.date | None] = {}
    for phone in sorted({export.landed.exporter_no for export in exports}):
        mine = [
            (e, s)
            for e, s in zip(exports, spans, strict=True)
            if e.landed.exporter_no == phone and s is not None
        ]
        if not mine:
            due[phone] = None
            continue
        seen_to = max(max(span.last, span.covered_to) for _, span in mine)
        cut = [export.meta.n_messages for export, _ in mine if export.meta.is_truncated]
        limit = MEDIA_LIMIT if cut and min(cut) < 2 * MEDIA_LIMIT else TEXT_LIMIT
        wait = min(int(DUE_SHARE * limit / pace), LONGEST_WAIT_DAYS)
        due[phone] = seen_to + wait * DAY
    return due
