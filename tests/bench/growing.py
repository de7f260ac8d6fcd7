"""A month more through all stages, a run with nothing new, and memory as groups are added."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from tasks.identify.stage import identify_group
from tasks.land.stage import land_groups
from tasks.measure.facts import measure_facts
from tasks.measure.inputs import cut
from tasks.measure.stage import group_input, measure_group
from tasks.parse.stage import parse_group
from tasks.reconcile.stage import reconcile_group
from tasks.run import Run, format_month
from tasks.simulate import Community, SimulationPlan, exports_due, simulate
from tasks.simulate.truth import write_groups_toml
from tasks.validate.stage import validate_group
from tests.bench.figures import Figure
from tests.bench.stages import processor_seconds
from warehouse.keys import generate
from warehouse.workspace import Workspace

MAX_GROWTH, MAX_IDLE = 0.1, 0.02
MAX_GIB, MAX_MORE_MEMORY = 1.0, 1.25
_MONTHS = 50
#: 5 million messages in 125 groups are asked for; a part of them shows whether memory grows.
GROUPS, FEW_GROUPS = int(os.environ.get("SOLIDARITY_BENCH_GROUPS", "25")), 5
_STAGES = (parse_group, reconcile_group, identify_group, validate_group)


def growth_figures(folder: Path) -> list[Figure]:
    """The 50th month after 49, and a run with nothing new, against all 50 months at once; one run of each.

    Both go from files to indicators with their intervals; the load is measured by topic ``load``.
    """
    community = simulate(SimulationPlan(groups=1, members=60, months=_MONTHS, messages_per_month=800, seed=4))
    *before, last = community.month_starts
    (whole,) = _taken(community, folder / "at-once", [[*before, last]])
    _, more, idle = _taken(community, folder / "by-month", [before, [last], []])
    base = sum(whole.values())
    note = f"{_MONTHS} months of 800 messages; one run; files to indicators with intervals"
    return [
        Figure(
            "a month more, files to indicators",
            (sum(more.values()),),
            "CPU s",
            base,
            "all months",
            MAX_GROWTH,
            None,
            f"{note}: {_by_stage(more)}; all months: {_by_stage(whole)}",
        ),
        Figure(
            "nothing new, files to indicators",
            (sum(idle.values()),),
            "CPU s",
            base,
            "all months",
            MAX_IDLE,
            None,
            note,
        ),
    ]


def _by_stage(taken: dict[str, float]) -> str:
    return ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in taken.items())


def _taken(community: Community, home: Path, ingests: list[list[dt.date]]) -> list[dict[str, float]]:
    """Processor seconds of each ingest by stage, one after another in one home; each measures its last month."""
    (group_id,) = community.groups
    write_groups_toml(community, home / "landing")
    folder = home / "landing" / group_id / "exports"
    folder.mkdir(parents=True)
    workspace = Workspace.open(home)
    generate(workspace.key_file)
    taken, month = [], community.month_starts[0]
    for months in ingests:
        month = max([month, *months])
        run = Run(run_id="0" * 32, flow="monthly", month=format_month(month))
        for file in (file for one in months for file in exports_due(community, group_id, one)):
            (folder / file.name).write_bytes(file.content)
        by_stage = {"land": processor_seconds(partial(land_groups, workspace, run))}
        for stage in (*_STAGES, measure_group):
            step = partial(stage, workspace, run, group_id)
            by_stage[stage.__name__.removesuffix("_group")] = processor_seconds(step)
        taken.append(by_stage)
    return taken


def memory_figures(folder: Path) -> list[Figure]:
    """Peak memory of a process that takes many groups from exports to facts, and of one that takes few."""
    few, many = (_peak_gib(folder / f"memory-{groups}", groups) for groups in (FEW_GROUPS, GROUPS))
    note = f"{GROUPS} groups of 40,000 messages, exports to facts; {FEW_GROUPS} groups: {few:.2f} GiB"
    return [
        Figure("peak memory of many groups", (many,), "GiB", MAX_GIB, "1 GiB", 1.0, None, note),
        Figure("peak memory, many groups", (many,), "GiB", few, f"{FEW_GROUPS} groups", MAX_MORE_MEMORY),
    ]


def _peak_gib(home: Path, groups: int) -> float:
    """Peak resident memory of a process of its own."""
    _fill(home, groups)
    code = "import sys; from tests.bench.growing import take_all; take_all(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, str(home)], check=True, capture_output=True, text=True)
    return int(done.stdout) / 2**20


def _fill(home: Path, groups: int) -> None:
    """A landing folder in which every group holds the same two exports under another name."""
    from tests.bench.whole_group import one_group

    landing = home / "landing"
    group_id = one_group(home)
    for number in range(1, groups):
        shutil.copytree(landing / group_id, landing / f"{group_id}-{number}")


def take_all(home: str) -> None:
    """Take every group of a home to its facts, one after another; prints the peak memory in KiB."""
    workspace = Workspace.open(Path(home))
    run = Run(run_id="0" * 32, flow="monthly", month=(Path(home) / "month").read_text())
    for group_id in land_groups(workspace, run):
        for stage in _STAGES:
            stage(workspace, run, group_id)
        measure_facts(cut(group_input(workspace, run, group_id)))
    # the peak of getrusage would be that of the process that started this one, where it was larger
    (peak,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    sys.stdout.write(f"{peak.split()[1]}\n")
