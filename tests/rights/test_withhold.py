"""The filter between parse and reconcile, on exports and rosters made by hand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.frames import DIGESTED, PARSED
from tasks.reconcile.digest import digest
from tasks.rights.known import Known, own_form
from tasks.rights.tombstones import Tombstones
from tasks.rights.withhold import moment, moments, withhold_export, withhold_sheets
from warehouse.keys import DigestKey, TombstoneKey

KEY, TEXTS = TombstoneKey(bytes(range(32))), DigestKey(bytes(range(32)))
DAY = dt.datetime.combine(dt.date(2024, 3, 1), dt.time(8))
Line = tuple[int, str | None, str | None, str | None, str | None, list[str] | None]


def export(*lines: Line) -> pl.DataFrame:
    """Minute, author, text, event, actor, targets of each line."""
    rows = [
        {
            "seq": seq,
            "line_no": seq + 1,
            "n_text_lines": 1,
            "local_at": DAY + dt.timedelta(minutes=minute),
            "has_seconds": False,
            "author": author,
            "kind": None if author is None else "text",
            "text": text,
            "is_edited": False,
            "is_forwarded": False,
            "event": event,
            "actor": actor,
            "targets": targets,
        }
        for seq, (minute, author, text, event, actor, targets) in enumerate(lines)
    ]
    schema = PARSED.polars_schema
    return digest(
        pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema), TEXTS
    )


def said(minute: int, author: str, text: str) -> Line:
    return (minute, author, text, None, None, None)


def told(minute: int, event: str, actor: str | None, targets: list[str] | None) -> Line:
    return (minute, None, None, event, actor, targets)


@pytest.fixture
def known() -> Known:
    """Asep Sunandar, 0812-1111-2222, number K-7, was erased from community ``c``."""
    tombstones = Tombstones(KEY)
    tombstones.add("phone", "", ["+6281211112222"])
    tombstones.add("member_number", "c", ["k-7"])
    tombstones.add("name", "c", ["asep sunandar"])
    tombstones.add("label", "g", ["kang sunandar itb"])
    tombstones.add("phrase", "c", ["asep sunandar", "sunandar"])
    tombstones.add("head", "c", ["asep", "sunandar"])
    return Known(tombstones, "g", "c")


def test_his_messages_go_by_label_by_number_and_by_push_name(known: Known) -> None:
    frame = export(
        said(0, "Asep Sunandar", "satu"),
        said(1, "+6281211112222", "dua"),
        said(2, "~ Asep Sunandar", "tiga"),
        said(3, "Kang Sunandar ITB", "empat"),
        said(4, "Asep Kurnia", "lima"),
    )
    found = withhold_export(frame, known, "hp1")
    assert found.frame["text"].to_list() == ["lima"]
    assert (found.n_removed, found.n_masked) == (4, 0)
    assert found.frame.schema == DIGESTED.polars_schema


def test_system_lines_keep_the_others(known: Known) -> None:
    frame = export(
        told(0, "left", "Asep Sunandar", None),
        told(1, "added", "Asep Sunandar", ["Budi", "Cici"]),
        told(2, "added", "Budi", ["Asep Sunandar", "Deni"]),
        told(3, "added", "Budi", ["Asep Sunandar"]),
        told(4, "created", "Asep Sunandar", None),
        told(5, "left", "Budi", None),
    )
    found = withhold_export(frame, known, "hp1").frame
    assert found.select("event", "actor", "targets").rows() == [
        ("added", None, ["Budi", "Cici"]),
        ("added", "Budi", ["Deni"]),
        ("created", None, None),
        ("left", "Budi", None),
    ]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("makasih Asep Sunandar ya", "makasih Anonim ya"),
        ("makasih ASEP  SUNANDAR!", "makasih Anonim!"),
        ("1. *Sunandar* 50rb", "1. *Anonim* 50rb"),
        ("buku Sunandarnya", "buku Anonim"),
        ("Asep Kurnia ikut", "Asep Kurnia ikut"),
        ("asep ikut", "asep ikut"),
        ("@\u2068Asep Sunandar\u2069 hadir?", "@\u2068\u2026\u2069 hadir?"),
        ("@6281211112222 hadir?", "@\u2068\u2026\u2069 hadir?"),
        ("nomornya 0812-1111-2222", "nomornya Anonim"),
        ("nomornya +62 812 1111 2222.", "nomornya Anonim."),
        ("wa.me/6281211112222", "wa.me/Anonim"),
        ("nomor lain 0812-1111-2223", "nomor lain 0812-1111-2223"),
        ("sunandarsih", "sunandarsih"),
        ("rapat 12/03/2024 jam 08.00", "rapat 12/03/2024 jam 08.00"),
    ],
)
def test_names_and_numbers_leave_the_words_of_others(known: Known, text: str, masked: str) -> None:
    assert known.text(text) == masked
    frame = export(said(0, "Budi", text))
    found = withhold_export(frame, known, "hp1")
    assert found.frame["text"].to_list() == [masked]
    assert found.frame["text_key"].equals(frame["text_key"])  # it merges as before
    assert found.n_masked == int(text != masked)


def test_another_phone_that_calls_him_otherwise_is_known_by_what_he_said(known: Known) -> None:
    texts = ["saya bawa nasi liwet untuk semua", "besok kumpul di rumah saya ya", "siap", "hadir insya Allah"]
    own = export(*(said(at, "Asep Sunandar", text) for at, text in enumerate(texts)))
    first = withhold_export(own, known, "hp1")
    rows = moments(first.own)
    known.tombstones.add("message", "g", rows["text_key"])
    known.tombstones.add(
        "moment", "g", [moment(*row) for row in rows.select("text_key", "day", "at").iter_rows()]
    )
    # the other phone's clock is an hour ahead; another member says one of the same short words
    other = export(
        *(said(60 + at, "Pak Ketua", text) for at, text in enumerate(texts)),
        said(90, "Pak Ketua", "pesan baru yang belum pernah dilihat"),
        said(62, "Budi", "siap"),
        said(91, "Budi", "besok kumpul di rumah saya ya"),
    )
    found = withhold_export(other, known, "hp2")
    assert found.labels == {"Pak Ketua"}
    assert found.frame["author"].unique().to_list() == ["Budi"]


def test_a_label_of_one_phone_says_nothing_about_another(known: Known) -> None:
    known.tombstones.add("own_label", "g|hp1", [own_form("Mama")])
    frame = export(said(0, "Mama", "sudah makan?"))
    assert withhold_export(frame, known, "hp1").frame.is_empty()
    assert withhold_export(frame, known, "hp2").frame.height == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(["Asep Sunandar", "+6281211112222", "Budi", "Cici"]), st.text(max_size=30)),
        max_size=12,
    )
)
def test_once_withheld_nothing_more_is_withheld(lines: list[tuple[str, str]]) -> None:
    tombstones = Tombstones(KEY)
    tombstones.add("phone", "", ["+6281211112222"])
    tombstones.add("name", "c", ["asep sunandar"])
    tombstones.add("phrase", "c", ["asep sunandar"])
    tombstones.add("head", "c", ["asep"])
    known = Known(tombstones, "g", "c")
    frame = export(*(said(at, author, text) for at, (author, text) in enumerate(lines)))
    once = withhold_export(frame, known, "hp1")
    twice = withhold_export(once.frame, known, "hp1")
    assert not twice.is_changed
    assert twice.frame.equals(once.frame)
    kept = [author for author, _ in lines if author in ("Budi", "Cici")]
    assert once.frame["author"].to_list() == kept


HEAD: list[str | None] = ["No Anggota", "Nama", "No HP", "Angkatan"]


def rows_of(known: Known, *rows: list[str | None]) -> tuple[list[list[str | None]], int]:
    sheets, n = withhold_sheets([[["Daftar Anggota", None, None, None], HEAD, *rows]], known)
    assert sheets[0][1] == HEAD
    return sheets[0][2:], n


@pytest.mark.parametrize(
    ("row", "is_his"),
    [
        (["K-7", "Asep S.", None, "2017"], True),
        (["K-9", "A. Sunandar", "0812 1111 2222", "2017"], True),
        ([None, "ASEP SUNANDAR", None, None], True),
        ([None, "Asep Sunandar", "0899 0000 1111", None], True),  # he changed his number
        (["K-8", "Asep Sunandar", "0899 0000 1111", "2019"], False),  # a namesake with a number of his own
        (["K-8", "Budi Santoso", "0899 0000 1111", "2019"], False),
    ],
)
def test_rows_of_a_roster(known: Known, row: list[str | None], is_his: bool) -> None:
    found, n = rows_of(known, row, ["K-1", "Cici", "0877 1234 5678", "2018"])
    assert found[0][0] == (None if is_his else row[0])
    assert any(found[0]) is not is_his
    assert found[1] == ["K-1", "Cici", "0877 1234 5678", "2018"]
    assert (n >= 1) is (is_his or "Asep" in str(row[1]))


def test_a_tombstone_can_be_read_by_nobody(known: Known) -> None:
    text = repr(known.tombstones) + str(known.tombstones.tokens)
    assert not any(word in text.lower() for word in ("asep", "sunandar", "81211112222", "k-7"))
    other = Tombstones(TombstoneKey(bytes(range(1, 33))), known.tombstones.tokens)
    assert not other.has("phone", "", "+6281211112222")
