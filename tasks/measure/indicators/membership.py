"""Facet D: who leaves and who stays active."""

from __future__ import annotations

import datetime as dt

import numpy as np

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import Array, any_of
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.measures import Detail, Measure, divide, indicator, wilson_share

#: Since then only admins see who left.
SILENT_LEAVING = dt.date(2022, 8, 1)


def admin_coverage(ctx: Context) -> Array:
    """M: share of the month's days on which leaving was visible.

    Before 2022-08 the days any export covers; since then those that the export of a declared exporter covers
    while its owner was admin.
    """
    seen = np.zeros(ctx.n_days, dtype=bool)
    day, exporter = ctx.observed
    for name, phone in ctx.inputs.group.exporters.items():
        if phone.admin_from is None or name not in ctx.inputs.exporters:
            continue
        first, last = (phone.admin_from - ctx.day0).days, ((phone.admin_to or dt.date.max) - ctx.day0).days
        seen[day[(exporter == ctx.inputs.exporters[name]) & (day >= first) & (day <= last)]] = True
    silent = max((SILENT_LEAVING - ctx.day0).days, 0)
    seen[:silent] = ctx.covered[:silent]
    return ctx.by_month(seen.astype(float)) / ctx.month_days


@indicator("churn_rate")
def churn_rate(ctx: Context, spec: Indicator) -> Measure:
    """Members present on the first covered day who left or were removed over all of them. Share 0-1.

    Joyce and Kraut 2006. Companions ``left`` and ``removed``. Its coverage is that of exports that could show
    who left: since August 2022 those of admins.
    """
    covered = np.append(np.flatnonzero(ctx.covered), ctx.n_days)
    first = covered[np.searchsorted(covered, ctx.month_start)]
    at_risk = ctx.present[np.where(first <= ctx.month_end, first, ctx.month_start)]
    events = ctx.inputs.fact_membership_event
    place = ctx.place(ctx.month_of(events["event_date"]), ctx.member_of(events["member_key"]))
    gone = {
        kind: (ctx.tally(place[any_of(events["event"], (kind,))]) > 0) & at_risk
        for kind in ("left", "removed")
    }
    num = (gone["left"] | gone["removed"]).sum(axis=1).astype(float)
    den = at_risk.sum(axis=1).astype(float)
    left, removed = (gone[kind].sum(axis=1).astype(float) for kind in ("left", "removed"))
    return wilson_share(
        num,
        den,
        den >= spec.params["min_at_risk"],
        coverage=admin_coverage(ctx),
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
    return wilson_share(
        num,
        den,
        den >= spec.params["min_active"],
        coverage=both,
    )
