"""Krippendorff's alpha for nominal codes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MISSING = -1


def nominal_alpha(codes: npt.NDArray[np.int64]) -> float:
    """Agreement beyond chance: 1 is full, 0 is chance, NaN where all codes are one or no unit has two.

    ``1 - observed / expected disagreement`` over the coincidences of all pairs of codes within a unit, each
    pair weighted by 1 / (codes in the unit - 1); units with one code are left out (Krippendorff 2011,
    *Computing Krippendorff's Alpha-Reliability*).

    Args:
        codes: units x coders, non-negative; :data:`MISSING` where a coder left a unit out.
    """
    kept = codes[(codes != MISSING).sum(axis=1) >= 2]
    if not len(kept):
        return float("nan")
    values, number = np.unique(kept, return_inverse=True)
    one_hot = (number.reshape(kept.shape)[..., None] == np.arange(len(values))) & (values != MISSING)
    by_unit = one_hot.sum(axis=1).astype(float)  # units x values: how many coders said so
    coders = by_unit.sum(axis=1)
    alike = (by_unit * (by_unit - 1)).sum(axis=1) / (coders - 1)
    totals = by_unit.sum(axis=0)
    n = totals.sum()
    observed = n - alike.sum()
    expected = (n * n - (totals * totals).sum()) / (n - 1)
    return float(1 - observed / expected) if expected > 0 else float("nan")
