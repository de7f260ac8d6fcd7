"""Facet M: shared consciousness, ritual, symbols, likeness, joint activity."""

from __future__ import annotations

import functools

import numpy as np
from scipy import special

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import Array, places, ranges
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import (
    MIN_CLUSTERS,
    NO_INTERVAL,
    Interval,
    bootstrap_mean,
    bootstrap_median,
    median,
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
    over_members,
    poisson_rate,
    scaled_to_heads,
    wilson_share,
)
from tasks.measure.indicators.occasions import Listed, activities, listed

#: Kinds of activity that people do together; gifts, orders and petitions are not among them.
JOINT_KINDS = ("rsvp", "attendance", "khataman", "learning", "poll", "announcement")
#: Those of them that say who takes part. An export tells how many voted in a poll, never who; a poll that
#: belongs to a list has the list's kind.
LIST_KINDS = ("rsvp", "attendance", "khataman", "learning")

_STYLE_CLASSES = (
    ("lex_i_word",),
    ("lex_we_incl", "lex_we_excl"),
    ("lex_negator",),
    ("style_pron_2",),
    ("style_pron_3",),
    ("style_conjunction",),
    ("style_preposition",),
    ("style_particle",),
)
_PARTICLES = _STYLE_CLASSES.index(("style_particle",))


@indicator("active_member_share")
def active_member_share(ctx: Context, spec: Indicator) -> Measure:
    """A/N: present weight of those with a turn over the present weight of all. Share 0-1.

    Nonnecke and Preece 2000.
    """
    weights = ctx.weights()
    num = over_members(weights * (ctx.all_turns > 0))
    den = np.maximum(ctx.present_total(), num)
    return wilson_share(
        num,
        den,
        den >= spec.params["min_present"],
        details=scaled_to_heads(ctx, 1),
    )


@indicator("ritual_participation")
def ritual_participation(ctx: Context, spec: Indicator) -> Measure:
    """Active members with a greeting, congratulation or prayer over A. Share 0-1. Durkheim 1912.

    Companion ``upper``: with those who sent stickers alone within 48 hours of news.
    """
    own = ctx.turn("is_text") & ~ctx.turn("is_announcement") & ~ctx.turn("is_forwarded")
    ritual = own & ((ctx.turn("lex_greeting_ritual") > 0) | (ctx.turn("lex_congrats_prayer") > 0))
    said = ctx.count(ritual) > 0
    num, den = said.sum(axis=1).astype(float), ctx.active
    stuck = ctx.count(ctx.is_sticker & after_news(ctx, spec.params["sticker_hours"])) > 0
    most = (said | stuck).sum(axis=1).astype(float)
    return wilson_share(
        num,
        den,
        den >= spec.params["min_active"],
        details={"upper": Detail(divide(most, den), n_num=most, n_den=den)},
    )


def after_news(ctx: Context, hours: float) -> Array:
    """Whether a turn follows news of a death or a joy, somebody else's, within so many hours."""
    news = np.flatnonzero(ctx.turns_at(places(ctx.turn_keys, ctx.inputs.fact_trigger["turn_key"].to_numpy())))
    ends = np.searchsorted(ctx.turn_minute, ctx.turn_minute[news] + int(hours * 60), side="right")
    of, turn = ranges(news + 1, ends)
    return ctx.turns_at(turn[ctx.turn_member[turn] != ctx.turn_member[news[of]]])


@indicator("shared_symbol_rate")
def shared_symbol_rate(ctx: Context, spec: Indicator) -> Measure:
    """1000 x the mean of members' shares of text turns that name a shared symbol. 0-1000.

    Achmad 2022, 'collective images'.
    """
    text = ctx.text_turns
    hits = ctx.count(ctx.turn("is_text") & (ctx.turn("lex_shared_symbol") > 0))
    counted = text >= spec.params["min_turns_per_member"]
    share = np.where(counted, divide(hits, text), 0)
    num, den = over_members(share), counted.sum(axis=1).astype(float)
    enough = (den >= spec.params["min_members"]) & (text.sum(axis=1) >= spec.params["min_text_turns"])
    low, high = by_month(ctx, spec, enough, lambda t, rng: bootstrap_mean(rng, share[t, counted[t]]))
    pooled = by_member(ctx, spec, enough, hits, text, 1000)
    k, n = hits.sum(axis=1), text.sum(axis=1)
    of_counted = (hits * counted).sum(axis=1), (text * counted).sum(axis=1)
    ci, kind = or_wilson((1000 * low, 1000 * high), spec.ci_kind, of_counted[0], of_counted[1], 1000)
    pooled_ci, pooled_kind = or_wilson(pooled, spec.ci_kind, k, n, 1000)
    return Measure(
        1000 * divide(num, den),
        num,
        den,
        enough=enough,
        empty=n == 0,
        ci=ci,
        ci_kind=kind,
        details={"pooled": Detail(1000 * divide(k, n), *pooled_ci, pooled_kind, k, n)},
    )


def style_matches(counts: Array, words: Array, smoothing: float) -> Array:
    """Language style matching of each member with all others; counts is classes x ... x U, words is ... x U.

    1 - |p - q| / (p + q + smoothing), averaged over classes (Gonzales, Hancock and Pennebaker 2010).
    """
    own = divide(counts, words[None])
    others = divide(
        counts.sum(axis=-1, keepdims=True) - counts, (words.sum(axis=-1, keepdims=True) - words)[None]
    )
    match: Array = (1 - np.abs(own - others) / (own + others + smoothing)).mean(axis=0)
    return match


@indicator("style_match")
def style_match(ctx: Context, spec: Indicator) -> Measure:
    """Mean language style matching of members with 50 words or more. Index 0-1.

    Gonzales, Hancock and Pennebaker 2010. The bootstrap resamples members, and with them the pooled rate of the
    others. Companion ``without_ya``: particles but for the commonest of them, 'ya'; NaN where those of a turn are
    unknown.
    """
    text = np.flatnonzero(ctx.turn("is_text"))
    place = ctx.turn_place[text]
    words, *classes = (
        ctx.tally(place, functools.reduce(np.add, [ctx.turn(name)[text] for name in names]))
        for names in (("n_words",), *_STYLE_CLASSES)
    )
    counts = np.stack(classes)
    least, smoothing = spec.params["min_words_per_member"], spec.params["smoothing"]
    counted = words >= least
    without_ya = counts.copy()
    without_ya[_PARTICLES] -= ctx.tally(place, ctx.turn("n_ya")[text].astype(float))  # NULL becomes NaN
    num, rest = (
        over_members(np.where(counted, style_matches(of_class, words, smoothing), 0))
        for of_class in (counts, without_ya)
    )
    den = counted.sum(axis=1).astype(float)
    enough = den >= spec.params["min_members"]

    def interval(t: int, rng: np.random.Generator) -> Interval:
        if den[t] < MIN_CLUSTERS:
            return NO_INTERVAL
        wrote = words[t] > 0
        columns = np.column_stack([words[t, wrote], counts[:, t, wrote].T])
        columns = columns[np.lexsort(columns.T[::-1])]
        draws = resampled_matches(rng, columns[:, 0], columns[:, 1:], least, smoothing)
        return percentiles(draws, int(den[t]))

    ci = by_month(ctx, spec, enough, interval)
    return Measure(
        divide(num, den),
        num,
        den,
        enough=enough,
        empty=words.sum(axis=1) == 0,
        ci=ci,
        details={"without_ya": Detail(divide(rest, den), n_num=rest, n_den=den)},
    )


def resampled_matches(
    rng: np.random.Generator, words: Array, counts: Array, least: float, smoothing: float
) -> Array:
    """Mean match of resampled members: words by member, counts members x classes; one number per draw.

    Who is drawn twice is one person: no copy of a member stands among that member's others.
    """
    times = resampled_counts(rng, len(words))
    all_words, all_counts = times @ words, times @ counts
    enough = words >= least
    times, words, counts = times[:, enough], words[enough], counts[enough]
    rest = all_words[:, None] - times * words
    rest = np.where(rest > 0, rest, np.nan)
    total = np.zeros_like(times)
    for mine, everyone in zip(counts.T, all_counts.T, strict=True):  # by class of words
        own, others = mine / words, (everyone[:, None] - times * mine) / rest
        total += 1 - np.abs(own - others) / (own + others + smoothing)
    drawn = np.where(np.isfinite(rest), times, 0)
    matched: Array = divide((drawn * np.nan_to_num(total / counts.shape[1])).sum(axis=1), drawn.sum(axis=1))
    return matched


@indicator("joint_activity_rate")
def joint_activity_rate(ctx: Context, spec: Indicator) -> Measure:
    """Joint activities that begin in the month per 100 members present for 30 days. Oktavian, thesis."""
    month = activities(ctx).month[activities(ctx).of(JOINT_KINDS)]
    num = np.bincount(month[(month >= 0) & (month < ctx.n_months)], minlength=ctx.n_months).astype(float)
    den = ctx.member_months(1, spec.params["days_per_member_month"])
    per = spec.params["per_members"]
    return poisson_rate(
        num,
        den,
        per,
        details=scaled_to_heads(ctx, 1),
    )


def heads_on(ctx: Context, day: Array, month: Array) -> Array:
    """Members present on days of the axis, scaled to head counts; a day nobody observed takes its month's N."""
    return np.where(ctx.covered[day], (ctx.heads * ctx.day_scale)[day], np.nan_to_num(ctx.n_hi())[month])


def activity_breadths(ctx: Context, lists: Listed) -> tuple[Array, Array, Array]:
    """Month, share of the members of the day, and members of the day, of each listed activity.

    People who are on the list and not in the chat that month are left out, so that the share stays
    within 1.
    """
    inside = (lists.month >= 0) & (lists.month < ctx.n_months)
    month, day = lists.month[inside], lists.day[inside]
    known = inside[lists.activity] & (lists.member >= 0)
    activity, member = lists.activity[known], lists.member[known]
    in_chat = ctx.present_days[lists.month[activity], member] > 0
    count = np.bincount(activity[in_chat], minlength=len(inside))[inside].astype(float)
    heads = heads_on(ctx, day, month)
    return month, np.minimum(divide(count, heads), 1), heads


@indicator("joint_activity_breadth")
def joint_activity_breadth(ctx: Context, spec: Indicator) -> Measure:
    """Median over the month's listed activities of participants over members of the day. Share 0-1.

    Durkheim 1893. A month with a single activity has its Wilson interval.
    """
    lists = listed(ctx, LIST_KINDS)
    month, share, heads = activity_breadths(ctx, lists)
    known = np.isfinite(share)
    month, share, heads = month[known], share[known], heads[known]
    minimum = int(spec.params["min_activities_interval"])
    value, n = np.full(ctx.n_months, np.nan), np.zeros(ctx.n_months)
    kind = np.full(ctx.n_months, spec.ci_kind, dtype=object)
    for t in np.unique(month):
        value[t], n[t] = median(share[month == t]), (month == t).sum()
    low, high = by_month(
        ctx, spec, n >= minimum, lambda t, rng: bootstrap_median(rng, share[month == t], minimum)
    )
    for t in np.flatnonzero(n == 1):
        one = month == t
        low[t], high[t] = (float(end[0]) for end in wilson(share[one] * heads[one], heads[one]))
        kind[t] = "wilson"
    num = np.bincount(month, share, ctx.n_months)
    return Measure(
        value,
        num,
        n,
        enough=n >= spec.params["min_activities"],
        empty=n == 0,
        ci=(low, high),
        ci_kind=kind,
        details={"unmatched": Detail(_unmatched_names(ctx, lists)), **scaled_to_heads(ctx, 1)},
    )


def _unmatched_names(ctx: Context, lists: Listed) -> Array:
    """M: names on the lists of activities that begin in the month that are matched to nobody."""
    month = lists.month[lists.activity[lists.member < 0]]
    inside = month[(month >= 0) & (month < ctx.n_months)]
    return np.bincount(inside, minlength=ctx.n_months).astype(float)


def task_counts(ctx: Context) -> Array:
    """M x U x 6 turns by task class; not to be written to."""
    return ctx.task_turns


def rarefied_entropy(counts: Array, draws: int) -> Array:
    """Expected entropy over ln of the classes when so many turns are drawn without replacement.

    counts is ... x classes; exact by the hypergeometric distribution; NaN with fewer turns than draws.
    """
    n = counts.sum(axis=-1).astype(int)
    x = np.arange(1, draws + 1)
    p = x / draws
    each = np.full(n.shape, np.nan)
    enough = n >= draws
    known, total = counts[enough].astype(int), n[enough]
    upto = np.arange(int(total.max(initial=0)) + 1)[:, None]
    drawn, left = special.comb(upto, x), special.comb(upto, draws - x)
    ways = drawn[known] * left[total[:, None] - known] / special.comb(total, draws)[:, None, None]
    each[enough] = (ways * (-p * np.log(p))).sum(axis=(-1, -2)) / np.log(counts.shape[-1])
    return each


@indicator("generalist_index")
def generalist_index(ctx: Context, spec: Indicator) -> Measure:
    """Mean rarefied entropy of members' tasks, members with 5 coded turns or more. Index 0-1.

    Gorelick et al. 2004; high means everyone does everything.
    """
    entropy = rarefied_entropy(task_counts(ctx), int(spec.params["min_turns_per_member"]))
    counted = np.isfinite(entropy)
    num, den = over_members(np.where(counted, entropy, 0)), counted.sum(axis=1).astype(float)
    enough = den >= spec.params["min_members"]
    ci = by_month(ctx, spec, enough, lambda t, rng: bootstrap_mean(rng, entropy[t, counted[t]]))
    coded = task_counts(ctx).sum(axis=(1, 2))
    return Measure(divide(num, den), num, den, enough=enough, empty=coded == 0, ci=ci)


@indicator("chorus_breadth")
def chorus_breadth(ctx: Context, spec: Indicator) -> Measure:
    """Median over news of deaths and joys of those who answered over the members of the day less one. 0-1.

    Garcia and Rime 2019; Durkheim 1912. Companion ``upper``: with people who sent stickers alone. News whose
    48 hours were not all observed are left out.
    """
    news = ctx.inputs.fact_trigger.sort("turn_key", "trigger_kind")
    day, month = ctx.day_of(news["local_date"]), ctx.month_of(news["local_date"])
    seen = ctx.day_followed(day, int(np.ceil(spec.params["window_hours"] / 24)))
    seen &= (month >= 0) & (month < ctx.n_months)
    day, month = day[seen], month[seen]
    others = heads_on(ctx, day, month) - 1
    share, upper = (
        np.minimum(divide(news[name].to_numpy()[seen], others), 1) for name in ("n_chorus", "n_chorus_upper")
    )
    month, share, upper = (a[others > 0] for a in (month, share, upper))
    minimum = int(spec.params["min_triggers_interval"])
    value, above = np.full(ctx.n_months, np.nan), np.full(ctx.n_months, np.nan)
    n = np.bincount(month, minlength=ctx.n_months).astype(float)
    for t in np.unique(month):
        value[t], above[t] = median(share[month == t]), median(upper[month == t])
    ci = by_month(ctx, spec, n >= minimum, lambda t, rng: bootstrap_median(rng, share[month == t], minimum))
    return Measure(
        value,
        np.bincount(month, share, ctx.n_months),
        n,
        enough=n >= spec.params["min_triggers"],
        empty=n == 0,
        ci=ci,
        details={"upper": Detail(above), **scaled_to_heads(ctx, 1)},
    )
