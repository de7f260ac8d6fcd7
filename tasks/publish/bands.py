"""``research.yearly_band``: figures that single people make, as the band in which a whole year lies."""

from __future__ import annotations

import polars as pl

from schemas.tables import TABLES
from tasks.publish.limits import SINGLE_PERSON_CODES, Limits

TABLE = TABLES["research.yearly_band"]
#: Shares are told to a fifth; removals by their number in the year.
SHARE_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
REMOVAL_EDGES = (0.0, 5.0, 10.0, 20.0, 50.0)
REMOVALS = "removals"
REMOVALS_DETAIL = ("churn_rate", "removed")
MIN_MONTHS = 6


def yearly_bands(
    indicators: pl.DataFrame, details: pl.DataFrame, sizes: pl.DataFrame, limits: Limits
) -> pl.DataFrame:
    """``research.yearly_band``: the median of a year's months, for removals their sum, by its band.

    Args:
        indicators: ``core.fact_indicator``. details: its companions. sizes: group_id, month, size.
        limits: the limits in force.

    ``[band_low, band_high)``; the last band of shares holds 1 and the last of removals is open. Only whole
    years, so that no band moves with a month; of a group that never had fewer members than the limit.
    """
    codes = sorted(SINGLE_PERSON_CODES)
    rows = [
        indicators.filter(pl.col("code").is_in(codes)).select("group_id", "month", "code", "value", "status"),
        details.filter(
            (pl.col("code") == REMOVALS_DETAIL[0]) & (pl.col("detail") == REMOVALS_DETAIL[1])
        ).select("group_id", "month", "status", code=pl.lit(REMOVALS), value="n_num")
        .select("group_id", "month", "code", "value", "status"),
    ]  # fmt: skip
    cells = pl.concat(rows).join(sizes, on=["group_id", "month"], how="left")
    span = indicators.group_by("group_id").agg(_first=pl.col("month").min(), _last=pl.col("month").max())
    is_sum = pl.col("code") == REMOVALS
    years = (
        cells.with_columns(year=pl.col("month").dt.year())
        .group_by("group_id", "code", "year")
        .agg(
            _median=pl.col("value").median(),
            _sum=pl.col("value").sum(),
            n_months=pl.col("value").count().cast(pl.Int64),
            _least=pl.col("size").min(),
        )
        .with_columns(_figure=pl.when(is_sum).then("_sum").otherwise("_median"))
        .join(span, on="group_id")
    )
    begins, ends = pl.date(pl.col("year"), 1, 1), pl.date(pl.col("year"), 12, 1)
    status = (
        pl.when((pl.col("_least") < limits.min_group_n).fill_null(pl.col("n_months") > 0))
        .then(pl.lit("suppressed"))
        .when(pl.col("n_months") == 0)
        .then(pl.lit("not_applicable"))
        .when(begins < pl.col("_first"))
        .then(pl.lit("truncated"))
        .when(ends > pl.col("_last"))
        .then(pl.lit("immature"))
        .when(pl.col("n_months") < MIN_MONTHS)
        .then(pl.lit("low_n"))
        .otherwise(pl.lit("ok"))
    )
    share_low, share_high = _band(SHARE_EDGES[:-1], SHARE_EDGES[1:])
    count_low, count_high = _band(REMOVAL_EDGES, (*REMOVAL_EDGES[1:], None))
    is_ok = pl.col("status") == "ok"
    return years.with_columns(status=status).with_columns(
        band_low=pl.when(is_ok).then(pl.when(is_sum).then(count_low).otherwise(share_low)),
        band_high=pl.when(is_ok).then(pl.when(is_sum).then(count_high).otherwise(share_high)),
        n_months=pl.when(pl.col("status") == "suppressed").then(0).otherwise("n_months"),
    )


def _band(lows: tuple[float, ...], highs: tuple[float | None, ...]) -> tuple[pl.Expr, pl.Expr]:
    """Lower and upper edge of the band of ``_figure``."""
    place = pl.sum_horizontal(pl.col("_figure") >= low for low in lows[1:])
    found = [
        place.replace_strict(dict(enumerate(edges)), default=None, return_dtype=pl.Float64)
        for edges in (lows, highs)
    ]
    return found[0], found[1]
