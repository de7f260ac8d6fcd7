"""How fast series of daily counts fall: quasi-Poisson regression with log link, profile interval.

Many short series at once: they lie in the rows of a matrix, filled up with zeros behind their last day.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_BISECTIONS = 60
_CHI2_95 = 3.841458820694124  # 95 % of chi-squared with 1 degree of freedom
_STEEPEST = -20.0  # a fall by e^20 a day is as good as at once
#: NumPy adds up rows shorter than this one by one; filled up with zeros they are added in the same order.
_SHORT = 8

Estimate = tuple[float | None, float | None, float | None]


def half_life(counts: np.ndarray) -> Estimate:
    """Days until the expected count of one series is halved; see :func:`half_lives`."""
    (estimate,) = half_lives([counts])
    return estimate


def half_lives(series: Sequence[np.ndarray]) -> list[Estimate]:
    """Days until the expected count is halved: ln 2 / -slope, with a 95 % interval; None where undefined.

    Poisson regression of the counts on their day, the dispersion by Pearson's chi-squared over n - 2 (never
    under 0: an exact fit has an interval of one point). The interval holds the slopes whose profile deviance
    is within 3.84 dispersions of the least. A series that does not fall has no half-life; one whose slope
    may be flat has no upper end.

    Args:
        series: for each campaign, from its peak on, one number per day.
    """
    told: list[Estimate] = [(None, None, None)] * len(series)
    places = [place for place, one in enumerate(series) if len(one) >= 3 and one[1:].sum() > 0]
    if not places:
        return told
    fit = _Falls([series[place] for place in places])
    slope = fit.slopes()
    falls = np.flatnonzero(slope < 0)
    if not len(falls):
        return told
    fit, slope = fit.take(falls), slope[falls]
    limit = fit.deviance(slope) + _CHI2_95 * fit.dispersion(slope)
    steep = fit.edge(slope, _STEEPEST, limit)
    flat = fit.edge(slope, 0.0, limit)
    halved = [np.log(2) / -rate for rate in (slope, steep, np.where(flat < 0, flat, np.nan))]
    for place, days, low, high in zip(np.array(places)[falls].tolist(), *halved, strict=True):
        told[place] = float(days), float(low), None if np.isnan(high) else float(high)
    return told


class _Falls:
    """Series in the rows of a matrix, and what a slope for each of them fits."""

    def __init__(self, series: Sequence[np.ndarray]) -> None:
        self._n = np.array([len(one) for one in series])
        width = max(int(self._n.max()), _SHORT)
        self._counts = np.stack([np.pad(one.astype(float), (0, width - len(one))) for one in series])
        self._days = np.arange(width, dtype=float)
        self._is_day = self._days < self._n[:, None]
        self._total = self._sums(self._counts)
        # the deviance counts days with something, brought to the left in their order
        some = self._counts > 0
        self._n_some = some.sum(axis=1)
        self._order = np.argsort(~some, axis=1, kind="stable")
        self._is_some = np.take_along_axis(some, self._order, axis=1)
        self._of_some = np.where(self._is_some, np.take_along_axis(self._counts, self._order, axis=1), 1.0)

    def take(self, rows: np.ndarray) -> _Falls:
        """Some of the series."""
        return _Falls([self._counts[row, : self._n[row]] for row in rows.tolist()])

    def slopes(self) -> np.ndarray:
        """Roots of the scores: the fitted mean day equals the observed mean day; it falls with the slope."""
        mean = self._sums(self._counts * self._days) / self._total
        low = np.full(len(self._n), _STEEPEST)
        high = -low
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            last = np.where(middle > 0, self._n - 1.0, 0.0)
            shape = self._shape(middle, self._days - last[:, None])
            is_below = self._sums(shape * self._days) / self._sums(shape) < mean
            low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
        return (low + high) / 2

    def fitted(self, slope: np.ndarray) -> np.ndarray:
        """Expected counts of the slopes: the intercept that fits the total is the best one."""
        shape = self._shape(slope, self._days)
        return shape * (self._total / self._sums(shape))[:, None]

    def dispersion(self, slope: np.ndarray) -> np.ndarray:
        """Pearson's chi-squared over its degrees of freedom."""
        fitted = self.fitted(slope)
        parts = (self._counts - fitted) ** 2 / np.maximum(fitted, 1e-300)
        return self._sums(parts) / (self._n - 2)

    def deviance(self, slope: np.ndarray) -> np.ndarray:
        fitted = self.fitted(slope)
        of_some = np.where(self._is_some, np.take_along_axis(fitted, self._order, axis=1), 1.0)
        logs = self._of_some * np.log(self._of_some / of_some)
        return 2 * (_row_sums(logs, self._n_some) - (self._total - self._sums(fitted)))

    def edge(self, inside: np.ndarray, outside: float, limit: np.ndarray) -> np.ndarray:
        """The slopes between ``inside`` and ``outside`` where the deviance reaches the limit; else ``outside``."""
        beyond = np.full(len(inside), outside)
        is_open = self.deviance(beyond) <= limit
        for _ in range(_BISECTIONS):
            middle = (inside + beyond) / 2
            within = self.deviance(middle) <= limit
            inside, beyond = np.where(within, middle, inside), np.where(within, beyond, middle)
        return np.where(is_open, outside, inside)

    def _shape(self, slope: np.ndarray, days: np.ndarray) -> np.ndarray:
        return np.exp(np.where(self._is_day, slope[:, None] * days, -np.inf))

    def _sums(self, rows: np.ndarray) -> np.ndarray:
        return _row_sums(rows, self._n)


def _row_sums(rows: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Sums of rows whose numbers after the n-th are zeros, to the last digit those of the rows without them."""
    return np.where(n < _SHORT, rows[:, : _SHORT - 1].sum(axis=1), rows.sum(axis=1))
