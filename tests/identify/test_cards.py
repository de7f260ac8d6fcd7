"""Contact cards as evidence: a card says which number a name is saved under."""

from __future__ import annotations

import polars as pl

from tests.identify.toygroup import Chat, kinds_of_conflict, methods, roster, who

ROSTER = roster(
    """
    member_id | name            | phone          | alias
    A1        | Hilmi Ramadhan  | 0812 3456 7890 | Mimi
    A2        | Siti Nurjanah   | 0813 0000 1111 |
    """
)
A, B = "a" * 12, "b" * 12


def cards(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["file_id", "label", "phone"], orient="row")


def test_a_card_gives_a_contact_name_its_number() -> None:
    chat = Chat().label(0, "Ustadz Gaul", A).label(1, "Tetangga", A)
    found = chat.identified(ROSTER, cards=cards((A, "Ustadz Gaul", "+6281234567890")))
    assert who(found) == {0: "A1", 1: None} and methods(found)[0] == "card"
    # a card of another phone's export says nothing about this one's names
    assert who(chat.identified(ROSTER, cards=cards((B, "Ustadz Gaul", "+6281234567890")))) == {
        0: None,
        1: None,
    }


def test_a_card_gives_an_unsaved_number_its_name() -> None:
    chat = Chat().label(0, "+62 899-1111-2222", A)
    labels = cards((A, "Mimi", "+6289911112222"))
    normal = Chat().label(0, "+6289911112222", A).identified(ROSTER, cards=labels)
    assert who(normal) == {0: "A1"} and methods(normal) == {0: "card_name"}
    assert who(chat.identified(ROSTER)) == {0: None}


def test_the_number_shown_in_the_chat_outweighs_a_card_and_two_cards_decide_nothing() -> None:
    shown = Chat().label(0, "+6281234567890", A).label(0, "Teh Lilis", B)
    found = shown.identified(ROSTER, cards=cards((B, "Teh Lilis", "+6281300001111")))
    assert who(found) == {0: "A1"}
    both = cards((A, "Rame", "+6281234567890"), (A, "Rame", "+6281300001111"))
    torn = Chat().label(0, "Rame", A).identified(ROSTER, cards=both)
    assert who(torn) == {0: None} and kinds_of_conflict(torn) == {"labels_of_two_members"}


def test_a_card_against_the_name_is_listed() -> None:
    found = (
        Chat()
        .label(0, "Siti Nurjanah", A)
        .identified(ROSTER, cards=cards((A, "Siti Nurjanah", "+6281234567890")))
    )
    assert who(found) == {0: "A1"} and kinds_of_conflict(found) == {"number_with_two_names"}


def test_without_a_roster_a_card_names_the_person_by_number() -> None:
    chat = Chat().label(0, "Tamu", A).label(1, "+6289911112222", B)
    found = chat.identified(cards=cards((A, "Tamu", "+6289911112222")))
    assert found.people["canonical_id"].unique().to_list() == ["toy|tel:+6289911112222"]
    # two labels of one export are two people, whatever a card says
    apart = Chat().label(0, "Tamu", A).label(1, "+6289911112222", A)
    beside = apart.identified(cards=cards((A, "Tamu", "+6289911112222")))
    assert beside.people["member_key"].n_unique() == 2


def test_the_apps_own_assistant_is_no_person() -> None:
    chat = Chat().label(0, "Meta AI").label(1, "Mimi").says(0, "2024-01-01").says(1, "2024-01-01")
    found = chat.covered("2024-01-01", "2024-01-02").identified(ROSTER)
    assert found.people.filter("is_bot")["person_no"].to_list() == [0]
    assert found.presence["member_key"].n_unique() == 1
