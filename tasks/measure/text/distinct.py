"""Texts read once each: the distinct values of a column, and where each row's value stands among them."""

from __future__ import annotations

import numpy as np
import polars as pl

#: Numbers are told apart in a table of all there might be, unless it has so many times more cells than numbers.
_CELLS_A_CODE = 8
#: So few texts are told apart faster by giving each a code; groups are made faster of many.
_FEW = 1024


def distinct_values(texts: pl.Series) -> tuple[pl.Series, np.ndarray]:
    """The distinct values of a column (NULL is one) in any order, and for each row the place of its own."""
    return coded_values(texts) if len(texts) <= _FEW else _grouped(texts)


def coded_values(texts: pl.Series) -> tuple[pl.Series, np.ndarray]:
    """As :func:`distinct_values`; of many texts fast where few are distinct, as the words of talk."""
    own = pl.Categories.random()
    coded = texts.cast(pl.Categorical(own))  # the categories live as long as this
    place, values = coded.to_physical(), own.to_series()
    if place.null_count():
        place = place.fill_null(len(values))
        values = values.extend_constant(None, 1)
    return values.alias("value"), place.to_numpy().astype(np.int64)


def _grouped(texts: pl.Series) -> tuple[pl.Series, np.ndarray]:
    groups = texts.alias("value").to_frame().with_row_index("row").group_by("value").agg("row")
    rows = groups["row"].to_arrow(compat_level=pl.CompatLevel.oldest())
    bounds = rows.offsets.to_numpy()
    place = np.empty(len(texts), dtype=np.int64)
    place[rows.values.to_numpy()[bounds[0] : bounds[-1]]] = np.repeat(np.arange(len(groups)), np.diff(bounds))
    return groups["value"], place


def stretches(start: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The whole numbers of several stretches, one after another: from each start so many as counted."""
    before = np.cumsum(count) - count
    return np.arange(int(count.sum())) + np.repeat(start - before, count)


def or_none(places: np.ndarray) -> pl.Series:
    """Places to gather from, NULL for those below 0."""
    chosen = pl.lit(pl.Series("place", places))
    return pl.select(pl.when(chosen >= 0).then(chosen)).to_series()


def numbered(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct ones of whole numbers from 0 on, rising, and for each number its place among them."""
    size = int(codes.max(initial=-1)) + 1
    if size > _CELLS_A_CODE * len(codes):
        distinct, place = np.unique(codes, return_inverse=True)
        return distinct, place
    occurs = np.zeros(size, dtype=bool)
    occurs[codes] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[codes]
