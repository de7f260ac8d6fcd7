"""Facet T: gifts of money, by list and by word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import Array, any_of, filled
from tasks.measure.indicators.context import Context, once
from tasks.measure.indicators.intervals import MIN_CLUSTERS, NO_INTERVAL, Interval, bootstrap, median, wilson
from tasks.measure.indicators.measures import (
    Detail,
    Measure,
    by_month,
    divide,
    indicator,
    over_members,
    scaled_to_heads,
)
from tasks.measure.indicators.occasions import activities, entry_activity


@dataclass(frozen=True)
class _Gifts:
    """Gifts on donation lists and told beside them, dues left out; an unknown giver is -1, an unknown sum 0."""

    month: Array
    member: Array
    amount: Array
    is_paid: Array
    is_on_list: Array


@once
def _gifts(ctx: Context) -> _Gifts:
    entries = ctx.inputs.fact_participation
    month = ctx.month_of(entries["added_date"])
    given = np.append(activities(ctx).is_gift, False)[entry_activity(ctx)]
    given &= ~any_of(entries["participation_status"], ("no", "withdrawn"))
    given &= (month >= 0) & (month < ctx.n_months)
    return _Gifts(
        month[given],
        ctx.member_of(entries["member_key"])[given],
        filled(entries["amount_idr"], 0)[given],
        filled(entries["is_paid"], False)[given],
        filled(entries["is_on_list"], True)[given],
    )


@once
def _open_campaigns(ctx: Context) -> Array:
    """M: donation lists open on a day of the month."""
    every = activities(ctx)
    first, last = every.day[every.is_gift], every.last[every.is_gift]
    overlap = (first[:, None] <= ctx.month_end) & (last[:, None] >= ctx.month_start)
    return overlap.sum(axis=0).astype(float)


@indicator("donor_share")
def donor_share(ctx: Context, spec: Indicator) -> Measure:
    """Matched donors, by list or by their own word, over N, each weighed by presence. Share 0-1. Achmad 2022.

    Dues are no gifts. Companion ``told``: donors known by their word alone. The bounds count the donors
    matched to nobody as already counted, or all as further donors.
    """
    gifts = _gifts(ctx)
    month, member = gifts.month, gifts.member
    weights = ctx.weights()
    gave = ctx.grid(month, member) > 0
    by_list = ctx.grid(month[gifts.is_on_list], member[gifts.is_on_list])
    told = (gave & (by_list == 0)).sum(axis=1).astype(float)
    num = over_members(weights * gave)
    den = np.maximum(ctx.present_total(), num)
    unknown = np.bincount(month[member < 0], minlength=ctx.n_months).astype(float)
    lists = _open_campaigns(ctx)
    value = divide(num, den)
    return Measure(
        value,
        num,
        den,
        enough=den >= spec.params["min_present"],
        empty=lists < spec.params["min_campaigns"],
        ci=wilson(num, den),
        details={
            "unknown": Detail(unknown),
            "bounds": Detail(value, value, np.minimum(divide(num + unknown, den), 1)),
            "told": Detail(told),
            **scaled_to_heads(ctx, 1),
        },
    )


@indicator("donation_per_member")
def donation_per_member(ctx: Context, spec: Indicator) -> Measure:
    """Nominal rupiah on donation lists and told beside them, dues left out, over N. Achmad 2022.

    Companions paid, pledged, median_gift, gini, n_donors. Resampled are all who are present, givers and others,
    since how many give is chance too.
    """
    gifts = _gifts(ctx)
    is_known = gifts.amount > 0
    month, amount, known = (column[is_known] for column in (gifts.month, gifts.amount, gifts.member))
    size = ctx.n_members + len(known)
    person = np.where(known >= 0, known, ctx.n_members + np.arange(len(known)))
    pairs, pair = np.unique(month * size + person, return_inverse=True)
    of_giver, given = pairs // size, np.bincount(pair, amount, len(pairs))
    begins = np.searchsorted(of_giver, np.arange(ctx.n_months))
    givers = np.split(given, begins[1:])
    n = np.bincount(of_giver, minlength=ctx.n_months).astype(float)
    by_giver = np.full((ctx.n_months, int(n.max())), np.nan)
    by_giver[of_giver, np.arange(len(given)) - begins[of_giver]] = given
    num, den = np.bincount(of_giver, given, ctx.n_months), ctx.present_total()
    enough = (n >= spec.params["min_donors"]) & (den > 0)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        others = np.zeros(max(round(float(den[t])) - len(givers[t]), 0))
        if len(givers[t]) < MIN_CLUSTERS:
            return NO_INTERVAL
        everybody = np.append(givers[t], others)[:, None]
        return bootstrap(rng, everybody, lambda sums: sums[:, 0], clusters=len(givers[t]))

    low, high = by_month(ctx, spec, enough, interval)
    paid = np.bincount(month, amount * gifts.is_paid[is_known], ctx.n_months)
    return Measure(
        divide(num, den),
        num,
        den,
        enough=enough,
        empty=_open_campaigns(ctx) == 0,
        ci=(divide(low, den), divide(high, den)),
        details={
            "paid": Detail(divide(paid, den)),
            "pledged": Detail(divide(num - paid, den)),
            "median_gift": Detail(np.array([median(g) for g in givers])),
            "gini": Detail(gini(by_giver)),
            "n_donors": Detail(n),
            **scaled_to_heads(ctx, 1),
        },
    )


def gini(values: Array) -> Array:
    """Gini coefficient of rows with the factor n / (n - 1), NaN being nobody; NaN for fewer than two or nothing."""
    is_one = np.isfinite(values)
    ordered = np.sort(np.where(is_one, values, np.inf), axis=1)
    n = is_one.sum(axis=1)[:, None]
    rank = np.arange(1, values.shape[1] + 1)
    ordered = np.where(rank <= n, ordered, 0)
    gaps = (ordered * (2 * rank - n - 1)).sum(axis=1)
    return divide(gaps, np.maximum(n[:, 0] - 1, 0) * ordered.sum(axis=1))
