"""Revisions: which cells of the past a snapshot restated, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from schemas.tables import TABLES
from tasks.snapshot.manifest import GroupEvidence, Manifest, Parameter
from tasks.snapshot.vintages import CELL, COMPARED, differs

REVISION = TABLES["core.fact_revision"]
RESTATEMENT = TABLES["core.fact_restatement"]
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
    """``rows``: ``core.fact_revision``; ``counts``: ``group_id, reason, n_cells``; ``restatements``:
    ``core.fact_restatement``, over all groups together.

    A count of erasures or withdrawals below :data:`MIN_BATCH` is NULL.
    """

    rows: pl.DataFrame
    counts: pl.DataFrame
    restatements: pl.DataFrame


def _measured(manifest: Manifest) -> dict[str, Parameter]:
    return {name: setting for name, setting in manifest.parameters.items() if name not in UNMEASURED}


def group_reason(old: Manifest, new: Manifest, group_id: str) -> str:
    """Why a group's cells may have changed between two snapshots, as far as the manifests tell.

    Where several inputs changed, the one that is not routine is named: new exports come every month, so
    ``new_data`` is the reason only where nothing else changed. Parameters, calendar and code count as
    definition, what coders found of the words as lexicon; what ``groups.toml`` declares about the group counts as
    correction.
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
        ("lexicon", known_to_both and before.judged_hash != after.judged_hash),
        ("correction", known_to_both and _declared(old, before) != _declared(new, after)),
        (
            "roster",
            known_to_both and (before.rosters, before.lists_hash) != (after.rosters, after.lists_hash),
        ),
    )
    return next((reason for reason, applies in causes if applies), "new_data")


def _declared(manifest: Manifest, evidence: GroupEvidence) -> tuple[str, ...]:
    """What is declared about a group; of manifests that did not tell it by group, what is declared at all."""
    whole = (manifest.corrections_hash, manifest.groups_toml_hash)
    return (evidence.declared_hash,) if evidence.declared_hash else whole


def restated_cells(
    before: pl.DataFrame, current: pl.DataFrame, old_month: dt.date, new_month: dt.date
) -> pl.DataFrame:
    """Cells that differ, of the months that a group had in the earlier snapshot and that both could measure.

    Columns: those of ``current`` and, with suffix ``_old``, those of ``before``; absent cells are NULL.
    """
    known_months = before.select("group_id", "month").unique()
    return (
        every_difference(before, current)
        .join(known_months, on=["group_id", "month"], how="semi")
        .filter(pl.col("month") <= old_month, pl.col("month") <= new_month)
    )


def every_difference(before: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    """Cells that two states of them do not share; columns as of :func:`restated_cells`."""
    columns = [*CELL, "group_key", *COMPARED]
    return (
        current.select(columns)
        .join(before.select(columns), on=CELL, how="full", suffix="_old", coalesce=True)
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
    restated = (
        rows.filter(pl.col("reason").is_in(COUNTED_ONLY))
        .group_by("from_snapshot_id", "snapshot_id", "reason")
        .agg(n_cells=pl.len())
        .with_columns(n_cells=pl.when(pl.col("n_cells") >= MIN_BATCH).then("n_cells"))
    )
    return Revisions(
        REVISION.conform(rows.filter(~pl.col("reason").is_in(COUNTED_ONLY))),
        counts,
        RESTATEMENT.conform(restated).sort("reason"),
    )
