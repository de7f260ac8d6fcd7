"""Many exports into one truth: the merge itself, and a month more against all months."""

from __future__ import annotations

import datetime as dt
import hashlib
import statistics
from dataclasses import replace
from functools import partial
from pathlib import Path

from schemas.config import Group
from schemas.exports import Landed
from tasks.land.containers import open_chats
from tasks.land.stage import land_groups
from tasks.parse.stage import parse_group
from tasks.parse.whatsapp import parse_export
from tasks.reconcile import Export, reconcile
from tasks.reconcile.digest import digest
from tasks.reconcile.stage import reconcile_group
from tasks.run import Run, format_month
from tasks.simulate import Community, Phone, SimulationPlan, exports_due, simulate
from tasks.simulate.truth import write_groups_toml
from tests.bench.figures import Figure, side_by_side
from tests.bench.stages import processor_seconds
from warehouse.keys import DigestKey, generate
from warehouse.workspace import Workspace

MAX_GROWTH = 0.1
_KEY = DigestKey(b"a digest key for benchmarks alone")
_LAYOUTS = ("android_id", "ios_us", "android_en", "ios_id")


def merge_figures(folder: Path) -> list[Figure]:
    """Four exports of 40,000 messages; and the last of 50 months after the 49 before it."""
    return [_four_phones(), *_one_month_more(folder)]


def _four_phones() -> Figure:
    phones = tuple(
        Phone(exporter=f"phone{n}", layout=layout, owner=n, every=50, first=49, saved_share=0.2 + 0.2 * n)  # type: ignore[arg-type]  # literals
        for n, layout in enumerate(_LAYOUTS)
    )
    plan = SimulationPlan(groups=1, members=80, months=50, messages_per_month=800, seed=3, phones=(phones,))
    community = simulate(plan)
    (group_id,) = community.groups
    made = []
    for number, file in enumerate(exports_due(community, group_id, community.month_starts[-1])):
        (chat,) = open_chats(file.content, file.name)
        order = "mdy" if _LAYOUTS[number] == "ios_us" else "dmy"
        meta, frame = parse_export(chat.text, date_order=order)  # type: ignore[arg-type]  # literals
        file_id = hashlib.sha256(file.name.encode()).hexdigest()[:12]
        landed = Landed(
            file_id=file_id, group_id=group_id, exporter_no=number, stated_date=None, timezone=None
        )
        made.append(Export(replace(meta, file_id=file_id), landed, digest(frame, _KEY)))
    (taken,) = side_by_side(partial(reconcile, made, Group()))
    n_lines = sum(export.frame.height for export in made)
    rate = n_lines / statistics.median(taken)
    return Figure("merge of 4 exports", taken, note=f"{n_lines:,} lines, {rate:,.0f} lines/s")


def _one_month_more(folder: Path) -> list[Figure]:
    """Land, parse and reconcile all 50 months at once, and the 50th after the others."""
    community = simulate(SimulationPlan(groups=1, members=60, months=50, messages_per_month=750, seed=4))
    *before, last = community.month_starts
    (whole,) = _taken(community, folder / "whole", [[*before, last]])
    _, more = _taken(community, folder / "more", [before, [last]])
    return [
        Figure(
            "a month more, exports to store",
            (more,),
            "CPU s",
            whole,
            "all 50 months",
            MAX_GROWTH,
            note="one run",
        )
    ]


def _taken(community: Community, home: Path, ingests: list[list[dt.date]]) -> list[float]:
    (group_id,) = community.groups
    write_groups_toml(community, home / "landing")
    folder = home / "landing" / group_id / "exports"
    folder.mkdir(parents=True)
    workspace = Workspace.open(home)
    generate(workspace.key_file)
    run = Run(run_id="0" * 32, flow="monthly", month=format_month(community.month_starts[-1]))
    taken = []
    for months in ingests:
        for file in (file for month in months for file in exports_due(community, group_id, month)):
            (folder / file.name).write_bytes(file.content)
        taken.append(
            processor_seconds(partial(land_groups, workspace, run))
            + processor_seconds(partial(parse_group, workspace, run, group_id))
            + processor_seconds(partial(reconcile_group, workspace, run, group_id))
        )
    return taken
