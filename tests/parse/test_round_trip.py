"""Any chat written in any layout of the grammar is read back as it was."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.parse.authors import MIN_COLON_NAME
from tasks.parse.layout import DIGITS, Layout, layout_of
from tasks.parse.whatsapp import parse_export

EXAMPLES = 1_000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 80
LRM = "\u200e"
MINUTE = dt.timedelta(minutes=1)


#: Day parts of a phone: where they stand, and its words for the hours from 0, 6, 12 and 18.
DAY_PARTS = {
    "en": ("after", ("AM", "AM", "PM", "PM")),
    "es": ("after", ("a.\u00a0m.", "a.\u00a0m.", "p.\u00a0m.", "p.\u00a0m.")),
    "de": ("after", ("nachts", "morgens", "nachm.", "abends")),
    "id": ("after", ("malam", "pagi", "siang", "malam")),
    "hi": ("after", ("पूर्वाह्न", "पूर्वाह्न", "अपराह्न", "अपराह्न")),
    "ar": ("after", ("ص", "ص", "م", "م")),
    "zh": ("before", ("凌晨", "上午", "下午", "晚上")),
    "ko": ("before", ("오전", "오전", "오후", "오후")),
}


class Rendered(NamedTuple):
    """One row as it was meant: what its line says, and what is to be read."""

    line: str
    author: str | None
    kind: str | None = None
    text: str | None = None
    is_edited: bool = False
    is_forwarded: bool = False
    event: str | None = None
    actor: str | None = None
    targets: list[str] | None = None
    timer_hours: int | None = None


def render_header(
    at: dt.datetime, layout: Layout, order: str, *, padded: bool, blank: str, language: str = "en"
) -> str:
    """The header of a message as a phone of this layout writes it, up to the author."""
    width = 2 if padded else 1
    year = f"{at.year:04}" if layout.year_digits == 4 else f"{at.year % 100:02}"
    fields = {"d": f"{at.day:0{width}}", "m": f"{at.month:0{width}}", "y": year}
    date = layout.date_separator.join(fields[part] for part in order) + layout.date_tail
    hour = at.hour if layout.day_part == "none" else (at.hour % 12 or 12)
    numbers = [f"{hour:0{width}}", f"{at.minute:02}"] + ([f"{at.second:02}"] if layout.has_seconds else [])
    clock = layout.time_separator.join(numbers)
    word = DAY_PARTS[language][1][at.hour // 6]
    if layout.day_part == "before":
        clock = word + clock
    elif layout.day_part == "after":
        clock += blank + word
    first, second = (clock, date) if layout.time_first else (date, clock)
    joiner = {"": " ", ",": ", ", "،": "، "}.get(layout.joiner, f" {layout.joiner} ")
    zero = DIGITS[layout.digits][0]
    stamp = "".join(
        chr(ord(zero) + int(sign)) if sign.isdigit() else sign for sign in first + joiner + second
    )
    return {
        "bracket": f"[{stamp}] ",
        "dash": f"{stamp} - ",
        "colon": f"{stamp}: ",
        "semicolon": f"{stamp}; ",
        "space": f"{stamp} ",
    }[layout.frame]


@st.composite
def layouts(draw: st.DrawFn) -> tuple[Layout, str, str]:
    """A layout of the grammar, an order of the date that it can have, and the language of its day parts."""
    language = draw(st.sampled_from([None, None, None, *DAY_PARTS]))
    frame = draw(st.sampled_from(["bracket", "dash", "dash", "colon", "semicolon", "space"]))
    order = draw(st.sampled_from(["dmy", "mdy", "ymd"]))
    separator, tail = draw(st.sampled_from([("/", ""), (".", ""), ("-", ""), (". ", "."), (". ", "")]))
    layout = Layout(
        frame=frame,
        time_first=frame == "bracket" and separator == "/" and draw(st.booleans()),
        date_separator=separator,
        date_tail=tail,
        year_place="first" if order == "ymd" else "last",
        year_digits=4 if order == "ymd" else draw(st.sampled_from([2, 4])),
        joiner=draw(st.sampled_from(["", ",", "،", "à", "klo", "-"])),
        time_separator=draw(st.sampled_from([":", "."])),
        has_seconds=frame in ("space", "colon") or draw(st.booleans()),
        day_part="none" if language is None else DAY_PARTS[language][0],
        digits=draw(st.sampled_from(["european", "european", "arabic", "persian", "devanagari"])),
    )
    return layout, order, language or "en"


WORDS = st.text(st.sampled_from("abc dEé😊:1/,.-[]()@\u2068\u2069\"'"), min_size=1, max_size=30)
BODY = st.lists(WORDS, min_size=1, max_size=3).map("\n".join).map(str.strip).filter(bool)
NAMES = st.sampled_from(
    [
        "Ani",
        "Budi Santoso",
        "+6281234567890",
        "~ Push",
        "Rina 😊",
        "Pak RT 05/02",
        "Siti-Aminah",
        "أحمد بن علي",
        "王小明",
        "Anda Sari",
        "Nur: Bandung",
    ]
)
TALK = [
    *["text", "text", "text", "media", "captioned", "contact", "location", "live", "poll", "call"],
    *["view_once", "deleted", "edited", "forwarded", "empty"],
]
SYSTEM = ["left", "added", "removed", "joined", "number", "admin", "pinned", "subject", "timer"]
KINDS = TALK + SYSTEM


@st.composite
def chats(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Messages and system lines in the order of time; the 25th of a month keeps the order of dates plain."""
    at = dt.datetime.fromisoformat("2021-01-25").replace(
        month=draw(st.integers(1, 12)), hour=draw(st.integers(0, 23)), minute=draw(st.integers(0, 59))
    )
    rows = []
    for _ in range(draw(st.integers(1, 8))):
        rows.append(
            {"at": at, "author": draw(NAMES), "kind": draw(st.sampled_from(KINDS)), "text": draw(BODY)}
        )
        at += MINUTE * draw(st.integers(0, 60 * 24 * 40))
    return rows


def render_row(row: dict[str, Any], mark: str) -> Rendered:
    """One message or system line as an Indonesian phone writes it, behind its header."""
    who, text = row["author"], row["text"]

    def says(words: str, kind: str, read: str | None = None, **flags: bool) -> Rendered:
        return Rendered(f"{who}: {words}", who, kind, read, **flags)

    def told(words: str, event: str, targets: list[str] | None = None, **known: Any) -> Rendered:
        return Rendered(words, None, event=event, **{"actor": who, "targets": targets} | known)

    photo = "<terlampir: 00000012-PHOTO-2021.jpg>" if mark else "IMG-20210125-WA0001.jpg (file terlampir)"
    place = "https://maps.google.com/?q=-6.9,107.6"
    votes = "POLL:\nKapan?\nOPTION: Sabtu (3 votes)\nOPTION: Ahad (1 vote)"
    number, timer = "+62 813-1111-2222", "Pesan baru akan hilang 7 hari setelah dikirim."
    renderings: dict[str, Callable[[], Rendered]] = {
        "text": lambda: says(text, "text", text),
        "media": lambda: says(f"{mark}<Media tidak disertakan>", "media"),
        "captioned": lambda: says(f"{mark}{photo}\n{text}", "image", text),
        "contact": lambda: says(
            f"{mark}{'<terlampir: a.vcf>' if mark else 'a.vcf (file terlampir)'}", "contact"
        ),
        "location": lambda: says(f"{mark}lokasi: {place}", "location", place),
        "live": lambda: says(f"{mark}Lokasi terkini dibagikan", "live_location"),
        "poll": lambda: says(f"{mark}{votes}", "poll", "Kapan?\nSabtu (3)\nAhad (1)"),
        "call": lambda: says(f"{mark}Panggilan video tak terjawab", "call"),
        "view_once": lambda: says("null", "view_once"),
        "deleted": lambda: says(f"{mark}Pesan ini dihapus", "deleted"),
        "edited": lambda: says(f"{text} {mark}<Pesan ini diedit>", "text", text, is_edited=True),
        "forwarded": lambda: says(f"Diteruskan\n{text}", "text", text, is_forwarded=True),
        "empty": lambda: says("", "text"),
        "left": lambda: told(f"{who} keluar", "left"),
        "added": lambda: told(f"{who} menambahkan Citra dan Dedi", "added", ["Citra", "Dedi"]),
        "removed": lambda: told(f"{who} mengeluarkan Dedi", "removed", ["Dedi"]),
        "joined": lambda: told(f"{who} bergabung menggunakan tautan undangan grup ini", "joined_link"),
        "number": lambda: told(f"{who} telah diganti ke {number}", "number_changed", ["+6281311112222"]),
        "admin": lambda: told(f"{who} sekarang adalah admin", "admin", [who], actor=None),
        "pinned": lambda: told(f"{who} menyematkan pesan", "pinned"),
        "subject": lambda: told(f'{who} mengubah subjek dari "A" menjadi "B"', "subject", text="B"),
        "timer": lambda: told(
            f"{who} mengaktifkan pesan sementara. {timer}", "disappearing_on", timer_hours=168
        ),
    }
    return renderings[row["kind"]]()


def _is_readable(row: dict[str, Any], layout: Layout) -> bool:
    """Without a colon behind it, a blank ends no header; a colon in a name is known by repetition alone."""
    is_system = row["kind"] in SYSTEM
    return not (is_system and (layout.frame == "space" or ": " in row["author"]))


@settings(max_examples=EXAMPLES, deadline=None)
@given(layouts(), chats(), st.booleans(), st.sampled_from([" ", "\u202f", "\u00a0"]))
def test_a_chat_is_read_back(
    chosen: tuple[Layout, str, str], rows: list[dict[str, Any]], padded: bool, blank: str
) -> None:
    layout, order, language = chosen
    rows = [row for row in rows if _is_readable(row, layout)]
    for row in [row for row in rows if ": " in row["author"]][:1]:  # whose name has a colon writes often
        rows += [
            {**row, "at": rows[-1]["at"], "kind": "text", "text": f"pesan {n}"} for n in range(MIN_COLON_NAME)
        ]
    if not rows:
        return
    mark = LRM if layout.platform == "ios" else ""
    rendered = [render_row(row, mark) for row in rows]
    headers = [
        render_header(row["at"], layout, order, padded=padded, blank=blank, language=language) for row in rows
    ]
    lines = [header + one.line for header, one in zip(headers, rendered, strict=True)]
    parsed = parse_export(("\n".join(lines) + "\n").encode(), date_order=order)
    frame, meta = parsed.frame, parsed.meta
    assert frame["local_at"].to_list() == [row["at"].replace(second=0) for row in rows]
    for name in Rendered._fields[1:]:
        assert frame[name].to_list() == [getattr(one, name) for one in rendered], name
    n_lines = sum(line.count("\n") + 1 for line in lines)
    assert (meta.n_lines, meta.n_rejected_lines) == (n_lines, 0)
    assert meta.n_messages + meta.n_events + meta.n_continuation_lines == n_lines
    assert (meta.date_order, meta.clock, meta.platform) == (order, layout.clock, layout.platform)


@settings(max_examples=EXAMPLES, deadline=None)
@given(layouts(), st.booleans())
def test_a_layout_is_told_from_one_header(chosen: tuple[Layout, str, str], padded: bool) -> None:
    layout, order, language = chosen
    at = dt.datetime.fromisoformat("2021-11-25T10:11")
    header = render_header(at, layout, order, padded=padded, blank=" ", language=language)
    assert layout_of(f"{header}Ani: x") == layout
