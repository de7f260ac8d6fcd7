"""Answers to requests and questions: what the trust and the access facets share."""

from __future__ import annotations

import numpy as np

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import Array, roll
from tasks.measure.indicators.context import Context, once
from tasks.measure.indicators.intervals import wilson
from tasks.measure.indicators.measures import Bounds, Detail, by_member, divide, or_wilson


def baseline(ctx: Context, asked: Array, window: int) -> Array:
    """M answered share of turns that ask for nothing, weighted to the hours at which was asked.

    The same test on the text turns of the window that are no request, question, announcement or list;
    hours without such turns are left out of the weights.
    """
    rate = divide(*(roll(by_hour, window) for by_hour in _others_by_hour(ctx)))
    weight = np.where(np.isfinite(rate), roll(_by_hour(ctx, asked & ctx.closed), window), 0)
    return divide((weight * np.nan_to_num(rate)).sum(axis=1), weight.sum(axis=1))


@once
def _others_by_hour(ctx: Context) -> tuple[Array, Array]:
    """M x 24 turns that ask for nothing: those answered, and all."""
    other = ctx.turn("is_text") & ctx.closed & ~ctx.requests & ~ctx.questions
    other &= ~ctx.turn("is_announcement") & ~ctx.turn("is_list")
    return _by_hour(ctx, other & ctx.answered), _by_hour(ctx, other)


def _by_hour(ctx: Context, mask: Array) -> Array:
    """M x 24 turns by the hour of the group's wall clock."""
    inside = mask & (ctx.turn_month >= 0) & (ctx.turn_month < ctx.n_months)
    flat = ctx.turn_month[inside] * 24 + ctx.turn_local_minute[inside] // 60
    return np.bincount(flat, minlength=ctx.n_months * 24).reshape(-1, 24).astype(float)


def answer_details(value: Array, base: Array, ci: Bounds, kind: Array) -> dict[str, Detail]:
    """The companions baseline and excess; the excess has the value's interval, moved."""
    excess = Detail(value - base, np.maximum(ci[0] - base, -1), np.minimum(ci[1] - base, 1), kind)
    return {"baseline": Detail(base), "excess": excess}


def share_interval(
    ctx: Context, spec: Indicator, num: Array, den: Array, enough: Array, min_clusters: int
) -> tuple[Bounds, Array]:
    """Interval of a pooled share of events, and its kind: M x U numerators and denominators.

    Wilson; resampled by the people behind the events where there are at least ``min_clusters`` and some events
    hit and some not.
    """
    low, high = wilson(num.sum(axis=1), den.sum(axis=1))
    many = (den > 0).sum(axis=1) >= min_clusters
    boot_low, boot_high = by_member(ctx, spec, enough & many, num, den)
    kind = np.where(many, "boot_member", "wilson").astype(object)
    ci = np.where(many, boot_low, low), np.where(many, boot_high, high)
    return or_wilson(ci, kind, num.sum(axis=1), den.sum(axis=1))
