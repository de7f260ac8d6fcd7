"""Facet B: belonging and the sense of we."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.answers import share_interval
from tasks.measure.indicators.axes import Array, any_of, ranges, roll
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import bootstrap_mean
from tasks.measure.indicators.measures import (
    Detail,
    Measure,
    by_month,
    divide,
    indicator,
    over_members,
    wilson_share,
)

_JOINS = ("joined_link", "joined_community", "added")


@indicator("we_share")
def we_share(ctx: Context, spec: Indicator) -> Measure:
    """Mean over members of turns with we over turns with we plus turns with I. Share 0-1.

    Back et al. 2018; Van Swol et al. 2021.
    """
    text = ctx.turn("is_text")
    we = ctx.count(text & ((ctx.turn("lex_we_incl") > 0) | (ctx.turn("lex_we_excl") > 0)))
    both = we + ctx.count(text & (ctx.turn("lex_i_word") > 0))
    counted = both >= spec.params["min_turns_per_member"]
    share = np.where(counted, divide(we, both), 0)
    num, den = over_members(share), counted.sum(axis=1).astype(float)
    enough = den >= spec.params["min_members"]
    ci = by_month(ctx, spec, enough, lambda t, rng: bootstrap_mean(rng, share[t, counted[t]]))
    return Measure(divide(num, den), num, den, enough=enough, empty=both.sum(axis=1) == 0, ci=ci)


@indicator("inclusive_we_share")
def inclusive_we_share(ctx: Context, spec: Indicator) -> Measure:
    """Turns with inclusive we over turns with inclusive plus turns with exclusive we. Share 0-1.

    Sneddon 2006. Wilson; resampled by member where 20 or more say we.
    """
    text = ctx.turn("is_text")
    incl = ctx.count(text & (ctx.turn("lex_we_incl") > 0))
    both = incl + ctx.count(text & (ctx.turn("lex_we_excl") > 0))
    num, den = incl.sum(axis=1), both.sum(axis=1)
    enough = den >= spec.params["min_turns"]
    ci, kind = share_interval(ctx, spec, incl, both, enough, int(spec.params["min_members_boot"]))
    return Measure(divide(num, den), num, den, enough=enough, empty=den == 0, ci=ci, ci_kind=kind)


def join_batches(events: pl.DataFrame, minutes: float) -> tuple[Array, Array]:
    """Rows of joins and adds in time order; and where among them a batch begins: more than so many minutes later."""
    joins = np.flatnonzero(any_of(events["event"], _JOINS))
    sent = events["sent_at"].to_numpy()[joins]
    order = np.argsort(sent, kind="stable")
    begins = np.diff(sent[order]) > np.timedelta64(int(minutes), "m")
    return joins[order], np.flatnonzero(np.append(np.ones(min(len(joins), 1), dtype=bool), begins))


@indicator("newcomer_welcome_rate")
def newcomer_welcome_rate(ctx: Context, spec: Indicator) -> Measure:
    """Batches of joiners met by a word of welcome or a mention within 48 hours, trailing quarter. Share 0-1.

    Burke, Kraut and Joyce 2010. The welcome comes from somebody who neither joined nor added the batch.
    Companion ``by_officers_only``: batches welcomed by officers and founders alone over those welcomed.
    """
    hours, minutes = spec.params["window_hours"], spec.params["batch_minutes"]
    joins, begins = join_batches(ctx.inputs.fact_membership_event, minutes)
    day = ctx.day_of(ctx.inputs.fact_membership_event["event_date"])[joins[begins]]
    month, usable = ctx.month_of_day(day), ctx.day_followed(day, int(np.ceil(hours / 24)))
    welcomed, by_officers = ctx.held(
        f"welcomes|{hours}|{minutes}", lambda: _welcomes(ctx, joins, begins, hours)
    )

    def tally(mask: Array) -> Array:
        inside = mask & (month >= 0) & (month < ctx.n_months)
        return roll(np.bincount(month[inside], minlength=ctx.n_months).astype(float), spec.window_months)

    num, den, officers = tally(usable & welcomed), tally(usable), tally(usable & by_officers)
    return wilson_share(
        num,
        den,
        den >= spec.params["min_batches"],
        details={"by_officers_only": Detail(divide(officers, num), n_num=officers, n_den=num)},
    )


def _welcomes(ctx: Context, joins: Array, begins: Array, hours: float) -> tuple[Array, Array]:
    """By batch: whether an old member's turn within the hours welcomes it or mentions one of it, and whether
    all such turns are by officers and founders.
    """
    events, n, size = ctx.inputs.fact_membership_event[joins], len(begins), ctx.n_members + 1
    batch = np.repeat(np.arange(n), np.diff(np.append(begins, len(joins))))
    people, adders = (
        batch * size + ctx.member_of(events[name]) for name in ("member_key", "actor_member_key")
    )
    naming, named = ctx.mentions
    greeting = np.flatnonzero(ctx.turn("lex_welcome") > 0)
    turn = np.append(greeting, naming[naming >= 0])
    to = np.append(np.full(len(greeting), -1), named[naming >= 0])  # a greeting is to everybody
    order = np.argsort(turn, kind="stable")
    turn, to = turn[order], to[order]
    start = events["sent_at"].to_numpy().astype("datetime64[m]").astype(np.int64)[begins]
    first = np.searchsorted(ctx.turn_minute, start, side="left")
    last = np.searchsorted(ctx.turn_minute, start + int(hours * 60), side="right")
    near, at = ranges(np.searchsorted(turn, first), np.searchsorted(turn, last))
    turn, to = turn[at], to[at]
    counts = (to < 0) | np.isin(near * size + to, people)
    counts &= ~np.isin(near * size + ctx.turn_member[turn], np.append(people, adders))
    by_batch, by_others = (
        np.bincount(near[those], minlength=n) > 0 for those in (counts, counts & ~ctx.turn_leads[turn])
    )
    return by_batch, by_batch & ~by_others
