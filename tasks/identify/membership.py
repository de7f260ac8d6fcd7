"""From lines, messages, lists and rosters to each person's evidence of presence, and to intervals."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import polars as pl

from schemas.vocabulary import JOIN_EVENTS, LEAVE_EVENTS
from tasks.identify.history import Standing
from tasks.identify.members import RosterMember
from tasks.identify.presence import (
    Sightings,
    Sign,
    Stretch,
    dated_sign,
    line_sign,
    presumed_stretches,
    proven_stretches,
    sightings,
)
from tasks.identify.register import Person


@dataclass
class Evidence:
    """What speaks about one person's presence."""

    signs: list[Sign] = field(default_factory=list)
    seen_at: Sightings = field(default_factory=Sightings)


def subject() -> pl.Expr:
    """The person a join or leave line speaks of: who is named, else who acts alone."""
    named = pl.col("target_person_no")
    acts_alone = pl.col("event").is_in(["created", "left", "joined_link", "joined_community"])
    return pl.when(named.is_null() & acts_alone).then(pl.col("actor_person_no")).otherwise(named)


def evidence_of(
    people: list[Person],
    members: list[RosterMember],
    messages: pl.DataFrame,
    events: pl.DataFrame,
    listings: pl.DataFrame,
    cut: dt.date,
) -> list[Evidence]:
    """Evidence on each person, in the order of ``people``, up to the cut."""
    found = [Evidence() for _ in people]
    position_of = {
        one.sender.person_no: place for place, person in enumerate(people) for one in person.resolved
    }
    places = pl.DataFrame(
        {"person_no": list(position_of), "person": list(position_of.values())},
        schema={"person_no": pl.Int64, "person": pl.Int64},
    )
    seen = (
        messages.select("person_no", "sent_at", "local_date")
        .filter(pl.col("local_date") <= cut)
        .join(places, on="person_no", how="inner")
    )
    for place, moments in sightings(seen).items():
        found[place].seen_at = moments
    lines = (
        events.filter(pl.col("local_date") <= cut, pl.col("event").is_in([*JOIN_EVENTS, *LEAVE_EVENTS]))
        .with_columns(subject().alias("person_no"))
        .join(places, on="person_no", how="inner")
    )
    for place, event, day, moment in lines.select("person", "event", "local_date", "sent_at").iter_rows():
        if sign := line_sign(event, day, moment):
            found[place].signs.append(sign)
    _add_lists(people, listings, found, cut)
    _add_rosters(people, members, found, cut)
    return found


def _add_lists(people: list[Person], listings: pl.DataFrame, found: list[Evidence], cut: dt.date) -> None:
    """A participants list speaks of everybody: of those on it, and of those who are not."""
    days = listings["as_of_date"].to_list()
    all_days = sorted({day for day in days if day <= cut})
    for place, person in enumerate(people):
        listed = {days[row] for row in person.listed_rows}
        found[place].signs += [dated_sign("listed" if day in listed else "unlisted", day) for day in all_days]


def _add_rosters(
    people: list[Person], members: list[RosterMember], found: list[Evidence], cut: dt.date
) -> None:
    for place, person in enumerate(people):
        rows = [] if person.member is None else members[person.member].rows
        for row in rows:
            if row["is_in_group"] is not None and row["as_of_date"] <= cut:
                kind = "stated" if row["is_in_group"] else "denied"
                found[place].signs.append(dated_sign(kind, row["as_of_date"]))


def lagging(evidence: list[Evidence]) -> list[int]:
    """Places of people whom a roster states to be in the group after a leave line and no sign of return."""
    places = []
    for place, one in enumerate(evidence):
        has_left: dt.datetime | None = None
        for sign in sorted(one.signs):
            if sign.kind == "leave":
                has_left = sign.at
            elif sign.kind in ("join", "listed"):
                has_left = None
            elif (
                sign.kind == "stated"
                and has_left is not None
                and one.seen_at.up_to(has_left) >= one.seen_at.up_to_day(sign.day)
            ):
                places.append(place)
                break
    return places


def member_intervals(evidence: Evidence, standing: list[Standing], created: dt.date | None) -> list[Stretch]:
    """Proven and presumed presence of one person, without overlap."""
    proven = proven_stretches(evidence.signs, evidence.seen_at)
    return [*proven, *presumed_stretches(standing, created, evidence.signs, proven, evidence.seen_at)]


def until_moved(stretches: list[Stretch], moved_on: dt.date, evidence: Evidence) -> list[Stretch]:
    """Stretches in a group that another one continues: open ones end on the day before that one begins.

    Whoever still writes in the old group is there until his last message.
    """
    last_seen = evidence.seen_at.day(-1) if len(evidence.seen_at) else dt.date.min
    last = max(moved_on - dt.timedelta(days=1), last_seen)
    return [
        replace(one, to_date=last, end_basis="continued")
        if one.to_date is None or one.to_date > last
        else one
        for one in stretches
        if one.from_date <= last
    ]
