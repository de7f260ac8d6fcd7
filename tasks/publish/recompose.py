"""Composites as they may be shown: from their shown components only.

A composite is a mean, so whoever knows it and all components but one has that one. By its own definition it
is the mean of the components there are, of which there have to be enough: what is hidden counts as not there.
Then a published composite says nothing that its published components do not say.

Its interval is made of theirs: with weights w and distances of the components' bounds from their values, the bound of
the sum lies sqrt(sum (w d)^2) away ("method of variance estimates recovery", Zou and Donner 2008). A component that
several indices hold enters the overall index once, with its whole weight.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.indicators import Indicator
from tasks.publish.disclosure import CELL, GROUP_MONTH, HIDDEN

_OVERALL = "idx_overall"
_PREFIX = "component:"
_AXIS = "axis_type"
#: A companion made of all months so far: with one more each month, a hidden one could be solved for.
_SO_FAR = "alpha"


def recompose(
    marked: pl.DataFrame, details: pl.DataFrame, definitions: Mapping[str, Indicator]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Indicators and companions with their composites made anew where a component is hidden.

    Args:
        marked: indicators with ``_is_hidden``. details: their companions with ``_is_hidden``.
        definitions: the registry.

    Such a cell has the mean of its shown components in ``value``, their sum and number in ``n_num`` and
    ``n_den``, and an interval of kind ``mover``; with too few components it is hidden. Its other companions are hidden,
    and ``alpha`` in all later months too.
    """
    composites = [definition for definition in definitions.values() if definition.is_composite]
    shares = _NO_SHARES
    for definition in sorted(composites, key=lambda one: one.code == _OVERALL):
        marked, details, own = _recomposed(marked, details, definition, shares)
        shares = pl.concat([shares, own])
    return marked, _hidden_since(marked, details, definitions)


def _hidden_since(
    marked: pl.DataFrame, details: pl.DataFrame, definitions: Mapping[str, Indicator]
) -> pl.DataFrame:
    """The companions without those that rest on an earlier month in which a component is hidden."""
    first = (
        marked.filter(HIDDEN).join(_parts_of(definitions), left_on="code", right_on="part")
        .group_by("group_id", code="whole").agg(_since=pl.col("month").min())
    )  # fmt: skip
    rests_on_it = (pl.col("detail") == _SO_FAR) & (pl.col("month") >= pl.col("_since")).fill_null(False)
    return (
        details.join(first, on=["group_id", "code"], how="left", maintain_order="left")
        .with_columns((pl.col(HIDDEN) | rests_on_it).alias(HIDDEN))
        .drop("_since")
    )


def _recomposed(
    marked: pl.DataFrame, details: pl.DataFrame, definition: Indicator, shares: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """``shares``: what goes into the indices so far, group_id, month, index, part, weight, below, above."""
    is_own = (pl.col("code") == definition.code) & pl.col("detail").str.starts_with(_PREFIX)
    used = (
        details.filter(is_own & pl.col("value").is_not_null())
        .select(
            *GROUP_MONTH,
            "detail",
            "ci_low",
            "ci_high",
            z="value",
            component=pl.col("detail").str.strip_prefix(_PREFIX),
        )
        .with_columns(code=pl.col("component").str.split(":").list.first())
        .join(marked.select(*CELL, HIDDEN, _now="value"), on=CELL, how="left")
    )
    signs = {name.lstrip("-"): -1.0 if name.startswith("-") else 1.0 for name in definition.components}
    sign = pl.col("component").replace_strict(signs, default=1.0, return_dtype=pl.Float64)
    # a composite among the components stands in for itself: its value is on the scale already
    is_composite = pl.col("code").str.starts_with("idx_")
    used = used.with_columns(
        z_now=pl.when(is_composite).then(pl.col("_now") * sign).otherwise("z"),
        lost=pl.col(HIDDEN).fill_null(True),
    ).with_columns(changed=pl.col("lost") | (pl.col("z_now") != pl.col("z")).fill_null(True))
    own = _shares(used, sign, shares, definition.code)
    cells = (
        used.group_by(GROUP_MONTH)
        .agg(
            _changed=pl.col("changed").any(),
            _sum=pl.col("z_now").filter(~pl.col("lost")).sum(),
            _n=(~pl.col("lost")).sum().cast(pl.Float64),
        )
        .filter("_changed")
        .with_columns(code=pl.lit(definition.code))
    )
    if cells.is_empty():
        return marked, details, own
    enough = pl.col("_n") / len(definition.components) >= definition.params["min_share"]
    divisor = pl.lit(1.0) if definition.code == _AXIS else pl.col("_n")
    cells = (
        cells.with_columns(_new=pl.when(enough).then(pl.col("_sum") / divisor), _lost=~enough)
        .join(_reaches(own), on=GROUP_MONTH, how="left")
        .select(*CELL, "_new", "_lost", "_sum", "_n", "_below", "_above")
    )
    return _with_cells(marked, cells), _with_components(details, used, cells), own


_NO_SHARES = pl.DataFrame(
    schema={
        "group_id": pl.String,
        "month": pl.Date,
        "index": pl.String,
        "part": pl.String,
        "weight": pl.Float64,
        "below": pl.Float64,
        "above": pl.Float64,
    }
)


def _shares(used: pl.DataFrame, sign: pl.Expr, shares: pl.DataFrame, code: str) -> pl.DataFrame:
    """Weight of each shown component in an index, and how far its bounds lie from its value; NULL where unknown."""
    shown = used.with_columns(_sign=sign).filter(~pl.col("lost"))
    n = pl.lit(1.0) if code == _AXIS else pl.len().over(GROUP_MONTH)
    plain = shown.select(
        *GROUP_MONTH,
        index=pl.lit(code),
        part="component",
        weight=1.0 / n,
        below=(pl.col("z") - pl.col("ci_low")).clip(lower_bound=0),
        above=(pl.col("ci_high") - pl.col("z")).clip(lower_bound=0),
    )
    if code != _OVERALL:
        return plain
    within = shown.select(*GROUP_MONTH, index="code", outer=pl.col("_sign") / n)
    return (
        within.join(shares, on=[*GROUP_MONTH, "index"], how="left")
        .group_by(*GROUP_MONTH, "part")
        .agg(
            index=pl.lit(code),
            weight=(pl.col("outer") * pl.col("weight")).sum(),
            below=pl.col("below").first(),
            above=pl.col("above").first(),
        )
        .select(_NO_SHARES.columns)
    )


def _reaches(shares: pl.DataFrame) -> pl.DataFrame:
    """How far an index' bounds lie from its value: group_id, month, ``_below``, ``_above``; NULL if a part's is."""
    turned, below, above = pl.col("weight") < 0, pl.col("below"), pl.col("above")
    down, up = pl.when(turned).then(above).otherwise(below), pl.when(turned).then(below).otherwise(above)
    known = (below.is_not_null() & above.is_not_null()).all()
    return shares.group_by(GROUP_MONTH).agg(
        _below=pl.when(known).then((pl.col("weight") * down).pow(2).sum().sqrt()),
        _above=pl.when(known).then((pl.col("weight") * up).pow(2).sum().sqrt()),
    )


def _with_cells(marked: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """The indicators with the composite's cells in place; a cell without a value stays without one."""
    touched = pl.col("_lost").is_not_null() & pl.col("value").is_not_null()
    kind = pl.when(pl.col("_below").is_not_null()).then(pl.lit("mover")).otherwise(pl.lit("none"))
    return (
        marked.join(cells, on=CELL, how="left", maintain_order="left")
        .with_columns(
            pl.when(touched).then("_new").otherwise("value").alias("value"),
            pl.when(touched).then("_sum").otherwise("n_num").alias("n_num"),
            pl.when(touched).then("_n").otherwise("n_den").alias("n_den"),
            pl.when(touched).then(pl.col("_new") - pl.col("_below")).otherwise("ci_low").alias("ci_low"),
            pl.when(touched).then(pl.col("_new") + pl.col("_above")).otherwise("ci_high").alias("ci_high"),
            pl.when(touched).then(kind).otherwise("ci_kind").alias("ci_kind"),
            (pl.col(HIDDEN) | (touched & pl.col("_lost"))).alias(HIDDEN),
        )
        .with_columns(  # no sum where there is no value
            pl.when(pl.col("_lost").is_null() | pl.col("value").is_not_null()).then(pl.col("n_num", "n_den"))
        )
        .drop("_new", "_lost", "_sum", "_n", "_below", "_above")
    )


def _with_components(details: pl.DataFrame, used: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """The companions: shown components as they went in, everything else of the touched cells hidden."""
    shown = used.filter(~pl.col("lost")).select(*GROUP_MONTH, "detail", "z_now")
    in_place = (
        details.join(cells.select(*CELL, "_lost"), on=CELL, how="left", maintain_order="left")
        .join(
            shown.with_columns(code=pl.lit(cells["code"][0])),
            on=[*CELL, "detail"],
            how="left",
            maintain_order="left",
        )
        .with_columns(_touched=pl.col("_lost").is_not_null())
    )
    return in_place.with_columns(
        pl.when("_touched").then("z_now").otherwise("value").alias("value"),
        pl.when("_touched").then(pl.col("z_now").is_null() | pl.col(HIDDEN)).otherwise(HIDDEN).alias(HIDDEN),
    ).drop("_lost", "z_now", "_touched")


def with_hidden_parts(
    history: pl.DataFrame, others: pl.DataFrame, definitions: Mapping[str, Indicator]
) -> pl.DataFrame:
    """Vintages or revisions: a composite's cell is hidden as soon as any of its components' cells is.

    Args:
        history: rows with ``_is_hidden``.
        others: further verdicts, group_id, month, code, ``_is_hidden``.
        definitions: the registry.

    The stored values are the core's, made of all components, in whatever snapshot.
    """
    parts = _parts_of(definitions)
    verdicts = pl.concat([history.select(*CELL, HIDDEN), others.select(*CELL, HIDDEN)]).filter(HIDDEN)
    tainted = (
        verdicts.select(CELL).unique().join(parts, left_on="code", right_on="part")
        .select(*GROUP_MONTH, code="whole").unique().with_columns(_tainted=pl.lit(True))
    )  # fmt: skip
    return (
        history.join(tainted, on=CELL, how="left", maintain_order="left")
        .with_columns((pl.col(HIDDEN) | pl.col("_tainted").fill_null(False)).alias(HIDDEN))
        .drop("_tainted")
    )


def _parts_of(definitions: Mapping[str, Indicator]) -> pl.DataFrame:
    """part, whole: every code that goes into a composite, through other composites too."""

    def parts(code: str) -> set[str]:
        own = {name.lstrip("-").split(":")[0] for name in definitions[code].components}
        return own.union(*(parts(one) for one in own if definitions[one].is_composite))

    rows = [
        (part, code) for code, one in definitions.items() if one.is_composite for part in sorted(parts(code))
    ]
    return pl.DataFrame(rows, schema={"part": pl.String, "whole": pl.String}, orient="row")
