"""From labels to people: which senders are which member, which stay themselves, and what contradicts it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from schemas.corrections import Corrections
from schemas.errors import ConfigurationError
from tasks.identify.evidence import CONFIDENCE, CONTESTED, RANK, Verdict, judge
from tasks.identify.members import Groups, Index, RosterMember, index_members
from tasks.identify.senders import Sender, read_label
from tasks.identify.suggest import Suggestion, suggest
from warehouse.reference.people import roster_words


@dataclass
class Resolved:
    """One sender, resolved: the member (its position) or none, how, how surely."""

    sender: Sender
    member: int | None = None
    method: str = "none"
    confidence: float = 1.0
    is_bot: bool = False
    canonical_id: str = ""


@dataclass(frozen=True)
class Conflict:
    """One contradiction of evidence: its kind, the senders and members concerned."""

    kind: str
    senders: frozenset[int] = frozenset()
    members: frozenset[int] = frozenset()


@dataclass
class Resolution:
    """All senders of a group, resolved."""

    people: dict[int, Resolved]
    conflicts: list[Conflict] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)
    settled: set[Conflict] = field(default_factory=set)
    used_corrections: set[int] = field(default_factory=set)  # ids of the lines that changed something


@dataclass
class _State:
    senders: dict[int, Sender]
    members: list[RosterMember]
    index: Index
    verdicts: dict[int, Verdict]
    groups: Groups
    apart: dict[int, set[int | None]]  # sender -> members it is not; None: nobody on the roster
    forced: dict[int, int]
    conflicts: list[Conflict]
    renumbered: set[int] = field(default_factory=set)  # senders under a number they changed to


def resolve(
    senders: dict[int, Sender],
    members: list[RosterMember],
    number_changes: Iterable[tuple[int, int]],
    corrections: Corrections,
    bots: Iterable[str],
    group_id: str,
    community: str,
    excluded: Iterable[tuple[int, int]] = (),
    same_names: Iterable[tuple[int, int]] = (),
) -> Resolution:
    """Resolve every sender of a group to a member, or leave it a person of its own.

    Declared corrections come first, then the number, aligned labels, a changed number, the exact name or
    alias. Two senders who write side by side in one export are never made one member by a name. What
    contradicts itself is listed and not merged. ``number_changes`` are pairs (old, new) of person_no,
    ``excluded`` pairs whom shared texts hold for one person and one export shows to be two, ``same_names``
    pairs whom two groups of one history know by the same contact name.

    Raises:
        ConfigurationError: a correction names a member number that no roster holds, or two corrections
            contradict each other.
    """
    index = index_members(members)
    verdicts = {number: judge(sender, index, members) for number, sender in senders.items()}
    state = _State(senders, members, index, verdicts, Groups(), defaultdict(set), {}, [])
    resolution = Resolution({number: Resolved(sender) for number, sender in senders.items()})
    resolution.used_corrections = _apply_corrections(state, corrections)
    _mark_bots(resolution, senders, bots)
    _list_contradictions(state)
    state.conflicts += [Conflict("labels_exclude_each_other", frozenset(pair)) for pair in excluded]
    _join_same_number(state)
    _follow_number_changes(state, number_changes)
    _join_same_names(state, same_names)
    holders = _assign(state, resolution)
    _eliminate(state, resolution, holders)
    _name_unmatched(state, resolution, group_id, community)
    unmatched = [
        one.sender for _, one in sorted(resolution.people.items()) if one.member is None and not one.is_bot
    ]
    resolution.suggestions = suggest(unmatched, members, state.apart)
    resolution.conflicts = sorted(
        set(state.conflicts), key=lambda c: (c.kind, sorted(c.senders), sorted(c.members))
    )
    resolution.settled = _settled(state, resolution, corrections)
    return resolution


def _with_label(senders: dict[int, Sender], text: str) -> set[int]:
    wanted = read_label(text)
    if wanted is None:
        return set()
    return {
        number
        for number, sender in senders.items()
        if any(
            label.text == wanted.text or (wanted.folded and label.folded == wanted.folded)
            for label in sender.labels
        )
    }


def _position(index: Index, member_id: str) -> int:
    if member_id not in index.member_ids:
        raise ConfigurationError(
            "corrections.toml names a member number that no roster holds",
            next_step="mend the member_id, or hand in the roster that holds it",
        )
    return index.member_ids[member_id]


def _apply_corrections(state: _State, corrections: Corrections) -> set[int]:
    used: set[int] = set()
    for split in corrections.split:
        if split.label is None:
            continue  # of a roster number: done before
        concerned = _with_label(state.senders, split.label)
        member = None if split.member_id is None else _position(state.index, split.member_id)
        for number in concerned:
            state.apart[number].add(member)
            used.add(id(split))
    for merge in corrections.merge:
        concerned = set().union(*(_with_label(state.senders, text) for text in merge.labels))
        target = None if merge.member_id is None else _position(state.index, merge.member_id)
        for number in sorted(concerned):
            used.add(id(merge))
            if target is None:
                state.groups.join(min(concerned), number)
            elif state.forced.setdefault(number, target) != target:
                raise ConfigurationError(
                    "two merges of corrections.toml give one label to two members",
                    next_step="keep the one that holds",
                )
    return used


def _mark_bots(resolution: Resolution, senders: dict[int, Sender], bots: Iterable[str]) -> None:
    """Senders under a declared label, or one by which an app's own assistant is known."""
    marked = set().union(*(_with_label(senders, text) for text in bots))
    known = roster_words()["bot"]
    marked |= {
        number
        for number, sender in senders.items()
        if sender.labels and all(label.folded in known for label in sender.labels)
    }
    for number in marked:
        resolution.people[number].is_bot = True
        resolution.people[number].method = "bot"


def _list_contradictions(state: _State) -> None:
    for position_sets in state.index.phones.values():
        if len(position_sets) > 1:
            state.conflicts.append(Conflict("number_of_two_members", members=frozenset(position_sets)))
    for number, verdict in state.verdicts.items():
        for kind, concerned in verdict.conflicts:
            state.conflicts.append(Conflict(kind, frozenset({number}), concerned))


def _join_same_number(state: _State) -> None:
    """Senders who bear one number nobody else on the roster shares are one person."""
    first: dict[str, int] = {}
    for number, sender in sorted(state.senders.items()):
        state.groups.find(number)
        for phone in sender.known_phones:
            if len(state.index.phones.get(phone, ())) < 2 and len(sender.known_phones) == 1:
                known = state.senders[first.setdefault(phone, number)]
                # what only a card says joins no two labels of one export: they are two people
                if (sender.phones and known.phones) or not sender.files & known.files:
                    state.groups.join(known.person_no, number)


def _member_of(state: _State, number: int) -> int | None:
    """The member a sender's own evidence leads to, corrections first."""
    if number in state.forced:
        return state.forced[number]
    member = state.verdicts[number].member
    return None if member is None or state.apart[number] & {None, member} else member


def _follow_number_changes(state: _State, changes: Iterable[tuple[int, int]]) -> None:
    for old, new in sorted(set(changes)):
        if old == new:
            continue
        members = {member for number in (old, new) if (member := _member_of(state, number)) is not None}
        if len(members) > 1:
            state.conflicts.append(
                Conflict("number_change_between_members", frozenset({old, new}), frozenset(members))
            )
        else:
            state.groups.join(old, new)
            state.renumbered.add(new)


def _join_same_names(state: _State, pairs: Iterable[tuple[int, int]]) -> None:
    """Senders of two groups of one history, unless their evidence leads to two members or numbers."""
    for first, second in pairs:
        both = [
            [number for number in state.senders if state.groups.find(number) == state.groups.find(one)]
            for one in (first, second)
        ]
        members = {
            member for part in both for number in part if (member := _member_of(state, number)) is not None
        }
        numbers = [
            {phone for number in part for phone in state.senders[number].known_phones} for part in both
        ]
        doubtful = any(
            kind == "name_of_two_members"
            for number in (first, second)
            for kind, _ in state.verdicts[number].conflicts
        )
        if len(members) < 2 and not doubtful and (not all(numbers) or numbers[0] & numbers[1]):
            state.groups.join(first, second)


def _assign(state: _State, resolution: Resolution) -> dict[int, list[list[int]]]:
    """Give each joined set of senders its member, the surest claims first."""
    gathered: dict[int, list[int]] = defaultdict(list)
    for number in sorted(state.senders):
        if not resolution.people[number].is_bot:
            gathered[state.groups.find(number)].append(number)
    claims: list[tuple[tuple[int, int, str], int, list[int], str]] = []
    for numbers in gathered.values():
        wanted = {member for number in numbers if (member := _member_of(state, number)) is not None}
        if len(wanted) > 1:
            state.conflicts.append(Conflict("labels_of_two_members", frozenset(numbers), frozenset(wanted)))
        elif wanted and (allowed := [n for n in numbers if not state.apart[n] & {None, *wanted}]):
            method = _method(state, allowed)
            votes = sum(state.senders[number].votes for number in allowed)
            claims.append(((RANK[method], -votes, _text_of(state, allowed)), wanted.pop(), allowed, method))
    holders: dict[int, list[list[int]]] = defaultdict(list)
    for _, member, numbers, method in sorted(claims, key=lambda claim: claim[0]):
        rivals = [held for held in holders[member] if _are_two_people(state, numbers, held, method)]
        if rivals:
            concerned = frozenset(numbers).union(*rivals)
            state.conflicts.append(Conflict("member_of_two_senders", concerned, frozenset({member})))
            continue
        holders[member].append(numbers)
        for number in numbers:
            _settle(state, resolution.people[number], member, method, number)
    return holders


def _eliminate(state: _State, resolution: Resolution, holders: dict[int, list[list[int]]]) -> None:
    """Of several bearers of a name, leave out those who are somebody else in the sender's own exports.

    Two labels in one export are two people when they write in the same stretch of time; also one after the
    other, unless the name is the full name of both: that may be one person under an old and a new number.
    Who is left must bear the name as a full name.
    """
    for number, person in sorted(resolution.people.items()):
        ambiguous = [one for one in state.verdicts[number].conflicts if one[0] == "name_of_two_members"]
        if person.member is not None or person.is_bot or not ambiguous or state.apart[number]:
            continue
        kind, bearers = ambiguous[0]
        folded = {label.folded for label in person.sender.labels}
        left = [
            member
            for member in sorted(bearers)
            if not _is_shown_apart(state, number, holders[member], bool(folded & state.members[member].names))
        ]
        if len(left) == 1 and folded & state.members[left[0]].names and not person.sender.phones:
            person.member, person.method = left[0], "elimination"
            person.confidence = CONFIDENCE["elimination"]
            holders[left[0]].append([number])
            state.conflicts.remove(Conflict(kind, frozenset({number}), bearers))


def _is_shown_apart(state: _State, number: int, held: list[list[int]], is_namesake: bool) -> bool:
    sender = state.senders[number]
    others = [state.senders[other] for numbers in held for other in numbers]
    return any(
        sender.writes_beside(other) or (not is_namesake and bool(sender.files & other.files))
        for other in others
    )


def _text_of(state: _State, numbers: list[int]) -> str:
    return min((label.text for number in numbers for label in state.senders[number].labels), default="")


def _method(state: _State, numbers: list[int]) -> str:
    """The strongest evidence among joined senders."""
    methods = ["correction" for number in numbers if number in state.forced]
    methods += [
        str(state.verdicts[number].method)
        for number in numbers
        if state.verdicts[number].method and _member_of(state, number) is not None
    ]
    return min(methods, key=RANK.__getitem__)


def _is_sure(state: _State, numbers: list[int]) -> bool:
    return any(number in state.forced or state.verdicts[number].by_number for number in numbers)


def _are_two_people(state: _State, numbers: list[int], held: list[int], method: str) -> bool:
    """Whether a claim on a member by name contradicts one already granted."""
    if RANK[method] <= RANK["alignment"] and _is_sure(state, numbers):
        return False
    pairs = [(state.senders[one], state.senders[other]) for one in numbers for other in held]
    if any(one.writes_beside(other) for one, other in pairs):
        return True
    return any(one.phones and other.phones and one.overlaps(other) for one, other in pairs)


def _settle(state: _State, person: Resolved, member: int, method: str, number: int) -> None:
    own = "correction" if number in state.forced else state.verdicts[number].method
    if own is None or _member_of(state, number) is None:
        own = "number_change"
    person.member, person.method = member, own
    votes_confidence = person.sender.confidence if own == "alignment" else 1.0
    contested = own != "correction" and bool(state.verdicts[number].conflicts)
    person.confidence = CONFIDENCE[own] * votes_confidence * (CONTESTED if contested else 1.0)


def _name_unmatched(state: _State, resolution: Resolution, group_id: str, community: str) -> None:
    """Canonical identifiers: a member's own, else the earliest number, else the group and the label."""
    gathered: dict[tuple[str, int], list[Resolved]] = defaultdict(list)
    for number, person in sorted(resolution.people.items()):
        if person.member is not None:
            person.canonical_id = state.members[person.member].canonical_id
        else:
            # a sender whose claim was refused, or who was declared apart, is joined to nobody
            alone = bool(state.apart[number]) or state.verdicts[number].member is not None
            gathered[("one", number) if alone else ("set", state.groups.find(number))].append(person)
    taken = Counter(person.canonical_id for person in resolution.people.values() if person.canonical_id)
    taken.update(member.canonical_id for member in state.members)
    own = [
        (_own_identifier(people, state.renumbered, group_id, community), people)
        for people in gathered.values()
    ]
    for canonical, people in sorted(own, key=lambda item: (item[0], _labels_of(item[1]))):
        taken[canonical] += 1
        told_apart = canonical if taken[canonical] == 1 else f"{canonical}#{taken[canonical]}"
        for person in people:
            person.canonical_id = told_apart


def _labels_of(people: list[Resolved]) -> list[str]:
    return sorted(label.text for person in people for label in person.sender.labels)


def _own_identifier(people: list[Resolved], renumbered: set[int], group_id: str, community: str) -> str:
    numbered = [person.sender for person in people if person.sender.known_phones]
    if numbered:
        earliest = min(
            numbered,
            key=lambda one: (
                one.person_no in renumbered,
                one.first_at is None,
                one.first_at,
                one.known_phones,
            ),
        )
        return f"{community}|tel:{earliest.known_phones[0]}"
    labels = [label for person in people for label in person.sender.labels]
    if labels:
        return f"{group_id}|label:{min(labels, key=lambda label: (label.is_push, label.text)).text}"
    return f"{group_id}|label:"


def _settled(state: _State, resolution: Resolution, corrections: Corrections) -> set[Conflict]:
    """Conflicts that a declared line settles: by a merge or split of a sender in it, or by name."""
    decided = set(state.forced) | {number for number, members in state.apart.items() if members}
    settled = {conflict for conflict in resolution.conflicts if conflict.senders & decided}
    for line in corrections.settle:
        concerned = (
            set().union(*(_with_label(state.senders, text) for text in line.labels)) if line.labels else set()
        )
        positions = {_position(state.index, number) for number in line.member_ids}
        for conflict in resolution.conflicts:
            if conflict.kind == line.conflict and (
                conflict.senders & concerned or conflict.members & positions
            ):
                settled.add(conflict)
                resolution.used_corrections.add(id(line))
    return settled


def excluded_pairs(conflicts: pl.DataFrame, labels: pl.DataFrame) -> list[tuple[int, int]]:
    """Pairs of person_no from reconciliation's conflicts (``file_id, label, other_file_id, other_label``)."""
    person = labels.select("file_id", "label", "person_no")
    other = person.rename({"file_id": "other_file_id", "label": "other_label", "person_no": "other_no"})
    pairs = conflicts.join(person, on=["file_id", "label"]).join(other, on=["other_file_id", "other_label"])
    distinct = pairs.filter(pl.col("person_no") != pl.col("other_no"))
    ordered = distinct.select(
        pl.min_horizontal("person_no", "other_no").alias("low"),
        pl.max_horizontal("person_no", "other_no").alias("high"),
    )
    return list(ordered.unique().sort(pl.all()).iter_rows())


def number_changes(events: pl.DataFrame) -> list[tuple[int, int]]:
    """Pairs (old, new) of person_no from EVENTS that tell of a changed number."""
    changed = events.filter(
        pl.col("event") == "number_changed",
        pl.col("actor_person_no").is_not_null(),
        pl.col("target_person_no").is_not_null(),
    )
    return list(changed.select("actor_person_no", "target_person_no").unique().sort(pl.all()).iter_rows())
