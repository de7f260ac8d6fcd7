"""Whether a roster or list is of another group: hardly anybody on it is anybody the exports show."""

from __future__ import annotations

import polars as pl

from schemas.frames import EVENTS, MESSAGES
from tasks.identify.evidence import judge
from tasks.identify.members import index_members, phones_of, roster_members
from tasks.identify.senders import Sender, senders

#: Least number of people, on the list and in the chat, who can be compared at all.
LEAST = 10
#: At most this share of them meets by number or full name, and at most that by nicknames, which many bear.
STRONG_SHARE, WEAK_SHARE = 0.1, 0.5


def shown_people(labels: pl.DataFrame, cards: pl.DataFrame) -> list[Sender]:
    """The people whom a group's LABELS and cards show."""
    return list(senders(MESSAGES.empty(), EVENTS.empty(), labels, cards).values())


def is_of_another_group(listed: pl.DataFrame, people: list[Sender]) -> bool:
    """Whether numbers and names of a list (frame ROSTER) hardly overlap with the people of a group.

    Compared are senders shown by a number, if the list has numbers, or by a contact's name, if it has names:
    a chat of numbers alone says nothing about a list of names alone.
    """
    numbers = {*listed["phone"].drop_nulls(), *listed["aliases"].explode().drop_nulls()}
    n_met = sum(any(phone in numbers for phone in sender.known_phones) for sender in people)
    if n_met > STRONG_SHARE * min(len(people), len(listed)):
        return False  # whoever they are, there are no more people to compare
    members = roster_members(listed, "")
    index = index_members(members)
    has_phones, has_names = bool(index.phones), bool(index.names or index.aliases)
    shown = [
        sender
        for sender in people
        if (has_phones and sender.known_phones) or (has_names and _contact_names(sender))
    ]
    compared = min(
        len(shown), sum(bool(member.names) or bool(phones_of(member.rows[0])) for member in members)
    )
    if compared < LEAST:
        return False
    strong = weak = 0
    for sender in shown:
        full = {name for name in _contact_names(sender) if " " in name and name in index.names}
        if full or any(phone in index.phones for phone in sender.known_phones):
            strong += 1
        else:
            verdict = judge(sender, index, members)
            weak += verdict.member is not None or bool(verdict.conflicts)
        if strong > STRONG_SHARE * compared or weak > WEAK_SHARE * compared:
            return False
    return True


def _contact_names(sender: Sender) -> list[str]:
    return [label.folded for label in sender.labels if not label.phone and not label.is_push]
