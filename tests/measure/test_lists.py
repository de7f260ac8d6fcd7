"""Lists copied and signed: the example of the catalogue's section 7, and rules by example."""

from __future__ import annotations

import polars as pl

from tasks.measure.facts import measure, measure_facts
from tests.measure.chatroom import group, key

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
        ("09:00", "Budi", "POLL:\nMakan apa?\nOPTION: Soto (3 votes)\nOPTION: Sate (2 votes)"),
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
