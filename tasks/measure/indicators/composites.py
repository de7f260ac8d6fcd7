"""The composite indices: transform, base period, robust z, winsorise, align, mean (OECD and JRC 2008).

Each number is explained by its component rows in the detail, and stands beside the same number made
otherwise (``variant_*``) and how far its components move together (``alpha``). Draws of a component are
shared by all indices that hold it, so a component held twice enters the overall index once.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, replace

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
from tasks.measure.indicators.consistency import cronbach
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import row_percentiles
from tasks.measure.indicators.measures import Detail, Measure, divide
from tasks.measure.indicators.statuses import is_published, statuses
from tasks.measure.indicators.variants import (
    DEFAULT,
    FIRST_COMPONENT,
    VARIANTS,
    Variant,
    complete_months,
    score,
    together,
)

_OVERALL = "idx_overall"
AXIS = "axis_type"


@dataclass(frozen=True)
class Part:
    """What an index takes from a component or another index: M values by variant, statuses, on which months its
    base periods rest, and the first of them. ``draw`` gives M x B draws for the months that are marked, NaN elsewhere.
    """

    by_variant: dict[str, Array]
    draw: Callable[[Array], Array]
    status: Array
    has_value: Array
    rests_on: frozenset[int]
    since: int
    is_index: bool = False


@dataclass(frozen=True)
class Index:
    """One composite over all months without its draws: a measure, what it is made of, its month's statuses."""

    spec: Indicator
    names: list[str]
    signs: Array
    held: list[Part]
    z: Array  # components x M, aligned
    scale: Array  # by what their sum is divided
    measure: Measure
    by_variant: dict[str, Array]
    status: Array
    rests_on: frozenset[int]

    def draws(self, months: Array) -> Array:
        """M x B draws of the index in some months; NaN elsewhere."""
        used = np.isfinite(self.z)
        drawn = np.zeros((len(months), int(self.spec.params["draws"])))
        for sign, part, here in zip(self.signs, self.held, used, strict=True):
            drawn += np.where(here[:, None], sign * part.draw(months), 0)
        return np.where(months[:, None], divide(drawn, self.scale[:, None]), np.nan)

    def with_intervals(self, months: Array) -> Measure:
        """The measure with its interval and those of its components, in some months."""
        drawn = np.where(self.measure.enough[:, None], self.draws(months), np.nan)
        components = {
            f"component:{name}": _component_row(sign, part, row, months)
            for name, sign, part, row in zip(self.names, self.signs, self.held, self.z, strict=True)
        }
        return replace(
            self.measure, ci=row_percentiles(drawn), details={**components, **self.measure.details}
        )


class Composites:
    """The composites of a group over all months, from the indicators' rows, and their base periods."""

    def __init__(
        self, ctx: Context, values: pl.DataFrame, details: pl.DataFrame, codes: Container[str] = CODES
    ) -> None:
        specs = [spec for spec in definitions() if spec.is_composite and spec.code in codes]
        cells = Cells(ctx, values, details)
        parts: dict[str, Part] = {}
        bases: list[dict[str, object]] = []
        made: dict[int, Index] = {}
        for spec in sorted(specs, key=lambda spec: spec.code == _OVERALL):
            for name in (held.lstrip("-") for held in spec.components):
                if name not in parts:
                    parts[name], base = _of_component(ctx, spec, cells, name)
                    bases += base
            index = _index(ctx, spec, parts)
            made[specs.index(spec)] = index
            parts[spec.code] = _shown_only(index)  # of several versions the newest comes last
        table = TABLES["core.composite_base"]
        frame = table.conform(pl.DataFrame(bases)) if bases else table.empty()
        self.bases = frame.sort("code")
        self.indices = [made[place] for place in sorted(made)]


def _of_component(
    ctx: Context, spec: Indicator, cells: Cells, name: str
) -> tuple[Part, list[dict[str, object]]]:
    """A component scored by every variant, its draws, and its base period if it has one."""
    params = spec.params
    plain = component(ctx, cells, name)
    by_variant, rests_on = {}, set[int]()
    for variant in VARIANTS:
        read = plain if variant.companion(name) == name else component(ctx, cells, variant.companion(name))
        by_variant[variant.name] = score(read, variant, params)
        rests_on.update(first_ok(read, variant.base_months or int(params["base_months"])).tolist())
    base = first_ok(plain, int(params["base_months"]))

    def draw(months: Array) -> Array:
        name_of_draws = f"drawn_z|{name}|{spec.params_hash}|{np.flatnonzero(months).tolist()}"
        return ctx.held(name_of_draws, lambda: drawn_z(ctx, plain, base, params, months))

    since = int(base[0]) if len(base) else ctx.n_months
    part = Part(by_variant, draw, plain.status, plain.usable, frozenset(rests_on), since)
    return part, _base_rows(ctx, plain, base)


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


def _shown_only(index: Index) -> Part:
    """An index as a part of another: only where it stands."""
    shown = is_published(index.status)
    by_variant = {name: np.where(shown, row, np.nan) for name, row in index.by_variant.items()}

    def draw(months: Array) -> Array:
        return np.where(shown[:, None], index.draws(months), np.nan)

    since = min(part.since for part in index.held)
    return Part(by_variant, draw, index.status, shown, index.rests_on, since, is_index=True)


def _index(ctx: Context, spec: Indicator, parts: dict[str, Part]) -> Index:
    """One index: the aligned mean (for the axis: the difference) and the same made otherwise."""
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
        details=_sensitivity(spec, names, z, by_variant) | _alpha(spec, held, z),
    )
    first = complete_months(rows[FIRST_COMPONENT.name], int(spec.params["base_months"]))
    rests_on = frozenset(first.tolist()).union(*(part.rests_on for part in held))
    shown = statuses(ctx, spec, measure)
    return Index(spec, names, signs, held, z, scale, measure, by_variant, shown, rests_on)


def _component_row(sign: float, part: Part, z: Array, months: Array) -> Detail:
    """A component as it went in, with the interval of its draws; an index among them has its own elsewhere."""
    if part.is_index:
        return Detail(z)
    low, high = row_percentiles(np.where(np.isfinite(z)[:, None], sign * part.draw(months), np.nan))
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


def _alpha(spec: Indicator, held: list[Part], z: Array) -> dict[str, Detail]:
    """``alpha``: of the components from the base period on; the difference of two has none."""
    if spec.code == AXIS:
        return {}
    since = np.array([part.since for part in held])
    begun = np.arange(z.shape[1]) >= since[:, None]
    alpha, months = cronbach(np.where(begun, z, np.nan), int(spec.params["base_months"]))
    return {"alpha": Detail(alpha, n_den=months)}


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
