"""Print the table: ``python -m tests.bench [topic ...]``.

Topics: parse inspect merge group large lists intervals growth memory load snapshots peers.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench.figures import Figure, table
from tests.bench.growing import growth_figures, memory_figures
from tests.bench.listing import list_figures
from tests.bench.loading import load_figures
from tests.bench.merging import merge_figures
from tests.bench.parsing import inspect_figures, parse_figures
from tests.bench.peers import peer_figures
from tests.bench.simulating import simulated, tried
from tests.bench.snapshots import snapshot_figures
from tests.bench.whole_group import group_figures, interval_figures, large_figures

_ON_LARGE_EXPORTS = ("parse", "inspect", "peers")


def main(asked: list[str]) -> None:
    """Measure the topics asked for, all without any."""
    with tempfile.TemporaryDirectory(prefix="solidarity-bench-") as name:
        folder = Path(name)
        figures: list[Figure] = []
        exports = []
        if not asked or set(asked) & set(_ON_LARGE_EXPORTS):
            exports, made = simulated(folder)
            figures.append(made)
        topics: dict[str, Callable[[], list[Figure]]] = {
            "parse": lambda: parse_figures(exports, folder),
            "inspect": lambda: inspect_figures(exports[0], folder),
            "merge": lambda: merge_figures(folder),
            "group": lambda: group_figures(folder),
            "large": lambda: large_figures(folder),
            "lists": list_figures,
            "intervals": lambda: interval_figures(folder),
            "growth": lambda: growth_figures(folder),
            "memory": lambda: memory_figures(folder),
            "load": lambda: load_figures(folder),
            "snapshots": lambda: snapshot_figures(folder),
            "peers": lambda: peer_figures(tried(folder), exports, folder),
        }
        for topic, measured in topics.items():
            if not asked or topic in asked:
                figures += measured()
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    sys.stdout.write(f"{table(figures)}\n\n{os.cpu_count()} cores; load average {load}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
