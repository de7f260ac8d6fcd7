"""Which sender is which member: one paragraph of the rules, one test."""

from __future__ import annotations

import polars as pl
import pytest

from schemas.config import Group
from schemas.corrections import Corrections
from schemas.errors import ConfigurationError
from tests.identify.toygroup import KEY, Chat, key_of, kinds_of_conflict, methods, roster, who
from warehouse.keys import DigestKey, PseudonymKey

ROSTER = roster(
    """
    member_id | name            | phone          | alias
    A1        | Hilmi Ramadhan  | 0812 3456 7890 | Hilmi, Mimi
    A2        | Siti Nurjanah   | 0813 0000 1111 | Neng
    A3        | Budi Santoso    | 0813 0000 2222 |
    A4        | Ahmad Fauzi     | 0813 0000 3333 | Ozi
    A5        | Ahmad Fauzi     | 0813 0000 4444 | Mad
    """
)
A, B = "a" * 12, "b" * 12


def corrections(**lines: object) -> Corrections:
    basis = {"reason": "seen", "date": "2024-03-01", "role": "secretary"}
    return Corrections.model_validate({kind: [line | basis] for kind, line in lines.items()})  # type: ignore[operator]


def test_a_number_name_alias_and_push_name() -> None:
    chat = (
        Chat()
        .label(0, "+62 812-3456-7890")
        .label(1, "siti  NURJANAH")
        .label(2, "Ozi")
        .label(3, "~ Mimi", B)
        .label(4, "~Budi Santoso", B)
        .label(5, "Kang Budi Santoso")
    )
    found = chat.identified(ROSTER)
    # a push name counts when it is an alias; as a full name it may be anybody's choice
    assert who(found) == {0: "A1", 1: "A2", 2: "A4", 3: "A1", 4: None, 5: "A3"}
    assert methods(found) == {
        0: "number",
        1: "name",
        2: "alias",
        3: "push_name",
        4: "none",
        5: "title_and_name",
    }


def test_aligned_labels_lead_from_a_contact_name_to_the_number() -> None:
    chat = Chat().label(0, "Ustadz Gaul", A).label(0, "+62 813-0000-2222", B)
    found = chat.identified(ROSTER)
    assert who(found) == {0: "A3"} and methods(found) == {0: "alignment"}
    assert found.conflicts.is_empty()


def test_two_members_of_one_name_are_told_apart_by_number_or_not_at_all() -> None:
    chat = Chat().label(0, "Ahmad Fauzi", A).label(1, "Ahmad Fauzi", B).label(1, "+62 813-0000-4444", A)
    found = chat.identified(ROSTER)
    assert who(found) == {0: None, 1: "A5"}
    assert kinds_of_conflict(found) == {"name_of_two_members"}


def test_of_two_namesakes_the_one_who_writes_beside_the_other_is_the_other_one() -> None:
    chat = Chat().label(0, "Ahmad Fauzi", A).label(1, "+62 813-0000-4444", A)
    chat.says(0, "2024-01-01", "2024-02-01").says(1, "2024-01-02", "2024-02-02")
    found = chat.identified(ROSTER)
    assert who(found) == {0: "A4", 1: "A5"} and methods(found)[0] == "elimination"
    assert found.conflicts.is_empty()


def test_a_full_name_is_not_the_alias_of_somebody_shown_beside_it() -> None:
    stated = roster(
        "member_id|name|alias\nA1|Resti Handayani|Resti\nA2|Resti Handayani Susanti|Resti Handayani"
    )
    chat = Chat().label(0, "Resti Handayani").label(1, "Resti Handayani Susanti")
    found = chat.says(0, "2024-01-01").says(1, "2024-02-01").identified(stated)
    assert who(found) == {0: "A1", 1: "A2"}
    # of two full namesakes one after the other, the second may be the first under a new number
    namesakes = Chat().label(0, "Ahmad Fauzi").label(1, "+62 813-0000-4444")
    assert who(namesakes.says(0, "2024-01-01").says(1, "2024-02-01").identified(ROSTER)) == {0: None, 1: "A5"}


def test_one_number_with_two_names_is_listed_and_the_number_decides() -> None:
    chat = Chat().label(0, "+62 812-3456-7890", A).label(0, "Siti Nurjanah", B)
    found = chat.identified(ROSTER)
    assert who(found) == {0: "A1"}
    assert kinds_of_conflict(found) == {"number_with_two_names"}
    assert set(found.conflicts["member_key"]) == {key_of(found, "A1"), key_of(found, "A2")}
    assert not found.conflicts["is_settled"].any()
    assert found.decisions["confidence"].to_list() == [pytest.approx(0.8)]


def test_labels_of_two_members_are_nobody() -> None:
    chat = Chat().label(0, "Hilmi Ramadhan", A).label(0, "Siti Nurjanah", B)
    found = chat.identified(ROSTER)
    assert who(found) == {0: None} and kinds_of_conflict(found) == {"labels_of_two_members"}


def test_two_members_with_one_number_are_listed_and_not_merged() -> None:
    shared = roster("member_id|name|phone\nA1|Hilmi|081234567890\nA2|Siti|081234567890\n")
    found = Chat().label(0, "+62 812-3456-7890").identified(shared)
    assert who(found) == {0: None} and kinds_of_conflict(found) == {"number_of_two_members"}
    assert found.people.height == 3
    named = Chat().label(0, "+62 812-3456-7890", A).label(0, "Siti", B).identified(shared)
    assert who(named) == {0: "A2"}


def test_a_changed_number_carries_the_person() -> None:
    chat = Chat().label(0, "+62 812-3456-7890").label(1, "+62 877-1111-2222")
    chat.says(0, "2024-01-01").says(1, "2024-03-01").event("2024-02-01", "number_changed", 0, 1)
    found = chat.identified(ROSTER)
    assert who(found) == {0: "A1", 1: "A1"} and methods(found) == {0: "number", 1: "number_change"}
    # without a roster: one person still, under the earlier number
    alone = chat.identified()
    assert alone.people["canonical_id"].unique().to_list() == ["toy|tel:+6281234567890"]
    assert alone.people["pseudonym_key"].unique().to_list() == [KEY.pseudonym("toy|tel:+6281234567890")]


def test_a_number_change_between_two_members_is_a_conflict() -> None:
    chat = Chat().label(0, "+62 812-3456-7890").label(1, "+62 813-0000-1111")
    found = chat.event("2024-02-01", "number_changed", 0, 1).identified(ROSTER)
    assert who(found) == {0: "A1", 1: "A2"}
    assert kinds_of_conflict(found) == {"number_change_between_members"}


def test_an_older_roster_knows_the_old_number() -> None:
    older = roster("member_id|name|phone\nA1|Hilmi Ramadhan|0857 9999 0000", "roster-2023-01.csv")
    chat = Chat().label(0, "+62 857-9999-0000").label(1, "+62 812-3456-7890")
    assert who(chat.identified(pl.concat([ROSTER, older]))) == {0: "A1", 1: "A1"}


def test_who_writes_beside_a_member_under_another_label_is_somebody_else() -> None:
    chat = Chat().label(0, "+62 812-3456-7890", A).label(1, "Hilmi", A)
    chat.says(0, "2024-01-01", "2024-03-01").says(1, "2024-02-01")
    found = chat.identified(ROSTER)
    assert who(found) == {0: "A1", 1: None} and kinds_of_conflict(found) == {"member_of_two_senders"}
    assert found.people["member_key"].n_unique() == 6
    # in two exports that were never aligned, or one after the other, nothing speaks against it
    apart = Chat().label(0, "+62 812-3456-7890", A).label(1, "Hilmi", B)
    assert who(apart.says(0, "2024-01-01", "2024-03-01").says(1, "2024-02-01").identified(ROSTER)) == {
        0: "A1",
        1: "A1",
    }


def test_a_similar_name_is_suggested_and_never_applied() -> None:
    found = Chat().label(0, "Budi Santosa").identified(ROSTER)
    assert who(found) == {0: None}
    assert found.suggestions.select("person_no", "member_key").rows() == [(0, key_of(found, "A3"))]
    assert set(found.decisions.select("decision", "identity_method").rows()) == {
        ("unmatched", "none"),
        ("suggested", "fuzzy_name"),
    }


def test_unmatched_senders_stay_people_of_their_own() -> None:
    chat = Chat().label(0, "+1 650-253-0000").label(1, "Tamu").label(2, "Tamu", B).label(3, "You")
    found = chat.says(3, "2024-01-01").identified(ROSTER)
    assert found.people.filter(pl.col("person_no").is_not_null())["canonical_id"].to_list() == [
        "toy|tel:+16502530000",
        "toy|label:Tamu",
        "toy|label:Tamu#2",
        "toy|label:",
    ]
    assert found.people.filter(pl.col("person_no").is_null()).height == 5


def test_bots_are_no_people() -> None:
    chat = Chat().label(0, "+62 811-000-0000").label(1, "Neng").says(0, "2024-01-01").says(1, "2024-01-01")
    found = chat.covered("2024-01-01", "2024-01-02").identified(ROSTER, group=Group(bots=("+62811 0000000",)))
    bot = found.people.filter("is_bot")
    assert bot["person_no"].to_list() == [0]
    assert bot["member_key"][0] not in found.presence["member_key"]
    assert bot["member_key"][0] not in found.memberships["member_key"]


def test_a_merge_and_a_split_are_applied_and_settle_what_they_touch() -> None:
    chat = Chat().label(0, "Hilmi Ramadhan", A).label(0, "Siti Nurjanah", B).label(1, "Ozi")
    merged = chat.identified(
        ROSTER, corrections=corrections(merge={"labels": ["Hilmi Ramadhan"], "member_id": "A1"})
    )
    assert who(merged) == {0: "A1", 1: "A4"} and methods(merged)[0] == "correction"
    assert merged.conflicts["is_settled"].all() and not merged.conflicts.is_empty()
    split = chat.identified(ROSTER, corrections=corrections(split={"label": "ozi", "member_id": "A4"}))
    assert who(split)[1] is None
    one = chat.identified(corrections=corrections(merge={"labels": ["Hilmi Ramadhan", "Ozi"]}))
    assert one.people["member_key"].n_unique() == 1
    # taken back, everything is as before
    assert chat.identified(ROSTER).people.equals(chat.identified(ROSTER, corrections=Corrections()).people)


def test_a_settled_conflict_is_marked_and_an_unused_correction_counted() -> None:
    chat = Chat().label(0, "+62 812-3456-7890", A).label(0, "Siti Nurjanah", B)
    line = {"conflict": "number_with_two_names", "member_ids": ["A1"]}
    found = chat.identified(ROSTER, corrections=corrections(settle=line))
    assert found.conflicts["is_settled"].all() and found.unused_corrections == 0
    idle = chat.identified(ROSTER, corrections=corrections(split={"label": "nobody"}))
    assert idle.unused_corrections == 1


def test_a_correction_for_a_member_no_roster_holds_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="member number"):
        Chat().label(0, "x").identified(
            ROSTER, corrections=corrections(merge={"labels": ["x"], "member_id": "Canary"})
        )


def test_rows_without_a_member_number_are_one_person_by_phone_or_unrepeated_name() -> None:
    first = roster(
        "name|phone|cohort\nHilmi|081234567890|2019\nSiti||2018\nBudi||2017\nBudi||2016", "roster-2023-01.csv"
    )
    second = roster(
        "name|phone|cohort\nHilmi Ramadhan|081234567890|2019\nSiti||\nBudi||2017", "roster-2024-01.csv"
    )
    found = Chat().identified(pl.concat([first, second]))
    assert sorted(found.people["canonical_id"]) == [
        "toy|name:budi",
        "toy|name:budi#2",
        "toy|name:siti",
        "toy|tel:+6281234567890",
    ]
    numbered = roster("member_id|name|phone\nA1|Hilmi Ramadhan|081234567890", "roster-2024-06.csv")
    assert "toy|no:A1" in Chat().identified(pl.concat([first, second, numbered])).people["canonical_id"]


def test_a_contact_name_with_what_the_roster_says_of_the_member() -> None:
    stated = roster(
        """
        member_id | name          | alias | angkatan | kampus
        A1        | Nisa Hasanah  | Nisa  | 2017     | UPI
        A2        | Deni Saputra  | Deni  | 2015     | ITB
        A3        | Neng Maharani | Neng  | 2019     | ITB
        """
    )
    chat = (
        Chat()
        .label(0, "Nisa 2017")
        .label(1, "Teh Nisa UPI 🌸", B)
        .label(2, "Deni pondok")
        .label(3, "Neng ITB")
    )
    chat.label(4, "Deni Unpad").label(5, "Nisa 2018")
    found = chat.identified(stated)
    # what the roster does not say of Deni or Nisa may be somebody else
    assert who(found) == {0: "A1", 1: "A1", 2: "A2", 3: "A3", 4: None, 5: None}
    assert set(methods(found).values()) == {"qualified_name", "none"}


def test_a_push_name_with_digits_is_suggested() -> None:
    found = Chat().label(0, "~ mimi34").identified(ROSTER)
    assert who(found) == {0: None}
    assert found.suggestions["member_key"].to_list() == [key_of(found, "A1")]


def test_what_reconciliation_could_not_tell_apart_is_listed() -> None:
    pair = {"file_id": A, "label": "Tamu", "other_file_id": B, "other_label": "Budi Santoso", "votes": 3}
    chat = Chat().label(0, "Tamu", A).label(1, "Budi Santoso", B)
    found = chat.identified(ROSTER, label_conflicts=pl.DataFrame([pair]))
    assert who(found) == {0: None, 1: "A3"}
    assert found.conflicts["conflict_kind"].to_list() == ["labels_exclude_each_other"] * 2


def test_two_groups_of_one_community_describe_its_members_alike() -> None:
    chat = Chat().label(0, "+62 812-3456-7890").label(1, "Tamu")
    one, other = (chat.identified(ROSTER, group_id=group_id) for group_id in ("toy", "toy-2"))
    on_roster = pl.col("member_key").is_in([key_of(one, f"A{number}") for number in range(1, 6)])
    assert one.dim_member.filter(on_roster).equals(other.dim_member.filter(on_roster))
    # a stranger known by a name alone is another person in another group
    strangers = [
        found.people.filter(~pl.col("is_on_roster"))["canonical_id"].to_list() for found in (one, other)
    ]
    assert strangers == [["toy|label:Tamu"], ["toy-2|label:Tamu"]]


def test_another_key_changes_keys_alone() -> None:
    chat = Chat().label(0, "+62 812-3456-7890").label(1, "Tamu").says(0, "2024-01-01").says(1, "2024-01-02")
    other = PseudonymKey(b"another key for tests: 0123456789")
    frames = [chat.covered("2024-01-01", "2024-01-03").identified(ROSTER, key=key) for key in (KEY, other)]
    for name in ("dim_member", "memberships", "presence", "decisions"):
        first, second = (getattr(found, name) for found in frames)
        kept = [column for column in first.columns if not column.endswith("_key")]
        assert first.select(kept).sort(kept).equals(second.select(kept).sort(kept)), name
        assert not set(first["member_key"]) & set(second["member_key"])


def test_a_conflict_keeps_its_identifier_when_the_pseudonym_key_changes() -> None:
    stated = roster("member_id|name\nA1|Siti Aminah\nA2|Siti Aminah")
    chat = Chat().label(0, "Siti Aminah").says(0, "2024-02-01")
    keys = (KEY, PseudonymKey(b"another key for tests only: 987654321"))
    digest = DigestKey(b"for tests only: the digest key of them all")
    found = [chat.identified(rosters=stated, key=key, conflicts_key=digest).conflicts for key in keys]
    assert found[0]["conflict_key"].unique().to_list() == found[1]["conflict_key"].unique().to_list() != []
    assert not set(found[0]["member_key"]) & set(found[1]["member_key"])
