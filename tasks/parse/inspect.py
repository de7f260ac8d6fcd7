"""What is in a file, loading nothing: the answer of ``solidarity inspect``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

from schemas.errors import FileRefused
from schemas.exports import ExportMeta
from schemas.vocabulary import DateOrder
from tasks.land.containers import Chat, open_chats, open_folder
from tasks.parse.future import Bounds
from tasks.parse.whatsapp import parse_export

EXPORT_SUFFIXES = (".txt", ".zip")
ROSTER_SUFFIXES = (".csv", ".xlsx", ".xlsm", ".xls")
#: What is said of several chats that differ.
MIXED = "mixed"
_SUMMED = ("messages", "events", "lines", "continuation_lines", "rejected_lines", "repaired_bytes")


def inspect_file(path: Path, date_order: DateOrder | None = None) -> dict[str, Any]:
    """Describe one export (a text, an archive, or the folder it was unpacked into) or roster.

    Returns:
        For an export the contract's keys (``kind, platform, language, date_order, clock, messages, events,
        senders, first, last, lines, continuation_lines, rejected_lines, truncated``) and ``confidence,
        encoding, repaired_bytes``; ``first`` and ``last`` are local wall clock, ``YYYY-MM-DDTHH:MM:SS``.
        Several chats in one archive are counted together, each of them in ``chats`` besides; what differs
        between them is ``mixed``. For a roster ``kind, rows, columns, bad_rows``.

    Raises:
        FileRefused: the file is no export and no roster, or cannot be read.
    """
    try:
        return _inspected(path, date_order)
    except PermissionError:
        raise FileRefused("unreadable_file") from None


def _inspected(path: Path, date_order: DateOrder | None) -> dict[str, Any]:
    suffix = path.suffix.lower()
    if path.is_dir():
        chats = open_folder(path)
    elif suffix in ROSTER_SUFFIXES:
        return _roster(path.read_bytes(), path)
    elif suffix in EXPORT_SUFFIXES:
        chats = open_chats(path.read_bytes(), path.name)
    else:
        raise FileRefused("unknown_file_type")
    written = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC).date()
    return _exports([_read(chat, date_order, written, is_alone=len(chats) == 1) for chat in chats])


class _Export(NamedTuple):
    """One parsed chat, and who wrote in it where there are others to count them with."""

    meta: ExportMeta
    authors: frozenset[str]


def _read(chat: Chat, date_order: DateOrder | None, written: dt.date, *, is_alone: bool) -> _Export:
    bounds = Bounds(
        stated=chat.stated_date if chat.is_dated_by_name else None,
        written=min(filter(None, (written, chat.entry_date))),
    )
    # An answer does not name the file by its content: to hash that would take as long as to load Polars.
    parsed = parse_export(chat.text, date_order=date_order, file_id="", bounds=bounds)
    authors = parsed.frame["author"].clear() if is_alone else parsed.frame["author"]
    return _Export(parsed.meta, frozenset(authors.drop_nulls().unique()))


def _exports(exports: list[_Export]) -> dict[str, Any]:
    """One answer for all chats of an archive, as a run takes them in together."""
    each = [describe(export.meta) for export in exports]
    if len(each) == 1:
        return each[0]
    whole: dict[str, Any] = {}
    for name, value in each[0].items():
        values = [one[name] for one in each]
        if name in _SUMMED:
            whole[name] = sum(values)
        else:
            whole[name] = value if len(set(values)) == 1 else MIXED
    return whole | {
        "senders": len(frozenset().union(*(export.authors for export in exports))),
        "first": min(one["first"] for one in each),
        "last": max(one["last"] for one in each),
        "truncated": all(one["truncated"] for one in each),
        "confidence": min(one["confidence"] for one in each),
        "chats": each,
    }


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
        "repaired_bytes": meta.n_replaced_bytes,
    }


def _roster(content: bytes, path: Path) -> dict[str, Any]:
    # the roster's readers are not needed for exports
    from tasks.identify.roster import read_participants, read_roster

    is_list = path.name.lower().startswith("participants")
    modified = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC).date()
    roster = (read_participants if is_list else read_roster)(content, path.name, modified)
    return {
        "kind": "participants" if is_list else "roster",
        "rows": roster.n_rows,
        "columns": list(roster.columns),
        "bad_rows": roster.n_bad,
    }
