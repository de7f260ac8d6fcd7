"""Chats drawn at random, and phones that show them each in its own way: the ground of the property tests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hypothesis import strategies as st

from tasks.reconcile import Export
from tests.reconcile.handmade import Said, Told, export

START = dt.datetime.fromisoformat("2024-03-01 08:00")
PEOPLE = 4
#: Every export holds these minutes, in which each person writes something nobody else does.
CORE = 2 * PEOPLE
#: Exports are made on these days after the chat.
EXPORT_DAYS = 6

_SHORT = ("ok", "siap", "hadir insyaallah kang")


@dataclass(frozen=True)
class Message:
    """One true message: what it says at first, and what became of it on which day after the chat."""

    minute: int
    person: int
    text: str | None
    kind: str = "text"
    mention: int | None = None
    change: str | None = None  # edited | deleted
    changed_on: int = 0

    def shown_on(self, day: int) -> str:
        """What an export of a day shows: ``first``, ``edited`` or ``deleted``."""
        return self.change if self.change is not None and self.changed_on <= day else "first"


@dataclass(frozen=True)
class Habits:
    """How one export shows the chat."""

    phone: int
    day: int
    names: tuple[str, ...]
    hours: int = 0
    has_seconds: bool = False
    names_media: bool = True

    @property
    def stated(self) -> str:
        return f"{START.date() + dt.timedelta(days=1 + self.day)}"


def at(minute: int) -> dt.datetime:
    return START + dt.timedelta(minutes=minute)


@st.composite
def chats(draw: st.DrawFn) -> list[Message]:
    """A core of telling texts; around it short and repeated ones, pictures, mentions, edits, deletions."""
    sides = st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, PEOPLE - 1), st.integers(0, 6)), max_size=25
    )
    core = [Message(minute, minute % PEOPLE, f"pesan panjang nomor {minute}") for minute in range(CORE)]
    before = [_around(draw, -1 - minute, who, what, n) for n, (minute, who, what) in enumerate(draw(sides))]
    after = [
        _around(draw, CORE + minute, who, what, 100 + n) for n, (minute, who, what) in enumerate(draw(sides))
    ]
    return sorted(before + core + after, key=lambda message: message.minute)


def _around(draw: st.DrawFn, minute: int, who: int, what: int, number: int) -> Message:
    if what < len(_SHORT):
        return Message(minute, who, _SHORT[what])
    if what == 3:
        return Message(minute, who, draw(st.sampled_from([None, f"keterangan {number}"])), "image")
    if what == 4:
        return Message(
            minute, who, f"titip salam buat @ nomor {number}", mention=draw(st.integers(0, PEOPLE - 1))
        )
    change = "edited" if what == 5 else "deleted"
    on = draw(st.integers(0, EXPORT_DAYS))
    return Message(minute, who, f"panjang dan kemudian berubah {number}", change=change, changed_on=on)


@st.composite
def habits(draw: st.DrawFn, phone: int, hours: bool = False) -> Habits:
    """One export's way of showing: its day, names, clock, precision, media."""
    day = draw(st.integers(0, EXPORT_DAYS - 1))
    style = draw(st.sampled_from(["number", "name", "mixed"]))
    names = tuple(
        f"+62811000000{n}"
        if style == "number" or (style == "mixed" and n % 2)
        else f"phone {phone} person {n}"
        for n in range(PEOPLE)
    )
    return Habits(
        phone=phone,
        day=day,
        names=names,
        hours=draw(st.sampled_from([0, 1, 2])) if hours and phone else 0,
        has_seconds=draw(st.booleans()),
        names_media=draw(st.booleans()),
    )


@st.composite
def exports(draw: st.DrawFn, chat: list[Message], hours: bool = False, edges: bool = False) -> list[Export]:
    """Two to five exports of up to four phones, each a slice of the chat around its core.

    A slice ends between two minutes; with ``edges`` anywhere.
    """
    made = []
    for number in range(draw(st.integers(2, 5))):
        how = draw(habits(phone=draw(st.integers(0, 3)) if number > 1 else number, hours=hours))
        first, last = draw(st.integers(-13, 0)), draw(st.integers(CORE, CORE + 13))
        part = [message for message in chat if first <= message.minute < last]
        if edges:
            ends = [n for n, message in enumerate(part) if 0 <= message.minute < CORE]
            part = part[draw(st.integers(0, ends[0])) : draw(st.integers(ends[-1] + 1, len(part)))]
        made.append(show(part, how, f"export {number}"))
    return made


def show(part: list[Message], how: Habits, name: str) -> Export:
    """The export of a phone that holds these messages."""
    lines: list[Said | Told] = [_line(message, how) for message in part]
    return export(name, lines, phone=how.phone, stated=how.stated)


def _line(message: Message, how: Habits) -> Said:
    moment = at(message.minute) + dt.timedelta(hours=how.hours)
    stamp = f"{moment:%Y-%m-%d %H:%M}" + (":07" if how.has_seconds else "")
    author, state = how.names[message.person], message.shown_on(how.day)
    if state == "deleted":
        return Said(stamp, author, None, "deleted")
    if message.kind == "image":
        return Said(stamp, author, message.text, "image" if how.names_media else "media")
    text = message.text or ""
    if message.mention is not None:
        called = how.names[message.mention]
        text = text.replace("@", f"@{called[1:]}" if called.startswith("+") else f"@\u2068{called}\u2069")
    return Said(stamp, author, f"{text} (diubah)" if state == "edited" else text, edited=state == "edited")
