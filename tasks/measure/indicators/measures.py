"""What an indicator function returns, and the register of those functions by code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from schemas.indicators import Indicator, registry
from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import Interval, bootstrap, poisson_exact, ratio, wilson

Bounds = tuple[Array, Array]


@dataclass(frozen=True)
class Detail:
    """A companion of an indicator, one number per month; NaN where there is none.

    ``is_sparse``: months without a number have no row, instead of one that is not applicable.
    ``while_immature``: it stands, as ``partial``, in months whose own value must wait for windows to close.
    """

    value: Array
    ci_low: Array | None = None
    ci_high: Array | None = None
    ci_kind: str | Array = "none"  # one for all months or one each
    n_num: Array | None = None
    n_den: Array | None = None
    is_sparse: bool = False
    while_immature: bool = False


@dataclass(frozen=True)
class Measure:
    """One indicator over all months, with the facts from which its status follows.

    Arrays of length M. ``enough``: the least evidence is there. ``empty``: there is nothing to measure,
    an observed zero in the denominator. ``blocked``: the question makes no sense in this month whatever
    was observed. ``unseen``, ``immature``, ``doubtful``: reasons of its own for ``no_coverage``,
    ``immature``, ``partial``. ``coverage`` and ``truncated`` replace those of the window of whole months.
    """

    value: Array
    n_num: Array
    n_den: Array
    enough: Array
    empty: Array | None = None
    blocked: Array | None = None
    unseen: Array | None = None
    immature: Array | None = None
    doubtful: Array | None = None
    coverage: Array | None = None
    truncated: Array | None = None
    ci: Bounds | None = None
    ci_kind: Array | None = None  # where it is not the definition's
    details: dict[str, Detail] = field(default_factory=dict)


IndicatorFunction = Callable[[Context, Indicator], Measure]

#: The functions by code and version (None: every version without one of its own); a module of a facet fills
#: it when it is imported.
FUNCTIONS: dict[tuple[str, int | None], IndicatorFunction] = {}


def indicator(code: str, version: int | None = None) -> Callable[[IndicatorFunction], IndicatorFunction]:
    """Register the function that computes a code of the catalogue, or one version of it."""
    if code not in registry():
        raise ValueError(f"{code} is not in the catalogue")

    def register(function: IndicatorFunction) -> IndicatorFunction:
        if (code, version) in FUNCTIONS:
            raise ValueError(f"{code} is computed twice")
        FUNCTIONS[code, version] = function
        return function

    return register


def function_of(spec: Indicator) -> IndicatorFunction | None:
    """The function of a definition; None where this version of the product does not compute it."""
    return FUNCTIONS.get((spec.code, spec.def_version)) or FUNCTIONS.get((spec.code, None))


def measured(ctx: Context, spec: Indicator) -> Measure:
    """A definition's measure; a definition without a function makes no sense in any month."""
    function = function_of(spec)
    if function is not None:
        return function(ctx, spec)
    nothing, never = np.full(ctx.n_months, np.nan), np.zeros(ctx.n_months, dtype=bool)
    return Measure(nothing, nothing, nothing, enough=never, blocked=~never)


def over_members(values: Array) -> Array:
    """Sums of ... x U over the members, one after the other: who has nothing, or was never there, changes no bit."""
    return values.cumsum(axis=-1)[..., -1] if values.shape[-1] else np.zeros(values.shape[:-1])


def divide(num: npt.ArrayLike, den: npt.ArrayLike) -> Array:
    """num / den, NaN where den is 0 or NaN."""
    num, den = np.asarray(num, dtype=float), np.asarray(den, dtype=float)
    return np.divide(num, den, out=np.full(np.broadcast(num, den).shape, np.nan), where=den > 0)


def wilson_share(num: Array, den: Array, enough: Array, **facts: Any) -> Measure:
    """The measure of a share of num in den with Wilson's interval; nothing to measure where den is 0.

    ``facts``: what else there is to say of it, as in :class:`Measure`.
    """
    return Measure(divide(num, den), num, den, enough=enough, empty=den == 0, ci=wilson(num, den), **facts)


def poisson_rate(num: Array, den: Array, per: float, **facts: Any) -> Measure:
    """The measure of a count over an exposure, per so many, with the exact Poisson interval."""
    ci = poisson_exact(num, den, per)
    return Measure(per * divide(num, den), num, den, enough=den > 0, empty=den == 0, ci=ci, **facts)


def scaled_to_heads(ctx: Context, window: int) -> dict[str, Detail]:
    """The companion ``n_scale`` where head counts are declared: by what the members known by name are
    multiplied to give N.
    """
    return {"n_scale": Detail(ctx.n_scale(window), is_sparse=True)} if ctx.inputs.group.participants else {}


def or_wilson(ci: Bounds, kind: str | Array, k: Array, n: Array, per: float = 1.0) -> tuple[Bounds, Array]:
    """Intervals of a rate of k in n, and their kinds: Wilson's where no case or every one is a hit.

    Resampling such cases gives the same rate each time, as if it were known without error.
    """
    low, high = wilson(k, n)
    alike = np.asarray((n > 0) & ((k <= 0) | (k >= n)))
    kinds = np.where(alike, "wilson", np.broadcast_to(np.asarray(kind, dtype=object), alike.shape))
    return (np.where(alike, per * low, ci[0]), np.where(alike, per * high, ci[1])), kinds.astype(object)


def by_month(
    ctx: Context, spec: Indicator, where: Array, interval: Callable[[int, np.random.Generator], Interval]
) -> Bounds:
    """Intervals month by month for the months that are wanted and have enough evidence."""
    low, high = np.full(ctx.n_months, np.nan), np.full(ctx.n_months, np.nan)
    for t in np.flatnonzero(where & ctx.wanted(spec)):
        low[t], high[t] = interval(int(t), ctx.rng(spec, int(t)))
    return low, high


def by_member(
    ctx: Context, spec: Indicator, where: Array, num: Array, den: Array, per: float = 1.0
) -> Bounds:
    """Intervals of pooled rates, resampled by the members who stand behind them: M x U numerators, denominators."""
    low, high = by_month(
        ctx,
        spec,
        where,
        lambda t, rng: bootstrap(rng, np.column_stack([num[t], den[t]])[den[t] > 0], ratio),
    )
    return per * low, per * high
