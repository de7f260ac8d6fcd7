"""Facet E: opportunities, enterprise, learning, and the reach of the group among its people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.answers import share_interval
from tasks.measure.indicators.axes import Array, add_months, any_of, filled, month_end, roll, until_next
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import wilson
from tasks.measure.indicators.measures import (
    Detail,
    Measure,
    divide,
    indicator,
    over_members,
    poisson_rate,
    scaled_to_heads,
    wilson_share,
)
from tasks.measure.indicators.occasions import COMMITTED, activities, entry_activity, listed

_MIN_SELLERS_BOOT = 20


def _days_since(ctx: Context, column: str) -> Array:
    """Days since the same text stood in the group before; infinite the first time."""
    days = ctx.turns[column].to_numpy().astype(float)
    return np.where(np.isnan(days), np.inf, days)


def _opportunities(ctx: Context, spec: Indicator) -> Array:
    """Turns that share an opportunity whose text was not posted in the days before."""
    fresh = _days_since(ctx, "same_text_days") > spec.params["same_text_days"]
    mask: Array = (ctx.turn("lex_opportunity") > 0) & fresh
    return mask


@indicator("opportunity_rate")
def opportunity_rate(ctx: Context, spec: Indicator) -> Measure:
    """Opportunities shared per 100 members present for 30 days. Achmad 2022; Granovetter 1973.

    The same text within 30 days counts once, whoever posts it again.
    """
    num = ctx.number(_opportunities(ctx, spec))
    den = ctx.member_months(1, spec.params["days_per_member_month"])
    per = spec.params["per_members"]
    return poisson_rate(
        num,
        den,
        per,
        details=scaled_to_heads(ctx, 1),
    )


@indicator("opportunity_breadth")
def opportunity_breadth(ctx: Context, spec: Indicator) -> Measure:
    """Members who shared an opportunity over A. Share 0-1. Achmad 2022."""
    num, den = (ctx.count(_opportunities(ctx, spec)) > 0).sum(axis=1).astype(float), ctx.active
    return wilson_share(
        num,
        den,
        den >= spec.params["min_active"],
    )


@indicator("enterprise_support_rate")
def enterprise_support_rate(ctx: Context, spec: Indicator) -> Measure:
    """Offers of own goods met by another member within 72 hours over offers, quarter. Share 0-1.

    Achmad 2022. They are met by commitment or praise in an inferred reply, by an order on the seller's list, or by
    posting the same text. What another member posted in the 180 days before is no offer of one's own.
    """
    hours = spec.params["window_hours"]
    offers = (ctx.turn("lex_enterprise") > 0) & ~ctx.turn("is_forwarded") & ~ctx.turn("is_list")
    offers &= _days_since(ctx, "others_text_days") > spec.params["others_text_days"]
    offers &= ctx.followed(int(np.ceil(hours / 24)))
    supported = _met_in_words(ctx, hours) | (ctx.turn("others_again_days") <= hours / 24)
    supported[offers] |= _met_by_orders(ctx, offers, hours)
    num = roll(ctx.count(offers & supported), spec.window_months)
    den = roll(ctx.count(offers), spec.window_months)
    k, n = num.sum(axis=1), den.sum(axis=1)
    enough = n >= spec.params["min_offers"]
    ci, kind = share_interval(ctx, spec, num, den, enough, _MIN_SELLERS_BOOT)
    forbidden = np.full(ctx.n_months, not ctx.inputs.group.selling_allowed)
    return Measure(divide(k, n), k, n, enough=enough, empty=n == 0, blocked=forbidden, ci=ci, ci_kind=kind)


def _met_in_words(ctx: Context, hours: float) -> Array:
    """Turns to which another member replies within the hours with commitment or praise."""
    warm = np.append(ctx.turn("is_commitment") | (ctx.turn("lex_praise") > 0), False)
    met = warm[ctx.tie_source] & (ctx.tie("latency_min") <= 60 * hours)
    met &= ctx.tie("source_member_key") != ctx.tie("target_member_key")
    return ctx.turns_at(ctx.tie_target[met])


def _met_by_orders(ctx: Context, offers: Array, hours: float) -> Array:
    """By offer, whether another member enters an order list of the seller's within the hours.

    Of an entry the day alone is known: it counts from the offer's day to the last one that the hours reach.
    """
    activity = entry_activity(ctx)
    organisers = np.append(ctx.member_of(activities(ctx).organiser), -1)
    is_order = np.append(activities(ctx).of(("order",)), False)
    entries = ctx.inputs.fact_participation
    buyer, seller = ctx.member_of(entries["member_key"]), organisers[activity]
    ordered = is_order[activity] & any_of(entries["participation_status"], COMMITTED)
    ordered &= (seller >= 0) & (buyer != seller) & ~entries["member_key"].is_null().to_numpy()
    day = ctx.day_of(entries["added_date"])[ordered]
    wait = until_next((seller[ordered], day), (ctx.turn_member[offers], ctx.turn_day[offers]))
    soon: Array = wait <= np.ceil(hours / 24)
    return soon


@indicator("learning_participation")
def learning_participation(ctx: Context, spec: Indicator) -> Measure:
    """Matched participants of the month's learning activities over N, each weighed by presence. Share 0-1.

    Achmad 2022. Companion ``n_external_form``: turns on learning with a link, behind which people may register.
    """
    lists = listed(ctx, ("learning",))
    month = lists.month[(lists.month >= 0) & (lists.month < ctx.n_months)]
    n = np.bincount(month, minlength=ctx.n_months)
    joined = ctx.grid(lists.month[lists.activity], lists.member) > 0
    weights = ctx.weights()
    num = over_members(weights * joined)
    den = np.maximum(ctx.present_total(), num)
    return Measure(
        divide(num, den),
        num,
        den,
        enough=n >= spec.params["min_activities"],
        empty=n == 0,
        ci=wilson(num, den),
        details={
            "n_activities": Detail(n.astype(float)),
            "n_external_form": Detail(ctx.number(ctx.has_link & (ctx.turn("lex_learning") > 0))),
            **scaled_to_heads(ctx, 1),
        },
    )


def _at_month_ends(ctx: Context, since: pl.Series, until: pl.Series) -> Array:
    """M x rows: whether a row holds on the month's last day, ``since`` and ``until`` (NULL: for ever) included."""
    day = ctx.month_end[:, None]
    holds: Array = (ctx.day_of(since) <= day) & (day <= ctx.last_day_of(until))
    return holds


def _whose(rows: Array, member: Array, n_members: int) -> Array:
    """M x members: whether one of the member's rows is among those marked."""
    t, row = np.nonzero(rows)
    grid = np.zeros((len(rows), n_members), dtype=bool)
    grid[t, member[row]] = True
    return grid


def has_fresh_roster(dates: Iterable[dt.date], month: dt.date) -> bool:
    """Whether a roster speaks for a day of the 12 months that end with this one."""
    return any(add_months(month, -11) <= date <= month_end(month) for date in dates)


@indicator("roster_reach")
def roster_reach(ctx: Context, spec: Indicator) -> Measure:
    """Roster members in good standing with proven presence at the month's end over all of them. Share 0-1.

    Oktavian. Low in n without a roster of the last 12 months; partial until a list or the roster's own word
    on the chat speaks. Companion ``roster_completeness``: people present who are on the roster over people
    present.
    """
    spans, versions = ctx.inputs.fact_membership, ctx.inputs.dim_member
    keys, member = np.unique(
        np.append(versions["member_key"].to_numpy(), spans["member_key"].to_numpy()), return_inverse=True
    )
    is_good = filled(versions["is_on_roster"], False) & filled(versions["is_in_good_standing"], False)
    in_chat = any_of(spans["kind"], ("group",))
    of_good, of_span = member[: len(versions)][is_good], member[len(versions) :][in_chat]
    # a version ends the day before the next one holds
    last = versions["valid_to"].dt.offset_by("-1d")
    standing = _at_month_ends(ctx, versions["valid_from"], last)[:, is_good]
    now = _at_month_ends(ctx, spans["from_date"], spans["to_date"])[:, in_chat]
    proven = _whose(now & filled(spans["is_proven"], False)[in_chat], of_span, len(keys))
    people = _whose(now, of_span, len(keys))
    num, den = (standing & proven[:, of_good]).sum(axis=1), standing.sum(axis=1)
    on_roster = (people & _whose(standing, of_good, len(keys))).sum(axis=1)
    heads = people.sum(axis=1)
    num, den, on_roster, heads = (counted.astype(float) for counted in (num, den, on_roster, heads))
    fresh = np.array([has_fresh_roster(ctx.inputs.roster_dates, month) for month in ctx.months])
    saying = ctx.day_of(spans["from_date"])[in_chat & any_of(spans["basis"], ("list", "roster_stated"))]
    told = ctx.month_end >= saying.min(initial=ctx.n_days)
    return wilson_share(
        num,
        den,
        fresh & (den >= spec.params["min_roster"]),
        doubtful=~told,
        details={"roster_completeness": Detail(divide(on_roster, heads), n_num=on_roster, n_den=heads)},
    )
