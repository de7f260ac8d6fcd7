"""The composites between groups: levels against a base period pooled over groups of like size.

The index of a group speaks of that group's own change (``within``). Its companion ``between`` holds the same
components against the base periods of all groups whose N is within a factor of three, so that levels can be
compared; of whichever kind the groups are, the reader must judge. It rests on which groups are there, so it
is made when everything is published and never stands in a group's own rows.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from schemas.indicators import Indicator, registry
from schemas.tables import TABLES
from tasks.measure.indicators.axes import Array, month_range
from tasks.measure.indicators.components import Cells, Component, component, first_ok, robust_z
from tasks.measure.indicators.variants import DEFAULT, together

BETWEEN = "between"
MAX_SIZE_RATIO = 3.0
_DETAIL = TABLES["core.fact_indicator_detail"]
_OVERALL, _AXIS = "idx_overall", "axis_type"


class _Months:
    """The months of one group's rows as an axis, with its active members."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self.months: list[dt.date] = month_range(
            *rows.select(a=pl.col("month").min(), b=pl.col("month").max()).row(0)
        )
        self.n_months = len(self.months)
        self.active = self._spread(rows, "ritual_participation", "n_den")
        n = self._spread(rows, "active_member_share", "n_hi")
        self.size = float(np.nanmedian(n)) if np.isfinite(n).any() else np.nan
        self.active = np.where(np.isfinite(self.active), self.active, n)

    def month_of(self, dates: pl.Series) -> Array:
        """Place of each month on the axis."""
        first = self.months[0].year * 12 + self.months[0].month
        return (dates.dt.year().cast(pl.Int64) * 12 + dates.dt.month().cast(pl.Int64) - first).to_numpy()

    def _spread(self, rows: pl.DataFrame, code: str, column: str) -> Array:
        mine, spread = rows.filter(pl.col("code") == code), np.full(self.n_months, np.nan)
        spread[self.month_of(mine["month"])] = mine[column].to_numpy().astype(float)
        return spread


def between(values: pl.DataFrame, details: pl.DataFrame, min_members: float) -> pl.DataFrame:
    """Rows ``between`` of ``fact_indicator_detail``, for the months in which the composite itself stands.

    Args:
        values: ``fact_indicator`` of all groups, newest definitions.
        details: ``fact_indicator_detail`` of them.
        min_members: groups with a smaller N enter no pool, and get no level.

    A group without another one of like size has none.
    """
    groups = {str(key): rows for (key,), rows in values.group_by("group_id", maintain_order=True)}
    months = {key: _Months(rows) for key, rows in groups.items()}
    compared = [key for key, axis in months.items() if axis.size >= min_members]
    if len(compared) < 2:
        return _DETAIL.empty()
    parts = {str(key): rows for (key,), rows in details.group_by("group_id", maintain_order=True)}
    cells = {key: Cells(months[key], groups[key], parts.get(key, details.clear())) for key in compared}
    names = _component_names()
    held = {key: {name: component(months[key], cells[key], name) for name in names} for key in compared}
    bases = {key: _base_values(held[key]) for key in compared}
    composites = [spec.code for spec in registry().values() if spec.is_composite]
    stands = pl.col("code").is_in(composites) & pl.col("value").is_not_null()
    rows = []
    for key in compared:
        size = months[key].size
        peers = [
            other
            for other in compared
            if max(size, months[other].size) <= MAX_SIZE_RATIO * min(size, months[other].size)
        ]
        if len(peers) > 1 and groups[key].filter(stands).height:
            rows.append(_levels(groups[key], months[key], held[key], [bases[peer] for peer in peers]))
    return pl.concat([_DETAIL.empty(), *rows])


def _component_names() -> list[str]:
    names = [name.lstrip("-") for spec in registry().values() for name in spec.components]
    return [name for name in dict.fromkeys(names) if not registry()[name.partition(":")[0]].is_composite]


Bases = dict[tuple[str, int], Array]


def _base_values(held: dict[str, Component]) -> Bases:
    """A group's values in the base period, by component and length of the period; none where it has no period."""
    lengths = {int(spec.params["base_months"]) for spec in registry().values() if spec.is_composite}
    return {(name, months): one.y[first_ok(one, months)] for name, one in held.items() for months in lengths}


def _levels(
    rows: pl.DataFrame, axis: _Months, mine: dict[str, Component], peers: list[Bases]
) -> pl.DataFrame:
    """One group's levels: a row per composite and month that has one."""
    composites = [spec for spec in registry().values() if spec.is_composite]
    known: dict[str, Array] = {}
    found = []
    for spec in sorted(composites, key=lambda spec: spec.code == _OVERALL):
        names = [name.lstrip("-") for name in spec.components]
        for name in names:
            if name in mine:
                known[name] = _pooled_z(spec, mine[name], peers)
        signs = np.array([-1.0 if name.startswith("-") else 1.0 for name in spec.components])
        z = np.stack([known[name] for name in names]) * signs[:, None]
        level = together(DEFAULT, z, spec.code == _AXIS, 0)
        enough = np.isfinite(z).mean(axis=0) >= spec.params["min_share"]
        known[spec.code] = np.where(enough, level, np.nan)
        found.append(_rows(spec, rows, axis, known[spec.code], np.isfinite(z).sum(axis=0)))
    return pl.concat(found)


def _pooled_z(spec: Indicator, mine: Component, peers: list[Bases]) -> Array:
    """z against the base periods of all peers together; NaN while fewer than two of them have one."""
    of = mine.name, int(spec.params["base_months"])
    bases = [peer[of] for peer in peers if len(peer[of])]
    if len(bases) < 2:
        return np.full(len(mine.y), np.nan)
    z = robust_z(mine.y, np.concatenate(bases), spec.params["mad_floor"], spec.params["winsor"])
    return np.where(mine.usable, z, np.nan)


def _rows(spec: Indicator, rows: pl.DataFrame, axis: _Months, level: Array, n: Array) -> pl.DataFrame:
    levels = pl.DataFrame(
        {"month": pl.Series(axis.months, dtype=pl.Date), "value": level, "n_den": n.astype(float)}
    )
    shown = rows.filter((pl.col("code") == spec.code) & pl.col("status").is_in(["ok", "partial"])).select(
        "group_key", "group_id", "month", "code", "def_version", "status", "snapshot_id"
    )
    made = shown.join(levels.filter(pl.col("value").is_finite()), on="month", how="inner")
    nothing = pl.lit(None, dtype=pl.Float64)
    return _DETAIL.conform(
        made.with_columns(
            detail=pl.lit(BETWEEN), ci_low=nothing, ci_high=nothing, ci_kind=pl.lit("none"), n_num=nothing
        )
    )
