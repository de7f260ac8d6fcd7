"""Facet S: social action and whether it sticks."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import NEVER, Array, filled, places, ranges, roll, until_next
from tasks.measure.indicators.context import Context, once
from tasks.measure.indicators.intervals import Interval, bootstrap, bootstrap_median, median, wilson
from tasks.measure.indicators.measures import (
    Bounds,
    Detail,
    Measure,
    by_month,
    divide,
    indicator,
    wilson_share,
)
from tasks.measure.indicators.survival import in_order, survival_curve, survival_interval

_MIN_CAMPAIGNS_BOOT = 5


@once
def _campaigns(ctx: Context) -> tuple[pl.DataFrame, Array]:
    """Campaigns in the order of their beginning, and the month of each on the axis."""
    campaigns = ctx.inputs.fact_campaign
    if not campaigns["campaign_key"].is_sorted():
        campaigns = campaigns.sort("campaign_key")
    return campaigns, ctx.month_of(campaigns["local_date"])


def _median_of_quarter(
    ctx: Context, spec: Indicator, month: Array, value: Array, ends: Bounds, n_all: Array, minimum: int
) -> Measure:
    """Median over the campaigns that begin in the trailing window.

    A window with a single campaign has that campaign's own interval; from the least number on the median
    is resampled over campaigns; between them there is no interval. ``n_all``: campaigns of the window, with
    value or without.
    """
    middle = np.full(ctx.n_months, np.nan)
    kind = np.full(ctx.n_months, "boot_event", dtype=object)
    windows = [(month > t - spec.window_months) & (month <= t) for t in range(ctx.n_months)]
    n = np.array([mine.sum() for mine in windows], dtype=float)
    for t in np.flatnonzero(n > 0):
        middle[t] = median(value[windows[t]])
    low, high = by_month(
        ctx, spec, n >= minimum, lambda t, rng: bootstrap_median(rng, value[windows[t]], minimum)
    )
    for t in np.flatnonzero(n == 1):
        low[t], high[t] = (float(end[windows[t]][0]) for end in ends)
        kind[t] = spec.ci_kind if spec.ci_kind == "profile" else "wilson"
    return Measure(middle, n, n_all, enough=n > 0, empty=n_all == 0, ci=(low, high), ci_kind=kind)


def _in_window(ctx: Context, spec: Indicator, month: Array) -> Array:
    """M: how many begin in the trailing window."""
    inside = month[(month >= 0) & (month < ctx.n_months)]
    return roll(np.bincount(inside, minlength=ctx.n_months).astype(float), spec.window_months)


@indicator("campaign_conversion")
def campaign_conversion(ctx: Context, spec: Indicator) -> Measure:
    """Median over the quarter's campaigns of members who committed over those who talked or committed. 0-1.

    Lim 2013; Achmad 2022. Campaigns with 5 talkers or more that are over. Companions ``pooled``;
    ``upper``: with people who sent nothing but stickers on the day of the call or the two days after it.
    """
    campaigns, month = _campaigns(ctx)
    counted = (~campaigns["is_open"] & (campaigns["n_talkers"] >= spec.params["min_talkers"])).to_numpy()
    n_all = _in_window(ctx, spec, month)
    k = campaigns["n_committed"].to_numpy()[counted].astype(float)
    n = campaigns["n_reached"].to_numpy()[counted].astype(float)
    measure = _median_of_quarter(
        ctx,
        spec,
        month[counted],
        divide(k, n),
        wilson(k, n),
        n_all,
        _MIN_CAMPAIGNS_BOOT,
    )
    committed, reached = (roll(_sums(ctx, month[counted], weight), spec.window_months) for weight in (k, n))
    pooled = Detail(divide(committed, reached), n_num=committed, n_den=reached)
    more = _stickers_at_the_call(ctx, campaigns.filter(pl.Series(counted)), int(spec.params["sticker_hours"]))
    upper = _median_of_quarter(
        ctx, spec, month[counted], divide(k + more, n + more), wilson(k, n), n_all, sys.maxsize
    )
    return replace(measure, details={"pooled": pooled, "upper": Detail(upper.value)})


def _stickers_at_the_call(ctx: Context, campaigns: pl.DataFrame, hours: int) -> Array:
    """By campaign: people who neither talked nor committed and sent stickers alone on its first days."""
    first = ctx.day_of(campaigns["local_date"])
    people = ctx.inputs.fact_campaign_member
    place = _campaign_of(campaigns, people)
    known = (place * (ctx.n_members + 1) + ctx.member_of(people["member_key"]))[place >= 0]
    day, member = ctx.turn_day[ctx.is_sticker], ctx.turn_member[ctx.is_sticker]
    begins, ends = np.searchsorted(day, first), np.searchsorted(day, first + hours // 24, side="right")
    campaign, sticker = ranges(begins, ends)
    sent = np.unique(campaign * (ctx.n_members + 1) + member[sticker])
    new = sent[~np.isin(sent, known)] // (ctx.n_members + 1)
    return np.bincount(new, minlength=len(first)).astype(float)


def _campaign_of(campaigns: pl.DataFrame, people: pl.DataFrame) -> Array:
    """The place of each one's campaign among these, which are in the order of their keys; -1 for another one."""
    return places(campaigns["campaign_key"].to_numpy(), people["campaign_key"].to_numpy())


def _sums(ctx: Context, month: Array, weight: Array) -> Array:
    """M: sums of the weights by month."""
    inside = (month >= 0) & (month < ctx.n_months)
    return np.bincount(month[inside], weight[inside], ctx.n_months)


@indicator("campaign_half_life")
def campaign_half_life(ctx: Context, spec: Indicator) -> Measure:
    """Median over the quarter's campaigns of the days until daily turns fall to half. Days, from 0.

    Lim 2013; Goh and Barabasi 2008. Campaigns that are over, with 15 turns on 4 days or more and a falling
    curve. Companion ``not_falling``: share of the campaigns with turns enough whose curve does not fall.
    """
    campaigns, month = _campaigns(ctx)
    many = (
        ~campaigns["is_open"]
        & (campaigns["n_turns"] >= spec.params["min_turns"])
        & (campaigns["n_active_days"] >= spec.params["min_days"])
    ).to_numpy()
    falls = many & np.isfinite(campaigns["half_life_days"].to_numpy().astype(float))
    days, low, high = (
        campaigns[name].to_numpy().astype(float)[falls]
        for name in ("half_life_days", "half_life_lo", "half_life_hi")
    )
    measure = _median_of_quarter(
        ctx, spec, month[falls], days, (low, high), _in_window(ctx, spec, month), _MIN_CAMPAIGNS_BOOT
    )
    flat = _in_window(ctx, spec, month[many & ~falls])
    of_many = _in_window(ctx, spec, month[many])
    return replace(measure, details={"not_falling": Detail(divide(flat, of_many), n_num=flat, n_den=of_many)})


@indicator("campaigner_retention")
def campaigner_retention(ctx: Context, spec: Indicator) -> Measure:
    """Of members who committed in the quarter's campaigns, who commits to another one within 180 days.

    Share 0-1. Achmad 2022; Lim 2013. Immature until every window of the quarter is closed. Companions
    ``kaplan_meier``: the same from open windows too, before that; ``n_offered``: campaigns that began within
    180 days after the first of the quarter's ended, chances to return.
    """
    span, silent = int(spec.params["window_days"]), int(spec.params["silent_days"])
    campaigns, month = _campaigns(ctx)
    begins, end = ctx.day_of(campaigns["local_date"]), ctx.day_of(campaigns["last_seen_date"])
    people = ctx.inputs.fact_campaign_member
    place = _campaign_of(campaigns, people)
    committed = (place >= 0) & filled(people["is_committed"], False)
    place = place[committed]
    member = np.unique(people["member_key"].to_numpy()[committed], return_inverse=True)[1]
    of_month, until = month[place], end[place]
    gap = until_next((member, begins[place]), (member, until + 1)) + 1
    gap = np.where(gap <= span, gap, NEVER)
    cut = ctx.n_days - 1
    t, campaign = _windows(ctx, spec, month)
    late = t[(end + silent + span > cut)[campaign]]
    since = np.full(ctx.n_months, NEVER)
    np.minimum.at(since, t, end[campaign])
    started = np.sort(begins)
    offered = np.searchsorted(started, since + span, "right") - np.searchsorted(started, since, "right")
    t, row = _windows(ctx, spec, of_month)
    person = t * (int(member.max(initial=0)) + 1) + member[row]
    order = np.argsort(person, kind="stable")
    first = np.flatnonzero(np.diff(person[order], prepend=-1))
    t, row = t[order[first]], row[order]
    ended, soonest = (np.minimum.reduceat(a[row], first) if len(row) else row for a in (until, gap))
    came = soonest < NEVER
    den, num = (np.bincount(people, minlength=ctx.n_months).astype(float) for people in (t, t[came]))
    times = np.where(came, soonest, np.clip(cut - ended, 0, span)).astype(float)
    order = in_order(times, came)
    survived = np.full((3, ctx.n_months), np.nan)
    for one in np.flatnonzero(den):
        is_event = came[order[t[order] == one]]
        survived[:, one] = survival_curve(is_event)[-1], *survival_interval(is_event)
    return wilson_share(
        num,
        den,
        den >= spec.params["min_committed"],
        immature=np.bincount(late, minlength=ctx.n_months) > 0,
        details={
            "n_offered": Detail(offered.astype(float)),
            "kaplan_meier": Detail(
                1 - survived[0],
                1 - survived[2],
                1 - survived[1],
                ci_kind="greenwood",
                n_den=den,
                while_immature=True,
            ),
        },
    )


def _windows(ctx: Context, spec: Indicator, month: Array) -> tuple[Array, Array]:
    """Which rows of a month lie in which month's trailing window: months on the axis, and rows."""
    t = month + np.arange(spec.window_months)[:, None]
    inside = (t >= 0) & (t < ctx.n_months)
    return t[inside], np.nonzero(inside)[1]


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

    Goh and Barabasi 2008; Kim and Jo 2016. An interval belongs to the day of its later turn; one that touches a day
    without coverage is left out: it is not known to have been silent.
    """
    dawn, dusk = 60 * spec.params["night_to_hour"], 60 * spec.params["night_from_hour"]
    clock = ctx.turn_local_minute
    awake = (clock >= dawn) & (clock < dusk)
    minute = (ctx.turn_day * (dusk - dawn) + clock - dawn)[awake]
    day, month = ctx.turn_day[awake], ctx.turn_month[awake]
    gap = np.diff(minute)
    known = (month[1:] == month[:-1]) & (month[1:] >= 0) & (month[1:] < ctx.n_months)
    known &= ctx.day_followed(day[:-1], np.diff(day))
    gap, day, month = gap[known], day[1:][known], month[1:][known]
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
