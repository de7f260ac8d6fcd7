"""Facet R: bridging and bonding between regions and cohorts."""

from __future__ import annotations

import numpy as np

from schemas.indicators import Indicator
from tasks.measure.indicators.context import Array, Context, numbered
from tasks.measure.indicators.intervals import Interval, bootstrap, centred
from tasks.measure.indicators.measures import Detail, Measure, by_month, divide, indicator
from tasks.measure.indicators.networks import (
    Ties,
    monthly_ties,
    permuted_mean_difference,
    permuted_shares,
    subset,
    two_sided_p,
)


@indicator("ei_region")
def ei_region(ctx: Context, spec: Indicator) -> Measure:
    """External less internal tie weight by region of origin over both. -1 to 1.

    Krackhardt and Stern 1988. Companions expected (exact under permuted labels), excess, p, unknown.
    """
    return ei_index(ctx, spec, ctx.attribute("origin_region"))


@indicator("ei_cohort")
def ei_cohort(ctx: Context, spec: Indicator) -> Measure:
    """External less internal tie weight by cohort band over both. -1 to 1.

    Krackhardt and Stern 1988; companion ``assortativity`` of the cohort year: Newman 2003.
    """
    years = ctx.attribute("cohort")
    width = int(spec.params["band_years"])
    bands = [np.array([None if y is None else y // width for y in month], dtype=object) for month in years]
    measure = ei_index(ctx, spec, bands)
    r = np.array([_year_assortativity(t, y) for t, y in zip(monthly_ties(ctx), years, strict=True)])
    measure.details["assortativity"] = Detail(r)
    return measure


def ei_index(ctx: Context, spec: Indicator, labels: list[Array]) -> Measure:
    """The E-I index of ties whose two ends have a label, with its permutation null."""
    every = monthly_ties(ctx)
    known = [np.array([x is not None for x in month], dtype=bool) for month in labels]
    ties = [subset(month, known[t][month.nodes]) for t, month in enumerate(every)]
    differs = [_unequal(labels[t][month.nodes]) for t, month in enumerate(ties)]
    total = np.array([month.total for month in ties])
    across = np.array(
        [float(m.weight[d[m.source, m.target]].sum()) for m, d in zip(ties, differs, strict=True)]
    )
    n_ties = np.array([len(month.weight) for month in ties])
    value = 2 * divide(across, total) - 1
    expected = 2 * np.array([permuted_mean_difference(d) for d in differs]) - 1
    p = np.full(ctx.n_months, np.nan)
    classes = [
        _classes_of(labels[t][ctx.all_turns[t] > 0], spec.params["min_active_per_class"])
        for t in range(ctx.n_months)
    ]
    enough = (n_ties >= spec.params["min_ties"]) & (np.array(classes) >= spec.params["min_classes"])

    def interval(t: int, rng: np.random.Generator) -> Interval:
        month = ties[t]
        null, exact = permuted_shares(rng, month, differs[t], int(spec.params["permutations"]))
        p[t] = two_sided_p(float(value[t]), 2 * null - 1, float(expected[t]), exact)
        days = np.flatnonzero(ctx.covered[ctx.month_start[t] : ctx.month_end[t] + 1])
        outside = month.weight * differs[t][month.source, month.target]
        size = int(ctx.month_days[t])
        columns = np.column_stack(
            [np.bincount(month.day, outside, size), np.bincount(month.day, month.weight, size)]
        )
        return bootstrap(rng, columns[days], lambda s: 2 * divide(s[:, 0], s[:, 1]) - 1, ordered=True)

    ci = by_month(ctx, spec, enough, interval)
    weight = np.array([month.total for month in every])
    return Measure(
        value,
        across,
        total,
        enough=enough,
        empty=np.array([len(month.weight) for month in every]) == 0,
        ci=ci,
        details={
            "expected": Detail(expected),
            "excess": Detail(value - expected, ci[0] - expected, ci[1] - expected, "boot_day"),
            "p": Detail(p),
            "unknown": Detail(1 - divide(total, weight)),
        },
    )


def _unequal(labels: Array) -> Array:
    number = numbered(labels)
    unequal: Array = number[:, None] != number[None, :]
    return unequal


def _classes_of(labels: Array, least: float) -> int:
    """Classes with at least so many members."""
    known = [label for label in labels if label is not None]
    return sum(known.count(label) >= least for label in set(known))


def _year_assortativity(ties: Ties, years: Array) -> float:
    """Weighted correlation of the cohort years at both ends, each tie read both ways."""
    known = np.array([years[node] is not None for node in ties.nodes], dtype=bool)
    mine = subset(ties, known)
    if not len(mine.weight):
        return np.nan
    year = np.array([years[node] for node in mine.nodes], dtype=float)
    a, b = year[np.append(mine.source, mine.target)], year[np.append(mine.target, mine.source)]
    w = np.tile(mine.weight, 2)
    mean = np.average(a, weights=w)
    spread = np.average((a - mean) ** 2, weights=w)
    return float(np.average((a - mean) * (b - mean), weights=w) / spread) if spread > 1e-12 else np.nan


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
    regions = ctx.attribute("origin_region")
    value, capped = np.full(ctx.n_months, np.nan), np.full(ctx.n_months, np.nan)
    turns, n = np.zeros(ctx.n_months), np.zeros(ctx.n_months)
    classes, columns = np.zeros(ctx.n_months), []
    for t in range(ctx.n_months):
        counted = np.array([r is not None for r in regions[t]], dtype=bool) & (
            (weights[t] > 0) | (ctx.all_turns[t] > 0)
        )
        names, place = np.unique(regions[t][counted].astype(str), return_inverse=True)
        one_hot = np.eye(len(names))[place]
        mine, present = ctx.all_turns[t, counted], weights[t, counted]
        columns.append(np.hstack([one_hot * mine[:, None], one_hot * present[:, None]]))
        turns[t], n[t] = mine.sum(), present.sum()
        classes[t] = (one_hot.sum(axis=0) >= spec.params["min_members_per_class"]).sum()
        value[t] = parity(one_hot.T @ mine, one_hot.T @ present)
        capped[t] = parity(one_hot.T @ np.minimum(mine, cap), one_hot.T @ present)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        half = columns[t].shape[1] // 2

        def statistic(sums: Array) -> Array:
            return parity(sums[:, :half], sums[:, half:])

        return bootstrap(rng, columns[t], statistic, after=lambda drawn: centred(drawn, value[t], 0, 1))

    enough = (turns >= spec.params["min_turns"]) & (classes >= spec.params["min_classes"])
    ci = by_month(ctx, spec, enough, interval)
    return Measure(
        value,
        value * n,
        n,
        enough=enough,
        empty=turns == 0,
        ci=ci,
        details={"capped": Detail(capped), "unknown": Detail(1 - divide(n, weights.sum(axis=1)))},
    )
