"""Seconds to make a large community and render its exports."""

from __future__ import annotations

from pathlib import Path

from tests.bench.exports import TRIED, Export, community, written
from tests.bench.figures import Figure, seconds

#: Messages of an export that every other parser is tried on.
N_TRIED = 100_000


def simulated(folder: Path) -> tuple[list[Export], Figure]:
    """The exports that other figures are measured on, and how long they took to make."""
    exports: list[Export] = []
    taken = seconds(lambda: exports.extend(written(community(), folder)))
    note = f"{exports[0].n_entries:,} entries, exported twice; one run"
    return exports, Figure("simulate", (taken,), base_name="1 s", note=note)


def tried(folder: Path) -> list[Export]:
    """Smaller exports for parsers that are much slower; more layouts, as not every parser reads each."""
    return written(community(N_TRIED, TRIED), folder / "tried")
