"""What a trend is adjusted for: the Islamic calendar always, everything else only to see whether it matters.

The primary model has two covariates, the share of Ramadan's days and of the first ten days of Syawal: a
month of fasting moves eleven days a year, which no Gregorian season can follow. Eight covariates on 24
values would fit anything, so the others come in one by one, as variants.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import polars as pl

from schemas.config import Group
from tasks.trends.adjust import can_adjust, partial_residuals, useful
from tasks.trends.series import Floats, Ints, Series, index_of, month_index, month_of
from warehouse.calendar import dim_month, hijri_months

#: Covariates of the one primary model.
PRIMARY = ("ramadan_days", "syawal_first10_days")
#: Variants: what is added to the primary covariates, by name.
VARIANTS: dict[str, tuple[str, ...]] = {
    "muharram": ("muharram_days",),
    "public_holidays": ("public_holidays",),
    "semester_break": ("semester_break",),
    "exam_weeks": ("exam_weeks",),
    "coverage": ("coverage",),
    "exporter_mix": ("n_exporters", "ios_share"),
    "stickers": ("sticker_share",),
    "polls": ("poll_share",),
    "unmatched": ("unmatched_turn_share",),
    "presence_bounds": ("n_hi_over_n_lo",),
    "platform_steps": ("steps",),
    "group_size": ("log_n",),
}
#: The size of a group stands between a cause and its effect: its variant is told, and decides nothing.
MEDIATORS = frozenset({"group_size"})
_CALENDAR = (*PRIMARY, "muharram_days", "public_holidays")
_DECLARED_SPANS = ("semester_break", "exam_weeks")
_DECLARED_STEPS = ("reactions", "community", "polls", "disappearing")


@lru_cache(maxsize=64)
def _calendar(first: int, last: int) -> dict[str, Floats]:
    """Days by month of the calendar covariates and ``n_days``, from one month index to another."""
    months = dim_month(month_of(first), month_of(last))
    return {name: months[name].to_numpy().astype(np.float64) for name in (*_CALENDAR, "n_days")}


def calendar_shares(index: Ints, window: int, names: tuple[str, ...] = PRIMARY) -> Floats:
    """Shares of the days of each value's window, values x covariates.

    Args:
        index: months of the values.
        window: months each value looks back over.
        names: days of ``dim_month``.
    """
    first, last = int(index[0]) - window + 1, int(index[-1])
    days = _calendar(first, last)
    at = index - first
    ends = {name: np.concatenate([[0.0], np.cumsum(column)]) for name, column in days.items()}

    def in_window(name: str) -> Floats:
        return np.asarray(ends[name][at + 1] - ends[name][at + 1 - window])

    return np.column_stack([in_window(name) / in_window("n_days") for name in names])


def without_season(series: Series) -> tuple[Series, Floats | None]:
    """The series adjusted for the primary covariates, and these; as it is where it is too short."""
    covariates = useful(calendar_shares(series.index, series.window)) if len(series) else np.empty((0, 0))
    if not can_adjust(series, covariates):
        return series, None
    return partial_residuals(series, covariates), covariates


def islamic_month(index: Ints) -> Ints:
    """The Islamic month (1 to 12) in which the middle day of each month lies."""
    middle = pl.DataFrame({"day": [month_of(int(i)) + dt.timedelta(days=14) for i in index]})
    found = middle.join_asof(hijri_months(), left_on="day", right_on="first_day")
    return found["hijri_month"].to_numpy().astype(np.int64)


def _declared_share(group: Group, kind: str, months: list[dt.date]) -> list[float]:
    """Share of each month's days inside the declared stretches of a kind."""
    shares = []
    for month in months:
        end = month_of(index_of(month) + 1)
        inside = 0
        for stretch in group.breaks:
            if stretch.kind == kind:
                until = min(end, (stretch.to_date or end - dt.timedelta(days=1)) + dt.timedelta(days=1))
                inside += max((until - max(month, stretch.from_date)).days, 0)
        shares.append(min(inside / (end - month).days, 1.0))
    return shares


def steps_of(group: Group, platform: pl.DataFrame) -> list[dt.date]:
    """Days on which the platform or the group's way of using it changed for good.

    Args:
        group: its declared breaks without an end.
        platform: ``core.dim_platform_break``.
    """
    declared = [
        stretch.from_date
        for stretch in group.breaks
        if stretch.kind in _DECLARED_STEPS and stretch.to_date is None
    ]
    return sorted({*declared, *platform["date"].to_list()})


def presence(indicators: pl.DataFrame) -> pl.DataFrame:
    """Proven and presumed members by group and month: ``group_id, month, n_lo, n_hi``."""
    single = indicators.filter(pl.col("code") == "active_member_share")
    return single.select("group_id", "month", "n_lo", "n_hi")


def surroundings(
    regimes: pl.DataFrame, presence: pl.DataFrame, groups: Mapping[str, Group], platform: pl.DataFrame
) -> pl.DataFrame:
    """Covariates that differ from group to group: one row per group and month.

    Args:
        regimes: ``group_month_regime``.
        presence: ``group_id, month, n_lo, n_hi``.
        groups: what is declared about each group.
        platform: ``core.dim_platform_break``.

    Returns ``group_id, month, _index``; every covariate of :data:`VARIANTS` that is no day of the calendar,
    and ``step_dates``, the same in each row of a group.
    """
    rows = [
        regimes.clear().with_columns(
            *(pl.lit(None, pl.Float64).alias(kind) for kind in _DECLARED_SPANS),
            pl.lit(None, pl.List(pl.Date)).alias("step_dates"),
        )
    ]
    for (group_id,), part in regimes.group_by(["group_id"], maintain_order=True):
        group = groups.get(str(group_id), Group())
        months = part["month"].to_list()
        declared = {kind: _declared_share(group, kind, months) for kind in _DECLARED_SPANS}
        rows.append(
            part.with_columns(
                *(pl.Series(kind, shares, dtype=pl.Float64) for kind, shares in declared.items()),
                pl.Series("step_dates", [steps_of(group, platform)] * part.height, dtype=pl.List(pl.Date)),
            )
        )
    n_lo, n_hi = pl.col("n_lo"), pl.col("n_hi")
    return (
        pl.concat(rows)
        .join(presence, on=["group_id", "month"], how="left")
        .with_columns(
            _index=month_index(pl.col("month")),
            n_hi_over_n_lo=pl.when(n_lo > 0).then(n_hi / n_lo),
            log_n=pl.when(n_hi > 0).then(n_hi.log()),
            n_exporters=pl.col("n_exporters").cast(pl.Float64),
        )
    )


def variant_matrix(around: pl.DataFrame, index: Ints, window: int, variant: str) -> Floats:
    """The added covariates of a variant in some months, values x covariates, NaN where one is not known.

    Args:
        around: one group's rows of :func:`surroundings`.
        index: months of the values.
        window: months each value looks back over; covariates of the group are those of its last month.
        variant: a name of :data:`VARIANTS`.
    """
    names = VARIANTS[variant]
    if set(names) <= set(_CALENDAR):
        return calendar_shares(index, window, names)
    if names == ("steps",):
        dates = [index_of(day) for day in around["step_dates"][0]] if around.height else []
        inside = [date for date in dates if index[0] < date <= index[-1]]
        return np.column_stack(
            [(index >= date).astype(np.float64) for date in inside] or [np.zeros(len(index))]
        )
    rows = pl.DataFrame({"_index": index}).join(
        around.select("_index", *names), on="_index", how="left", maintain_order="left"
    )
    return rows.select(pl.col(names).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
