"""Namesakes: two members of one name at most, told apart on every phone that has saved both."""

from __future__ import annotations

from collections import Counter

from tasks.simulate import SimulationPlan, simulate
from tasks.simulate.render import labels_of


def test_namesakes_are_members_of_their_own() -> None:
    plan = SimulationPlan(groups=1, members=60, months=3, messages_per_month=60, seed=3, namesakes=0.3)
    group = next(iter(simulate(plan).groups.values()))
    bearers = Counter(person.name for person in group.roll.people)
    assert max(bearers.values()) == 2 and sum(n == 2 for n in bearers.values()) >= 5
    assert len({person.member_id for person in group.roll.people}) == len(group.roll.people)
    for nicknames in (False, True):
        for phone in plan.phones_of(0):
            labels = labels_of(phone, phone.owner, group.roll.people, plan.seed, nicknames)
            saved = [name for name, is_saved in zip(labels.label, labels.is_saved, strict=True) if is_saved]
            assert len(saved) == len(set(saved)) > 20


def test_without_namesakes_nobody_shares_a_name_and_nothing_changes() -> None:
    plan = SimulationPlan(groups=1, members=60, months=2, messages_per_month=60, seed=3)
    group = next(iter(simulate(plan).groups.values()))
    names = [person.name for person in group.roll.people]
    assert len(names) == len(set(names))
