"""Answers to requests and questions: what the trust and the access facets share."""

from __future__ import annotations

import numpy as np

from schemas.indicators import Indicator
from tasks.measure.indicators.context import Array, Context, roll
from tasks.measure.indicators.intervals import bootstrap, ratio, wilson
from tasks.measure.indicators.measures import Bounds, Detail, by_month, divide, or_wilson

WINDOW_MIN = 24 * 60.0


def requests(ctx: Context) -> Array:
    """Turns that ask for help, announcements and list bodies left out."""
    mask: Array = ctx.turn("is_help_request") & ~ctx.turn("is_announcement") & ~ctx.turn("is_list")
    return mask


def questions(ctx: Context) -> Array:
    """Turns that ask a question, announcements and list bodies left out."""
    mask: Array = ctx.turn("is_question") & ~ctx.turn("is_announcement") & ~ctx.turn("is_list")
    return mask


def answer_delays(ctx: Context) -> Array:
    """Minutes to the first answer of each turn, NaN without one within 24 hours."""
    delay = ctx.turns["answer_delay_min"].cast(float).fill_null(np.nan).to_numpy()
    return np.where(delay <= WINDOW_MIN, delay, np.nan)


def answered(ctx: Context) -> Array:
    """Whether a turn was answered within 24 hours."""
    return np.isfinite(answer_delays(ctx))


def closed(ctx: Context) -> Array:
    """Whether the 24 hours after a turn are over and observed."""
    return ctx.followed(1)


def baseline(ctx: Context, asked: Array, window: int) -> Array:
    """M answered share of turns that ask for nothing, weighted to the hours at which was asked.

    The same test on the text turns of the window that are no request, question, announcement or list;
    hours without such turns are left out of the weights.
    """
    usable = ctx.turn("is_text") & closed(ctx)
    other = usable & ~requests(ctx) & ~questions(ctx) & ~ctx.turn("is_announcement") & ~ctx.turn("is_list")
    hour = ctx.turn_local_minute // 60

    def by_hour(mask: Array) -> Array:
        inside = mask & (ctx.turn_month >= 0) & (ctx.turn_month < ctx.n_months)
        flat = ctx.turn_month[inside] * 24 + hour[inside]
        return roll(np.bincount(flat, minlength=ctx.n_months * 24).reshape(-1, 24).astype(float), window)

    rate = divide(by_hour(other & answered(ctx)), by_hour(other))
    weight = np.where(np.isfinite(rate), by_hour(asked & closed(ctx)), 0)
    return divide((weight * np.nan_to_num(rate)).sum(axis=1), weight.sum(axis=1))


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
    boot_low, boot_high = by_month(
        ctx,
        spec,
        enough & many,
        lambda t, rng: bootstrap(rng, np.column_stack([num[t], den[t]])[den[t] > 0], ratio),
    )
    kind = np.where(many, "boot_member", "wilson").astype(object)
    ci = np.where(many, boot_low, low), np.where(many, boot_high, high)
    return or_wilson(ci, kind, num.sum(axis=1), den.sum(axis=1))
