"""Size of a warehouse after many monthly snapshots, against one snapshot of the same months plus the changes.

Every month adds its cells and restates some of the two months before it, as windows that look ahead and late
files do. What a run replaces (today's cells, the published tables) is replaced through real loads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from schemas.catalogue import CODES
from schemas.tables import TABLES
from tasks.snapshot.vintages import changed_cells
from tests.bench.figures import Figure
from warehouse.engine import Warehouse

INDICATOR = TABLES["core.fact_indicator"]
RESTATED_SHARE = 0.3  # of the cells of the two months before
_MONTHS_BACK = 2


def month_starts(n: int) -> list[dt.date]:
    return [dt.date(2019 + at // 12, at % 12 + 1, 1) for at in range(n)]


def new_cells(groups: int, month: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    """One month's cells of all groups, with figures of full length."""
    n = groups * len(CODES)
    den = rng.integers(20, 120, n).astype(float)
    num = np.floor(rng.random(n) * den)
    frame = pl.DataFrame(
        {
            "group_key": np.repeat(np.arange(groups) + 1, len(CODES)),
            "code": list(CODES) * groups,
            "value": num / den,
            "ci_low": num / den - rng.random(n) / 10,
            "ci_high": num / den + rng.random(n) / 10,
            "n_num": num,
            "n_den": den,
            "n_lo": den,
            "n_hi": den,
        }
    )
    return INDICATOR.conform(
        frame.with_columns(
            group_id=pl.format("kamaliyah-{}", "group_key"),
            month=pl.lit(month),
            def_version=pl.lit(1),
            params_hash=pl.lit("0" * 12),
            ci_kind=pl.lit("wilson"),
            window_months=pl.lit(1),
            coverage=pl.lit(1.0),
            status=pl.lit("ok"),
            snapshot_id=pl.lit("-"),
        )
    )


def restated(cells: pl.DataFrame, month: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    """The cells with some of the latest months' values moved."""
    recent = sorted(cells["month"].unique())[-_MONTHS_BACK:] if cells.height else []
    moved = pl.Series(rng.random(cells.height) < RESTATED_SHARE) & cells["month"].is_in(recent)
    return cells.with_columns(value=pl.when(moved).then(pl.col("value") + 1e-3).otherwise("value"))


def load_months(
    folder: Path, groups: int, months: Sequence[dt.date], *, at_once: bool, seed: int = 1
) -> tuple[int, int]:
    """Bytes of a warehouse file, and rows of its vintages: one load a month, or one of all months."""
    folder.mkdir(parents=True)
    file, rng = folder / "warehouse.duckdb", np.random.default_rng(seed)
    warehouse = Warehouse(f"duckdb:///{file}")
    warehouse.create()
    cells, vintage, known = INDICATOR.empty(), TABLES["core.fact_indicator_vintage"].empty(), []
    published, shown = TABLES["research.vintage"], TABLES["research.indicator"]
    for at, month in enumerate(months):
        cells = pl.concat([restated(cells, month, rng), new_cells(groups, month, rng)])
        if at_once and at < len(months) - 1:
            continue
        snapshot_id = f"{month:%Y-%m}-{at:012x}"
        changed = changed_cells(cells, vintage, known, snapshot_id)
        vintage = pl.concat([vintage, changed])
        known.append(snapshot_id)
        keys = list(range(1, groups + 1))
        named = cells.with_columns(snapshot_id=pl.lit(snapshot_id))
        with warehouse.load(f"{at:032x}") as load:
            load.replace("core.fact_indicator", named, {"group_key": keys})
            load.append("core.fact_indicator_vintage", changed)
            load.replace_all(published, published.conform(vintage))
            load.replace_all(shown, shown.conform(named))
    return file.stat().st_size, vintage.height


def measured(folder: Path, groups: int, n_months: int) -> dict[str, float]:
    """``many``: bytes after monthly snapshots; ``one``: after one snapshot of all months; ``changes``: bytes of the
    further vintage rows, at the size that rows of the one snapshot's vintages have; ``ratio``: of many to the bound.
    """
    months = month_starts(n_months)
    many, rows_many = load_months(folder / "many", groups, months, at_once=False)
    one, rows_one = load_months(folder / "one", groups, months, at_once=True)
    empty, _ = load_months(folder / "empty", groups, [], at_once=True)
    per_row = (one - empty) / (4 * rows_one)  # cells, vintages, and both as published
    changes = 2 * (rows_many - rows_one) * per_row
    return {"many": many, "one": one, "changes": changes, "ratio": many / (2 * one + changes)}


def snapshot_figures(folder: Path) -> list[Figure]:
    """60 monthly snapshots of 100 groups."""
    found = measured(folder / "snapshots", 100, 60)
    return [
        Figure(
            "60 monthly snapshots of 100 groups",
            (found["many"],),
            "bytes",
            2 * found["one"] + found["changes"],
            "twice one snapshot, plus the changes",
            at_most=1.0,
        )
    ]
