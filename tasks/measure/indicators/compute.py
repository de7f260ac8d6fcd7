"""All indicators of a group: run the functions, decide the statuses, lay the rows out, reuse what holds."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Container, Sequence

import numpy as np
import polars as pl

from schemas.catalogue import CODES
from schemas.frames import FRAMES
from schemas.indicators import Indicator, definitions, registry
from schemas.tables import TABLES
from tasks.measure.indicators.closure import base_hashes, closure_hash
from tasks.measure.indicators.composites import compose
from tasks.measure.indicators.context import Array, Context
from tasks.measure.indicators.inputs import IndicatorInputs, Indicators
from tasks.measure.indicators.measures import Measure, function_of, measured
from tasks.measure.indicators.sensitivity import companions
from tasks.measure.indicators.statuses import is_published, statuses
from tasks.measure.indicators.tail import Tail

_VALUES = FRAMES["indicator_rows"]
_DETAILS = TABLES["core.fact_indicator_detail"]
_CELL = ["code", "def_version", "month"]


def compute(
    inputs: IndicatorInputs,
    months: Sequence[dt.date] | None = None,
    cached: Indicators | None = None,
    codes: Container[str] = CODES,
) -> Indicators:
    """Every code of the catalogue for every month from the first to the month measured.

    Args:
        inputs: the group's facts.
        months: which months to return; all by default. What is returned does not depend on it.
        cached: rows of an earlier run, with their details; a row whose ``input_hash`` still holds is
            taken over instead of computed. The result equals that of a full computation.
        codes: which codes to compute, all by default; a composite needs its components among them.

    Returns:
        Rows of INDICATOR_ROWS and ``core.fact_indicator_detail`` with an empty ``snapshot_id``,
        sorted by code of the catalogue and month, and of ``core.composite_base``.
    """
    ctx = Context(inputs)
    bases = base_hashes(ctx)
    hashes = {
        version_of(spec): [
            closure_hash(spec, t, bases, inputs.first_month, inputs.history_start)
            for t in range(ctx.n_months)
        ]
        for spec in definitions()
    }
    kept = _still_holding(ctx, hashes, cached)
    missing = _missing(ctx, kept)
    ctx.want(missing)
    tail = Tail(ctx, missing)
    values, details = [kept.values], [kept.details]
    for spec in definitions():
        if spec.is_composite or spec.code not in codes or not ctx.wanted(spec).any():
            continue
        here = tail.context(spec)
        wanted = here.wanted(spec)
        measure = measured(here, spec)
        measure.details.update(companions(here, spec))
        status = statuses(here, spec, measure)
        rows = _value_rows(here, spec, measure, status, hashes[version_of(spec)][-here.n_months :])
        values.append(rows.filter(pl.Series(wanted)))
        details.append(_detail_rows(here, spec, measure, status, wanted))
    no_nan = pl.selectors.float().fill_nan(None)
    all_values, all_details = pl.concat(values).with_columns(no_nan), pl.concat(details).with_columns(no_nan)
    composites, composite_bases = compose(ctx, all_values, all_details, codes)
    _hash_composites(hashes, ctx.n_months, composite_bases)
    everywhere = np.ones(ctx.n_months, dtype=bool)
    values = [_value_rows(ctx, *composite, hashes[version_of(composite[0])]) for composite in composites]
    details = [_detail_rows(ctx, *composite, everywhere) for composite in composites]
    all_values = pl.concat([all_values, *values]).with_columns(no_nan)
    all_details = pl.concat([all_details, *details]).with_columns(no_nan)
    return Indicators(_ordered(all_values, months), _ordered(all_details, months), composite_bases)


Version = tuple[str, int]


def version_of(spec: Indicator) -> Version:
    """Code and version: what tells two definitions apart."""
    return spec.code, spec.def_version


def is_computed(code: str) -> bool:
    """Whether this version of the product computes a code; others are ``not_applicable`` throughout."""
    return registry()[code].is_composite or function_of(registry()[code]) is not None


def _still_holding(ctx: Context, hashes: dict[Version, list[str]], cached: Indicators | None) -> Indicators:
    """The cached rows whose hash is today's, and their details; composites are always computed."""
    if cached is None:
        return Indicators(_VALUES.empty(), _DETAILS.empty(), TABLES["core.composite_base"].empty())
    simple = [version_of(spec) for spec in definitions() if not spec.is_composite]
    today = pl.DataFrame(
        {
            "code": [code for code, _ in simple for _ in ctx.months],
            "def_version": [number for _, number in simple for _ in ctx.months],
            "month": ctx.months * len(simple),
            "input_hash": [value for version in simple for value in hashes[version]],
        },
        schema={name: _VALUES.polars_schema[name] for name in (*_CELL, "input_hash")},
    )
    values = cached.values.join(today, on=[*_CELL, "input_hash"], how="semi")
    details = cached.details.join(values, on=_CELL, how="semi")
    unnamed = pl.lit("").alias("snapshot_id")
    return Indicators(
        _VALUES.conform(values.with_columns(unnamed)),
        _DETAILS.conform(details.with_columns(unnamed)),
        cached.bases,
    )


def _hash_composites(hashes: dict[Version, list[str]], n_months: int, bases: pl.DataFrame) -> None:
    """A composite rests on its components' cells of the month and on their base periods."""
    base = dict(zip(bases["code"].to_list(), bases.drop("group_key").rows(), strict=True))
    composites = [spec for spec in definitions() if spec.is_composite]
    for spec in sorted(composites, key=lambda spec: any("idx_" in name for name in spec.components)):
        codes = [name.lstrip("-").partition(":")[0] for name in spec.components]
        for t in range(n_months):
            held = [f"{hashes[version_of(registry()[code])][t]}{base.get(code)}" for code in codes]
            content = "|".join([spec.model_dump_json(), *held])
            hashes[version_of(spec)][t] = hashlib.sha256(content.encode()).hexdigest()[:24]


def _missing(ctx: Context, kept: Indicators) -> dict[Version, Array]:
    """By definition, the months for which no row holds."""
    wanted = {version_of(spec): np.ones(ctx.n_months, dtype=bool) for spec in definitions()}
    month = ctx.month_of(kept.values["month"])
    for code, number, t in zip(kept.values["code"], kept.values["def_version"], month, strict=True):
        wanted[code, number][t] = False
    return wanted


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
    details = list(measure.details.values())
    early = np.array([detail.while_immature for detail in details], dtype=bool)
    waiting = (status == "immature") & wanted
    if not details or not (published.any() or (early.any() and waiting.any())):
        return _DETAILS.empty()
    status = np.where(waiting, "partial", status)
    nothing = np.full(ctx.n_months, np.nan)

    def stacked(name: str) -> Array:
        """Companions x M of a column of numbers."""
        columns = [getattr(detail, name) for detail in details]
        return np.stack([nothing if column is None else column for column in columns]).astype(float)

    value, low, high, n_num, n_den = map(stacked, ("value", "ci_low", "ci_high", "n_num", "n_den"))
    has_value = np.isfinite(value)
    sparse = np.array([detail.is_sparse for detail in details])
    stands = (published & (has_value | ~sparse[:, None])) | (waiting & early[:, None] & has_value)
    at, t = np.nonzero(stands)
    bounded = has_value & np.isfinite(low) & np.isfinite(high)
    kinds = np.stack([np.broadcast_to(np.asarray(d.ci_kind, dtype=object), ctx.n_months) for d in details])
    kinds[~bounded] = "none"
    names = np.array(list(measure.details), dtype=object)
    columns = {
        "month": pl.Series(ctx.months, dtype=pl.Date).gather(t),
        "detail": pl.Series(names[at], dtype=pl.String),
        "value": value[at, t],
        "ci_low": np.where(bounded, low, np.nan)[at, t],
        "ci_high": np.where(bounded, high, np.nan)[at, t],
        "ci_kind": pl.Series(kinds[at, t].tolist(), dtype=pl.String),
        "n_num": n_num[at, t],
        "n_den": n_den[at, t],
        "status": pl.Series(np.where(has_value, status, "not_applicable")[at, t].tolist(), dtype=pl.String),
    }
    return _DETAILS.conform(
        pl.DataFrame(columns).with_columns(
            group_key=pl.lit(ctx.inputs.group_key),
            group_id=pl.lit(ctx.inputs.group_id),
            code=pl.lit(spec.code),
            def_version=pl.lit(spec.def_version),
            snapshot_id=pl.lit(""),
        )
    )


def _ordered(frame: pl.DataFrame, months: Sequence[dt.date] | None) -> pl.DataFrame:
    """Rows of the months asked for, by code of the catalogue, month and detail."""
    if months is not None:
        frame = frame.filter(pl.col("month").is_in(list(months)))
    order = pl.col("code").replace_strict(
        {code: i for i, code in enumerate(registry())}, return_dtype=pl.Int32
    )
    return frame.sort(order, "month", "def_version", *(["detail"] if "detail" in frame.columns else []))
