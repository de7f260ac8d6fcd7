"""The reconcile stage of a group: all its parsed exports -> one store in the vault."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePosixPath

import polars as pl

from schemas.config import Group
from schemas.exports import Landed
from tasks.land.exporters import exporter_of, exporter_ordinals
from tasks.land.land import read_ledger
from tasks.land.ledger import Ledger
from tasks.parse.stage import parsed_name
from tasks.reconcile.fold import COLUMNS
from tasks.reconcile.kept import CODE, folded
from tasks.reconcile.model import Export, Reconciled, Source
from tasks.reconcile.reconcile import merge
from tasks.rights.places import masked_group
from tasks.run import GroupOutcome, Run
from warehouse.failpoints import reach
from warehouse.sources import source_hash
from warehouse.stages import StageStore, hash_inputs
from warehouse.workspace import Workspace

STAGE = "reconcile"


def reconcile_group(workspace: Workspace, run: Run, group_id: str) -> GroupOutcome:
    """Make a group's store anew when the set of its exports, or what is declared about them, changed."""
    group = masked_group(workspace, group_id)
    ledger = read_ledger(workspace.vault, group_id)
    landed = landings(ledger, group, group_id)
    store = StageStore(workspace.vault, group_id)
    input_hash = hash_inputs(
        code=source_hash(*CODE),
        exports=[(asdict(entry), ledger.parsed_under[entry.file_id]) for entry in landed],
        withheld=[ledger.withheld.get(entry.file_id) for entry in landed],
        timezone=group.timezone,
        breaks=[entry.model_dump(mode="json") for entry in group.breaks],
    )
    if store.is_fresh(STAGE, input_hash):
        return GroupOutcome(group_id=group_id, is_new=False)
    sources = {entry.file_id: Source(ledger.metas[entry.file_id], entry) for entry in landed}
    stamps = {
        file_id: f"{ledger.parsed_under[file_id]} {ledger.withheld.get(file_id, '')}" for file_id in sources
    }

    def read(file_id: str) -> Export:
        source = sources[file_id]
        return Export(source.meta, source.landed, _parsed(workspace, ledger, group_id, file_id))

    fold = folded(workspace.vault, group_id, stamps, read)
    reconciled = merge(fold, list(sources.values()), group)
    reach("reconcile.merged")
    store.write(STAGE, input_hash, _frames(reconciled), **_facts(reconciled))
    return GroupOutcome(group_id=group_id, is_new=True, counts={"messages": len(reconciled.messages)})


def landings(ledger: Ledger, group: Group, group_id: str) -> list[Landed]:
    """The group's usable exports with what their places in landing say of them."""
    contents = [content for content in ledger.contents("export").values() if content.file_id in ledger.metas]
    names = {content.file_id: PurePosixPath(ledger.paths(content.file_id)[0]).name for content in contents}
    ordinals = exporter_ordinals(names.values(), group)
    landed = []
    for content in contents:
        exporter = exporter_of(names[content.file_id], group)
        declared = group.exporters.get(exporter)
        landed.append(
            Landed(
                file_id=content.file_id,
                group_id=group_id,
                exporter_no=ordinals[exporter],
                stated_date=content.stated_date,
                timezone=declared.timezone if declared else None,
                is_admin_from=declared.admin_from if declared else None,
                is_admin_to=declared.admin_to if declared else None,
                owner=declared.owner if declared else None,
            )
        )
    return landed


def _parsed(workspace: Workspace, ledger: Ledger, group_id: str, file_id: str) -> pl.DataFrame:
    return workspace.vault.read_frame(parsed_name(group_id, file_id, ledger.parsed_under[file_id]), COLUMNS)


def _frames(reconciled: Reconciled) -> dict[str, pl.DataFrame]:
    names = ("messages", "events", "changes", "labels", "conflicts", "coverage")
    return {name: getattr(reconciled, name) for name in names}


def _facts(reconciled: Reconciled) -> dict[str, object]:
    last = reconciled.messages["local_date"].max()
    due = [day for day in reconciled.due.values() if day is not None]
    return {
        "n_messages": len(reconciled.messages),
        "history_start": reconciled.history_start,
        "last_message_date": last,
        "next_export_due": max(due, default=None),  # of the phone that can still show the oldest unseen day
        "clocks": {file_id: basis for file_id, (_, basis) in reconciled.offsets.items()},
    }
