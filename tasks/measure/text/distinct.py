"""Texts read once each: the distinct values of a column, and where each row's value stands among them."""

from __future__ import annotations

import numpy as np
import polars as pl


def distinct_values(texts: pl.Series) -> tuple[pl.Series, np.ndarray]:
    """The distinct values of a column (NULL is one) in any order, and for each row the place of its own."""
    groups = texts.alias("value").to_frame().with_row_index("row").group_by("value").agg("row")
    rows = groups["row"]
    place = np.empty(len(texts), dtype=np.int64)
    place[rows.explode().to_numpy()] = np.repeat(np.arange(len(groups)), rows.list.len().to_numpy())
    return groups["value"], place


def stretches(start: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The whole numbers of several stretches, one after another: from each start so many as counted."""
    before = np.cumsum(count) - count
    return np.arange(int(count.sum())) + np.repeat(start - before, count)
