"""Wordings of heads, parts, numbers and amounts of lists, and of those beside them that say something else."""

from __future__ import annotations

import polars as pl
import pytest

from tasks.measure.activities import chain_lists
from tasks.measure.lists import read_lists
from tasks.measure.names import index_names
from tasks.measure.participation import participation
from tasks.measure.text.lexicon import lexicon_for
from tests.measure.chatroom import group, key
from warehouse.reference.lexicon import words

_PEOPLE = ("Arif Rahman", "Bayu", "Cecep", "Dewi")


def _entries(*said: str, column: str = "participation_status") -> tuple[list[str], list[object]]:
    """Kinds of the lists with members on them, said an hour apart; a column of the entries of _PEOPLE."""
    chat = [(f"{8 + hour:02d}:00", "Arif Rahman", text) for hour, text in enumerate(said)]
    given = group(chat, aliases={name: [] for name in _PEOPLE})
    messages = given.messages.with_columns(at=pl.col("message_id"), turn=pl.int_range(pl.len()))
    lexicon = lexicon_for(())
    lists = read_lists(messages, index_names(given.people, lexicon), lexicon, words().list_kinds)
    chained = chain_lists(lists, pl.DataFrame(schema={"turn": pl.Int64, "member_key": pl.Int64}))
    told = dict(participation(chained).select("member_key", column).iter_rows())
    kinds = (
        lists.versions.filter(pl.col("n_named") > 0)["activity_kind"].unique(maintain_order=True).to_list()
    )
    return kinds, [told[key(name)] for name in _PEOPLE if key(name) in told]


@pytest.mark.parametrize(
    "head",
    [
        "Absen futsal", "Daftar absen rapat", "Absen yang hadir", "ABSENSI KAJIAN", "List absen: ", "*ABSEN*",
        "Rapat Sabtu\nAbsen:", "Absen yg ikut", "Absen futsal?", "Presensi rapat",
    ],
)  # fmt: skip
def test_absen_over_a_list_is_a_roll_of_those_who_came(head: str) -> None:
    assert _entries(f"{head}\n1. Arif Rahman\n2. Bayu\n3. Cecep") == (["attendance"], ["yes"] * 3)
    assert _entries(f"{head}\n- Arif Rahman\n- Bayu") == (["attendance"], ["yes"] * 2)


def test_a_roll_that_is_copied_stays_one() -> None:
    first = "Absen futsal\n1. Arif Rahman\n2. Bayu"
    assert _entries(first, f"{first}\n3. Cecep") == (["attendance"], ["yes"] * 3)


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("Hadir:\n1. Arif Rahman\n2. Bayu\nAbsen:\n1. Cecep", "yes yes no"),
        ("Hadir:\n1.\nAbsen:\n1. Arif Rahman\n2. Bayu", "no no"),
        ("Rapat\n1. Arif Rahman\n2. Bayu\nAbsen:\n3. Cecep", "yes yes no"),
        ("Peserta:\n1. Arif Rahman\n2. Bayu\nAbsen:\n3. Cecep", "yes yes no"),
        ("Izin:\n1. Arif Rahman\n2. Bayu\nAbsen:\n1. Cecep", "no no no"),
        # a part of its own, for there is one opposite
        ("Absen:\n1. Arif Rahman\n2. Bayu\nHadir:\n1. Cecep", "no no yes"),
        ("Rapat Sabtu\nAbsen:\n1. Arif Rahman\n2. Bayu\nYang hadir:\n1. Cecep", "no no yes"),
        ("Absen hari ini\nHadir\n1. Arif Rahman\n2. Bayu\nAbsen\n1. Cecep", "yes yes no"),
        # none is opposite: those who came, and others
        ("Absen futsal\n1. Arif Rahman\n2. Bayu\nIzin:\n1. Cecep", "yes yes no"),
        ("Absen futsal\n1. Arif Rahman\n2. Bayu\nTidak hadir:\n1. Cecep", "yes yes no"),
        ("Absen rapat\nHadir:\n1. Arif Rahman\n2. Bayu\nTidak hadir:\n1. Cecep", "yes yes no"),
        ("Absen kajian\n1. Arif Rahman\n2. Bayu\nAkhwat:\n1. Dewi", "yes yes yes"),
        ("Absen ikhwan\n1. Arif Rahman\n2. Bayu\nAbsen akhwat\n1. Dewi", "yes yes yes"),
        ("Absen futsal\n1. Arif Rahman\n2. Bayu (absen)\nHadir: 1", "yes no"),
        # who says that he speaks of those who stay away does so at the head too
        ("Izin:\n1. Arif Rahman\n2. Bayu", "no no"),
        ("Tidak hadir:\n1. Arif Rahman\n2. Bayu", "no no"),
        ("Daftar izin rapat\n1. Arif Rahman\n2. Bayu", "no no"),
        ("Yang absen rapat:\n1. Arif Rahman\n2. Bayu", "no no"),
        ("Absen / izin:\n1. Arif Rahman\n2. Bayu", "no no"),
    ],
)
def test_absen_as_the_head_of_a_part(text: str, statuses: str) -> None:
    assert _entries(text)[1] == statuses.split()


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("ODOJ\n1a. Arif\n1b. Bayu\n2. Cecep\n3. Dewi", [1, 1, 2, 3]),
        ("One day one juz\n1. Arif\n2A) Bayu\n2B) Cecep", [1, 2, 2]),
        ("ODOJ\n1a Arif\n1b Bayu\n2 Cecep", [1, 1, 2]),
        ("Khataman 30 juz\n1. Arif\n2. Bayu\n3. Cecep", [1, 2, 3]),
        ("Khataman Jumat, 30juz\n1. Arif\n2.\n3. Bayu ✅", [1, 3]),
        # as the lines say; who takes part has no slot, and bullets are no numbers
        ("Khataman 30 juz\n1. Arif juz 5\n2. Bayu juz 6\n3. Cecep", [5, 6, None]),
        ("Khataman dan doa bersama, yang hadir:\n1. Arif\n2. Bayu", [None, None]),
        ("Khataman 30 juz:\n- Arif\n- Bayu", [None, None]),
        ("Khataman 30 juz\n1. Arif\n2. Bayu\n31. Cecep", [None, None, None]),
    ],
)
def test_numbers_that_are_juz(text: str, slots: list[int | None]) -> None:
    assert _entries(text, column="slot") == (["khataman"], slots)


def test_letters_behind_numbers_part_no_other_list() -> None:
    assert _entries("Bukber\n1a. Arif\n1b. Bayu\n2. Cecep") == (["rsvp"], ["yes"] * 3)
    assert _entries("Bukber\n1e. Arif\n1f. Bayu\n2. Cecep") == ([], [])
    assert _entries("1a. Siapa nama ibunya?\n1b. Siapa nama ayahnya?\n2. Dimana?") == ([], [])


@pytest.mark.parametrize("digits", ["١٢٣", "۱۲۳"])
@pytest.mark.parametrize("mark", [".", ")", " -", ""])
def test_numbers_in_arabic_digits(digits: str, mark: str) -> None:
    lines = [
        f"{digit}{mark} {name}"
        for digit, name in zip(digits, ["Arif Rahman", "Bayu", "Cecep 5rb"], strict=True)
    ]
    assert _entries("\n".join(["Bukber", *lines])) == (["rsvp"], ["yes"] * 3)
    assert _entries(f"{digits[0]} Ramadhan\n{digits[1]} Syawal") == ([], [])


@pytest.mark.parametrize(
    ("spelled", "amount"),
    [
        ("limapuluh ribu", 50_000), ("dua ratus ribu", 200_000), ("duaratus limapuluh ribu", 250_000),
        ("seratus ribu rupiah", 100_000), ("tujuhribu", 7_000), ("sejuta setengah", 1_500_000),
        ("sebelas ribu", 11_000),
    ],
)  # fmt: skip
def test_who_gives_an_amount_in_words_is_known(spelled: str, amount: int) -> None:
    for line in (f"Dewi {spelled}", f"Dewi - {spelled}", f"{spelled} Dewi"):
        text = f"Open donasi\n1. Arif 20rb\n2. {line}"
        assert _entries(text, column="amount_idr") == (["donation"], [20_000.0, float(amount)]), line
