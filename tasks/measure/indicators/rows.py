"""Rows of the indicators and of their companions, laid out from what was computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from schemas.frames import FRAMES
from schemas.indicators import Indicator
from schemas.tables import TABLES, Table
from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.measures import Detail, Measure
from tasks.measure.indicators.statuses import is_published

VALUES = FRAMES["indicator_rows"]
DETAILS = TABLES["core.fact_indicator_detail"]

_Columns = dict[str, Array]


@dataclass(frozen=True)
class Computed:
    """One definition over the months of the arrays it was computed from; the wanted ones among them have rows."""

    ctx: Context
    spec: Indicator
    measure: Measure
    status: Array
    hashes: Sequence[str]
    wanted: Array


def value_rows(computed: Sequence[Computed]) -> pl.DataFrame:
    """Rows of INDICATOR_ROWS, one per definition and wanted month."""
    return _frame(VALUES, computed, [_values(one) for one in computed])


def detail_rows(computed: Sequence[Computed]) -> pl.DataFrame:
    """Rows of ``core.fact_indicator_detail``: the companions of the months that have a value."""
    return _frame(DETAILS, computed, [_details(one) for one in computed])


def _frame(table: Table, computed: Sequence[Computed], parts: list[_Columns]) -> pl.DataFrame:
    """The parts as one frame with what all rows of a definition have in common; numbers that are none are NULL."""
    lengths = [len(part["month"]) for part in parts]
    if not sum(lengths):
        return table.empty()
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    shared: dict[str, list[Any]] = {
        "code": [one.spec.code for one in computed],
        "def_version": [one.spec.def_version for one in computed],
        "params_hash": [one.spec.params_hash for one in computed],
        "window_months": [one.spec.window_months for one in computed],
    }
    at = np.repeat(np.arange(len(parts)), lengths)
    inputs = computed[0].ctx.inputs
    frame = pl.DataFrame(
        {name: values.tolist() if values.dtype == object else values for name, values in columns.items()}
        | {name: pl.Series(values).gather(at) for name, values in shared.items()}
    ).with_columns(
        pl.selectors.float().fill_nan(None),
        group_key=pl.lit(inputs.group_key),
        group_id=pl.lit(inputs.group_id),
        snapshot_id=pl.lit(""),
    )
    return table.conform(frame)


def _values(one: Computed) -> _Columns:
    ctx, spec, measure = one.ctx, one.spec, one.measure
    shown = is_published(one.status)
    counted = ~np.isin(one.status, ("not_applicable", "no_coverage"))
    low, high = measure.ci or (np.full(ctx.n_months, np.nan),) * 2
    bounded = shown & np.isfinite(low) & np.isfinite(high)
    kind = np.asarray(spec.ci_kind if measure.ci_kind is None else measure.ci_kind, dtype=object)
    coverage = ctx.coverage(spec.window_months) if measure.coverage is None else measure.coverage
    columns = {
        "month": np.array(ctx.months, dtype="datetime64[D]"),
        "value": np.where(shown, measure.value, np.nan),
        "ci_low": np.where(bounded, low, np.nan),
        "ci_high": np.where(bounded, high, np.nan),
        "ci_kind": np.where(bounded, kind, "none"),
        "n_num": np.where(counted, measure.n_num, np.nan),
        "n_den": np.where(counted, measure.n_den, np.nan),
        "n_lo": ctx.n_lo(spec.window_months),
        "n_hi": ctx.n_hi(spec.window_months),
        "coverage": np.clip(coverage, 0, 1),
        "status": one.status.astype(object),
        "input_hash": np.array(one.hashes, dtype=object),
    }
    return {name: values[one.wanted] for name, values in columns.items()}


def _details(one: Computed) -> _Columns:
    """The companions that stand, by companion and month."""
    details = list(one.measure.details.values())
    n = one.ctx.n_months
    nothing = np.full(n, np.nan)

    def stacked(name: str) -> Array:
        """Companions x M of a column of numbers."""
        columns = [getattr(detail, name) for detail in details]
        rows = [nothing if column is None else column for column in columns]
        return np.array(rows, dtype=float).reshape(len(details), n)

    value, low, high = stacked("value"), stacked("ci_low"), stacked("ci_high")
    has_value = np.isfinite(value)
    at, t = np.nonzero(_standing(one, details, has_value))
    bounded = (has_value & np.isfinite(low) & np.isfinite(high))[at, t]
    kinds = np.empty((len(details), n), dtype=object)
    for row, detail in zip(kinds, details, strict=True):
        row[:] = detail.ci_kind
    status = np.where(one.status == "immature", "partial", one.status).astype(object)
    return {
        "month": np.array(one.ctx.months, dtype="datetime64[D]")[t],
        "detail": np.array(list(one.measure.details), dtype=object)[at],
        "value": value[at, t],
        "ci_low": np.where(bounded, low[at, t], np.nan),
        "ci_high": np.where(bounded, high[at, t], np.nan),
        "ci_kind": np.where(bounded, kinds[at, t], "none"),
        "n_num": stacked("n_num")[at, t],
        "n_den": stacked("n_den")[at, t],
        "status": np.where(has_value[at, t], status[t], "not_applicable"),
    }


def _standing(one: Computed, details: list[Detail], has_value: Array) -> Array:
    """Companions x M: whether the companion has a row."""
    published = is_published(one.status) & one.wanted
    waiting = (one.status == "immature") & one.wanted
    sparse = np.array([detail.is_sparse for detail in details], dtype=bool)[:, None]
    early = np.array([detail.while_immature for detail in details], dtype=bool)[:, None]
    return (published & (has_value | ~sparse)) | (waiting & early & has_value)
