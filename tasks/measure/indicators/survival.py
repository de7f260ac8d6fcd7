"""Kaplan and Meier 1958: how long until an event, from windows of which some are still open."""

from __future__ import annotations

import numpy as np

from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.intervals import Z


def survival_areas(times: Array, is_event: Array, weights: Array, horizon: float) -> tuple[Array, Array]:
    """Restricted mean and S(horizon) by Kaplan-Meier for rows of weights (draws x subjects).

    Deaths come before censorings at the same time.
    """
    order = np.lexsort((~is_event, times))
    times, is_event, weights = np.minimum(times[order], horizon), is_event[order], weights[:, order]
    at_risk = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]
    factor = 1 - np.divide(weights * is_event, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)
    survival = np.cumprod(factor, axis=1)
    before = np.concatenate([np.ones((len(weights), 1)), survival[:, :-1]], axis=1)
    steps = times - np.append(0.0, times[:-1])
    areas = (before * steps).sum(axis=1) + survival[:, -1] * (horizon - times[-1])
    return areas, survival[:, -1]


def median_survival(times: Array, is_event: Array) -> float:
    """Least time at which the Kaplan-Meier curve is at or under one half; NaN where it stays above."""
    order = np.lexsort((~is_event, times))
    times, is_event = times[order], is_event[order]
    survival = np.cumprod(1 - is_event / np.arange(len(times), 0, -1))
    below = np.flatnonzero(survival <= 0.5 + 1e-12)
    return float(times[below[0]]) if len(below) else np.nan


def survival_interval(times: Array, is_event: Array) -> tuple[float, float]:
    """Log-log interval of the share still open at the end, by Greenwood's variance; none at 0 or 1."""
    order = np.lexsort((~is_event, times))
    at_risk, died = np.arange(len(times), 0, -1), is_event[order].astype(float)
    left = at_risk - died
    survival = float(np.prod(left / at_risk))
    if not 0 < survival < 1:
        return np.nan, np.nan
    spread = np.sqrt(np.sum(died / (at_risk * np.maximum(left, 1)))) / abs(np.log(survival))
    return survival ** float(np.exp(Z * spread)), survival ** float(np.exp(-Z * spread))
