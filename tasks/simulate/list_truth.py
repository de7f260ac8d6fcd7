"""What is true of a list: what it is for, who stands on it with what, and the messages it was written in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


@dataclass
class Entry:
    """The truth about one line: who, what, and what became of it. ``member`` is None for outsiders."""

    member: int | None
    added_by: int
    amount: int | None = None
    paid: bool = False
    guests: int = 0
    status: str = "yes"
    slot: int | None = None
    on_list: bool = True

    @property
    def is_proxy(self) -> bool:
        """Whether somebody else wrote the name."""
        return self.member != self.added_by


@dataclass
class Activity:
    """The truth about one list or poll: what it is for, when it began, who stands on it in the end."""

    kind: str
    form: str
    title: str
    organiser: int
    first: int
    last: int = 0
    event_day: dt.date | None = None
    deadline: dt.date | None = None
    entries: list[Entry] = field(default_factory=list)
    n_versions: int = 0
    n_forks: int = 0
    stated_total: int | None = None

    @property
    def listed(self) -> list[Entry]:
        """Entries of members."""
        return [entry for entry in self.entries if entry.member is not None]

    @property
    def others(self) -> list[Entry]:
        """Entries of people who are no members, or do not want to be named."""
        return [entry for entry in self.entries if entry.member is None]


@dataclass(frozen=True)
class Copy:
    """One message of a list's life: a version, the second half of one, a poll, or a gift told beside it."""

    moment: int
    author: int
    text: str
    is_first: bool
    kind: str
    what: str = "list"  # list | rest | told | poll
    is_edited: bool = False
