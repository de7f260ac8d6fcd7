"""Exports written by hand: a line is (time, label, text) or (time, event, actor, targets)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from schemas.exports import ExportMeta, Landed
from schemas.frames import PARSED
from tasks.reconcile import Export
from tasks.reconcile.digest import digest
from warehouse.keys import DigestKey

DIGEST_KEY = DigestKey(b"for tests only: the digest key of them all")


@dataclass(frozen=True)
class Said:
    """One authored line."""

    at: str
    author: str
    text: str | None = None
    kind: str = "text"
    edited: bool = False


@dataclass(frozen=True)
class Told:
    """One system line."""

    at: str
    event: str
    actor: str | None = None
    targets: tuple[str, ...] = ()
    timer_hours: int | None = None


def export(
    name: str,
    lines: Sequence[Said | Told],
    *,
    phone: int = 0,
    stated: str | None = None,
    zone: str | None = None,
    truncated: bool = False,
) -> Export:
    """One export of the phone; times are ``2024-03-01 08:00`` or with ``:30`` seconds."""
    rows = [_row(seq, line) for seq, line in enumerate(lines)]
    frame = PARSED.conform(pl.DataFrame(rows, schema=PARSED.polars_schema, infer_schema_length=None))
    file_id = hashlib.sha256(name.encode()).hexdigest()[:12]
    has_seconds = any(row["has_seconds"] for row in rows)
    times = [row["local_at"] for row in rows] or [dt.datetime.fromisoformat("2024-01-01 00:00")]
    authored = [line for line in lines if isinstance(line, Said)]
    meta = ExportMeta(
        file_id=file_id, platform="android", language="id", date_order="dmy", date_order_basis="value",
        clock="24h", has_seconds=has_seconds, encoding="utf-8", n_bytes=1, n_lines=len(rows),
        n_messages=len(authored), n_events=len(rows) - len(authored), n_continuation_lines=0,
        n_rejected_lines=0,
        n_senders=len({line.author for line in authored}), first_at=times[0], last_at=times[-1],
        has_creation_line=any(isinstance(line, Told) and line.event == "created" for line in lines),
        is_truncated=truncated, confidence=1.0,
    )  # fmt: skip
    landed = Landed(
        file_id=file_id,
        group_id="g",
        exporter_no=phone,
        stated_date=dt.date.fromisoformat(stated) if stated else None,
        timezone=zone,
    )
    return Export(meta, landed, digest(frame, DIGEST_KEY))


def _row(seq: int, line: Said | Told) -> dict[str, object]:
    row: dict[str, object] = {
        "seq": seq,
        "line_no": seq + 1,
        "n_text_lines": 1,
        "local_at": dt.datetime.fromisoformat(line.at),
        "has_seconds": line.at.count(":") == 2,
        "author": None,
        "kind": None,
        "text": None,
        "is_edited": False,
        "is_forwarded": False,
        "event": None,
        "actor": None,
        "targets": None,
        "timer_hours": None,
    }
    if isinstance(line, Said):
        return row | {"author": line.author, "kind": line.kind, "text": line.text, "is_edited": line.edited}
    return row | {
        "event": line.event,
        "actor": line.actor,
        "targets": list(line.targets) or None,
        "timer_hours": line.timer_hours,
    }
