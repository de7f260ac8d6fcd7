"""Any chat written in any layout of the grammar is read back as it was."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.parse.layout import DIGITS, Layout, layout_of
from tasks.parse.whatsapp import parse_export

EXAMPLES = 1_000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 80
LRM = "\u200e"
MINUTE = dt.timedelta(minutes=1)


def render_header(at: dt.datetime, layout: Layout, order: str, *, padded: bool, blank: str) -> str:
    """The header of a message as a phone of this layout writes it, up to the author."""
    width = 2 if padded else 1
    year = f"{at.year:04}" if layout.year_digits == 4 else f"{at.year % 100:02}"
    fields = {"d": f"{at.day:0{width}}", "m": f"{at.month:0{width}}", "y": year}
    date = layout.date_separator.join(fields[part] for part in order) + layout.date_tail
    hour = at.hour if layout.day_part == "none" else (at.hour % 12 or 12)
    numbers = [f"{hour:0{width}}", f"{at.minute:02}"] + ([f"{at.second:02}"] if layout.has_seconds else [])
    clock = layout.time_separator.join(numbers)
    if layout.day_part == "before":
        clock = ("上午" if at.hour < 12 else "下午") + clock
    elif layout.day_part == "after":
        clock += blank + ("AM" if at.hour < 12 else "PM")
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
def layouts(draw: st.DrawFn) -> tuple[Layout, str]:
    """A layout of the grammar and an order of the date that it can have."""
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
        day_part=draw(st.sampled_from(["none", "before", "after"])),
        digits=draw(st.sampled_from(["european", "european", "arabic", "persian", "devanagari"])),
    )
    return layout, order


WORDS = st.text(st.sampled_from("abc dEé😊:1/,.-[]()@\u2068\u2069\"'"), min_size=1, max_size=30)
BODY = st.lists(WORDS, min_size=1, max_size=3).map("\n".join).map(str.strip).filter(bool)
NAMES = st.sampled_from(
    ["Ani", "Budi Santoso", "+6281234567890", "~ Push", "Rina 😊", "Pak RT 05/02", "Siti-Aminah"]
)
KINDS = st.sampled_from(["text", "text", "text", "media", "deleted", "edited", "left", "added"])


@st.composite
def chats(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Messages and system lines in the order of time; the 25th of a month keeps the order of dates plain."""
    at = dt.datetime.fromisoformat("2021-01-25").replace(
        month=draw(st.integers(1, 12)), hour=draw(st.integers(0, 23)), minute=draw(st.integers(0, 59))
    )
    rows = []
    for _ in range(draw(st.integers(1, 8))):
        row: dict[str, Any] = {"at": at, "author": draw(NAMES), "kind": draw(KINDS), "text": draw(BODY)}
        rows.append(row)
        at += MINUTE * draw(st.integers(0, 60 * 24 * 40))
    return rows


def render_row(row: dict[str, Any], header: str, mark: str) -> str:
    """One message or system line as an Indonesian phone writes it."""
    author = row["author"]
    return (
        header
        + {
            "text": f"{author}: {row['text']}",
            "media": f"{author}: {mark}<Media tidak disertakan>",
            "deleted": f"{author}: {mark}Pesan ini dihapus",
            "edited": f"{author}: {row['text']} {mark}<Pesan ini diedit>",
            "left": f"{author} keluar",
            "added": f"{author} menambahkan Citra dan Dedi",
        }[row["kind"]]
    )


@settings(max_examples=EXAMPLES, deadline=None)
@given(layouts(), chats(), st.booleans(), st.sampled_from([" ", "\u202f", "\u00a0"]))
def test_a_chat_is_read_back(
    chosen: tuple[Layout, str], rows: list[dict[str, Any]], padded: bool, blank: str
) -> None:
    layout, order = chosen
    mark = LRM if layout.platform == "ios" else ""
    headers = [render_header(row["at"], layout, order, padded=padded, blank=blank) for row in rows]
    lines = [render_row(row, header, mark) for row, header in zip(rows, headers, strict=True)]
    if layout.frame == "space":  # without a colon behind it, a blank ends no header
        rows, lines = (
            [row for row in rows if row["kind"] not in ("left", "added")],
            [line for row, line in zip(rows, lines, strict=True) if row["kind"] not in ("left", "added")],
        )
        if not rows:
            return
    parsed = parse_export(("\n".join(lines) + "\n").encode(), date_order=order)
    precise = [row["at"].replace(second=0) for row in rows]
    is_system = [row["kind"] in ("left", "added") for row in rows]
    frame = parsed.frame
    assert frame["local_at"].to_list() == precise
    assert frame["author"].to_list() == [
        None if system else row["author"] for row, system in zip(rows, is_system, strict=True)
    ]
    assert frame["event"].to_list() == [
        row["kind"] if system else None for row, system in zip(rows, is_system, strict=True)
    ]
    assert frame["actor"].to_list() == [
        row["author"] if system else None for row, system in zip(rows, is_system, strict=True)
    ]
    assert frame["is_edited"].to_list() == [row["kind"] == "edited" for row in rows]
    assert frame["text"].to_list() == [
        row["text"] if row["kind"] in ("text", "edited") else None for row in rows
    ]
    assert parsed.meta.date_order == order
    assert parsed.meta.clock == layout.clock
    assert parsed.meta.n_rejected_lines == 0


@settings(max_examples=EXAMPLES, deadline=None)
@given(layouts(), st.booleans())
def test_a_layout_is_told_from_one_header(chosen: tuple[Layout, str], padded: bool) -> None:
    layout, order = chosen
    header = render_header(
        dt.datetime.fromisoformat("2021-11-25T10:11"), layout, order, padded=padded, blank=" "
    )
    assert layout_of(f"{header}Ani: x") == layout
