"""Facet Z: what a shock does to a group and how long that lasts.

The series is turns per member and 30 days. It is not adjusted for the season: a shock in Ramadan is read
with the calendar beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from schemas.indicators import Indicator
from tasks.measure.indicators.context import Array, Context
from tasks.measure.indicators.measures import Detail, Measure, divide, indicator

_MEMBER_MONTH_DAYS = 30
_COVERAGE = 0.8


def raw_drop(series: Array, s: int, before: int, after: int) -> float:
    """1 less the least of s..s+after over the median of the ``before`` months earlier; NaN with a gap."""
    if s < before or s + after >= len(series):
        return np.nan
    least = float(np.min(series[s : s + after + 1]))  # a NaN stays one
    return (
        1 - least / float(np.median(series[s - before : s]))
        if np.median(series[s - before : s]) > 0
        else np.nan
    )


def months_to_recovery(series: Array, s: int, before: int, after: int, share: float) -> float:
    """Months from the trough of s..s+after until two months running reach the share; NaN if not yet."""
    level = share * float(np.median(series[s - before : s]))
    trough = s + int(np.argmin(series[s : s + after + 1]))
    above = series[trough:] >= level - 1e-12
    back = np.flatnonzero(above[:-1] & above[1:])
    return float(back[0]) if len(back) else np.nan


@dataclass(frozen=True)
class _Shocks:
    series: Array  # M turns per member and 30 days, NaN where coverage or N is missing
    months: Array  # months with a declared shock
    drops: Array  # M raw drops
    placebos: Array  # drops of the months whose windows touch no shock


def _shocks(ctx: Context, spec: Indicator) -> _Shocks:
    before, after = int(spec.params["months_before"]), int(spec.params["months_after"])
    exposure = ctx.member_months(1, _MEMBER_MONTH_DAYS)
    usable = (ctx.coverage(1) >= _COVERAGE) & ~ctx.truncated(1)
    series = np.where(usable, divide(ctx.all_turns.sum(axis=1), exposure), np.nan)
    drops = np.array([raw_drop(series, s, before, after) for s in range(ctx.n_months)])
    declared = [
        (s.date.year - ctx.day0.year) * 12 + s.date.month - ctx.day0.month for s in ctx.inputs.group.shocks
    ]
    months = np.unique(np.array([s for s in declared if 0 <= s < ctx.n_months], dtype=int))
    months_axis = np.arange(ctx.n_months)
    apart = np.array([(abs(months_axis - s) > before + after) | (months_axis + after < s) for s in months])
    free = apart.all(axis=0) if len(months) else np.ones(ctx.n_months, dtype=bool)
    return _Shocks(series, months, drops, drops[free & np.isfinite(drops)])


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
        details={"raw": Detail(shocks.drops), "placebo_rank_p": Detail(beaten)},
    )


@indicator("recovery_months")
def recovery_months(ctx: Context, spec: Indicator) -> Measure:
    """Months from the trough until two months running reach 0.9 of the level before. Months, from 0.

    Keck and Sakdapolrak 2013. Only after a drop beyond the placebo band; immature until recovered.
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
    return replace(
        base,
        value=value,
        n_num=value,
        blocked=np.asarray(base.blocked) | shallow,
        immature=np.asarray(base.immature) | open_still,
    )
