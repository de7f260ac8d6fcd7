"""Senders of a group as its exports name them: per reconciled person the labels and when they were active."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace

import polars as pl

from schemas.roster import clean, e164, fold
from warehouse.reference.people import roster_words

#: How an export names its own phone's owner: no name at all.
OWNER_LABELS = frozenset({"you", "anda", "kamu"})
_MINIMUM_DIGITS = 9


@dataclass(frozen=True, order=True)
class Label:
    """One spelling of a person: a number, a contact name, or a push name (``~``)."""

    text: str
    phone: str | None = None
    folded: str = ""
    is_push: bool = False
    is_card: bool = False  # not written in the chat: what a contact card says of a label that is


@dataclass
class Sender:
    """One person of the reconciled store."""

    person_no: int
    labels: tuple[Label, ...] = ()
    cards: tuple[Label, ...] = ()
    files: frozenset[str] = frozenset()
    votes: int = 0
    confidence: float = 1.0
    first_at: dt.datetime | None = None  # first and last message, UTC
    last_at: dt.datetime | None = None
    named_in: dict[str, set[str]] = field(default_factory=dict)  # label text -> exports

    @property
    def phones(self) -> tuple[str, ...]:
        """Numbers under which the person is shown."""
        return tuple(sorted({label.phone for label in self.labels if label.phone}))

    @property
    def known_phones(self) -> tuple[str, ...]:
        """Numbers under which the person is shown, else those that contact cards give the name."""
        return self.phones or tuple(sorted({label.phone for label in self.cards if label.phone}))

    @property
    def name(self) -> str | None:
        """A label that reads as a name: a contact name before a push name."""
        names = [label for label in (*self.labels, *self.cards) if not label.phone]
        return min(names, key=lambda label: (label.is_push, label.text)).text if names else None

    def writes_beside(self, other: Sender) -> bool:
        """Whether one export shows both, writing in the same stretch of time: then they are two people."""
        return bool(self.files & other.files) and self.overlaps(other)

    def overlaps(self, other: Sender) -> bool:
        """Whether their stretches of messages overlap."""
        if self.first_at is None or other.first_at is None or self.last_at is None or other.last_at is None:
            return False
        return self.first_at <= other.last_at and other.first_at <= self.last_at


def read_label(text: str) -> Label | None:
    """A label as evidence; None for how an export names its own phone's owner, and for empty labels."""
    stripped = clean(text)
    if stripped is None or fold(stripped) in OWNER_LABELS:
        return None
    is_push = stripped.startswith("~")
    bare = stripped.lstrip("~ ").strip()
    digits = sum(map(str.isdigit, bare))
    phone = e164(bare) if digits >= _MINIMUM_DIGITS and not any(map(str.isalpha, bare)) else None
    return Label(phone or stripped, phone, "" if phone else fold(bare), is_push and not phone)


def without_honorific(folded: str) -> str | None:
    """A folded name without its leading titles (``kang asep`` -> ``asep``); None when there is none."""
    titles, words = roster_words()["honorific"], folded.split()
    kept = list(words)
    while len(kept) > 1 and kept[0] in titles:
        kept.pop(0)
    return " ".join(kept) if len(kept) < len(words) else None


def senders(
    messages: pl.DataFrame, events: pl.DataFrame, labels: pl.DataFrame, cards: pl.DataFrame | None = None
) -> dict[int, Sender]:
    """Every person of the reconciled store (MESSAGES, EVENTS, LABELS), by person_no, labelled or not.

    ``cards``: ``file_id, label, phone`` of contact cards shared in an export: they give the number of whom
    that export shows by the card's name, and the name of whom it shows by the card's number.
    """
    found = {number: Sender(number) for number in _all_people(messages, events, labels)}
    gathered: dict[int, dict[str, Label]] = defaultdict(dict)
    files: dict[int, set[str]] = defaultdict(set)
    known: dict[str, Label | None] = {}
    distinct = labels.group_by("person_no", "label").agg(
        pl.col("file_id").unique().sort(), pl.col("votes").sum(), pl.col("confidence").min()
    )
    for number, text, exports, votes, confidence in distinct.sort("person_no", "label").iter_rows():
        if text not in known:
            known[text] = read_label(text)
        label = known[text]
        sender = found[number]
        sender.votes += votes
        sender.confidence = min(sender.confidence, confidence)
        files[number].update(exports)
        if label is not None:
            gathered[number][label.text] = label
            sender.named_in.setdefault(label.text, set()).update(exports)
    for number, learnt in ({} if cards is None else _of_cards(labels, cards)).items():
        found[number].cards = learnt
    for number, sender in found.items():
        sender.labels = tuple(sorted(gathered[number].values(), key=lambda label: label.text))
        sender.files = frozenset(files[number])
    spans = messages.group_by("person_no").agg(
        pl.col("sent_at").min().alias("first"), pl.col("sent_at").max().alias("last")
    )
    for number, first, last in spans.iter_rows():
        found[number].first_at, found[number].last_at = first, last
    return found


def _of_cards(labels: pl.DataFrame, cards: pl.DataFrame) -> dict[int, tuple[Label, ...]]:
    """person_no -> what the cards of its exports say beyond its labels."""
    shown = labels.select("file_id", "label", "person_no").unique()
    by_name = cards.join(shown, on=["file_id", "label"]).select("person_no", text="phone")
    by_number = cards.join(shown.rename({"label": "phone"}), on=["file_id", "phone"]).select(
        "person_no", text="label"
    )
    learnt: dict[int, set[Label]] = defaultdict(set)
    for number, text in pl.concat([by_name, by_number]).unique().iter_rows():
        label = read_label(text)
        if label is not None and not label.is_push:
            learnt[number].add(replace(label, is_card=True))
    return {number: tuple(sorted(found, key=lambda label: label.text)) for number, found in learnt.items()}


def _all_people(messages: pl.DataFrame, events: pl.DataFrame, labels: pl.DataFrame) -> list[int]:
    parts = [
        messages["person_no"],
        events["actor_person_no"],
        events["target_person_no"],
        labels["person_no"],
    ]
    return (
        pl.concat([part.cast(pl.Int64).alias("person_no") for part in parts])
        .drop_nulls()
        .unique()
        .sort()
        .to_list()
    )
