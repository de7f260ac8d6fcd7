"""Any overlapping slices of one chat, under any names, in any order: the same store, and the truth."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.config import Group
from tasks.reconcile import Export, Reconciled, reconcile
from tests.reconcile.handmade import Said, export

START = dt.datetime.fromisoformat("2024-03-01 08:00")
PEOPLE = 4
#: Every export holds these minutes, in which each person writes something nobody else does.
CORE = 2 * PEOPLE

Message = tuple[int, int, str]  # minute, person, text

SETTINGS = settings(max_examples=40, deadline=None)


@st.composite
def chats(draw: st.DrawFn) -> list[Message]:
    """A chat: a core of telling texts with short ones around it, several in a minute."""
    sides = st.lists(
        st.tuples(
            st.integers(0, 12),
            st.integers(0, PEOPLE - 1),
            st.sampled_from(["ok", "siap", "hadir insyaallah kang"]),
        ),
        max_size=25,
    )
    before = [(-1 - minute, person, text) for minute, person, text in draw(sides)]
    core = [(minute, minute % PEOPLE, f"pesan panjang nomor {minute}") for minute in range(CORE)]
    after = [(CORE + minute, person, text) for minute, person, text in draw(sides)]
    return sorted(before + core + after, key=lambda message: message[0])


@st.composite
def phones(draw: st.DrawFn, chat: list[Message], hours: bool = False) -> list[Export]:
    """Two to four phones, each with its own names, clock, precision and slice, cut between minutes."""
    made = []
    for phone in range(draw(st.integers(2, 4))):
        first, last = draw(st.integers(-13, 0)), draw(st.integers(CORE, CORE + 13))
        names = [
            f"{'+62811000000' if draw(st.booleans()) else f'phone {phone} person '}{n}" for n in range(PEOPLE)
        ]
        ahead = draw(st.sampled_from([0, 1])) if hours and phone > 0 else 0
        has_seconds = draw(st.booleans())
        part = [message for message in chat if first <= message[0] < last]
        made.append(export(f"slice {phone}", _shown(part, names, ahead, has_seconds), phone=phone))
    return made


def _shown(part: list[Message], names: list[str], ahead: int, has_seconds: bool) -> list[Said]:
    return [
        Said(
            f"{START + dt.timedelta(minutes=minute, hours=ahead):%Y-%m-%d %H:%M}"
            + (":07" if has_seconds else ""),
            names[person],
            text,
        )
        for minute, person, text in part
    ]


def _told(store: Reconciled) -> Counter[tuple[int, int, str]]:
    """Messages by minute, text and person; a person is known by the texts of the core."""
    zero = START - dt.timedelta(hours=7)
    rows = [
        (int((sent_at - zero).total_seconds() // 60), person, text)
        for sent_at, person, text in store.messages.select("sent_at", "person_no", "text").iter_rows()
    ]
    of = {person: minute % PEOPLE for minute, person, _ in rows if 0 <= minute < CORE}
    return Counter((minute, of[person], text) for minute, person, text in rows)


def _same(one: Reconciled, other: Reconciled) -> bool:
    frames = ("messages", "events", "changes", "labels", "conflicts", "coverage")
    return (
        all(getattr(one, name).equals(getattr(other, name)) for name in frames) and one.clocks == other.clocks
    )


@SETTINGS
@given(st.data())
def test_slices_recover_the_truth_and_order_does_not_matter(data: st.DataObject) -> None:
    chat = data.draw(chats())
    exports = data.draw(phones(chat))
    store = reconcile(exports, Group())
    spans = [(export.meta.first_at, export.meta.last_at) for export in exports]
    seen = [
        message
        for message in chat
        if any(
            first.replace(second=0) <= START + dt.timedelta(minutes=message[0]) <= last
            for first, last in spans
        )
    ]
    assert _told(store) == Counter(seen)
    assert (
        store.labels.group_by("person_no").agg(pl.col("file_id").is_duplicated().any())["file_id"].any()
        is False
    )
    shuffled = data.draw(st.permutations([*exports, *exports[:2]]))
    assert _same(store, reconcile(shuffled, Group()))


@SETTINGS
@given(st.data())
def test_phones_an_hour_apart_tell_the_same(data: st.DataObject) -> None:
    chat = data.draw(chats())
    exports = data.draw(phones(chat, hours=True))
    store = reconcile(exports, Group())
    offsets = {minutes for minutes, _ in store.offsets.values()}
    assert max(offsets) - min(offsets) in (0, 60)
    core = store.messages.filter(pl.col("text").str.starts_with("pesan panjang"))
    assert core.height == CORE
    assert core["n_exports"].unique().to_list() == [len(exports)]
    assert store.messages["person_no"].n_unique() == PEOPLE


@SETTINGS
@given(st.data())
def test_no_export_loses_a_message(data: st.DataObject) -> None:
    """Any slices, also cut within a minute: what one export shows, the store holds as often."""
    chat = data.draw(chats())
    made = []
    for phone in range(data.draw(st.integers(1, 4))):
        first, last = sorted(data.draw(st.tuples(st.integers(0, len(chat)), st.integers(0, len(chat)))))
        names = data.draw(st.permutations([f"nama {n}" for n in range(PEOPLE)]))
        made.append(export(f"slice {phone}", _shown(chat[first:last], names, 0, False), phone=phone))
    before = _minutes(reconcile(made[:-1], Group()).messages)
    after = _minutes(reconcile(made, Group()).messages)
    assert not before.keys() - after.keys()
    for shown in made:
        lines = shown.frame.select(sent_at=pl.col("local_at") - pl.duration(hours=7), text=pl.col("text"))
        assert not _minutes(lines) - after


def _minutes(rows: pl.DataFrame) -> Counter[tuple[dt.datetime, str]]:
    return Counter(rows.select(pl.col("sent_at").dt.truncate("1m"), "text").iter_rows())
