"""The composites made otherwise: what a reader may hold against the choices behind an index.

Base periods of 6 and 24 months; weights of the first principal component; ranks instead of z, as mean and as
geometric mean; distances on the transformed scale without a spread; reply windows of 3 and 30 minutes;
proven presence for N; raw answer rates instead of their excess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.components import Component, first_ok, robust_z
from tasks.measure.indicators.intervals import median
from tasks.measure.indicators.measures import divide
from tasks.measure.indicators.sensitivity import NARROW, ON_PROVEN, TIE_CODES, WIDE, has_proven_version

ANSWER_RATES = ("help_answer_rate", "opener_answer_rate")


@dataclass(frozen=True)
class Variant:
    """One way to make the indices: base period, scale, mean, and which companion stands for a component."""

    name: str
    base_months: int | None = None  # None: that of the definition
    scale: Literal["z", "distance", "rank"] = "z"
    mean: Literal["arithmetic", "geometric", "pca1"] = "arithmetic"
    reads: Literal["default", "narrow", "wide", "proven", "raw"] = "default"

    @property
    def weighs_otherwise(self) -> bool:
        """Whether it changes any index, whatever its components."""
        return self.base_months is not None or self.scale != "z" or self.mean != "arithmetic"

    @property
    def fits_a_difference(self) -> bool:
        """Whether it can be had of a difference of two, which has no weights."""
        return self.mean == "arithmetic"

    def companion(self, name: str) -> str:
        """The companion that stands for a component ``code`` or ``code:excess``."""
        code, _, detail = name.partition(":")
        if self.reads in ("narrow", "wide") and code in TIE_CODES:
            window = NARROW if self.reads == "narrow" else WIDE
            return f"{code}:{window}" + (f"_{detail}" if detail else "")
        if self.reads == "proven" and has_proven_version(code):
            return f"{code}:{ON_PROVEN}"
        if self.reads == "raw" and code in ANSWER_RATES and detail == "excess":
            return code
        return name

    def aligned(self, rows: Array, signs: Array) -> Array:
        """Components x M in the direction of the index; a rank is turned round within 0 to 1."""
        turned = 1 - rows if self.scale == "rank" else -rows
        return np.where(signs[:, None] < 0, turned, rows)


DEFAULT = Variant("default")
FIRST_COMPONENT = Variant("pca1", mean="pca1")
VARIANTS = (
    DEFAULT,
    Variant("base_6", base_months=6),
    Variant("base_24", base_months=24),
    FIRST_COMPONENT,
    Variant("rank_geometric", scale="rank", mean="geometric"),
    Variant("rank", scale="rank"),
    Variant("raw_logit", scale="distance"),
    Variant("reply_w3", reads="narrow"),
    Variant("reply_w30", reads="wide"),
    Variant("n_lo", reads="proven"),
    Variant("raw_answers", reads="raw"),
)


def score(read: Component, variant: Variant, params: Mapping[str, float]) -> Array:
    """M scores of a component against its base period; NaN where it may not be used or has no base."""
    base = first_ok(read, variant.base_months or int(params["base_months"]))
    if not len(base):
        return np.full(len(read.y), np.nan)
    values = read.y[base]
    if variant.scale == "rank":
        made = ranks(read.y, values)
    elif variant.scale == "distance":
        made = read.y - median(values)
    else:
        made = robust_z(read.y, values, params["mad_floor"], params["winsor"])
    return np.where(read.usable, made, np.nan)


def ranks(values: Array, base: Array) -> Array:
    """Place among the base values, strictly between 0 and 1; equal values share their places."""
    ordered = np.sort(base)
    below = np.searchsorted(ordered, values - 1e-12, side="left")
    upto = np.searchsorted(ordered, values + 1e-12, side="right")
    return ((below + upto) / 2 + 0.5) / (len(base) + 1)


def together(variant: Variant, rows: Array, is_difference: bool, base_months: int) -> Array:
    """M values of an index from its aligned components (components x M), over those that are there."""
    used = np.isfinite(rows)
    n = used.sum(axis=0).astype(float)
    if is_difference:
        return np.where(n > 0, np.where(used, rows, 0).sum(axis=0), np.nan)
    if variant.mean == "geometric":
        logs = np.log(np.where(used, np.maximum(rows, 1e-6), 1.0))
        return np.where(n > 0, np.exp(divide(logs.sum(axis=0), n)), np.nan)
    weights = np.ones(len(rows))
    if variant.mean == "pca1":
        weights = first_component(rows, base_months)
        if not np.isfinite(weights).all():
            return np.full(rows.shape[1], np.nan)
    held = (used * np.abs(weights)[:, None]).sum(axis=0)
    return divide((np.where(used, rows, 0) * weights[:, None]).sum(axis=0), held)


def complete_months(rows: Array, base_months: int) -> Array:
    """The first so many months in which all components (components x M) are there; empty while there are fewer."""
    found = np.flatnonzero(np.isfinite(rows).all(axis=0))[:base_months]
    return found if len(found) == base_months else found[:0]


def first_component(rows: Array, base_months: int) -> Array:
    """Weights of the first principal component of the first months in which all components are there.

    The months are those of a base period, so that a later month changes no earlier value. The sign is such
    that the weights add up to more than 0. NaN with fewer months or without any spread.
    """
    complete = complete_months(rows, base_months)
    if not len(complete):
        return np.full(len(rows), np.nan)
    block = rows[:, complete]
    centred = block - block.mean(axis=1, keepdims=True)
    if np.abs(centred).max() < 1e-12:
        return np.full(len(rows), np.nan)
    loadings: Array = np.linalg.eigh(centred @ centred.T)[1][:, -1]
    return loadings if loadings.sum() >= 0 else -loadings
