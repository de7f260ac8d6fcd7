"""All indicators of a group: run the functions, decide the statuses, lay the rows out, reuse what holds."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl

from schemas.frames import FRAMES
from schemas.indicators import Indicator, registry
from schemas.tables import TABLES
from tasks.measure.indicators.closure import base_hashes, closure_hash
from tasks.measure.indicators.composites import compose
from tasks.measure.indicators.context import Array, Context
from tasks.measure.indicators.inputs import IndicatorInputs, Indicators
from tasks.measure.indicators.measures import FUNCTIONS, Measure
from tasks.measure.indicators.statuses import is_published, statuses

_VALUES = FRAMES["indicator_rows"]
_DETAILS = TABLES["core.fact_indicator_detail"]


def compute(
    inputs: IndicatorInputs, months: Sequence[dt.date] | None = None, cached: Indicators | None = None
) -> Indicators:
    """Every code of the catalogue for every month from the first to the month measured.

    Args:
        inputs: the group's facts.
        months: which months to return; all by default. What is returned does not depend on it.
        cached: rows of an earlier run, with their details; a row whose ``input_hash`` still holds is
            taken over instead of computed. The result equals that of a full computation.

    Returns:
        Rows of INDICATOR_ROWS and ``core.fact_indicator_detail`` with an empty ``snapshot_id``,
        sorted by code of the catalogue and month, and of ``core.composite_base``.
    """
    ctx = Context(inputs)
    bases = base_hashes(ctx)
    hashes = {
        spec.code: [
            closure_hash(spec, t, bases, inputs.first_month, inputs.history_start)
            for t in range(ctx.n_months)
        ]
        for spec in registry().values()
    }
    kept = _still_holding(ctx, hashes, cached)
    ctx.want(_missing(ctx, kept))
    values, details = [kept.values], [kept.details]
    for spec in registry().values():
        wanted = ctx.wanted(spec.code)
        if spec.is_composite or not wanted.any():
            continue
        measure = FUNCTIONS[spec.code](ctx, spec) if spec.code in FUNCTIONS else _not_computed(ctx)
        status = statuses(ctx, spec, measure)
        values.append(_value_rows(ctx, spec, measure, status, hashes[spec.code]).filter(pl.Series(wanted)))
        details.append(_detail_rows(ctx, spec, measure, status, wanted))
    no_nan = pl.selectors.float().fill_nan(None)
    all_values, all_details = pl.concat(values).with_columns(no_nan), pl.concat(details).with_columns(no_nan)
    composites, composite_bases = compose(ctx, all_values, all_details)
    _hash_composites(hashes, ctx.n_months, composite_bases)
    everywhere = np.ones(ctx.n_months, dtype=bool)
    values = [_value_rows(ctx, *composite, hashes[composite[0].code]) for composite in composites]
    details = [_detail_rows(ctx, *composite, everywhere) for composite in composites]
    all_values = pl.concat([all_values, *values]).with_columns(no_nan)
    all_details = pl.concat([all_details, *details]).with_columns(no_nan)
    return Indicators(_ordered(all_values, months), _ordered(all_details, months), composite_bases)


def is_computed(code: str) -> bool:
    """Whether this version of the product computes a code; others are ``not_applicable`` throughout."""
    return code in FUNCTIONS or registry()[code].is_composite


def _still_holding(ctx: Context, hashes: dict[str, list[str]], cached: Indicators | None) -> Indicators:
    """The cached rows whose hash is today's, and their details; composites are always computed."""
    if cached is None:
        return Indicators(_VALUES.empty(), _DETAILS.empty(), TABLES["core.composite_base"].empty())
    simple = [code for code in hashes if not registry()[code].is_composite]
    today = pl.DataFrame(
        {
            "code": [code for code in simple for _ in ctx.months],
            "month": pl.Series(ctx.months * len(simple), dtype=pl.Date),
            "input_hash": [value for code in simple for value in hashes[code]],
        }
    )
    values = cached.values.join(today, on=["code", "month", "input_hash"], how="semi")
    details = cached.details.join(values, on=["code", "month"], how="semi")
    unnamed = pl.lit("").alias("snapshot_id")
    return Indicators(
        _VALUES.conform(values.with_columns(unnamed)),
        _DETAILS.conform(details.with_columns(unnamed)),
        cached.bases,
    )


def _hash_composites(hashes: dict[str, list[str]], n_months: int, bases: pl.DataFrame) -> None:
    """A composite rests on its components' cells of the month and on their base periods."""
    base = dict(zip(bases["code"].to_list(), bases.rows(), strict=True))
    composites = [spec for spec in registry().values() if spec.is_composite]
    for spec in sorted(composites, key=lambda spec: any("idx_" in name for name in spec.components)):
        codes = [name.lstrip("-").partition(":")[0] for name in spec.components]
        for t in range(n_months):
            content = [spec.model_dump_json(), *(f"{hashes[code][t]}{base.get(code)}" for code in codes)]
            hashes[spec.code][t] = hashlib.sha256("|".join(content).encode()).hexdigest()[:24]


def _missing(ctx: Context, kept: Indicators) -> dict[str, Array]:
    """By code, the months for which no row holds."""
    wanted = {code: np.ones(ctx.n_months, dtype=bool) for code in registry()}
    month = ctx.month_of(kept.values["month"])
    for code, t in zip(kept.values["code"].to_list(), month, strict=True):
        wanted[code][t] = False
    return wanted


def _not_computed(ctx: Context) -> Measure:
    nothing, never = np.full(ctx.n_months, np.nan), np.zeros(ctx.n_months, dtype=bool)
    return Measure(nothing, nothing, nothing, enough=never, blocked=~never)


def _value_rows(
    ctx: Context, spec: Indicator, measure: Measure, status: Array, hashes: list[str]
) -> pl.DataFrame:
    """Rows of INDICATOR_ROWS of one code, one per month."""
    shown = is_published(status)
    counted = ~np.isin(status, ("not_applicable", "no_coverage"))
    low, high = measure.ci or (np.full(ctx.n_months, np.nan),) * 2
    bounded = shown & np.isfinite(low) & np.isfinite(high)
    kinds = np.full(ctx.n_months, spec.ci_kind, dtype=object) if measure.ci_kind is None else measure.ci_kind
    coverage = ctx.coverage(spec.window_months) if measure.coverage is None else measure.coverage
    n = ctx.n_months
    return pl.DataFrame(
        {
            "group_key": [ctx.inputs.group_key] * n,
            "group_id": [ctx.inputs.group_id] * n,
            "month": ctx.months,
            "code": [spec.code] * n,
            "def_version": [spec.def_version] * n,
            "params_hash": [spec.params_hash] * n,
            "value": np.where(shown, measure.value, np.nan),
            "ci_low": np.where(bounded, low, np.nan),
            "ci_high": np.where(bounded, high, np.nan),
            "ci_kind": [str(kind) if ok else "none" for kind, ok in zip(kinds, bounded, strict=True)],
            "n_num": np.where(counted, measure.n_num, np.nan),
            "n_den": np.where(counted, measure.n_den, np.nan),
            "n_lo": ctx.n_lo(spec.window_months),
            "n_hi": ctx.n_hi(spec.window_months),
            "window_months": [spec.window_months] * n,
            "coverage": np.clip(coverage, 0, 1),
            "status": status.tolist(),
            "snapshot_id": [""] * n,
            "input_hash": hashes,
        },
        schema=_VALUES.polars_schema,
    )


def _detail_rows(
    ctx: Context, spec: Indicator, measure: Measure, status: Array, wanted: Array
) -> pl.DataFrame:
    """Rows of ``core.fact_indicator_detail``: the companions of the months that have a value."""
    published = is_published(status) & wanted
    nothing = np.full(ctx.n_months, np.nan)
    parts = [_DETAILS.empty()]
    for name, detail in measure.details.items():
        rows = np.flatnonzero(published & (np.isfinite(detail.value) | (not detail.is_sparse)))
        low = nothing if detail.ci_low is None else detail.ci_low
        high = nothing if detail.ci_high is None else detail.ci_high
        has_value = np.isfinite(detail.value)[rows]
        bounded = has_value & (np.isfinite(low) & np.isfinite(high))[rows]
        kinds = np.broadcast_to(np.asarray(detail.ci_kind, dtype=object), ctx.n_months)[rows]
        n = len(rows)
        frame = pl.DataFrame(
            {
                "group_key": [ctx.inputs.group_key] * n,
                "group_id": [ctx.inputs.group_id] * n,
                "month": [ctx.months[t] for t in rows],
                "code": [spec.code] * n,
                "def_version": [spec.def_version] * n,
                "detail": [name] * n,
                "value": detail.value[rows],
                "ci_low": np.where(bounded, low[rows], np.nan),
                "ci_high": np.where(bounded, high[rows], np.nan),
                "ci_kind": [str(kind) if ok else "none" for kind, ok in zip(kinds, bounded, strict=True)],
                "n_num": (nothing if detail.n_num is None else detail.n_num)[rows],
                "n_den": (nothing if detail.n_den is None else detail.n_den)[rows],
                "status": np.where(has_value, status[rows], "not_applicable").tolist(),
                "snapshot_id": [""] * n,
            },
            schema=_DETAILS.polars_schema,
        )
        parts.append(frame)
    return pl.concat(parts)


def _ordered(frame: pl.DataFrame, months: Sequence[dt.date] | None) -> pl.DataFrame:
    """Rows of the months asked for, by code of the catalogue, month and detail."""
    if months is not None:
        frame = frame.filter(pl.col("month").is_in(list(months)))
    order = pl.col("code").replace_strict(
        {code: i for i, code in enumerate(registry())}, return_dtype=pl.Int32
    )
    return frame.sort(order, "month", *(["detail"] if "detail" in frame.columns else []))
