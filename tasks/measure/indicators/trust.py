"""Facet T: trust, reciprocity and mutual aid."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.answers import (
    answer_delays,
    answer_details,
    answered,
    baseline,
    closed,
    requests,
    share_interval,
)
from tasks.measure.indicators.context import Array, Context, roll
from tasks.measure.indicators.intervals import (
    MAX_CELLS,
    Interval,
    bootstrap,
    centred,
    percentiles,
    poisson_exact,
    ratio,
    resampled_counts,
    wilson,
)
from tasks.measure.indicators.measures import (
    Detail,
    Measure,
    by_month,
    divide,
    indicator,
    scaled_to_heads,
)
from tasks.measure.indicators.networks import Ties, monthly_ties, reciprocity

_NULL_DRAWS = 199


@indicator("help_request_rate")
def help_request_rate(ctx: Context, spec: Indicator) -> Measure:
    """Requests for help per 100 members present for 30 days, trailing quarter. Althoff et al. 2014.

    Companion ``prayer_requests``: turns that ask for prayers and for nothing else.
    """
    prayers = roll(ctx.count(ctx.turn("is_prayer_request")), spec.window_months).sum(axis=1)
    num = roll(ctx.count(requests(ctx)), spec.window_months).sum(axis=1)
    den = ctx.member_months(spec.window_months, spec.params["days_per_member_month"])
    per = spec.params["per_members"]
    return Measure(
        per * divide(num, den),
        num,
        den,
        enough=den > 0,
        empty=den == 0,
        ci=poisson_exact(num, den, per),
        details={
            "prayer_requests": Detail(per * divide(prayers, den), n_num=prayers, n_den=den),
            **scaled_to_heads(ctx, spec.window_months),
        },
    )


@indicator("help_answer_rate")
def help_answer_rate(ctx: Context, spec: Indicator) -> Measure:
    """Requests answered within 24 hours over requests whose window is closed and covered. Share 0-1.

    Joyce and Kraut 2006. Companions ``baseline`` and ``excess``.
    """
    asked = requests(ctx) & closed(ctx)
    num = roll(ctx.count(asked & answered(ctx)), spec.window_months)
    den = roll(ctx.count(asked), spec.window_months)
    k, n = num.sum(axis=1), den.sum(axis=1)
    enough = n >= spec.params["min_requests"]
    ci, kind = share_interval(ctx, spec, num, den, enough, int(spec.params["min_requesters_boot"]))
    value = divide(k, n)
    details = answer_details(value, baseline(ctx, requests(ctx), spec.window_months), ci, kind)
    return Measure(value, k, n, enough=enough, empty=n == 0, ci=ci, ci_kind=kind, details=details)


def survival_areas(times: Array, is_event: Array, weights: Array, horizon: float) -> tuple[Array, Array]:
    """Restricted mean and S(horizon) by Kaplan-Meier for rows of weights (draws x subjects).

    Deaths come before censorings at the same time.
    """
    order = np.lexsort((~is_event, times))
    times, is_event, weights = np.minimum(times[order], horizon), is_event[order], weights[:, order]
    at_risk = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]
    factor = 1 - np.divide(weights * is_event, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)
    survival = np.cumprod(factor, axis=1)
    before = np.concatenate([np.ones((len(weights), 1)), survival[:, :-1]], axis=1)
    steps = np.diff(times, prepend=0.0)
    areas = (before * steps).sum(axis=1) + survival[:, -1] * (horizon - times[-1])
    return areas, survival[:, -1]


def median_survival(times: Array, is_event: Array) -> float:
    """Least time at which the Kaplan-Meier curve is at or under one half; NaN where it stays above."""
    order = np.lexsort((~is_event, times))
    times, is_event = times[order], is_event[order]
    survival = np.cumprod(1 - is_event / np.arange(len(times), 0, -1))
    below = np.flatnonzero(survival <= 0.5 + 1e-12)
    return float(times[below[0]]) if len(below) else np.nan


@indicator("help_response_time")
def help_response_time(ctx: Context, spec: Indicator) -> Measure:
    """Restricted mean minutes to the first answer by Kaplan-Meier, 0 to 1440, trailing quarter.

    Kaplan and Meier 1958. Censored at 24 hours, or at the end of the day after which nothing is seen.
    """
    horizon = spec.params["horizon_minutes"]
    asked = requests(ctx) & (ctx.turn_month >= 0) & (ctx.turn_month < ctx.n_months)
    delay = answer_delays(ctx)[asked]
    limit = np.where(closed(ctx), horizon, 1440 - ctx.turn_local_minute)[asked]
    is_event = np.isfinite(delay)
    times = np.where(is_event, delay, limit)
    month, member = ctx.turn_month[asked], ctx.turn_member[asked]
    n, events = np.zeros(ctx.n_months), np.zeros(ctx.n_months)
    value, median, still_open = (np.full(ctx.n_months, np.nan) for _ in range(3))
    windows = []
    for t in range(ctx.n_months):
        mine = (month > t - spec.window_months) & (month <= t)
        windows.append(mine)
        n[t], events[t] = mine.sum(), is_event[mine].sum()
        if n[t]:
            area, tail = survival_areas(times[mine], is_event[mine], np.ones((1, int(n[t]))), horizon)
            value[t], still_open[t] = area[0], tail[0]
            median[t] = median_survival(times[mine], is_event[mine])

    def interval(t: int, rng: np.random.Generator) -> Interval:
        mine = windows[t]
        first = _order_of_first(member[mine])
        clusters = int(first.max()) + 1
        if clusters < 8:
            return np.nan, np.nan
        weights = resampled_counts(rng, clusters)[:, first]
        weights = weights[weights.sum(axis=1) > 0]
        return percentiles(survival_areas(times[mine], is_event[mine], weights, horizon)[0])

    enough = n >= spec.params["min_requests"]
    ci = by_month(ctx, spec, enough, interval)
    return Measure(
        value,
        events,
        n,
        enough=enough,
        empty=n == 0,
        ci=ci,
        details={"median": Detail(median), "open_24h": Detail(still_open)},
    )


def _order_of_first(member: Array) -> Array:
    """Numbers 0.. for people in the order of their first row."""
    _, first, inverse = np.unique(member, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


@indicator("helper_breadth")
def helper_breadth(ctx: Context, spec: Indicator) -> Measure:
    """Members who gave the first answer to a request or offered help over A, trailing quarter. Share 0-1."""
    asked = requests(ctx) & answered(ctx)
    helped = ctx.grid(ctx.turn_month[asked], ctx.member_of(ctx.turns["answered_by_member_key"])[asked])
    offered = ctx.count((ctx.turn("lex_help_offer") > 0) & ~ctx.turn("is_list"))
    active = roll(ctx.all_turns, spec.window_months) > 0
    num = ((roll(helped + offered, spec.window_months) > 0) & active).sum(axis=1).astype(float)
    den = active.sum(axis=1).astype(float)
    asked_n = roll(ctx.count(requests(ctx)), spec.window_months).sum(axis=1)
    return Measure(
        divide(num, den),
        num,
        den,
        enough=asked_n >= spec.params["min_requests"],
        empty=asked_n == 0,
        ci=wilson(num, den),
    )


@indicator("gratitude_rate")
def gratitude_rate(ctx: Context, spec: Indicator) -> Measure:
    """Text turns with thanks, announcements left out, per 1000 text turns, trailing quarter.

    Althoff et al. 2014. Companion ``after_help``: answered requesters who thank within 24 hours.
    """
    text = roll(ctx.text_turns, spec.window_months)
    thanks_turn = ctx.turn("is_text") & (ctx.turn("lex_gratitude") > 0) & ~ctx.turn("is_announcement")
    thanks = roll(ctx.count(thanks_turn), spec.window_months)
    num, den = thanks.sum(axis=1), text.sum(axis=1)
    enough = den >= spec.params["min_text_turns"]
    low, high = by_month(
        ctx,
        spec,
        enough,
        lambda t, rng: bootstrap(rng, np.column_stack([thanks[t], text[t]])[text[t] > 0], ratio),
    )
    helped, thankful = (roll(g, spec.window_months) > 0 for g in _thanked(ctx, thanks_turn))
    k, n = thankful.sum(axis=1).astype(float), helped.sum(axis=1).astype(float)
    after = np.where(n >= spec.params["min_answered"], divide(k, n), np.nan)
    return Measure(
        1000 * divide(num, den),
        num,
        den,
        enough=enough,
        empty=den == 0,
        ci=(1000 * low, 1000 * high),
        details={"after_help": Detail(after, *wilson(k, n), "wilson", k, n)},
    )


def _thanked(ctx: Context, thanks: Array) -> tuple[Array, Array]:
    """M x U: answered requests by requester, and those of them thanked for within 24 hours."""
    asked = requests(ctx) & answered(ctx)
    frame = pl.DataFrame({"member": ctx.turn_member, "minute": ctx.turn_minute}).with_row_index()
    delays = np.nan_to_num(answer_delays(ctx)[asked]).astype(np.int64)
    begun = frame.filter(pl.Series(asked)).with_columns(
        answer=pl.col("minute") + pl.Series(delays, dtype=pl.Int64)
    )
    matched = begun.sort("answer").join_asof(
        frame.filter(pl.Series(thanks))
        .select("member", "minute")
        .rename({"minute": "thanks"})
        .sort("thanks"),
        left_on="answer",
        right_on="thanks",
        by="member",
        strategy="forward",
        tolerance=1440,
        check_sortedness=False,
    )
    row = matched["index"].to_numpy()
    month, member = ctx.turn_month[row], ctx.turn_member[row]
    hit = matched["thanks"].is_not_null().to_numpy()
    return ctx.grid(month, member), ctx.grid(month[hit], member[hit])


@indicator("tie_reciprocity")
def tie_reciprocity(ctx: Context, spec: Indicator) -> Measure:
    """Sum of the smaller of both directions' tie weight over all tie weight. Index 0-1.

    Squartini et al. 2013. ``expected``: the month's targets shuffled among its ties. The draws are centred
    on the value: resampled days hold fewer matching replies than the month, which biases every draw down.
    """
    ties = monthly_ties(ctx)
    total = np.array([month.total for month in ties])
    n_ties = np.array([len(month.weight) for month in ties])
    value = np.array([reciprocity(month.matrix()) for month in ties])
    expected = np.full(ctx.n_months, np.nan)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        month = ties[t]
        days = np.flatnonzero(ctx.covered[ctx.month_start[t] : ctx.month_end[t] + 1])
        expected[t] = float(np.nanmean(shuffled_reciprocity(rng, month)))
        both = _pair_sums(month.source, month.target, month.weight, month.day, days, month.n)
        half = both.shape[1] // 2

        def statistic(sums: Array) -> Array:
            one, other = sums[:, :half], sums[:, half:]
            drawn = divide(2 * np.minimum(one, other).sum(axis=1), sums.sum(axis=1))
            return centred(drawn, value[t], 0, 1)  # days drawn twice pair off less

        return bootstrap(rng, both, statistic, ordered=True)

    enough = (n_ties >= spec.params["min_ties"]) & (ctx.active >= spec.params["min_active"])
    ci = by_month(ctx, spec, enough, interval)
    excess = value - expected
    return Measure(
        value,
        value * total,
        total,
        enough=enough,
        empty=n_ties == 0,
        ci=ci,
        details={
            "expected": Detail(expected),
            "excess": Detail(excess, ci[0] - expected, ci[1] - expected, "boot_day"),
        },
    )


def shuffled_reciprocity(rng: np.random.Generator, ties: Ties) -> Array:
    """Reciprocity when the targets are shuffled among the ties; ties to oneself are dropped."""
    targets = rng.permuted(np.tile(ties.target, (_NULL_DRAWS, 1)), axis=1)
    size = ties.n * ties.n
    chunk = max(1, MAX_CELLS // size)
    parts = []
    for start in range(0, _NULL_DRAWS, chunk):
        rows = targets[start : start + chunk]
        flat = np.arange(len(rows))[:, None] * size + ties.source * ties.n + rows
        weight = np.where(rows == ties.source, 0, ties.weight)
        cells = np.bincount(flat.ravel(), weight.ravel(), len(rows) * size).reshape(-1, ties.n, ties.n)
        both = np.minimum(cells, cells.transpose(0, 2, 1)).sum(axis=(1, 2))
        parts.append(divide(both, cells.sum(axis=(1, 2))))
    return np.concatenate(parts)


def _pair_sums(source: Array, target: Array, weight: Array, day: Array, days: Array, n: int) -> Array:
    """days x 2P tie weight of each unordered pair: first the one direction of all pairs, then the other."""
    low, high = np.minimum(source, target), np.maximum(source, target)
    pairs, pair = np.unique(low * n + high, return_inverse=True)
    place = np.searchsorted(days, day)
    known = (
        (place < len(days)) & (days[np.minimum(place, len(days) - 1)] == day)
        if len(days)
        else np.zeros(len(day), bool)
    )
    column = pair + np.where(source > target, len(pairs), 0)
    flat = place[known] * 2 * len(pairs) + column[known]
    return np.bincount(flat, weight[known], len(days) * 2 * len(pairs)).reshape(len(days), -1)
