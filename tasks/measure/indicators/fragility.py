"""Facet F: individualism and fragility."""

from __future__ import annotations

import numpy as np

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import Array, any_of
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.donations import gini
from tasks.measure.indicators.intervals import (
    DRAWS,
    MIN_CLUSTERS,
    NO_INTERVAL,
    Interval,
    jackknife,
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
    wilson_share,
)
from tasks.measure.indicators.networks import key_person_left_out, tie_history, undirected


def of_last_days(ctx: Context, daily: Array, days: int) -> Array:
    """M or M x U: sums over so many days to each month's end, or as many as there are."""
    total = np.concatenate([np.zeros((1, *daily.shape[1:]), dtype=int), np.cumsum(daily, axis=0)])
    return total[ctx.month_end + 1] - total[np.maximum(ctx.month_end + 1 - days, 0)]


@indicator("silent_share")
def silent_share(ctx: Context, spec: Indicator) -> Measure:
    """Members present on every covered day of 84 days without a turn in them over such members. Share 0-1.

    Nonnecke and Preece 2000. Companion ``proven_only`` leaves presumed members out.
    """
    span = int(spec.params["window_days"])
    covered = of_last_days(ctx, ctx.covered, span)
    silent = of_last_days(ctx, ctx.turns_by_day, span) == 0
    present, proven = (
        (of_last_days(ctx, days, span) == covered[:, None]) & (covered > 0)[:, None]
        for days in (ctx.present, ctx.proven)
    )
    num, den, proven_num, proven_den = (
        those.sum(axis=1).astype(float) for those in (present & silent, present, proven & silent, proven)
    )
    coverage = covered / np.minimum(ctx.month_end + 1, span)
    return wilson_share(
        num,
        den,
        den >= spec.params["min_members"],
        unseen=coverage < spec.params["min_coverage"],
        coverage=coverage,
        truncated=ctx.truncated_days(span),
        details={
            "proven_only": Detail(
                divide(proven_num, proven_den),
                *wilson(proven_num, proven_den),
                "wilson",
                proven_num,
                proven_den,
            )
        },
    )


def resampled_gini(rng: np.random.Generator, values: Array) -> Array:
    """Corrected Gini of resampled members: draws x members counts on sorted values, no inner loop."""
    values = np.sort(values)
    counts = resampled_counts(rng, len(values))
    n, upto = len(values), np.cumsum(counts, axis=1)
    # a value drawn c times takes c ranks in a row: their sum of (2 rank - n - 1)
    rank = counts * (2 * upto - counts + 1 - n - 1)
    return divide(rank @ values, (n - 1) * (counts @ values))


@indicator("participation_gini")
def participation_gini(ctx: Context, spec: Indicator) -> Measure:
    """Gini coefficient of turns over all members present, times n / (n - 1). Index 0-1.

    Gini 1912; Caetano et al. 2018. Companion ``gini_active``.
    """
    counted = (ctx.present_days > 0) | (ctx.all_turns > 0)
    turns, n = ctx.all_turns.sum(axis=1), counted.sum(axis=1).astype(float)
    value, active = (gini(np.where(those, ctx.all_turns, np.nan)) for those in (counted, ctx.all_turns > 0))
    enough = (ctx.present_total() >= spec.params["min_present"]) & (turns >= spec.params["min_turns"])

    def interval(t: int, rng: np.random.Generator) -> Interval:
        return percentiles(resampled_gini(rng, ctx.all_turns[t, counted[t]]), int(n[t]))

    ci = by_month(ctx, spec, enough, interval)
    return Measure(
        value, value * n, n, enough=enough, empty=turns == 0, ci=ci, details={"gini_active": Detail(active)}
    )


@indicator("isolate_share")
def isolate_share(ctx: Context, spec: Indicator) -> Measure:
    """Active members without a tie of month weight 1 or more, in or out, over A. Share 0-1."""
    tied = np.zeros((ctx.n_months, ctx.n_members), dtype=bool)
    for t, month in enumerate(tie_history(ctx).months):
        strong = month.matrix >= spec.params["min_weight"] - 1e-9
        tied[t, month.nodes] = strong.any(axis=0) | strong.any(axis=1)
    den = ctx.active
    num = ((ctx.all_turns > 0) & ~tied).sum(axis=1).astype(float)
    return wilson_share(
        num,
        den,
        den >= spec.params["min_active"],
    )


@indicator("one_off_share")
def one_off_share(ctx: Context, spec: Indicator) -> Measure:
    """Members with exactly one turn in 90 days over members with at least one. Share 0-1.

    Joyce and Kraut 2006.
    """
    span = int(spec.params["window_days"])
    turns = of_last_days(ctx, ctx.turns_by_day, span)
    num, den = (turns == 1).sum(axis=1).astype(float), (turns > 0).sum(axis=1).astype(float)
    return wilson_share(
        num,
        den,
        den >= spec.params["min_posters"],
        coverage=of_last_days(ctx, ctx.covered, span) / np.minimum(ctx.month_end + 1, span),
        truncated=ctx.truncated_days(span),
    )


@indicator("key_person_dependence")
def key_person_dependence(ctx: Context, spec: Indicator) -> Measure:
    """Share of all tie weight that touches the strongest member. Share 0-1. Moody and White 2003."""
    ties = tie_history(ctx)
    both = [undirected(month.matrix) for month in ties.months]
    top, total = np.array([float(m.sum(axis=1).max(initial=0)) for m in both]), ties.total
    value = divide(top, total)
    enough = (ctx.active >= spec.params["min_active"]) & (ties.counts >= spec.params["min_ties"])

    def interval(t: int, _: np.random.Generator) -> Interval:
        if ties.months[t].n < MIN_CLUSTERS:
            return NO_INTERVAL
        return jackknife(float(value[t]), key_person_left_out(both[t]), 0.0, 1.0)

    ci = by_month(ctx, spec, enough, interval)
    return Measure(value, top, total, enough=enough, empty=ties.counts == 0, ci=ci)


def core_half(turns: Array) -> float:
    """Fewest members who together give half of the turns."""
    running = np.cumsum(np.sort(turns)[::-1])
    return float(np.searchsorted(running, running[-1] / 2) + 1) if len(turns) and running[-1] > 0 else np.nan


def resampled_core_half(rng: np.random.Generator, turns: Array) -> Array:
    """The same for resampled members, who may be drawn several times."""
    turns = np.sort(turns)[::-1]
    counts = resampled_counts(rng, len(turns))
    running, people = np.cumsum(counts * turns, axis=1), np.cumsum(counts, axis=1)
    half = running[:, -1:] / 2
    at = (running < half).sum(axis=1)
    rows = np.arange(DRAWS)
    missing = half[:, 0] - (running[rows, at] - counts[rows, at] * turns[at])
    return people[rows, at] - counts[rows, at] + np.ceil(missing / turns[at] - 1e-9)


@indicator("core50_share")
def core50_share(ctx: Context, spec: Indicator) -> Measure:
    """Fewest members who together give half of the month's turns over A. Share 0-1. Caetano et al. 2018."""
    den = ctx.active
    num = np.array([core_half(row) for row in ctx.all_turns])
    enough = (den >= spec.params["min_active"]) & (ctx.all_turns.sum(axis=1) >= spec.params["min_turns"])

    def interval(t: int, rng: np.random.Generator) -> Interval:
        mine = ctx.all_turns[t][ctx.all_turns[t] > 0]
        return (
            percentiles(resampled_core_half(rng, mine) / len(mine), len(mine))
            if len(mine) >= MIN_CLUSTERS
            else NO_INTERVAL
        )

    ci = by_month(ctx, spec, enough, interval)
    return Measure(divide(num, den), num, den, enough=enough, empty=den == 0, ci=ci)


@indicator("conflict_rate")
def conflict_rate(ctx: Context, spec: Indicator) -> Measure:
    """Text turns with conflict and no humour in them or the next turn per 1000 text turns. 0-1000.

    Coser 1956. Companion ``corrected``: times precision over recall, where coders have judged the word list.
    """
    humour = ctx.turn("lex_humour") > 0
    clash = ctx.turn("is_text") & (ctx.turn("lex_conflict") > 0) & ~humour & ~np.append(humour[1:], False)
    hits, text = ctx.count(clash), ctx.text_turns
    num, den = hits.sum(axis=1), text.sum(axis=1)
    enough = den >= spec.params["min_text_turns"]
    resampled = by_member(ctx, spec, enough, hits, text, 1000)
    ci, kind = or_wilson(resampled, spec.ci_kind, num, den, 1000)
    factor = accuracy(ctx, "conflict")
    right = Detail(1000 * divide(num, den) * factor, ci[0] * factor, ci[1] * factor, kind)
    return Measure(
        1000 * divide(num, den),
        num,
        den,
        enough=enough,
        empty=den == 0,
        ci=ci,
        ci_kind=kind,
        details={} if np.isnan(factor) else {"corrected": right},
    )


def accuracy(ctx: Context, category: str) -> float:
    """Precision over recall of a category of the word list as coders judged it; NaN where they did not."""
    judged = ctx.inputs.lexicon_eval
    mine = any_of(judged["category"], (category,))
    precision, recall = (judged[name].to_numpy().astype(float)[mine] for name in ("precision", "recall"))
    precision, recall = precision[np.isfinite(precision)][:1], recall[np.isfinite(recall)][:1]
    return float(precision[0] / recall[0]) if len(precision) and (recall > 0).any() else np.nan
