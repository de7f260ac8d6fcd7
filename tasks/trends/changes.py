"""Change points: months in which the level of an indicator may have moved. Exploratory only.

Least squares with a penalty (Killick's PELT as ``ruptures`` has it), the penalty raised where months hang
together: autocorrelated noise looks like breaks.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise

import numpy as np
import polars as pl

from schemas.tables import TABLES
from tasks.trends.series import Series, month_index, month_of, usable, without_overlap

CHANGE_POINT = TABLES["research.change_point"]
MIN_SEGMENT = 3  # values between two breaks
MIN_VALUES = 12
DRAWS = 199
BLOCK = 3  # values of a block of the bootstrap
TOLERANCE = 1  # positions by which a redrawn break may lie beside the found one
MAX_PHI = 0.9  # beyond, the penalty would know no bounds
CUT = 2.5  # spreads at which differences are cut


def penalty(series: Series) -> float:
    """2 ln(n) times the long-run variance of AR(1) noise, told from first differences.

    A change of level touches one difference only, so that differences, cut at 2.5 spreads, tell the noise
    from the breaks: their spread is sigma sqrt(2 (1 - phi)), their lag-one correlation -(1 - phi) / 2. The
    penalty is 2 ln(n) sigma^2 (1 + phi) / (1 - phi). Where differences have no spread their standard
    deviation serves.
    """
    steps = np.diff(series.values)
    steps = steps - np.median(steps)
    spread = 1.4826 * float(np.median(np.abs(steps))) or float(np.std(steps))
    steps = np.clip(steps, -CUT * spread, CUT * spread)
    steps = steps - steps.mean()
    variance = float(np.sum(steps**2))
    phi = (
        min(max(1 + 2 * float(np.sum(steps[1:] * steps[:-1])) / variance, 0.0), MAX_PHI) if variance else 0.0
    )
    sigma2 = spread**2 / (2 * (1 - phi))
    return float(2 * np.log(len(series)) * sigma2 * (1 + phi) / (1 - phi))


def breaks(values: np.ndarray, cost: float) -> list[int]:
    """Positions at which a new level begins."""
    from ruptures import KernelCPD

    if cost <= 0 or np.ptp(values) == 0:
        return []
    # the linear kernel's cost is the sum of squares about the mean: PELT with model l2 and jump 1, in C
    found = KernelCPD(kernel="linear", min_size=MIN_SEGMENT).fit(values.reshape(-1, 1)).predict(pen=cost)
    return [int(position) for position in found[:-1]]


def _levels(values: np.ndarray, found: list[int]) -> np.ndarray:
    """The mean of the segment in which each value lies."""
    edges = [0, *found, len(values)]
    return np.concatenate([np.full(b - a, values[a:b].mean()) for a, b in pairwise(edges)])


def confirmation(series: Series, found: list[int], cost: float, draws: int = DRAWS) -> list[float]:
    """Share of redrawn series in which each break is found again, at most one position beside it.

    Residuals about the levels are redrawn in blocks of three, seeded by the series itself.
    """
    n, levels = len(series), _levels(series.values, found)
    residuals = series.values - levels
    seed = hashlib.sha256(series.index.tobytes() + np.round(series.values, 12).tobytes()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:8], "big"))
    starts = rng.integers(0, n - BLOCK + 1, size=(draws, -(-n // BLOCK)))
    drawn = (starts[:, :, None] + np.arange(BLOCK)).reshape(draws, -1)[:, :n]
    hits = np.zeros(len(found))
    for positions in drawn:
        again = np.array(breaks(levels + residuals[positions], cost))
        hits += [bool((np.abs(again - position) <= TOLERANCE).any()) for position in found]
    return [float(share) for share in hits / draws]


def change_points(cells: pl.DataFrame, windows: dict[str, int], draws: int = DRAWS) -> pl.DataFrame:
    """``research.change_point``: one row per break found.

    Args:
        cells: ``group_id, month, code, value, status``.
        windows: months a value of each code looks back over; values that overlap are left out.
        draws: redrawn series.

    ``shift`` is the new level less the old one, in the indicator's unit; ``confirmed_share`` the share of
    redrawn series that show the break again. Series of fewer than twelve values are not searched.
    """
    rows = []
    ordered = cells.with_columns(_index=month_index(pl.col("month"))).sort("group_id", "code", "month")
    for (group_id, code), part in ordered.group_by(["group_id", "code"], maintain_order=True):
        series = usable(part, windows[str(code)])
        series = series.at(without_overlap(series.index, series.window))
        if len(series) < MIN_VALUES:
            continue
        cost = penalty(series)
        found = breaks(series.values, cost)
        if not found:
            continue
        edges = [0, *found, len(series)]
        means = [series.values[a:b].mean() for a, b in pairwise(edges)]
        shares = confirmation(series, found, cost, draws)
        rows += [
            {
                "group_id": group_id,
                "code": code,
                "month": month_of(int(series.index[position])),
                "shift": float(means[number + 1] - means[number]),
                "confirmed_share": shares[number],
            }
            for number, position in enumerate(found)
        ]
    return pl.DataFrame(rows, schema=CHANGE_POINT.polars_schema)
