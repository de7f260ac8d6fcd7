"""Facet R: bridging and bonding between regions and cohorts."""

from __future__ import annotations

import itertools

import numpy as np

from schemas.indicators import Indicator
from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import Interval, bootstrap, centred
from tasks.measure.indicators.measures import Detail, Measure, by_month, divide, indicator, over_members
from tasks.measure.indicators.networks import (
    TieHistory,
    differ,
    permuted_mean_difference,
    permuted_shares,
    tie_history,
    two_sided_p,
)


@indicator("ei_region")
def ei_region(ctx: Context, spec: Indicator) -> Measure:
    """External less internal tie weight by region of origin over both. -1 to 1.

    Krackhardt and Stern 1988. Companions expected (exact under permuted labels), excess, p, unknown.
    """
    return ei_index(ctx, spec, ctx.attribute("origin_region").number)


@indicator("ei_cohort")
def ei_cohort(ctx: Context, spec: Indicator) -> Measure:
    """External less internal tie weight by cohort band over both. -1 to 1.

    Krackhardt and Stern 1988; companion ``assortativity`` of the cohort year: Newman 2003.
    """
    cohort = ctx.attribute("cohort")
    years = np.array(cohort.labels, dtype=float)
    band = np.unique(years // spec.params["band_years"], return_inverse=True)[1]
    measure = ei_index(ctx, spec, np.append(band, -1)[cohort.number])
    ties = _known_ends(tie_history(ctx), cohort.number)
    of_source, of_target = (cohort.number[ties.month, end] for end in (ties.source, ties.target))
    ends = years[of_source], years[of_target], ties.weight
    r = [
        year_assortativity(*(values[first:last] for values in ends))
        for first, last in itertools.pairwise(ties.bounds.tolist())
    ]
    measure.details["assortativity"] = Detail(np.array(r))
    return measure


def ei_index(ctx: Context, spec: Indicator, label: Array) -> Measure:
    """The E-I index of ties whose two ends have a label (M x U), with its permutation null."""
    every = tie_history(ctx)
    ties = _known_ends(every, label)
    outside = differ((label[ties.month, ties.source], label[ties.month, ties.target]))
    total, across = ties.total, ties.where(outside).total
    month, member = ties.nodes
    counts = ctx.class_counts(month, label[month, member])
    value = 2 * divide(across, total) - 1
    expected = 2 * permuted_mean_difference(counts.sum(axis=1), (counts**2).sum(axis=1)) - 1
    p = np.full(ctx.n_months, np.nan)
    t, member = np.nonzero((ctx.all_turns > 0) & (label >= 0))
    active = ctx.class_counts(t, label[t, member])
    classes = (active >= spec.params["min_active_per_class"]).sum(axis=1)
    enough = (ties.counts >= spec.params["min_ties"]) & (classes >= spec.params["min_classes"])

    def interval(t: int, rng: np.random.Generator) -> Interval:
        month, mine = ties.months[t], slice(*ties.bounds[t : t + 2])
        null, exact = permuted_shares(rng, month, [label[t, month.nodes]], int(spec.params["permutations"]))
        p[t] = two_sided_p(float(value[t]), 2 * null - 1, float(expected[t]), exact)
        days = np.flatnonzero(ctx.covered[ctx.month_start[t] : ctx.month_end[t] + 1])
        size = int(ctx.month_days[t])
        columns = [np.bincount(month.day, w, size) for w in (month.weight * outside[mine], month.weight)]
        return bootstrap(
            rng, np.column_stack(columns)[days], lambda s: 2 * divide(s[:, 0], s[:, 1]) - 1, ordered=True
        )

    ci = by_month(ctx, spec, enough, interval)
    return Measure(
        value,
        across,
        total,
        enough=enough,
        empty=ties.counts == 0,
        ci=ci,
        details={
            "expected": Detail(expected),
            "excess": Detail(value - expected, ci[0] - expected, ci[1] - expected, "boot_day"),
            "p": Detail(p),
            "unknown": Detail(1 - divide(total, every.total)),
        },
    )


def _known_ends(ties: TieHistory, label: Array) -> TieHistory:
    """Those whose two ends have a label (M x U)."""
    return ties.where((label[ties.month, ties.source] >= 0) & (label[ties.month, ties.target] >= 0))


def year_assortativity(source: Array, target: Array, weight: Array) -> float:
    """Weighted correlation of the cohort years at both ends, each tie read both ways."""
    if not len(weight):
        return np.nan
    a, b, w = np.append(source, target), np.append(target, source), np.tile(weight, 2)
    total = w.sum()
    mean = (a * w).sum() / total
    spread = ((a - mean) ** 2 * w).sum() / total
    return float(((a - mean) * (b - mean) * w).sum() / total / spread) if spread > 1e-12 else np.nan


def parity(turns: Array, members: Array) -> Array:
    """1 less half the sum of absolute differences of two shares along the last axis (Duncan 1955)."""
    gap = divide(turns, turns.sum(axis=-1, keepdims=True)) - divide(
        members, members.sum(axis=-1, keepdims=True)
    )
    index: Array = 1 - 0.5 * np.abs(gap).sum(axis=-1)
    return index


@indicator("participation_parity")
def participation_parity(ctx: Context, spec: Indicator) -> Measure:
    """1 less half the summed differences of shares of turns and of members by region. Index 0-1.

    Duncan and Duncan 1955. Companion ``capped``: at most 30 turns per member. The
    draws are centred on the value: chance alone moves shares of turns and members apart.
    """
    weights, cap = ctx.weights(), spec.params["cap_turns"]
    region = ctx.attribute("origin_region").number
    counted = (region >= 0) & ((weights > 0) | (ctx.all_turns > 0))
    value, capped = np.full(ctx.n_months, np.nan), np.full(ctx.n_months, np.nan)
    turns, n = np.zeros(ctx.n_months), np.zeros(ctx.n_months)
    classes, one_hots = np.zeros(ctx.n_months), []
    for t, here in enumerate(counted):
        names, place = np.unique(region[t, here], return_inverse=True)
        one_hots.append(np.eye(len(names))[place])
        mine, present = ctx.all_turns[t, here], weights[t, here]
        turns[t], n[t] = mine.sum(), over_members(present[None, :])[0]
        classes[t] = (np.bincount(place) >= spec.params["min_members_per_class"]).sum()
        by_region = one_hots[t].T
        spoken = np.stack([by_region @ mine, by_region @ np.minimum(mine, cap)])
        value[t], capped[t] = parity(spoken, by_region @ present)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        one_hot, here = one_hots[t], counted[t]
        columns = np.hstack([one_hot * grid[t, here][:, None] for grid in (ctx.all_turns, weights)])
        half = one_hot.shape[1]

        def statistic(sums: Array) -> Array:
            return parity(sums[:, :half], sums[:, half:])

        return bootstrap(rng, columns, statistic, after=lambda drawn: centred(drawn, value[t], 0, 1))

    enough = (
        (turns >= spec.params["min_turns"]) & (classes >= spec.params["min_classes"]) & np.isfinite(value)
    )
    ci = by_month(ctx, spec, enough, interval)
    return Measure(
        value,
        value * n,
        n,
        enough=enough,
        empty=turns == 0,
        ci=ci,
        details={"capped": Detail(capped), "unknown": Detail(1 - divide(n, over_members(weights)))},
    )
