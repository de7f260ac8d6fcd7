"""What is in a file, loading nothing: the answer of ``solidarity inspect``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from schemas.errors import FileRefused
from schemas.exports import ExportMeta
from schemas.vocabulary import DateOrder
from tasks.land.containers import Chat, open_chats
from tasks.parse.whatsapp import parse_export

EXPORT_SUFFIXES = (".txt", ".zip")
ROSTER_SUFFIXES = (".csv", ".xlsx")


def inspect_file(path: Path, date_order: DateOrder | None = None) -> dict[str, Any]:
    """Describe one export or roster.

    Returns:
        For an export the contract's keys (``kind, platform, language, date_order, clock, messages, events,
        senders, first, last, lines, continuation_lines, rejected_lines, truncated``) and ``confidence,
        encoding``; ``first`` and ``last`` are local wall clock, ``YYYY-MM-DDTHH:MM:SS``. For a roster
        ``kind, rows, columns, bad_rows``.

    Raises:
        FileRefused: the file is no export and no roster, or cannot be read.
    """
    content = path.read_bytes()
    suffix = path.suffix.lower()
    if suffix in ROSTER_SUFFIXES:
        return _roster(content, path)
    if suffix not in EXPORT_SUFFIXES:
        raise FileRefused("unknown_file_type")
    chats = open_chats(content, path.name)
    if len(chats) > 1:
        raise FileRefused("several_chats_in_zip", n_chats=len(chats))
    return _export(chats[0], date_order)


def _export(chat: Chat, date_order: DateOrder | None) -> dict[str, Any]:
    return describe(parse_export(chat.text, date_order=date_order, file_id=chat.file_id).meta)


def describe(meta: ExportMeta) -> dict[str, Any]:
    """The contract's answer about one parsed export."""
    return {
        "kind": "export",
        "platform": meta.platform,
        "language": meta.language,
        "date_order": meta.date_order,
        "clock": meta.clock,
        "messages": meta.n_messages,
        "events": meta.n_events,
        "senders": meta.n_senders,
        "first": meta.first_at.isoformat(timespec="seconds"),
        "last": meta.last_at.isoformat(timespec="seconds"),
        "lines": meta.n_lines,
        "continuation_lines": meta.n_continuation_lines,
        "rejected_lines": meta.n_rejected_lines,
        "truncated": meta.is_truncated,
        "confidence": round(meta.confidence, 4),
        "encoding": meta.encoding,
    }


def _roster(content: bytes, path: Path) -> dict[str, Any]:
    from tasks.identify.roster import read_roster  # the roster's readers are not needed for exports

    modified = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC).date()
    roster = read_roster(content, path.name, modified)
    return {
        "kind": "roster",
        "rows": roster.n_rows,
        "columns": list(roster.columns),
        "bad_rows": roster.n_bad,
    }
