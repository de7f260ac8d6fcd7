"""The identify stage of a group: its store, rosters and corrections -> people in the vault."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

import polars as pl

from schemas.corrections import read_corrections
from schemas.errors import FileRefused
from schemas.frames import ROSTER
from schemas.tables import TABLES
from tasks.identify.identify import Identified, identify
from tasks.identify.roster import RosterFile, read_participants, read_roster
from tasks.land.dates import stated_date
from tasks.land.discover import group_ids
from tasks.land.land import raw_name, read_ledger, write_ledger
from tasks.land.ledger import FileKind, Ledger
from tasks.reconcile.stage import STAGE as RECONCILE
from tasks.run import GroupOutcome, Run, parse_month
from warehouse.failpoints import reach
from warehouse.sources import source_hash
from warehouse.stages import StageStore, hash_inputs
from warehouse.workspace import Workspace

STAGE = "identify"
_CODE = ("tasks.identify", "schemas", "warehouse.reference")

#: A list of people: kind, group, file id, a name of the file, month (YYYY-MM) of the run that took it in.
Source = tuple[str, str, str, str, str]


@dataclass
class _Listed:
    """What rosters and participants lists of a community say, and what of them could not be used."""

    rosters: list[pl.DataFrame] = field(default_factory=list)
    listings: list[pl.DataFrame] = field(default_factory=list)
    quarantine: list[pl.DataFrame] = field(default_factory=list)
    rows_by_file: dict[str, int] = field(default_factory=dict)


def identify_group(workspace: Workspace, run: Run, group_id: str) -> GroupOutcome:
    """Find out anew who is who when the store, a roster, a correction or the month changed."""
    store = StageStore(workspace.vault, group_id)
    group, community = workspace.config.group(group_id), workspace.config.community_of(group_id)
    sources = _sources(workspace, group_id, community)
    key = workspace.key()
    corrections_file = workspace.landing / "corrections.toml"
    input_hash = hash_inputs(
        code=source_hash(*_CODE),
        reconcile=store.stamp(RECONCILE),
        sources=sources,
        corrections=corrections_file.read_text("utf-8") if corrections_file.exists() else "",
        group=group.model_dump(mode="json"),
        key_id=key.key_id,
        month=run.month,
    )
    if store.is_fresh(STAGE, input_hash):
        return GroupOutcome(group_id=group_id, is_new=False)
    corrections = read_corrections(corrections_file)
    corrections.refuse_expired(run.month_end)
    listed = _read(workspace, run, group_id, sources)
    frames = store.frames(RECONCILE)
    identified = identify(
        frames["messages"],
        frames["events"],
        frames["labels"],
        frames["coverage"],
        _concat(listed.rosters),
        group_id,
        group,
        community,
        corrections,
        key,
        run.month_end,
        _concat(listed.listings),
        frames["conflicts"],
    )
    reach("identify.resolved")
    store.write(STAGE, input_hash, _frames(identified, listed), **_facts(identified, listed))
    return GroupOutcome(group_id=group_id, is_new=True, counts={"people": len(identified.people)})


def _sources(workspace: Workspace, group_id: str, community: str) -> list[Source]:
    """Rosters of all groups of the community and the group's own lists, once for each day they speak for."""
    found: list[Source] = []
    for other in group_ids(workspace.landing, workspace.config):
        if workspace.config.community_of(other) != community:
            continue
        ledger = read_ledger(workspace.vault, other)
        kinds: tuple[FileKind, ...] = ("roster", "participants") if other == group_id else ("roster",)
        found += [
            (kind, other, file_id, name, content.month or "")
            for kind in kinds
            for file_id, content in ledger.contents(kind).items()
            for name in _names(ledger, file_id)
        ]
    return sorted(found)


def _names(ledger: Ledger, file_id: str) -> list[str]:
    """Names under which a list was handed in: one for each day that a name states, else the first."""
    names = [PurePosixPath(path).name for path in ledger.paths(file_id)]
    by_day = {stated_date(name): name for name in reversed(names)}
    return [name for day, name in by_day.items() if day is not None] or names[:1]


def _read(workspace: Workspace, run: Run, group_id: str, sources: list[Source]) -> _Listed:
    listed = _Listed()
    for kind, owner, file_id, name, month in sources:
        reader = read_participants if kind == "participants" else read_roster
        ledger = read_ledger(workspace.vault, owner)
        try:
            taken_in = parse_month(month) if month else run.month_start
            found = reader(workspace.vault.read_bytes(raw_name(file_id)), name, taken_in)
        except FileRefused as error:
            if ledger.refused.get(file_id) != error.reason:
                ledger.refuse(file_id, error.reason, source_hash(*_CODE), run.run_id)
                write_ledger(workspace.vault, owner, ledger)
            continue
        if file_id in ledger.refused:
            ledger.forget(file_id)
            write_ledger(workspace.vault, owner, ledger)
        _enter(listed, kind, owner == group_id, found, group_id)
    return listed


def _enter(listed: _Listed, kind: str, is_own: bool, found: RosterFile, group_id: str) -> None:
    (listed.listings if kind == "participants" else listed.rosters).append(found.roster)
    if is_own:
        listed.quarantine.append(found.quarantine(group_id))
        listed.rows_by_file[found.file_id] = found.n_rows


def _concat(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(frames) if frames else ROSTER.empty()


def _frames(identified: Identified, listed: _Listed) -> dict[str, pl.DataFrame]:
    table = TABLES["ops.quarantine"]
    quarantine = pl.concat([table.conform(rows) for rows in (identified.quarantine, *listed.quarantine)])
    return {
        "people": identified.people,
        "presence": identified.presence,
        "suggestions": identified.suggestions,
        "head_counts": identified.head_counts,
        "core.dim_member": identified.dim_member,
        "core.fact_membership": identified.memberships,
        "core.fact_membership_event": identified.membership_events,
        "ops.identity_decision": identified.decisions,
        "ops.identity_conflict": identified.conflicts,
        "ops.quarantine": quarantine.unique(table.key, keep="first", maintain_order=True),
    }


def _facts(identified: Identified, listed: _Listed) -> dict[str, object]:
    return {
        "n_people": int(identified.people["person_no"].drop_nulls().n_unique()),
        "n_conflicts": int((~identified.conflicts["is_settled"]).sum()),
        "n_is_known": identified.n_is_known,
        "roster_rows": listed.rows_by_file,
        "roster_dates": sorted({day for roster in listed.rosters for day in roster["as_of_date"].to_list()}),
        "unused_corrections": identified.unused_corrections,
    }
