"""Small helpers over long columns."""

from __future__ import annotations

import polars as pl


def replaced(column: pl.Series, places: pl.Series, values: pl.Series) -> pl.Series:
    """A copy of a column with other values at some places; Polars' ``scatter`` changes the column itself."""
    return column.clone().scatter(places, values) if len(places) else column
