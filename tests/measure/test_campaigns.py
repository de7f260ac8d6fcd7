"""Campaigns, gifts told beside lists, choruses and repeated texts, by small chats."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tasks.measure.facts import measure_facts
from tests.measure.chatroom import DAY, group, key

Chat = list[tuple[str, str, str]]
RSVP = "*Kerja bakti masjid kampung*\nSabtu, 18 Mei 2024, jam 07.00\nSilakan copas & isi"
GIFTS = "*Open donasi korban banjir*\nTransfer ke BSI 7123456789 a.n. Siti"


def numbered(head: str, *names: str) -> str:
    return "\n".join([head, *(f"{number}. {name}" for number, name in enumerate(names, 1))])


def facts(chat: Chat, month: dt.date | None = None, **people: list[str]) -> dict[str, pl.DataFrame]:
    """Facts of a chat; everybody named is a member."""
    return measure_facts(group(chat, aliases=people, month=month))


def test_a_campaign_is_its_list_and_the_talk_about_it() -> None:
    """Ahmad and Budi sign, Siti is put down by Budi, Dewi talks, Eko promises in answer, Fajar talks of else."""
    found = facts(
        [
            ("08:00", "Ahmad", numbered(RSVP, "Ahmad")),
            ("09:00", "Budi", numbered(RSVP, "Ahmad", "Budi", "Siti")),
            ("10:00", "Dewi", "apakah kerja bakti di masjid nanti bawa cangkul sendiri"),
            ("10:03", "Eko", "insya allah hadir"),
            ("+1 12:00", "Fajar", "jadwal kereta berubah lagi"),
            ("+30 12:00", "Gina", "kerja bakti masjid kampung kemarin ramai sekali"),
        ],
        Siti=[],
    )
    campaign = found["fact_campaign"].row(0, named=True)
    assert found["fact_campaign"].height == 1
    assert (campaign["n_turns"], campaign["n_active_days"], campaign["is_open"]) == (4, 1, False)
    assert (campaign["n_talkers"], campaign["n_committed"], campaign["n_reached"]) == (4, 4, 5)
    assert campaign["last_seen_date"] == DAY
    people = {row["member_key"]: row for row in found["fact_campaign_member"].iter_rows(named=True)}
    marks = {name: (people[key(name)]["is_talker"], people[key(name)]["is_committed"]) for name in
             ("Ahmad", "Budi", "Siti", "Dewi", "Eko")}  # fmt: skip
    assert marks == {
        "Ahmad": (True, True),
        "Budi": (True, True),
        "Siti": (False, True),
        "Dewi": (True, False),
        "Eko": (True, True),
    }
    assert key("Fajar") not in people and key("Gina") not in people


def test_talk_belongs_to_the_youngest_of_like_campaigns() -> None:
    later = RSVP.replace("18 Mei", "25 Mei")
    found = facts(
        [
            ("08:00", "Ahmad", numbered(RSVP, "Ahmad", "Budi")),
            ("+7 08:00", "Ahmad", numbered(later, "Budi", "Ahmad")),
            ("+8 10:00", "Dewi", "kerja bakti masjid bawa apa saja"),
        ],
        Budi=[],
    )
    assert found["fact_campaign"]["n_turns"].to_list() == [1, 2]


def test_a_campaign_is_open_until_fourteen_silent_days_are_read() -> None:
    """May is read up to the 3rd of June: what ended on the 20th of May (14 days) is over, the 22nd's is open."""
    for days, is_open in ((13, False), (16, True)):
        found = facts(
            [(f"+{days} 08:00", "Ahmad", numbered(RSVP, "Ahmad", "Budi"))], month=dt.date(2024, 5, 1), Budi=[]
        )
        assert found["fact_campaign"]["is_open"].to_list() == [is_open], days


def test_a_gift_told_while_a_collection_is_open() -> None:
    """Ahmad stands on the list and says he has paid; Dewi only tells; Eko asks; Fajar denies; Gina is late."""
    found = facts(
        [
            ("08:00", "Siti", numbered(GIFTS, "Ahmad 50rb", "Budi 100rb")),
            ("09:00", "Ahmad", "sudah tf ya bu"),
            ("09:10", "Dewi", "Alhamdulillah udah saya transfer 75rb"),
            ("09:30", "Eko", "sudah transfer belum pak?"),
            ("09:40", "Fajar", "maaf saya belum tf"),
            ("+20 09:00", "Gina", "sudah tf 20rb"),
        ],
        Budi=[],
    )
    entries = found["fact_participation"].select(
        "member_key", "amount_idr", "is_paid", "is_on_list", "participation_status", "entry_no"
    )
    assert entries.rows() == [
        (key("Ahmad"), 50_000.0, True, True, "yes", 1),
        (key("Budi"), 100_000.0, False, True, "yes", 2),
        (key("Dewi"), 75_000.0, True, False, "done", 3),
    ]
    assert found["fact_activity"]["n_items"].to_list() == [2]
    assert found["fact_activity"]["items_total_idr"].to_list() == [150_000]
    committed = found["fact_campaign_member"].filter("is_committed")["member_key"].to_list()
    assert set(committed) == {key("Ahmad"), key("Budi"), key("Dewi")}


def test_dues_are_no_collection_of_gifts() -> None:
    dues = "*Iuran kas bulan Mei*\nTransfer ke BSI 7123456789 a.n. Siti"
    found = facts(
        [
            ("08:00", "Siti", numbered(dues, "Ahmad 50rb", "Budi 50rb")),
            ("09:10", "Dewi", "sudah tf 50rb"),
        ],
        Ahmad=[],
        Budi=[],
    )
    assert found["fact_activity"].select("activity_kind", "is_dues").rows() == [("donation", True)]
    assert found["fact_participation"].height == 2


def test_the_chorus_of_a_death() -> None:
    """Budi and Dewi condole, Eko sends stickers alone, Fajar comes after 48 hours; the sender does not count."""
    found = facts(
        [
            ("08:00", "Ahmad", "Innalillahi wa inna ilaihi rojiun, ayah pak Umar wafat"),
            ("08:30", "Budi", "turut berduka cita"),
            ("09:30", "Dewi", "innalillahi"),
            ("10:00", "Dewi", "semoga husnul khotimah"),
            ("10:30", "Eko", "<sticker>"),
            ("11:00", "Ahmad", "turut berduka cita untuk keluarga"),
            ("+2 08:01", "Fajar", "turut berduka cita"),
        ]
    )
    news = found["fact_trigger"].filter(pl.col("trigger_kind") == "death")
    assert news.select("member_key", "n_chorus", "n_chorus_upper").rows() == [(key("Ahmad"), 2, 3)]


def test_days_since_the_same_text() -> None:
    """Whoever posted it, and another member; only turns with an opportunity or an offer are compared."""
    job = "Loker admin toko, kirim lamaran segera"
    found = facts(
        [
            ("08:00", "Ahmad", job),
            ("+1 08:00", "Ahmad", job.upper()),
            ("+3 20:00", "Budi", job),
            ("+4 08:00", "Budi", "selamat pagi semua"),
            ("+5 08:00", "Ahmad", "selamat pagi semua"),
        ]
    )["fact_turn"]
    assert found["same_text_days"].to_list() == [None, pytest.approx(1), pytest.approx(2.5), None, None]
    assert found["others_text_days"].to_list() == [None, None, pytest.approx(2.5), None, None]
    # Ahmad's last one comes again through Budi after two and a half days, his first one after three and a half
    assert found["others_again_days"].to_list() == [None, pytest.approx(2.5), None, None, None]


def test_who_shares_a_text_at_once_and_after_three_days() -> None:
    """0 within the same minute, 3 after 72 hours; nobody after 72 hours and a minute, nor oneself."""
    jobs = [f"Loker admin {name}, kirim lamaran segera" for name in ("toko", "gudang", "kantor", "kafe")]
    found = facts(
        [
            ("08:00", "Ahmad", jobs[0]),
            ("08:00", "Budi", jobs[0]),
            ("09:00", "Ahmad", jobs[1]),
            ("10:00", "Ahmad", jobs[2]),
            ("11:00", "Ahmad", jobs[3]),
            ("12:00", "Ahmad", jobs[3]),
            ("+3 09:00", "Budi", jobs[1]),
            ("+3 10:01", "Budi", jobs[2]),
        ]
    )["fact_turn"]
    assert found["others_again_days"].to_list() == [0, None, 3, None, None, None, None, None]
