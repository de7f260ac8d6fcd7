"""Facet T: gifts of money, by list and by word."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import Array
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


def _collections(ctx: Context) -> pl.DataFrame:
    """Donation lists; those of dues are obligations and left out."""
    is_gift = (pl.col("activity_kind") == "donation") & ~pl.col("is_dues").fill_null(False)
    return ctx.inputs.fact_activity.filter(is_gift)


@once
def _gifts(ctx: Context) -> pl.DataFrame:
    """Gifts on donation lists and told beside them, dues left out: month, member (-1 unknown), amount_idr,
    is_paid, is_on_list.
    """
    lists = _collections(ctx).select("activity_key")
    entries = ctx.inputs.fact_participation.join(lists, on="activity_key", how="semi").filter(
        ~pl.col("participation_status").is_in(["no", "withdrawn"])
    )
    return pl.DataFrame(
        {
            "month": pl.Series(ctx.month_of(entries["added_date"]), dtype=pl.Int64),
            "member": pl.Series(ctx.member_of(entries["member_key"]), dtype=pl.Int64),
            "amount_idr": entries["amount_idr"],
            "is_paid": entries["is_paid"].fill_null(False),
            "is_on_list": entries["is_on_list"].fill_null(True),
        }
    ).filter(pl.col("month").is_between(0, ctx.n_months - 1))


@once
def _open_campaigns(ctx: Context) -> Array:
    """M: donation lists open on a day of the month."""
    lists = _collections(ctx)
    first, last = ctx.day_of(lists["local_date"]), ctx.day_of(lists["last_seen_date"])
    overlap = (first[:, None] <= ctx.month_end) & (last[:, None] >= ctx.month_start)
    return overlap.sum(axis=0).astype(float)


@indicator("donor_share")
def donor_share(ctx: Context, spec: Indicator) -> Measure:
    """Matched donors, by list or by their own word, over N, each weighed by presence. Share 0-1. Achmad 2022.

    Dues are no gifts. Companion ``told``: donors known by their word alone. The bounds count the donors
    matched to nobody as already counted, or all as further donors.
    """
    gifts = _gifts(ctx)
    month, member = gifts["month"].to_numpy(), gifts["member"].to_numpy()
    weights = ctx.weights()
    gave = ctx.grid(month, member) > 0
    on_list = gifts["is_on_list"].to_numpy()
    told = (gave & (ctx.grid(month[on_list], member[on_list]) == 0)).sum(axis=1).astype(float)
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
    gifts = _gifts(ctx).filter(pl.col("amount_idr") > 0)
    month, amount = gifts["month"].to_numpy(), gifts["amount_idr"].to_numpy()
    known = gifts["member"].to_numpy()
    person = np.where(known >= 0, known, ctx.n_members + np.arange(len(gifts)))
    givers = [_sums(person[month == t], amount[month == t]) for t in range(ctx.n_months)]
    n = np.array([len(g) for g in givers], dtype=float)
    num, den = np.array([g.sum() for g in givers]), ctx.present_total()
    enough = (n >= spec.params["min_donors"]) & (den > 0)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        others = np.zeros(max(round(float(den[t])) - len(givers[t]), 0))
        if len(givers[t]) < MIN_CLUSTERS:
            return NO_INTERVAL
        everybody = np.append(givers[t], others)[:, None]
        return bootstrap(rng, everybody, lambda sums: sums[:, 0], clusters=len(givers[t]))

    low, high = by_month(ctx, spec, enough, interval)
    paid = np.bincount(month, amount * gifts["is_paid"].to_numpy(), ctx.n_months)
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
            "gini": Detail(np.array([float(gini(g[None, :])[0]) for g in givers])),
            "n_donors": Detail(n),
            **scaled_to_heads(ctx, 1),
        },
    )


def _sums(person: Array, amount: Array) -> Array:
    """Amounts by person."""
    _, inverse = np.unique(person, return_inverse=True)
    return np.bincount(inverse, amount) if len(amount) else np.zeros(0)


def gini(values: Array) -> Array:
    """Gini coefficient of rows, with the factor n / (n - 1); NaN for fewer than two or for nothing."""
    n = values.shape[1]
    if n < 2:
        return np.full(len(values), np.nan)
    rank = 2 * np.arange(1, n + 1) - n - 1
    return divide((np.sort(values, axis=1) * rank).sum(axis=1), (n - 1) * values.sum(axis=1))
