"""Each layout, line by line, by hand."""

import numpy as np
import polars as pl
import pytest

from tasks.simulate.layouts import SHAPES, headers, omitted, system_line
from tasks.simulate.life import Life
from tasks.simulate.membership import Event, Roll
from tasks.simulate.people import Registry
from tasks.simulate.plan import Levels, Phone
from tasks.simulate.render import spaced, view

#: 28 April 2026, 16:31:34 on the wall clock.
MOMENT = 1_777_393_894


@pytest.mark.parametrize(
    ("layout", "header"),
    [
        ("android_id", "28/04/2026 16.31 - "),
        ("android_id_short", "28/04/26 16.31 - "),
        ("android_en", "28/04/2026, 16:31 - "),
        ("android_us", "4/28/26, 4:31\u202fPM - "),
        ("ios_id", "[28/04/26 16.31.34] "),
        ("ios_id_comma", "[28/04/26, 16.31.34] "),
        ("ios_en", "[28/04/26, 16:31:34] "),
        ("ios_us", "[4/28/26, 4:31:34\u202fPM] "),
    ],
)
def test_headers(layout: str, header: str) -> None:
    assert headers(layout, pl.Series([MOMENT]))[0] == header


def test_midnight_and_noon_on_a_twelve_hour_clock() -> None:
    midnight = MOMENT - MOMENT % 86_400
    written = headers("android_us", pl.Series([midnight + 300, midnight + 43_200]))
    assert written.to_list() == ["4/28/26, 12:05\u202fAM - ", "4/28/26, 12:00\u202fPM - "]


def test_media_marks() -> None:
    assert omitted(SHAPES["android_id"], "sticker") == "<Media tidak disertakan>"
    assert omitted(SHAPES["android_en"], "image") == "<Media omitted>"
    assert omitted(SHAPES["ios_id"], "image") == "\u200egambar tidak disertakan"
    assert omitted(SHAPES["ios_en"], "contact") == "\u200eContact card omitted"
    assert omitted(SHAPES["ios_id"], "view_once") == "null"


def test_system_lines() -> None:
    assert system_line("id", "added", "Anda", "Dewi", "", "") == "Anda menambahkan Dewi"
    assert system_line("en", "left", "", "Dewi", "", "") == "Dewi left"
    assert system_line("id", "subject", "Siti", "", "A", "B") == 'Siti mengubah subjek dari "A" menjadi "B"'


def _toy() -> tuple[Roll, Life]:
    """Two members, an addition, and one message of each kind that looks different."""
    import datetime as dt

    people = Registry("T", Levels(), 2023).draw(
        np.random.default_rng(1), 2, [dt.date(2022, 1, 1)] * 2, offices=True
    )
    kinds = ["text", "text", "image", "deleted", "view_once", "text"]
    texts = ["halo\nsemua", "siap", "foto", None, None, "@\x01 nuhun"]
    messages = pl.DataFrame(
        {
            "message_no": range(6),
            "moment": [MOMENT + 60 * minute for minute in range(6)],
            "member": [0, 1, 0, 1, 0, 1],
            "kind": kinds,
            "text": texts,
            "mention": [None, None, None, None, None, 0],
            "is_edited": [False, True, False, False, False, False],
            "change": [None] * 6,
            "changed_at": [0] * 6,
            "earlier_text": texts,
        },
        schema_overrides={"mention": pl.Int64, "change": pl.String},
    )
    return Roll(people, events=[Event(MOMENT - 60, "added", 0, 1)]), Life(messages)


def test_an_android_phone_in_indonesian() -> None:
    roll, life = _toy()
    first, second = (person.name for person in roll.people)
    phone = Phone(exporter="x", layout="android_id", saved_share=1.0)
    assert view(phone, 0, roll, life, "Grup", 1, False).line.to_list() == [
        f"28/04/2026 16.30 - Anda menambahkan {second}",
        f"28/04/2026 16.31 - {first}: halo\nsemua",
        f"28/04/2026 16.32 - {second}: siap <Pesan ini diedit>",
        f"28/04/2026 16.33 - {first}: <Media tidak disertakan>\nfoto",
        f"28/04/2026 16.34 - {second}: Pesan ini dihapus",
        f"28/04/2026 16.35 - {first}: null",
        f"28/04/2026 16.36 - {second}: @\u2068{first}\u2069 nuhun",
    ]


def test_an_iphone_in_english_with_numbers_for_names() -> None:
    roll, life = _toy()
    first, own = spaced(roll.people[0].phone), roll.people[1].name
    phone = Phone(exporter="x", layout="ios_en", saved_share=0.0)
    digits = roll.people[0].phone[1:]
    assert view(phone, 1, roll, life, "Grup", 1, False).line.to_list() == [
        f"[28/04/26, 16:30:34] Grup: \u200e{first} added You",
        f"[28/04/26, 16:31:34] {first}: halo\nsemua",
        f"[28/04/26, 16:32:34] {own}: siap \u200e<This message was edited>",
        f"\u200e[28/04/26, 16:33:34] {first}: \u200eimage omitted\nfoto",
        f"\u200e[28/04/26, 16:34:34] {own}: \u200eYou deleted this message",
        f"[28/04/26, 16:35:34] {first}: null",
        f"[28/04/26, 16:36:34] {own}: @{digits} nuhun",
    ]


def test_a_phone_with_media_and_one_in_makassar() -> None:
    roll, life = _toy()
    first = roll.people[0].name
    android = Phone(exporter="x", layout="android_id", saved_share=1.0, media=True)
    assert view(android, 0, roll, life, "G", 1, False).line[3] == (
        f"28/04/2026 16.33 - {first}: IMG-20260428-WA0002.jpg (file terlampir)\nfoto"
    )
    iphone = Phone(exporter="x", layout="ios_id", saved_share=1.0, media=True, utc_offset=8)
    assert view(iphone, 0, roll, life, "G", 1, False).line[3] == (
        f"\u200e[28/04/26 17.33.34] {first}: \u200e<terlampir: 00000002-IMG-2026-04-28-17-33-34.jpg>\nfoto"
    )


def test_leaving_is_shown_to_admins_only() -> None:
    roll, life = _toy()
    roll.events.append(Event(MOMENT + 900, "left", None, 1))
    phone = Phone(exporter="x", layout="android_id", saved_share=1.0)
    admin = view(phone, 0, roll, life, "G", 1, False).line.to_list()
    assert admin[-1] == f"28/04/2026 16.46 - {roll.people[1].name} keluar"
    assert len(view(phone, 3, roll, life, "G", 1, False).line) == len(admin) - 1


def test_a_late_deletion_changes_later_exports_only() -> None:
    roll, life = _toy()
    late = pl.col("message_no") == 1
    life.messages = life.messages.with_columns(
        change=pl.when(late).then(pl.lit("deleted")),
        changed_at=pl.when(late).then(MOMENT + 10_000).otherwise(0),
        is_edited=pl.lit(False),
    )
    seen = view(Phone(exporter="x", layout="android_id", saved_share=1.0), 0, roll, life, "G", 1, False)
    assert seen.line[2].endswith(": Pesan ini dihapus")
    assert seen.earlier[2].endswith(": siap")
    assert seen.changed_at[2] == MOMENT + 10_000
