"""The validate stages: rules on a group's rows; expectations on all groups' smaller frames."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.tables import TABLES
from tasks.identify.stage import STAGE as IDENTIFY
from tasks.load.files import file_rows
from tasks.measure.stage import STAGE as MEASURE
from tasks.reconcile.stage import STAGE as RECONCILE
from tasks.run import GroupOutcome, Run
from tasks.validate import expectations
from tasks.validate.valid import RULED, STAGE, failures_of
from warehouse.sources import source_hash
from warehouse.stages import StageStore, hash_inputs
from warehouse.workspace import Workspace

_SOUND = "expectations/sound.json"
QUARANTINE = TABLES["ops.quarantine"]
_CODE = ("tasks.validate", "schemas")
#: What of a measurement the suites look at.
_EXPECTED = (
    "core.dim_member",
    "core.fact_membership",
    "core.fact_member_month",
    "core.fact_message",
    "core.fact_indicator",
)


def validate_group(workspace: Workspace, run: Run, group_id: str) -> GroupOutcome:
    """Hold a group's messages against the row rules; refused ones go to quarantine, the others on."""
    store = StageStore(workspace.vault, group_id)
    input_hash = hash_inputs(
        code=source_hash(*_CODE), reconcile=store.stamp(RECONCILE), identify=store.stamp(IDENTIFY)
    )
    if store.is_fresh(STAGE, input_hash):
        return GroupOutcome(group_id=group_id, is_new=False)
    messages = store.frame(RECONCILE, "messages", RULED)
    failures = failures_of(messages)
    quarantine = pl.concat(
        [_quarantined(messages, failures, group_id), store.frame(IDENTIFY, "ops.quarantine")]
    )
    frames = {"refused": failures.select("row_no").unique().sort("row_no"), "ops.quarantine": quarantine}
    merged = store.stamp(RECONCILE)
    store.write(STAGE, input_hash, frames, n_quarantined=len(quarantine), of=merged)
    return GroupOutcome(group_id=group_id, is_new=True, counts={"quarantined": len(quarantine)})


def _quarantined(messages: pl.DataFrame, failures: pl.DataFrame, group_id: str) -> pl.DataFrame:
    """Rows of ``ops.quarantine`` for refused messages: where they stood and which rule they broke."""
    files = messages.with_row_index("row_no").select(
        pl.col("row_no").cast(pl.Int64), file_id=pl.col("export_ids").list.first().fill_null("0" * 12)
    )
    return QUARANTINE.conform(
        failures.join(files, on="row_no").with_columns(group_id=pl.lit(group_id), severity=pl.lit("warning"))
    )


def expect_groups(workspace: Workspace, run: Run, group_ids: Sequence[str]) -> list[str]:
    """Hold the smaller frames of all groups against their suites; returns groups without a critical failure.

    Runs only when some group's measurement is not known to be sound yet, which :func:`remember_sound` keeps once the
    results are in the warehouse: of a run that dies before, the next one makes them anew.
    """
    stamps = {group_id: StageStore(workspace.vault, group_id).stamp(MEASURE) for group_id in group_ids}
    sound = _sound_before(workspace)
    if all(sound.get(group_id) == stamp for group_id, stamp in stamps.items()):
        return list(group_ids)
    verdict = expectations.expect(_small_frames(workspace, run, group_ids), run.run_id)
    folder = f"runs/{run.run_id}"
    workspace.vault.write_frame(f"{folder}/expectations.parquet", verdict.results)
    failed = sorted(verdict.failed_groups)
    n_failed = int((~verdict.results["is_success"]).sum())
    accepted = [group_id for group_id in group_ids if group_id not in verdict.failed_groups]
    told = {"failed_groups": failed, "n_failed": n_failed}
    told |= {"sound": {group_id: stamps[group_id] for group_id in accepted}}
    workspace.vault.write_document(f"{folder}/verdict.json", told)
    return accepted


def remember_sound(workspace: Workspace, run: Run) -> None:
    """Keep which measurements this run found sound; the warehouse holds the results."""
    verdict = f"runs/{run.run_id}/verdict.json"
    if workspace.vault.exists(verdict):
        workspace.vault.write_document(_SOUND, workspace.vault.read_document(verdict)["sound"])


def _sound_before(workspace: Workspace) -> dict[str, str]:
    return dict(workspace.vault.read_document(_SOUND)) if workspace.vault.exists(_SOUND) else {}


def _small_frames(workspace: Workspace, run: Run, group_ids: Sequence[str]) -> dict[str, pl.DataFrame]:
    """The frames that suites look at, pseudonymised, of all groups together; each with a ``group_id``."""
    parts: dict[str, list[pl.DataFrame]] = {}
    for group_id in group_ids:
        frames = StageStore(workspace.vault, group_id).frames(MEASURE, only=_EXPECTED)
        label = pl.lit(group_id).alias("group_id")
        for suite, table in (
            ("memberships", "core.fact_membership"),
            ("member_months", "core.fact_member_month"),
        ):
            parts.setdefault(suite, []).append(frames[table].with_columns(label))
        parts.setdefault("members", []).append(frames["core.dim_member"].with_columns(label))
        parts.setdefault("daily_messages", []).append(
            expectations.summarise_days(frames["core.fact_message"], group_id)
        )
        snapshot_id = pl.lit(f"{run.month}-{'0' * 12}").alias("snapshot_id")
        parts.setdefault("indicators", []).append(
            expectations.indicators_with_agreement(frames["core.fact_indicator"].with_columns(snapshot_id))
        )
    found = {suite: pl.concat(frames) for suite, frames in parts.items()}
    files = file_rows(workspace, run.run_id).filter(
        pl.col("group_id").is_in(group_ids), pl.col("n_lines").is_not_null()
    )
    return found | {"files": expectations.files_with_account(files)}
