"""``fact_trend`` and its variants: has an indicator changed over a group's covered history?

Rules (catalogue, section 4): only ``ok`` months count; trailing windows are taken at values that do not
overlap; slope and test stand on what Ramadan and Syawal leave; fewer than 24 values give slope and interval
only; more than a fifth of the months not ``ok`` gives no test; q is Benjamini-Hochberg within a family, for
composites, which share components, Benjamini-Yekutieli; no word where an adjustment turns the slope's sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import polars as pl
from scipy.stats import false_discovery_control

from schemas.indicators import Indicator
from schemas.tables import TABLES
from tasks.trends import verdict
from tasks.trends.adjust import can_adjust, partial_residuals, useful
from tasks.trends.covariates import (
    MEDIATORS,
    VARIANTS,
    calendar_shares,
    islamic_month,
    variant_matrix,
    without_season,
)
from tasks.trends.series import Series, month_index, usable, without_overlap
from tasks.trends.slopes import (
    DRAWS,
    MIN_SLOPE,
    ar1_bootstrap_p,
    hamed_rao_p,
    seasonal_kendall_p,
    theil_sen,
)
from tasks.trends.windows import grid_variants, window_sensitive

TREND = TABLES["core.fact_trend"]
VARIANT = TABLES["core.fact_trend_variant"]
MIN_KNOWN = 0.8  # share of the values whose covariate must be known for a variant
PLAIN, WITH_PARTIAL = "plain", "with_partial_months"

Row = dict[str, Any]


def _slope_only(series: Series) -> float:
    """Median of the pairwise slopes."""
    i, j = np.triu_indices(len(series), 1)
    return float(np.median((series.values[j] - series.values[i]) / (series.index[j] - series.index[i])))


def _variant_slope(series: Series, around: pl.DataFrame, variant: str) -> float | None:
    """The slope with a variant's covariates beside the primary ones; None where it cannot be had."""
    added = variant_matrix(around, series.index, series.window, variant)
    known = np.isfinite(added).all(axis=1)
    if known.mean() < MIN_KNOWN:
        return None
    kept = series.at(np.flatnonzero(known))
    added = useful(added[known])
    if added.shape[1] == 0:  # nothing moved that could be adjusted for
        return None
    covariates = np.column_stack([useful(calendar_shares(kept.index, kept.window)), added])
    return _slope_only(partial_residuals(kept, covariates)) if can_adjust(kept, covariates) else None


def _variants(series: Series, partial: Series, around: pl.DataFrame) -> dict[str, float]:
    """Slopes of a series under every variant that can be had, by name."""
    found: dict[str, float | None] = {PLAIN: _slope_only(series)}
    if len(partial) > len(series):
        found[WITH_PARTIAL] = _slope_only(without_season(partial)[0])
    found |= {variant: _variant_slope(series, around, variant) for variant in VARIANTS}
    return {name: slope for name, slope in found.items() if slope is not None}


def _same_sign(slope: float, others: list[float]) -> float | None:
    """Share of other slopes with the same sign; None without any."""
    return float(np.mean([np.sign(other) == np.sign(slope) for other in others])) if others else None


def _sticker_move(series: Series, around: pl.DataFrame) -> float:
    shares = around.filter(pl.col("_index").is_between(int(series.index[0]), int(series.index[-1])))
    low, high = shares["sticker_share"].min(), shares["sticker_share"].max()
    return float(high) - float(low) if isinstance(low, float) and isinstance(high, float) else 0.0


def _withheld(
    definition: Indicator, series: Series, row: Row, variants: dict[str, float], around: pl.DataFrame
) -> str | None:
    """Why a clear change may not be put in words; None: it may."""
    adjusted = [slope for name, slope in variants.items() if name not in {PLAIN, WITH_PARTIAL, *MEDIATORS}]
    kept = _same_sign(row["slope_per_month"], adjusted)
    if kept is not None and kept < 1:
        return "adjustment turns the sign"
    composite = row["same_sign_share"]
    if definition.is_composite and composite is not None and composite < verdict.MIN_SAME_SIGN:
        return "variants disagree"
    if verdict.may_be_stickers(definition) and _sticker_move(series, around) > verdict.MAX_STICKER_MOVE:
        return "stickers took the place of words"
    return None


def _tested(series: Series, draws: int) -> Row:
    """Slope and, where the rules allow, tests of one series."""
    row: Row = {"n_months": len(series), "trend_status": "no values", "is_adjusted": False}
    if len(series) < MIN_SLOPE:
        return row | ({"trend_status": "too short to tell"} if len(series) else {})
    adjusted, covariates = without_season(series)
    slope = theil_sen(adjusted.index, adjusted.values)
    row |= {
        "slope_per_month": slope.per_month,
        "slope_lo": slope.low,
        "slope_hi": slope.high,
        "is_adjusted": covariates is not None,
    }
    if len(series) < verdict.MIN_TESTED:
        return row | {"trend_status": "too short to tell"}
    if 1 - series.share_usable > verdict.MAX_NOT_OK:
        return row | {"trend_status": "not tested"}
    return row | {
        "p_ar1boot": ar1_bootstrap_p(adjusted, slope, covariates, draws),
        "p_hamed_rao": hamed_rao_p(adjusted, slope),
        "p_seasonal": seasonal_kendall_p(series, islamic_month(series.index)),
        "trend_status": "tested",
    }


def _chosen(cells: pl.DataFrame, window: int, statuses: tuple[str, ...]) -> Series:
    series = usable(cells, window, statuses)
    return series.at(without_overlap(series.index, window))


def _trend_of(
    cells: pl.DataFrame,
    definition: Indicator,
    around: pl.DataFrame,
    companions: list[pl.DataFrame],
    draws: int,
) -> tuple[Row, list[Row]]:
    """One row of ``fact_trend`` and its variants; ``companions`` are cells of a composite's other versions."""
    window = definition.window_months
    series = _chosen(cells, window, ("ok",))
    row = _tested(series, draws)
    if row.get("slope_per_month") is None:
        return row, []
    variants = _variants(series, _chosen(cells, window, ("ok", "partial")), around)
    others = [one for cells_of in companions if len(one := _chosen(cells_of, window, ("ok",))) >= MIN_SLOPE]
    row["same_sign_share"] = _same_sign(
        row["slope_per_month"], [_slope_only(one) for one in others] or list(variants.values())
    )
    row["withheld"] = _withheld(definition, series, row, variants, around)
    return row, [
        {
            "variant": name,
            "slope_per_month": slope,
            "is_sign_kept": np.sign(slope) == np.sign(row["slope_per_month"]),
        }
        for name, slope in sorted(variants.items())
    ]


def q_within_family(method: Literal["bh", "by"]) -> pl.Expr:
    """q over the tested codes of a family, after Benjamini with Hochberg or with Yekutieli; NULL where untested."""

    def adjusted(p: pl.Series) -> pl.Series:
        tested = p.is_not_null()
        q = np.full(len(p), np.nan)
        if tested.any():
            q[tested.to_numpy()] = false_discovery_control(p.drop_nulls().to_numpy(), method=method)
        return pl.Series(p.name, q).fill_nan(None)

    return pl.col("p_ar1boot").map_batches(adjusted, return_dtype=pl.Float64).over("group_id", "family")


def _companions(details: pl.DataFrame | None) -> dict[tuple[str, str], list[pl.DataFrame]]:
    """Cells of every variant of a composite, by group and code."""
    if details is None:
        return {}
    found: dict[tuple[str, str], list[pl.DataFrame]] = {}
    variants = details.filter(pl.col("detail").str.starts_with("variant_"))
    ordered = variants.with_columns(_index=month_index(pl.col("month"))).sort(
        "group_id", "code", "detail", "month"
    )
    for (group_id, code, _), cells in ordered.group_by(["group_id", "code", "detail"], maintain_order=True):
        found.setdefault((str(group_id), str(code)), []).append(cells)
    return found


_NOTHING_AROUND = pl.DataFrame(
    schema={
        "_index": pl.Int64,
        "step_dates": pl.List(pl.Date),
        **{
            name: pl.Float64
            for names in VARIANTS.values()
            for name in names
            if name not in {"steps", "muharram_days", "public_holidays"}
        },
    }
)


def trends(
    indicators: pl.DataFrame,
    definitions: Mapping[str, Indicator],
    snapshot_id: str,
    *,
    around: pl.DataFrame | None = None,
    details: pl.DataFrame | None = None,
    draws: int = DRAWS,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``core.fact_trend``, one row per group and code, and ``core.fact_trend_variant``.

    Args:
        indicators: ``group_key, group_id, month, code, def_version, value, status``, one row per cell.
        definitions: window, facet and components of every code.
        snapshot_id: the snapshot the rows belong to.
        around: :func:`tasks.trends.covariates.surroundings`; None: only the calendar is known.
        details: ``group_id, month, code, detail, value, status``; composites' ``variant_*`` and the reply
            method's ``grid_*`` are read.
        draws: series of the bootstrap.

    Slopes are in the indicator's unit per month. A code without any ``ok`` month has ``n_months`` 0.
    """
    rows, variant_rows = [], []
    by_group = {} if around is None else {key[0]: part for key, part in around.group_by(["group_id"])}
    companions = _companions(details)
    ordered = indicators.with_columns(_index=month_index(pl.col("month"))).sort("group_id", "code", "month")
    for (group_id, code), cells in ordered.group_by(["group_id", "code"], maintain_order=True):
        definition = definitions[str(code)]
        found, variants = _trend_of(
            cells,
            definition,
            by_group.get(group_id, _NOTHING_AROUND),
            companions.get((str(group_id), str(code)), []),
            draws,
        )
        keys = {"group_key": cells["group_key"][0], "group_id": group_id, "code": code}
        keys |= {"def_version": cells["def_version"][-1]}
        rows.append(keys | {"family": verdict.family(definition)} | found)
        variant_rows += [keys | variant for variant in variants]
    grid = grid_variants(indicators, details)
    schema = TREND.polars_schema | {"family": pl.String(), "withheld": pl.String()}
    del schema["is_window_sensitive"]
    table = _frame(rows, schema).join(window_sensitive(grid), on=["group_id", "code"], how="left")
    return (
        table.with_columns(q_bh=q_within_family("bh"), q_by=q_within_family("by"))
        .with_columns(trend_status=verdict.words(), snapshot_id=pl.lit(snapshot_id))
        .pipe(TREND.conform),
        pl.concat([_frame(variant_rows, VARIANT.polars_schema), _with_keys(grid, table)], how="diagonal")
        .with_columns(snapshot_id=pl.lit(snapshot_id))
        .pipe(VARIANT.conform),
    )


def _with_keys(grid: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    return grid.join(table.select("group_key", "group_id", "code", "def_version"), on=["group_id", "code"])


def _frame(rows: list[Row], schema: Mapping[str, Any]) -> pl.DataFrame:
    columns = {name: dtype for name, dtype in schema.items() if name != "snapshot_id"}
    return pl.DataFrame(rows, schema=columns).with_columns(pl.col(pl.Float64).fill_nan(None))
