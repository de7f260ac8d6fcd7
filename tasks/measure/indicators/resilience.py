"""Facet Z: what a shock does to a group and how long that lasts.

The series is turns per member and 30 days, without its Islamic season: a shock before Ramadan must not
borrow its silence. The season is learnt from the months around no shock, so that it cannot borrow the shock's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import Interval, median, percentiles, resampled_counts
from tasks.measure.indicators.measures import Detail, Measure, by_month, divide, indicator

_MEMBER_MONTH_DAYS = 30
_MIN_SEASON = 12  # months from which the season is learnt
_MIN_SPARE = 8  # of them beyond the parameters of the model
_COVERAGE = 0.8


def raw_drop(series: Array, s: int, before: int, after: int) -> float:
    """1 less the least of s..s+after over the median of the ``before`` months earlier; NaN with a gap."""
    if s < before or s + after >= len(series):
        return np.nan
    least = float(np.min(series[s : s + after + 1]))  # a NaN stays one
    usual = median(series[s - before : s])
    return 1 - least / usual if usual > 0 else np.nan


def months_to_recovery(series: Array, s: int, before: int, after: int, share: float) -> float:
    """Months from the trough of s..s+after until two months running reach the share; NaN if not yet."""
    level = share * median(series[s - before : s])
    trough = s + int(np.argmin(series[s : s + after + 1]))
    above = series[trough:] >= level - 1e-12
    back = np.flatnonzero(above[:-1] & above[1:])
    return float(back[0]) if len(back) else np.nan


@dataclass(frozen=True)
class _Shocks:
    series: Array  # M turns per member and 30 days less the season, NaN where coverage or N is missing
    season: Array  # M: what was taken out
    months: Array  # months with a declared shock
    drops: Array  # M raw drops of the series
    unadjusted: Array  # M raw drops with the season in
    placebos: Array  # drops of the months whose windows touch no shock


def _shocks(ctx: Context, spec: Indicator) -> _Shocks:
    before, after = int(spec.params["months_before"]), int(spec.params["months_after"])
    return ctx.held(f"shocks|{before}|{after}", lambda: _shocks_of(ctx, before, after))


def _shocks_of(ctx: Context, before: int, after: int) -> _Shocks:
    exposure = ctx.member_months(1, _MEMBER_MONTH_DAYS)
    usable = (ctx.coverage(1) >= _COVERAGE) & ~ctx.truncated(1)
    plain = np.where(usable, divide(ctx.all_turns.sum(axis=1), exposure), np.nan)
    months_axis = np.arange(ctx.n_months)
    declared = [
        (s.date.year - ctx.day0.year) * 12 + s.date.month - ctx.day0.month for s in ctx.inputs.group.shocks
    ]
    months = np.unique(np.array([s for s in declared if 0 <= s < ctx.n_months], dtype=int))
    calm = np.array([(months_axis < s) | (months_axis > s + before) for s in months])
    around_none = np.asarray(calm.all(axis=0)) if len(months) else np.ones(ctx.n_months, dtype=bool)
    season = season_of(ctx, plain, around_none)
    series = np.maximum(plain - season, 0)
    drops, unadjusted = (
        np.array([raw_drop(values, s, before, after) for s in range(ctx.n_months)])
        for values in (series, plain)
    )
    apart = np.array([(abs(months_axis - s) > before + after) | (months_axis + after < s) for s in months])
    free = apart.all(axis=0) if len(months) else np.ones(ctx.n_months, dtype=bool)
    return _Shocks(series, season, months, drops, unadjusted, drops[free & np.isfinite(drops)])


def season_of(ctx: Context, series: Array, calm: Array) -> Array:
    """M: what the days of Ramadan and the first ten of Syawal add to a series, 0 on average.

    By least squares beside a level and a line on the usable months that are ``calm``; nothing where these
    are few or the calendar does not vary in them.
    """
    shares = ctx.islamic_days
    kept = np.flatnonzero(calm & np.isfinite(series))
    nothing = np.zeros(len(series))
    if len(kept) < _MIN_SEASON:
        return nothing
    shares = shares - shares[kept].mean(axis=0)
    shares = shares[:, np.abs(shares[kept]).max(axis=0) > 1e-12]
    if not shares.shape[1] or len(kept) - 2 - shares.shape[1] < _MIN_SPARE:
        return nothing
    design = np.column_stack([np.ones(len(kept)), kept - kept.mean(), shares[kept]])
    effects = np.linalg.lstsq(design, series[kept], rcond=None)[0][2:]
    season: Array = shares @ effects
    return season


def _base(ctx: Context, spec: Indicator, shocks: _Shocks) -> Measure:
    """A measure with the facts that both indicators share: only a shock's month can have a value."""
    at_shock = np.zeros(ctx.n_months, dtype=bool)
    at_shock[shocks.months] = True
    after = int(spec.params["months_after"])
    many = len(shocks.placebos) >= spec.params["min_placebos"]
    return Measure(
        np.full(ctx.n_months, np.nan),
        np.full(ctx.n_months, np.nan),
        np.full(ctx.n_months, float(len(shocks.placebos))),
        enough=np.isfinite(shocks.drops) & many,
        blocked=~at_shock,
        immature=np.arange(ctx.n_months) + after >= ctx.n_months,
        coverage=ctx.coverage(1),
        truncated=ctx.truncated(int(spec.params["months_before"]) + 1),
    )


def resampled_series(ctx: Context, rng: np.random.Generator) -> Array:
    """Draws x M turns per member and 30 days of resampled members, each with all months of theirs."""
    columns = np.vstack([ctx.all_turns, ctx.present_days]).T
    columns = columns[np.lexsort(columns.T[::-1])]
    sums = resampled_counts(rng, len(columns)) @ columns
    turns, days = np.hsplit(sums, 2)
    scale = divide(
        ctx.member_months(1, _MEMBER_MONTH_DAYS) * _MEMBER_MONTH_DAYS, ctx.present_days.sum(axis=1)
    )
    return _MEMBER_MONTH_DAYS * divide(turns, days * np.nan_to_num(scale, nan=1.0))


def resampled_recovery(series: Array, s: int, before: int, after: int, share: float) -> Array:
    """:func:`months_to_recovery` of each row; a row not recovered counts with the months it was watched."""
    level = share * np.median(series[:, s - before : s], axis=1)
    trough = s + np.nan_to_num(series[:, s : s + after + 1], nan=np.inf).argmin(axis=1)
    above = series >= level[:, None] - 1e-12
    back = above[:, :-1] & above[:, 1:] & (np.arange(series.shape[1] - 1) >= trough[:, None])
    first = np.where(back.any(axis=1), back.argmax(axis=1), series.shape[1] - 1)
    return np.where(np.isfinite(level), first - trough, np.nan)


@indicator("shock_drop")
def shock_drop(ctx: Context, spec: Indicator) -> Measure:
    """Drop of turns per member at a declared shock less the median drop of placebo months. Share, up to 1.

    Keck and Sakdapolrak 2013; Romero et al. 2016.
    """
    shocks = _shocks(ctx, spec)
    nothing = np.full(ctx.n_months, np.nan)
    if len(shocks.placebos):
        middle, low, high = np.quantile(shocks.placebos, [0.5, 0.025, 0.975])
        beaten = (shocks.placebos[None, :] >= shocks.drops[:, None]).mean(axis=1)
    else:
        middle = low = high = np.nan
        beaten = nothing
    return replace(
        _base(ctx, spec, shocks),
        value=shocks.drops - middle,
        ci=(shocks.drops - high, shocks.drops - low),
        details={
            "raw": Detail(shocks.drops),
            "unadjusted": Detail(shocks.unadjusted),
            "placebo_median": Detail(np.full(ctx.n_months, middle)),
            "placebo_rank_p": Detail(beaten),
        },
    )


@indicator("recovery_months")
def recovery_months(ctx: Context, spec: Indicator) -> Measure:
    """Months from the trough until two months running reach 0.9 of the level before. Months, from 0.

    Keck and Sakdapolrak 2013. Only after a drop beyond the placebo band; immature until recovered. The interval
    resamples members.
    """
    before, after = int(spec.params["months_before"]), int(spec.params["months_after"])
    shocks = _shocks(ctx, spec)
    value = np.full(ctx.n_months, np.nan)
    base = _base(ctx, spec, shocks)
    band = np.quantile(shocks.placebos, 0.95) if len(shocks.placebos) else np.nan
    for s in shocks.months[np.isfinite(shocks.drops[shocks.months])]:
        value[s] = months_to_recovery(shocks.series, int(s), before, after, spec.params["recovered_at"])
    shallow = base.enough & (shocks.drops <= band)
    open_still = base.enough & ~np.isfinite(value)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        drawn = resampled_series(ctx, rng) - shocks.season
        drawn = np.where(np.isfinite(shocks.series), np.maximum(drawn, 0), np.nan)
        found = resampled_recovery(drawn, t, before, after, spec.params["recovered_at"])
        return percentiles(found, ctx.n_members)

    ci = by_month(ctx, spec, base.enough & ~shallow & ~open_still, interval)
    return replace(
        base,
        value=value,
        ci=ci,
        n_num=value,
        blocked=np.asarray(base.blocked) | shallow,
        immature=np.asarray(base.immature) | open_still,
    )
