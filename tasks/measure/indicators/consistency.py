"""How far the components of a composite move together: Cronbach's alpha (Cronbach 1951), month by month.

It describes the components over the months so far; it proves neither that they measure one thing nor that they
measure solidarity, and no status and no claim rests on it.
"""

from __future__ import annotations

import numpy as np

from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.measures import divide, over_members

#: A sum that varies less than this stands still; what is left then is rounding.
_NO_SPREAD = 1e-12


def cronbach(z: Array, least: int) -> tuple[Array, Array]:
    """Alpha of a composite as of each month, and the months that it rests on; both of length M.

    k / (k - 1) (1 - sum of the components' variances / variance of their sum), sample variances, over the months
    up to that one in which all the components are there that are there in that month.

    Args:
        z: components x M, aligned; NaN where a component is not there.
        least: fewest months. NaN with fewer, with one component alone and where the sum stands still.
    """
    there = np.isfinite(z)
    lacking = (there[:, :, None] & ~there[:, None, :]).any(axis=0)  # as of a month x month
    months = ~lacking & np.tri(z.shape[1], dtype=bool)
    n, k = over_members(months.astype(float)), there.sum(axis=0).astype(float)
    rows = np.where(there[:, :, None] & months, np.nan_to_num(z)[:, None, :], 0.0)
    of_sum = _variance(rows.sum(axis=0), months, n)
    alpha = divide(k, k - 1) * (1 - divide(_variance(rows, months, n).sum(axis=0), of_sum))
    return np.where((n >= least) & (of_sum > _NO_SPREAD), alpha, np.nan), n


def _variance(rows: Array, months: Array, n: Array) -> Array:
    """Sample variances of ... x M x months over those months that count; what comes later changes no bit."""
    distance = np.where(months, rows - divide(over_members(rows), n)[..., None], 0.0)
    return divide(over_members(distance**2), n - 1)
