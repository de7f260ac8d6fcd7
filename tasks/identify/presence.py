"""Who was in the chat on which day, proven or presumed: intervals from evidence, days from intervals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.frames import PRESENCE
from schemas.vocabulary import JOIN_EVENTS, LEAVE_EVENTS
from tasks.identify.history import Standing
from tasks.reconcile.runs import pack, starts

_DAY = dt.timedelta(days=1)
_MICROSECOND = dt.timedelta(microseconds=1)
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC

#: First and last day.
Span = tuple[dt.date, dt.date | None]


@dataclass(frozen=True)
class Sightings:
    """Messages of one person, ascending: UTC times in microseconds and local days, both since the epoch."""

    moments: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    days: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.moments)

    def moment(self, n: int) -> dt.datetime:
        """When a message was sent."""
        return _EPOCH + int(self.moments[n]) * _MICROSECOND

    def day(self, n: int) -> dt.date:
        """The day on which it was."""
        return _EPOCH.date() + int(self.days[n]) * _DAY

    def up_to(self, moment: dt.datetime) -> int:
        """How many messages there are up to a moment."""
        return int(np.searchsorted(self.moments, (moment - _EPOCH) // _MICROSECOND, side="right"))

    def up_to_day(self, day: dt.date) -> int:
        """How many messages there are up to the end of a day."""
        return int(np.searchsorted(self.days, (day - _EPOCH.date()).days, side="right"))


@dataclass(frozen=True, order=True)
class Sign:
    """One piece of evidence about a person's presence.

    ``kind``: join and leave (lines), listed and unlisted (a participants list), stated and denied (the
    roster's ``in_group``), seen (a message). ``order`` ranks what one day holds: lists and rosters speak
    for the end of their day, so they come after lines and messages, which are in the order of their time.
    """

    day: dt.date
    order: int
    at: dt.datetime
    kind: str


@dataclass(frozen=True)
class Stretch:
    """One interval of presence: first and last day."""

    from_date: dt.date
    to_date: dt.date | None
    basis: str
    end_basis: str | None
    is_proven: bool


#: What opens a proven stretch, and its basis.
_OPENS = {"join": "event", "seen": "seen", "listed": "list", "stated": "roster_stated"}
_CLOSES = {"leave": "event", "unlisted": "list", "denied": "roster_stated"}
_END_OF_DAY = dt.time(23, 59, 59)
#: A day that no calendar of ours reaches.
_NO_END = np.iinfo(np.int32).max


def line_sign(event: str, day: dt.date, at: dt.datetime) -> Sign | None:
    """A join or leave line as evidence; None for other events."""
    if event in JOIN_EVENTS:
        return Sign(day, 0, at, "join")
    return Sign(day, 0, at, "leave") if event in LEAVE_EVENTS else None


def dated_sign(kind: str, day: dt.date) -> Sign:
    """A list's or roster's word on its day."""
    return Sign(day, 1, dt.datetime.combine(day, _END_OF_DAY), kind)


def proven_stretches(signs: Iterable[Sign], seen_at: Sightings) -> list[Stretch]:
    """Proven presence: from a join line, the first message or a listing, until a leave line or absence.

    ``seen_at``: the first and last message of each day. The day of a leave line is still a day of
    presence; a list that lacks the person ends the stretch the day before, or on the last message. A leave
    line that says who left before anything else was known proves that one day. After a leave line a
    roster's ``in_group`` alone opens nothing: rosters lag.
    """
    ordered = _with_sightings(sorted(signs), seen_at)
    stretches: list[Stretch] = []
    opened: tuple[dt.date, str] | None = None
    last_seen: dt.date | None = None
    has_left = False
    for sign in ordered:
        if sign.kind in _OPENS:
            last_seen = sign.day
            if opened is None and not (sign.kind == "stated" and has_left):
                opened = (sign.day, _OPENS[sign.kind])
            has_left = has_left and sign.kind == "stated"
            continue
        if sign.kind == "leave":
            opened = opened or (sign.day, "event")
            end = sign.day
        else:
            messages = seen_at.up_to(sign.at)
            seen_day = max((seen_at.day(messages - 1) if messages else dt.date.min), last_seen or dt.date.min)
            end = max(sign.day - _DAY, min(seen_day, sign.day))
        if opened is not None and end >= opened[0]:
            stretches.append(Stretch(*_named(opened, end), _CLOSES[sign.kind], True))
        opened, last_seen = None, None
        has_left = has_left or sign.kind == "leave"
    if opened is not None:
        stretches.append(Stretch(opened[0], None, opened[1], None, True))
    return _joined(stretches)


def _named(opened: tuple[dt.date, str], end: dt.date) -> tuple[dt.date, dt.date, str]:
    return opened[0], end, opened[1]


def _with_sightings(signs: list[Sign], seen_at: Sightings) -> list[Sign]:
    """Add the first message of all, and the first after each sign that ends presence."""
    wanted = {0}
    for sign in signs:
        if sign.kind in _CLOSES:
            wanted.add(seen_at.up_to(sign.at) if sign.order == 0 else seen_at.up_to_day(sign.day))
    found = [Sign(seen_at.day(n), 0, seen_at.moment(n), "seen") for n in wanted if n < len(seen_at)]
    return sorted([*signs, *found])


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    """Stretches that share a day, such as leaving and coming back on it, are one."""
    joined: list[Stretch] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if last is not None and last.to_date is not None and stretch.from_date <= last.to_date:
            to_date = None if stretch.to_date is None else max(stretch.to_date, last.to_date)
            joined[-1] = Stretch(last.from_date, to_date, last.basis, stretch.end_basis, True)
        else:
            joined.append(stretch)
    return joined


def presumed_stretches(
    standings: list[Standing],
    created: dt.date | None,
    signs: list[Sign],
    proven: list[Stretch],
    seen_at: Sightings,
) -> list[Stretch]:
    """Presumed presence of a roster member in good standing, since the group's creation, unless contradicted.

    Contrary evidence is a leave line, a list without the person or a roster that says not in the group,
    until proof of presence; and what comes before a first join line, or before a first word that denies.
    Days of proven presence are left out.
    """
    absent = _absences(sorted(signs), proven, seen_at)
    taken = sorted(
        [*absent, *((stretch.from_date, stretch.to_date) for stretch in proven)], key=lambda span: span[0]
    )
    found = []
    for standing in standings:
        start = standing.from_date if created is None else max(standing.from_date, created)
        for from_date, to_date in _without((start, standing.to_date), taken):
            ends_itself = to_date == standing.to_date
            found.append(
                Stretch(
                    from_date,
                    to_date,
                    "roster_presumed",
                    standing.end_basis if ends_itself else "evidence",
                    False,
                )
            )
    return found


def _absences(signs: list[Sign], proven: list[Stretch], seen_at: Sightings) -> list[Span]:
    """Days on which the evidence says that a person was not there: first and last day."""
    starts = [stretch.from_date for stretch in proven]
    first_seen = seen_at.day(0) if len(seen_at) else dt.date.max
    spans: list[Span] = []
    if signs and signs[0].day <= first_seen and signs[0].kind in ("join", "unlisted", "denied"):
        is_after_message = signs[0].order == 0 and len(seen_at) > 0 and seen_at.moment(0) < signs[0].at
        if not is_after_message:
            spans.append((dt.date.min, signs[0].day - _DAY))
    for sign in signs:
        if sign.kind in _CLOSES:
            begin = sign.day + _DAY if sign.kind == "leave" else sign.day
            following = next((start for start in starts if start >= begin), None)
            spans.append((begin, None if following is None else following - _DAY))
    return spans


def _without(span: Span, taken: list[Span]) -> list[Span]:
    """A span of days without the days of others, which ascend by their first day."""
    left: list[Span] = []
    start, end = span
    for from_date, to_date in taken:
        if end is not None and from_date > end:
            break
        if from_date > start:
            left.append((start, from_date - _DAY))
        if to_date is None:
            return left
        start = max(start, to_date + _DAY)
    if end is None or start <= end:
        left.append((start, end))
    return left


def present_days(intervals: pl.DataFrame, covered: pl.Series, until: dt.date) -> pl.DataFrame:
    """Frame PRESENCE: each covered day up to ``until`` on which a person was present; proof outweighs.

    ``intervals``: ``member_key, from_date, to_date, is_proven``; ``covered``: days, ascending.
    """
    if intervals.is_empty() or covered.is_empty():
        return PRESENCE.empty()
    days = np.unique(covered.filter(covered <= until).to_physical().to_numpy())
    keys, member = np.unique(intervals["member_key"].to_numpy(), return_inverse=True)
    first, last = (
        intervals.select(pl.col(name).to_physical().fill_null(_NO_END)).to_series().to_numpy()
        for name in ("from_date", "to_date")
    )
    begin, end = np.searchsorted(days, first), np.searchsorted(days, last, side="right")
    is_proven, is_some = intervals["is_proven"].to_numpy(), begin < end

    def days_in(chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Member by day, whether one of these intervals holds the day."""
        steps = np.zeros((len(keys), len(days) + 1), dtype=np.int32)
        np.add.at(steps, (member[chosen], begin[chosen]), 1)
        np.add.at(steps, (member[chosen], end[chosen]), -1)
        inside: npt.NDArray[np.bool_] = np.cumsum(steps, axis=1)[:, :-1] > 0
        return inside

    proven = days_in(is_some & is_proven)
    whose, when = np.nonzero(days_in(is_some))
    return PRESENCE.conform(
        pl.DataFrame(
            {
                "member_key": keys[whose],
                "date": pl.Series(days[when], dtype=pl.Int32).cast(pl.Date),
                "is_proven": proven[whose, when],
            }
        )
    )


def sightings(messages: pl.DataFrame) -> dict[int, Sightings]:
    """person -> the first and last message of each day; ``messages`` has ``person``, ``sent_at``,
    ``local_date``."""
    person, day, sent = (
        messages[name].to_physical().cast(pl.Int64).to_numpy() for name in ("person", "local_date", "sent_at")
    )
    by_day = pack(person, day)
    order = np.argsort(by_day)
    begin = np.flatnonzero(starts(by_day[order]))
    if not len(begin):
        return {}
    person, day, sent = person[order[begin]], day[order[begin]], sent[order]
    edges = np.column_stack([np.minimum.reduceat(sent, begin), np.maximum.reduceat(sent, begin)])
    is_edge = np.column_stack([np.ones(len(begin), dtype=bool), edges[:, 0] != edges[:, 1]])
    whose = np.repeat(person, 2)[is_edge.ravel()]
    people, first = np.unique(whose, return_index=True)
    moments = np.split(edges[is_edge], first[1:])
    days = np.split(np.repeat(day, 2)[is_edge.ravel()], first[1:])
    return dict(zip(people.tolist(), map(Sightings, moments, days), strict=True))
