"""What goes into reconciliation and what comes out, and the canonical order of exports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import polars as pl

from schemas.exports import ExportMeta, Landed

Basis = Literal["declared", "aligned", "assumed"]


@dataclass(frozen=True)
class Source:
    """One export but its lines: what is known of it as a whole, and where it came from."""

    meta: ExportMeta
    landed: Landed

    @property
    def file_id(self) -> str:
        return self.landed.file_id

    @property
    def shown_on(self) -> dt.date:
        """The day of the export: the stated one, unless its own last line is later."""
        last = self.meta.last_at.date()
        return max(last, self.landed.stated_date or last)


@dataclass(frozen=True)
class Export(Source):
    """One parsed export with its lines (DIGESTED)."""

    frame: pl.DataFrame


AnySource = TypeVar("AnySource", bound=Source)


@dataclass(frozen=True)
class Clock:
    """Which wall clock one export shows: minutes east of UTC at its last line, and how that is known."""

    file_id: str
    utc_offset_min: int
    basis: Basis


@dataclass(frozen=True)
class Reconciled:
    """One group's store, made from the set of its exports.

    Attributes:
        messages: MESSAGES; each authored message once.
        events: EVENTS; each system event once per person it speaks of.
        changes: CHANGES; edits and deletions by the day of the export that first showed them.
        labels: LABELS; which label of which export is which person.
        conflicts: pairs of labels that shared texts hold for one person although another pair excludes it:
            ``file_id, label, other_file_id, other_label, votes``. Listed, never merged.
        coverage: COVERAGE; observed days by exporting phone.
        clocks: one per export, ordered by file_id.
        history_start: first day from which the group's history is complete, None without any line: the day of
            the creation line if an export observes the group from there; the first day of the first full
            month if the head of the history is cut off; else the day of the first message.
        due: exporter_no -> day by which the phone should export again, before the oldest unseen day slides
            out; None where nobody writes.
    """

    messages: pl.DataFrame
    events: pl.DataFrame
    changes: pl.DataFrame
    labels: pl.DataFrame
    conflicts: pl.DataFrame
    coverage: pl.DataFrame
    clocks: tuple[Clock, ...]
    history_start: dt.date | None
    due: dict[int, dt.date | None]

    @property
    def offsets(self) -> dict[str, tuple[int, Basis]]:
        """file_id -> (minutes east of UTC, basis)."""
        return {clock.file_id: (clock.utc_offset_min, clock.basis) for clock in self.clocks}


def canonical(exports: Sequence[AnySource]) -> list[AnySource]:
    """Each content once, in an order that does not depend on how the exports were handed in.

    A file handed in twice keeps its latest stated date, the lower exporter and any declared zone. Time order
    makes neighbours of the exports that overlap most, which is what label votes are counted between.
    """
    by_file: dict[str, list[AnySource]] = {}
    for export in exports:
        by_file.setdefault(export.file_id, []).append(export)
    merged = [_one(copies) for copies in by_file.values()]
    return sorted(merged, key=lambda export: (export.meta.last_at, export.meta.first_at, export.file_id))


def _one(copies: list[AnySource]) -> AnySource:
    if len(copies) == 1:
        return copies[0]
    first = min(copies, key=lambda export: (export.landed.exporter_no, export.landed.timezone or "~"))
    stated = [copy.landed.stated_date for copy in copies if copy.landed.stated_date is not None]
    zones = sorted(copy.landed.timezone for copy in copies if copy.landed.timezone is not None)
    landed = replace(
        first.landed,
        stated_date=max(stated, default=None),
        timezone=first.landed.timezone or (zones[0] if zones else None),
    )
    return replace(first, landed=landed)
