"""Facet S: social action and whether it sticks."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.context import Array, Context
from tasks.measure.indicators.intervals import Interval, bootstrap, wilson
from tasks.measure.indicators.measures import Measure, by_month, divide, indicator

#: Lists that are no campaign: what one buys, and what nobody can commit to.
_NO_CAMPAIGN = ("order", "announcement", "other_list")
_SILENT_DAYS = 14  # a campaign has ended after so many days without a version


@indicator("campaigner_retention")
def campaigner_retention(ctx: Context, spec: Indicator) -> Measure:
    """Of members who committed in the quarter's campaigns, who commits to another one within 180 days.

    Share 0-1. Achmad 2022; Lim 2013. Immature until every window of the quarter is closed.
    """
    span = int(spec.params["window_days"])
    campaigns = ctx.inputs.fact_activity.filter(~pl.col("activity_kind").is_in(_NO_CAMPAIGN))
    start, end = ctx.day_of(campaigns["local_date"]), ctx.day_of(campaigns["last_seen_date"])
    month = ctx.month_of(campaigns["local_date"])
    place = pl.DataFrame(
        {"activity_key": campaigns["activity_key"], "start": start, "end": end, "month": month}
    )
    entries = (
        ctx.inputs.fact_participation.filter(
            pl.col("member_key").is_not_null() & pl.col("participation_status").is_in(["yes", "done"])
        )
        .select("activity_key", "member_key")
        .unique()
        .join(place, on="activity_key")
    )
    again = (
        entries.join(entries.select("member_key", other="activity_key", begins="start"), on="member_key")
        .filter(
            (pl.col("other") != pl.col("activity_key"))
            & (pl.col("begins") > pl.col("end"))
            & (pl.col("begins") <= pl.col("end") + span)
        )
        .select("activity_key", "member_key")
        .unique()
    )
    returned = entries.join(again.with_columns(is_back=True), on=["activity_key", "member_key"], how="left")
    num, den = np.zeros(ctx.n_months), np.zeros(ctx.n_months)
    immature = np.zeros(ctx.n_months, dtype=bool)
    cut = ctx.n_days - 1
    for t in range(ctx.n_months):
        window = (month > t - spec.window_months) & (month <= t)
        immature[t] = bool((window & (end + _SILENT_DAYS + span > cut)).any())
        people = (
            returned.filter((pl.col("month") > t - spec.window_months) & (pl.col("month") <= t))
            .group_by("member_key")
            .agg(pl.col("is_back").fill_null(False).any())
        )
        den[t], num[t] = len(people), people["is_back"].sum() or 0
    return Measure(
        divide(num, den),
        num,
        den,
        enough=den >= spec.params["min_committed"],
        empty=den == 0,
        immature=immature,
        ci=wilson(num, den),
    )


def burstiness(n: Array, total: Array, squares: Array) -> Array:
    """Finite-size burstiness from the number, sum and sum of squares of intervals (Kim and Jo 2016)."""
    mean = divide(total, n)
    r = divide(np.sqrt(np.maximum(divide(squares, n) - mean**2, 0)), mean)
    up, down = np.sqrt(n + 1), np.sqrt(np.maximum(n - 1, 0))
    bottom = (up - 2) * r + down
    return np.divide(up * r - down, bottom, out=np.full(np.shape(n), np.nan), where=np.abs(bottom) > 1e-12)


@indicator("activity_burstiness")
def activity_burstiness(ctx: Context, spec: Indicator) -> Measure:
    """Finite-size burstiness of the times between turns, the night taken out. Index -1 to 1.

    Goh and Barabasi 2008; Kim and Jo 2016. An interval belongs to the day of its later turn.
    """
    dawn, dusk = 60 * spec.params["night_to_hour"], 60 * spec.params["night_from_hour"]
    clock = ctx.turn_local_minute
    awake = (clock >= dawn) & (clock < dusk)
    minute = (ctx.turn_day * (dusk - dawn) + clock - dawn)[awake]
    day, month = ctx.turn_day[awake], ctx.turn_month[awake]
    gap = np.diff(minute)
    same = (month[1:] == month[:-1]) & (month[1:] >= 0) & (month[1:] < ctx.n_months)
    gap, day, month = gap[same], day[1:][same], month[1:][same]
    n, total, squares = (
        np.bincount(month, weight, ctx.n_months)
        for weight in (np.ones(len(gap)), gap, gap.astype(float) ** 2)
    )
    turns = np.bincount(
        ctx.turn_month[(ctx.turn_month >= 0) & (ctx.turn_month < ctx.n_months)], minlength=ctx.n_months
    )

    def interval(t: int, rng: np.random.Generator) -> Interval:
        days = np.flatnonzero(ctx.covered[ctx.month_start[t] : ctx.month_end[t] + 1]) + ctx.month_start[t]
        mine = (month == t) & np.isin(day, days)
        place = np.searchsorted(days, day[mine])
        columns = [
            np.bincount(place, weight, len(days))
            for weight in (np.ones(len(place)), gap[mine], gap[mine].astype(float) ** 2)
        ]
        return bootstrap(
            rng, np.column_stack(columns), lambda s: burstiness(s[:, 0], s[:, 1], s[:, 2]), ordered=True
        )

    enough = turns >= spec.params["min_turns"]
    ci = by_month(ctx, spec, enough, interval)
    return Measure(
        burstiness(n, total, squares),
        np.full(ctx.n_months, np.nan),
        n,
        enough=enough,
        empty=turns == 0,
        ci=ci,
    )
