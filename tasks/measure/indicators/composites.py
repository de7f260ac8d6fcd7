"""The composite indices: transform, base period, robust z, winsorise, align, mean (OECD and JRC 2008).

Each number is explained by its component rows in the detail. Draws of a component are shared by all
indices that hold it, so a component held twice enters the overall index once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from schemas.indicators import Indicator, registry
from schemas.tables import TABLES
from tasks.measure.indicators.context import Array, Context
from tasks.measure.indicators.intervals import Z, percentiles
from tasks.measure.indicators.measures import Detail, Measure, divide
from tasks.measure.indicators.statuses import is_published, statuses

BASE_VERSION = 1
_OVERALL = "idx_overall"
_AXIS = "axis_type"


@dataclass(frozen=True)
class Series:
    """A component over the months: its z, winsorised, its draws (M x B), and whether it may be used."""

    z: Array
    draws: Array
    status: Array
    base: dict[str, object] | None = None
    has_value: Array = field(default_factory=lambda: np.zeros(0, dtype=bool))


def transform(spec: Indicator, x: Array, n: Array) -> Array:
    """A value on the scale on which it is compared: logit, atanh or log1p by the range of the unit."""
    if (spec.range_low, spec.range_high) == (0, 1):
        k = np.clip(x, 0, 1) * n
        return np.log((k + 0.5) / (n - k + 0.5))
    if spec.range_low == -1:
        return np.arctanh(0.999 * np.clip(x, -1, 1))
    return np.log1p(np.maximum(x, 0))


def robust_z(values: Array, base: Array, floor: float, winsor: float) -> Array:
    """(value - median) / max(1.4826 MAD, floor) against the base values, winsorised."""
    median, mad = base_of(base)
    z: Array = np.clip((values - median) / max(mad, floor), -winsor, winsor)
    return z


def base_of(base: Array) -> tuple[float, float]:
    """Median, and 1.4826 times the median absolute deviation."""
    median = float(np.median(base))
    return median, 1.4826 * float(np.median(np.abs(base - median)))


def compose(
    ctx: Context, values: pl.DataFrame, details: pl.DataFrame
) -> tuple[list[tuple[Indicator, Measure, Array]], pl.DataFrame]:
    """All composites over all months from the indicators' rows: (definition, measure, statuses), bases."""
    composites = [spec for spec in registry().values() if spec.is_composite]
    known: dict[str, Series] = {}
    computed = []
    for spec in sorted(composites, key=lambda spec: spec.code == _OVERALL):
        for component in spec.components:
            name = component.lstrip("-")
            if name not in known:
                known[name] = _component(ctx, spec, name, values, details)
        measure, draws = _mean(ctx, spec, known)
        status = statuses(ctx, spec, measure)
        shown = is_published(status)
        known[spec.code] = Series(
            np.where(shown, measure.value, np.nan),
            np.where(shown[:, None], draws, np.nan),
            status,
            has_value=shown,
        )
        computed.append((spec, measure, status))
    bases = [series.base for series in known.values() if series.base is not None]
    table = TABLES["core.composite_base"]
    frame = table.conform(pl.DataFrame(bases)) if bases else table.empty()
    order = list(registry())
    return sorted(computed, key=lambda row: order.index(row[0].code)), frame.sort("code")


def _component(
    ctx: Context, spec: Indicator, name: str, values: pl.DataFrame, details: pl.DataFrame
) -> Series:
    """An indicator, or its companion ``code:detail``, as a z series against its base period."""
    code, _, companion = name.partition(":")
    definition = registry()[code]
    row = _aligned(ctx, values.filter(pl.col("code") == code))
    cell = (
        row
        if not companion
        else _aligned(ctx, details.filter((pl.col("code") == code) & (pl.col("detail") == companion)))
    )
    scale = (
        definition if not companion else definition.model_copy(update={"range_low": -1.0, "range_high": 1.0})
    )
    status = np.array(row["status"].fill_null("not_applicable").to_list())
    x, low, high = (
        cell[name].cast(float).fill_null(np.nan).to_numpy() for name in ("value", "ci_low", "ci_high")
    )
    n = _observations(ctx, definition, row)
    y, error = transform(scale, x, n), (transform(scale, high, n) - transform(scale, low, n)) / (2 * Z)
    usable = is_published(status) & np.isfinite(y)
    base_months = np.flatnonzero((status == "ok") & np.isfinite(y))[: int(spec.params["base_months"])]
    draws_n = int(spec.params["draws"])
    if len(base_months) < spec.params["base_months"]:
        nothing = np.full(ctx.n_months, np.nan)
        return Series(nothing, np.full((ctx.n_months, draws_n), np.nan), status, has_value=usable)
    floor, winsor = spec.params["mad_floor"], spec.params["winsor"]
    source = definition.model_copy(update={"code": name})
    noise = np.stack([ctx.rng(source, t).standard_normal(draws_n) for t in range(ctx.n_months)])
    drawn = np.where(usable, y, np.nan)[:, None] + noise * np.nan_to_num(error)[:, None]
    median, mad = base_of(y[base_months])
    return Series(
        np.where(usable, robust_z(y, y[base_months], floor, winsor), np.nan),
        robust_z(drawn, y[base_months], floor, winsor),
        status,
        {
            "group_key": ctx.inputs.group_key,
            "group_id": ctx.inputs.group_id,
            "code": code,
            "def_version": definition.def_version,
            "base_version": BASE_VERSION,
            "base_from": ctx.months[base_months[0]],
            "base_to": ctx.months[base_months[-1]],
            "n_months": len(base_months),
            "median": median,
            "mad": mad,
        },
        usable,
    )


def _aligned(ctx: Context, rows: pl.DataFrame) -> pl.DataFrame:
    """One row per month, in order; NULL where there is none."""
    axis = pl.DataFrame({"month": pl.Series(ctx.months, dtype=pl.Date)})
    return axis.join(rows, on="month", how="left", maintain_order="left")


def _observations(ctx: Context, definition: Indicator, rows: pl.DataFrame) -> Array:
    """Trials behind a share: the denominator where it counts trials or members, else the members."""
    if definition.ci_kind in ("wilson", "boot_member"):
        n = rows["n_den"]
    elif definition.uses_n:
        n = rows["n_hi"]
    else:
        return np.maximum(ctx.active, 1)
    return np.maximum(n.cast(float).fill_null(np.nan).to_numpy(), 1)


def _mean(ctx: Context, spec: Indicator, known: dict[str, Series]) -> tuple[Measure, Array]:
    """The aligned mean (for the axis: the difference) with its interval and component rows."""
    names = [component.lstrip("-") for component in spec.components]
    signs = np.array([-1.0 if component.startswith("-") else 1.0 for component in spec.components])
    z = np.stack([known[name].z for name in names]) * signs[:, None]
    draws = np.stack([known[name].draws for name in names]) * signs[:, None, None]
    status = np.stack([known[name].status for name in names])
    valued = np.stack([known[name].has_value for name in names])
    used = np.isfinite(z)
    n = used.sum(axis=0).astype(float)
    total = np.where(used, z, 0).sum(axis=0)
    share = spec.params["min_share"]
    enough = n / len(names) >= share
    scale = np.ones(ctx.n_months) if spec.code == _AXIS else n
    drawn = divide(np.where(used[:, :, None], draws, 0).sum(axis=0), scale[:, None])
    bounds = np.array(
        [percentiles(row) if ok else (np.nan, np.nan) for row, ok in zip(drawn, enough, strict=True)]
    )
    left_out = [divide(total - np.nan_to_num(row), n - 1) for row in z]
    lowest, highest = np.min(left_out, axis=0), np.max(left_out, axis=0)
    measure = Measure(
        np.where(enough, divide(total, scale), np.nan),
        total,
        n,
        enough=enough,
        empty=(status == "not_applicable").all(axis=0),
        immature=~enough & (valued.mean(axis=0) >= share),
        doubtful=((status == "partial") & used).any(axis=0),
        ci=(bounds[:, 0], bounds[:, 1]),
        details={
            **{f"component:{name}": Detail(row) for name, row in zip(names, z, strict=True)},
            "leave_one_out_min": Detail(lowest if spec.code != _AXIS else np.full(ctx.n_months, np.nan)),
            "leave_one_out_max": Detail(highest if spec.code != _AXIS else np.full(ctx.n_months, np.nan)),
        },
    )
    return measure, drawn
