"""The components of the composites: read from the rows, transformed, held against their base period, drawn.

Draws take in what the component's own interval says and what is not known about the word lists: how many of
their hits are right and how many cases they miss. That error is the group's and the same in all months, so
it moves the base period with the months and cancels in part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import polars as pl

from schemas.indicators import Indicator, registry
from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.intervals import Z, median
from tasks.measure.indicators.statuses import is_published

BASE_VERSION = 1
_NUMBERS = ("value", "ci_low", "ci_high", "n_den", "n_hi")


@dataclass(frozen=True)
class Component:
    """One component over the months: value x, scale y, its standard error on that scale, and its status."""

    name: str
    definition: Indicator
    scale: Indicator  # whose range decides the transform
    x: Array
    n: Array
    y: Array
    error: Array
    status: Array
    usable: Array = field(default_factory=lambda: np.zeros(0, dtype=bool))


def transform(spec: Indicator, x: Array, n: Array) -> Array:
    """A value on the scale on which it is compared: logit, atanh or log1p by the range of the unit."""
    if (spec.range_low, spec.range_high) == (0, 1):
        k = np.clip(x, 0, 1) * n
        return np.log((k + 0.5) / (n - k + 0.5))
    if spec.range_low == -1:
        return np.arctanh(0.999 * np.clip(x, -1, 1))
    return np.log1p(np.maximum(x, 0))


def base_of(base: Array) -> tuple[float, float]:
    """Median, and 1.4826 times the median absolute deviation."""
    middle = median(base)
    return middle, 1.4826 * median(np.abs(base - middle))


def robust_z(values: Array, base: Array, floor: float, winsor: float) -> Array:
    """(value - median) / max(1.4826 MAD, floor) against the base values, winsorised."""
    middle, mad = base_of(base)
    z: Array = np.clip((values - middle) / max(mad, floor), -winsor, winsor)
    return z


class Axis(Protocol):
    """The months of a group, and its active members in them."""

    @property
    def n_months(self) -> int:
        """How many."""

    @property
    def active(self) -> Array:
        """M: members with at least one turn."""

    def month_of(self, dates: pl.Series) -> Array:
        """Place of each month on the axis."""


class Cells:
    """Values and companions of the codes that composites hold, as arrays over the months."""

    def __init__(self, ctx: Axis, values: pl.DataFrame, details: pl.DataFrame) -> None:
        held = [
            name.lstrip("-").partition(":")[0] for spec in registry().values() for name in spec.components
        ]
        codes = [code for code in dict.fromkeys(held) if not registry()[code].is_composite]
        known = pl.DataFrame(
            {"code": codes, "def_version": [registry()[code].def_version for code in codes]},
            schema={"code": pl.String, "def_version": values.schema["def_version"]},
        )
        shared = ["code", "def_version", "month", "status"]
        rows = pl.concat(
            [
                values.select(*shared, *_NUMBERS, detail=pl.lit("")),
                details.select(*shared, *_NUMBERS[:-1], n_hi=pl.lit(None, dtype=pl.Float64), detail="detail"),
            ]
        ).join(known, on=["code", "def_version"], how="semi")
        names = rows.select(pl.concat_str("code", "detail", separator=":")).to_series()
        self._place = {name: i for i, name in enumerate(names.unique(maintain_order=True))}
        at = np.array([self._place[name] for name in names], dtype=np.int64), ctx.month_of(rows["month"])
        shape = len(self._place) + 1, ctx.n_months  # the last row is that of all names without cells
        self._numbers = {name: np.full(shape, np.nan) for name in _NUMBERS}
        for name, spread in self._numbers.items():
            spread[at] = rows[name].to_numpy().astype(float)
        self._status = np.full(shape, "not_applicable", dtype=object)
        self._status[at] = rows["status"].to_numpy()

    def _row(self, code: str, companion: str) -> int:
        return self._place.get(f"{code}:{companion}", -1)

    def numbers(self, code: str, companion: str, column: str) -> Array:
        """M numbers of a column; NaN where there is none."""
        numbers: Array = self._numbers[column][self._row(code, companion)]
        return numbers

    def status(self, code: str) -> Array:
        """M statuses of an indicator."""
        return self._status[self._row(code, "")].astype(str)


def component(ctx: Axis, cells: Cells, name: str) -> Component:
    """An indicator ``code`` or its companion ``code:detail`` as a component."""
    code, _, companion = name.partition(":")
    definition = registry()[code]
    is_difference = companion.endswith("excess")
    scale = (
        definition.model_copy(update={"range_low": -1.0, "range_high": 1.0}) if is_difference else definition
    )
    x, low, high = (cells.numbers(code, companion, column) for column in ("value", "ci_low", "ci_high"))
    n = _observations(ctx, cells, definition)
    status = cells.status(code)
    y = transform(scale, x, n)
    error = (transform(scale, high, n) - transform(scale, low, n)) / (2 * Z)
    usable = is_published(status) & np.isfinite(y)
    return Component(name, definition, scale, x, n, y, error, status, usable)


def _observations(ctx: Axis, cells: Cells, definition: Indicator) -> Array:
    """Trials behind a share: the denominator where it counts trials or members, else the members."""
    if definition.ci_kind in ("wilson", "boot_member"):
        n = cells.numbers(definition.code, "", "n_den")
    elif definition.uses_n:
        n = cells.numbers(definition.code, "", "n_hi")
    else:
        n = ctx.active
    return np.maximum(n, 1)


def first_ok(read: Component, months: int) -> Array:
    """The first so many ``ok`` months, the base period; empty while there are fewer."""
    found = np.flatnonzero((read.status == "ok") & np.isfinite(read.y))[:months]
    return found if len(found) == months else found[:0]


def drawn_z(ctx: Context, read: Component, base: Array, params: Mapping[str, float], months: Array) -> Array:
    """M x B draws of the component's z: its interval's error, and the word list's where it rests on one.

    In the months that are marked; NaN elsewhere.
    """
    draws = int(params["draws"])
    noise = np.full((ctx.n_months, draws), np.nan)
    if not len(base):
        return noise
    source = read.definition.model_copy(update={"code": read.name})
    for t in np.flatnonzero(months & read.usable):
        noise[t] = ctx.rng(source, int(t)).standard_normal(draws)
    of_base = read.error[base]
    usual = median(of_base[np.isfinite(of_base)]) if np.isfinite(of_base).any() else 0.0
    error = np.where(np.isfinite(read.error), read.error, usual)  # a month without an interval is no surer
    y = _misread(ctx, read, params, draws)
    middle = np.median(y[base], axis=0)
    mad = base_of(read.y[base])[1]
    drawn = np.where(read.usable[:, None], y, np.nan) + noise * error[:, None]
    winsor = params["winsor"]
    z: Array = np.clip((drawn - middle) / max(mad, params["mad_floor"]), -winsor, winsor)
    return z


def _misread(ctx: Context, read: Component, params: Mapping[str, float], draws: int) -> Array:
    """M x B (or M x 1) values on the scale when the word lists' errors are drawn; one factor per draw."""
    if not read.definition.lexicon:
        return read.y[:, None]
    factor = np.ones(draws)
    for category in read.definition.lexicon:
        known = _coded(ctx.inputs.lexicon_eval, category)
        for part, sign in (("precision", 1.0), ("recall", -1.0)):
            rng = ctx.rng_of(f"misread|{category}|{part}")
            middle, spread = known.get(part, (params["assumed_accuracy"], _spread_of(params)))
            logit = np.log(middle / (1 - middle)) + spread * rng.standard_normal(draws)
            share = len(read.definition.lexicon)
            factor *= (1 / (1 + np.exp(-logit)) / middle) ** (sign / share)
    high = np.inf if read.scale.range_high is None else read.scale.range_high
    return transform(read.scale, np.minimum(read.x[:, None] * factor, high), read.n[:, None])


def _spread_of(params: Mapping[str, float]) -> float:
    """Standard error of a logit known from so many coded turns."""
    p = params["assumed_accuracy"]
    return float(1 / np.sqrt(params["assumed_coded"] * p * (1 - p)))


def _coded(evaluated: pl.DataFrame, category: str) -> dict[str, tuple[float, float]]:
    """Precision and recall of a category as coders found them: the share, and its logit's standard error."""
    rows = evaluated.filter(pl.col("category") == category)
    found: dict[str, tuple[float, float]] = {}
    for part in ("precision", "recall") if len(rows) else ():
        middle, low, high = (rows[f"{part}{end}"][0] for end in ("", "_lo", "_hi"))
        if None not in (middle, low, high):
            m, a, b = (float(np.clip(value, 0.01, 0.99)) for value in (middle, low, high))
            found[part] = (m, float((np.log(b / (1 - b)) - np.log(a / (1 - a))) / (2 * Z)))
    return found
