"""The year by Islamic months: how far an indicator lies above or below its own line in each of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from schemas.tables import TABLES
from tasks.trends.covariates import islamic_month
from tasks.trends.series import month_index, usable
from tasks.trends.slopes import MIN_SLOPE, theil_sen

SEASON = TABLES["research.hijri_season"]


def hijri_seasons(cells: pl.DataFrame, windows: Mapping[str, int]) -> pl.DataFrame:
    """``research.hijri_season``: group, code and Islamic month.

    Args:
        cells: ``group_id, month, code, value, status``.
        windows: months a value of each code looks back over; only codes of single months have a season.

    A calendar month counts for the Islamic one in which its middle day lies. ``deviation`` is the median of
    the ``ok`` values less the group's Theil-Sen line, in the indicator's unit; ``n_months`` says of how many.
    """
    rows = []
    single = cells.filter(pl.col("code").is_in([code for code, window in windows.items() if window == 1]))
    ordered = single.with_columns(_index=month_index(pl.col("month"))).sort("group_id", "code", "month")
    for (group_id, code), part in ordered.group_by(["group_id", "code"], maintain_order=True):
        series = usable(part, 1)
        if len(series) < MIN_SLOPE:
            continue
        around = series.values - theil_sen(series.index, series.values).line(series.index)
        seasons = islamic_month(series.index)
        for season in np.unique(seasons):
            inside = around[seasons == season]
            rows.append(
                {
                    "group_id": group_id,
                    "code": code,
                    "hijri_month": int(season),
                    "n_months": len(inside),
                    "deviation": float(np.median(inside)),
                }
            )
    return pl.DataFrame(rows, schema=SEASON.polars_schema)
