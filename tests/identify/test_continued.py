"""A group that was recreated: its people carry over, its history goes on."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from schemas.config import Landing
from schemas.frames import EVENTS, LABELS, MESSAGES
from tasks.identify.identify import Identified
from tasks.identify.kin import Kin
from tests.identify.toygroup import Chat, day, frame_of, intervals, roster

OLD, NEW = "a" * 12, "b" * 12
HILMI = "+62 812-3456-7890"


def kin(chat: Chat, group_id: str) -> Kin:
    frames = (
        frame_of(MESSAGES, chat._messages), frame_of(EVENTS, chat._events), frame_of(LABELS, chat._labels)
    )  # fmt: skip
    return Kin(group_id, *frames)


def old_group() -> Chat:
    """Hilmi (also known by number), Siti who lingers, Zaki who does not move, and a second Ani."""
    chat = Chat().label(0, "Hilmi", OLD).label(0, HILMI, "c" * 12).label(1, "Siti", OLD).label(2, "Zaki", OLD)
    chat.label(3, "Ani", OLD).label(4, "Ani", "c" * 12)
    chat.event("2023-01-01", "created", 0).says(0, "2023-01-05").says(1, "2023-02-01", "2024-03-20")
    return chat.says(2, "2023-03-01").says(3, "2023-03-02").says(4, "2023-03-03")


def new_group() -> Chat:
    chat = Chat().label(0, "Siti", NEW).label(1, "Hilmi", NEW).label(2, "Ani", NEW)
    chat.event("2024-03-01", "created", 1).says(0, "2024-03-05").says(1, "2024-03-06").says(2, "2024-03-07")
    return chat.covered("2024-03-01", "2024-03-31")


def both(**settings: object) -> tuple[Identified, Identified]:
    old, new = old_group(), new_group()
    shared = {"community": "old", "continued": {"new": "old"}, **settings}
    return (
        old.identified(group_id="old", kin=[kin(new, "new")], **shared),
        new.identified(group_id="new", kin=[kin(old, "old")], **shared),
    )


def canonical(found: Identified) -> dict[int, str]:
    rows = found.people.filter(found.people["person_no"].is_not_null())
    return dict(rows.select("person_no", "canonical_id").iter_rows())


def test_people_carry_over_by_name_and_by_what_the_old_group_knows_of_them() -> None:
    before, after = both()
    # Hilmi's number is known from the old group alone; of two Anis nobody knows which one came along
    assert canonical(after) == {0: "old|label:Siti", 1: "old|tel:+6281234567890", 2: "old|label:Ani#3"}
    assert canonical(before)[0] == canonical(after)[1] and canonical(before)[1] == canonical(after)[0]
    assert len(set(canonical(before).values())) == 5
    keys = dict(before.people.select("canonical_id", "member_key").iter_rows())
    for name in ("old|label:Siti", "old|tel:+6281234567890"):
        assert after.people.filter(after.people["canonical_id"] == name)["member_key"][0] == keys[name]


def test_presence_ends_in_the_old_group_when_the_new_one_begins() -> None:
    before, after = both()
    people = dict(before.people.select("canonical_id", "member_key").iter_rows())
    assert intervals(before, people["old|tel:+6281234567890"]) == [
        (day("2023-01-01"), day("2024-02-29"), "event", "continued", True)
    ]
    # who still writes in the old group is there until the last message
    assert intervals(before, people["old|label:Siti"])[0][:4] == (
        day("2023-02-01"), day("2024-03-20"), "seen", "continued"
    )  # fmt: skip
    assert intervals(after, people["old|label:Siti"]) == [(day("2024-03-05"), None, "seen", None, True)]
    # before the new group begins, nothing has ended
    early, _ = both(cut=day("2024-02-15"))
    assert early.memberships["to_date"].null_count() == early.memberships.height


def test_since_when_people_are_known_is_handed_on() -> None:
    before, after = both()
    since = dict(after.known_since.iter_rows())
    people = dict(after.people.select("canonical_id", "member_key").iter_rows())
    assert before.known_since.is_empty()
    assert since[people["old|tel:+6281234567890"]] == day("2023-01-01")
    assert since[people["old|label:Siti"]] == day("2023-02-01")
    assert len(since) == 5


def test_a_roster_is_of_the_whole_history() -> None:
    stated = roster("member_id|name|phone\nA1|Hilmi Ramadhan|081234567890", "roster-2024-01.csv")
    before, after = both(rosters=stated)
    assert "old|no:A1" in canonical(before).values() and "old|no:A1" in canonical(after).values()


def test_names_of_two_members_or_numbers_join_nobody() -> None:
    stated = roster("member_id|name|alias\nA1|Siti Aminah|Siti\nA2|Siti Rahma|Siti", "roster-2022-01.csv")
    before, after = both(rosters=stated)
    assert canonical(before)[1] != canonical(after)[0]
    old = Chat().label(0, "Deni", OLD).label(0, "+62 813-0000-1111", "c" * 12).says(0, "2023-01-01")
    new = Chat().label(0, "Deni", NEW).label(0, "+62 813-0000-2222", "d" * 12).says(0, "2024-03-01")
    found = new.identified(group_id="new", kin=[kin(old, "old")], community="old", continued={"new": "old"})
    assert canonical(found) == {0: "old|tel:+6281300002222"}


def test_chains_and_communities_as_declared() -> None:
    landing = Landing.model_validate(
        {"groups": {"b": {"continues": "a"}, "c": {"continues": "b", "community": "k"}, "d": {}}}
    )
    assert {one: landing.community_of(one) for one in "abcd"} == {"a": "k", "b": "k", "c": "k", "d": "d"}
    assert landing.chain_of("b") == ("a", "b", "c") and landing.chain_of("d") == ("d",)
    for circle in ({"a": {"continues": "a"}}, {"a": {"continues": "b"}, "b": {"continues": "a"}}):
        with pytest.raises(ValidationError, match="never itself"):
            Landing.model_validate({"groups": circle})
