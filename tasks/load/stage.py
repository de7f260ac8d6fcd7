"""The load stage: one transaction for everything that a run changes in the warehouse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from schemas.tables import TABLES
from tasks.consent.restate import forget_past, restated_groups
from tasks.evaluate.kit import all_evaluations
from tasks.load import dimensions
from tasks.load.files import file_rows
from tasks.measure.stage import STAGE as MEASURE
from tasks.measure.stage import computed_codes
from tasks.rights.strike import Struck, pending, strike
from tasks.rights.tombstones import read_tombstones
from tasks.run import Run, in_batches
from tasks.runs import run_rows
from tasks.snapshot.evidence import in_force, manifest_of
from tasks.snapshot.manifest import Manifest
from tasks.validate.stage import remember_sound
from warehouse.calendar import dim_date, dim_month
from warehouse.engine import Warehouse
from warehouse.keys import group_key
from warehouse.load import Load
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

#: The calendar dimensions span the life of the platform and a generous future.
CALENDAR_FROM, CALENDAR_TO = dt.date(2009, 1, 1), dt.date(2040, 12, 31)

#: Tables whose rows belong to one group and are made by its stages.
GROUP_TABLES = tuple(
    name for name, table in TABLES.items() if table.partition == ("group_key",) and name != "core.dim_group"
)
SNAPSHOT_TABLES = frozenset({"core.fact_trend", "core.fact_trend_variant"})


@dataclass
class GroupLoad:
    """What a run has to load. ``load`` is None when the warehouse holds it already."""

    workspace: Workspace
    run: Run
    manifest: Manifest
    accepted: list[str]
    changed: list[str]
    load: Load | None
    struck: Struck | None = None  # what erasures took out of the warehouse in this load

    @property
    def open(self) -> Load:
        """The open load; there is one whenever something is to be loaded."""
        if self.load is None:
            raise RuntimeError("nothing is to be loaded")
        return self.load

    def load_groups(self) -> int:
        """Dimensions, and the facts of changed groups; returns how many groups changed."""
        if self.load is None:
            return 0
        _load_shared_dimensions(self.workspace, self.load)
        _load_groups_dimension(self)
        _load_members(self)
        for batch in in_batches(self.changed, self.workspace.settings.batch_groups):
            _load_facts(self, batch)
        _load_operations(self)
        return len(self.changed)


@contextmanager
def open_load(workspace: Workspace, run: Run, accepted: Sequence[str]) -> Iterator[GroupLoad]:
    """Open the run's one transaction; idle when the warehouse holds the rows of the same inputs."""
    warehouse = Warehouse(workspace.settings.database_url)
    warehouse.create()
    manifest = manifest_of(workspace, run, accepted)
    tombstones = read_tombstones(workspace.vault)
    erasures = pending(tombstones, warehouse.read("SELECT erasure_token FROM ops.erasure"))
    is_foreign = _is_under_another_key(workspace, warehouse, accepted)
    if manifest.snapshot_id == in_force(warehouse) and not erasures and not is_foreign:
        yield GroupLoad(workspace, run, manifest, list(accepted), [], None)
        remember_sound(workspace, run)
        return
    held = dict(warehouse.read("SELECT group_id, input_hash FROM ops.group_state").iter_rows())
    changed = [
        group_id
        for group_id in accepted
        if is_foreign or StageStore(workspace.vault, group_id).stamp(MEASURE) != held.get(group_id)
    ]
    with warehouse.load(run.run_id, compact=bool(erasures)) as load:
        this = GroupLoad(workspace, run, manifest, list(accepted), changed, load)
        if tombstones is not None and erasures:
            this.struck = strike(load, tombstones, erasures, manifest.snapshot_id)
        _forget_what_consent_restates(this)
        yield this
    remember_sound(workspace, run)


def _is_under_another_key(workspace: Workspace, warehouse: Warehouse, accepted: Sequence[str]) -> bool:
    """Whether the warehouse calls nobody as the vault does: the key was lost, and begun anew with another."""
    known = set(warehouse.read("SELECT DISTINCT pseudonym_key FROM core.dim_member")["pseudonym_key"])
    if not known:
        return False
    frames = (StageStore(workspace.vault, one).frames(MEASURE, only="core.dim_member") for one in accepted)
    ours = {name for frame in frames for part in frame.values() for name in part["pseudonym_key"].unique()}
    return bool(ours) and ours.isdisjoint(known)


def _forget_what_consent_restates(this: GroupLoad) -> None:
    """Where a consent changes who is counted, the earlier values go before the new ones come."""
    table = "core.member_permission"
    permissions = {group_key(group_id): _stage_frame(this, group_id, table) for group_id in this.changed}
    groups = restated_groups(this.open, permissions, this.manifest)
    if groups:
        vintage = forget_past(this.open, groups)
        if this.struck is None or this.struck.vintage is None:
            this.struck = Struck(vintage=vintage)


def _load_shared_dimensions(workspace: Workspace, load: Load) -> None:
    load.replace_all("core.dim_date", dim_date(CALENDAR_FROM, CALENDAR_TO))
    load.replace_all("core.dim_month", dim_month(CALENDAR_FROM, CALENDAR_TO))
    load.replace_all("core.dim_indicator", dimensions.dim_indicator(computed_codes()))
    load.replace_all("core.dim_activity_kind", dimensions.dim_activity_kind())
    load.replace_all("core.dim_platform_break", dimensions.dim_platform_break())
    load.replace_all("core.dim_shock", dimensions.dim_shock(workspace.config.groups))


def _load_groups_dimension(this: GroupLoad) -> None:
    known = this.open.read("SELECT * FROM core.dim_group")
    for group_id in this.accepted:
        key, config = group_key(group_id), this.workspace.config
        described = dimensions.describe(config.group(group_id), group_id)
        if len(config.chain_of(group_id)) > 1:  # groups of one history share a community, declared or not
            described["community"] = config.community_of(group_id)
        versions = dimensions.dim_group_versions(
            known.filter(pl.col("group_key") == key),
            described,
            key,
            group_id,
            this.run.month_start,
        )
        this.open.replace("core.dim_group", versions, {"group_key": [key]})


def _load_members(this: GroupLoad) -> None:
    """People belong to communities: one touched by a changed group is put together from all its groups."""
    config = this.workspace.config
    touched = sorted({config.community_of(group_id) for group_id in this.changed})
    frames = [
        _stage_frame(this, group_id, "core.dim_member").with_columns(group_id=pl.lit(group_id))
        for group_id in this.accepted
        if config.community_of(group_id) in touched
    ]
    if frames:
        people = dimensions.one_row_of_versions_a_person(pl.concat(frames))
        carried_over = set(this.workspace.vault.names("groups")) - set(this.accepted)
        shared = sorted({config.community_of(group_id) for group_id in carried_over} & set(touched))
        known = this.open.read("SELECT * FROM core.dim_member").filter(pl.col("community").is_in(shared))
        this.open.replace("core.dim_member", dimensions.with_known(people, known), {"community": touched})


def _stage_frame(this: GroupLoad, group_id: str, table: str) -> pl.DataFrame:
    frames = StageStore(this.workspace.vault, group_id).frames(MEASURE, only=table)
    return TABLES[table].conform(frames.get(table, TABLES[table].empty()))


def _load_facts(this: GroupLoad, batch: Sequence[str]) -> None:
    keys = [group_key(group_id) for group_id in batch]
    for table in GROUP_TABLES:
        if table in SNAPSHOT_TABLES:
            continue
        rows = pl.concat([_stage_frame(this, group_id, table) for group_id in batch])
        if "snapshot_id" in rows.columns:
            rows = rows.with_columns(snapshot_id=pl.lit(this.manifest.snapshot_id))
        this.open.replace(table, rows, {"group_key": keys})
    states = pl.DataFrame(
        [
            (group_id, StageStore(this.workspace.vault, group_id).stamp(MEASURE), this.run.run_id, False)
            for group_id in batch
        ],
        schema=TABLES["ops.group_state"].polars_schema,
        orient="row",
    )
    this.open.upsert("ops.group_state", states)


def _load_operations(this: GroupLoad) -> None:
    workspace = this.workspace
    this.open.replace_all("ops.file", file_rows(workspace, this.run.run_id))
    this.open.replace_all("ops.run", run_rows(workspace))
    for name, rows in all_evaluations(workspace).items():
        this.open.replace_all(name, rows)
    results = f"runs/{this.run.run_id}/expectations.parquet"
    if workspace.vault.exists(results):
        this.open.append("ops.validation_result", workspace.vault.read_frame(results))
    for group_id in this.changed:
        quarantine = StageStore(workspace.vault, group_id).frames("validate", only="ops.quarantine")
        rows = quarantine.get("ops.quarantine", TABLES["ops.quarantine"].empty())
        this.open.replace("ops.quarantine", rows, {"group_id": [group_id]})
