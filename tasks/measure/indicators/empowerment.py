"""Facet E: opportunities, enterprise, learning, and the reach of the group among its people."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.answers import share_interval
from tasks.measure.indicators.context import Array, Context, month_end, roll
from tasks.measure.indicators.intervals import poisson_exact, wilson
from tasks.measure.indicators.measures import Detail, Measure, divide, indicator
from tasks.measure.indicators.mechanical import participants

_MIN_SELLERS_BOOT = 20


def _opportunities(ctx: Context) -> Array:
    """Turns that share an opportunity and are no copy of another member's text."""
    mask: Array = (ctx.turn("lex_opportunity") > 0) & ~ctx.turn("is_forwarded")
    return mask


@indicator("opportunity_rate")
def opportunity_rate(ctx: Context, spec: Indicator) -> Measure:
    """Opportunities shared per 100 members present for 30 days. Achmad 2022; Granovetter 1973."""
    num = ctx.count(_opportunities(ctx)).sum(axis=1)
    den = ctx.member_months(1, spec.params["days_per_member_month"])
    per = spec.params["per_members"]
    return Measure(
        per * divide(num, den), num, den, enough=den > 0, empty=den == 0, ci=poisson_exact(num, den, per)
    )


@indicator("opportunity_breadth")
def opportunity_breadth(ctx: Context, spec: Indicator) -> Measure:
    """Members who shared an opportunity over A. Share 0-1. Achmad 2022."""
    num, den = (ctx.count(_opportunities(ctx)) > 0).sum(axis=1).astype(float), ctx.active
    return Measure(
        divide(num, den),
        num,
        den,
        enough=den >= spec.params["min_active"],
        empty=den == 0,
        ci=wilson(num, den),
    )


@indicator("enterprise_support_rate")
def enterprise_support_rate(ctx: Context, spec: Indicator) -> Measure:
    """Offers of own goods met with commitment or praise within 72 hours over offers, quarter. Share 0-1.

    Achmad 2022. The support is an inferred reply to the offer.
    """
    hours = spec.params["window_hours"]
    offers = (ctx.turn("lex_enterprise") > 0) & ~ctx.turn("is_forwarded") & ~ctx.turn("is_list")
    offers &= ctx.followed(int(np.ceil(hours / 24)))
    warm = ctx.turns.filter(pl.col("is_commitment") | (pl.col("lex_praise") > 0))["turn_key"]
    met = ctx.replies.filter(
        (pl.col("latency_min") <= 60 * hours)
        & (pl.col("source_member_key") != pl.col("target_member_key"))
        & pl.col("source_turn_key").is_in(warm.implode())
    )["target_turn_key"]
    supported = ctx.turns["turn_key"].is_in(met.implode()).to_numpy()
    num = roll(ctx.count(offers & supported), spec.window_months)
    den = roll(ctx.count(offers), spec.window_months)
    k, n = num.sum(axis=1), den.sum(axis=1)
    enough = n >= spec.params["min_offers"]
    ci, kind = share_interval(ctx, spec, num, den, enough, _MIN_SELLERS_BOOT)
    forbidden = np.full(ctx.n_months, not ctx.inputs.group.selling_allowed)
    return Measure(divide(k, n), k, n, enough=enough, empty=n == 0, blocked=forbidden, ci=ci, ci_kind=kind)


@indicator("learning_participation")
def learning_participation(ctx: Context, spec: Indicator) -> Measure:
    """Matched participants of the month's learning activities over N, each weighed by presence. Share 0-1.

    Achmad 2022.
    """
    begun = ctx.inputs.fact_activity.filter(pl.col("activity_kind") == "learning")
    month = ctx.month_of(begun["local_date"])
    n = np.bincount(month[(month >= 0) & (month < ctx.n_months)], minlength=ctx.n_months)
    people = participants(ctx, ("learning",))
    joined = ctx.grid(people["month"].to_numpy(), people["member"].to_numpy()) > 0
    weights = ctx.weights()
    num, den = (weights * joined).sum(axis=1), weights.sum(axis=1)
    return Measure(
        divide(num, den),
        num,
        den,
        enough=n >= spec.params["min_activities"],
        empty=n == 0,
        ci=wilson(num, den),
        details={"n_activities": Detail(n.astype(float))},
    )


def _standing(ctx: Context, day: dt.date) -> pl.DataFrame:
    """Members in good standing on a roster that already spoke on the day: member_key."""
    return ctx.inputs.dim_member.filter(
        (pl.col("valid_from") <= day)
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day))
        & pl.col("is_on_roster")
        & pl.col("is_in_good_standing")
    ).select("member_key")


@indicator("roster_reach")
def roster_reach(ctx: Context, spec: Indicator) -> Measure:
    """Roster members in good standing with proven presence at the month's end over all of them. Share 0-1.

    Oktavian. Partial until a list or the roster's own word on the chat speaks. Companion
    ``roster_completeness``: people present who are on the roster over people present.
    """
    spans = ctx.inputs.fact_membership.filter(pl.col("kind") == "group")
    num, den, on_roster, heads = (np.zeros(ctx.n_months) for _ in range(4))
    told = np.zeros(ctx.n_months, dtype=bool)
    for t, month in enumerate(ctx.months):
        day = month_end(month)
        roster = _standing(ctx, day)
        now = spans.filter(
            (pl.col("from_date") <= day) & (pl.col("to_date").is_null() | (pl.col("to_date") >= day))
        )
        proven = now.filter("is_proven").select("member_key").unique()
        people = now.select("member_key").unique()
        num[t], den[t] = len(roster.join(proven, on="member_key", how="semi")), len(roster)
        on_roster[t], heads[t] = len(people.join(roster, on="member_key", how="semi")), len(people)
        told[t] = bool(
            (spans.filter(pl.col("from_date") <= day)["basis"].is_in(["list", "roster_stated"])).any()
        )
    return Measure(
        divide(num, den),
        num,
        den,
        enough=den >= spec.params["min_roster"],
        empty=den == 0,
        doubtful=~told,
        ci=wilson(num, den),
        details={"roster_completeness": Detail(divide(on_roster, heads), n_num=on_roster, n_den=heads)},
    )
