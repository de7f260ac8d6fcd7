"""A home with real files, run through the stages up to who is who."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from tasks.identify.stage import identify_group
from tasks.land.stage import land_groups
from tasks.parse.stage import parse_group
from tasks.reconcile.stage import reconcile_group
from tasks.run import Run
from warehouse.keys import generate
from warehouse.stages import StageStore
from warehouse.workspace import Workspace


def number(place: int, first: int = 0) -> str:
    """A mobile number of one's own."""
    return f"+62 812-{5000 + first}-{1000 + place}"


def chat(people: Iterable[str], created: str = "01/01/2024 08.00", month: int = 1) -> str:
    """An Indonesian Android export: a creation line, and a message of each of the people."""
    lines = [f'{created} - {next(iter(people := list(people)))} membuat grup "Uji"']
    lines += [
        f"{13 + n % 15:02}/{month:02}/2024 {8 + n % 12:02}.{n % 60:02} - {name}: pesan ke-{n} dari anggota ini"
        for n, name in enumerate(people)
    ]
    lines.sort(key=lambda line: line[:16].split("/")[1] + line[:2] + line[11:16])
    return "\n".join(lines) + "\n"


def write(home: Path, files: dict[str, str | bytes]) -> Path:
    """Put files into ``landing/`` of a home with a key."""
    generate(home / "vault" / "pseudonym.key")
    for name, content in files.items():
        path = home / "landing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return home


def run_identify(home: Path, month: str = "2024-03") -> dict[str, StageStore]:
    """Land, parse, reconcile and identify all groups of a home."""
    workspace = Workspace.open(home)
    run = Run(run_id=os.urandom(16).hex(), flow="ingest", month=month)
    groups = land_groups(workspace, run)
    for stage in (parse_group, reconcile_group, identify_group):
        for group_id in groups:
            stage(workspace, run, group_id)
    return {group_id: StageStore(workspace.vault, group_id) for group_id in groups}
