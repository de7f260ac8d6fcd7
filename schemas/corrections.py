"""``landing/corrections.toml``: declared exceptions, each with a reason, a date, a role and maybe an end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from schemas.declared import read_declared
from schemas.errors import ConfigurationError

_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Correction(BaseModel):
    """What every correction says: why, since when, who decided by role, and when it must be gone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: _Words
    date: dt.date
    role: _Words
    expires: dt.date | None = None
    group: str | None = None  # none: every group of the community


class Merge(Correction):
    """These labels (names or numbers, as exports write them) are one person, or that member."""

    labels: tuple[_Words, ...] = Field(min_length=1)
    member_id: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Merge:
        if self.member_id is None and len(self.labels) < 2:
            raise ValueError("a merge without a member number needs two labels")
        return self


class Split(Correction):
    """This label is not that member, or, without ``member_id``, nobody on the roster."""

    label: _Words
    member_id: str | None = None


class BadExport(Correction):
    """This export must not be read."""

    file_id: str = Field(pattern=r"^[0-9a-f]{12}$")


class Attendance(Correction):
    """Who came to an activity, by the attendance ledger."""

    activity_date: dt.date
    member_ids: tuple[str, ...] = ()
    n_present: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _says_something(self) -> Attendance:
        if self.n_present is None and not self.member_ids:
            raise ValueError("an attendance needs members or a count")
        return self


class Settle(Correction):
    """A listed conflict that somebody looked into and leaves as it is."""

    conflict: _Words
    labels: tuple[_Words, ...] = ()
    member_ids: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_whom(self) -> Settle:
        if not self.labels and not self.member_ids:
            raise ValueError("name the labels or members concerned")
        return self


class Corrections(BaseModel):
    """The whole of ``corrections.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    merge: tuple[Merge, ...] = ()
    split: tuple[Split, ...] = ()
    bad_export: tuple[BadExport, ...] = ()
    attendance: tuple[Attendance, ...] = ()
    settle: tuple[Settle, ...] = ()

    def lines(self) -> tuple[Correction, ...]:
        """All corrections, of whatever kind."""
        return (*self.merge, *self.split, *self.bad_export, *self.attendance, *self.settle)

    def for_group(self, group_id: str) -> Corrections:
        """The corrections that concern one group."""
        return Corrections(
            **{
                kind: tuple(line for line in getattr(self, kind) if line.group in (None, group_id))
                for kind in type(self).model_fields
            }
        )

    def n_expired(self, on: dt.date) -> int:
        """How many corrections should be gone on that day."""
        return sum(line.expires is not None and line.expires < on for line in self.lines())

    def refuse_expired(self, on: dt.date) -> None:
        """Raise when a correction has outlived its declared end.

        Raises:
            ConfigurationError: with the number of such corrections.
        """
        expired = self.n_expired(on)
        if expired:
            raise ConfigurationError(
                "corrections.toml holds corrections past their expiry",
                next_step="remove them, or set a later expiry with its reason",
                expired=expired,
            )


def read_corrections(path: Path) -> Corrections:
    """Read ``corrections.toml``; without the file there are none.

    Raises:
        ConfigurationError: the file is no TOML or declares what cannot be; names the place, not the value.
    """
    return read_declared(path, Corrections, _place)


def _place(location: tuple[int | str, ...]) -> str:
    """Where a fault stands; a misspelt key is the curator's own text and is not repeated."""
    declared = set(Corrections.model_fields).union(
        *(model.model_fields for model in (Merge, Split, BadExport, Attendance, Settle))
    )
    return ".".join(
        str(part) if isinstance(part, int) or part in declared else "(unknown key)" for part in location
    )
