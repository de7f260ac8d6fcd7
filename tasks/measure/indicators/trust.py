"""Facet T: trust, reciprocity and mutual aid."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from tasks.measure.indicators.answers import (
    answer_details,
    baseline,
    share_interval,
)
from tasks.measure.indicators.axes import Array, roll, until_next
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import (
    MAX_CELLS,
    Interval,
    bootstrap,
    centred,
    in_parts,
    percentiles,
    resampled_counts,
    wilson,
)
from tasks.measure.indicators.measures import (
    Detail,
    Measure,
    by_member,
    by_month,
    divide,
    indicator,
    or_wilson,
    poisson_rate,
    scaled_to_heads,
)
from tasks.measure.indicators.networks import Ties, reciprocity, tie_history, two_sided_p
from tasks.measure.indicators.survival import (
    in_order,
    median_survival,
    restricted_mean,
    survival_areas,
    survival_curve,
    survival_interval,
)
from tasks.measure.indicators.turn_arrays import ANSWER_MIN

_NULL_DRAWS = 199


@indicator("help_request_rate")
def help_request_rate(ctx: Context, spec: Indicator) -> Measure:
    """Requests for help per 100 members present for 30 days, trailing quarter. Althoff et al. 2014.

    Companion ``prayer_requests``: turns that ask for prayers and for nothing else.
    """
    prayers = roll(ctx.number(ctx.turn("is_prayer_request")), spec.window_months)
    num = roll(ctx.number(ctx.requests), spec.window_months)
    den = ctx.member_months(spec.window_months, spec.params["days_per_member_month"])
    per = spec.params["per_members"]
    return poisson_rate(
        num,
        den,
        per,
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
    asked = ctx.requests & ctx.closed
    num = roll(ctx.count(asked & ctx.answered), spec.window_months)
    den = roll(ctx.count(asked), spec.window_months)
    k, n = num.sum(axis=1), den.sum(axis=1)
    enough = n >= spec.params["min_requests"]
    ci, kind = share_interval(ctx, spec, num, den, enough, int(spec.params["min_requesters_boot"]))
    value = divide(k, n)
    details = answer_details(value, baseline(ctx, ctx.requests, spec.window_months), ci, kind)
    return Measure(value, k, n, enough=enough, empty=n == 0, ci=ci, ci_kind=kind, details=details)


@indicator("help_response_time")
def help_response_time(ctx: Context, spec: Indicator) -> Measure:
    """Restricted mean minutes to the first answer by Kaplan-Meier, 0 to 1440, trailing quarter.

    Kaplan and Meier 1958. Censored at 24 hours, or at the end of the day after which nothing is seen.
    """
    horizon = spec.params["horizon_minutes"]
    asked = ctx.requests & (ctx.turn_month >= 0) & (ctx.turn_month < ctx.n_months)
    delay = ctx.answer_delays[asked]
    limit = np.where(ctx.closed, horizon, 1440 - ctx.turn_local_minute)[asked]
    is_event = np.isfinite(delay)
    times = np.where(is_event, delay, limit)
    month, member = ctx.turn_month[asked], ctx.turn_member[asked]
    n, events = np.zeros(ctx.n_months), np.zeros(ctx.n_months)
    value, median, still_open, paused = (np.full(ctx.n_months, np.nan) for _ in range(4))
    open_low, open_high = np.full(ctx.n_months, np.nan), np.full(ctx.n_months, np.nan)
    awake = waking_minutes(ctx.turn_local_minute[asked], times, spec.params)
    awake_day = (24 - (spec.params["night_to_hour"] - spec.params["night_from_hour"]) % 24) * 60
    order, awake_order = in_order(times, is_event), in_order(awake, is_event)
    windows = []
    for t in range(ctx.n_months):
        mine, when_awake = (
            rows[(month[rows] > t - spec.window_months) & (month[rows] <= t)] for rows in (order, awake_order)
        )
        windows.append(mine)
        n[t], events[t] = len(mine), is_event[mine].sum()
        if n[t]:
            curve = survival_curve(is_event[mine])
            value[t], still_open[t] = restricted_mean(times[mine], curve, horizon), curve[-1]
            median[t] = median_survival(times[mine], is_event[mine])
            open_low[t], open_high[t] = survival_interval(is_event[mine])
            paused[t] = restricted_mean(awake[when_awake], survival_curve(is_event[when_awake]), awake_day)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        mine = windows[t]
        in_time = np.sort(mine)
        first = _order_of_first(member[in_time])[np.searchsorted(in_time, mine)]
        clusters = int(first.max()) + 1
        if clusters < 8:
            return np.nan, np.nan
        weights = resampled_counts(rng, clusters)[:, first]
        # a subject's draws side by side: what runs over the subjects runs for many draws at once
        weights = np.asfortranarray(weights[weights.sum(axis=1) > 0])
        parts = in_parts(weights, 4 * weights.shape[1])
        areas = [survival_areas(times[mine], is_event[mine], part, horizon)[0] for part in parts]
        return percentiles(np.concatenate(areas), clusters)

    enough = n >= spec.params["min_requests"]
    ci = by_month(ctx, spec, enough, interval)
    return Measure(
        value,
        events,
        n,
        enough=enough,
        empty=n == 0,
        ci=ci,
        details={
            "median": Detail(median),
            "open_24h": Detail(still_open, open_low, open_high, "greenwood"),
            "night_paused": Detail(paused),
        },
    )


def waking_minutes(start: Array, minutes: Array, params: Mapping[str, float]) -> Array:
    """Of so many minutes from a minute of the day on, those outside of the night; up to a day."""
    first, last = int(params["night_to_hour"] * 60), int(params["night_from_hour"] * 60)

    def since_midnight(at: Array) -> Array:
        """Waking minutes from midnight to a minute of this day or the next."""
        days, minute = np.divmod(at, 1440)
        return days * (last - first) + np.clip(minute, first, last) - first

    return np.asarray(since_midnight(start + minutes) - since_midnight(start), dtype=float)


def _order_of_first(member: Array) -> Array:
    """Numbers 0.. for people in the order of their first row."""
    _, first, inverse = np.unique(member, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


@indicator("helper_breadth")
def helper_breadth(ctx: Context, spec: Indicator) -> Measure:
    """Members who answered a request or offered help over A, trailing quarter. Share 0-1.

    An answer is a request's first one, or a tie by which a later turn meets the request.
    """
    asked = ctx.requests & ctx.answered
    met = ctx.ties_by("request") & (ctx.tie("latency_min") <= ANSWER_MIN)
    met &= np.append(ctx.requests, False)[ctx.tie_target]
    helpers = ctx.tie_members[0][met]
    helped = ctx.grid(ctx.turn_month[ctx.tie_target[met]], helpers)
    first = ctx.turns["answered_by_member_key"].filter(pl.Series(asked, dtype=pl.Boolean))
    helped += ctx.grid(ctx.turn_month[asked], ctx.member_of(first))
    offered = ctx.count((ctx.turn("lex_help_offer") > 0) & ~ctx.turn("is_list"))
    active = roll(ctx.all_turns, spec.window_months) > 0
    num = ((roll(helped + offered, spec.window_months) > 0) & active).sum(axis=1).astype(float)
    den = active.sum(axis=1).astype(float)
    asked_n = roll(ctx.number(ctx.requests), spec.window_months)
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

    Althoff et al. 2014. Companions ``after_help``: answered requesters who thank within 24 hours; ``upper``: with
    stickers alone of those whose request was answered in the 48 hours before; ``folded_hands``: turns with that emoji
    and no thanks in words, over text turns and those of the emoji alone.
    """
    text = roll(ctx.text_turns, spec.window_months)
    thanks_turn = ctx.turn("is_text") & (ctx.turn("lex_gratitude") > 0) & ~ctx.turn("is_announcement")
    thanks = roll(ctx.count(thanks_turn), spec.window_months)
    num, den = thanks.sum(axis=1), text.sum(axis=1)
    enough = den >= spec.params["min_text_turns"]
    resampled = by_member(ctx, spec, enough, thanks, text, 1000)
    ci, kind = or_wilson(resampled, spec.ci_kind, num, den, 1000)
    helped, thankful = (roll(g, spec.window_months) > 0 for g in _thanked(ctx, thanks_turn))
    k, n = thankful.sum(axis=1).astype(float), helped.sum(axis=1).astype(float)
    after = np.where(n >= spec.params["min_answered"], divide(k, n), np.nan)
    stuck = roll(_thanking_stickers(ctx, spec.params["sticker_hours"]), spec.window_months)
    return Measure(
        1000 * divide(num, den),
        num,
        den,
        enough=enough,
        empty=den == 0,
        ci=ci,
        ci_kind=kind,
        details={
            "after_help": Detail(after, *wilson(k, n), "wilson", k, n),
            "upper": Detail(1000 * divide(num + stuck, den + stuck), n_num=num + stuck, n_den=den + stuck),
            "folded_hands": _folded_hands(ctx, spec, thanks_turn, den),
        },
    )


def _folded_hands(ctx: Context, spec: Indicator, thanks: Array, text: Array) -> Detail:
    """Turns with folded hands that thank in no word, per 1000; NaN where those of a turn are unknown."""
    hands = ctx.turn("n_folded_hands").astype(float)  # NULL becomes NaN
    shown = (hands > 0) & ~thanks & ~ctx.turn("is_announcement")
    num, wordless, unknown = (
        roll(ctx.number(mask), spec.window_months)
        for mask in (shown, shown & ~ctx.turn("is_text"), np.isnan(hands))
    )
    num, den = np.where(unknown > 0, np.nan, num), text + wordless
    return Detail(1000 * divide(num, den), n_num=num, n_den=den)


def _thanking_stickers(ctx: Context, hours: float) -> Array:
    """M: turns of stickers alone by somebody whose request was answered in the hours before."""
    stickers = ctx.is_sticker & (ctx.turn_month >= 0) & (ctx.turn_month < ctx.n_months)
    member, answer = _answers_to_requests(ctx)
    since = until_next((member, -answer), (ctx.turn_member[stickers], -ctx.turn_minute[stickers]))
    found = ctx.turn_month[stickers][since <= int(hours * 60)]
    return np.bincount(found, minlength=ctx.n_months).astype(float)


def _answers_to_requests(ctx: Context) -> tuple[Array, Array]:
    """Requester and minute of the first answer of each answered request."""
    asked = ctx.requests & ctx.answered
    return ctx.turn_member[asked], ctx.turn_minute[asked] + ctx.answer_delays[asked].astype(np.int64)


def _thanked(ctx: Context, thanks: Array) -> tuple[Array, Array]:
    """M x U: answered requests by requester, and those of them thanked for within 24 hours."""
    place = ctx.turn_place[ctx.requests & ctx.answered]
    until = until_next((ctx.turn_member[thanks], ctx.turn_minute[thanks]), _answers_to_requests(ctx))
    return ctx.tally(place), ctx.tally(place[until <= ANSWER_MIN])


@indicator("tie_reciprocity")
def tie_reciprocity(ctx: Context, spec: Indicator) -> Measure:
    """Sum of the smaller of both directions' tie weight over all tie weight. Index 0-1.

    Squartini et al. 2013. ``expected``: the month's targets shuffled among its ties, nobody's own; ``p``: two-sided
    among the shuffles. The draws are centred
    on the value: resampled days hold fewer matching replies than the month, which biases every draw down.
    """
    ties = tie_history(ctx)
    total = ties.total
    value = np.array([reciprocity(month.matrix) for month in ties.months])
    expected, p = np.full(ctx.n_months, np.nan), np.full(ctx.n_months, np.nan)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        month = ties.months[t]
        days = np.flatnonzero(ctx.covered[ctx.month_start[t] : ctx.month_end[t] + 1])
        null = shuffled_reciprocity(rng, month)
        expected[t] = float(np.nanmean(null))
        p[t] = two_sided_p(float(value[t]), null, float(expected[t]), exact=False)
        both = _pair_sums(month.source, month.target, month.weight, month.day, days, month.n)
        half = both.shape[1] // 2

        def statistic(sums: Array) -> Array:
            one, other = sums[:, :half], sums[:, half:]
            return divide(2 * np.minimum(one, other).sum(axis=1), sums.sum(axis=1))

        # days drawn twice pair off less
        return bootstrap(
            rng, both, statistic, ordered=True, after=lambda drawn: centred(drawn, value[t], 0, 1)
        )

    enough = (ties.counts >= spec.params["min_ties"]) & (ctx.active >= spec.params["min_active"])
    ci = by_month(ctx, spec, enough, interval)
    excess = value - expected
    return Measure(
        value,
        value * total,
        total,
        enough=enough,
        empty=ties.counts == 0,
        ci=ci,
        details={
            "expected": Detail(expected),
            "excess": Detail(excess, ci[0] - expected, ci[1] - expected, "boot_day"),
            "p": Detail(p),
        },
    )


def shuffled_reciprocity(rng: np.random.Generator, ties: Ties) -> Array:
    """Reciprocity when the targets are shuffled among the ties: everybody's ties in and out stay as many."""
    targets = _without_loops(rng, ties.source, rng.permuted(np.tile(ties.target, (_NULL_DRAWS, 1)), axis=1))
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


def _without_loops(rng: np.random.Generator, source: Array, targets: Array) -> Array:
    """Draws x ties of targets with ties to oneself swapped away, one of each draw at a time.

    What cannot be swapped away (one person holds most of all ties) stays, and is dropped from the graph.
    """
    targets = targets.copy()
    looped = targets == source
    rows = np.arange(len(targets))
    for _ in range(2 * len(source)):
        left = looped[rows]
        one = left.argmax(axis=1)
        still = left[np.arange(len(rows)), one]
        rows, one = rows[still], one[still]
        if not len(rows):
            break
        other = rng.integers(0, len(source), len(rows))
        mine, theirs = targets[rows, one], targets[rows, other]
        fits = (theirs != source[one]) & (mine != source[other])
        swapped, one, other = rows[fits], one[fits], other[fits]
        targets[swapped, one], targets[swapped, other] = theirs[fits], mine[fits]
        looped[swapped, one] = looped[swapped, other] = False
    return targets


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
    return np.bincount(flat, weight[known], len(days) * 2 * len(pairs)).reshape(len(days), 2 * len(pairs))
