"""Two exports, one truth: each rule of merging by a chat written by hand."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import polars as pl
import pytest

from schemas.config import Group
from schemas.frames import CHANGES, COVERAGE, EVENTS, LABELS, MESSAGES
from tasks.reconcile import Export, Reconciled, reconcile
from tests.reconcile.handmade import Said, Told, export

JAKARTA = Group()

#: Enough shared long texts for labels and clocks to be told.
TALK = [
    ("2024-03-01 08:00", "Budi", "assalamualaikum semuanya"),
    ("2024-03-01 08:03", "Siti", "waalaikumsalam warahmatullah"),
    ("2024-03-01 08:05", "Budi", "besok jadi kumpul di masjid"),
    ("2024-03-01 08:09", "Siti", "insyaallah saya hadir kang"),
]


def said(
    lines: list[tuple[str, str, str]], names: dict[str, str] | None = None, hours: int = 0
) -> list[Said]:
    """Lines as a phone shows them that calls people by other names, some hours ahead."""
    moved = [
        (str(dt.datetime.fromisoformat(at) + dt.timedelta(hours=hours)), who, text) for at, who, text in lines
    ]
    return [Said(at, (names or {}).get(who, who), text) for at, who, text in moved]


def plain(lines: list[tuple[str, str, str]], **how: object) -> list[Said]:
    return [Said(line.at[:16], line.author, line.text) for line in said(lines, **how)]  # type: ignore[arg-type]


def told(*exports: Export, group: Group = JAKARTA) -> Reconciled:
    """Reconciled, after checking that the order of exports and a repeated one do not matter."""
    store = reconcile(exports, group)
    again = reconcile([*reversed(exports), exports[0]], group)
    for name in ("messages", "events", "changes", "labels", "conflicts", "coverage"):
        assert getattr(store, name).equals(getattr(again, name)), name
    for name, frame in (
        ("messages", MESSAGES),
        ("events", EVENTS),
        ("changes", CHANGES),
        ("labels", LABELS),
        ("coverage", COVERAGE),
    ):
        assert getattr(store, name).schema == frame.polars_schema, name
    assert (store.clocks, store.history_start, store.due) == (again.clocks, again.history_start, again.due)
    return store


def texts(store: Reconciled) -> list[str | None]:
    return store.messages["text"].to_list()


def people_of(store: Reconciled, *labels: str) -> list[int]:
    """Persons behind labels, in every export that uses them."""
    return [
        number
        for label in labels
        for number in store.labels.filter(pl.col("label") == label)["person_no"].unique().sort().to_list()
    ]


def test_nothing_gives_empty_frames() -> None:
    store = reconcile([], JAKARTA)
    assert store.messages.schema == MESSAGES.polars_schema
    assert store.messages.is_empty()
    assert store.history_start is None
    empty = reconcile([export("a", [])], JAKARTA)
    assert empty.coverage.is_empty()
    assert empty.offsets == {export("a", []).file_id: (0, "assumed")}


def test_one_export_is_its_own_truth() -> None:
    store = told(export("a", said(TALK)))
    assert texts(store) == [text for _, _, text in TALK]
    assert store.messages["person_no"].to_list() == [0, 1, 0, 1]
    assert store.messages["sent_at"][0] == dt.datetime.fromisoformat("2024-03-01 01:00")  # 08:00 in Jakarta
    assert store.messages["local_at"][0] == dt.datetime.fromisoformat("2024-03-01 08:00")
    assert store.offsets == {store.labels["file_id"][0]: (420, "assumed")}
    assert store.labels.select("votes", "confidence").unique().rows() == [(0, 1.0)]


def test_overlapping_slices_of_one_phone_merge() -> None:
    store = told(export("a", said(TALK[:3])), export("b", said(TALK[1:])), export("c", said(TALK[2:])))
    assert texts(store) == [text for _, _, text in TALK]
    assert store.messages["n_exports"].to_list() == [1, 2, 3, 2]
    assert set(store.offsets.values()) == {(420, "assumed")}  # a phone does not bear witness for itself


def test_contact_name_here_is_a_number_there() -> None:
    other = said(TALK, {"Budi": "+628111111111", "Siti": "Teh Siti"})
    store = told(export("a", said(TALK)), export("b", other, phone=1))
    assert store.messages.height == 4
    assert store.messages["n_exports"].to_list() == [2, 2, 2, 2]
    assert people_of(store, "Budi", "+628111111111", "Siti", "Teh Siti") == [0, 0, 1, 1]
    assert store.labels.select("votes", "confidence").rows() == [(2, 1.0)] * 4


def test_names_swapped_between_phones_do_not_merge_people() -> None:
    store = told(export("a", said(TALK)), export("b", said(TALK, {"Budi": "Siti", "Siti": "Budi"}), phone=1))
    assert store.messages.height == 4
    assert store.messages["person_no"].to_list() == [0, 1, 0, 1]


def test_same_name_in_phones_that_share_nothing_is_one_person_without_certainty() -> None:
    later = [Said("2024-05-01 08:00", "Budi", "kapan kita kumpul lagi")]
    store = told(export("a", said(TALK)), export("b", later, phone=1))
    assert people_of(store, "Budi") == [0]
    assert store.labels.filter(pl.col("label") == "Budi")["confidence"].to_list() == [0.5, 0.5]


def test_an_ambiguous_name_is_not_joined_between_phones() -> None:
    # Budi of phone 0 is Adi to phone 1, whose Budi is someone else: phone 2's Budi may be either.
    first = said(TALK)
    second = said(TALK, {"Budi": "Adi", "Siti": "Budi"})
    third = [Said("2024-05-01 08:00", "Budi", "kapan kita kumpul lagi")]
    store = told(export("a", first), export("b", second, phone=1), export("c", third, phone=2))
    assert store.messages["person_no"].n_unique() == 3


def test_same_number_is_one_person() -> None:
    later = [Said("2024-05-01 08:00", "+62 811-1111-111", "kapan kita kumpul lagi")]
    store = told(export("a", said(TALK, {"Budi": "+628111111111"})), export("b", later, phone=1))
    assert people_of(store, "+628111111111", "+62 811-1111-111") == [0, 0]
    assert store.labels.filter(pl.col("person_no") == 0)["confidence"].to_list() == [1.0, 1.0]


def test_an_export_between_two_others_ties_their_labels() -> None:
    early, late = TALK[:2], TALK[2:]
    store = told(
        export("a", said(early)),
        export("b", said(late, {"Budi": "Kang B", "Siti": "Teh S"}), phone=1),
        export("c", said(TALK, {"Budi": "+628111111111", "Siti": "+628222222222"}), phone=2),
    )
    assert people_of(store, "Budi", "Kang B", "+628111111111") == [0, 0, 0]
    assert people_of(store, "Siti", "Teh S", "+628222222222") == [1, 1, 1]


def test_two_equal_texts_of_one_person_in_a_minute_stay_two() -> None:
    lines = [*TALK, ("2024-03-01 08:10", "Budi", "ok"), ("2024-03-01 08:10", "Budi", "ok")]
    store = told(export("a", said(lines)), export("b", said(lines, {"Budi": "+628111111111"}), phone=1))
    assert texts(store)[-2:] == ["ok", "ok"]
    assert store.messages.height == 6
    assert store.messages["n_exports"].unique().to_list() == [2]


def test_multiplicity_is_the_highest_not_the_sum() -> None:
    lines = [*TALK, *[("2024-03-01 08:10", "Budi", "ok")] * 3]
    store = told(
        export("a", said(lines[:-1])), export("b", said(lines)), export("c", said(lines[:-2]), phone=1)
    )
    assert store.messages.height == 7
    assert store.messages["n_exports"].to_list()[-3:] == [3, 2, 1]


def test_equal_texts_of_two_people_in_a_minute_stay_two() -> None:
    lines = [*TALK, ("2024-03-01 08:10", "Budi", "ok"), ("2024-03-01 08:10", "Siti", "ok")]
    store = told(
        export("a", said(lines)),
        export("b", said(lines, {"Budi": "+628111111111", "Siti": "Teh Siti"}), phone=1),
    )
    assert store.messages["person_no"].to_list()[-2:] == [0, 1]
    assert store.messages.height == 6


def test_a_whole_hour_between_phones_is_found() -> None:
    store = told(
        export("a", said(TALK)),
        export("b", said(TALK)[1:], phone=1),
        export("c", said(TALK, {"Budi": "+628111111111"}, hours=1), phone=2),
    )
    assert store.messages.height == 4
    assert store.messages["sent_at"][0] == dt.datetime.fromisoformat("2024-03-01 01:00")
    assert store.offsets[export("c", []).file_id] == (480, "aligned")
    assert store.offsets[export("a", []).file_id] == (420, "aligned")


def test_an_export_that_shares_nothing_keeps_the_clock_of_its_phone() -> None:
    lonely = [Said("2024-06-01 08:00", "Budi", "kapan kita kumpul lagi")]
    store = told(
        export("a", said(TALK)),
        export("b", said(TALK)[1:], phone=1),
        export("c", said(TALK, hours=1), phone=2),
        export("d", lonely, phone=2),
    )
    assert store.offsets[export("d", []).file_id] == (480, "assumed")
    assert store.messages["sent_at"][-1] == dt.datetime.fromisoformat("2024-06-01 00:00")


def test_the_declared_zone_beats_the_majority() -> None:
    store = told(
        export("a", said(TALK)),
        export("b", said(TALK)[1:], phone=1),
        export("c", said(TALK), phone=2, zone="Asia/Makassar"),
    )
    assert store.messages["sent_at"][0] == dt.datetime.fromisoformat("2024-03-01 00:00")
    assert store.offsets[export("c", []).file_id] == (480, "declared")
    assert store.offsets[export("a", []).file_id] == (480, "aligned")


def test_shared_texts_correct_a_declaration_that_most_phones_contradict() -> None:
    store = told(
        export("a", said(TALK), zone="Asia/Jakarta"),
        export("b", said(TALK)[1:], phone=1, zone="Asia/Jakarta"),
        export("c", said(TALK), phone=2, zone="Asia/Makassar"),
    )
    assert store.messages.height == 4
    assert store.offsets[export("c", []).file_id] == (420, "aligned")


def test_two_exports_that_only_touch_do_not_mix_people() -> None:
    early = [*said(TALK), Said("2024-03-01 08:10", "Budi", "ok")]
    late = [
        Said("2024-03-01 08:10", "+628222222222", "ok"),
        Said("2024-03-01 09:00", "+628111111111", "siap ya"),
    ]
    store = told(export("a", early), export("b", late, phone=1))
    assert store.messages.height == 7
    assert store.messages["person_no"].n_unique() == 4


def test_a_declared_zone_follows_its_summer_time() -> None:
    # London is at UTC on 30 March 2024, an hour ahead from the 31st: 19:00, then 20:00 are 02:00 in Jakarta.
    lines = [
        Said("2024-03-30 19:00", "Budi", "assalamualaikum semuanya"),
        Said("2024-03-31 20:00", "Siti", "waalaikumsalam warahmatullah"),
    ]
    store = told(export("a", lines, zone="Europe/London"))
    assert store.messages["sent_at"].to_list() == [
        dt.datetime.fromisoformat("2024-03-30 19:00"),
        dt.datetime.fromisoformat("2024-03-31 19:00"),
    ]
    assert store.messages["local_date"].to_list() == [dt.date(2024, 3, 31), dt.date(2024, 4, 1)]
    assert store.offsets[export("a", []).file_id] == (60, "declared")


def test_an_hour_that_the_zone_skips_or_repeats_is_read() -> None:
    lines = [
        Said("2024-03-31 01:30", "Budi", "jam yang tidak ada"),
        Said("2024-10-27 01:30", "Budi", "jam yang dua kali"),
    ]
    store = told(export("a", lines, zone="Europe/London"))
    assert store.messages["sent_at"].to_list() == [
        dt.datetime.fromisoformat("2024-03-31 01:30"),
        dt.datetime.fromisoformat("2024-10-27 00:30"),
    ]


def test_seconds_win_over_minutes() -> None:
    exact = [Said(f"{line.at[:16]}:{17 + n}", line.author, line.text) for n, line in enumerate(said(TALK))]
    store = told(export("a", plain(TALK)), export("b", exact, phone=1))
    assert store.messages.height == 4
    assert store.messages["has_seconds"].all()
    assert store.messages["sent_at"].dt.second().to_list() == [17, 18, 19, 20]


def test_order_within_a_minute_is_the_best_witness_with_the_rest_in_its_place() -> None:
    whole = [
        ("2024-03-01 08:10", "Budi", text)
        for text in ("pertama sekali ya", "kedua kalinya ya", "ketiga kalinya ya")
    ]
    store = told(export("a", said([*TALK, whole[0], whole[2]])), export("b", said([TALK[3], *whole])))
    assert texts(store)[-3:] == [text for _, _, text in whole]


def test_media_here_is_omitted_media_there() -> None:
    named = [
        *said(TALK),
        Said("2024-03-01 08:10", "Budi", "panitia", "image"),
        Said("2024-03-01 08:11", "Siti", None, "sticker"),
    ]
    bare = [
        *said(TALK),
        Said("2024-03-01 08:10", "Budi", None, "media"),
        Said("2024-03-01 08:11", "Siti", None, "media"),
    ]
    store = told(export("a", named), export("b", bare, phone=1))
    assert store.messages["kind"].to_list()[-2:] == ["image", "sticker"]
    assert texts(store)[-2:] == ["panitia", None]
    assert store.messages.height == 6


def test_captions_find_their_media() -> None:
    named = [
        *said(TALK),
        *(Said("2024-03-01 08:10", "Budi", text, "image") for text in ("satu", None, "dua")),
    ]
    bare = [*said(TALK), *(Said("2024-03-01 08:10", "Budi", None, "media") for _ in range(3))]
    store = told(export("a", named), export("b", bare, phone=1))
    assert sorted(text or "" for text in texts(store)[-3:]) == ["", "dua", "satu"]
    assert store.messages.height == 7
    assert store.messages["n_exports"].unique().to_list() == [2]


def test_mentions_differ_by_phone() -> None:
    named = [*said(TALK), Said("2024-03-01 08:10", "Budi", "siap @\u2068Teh Siti\u2069 nanti saya jemput")]
    digits = [*said(TALK), Said("2024-03-01 08:10", "Budi", "siap @6282222222222 nanti saya jemput")]
    assert told(export("a", named), export("b", digits, phone=1)).messages.height == 5


def test_marks_and_blanks_do_not_matter() -> None:
    one = [*said(TALK), Said("2024-03-01 08:10", "Budi", "hadir ❤️ insyaallah")]
    other = [*said(TALK), Said("2024-03-01 08:10", "Budi", "\u200ehadir ❤\u00a0insyaallah ")]
    assert told(export("a", one), export("b", other, phone=1)).messages.height == 5


def test_votes_of_a_poll_change() -> None:
    def poll(n: int, heading: str, option: str) -> list[Said]:
        text = f"{heading}:\nKapan kumpul?\n{option}: Sabtu ({n} votes)\n{option}: Ahad (1 vote)"
        return [
            *said(TALK),
            Said("2024-03-01 08:10", "Budi", text, "poll"),
            Said(f"2024-03-0{n} 09:00", "Siti", "sudah saya isi"),
        ]

    store = told(
        export("a", poll(2, "POLL", "OPTION")), export("b", poll(5, "JAJAK PENDAPAT", "OPSI"), phone=1)
    )
    assert store.messages["kind"].to_list().count("poll") == 1
    assert "(5 votes)" in (texts(store)[4] or "")


def test_an_edit_is_one_message_with_a_dated_change() -> None:
    before = [
        *said(TALK),
        Said("2024-03-01 08:10", "Budi", "kumpul jam 8"),
        Said("2024-03-01 08:10", "Budi", "di masjid"),
    ]
    after = [
        *said(TALK),
        Said("2024-03-01 08:10", "Budi", "kumpul jam 9", edited=True),
        Said("2024-03-01 08:10", "Budi", "di masjid"),
    ]
    store = told(
        export("a", before),
        export("b", after, phone=1, stated="2024-03-20"),
        export("c", after[1:], stated="2024-03-09"),
    )
    assert texts(store)[-2:] == ["kumpul jam 9", "di masjid"]
    assert store.messages["is_edited"].to_list() == [False] * 4 + [True, False]
    assert store.changes.rows() == [(4, "edited", dt.date(2024, 3, 9))]


def test_edited_twice_the_latest_wording_holds() -> None:
    def version(text: str, edited: bool) -> list[Said]:
        return [
            *said(TALK),
            Said("2024-03-01 08:10", "Budi", text, edited=edited),
            Said("2024-03-01 08:12", "Siti", "siap insyaallah"),
        ]

    store = told(
        export("a", version("kumpul jam 8", False), stated="2024-03-02"),
        export("b", version("kumpul jam 9", True), stated="2024-03-03"),
        export("c", version("kumpul jam 10", True), stated="2024-03-04"),
    )
    assert store.messages.height == 6
    assert texts(store)[4] == "kumpul jam 10"
    assert store.changes.rows() == [(4, "edited", dt.date(2024, 3, 3))]


def test_a_deletion_is_one_message_and_its_text_is_dropped() -> None:
    before = [
        *said(TALK),
        Said("2024-03-01 08:10", "Budi", "satu dua tiga empat"),
        Said("2024-03-01 08:10", "Budi", "salah kirim maaf"),
    ]
    after = [
        *said(TALK),
        Said("2024-03-01 08:10", "Budi", "satu dua tiga empat"),
        Said("2024-03-01 08:10", "Budi", None, "deleted"),
    ]
    store = told(export("a", before), export("b", after, phone=1, stated="2024-03-05"))
    assert texts(store)[-2:] == ["satu dua tiga empat", None]
    assert store.messages["kind"].to_list()[-2:] == ["text", "deleted"]
    assert store.changes.rows() == [(5, "deleted", dt.date(2024, 3, 5))]


def test_each_of_two_deletions_finds_its_message() -> None:
    def chat(*middle: str | None) -> list[Said]:
        lines = [Said("2024-03-01 08:10", "Budi", text, "text" if text else "deleted") for text in middle]
        return [*said(TALK), *lines, Said("2024-03-01 08:20", "Siti", "ada apa ini kang budi")]

    store = told(
        export("a", chat("pesan satu satu", "pesan dua dua", "pesan tiga tiga")),
        export("b", chat("pesan satu satu", None, "pesan tiga tiga"), stated="2024-03-03"),
        export("c", chat(None, None, "pesan tiga tiga"), stated="2024-03-04"),
    )
    assert store.messages["kind"].to_list()[4:7] == ["deleted", "deleted", "text"]
    assert store.messages.height == 8


def test_marks_inside_one_export_are_changes_too() -> None:
    lines = [
        Said("2024-03-01 08:00", "Budi", "sudah diubah", edited=True),
        Said("2024-03-01 08:01", "Budi", None, "deleted"),
    ]
    store = told(export("a", lines))
    assert store.changes.rows() == [(0, "edited", dt.date(2024, 3, 1)), (1, "deleted", dt.date(2024, 3, 1))]


def test_who_only_sent_media_is_found_by_his_minute() -> None:
    one = [
        *said(TALK),
        Said("2024-03-01 08:10", "Rina", None, "image"),
        Said("2024-03-01 08:20", "Siti", "bagus fotonya teh"),
    ]
    other = [
        *said(TALK),
        Said("2024-03-01 08:10", "+628333333333", None, "media"),
        Said("2024-03-01 08:20", "Siti", "bagus fotonya teh"),
    ]
    store = told(export("a", one), export("b", other, phone=1))
    assert people_of(store, "Rina", "+628333333333") == [2, 2]
    assert store.messages.height == 6


def test_who_only_wrote_what_was_deleted_is_found_by_his_minute() -> None:
    one = [
        *said(TALK),
        Said("2024-03-01 08:10", "Rina", "salah grup maaf ya"),
        Said("2024-03-01 08:20", "Siti", "tidak apa apa teh"),
    ]
    other = [
        *said(TALK),
        Said("2024-03-01 08:10", "+628333333333", None, "deleted"),
        Said("2024-03-01 08:20", "Siti", "tidak apa apa teh"),
    ]
    store = told(export("a", one), export("b", other, phone=1))
    assert people_of(store, "Rina", "+628333333333") == [2, 2]
    assert store.messages["kind"].to_list()[4] == "deleted"
    assert texts(store)[4] is None
    assert store.messages.height == 6


def test_one_contact_name_for_two_numbers_is_listed_and_messages_stay_one() -> None:
    numbers = [
        *TALK,
        *((f"2024-03-02 08:0{n}", "+628111111111", f"pesan pertama nomor {n}") for n in range(4)),
        *((f"2024-03-03 08:0{n}", "+628999999999", f"pesan kedua nomor {n}") for n in range(3)),
    ]
    one_name = [(at, "Budi" if who.startswith("+") else who, text) for at, who, text in numbers]
    store = told(export("a", said(one_name)), export("b", said(numbers, {"Budi": "+628111111111"}), phone=1))
    assert store.messages.height == 11
    ((label, other, votes),) = store.conflicts.select("label", "other_label", "votes").rows()
    assert ({label, other}, votes) == ({"Budi", "+628999999999"}, 3)
    apart = people_of(store, "+628111111111", "+628999999999")
    assert apart[0] != apart[1]
    assert store.messages["person_no"].to_list()[-3:] == [apart[1]] * 3


def test_old_and_new_number_are_one_person() -> None:
    before = said(TALK, {"Budi": "+628111111111"})
    after = [
        *said(TALK, {"Budi": "+628999999999"}),
        Told("2024-03-02 08:00", "number_changed", "+628111111111", ("+628999999999",)),
    ]
    store = told(export("a", before), export("b", after, phone=1))
    assert store.messages.height == 4
    assert people_of(store, "+628111111111", "+628999999999") == [0, 0]


def test_events_merge_and_you_is_the_owner() -> None:
    own = [
        Told("2024-03-01 07:00", "created", "You"),
        Told("2024-03-01 07:01", "added", "You", ("Budi", "Siti")),
        *said(TALK),
    ]
    names = {"Budi": "+628111111111", "Siti": "Teh Siti"}
    other = [
        Told("2024-03-01 07:00", "created", "Asep"),
        Told("2024-03-01 07:01", "added", "Asep", ("+628111111111", "Teh Siti")),
        *said(TALK, names),
        Told("2024-03-02 07:00", "left", "Teh Siti"),
    ]
    store = told(export("a", own), export("b", other, phone=1))
    asep, budi, siti = people_of(store, "Asep", "Budi", "Siti")
    assert store.events.select("event", "actor_person_no", "target_person_no", "n_exports").rows() == [
        ("created", asep, None, 2),
        ("added", asep, budi, 2),
        ("added", asep, siti, 2),
        ("left", siti, None, 1),
    ]


def test_an_owner_nobody_names_stays_unnamed() -> None:
    store = told(export("a", [Told("2024-03-01 07:00", "added", "Asep", ("You", "Budi")), *said(TALK)]))
    (budi,) = people_of(store, "Budi")
    assert store.events.select("event", "target_person_no").rows() == [("added", None), ("added", budi)]


@pytest.mark.parametrize(("owner", "shown"), [("Siti ", "Siti"), ("0811-1111-1111", "+6281111111111")])
def test_you_of_a_lone_export_is_the_declared_owner(owner: str, shown: str) -> None:
    lines = [
        Told("2024-03-01 07:00", "created", "You"),
        Told("2024-03-01 07:01", "added", "You", ("Budi", "Ani")),
        *said(TALK, {"Siti": shown}),
        Told("2024-03-02 07:00", "left", "Ani"),
    ]
    alone = export("a", lines)
    store = told(replace(alone, landed=replace(alone.landed, owner=owner)))
    siti, budi, ani = people_of(store, shown, "Budi", "Ani")
    assert store.events.select("event", "actor_person_no", "target_person_no").rows() == [
        ("created", siti, None),
        ("added", siti, budi),
        ("added", siti, ani),
        ("left", ani, None),
    ]
    assert store.labels["label"].sort().to_list() == sorted(["Ani", "Budi", shown])


def test_who_is_called_you_as_author_is_the_owner_or_a_person_of_the_phone_alone() -> None:
    first = export("a", said(TALK, {"Siti": "Anda"}))
    store = told(replace(first, landed=replace(first.landed, owner="Siti")))
    assert store.labels["label"].sort().to_list() == ["Budi", "Siti"]
    later = [
        Said("2024-05-01 08:00", "Anda", "siapa yang membawa tikar"),
        Said("2024-05-01 08:02", "Siti", "saya"),
    ]
    other = export("b", later, phone=1)
    assert len(people_of(told(first, other), "Anda")) == 2  # two phones, two owners
    assert len(people_of(told(export("c", said(TALK, {"Siti": "You"}))), "You")) == 1


def test_a_file_handed_in_twice_counts_once_with_its_latest_date() -> None:
    store = reconcile(
        [export("a", said(TALK), stated="2024-03-04"), export("a", said(TALK), stated="2024-03-08", phone=3)],
        JAKARTA,
    )
    assert store.messages["n_exports"].unique().to_list() == [1]
    assert store.coverage["exporter_no"].unique().to_list() == [0]
    assert store.coverage["date"].max() == dt.date(2024, 3, 7)


LATER = [
    ("2024-03-05 19:00", "Budi", "jadwal kajian pekan ini"),
    ("2024-03-05 19:04", "Siti", "baik kang nanti saya bagikan"),
    ("2024-03-05 19:09", "Budi", "terima kasih banyak teh"),
]


def test_a_phone_that_renames_a_contact_between_two_exports() -> None:
    # The second export shows the old messages, too, under the new name.
    renamed = said([*TALK, *LATER], {"Budi": "Kang Budi Bandung"})
    store = told(export("a", said(TALK)), export("b", renamed))
    assert store.messages.height == 7
    assert people_of(store, "Budi", "Kang Budi Bandung", "Siti") == [0, 0, 1]


def test_a_phone_that_swaps_two_names_between_two_exports() -> None:
    swapped = said([*TALK, *LATER], {"Budi": "Siti", "Siti": "Budi"})
    store = told(export("a", said(TALK)), export("b", swapped))
    assert store.messages["person_no"].to_list() == [0, 1, 0, 1, 0, 1, 0]
    person = store.labels.select("file_id", "label", "person_no").iter_rows()
    label = {(file_id, name): number for file_id, name, number in person}
    first, second = export("a", []).file_id, export("b", []).file_id
    assert (label[first, "Budi"], label[second, "Siti"]) == (0, 0)
    assert (label[first, "Siti"], label[second, "Budi"]) == (1, 1)


def test_a_number_changes_in_the_middle() -> None:
    # A phone without contacts shows each number in its time; another knows the man by his name throughout.
    old, new = "+62 811-1111-111", "+62 899-9999-999"
    middle = Told("2024-03-03 08:00", "number_changed", old, (new,))
    bare = [
        *said(TALK, {"Budi": old, "Siti": "+62 822-2222-222"}),
        middle,
        *said(LATER, {"Budi": new, "Siti": "+62 822-2222-222"}),
    ]
    store = told(export("a", bare), export("b", said([*TALK, *LATER]), phone=1))
    assert store.messages["person_no"].to_list() == [0, 1, 0, 1, 0, 1, 0]
    assert people_of(store, old, new, "Budi") == [0, 0, 0]


def test_a_public_name_and_the_number_of_a_system_line_are_one_person() -> None:
    # One phone writes "~ Hilda" over her messages and her numbers in the line of the change.
    old, new = "+62 811-1111-111", "+62 899-9999-999"
    middle = Told("2024-03-03 08:00", "number_changed", old, (new,))
    public = [*said(TALK, {"Siti": "~ Hilda"}), middle, *said(LATER, {"Siti": "~ Hilda"})]
    other = [*said(TALK, {"Siti": old}), middle, *said(LATER, {"Siti": new})]
    store = told(export("a", public), export("b", other, phone=1))
    assert store.messages.height == 7
    assert people_of(store, "~ Hilda", old, new) == [1, 1, 1]


def test_lines_out_of_time_order_merge() -> None:
    # A phone that was offline shows what came late behind what was sent after it.
    late = [TALK[0], TALK[2], TALK[1], TALK[3]]
    store = told(export("a", said(late)), export("b", said(TALK, {"Budi": "+628111111111"}), phone=1))
    assert texts(store) == [text for _, _, text in TALK]
    assert store.messages["n_exports"].to_list() == [2, 2, 2, 2]


def test_three_overlapping_slices_in_any_order() -> None:
    lines = [*TALK, *LATER]
    slices = [
        export("a", said(lines[:4])),
        export("b", said(lines[2:6], {"Budi": "+628111111111"}), phone=1),
        export("c", said(lines[3:], {"Siti": "Teh S"}), phone=2),
    ]
    first = told(*slices)
    assert texts(first) == [text for _, _, text in lines]
    for order in itertools.permutations(slices):
        again = reconcile(order, JAKARTA)
        assert first.messages.equals(again.messages)
        assert first.labels.equals(again.labels)


def test_phones_in_central_and_eastern_indonesia() -> None:
    store = told(
        export("a", said([*TALK, *LATER])),
        export("b", said([*TALK, *LATER], {"Budi": "+628111111111"}, hours=1), phone=1),
        export("c", said(TALK, {"Siti": "Teh S"}, hours=2), phone=2, zone="Asia/Jayapura"),
        export("d", said(LATER), phone=3),
    )
    assert texts(store) == [text for _, _, text in [*TALK, *LATER]]
    assert store.offsets[export("b", []).file_id] == (480, "aligned")
    assert store.offsets[export("c", []).file_id] == (540, "declared")
    assert store.messages["sent_at"][0] == dt.datetime.fromisoformat("2024-03-01 01:00")


def test_a_declared_zone_with_summer_time_merges_across_its_change() -> None:
    # London is 7 hours behind Jakarta on 30 March 2024 and 6 from the 31st on.
    winter = [(at.replace("03-01", "03-30"), who, text) for at, who, text in TALK]
    summer = [(at.replace("03-05", "04-02"), who, text) for at, who, text in LATER]
    london = [*said(winter, hours=-7), *said(summer, hours=-6)]
    store = told(export("a", said([*winter, *summer])), export("b", london, phone=1, zone="Europe/London"))
    assert store.messages.height == 7
    assert store.messages["n_exports"].unique().to_list() == [2]


def test_deleted_by_an_admin_or_by_the_author_it_is_one_deletion() -> None:
    def chat(kind: str, text: str | None) -> list[Said]:
        return [
            *said(TALK),
            Said("2024-03-01 08:10", "Budi", text, kind),
            Said("2024-03-01 08:12", "Siti", "siap"),
        ]

    store = told(
        export("a", chat("text", "iklan pulsa murah sekali"), stated="2024-03-02"),
        export("b", chat("deleted", None), stated="2024-03-04"),
        export("c", chat("deleted", None), phone=1, stated="2024-03-03"),
    )
    assert store.changes.rows() == [(4, "deleted", dt.date(2024, 3, 3))]
    assert store.messages["n_exports"].to_list() == [3] * 6


def test_edited_and_then_deleted_it_is_one_message_with_two_changes() -> None:
    def chat(*state: object) -> list[Said]:
        text, kind, edited = state
        line = Said("2024-03-01 08:10", "Budi", text, str(kind), bool(edited))  # type: ignore[arg-type]  # text or None
        return [*said(TALK), line, Said("2024-03-01 08:12", "Siti", "siap")]

    store = told(
        export("a", chat("kumpul jam delapan ya", "text", False), stated="2024-03-02"),
        export("b", chat("kumpul jam sembilan ya", "text", True), stated="2024-03-03"),
        export("c", chat(None, "deleted", False), stated="2024-03-04"),
    )
    assert store.messages.height == 6
    assert store.changes.rows() == [(4, "deleted", dt.date(2024, 3, 4)), (4, "edited", dt.date(2024, 3, 3))]
    assert store.messages.select("text", "text_key").row(4) == (None, None)
