"""Rows of the warehouse that the stage brings forth: events, decisions, conflicts, quarantine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from schemas.corrections import Attendance
from schemas.errors import ConfigurationError
from schemas.roster import fold
from schemas.tables import TABLES
from schemas.vocabulary import GROUP_EVENTS, JOIN_EVENTS, LEAVE_EVENTS
from tasks.identify.members import RosterMember, Row
from tasks.identify.membership import subject
from tasks.identify.register import Person
from tasks.identify.resolve import Resolution
from warehouse.keys import group_key

#: Events that concern somebody's membership.
MEMBERSHIP_EVENTS = (*JOIN_EVENTS, *LEAVE_EVENTS, "number_changed", "admin", "admin_removed")

_SUGGESTIONS = {"person_no": pl.Int64, "member_key": pl.Int64, "similarity": pl.Float64}


def _member_keys(people: list[Person]) -> dict[int, int]:
    return {one.sender.person_no: person.member_key for person in people for one in person.resolved}


def event_rows(people: list[Person], events: pl.DataFrame, group_id: str, cut: dt.date) -> pl.DataFrame:
    """``core.fact_membership_event`` up to the cut; lines that do not say whom they speak of are left out.

    Lines about the whole group speak of nobody and stand without a person, whoever acted.
    """
    keys = _member_keys(people)
    is_of_group = pl.col("event").is_in(GROUP_EVENTS)
    who = subject().fill_null(pl.when(pl.col("event") == "number_changed").then(pl.col("actor_person_no")))

    def member(column: pl.Expr) -> pl.Expr:
        return column.replace_strict(keys, default=None, return_dtype=pl.Int64)

    rows = (
        events.filter(pl.col("event").is_in([*MEMBERSHIP_EVENTS, *GROUP_EVENTS]), pl.col("local_date") <= cut)
        .with_columns(
            member(who).alias("member_key"), member(pl.col("actor_person_no")).alias("actor_member_key")
        )
        .with_columns(member_key=pl.when(~is_of_group).then("member_key"))
        .filter(is_of_group | pl.col("member_key").is_not_null())
        .sort("sent_at", "seq")
        .with_row_index("membership_event_key")
        .with_columns(
            pl.lit(group_key(group_id)).alias("group_key"), pl.col("local_date").alias("event_date")
        )
    )
    return TABLES["core.fact_membership_event"].conform(rows)


def decision_rows(people: list[Person], resolution: Resolution, group_id: str) -> pl.DataFrame:
    """``ops.identity_decision``: one row per person and method, and one per suggestion."""
    suggested = {suggestion.person_no: suggestion for suggestion in resolution.suggestions}
    rows = []
    for person in people:
        for one in person.resolved:
            decision = "bot" if one.is_bot else "unmatched" if one.member is None else "matched"
            labels, votes = len(one.sender.labels), one.sender.votes
            rows.append((person.member_key, decision, one.method, one.confidence, labels, votes))
            if one.sender.person_no in suggested:
                similarity = suggested[one.sender.person_no].similarity / 100
                rows.append((person.member_key, "suggested", "fuzzy_name", similarity, labels, votes))
    table = TABLES["ops.identity_decision"]
    frame = (
        pl.DataFrame(
            rows,
            schema=["member_key", "decision", "identity_method", "confidence", "n_labels", "votes"],
            orient="row",
            schema_overrides={"member_key": pl.Int64, "confidence": pl.Float64},
        )
        if rows
        else table.empty().drop("group_key")
    )
    gathered = frame.group_by("member_key", "identity_method").agg(
        pl.col("decision").first(),
        pl.col("confidence").min(),
        pl.col("n_labels").sum(),
        pl.col("votes").sum(),
    )
    keyed = gathered.with_columns(pl.lit(group_key(group_id)).alias("group_key"))
    return table.conform(keyed.sort("member_key", "identity_method"))


def suggestion_rows(people: list[Person], resolution: Resolution) -> pl.DataFrame:
    """Suggestions for a human: ``person_no``, the ``member_key`` it resembles, ``similarity`` (0 to 1)."""
    by_member = {person.member: person.member_key for person in people if person.member is not None}
    rows = [(one.person_no, by_member[one.member], one.similarity / 100) for one in resolution.suggestions]
    return pl.DataFrame(rows, schema=_SUGGESTIONS, orient="row").sort("person_no")


def renumbered_rows(member: RosterMember) -> list[Row]:
    """Rows of a member under whose number they name somebody else than the first row does."""
    first = member.rows[0]
    return [
        row
        for row in member.rows[1:]
        if not (_words(first) & _words(row))
        and _words(first)
        and _words(row)
        and first["phone"] != row["phone"]
    ]


def _words(row: Row) -> set[str]:
    return set(fold(row["name"] or "").split())


def quarantine_rows(members: list[RosterMember], group_id: str) -> pl.DataFrame:
    """``ops.quarantine``: rows under a member number that another roster gives to somebody else.

    The number stays durable and the row in force; the row is listed for a human to look at.
    """
    rows = [
        (row["file_id"], group_id, row["row_no"], "member_id", "member_id_of_another_name", "warning")
        for member in members
        for row in renumbered_rows(member)
    ]
    return pl.DataFrame(rows, schema=TABLES["ops.quarantine"].polars_schema, orient="row")


def attendance_rows(people: list[Person], declared: Iterable[Attendance], group_id: str) -> pl.DataFrame:
    """``core.fact_attendance``: of each declared attendance the whole, and the members it names.

    Declared twice for one day, the later declaration counts, of equally late ones the last.
    """
    keys = {person.member_id: person.member_key for person in people if person.member_id}
    rows: list[tuple[int, dt.date, int, int | None, int | None]] = []
    by_day = {line.activity_date: line for line in sorted(declared, key=lambda line: line.date)}
    for day, line in sorted(by_day.items()):
        named = list(dict.fromkeys(line.member_ids))
        if line.group is None:  # of any group: of the one whose roster knows somebody named
            named = [number for number in named if number in keys]
            if line.member_ids and not named:
                continue
        if set(named) - set(keys):
            raise ConfigurationError(
                "an attendance of corrections.toml names a member number that no roster holds",
                next_step="mend its member_ids, or hand in the roster that holds them",
                unknown=len(set(named) - set(keys)),
            )
        rows.append(
            (group_key(group_id), day, 0, None, len(named) if line.n_present is None else line.n_present)
        )
        rows += [
            (group_key(group_id), day, place, keys[number], None)
            for place, number in enumerate(named, start=1)
        ]
    return pl.DataFrame(rows, schema=TABLES["core.fact_attendance"].polars_schema, orient="row")
