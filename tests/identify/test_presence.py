"""Who was there when: proven, presumed, or not known."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import Group
from schemas.frames import PRESENCE
from schemas.tables import TABLES
from tests.identify.toygroup import Chat, day, intervals, key_of, kinds_of_conflict, roster

JOINED = "member_id|name|joined\nA1|Hilmi|2023-01-01\nA2|Siti|2024-01-10\n"
ROSTER = roster(JOINED)


def group_of(
    chat: Chat, member: str, rosters: pl.DataFrame | None = ROSTER, **settings: object
) -> list[tuple[object, ...]]:
    found = chat.identified(rosters, **settings)
    return intervals(found, key_of(found, member))


def hilmi() -> Chat:
    return Chat().label(0, "Hilmi").covered("2024-01-01", "2024-03-31")


def test_proven_from_a_join_line_until_a_leave_line() -> None:
    chat = hilmi().event("2024-01-05", "joined_link", target=0).event("2024-02-10", "left", actor=0)
    # before the join line he was not there, whatever the roster says; the day of leaving still counts
    assert group_of(chat, "A1") == [(day("2024-01-05"), day("2024-02-10"), "event", "event", True)]


def test_presumed_from_the_creation_until_the_first_message_proves() -> None:
    chat = hilmi().event("2023-12-20", "created", actor=1).says(0, "2024-02-01").label(1, "Tamu")
    assert group_of(chat, "A1") == [
        (day("2023-12-20"), day("2024-01-31"), "roster_presumed", "evidence", False),
        (day("2024-02-01"), None, "seen", None, True),
    ]
    # who joined the community after the group was made is presumed from then on
    assert group_of(chat, "A2") == [(day("2024-01-10"), None, "roster_presumed", None, False)]


def test_presence_counts_covered_days_once_and_proof_outweighs() -> None:
    found = (
        hilmi()
        .event("2023-12-20", "created", actor=1)
        .says(0, "2024-02-01")
        .label(1, "Tamu")
        .identified(ROSTER)
    )
    per_month = (
        found.presence.group_by(pl.col("date").dt.month().alias("m"))
        .agg(pl.len().alias("days"), pl.col("is_proven").sum().alias("proven"))
        .sort("m")
    )
    # January: Hilmi 31 and Siti 22 presumed, the creator 31 proven; February and March: three people
    assert per_month.rows() == [(1, 84, 31), (2, 87, 58), (3, 93, 62)]
    assert found.n_is_known and found.created_on == day("2023-12-20")
    assert found.presence.schema == PRESENCE.polars_schema


def test_a_leave_line_ends_what_was_presumed() -> None:
    chat = hilmi().event("2024-02-10", "removed", actor=1, target=0).label(1, "Siti")
    assert group_of(chat, "A1") == [
        (day("2023-01-01"), day("2024-02-09"), "roster_presumed", "evidence", False),
        (day("2024-02-10"), day("2024-02-10"), "event", "event", True),
    ]


def test_leave_and_return_by_a_message_without_a_line() -> None:
    chat = hilmi().says(0, "2024-01-03", "2024-01-20", "2024-03-05").event("2024-02-10", "left", target=0)
    assert group_of(chat, "A1")[1:] == [
        (day("2024-01-03"), day("2024-02-10"), "seen", "event", True),
        (day("2024-03-05"), None, "seen", None, True),
    ]


def test_leaving_and_coming_back_on_one_day_is_one_stretch() -> None:
    chat = hilmi().event("2024-01-05", "added", 1, 0).label(1, "Siti")
    chat.event("2024-02-10 09:00", "left", target=0).event("2024-02-10 10:00", "added", 1, 0)
    assert group_of(chat, "A1") == [(day("2024-01-05"), None, "event", None, True)]


def test_the_roster_says_who_is_in_the_group() -> None:
    stated = roster("member_id|name|joined|di grup\nA1|Hilmi|2023-01-01|ya\nA2|Siti|2023-01-01|tidak")
    chat = hilmi().label(1, "Siti").says(1, "2024-03-01").event("2024-01-01", "created")
    assert group_of(chat, "A1", stated) == [
        (day("2024-01-01"), day("2024-01-30"), "roster_presumed", "evidence", False),
        (day("2024-01-31"), None, "roster_stated", None, True),
    ]
    # said not to be in it before anything else was known: never presumed, proven when she writes
    assert group_of(chat, "A2", stated) == [(day("2024-03-01"), None, "seen", None, True)]


def test_a_roster_that_lags_behind_a_leave_line_brings_nobody_back() -> None:
    stated = roster("member_id|name|di grup\nA1|Hilmi|ya", "roster-2024-02.csv")
    chat = hilmi().says(0, "2024-01-02").event("2024-02-10", "left", target=0)
    found = chat.identified(stated)
    assert intervals(found, key_of(found, "A1")) == [
        (day("2024-01-02"), day("2024-02-10"), "seen", "event", True),
    ]
    assert kinds_of_conflict(found) == {"left_but_listed"}


def test_absence_from_a_later_participants_list_ends_presence() -> None:
    list_1 = roster("name|di grup\nHilmi|ya\nSiti|ya\nTamu|ya", "participants-2024-01-15.csv")
    list_2 = roster("name|di grup\nSiti|ya", "participants-2024-02-15.csv")
    chat = hilmi().says(0, "2024-01-05")
    found = chat.identified(ROSTER, listings=pl.concat([list_1, list_2]))
    assert intervals(found, key_of(found, "A1"))[1:] == [
        (day("2024-01-05"), day("2024-02-14"), "seen", "list", True),
    ]
    assert intervals(found, key_of(found, "A2")) == [
        (day("2024-01-10"), day("2024-01-14"), "roster_presumed", "evidence", False),
        (day("2024-01-15"), None, "list", None, True),
    ]
    guest = found.people.filter(pl.col("name") == "Tamu").row(0, named=True)
    assert (guest["identity_method"], guest["is_on_roster"]) == ("list", False)
    assert intervals(found, guest["member_key"]) == [
        (day("2024-01-15"), day("2024-02-14"), "list", "list", True)
    ]


def test_leaving_the_community_ends_presumption_but_no_proof() -> None:
    later = roster("member_id|name\nA3|Budi", "roster-2024-02.csv")
    chat = hilmi().says(0, "2024-02-01").event("2024-01-01", "created")
    rosters = pl.concat([ROSTER, later])
    assert group_of(chat, "A1", rosters)[-1] == (day("2024-02-01"), None, "seen", None, True)
    assert group_of(chat, "A2", rosters) == [
        (day("2024-01-10"), day("2024-02-28"), "roster_presumed", "roster_absent", False)
    ]


def test_without_roster_list_count_or_creation_line_n_is_not_known() -> None:
    found = hilmi().says(0, "2024-01-05").identified()
    assert not found.n_is_known and found.presence.is_empty()
    assert not found.memberships.is_empty()
    counted = (
        hilmi()
        .says(0, "2024-01-05")
        .identified(group=Group.model_validate({"participants": [{"date": "2024-01-31", "n": 57}]}))
    )
    assert counted.n_is_known and counted.head_counts.rows() == [(day("2024-01-31"), 57)]


def test_what_comes_after_the_cut_says_nothing() -> None:
    chat = hilmi().says(0, "2024-01-05").event("2024-02-03", "left", target=0).event("2024-01-01", "created")
    cut = day("2024-01-31")
    assert group_of(chat, "A1", cut=cut)[-1] == (day("2024-01-05"), None, "seen", None, True)
    found = chat.identified(ROSTER, cut=cut)
    assert found.presence["date"].max() == cut
    assert found.membership_events.is_empty() or found.membership_events["event_date"].max() <= cut


def test_gaps_are_not_counted() -> None:
    chat = (
        Chat()
        .label(0, "Hilmi")
        .says(0, "2024-01-01")
        .covered("2024-01-01", "2024-01-10")
        .covered("2024-02-01", "2024-02-05")
    )
    found = chat.identified(roster("member_id|name\nA1|Hilmi"))
    assert found.presence.height == 15


def test_membership_events_name_the_person_and_the_actor() -> None:
    chat = Chat().label(0, "Hilmi").label(1, "Siti").event("2024-01-02", "added", 1, 0)
    chat.event("2024-01-03", "left", actor=0).event("2024-01-04", "subject", actor=1).event(
        "2024-01-05", "added", 1
    )
    found = chat.identified(ROSTER)
    hilmi_key, siti_key = key_of(found, "A1"), key_of(found, "A2")
    rows = found.membership_events.select(
        "membership_event_key", "event", "member_key", "actor_member_key"
    ).rows()
    assert rows == [(0, "added", hilmi_key, siti_key), (1, "left", hilmi_key, hilmi_key)]
    assert found.membership_events.schema == TABLES["core.fact_membership_event"].polars_schema


def test_events_of_the_whole_group_stand_without_a_person_and_are_not_lost_with_one() -> None:
    chat = Chat().label(0, "Hilmi").event("2024-01-02", "admins_only_on", actor=0)
    chat.event("2024-01-04", "admins_only_off").event("2024-01-05", "disappearing_on", actor=0)
    rows = chat.identified(ROSTER).membership_events.select("event", "member_key").rows()
    assert rows == [("admins_only_on", None), ("admins_only_off", None), ("disappearing_on", None)]


_sign = st.tuples(
    st.dates(dt.date(2024, 1, 1), dt.date(2024, 3, 31)),
    st.integers(0, 23),
    st.sampled_from(["joined_link", "left", "message", "added", "removed"]),
)


@given(st.lists(_sign, max_size=8), st.sampled_from(["ya", "tidak", ""]), st.booleans())
def test_presence_is_consistent_with_its_evidence(signs, in_group: str, is_created: bool) -> None:
    chat = Chat().label(0, "Hilmi").covered("2024-01-01", "2024-03-31")
    if is_created:
        chat.event("2023-12-01", "created")
    for on, hour, kind in signs:
        text = f"{on} {hour:02d}:00"
        _ = chat.says(0, text) if kind == "message" else chat.event(text, kind, target=0)
    stated = roster(f"member_id|name|joined|di grup\nA1|Hilmi|2023-06-01|{in_group}", "roster-2024-02.csv")
    found = chat.identified(stated)
    spans = found.memberships.filter(pl.col("kind") == "group").sort("from_date")
    ends = spans["to_date"].fill_null(dt.date(2099, 1, 1)).to_list()
    starts = spans["from_date"].to_list()
    assert all(end < start for end, start in zip(ends, starts[1:], strict=False))
    assert all(start <= end for start, end in zip(starts, ends, strict=True))
    present = set(found.presence.filter("is_proven")["date"])
    # whoever writes, joins or leaves on a day is proven present on it
    assert {on for on, _, _ in signs} <= present
    assert found.presence.select(pl.struct("member_key", "date").is_unique().all()).item()
