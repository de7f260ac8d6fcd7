"""Vintages: the cells each snapshot changed, and the state of all cells as of any snapshot.

A cell is group x month x code. A snapshot adds a row only where a cell differs from its last row; a
cell that a snapshot no longer holds gets a row with ``is_removed``. So the past is never overwritten,
and storage grows with what changed.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.tables import TABLES

VINTAGE = TABLES["core.fact_indicator_vintage"]
CELL = ("group_id", "month", "code")
#: What makes two states of a cell differ.
COMPARED = ("def_version", "value", "ci_low", "ci_high", "ci_kind", "n_num", "n_den", "coverage", "status")
#: Floats are the same when they agree in this many significant digits, as in the logical hash.
SIGNIFICANT_DIGITS = 12


def same(name: str, other: str) -> pl.Expr:
    """Whether two columns hold the same value; NULL equals NULL, floats to 12 significant digits."""
    left, right = pl.col(name), pl.col(other)
    if VINTAGE.polars_schema[name].is_float():
        left, right = left.round_sig_figs(SIGNIFICANT_DIGITS), right.round_sig_figs(SIGNIFICANT_DIGITS)
    return left.eq_missing(right)


def differs() -> pl.Expr:
    """Whether a cell's state differs from its earlier state (columns with suffix ``_old``)."""
    return ~pl.all_horizontal(same(name, f"{name}_old") for name in COMPARED)


def as_of(vintage: pl.DataFrame, snapshots: Sequence[str], snapshot_id: str) -> pl.DataFrame:
    """All cells as a snapshot saw them.

    Args:
        vintage: ``fact_indicator_vintage``.
        snapshots: all snapshot ids in the order in which they were made.
        snapshot_id: the one asked for; one of ``snapshots``.

    Returns:
        Rows of the shape of ``vintage``, one per cell: its last row at or before the snapshot, by group,
        month and code. ``snapshot_id`` is the snapshot that last changed the cell.
    """
    seen = list(snapshots[: list(snapshots).index(snapshot_id) + 1])
    order = pl.DataFrame(
        {"snapshot_id": seen, "_order": range(len(seen))}, schema_overrides={"snapshot_id": pl.String}
    )
    return (
        vintage.join(order, on="snapshot_id", how="inner")
        .sort(*CELL, "_order")
        .unique(CELL, keep="last", maintain_order=True)
        .filter(~pl.col("is_removed"))
        .drop("_order")
    )


def changed_cells(
    current: pl.DataFrame, vintage: pl.DataFrame, snapshots: Sequence[str], snapshot_id: str
) -> pl.DataFrame:
    """The rows a snapshot adds to ``fact_indicator_vintage``: cells that differ from their last state.

    Args:
        current: ``fact_indicator`` of all groups as it stands.
        vintage: ``fact_indicator_vintage`` so far.
        snapshots: ids of the earlier snapshots, in the order in which they were made.
        snapshot_id: the snapshot being made; rows it has already written are left out of account, so
            that a repeated run gives the same rows again.
    """
    earlier = [known for known in snapshots if known != snapshot_id]
    before = as_of(vintage, earlier, earlier[-1]) if earlier else VINTAGE.empty()
    now = current.with_columns(pl.lit(False).alias("is_removed"))
    touched = (
        now.join(before, on=CELL, how="left", suffix="_old", nulls_equal=True)
        .filter(pl.col("is_removed_old").is_null() | differs())
        .select(VINTAGE.names)
    )
    gone = (
        before.join(now, on=CELL, how="anti")
        .with_columns(
            pl.lit(None, pl.Float64).alias(name) for name in ("value", "ci_low", "ci_high", "n_num", "n_den")
        )
        .with_columns(is_removed=pl.lit(True), ci_kind=pl.lit("none"))
    )
    return (
        pl.concat([touched, gone.select(VINTAGE.names)], how="vertical_relaxed")
        .with_columns(pl.lit(snapshot_id).alias("snapshot_id"))
        .pipe(VINTAGE.conform)
        .sort(CELL)
    )
