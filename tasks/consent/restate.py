"""The warehouse's past after somebody withdrew or objected: what it stated before is no longer told.

The difference of an old figure and a new one would be what that person did. So of a group in which somebody is
no longer counted (or is again) all earlier values go, of cells that changed and of those that did not: which of
them differ would tell when the person was active. The new snapshot states them all; ``core.fact_restatement``
counts. Releases stay: they hold no row of a person, and were made on the consent of their day.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.tables import TABLES
from tasks.snapshot.manifest import Manifest
from warehouse.load import Load

_PAST = ("core.fact_indicator_vintage", "core.fact_revision")


def restated_groups(load: Load, new: Mapping[int, pl.DataFrame], manifest: Manifest) -> list[int]:
    """Groups in which a consent that was given or taken back changes who is counted.

    Args:
        load: an open load that has not touched ``core.member_permission`` yet.
        new: group_key -> its rows to be. manifest: of the snapshot to be.
    """
    if manifest.consent_hash == _last_consent_hash(load):
        return []
    held = load.read("SELECT group_key, member_key, is_counted FROM core.member_permission")
    found = []
    for group, rows in new.items():
        both = held.filter(pl.col("group_key") == group).join(rows, on="member_key", suffix="_new")
        if both.filter(pl.col("is_counted") != pl.col("is_counted_new")).height:
            found.append(group)
    return sorted(found)


def forget_past(load: Load, groups: list[int]) -> pl.DataFrame:
    """Remove what earlier snapshots stated of these groups; returns all vintages as they were."""
    vintage = load.read("SELECT * FROM core.fact_indicator_vintage")
    for name in _PAST:
        rows = load.read(f"SELECT * FROM {name}")
        load.replace_all(name, TABLES[name].conform(rows.filter(~pl.col("group_key").is_in(groups))))
    return vintage


def _last_consent_hash(load: Load) -> str:
    rows = load.read("SELECT manifest_json FROM core.dim_snapshot ORDER BY created_at, snapshot_id")
    return Manifest.from_json(rows["manifest_json"][-1]).consent_hash if rows.height else ""
