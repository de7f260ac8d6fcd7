"""What a person's consent does. Pure functions of statements; decision 0008 gives the reasons.

=============  ===================  ==================  =============================
in force       counted in N         in group totals     row of a person of their own
=============  ===================  ==================  =============================
given          yes                  yes                 yes
unknown        unless `exclude`     unless `exclude`    only under `include`
withdrawn      unless `exclude`     unless `exclude`    no
objected       no                   no                  no
excluded       no                   no                  no
=============  ===================  ==================  =============================

`include`, `aggregate` (the default) and `exclude` are the group's ``unknown_consent``. Excluded is who is under
age, and who is of unknown age where the study says so. The last statement decides for all months: what is
computed today is computed on today's consent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import polars as pl

from schemas.tables import TABLES

Policy = Literal["aggregate", "include", "exclude"]
DIM_MEMBER = TABLES["core.dim_member"]
#: Of what cannot be undone by saying nothing: a later roster without the column takes none of these back.
_STATED = ("given", "withdrawn", "objected")
_KEPT_APART = ("valid_from", "valid_to", "is_current", "member_version_key")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a declared line says: from a day on, whatever rosters say, until a later line."""

    date: dt.date
    consent: str


def is_counted(consent: str, policy: Policy) -> bool:
    """Whether a person with this consent stands in N and in group totals."""
    if consent in ("unknown", "withdrawn"):
        return policy != "exclude"
    return consent == "given"


def may_have_row(consent: str, policy: Policy) -> bool:
    """Whether a person with this consent may stand in a member-level table."""
    return consent == "given" or (consent == "unknown" and policy == "include")


def with_statements(
    dim_member: pl.DataFrame,
    statements: Mapping[int, Sequence[Statement]],
    version_key: Callable[[int, dt.date], int],
    policy: Policy = "aggregate",
    *,
    exclude_unknown_age: bool = False,
) -> pl.DataFrame:
    """Versions of members with the consent in force on each day.

    What a roster states holds until another states otherwise; a declared line holds from its day until a
    later line, whatever rosters say in between, since rosters lag. Age outranks both; where the group's policy
    is to exclude those who said nothing, they are ``excluded``.

    Args:
        dim_member: rows of ``core.dim_member``, consent as each roster states it.
        statements: member_key -> declared lines.
        version_key: member_key, first day -> key of a version that begins on a day no roster speaks of.
        policy: the group's ``unknown_consent``.
        exclude_unknown_age: whether people of unknown age are left out.

    Returns:
        ``core.dim_member``: no gap, no overlap, one open version a person, neighbours differ.
    """
    rows: list[dict[str, Any]] = []
    ordered = dim_member.sort("member_key", "valid_from")
    for key, versions in ordered.group_by("member_key", maintain_order=True):
        member = int(str(key[0]))
        lines = sorted(statements.get(member, ()), key=lambda line: line.date)
        rows += _history(
            versions.to_dicts(), lines, partial(version_key, member), policy, exclude_unknown_age
        )
    return DIM_MEMBER.conform(pl.DataFrame(rows, schema=dim_member.schema)) if rows else dim_member


def _history(
    versions: list[dict[str, Any]],
    lines: Sequence[Statement],
    version_key: Callable[[dt.date], int],
    policy: Policy,
    exclude_unknown_age: bool,
) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    by_roster = "unknown"
    for version in versions:
        if version["consent"] in _STATED:
            by_roster = version["consent"]
        begin, end = version["valid_from"], version["valid_to"]
        inside = [line.date for line in lines if begin < line.date and (end is None or line.date < end)]
        for day in (begin, *sorted(set(inside))):
            declared = [line.consent for line in lines if line.date <= day]
            consent = declared[-1] if declared else by_roster
            if consent == "unknown" and policy == "exclude":
                consent = "excluded"
            if version["is_adult"] is False or (version["is_adult"] is None and exclude_unknown_age):
                consent = "excluded"
            key = version["member_version_key"] if day == begin else version_key(day)
            points.append(version | {"valid_from": day, "member_version_key": key, "consent": consent})
    return _joined(points)


def _joined(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Points of change as versions; what does not differ from the version before is part of it."""
    kept: list[dict[str, Any]] = []
    for point in points:
        if not kept or _state(kept[-1]) != _state(point):
            kept.append(point)
    ends = [later["valid_from"] for later in kept[1:]] + [None]
    return [
        point | {"valid_to": end, "is_current": end is None} for point, end in zip(kept, ends, strict=True)
    ]


def _state(version: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in version.items() if name not in _KEPT_APART}


def in_force(dim_member: pl.DataFrame) -> dict[int, str]:
    """member_key -> the last statement."""
    return dict(dim_member.filter("is_current").select("member_key", "consent").iter_rows())


def left_out(dim_member: pl.DataFrame, policy: Policy) -> list[int]:
    """Keys of the members of whom nothing is counted, sorted."""
    return sorted(key for key, consent in in_force(dim_member).items() if not is_counted(consent, policy))
