"""Toy groups for the tests of identification: rosters as ASCII tables, a chat as a few lines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from schemas.config import Group
from schemas.corrections import Corrections
from schemas.frames import COVERAGE, EVENTS, LABELS, MESSAGES, ROSTER
from tasks.identify.identify import Identified, identify
from tasks.identify.roster import read_roster
from warehouse.keys import PseudonymKey

KEY = PseudonymKey(b"for tests only: 0123456789abcdefghij")
NO_CORRECTIONS = Corrections()


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def roster(table: str, name: str = "roster-2024-01.csv") -> pl.DataFrame:
    """Frame ROSTER from lines of cells set apart by ``|``."""
    lines = [line.strip() for line in table.strip().splitlines()]
    return read_roster("\n".join(lines).encode(), name, dt.date(2024, 1, 1), max_bad_share=1.0).roster


def frame_of(table: Any, rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = table.polars_schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text if " " in text or "T" in text else f"{text} 12:00")


class Chat:
    """A group's reconciled frames, built line by line; UTC stands for the group's zone."""

    def __init__(self) -> None:
        self._messages: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self._labels: list[dict[str, Any]] = []
        self._covered: list[dict[str, Any]] = []

    def label(self, person: int, text: str, file: str = "a" * 12, votes: int = 5) -> Chat:
        self._labels.append(
            {"file_id": file, "label": text, "person_no": person, "votes": votes, "confidence": 1.0}
        )
        return self

    def says(self, person: int, *times: str) -> Chat:
        for text in times:
            at = moment(text)
            self._messages.append(
                {"message_id": len(self._messages), "person_no": person, "sent_at": at, "local_at": at}
                | {"local_date": at.date(), "has_seconds": True, "kind": "text", "text": "ok"}
                | {"is_edited": False, "is_forwarded": False, "n_exports": 1, "export_ids": ["a" * 12]}
            )
        return self

    def event(self, text: str, event: str, actor: int | None = None, target: int | None = None) -> Chat:
        at = moment(text)
        self._events.append(
            {"seq": len(self._events), "sent_at": at, "local_at": at, "local_date": at.date(), "event": event}
            | {"actor_person_no": actor, "target_person_no": target, "n_exports": 1}
        )
        return self

    def covered(self, first: str, last: str) -> Chat:
        days = pl.date_range(day(first), day(last), eager=True)
        self._covered += [
            {"date": one, "exporter_no": 0, "is_covered": True, "is_gap": False, "is_unverified": True}
            for one in days
        ]
        return self

    def identified(self, rosters: pl.DataFrame | None = None, **settings: Any) -> Identified:
        """Run the stage on this chat."""
        return identify(
            frame_of(MESSAGES, self._messages),
            frame_of(EVENTS, self._events),
            frame_of(LABELS, self._labels),
            frame_of(COVERAGE, self._covered),
            ROSTER.empty() if rosters is None else rosters,
            settings.pop("group_id", "toy"),
            settings.pop("group", Group()),
            settings.pop("community", "toy"),
            settings.pop("corrections", NO_CORRECTIONS),
            settings.pop("key", KEY),
            settings.pop("cut", dt.date(2024, 12, 31)),
            **settings,
        )


def who(found: Identified) -> dict[int, str | None]:
    """person_no -> member number."""
    rows = found.people.filter(pl.col("person_no").is_not_null())
    return dict(rows.select("person_no", "member_id").iter_rows())


def methods(found: Identified) -> dict[int, str]:
    rows = found.people.filter(pl.col("person_no").is_not_null())
    return dict(rows.select("person_no", "identity_method").iter_rows())


def kinds_of_conflict(found: Identified) -> set[str]:
    return set(found.conflicts["conflict_kind"])


def key_of(found: Identified, member_id: str) -> int:
    return int(found.people.filter(pl.col("member_id") == member_id)["member_key"][0])


def intervals(found: Identified, member_key: int, kind: str = "group") -> list[tuple[Any, ...]]:
    """from, to, basis, end_basis, is_proven of one person's memberships of a kind."""
    rows = found.memberships.filter(pl.col("member_key") == member_key, pl.col("kind") == kind)
    return rows.select("from_date", "to_date", "basis", "end_basis", "is_proven").rows()
