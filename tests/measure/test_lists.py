"""Lists copied and signed: the example of the catalogue's section 7, and rules by example."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.measure.activities import chain_lists
from tasks.measure.facts import measure, measure_facts
from tasks.measure.lists import read_lists
from tasks.measure.names import index_names
from tasks.measure.participation import participation
from tasks.measure.text.dates import deadline_of, first_date
from tasks.measure.text.lexicon import lexicon_for
from tests.measure.chatroom import group, key
from warehouse.reference.lexicon import words

Chat = list[tuple[str, str, str]]
_HEAD = "*Bukber angkatan*\nSabtu, 18 Mei 2024, jam 17.00\nSilakan copas & isi"


def _list(*names: str, head: str = _HEAD, foot: str = "") -> str:
    body = "\n".join(f"{number}. {name}" for number, name in enumerate(names, 1))
    return "\n".join(part for part in (head, body, foot) if part)


def _activity(
    chat: Chat, aliases: dict[str, list[str]] | None = None
) -> tuple[dict[str, object], pl.DataFrame]:
    facts = measure_facts(group(chat, aliases=aliases))
    activities = facts["fact_activity"].filter(pl.col("activity_kind") != "announcement")
    assert activities.height == 1
    return activities.row(0, named=True), facts["fact_participation"]


def _union(chat: Chat, people: list[str]) -> pl.DataFrame:
    """Entries of a chat's lists, without the rest of the facts."""
    given_group = group(chat, aliases={name: [] for name in people})
    messages = given_group.messages.with_columns(at=pl.col("message_id"), turn=pl.int_range(pl.len()))
    lexicon = lexicon_for(())
    lists = read_lists(messages, index_names(given_group.people, lexicon), lexicon, words().list_kinds)
    nobody = pl.DataFrame(schema={"turn": pl.Int64, "member_key": pl.Int64})
    return participation(chain_lists(lists, nobody))


def test_example_of_the_catalogue() -> None:
    """v1 {Ahmad, Siti}; v2 + Budi (2 org); v3 + Dewi; v3' (from v2) + Eko; v4 = v3 + Eko."""
    chat = [
        ("08:00", "Ahmad", _list("Ahmad", "Siti")),
        ("09:00", "Budi", _list("Ahmad", "Siti", "Budi (2 org)")),
        ("10:00", "Dewi", _list("Ahmad", "Siti", "Budi (2 org)", "Dewi")),
        ("10:05", "Eko", _list("Ahmad", "Siti", "Budi (2 org)", "Eko")),
        ("11:00", "Eko", _list("Ahmad", "Siti", "Budi (2 org)", "Dewi", "Eko")),
    ]
    activity, entries = _activity(chat, aliases={"Siti": []})
    assert activity["activity_kind"] == "rsvp"
    assert (activity["n_versions"], activity["n_items"], activity["n_guests"]) == (5, 5, 1)
    assert (activity["n_forks"], activity["n_lost_updates"], activity["n_unmatched"]) == (1, 0, 0)
    assert activity["organiser_member_key"] == key("Ahmad")
    assert entries["member_key"].to_list() == [key(name) for name in ("Ahmad", "Siti", "Budi", "Dewi", "Eko")]
    assert entries["is_proxy"].to_list() == [False, True, False, False, False]
    assert entries["n_guests"].to_list() == [0, 0, 1, 0, 0]


def test_lost_update_is_kept_and_withdrawal_is_not() -> None:
    chat = [
        ("08:00", "Ahmad", _list("Ahmad", "Siti")),
        ("09:00", "Budi", _list("Ahmad", "Siti", "Budi")),
        ("09:01", "Dewi", _list("Ahmad", "Siti", "Dewi")),  # copied before Budi's: loses him
        ("10:00", "Siti", _list("Ahmad", "Dewi", "Eko")),  # Siti takes herself off
    ]
    activity, entries = _activity(chat, aliases={"Eko": []})
    status = dict(entries.select("member_key", "participation_status").rows())
    assert status[key("Siti")] == "withdrawn"
    assert status[key("Budi")] == "yes"
    assert (activity["n_items"], activity["n_lost_updates"]) == (4, 1)


def test_donation_with_amounts_marks_and_total() -> None:
    head = "Open donasi banjir\nBSI 7123456789 a.n. Ahmad"
    chat = [
        ("08:00", "Ahmad", _list("Ahmad 100rb ✅", head=head)),  # one entry: the seed of the list
        ("09:00", "Budi", _list("Ahmad 100rb ✅", "Budi - Rp 50.000", head=head)),
        (
            "10:00",
            "Dewi",
            _list(
                "Ahmad 100rb ✅",
                "Budi - Rp 50.000 lunas",
                "Hamba Allah 25k",
                head=head,
                foot="Total: 180.000",
            ),
        ),
    ]
    activity, entries = _activity(chat)
    assert activity["activity_kind"] == "donation"
    assert (activity["n_versions"], activity["n_matched"], activity["n_unmatched"]) == (3, 2, 1)
    assert entries["amount_idr"].to_list() == [100_000, 50_000, 25_000]
    assert entries["is_paid"].to_list() == [True, True, False]
    assert (activity["items_total_idr"], activity["stated_total_idr"], activity["is_total_mismatch"]) == (
        175_000,
        180_000,
        True,
    )


def test_khataman_by_slot() -> None:
    slots = "\n".join(
        f"Juz {juz}: {'Ahmad ✅' if juz == 3 else 'Budi, Siti' if juz == 5 else ''}" for juz in range(1, 31)
    )
    activity, entries = _activity(
        [("08:00", "Ahmad", "Khataman Mei\n" + slots)], aliases={"Budi": [], "Siti": []}
    )
    assert activity["activity_kind"] == "khataman"
    assert entries.select("slot", "member_key", "participation_status").rows() == [
        ("3", key("Ahmad"), "done"),
        ("5", key("Budi"), "yes"),
        ("5", key("Siti"), "yes"),
    ]


def test_names_exact_part_slip_and_nobody() -> None:
    people: dict[str, list[str]] = {
        "Muhammad Fauzi Rahman": ["Oji"],
        "Dewi Lestari": [],
        "Dewi Kartika": [],
        "Wulandari": [],
    }
    chat = [
        ("08:00", "Ahmad", _list("kang Oji", "Fauzi Rahman", "Dewi", "Wulandri", "Hamba Allah", "Zulkarnain"))
    ]
    facts = measure_facts(group(chat, aliases=people))
    assert facts["fact_participation"]["member_key"].to_list() == [
        key("Muhammad Fauzi Rahman"),  # nickname and full name are one entry
        None,  # two people are called Dewi
        key("Wulandari"),  # one letter short
        None,
        None,
    ]


def test_writer_tells_namesakes_apart() -> None:
    people: dict[str, list[str]] = {"Dewi Lestari": ["Dewi"], "Dewi Kartika": ["Dewi"]}
    chat = [
        ("08:00", "Ahmad", _list("Ahmad", "Budi")),
        ("09:00", "Dewi Kartika", _list("Ahmad", "Budi", "Dewi")),
    ]
    entries = measure_facts(group(chat, aliases=people))["fact_participation"]
    assert entries["member_key"].to_list()[-1] == key("Dewi Kartika")


def test_another_date_is_another_list() -> None:
    head = "*Pengajian rutin*\nJumat, {} Mei 2024\nYang hadir:"
    chat = [
        ("08:00", "Ahmad", _list("Ahmad", "Budi", head=head.format(10))),
        ("+4 08:00", "Ahmad", _list("Ahmad", "Budi", head=head.format(17))),
    ]
    assert measure_facts(group(chat))["fact_activity"].height == 2


def test_agenda_is_no_list_of_people() -> None:
    chat = [("08:00", "Ahmad", "Susunan acara\n1. Pembukaan\n2. Tilawah\n3. Sambutan")]
    facts = measure_facts(group(chat))
    assert facts["fact_activity"].is_empty()
    assert not facts["fact_turn"]["is_list"].any()


def test_statuses_keycaps_and_poll() -> None:
    lines = "*Futsal*\nSabtu, 18 Mei 2024\n1️⃣ Ahmad\n2️⃣ Budi (izin)\n3️⃣ Siti mungkin\n🔟 Dewi + 2"
    chat = [
        ("08:00", "Ahmad", lines),
        ("09:00", "Budi", "POLL:\nSiapa ikut renang?\nOPTION: Ikut (3 votes)\nOPTION: Tidak (2 votes)"),
    ]
    facts = measure_facts(group(chat, aliases={"Siti": [], "Dewi": []}))
    assert facts["fact_participation"].select("participation_status", "n_guests").rows() == [
        ("yes", 0),
        ("no", 0),
        ("maybe", 0),
        ("yes", 2),
    ]
    poll = facts["fact_activity"].filter(pl.col("activity_kind") == "poll").row(0, named=True)
    assert poll["n_items"] == 5


def test_bad_input_gives_facts_and_no_exception() -> None:
    chat = [
        ("08:00", "Ahmad", _list(*[f"nama{chr(97 + n % 26)} 10000000000000000rb" for n in range(500)])),
        ("09:00", "Ahmad", "a" * 60_000),
        ("10:00", "Ahmad", "😂" * 500),
        ("11:00", "Ahmad", "\u202e\u200f مرحبا بكم\n1. \u202eأحمد\n2. محمد"),
        ("12:00", "Ahmad", "1.\n2.\n3."),
        ("13:00", "Ahmad", "1) Bukber\n1. Ahmad\n2. Budi\n2) Futsal\n1. Siti\n2. Dewi"),
    ]
    facts = measure_facts(group(chat))
    assert facts["fact_turn"].height == 6
    assert facts["fact_participation"]["amount_idr"].null_count() == facts["fact_participation"].height
    assert facts["fact_message"]["n_emoji"].to_list()[2] == 500


def test_a_tick_or_cross_before_what_a_part_says_is_no_bullet() -> None:
    parts = "❌ Tidak hadir:\n- Ahmad\n- Budi\n✅ HADIR\n- Siti"
    for head in ("", "Konfirmasi bukber\n"):
        entries = measure_facts(group([("08:00", "Ahmad", head + parts)], aliases={"Budi": [], "Siti": []}))[
            "fact_participation"
        ]
        told = dict(entries.select("member_key", "participation_status").iter_rows())
        assert told == {key("Ahmad"): "no", key("Budi"): "no", key("Siti"): "yes"}


def test_each_of_several_polls_in_one_turn_is_compared_by_itself() -> None:
    asked = "POLL:\n{}\nOPTION: Ya (3 votes)\nOPTION: Tidak (2 votes)"
    first, second = asked.format("Makan siang apa?"), asked.format("Warna jaket angkatan?")
    chat = [
        ("08:00", "Ahmad", first),
        ("08:00", "Ahmad", second),
        # the same two again are no others, in a turn of their own
        ("+2 09:00", "Budi", first),
        ("+2 09:00", "Budi", second),
        # each has one word of three of an earlier one: not alike, even if both do
        ("+3 09:00", "Siti", asked.format("Makan malam dimana?")),
        ("+3 09:00", "Siti", asked.format("Ukuran jaket kalian?")),
    ]
    activities = measure_facts(group(chat))["fact_activity"]
    assert activities["organiser_member_key"].to_list() == [key("Ahmad")] * 2 + [key("Siti")] * 2


def test_a_poll_about_anything_else_gathers_nobody_and_one_under_a_lists_title_is_its_list() -> None:
    chat = [
        ("08:00", "Ahmad", "POLL:\nMakan apa?\nOPTION: Soto (3 votes)\nOPTION: Sate (2 votes)"),
        ("09:00", "Ahmad", _list("Ahmad", "Budi")),
        ("10:00", "Siti", "POLL:\nBukber angkatan\nOPTION: Ikut (3 votes)\nOPTION: Tidak (2 votes)"),
    ]
    facts = measure_facts(group(chat, aliases={"Budi": []}))
    assert facts["fact_activity"]["activity_kind"].to_list() == ["other_list", "rsvp"]


def test_five_hundred_names_amounts_beyond_all_sense_and_no_end_of_text() -> None:
    head = "Donasi masjid\nBSI 7123456789"
    lines = [f"Nama{chr(97 + n // 26 % 26)}{chr(97 + n % 26)} 10rb" for n in range(500)]
    # sixteen bare digits are an account, no amount; the others are amounts beyond the guard
    huge = ["Ahmad 1000000000000000", "Budi Rp 10.000.000.000.000.000", "Siti 20rb", "Dewi 1 milyar 500jt"]
    chat = [
        ("08:00", "Ahmad", _list(*lines, head=head)),
        ("+20 09:00", "Ahmad", _list(*huge, head=head.replace("masjid", "sekolah"))),
        ("+20 10:00", "Budi", "1. " + "50rb " * 12_000 + "\n2. " + "1 " * 2_000),
        ("+20 11:00", "Budi", "\n".join(f"{n}. 😂" for n in range(1, 400))),
        ("+20 12:00", "Siti", "\u202e\u200f تبرع\n1. \u202eأحمد ٥٠٠٠٠\n2. محمد ١٠٠٠٠\n3. \u202eSiti 5rb"),
    ]
    facts = measure_facts(group(chat, aliases={"Siti": [], "Dewi": []}))
    first, second = (
        facts["fact_activity"].filter(pl.col("activity_kind") == "donation").head(2).iter_rows(named=True)
    )
    assert (first["n_items"], first["items_total_idr"], first["n_refused_amounts"]) == (500, 5_000_000, 0)
    assert (second["n_items"], second["items_total_idr"], second["n_refused_amounts"]) == (4, 20_000, 2)
    given = facts["fact_participation"].filter(pl.col("amount_idr") > 1e9)
    assert given.is_empty()


def test_two_lists_that_go_round_at_once_and_two_in_one_message() -> None:
    other = "*Futsal angkatan muda*\nAhad, 19 Mei 2024"
    chat = [
        ("08:00", "Ahmad", _list("Ahmad", "Siti")),
        ("08:10", "Budi", _list("Budi", "Ahmad", head=other)),
        ("08:20", "Siti", _list("Ahmad", "Siti", "Dewi")),
        ("08:30", "Dewi", _list("Budi", "Ahmad", "Dewi", head=other)),
        (
            "08:40",
            "Eko",
            _list("Ahmad", "Siti", "Dewi", "Eko") + "\n\n" + _list("Budi", "Ahmad", "Dewi", head=other),
        ),
    ]
    facts = measure_facts(group(chat, aliases={"Eko": []}))
    assert facts["fact_activity"].select("n_versions", "n_items").rows() == [(3, 4), (3, 3)]
    assert facts["fact_turn"]["is_list"].all()


def test_a_name_of_which_three_letters_in_ten_changed_is_spelled_anew() -> None:
    chat = [
        ("08:00", "Ahmad", _list("Cecep", "Dadan", "Mulyasarah")),
        ("09:00", "Budi", _list("Cecep", "Dadan", "Mulyahasan")),
        ("+9 08:00", "Ahmad", _list("Euis", "Jajang", "Mulyasarah", head="*Rihlah Ciwidey*")),
        ("+9 09:00", "Budi", _list("Euis", "Jajang", "Mulyohasan", head="*Rihlah Ciwidey*")),
    ]
    assert measure_facts(group(chat))["fact_activity"]["n_items"].to_list() == [3, 4]


def test_a_weekly_list_begins_anew() -> None:
    head = "*Tadarus pekanan*\nYang hadir:"
    names = ["Ahmad", "Siti", "Budi", "Dewi", "Eko"]
    chat = [
        (f"+{week * 7} {8 + n:02d}:00", names[n], _list(*names[: n + 1], head=head))
        for week in range(3)
        for n in range(5)
    ]
    facts = measure_facts(group(chat))
    assert facts["fact_activity"].select("n_versions", "n_items").rows() == [(5, 5)] * 3


def test_rounds_that_differ_by_their_number_are_two_lists() -> None:
    chat = [
        ("08:00", "Ahmad", _list("Ahmad", "Siti", "Budi", head="Sholawatan putaran 3, list:")),
        ("+1 08:00", "Ahmad", _list("Ahmad", "Siti", "Budi", head="Sholawatan putaran 4, list:")),
    ]
    assert measure_facts(group(chat, aliases={"Siti": [], "Budi": []}))["fact_activity"].height == 2


def test_an_old_copy_takes_nothing_back_but_whoever_knows_may() -> None:
    """Budi's tick survives Dewi's copy of the version before it; Ahmad, who runs the list, takes Eko's back."""
    head = "Donasi banjir"
    chat = [
        ("08:00", "Ahmad", _list("Ahmad 10rb", "Budi 20rb", "Eko 5rb ✅", head=head)),
        ("09:00", "Ahmad", _list("Ahmad 10rb", "Budi 20rb ✅", "Eko 5rb ✅", head=head)),
        ("09:01", "Dewi", _list("Ahmad 10rb", "Budi 20rb", "Eko 5rb ✅", "Dewi 1rb", head=head)),
        ("10:00", "Ahmad", _list("Ahmad 10rb", "Budi 20rb", "Eko 5rb", "Dewi 1rb", head=head)),
    ]
    _, entries = _activity(chat, aliases={"Budi": [], "Eko": []})
    assert dict(entries.select("member_key", "is_paid").rows()) == {
        key("Ahmad"): False, key("Budi"): True, key("Eko"): False, key("Dewi"): False,
    }  # fmt: skip


def test_days_that_heads_name() -> None:
    posted = pl.Series([dt.date(2024, 5, 6)] * 12)  # a Monday
    heads = pl.Series(
        [
            "Sabtu, 18 Mei 2024", "tgl 18/5", "2024-06-01", "besok pagi", "lusa", "malam Jumat", "Jum'at",
            "31 Februari", "45/12/2024", "10 Jan", "20 April", "pekan ke-2 Juni",
        ]
    )  # fmt: skip
    day = dt.date
    assert first_date(heads, posted).to_list() == [
        day(2024, 5, 18), day(2024, 5, 18), day(2024, 6, 1), day(2024, 5, 7), day(2024, 5, 8), day(2024, 5, 9),
        day(2024, 5, 10), None, None, day(2025, 1, 10), day(2024, 4, 20), None,
    ]  # fmt: skip
    ends = pl.Series(["Rihlah 1 Juni, paling lambat 20 Mei"] * 12)
    assert deadline_of(ends, posted)[0] == day(2024, 5, 20)
    assert first_date(ends, posted)[0] == day(2024, 6, 1)


@given(st.lists(st.text(max_size=40), max_size=12), st.sampled_from(["Donasi", "Bukber", "Khataman", ""]))
def test_no_list_whatever_is_written_on_it_raises_or_invents(lines: list[str], head: str) -> None:
    chat = [("08:00", "Ahmad", _list(*lines, head=head)), ("09:00", "Budi", _list(*lines, "Budi"))]
    entries = _union(chat, [])
    assert entries["amount_idr"].drop_nulls().is_between(500, 12e9).all()
    assert entries["chain"].n_unique() <= 4


@given(st.permutations(["Ahmad", "Budi", "Dewi", "Eko", "Siti"]), st.integers(1, 5))
def test_a_union_holds_whoever_signed(names: list[str], forked_at: int) -> None:
    """However one copy forks off, everyone who signed stands in the union, once."""
    versions = [names[: n + 1] for n in range(5)]
    fork = [*versions[min(forked_at, 4) - 1], "Fajar"]
    chat = [(f"08:{n:02d}", version[-1], _list(*version)) for n, version in enumerate(versions)]
    chat.append((f"08:{forked_at:02d}:30", "Fajar", _list(*fork)))
    entries = _union(chat, names)
    assert sorted(entries["member_key"]) == sorted(key(name) for name in [*names, "Fajar"])


def test_everybody_has_one_name() -> None:
    people = {f"Ahmad{'' if n == 0 else n}": ["Ahmad"] for n in range(4)}
    chat = [("08:00", "Budi", _list("Ahmad", "Ahmad", "Budi"))]
    entries = measure_facts(group(chat, aliases=people))["fact_participation"]
    assert entries["member_key"].to_list() == [None, None, key("Budi")]


def test_no_words_of_people_leave_the_vault() -> None:
    chat = [("08:00", "Ahmad", _list("Ahmad", "Siti")), ("09:00", "Budi", _list("Ahmad", "Siti", "Budi"))]
    measured = measure(group(chat))
    assert measured.vault["list_title"]["title"].to_list() == ["*Bukber angkatan*"] * 2
    for frame in measured.facts.values():
        texts = [column for column in frame.get_columns() if column.dtype == pl.String]
        assert not any(column.str.contains(r"(?i)ahmad|siti|bukber").any() for column in texts)


def test_empty_group() -> None:
    facts = measure_facts(group([]))
    assert all(frame.is_empty() for frame in facts.values())
