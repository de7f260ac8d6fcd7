"""Announced activities by wordings made by hand: what calls people together, and what only speaks of it."""

from __future__ import annotations

import datetime as dt

import pytest

from tasks.measure.facts import measure_facts
from tests.measure.chatroom import DAY, group, key

Chat = list[tuple[str, str, str]]
# DAY is Monday, 6 May 2024
_SAT, _SUN, _TOMORROW = dt.date(2024, 5, 11), dt.date(2024, 5, 12), dt.date(2024, 5, 7)
ANNOUNCED = {
    "Besok jam 4 kita jenguk Bu Nyai ya, kumpul di masjid": _TOMORROW,
    "Jadi nih futsal malam ini": DAY,
    "Undangan: walimatul ursy Ujang & Siti, Ahad 12 Mei": _SUN,
    "Punten baraya, enjing tabuh 9 urang ngaliwet di saung": _TOMORROW,
    "Sabtu ba'da Ashar ngaji di rumah Pak RT": _SAT,
    "Info: Ahad 12 Mei pkl 06.30 kerja bakti bersih-bersih makam": _SUN,
    "yuk takziah ke rumah alm. H. Dadang besok bada Dzuhur": _TOMORROW,
    "Mengundang bapak/ibu pada tasyakuran rumah baru\nHari: Sabtu, 11 Mei 2024\nWaktu: 16.00": _SAT,
    "Sabtu kita ngopi bareng yuk, kangen": _SAT,
    "Futsal\nSabtu 11 Mei\n16.00\nGOR Siliwangi": _SAT,
    "lusa jam 8 malam rapat panitia qurban via gmeet": dt.date(2024, 5, 8),
    "Hayu ah bukber, dinten ieu di bumi abdi": DAY,
    "Sesuk jam 7 resik-resik masjid nggih": _TOMORROW,
    "Besok futsal jam 8 di Siliwangi, siapa ikut?": _TOMORROW,
    "Alhamdulillah rapat kemarin lancar. Rapat berikutnya Sabtu jam 8 di sekre": _SAT,
    "Save the date! Reuni angkatan 2010, Ahad 12 Mei, aula pondok": _SUN,
    "Kerja bakti yang Kamis diundur ke Ahad jam 7": _SUN,
}
UNANNOUNCED = [
    "kemarin futsal seru",
    "kapan futsal?",
    "futsal Sabtu jadi ga ya?",
    "besok pengajian jam berapa?",
    "ngaji malam ini libur ya",
    "futsal besok gak jadi ya guys",
    "besok saya ngaji jam 4 di Salman",
    "maaf besok jam 4 saya ga bisa ikut jenguk",
    "pengajian rutin tiap malam Jumat ba'da Isya di masjid",
    "> Futsal besok jam 8 di lapang",
    "Dokumentasi kerja bakti hari ini jam 8 di masjid",
    "kajian Ahad seru ya",
    "jangan lupa yasinan malam Jumat",
    "Open PO nasi box, order ya, sampai 12 Mei jam 8 di Dago",
    "besok hujan kayaknya, jam 4 mendung",
    "gak jadi ya guys",
    "Hayu",
    "OTW",
    "maaf izin ga bisa",
    "Kerja bakti diundur ke pekan depan",
    "Pengajian Sabtu 4 Mei jam 8 di masjid, alhamdulillah",
    "futsal minggu depan kurang orang",
    "lagi rapat jam segini di kantor",
    "semoga acara besok lancar ya",
    "Haul tahun lalu rame pisan, jam 10 malam masih penuh",
    "masih ingat rihlah 12 Mei 2019? jam 5 sudah kumpul",
]


def planned(*chat: tuple[str, str, str]) -> list[tuple[str, dt.date | None]]:
    """Kinds and days of the activities of a chat."""
    facts = measure_facts(group(list(chat)))
    return facts["fact_activity"].select("activity_kind", "planned_date").rows()


@pytest.mark.parametrize("text", ANNOUNCED)
def test_what_calls_people_together(text: str) -> None:
    assert planned(("08:00", "Arif", text)) == [("announcement", ANNOUNCED[text])]


def test_what_only_speaks_of_it() -> None:
    """One of a day each, so that none answers another."""
    for text in UNANNOUNCED:
        assert planned(("08:00", "Arif", text)) == [], text


FORM = "*Pengumuman*\nMengundang seluruh anggota untuk hadir pada {}\nHari: {}\nPukul: 19.30\nTempat: aula"


def test_a_reminder_is_the_same_activity_another_day_is_another() -> None:
    call = FORM.format("rapat anggota", "Sabtu, 11 Mei 2024")
    reminder = "Mengingatkan, rapat nanti malam jam 19.30 ya"
    assert planned(("08:00", "Arif", call), ("+5 08:00", "Budi", reminder)) == [("announcement", _SAT)]
    again = FORM.format("rapat anggota", "Sabtu, 18 Mei 2024")
    days = [day for _, day in planned(("08:00", "Arif", call), ("+6 08:00", "Arif", again))]
    assert days == [_SAT, dt.date(2024, 5, 18)]


def test_what_one_form_announces_is_not_alike() -> None:
    one, other = FORM.format("rapat anggota", "Sabtu, 11 Mei"), FORM.format("donor darah", "Sabtu, 11 Mei")
    assert len(planned(("08:00", "Arif", one), ("09:00", "Arif", other))) == 2


def test_a_list_stands_for_its_announcement() -> None:
    call = "Pengumuman: botram akhir bulan, Sabtu 11 Mei pukul 10.00 di rumah Bu Ani. List menyusul"
    names = "Konfirmasi botram akhir bulan (Sabtu, 11 Mei)\n1. Arif\n2. Budi"
    chat = [
        ("08:00", "Arif", call),
        ("20:00", "Arif", names),
        ("+3 08:00", "Budi", "besok lusa botram jam 10 ya"),
    ]
    assert planned(*chat) == [("rsvp", _SAT)]
    other = names.replace("11 Mei", "25 Mei")
    assert planned(("08:00", "Arif", call), ("20:00", "Arif", other)) == [
        ("announcement", _SAT),
        ("rsvp", dt.date(2024, 5, 25)),
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Kerja bakti diundur ke Ahad 12 Mei", _SUN),
        ("Kerja bakti diundur ke pekan depan", None),
        ("punten, kerja bakti batal ya", None),
        ("kemarin kerja bakti batal ya kang?", _SAT),
    ],
)
def test_an_activity_is_put_off_or_called_off(text: str, day: dt.date | None) -> None:
    call = "Sabtu 11 Mei jam 7 kerja bakti, kumpul di masjid"
    assert planned(("08:00", "Arif", call), ("+2 08:00", "Arif", text)) == [("announcement", day)]


def test_what_is_over_is_not_called_off() -> None:
    call = "Sabtu 11 Mei jam 7 kerja bakti, kumpul di masjid"
    late = "kerja bakti pekan ini ditiadakan"
    assert planned(("08:00", "Arif", call), ("+7 08:00", "Arif", late)) == [("announcement", _SAT)]


_WED, _THU, _FRI = dt.date(2024, 5, 8), dt.date(2024, 5, 9), dt.date(2024, 5, 10)
_NEXT_MON, _NEXT_WED = dt.date(2024, 5, 13), dt.date(2024, 5, 15)
#: What is put off, of futsal on Saturday and then on Wednesday: the days of both after it, and of what begins anew.
PUT_OFF: dict[str, list[dt.date | None]] = {
    "futsal Sabtu diundur ke Senin": [_NEXT_MON, _WED],
    "Punten, futsal yang Sabtu dipindah ke Ahad nya": [_SUN, _WED],
    "futsal dipindah dari Sabtu ke Ahad": [_SUN, _WED],
    "Futsal diundur jadi Ahad dari Sabtu": [_SUN, _WED],
    "yang hari Sabtu futsal digeser Kamis": [_THU, _WED],
    "besok rapat dulu, futsal 11 Mei diundur ke 13 Mei": [_NEXT_MON, _WED],
    "futsal lusa diundur ke Kamis": [_SAT, _THU],
    "futsal Rabu dimajukan besok jam 4": [_SAT, _TOMORROW],
    "futsal Sabtu batal ya": [None, _WED],
    "batal ya futsal Sabtu, lapangnya penuh": [None, _WED],
    "futsal Sabtu diundur, waktunya menyusul": [None, _WED],
    # no day, or one of which nothing is known: the last one is meant
    "futsal diundur ke Kamis": [_SAT, _THU],
    "futsal Jumat diundur ke Ahad": [_SAT, _SUN],
    "futsal batal": [_SAT, None],
}


@pytest.mark.parametrize("text", PUT_OFF)
def test_the_day_named_tells_what_is_put_off(text: str) -> None:
    chat = [
        ("08:00", "Arif", "Sabtu jam 4 futsal di GOR, yuk"),
        ("09:00", "Budi", "Rabu jam 4 futsal di GOR, yuk"),
        ("10:00", "Cecep", text),
    ]
    assert [day for _, day in planned(*chat)] == PUT_OFF[text]


def test_what_was_put_off_is_known_by_both_days() -> None:
    chat = [
        ("08:00", "Arif", "Sabtu jam 4 futsal di GOR, yuk"),
        ("09:00", "Budi", "Rabu jam 4 futsal di GOR, yuk"),
        ("10:00", "Arif", "futsal Sabtu diundur ke Senin"),
        ("11:00", "Dewi", "futsal Sabtu diundur ke Senin ya, sudah dibaca?"),
        ("12:00", "Arif", "punten, futsal Senin diundur lagi ke Rabu 15 Mei"),
        ("13:00", "Eko", "jangan lupa futsal Rabu 15 Mei jam 4"),
    ]
    assert planned(*chat) == [("announcement", _NEXT_WED), ("announcement", _WED)]


@pytest.mark.parametrize(
    "text",
    [
        "yang Jumat dipindah Ahad",
        "yang  Jumat dipindah Ahad",
        "Punten, yg hari Jumat diundur ke Ahad ya karena hujan",
    ],
)
def test_what_is_put_off_may_be_named_by_its_day_alone(text: str) -> None:
    """If it is the only one of that day; the piket, whose day is none of the group's, begins nothing."""
    chat = [
        ("08:00", "Arif", "Jumat bada Isya pengajian di masjid, yuk"),
        ("09:00", "Budi", "Rabu jam 4 futsal di GOR, yuk"),
        ("+1 08:00", "Arif", text),
    ]
    assert [day for _, day in planned(*chat)] == [_SUN, _WED]
    chat.insert(2, ("10:00", "Dewi", "Jumat jam 1 rapat panitia di aula, yuk"))
    assert [day for _, day in planned(*chat)] == [_FRI, _WED, _FRI]
    assert [day for _, day in planned(*chat[1:2], chat[-1])] == [_WED]
    piket = ("+1 08:00", "Arif", "jadwal piket yang Jumat dipindah Ahad")
    assert [day for _, day in planned(*chat[:2], piket)] == [_FRI, _WED]


def test_of_several_as_near_none_is_put_off() -> None:
    """Both were called in one minute, and neither is on the day that is put off: what is put off is not guessed."""
    chat = [
        ("08:00:05", "Arif", "Sabtu jam 4 futsal di GOR, yuk"),
        ("08:00:40", "Budi", "Rabu jam 4 futsal di GOR, yuk"),
        ("10:00", "Cecep", "futsal Jumat diundur ke Ahad"),
    ]
    assert planned(*chat) == [("announcement", day) for day in (_SAT, _WED, _SUN)]
    chat[2] = ("10:00", "Cecep", "futsal Rabu diundur ke Senin")
    assert planned(*chat) == [("announcement", day) for day in (_SAT, _NEXT_MON)]


def test_a_list_of_the_day_named_is_put_off() -> None:
    names = "Futsal {}\n1. Arif\n2. Budi"
    chat = [
        ("08:00", "Arif", names.format("Sabtu, 11 Mei")),
        ("09:00", "Budi", names.format("Rabu, 8 Mei")),
        ("10:00", "Cecep", "futsal Sabtu diundur ke Senin"),
    ]
    assert [day for _, day in planned(*chat)] == [_NEXT_MON, _WED]
    chat[2] = ("10:00", "Cecep", "futsal Jumat diundur ke Ahad")
    assert [day for _, day in planned(*chat)] == [_SAT, _SUN]
    chat[0] = ("09:00", "Arif", names.format("Sabtu, 11 Mei"))
    assert {day for _, day in planned(*chat)} == {_WED, _SAT, _SUN}


def people(chat: Chat) -> dict[str, bool]:
    """Whom the only campaign reached, and whether they committed."""
    found = measure_facts(group(chat))["fact_campaign_member"]
    assert found["campaign_key"].n_unique() == 1
    names = {key(name): name for _, name, _ in chat}
    return {names[member]: done for member, done in found.select("member_key", "is_committed").rows()}


def test_who_answers_a_call() -> None:
    """The caller has promised nothing; wishes, and talk that follows on talk, are of something else."""
    chat = [
        ("08:00", "Arif", "Besok jam 4 kita jenguk Bu Nyai ya, kumpul di masjid"),
        ("08:05", "Budi", "Hayu"),
        ("08:20", "Cecep", "insya Allah merapat kang"),
        ("08:50", "Dewi", "maaf izin ga bisa, shift"),
        ("09:30", "Eko", "bawa apa saja?"),
        ("09:33", "Arif", "buah saja cukup"),
        ("11:00", "Fajar", "ongkos elf naik lagi"),
        ("11:02", "Gina", "ok"),
        ("13:00", "Hasan", "semoga lekas sembuh Bu Nyai"),
        ("20:00", "Imas", "OTW dari Garut"),
        ("+4 08:00", "Jaja", "siap"),
    ]
    assert people(chat) == {
        "Arif": False, "Budi": True, "Cecep": True, "Dewi": False, "Eko": False, "Imas": True,
    }  # fmt: skip


def test_a_promise_goes_to_whom_it_names() -> None:
    chat = [
        ("08:00", "Arif", "Besok jam 4 kita jenguk Bu Nyai ya"),
        ("08:30", "Budi", "Lusa jam 8 futsal yuk"),
        ("09:00", "Cecep", "ikut kang Arif"),
    ]
    found = measure_facts(group(chat))["fact_campaign_member"].filter("is_committed")
    assert found.select("campaign_key", "member_key").rows() == [(0, key("Cecep"))]


def polls(*questions: str) -> list[str]:
    """Kinds of the activities that polls on days in a row come to."""
    poll = "POLL:\n{}\nOPTION: siap (3 votes)\nOPTION: nggak (1 vote)"
    chat = [
        (f"+{day} 10:00" if day else "10:00", "Budi", poll.format(one)) for day, one in enumerate(questions)
    ]
    return measure_facts(group(chat))["fact_activity"]["activity_kind"].to_list()


def test_titles_without_words_are_like_no_other() -> None:
    assert len(polls("👍?", "⚽?", "🙏?")) == 3
    assert len(polls("futsal Sabtu?", "futsal Sabtu?")) == 1


def test_forms_without_a_title_are_told_apart() -> None:
    forms = [
        ("10:00", "Budi", "Mengundang semua hadir pada:\nHari: Sabtu, 11 Mei 2024\nPukul: 16.00\nTempat: Aula"),
        ("12:00", "Cici", "Undangan\nHari: Sabtu, 11 Mei 2024\nPukul: 09.00\nTempat: Masjid Raya"),
    ]  # fmt: skip
    assert planned(*forms) == [("announcement", _SAT)] * 2
