"""Everything that exports are known to hold, through the real command: what was written, what ``inspect`` says.

Each row is one fact about the wild: a header shape, a marker, a trap. The figures are worked out by hand.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.cli import main
from tasks.parse.inspect import inspect_file
from tasks.parse.whatsapp import parse_export
from tests.parse.test_layouts import SHAPES

NNBSP, NBSP, LRM, RLM = "\u202f", "\u00a0", "\u200e", "\u200f"
ANDROID, IOS = "13/10/2022 16.25 - ", "[13/10/22, 16.25.01] "


def inspect(path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["inspect", str(path), "--json", *words])
    return code, json.loads(capsys.readouterr().out)


def seen(text: str | bytes, folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    path = folder / "chat.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, answer = inspect(path, capsys, *words)
    assert code == (3 if "refused" in answer else 0)
    return answer


def read(text: str, folder: Path) -> dict[str, Any]:
    """What the command would answer, without the command line around it."""
    path = folder / "chat.txt"
    path.write_text(text, encoding="utf-8", newline="")
    return inspect_file(path)


# --- header shapes -------------------------------------------------------------------------------

#: Besides those of :mod:`tests.parse.test_layouts`: header | order | first | platform | clock | date order.
MORE_SHAPES = [
    ("12/07/2017, 12:35 AM - ", "dmy", "2017-07-12T00:35:00", "android", "12h", "dmy"),
    ("12/07/2017, 12:35 PM - ", "dmy", "2017-07-12T12:35:00", "android", "12h", "dmy"),
    ("4/20/26, 1:05 ng hapon - ", None, "2026-04-20T13:05:00", "android", "12h", "mdy"),
    ("4/20/26, 12:05 ng umaga - ", None, "2026-04-20T00:05:00", "android", "12h", "mdy"),
    ("20/4/2026, 12:05 पूर्वाह्न - ", None, "2026-04-20T00:05:00", "android", "12h", "dmy"),
    ("20/4/2026, 1:05 अपराह्न - ", None, "2026-04-20T13:05:00", "android", "12h", "dmy"),
    ("2026/4/20 上午12:05 - ", None, "2026-04-20T00:05:00", "android", "12h", "ymd"),
    ("2026/4/20 中午12:05 - ", None, "2026-04-20T12:05:00", "android", "12h", "ymd"),
    ("2026/4/20 晚上8:05 - ", None, "2026-04-20T20:05:00", "android", "12h", "ymd"),
    ("2026. 4. 20. 오전 12:05 - ", None, "2026-04-20T00:05:00", "android", "12h", "ymd"),
    (f"{RLM}٢٠/٤/٢٠٢٦ ١٢:٠٥ ص - ", None, "2026-04-20T00:05:00", "android", "12h", "dmy"),
    (f"{RLM}٢٠/٤/٢٠٢٦، ١٢:٠٥ م - ", None, "2026-04-20T12:05:00", "android", "12h", "dmy"),
    ("20/4/2026, 12:05 PTG - ", None, "2026-04-20T12:05:00", "android", "12h", "dmy"),
    ("20/4/2026, 12:05 PG - ", None, "2026-04-20T00:05:00", "android", "12h", "dmy"),
    ("20/4/2026 12.05 tengah hari - ", None, "2026-04-20T12:05:00", "android", "12h", "dmy"),
    ("20/4/2026 3.05 sore - ", None, "2026-04-20T15:05:00", "android", "12h", "dmy"),
    ("20/4/2026 11.05 siang - ", None, "2026-04-20T11:05:00", "android", "12h", "dmy"),
    ("20/4/2026 1.05 siang - ", None, "2026-04-20T13:05:00", "android", "12h", "dmy"),
    ("20/4/2026 12.05 malam - ", None, "2026-04-20T00:05:00", "android", "12h", "dmy"),
    ("30.11.18, 12:05 nachts - ", None, "2018-11-30T00:05:00", "android", "12h", "dmy"),
    (f"20/4/2026, 12:05 a.{NBSP}m. - ", None, "2026-04-20T00:05:00", "android", "12h", "dmy"),
    (f"20/4/2026, 12:05 p.{NBSP}m. - ", None, "2026-04-20T12:05:00", "android", "12h", "dmy"),
    ("20/4/2026, 8:05 de la noche - ", None, "2026-04-20T20:05:00", "android", "12h", "dmy"),
    ("20.4.2569 13:00 - ", None, "2026-04-20T13:00:00", "android", "24h", "dmy"),
    ("20/04/2026, 24:05 - ", None, "2026-04-20T00:05:00", "android", "24h", "dmy"),
    ("[20/04/2026 pukul 16.31.34] ", None, "2026-04-20T16:31:34", "ios", "24h", "dmy"),
]


@pytest.mark.parametrize(
    ("header", "configured", "first", "platform", "clock", "order"),
    SHAPES + MORE_SHAPES,
    ids=[shape[0] for shape in SHAPES + MORE_SHAPES],
)
def test_a_header_shape(
    header: str,
    configured: str | None,
    first: str,
    platform: str,
    clock: str,
    order: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A cut head, a message of two lines, a deleted one, a system line: six lines in all."""
    has_events = not header.endswith(":15 ")  # where a blank alone ends the header, an author must follow
    text = f"sisa pesan\n{header}Ani: halo\nlanjutan\n{header}Budi: Pesan ini dihapus\n{header}Citra: \n" + (
        f"{header}Ani keluar\n" if has_events else f"{header}Ani: ya\n"
    )
    words = ["--date-order", configured] if configured else []
    answer = seen(text, tmp_path, capsys, *words)
    assert answer == {
        "kind": "export",
        "platform": platform,
        "language": "id",
        "date_order": order,
        "clock": clock,
        "messages": 3 if has_events else 4,
        "events": 1 if has_events else 0,
        "senders": 3,
        "first": first,
        "last": first,
        "lines": 6,
        "continuation_lines": 1,
        "rejected_lines": 1,
        "truncated": False,
        "confidence": 1.0,
        "encoding": "utf-8",
        "repaired_bytes": 0,
    }


@pytest.mark.parametrize("header", [shape[0] for shape in SHAPES if shape[1]])
def test_a_shape_whose_order_nothing_decides_is_refused(
    header: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = seen(f"{header}Ani: halo\n", tmp_path, capsys)
    assert answer["refused"] == "ambiguous_date_order"


def test_monotony_decides_where_no_value_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Read as day and month these run from January to March; the other way round they fall every month."""
    days = [f"{day:02}/{month:02}/2024" for month in (1, 2, 3) for day in (1, 5, 9)]
    text = "".join(f"{day} 10.00 - Ani: x\n" for day in days)
    answer = seen(text, tmp_path, capsys)
    assert (answer["date_order"], answer["first"], answer["last"]) == (
        "dmy",
        "2024-01-01T10:00:00",
        "2024-03-09T10:00:00",
    )


def test_months_by_name_are_no_layout_of_the_app(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert seen("20 April 2026 13.05 - Ani: x\n", tmp_path, capsys) == {
        "refused": "not_an_export",
        "n_lines": 1,
    }


# --- markers: kinds of messages ------------------------------------------------------------------

MARKED = [
    (ANDROID, "<Media tidak disertakan>", "media", "id"),
    (ANDROID, "<Media omitted>", "media", "en"),
    (ANDROID, "<Video message omitted>", "video", "en"),
    (ANDROID, "IMG-20221013-WA0001.jpg (file terlampir)", "image", "id"),
    (ANDROID, "VID-20221013-WA0001.mp4 (file attached)", "video", "en"),
    (ANDROID, "PTT-20221013-WA0001.opus (file terlampir)", "audio", "id"),
    (ANDROID, "STK-20221013-WA0001.webp (file attached)", "sticker", "en"),
    (ANDROID, "GIF-20221013-WA0001.mp4 (file attached)", "gif", "en"),
    (ANDROID, "Pak Budi.vcf (file terlampir)", "contact", "id"),
    (ANDROID, "DOC-20221013-WA0001.pdf (file terlampir)", "document", "id"),
    (IOS, f"{LRM}gambar tidak disertakan", "image", "id"),
    (IOS, f"{LRM}video tidak disertakan", "video", "id"),
    (IOS, f"{LRM}audio tidak disertakan", "audio", "id"),
    (IOS, f"{LRM}GIF tidak disertakan", "gif", "id"),
    (IOS, f"{LRM}stiker tidak disertakan", "sticker", "id"),
    (IOS, f"{LRM}dokumen tidak disertakan", "document", "id"),
    (IOS, f"{LRM}Kartu kontak tidak disertakan", "contact", "id"),
    (IOS, f"{LRM}image omitted", "image", "en"),
    (IOS, f"{LRM}video omitted", "video", "en"),
    (IOS, f"{LRM}audio omitted", "audio", "en"),
    (IOS, f"{LRM}GIF omitted", "gif", "en"),
    (IOS, f"{LRM}sticker omitted", "sticker", "en"),
    (IOS, f"{LRM}document omitted", "document", "en"),
    (IOS, f"{LRM}Contact card omitted", "contact", "en"),
    (IOS, f"{LRM}<terlampir: 00000012-PHOTO-2022-10-13-16-25-01.jpg>", "image", "id"),
    (IOS, f"{LRM}<attached: 00000012-VIDEO-2022-10-13-16-25-01.mp4>", "video", "en"),
    (IOS, f"Iuran.pdf • {LRM}7 halaman {LRM}<terlampir: 00000013-Iuran.pdf>", "document", "id"),
    (IOS, f"Iuran.pdf • {LRM}7 halaman {LRM}dokumen tidak disertakan", "document", "id"),
    (IOS, f"{LRM}Iuran.pdf {LRM}dokumen tidak disertakan", "document", "id"),
    (ANDROID, "Pesan ini dihapus", "deleted", "id"),
    (ANDROID, "Pesan ini telah dihapus", "deleted", "id"),
    (ANDROID, "Anda menghapus pesan ini", "deleted", "id"),
    (ANDROID, "Anda telah menghapus pesan ini", "deleted", "id"),
    (ANDROID, "Pesan ini dihapus oleh admin", "deleted", "id"),
    (ANDROID, "Pesan ini dihapus oleh admin Budi", "deleted", "id"),
    (ANDROID, "This message was deleted", "deleted", "en"),
    (ANDROID, "You deleted this message", "deleted", "en"),
    (IOS, f"{LRM}This message was deleted.", "deleted", "en"),
    (ANDROID, "null", "view_once", "id"),
    (ANDROID, "lokasi: https://maps.google.com/?q=-6.9,107.6", "location", "id"),
    (ANDROID, "location: https://maps.google.com/?q=-6.9,107.6", "location", "en"),
    (ANDROID, "Lokasi terkini dibagikan", "live_location", "id"),
    (ANDROID, "live location shared", "live_location", "en"),
    (ANDROID, "POLL:\nKapan?\nOPTION: Sabtu (3 votes)\nOPTION: Ahad (1 vote)", "poll", "en"),
    (
        IOS,
        f"{LRM}POLL:\n{LRM}Kapan?\n{LRM}OPTION: A ({LRM}3 votes)\n{LRM}OPTION: B ({LRM}1 vote)",
        "poll",
        "en",
    ),
    (ANDROID, "APA SAJA:\nKapan?\nPILIH: Sabtu (3 suara)\nPILIH: Ahad (1 suara)", "poll", None),
    (ANDROID, "Panggilan suara tak terjawab", "call", "id"),
    (ANDROID, "Panggilan video tak terjawab", "call", "id"),
    (ANDROID, "Telepon suara tak terjawab", "call", "id"),
    (ANDROID, "Telepon video tak terjawab", "call", "id"),
    (ANDROID, "Missed voice call", "call", "en"),
    (ANDROID, "Missed video call", "call", "en"),
    (IOS, f"{LRM}Voice call. {LRM}2 min", "call", "en"),
    (ANDROID, "Mesej ini telah dipadam", "deleted", "ms"),
    (IOS, f"{LRM}imej tidak dimasukkan", "image", "ms"),
    (ANDROID, "<Medien ausgeschlossen>", "media", "de"),
    (ANDROID, "<Multimedia omitido>", "media", "es"),
    (ANDROID, "<Arquivo de mídia oculto>", "media", "pt"),
    (ANDROID, "<Media weggelaten>", "media", "nl"),
    (ANDROID, "<Médias omis>", "media", "fr"),
    (ANDROID, "<Media omessi>", "media", "it"),
    (ANDROID, "<Medya dahil edilmedi>", "media", "tr"),
    (ANDROID, "<تم استبعاد الوسائط>", "media", "ar"),
    (ANDROID, "<मीडिया के बिना>", "media", "hi"),
    (ANDROID, "Pesan ini dihapus ya, tolong", "text", None),
    (ANDROID, "saya <Media omitted> lagi", "text", None),
    (IOS, "gambar tidak disertakan", "text", None),
]


@pytest.mark.parametrize(("header", "body", "kind", "language"), MARKED, ids=[row[1] for row in MARKED])
def test_a_marked_message(
    header: str,
    body: str,
    kind: str,
    language: str | None,
    tmp_path: Path,
) -> None:
    """Between two messages of text; iPhone exports hold a marked line, so that marks are known to be there."""
    other = f"{LRM}null" if header == IOS and kind == "text" else "halo"
    text = f"{header}Ani: {other}\n{header}Budi: {body}\n{header}Ani: ya\n"
    answer = read(text, tmp_path)
    n_more = body.count("\n")
    figures = ("messages", "events", "senders", "lines", "continuation_lines", "rejected_lines")
    assert [answer[name] for name in figures] == [3, 0, 2, 3 + n_more, n_more, 0]
    assert answer["language"] == (language or ("id" if LRM + "null" in text else "unknown"))
    assert parse_export(text.encode()).frame["kind"][1] == kind


# --- markers: system lines -----------------------------------------------------------------------

TOLD = [
    ('Ani membuat grup "Kamaliyah"', "created", "Ani", None),
    ('Ani telah membuat grup "Kamaliyah"', "created", "Ani", None),
    ('Anda membuat grup "Kamaliyah"', "created", "You", None),
    ('Ani created group "Kamaliyah"', "created", "Ani", None),
    ("Ani menambahkan Budi", "added", "Ani", ["Budi"]),
    ("Anda telah menambahkan Budi", "added", "You", ["Budi"]),
    ("Ani menambahkan Anda", "added", "Ani", ["You"]),
    ("Ani menambahkan Budi, Citra, dan 3 lainnya", "added", "Ani", ["Budi", "Citra"]),
    ("Ani added Budi, Citra and 3 others", "added", "Ani", ["Budi", "Citra"]),
    ("You were added", "added", None, ["You"]),
    (
        "+62 812-3456-7890 bergabung menggunakan tautan undangan grup ini",
        "joined_link",
        "+6281234567890",
        None,
    ),
    (f"~{NNBSP}Push telah bergabung menggunakan tautan undangan grup ini", "joined_link", "~ Push", None),
    ("Ani joined using this group's invite link", "joined_link", "Ani", None),
    ("Ani joined using this group\u2019s invite link", "joined_link", "Ani", None),
    ("Ani bergabung dari komunitas", "joined_community", "Ani", None),
    ("Ani joined from the community", "joined_community", "Ani", None),
    ("Ani keluar", "left", "Ani", None),
    ("Anda keluar", "left", "You", None),
    ("Ani left", "left", "Ani", None),
    ("Ani mengeluarkan Budi", "removed", "Ani", ["Budi"]),
    ("Budi dikeluarkan oleh Ani", "removed", "Ani", ["Budi"]),
    ("Budi removed you", "removed", "Budi", ["You"]),
    ("Budi was removed by Ani", "removed", "Ani", ["Budi"]),
    ('Ani mengubah subjek dari "A: b" menjadi "C: d"', "subject", "Ani", None),
    ('Ani changed the subject from "A" to "B"', "subject", "Ani", None),
    ("Ani mengubah ikon grup ini", "icon", "Ani", None),
    ("Ani changed this group's icon", "icon", "Ani", None),
    ("Ani mengubah deskripsi grup", "description", "Ani", None),
    ("Anda sekarang adalah admin", "admin", None, ["You"]),
    ("Budi is now an admin", "admin", None, ["Budi"]),
    ("Budi is no longer an admin", "admin_removed", None, ["Budi"]),
    ("Ani menyematkan pesan", "pinned", "Ani", None),
    ("Ani pinned a message", "pinned", "Ani", None),
    (
        "Ani telah mengganti nomor teleponnya ke nomor baru. Ketuk untuk mengirim pesan.",
        "number_changed",
        "Ani",
        None,
    ),
    (
        "+62 812-3456-7890 telah diganti ke +62 813\u20113456\u20117890",
        "number_changed",
        "+6281234567890",
        ["+6281334567890"],
    ),
    (
        "+62 812-3456-7890 changed to +62 813-3456-7890",
        "number_changed",
        "+6281234567890",
        ["+6281334567890"],
    ),
    ("Pesan dan panggilan terenkripsi secara end-to-end. Ketuk.", "encryption", None, None),
    ("Pesan dan telepon terenkripsi secara end-to-end.", "encryption", None, None),
    ("Messages and calls are end-to-end encrypted. Tap to learn more.", "encryption", None, None),
    ("Kode keamanan Anda dengan Ani telah berubah. Ketuk.", "security_code", "Ani", None),
    ("Your security code with Ani changed. Tap to learn more.", "security_code", "Ani", None),
    ("Ani menonaktifkan pesan sementara.", "disappearing_off", "Ani", None),
    ("Ani turned off disappearing messages.", "disappearing_off", "Ani", None),
    (
        "Ani mengubah pengaturan grup ini untuk mengizinkan hanya admin yang dapat mengirim pesan ke grup ini",
        "admins_only_on",
        "Ani",
        None,
    ),
    (
        "Ani changed this group's settings to allow all members to send messages to this group",
        "admins_only_off",
        "Ani",
        None,
    ),
    (
        "Ani changed this group's settings to allow only admins to edit this group's info",
        "other",
        None,
        None,
    ),
    ("Ani added a group to the community", "other", "Ani", None),
    ("Panggilan suara tak terjawab", "call", None, None),
    ("Sesuatu yang belum dikenal", "other", None, None),
    ("Ana te añadió", "added", "Ana", ["You"]),
    ("Creaste el grupo “Viaje”", "created", "You", None),
    ("Du hast Budi entfernt.", "removed", "You", ["Budi"]),
    ("Ani ist dieser Gruppe mit dem Einladungslink beigetreten.", "joined_link", "Ani", None),
    ("Ani entrou neste grupo através da comunidade", "joined_community", "Ani", None),
    ("Ani è stato cambiato con +39 333 1234567", "number_changed", "Ani", ["+393331234567"]),
    ("U hebt Budi toegevoegd", "added", "You", ["Budi"]),
]


@pytest.mark.parametrize(("line", "event", "actor", "targets"), TOLD, ids=[row[0] for row in TOLD])
@pytest.mark.parametrize("header", [ANDROID, IOS + "Kamaliyah: " + LRM], ids=["android", "under a label"])
def test_a_system_line(
    header: str,
    line: str,
    event: str,
    actor: str | None,
    targets: list[str] | None,
    tmp_path: Path,
) -> None:
    """As Android shows it, and as an iPhone does: under the group's name, led by a mark."""
    is_ios = header != ANDROID
    first = (
        f"{header}Pesan dan panggilan terenkripsi secara end-to-end.\n" if is_ios else f"{ANDROID}Ani: halo\n"
    )
    text = f"{first}{header}{line}\n{IOS if is_ios else ANDROID}Budi: ya\n"
    answer = read(text, tmp_path)
    figures = ("messages", "events", "senders", "lines", "continuation_lines", "rejected_lines")
    if is_ios and event == "call":
        assert [answer[name] for name in figures] == [2, 1, 2, 3, 0, 0]  # who was called is its author
        return
    assert [answer[name] for name in figures] == ([1, 2, 1] if is_ios else [2, 1, 2]) + [3, 0, 0]
    row = parse_export(text.encode()).frame.row(1, named=True)
    assert (row["author"], row["kind"], row["event"]) == (None, None, event)
    if event != "other" or actor:
        assert (row["actor"], row["targets"]) == (actor, targets)


@pytest.mark.parametrize(
    ("line", "hours"),
    [
        (
            "Ani turned on disappearing messages. New messages will disappear from this chat 7 days after.",
            168,
        ),
        ("Ani updated the message timer. New messages will disappear from this chat 24 hours after.", 24),
        ("Ani turned on disappearing messages. All new messages will disappear after 90 days.", 2160),
        ("Ani mengaktifkan pesan sementara. Pesan baru akan hilang 90 hari setelah dikirim.", 2160),
        ("Ani memperbarui pengatur waktu pesan. Pesan baru akan hilang dari chat ini setelah 24 jam.", 24),
        ("Ani heeft berichten met vervaldatum ingeschakeld. Nieuwe berichten verdwijnen na 7 dagen.", 168),
        ("Ani hat selbstlöschende Nachrichten aktiviert. Sie verschwinden nach 7 Tagen.", 168),
        ("Ani turned on disappearing messages.", None),
    ],
)
def test_the_timer_of_disappearing_messages(line: str, hours: int | None) -> None:
    row = parse_export(f"{ANDROID}{line}\n".encode()).frame.row(0, named=True)
    assert (row["event"], row["actor"], row["timer_hours"]) == ("disappearing_on", "Ani", hours)


@pytest.mark.parametrize(
    "mark", ["Diteruskan", "*Diteruskan*", "[Forwarded]", "Forwarded many times:", "Weitergeleitet"]
)
def test_a_text_marked_as_passed_on(mark: str) -> None:
    frame = parse_export(
        f"{ANDROID}Ani: {mark}\nInfo penting\nhari ini\n{ANDROID}Ani: {mark}\n".encode()
    ).frame
    assert frame["is_forwarded"].to_list() == [True, False]
    assert frame["text"].to_list() == ["Info penting\nhari ini", mark]


def test_several_attachments_and_their_caption_are_one_message() -> None:
    text = f"{IOS}Ani: foto kemarin\n{LRM}<terlampir: 1-PHOTO-1.jpg>\n{LRM}<terlampir: 2-PHOTO-2.jpg>\n"
    frame = parse_export(text.encode()).frame
    assert frame.select("kind", "text").rows() == [("image", "foto kemarin")]


# --- traps ---------------------------------------------------------------------------------------

#: What | text | messages, events, senders, lines, continuation, rejected.
TRAPS = [
    (
        "a mark on every line",
        f"\ufeff{ANDROID}Ani: a\n\ufeffdua\n\ufeff{ANDROID}Budi: b\n",
        (2, 0, 2, 3, 1, 0),
    ),
    ("hyphens that do not break", f"{ANDROID}+62\u00a0812\u20113456\u20117890: a\n" * 2, (2, 0, 1, 2, 0, 0)),
    ("isolated mentions", f"{ANDROID}Ani: halo @\u2068Budi: Dua\u2069\n", (1, 0, 1, 1, 0, 0)),
    (
        "lines out of time order",
        f"14/10/2022 16.25 - Ani: a\n{ANDROID}Budi: telat\n14/10/2022 16.26 - Ani: b\n",
        (3, 0, 2, 3, 0, 0),
    ),
    ("a person named like a header", f"{ANDROID}12/07/2017, 22:35 - N: halo\n" * 2, (2, 0, 1, 2, 0, 0)),
    (
        "a quote of another layout",
        f"{ANDROID}Ani: lihat\n[12/07/17, 22:35:01] N: t\n{ANDROID}Budi: oh\n",
        (2, 0, 2, 3, 1, 0),
    ),
    (
        "a quote of the same layout that stands earlier in the file",
        f"12/10/2022 08.00 - Budi: pesan yang panjang sekali\n12/10/2022 08.01 - Citra: ok\n{ANDROID}Ani: lihat\n"
        f"12/10/2022 08.00 - Budi: pesan yang panjang sekali\n12/10/2022 08.01 - Citra: ok\n{ANDROID}Budi: oh\n",
        (4, 0, 3, 6, 2, 0),
    ),
    (
        "a quote of the same layout by people who are not in the chat",
        f"{ANDROID}Ani: a\n" * 49
        + "01/02/2020 08.00 - Xena: a\n01/02/2020 08.01 - Yuri: b\n"
        + f"{ANDROID}Budi: oh\n",
        (50, 0, 2, 52, 2, 0),
    ),
    (
        "one line that may be late or quoted stays a message",
        f"{ANDROID}Ani: a\n" * 49 + "01/02/2020 08.00 - Xena: a\n" + f"{ANDROID}Budi: oh\n",
        (51, 0, 3, 51, 0, 0),
    ),
    (
        "in a small file lines by strangers stay messages",
        f"{ANDROID}Ani: lihat\n01/02/2020 08.00 - Xena: a\n01/02/2020 08.01 - Yuri: b\n{ANDROID}Budi: oh\n",
        (4, 0, 4, 4, 0, 0),
    ),
    ("a name with a colon", f"{ANDROID}Kos: Pak RT: a\n" * 5 + f"{ANDROID}Ani: b: c\n", (6, 0, 2, 6, 0, 0)),
    ("no blank behind the colon", f"{ANDROID}Bob:Hi\n{ANDROID}Carol:\n", (2, 0, 2, 2, 0, 0)),
    ("lines ended by CR and LF", f"{ANDROID}Ani: a\r\ndua\r\n", (1, 0, 1, 2, 1, 0)),
    ("lines ended by CR", f"{ANDROID}Ani: a\rdua\r", (1, 0, 1, 2, 1, 0)),
    ("empty lines inside a message", f"{ANDROID}Ani: a\n\n\nb\n", (1, 0, 1, 4, 3, 0)),
    ("a header with nothing behind it", "13/10/2022 16.25 -\n", (0, 1, 0, 1, 0, 0)),
    ("a header that the file ends with", "13/10/2022 16.25 -", (0, 1, 0, 1, 0, 0)),
    ("zeros", f"{ANDROID}Ani: a\0b\n", (1, 0, 1, 1, 0, 0)),
    ("a line separator is no line end", f"{ANDROID}Ani: a\u2028b\x85c\x0bd\n", (1, 0, 1, 1, 0, 0)),
    (
        "a system line with a colon",
        f'{ANDROID}Ani mengubah subjek dari "a: b" menjadi "c: d"\n',
        (0, 1, 0, 1, 0, 0),
    ),
]


@pytest.mark.parametrize(("text", "figures"), [row[1:] for row in TRAPS], ids=[row[0] for row in TRAPS])
def test_a_trap(
    text: str, figures: tuple[int, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = seen(text, tmp_path, capsys)
    names = ("messages", "events", "senders", "lines", "continuation_lines", "rejected_lines")
    assert tuple(answer[name] for name in names) == figures


@pytest.mark.parametrize(
    ("codec", "repaired"),
    [("utf-8", 0), ("utf-8-sig", 0), ("utf-16", 0), ("utf-16-le", 0), ("utf-16-be", 0), ("cp1252", 2)],
)
def test_an_encoding(codec: str, repaired: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = seen(f"{ANDROID}Ani: café\n{ANDROID}Éka: ya\n".encode(codec), tmp_path, capsys)
    named = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(codec, codec)
    assert (answer["encoding"], answer["repaired_bytes"], answer["senders"]) == (named, repaired, 2)


# --- what is no export, and what is more than one ------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty_file"),
        ("a.txt", b"halo\n", "not_an_export"),
        ("a.txt", b"01/02/2024 10.00 - Ani: x\n", "ambiguous_date_order"),
        ("a.txt", b"\x89PNG\r\n\x1a\n", "binary_file"),
        ("a.txt", f"{ANDROID}Ani: ".encode() + b"a" * (2 << 20), "line_too_long"),
        ("a.zip", b"PK\x03\x04" + bytes(60), "broken_zip"),
        ("a.pdf", b"%PDF-1.7", "unknown_file_type"),
        ("a.csv", b"", "empty_file"),
        ("a.csv", b"satu,dua\n1,2\n", "not_a_roster"),
        ("chat 2022-01-31.txt", f"{ANDROID}Ani: x\n".encode(), "future_dates"),
    ],
)
def test_a_refusal_tells_its_reason_and_exits_3(
    name: str, content: bytes, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    code, answer = inspect(path, capsys)
    assert (code, answer["refused"]) == (3, reason)
    assert all(isinstance(count, int) for key, count in answer.items() if key != "refused")


def test_a_roster(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "roster-2024-03.csv"
    path.write_text("No Anggota,Nama,No HP\n1,Ani,081234567890\n2,Budi,081234567891\n", encoding="utf-8")
    code, answer = inspect(path, capsys)
    assert (code, answer["kind"], answer["rows"], answer["bad_rows"]) == (0, "roster", 2, 0)


def archive(path: Path, **texts: str) -> Path:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in texts.items():
            file.writestr(name.replace("__", "/") + ".txt", text)
    path.write_bytes(out.getvalue())
    return path


def test_several_chats_in_an_archive_are_counted_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = f"{ANDROID}Ani: a\n{ANDROID}Budi: b\n"
    two = "[14/10/22, 16.25.01] Ani: a\n[14/10/22, 16.25.02] Citra: b\ndua\n"
    code, answer = inspect(archive(tmp_path / "a.zip", a___chat=one, b___chat=two), capsys)
    assert code == 0
    figures = ("messages", "senders", "lines", "continuation_lines", "platform", "date_order", "clock")
    assert [answer[name] for name in figures] == [4, 3, 5, 1, "mixed", "dmy", "24h"]
    assert (answer["first"], answer["last"]) == ("2022-10-13T16:25:00", "2022-10-14T16:25:02")
    assert [chat["messages"] for chat in answer["chats"]] == [2, 2]


def test_chats_of_two_names_in_one_archive_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("WhatsApp Chat with Kamaliyah.txt", f"{ANDROID}Ani: a\n")
        file.writestr("Chat WhatsApp dengan Keluarga.txt", f"{ANDROID}Ani: b\n")
    code, answer = inspect(path, capsys)
    assert (code, answer) == (3, {"refused": "several_chats_in_zip", "n_chats": 2})


def test_an_unpacked_export_is_the_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "WhatsApp Chat - Kamaliyah"
    folder.mkdir()
    (folder / "_chat.txt").write_text(f"{IOS}Ani: {LRM}<terlampir: 1-PHOTO-1.jpg>\n", encoding="utf-8")
    (folder / "1-PHOTO-1.jpg").write_bytes(b"\xff\xd8\xff")
    code, answer = inspect(folder, capsys)
    assert (code, answer["messages"], answer["platform"]) == (0, 1, "ios")
    (folder / "_chat.txt").unlink()
    assert inspect(folder, capsys) == (3, {"refused": "no_chat_in_folder", "n_files": 1})


def test_a_few_messages_dated_after_their_export_are_rejected_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chat 2022-10-31.txt"
    path.write_text(f"{ANDROID}Ani: a\n" * 40 + "13/10/2029 16.25 - Budi: jam salah\ndua\n", encoding="utf-8")
    code, answer = inspect(path, capsys)
    figures = ("messages", "senders", "lines", "continuation_lines", "rejected_lines", "last")
    assert code == 0
    assert [answer[name] for name in figures] == [40, 1, 42, 0, 2, "2022-10-13T16:25:00"]


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
    ],
)
def test_the_answer_is_the_same_under_any_zone_and_locale(
    environment: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nights of a change of clocks, midnight, noon, a dotted i: read as they stand."""
    lines = ["31/03/2024, 2:30 AM", "31/03/2024, 12:05 AM", "03/11/2024, 1:30 AM", "31/12/2024, 12:05 PM"]
    path = tmp_path / "chat.txt"
    path.write_text("".join(f"{line} - İlhan: IMG (file attached)\n" for line in lines), encoding="utf-8")
    _, expected = inspect(path, capsys)
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "inspect", str(path), "--json"],
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout) == expected
    assert (expected["first"], expected["last"]) == ("2024-03-31T00:05:00", "2024-12-31T12:05:00")


def test_the_parts_of_a_poll() -> None:
    from tasks.parse.polls import read_polls

    text = f"{ANDROID}Ani: POLL:\nKapan?\nOPTION: Sabtu (pagi) (3 votes)\nOPTION: Ahad (1 vote)\n"
    poll = read_polls(pl.col("text"))
    (parts,) = parse_export(text.encode()).frame.select(poll.question, o=poll.options, v=poll.votes).rows()
    assert parts == ("Kapan?", ["Sabtu (pagi)", "Ahad"], [3, 1])
