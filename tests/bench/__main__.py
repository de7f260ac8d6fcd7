"""Print the table: ``python -m tests.bench [topic ...]``; topics: parse inspect group intervals load peers."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench.figures import Figure, table
from tests.bench.loading import load_figures
from tests.bench.parsing import inspect_figures, parse_figures
from tests.bench.peers import peer_figures
from tests.bench.simulating import simulated
from tests.bench.whole_group import facts_figures, interval_figures

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
            "parse": lambda: parse_figures(exports),
            "inspect": lambda: inspect_figures(exports[0], folder),
            "group": lambda: facts_figures(folder),
            "intervals": lambda: interval_figures(folder),
            "load": lambda: load_figures(folder),
            "peers": lambda: peer_figures(exports, folder),
        }
        for topic, measured in topics.items():
            if not asked or topic in asked:
                figures += measured()
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    sys.stdout.write(f"{table(figures)}\n\n{os.cpu_count()} cores; load average {load}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
