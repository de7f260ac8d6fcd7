"""Facet A: access to information."""

from __future__ import annotations

import itertools

import numpy as np

from schemas.indicators import Indicator
from tasks.measure.indicators.answers import (
    answer_details,
    baseline,
    share_interval,
)
from tasks.measure.indicators.axes import NEVER, Array, any_of, roll
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import (
    DRAWS,
    MIN_CLUSTERS,
    NO_INTERVAL,
    Interval,
    centred,
    jackknife,
    newcombe,
    percentiles,
    wilson,
)
from tasks.measure.indicators.measures import Detail, Measure, by_month, divide, indicator, over_members
from tasks.measure.indicators.networks import (
    degree_gaps,
    in_centralisation,
    in_centralisation_left_out,
    tie_history,
)

_MIN_SENDERS_BOOT = 20


@indicator("opener_answer_rate")
def opener_answer_rate(ctx: Context, spec: Indicator) -> Measure:
    """Questions answered within 24 hours over questions whose window is closed and covered. Share 0-1.

    Joyce and Kraut 2006. Companions ``baseline``, ``excess``, ``questions``, ``silence_openers``.
    """
    asked = ctx.questions & ctx.closed
    num = roll(ctx.count(asked & ctx.answered), spec.window_months)
    den = roll(ctx.count(asked), spec.window_months)
    k, n = num.sum(axis=1), den.sum(axis=1)
    enough = n >= spec.params["min_questions"]
    ci, kind = share_interval(ctx, spec, num, den, enough, _MIN_SENDERS_BOOT)
    value = divide(k, n)
    details = answer_details(value, baseline(ctx, ctx.questions, spec.window_months), ci, kind)
    details["questions"] = Detail(value, *ci, kind, k, n)
    met, openers = (roll(ctx.number(mask), spec.window_months) for mask in _silence_openers(ctx, spec))
    details["silence_openers"] = Detail(divide(met, openers), *wilson(met, openers), "wilson", met, openers)
    return Measure(value, k, n, enough=enough, empty=n == 0, ci=ci, ci_kind=kind, details=details)


def _silence_openers(ctx: Context, spec: Indicator) -> tuple[Array, Array]:
    """Turns after an hour of silence that ask for nothing: those with a tie to them within 10 minutes, and all."""
    silence = np.diff(ctx.turn_minute, prepend=-(10**9)) >= spec.params["silence_minutes"]
    opens = silence & ctx.turn("is_text") & ctx.closed & ~ctx.questions & ~ctx.requests
    opens &= ~ctx.turn("is_announcement") & ~ctx.turn("is_list")
    near = ctx.is_core & (ctx.tie("latency_min") <= spec.params["opener_reply_minutes"])
    met = ctx.turns_at(ctx.tie_target[near])
    return opens & met, opens


@indicator("answer_equity_gap")
def answer_equity_gap(ctx: Context, spec: Indicator) -> Measure:
    """Answered share of officers' and founders' questions less that of ordinary members'. -1 to 1.

    Newcombe 1998. Companion ``by_tenure``: members under 90 days less older ones.
    """
    asked, hit = ctx.questions & ctx.closed, ctx.answered
    lead = ctx.turn_leads
    fresh = _tenure_days(ctx) < spec.params["newcomer_days"]
    least = spec.params["min_questions_per_class"]

    def tally(mask: Array) -> Array:
        return roll(ctx.number(asked & mask), spec.window_months)

    k1, n1, k2, n2 = tally(lead & hit), tally(lead), tally(~lead & hit), tally(~lead)
    f1, m1, f2, m2 = tally(fresh & hit), tally(fresh), tally(~fresh & hit), tally(~fresh)
    tenure = np.where((m1 >= least) & (m2 >= least), divide(f1, m1) - divide(f2, m2), np.nan)
    value = divide(k1, n1) - divide(k2, n2)
    return Measure(
        value,
        k1,
        n1,
        enough=(n1 >= least) & (n2 >= least),
        empty=n1 + n2 == 0,
        ci=newcombe(k1, n1, k2, n2),
        details={
            "members": Detail(divide(k2, n2), n_num=k2, n_den=n2),
            "officers": Detail(divide(k1, n1), n_num=k1, n_den=n1),
            "by_tenure": Detail(tenure, *newcombe(f1, m1, f2, m2), "newcombe", f1, m1),
        },
    )


def _tenure_days(ctx: Context) -> Array:
    """Days since the sender's first presence in the group, by turn."""
    spans, earlier = ctx.inputs.fact_membership, ctx.inputs.known_since
    is_own = any_of(spans["kind"], ("group",))
    first = np.full(ctx.n_members + 1, NEVER)
    np.minimum.at(first, ctx.member_of(spans["member_key"])[is_own], ctx.day_of(spans["from_date"])[is_own])
    first[-1] = NEVER  # of people without a place
    first = np.where(first < NEVER, first, -NEVER)  # of whom no presence is known is no newcomer
    np.minimum.at(first, ctx.member_of(earlier["member_key"]), ctx.day_of(earlier["date"]))
    days: Array = ctx.turn_day - first[ctx.turn_member]
    return days


def announcements(ctx: Context, window: int) -> Array:
    """M x U announcements of the trailing window."""
    return roll(ctx.count(ctx.turn("is_announcement")), window)


def herfindahl(counts: Array) -> Array:
    """Sum of squared shares along the last axis; NaN for nothing."""
    return over_members(divide(counts, counts.sum(axis=-1, keepdims=True)) ** 2)


def normalised_herfindahl(counts: Array) -> Array:
    """(HHI - 1/k) / (1 - 1/k), k the senders with at least one; NaN for a single sender."""
    k = (counts > 0).sum(axis=-1)
    return divide(herfindahl(counts) - divide(1.0, k), np.where(k > 1, 1 - divide(1.0, k), np.nan))


def _resampled_senders(rng: np.random.Generator, counts: Array) -> Array:
    """draws x senders: the announcements drawn again, senders in the order of their counts."""
    counts = np.sort(counts[counts > 0])[::-1]
    n = int(counts.sum())
    return rng.multinomial(n, counts / n, size=DRAWS).astype(float)


@indicator("announcer_concentration")
def announcer_concentration(ctx: Context, spec: Indicator) -> Measure:
    """Normalised Herfindahl index of the announcements of six months over their senders. Index 0-1.

    The draws are centred: resampled counts are less even than the counts, so that senders alike lay below the interval.
    """
    counts = announcements(ctx, spec.window_months)
    n, k = counts.sum(axis=1), (counts > 0).sum(axis=1).astype(float)
    enough = (n >= spec.params["min_announcements"]) & (k >= spec.params["min_senders"])
    value = normalised_herfindahl(counts)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        draws = normalised_herfindahl(_resampled_senders(rng, counts[t]))
        return percentiles(centred(draws, float(value[t]), 0, 1), int(n[t]))

    ci = by_month(ctx, spec, enough, interval)
    hhi = herfindahl(counts)
    return Measure(
        value,
        k,
        n,
        enough=enough,
        empty=n == 0,
        ci=ci,
        details={"hhi": Detail(hhi), "effective_number": Detail(divide(1.0, hhi))},
    )


@indicator("top1_share")
def top1_share(ctx: Context, spec: Indicator) -> Measure:
    """Announcements of the busiest announcer over all of six months. Share 0-1.

    The draws are centred: the largest of resampled counts is biased upward.
    """
    counts = announcements(ctx, spec.window_months)
    n, k = counts.sum(axis=1), (counts > 0).sum(axis=1)
    top = counts.max(axis=1, initial=0)
    enough = (n >= spec.params["min_announcements"]) & (k >= spec.params["min_senders"])

    def interval(t: int, rng: np.random.Generator) -> Interval:
        draws = _resampled_senders(rng, counts[t]).max(axis=1) / n[t]
        return percentiles(centred(draws, float(top[t] / n[t]), 0, 1), int(n[t]))

    ci = by_month(ctx, spec, enough & (n >= MIN_CLUSTERS), interval)
    return Measure(divide(top, n), top, n, enough=enough, empty=n == 0, ci=ci)


@indicator("reply_centralisation")
def reply_centralisation(ctx: Context, spec: Indicator) -> Measure:
    """Freeman in-degree centralisation of the binary ties among active members. Index 0-1. Freeman 1979."""
    active, ties = ctx.all_turns > 0, tie_history(ctx)
    place = np.cumsum(active, axis=1) - 1  # among the month's active members
    ties = ties.where(active[ties.month, ties.source] & active[ties.month, ties.target])
    source, target = place[ties.month, ties.source], place[ties.month, ties.target]
    graphs = [np.zeros((n, n)) for n in ctx.active.astype(int)]
    for graph, (first, last) in zip(graphs, itertools.pairwise(ties.bounds.tolist()), strict=True):
        graph[source[first:last], target[first:last]] = 1
    value = np.array([in_centralisation(graph) for graph in graphs])
    num = np.array([degree_gaps(graph) for graph in graphs])
    enough = (ctx.active >= spec.params["min_active"]) & (ties.counts >= spec.params["min_ties"])

    def interval(t: int, _: np.random.Generator) -> Interval:
        if len(graphs[t]) < MIN_CLUSTERS:
            return NO_INTERVAL
        return jackknife(float(value[t]), in_centralisation_left_out(graphs[t]), 0.0, 1.0)

    ci = by_month(ctx, spec, enough, interval)
    return Measure(
        value, num, np.maximum(ctx.active - 1, 0) ** 2, enough=enough, empty=ctx.active == 0, ci=ci
    )
