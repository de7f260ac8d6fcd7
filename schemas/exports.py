"""What is known about one export as a whole: its layout, its line account, its phone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar

#: Plain records, so that a file is inspected without Pydantic; the ledger, which holds them, is its model.
_STRICT: dict[str, Any] = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True)
class ExportMeta:
    """Facts a parser finds out about one export. Lines add up:

    ``n_lines = n_messages + n_events + n_continuation_lines + n_rejected_lines``.

    In the rows that belong to it the exporter himself is ``You`` where a system line speaks of him,
    whatever his phone's language; ``has_creation_line`` is also true for the encryption notice at the head.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    file_id: str
    platform: str
    language: str
    date_order: str
    date_order_basis: str  # how it was decided: value | monotony | configured
    clock: str
    has_seconds: bool
    encoding: str
    n_replaced_bytes: int = 0
    n_bytes: int
    n_lines: int
    n_messages: int
    n_events: int
    n_continuation_lines: int
    n_rejected_lines: int
    n_senders: int
    first_at: dt.datetime  # exporter's wall clock
    last_at: dt.datetime
    has_creation_line: bool
    is_truncated: bool  # the head of the history is cut off
    confidence: float  # share of header-like lines that the detected layout explains


@dataclass(frozen=True, kw_only=True)
class Landed:
    """Where one export came from."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    file_id: str
    group_id: str
    exporter_no: int
    stated_date: dt.date | None  # latest export date given by a file name or zip entry
    timezone: str | None  # declared for the exporter
    is_admin_from: dt.date | None = None
    is_admin_to: dt.date | None = None
    owner: str | None = None  # declared for the exporter: under which name or number exports show him
