"""Parsing against grep's count of the header lines, and a whole ``solidarity inspect``."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

from tasks.parse.whatsapp import parse_export
from tests.bench.exports import Export, head
from tests.bench.figures import Figure, side_by_side

MAX_OVER_GREP = 6
MAX_DAMAGED_OVER_CLEAN = 2
INSPECTED, INSPECT_SECONDS = 100_000, 1.0


def parse_figures(exports: list[Export]) -> list[Figure]:
    """Seconds to parse each export from memory, beside grep on the same file."""
    figures, medians = [], []
    for export in exports:
        content = export.path.read_bytes()
        taken, grep = side_by_side(lambda content=content: parse_export(content), export.grep)
        n_rows = len(parse_export(content).frame)
        medians.append(statistics.median(taken))
        figures.append(
            Figure(
                f"parse {export.name}",
                taken,
                base=statistics.median(grep),
                base_name=f"grep -c, {statistics.median(grep):.3f} s",
                at_most=MAX_OVER_GREP,
                note=f"{n_rows:,} of {export.n_entries:,} entries",
            )
        )
    damaged = Figure(
        "parse damaged file",
        (medians[2],),
        base=medians[0],
        base_name="clean file",
        at_most=MAX_DAMAGED_OVER_CLEAN,
    )
    return [*figures, damaged]


def inspect_figures(export: Export, folder: Path) -> list[Figure]:
    """Seconds of the whole process, interpreter and imports included."""
    path = head(export, INSPECTED, folder)

    def inspect() -> None:
        command = [sys.executable, "-m", "flows.cli", "--json", "inspect", str(path)]
        subprocess.run(command, capture_output=True, check=True)

    (taken,) = side_by_side(inspect)
    return [
        Figure(
            f"inspect {INSPECTED:,} messages",
            taken,
            base=INSPECT_SECONDS,
            base_name="1 s",
            at_most=1,
            note="whole process",
        )
    ]
