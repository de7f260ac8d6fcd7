"""``landing/groups.toml``: who answers for the data, and what is declared about each group."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.declared import read_declared
from schemas.vocabulary import DateOrder

GROUP_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")

BreakKind = Literal[
    "admins_only", "disappearing", "reactions", "community", "polls", "semester_break", "exam_weeks"
]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("not an IANA time zone") from error
    return zone


class Study(_Declared):
    """Who answers for the data, on which clearance, until when."""

    name: str
    controller: str
    contact: str
    clearance: str
    valid_until: dt.date
    retention_days: int = Field(default=90, ge=0)
    unknown_age: Literal["as_stated", "exclude"] = "as_stated"


class Exporter(_Declared):
    """A phone that exports the group; ``match`` is a glob over file names.

    ``owner``: the name or number under which exports show whoever holds the phone. It stands for the "You" of
    the phone's system lines, which a group's only phone cannot explain by itself.
    """

    match: str
    owner: str | None = Field(default=None, min_length=1)
    admin_from: dt.date | None = None
    admin_to: dt.date | None = None
    timezone: str | None = None

    @field_validator("timezone")
    @classmethod
    def _zone(cls, zone: str | None) -> str | None:
        return None if zone is None else _known_zone(zone)


class Participants(_Declared):
    """A head count read off the group's info page."""

    date: dt.date
    n: int = Field(ge=0)


class Shock(_Declared):
    """Something that befell the group or its surroundings."""

    name: str
    date: dt.date


class Break(_Declared):
    """A stretch of time in which the platform or the group worked differently."""

    kind: BreakKind
    from_date: dt.date = Field(alias="from")
    to_date: dt.date | None = Field(default=None, alias="to")


class Group(_Declared):
    """Everything declared about one group; all of it has a default."""

    name: str | None = None
    timezone: str = "Asia/Jakarta"
    date_order: DateOrder | None = None
    unknown_consent: Literal["aggregate", "include", "exclude"] = "aggregate"
    community: str | None = None
    continues: str | None = None
    selling_allowed: bool = True
    symbols: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    participants: tuple[Participants, ...] = ()
    exporters: dict[str, Exporter] = {}
    shocks: tuple[Shock, ...] = ()
    breaks: tuple[Break, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _zone(cls, zone: str) -> str:
        return _known_zone(zone)


class Landing(_Declared):
    """The whole of ``groups.toml``."""

    study: Study | None = None
    groups: dict[str, Group] = {}

    @model_validator(mode="after")
    def _ids(self) -> Landing:
        for group_id in self.groups:
            if not GROUP_ID.match(group_id):
                raise ValueError("a group's identifier is letters, digits, dot, dash, underscore")
        return self

    @model_validator(mode="after")
    def _histories_end(self) -> Landing:
        for group_id in self.groups:
            seen = {group_id}
            while (before := self.group(group_id).continues) is not None:
                if before in seen or not GROUP_ID.match(before):
                    raise ValueError("a group continues another group, and never itself")
                seen.add(before)
                group_id = before
        return self

    def group(self, group_id: str) -> Group:
        """What is declared about a group, or the defaults."""
        return self.groups.get(group_id, Group())

    def community_of(self, group_id: str) -> str:
        """The community whose roster a group shares; a group without one is its own.

        Groups that continue one another share what any of them declares, else the name of the first.
        """
        chain = self.chain_of(group_id)
        nearest = (group_id, *reversed(chain[: chain.index(group_id)]), *chain)
        return next((found for one in nearest if (found := self.group(one).community)), chain[0])

    def chain_of(self, group_id: str) -> tuple[str, ...]:
        """The groups whose history goes on in one another, this one among them, oldest first."""
        chain = [group_id]
        while (before := self.group(chain[0]).continues) is not None:
            chain.insert(0, before)
        for earlier in chain:  # grows by those who continue one of it
            chain += [one for one in self.continued_by(earlier) if one not in chain]
        return tuple(chain)

    def continued_by(self, group_id: str) -> list[str]:
        """Groups that say they continue this one."""
        return sorted(one for one, group in self.groups.items() if group.continues == group_id)


def read_landing(path: Path) -> Landing:
    """Read ``groups.toml``; without the file everything has its default.

    Raises:
        ConfigurationError: the file is no TOML or declares what cannot be; names the place, not the value.
    """
    return read_declared(path, Landing, _place)


def _place(loc: tuple[int | str, ...]) -> str:
    """Where a problem lies. What is no word of ours may be a person's name, an exporter's for one."""
    models = (Landing, Study, Group, Exporter, Participants, Shock, Break)
    declared = {
        word for model in models for name, field in model.model_fields.items() for word in (name, field.alias)
    }

    def is_told(depth: int, part: int | str) -> bool:
        is_group = depth == 1 and loc[0] == "groups" and bool(GROUP_ID.match(str(part)))
        return isinstance(part, int) or part in declared or is_group

    return ".".join(str(part) if is_told(depth, part) else "(unknown key)" for depth, part in enumerate(loc))
