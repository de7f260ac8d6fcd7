"""Revisions: which cells of the past a snapshot restated, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from schemas.tables import TABLES
from tasks.snapshot.manifest import GroupEvidence, Manifest, Parameter
from tasks.snapshot.vintages import CELL, COMPARED, differs

REVISION = TABLES["core.fact_revision"]
#: Reasons of which only a count is kept: an old value could tell about the person who left.
COUNTED_ONLY = ("erasure", "consent")
#: A count of such changes is given only together with this many changes at least.
MIN_BATCH = 10
#: Parameters of a manifest that no core number depends on.
UNMEASURED = frozenset({"minimum_group_n", "carried_over"})
#: How a cell that one of the two snapshots lacks stands in a revision.
ABSENT = "not_applicable"


@dataclass(frozen=True, slots=True)
class Revisions:
    """``rows``: ``core.fact_revision``; ``counts``: ``group_id, reason, n_cells``.

    A count of erasures or withdrawals below :data:`MIN_BATCH` is NULL.
    """

    rows: pl.DataFrame
    counts: pl.DataFrame


def _measured(manifest: Manifest) -> dict[str, Parameter]:
    return {name: setting for name, setting in manifest.parameters.items() if name not in UNMEASURED}


def group_reason(old: Manifest, new: Manifest, group_id: str) -> str:
    """Why a group's cells may have changed between two snapshots, as far as the manifests tell.

    Where several inputs changed, the one that is not routine is named: new exports come every month, so
    ``new_data`` is the reason only where nothing else changed. Parameters, calendar and code count as
    definition; ``groups.toml`` counts as correction, since it declares.
    """
    nothing = GroupEvidence()
    before, after = old.groups.get(group_id, nothing), new.groups.get(group_id, nothing)
    known_to_both = group_id in old.groups and group_id in new.groups
    causes = (
        ("erasure", old.erasures_hash != new.erasures_hash),
        ("consent", old.consent_hash != new.consent_hash),
        ("definition", old.definitions_hash != new.definitions_hash or _measured(old) != _measured(new)),
        ("definition", (old.calendar_version, old.code_version) != (new.calendar_version, new.code_version)),
        ("lexicon", old.lexicon_version != new.lexicon_version),
        (
            "correction",
            old.corrections_hash != new.corrections_hash or old.groups_toml_hash != new.groups_toml_hash,
        ),
        ("roster", known_to_both and before.rosters != after.rosters),
    )
    return next((reason for reason, applies in causes if applies), "new_data")


def restated_cells(
    before: pl.DataFrame, current: pl.DataFrame, old_month: dt.date, new_month: dt.date
) -> pl.DataFrame:
    """Cells that differ, of the months that a group had in the earlier snapshot and that both could measure.

    Columns: those of ``current`` and, with suffix ``_old``, those of ``before``; absent cells are NULL.
    """
    columns = [*CELL, "group_key", *COMPARED]
    known_months = before.select("group_id", "month").unique()
    return (
        current.select(columns)
        .join(before.select(columns), on=CELL, how="full", suffix="_old", coalesce=True)
        .join(known_months, on=["group_id", "month"], how="semi")
        .filter(pl.col("month") <= old_month, pl.col("month") <= new_month)
        .filter(differs())
    )


def revisions(before: pl.DataFrame, current: pl.DataFrame, old: Manifest, new: Manifest) -> Revisions:
    """What ``new`` restated of what ``old`` had stated.

    Args:
        before: all cells as of the earlier snapshot (:func:`tasks.snapshot.vintages.as_of`).
        current: ``fact_indicator`` of the new snapshot.
        old: manifest of the earlier snapshot.
        new: manifest of the new one.
    """
    cells = restated_cells(before, current, old.month, new.month)
    groups = sorted(set(cells["group_id"]))
    reasons = pl.DataFrame(
        {"group_id": groups, "_group_reason": [group_reason(old, new, group_id) for group_id in groups]},
        schema={"group_id": pl.String, "_group_reason": pl.String},
    )
    redefined = pl.col("def_version") != pl.col("def_version_old")
    rows = (
        cells.join(reasons, on="group_id")
        .with_columns(
            reason=pl.when(redefined & ~pl.col("_group_reason").is_in(COUNTED_ONLY))
            .then(pl.lit("definition"))
            .otherwise("_group_reason"),
            group_key=pl.coalesce("group_key", "group_key_old"),
            from_snapshot_id=pl.lit(old.snapshot_id),
            snapshot_id=pl.lit(new.snapshot_id),
            old_value=pl.col("value_old"),
            new_value=pl.col("value"),
            old_status=pl.col("status_old").fill_null(ABSENT),
            new_status=pl.col("status").fill_null(ABSENT),
        )
        .sort(CELL)
    )
    few = pl.col("reason").is_in(COUNTED_ONLY) & (pl.col("n_cells") < MIN_BATCH)
    counts = (
        rows.group_by("group_id", "reason")
        .agg(pl.len().cast(pl.Int64).alias("n_cells"))
        .with_columns(n_cells=pl.when(~few).then("n_cells"))
        .sort("group_id", "reason")
    )
    return Revisions(REVISION.conform(rows.filter(~pl.col("reason").is_in(COUNTED_ONLY))), counts)
