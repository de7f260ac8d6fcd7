"""``ops.file``: every chat and roster handed in, as the ledgers tell, without a file name."""

from __future__ import annotations

import polars as pl

from schemas.exports import Landed
from schemas.tables import TABLES
from tasks.land.land import read_ledger
from tasks.land.ledger import Content, Ledger
from tasks.reconcile.stage import landings
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

FILE = TABLES["ops.file"]


def file_rows(workspace: Workspace, run_id: str) -> pl.DataFrame:
    """Rows of ``ops.file`` for all groups that ever handed in a file."""
    rows = [
        row
        for group_id in workspace.vault.names("groups")
        for row in _group_rows(workspace, group_id, run_id)
    ]
    return pl.DataFrame(rows, schema=FILE.polars_schema)


def _group_rows(workspace: Workspace, group_id: str, run_id: str) -> list[dict[str, object]]:
    ledger = read_ledger(workspace.vault, group_id)
    landed = {entry.file_id: entry for entry in landings(ledger, workspace.config.group(group_id), group_id)}
    clocks = StageStore(workspace.vault, group_id).facts("reconcile").get("clocks", {})
    rosters = StageStore(workspace.vault, group_id).facts("identify").get("roster_rows", {})
    empty = dict.fromkeys(FILE.names)
    rows = []
    for kind in ("export", "roster", "participants"):
        for content in ledger.contents(kind).values():
            head = {"file_id": content.file_id, "group_id": group_id, "file_kind": kind, "run_id": run_id}
            row = empty | head | _state(ledger, content) | _export(ledger, landed, content)
            row["utc_offset_basis"] = clocks.get(content.file_id)
            row["n_rows"] = rosters.get(content.file_id)
            rows.append(row)
    for entry in ledger.entries.values():
        if entry.refusal and not entry.contents:
            head = {
                "file_id": entry.sha256[:12] or "0" * 12,
                "group_id": group_id,
                "file_kind": entry.kind,
                "run_id": run_id,
            }
            rows.append(
                empty | head | {"file_status": "refused", "refusal": entry.refusal, "n_bytes": entry.n_bytes}
            )
    return list({row["file_id"]: row for row in rows}.values())


def _state(ledger: Ledger, content: Content) -> dict[str, object]:
    refusal = ledger.refused.get(content.file_id)
    return {
        "file_status": "refused" if refusal else "loaded",
        "refusal": refusal,
        "stated_date": content.stated_date,
        "n_bytes": content.n_bytes,
    }


def _export(ledger: Ledger, landed: dict[str, Landed], content: Content) -> dict[str, object]:
    meta = ledger.metas.get(content.file_id)
    if meta is None:
        return {}
    same = (
        "platform",
        "language",
        "date_order",
        "clock",
        "is_truncated",
        "n_lines",
        "n_messages",
        "n_events",
    )
    also = ("n_continuation_lines", "n_rejected_lines", "n_senders")
    return {name: getattr(meta, name) for name in (*same, *also)} | {
        "exporter_no": landed[content.file_id].exporter_no,
        "first_date": meta.first_at.date(),
        "last_date": meta.last_at.date(),
    }
