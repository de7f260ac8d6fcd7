"""Parsing against grep's count of the header lines, and a whole ``solidarity inspect``."""

from __future__ import annotations

import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path

from tasks.parse.whatsapp import parse_export
from tests.bench.exports import Export, damaged, head
from tests.bench.figures import Figure, side_by_side
from tests.bench.shapes import SHAPES, reheaded

MAX_OVER_GREP = 6
MAX_DAMAGED_OVER_CLEAN = 2
INSPECTED, INSPECT_SECONDS = 100_000, 1.0
_SHAPE_RUNS = 3


def parse_figures(exports: list[Export], folder: Path) -> list[Figure]:
    """Seconds to parse each export from memory, beside grep on the same file."""
    broken = damaged(exports[0], folder)
    figures = [_over_grep(export) for export in (*exports, broken)]
    contents = [export.path.read_bytes() for export in (exports[0], broken)]
    clean, with_damage = side_by_side(*(partial(parse_export, content, file_id="") for content in contents))
    figures.append(
        Figure(
            "parse a file with one invalid byte",
            with_damage,
            base=statistics.median(clean),
            base_name=f"the clean file, {statistics.median(clean):.3f} s",
            at_most=MAX_DAMAGED_OVER_CLEAN,
        )
    )
    for shape in SHAPES:
        figures.append(_over_grep(reheaded(exports[0], shape, folder), _SHAPE_RUNS))
    return figures


def _over_grep(export: Export, runs: int = 7) -> Figure:
    content = export.path.read_bytes()
    taken, grep = side_by_side(
        lambda: parse_export(content, date_order="dmy", file_id=""), export.grep, runs=runs
    )
    n_rows, n_lines = len(parse_export(content, date_order="dmy", file_id="").frame), export.grep()
    return Figure(
        f"parse {export.name}",
        taken,
        base=statistics.median(grep),
        base_name=f"grep -c, {statistics.median(grep):.3f} s",
        at_most=MAX_OVER_GREP,
        note=f"{n_rows:,} rows; grep {n_lines:,}; {export.n_entries:,} written",
    )


def inspect_figures(export: Export, folder: Path) -> list[Figure]:
    """Seconds of the whole process, interpreter and imports included."""
    path = head(export, INSPECTED, folder)

    def inspect() -> None:
        command = [sys.executable, "-m", "flows.entry", "--json", "inspect", str(path)]
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
