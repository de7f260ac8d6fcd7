"""One group through the stages: exports to facts, and the indicators with their intervals."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from tasks.identify.stage import identify_group
from tasks.land.stage import land_groups
from tasks.measure.indicators.compute import compute
from tasks.measure.inputs import cut
from tasks.measure.stage import group_input, indicator_inputs, measure_group
from tasks.parse.stage import parse_group
from tasks.reconcile.stage import reconcile_group
from tasks.run import Run, format_month
from tasks.simulate import Phone, SimulationPlan, simulate, write_landing
from tasks.validate.stage import validate_group
from tests.bench.figures import Figure
from tests.bench.stages import processor_seconds, stage_figures
from warehouse.keys import generate
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

MAX_INTERVALS_SECONDS = 0.1
_GROUP_RUNS = 3


#: Messages of the large group: whether the time grows with the messages and not faster.
N_LARGE = int(os.environ.get("SOLIDARITY_BENCH_LARGE", "300000"))


def _plan(members: int, months: int, messages_per_month: int, cut: int | None = None) -> SimulationPlan:
    """One group that two phones have exported at its end."""
    phones = tuple(
        Phone(exporter=name, layout=layout, owner=owner, every=months, first=months - 1, cut=cut)
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


def _written(plan: SimulationPlan, home: Path) -> str:
    """The group's files in a new home's landing folder; returns the month measured."""
    community = simulate(plan)
    write_landing(community, home)
    generate(Workspace.open(home).key_file)
    return format_month(community.month_starts[-1])


def one_group(home: Path) -> str:
    """Write a group of 40,000 messages over 36 months, and its month into the file ``month``; its identifier."""
    month = _written(_plan(60, 36, 1_140), home)
    (home / "month").write_text(month)
    (group_id,) = (folder.name for folder in (home / "landing").iterdir() if folder.is_dir())
    return group_id


def _landed(plan: SimulationPlan, home: Path) -> tuple[Workspace, Run, str]:
    """A home with the group's files in it, taken in but not parsed."""
    month = _written(plan, home)
    workspace = Workspace.open(home)
    run = Run(run_id="0" * 32, flow="monthly", month=month)
    (group_id,) = land_groups(workspace, run)
    return workspace, run, group_id


def group_figures(folder: Path) -> list[Figure]:
    """Messages by processor second from two exports to point indicators, in all and by stage."""
    return stage_figures(partial(_landed, _plan(60, 36, 1_140)), folder, _GROUP_RUNS)


def large_figures(folder: Path) -> list[Figure]:
    """The same for a group of many more messages and members, exported whole by both phones; one run."""
    plan = _plan(120, 36, round(N_LARGE / 36), cut=10**9)
    return stage_figures(partial(_landed, plan), folder, 1, of=", large group")


def interval_figures(folder: Path) -> list[Figure]:
    """Processor seconds a group-month for all indicators with their intervals; 60 members, 1,000 messages a month."""
    plan = _plan(60, 12, 1_000)
    workspace, run, group_id = _landed(plan, folder / "intervals")
    for stage in (parse_group, reconcile_group, identify_group, validate_group):
        stage(workspace, run, group_id)
    measure_group(workspace, run, group_id)
    inputs = cut(group_input(workspace, run, group_id))
    ready = indicator_inputs(inputs, StageStore(workspace.vault, group_id).frames("measure"))
    taken = [processor_seconds(lambda: compute(ready)) for _ in range(_GROUP_RUNS + 1)][1:]
    return [
        Figure(
            "indicators and intervals",
            tuple(one / plan.months for one in taken),
            unit="CPU s/group-month",
            base=MAX_INTERVALS_SECONDS,
            base_name=f"{MAX_INTERVALS_SECONDS} s",
            at_most=1,
            note="values included",
        )
    ]
