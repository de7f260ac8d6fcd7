"""What moves with a calendar or a platform, taken out of a series: partial residuals of a linear model."""

from __future__ import annotations

import numpy as np

from tasks.trends.series import Floats, Series

MIN_ADJUSTED = 12  # values; below, a series is left as it is
MIN_SPARE = 8  # values beyond the parameters of the model


def _design(times: Floats, covariates: Floats) -> Floats:
    return np.column_stack([np.ones(len(times)), times - times.mean(), covariates])


def residual_maker(times: Floats, covariates: Floats) -> Floats:
    """The matrix that takes the covariates' part out of a series, leaving its level and trend (n x n)."""
    design = _design(times, covariates)
    coefficients = np.linalg.pinv(design)[2:]
    return np.asarray(np.eye(len(times)) - covariates @ coefficients)


def useful(covariates: Floats) -> Floats:
    """The columns that vary, centred; the others could take nothing out."""
    centred = covariates - covariates.mean(axis=0)
    return np.asarray(centred[:, np.abs(centred).max(axis=0, initial=0) > 1e-12])


def can_adjust(series: Series, covariates: Floats) -> bool:
    """Whether a series is long enough for so many covariates."""
    return (
        covariates.shape[1] > 0
        and len(series) >= MIN_ADJUSTED
        and len(series) - 2 - covariates.shape[1] >= MIN_SPARE
    )


def partial_residuals(series: Series, covariates: Floats) -> Series:
    """The series less what the covariates explain beside a level and a line, by least squares.

    Args:
        series: values in time order.
        covariates: values x covariates, in the same months, see :func:`useful`.
    """
    maker = residual_maker(series.index.astype(np.float64), covariates)
    return series.with_values(maker @ series.values)
