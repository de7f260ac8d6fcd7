"""Groups that continue one another: their people are resolved together, so that they carry over."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from schemas.vocabulary import JOIN_EVENTS
from tasks.identify.membership import subject
from tasks.identify.resolve import Conflict, Resolution, number_changes
from tasks.identify.senders import Sender, senders

#: Room for the people of one group in the numbering of all.
STEP = 10**9


@dataclass(frozen=True)
class Kin:
    """One group of a chain as its store has it: MESSAGES, EVENTS, LABELS, cards, declared bots."""

    group_id: str
    messages: pl.DataFrame
    events: pl.DataFrame
    labels: pl.DataFrame
    cards: pl.DataFrame | None = None
    bots: tuple[str, ...] = ()

    @property
    def begins(self) -> dt.date | None:
        """Day of the creation line, else of the first message."""
        created = self.events.filter(pl.col("event") == "created")["local_date"]
        days = created if len(created) else self.messages["local_date"]
        return days.sort().to_list()[0] if len(days) else None


@dataclass(frozen=True)
class Chain:
    """Groups of one history, oldest first, their people under numbers of their own."""

    groups: tuple[Kin, ...]

    @property
    def senders(self) -> dict[int, Sender]:
        """The senders of all groups; a group's own numbers lie STEP apart."""
        return {
            place * STEP + number: replace(sender, person_no=place * STEP + number)
            for place, kin in enumerate(self.groups)
            for number, sender in senders(kin.messages, kin.events, kin.labels, kin.cards).items()
        }

    @property
    def number_changes(self) -> list[tuple[int, int]]:
        return [
            (place * STEP + old, place * STEP + new)
            for place, kin in enumerate(self.groups)
            for old, new in number_changes(kin.events)
        ]

    @property
    def bots(self) -> list[str]:
        return sorted({bot for kin in self.groups for bot in kin.bots})

    def same_names(self, everybody: dict[int, Sender]) -> list[tuple[int, int]]:
        """Senders of different groups under one contact name that each group knows once."""
        bearers: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for number, sender in everybody.items():
            for label in sender.labels:
                if not label.phone and not label.is_push and label.folded:
                    bearers[label.text][number // STEP].add(number)
        pairs = []
        for by_group in bearers.values():
            numbers = [next(iter(found)) for _, found in sorted(by_group.items())]
            if len(by_group) > 1 and all(len(found) == 1 for found in by_group.values()):
                pairs += [(numbers[0], other) for other in numbers[1:]]
        return sorted(set(pairs))

    def own(self, resolution: Resolution, place: int) -> Resolution:
        """What the resolution says of one group's people, under their own numbers."""
        low, high = place * STEP, (place + 1) * STEP

        def of(numbers: Iterable[int]) -> frozenset[int]:
            return frozenset(number - low for number in numbers if low <= number < high)

        def narrow(conflict: Conflict) -> Conflict | None:
            mine = of(conflict.senders)
            return None if conflict.senders and not mine else replace(conflict, senders=mine)

        people = {}
        for number, person in resolution.people.items():
            if low <= number < high:
                person.sender.person_no = number - low
                people[number - low] = person
        return replace(
            resolution,
            people=people,
            conflicts=[one for conflict in resolution.conflicts if (one := narrow(conflict))],
            settled={one for conflict in resolution.settled if (one := narrow(conflict))},
            suggestions=[
                replace(one, person_no=one.person_no - low)
                for one in resolution.suggestions
                if low <= one.person_no < high
            ],
        )

    def known_since(self, resolution: Resolution, place: int) -> dict[str, dt.date]:
        """canonical identifier -> first day on which an earlier group of the chain shows the person."""
        since: dict[str, dt.date] = {}
        for earlier, kin in enumerate(self.groups[:place]):
            for number, day in _first_days(kin):
                person = resolution.people.get(earlier * STEP + number)
                if person is not None and not person.is_bot:
                    since[person.canonical_id] = min(day, since.get(person.canonical_id, day))
        return since


def _first_days(kin: Kin) -> list[tuple[int, dt.date]]:
    joins = kin.events.filter(pl.col("event").is_in(JOIN_EVENTS)).select(
        subject().alias("person_no"), "local_date"
    )
    seen = pl.concat([kin.messages.select("person_no", "local_date"), joins]).drop_nulls()
    return list(seen.group_by("person_no").agg(pl.col("local_date").min()).sort("person_no").iter_rows())


def in_order(groups: Sequence[Kin], continued: Mapping[str, str]) -> tuple[Kin, ...]:
    """Kin, oldest first: a group after the one it continues; ``continued``: group -> its predecessor."""

    def depth(group_id: str) -> int:
        steps = 0
        while (before := continued.get(group_id)) is not None:
            group_id, steps = before, steps + 1
        return steps

    return tuple(sorted(groups, key=lambda kin: (depth(kin.group_id), kin.group_id)))
