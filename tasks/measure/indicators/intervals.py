"""95 % intervals: Wilson, exact Poisson, Newcombe, percentile bootstrap over clusters, jackknife.

Resampling is a matrix product: a draws x clusters matrix of counts times the clusters' sums, so no
Python loop runs over draws. Fewer than eight clusters give no interval. The percentiles of few clusters lie
further out (:func:`tails`); how often each interval covers what was planted stands in docs/validity.md.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from tasks.measure.indicators.axes import Array

Interval = tuple[float, float]

DRAWS = 999
MIN_CLUSTERS = 8
MAX_CELLS = 250_000  # numbers held at once by a resampling: what a processor keeps close
Z = float(special.ndtri(0.975))
NO_INTERVAL: Interval = (np.nan, np.nan)


def median(values: Array) -> float:
    """Median of numbers, NaN with one that is none; for few of them much quicker than NumPy's."""
    ordered, half = np.sort(values), len(values) // 2
    if not len(ordered) or np.isnan(ordered[-1]):
        return np.nan
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def wilson(k: Array, n: Array) -> tuple[Array, Array]:
    """Wilson score interval of k of n, both real-valued; NaN where n is 0 (Wilson 1927)."""
    k, n = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    safe = np.where(n > 0, n, np.nan)
    p = k / safe
    centre = (p + Z**2 / (2 * safe)) / (1 + Z**2 / safe)
    inner = np.maximum(p * (1 - p) / safe + Z**2 / (4 * safe**2), 0)
    half = Z / (1 + Z**2 / safe) * np.sqrt(inner)
    low = np.where(k <= 0, 0 * safe, np.maximum(centre - half, 0))
    high = np.where(k >= n, 0 * safe + 1, np.minimum(centre + half, 1))
    return low, high


def poisson_exact(k: Array, exposure: Array, per: float = 1.0) -> tuple[Array, Array]:
    """Exact interval of a count over an exposure (Garwood 1936); NaN where the exposure is 0."""
    k, exposure = np.asarray(k, dtype=float), np.asarray(exposure, dtype=float)
    safe = np.where(exposure > 0, exposure, np.nan) / per
    low = np.where(k > 0, special.gammaincinv(np.maximum(k, 1), 0.025), 0.0)
    return low / safe, special.gammaincinv(k + 1, 0.975) / safe


def newcombe(k1: Array, n1: Array, k2: Array, n2: Array) -> tuple[Array, Array]:
    """Hybrid score interval of k1/n1 - k2/n2 (Newcombe 1998, method 10)."""
    p1 = np.asarray(k1, dtype=float) / np.where(np.asarray(n1) > 0, n1, np.nan)
    p2 = np.asarray(k2, dtype=float) / np.where(np.asarray(n2) > 0, n2, np.nan)
    (l1, u1), (l2, u2) = wilson(k1, n1), wilson(k2, n2)
    low = p1 - p2 - np.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    return low, p1 - p2 + np.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)


def tails(clusters: int) -> Array:
    """Shares of the draws that lie below the two ends of an interval of so many clusters.

    2.5 and 97.5 % for ever more clusters. Draws of n clusters spread too little by the factor sqrt((n - 1) / n),
    and their normal tails are thinner than Student's: the ends are moved out by both (Hesterberg 2015).
    """
    n = max(clusters, 2)
    low = float(special.ndtr(-special.stdtrit(n - 1, 0.975) * np.sqrt(n / (n - 1))))
    return np.array([low, 1 - low])


def percentiles(draws: Array, clusters: int) -> Interval:
    """The ends of the draws that are numbers, made of so many clusters; none where half of them are not."""
    draws = np.sort(np.asarray(draws, dtype=float))  # NaN sorts last
    n = int(np.isfinite(draws).sum())
    if n < len(draws) / 2 or n == 0:
        return NO_INTERVAL
    at = tails(clusters) * (n - 1)
    below = np.floor(at).astype(int)
    above = np.minimum(below + 1, n - 1)
    low, high = draws[below] + (at - below) * (draws[above] - draws[below])
    return float(low), float(high)


def row_percentiles(draws: Array) -> tuple[Array, Array]:
    """2.5 and 97.5 % of each row; NaN for a row of which half or more are no numbers."""
    draws = np.sort(np.asarray(draws, dtype=float), axis=1)  # NaN sorts last
    n = np.isfinite(draws).sum(axis=1)
    last = np.maximum(n - 1, 0)
    ends = []
    for share in (0.025, 0.975):
        at = share * last
        below = np.floor(at).astype(int)
        above = np.minimum(below + 1, last)
        rows = np.arange(len(draws))
        left, right = draws[rows, below], draws[rows, above]
        ends.append(
            np.where((n > 0) & (n >= draws.shape[1] / 2), left + (at - below) * (right - left), np.nan)
        )
    return ends[0], ends[1]


def centred(draws: Array, value: float, low: float, high: float) -> Array:
    """Draws moved so that their median is the value, cut to the range: the bootstrap's bias taken out.

    A statistic that random error can only move one way (a distance, a maximum, reciprocity of few ties)
    is biased once more in every resample, so far that the percentiles may miss the value itself.
    """
    return np.clip(draws - np.nanmedian(draws) + value, low, high)


def resampled_counts(rng: np.random.Generator, clusters: int, draws: int = DRAWS) -> Array:
    """draws x clusters: how often each cluster is drawn, with replacement, as many as there are."""
    picks = rng.integers(0, clusters, size=(draws, clusters))
    picks += np.arange(draws)[:, None] * clusters
    return np.bincount(picks.ravel(), minlength=draws * clusters).reshape(draws, clusters).astype(float)


def by_content(columns: Array) -> Array:
    """The rows in the order of their content, so that draws do not depend on who is who."""
    columns = np.atleast_2d(np.asarray(columns, dtype=float))
    return columns[np.lexsort(columns.T[::-1])]


def bootstrap(
    rng: np.random.Generator,
    columns: Array,
    statistic: Callable[[Array], Array],
    *,
    ordered: bool = False,
    after: Callable[[Array], Array] | None = None,
    clusters: int | None = None,
) -> Interval:
    """Percentile bootstrap over clusters.

    ``columns`` is clusters x k; ``statistic`` takes sums of resampled clusters, some draws x k, and returns
    one number per draw; ``after`` takes all of these. ``ordered`` keeps the given order (days); else rows are
    ordered by content. ``clusters``: how many of them tell something, where that is not all.
    """
    if len(columns) < MIN_CLUSTERS:
        return NO_INTERVAL
    rows = np.asarray(columns, dtype=float) if ordered else by_content(columns)
    counts = resampled_counts(rng, len(rows))
    drawn = np.concatenate([statistic(part @ rows) for part in in_parts(counts, rows.shape[1])])
    return percentiles(drawn if after is None else after(drawn), clusters or len(rows))


def in_parts(rows: Array, width: int) -> list[Array]:
    """The rows in parts of which each holds few enough numbers when every row has so many."""
    size = max(1, MAX_CELLS // max(width, 1))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def ratio(sums: Array) -> Array:
    """First column over second, NaN where the second is 0: the statistic of a pooled rate."""
    return np.divide(sums[:, 0], sums[:, 1], out=np.full(len(sums), np.nan), where=sums[:, 1] > 0)


def bootstrap_mean(rng: np.random.Generator, values: Array) -> Interval:
    """Percentile bootstrap of a mean over clusters."""
    return bootstrap(rng, np.column_stack([values, np.ones(len(values))]), ratio)


def bootstrap_median(rng: np.random.Generator, values: Array, minimum: int) -> Interval:
    """Percentile bootstrap of a median over events; none with fewer events than ``minimum``."""
    if len(values) < minimum:
        return NO_INTERVAL
    ordered = np.sort(values)
    picks = rng.integers(0, len(ordered), size=(DRAWS, len(ordered)))
    return percentiles(np.median(ordered[picks], axis=1), len(ordered))


def jackknife(value: float, left_out: Array, low: float = -np.inf, high: float = np.inf) -> Interval:
    """Student's interval with the delete-one variance (Tukey 1958), cut to the range; none under eight clusters."""
    n = len(left_out)
    if n < MIN_CLUSTERS or not np.isfinite(left_out).all():
        return NO_INTERVAL
    error = float(np.sqrt((n - 1) / n * np.sum((left_out - left_out.mean()) ** 2)))
    half = float(special.stdtrit(n - 1, 0.975)) * error
    return max(low, value - half), min(high, value + half)
