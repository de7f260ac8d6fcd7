"""The ledger of a group: every file seen in landing, and what became of it. Kept in the vault."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.exports import ExportMeta

FileKind = Literal["export", "roster", "participants", "unknown", "misplaced"]


class Content(BaseModel):
    """One chat or roster inside a landed file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file_id: str
    stated_date: dt.date | None
    n_bytes: int
    is_dated_by_name: bool = True  # else by the clock of whoever made the archive
    month: str | None = None  # YYYY-MM, the month of the run that took it in
    written_date: dt.date | None = None  # of the file, or of its entry in an archive


class Entry(BaseModel):
    """One file in landing, at one place, in one state."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str  # relative to the group's folder in landing
    n_bytes: int
    mtime_ns: int
    sha256: str
    kind: FileKind
    contents: tuple[Content, ...] = ()
    kept: tuple[Content, ...] = ()  # exports that lay at this place before
    refusal: str | None = None
    run_id: str
    arrival: int = 0  # of all places of the group, in the order in which they were first seen


class Ledger(BaseModel):
    """All entries of a group, by path."""

    model_config = ConfigDict(extra="forbid")

    entries: dict[str, Entry] = {}
    refused: dict[str, str] = {}  # file_id -> reason, for contents that could not be parsed
    refused_under: dict[str, str] = {}  # file_id -> version and settings it was refused under
    refused_by: dict[str, str] = {}  # file_id -> run that refused it
    metas: dict[str, ExportMeta] = {}  # file_id -> what the parser found out
    parsed_under: dict[str, str] = {}  # file_id -> version and settings it was parsed under
    looked_through: dict[str, str] = {}  # file_id -> tombstones it was last held against
    withheld: dict[str, str] = {}  # file_id -> tombstones under which somebody was last taken out of it

    def forget(self, file_id: str) -> None:
        """Drop what an earlier parse of a content came to."""
        for known in (self.refused, self.refused_under, self.refused_by, self.metas, self.parsed_under):
            known.pop(file_id, None)
        self.looked_through.pop(file_id, None)

    def refuse(self, file_id: str, reason: str, under: str, run_id: str) -> None:
        """Enter that a content cannot be used."""
        self.refused[file_id], self.refused_under[file_id], self.refused_by[file_id] = reason, under, run_id

    def contents(self, kind: FileKind) -> dict[str, Content]:
        """Contents of one kind by file id, each once, with the latest date stated for it.

        What is handed in again is dated anew by its name only: an archive made later of the same text has
        the date of the making, which proves nothing about the chat.
        """
        latest: dict[str, Content] = {}
        for entry in self._arrived():
            for content in (*entry.kept, *entry.contents) if entry.kind == kind else ():
                known = latest.get(content.file_id)
                if known is None or (
                    content.is_dated_by_name and _later(content.stated_date, known.stated_date)
                ):
                    latest[content.file_id] = content
        return dict(sorted(latest.items()))

    def paths(self, file_id: str) -> list[str]:
        """Where a content stood in landing, the first place first: another name later changes nothing."""
        return [e.path for e in self._arrived() if any(c.file_id == file_id for c in (*e.kept, *e.contents))]

    def _arrived(self) -> list[Entry]:
        return sorted(self.entries.values(), key=lambda entry: (entry.arrival, entry.path))


def _later(one: dt.date | None, other: dt.date | None) -> bool:
    return one is not None and (other is None or one > other)
