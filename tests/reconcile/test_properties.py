"""Any overlapping slices of one chat, as any phones show it, in any order: the same store, and the truth."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.config import Group
from tasks.reconcile import Export, Reconciled, reconcile
from tasks.reconcile.digest import purged
from tests.reconcile.handmade import Said, export
from tests.reconcile.world import CORE, PEOPLE, START, Message, chats, exports

EXAMPLES = 1_000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 25
SETTINGS = settings(max_examples=EXAMPLES, deadline=None)
ZERO = START - dt.timedelta(hours=7)  # Jakarta
FRAMES = ("messages", "events", "changes", "labels", "conflicts", "coverage")


def _same(one: Reconciled, other: Reconciled) -> bool:
    rest = ("clocks", "history_start", "due")
    return all(getattr(one, name).equals(getattr(other, name)) for name in FRAMES) and all(
        getattr(one, name) == getattr(other, name) for name in rest
    )


def _minute(sent_at: dt.datetime) -> int:
    return int((sent_at - ZERO).total_seconds() // 60)


def _told(store: Reconciled) -> Counter[tuple[int, int, str]]:
    """Messages by minute, person and class; a person is known by the texts of the core."""
    rows = [
        (_minute(sent_at), person, _class(kind))
        for sent_at, person, kind in store.messages.select("sent_at", "person_no", "kind").iter_rows()
    ]
    of = {person: minute % PEOPLE for minute, person, _ in rows if 0 <= minute < CORE}
    return Counter((minute, of[person], what) for minute, person, what in rows)


def _class(kind: str) -> str:
    return {"image": "media", "media": "media"}.get(kind, kind)


def _seen(chat: list[Message], made: list[Export]) -> Counter[tuple[int, int, str]]:
    """The true messages that some export shows, as the latest of these shows them."""
    found: Counter[tuple[int, int, str]] = Counter()
    shown = [
        (
            {_minute(at - dt.timedelta(hours=7)) for at in export.frame["local_at"]},
            (export.shown_on - START.date()).days - 1,
        )
        for export in made
    ]
    for message in chat:
        days = [day for minutes, day in shown if message.minute in minutes]
        if days:
            gone = any(message.shown_on(day) == "deleted" for day in days)
            found[message.minute, message.person, "deleted" if gone else _class(message.kind)] += 1
    return found


@SETTINGS
@given(st.data())
def test_slices_recover_the_truth_and_order_does_not_matter(data: st.DataObject) -> None:
    chat = data.draw(chats())
    made = data.draw(exports(chat))
    store = reconcile(made, Group())
    assert _told(store) == _seen(chat, made)
    twice = store.labels.group_by("person_no").agg(pl.col("file_id").is_duplicated().any())
    assert not twice["file_id"].any()
    shuffled = data.draw(st.permutations([*made, *made[:2]]))
    assert _same(store, reconcile(shuffled, Group()))


@SETTINGS
@given(st.data())
def test_phones_hours_apart_tell_the_same(data: st.DataObject) -> None:
    chat = data.draw(chats())
    store = reconcile(data.draw(exports(chat, hours=True)), Group())
    offsets = {minutes for minutes, _ in store.offsets.values()}
    assert max(offsets) - min(offsets) in (0, 60, 120)
    core = store.messages.filter(pl.col("text").str.starts_with("pesan panjang"))
    assert core.height == CORE
    assert core["n_exports"].unique().to_list() == [len(store.clocks)]
    assert store.messages["person_no"].n_unique() == PEOPLE


@SETTINGS
@given(st.data())
def test_an_export_more_takes_no_message_away(data: st.DataObject) -> None:
    """Slices also end within a minute; what is edited or deleted later stays the same message."""
    chat = data.draw(chats())
    made = data.draw(exports(chat, edges=True))
    before = _by_minute(reconcile(made[:-1], Group()).messages)
    after = _by_minute(reconcile(made, Group()).messages)
    assert not before - after
    for one in made:
        lines = one.frame.select(sent_at=pl.col("local_at") - pl.duration(hours=7))
        assert not _by_minute(lines) - after


def _by_minute(rows: pl.DataFrame) -> Counter[dt.datetime]:
    return Counter(rows["sent_at"].dt.truncate("1m"))


@SETTINGS
@given(st.data())
def test_no_text_is_lost_whatever_the_slices(data: st.DataObject) -> None:
    """Without overlap, without a core, under permuted names: what one export shows, the store holds as often."""
    chat = [message for message in data.draw(chats()) if message.change is None and message.kind == "text"]
    made = []
    for phone in range(data.draw(st.integers(1, 4))):
        first, last = sorted(data.draw(st.tuples(st.integers(0, len(chat)), st.integers(0, len(chat)))))
        names = data.draw(st.permutations([f"nama {n}" for n in range(PEOPLE)]))
        part = [
            Said(f"{START + dt.timedelta(minutes=m.minute):%Y-%m-%d %H:%M}", names[m.person], m.text)
            for m in chat[first:last]
        ]
        made.append(export(f"slice {phone}", part, phone=phone))
    after = _texts(reconcile(made, Group()).messages)
    for one in made:
        lines = one.frame.select(sent_at=pl.col("local_at") - pl.duration(hours=7), text=pl.col("text"))
        assert not _texts(lines) - after


def _texts(rows: pl.DataFrame) -> Counter[tuple[dt.datetime, str]]:
    return Counter(rows.select(pl.col("sent_at").dt.truncate("1m"), "text").iter_rows())


@SETTINGS
@given(st.data())
def test_exports_without_their_texts_merge_as_before(data: st.DataObject) -> None:
    """After retention all is the same but the texts; and a text that any export still holds is there."""
    chat = data.draw(chats())
    made = data.draw(exports(chat, hours=True, edges=True))
    gone = data.draw(st.sets(st.integers(0, len(made) - 1)))
    left = [
        Export(one.meta, one.landed, purged(one.frame)) if number in gone else one
        for number, one in enumerate(made)
    ]
    before, after = reconcile(made, Group()), reconcile(left, Group())
    for name in FRAMES[1:]:
        assert getattr(before, name).equals(getattr(after, name)), name
    assert before.messages.drop("text").equals(after.messages.drop("text"))
    assert before.messages.drop("text").columns == after.messages.drop("text").columns
    held = {
        text_key: text
        for number, one in enumerate(made)
        if number not in gone
        for text_key, text in one.frame.select("text_key", "text").iter_rows()
    }
    kept = {one.file_id for number, one in enumerate(made) if number not in gone}
    for text_key, text, seen_by in after.messages.select("text_key", "text", "export_ids").iter_rows():
        assert text is None or text_key is not None
        assert text is None or text_key in held
        shows = [
            one
            for one in made
            if one.file_id in kept & set(seen_by) and text_key in set(one.frame["text_key"])
        ]
        assert (text is not None) or text_key is None or not shows
