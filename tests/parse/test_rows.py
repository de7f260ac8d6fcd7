"""Kinds, captions, authors and events: what was written on the left, what it is on the right."""

from __future__ import annotations

import pytest

from tasks.parse.labels import is_phone_label
from tasks.parse.whatsapp import parse_export

LRM = "\u200e"


def android(*bodies: str) -> dict[str, list[object]]:
    lines = "".join(f"13/10/2022 16.25 - {body}\n" for body in bodies)
    return parse_export(lines.encode()).frame.to_dict(as_series=False)


def ios(*bodies: str) -> dict[str, list[object]]:
    lines = "".join(f"[13/10/22, 16.25.01] {body}\n" for body in bodies)
    return parse_export(lines.encode()).frame.to_dict(as_series=False)


ANDROID_KINDS = [
    ("<Media tidak disertakan>", "media", None),
    ("<Media omitted>", "media", None),
    ("<Media tidak disertakan>\nketerangan", "media", "keterangan"),
    ("<Video message omitted>", "video", None),
    ("IMG-20221013-WA0001.jpg (file terlampir)", "image", None),
    (f"{LRM}IMG-20221013-WA0001.jpg (file attached)\ndua\nbaris", "image", "dua\nbaris"),
    ("STK-20221013-WA0001.webp (file terlampir)", "sticker", None),
    ("PTT-20221013-WA0001.opus (file terlampir)", "audio", None),
    ("VID-20221013-WA0001.mp4 (file attached)", "video", None),
    ("Pak Budi (RT).vcf (file terlampir)", "contact", None),
    ("Laporan Iuran.pdf (file terlampir)", "document", None),
    ("Pesan ini dihapus", "deleted", None),
    ("Pesan ini telah dihapus", "deleted", None),
    ("Anda telah menghapus pesan ini", "deleted", None),
    ("Pesan ini dihapus oleh admin Budi", "deleted", None),
    ("This message was deleted", "deleted", None),
    ("You deleted this message", "deleted", None),
    ("null", "view_once", None),
    ("lokasi: https://maps.google.com/?q=-6.9,107.6", "location", "https://maps.google.com/?q=-6.9,107.6"),
    ("location: https://maps.google.com/?q=-6.9,107.6", "location", "https://maps.google.com/?q=-6.9,107.6"),
    ("Lokasi terkini dibagikan", "live_location", None),
    ("live location shared", "live_location", None),
    ("POLL:\nKapan?\nOPTION: Sabtu (3 votes)\nOPTION: Ahad (1 vote)", "poll", "Kapan?\nSabtu (3)\nAhad (1)"),
    (
        "UNGKAPAN:\nKapan?\nPILIH: Sabtu (3 suara)\nPILIH: Ahad (0 suara)",
        "poll",
        "Kapan?\nSabtu (3)\nAhad (0)",
    ),
    ("Polling: Kapan?\nOpsi: Sabtu (3 suara)\nOpsi: Ahad (0 suara)", "poll", "Kapan?\nSabtu (3)\nAhad (0)"),
    ("ENCUESTA:\nUna\nOPCIÓN: A: b (0 votos)\nOPCIÓN: B (1 voto)", "poll", "Una\nA: b (0)\nB (1)"),
    ("RENCANA:\nSabtu\nBUTIR: satu\nBUTIR: dua", "text", "RENCANA:\nSabtu\nBUTIR: satu\nBUTIR: dua"),
    ("POLL: siapa ikut?", "text", "POLL: siapa ikut?"),
    (
        "Info:\nNama: Budi (2 orang)\nNama: Siti (3 orang)",
        "text",
        "Info:\nNama: Budi (2 orang)\nNama: Siti (3 orang)",
    ),
    (
        "Lokasi: Masjid https://maps.google.com/?q=1,2",
        "text",
        "Lokasi: Masjid https://maps.google.com/?q=1,2",
    ),
    ("null\nlanjut", "text", "null\nlanjut"),
    ("Missed voice call", "call", None),
    ("Telepon video tak terjawab", "call", None),
    ("halo", "text", "halo"),
    ("Video call", "text", "Video call"),
    ("tadi Pesan ini dihapus ya", "text", "tadi Pesan ini dihapus ya"),
    ("https://example.org/a: b", "text", "https://example.org/a: b"),
    ("halo @\u2068Pak Budi\u2069", "text", "halo @\u2068Pak Budi\u2069"),
]


@pytest.mark.parametrize(("body", "kind", "text"), ANDROID_KINDS)
def test_kinds_on_android(body: str, kind: str, text: str | None) -> None:
    row = android(f"Ani: {body}")
    assert (row["author"], row["kind"], row["text"], row["event"]) == (["Ani"], [kind], [text], [None])


IOS_KINDS = [
    ("gambar tidak disertakan", "image"),
    ("image omitted", "image"),
    ("video tidak disertakan", "video"),
    ("audio omitted", "audio"),
    ("GIF tidak disertakan", "gif"),
    ("stiker tidak disertakan", "sticker"),
    ("dokumen tidak disertakan", "document"),
    ("Kartu kontak tidak disertakan", "contact"),
    ("Contact card omitted", "contact"),
    ("<terlampir: 00000012-PHOTO-2022-10-13-16-25-01.jpg>", "image"),
    ("<attached: 00000013-STICKER-2022-10-13-16-25-01.webp>", "sticker"),
    ("<attached: 00000014-AUDIO-2022-10-13-16-25-01.opus>", "audio"),
    ("Pesan ini dihapus.", "deleted"),
    ("Missed video call", "call"),
]


@pytest.mark.parametrize(("body", "kind"), IOS_KINDS)
def test_kinds_on_an_iphone(body: str, kind: str) -> None:
    """The phone's words are led by a mark; in a file with marks, the words without it are a member's."""
    rows = ios(f"Ani: {LRM}{body}", f"Ani: {body}")
    assert rows["kind"] == [kind, "text"]
    assert rows["text"] == [None, body]


def test_an_iphone_export_that_lost_its_marks() -> None:
    assert ios("Ani: gambar tidak disertakan", "Ani: x")["kind"] == ["image", "text"]


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (f"lihat ini {LRM}<terlampir: 1-PHOTO-1.jpg>", "image", "lihat ini"),
        (f"dua\nbaris {LRM}gambar tidak disertakan", "image", "dua\nbaris"),
        (f"Iuran.pdf • {LRM}7 halaman {LRM}<terlampir: 2-Iuran.pdf>", "document", None),
    ],
)
def test_captions_on_an_iphone(body: str, kind: str, text: str | None) -> None:
    rows = ios(f"Ani: {body}")
    assert (rows["kind"], rows["text"]) == ([kind], [text])


@pytest.mark.parametrize(
    "mark", ["<Pesan ini diedit>", f"{LRM}<Pesan ini diedit>", "<This message was edited>"]
)
def test_the_mark_of_an_edit_is_taken_off(mark: str) -> None:
    rows = android(f"Ani: halo {mark}", f"Ani: dua\nbaris {mark}", "Ani: halo")
    assert rows["text"] == ["halo", "dua\nbaris", "halo"]
    assert rows["is_edited"] == [True, True, False]


EVENTS = [
    ('Ani telah membuat grup "Kamaliyah"', "created", "Ani", None),
    ('Ani membuat grup "Kamaliyah"', "created", "Ani", None),
    ('Ani created group "Kamaliyah"', "created", "Ani", None),
    ("Ani created group “Kamaliyah”", "created", "Ani", None),
    ("Ani menambahkan Budi", "added", "Ani", ["Budi"]),
    (
        "Ani telah menambahkan Budi, +62 812-3456-7890 dan Citra",
        "added",
        "Ani",
        ["Budi", "+6281234567890", "Citra"],
    ),
    ("Anda menambahkan Budi", "added", "You", ["Budi"]),
    ("Ani added you", "added", "Ani", ["You"]),
    ("Ani added Budi, Citra, and Dedi", "added", "Ani", ["Budi", "Citra", "Dedi"]),
    ("You were added", "added", None, ["You"]),
    ("Anda ditambahkan", "added", None, ["You"]),
    (
        "+62 812-3456-7890 bergabung menggunakan tautan undangan grup ini",
        "joined_link",
        "+6281234567890",
        None,
    ),
    ("~\u202fPush joined using this group's invite link", "joined_link", "~ Push", None),
    ("Ani joined using this group’s invite link", "joined_link", "Ani", None),
    ("Ani bergabung dari komunitas", "joined_community", "Ani", None),
    ("Ani keluar", "left", "Ani", None),
    ("Ani left", "left", "Ani", None),
    ("Ani mengeluarkan Budi", "removed", "Ani", ["Budi"]),
    ("Ani removed Budi", "removed", "Ani", ["Budi"]),
    ("Budi was removed", "removed", None, ["Budi"]),
    ('Ani mengubah subjek dari "A: b" menjadi "C: d"', "subject", "Ani", None),
    ('Ani changed the subject from "A" to "B"', "subject", "Ani", None),
    ("Ani mengubah ikon grup ini", "icon", "Ani", None),
    ("Ani changed this group's icon", "icon", "Ani", None),
    ("Ani mengubah deskripsi grup", "description", "Ani", None),
    ("Anda sekarang adalah admin", "admin", None, ["You"]),
    ("You're now an admin", "admin", None, ["You"]),
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
        "+62 812-3456-7890 telah diganti ke +62 813-3456-7890",
        "number_changed",
        "+6281234567890",
        ["+6281334567890"],
    ),
    ("Ani changed their phone number to a new number. Tap to message.", "number_changed", "Ani", None),
    ("Pesan dan panggilan terenkripsi secara end-to-end. Ketuk.", "encryption", None, None),
    ("Pesan dan telepon terenkripsi secara end-to-end.", "encryption", None, None),
    ("Messages and calls are end-to-end encrypted. Tap to learn more.", "encryption", None, None),
    ("Kode keamanan Anda dengan Ani telah berubah. Ketuk untuk info.", "security_code", "Ani", None),
    ("Your security code with Ani changed. Tap to learn more.", "security_code", "Ani", None),
    ("Ani mengaktifkan pesan sementara. Pesan baru akan hilang.", "disappearing_on", "Ani", None),
    ("Ani turned off disappearing messages.", "disappearing_off", "Ani", None),
    (
        "Ani changed this group's settings to allow only admins to send messages to this group",
        "admins_only_on",
        "Ani",
        None,
    ),
    (
        "Ani mengubah pengaturan grup ini sehingga semua anggota dapat mengirim pesan ke grup ini",
        "admins_only_off",
        "Ani",
        None,
    ),
    ("Panggilan suara tak terjawab", "call", None, None),
    ("Sesuatu yang baru", "other", None, None),
]


@pytest.mark.parametrize(("line", "event", "actor", "targets"), EVENTS)
def test_system_lines(line: str, event: str, actor: str | None, targets: list[str] | None) -> None:
    rows = android(line)
    assert (rows["author"], rows["kind"], rows["event"]) == ([None], [None], [event])
    assert (rows["actor"], rows["targets"]) == ([actor], [targets])


def test_system_lines_shown_under_a_label() -> None:
    rows = ios(
        f"Kamaliyah: {LRM}Pesan dan panggilan terenkripsi secara end-to-end.",
        f"Kamaliyah: {LRM}\u2068Ani\u2069 menambahkan \u2068Budi dan Citra\u2069 dan \u2068Dedi\u2069",
        f"Budi: {LRM}Budi keluar",
        f"Kamaliyah: {LRM}sesuatu yang baru",
        "Budi: Ani keluar",
    )
    assert rows["event"] == ["encryption", "added", "left", "other", None]
    assert rows["author"] == [None, None, None, None, "Budi"]
    assert rows["targets"][1] == ["Budi dan Citra", "Dedi"]


def test_a_subject_is_kept_as_the_text_of_its_event() -> None:
    assert android('Ani mengubah subjek dari "A: b" menjadi "C: d"')["text"] == ["C: d"]


def test_a_system_line_shown_under_a_name_the_group_has_had() -> None:
    rows = android('Ani membuat grup "Kamaliyah"', "Kamaliyah: Budi keluar", "Citra: Budi keluar")
    assert rows["event"] == ["created", "left", None]


AUTHORS = [
    ("Bob:Hi", "Bob", "Hi"),
    ("Carol:", "Carol", None),
    ("Carol: ", "Carol", None),
    ("+62 812-3456-7890: x", "+6281234567890", "x"),
    ("+62\u00a0812\u20113456\u20117890: x", "+6281234567890", "x"),
    ("\u202a+62 812 3456 7890\u202c: x", "+6281234567890", "x"),
    ("~\u202fPush Name: x", "~ Push Name", "x"),
    ("\u2068Ani\u2069: x", "Ani", "x"),
    ("12/07/2017, 22:35 - N: x", "12/07/2017, 22:35 - N", "x"),
    ("Ani  Besar: x", "Ani Besar", "x"),
    ("2010: x", "2010", "x"),
]


@pytest.mark.parametrize(("line", "author", "text"), AUTHORS)
def test_authors(line: str, author: str, text: str | None) -> None:
    rows = android(line)
    assert (rows["author"], rows["text"], rows["kind"]) == ([author], [text], ["text"])


def test_a_name_with_a_colon_is_seen_by_repetition() -> None:
    rows = android(*[f"Kos: Pak RT: pesan {number}" for number in range(5)], "Ani: catatan: satu")
    assert rows["author"] == ["Kos: Pak RT"] * 5 + ["Ani"]
    assert rows["text"][0] == "pesan 0"


def test_phone_labels() -> None:
    assert is_phone_label("+6281234567890")
    assert not is_phone_label("Ani")
    assert not is_phone_label("2010")


def test_the_web_client_puts_a_dash_before_system_lines() -> None:
    rows = ios(
        "- Ann added Bob",
        '- You created group "Trip: one"',
        "- Ann changed this group's settings to allow only admins to send messages to this group",
        "Ann: hello",
        "- Dash: a name that begins so: still a name",
    )
    assert rows["event"] == ["added", "created", "admins_only_on", None, None]
    assert rows["actor"] == ["Ann", "You", "Ann", None, None]
    assert rows["targets"][0] == ["Bob"]
    assert rows["author"] == [None, None, None, "Ann", "- Dash"]
    assert rows["text"][3:] == ["hello", "a name that begins so: still a name"]


def test_a_system_lines_own_colon_makes_nobody_an_author() -> None:
    rows = android(
        "Ann heeft een nieuw nummer: +31 6 12345678 (was +31 6 22345678)",
        "Ann heeft een nieuw nummer: dat klopt",
    )
    assert rows["event"] == ["number_changed", None]
    assert (rows["actor"][0], rows["targets"][0]) == ("Ann", ["+31612345678"])
    assert rows["author"] == [None, "Ann heeft een nieuw nummer"]
