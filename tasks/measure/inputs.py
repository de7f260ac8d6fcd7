"""What measuring a group takes in, and the cut in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from schemas.config import Group

if TYPE_CHECKING:
    from tasks.measure.frozen import Frozen

#: How long after the month's end lines still close windows opened in it.
CLOSING_HOURS = 72


def no_earlier_group() -> pl.DataFrame:
    """``known_since`` of a group that continues none."""
    return pl.DataFrame(schema={"member_key": pl.Int64, "date": pl.Date})


@dataclass(frozen=True, slots=True)
class GroupInput:
    """One group's reconciled, identified store, and the month to measure.

    ``messages``: frame MESSAGES with ``member_key`` and ``is_bot``, one row per authored message.
    ``events``, ``changes``, ``people``, ``presence``, ``coverage``: frames of those names.
    ``dim_member``: versions of the group's people as in ``core.dim_member`` (for role and cohort as of a
    day). ``memberships``: rows as in ``core.fact_membership``. ``history_start``: first day the exports
    reach; ``exporters``: declared exporters with their number in ``coverage``; ``roster_dates``: for which
    days rosters speak; ``n_is_known``: whether roster, list or creation line tell who is present;
    ``known_since``: member_key, date: since when a group that this one continues shows a person; ``frozen``:
    what was read of texts that retention has deleted.
    """

    group_id: str
    group_key: int
    group: Group
    messages: pl.DataFrame
    events: pl.DataFrame
    changes: pl.DataFrame
    people: pl.DataFrame
    dim_member: pl.DataFrame
    memberships: pl.DataFrame
    presence: pl.DataFrame
    coverage: pl.DataFrame
    month: dt.date
    history_start: dt.date | None
    n_is_known: bool
    exporters: Mapping[str, int] = field(default_factory=dict)
    roster_dates: tuple[dt.date, ...] = ()
    known_since: pl.DataFrame = field(default_factory=no_earlier_group)
    frozen: Frozen | None = None


def month_end(month: dt.date) -> dt.date:
    """Last day of the month."""
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def closing_time(month: dt.date) -> dt.datetime:
    """Wall clock up to which lines are read when the month is measured: 72 hours after its end."""
    return dt.datetime.combine(month_end(month), dt.time()) + dt.timedelta(days=1, hours=CLOSING_HOURS)


def cut(inputs: GroupInput) -> GroupInput:
    """The input as the measured month may see it.

    Messages up to 72 hours after the month's end in the group's zone: those after the end only close windows.
    Events and presence up to its last day; coverage as far as the messages.
    """
    last, closing = month_end(inputs.month), closing_time(inputs.month)
    return replace(
        inputs,
        messages=inputs.messages.filter(pl.col("local_at") < closing).sort("sent_at", "message_id"),
        events=inputs.events.filter(pl.col("local_date") <= last),
        changes=inputs.changes.filter(pl.col("first_seen_date") <= last + dt.timedelta(hours=CLOSING_HOURS)),
        presence=inputs.presence.filter(pl.col("date") <= last),
        coverage=inputs.coverage.filter(pl.col("date") <= last + dt.timedelta(hours=CLOSING_HOURS)),
    )
