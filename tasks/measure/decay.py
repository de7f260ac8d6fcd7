"""How fast a series of daily counts falls: quasi-Poisson regression with log link, profile interval."""

from __future__ import annotations

import numpy as np

_BISECTIONS = 60
_CHI2_95 = 3.841458820694124  # 95 % of chi-squared with 1 degree of freedom
_STEEPEST = -20.0  # a fall by e^20 a day is as good as at once

Estimate = tuple[float | None, float | None, float | None]


def half_life(counts: np.ndarray) -> Estimate:
    """Days until the expected count is halved: ln 2 / -slope, with a 95 % interval; None where undefined.

    Poisson regression of the counts on their day, the dispersion by Pearson's chi-squared over n - 2 (never
    under 0: an exact fit has an interval of one point). The interval holds the slopes whose profile deviance
    is within 3.84 dispersions of the least. A series that does not fall has no half-life; one whose slope
    may be flat has no upper end.

    Args:
        counts: from the peak on, one number per day.
    """
    if len(counts) < 3 or counts[1:].sum() == 0:
        return None, None, None
    days = np.arange(len(counts), dtype=float)
    slope = _slope(counts, days)
    if slope >= 0:
        return None, None, None
    fitted = _fitted(counts, days, slope)
    dispersion = float(((counts - fitted) ** 2 / np.maximum(fitted, 1e-300)).sum() / (len(counts) - 2))
    limit = _deviance(counts, fitted) + _CHI2_95 * dispersion
    steep = _edge(counts, days, slope, _STEEPEST, limit)
    flat = _edge(counts, days, slope, 0.0, limit)
    return _halved(slope), _halved(steep), _halved(flat) if flat < 0 else None


def _halved(slope: float) -> float:
    return float(np.log(2) / -slope)


def _fitted(counts: np.ndarray, days: np.ndarray, slope: float) -> np.ndarray:
    """Expected counts of a slope: the intercept that fits the total is the best one."""
    shape = np.exp(slope * days)
    return shape * (counts.sum() / shape.sum())


def _slope(counts: np.ndarray, days: np.ndarray) -> float:
    """Root of the score: the fitted mean day equals the observed mean day; it falls with the slope."""
    mean = float((counts * days).sum() / counts.sum())
    low, high = _STEEPEST, -_STEEPEST
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        shape = np.exp(middle * (days - days[-1] * (middle > 0)))
        low, high = (middle, high) if (shape * days).sum() / shape.sum() < mean else (low, middle)
    return (low + high) / 2


def _deviance(counts: np.ndarray, fitted: np.ndarray) -> float:
    positive = counts > 0
    logs = counts[positive] * np.log(counts[positive] / fitted[positive])
    return float(2 * (logs.sum() - (counts.sum() - fitted.sum())))


def _edge(counts: np.ndarray, days: np.ndarray, inside: float, outside: float, limit: float) -> float:
    """The slope between ``inside`` and ``outside`` where the deviance reaches the limit; else ``outside``."""
    if _deviance(counts, _fitted(counts, days, outside)) <= limit:
        return outside
    for _ in range(_BISECTIONS):
        middle = (inside + outside) / 2
        within = _deviance(counts, _fitted(counts, days, middle)) <= limit
        inside, outside = (middle, outside) if within else (inside, middle)
    return inside
