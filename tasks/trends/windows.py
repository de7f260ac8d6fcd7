"""Does an indicator of ties owe its course to the window and weights of ``reply_v1``? The grid month by month.

The catalogue asks for 24 variants of the reply method beside each indicator of ties. An indicator is window
sensitive when, in some variant, its months rank otherwise than they do by the method's own parameters
(Spearman below .8) or its slope has the other sign.
"""

from __future__ import annotations

import polars as pl

from tasks.trends.series import month_index

GRID_PREFIX = "grid_"
MIN_RANK = 0.8  # Spearman's correlation with the default's months; below, sensitive
MIN_MONTHS = 6  # months both have; below, ranks say nothing
_SERIES = ("group_id", "code", "variant")


def grid_variants(indicators: pl.DataFrame, details: pl.DataFrame | None) -> pl.DataFrame:
    """Grain: group, code, variant of the grid with at least six months in common with the default.

    Args:
        indicators: ``group_id, month, code, value, status``, one row per cell; ``ok`` ones are compared.
        details: ``group_id, month, code, detail, value``; those named ``grid_*`` are read.

    Returns ``group_id, code, variant, slope_per_month`` (Theil-Sen, unit per month), ``rank_correlation``
    (Spearman; NULL where either side never moves), ``is_sign_kept`` (the slopes over the same months).
    """
    if details is None:
        return _both(indicators, indicators.head(0).with_columns(detail=pl.lit(""))).pipe(_compared)
    grid = details.filter(pl.col("detail").str.starts_with(GRID_PREFIX), pl.col("value").is_not_null())
    return _both(indicators, grid).pipe(_compared)


def window_sensitive(variants: pl.DataFrame) -> pl.DataFrame:
    """Grain: group, code. ``is_window_sensitive``: whether any variant of the grid tells another story."""
    flips = ~pl.col("is_sign_kept") | (pl.col("rank_correlation") < MIN_RANK).fill_null(False)
    return variants.group_by("group_id", "code").agg(is_window_sensitive=flips.any())


def _both(indicators: pl.DataFrame, grid: pl.DataFrame) -> pl.DataFrame:
    """Months that the default and a variant have, with both values."""
    default = indicators.filter(pl.col("status") == "ok", pl.col("value").is_not_null()).select(
        "group_id", "code", "month", _default="value"
    )
    return (
        grid.select("group_id", "code", "month", "value", variant="detail")
        .join(default, on=["group_id", "code", "month"])
        .with_columns(_index=month_index(pl.col("month")))
        .filter(pl.len().over(_SERIES) >= MIN_MONTHS)
        .sort(*_SERIES, "_index")
    )


def _compared(both: pl.DataFrame) -> pl.DataFrame:
    ranks = both.group_by(_SERIES).agg(
        rank_correlation=pl.corr("value", "_default", method="spearman").fill_nan(None)
    )
    return (
        _slopes(both)
        .join(ranks, on=_SERIES)
        .with_columns(is_sign_kept=pl.col("slope_per_month").sign() == pl.col("_slope").sign())
        .select(*_SERIES, "slope_per_month", "rank_correlation", "is_sign_kept")
        .sort(_SERIES)
    )


def _slopes(both: pl.DataFrame) -> pl.DataFrame:
    """Median of the pairwise slopes of variant and default over the same months."""
    pairs = both.join(both, on=_SERIES, suffix="_later").filter(pl.col("_index_later") > pl.col("_index"))
    months = pl.col("_index_later") - pl.col("_index")
    return pairs.group_by(_SERIES).agg(
        slope_per_month=((pl.col("value_later") - pl.col("value")) / months).median(),
        _slope=((pl.col("_default_later") - pl.col("_default")) / months).median(),
    )
