"""The stage: reconciled frames and rosters in, people with pseudonyms, memberships and presence out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from schemas.config import Group
from schemas.corrections import Corrections
from schemas.frames import PEOPLE, ROSTER
from schemas.tables import TABLES
from tasks.identify.attributes import bounded
from tasks.identify.history import Standing, Version, standings, versions
from tasks.identify.members import RosterMember, roster_members
from tasks.identify.membership import Evidence, evidence_of, lagging, member_intervals
from tasks.identify.outcomes import conflict_rows, decision_rows, event_rows, quarantine_rows, suggestion_rows
from tasks.identify.presence import present_days
from tasks.identify.register import Person, register
from tasks.identify.resolve import excluded_pairs, number_changes, resolve
from tasks.identify.senders import senders
from warehouse.keys import PseudonymKey, group_key

_HEAD_COUNTS = {"date": pl.Date, "n": pl.Int64}


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
        quarantine: ``ops.quarantine``: roster rows that contradict the rest of the rosters.
        suggestions: vault only: ``person_no, member_key, similarity`` for a human to confirm.
        head_counts: ``date, n``, read off the group's info page; N is scaled to them.
        n_is_known: whether roster, list, head count or creation line tell how many were in the group.
        created_on: day of the group's creation line, if an export holds it.
        unused_corrections: how many identity corrections met nothing; they may go.
    """

    people: pl.DataFrame
    dim_member: pl.DataFrame
    membership_events: pl.DataFrame
    memberships: pl.DataFrame
    presence: pl.DataFrame
    decisions: pl.DataFrame
    conflicts: pl.DataFrame
    quarantine: pl.DataFrame
    suggestions: pl.DataFrame
    head_counts: pl.DataFrame
    n_is_known: bool
    created_on: dt.date | None
    unused_corrections: int


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

    Raises:
        ConfigurationError: a correction names a member number no roster holds, or two contradict each other.
    """
    listings = ROSTER.empty() if listings is None else listings
    applied = corrections.for_group(group_id)
    # groups of a community may hand in the same roster
    rosters = rosters.unique(["file_id", "as_of_date", "row_no"])
    members = roster_members(rosters, community)
    roster_days = sorted(rosters["as_of_date"].unique().to_list())
    histories = [versions(member, roster_days) for member in bounded(members)]
    standing = [standings(member, found) for member, found in zip(members, histories, strict=True)]
    resolution = resolve(
        senders(messages, events, labels),
        members,
        number_changes(events),
        applied,
        group.bots,
        group_id,
        community,
        [] if label_conflicts is None else excluded_pairs(label_conflicts, labels),
    )
    people = register(resolution, members, listings, group_id, community, key)
    evidence = evidence_of(people, members, messages, events, listings, cut)
    created = _created(events)
    memberships = _memberships(people, evidence, standing, created, group_key(group_id), cut)
    known = bool(roster_days or group.participants or created is not None) or not listings.is_empty()
    covered = coverage.filter(pl.col("is_covered") & ~pl.col("is_gap"))["date"].unique().sort()
    in_chat = memberships.filter(pl.col("kind") == "group")
    return Identified(
        people=_people_frame(people),
        dim_member=_dim_member(people, members, histories, community, group, key),
        membership_events=event_rows(people, events, group_id, cut),
        memberships=memberships,
        presence=present_days(in_chat if known else in_chat.clear(), covered, cut),
        decisions=decision_rows(people, resolution, group_id),
        conflicts=conflict_rows(people, resolution, lagging(evidence), group_id),
        quarantine=quarantine_rows(members, group_id),
        suggestions=suggestion_rows(people, resolution),
        head_counts=pl.DataFrame(
            [(count.date, count.n) for count in group.participants], schema=_HEAD_COUNTS, orient="row"
        ).sort("date"),
        n_is_known=known,
        created_on=created,
        unused_corrections=sum(
            id(line) not in resolution.used_corrections
            for line in (*applied.merge, *applied.split, *applied.settle)
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
    group: Group,
    key: PseudonymKey,
) -> pl.DataFrame:
    """``core.dim_member``: the versions of every member of the rosters and of everybody else in the group."""
    rows: list[dict[str, Any]] = []
    for person in people:
        found = versions(None, []) if person.member is None else histories[person.member]
        for version in found:
            state = dict(version.state)
            if state["consent"] == "unknown" and group.unknown_consent == "exclude":
                state["consent"] = "excluded"
            rows.append(
                state
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
        whose = {"group_key": group, "member_key": person.member_key}
        rows += [
            whose | vars(one) | {"kind": "community", "basis": "roster_stated", "is_proven": True}
            for one in in_community
        ]
        rows += [whose | vars(one) | {"kind": "group"} for one in in_chat]
    schema = TABLES["core.fact_membership"].polars_schema
    return pl.DataFrame(rows, schema=schema).sort("member_key", "kind", "from_date")
