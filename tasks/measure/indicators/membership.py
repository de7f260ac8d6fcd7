"""Facet D: who leaves and who stays active."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.context import Array, Context, month_end
from tasks.measure.indicators.intervals import wilson
from tasks.measure.indicators.measures import Detail, Measure, divide, indicator

#: Since then only admins see who left.
SILENT_LEAVING = dt.date(2022, 8, 1)


def _admin_sees(ctx: Context) -> Array:
    """M: whether leaving was visible: before 2022-08, or to a declared exporter who is admin throughout."""
    return np.array(
        [
            month < SILENT_LEAVING
            or any(
                phone.admin_from is not None
                and phone.admin_from <= month
                and (phone.admin_to is None or phone.admin_to >= month_end(month))
                for phone in ctx.inputs.group.exporters.values()
            )
            for month in ctx.months
        ]
    )


@indicator("churn_rate")
def churn_rate(ctx: Context, spec: Indicator) -> Measure:
    """Members present on the first covered day who left or were removed over all of them. Share 0-1.

    Joyce and Kraut 2006. Companions ``left`` and ``removed``.
    """
    first = np.array(
        [
            start + int(np.argmax(ctx.covered[start : end + 1]))
            for start, end in zip(ctx.month_start, ctx.month_end, strict=True)
        ]
    )
    at_risk = ctx.present[first]
    gone = {}
    for kind in ("left", "removed"):
        events = ctx.inputs.fact_membership_event.filter(pl.col("event") == kind)
        month, member = ctx.month_of(events["event_date"]), ctx.member_of(events["member_key"])
        gone[kind] = (ctx.grid(month, member) > 0) & at_risk
    num = (gone["left"] | gone["removed"]).sum(axis=1).astype(float)
    den = at_risk.sum(axis=1).astype(float)
    left, removed = (gone[kind].sum(axis=1).astype(float) for kind in ("left", "removed"))
    return Measure(
        divide(num, den),
        num,
        den,
        enough=den >= spec.params["min_at_risk"],
        empty=den == 0,
        unseen=~_admin_sees(ctx),
        ci=wilson(num, den),
        details={
            "left": Detail(divide(left, den), n_num=left, n_den=den),
            "removed": Detail(divide(removed, den), n_num=removed, n_den=den),
        },
    )


@indicator("retention_3m")
def retention_3m(ctx: Context, spec: Indicator) -> Measure:
    """Of members active three months earlier, the share active in the month. Share 0-1.

    Back et al. 2018. The coverage is the lesser of both months'.
    """
    lag = int(spec.params["lag_months"])
    active = ctx.all_turns > 0
    earlier = np.zeros_like(active)
    earlier[lag:] = active[:-lag] if ctx.n_months > lag else False
    num, den = (earlier & active).sum(axis=1).astype(float), earlier.sum(axis=1).astype(float)
    coverage = ctx.coverage(1)
    both = coverage.copy()
    both[lag:] = np.minimum(coverage[lag:], coverage[:-lag] if ctx.n_months > lag else np.inf)
    return Measure(
        divide(num, den),
        num,
        den,
        enough=den >= spec.params["min_active"],
        empty=den == 0,
        coverage=both,
        ci=wilson(num, den),
    )
