"""Who is in the group, from when to when, and the system lines that say so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import numpy as np

from tasks.simulate.people import OFFICES, Person, Registry
from tasks.simulate.plan import SimulationPlan
from tasks.simulate.rhythm import DAY, day_of, moments, seconds, shock

_CREATED = 8 * 3600
_SUBJECT = " | Berkah Silaturahmi"


@dataclass(frozen=True)
class Stay:
    """One interval of one member in the group, in seconds of wall-clock time; ``end`` is open if None."""

    member: int
    start: int
    end: int | None
    basis: str
    ending: str | None = None


@dataclass(frozen=True)
class Event:
    """One system line: what happened, who did it, to whom. ``detail`` holds old and new subject or number."""

    moment: int
    event: str
    actor: int | None = None
    target: int | None = None
    detail: tuple[str, str] = ("", "")


@dataclass
class Roll:
    """The people of one group, their stays and the events of the group."""

    people: list[Person]
    stays: list[Stay] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    is_old: bool = False

    def present(self, moment: int) -> list[int]:
        """Members in the group at a moment, officers first, then by joining."""
        return [
            stay.member
            for stay in self.stays
            if stay.start <= moment and (stay.end is None or stay.end > moment)
        ]


def group_rng(plan: SimulationPlan, group: int, month: int, purpose: int) -> np.random.Generator:
    """The stream of randomness of one group, month and purpose."""
    return np.random.default_rng([plan.seed, group, month + 1, purpose])


def _start(plan: SimulationPlan, group: int, registry: Registry, name: str) -> Roll:
    """The first members: a group created in the first month, or (every second one) an older group."""
    rng = group_rng(plan, group, -1, 0)
    number = plan.members_of(group)
    first = plan.first_month
    since = [first - dt.timedelta(days=int(days)) for days in np.sort(rng.integers(40, 1500, number))[::-1]]
    roll = Roll(registry.draw(rng, number, since, offices=True), is_old=group % 2 == 1)
    outside = registry.draw(rng, 0 if roll.is_old else round(number * 0.06), since, offices=False)
    roll.people += [replace(person, in_chat=False, is_silent=True, weight=0.0) for person in outside]
    birth = seconds(first) + _CREATED
    roll.events.append(Event(birth, "encryption"))
    if roll.is_old:
        roll.stays = [
            Stay(member, seconds(first - dt.timedelta(days=30)), None, "seen") for member in range(number)
        ]
        roll.events.clear()
        return roll
    roll.events.append(Event(birth + 1, "created", actor=0, detail=("", name)))
    roll.stays.append(Stay(0, birth, None, "created"))
    delay = np.sort(rng.integers(5, 3600, number))
    for member in range(1, number):
        by_link = member > len(OFFICES) and rng.random() < 0.35
        moment = birth + int(delay[member]) + (int(rng.integers(0, 2 * DAY)) if by_link else 0)
        roll.stays.append(Stay(member, moment, None, "joined_link" if by_link else "added"))
        roll.events.append(Event(moment, roll.stays[-1].basis, None if by_link else 0, member))
    for officer in (1, 2):
        roll.events.append(Event(birth + 4000 + officer, "admin", target=officer))
    return roll


def _leave(roll: Roll, rng: np.random.Generator, month: dt.date, churn: float, span: tuple[int, int]) -> None:
    """Members leave or are removed; some of those who leave also leave the association, some come back."""
    for place, stay in enumerate(roll.stays):
        if (
            stay.end is not None
            or stay.start >= span[0]
            or stay.member < len(OFFICES)
            or rng.random() >= churn
        ):
            continue
        moment = int(moments(rng, month, 1)[0])
        removed = rng.random() < 0.25
        ending = "removed" if removed else "left"
        roll.stays[place] = replace(stay, end=moment, ending=ending)
        roll.events.append(Event(moment, ending, 1 if removed else None, stay.member))
        if rng.random() < 0.5:
            left = day_of(moment)
            roll.people[stay.member] = replace(roll.people[stay.member], left=left)


def _return(roll: Roll, rng: np.random.Generator, month: dt.date) -> None:
    """Some of those who left the chat, but not the association, come back by link."""
    inside = set(roll.present(seconds(month)))
    gone = {
        stay.member for stay in roll.stays if stay.end is not None and stay.end < seconds(month) - 40 * DAY
    }
    back = {stay.member for stay in roll.stays if stay.end is None}
    for member in sorted(gone - inside - back):
        if roll.people[member].left is None and rng.random() < 0.08:
            moment = int(moments(rng, month, 1)[0])
            roll.stays.append(Stay(member, moment, None, "joined_link"))
            roll.events.append(Event(moment, "joined_link", None, member))


def _join(roll: Roll, rng: np.random.Generator, month: dt.date, registry: Registry, expected: float) -> None:
    """New members, added by an admin or by link, a few days after they joined the association."""
    number = int(rng.poisson(expected))
    first = len(roll.people)
    roll.people += registry.draw(rng, number, [month] * number, offices=False)
    for member in range(first, first + number):
        moment = int(moments(rng, month, 1)[0])
        by_link = rng.random() < 0.5
        roll.stays.append(Stay(member, moment, None, "joined_link" if by_link else "added"))
        roll.events.append(Event(moment, roll.stays[-1].basis, None if by_link else 0, member))


def _odds_and_ends(
    plan: SimulationPlan, roll: Roll, rng: np.random.Generator, month: dt.date, registry: Registry, name: str
) -> None:
    """Changed numbers, group icon and subject, security codes."""
    here = roll.present(seconds(month))
    for member in here[len(OFFICES) :]:
        if rng.random() < plan.number_changes and roll.people[member].new_phone is None:
            moment = int(moments(rng, month, 1)[0])
            phone = registry.phone(rng)
            roll.events.append(
                Event(moment, "number_changed", member, member, (roll.people[member].phone, phone))
            )
            roll.people[member] = roll.people[member].moved(phone, moment)
    if rng.random() < 0.12:
        roll.events.append(Event(int(moments(rng, month, 1)[0]), "icon", actor=int(rng.integers(0, 2))))
    if month.month == 9:
        moment = int(moments(rng, month, 1)[0])
        roll.events.append(Event(moment, "subject", 0, None, (name, name + _SUBJECT)))
        roll.events.append(Event(moment + 3 * DAY, "subject", 0, None, (name + _SUBJECT, name)))
    if rng.random() < 0.2:
        roll.events.append(Event(int(moments(rng, month, 1)[0]), "pinned", actor=1))
    for member in here:
        if rng.random() < 0.002:
            roll.events.append(Event(int(moments(rng, month, 1)[0]), "security_code", target=member))


def live(plan: SimulationPlan, group: int, name: str, prefix: str) -> Roll:
    """The membership history of one group over all months of the plan."""
    levels = plan.levels_of(group)
    registry = Registry(prefix, levels, plan.first_month.year, plan.namesakes)
    roll = _start(plan, group, registry, name)
    for index in range(plan.months):
        rng = group_rng(plan, group, index, 0)
        month = plan.month(index)
        span = (seconds(month), seconds(plan.month(index + 1)))
        churn = levels.churn * (1 + 2 * shock(levels, index))
        _leave(roll, rng, month, churn, span)
        _return(roll, rng, month)
        joining = max(levels.churn - levels.decline / 2, 0.002) if levels.joining is None else levels.joining
        if index:
            _join(roll, rng, month, registry, plan.members_of(group) * joining)
        _odds_and_ends(plan, roll, rng, month, registry, name)
    roll.events.sort(key=lambda event: event.moment)
    return roll
