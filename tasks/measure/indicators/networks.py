"""The month's inferred ties as arrays, and what is computed on them.

Only the core layer counts: a chorus of condolences would make a false star. Members of a month's network
are numbered by their first tie in time, so that permuted labels do not depend on keys.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from tasks.measure.indicators.context import Array, Context
from tasks.measure.indicators.intervals import MAX_CELLS


@dataclass(frozen=True)
class Ties:
    """Ties of one month: ends as local numbers 0..n-1, ``nodes`` their place on the member axis."""

    source: Array
    target: Array
    weight: Array
    day: Array
    nodes: Array

    @property
    def n(self) -> int:
        return len(self.nodes)

    @property
    def total(self) -> float:
        return float(self.weight.sum())

    def matrix(self) -> Array:
        """n x n tie weights from source to target."""
        flat = np.bincount(self.source * self.n + self.target, self.weight, self.n * self.n)
        return flat.reshape(self.n, self.n)


def monthly_ties(ctx: Context) -> list[Ties]:
    """The core ties of every month, by the replying turn's day, in time order."""
    if "ties" not in ctx.memo:
        ctx.memo["ties"] = _split_by_month(ctx)
    ties: list[Ties] = ctx.memo["ties"]
    return ties


def _split_by_month(ctx: Context) -> list[Ties]:
    core = ctx.replies.filter(ctx.replies["layer"] == "core")
    source, target = ctx.member_of(core["source_member_key"]), ctx.member_of(core["target_member_key"])
    month, day = ctx.month_of(core["local_date"]), ctx.day_of(core["local_date"])
    keep = np.flatnonzero((source != target) & (source >= 0) & (target >= 0))
    keep = keep[np.argsort(month[keep], kind="stable")]
    source, target, month, day = source[keep], target[keep], month[keep], day[keep]
    weight = core["weight"].to_numpy()[keep]
    bounds = np.searchsorted(month, np.arange(ctx.n_months + 1))
    ties = []
    for t in range(ctx.n_months):
        mine = slice(bounds[t], bounds[t + 1])
        ties.append(_localise(source[mine], target[mine], weight[mine], day[mine] - ctx.month_start[t]))
    return ties


def _localise(source: Array, target: Array, weight: Array, day: Array) -> Ties:
    ends = np.column_stack([source, target]).ravel()
    first = np.full(int(ends.max(initial=-1)) + 1, len(ends))
    first[ends[::-1]] = np.arange(len(ends))[::-1]  # the earliest is written last
    nodes = np.argsort(first)[: np.count_nonzero(first < len(ends))]
    rank = np.empty(len(first), dtype=int)
    rank[nodes] = np.arange(len(nodes))
    local = rank[ends].reshape(-1, 2)
    return Ties(local[:, 0], local[:, 1], np.asarray(weight, dtype=float), day, nodes)


def subset(ties: Ties, keep: Array) -> Ties:
    """The ties whose two ends are kept; ``keep`` is boolean over the nodes. Members are renumbered."""
    mine = keep[ties.source] & keep[ties.target]
    if mine.all():
        return ties
    return _localise(
        ties.nodes[ties.source[mine]], ties.nodes[ties.target[mine]], ties.weight[mine], ties.day[mine]
    )


def reciprocity(matrix: Array) -> float:
    """Sum of the smaller of both directions over all tie weight (Squartini et al. 2013)."""
    total = matrix.sum()
    return float(np.minimum(matrix, matrix.T).sum() / total) if total > 0 else np.nan


def in_centralisation(adjacency: Array) -> float:
    """Freeman's in-degree centralisation of a binary directed graph: 1 for a star, 0 for equals."""
    n = len(adjacency)
    if n < 2:
        return np.nan
    degree = adjacency.sum(axis=0)
    return float((degree.max() - degree).sum() / (n - 1) ** 2)


def in_centralisation_left_out(adjacency: Array) -> Array:
    """In-degree centralisation without each member in turn."""
    n = len(adjacency)
    degree = adjacency.sum(axis=0)[None, :] - adjacency  # row i: in-degrees without i's ties
    np.fill_diagonal(degree, -1)
    return ((n - 1) * degree.max(axis=1) - degree.sum(axis=1) - 1) / max(n - 2, 1) ** 2


def key_person_left_out(weights: Array) -> Array:
    """Share of the weight at the strongest member without each member in turn; n x n symmetric weights."""
    strength = weights.sum(axis=1)[None, :] - weights
    np.fill_diagonal(strength, -np.inf)
    total = weights.sum() / 2 - weights.sum(axis=1)
    return np.divide(strength.max(axis=1), total, out=np.full(len(weights), np.nan), where=total > 1e-12)


def neighbour_lists(adjacency: Array) -> list[list[int]]:
    """The neighbours of each node of an undirected graph."""
    node, other = np.nonzero(adjacency)
    ends = np.searchsorted(node, np.arange(len(adjacency)), side="right").tolist()
    others = other.tolist()
    return [others[start:end] for start, end in itertools.pairwise([0, *ends])]


def largest_block(neighbours: list[list[int]], without: int = -1) -> list[int]:
    """Members of the largest biconnected component, by depth-first search; ``without`` one node."""
    n = len(neighbours)
    depth, low, place = [-1] * n, [0] * n, [0] * n
    if without >= 0:
        depth[without] = n  # as if seen, and deeper than all: nobody goes there, nobody gets higher by it
    best: list[int] = []
    for root in range(n):
        if depth[root] >= 0:
            continue
        depth[root] = 0
        path = [(root, -1, iter(neighbours[root]))]
        members = [root]
        while path:
            node, parent, others = path[-1]
            for other in others:
                if depth[other] < 0:
                    depth[other] = low[other] = depth[node] + 1
                    place[other] = len(members)
                    members.append(other)
                    path.append((other, node, iter(neighbours[other])))
                    break
                if other != parent and depth[other] < low[node]:
                    low[node] = depth[other]
            else:
                path.pop()
                if parent < 0:
                    continue
                low[parent] = min(low[parent], low[node])
                if low[node] >= depth[parent]:  # parent cuts: a block ends here
                    at = place[node]
                    if len(members) - at + 1 > len(best):
                        best = [parent, *members[at:]]
                    del members[at:]
    return best


def permuted_mean_difference(differs: Array) -> float:
    """Expected share of tie weight between differing ends when labels are permuted among the nodes.

    Each pair of labels is equally likely at the ends of a tie, so it is the mean off the diagonal.
    """
    n = len(differs)
    return float((differs.sum() - np.trace(differs)) / (n * (n - 1))) if n > 1 else np.nan


def permuted_shares(rng: np.random.Generator, ties: Ties, differs: Array, draws: int) -> tuple[Array, bool]:
    """Share of tie weight between differing ends under permuted labels; every permutation up to 6 nodes.

    Returns the shares and whether they are all permutations rather than draws.
    """
    exact = ties.n <= 6
    if exact:
        permutations = np.array(list(itertools.permutations(range(ties.n))))
    else:
        permutations = rng.permuted(np.tile(np.arange(ties.n), (draws, 1)), axis=1)
    matrix = ties.matrix()
    source, target = np.nonzero(matrix)  # ties of one direction between two people are one
    weight, flat = matrix[source, target], differs.astype(float).ravel()
    chunk = max(1, MAX_CELLS // max(len(weight), 1))
    across = [
        flat.take(rows[:, source] * ties.n + rows[:, target]) @ weight
        for rows in np.split(permutations, range(chunk, len(permutations), chunk))
    ]
    return np.concatenate(across) / ties.total, exact


def two_sided_p(observed: float, null: Array, expected: float, exact: bool) -> float:
    """Share of the null at least as far from its mean as the observation; draws count themselves."""
    beyond = int((np.abs(null - expected) >= abs(observed - expected) - 1e-12).sum())
    return beyond / len(null) if exact else (beyond + 1) / (len(null) + 1)
