"""The ledger of a group: every file seen in landing, and what became of it. Kept in the vault."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.exports import ExportMeta

FileKind = Literal["export", "roster", "participants", "unknown"]


class Content(BaseModel):
    """One chat or roster inside a landed file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file_id: str
    stated_date: dt.date | None
    n_bytes: int


class Entry(BaseModel):
    """One file in landing, at one place, in one state."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str  # relative to the group's folder in landing
    n_bytes: int
    mtime_ns: int
    sha256: str
    kind: FileKind
    contents: tuple[Content, ...] = ()
    refusal: str | None = None
    refused_under: str | None = None  # what it was refused under: a change of it is a reason to try again
    run_id: str


class Ledger(BaseModel):
    """All entries of a group, by path."""

    model_config = ConfigDict(extra="forbid")

    entries: dict[str, Entry] = {}
    refused: dict[str, str] = {}  # file_id -> reason, for contents that could not be parsed
    metas: dict[str, ExportMeta] = {}  # file_id -> what the parser found out

    def contents(self, kind: FileKind) -> dict[str, Content]:
        """Contents of one kind by file id, each once, with the latest date stated for it."""
        latest: dict[str, Content] = {}
        for entry in self.entries.values():
            for content in entry.contents if entry.kind == kind else ():
                known = latest.get(content.file_id)
                if known is None or _later(content.stated_date, known.stated_date):
                    latest[content.file_id] = content
        return dict(sorted(latest.items()))

    def paths(self, file_id: str) -> list[str]:
        """Where a content stands in landing, sorted."""
        return sorted(e.path for e in self.entries.values() if any(c.file_id == file_id for c in e.contents))


def _later(one: dt.date | None, other: dt.date | None) -> bool:
    return one is not None and (other is None or one > other)
