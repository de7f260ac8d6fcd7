"""Trends: Theil-Sen slope on the real month index, Mann-Kendall with a parametric AR(1) bootstrap.

Rules (catalogue, section 4): only ``ok`` months count; trailing windows are taken at values that do not
overlap; fewer than 24 values give slope and interval only; more than a fifth of the months not ``ok``
gives no test; q is Benjamini-Hochberg within a facet of a group.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, theilslopes

from schemas.indicators import Indicator
from schemas.tables import TABLES

TREND = TABLES["core.fact_trend"]

MIN_TESTED = 24  # values; below, a slope but no test
MIN_PLAIN_WORDS = 36  # values; below, verdicts are "indicative"
MIN_SLOPE = 3  # values; below, no slope
MAX_NOT_OK = 0.20  # share of the covered history's months
FALSE_DISCOVERY_RATE = 0.10
DRAWS = 999
CONFIDENCE = 0.95
#: phi is rounded to this step, so that series of one length share their null distribution.
PHI_DECIMALS = 2
MAX_PHI = 0.99

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slope:
    """Theil-Sen slope per month with its 95 % interval; ``intercept`` belongs to month index 0."""

    per_month: float
    low: float
    high: float
    intercept: float


def month_index(month: pl.Expr) -> pl.Expr:
    """Months since year 0: a real index, in which a missing month leaves its gap."""
    return month.dt.year().cast(pl.Int64) * 12 + month.dt.month().cast(pl.Int64) - 1


def without_overlap(index: Ints, window: int) -> Ints:
    """Positions of values whose trailing windows do not overlap: the first, then each next one far enough.

    The choice does not move when later months are added.
    """
    chosen: list[int] = []
    for position, month in enumerate(index):
        if not chosen or month - index[chosen[-1]] >= window:
            chosen.append(position)
    return np.array(chosen, dtype=np.int64)


def theil_sen(index: Ints, values: Floats) -> Slope:
    """Median of all pairwise slopes, with the rank-based interval of Sen (1968), on the real month index."""
    fit = theilslopes(values, index.astype(np.float64), alpha=CONFIDENCE)
    return Slope(float(fit.slope), float(fit.low_slope), float(fit.high_slope), float(fit.intercept))


def mann_kendall_s(series: Floats) -> Ints:
    """Mann-Kendall S of each row of ``series`` (draws x time): rising minus falling pairs, ties nothing."""
    total = np.zeros(series.shape[0], dtype=np.int64)
    for lag in range(1, series.shape[1]):
        total += np.sign(series[:, lag:] - series[:, :-lag]).sum(axis=1).astype(np.int64)
    return total


def lag_one(index: Ints, residuals: Floats, window: int) -> float:
    """AR(1) coefficient of residuals about a fitted trend, from values one window apart.

    Corrected for the bias that the fitted trend brings, ``phi + (2 + 4 phi) / n``, and kept in [0, .99].
    """
    neighbours = np.flatnonzero(np.diff(index) == window)
    centred = residuals - residuals.mean()
    variance = float(np.mean(centred**2))
    if variance == 0 or len(neighbours) < MIN_SLOPE:
        return 0.0
    phi = float(np.mean(centred[neighbours] * centred[neighbours + 1])) / variance
    corrected = phi + (2 + 4 * phi) / len(index)
    return round(min(max(corrected, 0.0), MAX_PHI), PHI_DECIMALS)


@lru_cache(maxsize=4096)
def _null_distribution(steps: tuple[float, ...], phi: float, draws: int) -> Ints:
    """Sorted |S| of ``draws`` AR(1) series without trend, observed ``steps`` windows apart.

    Seeded by its own arguments alone: a series' p depends on nothing but the series.
    """
    digest = hashlib.sha256(repr((steps, phi, draws)).encode()).digest()
    noise = np.random.default_rng(int.from_bytes(digest[:8], "big")).standard_normal((draws, len(steps) + 1))
    for position, step in enumerate(steps, start=1):
        carried = phi**step
        noise[:, position] = carried * noise[:, position - 1] + np.sqrt(1 - carried**2) * noise[:, position]
    return np.sort(np.abs(mann_kendall_s(noise)))


def ar1_bootstrap_p(index: Ints, values: Floats, slope: Slope, window: int, draws: int = DRAWS) -> float:
    """Two-sided p of Mann-Kendall's S under AR(1) noise: (1 + draws as far or farther) / (1 + draws)."""
    phi = lag_one(index, values - slope.intercept - slope.per_month * index, window)
    null = _null_distribution(tuple((np.diff(index) / window).tolist()), phi, draws)
    observed = abs(int(mann_kendall_s(values[None, :])[0]))
    as_far = draws - int(np.searchsorted(null, observed, side="left"))
    return (1 + as_far) / (1 + draws)


def _trend_of(series: pl.DataFrame, window: int, draws: int) -> dict[str, float | int | str | None]:
    """The trend of one code in one group; ``series``: ``_index, value, status``, by month."""
    covered = series.filter(pl.col("status") != "truncated")
    usable = covered.filter((pl.col("status") == "ok") & pl.col("value").is_not_null())
    index, values = usable["_index"].to_numpy(), usable["value"].to_numpy()
    chosen = without_overlap(index, window)
    index, values = index[chosen], values[chosen]
    row: dict[str, float | int | str | None] = {"n_months": len(index), "trend_status": "no values"}
    if len(index) == 0:
        return row
    if len(index) >= MIN_SLOPE:
        slope = theil_sen(index, values)
        row |= {"slope_per_month": slope.per_month, "slope_lo": slope.low, "slope_hi": slope.high}
    if len(index) < MIN_TESTED:
        return row | {"trend_status": "too short to tell"}
    if 1 - usable.height / covered.height > MAX_NOT_OK:
        return row | {"trend_status": "not tested"}
    return row | {"p_ar1boot": ar1_bootstrap_p(index, values, slope, window, draws), "trend_status": "tested"}


def q_within_family() -> pl.Expr:
    """Benjamini-Hochberg q over the tested codes of a family; NULL where nothing was tested."""

    def adjusted(p: pl.Series) -> pl.Series:
        tested = p.is_not_null()
        q = np.full(len(p), np.nan)
        if tested.any():
            q[tested.to_numpy()] = false_discovery_control(p.drop_nulls().to_numpy(), method="bh")
        return pl.Series(p.name, q).fill_nan(None)

    return pl.col("p_ar1boot").map_batches(adjusted, return_dtype=pl.Float64).over("group_id", "facet")


def _verdict() -> pl.Expr:
    """The word: by q and the slope's sign, "indicative" below 36 values."""
    clear = pl.col("q_bh") <= FALSE_DISCOVERY_RATE
    word = (
        pl.when(clear & (pl.col("slope_per_month") > 0))
        .then(pl.lit("rising"))
        .when(clear & (pl.col("slope_per_month") < 0))
        .then(pl.lit("falling"))
        .otherwise(pl.lit("no clear change"))
    )
    hedged = pl.when(pl.col("n_months") < MIN_PLAIN_WORDS).then(pl.lit("indicative: ") + word).otherwise(word)
    return pl.when(pl.col("trend_status") == "tested").then(hedged).otherwise("trend_status")


def trends(
    indicators: pl.DataFrame, definitions: Mapping[str, Indicator], snapshot_id: str, draws: int = DRAWS
) -> pl.DataFrame:
    """``core.fact_trend``: one row per group and code over its covered history.

    Args:
        indicators: ``group_key, group_id, month, code, def_version, value, status``, one row per cell.
        definitions: window and facet of every code.
        snapshot_id: the snapshot the rows belong to.
        draws: series of the bootstrap.

    Slopes are in the indicator's unit per month. A code without any ``ok`` month has ``n_months`` 0.
    """
    rows = []
    ordered = indicators.with_columns(_index=month_index(pl.col("month"))).sort("group_id", "code", "month")
    for (group_id, code), series in ordered.group_by(["group_id", "code"], maintain_order=True):
        definition = definitions[str(code)]
        found = _trend_of(series, definition.window_months, draws)
        keys = {
            "group_key": series["group_key"][0],
            "group_id": group_id,
            "code": code,
            "facet": definition.facet,
        }
        rows.append(keys | {"def_version": series["def_version"][-1]} | found)
    schema = TREND.polars_schema | {"facet": pl.String()}
    return (
        pl.DataFrame(rows, schema={name: dtype for name, dtype in schema.items() if name != "snapshot_id"})
        .with_columns(pl.col(pl.Float64).fill_nan(None))
        .with_columns(q_bh=q_within_family())
        .with_columns(trend_status=_verdict(), snapshot_id=pl.lit(snapshot_id))
        .pipe(TREND.conform)
    )
