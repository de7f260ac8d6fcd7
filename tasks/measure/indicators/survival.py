"""Kaplan and Meier 1958: how long until an event, from windows of which some are still open."""

from __future__ import annotations

import numpy as np

from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.intervals import Z


def in_order(times: Array, is_event: Array) -> Array:
    """The order of subjects in which all functions here take them: by time, events before those still open."""
    return np.lexsort((~is_event, times))


def survival_curve(is_event: Array) -> Array:
    """S after each subject."""
    return np.cumprod(1 - is_event / np.arange(len(is_event), 0, -1))


def survival_areas(times: Array, is_event: Array, weights: Array, horizon: float) -> tuple[Array, Array]:
    """Restricted mean and S(horizon) for rows of weights (draws x subjects)."""
    at_risk = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]
    factor = 1 - np.divide(weights * is_event, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)
    survival = np.cumprod(factor, axis=1)
    return restricted_mean(times, survival, horizon), survival[:, -1]


def restricted_mean(times: Array, survival: Array, horizon: float) -> Array:
    """Area under ... x subjects curves up to the horizon."""
    times = np.minimum(times, horizon)
    before = np.concatenate([np.ones((*survival.shape[:-1], 1)), survival[..., :-1]], axis=-1)
    steps = times - np.append(0.0, times[:-1])
    return (before * steps).sum(axis=-1) + survival[..., -1] * (horizon - times[-1])


def median_survival(times: Array, is_event: Array) -> float:
    """Least time at which the curve is at or under one half; NaN where it stays above."""
    below = np.flatnonzero(survival_curve(is_event) <= 0.5 + 1e-12)
    return float(times[below[0]]) if len(below) else np.nan


def survival_interval(is_event: Array) -> tuple[float, float]:
    """Log-log interval of the share still open at the end, by Greenwood's variance; none at 0 or 1."""
    at_risk, died = np.arange(len(is_event), 0, -1), is_event.astype(float)
    left = at_risk - died
    survival = float(np.prod(left / at_risk))
    if not 0 < survival < 1:
        return np.nan, np.nan
    spread = np.sqrt(np.sum(died / (at_risk * np.maximum(left, 1)))) / abs(np.log(survival))
    return survival ** float(np.exp(Z * spread)), survival ** float(np.exp(-Z * spread))
