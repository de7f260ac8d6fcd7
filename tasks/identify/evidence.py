"""What the labels of one sender say about which member it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tasks.identify.members import Index, RosterMember
from tasks.identify.senders import Label, Sender, without_honorific
from warehouse.reference.people import roster_words

#: Methods by falling strength, with the confidence each deserves by itself.
CONFIDENCE = {
    "correction": 1.0,
    "number": 1.0,
    "alignment": 1.0,  # of the reconciled labels: the votes' own confidence is multiplied in
    "number_change": 0.98,
    "card": 0.97,  # a contact card shared in the chat gives the label its number
    "name": 0.97,
    "alias": 0.95,
    "qualified_name": 0.92,  # what else stands in the label is true of the member
    "title_and_name": 0.9,
    "push_name": 0.9,
    "card_name": 0.9,  # a contact card shared in the chat gives the number its name
    "elimination": 0.9,  # of several bearers of a name, the only one who is not somebody else here
}
RANK = {method: rank for rank, method in enumerate(CONFIDENCE)}
#: Factor on confidence when a listed conflict stands beside the decision.
CONTESTED = 0.8


@dataclass(frozen=True)
class Verdict:
    """The member a sender's own labels lead to, how, and what contradicts it."""

    member: int | None = None
    method: str | None = None
    conflicts: tuple[tuple[str, frozenset[int]], ...] = ()  # kind, members concerned
    by_number: bool = False


def judge(sender: Sender, index: Index, members: list[RosterMember]) -> Verdict:
    """Weigh the labels of one sender.

    A number on the roster decides; numbers or names of two members contradict each other and decide
    nothing; a name beside the number of another member is listed, the number decides.
    """
    numbers = [(label, index.phones.get(label.phone or "", set())) for label in sender.labels if label.phone]
    names = [(label, *_named(label, index, members)) for label in sender.labels if not label.phone]
    named = [(label, _as_then(found, sender, members), method) for label, found, method in names]
    sure_numbers = {next(iter(found)) for _, found in numbers if len(found) == 1}
    shared_numbers = [found for _, found in numbers if len(found) > 1]
    sure_names = {
        next(iter(found)): method for _, found, method in sorted(named, key=_weak_first) if len(found) == 1
    }
    if len(sure_numbers) > 1:
        return Verdict(conflicts=(("labels_of_two_members", frozenset(sure_numbers)),))
    if sure_numbers:
        return _by_number(sender, next(iter(sure_numbers)), sure_names)
    if not shared_numbers and (by_card := _by_cards(sender, index, members, sure_names)):
        return by_card
    for found in shared_numbers:  # a number of two members: a name may tell which
        told = found & set(sure_names)
        if len(told) == 1:
            return Verdict(next(iter(told)), sure_names[next(iter(told))], by_number=True)
        return Verdict(conflicts=(("number_of_two_members", frozenset(found)),))
    if len(sure_names) > 1:
        return Verdict(conflicts=(("labels_of_two_members", frozenset(sure_names)),))
    if sure_names:
        member, method = next(iter(sure_names.items()))
        return Verdict(member, method)
    ambiguous = [found for _, found, _ in named if len(found) > 1]
    return Verdict(conflicts=tuple(("name_of_two_members", frozenset(found)) for found in ambiguous[:1]))


def _by_number(sender: Sender, member: int, names: dict[int, str]) -> Verdict:
    others = frozenset(set(names) - {member})
    spelled_otherwise = any(not label.phone for label in sender.labels)
    return Verdict(
        member,
        "alignment" if spelled_otherwise else "number",
        (("number_with_two_names", others | {member}),) if others else (),
        by_number=True,
    )


def _by_cards(
    sender: Sender, index: Index, members: list[RosterMember], names: dict[int, str]
) -> Verdict | None:
    """What contact cards say of a sender whom no number decides; None when they lead to nobody.

    A card's number decides like one shown in the chat, a card's name only where the chat shows no name.
    """
    numbers = {
        next(iter(found))
        for label in sender.cards
        if label.phone and len(found := index.phones.get(label.phone, set())) == 1
    }
    if len(numbers) > 1:
        return Verdict(conflicts=(("labels_of_two_members", frozenset(numbers)),))
    if numbers:
        member = numbers.pop()
        others = frozenset(set(names) - {member})
        listed = (("number_with_two_names", others | {member}),) if others else ()
        return Verdict(member, "card", listed)
    if any(not label.phone for label in sender.labels):
        return None
    bearers = [
        _as_then(_named(label, index, members)[0], sender, members)
        for label in sender.cards
        if not label.phone
    ]
    named = {next(iter(one)) for one in bearers if len(one) == 1}
    if len(named) > 1:
        return Verdict(conflicts=(("labels_of_two_members", frozenset(named)),))
    return Verdict(named.pop(), "card_name") if named else None


def _weak_first(item: tuple[Label, set[int], str]) -> int:
    return -RANK[item[2]]


def _named(label: Label, index: Index, members: list[RosterMember]) -> tuple[set[int], str]:
    """Members who bear a name, and by which method: a push name counts as an alias only."""
    if label.is_push:
        return _bearers(label.folded, index) if index.aliases.get(label.folded) else set(), "push_name"
    found = _bearers(label.folded, index)
    if found:
        return found, "name" if label.folded in index.names else "alias"
    bare = without_honorific(label.folded)
    if bare and (found := _bearers(bare, index)):
        return found, "title_and_name"
    found = _qualified(label.folded, index, members) or _qualified(bare or "", index, members)
    return found, "qualified_name"


def _qualified(folded: str, index: Index, members: list[RosterMember]) -> set[int]:
    """Members whose name or alias opens the label while all else in it is true of them: ``nisa upi``."""
    words, fillers = folded.split(), roster_words()["filler"]
    for length in range(len(words) - 1, 0, -1):
        rest = [word for word in words[length:] if word not in fillers]
        found = _bearers(" ".join(words[:length]), index)
        if found:
            return {member for member in found if all(word in members[member].qualifiers for word in rest)}
    return set()


def _bearers(folded: str, index: Index) -> set[int]:
    return index.names.get(folded, set()) | index.aliases.get(folded, set())


def _as_then(found: set[int], sender: Sender, members: list[RosterMember]) -> set[int]:
    """Of several bearers of a name those whom the rosters list while the sender wrote."""
    if len(found) < 2 or sender.first_at is None or sender.last_at is None:
        return found
    first, last = sender.first_at.date(), sender.last_at.date()
    then = {position for position in found if _listed(members[position], first, last)}
    return then or found


def _listed(member: RosterMember, first: dt.date, last: dt.date) -> bool:
    since = min((row["joined_date"] or row["as_of_date"]) for row in member.rows)
    until = max(row["left_date"] or row["as_of_date"] for row in member.rows)
    return since <= last and (until >= first or member.rows[-1]["is_in_good_standing"])
