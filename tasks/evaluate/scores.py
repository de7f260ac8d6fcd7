"""Precision and recall from what coders said, each with an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.measure.indicators.intervals import wilson

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval; NULL without anything to take a share of."""

    value: float | None
    low: float | None
    high: float | None


NOTHING = Share(None, None, None)


def share(hits: Floats, weight: Floats | None = None) -> Share:
    """Weighted mean of hits in 0..1 with Wilson's interval on the effective number of cases.

    With equal weights this is Wilson on the counts. Unequal weights (strata sampled at different rates) tell
    less: the effective number is ``sum(w)^2 / sum(w^2)`` (Kish 1965).
    """
    weight = np.ones(len(hits)) if weight is None else weight
    total = float(weight.sum())
    if total <= 0:
        return NOTHING
    value = float((weight * hits).sum() / total)
    effective = total**2 / float((weight**2).sum())
    low, high = wilson(np.array([value * effective]), np.array([effective]))
    return Share(value, float(low[0]), float(high[0]))
