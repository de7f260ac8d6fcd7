"""``landing/corrections.toml``: declared exceptions, each with a reason, a date, a role and maybe an end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

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
    """This label is not that member, or, without ``member_id``, nobody on the roster.

    Or, with ``name``: the rosters' rows of that member number under that name are another person, who is
    called ``NUMBER (NAME)`` from then on.
    """

    label: _Words | None = None
    member_id: str | None = None
    name: _Words | None = None

    @model_validator(mode="after")
    def _says_what(self) -> Split:
        if (self.label is None) == (self.name is None) or (self.name and self.member_id is None):
            raise ValueError("a split names a label, or a member number and the name of the other person")
        return self


class BadExport(Correction):
    """This export must not be read."""

    file_id: str = Field(pattern=r"^[0-9a-f]{12}$")


class OwnRoster(Correction):
    """This roster is the group's own, although hardly anybody on it is anybody its exports show."""

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


class Consent(Correction):
    """What a member said about the study, on ``date``; it holds from then on, whatever rosters say.

    ``label``: a name or number as a roster or an export writes it.
    """

    consent: Literal["given", "withdrawn", "objected", "unknown"]
    member_id: _Words | None = None
    label: _Words | None = None

    @model_validator(mode="after")
    def _says_whose(self) -> Consent:
        if (self.member_id is None) == (self.label is None):
            raise ValueError("a consent names a member number or a label")
        return self


class Settle(Correction):
    """A listed conflict that somebody looked into and leaves as it is."""

    conflict: _Words | None = None
    conflict_id: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{12}$"
    )  # as `solidarity conflicts` shows it
    labels: tuple[_Words, ...] = ()
    member_ids: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_whom(self) -> Settle:
        if self.conflict_id is None and not (self.conflict and (self.labels or self.member_ids)):
            raise ValueError(
                "give the conflict's identifier, or its kind and the labels or members concerned"
            )
        return self


class Corrections(BaseModel):
    """The whole of ``corrections.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    merge: tuple[Merge, ...] = ()
    split: tuple[Split, ...] = ()
    bad_export: tuple[BadExport, ...] = ()
    own_roster: tuple[OwnRoster, ...] = ()
    attendance: tuple[Attendance, ...] = ()
    settle: tuple[Settle, ...] = ()
    consent: tuple[Consent, ...] = ()

    def lines(self) -> tuple[Correction, ...]:
        """All corrections, of whatever kind."""
        return tuple(line for kind in type(self).model_fields for line in getattr(self, kind))

    def for_group(self, *group_ids: str) -> Corrections:
        """The corrections that concern one group, or the groups of one history."""
        return Corrections(
            **{
                kind: tuple(line for line in getattr(self, kind) if line.group in (None, *group_ids))
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
        *(model.model_fields for model in (Merge, Split, BadExport, OwnRoster, Attendance, Settle, Consent))
    )
    return ".".join(
        str(part) if isinstance(part, int) or part in declared else "(unknown key)" for part in location
    )
