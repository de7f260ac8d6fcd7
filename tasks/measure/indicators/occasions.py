"""Activities of a group as arrays in the order of their keys, and who committed to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.indicators.axes import Array, any_of, filled, places
from tasks.measure.indicators.context import Context, once

COMMITTED = ("yes", "done")
_NOBODY = -2  # in place of a member: a name matched to nobody


@dataclass(frozen=True)
class Activities:
    """Activities by their key: kind, organiser, month and day of their start, and the day on which they were last seen.

    ``is_gift``: donation lists; those of dues are obligations and left out.
    """

    key: Array
    kind: pl.Series
    organiser: pl.Series
    month: Array
    day: Array
    last: Array
    is_gift: Array

    def of(self, kinds: tuple[str, ...]) -> Array:
        """Whether each is of one of these kinds."""
        return any_of(self.kind, kinds)


@once
def activities(ctx: Context) -> Activities:
    """All activities of the group."""
    frame = ctx.inputs.fact_activity
    if not frame["activity_key"].is_sorted():
        frame = frame.sort("activity_key")
    kind, day = frame["activity_kind"], ctx.day_of(frame["local_date"])
    return Activities(
        key=frame["activity_key"].to_numpy(),
        kind=kind,
        organiser=frame["organiser_member_key"],
        month=ctx.month_of_day(day),
        day=day,
        last=ctx.day_of(frame["last_seen_date"]),
        is_gift=any_of(kind, ("donation",)) & ~filled(frame["is_dues"], False),
    )


@once
def entry_activity(ctx: Context) -> Array:
    """Place of the activity of each entry of ``fact_participation``; -1 where it is not there."""
    return places(activities(ctx).key, ctx.inputs.fact_participation["activity_key"].to_numpy())


@dataclass(frozen=True)
class Listed:
    """Activities of some kinds by their key: month and day of their start; and their committed entries: the place
    of the activity and the member, -1 for a name matched to nobody; a person counts once per activity.
    """

    month: Array
    day: Array
    activity: Array
    member: Array


def listed(ctx: Context, kinds: tuple[str, ...]) -> Listed:
    """Activities of these kinds and who committed to them."""
    every = activities(ctx)
    mine = every.of(kinds)
    among = np.append(np.where(mine, np.cumsum(mine) - 1, -1), -1)  # an entry of no activity is at the last
    place, member = _committed(ctx)
    activity = among[place]
    nobody, known = ((activity >= 0) & mask for mask in (member == _NOBODY, member >= 0))
    pairs = np.unique(activity[known] * (ctx.n_members + 1) + member[known])
    once_each, who = np.divmod(pairs, ctx.n_members + 1)
    unmatched = activity[nobody]
    return Listed(
        every.month[mine],
        every.day[mine],
        np.append(once_each, unmatched),
        np.append(who, np.full(len(unmatched), -1)),
    )


@once
def _committed(ctx: Context) -> tuple[Array, Array]:
    """Activity's place and member of each committed entry: -1 for people without a place, _NOBODY without a match."""
    entries = ctx.inputs.fact_participation
    is_one = any_of(entries["participation_status"], COMMITTED)
    member = np.where(entries["member_key"].is_null(), _NOBODY, ctx.member_of(entries["member_key"]))
    return entry_activity(ctx)[is_one], member[is_one]
