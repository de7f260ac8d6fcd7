"""The month's inferred ties as arrays, and what is computed on them.

Only the core layer counts: a chorus of condolences would make a false star. Members of a month's network
are numbered by their first tie in time, so that permuted labels do not depend on keys.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.context import Context, once
from tasks.measure.indicators.intervals import in_parts
from tasks.measure.indicators.measures import divide

_TIES = "ties"


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

    @cached_property
    def matrix(self) -> Array:
        """n x n tie weights from source to target; not to be written to."""
        flat = np.bincount(self.source * self.n + self.target, self.weight, self.n * self.n)
        return flat.reshape(self.n, self.n)

    def counts(self) -> Array:
        """n x n ties from source to target."""
        flat = np.bincount(self.source * self.n + self.target, minlength=self.n * self.n)
        return flat.reshape(self.n, self.n)


@dataclass(frozen=True)
class TieHistory:
    """Ties of all months, by month and then in time: month, ends on the member axis, weight, day of the month."""

    n_months: int
    month: Array
    source: Array
    target: Array
    weight: Array
    day: Array

    @cached_property
    def bounds(self) -> Array:
        """M + 1: where each month begins."""
        return np.searchsorted(self.month, np.arange(self.n_months + 1))

    @cached_property
    def counts(self) -> Array:
        """M: ties."""
        return np.diff(self.bounds)

    @cached_property
    def total(self) -> Array:
        """M: tie weight."""
        bounds = itertools.pairwise(self.bounds.tolist())
        return np.array([np.add.reduce(self.weight[first:last]) for first, last in bounds])

    def where(self, kept: Array) -> TieHistory:
        """Those ties alone."""
        rows = (self.month, self.source, self.target, self.weight, self.day)
        return self if kept.all() else TieHistory(self.n_months, *(row[kept] for row in rows))

    @cached_property
    def nodes(self) -> tuple[Array, Array]:
        """Month and member of each month's nodes, by month and first tie in time."""
        return self._numbered[0], self._numbered[1]

    @cached_property
    def months(self) -> list[Ties]:
        """The ties month by month."""
        of_node, member, local = self._numbered
        starts = np.searchsorted(of_node, np.arange(self.n_months + 1))
        source, target = local.T
        found = []
        for t in range(self.n_months):
            mine, nodes = slice(*self.bounds[t : t + 2]), member[starts[t] : starts[t + 1]]
            found.append(Ties(source[mine], target[mine], self.weight[mine], self.day[mine], nodes))
        return found

    @cached_property
    def _numbered(self) -> tuple[Array, Array, Array]:
        """Month and member of the nodes, and the two ends of each tie as numbers among its month's nodes."""
        ends = np.column_stack([self.source, self.target])
        width = int(ends.max(initial=0)) + 1
        place = (self.month[:, None] * width + ends).ravel()
        first = np.full(self.n_months * width, len(place))
        first[place[::-1]] = np.arange(len(place))[::-1]  # the earliest is written last
        seen = np.flatnonzero(first < len(place))
        nodes = seen[np.argsort(first[seen])]
        month, member = np.divmod(nodes, width)
        number = np.empty(len(first), dtype=int)
        number[nodes] = np.arange(len(nodes)) - np.searchsorted(month, month)
        return month, member, number[place].reshape(-1, 2)


def tie_history(ctx: Context) -> TieHistory:
    """The core ties of every month, by the replying turn's day, in time order; or those put in their place."""
    return ctx.memo.get(_TIES) or _stored(ctx)


def on_ties(ctx: Context, ties: TieHistory) -> Context:
    """The same group with other ties for all that rests on :func:`tie_history`, asking for no intervals."""
    other = ctx.quiet()
    other.memo = {_TIES: ties}
    return other


@once
def _stored(ctx: Context) -> TieHistory:
    core = ctx.is_core
    source, target = (end[core] for end in ctx.tie_members)
    return placed(ctx, ctx.day_of(ctx.replies["local_date"])[core], source, target, ctx.tie("weight")[core])


def placed(ctx: Context, day: Array, source: Array, target: Array, weight: Array) -> TieHistory:
    """Ties in time order by month; those outside of the axes or of a person to themselves are left out."""
    month = ctx.month_of_day(day)
    keep = np.flatnonzero(
        (source != target) & (source >= 0) & (target >= 0) & (month >= 0) & (month < ctx.n_months)
    )
    keep = keep[np.argsort(month[keep], kind="stable")]
    month = month[keep]
    weight = np.asarray(weight[keep], dtype=float)
    return TieHistory(
        ctx.n_months, month, source[keep], target[keep], weight, day[keep] - ctx.month_start[month]
    )


def undirected(matrix: Array) -> Array:
    """What goes either way between two nodes."""
    return matrix + matrix.T


def reciprocity(matrix: Array) -> float:
    """Sum of the smaller of both directions over all tie weight (Squartini et al. 2013)."""
    total = matrix.sum()
    return float(np.minimum(matrix, matrix.T).sum() / total) if total > 0 else np.nan


def degree_gaps(adjacency: Array) -> float:
    """Sum of what each in-degree falls short of the largest."""
    degree = adjacency.sum(axis=0)
    return float((degree.max(initial=0) - degree).sum())


def in_centralisation(adjacency: Array) -> float:
    """Freeman's in-degree centralisation of a binary directed graph: 1 for a star, 0 for equals."""
    n = len(adjacency)
    return degree_gaps(adjacency) / (n - 1) ** 2 if n > 1 else np.nan


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


def differ(*ends: tuple[Array, Array]) -> Array:
    """Whether two ends differ in a label that both have; a label is a number, -1 for none."""
    found: Array = np.logical_or.reduce([(a != b) & (a >= 0) & (b >= 0) for a, b in ends])
    return found


def permuted_mean_difference(n: Array, alike: Array) -> Array:
    """Expected share of tie weight between differing ends when labels are permuted among the n nodes.

    Each pair of labels is equally likely at the ends of a tie, so it is the mean over all ordered pairs of two
    nodes. ``alike``: ordered pairs that do not differ, each node's with itself among them.
    """
    n = np.asarray(n)
    return divide(n * n - alike, n * (n - 1))


def permuted_shares(
    rng: np.random.Generator, ties: Ties, labels: Sequence[Array], draws: int
) -> tuple[Array, bool]:
    """Share of tie weight between ends that :func:`differ` under permuted labels; every permutation up to 6 nodes.

    ``labels``: each a label by node. Returns the shares and whether they are all permutations rather than draws.
    """
    exact = ties.n <= 6
    if exact:
        permutations = np.array(list(itertools.permutations(range(ties.n))))
    else:
        permutations = rng.permuted(np.tile(np.arange(ties.n), (draws, 1)), axis=1)
    matrix = ties.matrix
    source, target = np.nonzero(matrix)  # ties of one direction between two people are one
    weight, across = matrix[source, target], []
    for part in in_parts(permutations, len(weight)):
        dealt = [np.ascontiguousarray(label.astype(np.int16)[part].T) for label in labels]
        unequal = differ(*((label[source], label[target]) for label in dealt))  # ties x draws
        across.append(np.ascontiguousarray(unequal.T).astype(float) @ weight)
    return np.concatenate(across) / ties.total, exact


def two_sided_p(observed: float, null: Array, expected: float, exact: bool) -> float:
    """Share of the null at least as far from its mean as the observation; draws count themselves."""
    beyond = int((np.abs(null - expected) >= abs(observed - expected) - 1e-12).sum())
    return beyond / len(null) if exact else (beyond + 1) / (len(null) + 1)
