"""Which days each phone observes, and from when the history is whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.config import Group
from schemas.frames import COVERAGE
from schemas.vocabulary import JOIN_EVENTS
from tasks.reconcile.model import Source

DAY = dt.timedelta(days=1)
Days = npt.NDArray[np.bool_]
#: Moments (from, to) on the wall clock of the group's zone.
Stretch = tuple[dt.datetime, dt.datetime]
#: Place in the file, event and moment of an owner's coming or going.
Move = tuple[int, str, dt.datetime]
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC
_ENDLESS = dt.datetime.combine(dt.date.max, dt.time())


@dataclass(frozen=True)
class Vanishing:
    """Days (first, last) on which messages disappeared after a while; ``timer`` None where nobody says."""

    first: dt.date
    last: dt.date
    timer: dt.timedelta | None


@dataclass(frozen=True)
class Span:
    """What one export shows of time, on the wall clock of the group's zone.

    Attributes:
        first_at, last_at: moments of its first and last line.
        stated: the day it was exported, as its name says; None if that is not to be believed.
        created: day of the group's creation line, if it shows one.
        came_at: moment at which its owner joined, if it shows that before any message.
        away: moments (from, to) between which the owner was outside the group.
        is_truncated: the parser found the head cut off.
    """

    first_at: dt.datetime
    last_at: dt.datetime
    stated: dt.date | None
    created: dt.date | None
    came_at: dt.datetime | None
    away: tuple[Stretch, ...]
    is_truncated: bool

    @property
    def is_from_creation(self) -> bool:
        """Whether it shows the group from its first day: whoever joins later sees the creation line too."""
        return self.created is not None and (self.came_at is None or self.came_at.date() <= self.created)

    @property
    def begins(self) -> dt.datetime:
        """Moment from which it shows all: the day of creation, the owner's joining, else its first line."""
        if self.created is None:
            return self.first_at
        return _midnight(self.created) if self.is_from_creation else (self.came_at or self.first_at)

    @property
    def ends(self) -> dt.datetime:
        """Moment up to which it shows all: its last line, or the beginning of the day of the export."""
        return max(self.last_at, _midnight(self.stated)) if self.stated else self.last_at

    @property
    def covered_from(self) -> dt.date:
        """First day seen whole."""
        return (self.begins + DAY - dt.timedelta(microseconds=1)).date()

    @property
    def seen_to(self) -> dt.date:
        """Last day of which it shows a line, or that it proves silent."""
        return max(self.last_at.date(), (self.ends - dt.timedelta(microseconds=1)).date())


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


def spans(
    exports: Sequence[Source], ends: pl.DataFrame, own: pl.DataFrame, messages: pl.DataFrame
) -> list[Span | None]:
    """Span of each export, None for one without lines.

    Args:
        ends: by ``x`` ``first_at, last_at`` (wall clock of the group's zone), ``sent_last`` (naive UTC),
            ``created`` (day of the creation line), ``first_message`` (its place in the file).
        own: ``x, line, event, local_at`` of the owners' joining and leaving; ``line`` is a place in the file.
        messages: MESSAGES.
    """
    facts = ends.rows_by_key("x", named=True, unique=True)
    sent = messages.select("sent_at", "local_date").sort("sent_at")
    earliest = sent["local_date"].reverse().cum_min().reverse()  # day of the messages from each one on
    instants = sent["sent_at"].to_physical().to_numpy()
    going: dict[int, list[Move]] = {}
    for x, *move in own.sort("x", "line").select("x", "line", "event", "local_at").iter_rows():
        going.setdefault(x, []).append((move[0], move[1], move[2]))
    result: list[Span | None] = []
    for x, export in enumerate(exports):
        fact = facts.get(x)
        if fact is None:
            result.append(None)
            continue
        moves = going.get(x, [])
        result.append(
            Span(
                first_at=fact["first_at"],
                last_at=fact["last_at"],
                stated=_believed(export.landed.stated_date, fact["sent_last"], instants, earliest),
                created=fact["created"],
                came_at=_came(moves, fact["first_message"]),
                away=_away(moves),
                is_truncated=export.meta.is_truncated,
            )
        )
    return result


def _believed(
    stated: dt.date | None, last_at: dt.datetime, sent_at: npt.NDArray[np.int64], earliest: pl.Series
) -> dt.date | None:
    """The stated date, unless others show messages before it that this export lacks.

    Args:
        sent_at: of all messages, sorted, in microseconds. earliest: day of the messages from each one on.
    """
    if stated is None:
        return None
    after = last_at.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
    place = int(np.searchsorted(sent_at, (after - _EPOCH) // dt.timedelta(microseconds=1)))
    return None if place < len(sent_at) and earliest[place] < stated else stated


def _came(moves: Sequence[Move], first_message: int | None) -> dt.datetime | None:
    joins = [
        moment
        for line, event, moment in moves
        if event in JOIN_EVENTS and (first_message is None or line < first_message)
    ]
    return max(joins, default=None)


def _away(moves: Sequence[Move]) -> tuple[Stretch, ...]:
    away: list[Stretch] = []
    left: dt.datetime | None = None
    for _, event, moment in moves:
        if event in JOIN_EVENTS:
            if left is not None:
                away.append((left, moment))
            left = None
        elif left is None:
            left = moment
    if left is not None:
        away.append((left, _ENDLESS))
    return tuple(away)


def cover(
    exports: Sequence[Source],
    spans: Sequence[Span | None],
    spoken: pl.DataFrame,
    vanishing: Sequence[Vanishing],
) -> pl.DataFrame:
    """Observed days by phone.

    A phone observes the moments from the beginning to the end of each of its exports; where two of them
    overlap, without a break between. A day is covered if the phone observes it from midnight to midnight and
    is not in a gap: silent on a day on which another phone shows messages. While messages disappear, an
    export observes only the time from which it still holds all.

    Args:
        spoken: ``x, date``: days of which an export shows messages.
        vanishing: times of disappearing messages.

    Returns:
        COVERAGE, one row per phone and day from the group's first observed day to its last.
    """
    known = [span for span in spans if span is not None]
    if not known:
        return COVERAGE.empty()
    begin = min(span.first_at.date() for span in known)
    end = max(span.seen_to for span in known)
    n_days = (end - begin).days + 1
    phones = sorted({export.landed.exporter_no for export in exports})
    speaks = {phone: np.zeros(n_days, dtype=bool) for phone in phones}
    observed: dict[int, list[Stretch]] = {phone: [] for phone in phones}
    phone_of = np.array([export.landed.exporter_no for export in exports])
    spoke_by, spoke_on = phone_of[spoken["x"].to_numpy()], (spoken["date"] - begin).dt.total_days().to_numpy()
    for phone in phones:
        speaks[phone][spoke_on[spoke_by == phone]] = True
    said_by = {x: frame["date"] for (x,), frame in spoken.partition_by("x", as_dict=True).items()}
    for x, (export, span) in enumerate(zip(exports, spans, strict=True)):
        if span is not None:
            said = said_by.get(x, pl.Series(dtype=pl.Date))
            observed[export.landed.exporter_no] += _observed(span, said, vanishing)
    n_speaking = np.sum(list(speaks.values()), axis=0)
    covered = {phone: _whole_days(_united(observed[phone]), begin, n_days) for phone in phones}
    gap = {phone: ~speaks[phone] & (n_speaking > 0) for phone in phones}
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


def _observed(span: Span, said: pl.Series, vanishing: Sequence[Vanishing]) -> list[Stretch]:
    """Moments that one export shows whole."""
    parts = [(span.begins, span.ends)]
    for absence in span.away:
        parts = _without(parts, absence)
    for mark in vanishing:
        parts = _without(parts, (_midnight(mark.first), _held_from(span, said, mark)))
    return parts


def _without(parts: list[Stretch], hole: Stretch) -> list[Stretch]:
    """What is left of stretches outside a hole."""
    first, last = hole
    if first >= last:
        return parts
    pieces = [piece for begin, end in parts for piece in ((begin, min(end, first)), (max(begin, last), end))]
    return [(begin, end) for begin, end in pieces if begin < end]


def _held_from(span: Span, said: pl.Series, mark: Vanishing) -> dt.datetime:
    """Moment from which an export still holds all that was written while messages disappeared.

    At its making it held all that was younger than the timer; it was made on the stated day, or else no
    earlier than its last line. What it holds of such messages also shows from when on it holds them, unless
    that is older than the timer: then somebody kept the message.
    """
    after = _after(mark.last)
    if span.begins >= after or span.ends <= _midnight(mark.first):
        return _midnight(mark.first)  # it shows nothing of that time
    since = max(mark.first, (span.last_at - mark.timer).date() if mark.timer else mark.first)
    held = said.filter((said >= since) & (said <= mark.last))
    bounds = [after, *([_after(held.min())] if len(held) else [])]  # type: ignore[arg-type]  # a column of dates
    if mark.timer is not None and span.stated is not None:
        bounds.append(_midnight(span.stated) + DAY - mark.timer)
    return min(bounds)


def _after(day: dt.date) -> dt.datetime:
    """The end of a day."""
    return _ENDLESS if day >= dt.date.max - DAY else _midnight(day + DAY)


def _united(parts: Sequence[Stretch]) -> list[Stretch]:
    """Stretches joined where they overlap; two that only touch may lack what lay between."""
    united: list[Stretch] = []
    for begin, end in sorted(parts):
        if united and begin < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((begin, end))
    return united


def _whole_days(parts: Sequence[Stretch], begin: dt.date, n_days: int) -> Days:
    """Which days from ``begin`` on lie whole inside one stretch."""
    days = np.zeros(n_days, dtype=bool)
    for first, last in parts:
        from_day = (first + DAY - dt.timedelta(microseconds=1)).date()
        days[max((from_day - begin).days, 0) : max((last.date() - begin).days, 0)] = True
    return days


def vanishing_times(group: Group, events: pl.DataFrame) -> list[Vanishing]:
    """Days on which messages disappeared: declared, or switched on and off by system lines.

    A line that sets another timer ends one time and begins the next. Where a declaration overlaps, both
    hold: a declared time of which nobody tells the timer takes that of the lines within it.
    """
    switched: list[Vanishing] = []
    since: dt.date | None = None
    timer: dt.timedelta | None = None
    marks = events.filter(pl.col("event").is_in(["disappearing_on", "disappearing_off"]))
    for event, day, hours in marks.select("event", "local_date", "timer_hours").iter_rows():
        if since is not None:
            switched.append(Vanishing(since, day, timer))
        since = day if event == "disappearing_on" else None
        timer = None if hours is None else dt.timedelta(hours=hours)
    if since is not None:
        switched.append(Vanishing(since, dt.date.max, timer))
    declared = [
        Vanishing(mark.from_date, mark.to_date or dt.date.max, None)
        for mark in group.breaks
        if mark.kind == "disappearing"
    ]
    unknown = [mark for mark in declared if not any(_overlap(mark, other) for other in switched)]
    return unknown + switched


def _overlap(one: Vanishing, other: Vanishing) -> bool:
    return one.first <= other.last and other.first <= one.last


def history_start(spans: Sequence[Span | None], messages: pl.DataFrame) -> dt.date | None:
    """First day from which the history is complete; see ``Reconciled.history_start``."""
    known = [span for span in spans if span is not None]
    if not known:
        return None
    created = [span.created for span in known if span.created is not None and span.is_from_creation]
    if created:
        return min(created)
    first = messages["local_date"].min() if messages.height else min(span.first_at.date() for span in known)
    if not isinstance(first, dt.date):
        return None
    earliest = min(known, key=lambda span: (span.covered_from, span.is_truncated))
    is_cut = earliest.is_truncated or earliest.created is not None
    return _next_month(first) if is_cut else first


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
