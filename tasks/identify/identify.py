"""The stage: reconciled frames and rosters in, people with pseudonyms, memberships and presence out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl

from schemas.config import Group
from schemas.corrections import Corrections
from schemas.frames import PEOPLE, ROSTER
from schemas.tables import TABLES
from tasks.identify.attributes import bounded
from tasks.identify.conflicts import conflict_details, conflict_rows, list_conflicts
from tasks.identify.history import Standing, Version, standings, versions
from tasks.identify.kin import STEP, Chain, Kin, in_order
from tasks.identify.members import RosterMember, roster_members, split_numbers
from tasks.identify.membership import Evidence, evidence_of, lagging, member_intervals, until_moved
from tasks.identify.outcomes import (
    attendance_rows,
    decision_rows,
    event_rows,
    quarantine_rows,
    renumbered_rows,
    suggestion_rows,
)
from tasks.identify.presence import present_days
from tasks.identify.register import Person, register
from tasks.identify.resolve import Conflict, excluded_pairs, resolve
from warehouse.keys import DigestKey, PseudonymKey, group_key

_HEAD_COUNTS = {"date": pl.Date, "n": pl.Int64}
_KNOWN_SINCE = {"member_key": pl.Int64, "date": pl.Date}


@dataclass(frozen=True)
class Identified:
    """Who is who in one group, and who was there when.

    Attributes:
        people: PEOPLE; one row per person_no, and one per member or listed person who never wrote.
        dim_member: ``core.dim_member``; all members of the community's rosters and all people of the group.
        membership_events: ``core.fact_membership_event`` up to the cut.
        memberships: ``core.fact_membership``: standing in the community, presence in the chat.
        presence: PRESENCE, bots left out; empty when nothing tells how many are in the group.
        decisions: ``ops.identity_decision``.
        conflicts: ``ops.identity_conflict``.
        conflict_details: vault only: the conflicts with labels, member numbers and names.
        attendance: ``core.fact_attendance``.
        quarantine: ``ops.quarantine``: roster rows that contradict the rest of the rosters.
        suggestions: vault only: ``person_no, member_key, similarity`` for a human to confirm.
        head_counts: ``date, n``, read off the group's info page; N is scaled to them.
        known_since: vault only: ``member_key, date``: since when an earlier group of its history shows a person.
        n_is_known: whether roster, list, head count or creation line tell how many were in the group.
        created_on: day of the group's creation line, if an export holds it.
        unused_corrections: how many identity corrections met nothing; they may go.
        needless_corrections: how many of them are this group's alone and declare an end: they must go.
    """

    people: pl.DataFrame
    dim_member: pl.DataFrame
    membership_events: pl.DataFrame
    memberships: pl.DataFrame
    presence: pl.DataFrame
    decisions: pl.DataFrame
    conflicts: pl.DataFrame
    conflict_details: pl.DataFrame
    attendance: pl.DataFrame
    quarantine: pl.DataFrame
    suggestions: pl.DataFrame
    head_counts: pl.DataFrame
    known_since: pl.DataFrame
    n_is_known: bool
    created_on: dt.date | None
    unused_corrections: int
    needless_corrections: int


def identify(
    messages: pl.DataFrame,
    events: pl.DataFrame,
    labels: pl.DataFrame,
    coverage: pl.DataFrame,
    rosters: pl.DataFrame,
    group_id: str,
    group: Group,
    community: str,
    corrections: Corrections,
    key: PseudonymKey,
    cut: dt.date,
    listings: pl.DataFrame | None = None,
    label_conflicts: pl.DataFrame | None = None,
    cards: pl.DataFrame | None = None,
    kin: Sequence[Kin] = (),
    continued: Mapping[str, str] = MappingProxyType({}),
    conflicts_key: DigestKey | None = None,
) -> Identified:
    """Identify the people of one group.

    Args:
        messages: MESSAGES of the group.
        events: EVENTS of the group.
        labels: LABELS of the group.
        coverage: COVERAGE of the group; presence is counted on its covered days that are no gap.
        rosters: ROSTER; all rosters of the community together, in any order.
        group_id: the group.
        group: what is declared about it.
        community: the community whose roster it shares.
        corrections: declared exceptions, of any group.
        key: the pseudonym key.
        cut: last day measured; later lines and messages say nothing about presence.
        listings: ROSTER; participants lists, complete on their day.
        label_conflicts: pairs of labels that reconciliation could not tell apart; they are listed.
        cards: ``file_id, label, phone`` of the contact cards that came with exports.
        kin: the other groups of its history, where it continues one or is continued.
        continued: group -> the group it continues, for the group and its kin.
        conflicts_key: under which conflicts are named; else the pseudonym key, and their names change with it.

    Raises:
        ConfigurationError: a correction names a member number no roster holds, or two contradict each other.
    """
    listings = ROSTER.empty() if listings is None else listings
    own = Kin(group_id, messages, events, labels, cards, group.bots)
    chain = Chain(in_order([own, *kin], continued))
    place = [one.group_id for one in chain.groups].index(group_id)
    origin = chain.groups[0].group_id
    applied = corrections.for_group(*(one.group_id for one in chain.groups))
    # groups of a community may hand in the same roster
    rosters = rosters.unique(["file_id", "as_of_date", "row_no"])
    rosters, used_splits = split_numbers(rosters, applied.split)
    members = roster_members(rosters, community)
    roster_days = sorted(rosters["as_of_date"].unique().to_list())
    histories = [versions(member, roster_days) for member in bounded(members)]
    standing = [standings(member, found) for member, found in zip(members, histories, strict=True)]
    everybody = chain.senders
    excluded = [] if label_conflicts is None else excluded_pairs(label_conflicts, labels)
    whole = resolve(
        everybody,
        members,
        chain.number_changes,
        applied,
        chain.bots,
        origin,
        community,
        [(place * STEP + one, place * STEP + other) for one, other in excluded],
        chain.same_names(everybody),
    )
    known_since = chain.known_since(whole, place)
    resolution = chain.own(whole, place)
    resolution.used_corrections |= used_splits
    resolution.conflicts += [
        Conflict("number_of_two_names", members=frozenset({position}))
        for position, member in enumerate(members)
        if renumbered_rows(member)
    ]
    people = register(resolution, members, listings, origin, community, key)
    evidence = evidence_of(people, members, messages, events, listings, cut)
    created = _created(events)
    moved_on = min(
        (day for one in kin if continued.get(one.group_id) == group_id and (day := one.begins)), default=None
    )
    memberships = _memberships(people, evidence, standing, created, moved_on, group_key(group_id), cut)
    known = bool(roster_days or group.participants or created is not None) or not listings.is_empty()
    listed = list_conflicts(
        people, resolution, lagging(evidence), applied.settle, group_id, conflicts_key or key
    )
    covered = coverage.filter(pl.col("is_covered") & ~pl.col("is_gap"))["date"].unique().sort()
    unused = [
        line
        for line in (*applied.merge, *applied.split, *applied.settle)
        if id(line) not in resolution.used_corrections
    ]
    in_chat = memberships.filter(pl.col("kind") == "group")
    return Identified(
        people=_people_frame(people),
        dim_member=_dim_member(people, members, histories, community, key),
        membership_events=event_rows(people, events, group_id, cut),
        memberships=memberships,
        presence=present_days(in_chat if known else in_chat.clear(), covered, cut),
        decisions=decision_rows(people, resolution, group_id),
        conflicts=conflict_rows(listed, group_id),
        conflict_details=conflict_details(listed),
        attendance=attendance_rows(people, corrections.for_group(group_id).attendance, group_id),
        quarantine=quarantine_rows(members, group_id),
        suggestions=suggestion_rows(people, resolution),
        head_counts=pl.DataFrame(
            [(count.date, count.n) for count in group.participants], schema=_HEAD_COUNTS, orient="row"
        ).sort("date"),
        known_since=pl.DataFrame(
            [(key.member_key(canonical), day) for canonical, day in sorted(known_since.items())],
            schema=_KNOWN_SINCE,
            orient="row",
        ).sort("member_key"),
        n_is_known=known,
        created_on=created,
        unused_corrections=len(unused),
        needless_corrections=sum(
            line.group is not None and line.expires is not None and not messages.is_empty() for line in unused
        ),
    )


def _created(events: pl.DataFrame) -> dt.date | None:
    days = events.filter(pl.col("event") == "created")["local_date"].sort().to_list()
    return days[0] if days else None


def _people_frame(people: list[Person]) -> pl.DataFrame:
    """PEOPLE: a row for each sender of a person, one row for a person who never wrote."""
    rows: list[dict[str, Any]] = []
    for person in people:
        shared = {
            "member_key": person.member_key,
            "pseudonym_key": person.pseudonym,
            "canonical_id": person.canonical_id,
            "member_id": person.member_id,
            "name": person.name,
            "aliases": list(person.aliases),
            "phone": person.phone,
            "is_bot": person.is_bot,
            "is_on_roster": person.member is not None,
        }
        silent = {
            "person_no": None,
            "identity_method": "roster",
            "confidence": 1.0,
            "n_labels": 0,
            "votes": 0,
        }
        if person.member is None:
            silent["identity_method"] = "list"
        rows += [
            shared
            | {
                "person_no": one.sender.person_no,
                "identity_method": one.method,
                "confidence": one.confidence,
                "n_labels": len(one.sender.labels),
                "votes": one.sender.votes,
            }
            for one in person.resolved
        ] or [shared | silent]
    schema = PEOPLE.polars_schema
    frame = pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema)
    return frame.sort("person_no", "canonical_id", nulls_last=True)


def _dim_member(
    people: list[Person],
    members: list[RosterMember],
    histories: list[list[Version]],
    community: str,
    key: PseudonymKey,
) -> pl.DataFrame:
    """``core.dim_member``: the versions of every member of the rosters and of everybody else in the group.

    Consent as each roster states it; what holds of it is decided in :mod:`tasks.consent`.
    """
    rows: list[dict[str, Any]] = []
    for person in people:
        found = versions(None, []) if person.member is None else histories[person.member]
        for version in found:
            rows.append(
                version.state
                | {
                    "member_version_key": key.version_key(person.canonical_id, version.valid_from),
                    "member_key": person.member_key,
                    "pseudonym_key": person.pseudonym,
                    "community": community,
                    "valid_from": version.valid_from,
                    "valid_to": version.valid_to,
                    "is_current": version.valid_to is None,
                }
            )
    schema = TABLES["core.dim_member"].polars_schema
    frame = pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema)
    return frame.sort("member_key", "valid_from")


def _memberships(
    people: list[Person],
    evidence: list[Evidence],
    standing: list[list[Standing]],
    created: dt.date | None,
    moved_on: dt.date | None,
    group: int,
    cut: dt.date,
) -> pl.DataFrame:
    """``core.fact_membership``: standing by the roster, then presence in the chat."""
    rows: list[dict[str, Any]] = []
    for person, signs in zip(people, evidence, strict=True):
        if person.is_bot:
            continue
        in_community = standing[person.member] if person.member is not None else []
        in_chat = [one for one in member_intervals(signs, in_community, created) if one.from_date <= cut]
        if moved_on is not None and moved_on <= cut:
            in_chat = until_moved(in_chat, moved_on, signs)
        whose = {"group_key": group, "member_key": person.member_key}
        rows += [
            whose | vars(one) | {"kind": "community", "basis": "roster_stated", "is_proven": True}
            for one in in_community
        ]
        rows += [whose | vars(one) | {"kind": "group"} for one in in_chat]
    schema = TABLES["core.fact_membership"].polars_schema
    return pl.DataFrame(rows, schema=schema).sort("member_key", "kind", "from_date")
