"""Facet O: division of labour and interdependence."""

from __future__ import annotations

import numpy as np
from scipy import special

from schemas.indicators import Indicator
from schemas.vocabulary import ROLES, TASKS
from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import MAX_CELLS, Interval, bootstrap, jackknife
from tasks.measure.indicators.measures import Detail, Measure, by_month, divide, indicator, over_members
from tasks.measure.indicators.mechanical import task_counts
from tasks.measure.indicators.networks import (
    TieHistory,
    differ,
    largest_block,
    neighbour_lists,
    permuted_mean_difference,
    permuted_shares,
    tie_history,
    two_sided_p,
    undirected,
)

_SOCIABLE = TASKS.index("sociable")


def entropy(totals: Array) -> Array:
    """Entropy in nats of counts along the last axis; 0 for nothing."""
    n = totals.sum(axis=-1, keepdims=True)
    p = np.divide(totals, n, out=np.zeros_like(totals, dtype=float), where=n > 0)
    h: Array = special.entr(p).sum(axis=-1)
    return h


def mutual_information(counts: Array) -> Array:
    """Mutual information in nats of rows and columns of ... x rows x columns."""
    n = counts.sum(axis=(-1, -2))
    rows = counts.sum(axis=-1)
    within = divide(over_members(rows * entropy(counts)), n)
    information: Array = np.maximum(entropy(counts.sum(axis=-2)) - within, 0)
    return information


def labour_statistic(sums: Array, classes: int) -> Array:
    """Information over task entropy from sums of (task counts, turns x own entropy) of resampled members."""
    totals, within = sums[:, :classes], sums[:, classes]
    n, h = totals.sum(axis=1), entropy(totals)
    return divide(h - divide(within, n), np.where(h > 1e-12, h, np.nan))


def shuffled_labour(rng: np.random.Generator, counts: Array, draws: int) -> Array:
    """Information over task entropy when the tasks are shuffled among the turns: both margins stay."""
    members, classes = counts.shape
    tasks = np.repeat(np.tile(np.arange(classes, dtype=np.int64), members), counts.ravel().astype(int))
    owner = np.repeat(np.arange(members), counts.sum(axis=1).astype(int))
    n = len(tasks)
    logs = special.xlogy(np.arange(n + 1), np.arange(n + 1))
    chunk = min(draws, max(1, MAX_CELLS // n))
    size = members * classes
    place = np.arange(chunk)[:, None] * size + owner * classes  # of each turn's owner in each draw's table
    cells = np.concatenate(
        [
            logs[_shuffled_tables(rng, tasks, place[: draws - start], size)].sum(axis=1)
            for start in range(0, draws, chunk)
        ]
    )
    h_task, h_member = entropy(counts.sum(axis=0)), entropy(counts.sum(axis=1))
    return (h_task + h_member - (np.log(n) - cells / n)) / h_task


def _shuffled_tables(rng: np.random.Generator, tasks: Array, place: Array, size: int) -> Array:
    """draws x cells: how often each task is at each owner's turns (``place``: draws x turns) when shuffled.

    The tasks ride in the lowest bits of random numbers, which are sorted: a shuffle without a permutation.
    """
    keys = rng.integers(0, 2**32, place.shape, dtype=np.uint32)
    keys &= np.uint32(0xFFFFFFF8)
    keys |= tasks.astype(np.uint32)
    keys.sort(axis=1)
    keys &= np.uint32(7)
    return np.bincount((keys + place).ravel(), minlength=len(place) * size).reshape(len(place), size)


@indicator("division_of_labour")
def division_of_labour(ctx: Context, spec: Indicator) -> Measure:
    """Mutual information of member and task over the entropy of task. Index 0-1.

    Gorelick et al. 2004. Biased upward in sparse tables: trends take the companion ``excess``.
    """
    counts = task_counts(ctx)
    n, turns = (counts.sum(axis=2) > 0).sum(axis=1).astype(float), counts.sum(axis=(1, 2))
    information, h_task = mutual_information(counts), entropy(counts.sum(axis=1))
    value = divide(information, np.where(h_task > 1e-12, h_task, np.nan))
    enough = (n >= spec.params["min_members"]) & (turns >= spec.params["min_turns"]) & np.isfinite(value)
    expected, spread = np.full(ctx.n_months, np.nan), np.full(ctx.n_months, np.nan)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        mine = counts[t][counts[t].sum(axis=1) > 0]
        mine = mine[np.lexsort(mine.T)]
        null = shuffled_labour(rng, mine, int(spec.params["permutations"]))
        expected[t], spread[t] = null.mean(), null.std()
        columns = np.column_stack([mine, mine.sum(axis=1) * entropy(mine)])
        return bootstrap(rng, columns, lambda sums: labour_statistic(sums, len(TASKS)))

    ci = by_month(ctx, spec, enough, interval)
    h_member = over_members(special.entr(divide(counts.sum(axis=2), turns[:, None])))
    return Measure(
        value,
        information,
        h_task,
        enough=enough,
        empty=turns == 0,
        ci=ci,
        details={
            "by_member": Detail(divide(information, np.where(h_member > 1e-12, h_member, np.nan))),
            "expected": Detail(expected),
            "excess": Detail(value - expected, ci[0] - expected, ci[1] - expected, "boot_member"),
            "z": Detail(divide(value - expected, spread)),
        },
    )


def cramers_v(tables: Array) -> Array:
    """Bias-corrected Cramer's V of ... x rows x columns, empty ones left out (Bergsma 2013)."""
    n = tables.sum(axis=(-1, -2))
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    outer = rows[..., :, None] * columns[..., None, :]
    cells = np.divide(tables**2, outer, out=np.zeros_like(tables, dtype=float), where=outer > 0)
    r, k = (rows > 0).sum(axis=-1), (columns > 0).sum(axis=-1)
    spare = np.maximum(n - 1, 1)
    phi2 = np.maximum(cells.sum(axis=(-1, -2)) - 1 - (r - 1) * (k - 1) / spare, 0)
    least = np.minimum(r - (r - 1) ** 2 / spare, k - (k - 1) ** 2 / spare) - 1
    return np.minimum(np.sqrt(divide(phi2, np.where(least > 1e-12, least, np.nan))), 1)


@indicator("role_task_alignment")
def role_task_alignment(ctx: Context, spec: Indicator) -> Measure:
    """Bias-corrected Cramer's V between the sender's role and the task of coded turns. Index 0-1.

    Bergsma 2013.
    """
    role = ctx.turn_role
    cells = ctx.cells(
        role * len(TASKS) + ctx.turn_task, (role >= 0) & (ctx.turn_task >= 0), len(ROLES) * len(TASKS)
    )
    cells = cells.reshape(ctx.n_months, ctx.n_members, len(ROLES), len(TASKS))
    tables = cells.sum(axis=1)
    turns, by_role = tables.sum(axis=(1, 2)), tables.sum(axis=2)
    roles = (by_role >= spec.params["min_turns_per_role"]).sum(axis=1)
    value = cramers_v(tables)
    enough = (turns >= spec.params["min_turns"]) & (roles >= spec.params["min_roles"]) & np.isfinite(value)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        members = cells[t][cells[t].sum(axis=(1, 2)) > 0]
        flat = members.reshape(len(members), -1)
        return bootstrap(rng, flat, lambda sums: cramers_v(sums.reshape(-1, len(ROLES), len(TASKS))))

    ci = by_month(ctx, spec, enough, interval)
    return Measure(value, np.full(ctx.n_months, np.nan), turns, enough=enough, empty=turns == 0, ci=ci)


def dominant_tasks(ctx: Context, minimum: float) -> Array:
    """M x U number of the member's most frequent task besides sociable; -1 under ``minimum`` such turns.

    Of equal tasks the first of the catalogue's order counts.
    """
    counts = task_counts(ctx).copy()
    counts[..., _SOCIABLE] = 0
    return np.where(counts.sum(axis=-1) >= minimum, counts.argmax(axis=-1), -1)


@indicator("cross_role_tie_share")
def cross_role_tie_share(ctx: Context, spec: Indicator) -> Measure:
    """Tie weight between members of different role or dominant task, less its permuted mean. -1 to 1.

    Krackhardt and Stern 1988. The permuted mean is exact; the interval shifts the null onto the value.
    """
    ties, role = tie_history(ctx), ctx.attribute("role").filled("member")
    task = dominant_tasks(ctx, spec.params["min_turns_dominant"])
    source, target = (ties.month, ties.source), (ties.month, ties.target)
    total = ties.total
    across = ties.where(differ((role[source], role[target]), (task[source], task[target]))).total
    counts = _nodes_by_role_and_task(ctx, ties, role, task)
    of_role, without = counts.sum(axis=2), counts[..., -1]  # without a dominant task, nobody's differs
    alike = (counts**2).sum(axis=(1, 2)) + (2 * without * (of_role - without)).sum(axis=1)
    expected = permuted_mean_difference(of_role.sum(axis=1), alike)
    share = divide(across, total)
    n_roles = (of_role > 0).sum(axis=1)
    enough = (ties.counts >= spec.params["min_ties"]) & (n_roles >= spec.params["min_roles"])
    p = np.full(ctx.n_months, np.nan)

    def interval(t: int, rng: np.random.Generator) -> Interval:
        nodes = ties.months[t].nodes
        labels = [role[t, nodes], task[t, nodes]]
        null, exact = permuted_shares(rng, ties.months[t], labels, int(spec.params["permutations"]))
        p[t] = two_sided_p(share[t], null, expected[t], exact)
        low, high = np.quantile(null - expected[t], [0.025, 0.975])
        value = share[t] - expected[t]
        return max(-1.0, value - high), min(1.0, value - low)

    ci = by_month(ctx, spec, enough, interval)
    return Measure(
        share - expected,
        across,
        total,
        enough=enough,
        empty=ties.counts == 0,
        ci=ci,
        details={"raw": Detail(share), "expected": Detail(expected), "p": Detail(p)},
    )


def _nodes_by_role_and_task(ctx: Context, ties: TieHistory, role: Array, task: Array) -> Array:
    """M x roles x (tasks and none): nodes of each month's ties by their role and dominant task (M x U each)."""
    month, member = ties.nodes
    roles, tasks = int(role.max(initial=0)) + 1, len(TASKS) + 1
    place = (month * roles + role[month, member]) * tasks + task[month, member] % tasks
    counts = np.bincount(place, minlength=ctx.n_months * roles * tasks)
    return counts.reshape(ctx.n_months, roles, tasks)


@indicator("cohesive_core_share")
def cohesive_core_share(ctx: Context, spec: Indicator) -> Measure:
    """Members of the largest biconnected component of the undirected ties over A. Share 0-1.

    Moody and White 2003.
    """
    least_turns = spec.params["min_turns_per_tie"]
    neighbours = [
        neighbour_lists(undirected(month.counts()) >= least_turns) for month in tie_history(ctx).months
    ]
    cores = [largest_block(lists) for lists in neighbours]
    least, den = spec.params["min_component"], ctx.active
    num = np.array([_size(core, least) for core in cores])

    def interval(t: int, _: np.random.Generator) -> Interval:
        n = int(den[t])
        left_out = np.full(n, num[t])  # without an outsider the core stays
        inside = [_size(largest_block(neighbours[t], node), least) for node in cores[t]][:n]
        left_out[: len(inside)] = inside
        return jackknife(num[t] / n, left_out / max(n - 1, 1), 0.0, 1.0)

    enough = den >= spec.params["min_active"]
    ci = by_month(ctx, spec, enough, interval)
    return Measure(np.minimum(divide(num, den), 1), num, den, enough=enough, empty=den == 0, ci=ci)


def _size(core: list[int], least: float) -> float:
    return float(len(core)) if len(core) >= least else 0.0
