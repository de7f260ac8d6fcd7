"""Series of one indicator in one group, on the real month index.

Months that are missing leave their gap: a series is always (index, value), never a bare list.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Series:
    """Usable values of one code in one group, in time order.

    ``index`` are months since year 0, ``window`` the months each value looks back over, ``share_usable``
    the usable months among those of the covered history, all before values that overlap were left out.
    """

    index: Ints
    values: Floats
    window: int = 1
    share_usable: float = 1.0

    def __len__(self) -> int:
        return len(self.index)

    def at(self, positions: Ints) -> Series:
        """The series at some positions."""
        return Series(self.index[positions], self.values[positions], self.window, self.share_usable)

    def with_values(self, values: Floats) -> Series:
        """Other values in the same months."""
        return Series(self.index, values, self.window, self.share_usable)


def month_index(month: pl.Expr) -> pl.Expr:
    """Months since year 0: a real index, in which a missing month leaves its gap."""
    return month.dt.year().cast(pl.Int64) * 12 + month.dt.month().cast(pl.Int64) - 1


def month_of(index: int) -> dt.date:
    """First day of the month with an index."""
    return dt.date(index // 12, index % 12 + 1, 1)


def index_of(date: dt.date) -> int:
    """Index of the month in which a day lies."""
    return date.year * 12 + date.month - 1


def usable(cells: pl.DataFrame, window: int, statuses: tuple[str, ...] = ("ok",)) -> Series:
    """The usable values of one code in one group.

    Args:
        cells: ``_index, value, status``, one row per month, by month.
        window: months a value looks back over.
        statuses: statuses that count; truncated months are no part of the history.
    """
    covered = cells.filter(pl.col("status") != "truncated")
    chosen = covered.filter(pl.col("status").is_in(statuses) & pl.col("value").is_not_null())
    share = chosen.height / covered.height if covered.height else 0.0
    return Series(
        chosen["_index"].to_numpy().astype(np.int64),
        chosen["value"].to_numpy().astype(np.float64),
        window,
        share,
    )


def without_overlap(index: Ints, window: int) -> Ints:
    """Positions of values whose trailing windows do not overlap: the first, then each next one far enough.

    The choice does not move when later months are added.
    """
    chosen: list[int] = []
    for position, month in enumerate(index):
        if not chosen or month - index[chosen[-1]] >= window:
            chosen.append(position)
    return np.array(chosen, dtype=np.int64)
