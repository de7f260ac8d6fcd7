"""Long columns: changed at a few places, or of few distinct values."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl


def replaced(column: pl.Series, places: pl.Series, values: pl.Series) -> pl.Series:
    """A copy of a column with other values at some places; Polars' ``scatter`` changes the column itself."""
    return column.clone().scatter(places, values) if len(places) else column


def either(n_rows: int, *places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Places that are in any of these lists, in order."""
    is_any = np.zeros(n_rows, np.bool_)
    for some in places:
        is_any[some] = True
    return np.flatnonzero(is_any)


class Coded(NamedTuple):
    """A long column of few distinct strings: ``values.gather(code)``.

    What is asked or changed about the strings is done once per value. Values may be equal to each other or
    unused after a change.
    """

    values: pl.Series
    code: npt.NDArray[np.uint32]

    def spread(self) -> pl.Series:
        """The long column itself."""
        return self.values.gather(self.code)

    def where(self, is_value: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Rows whose value is one of those marked."""
        if not is_value.any():
            return np.zeros(len(self.code), np.bool_)
        return is_value[self.code]

    def is_used(self, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Per value, whether some of these rows has it."""
        found = np.zeros(len(self.values), np.bool_)
        found[self.code if rows.all() else self.code[rows]] = True
        return found

    def changed(self, places: pl.Series, values: pl.Series) -> Coded:
        """Other values at some places."""
        if not len(places):
            return self
        new = coded(values)
        code = self.code.copy()
        code[places.to_numpy()] = new.code + np.uint32(len(self.values))
        # In one piece: to gather from several costs three times as much.
        return Coded(pl.concat([self.values, new.values], rechunk=True), code)


def coded(column: pl.Series) -> Coded:
    """Number the distinct values of a column of strings, a NULL as one more."""
    categories = column.cast(pl.Categorical(pl.Categories.random()))
    physical = categories.to_physical()
    distinct = categories.unique()
    names = pl.DataFrame({"code": distinct.to_physical(), "name": distinct.cast(pl.String)}).sort("code")
    values = names["name"].filter(names["code"].is_not_null())
    if physical.has_nulls():
        physical = physical.fill_null(len(values))
        values = pl.concat([values, pl.Series([None], dtype=pl.String)])
    return Coded(values.alias(column.name), physical.to_numpy())
