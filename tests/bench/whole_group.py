"""One group through the stages: exports to facts, and the indicators with their intervals."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tasks.identify.stage import identify_group
from tasks.land.stage import land_groups
from tasks.measure.facts import measure_facts
from tasks.measure.indicators.compute import compute
from tasks.measure.inputs import cut
from tasks.measure.stage import group_input, indicator_inputs, measure_group
from tasks.parse.stage import parse_group
from tasks.reconcile.stage import reconcile_group
from tasks.run import Run, format_month
from tasks.simulate import Phone, SimulationPlan, simulate, write_landing
from tasks.validate.stage import validate_group
from tests.bench.figures import Figure, seconds, side_by_side
from warehouse.keys import generate
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

MIN_MESSAGES_A_SECOND = 500_000
MAX_INTERVALS_SECONDS = 0.1
_GROUP_RUNS = 3


def _plan(members: int, months: int, messages_per_month: int) -> SimulationPlan:
    """One group that two phones have exported at its end."""
    phones = tuple(
        Phone(exporter=name, layout=layout, owner=owner, every=months, first=months - 1)
        for owner, (name, layout) in enumerate((("siti", "android_id"), ("asep", "ios_id")))
    )
    return SimulationPlan(
        groups=1,
        members=members,
        months=months,
        messages_per_month=messages_per_month,
        seed=3,
        phones=(phones,),
    )


def _landed(plan: SimulationPlan, home: Path) -> tuple[Workspace, Run, str]:
    """A home with the group's files in it, taken in but not parsed."""
    community = simulate(plan)
    write_landing(community, home)
    workspace = Workspace.open(home)
    generate(workspace.key_file)
    run = Run(run_id="0" * 32, flow="monthly", month=format_month(community.month_starts[-1]))
    (group_id,) = land_groups(workspace, run)
    return workspace, run, group_id


def _to_facts(workspace: Workspace, run: Run, group_id: str) -> dict[str, float]:
    """Seconds by stage."""
    taken = {
        stage.__name__.removesuffix("_group"): seconds(partial(stage, workspace, run, group_id))
        for stage in (parse_group, reconcile_group, identify_group, validate_group)
    }
    taken["facts"] = seconds(lambda: measure_facts(cut(group_input(workspace, run, group_id))))
    return taken


def facts_figures(folder: Path) -> list[Figure]:
    """Messages a second from two exports to the facts, each run in a home of its own, storage included."""
    plan, rates, n_messages, shares = _plan(60, 36, 1_140), list[float](), 0, ""
    for number in range(_GROUP_RUNS + 1):
        workspace, run, group_id = _landed(plan, folder / f"facts-{number}")
        by_stage = _to_facts(workspace, run, group_id)
        taken = sum(by_stage.values())
        shares = ", ".join(f"{stage} {part / taken:.0%}" for stage, part in by_stage.items())
        n_messages = len(cut(group_input(workspace, run, group_id)).messages)
        rates.append(n_messages / taken)
    return [
        Figure(
            "exports to facts",
            tuple(rates[1:]),
            unit="messages/s",
            base=MIN_MESSAGES_A_SECOND,
            base_name=f"{MIN_MESSAGES_A_SECOND:,}/s",
            at_least=1,
            note=f"{n_messages:,} messages, two exports, with storage: {shares}",
        )
    ]


def interval_figures(folder: Path) -> list[Figure]:
    """Seconds a group-month for all indicators with their intervals; 60 members, 1,000 messages a month."""
    plan = _plan(60, 12, 1_000)
    workspace, run, group_id = _landed(plan, folder / "intervals")
    _to_facts(workspace, run, group_id)
    measure_group(workspace, run, group_id)
    inputs = cut(group_input(workspace, run, group_id))
    ready = indicator_inputs(inputs, StageStore(workspace.vault, group_id).frames("measure"))
    (taken,) = side_by_side(lambda: compute(ready), runs=_GROUP_RUNS)
    return [
        Figure(
            "indicators and intervals",
            tuple(one / plan.months for one in taken),
            unit="s/group-month",
            base=MAX_INTERVALS_SECONDS,
            base_name=f"{MAX_INTERVALS_SECONDS} s",
            at_most=1,
            note="values included",
        )
    ]
