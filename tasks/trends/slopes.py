"""Slope and test of one series: Theil-Sen, Mann-Kendall with an AR(1) bootstrap, Hamed-Rao, seasonal Kendall."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.stats import norm, rankdata, theilslopes

from tasks.trends.adjust import residual_maker
from tasks.trends.series import Floats, Ints, Series

MIN_SLOPE = 3  # values; below, no slope
DRAWS = 999
CONFIDENCE = 0.95
#: phi is rounded to this step, so that series of one length share their null distribution.
PHI_DECIMALS = 2
MAX_PHI = 0.99
#: Hamed and Rao's correction looks this far back; longer lags are noise at the lengths met here.
HAMED_RAO_LAGS = 3


@dataclass(frozen=True, slots=True)
class Slope:
    """Theil-Sen slope per month with its 95 % interval; ``intercept`` belongs to month index 0."""

    per_month: float
    low: float
    high: float
    intercept: float

    def line(self, index: Ints) -> Floats:
        """The fitted line in some months."""
        return np.asarray(self.intercept + self.per_month * index, dtype=np.float64)


def theil_sen(index: Ints, values: Floats) -> Slope:
    """Median of all pairwise slopes, with the rank-based interval of Sen (1968), on the real month index."""
    fit = theilslopes(values, index.astype(np.float64), alpha=CONFIDENCE)
    return Slope(float(fit.slope), float(fit.low_slope), float(fit.high_slope), float(fit.intercept))


def mann_kendall_s(series: Floats) -> Ints:
    """Mann-Kendall S of each row of ``series`` (draws x time): rising minus falling pairs, ties nothing."""
    total = np.zeros(series.shape[0], dtype=np.int64)
    for lag in range(1, series.shape[1]):
        total += np.sign(series[:, lag:] - series[:, :-lag]).sum(axis=1).astype(np.int64)
    return total


def _autocorrelation(index: Ints, centred: Floats, step: int) -> float | None:
    """Correlation of values ``step`` months apart, over those that exist; None with too few of them."""
    later = np.searchsorted(index, index + step)
    inside = later < len(index)
    inside[inside] = index[later[inside]] == index[inside] + step
    variance = float(np.mean(centred**2))
    if variance == 0 or int(inside.sum()) < MIN_SLOPE:
        return None
    return float(np.mean(centred[inside] * centred[later[inside]])) / variance


def lag_one(index: Ints, residuals: Floats, window: int) -> float:
    """AR(1) coefficient of residuals about a fitted trend, from values one window apart.

    Corrected for the bias that the fitted trend brings, ``phi + (2 + 4 phi) / n``, and kept in [0, .99].
    """
    phi = _autocorrelation(index, residuals - residuals.mean(), window)
    if phi is None:
        return 0.0
    corrected = phi + (2 + 4 * phi) / len(index)
    return round(min(max(corrected, 0.0), MAX_PHI), PHI_DECIMALS)


@lru_cache(maxsize=4096)
def _null_distribution(steps: tuple[float, ...], phi: float, draws: int, covariates: bytes) -> Ints:
    """Sorted |S| of ``draws`` AR(1) series without trend, observed ``steps`` windows apart.

    Each draw is adjusted for the covariates as the series was, so that what the adjustment does to S is in
    the null too. Seeded by its own arguments alone: a series' p depends on nothing but the series.
    """
    digest = hashlib.sha256(repr((steps, phi, draws)).encode()).digest()
    noise = np.random.default_rng(int.from_bytes(digest[:8], "big")).standard_normal((draws, len(steps) + 1))
    for position, step in enumerate(steps, start=1):
        carried = phi**step
        noise[:, position] = carried * noise[:, position - 1] + np.sqrt(1 - carried**2) * noise[:, position]
    if covariates:
        times = np.concatenate([[0.0], np.cumsum(steps)])
        matrix = np.frombuffer(covariates, dtype=np.float64).reshape(len(times), -1)
        noise = noise @ residual_maker(times, matrix).T
    return np.sort(np.abs(mann_kendall_s(noise)))


def ar1_bootstrap_p(
    series: Series, slope: Slope, covariates: Floats | None = None, draws: int = DRAWS
) -> float:
    """Two-sided p of Mann-Kendall's S under AR(1) noise: (1 + draws as far or farther) / (1 + draws).

    Args:
        series: the values tested, adjusted already where ``covariates`` is given.
        slope: their fitted line.
        covariates: what they were adjusted for, values x covariates; None: for nothing.
        draws: series of the null.
    """
    phi = lag_one(series.index, series.values - slope.line(series.index), series.window)
    steps = tuple((np.diff(series.index) / series.window).tolist())
    shape = b"" if covariates is None else np.ascontiguousarray(covariates, dtype=np.float64).tobytes()
    null = _null_distribution(steps, phi, draws, shape)
    observed = abs(int(mann_kendall_s(series.values[None, :])[0]))
    as_far = draws - int(np.searchsorted(null, observed, side="left"))
    return (1 + as_far) / (1 + draws)


def _variance_of_s(values: Floats) -> float:
    """Variance of S for independent values, with ties."""
    n = len(values)
    _, ties = np.unique(values, return_counts=True)
    return float((n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18)


def _normal_p(s: float, variance: float) -> float:
    """Two-sided p of S by the normal law, with the correction for continuity."""
    if variance <= 0:
        return 1.0
    return float(2 * norm.sf(max(abs(s) - 1, 0) / np.sqrt(variance)))


def hamed_rao_p(series: Series, slope: Slope) -> float:
    """Two-sided p of Mann-Kendall's S with the variance of Hamed and Rao (1998).

    Autocorrelations are those of the ranks about the fitted line, three lags, each only where it stands out
    from white noise; the variance never falls below that of independent values.
    """
    n, values = len(series), series.values
    ranks = rankdata(values - slope.line(series.index))
    correction = 0.0
    for lag in range(1, HAMED_RAO_LAGS + 1):
        rho = _autocorrelation(series.index, ranks - ranks.mean(), lag * series.window)
        if rho is not None and abs(rho) > norm.ppf(0.5 + CONFIDENCE / 2) / np.sqrt(n):
            correction += (n - lag) * (n - lag - 1) * (n - lag - 2) * rho
    factor = max(1 + 2 * correction / (n * (n - 1) * (n - 2)), 1.0)
    return _normal_p(float(mann_kendall_s(values[None, :])[0]), _variance_of_s(values) * factor)


def seasonal_kendall_p(series: Series, seasons: Ints) -> float | None:
    """Two-sided p of Hirsch's seasonal Kendall test: S within each season, summed (Hirsch et al. 1982).

    Args:
        series: values in time order.
        seasons: the season of each value, here its Islamic month.

    None where no season has two values.
    """
    s, variance = 0, 0.0
    for season in np.unique(seasons):
        values = series.values[seasons == season]
        if len(values) > 1:
            s += int(mann_kendall_s(values[None, :])[0])
            variance += _variance_of_s(values)
    return _normal_p(float(s), variance) if variance > 0 else None
