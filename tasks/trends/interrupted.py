"""Interrupted time series: a step and a change of slope at a date, with errors that remember the month before.

Impact model, stated beforehand: level and slope may both change in the month of the shock. Generalised least
squares with AR(1) errors (``statsmodels.GLSAR``); beside it least squares with Newey-West errors, which are
too small where months hang together.
"""

from __future__ import annotations

import warnings

import numpy as np

from tasks.trends.adjust import useful
from tasks.trends.covariates import calendar_shares
from tasks.trends.series import Floats, Series

MIN_BEFORE, MIN_AFTER = 12, 6  # values; with fewer the model is descriptive
MIN_SPARE = 4  # values beyond the parameters; with fewer there is no model
MAX_ITERATIONS = 10
STEP, SLOPE_CHANGE = 2, 3  # columns of the design


def _design(series: Series, month: int, also: int | None = None) -> Floats:
    """Level, time, step, time since; a second date where one is given; Ramadan and Syawal."""
    time = (series.index - month).astype(np.float64)
    after = (time >= 0).astype(np.float64)
    parts = [np.ones(len(time)), time, after, time * after]
    if also is not None:
        later = (series.index - also).astype(np.float64)
        parts += [(later >= 0).astype(np.float64), later * (later >= 0)]
    return np.column_stack([*parts, useful(calendar_shares(series.index, series.window))])


def _is_estimable(series: Series, month: int, design: Floats) -> bool:
    sides = (series.index < month).sum(), (series.index >= month).sum()
    spare = len(series) - design.shape[1]
    return min(sides) >= 3 and spare >= MIN_SPARE and np.linalg.matrix_rank(design) == design.shape[1]


def interruption(series: Series, month: int) -> dict[str, float] | None:
    """Step and change of slope at a month, with 95 % intervals; None where the values do not suffice.

    Returns ``step, step_lo, step_hi, step_p, step_p_hac, slope_change, slope_change_lo, slope_change_hi`` in the
    indicator's unit, the slope's per month.
    """
    if len(series) == 0:
        return None
    design = _design(series, month)
    if not _is_estimable(series, month, design):
        return None
    from statsmodels.regression.linear_model import GLSAR, OLS
    from statsmodels.tools.sm_exceptions import SingularMatrixWarning

    plain = OLS(series.values, design).fit()
    if plain.ssr <= 1e-18 * max(float(np.square(series.values).sum()), 1.0):
        return _exact(plain.params)  # the model leaves nothing: there is no error to speak of
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SingularMatrixWarning)
            fit = GLSAR(series.values, design, rho=1).iterative_fit(maxiter=MAX_ITERATIONS)
    except SingularMatrixWarning:  # errors that never forget leave no level to tell a step from
        return None
    lags = int(4 * (len(series) / 100) ** (2 / 9))
    robust = OLS(series.values, design).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}
    )
    interval = np.asarray(fit.conf_int())
    return {
        "step": float(fit.params[STEP]),
        "step_lo": float(interval[STEP, 0]),
        "step_hi": float(interval[STEP, 1]),
        "step_p": float(fit.pvalues[STEP]),
        "step_p_hac": float(robust.pvalues[STEP]),
        "slope_change": float(fit.params[SLOPE_CHANGE]),
        "slope_change_lo": float(interval[SLOPE_CHANGE, 0]),
        "slope_change_hi": float(interval[SLOPE_CHANGE, 1]),
    }


def _exact(params: Floats) -> dict[str, float]:
    step, change = float(params[STEP]), float(params[SLOPE_CHANGE])
    return {
        "step": step, "step_lo": step, "step_hi": step,
        "slope_change": change, "slope_change_lo": change, "slope_change_hi": change,
    }  # fmt: skip


def step_at(series: Series, month: int, true: int | None) -> float | None:
    """The step at a month by least squares; ``true`` is a shock that stays in the model beside it."""
    design = _design(series, month, true)
    if not _is_estimable(series, month, design):
        return None
    return float(np.linalg.lstsq(design, series.values, rcond=None)[0][STEP])
