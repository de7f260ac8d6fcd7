"""The composite indices: transform, base period, robust z, winsorise, align, mean (OECD and JRC 2008).

Each number is explained by its component rows in the detail, and stands beside the same number made
otherwise (``variant_*``). Draws of a component are shared by all indices that hold it, so a component held
twice enters the overall index once.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.catalogue import CODES
from schemas.indicators import Indicator, definitions, registry
from schemas.tables import TABLES
from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.components import (
    BASE_VERSION,
    Cells,
    Component,
    base_of,
    component,
    drawn_z,
    first_ok,
)
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import row_percentiles
from tasks.measure.indicators.measures import Detail, Measure, divide
from tasks.measure.indicators.statuses import is_published, statuses
from tasks.measure.indicators.variants import DEFAULT, VARIANTS, Variant, score, together

_OVERALL = "idx_overall"
AXIS = "axis_type"


@dataclass(frozen=True)
class Part:
    """What an index takes from a component or another index: M values by variant, M x B draws, statuses."""

    by_variant: dict[str, Array]
    draws: Array
    status: Array
    has_value: Array
    is_index: bool = False


def compose(
    ctx: Context, values: pl.DataFrame, details: pl.DataFrame, codes: Container[str] = CODES
) -> tuple[list[tuple[Indicator, Measure, Array]], pl.DataFrame]:
    """The composites over all months from the indicators' rows: (definition, measure, statuses), bases."""
    composites = [spec for spec in definitions() if spec.is_composite and spec.code in codes]
    cells = Cells(ctx, values, details)
    parts: dict[str, Part] = {}
    bases: list[dict[str, object]] = []
    computed = []
    for spec in sorted(composites, key=lambda spec: spec.code == _OVERALL):
        for name in (held.lstrip("-") for held in spec.components):
            if name not in parts:
                parts[name], base = _of_component(ctx, spec, cells, name)
                bases += base
        measure, part = _index(ctx, spec, parts)
        status = statuses(ctx, spec, measure)
        parts[spec.code] = _shown_only(part, status)  # of several versions the newest comes last
        computed.append((spec, measure, status))
    table = TABLES["core.composite_base"]
    frame = table.conform(pl.DataFrame(bases)) if bases else table.empty()
    return sorted(computed, key=lambda row: composites.index(row[0])), frame.sort("code")


def _of_component(
    ctx: Context, spec: Indicator, cells: Cells, name: str
) -> tuple[Part, list[dict[str, object]]]:
    """A component scored by every variant, its draws, and its base period if it has one."""
    params = spec.params
    plain = component(ctx, cells, name)
    by_variant = {}
    for variant in VARIANTS:
        read = plain if variant.companion(name) == name else component(ctx, cells, variant.companion(name))
        by_variant[variant.name] = score(read, variant, params)
    base = first_ok(plain, int(params["base_months"]))
    draws = drawn_z(ctx, plain, base, params)
    return Part(by_variant, draws, plain.status, plain.usable), _base_rows(ctx, plain, base)


def _base_rows(ctx: Context, read: Component, base: Array) -> list[dict[str, object]]:
    if not len(base):
        return []
    middle, mad = base_of(read.y[base])
    return [
        {
            "group_key": ctx.inputs.group_key,
            "group_id": ctx.inputs.group_id,
            "code": read.definition.code,
            "def_version": read.definition.def_version,
            "base_version": BASE_VERSION,
            "base_from": ctx.months[base[0]],
            "base_to": ctx.months[base[-1]],
            "n_months": len(base),
            "median": middle,
            "mad": mad,
        }
    ]


def _shown_only(part: Part, status: Array) -> Part:
    """An index as a part of another: only where it stands."""
    shown = is_published(status)
    by_variant = {name: np.where(shown, row, np.nan) for name, row in part.by_variant.items()}
    return Part(by_variant, np.where(shown[:, None], part.draws, np.nan), status, shown, is_index=True)


def _index(ctx: Context, spec: Indicator, parts: dict[str, Part]) -> tuple[Measure, Part]:
    """One index: the aligned mean (for the axis: the difference), its interval and its companions."""
    names = [held.lstrip("-") for held in spec.components]
    signs = np.array([-1.0 if held.startswith("-") else 1.0 for held in spec.components])
    held = [parts[name] for name in names]
    rows = {
        variant.name: variant.aligned(np.stack([part.by_variant[variant.name] for part in held]), signs)
        for variant in VARIANTS
    }
    z = rows[DEFAULT.name]
    used = np.isfinite(z)
    n = used.sum(axis=0).astype(float)
    total = np.where(used, z, 0).sum(axis=0)
    enough = n / len(names) >= spec.params["min_share"]
    scale = np.ones(ctx.n_months) if spec.code == AXIS else n
    value = np.where(enough, divide(total, scale), np.nan)
    drawn = np.zeros((ctx.n_months, held[0].draws.shape[1]))
    for sign, part, here in zip(signs, held, used, strict=True):
        drawn += np.where(here[:, None], sign * part.draws, 0)
    drawn = divide(drawn, scale[:, None])
    by_variant = _by_variant(spec, rows, value)
    status = np.stack([part.status for part in held])
    valued = np.stack([part.has_value for part in held])
    measure = Measure(
        value,
        total,
        n,
        enough=enough,
        empty=(status == "not_applicable").all(axis=0),
        immature=~enough & (valued.mean(axis=0) >= spec.params["min_share"]),
        doubtful=((status == "partial") & used).any(axis=0),
        ci=row_percentiles(np.where(enough[:, None], drawn, np.nan)),
        details={
            **{
                f"component:{name}": _component_row(sign, part, row)
                for name, sign, part, row in zip(names, signs, held, z, strict=True)
            },
            **_sensitivity(spec, names, z, by_variant),
        },
    )
    return measure, Part(by_variant, drawn, measure.value, enough)


def _component_row(sign: float, part: Part, z: Array) -> Detail:
    """A component as it went in, with the interval of its draws; an index among them has its own elsewhere."""
    if part.is_index:
        return Detail(z)
    low, high = row_percentiles(np.where(np.isfinite(z)[:, None], sign * part.draws, np.nan))
    return Detail(z, low, high, "monte_carlo")


def _by_variant(spec: Indicator, rows: dict[str, Array], value: Array) -> dict[str, Array]:
    """The index by every variant, as long as it stands on as many components as the index must."""
    found = {DEFAULT.name: value}
    for variant in VARIANTS:
        if variant is DEFAULT:
            continue
        made = together(variant, rows[variant.name], spec.code == AXIS, int(spec.params["base_months"]))
        share = np.isfinite(rows[variant.name]).mean(axis=0)
        found[variant.name] = np.where(share >= spec.params["min_share"], made, np.nan)
    return found


def _sensitivity(
    spec: Indicator, names: list[str], z: Array, by_variant: dict[str, Array]
) -> dict[str, Detail]:
    """``variant_*``: the index made otherwise, as far as the variant changes anything in it."""
    found = {
        f"variant_{variant.name}": Detail(by_variant[variant.name], is_sparse=True)
        for variant in VARIANTS
        if variant is not DEFAULT and _applies(variant, spec, names)
    }
    if spec.code == AXIS:
        return found
    used = np.isfinite(z)
    total, n = np.where(used, z, 0).sum(axis=0), used.sum(axis=0)
    left_out = [
        np.where(here, divide(total - np.nan_to_num(row), n - 1), np.nan)
        for row, here in zip(z, used, strict=True)
    ]
    for name, least in (("min", np.fmin), ("max", np.fmax)):
        extreme = least.reduce(left_out)
        found[f"variant_leave_one_out_{name}"] = Detail(extreme, is_sparse=True)
    return found


def _applies(variant: Variant, spec: Indicator, names: list[str]) -> bool:
    """Whether a variant can differ from the index: it weighs otherwise, or reads a component otherwise."""
    if spec.code == AXIS and not variant.fits_a_difference:
        return False
    held = [
        code
        for name in names
        for code in (
            [part.lstrip("-") for part in registry()[name].components]
            if name in registry() and registry()[name].is_composite
            else [name]
        )
    ]
    return variant.weighs_otherwise or any(variant.companion(name) != name for name in held)
