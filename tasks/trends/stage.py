"""The trends of the groups that changed, from the core as it is being loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.config import Group
from schemas.indicators import newest, registry
from schemas.tables import TABLES
from tasks.trends import regime
from tasks.trends.covariates import presence, surroundings
from tasks.trends.memory import Memory
from warehouse.keys import group_key
from warehouse.load import Load


def load_trends(
    load: Load,
    current: pl.DataFrame,
    changed: Sequence[str],
    groups: Mapping[str, Group],
    snapshot_id: str,
    memory: Memory,
) -> None:
    """Write ``fact_trend`` and its variants for the groups that changed.

    Args:
        load: the open load.
        current: ``core.fact_indicator`` as loaded.
        changed: group identifiers.
        groups: what is declared about each group.
        snapshot_id: the snapshot the rows belong to.
        memory: what was computed before of the same figures.
    """
    keys = {group_key(group_id): group_id for group_id in changed}
    if not keys:
        return
    cells = current.filter(pl.col("group_key").is_in(list(keys)))
    core = {name: _of_groups(load, name, columns, keys) for name, columns in regime.READ.items()}
    spine = cells.select("group_id", "month").unique()
    around = surroundings(
        regime.regimes(spine, core, groups),
        presence(cells),
        groups,
        load.read("SELECT * FROM core.dim_platform_break"),
    )
    companions = "detail LIKE 'variant_%' OR detail LIKE 'grid_%'"
    details = newest(load.read(f"SELECT * FROM core.fact_indicator_detail WHERE {companions}"))
    details = details.filter(pl.col("group_key").is_in(list(keys)))
    table, variants = memory.trends(cells, registry(), snapshot_id, around=around, details=details)
    for frame, name in ((table, "core.fact_trend"), (variants, "core.fact_trend_variant")):
        load.replace(name, TABLES[name].conform(frame), {"group_key": list(keys)})


def _of_groups(load: Load, name: str, columns: Sequence[str], keys: Mapping[int, str]) -> pl.DataFrame:
    rows = load.read(f"SELECT {', '.join(columns)} FROM {name}")
    if "group_key" not in columns:
        return rows
    known = pl.DataFrame(
        {"group_key": list(keys), "group_id": list(keys.values())}, schema_overrides={"group_key": pl.Int64}
    )
    rows = rows.filter(pl.col("group_key").is_in(list(keys)))
    return rows if "group_id" in columns else rows.join(known, on="group_key")
