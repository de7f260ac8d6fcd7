"""When a phone should export again, before what nobody has exported yet slides out of its reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from tasks.reconcile.coverage import Span, Vanishing
from tasks.reconcile.model import Source

#: Messages that one export holds, without and with media.
TEXT_LIMIT, MEDIA_LIMIT = 40_000, 10_000
#: The next export is due when this share of the limit has been written.
DUE_SHARE = 0.9
#: Days from which a group's pace is taken, and the longest that a phone may wait.
PACE_DAYS, LONGEST_WAIT_DAYS = 90, 366
#: Days after which messages disappear where nobody says: the timer that WhatsApp has had longest.
USUAL_TIMER_DAYS = 7

DAY = dt.timedelta(days=1)


def due_dates(
    exports: Sequence[Source],
    spans: Sequence[Span | None],
    messages: pl.DataFrame,
    vanishing: Sequence[Vanishing],
) -> dict[int, dt.date | None]:
    """By phone, the day by which it should export again.

    At the pace of the last observed days nine tenths of what one export holds are written by then; where
    messages disappear, the oldest that it has not exported are about to. None for a phone that shows nothing
    and in a group in which nobody writes.
    """
    phones = sorted({export.landed.exporter_no for export in exports})
    if messages.is_empty():
        return dict.fromkeys(phones)
    pace = messages_a_day(messages["local_date"])
    return {phone: _due(phone, exports, spans, pace, vanishing) for phone in phones}


def messages_a_day(dates: pl.Series) -> float:
    """Pace of the last 90 days up to the newest message."""
    newest: dt.date = dates.max()  # type: ignore[assignment]  # a column of dates
    oldest: dt.date = dates.min()  # type: ignore[assignment]  # a column of dates
    since = max(oldest, newest - PACE_DAYS * DAY)
    return float((dates >= since).sum()) / ((newest - since).days + 1)


def _due(
    phone: int,
    exports: Sequence[Source],
    spans: Sequence[Span | None],
    pace: float,
    vanishing: Sequence[Vanishing],
) -> dt.date | None:
    mine = [
        (export, span)
        for export, span in zip(exports, spans, strict=True)
        if export.landed.exporter_no == phone and span is not None
    ]
    if not mine:
        return None
    seen_to = max(span.seen_to for _, span in mine)
    cut = [export.meta.n_messages for export, _ in mine if export.meta.is_truncated]
    limit = MEDIA_LIMIT if cut and min(cut) < 2 * MEDIA_LIMIT else TEXT_LIMIT
    wait = min(int(DUE_SHARE * limit / pace), LONGEST_WAIT_DAYS)
    timers = [
        mark.timer.days if mark.timer is not None else USUAL_TIMER_DAYS
        for mark in vanishing
        if mark.first <= seen_to <= mark.last
    ]
    return seen_to + max(min([wait, *timers]), 1) * DAY
