"""All indicators of a group: run the functions, decide the statuses, lay the rows out, reuse what holds."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Container, Sequence

import numpy as np
import polars as pl

from schemas.catalogue import CODES
from schemas.indicators import Indicator, definitions, registry
from schemas.tables import TABLES
from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.closure import base_hashes, closure_hashes
from tasks.measure.indicators.composites import Composites, Index
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.inputs import IndicatorInputs, Indicators
from tasks.measure.indicators.measures import function_of, measured
from tasks.measure.indicators.rows import DETAILS, VALUES, Computed, detail_rows, value_rows
from tasks.measure.indicators.sensitivity import companions
from tasks.measure.indicators.statuses import statuses
from tasks.measure.indicators.tail import Tail

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
    monthly = base_hashes(ctx)
    hashes = {
        version_of(spec): closure_hashes(spec, monthly, inputs.first_month, inputs.history_start)
        for spec in definitions()
    }
    kept = _still_holding(ctx, hashes, cached, [spec for spec in definitions() if not spec.is_composite])
    missing = _missing(ctx, kept)
    ctx.want(missing)
    tail = Tail(ctx, missing)
    computed = []
    for spec in definitions():
        if spec.is_composite or spec.code not in codes or not missing[version_of(spec)].any():
            continue
        here = tail.context(spec)
        measure = measured(here, spec)
        measure.details.update(companions(here, spec))
        of_months = hashes[version_of(spec)][-here.n_months :]
        status = statuses(here, spec, measure)
        computed.append(Computed(here, spec, measure, status, of_months, here.wanted(spec)))
    values = pl.concat([kept.values, value_rows(computed)])
    details = pl.concat([kept.details, detail_rows(computed)])
    composites = Composites(ctx, values, details, codes)
    _hash_composites(hashes, composites.indices)
    kept = _still_holding(ctx, hashes, cached, [one.spec for one in composites.indices])
    missing = _missing(ctx, kept)
    composed = [
        Computed(ctx, one.spec, one.with_intervals(wanted), one.status, hashes[version_of(one.spec)], wanted)
        for one in composites.indices
        if (wanted := missing[version_of(one.spec)]).any()
    ]
    values = pl.concat([values, kept.values, value_rows(composed)])
    details = pl.concat([details, kept.details, detail_rows(composed)])
    return Indicators(_ordered(values, months), _ordered(details, months), composites.bases)


Version = tuple[str, int]


def version_of(spec: Indicator) -> Version:
    """Code and version: what tells two definitions apart."""
    return spec.code, spec.def_version


def is_computed(code: str) -> bool:
    """Whether this version of the product computes a code; others are ``not_applicable`` throughout."""
    return registry()[code].is_composite or function_of(registry()[code]) is not None


def _still_holding(
    ctx: Context, hashes: dict[Version, list[str]], cached: Indicators | None, specs: list[Indicator]
) -> Indicators:
    """The cached rows of some definitions whose hash is today's, and their details."""
    if cached is None:
        return Indicators(VALUES.empty(), DETAILS.empty(), TABLES["core.composite_base"].empty())
    versions = [version_of(spec) for spec in specs]
    today = pl.DataFrame(
        {
            "code": [code for code, _ in versions for _ in ctx.months],
            "def_version": [number for _, number in versions for _ in ctx.months],
            "month": ctx.months * len(versions),
            "input_hash": [value for version in versions for value in hashes[version]],
        },
        schema={name: VALUES.polars_schema[name] for name in (*_CELL, "input_hash")},
    )
    values = cached.values.join(today, on=[*_CELL, "input_hash"], how="semi")
    details = cached.details.join(values, on=_CELL, how="semi")
    unnamed = pl.lit("").alias("snapshot_id")
    return Indicators(
        VALUES.conform(values.with_columns(unnamed)),
        DETAILS.conform(details.with_columns(unnamed)),
        cached.bases,
    )


def _hash_composites(hashes: dict[Version, list[str]], indices: Sequence[Index]) -> None:
    """A composite rests on its components' cells up to the month and in the months of their base periods."""
    for one in sorted(indices, key=lambda one: any("idx_" in name for name in one.names)):
        of_parts = [hashes[version_of(registry()[name.partition(":")[0]])] for name in one.names]
        base = [f"{t}={of_part[t]}" for t in sorted(one.rests_on) for of_part in of_parts]
        so_far = "|".join([one.spec.model_dump_json(), *base])
        found = hashes[version_of(one.spec)] = []
        for held in zip(*of_parts, strict=True):
            so_far = hashlib.sha256("|".join([so_far, *held]).encode()).hexdigest()
            found.append(so_far[:24])


def _missing(ctx: Context, kept: Indicators) -> dict[Version, Array]:
    """By definition, the months for which no row holds."""
    wanted = {version_of(spec): np.ones(ctx.n_months, dtype=bool) for spec in definitions()}
    month = ctx.month_of(kept.values["month"])
    for code, number, t in zip(kept.values["code"], kept.values["def_version"], month, strict=True):
        wanted[code, number][t] = False
    return wanted


def _ordered(frame: pl.DataFrame, months: Sequence[dt.date] | None) -> pl.DataFrame:
    """Rows of the months asked for, by code of the catalogue, month and detail."""
    if months is not None:
        frame = frame.filter(pl.col("month").is_in(list(months)))
    order = pl.col("code").replace_strict(
        {code: i for i, code in enumerate(registry())}, return_dtype=pl.Int32
    )
    return frame.sort(order, "month", "def_version", *(["detail"] if "detail" in frame.columns else []))
