"""The recovery studies, and docs/validity.md: ``python -m tests.validity`` (``make validity``).

Everything is drawn from seeds 1 to 20, so that a second run writes the same tables.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl

from tests.validity import recovery, report, whole_way

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "validity.md"


def kept(folder: Path | None, name: str, make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """The rows of a study, from the folder if they lie there, else made and put there."""
    path = folder / f"{name}.parquet" if folder else None
    if path and path.exists():
        return pl.read_parquet(path)
    started = time.monotonic()
    rows = make()
    sys.stderr.write(f"{name}: {len(rows):,} measurements in {time.monotonic() - started:.0f} s\n")
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(path)
    return rows


def written_into(text: str, blocks: dict[str, list[str]]) -> str:
    """A document with what stands between ``<!-- name -->`` and ``<!-- /name -->`` written anew."""
    for name, lines in blocks.items():
        block = "\n".join([f"<!-- {name} -->", *lines, f"<!-- /{name} -->"])
        text, n = re.subn(
            rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _, new=block: new, text, flags=re.DOTALL
        )
        if n != 1:
            raise LookupError(f"the document has {n} places for {name}")
    return text


def main() -> None:
    """Run the studies and write their tables into the document."""
    parser = argparse.ArgumentParser(prog="python -m tests.validity", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--rows", type=Path, help="folder in which measurements are kept and looked for")
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    parser.add_argument(
        "--print", action="store_true", help="print the tables instead of writing the document"
    )
    given = parser.parse_args()
    seeds = range(1, given.seeds + 1)
    planted = pl.concat(
        [
            kept(given.rows, family, partial(recovery.study, seeds, given.processes, families=[family]))
            for family in recovery.FAMILIES
        ]
    )
    way = kept(given.rows, "way", lambda: whole_way.study(seeds, given.processes))
    answers = kept(
        given.rows,
        "answers",
        lambda: whole_way.answers_by_traffic(range(1, given.seeds // 3 + 2), given.processes),
    )
    tables = {
        "summary": lambda: [report.summary(planted)],
        "points": lambda: report.point_table(planted),
        "coverage": lambda: report.coverage_table(planted),
        "way": lambda: report.way_table(way),
        "way-coverage": lambda: report.way_coverage(way),
        "answers": lambda: report.answer_table(answers),
        "reasons": lambda: report.reasons(planted),
    }
    blocks = {}
    for name, table in tables.items():
        blocks[name] = table()
        if given.print:
            sys.stdout.write("\n".join([f"[{name}]", *blocks[name], "\n"]))
    if not given.print:
        given.document.write_text(written_into(given.document.read_text("utf-8"), blocks), "utf-8")


if __name__ == "__main__":
    main()
