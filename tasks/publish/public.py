"""The public release: counts in steps of five, and no other figure finer than its counts.

Rounding a count hides nothing while the share beside it can be multiplied back. So a share is computed anew from
its rounded counts, intervals are widened to a coarse grid, other figures keep two digits, and what repeats a
figure at another precision or at another time (companions, vintages, revisions) is left out. Trends, shocks and
the wide table are made from the rounded figures.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.indicators import Indicator
from tasks.publish.limits import Limits

STEP = 5  # counts are multiples of it
GRID = 0.05  # bounds of shares, and shares whose counts are not told, are multiples of it
DIGITS = 2  # significant ones, of other figures
#: The limits of a public release, each tighter than the standard one.
PUBLIC = Limits().tightened(
    min_group_n=30,
    sensitive_max_hidden=9,
    min_donors=15,
    max_largest_donation=0.25,
    min_activity_participants=15,
    min_subgroup=15,
)
#: Other looks at the same figures, which would give back what rounding takes: none of their rows is released.
LEFT_OUT = (
    "research.indicator_detail",
    "research.vintage",
    "research.revision",
)
#: Made from the rounded indicators, or of days, months and phones alone: as they are.
FROM_ROUNDED = frozenset(
    {
        "research.indicator",
        "research.group_month",
        "research.trend",
        "research.trend_variant",
        "research.change_point",
        "research.hijri_season",
        "research.shock",
        "research.coverage",
        "research.dictionary",
    }
)
#: Counts of months, not of people or of what they did.
_OF_MONTHS = frozenset({"n_months", "n_exporters"})
#: Value per unit of numerator over denominator, by the words of an indicator's unit.
_SCALES = (("per 1000", 1000.0), ("per 100", 100.0), ("share", 1.0))
_COUNTS = ("n_num", "n_den", "n_lo", "n_hi")
_BOUNDS = ("ci_low", "ci_high")
_SLACK = 1e-9


def to_step(count: pl.Expr) -> pl.Expr:
    """A count to the nearest multiple of :data:`STEP`."""
    return (count / STEP).round() * STEP


def to_digits(figure: pl.Expr) -> pl.Expr:
    """A figure to :data:`DIGITS` significant digits."""
    return figure.round_sig_figs(DIGITS)


def rounded_indicators(disclosed: pl.DataFrame, definitions: Mapping[str, Indicator]) -> pl.DataFrame:
    """The disclosed indicators with rounded counts, and values and bounds that tell no more than those.

    Args:
        disclosed: ``research.indicator`` under :data:`PUBLIC` limits.
        definitions: the registry; an indicator's unit says how its value follows from its counts.

    A ratio of rounded counts below one step has no denominator left: it is suppressed.
    """
    scales = {code: factor for code, spec in definitions.items() if (factor := _scale(spec.unit)) is not None}
    scale = pl.col("code").replace_strict(scales, default=None, return_dtype=pl.Float64)
    exact = pl.col("n_num") / pl.col("n_den") * scale
    is_ratio = ((exact - pl.col("value")).abs() <= _SLACK * exact.abs().clip(lower_bound=1)).fill_null(False)
    marked = disclosed.with_columns(_scale=scale, _is_ratio=is_ratio)
    counted = marked.with_columns(to_step(pl.col(name)) for name in _COUNTS)
    is_small = pl.col("_is_ratio") & (pl.col("n_den") <= 0)
    of_counts = pl.col("n_num") / pl.col("n_den") * pl.col("_scale")
    is_share = pl.col("_scale") == 1
    valued = counted.with_columns(
        value=pl.when("_is_ratio")
        .then(pl.when(is_share).then(of_counts.clip(upper_bound=1)).otherwise(of_counts))
        .when(is_share)
        .then(_to_grid("value"))
        .otherwise(to_digits(pl.col("value")))
    )
    low, high = (
        pl.when(is_share).then(_to_grid(name, outward)).otherwise(_outward(name, outward))
        for name, outward in zip(_BOUNDS, ("floor", "ceil"), strict=True)
    )
    # a rounded value may leave its interval: the bound then moves to it
    bounded = valued.with_columns(
        ci_low=pl.when(pl.col("ci_low").is_not_null()).then(pl.min_horizontal(low, "value")),
        ci_high=pl.when(pl.col("ci_high").is_not_null()).then(pl.max_horizontal(high, "value")),
    )
    figures = ("value", *_BOUNDS, *_COUNTS)
    return bounded.with_columns(
        *(pl.when(~is_small).then(pl.col(name)).alias(name) for name in figures),
        status=pl.when(is_small).then(pl.lit("suppressed")).otherwise("status"),
        ci_kind=pl.when(is_small).then(pl.lit("none")).otherwise("ci_kind"),
    ).drop("_scale", "_is_ratio")


def rounded_tables(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """All research tables as a public release holds them; those of :data:`FROM_ROUNDED` are rounded already.

    Of the others every count is rounded and every other number is coarse, whatever its name: a table that is new
    is not forgotten.
    """
    return {
        name: frame.clear()
        if name in LEFT_OUT
        else frame
        if name in FROM_ROUNDED
        else frame.with_columns(_coarse(frame))
        for name, frame in tables.items()
    }


def _coarse(frame: pl.DataFrame) -> list[pl.Expr]:
    changed = []
    for name, dtype in frame.schema.items():
        if name.startswith("n_") and name not in _OF_MONTHS:
            changed.append(to_step(pl.col(name)).cast(dtype).alias(name))
        elif dtype.is_float() and name != "coverage":
            is_share = frame[name].drop_nulls().is_between(-1, 1).all()
            changed.append((_to_grid(name) if is_share else to_digits(pl.col(name))).alias(name))
    return changed


def _scale(unit: str) -> float | None:
    return next((factor for words, factor in _SCALES if unit == words or f" {words} " in f" {unit} "), None)


def _to_grid(name: str, outward: str = "round") -> pl.Expr:
    steps = pl.col(name) / GRID
    inward = {"round": steps.round(), "floor": (steps + _SLACK).floor(), "ceil": (steps - _SLACK).ceil()}
    return (inward[outward] * GRID).round(4)


def _outward(name: str, outward: str) -> pl.Expr:
    """A bound to two digits, away from the value."""
    figure = pl.col(name)
    unit = 10.0 ** (figure.abs().log10().floor() - (DIGITS - 1))
    steps = figure / unit
    moved = (steps + _SLACK).floor() if outward == "floor" else (steps - _SLACK).ceil()
    return pl.when(figure == 0).then(0.0).otherwise((moved * unit).round_sig_figs(DIGITS + 1))
