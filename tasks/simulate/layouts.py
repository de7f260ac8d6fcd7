"""How phones write an export: header, marks and system lines, by layout and language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from tasks.simulate.plan import Layout

LRM, NNBSP = "\u200e", "\u202f"


@dataclass(frozen=True)
class Shape:
    """One layout. ``day`` and ``time`` are strftime patterns; ``{}`` in ``frame`` takes both."""

    platform: str
    language: str
    day: str
    time: str
    frame: str

    @property
    def is_ios(self) -> bool:
        """Whether the phone is an iPhone: seconds in the header, system lines under the group's name."""
        return self.platform == "ios"


SHAPES: dict[Layout, Shape] = {
    "android_id": Shape("android", "id", "%d/%m/%Y", "%H.%M", "{} {} - "),
    "android_id_short": Shape("android", "id", "%d/%m/%y", "%H.%M", "{} {} - "),
    "android_en": Shape("android", "en", "%d/%m/%Y", "%H:%M", "{}, {} - "),
    "android_us": Shape("android", "en", "%-m/%-d/%y", f"%-I:%M{NNBSP}%p", "{}, {} - "),
    "ios_id": Shape("ios", "id", "%d/%m/%y", "%H.%M.%S", "[{} {}] "),
    "ios_id_comma": Shape("ios", "id", "%d/%m/%y", "%H.%M.%S", "[{}, {}] "),
    "ios_en": Shape("ios", "en", "%d/%m/%y", "%H:%M:%S", "[{}, {}] "),
    "ios_us": Shape("ios", "en", "%-m/%-d/%y", f"%-I:%M:%S{NNBSP}%p", "[{}, {}] "),
}

_IOS_OMITTED = {
    "id": {
        "image": "gambar tidak disertakan", "video": "video tidak disertakan",
        "audio": "audio tidak disertakan", "gif": "GIF tidak disertakan",
        "sticker": "stiker tidak disertakan", "document": "dokumen tidak disertakan",
        "contact": "Kartu kontak tidak disertakan",
    },
    "en": {
        "image": "image omitted", "video": "video omitted", "audio": "audio omitted", "gif": "GIF omitted",
        "sticker": "sticker omitted", "document": "document omitted", "contact": "Contact card omitted",
    },
}  # fmt: skip
_ANDROID_OMITTED = {"id": "<Media tidak disertakan>", "en": "<Media omitted>"}
_SUFFIX = {
    "image": "jpg",
    "video": "mp4",
    "audio": "opus",
    "gif": "mp4",
    "sticker": "webp",
    "document": "pdf",
    "contact": "vcf",
}
_STEM = {
    "image": "IMG",
    "video": "VID",
    "audio": "PTT",
    "gif": "VID",
    "sticker": "STK",
    "document": "DOC",
    "contact": "KONTAK",
}
ATTACHED = {("android", "id"): "{} (file terlampir)", ("android", "en"): "{} (file attached)", ("ios", "id"): "<terlampir: {}>", ("ios", "en"): "<attached: {}>"}  # fmt: skip  # noqa: E501
DELETED = {"id": "Pesan ini dihapus", "en": "This message was deleted"}
DELETED_OWN = {"id": "Anda menghapus pesan ini", "en": "You deleted this message"}
EDITED = {"id": "<Pesan ini diedit>", "en": "<This message was edited>"}
#: Heading, word before an option, word after its number of votes.
POLL = {"id": ("POLLING:", "OPSI:", "suara"), "en": ("POLL:", "OPTION:", "votes")}
_LOCATION = {
    "id": "lokasi: https://maps.google.com/?q=-6.9{},107.6{}",
    "en": "location: https://maps.google.com/?q=-6.9{},107.6{}",
}

#: System lines: {0} actor, {1} target, {2} and {3} old and new value.
_SYSTEM = {
    "id": {
        "encryption": "Pesan dan panggilan terenkripsi secara end-to-end. Hanya orang di obrolan ini yang bisa membaca, mendengarkan, atau membagikannya. Pelajari selengkapnya.",  # noqa: E501 - as shown
        "created": "{0} membuat grup \"{3}\"",
        "added": "{0} menambahkan {1}",
        "joined_link": "{1} bergabung menggunakan tautan undangan grup ini",
        "left": "{1} keluar",
        "removed": "{0} mengeluarkan {1}",
        "subject": "{0} mengubah subjek dari \"{2}\" menjadi \"{3}\"",
        "icon": "{0} mengubah ikon grup ini",
        "admin": "{1} sekarang adalah admin",
        "pinned": "{0} menyematkan pesan",
        "number_changed": "{1} telah mengganti nomor teleponnya ke nomor baru. Ketuk untuk mengirim pesan atau menambahkan nomor baru.",  # noqa: E501 - as shown
        "number_changed_unsaved": "{2} telah diganti ke {3}",
        "security_code": "Kode keamanan Anda dengan {1} telah berubah. Ketuk untuk mempelajari selengkapnya.",
    },
    "en": {
        "encryption": "Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them. Learn more.",  # noqa: E501 - as shown
        "created": "{0} created group \"{3}\"",
        "added": "{0} added {1}",
        "joined_link": "{1} joined using this group's invite link",
        "left": "{1} left",
        "removed": "{0} removed {1}",
        "subject": "{0} changed the subject from \"{2}\" to \"{3}\"",
        "icon": "{0} changed this group's icon",
        "admin": "{1} is now an admin",
        "pinned": "{0} pinned a message",
        "number_changed": "{1} changed their phone number to a new number. Tap to message or add the new number.",
        "number_changed_unsaved": "{2} changed to {3}",
        "security_code": "Your security code with {1} changed. Tap to learn more.",
    },
}  # fmt: skip
_YOU = {"id": "Anda", "en": "You"}


def you(language: str) -> str:
    """How the exporter sees himself in system lines."""
    return _YOU[language]


def system_line(language: str, event: str, actor: str, target: str, old: str, new: str) -> str:
    """The words of a system line; grammar of the exporter's own part follows WhatsApp's."""
    text = _SYSTEM[language][event]
    if language == "en" and target == _YOU["en"] and event == "admin":
        return "You're now an admin"
    return text.format(actor, target, old, new)


def omitted(shape: Shape, kind: str) -> str:
    """The mark that stands for a medium in an export without media."""
    if kind == "view_once":
        return "null"
    if not shape.is_ios:
        return _ANDROID_OMITTED[shape.language]
    return LRM + _IOS_OMITTED[shape.language][kind]


def attachment(shape: Shape, kind: str) -> tuple[str, str]:
    """Stem and ending of the file name of a medium; the two halves enclose date and running number."""
    return (
        (_STEM[kind] + "-", "." + _SUFFIX[kind])
        if not shape.is_ios
        else ("", f"-{_STEM[kind]}.{_SUFFIX[kind]}")
    )


def location(language: str) -> str:
    """Pattern of a shared location, with two places for decimals."""
    return _LOCATION[language]


@cache
def _clock(layout: Layout) -> pl.Series:
    """The clock part of a header for every second of a day, or minute where no seconds are shown."""
    shape = SHAPES[layout]
    step = 1 if shape.is_ios else 60
    seconds = pl.int_range(0, 86_400, step, eager=True)
    return (
        (seconds * 1_000_000)
        .cast(pl.Datetime("us"))
        .dt.strftime(shape.time.replace(NNBSP, "~"))
        .str.replace("~", NNBSP, literal=True)
    )


def headers(layout: Layout, moment: pl.Series) -> pl.Series:
    """Header of each line. ``moment``: seconds of the phone's wall clock since 1970."""
    shape = SHAPES[layout]
    days = moment // 86_400
    first, last = (int(day) for day in np.array([days.min() or 0, days.max() or 0], dtype=np.int64))
    spelled = pl.date_range(
        pl.date(1970, 1, 1) + pl.duration(days=first),
        pl.date(1970, 1, 1) + pl.duration(days=last),
        eager=True,
    ).dt.strftime(shape.day)
    before, between, after = shape.frame.split("{}")
    clock = _clock(layout).gather((moment % 86_400) // (1 if shape.is_ios else 60))
    parts = pl.DataFrame({"day": spelled.gather(days - first), "clock": clock})
    return parts.select(pl.format(f"{before}{{}}{between}{{}}{after}", "day", "clock").alias("header"))[
        "header"
    ]
