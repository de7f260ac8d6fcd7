"""Seconds to make a large community and render its exports."""

from __future__ import annotations

from pathlib import Path

from tests.bench.exports import Export, community, written
from tests.bench.figures import Figure, seconds


def simulated(folder: Path) -> tuple[list[Export], Figure]:
    """The exports that other figures are measured on, and how long they took to make."""
    exports: list[Export] = []
    taken = seconds(lambda: exports.extend(written(community(), folder)))
    note = f"{exports[0].n_entries:,} entries, exported twice; one run"
    return exports, Figure("simulate", (taken,), base_name="1 s", note=note)
