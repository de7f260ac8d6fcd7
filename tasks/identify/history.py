"""The history of members by the set of rosters: versions of ``dim_member`` and standing in the community."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tasks.identify.members import RosterMember, Row

#: Versions reach back to here, so that every fact of whatever date meets exactly one version.
BEGINNING = dt.date(1900, 1, 1)

_DESCRIBED = (
    "cohort",
    "origin_region",
    "current_city",
    "campus",
    "field_of_study",
    "role",
    "gender",
    "is_adult",
    "consent",
)
#: What does not change with the roster that states it: a later roster that leaves it out takes nothing back.
_LASTING = ("cohort", "origin_region", "gender")

State = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """One version of a person: from its first day up to, not including, ``valid_to``."""

    valid_from: dt.date
    valid_to: dt.date | None
    state: State


@dataclass(frozen=True)
class Standing:
    """One stretch in good standing on the roster: first and last day, and what ended it."""

    from_date: dt.date
    to_date: dt.date | None
    end_basis: str | None


def unlisted_state() -> State:
    """What is known of a person whom no roster lists."""
    return dict.fromkeys(_DESCRIBED) | {
        "role": "member",
        "consent": "unknown",
        "is_on_roster": False,
        "is_in_good_standing": False,
    }


def versions(member: RosterMember | None, roster_days: list[dt.date]) -> list[Version]:
    """Versions of a person, without gap or overlap, the last one open.

    ``roster_days``: the days of all rosters of the community, ascending. A roster speaks from its day
    until the next roster's; its joining and leaving dates speak of the time since the roster before it, for
    a person first listed of all time before. A person absent from a later roster is off it from that day
    on. Before joining (or the first roster) a person is described as then, but unlisted and without office.
    """
    if member is None:
        return [Version(BEGINNING, None, unlisted_state())]
    points = _change_points(member, roster_days)
    merged: list[tuple[dt.date, State]] = []
    for day, state in points:
        if merged and merged[-1][0] == day:
            merged.pop()
        if not merged or merged[-1][1] != state:
            merged.append((day, state))
    ends = [day for day, _ in merged[1:]] + [None]
    return [Version(day, end, state) for (day, state), end in zip(merged, ends, strict=True)]


def _change_points(member: RosterMember, roster_days: list[dt.date]) -> list[tuple[dt.date, State]]:
    rows = {row["as_of_date"]: row for row in member.rows}  # of two rosters of one day the later row
    lasting = _lasting(member)
    first = min(rows)
    described = _state(rows[first], lasting)
    points: list[tuple[dt.date, State]] = [(BEGINNING, _unlisted(described))]
    days = [day for day in roster_days if day >= first]
    since, was_listed = BEGINNING, False
    for day, following in zip(days, [*days[1:], None], strict=True):
        row = rows.get(day)
        if row is None:
            points.append((day, _unlisted(described)))
        else:
            described = _state(row, lasting)
            spoken = _spoken(row, described, since, points[-1][1], was_listed)
            points += [point for point in spoken if following is None or point[0] < following]
        since, was_listed = day, row is not None
    return points


def _unlisted(described: State) -> State:
    return described | {"role": "member", "is_on_roster": False, "is_in_good_standing": False}


def _spoken(
    row: Row, state: State, since: dt.date, before: State, was_listed: bool
) -> list[tuple[dt.date, State]]:
    """The change points that one row brings: its joining, its leaving, its day; none up to ``since``."""
    day, joined, left = row["as_of_date"], row["joined_date"], row["left_date"]
    good, out = state | {"is_in_good_standing": True}, state | {"is_in_good_standing": False}
    points: list[tuple[dt.date, State]] = []
    is_standing = bool(before["is_in_good_standing"])
    if not was_listed and joined is not None and since < joined < day:
        points.append((joined, good))
        is_standing = True
    if left is not None and since < left <= day and is_standing and (not points or left > points[0][0]):
        points.append((left, out))
    points.append((day, state))
    if left is not None and left > day and state["is_in_good_standing"]:
        points.append((left, out))
    return points


def _lasting(member: RosterMember) -> State:
    stated: State = {}
    for row in member.rows:
        stated.update({name: row[name] for name in _LASTING if row[name] is not None})
    return stated


def _state(row: Row, lasting: State) -> State:
    state = {name: row[name] for name in _DESCRIBED} | {"is_on_roster": True}
    state["is_in_good_standing"] = row["is_in_good_standing"]
    state["consent"] = "excluded" if row["is_adult"] is False else row["consent"]
    for name, value in lasting.items():
        if state[name] is None:
            state[name] = value
    return state


def standings(member: RosterMember, found: list[Version]) -> list[Standing]:
    """Stretches in good standing, from the versions of a member."""
    stretches: list[Standing] = []
    for version in found:
        if not version.state["is_in_good_standing"]:
            continue
        last = None if version.valid_to is None else version.valid_to - dt.timedelta(days=1)
        basis = _end_basis(member, found, version.valid_to)
        if stretches and stretches[-1].to_date == version.valid_from - dt.timedelta(days=1):
            stretches[-1] = Standing(stretches[-1].from_date, last, basis)
        else:
            stretches.append(Standing(version.valid_from, last, basis))
    return stretches


def _end_basis(member: RosterMember, found: list[Version], end: dt.date | None) -> str | None:
    if end is None:
        return None
    if any(row["left_date"] == end for row in member.rows):
        return "roster_left"
    following = next(version for version in found if version.valid_from == end)
    return "roster_status" if following.state["is_on_roster"] else "roster_absent"
