"""Dimensions that no single group owns: frames for the warehouse, from declarations and reference data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import polars as pl

from schemas.config import Group
from schemas.indicators import definitions, registry
from schemas.tables import TABLES

#: Versions of people and groups reach back to here.
BEGINNING = dt.date(1900, 1, 1)
DIM_GROUP = TABLES["core.dim_group"]
#: What is described of a group; a change of any of it is a new version.
DESCRIBED = ("group_name", "timezone", "community", "continues", "selling_allowed")

_ACTIVITY_NAMES = {
    "rsvp": ("Sign-up list", "Daftar hadir rencana"),
    "attendance": ("Attendance list", "Daftar kehadiran"),
    "donation": ("Donation list", "Daftar donasi"),
    "khataman": ("Qur'an reading by juz", "Khataman per juz"),
    "order": ("Joint order", "Pesanan bersama"),
    "learning": ("Training or class", "Pelatihan atau kelas"),
    "petition": ("List of names for a cause", "Daftar nama dukungan"),
    "poll": ("Poll", "Jajak pendapat"),
    "other_list": ("Other list", "Daftar lain"),
    "announcement": ("Announced activity", "Kegiatan yang diumumkan"),
}

_PLATFORM_BREAKS = [
    (
        "reactions",
        dt.date(2022, 5, 5),
        "Emoji reactions begin to replace typed thanks and sign-ups.",
        "from memory, unchecked",
    ),
    (
        "silent_leaving",
        dt.date(2022, 8, 9),
        "Leaving a group is shown to its admins only.",
        "press, announced August 2022",
    ),
    ("polls", dt.date(2022, 11, 16), "Polls begin to replace copied lists.", "from memory, unchecked"),
    ("chat_privacy", dt.date(2025, 4, 23), "Groups may forbid exports.", "press, April 2025"),
]

#: Shocks that befell every group.
SHIPPED_SHOCKS = {"COVID-19": dt.date(2020, 3, 2)}


def dim_group_versions(
    known: pl.DataFrame, described: Mapping[str, object], group_key: int, group_id: str, since: dt.date
) -> pl.DataFrame:
    """Versions of one group: ``core.dim_group`` rows.

    Args:
        known: its versions so far, of the shape of ``core.dim_group``.
        described: the columns of :data:`DESCRIBED` as declared now.
        since: first day of a new version when the description changed.

    The first version reaches back to the beginning, so that every fact of whatever date meets exactly one,
    whenever the group was first loaded. A description that changes twice in a month counts as it stands at
    the last run.
    """
    rows = known.sort("valid_from").to_dicts()
    now = {name: described[name] for name in DESCRIBED}
    if rows and {name: rows[-1][name] for name in DESCRIBED} == now:
        return DIM_GROUP.conform(known)
    valid_from = since if rows else BEGINNING
    # a version's key tells the month in which it was made: the first one's beginning does not
    if rows and (made := rows[-1]["group_version_key"] ^ group_key) >= since.toordinal():
        since, valid_from = dt.date.fromordinal(made), rows.pop()["valid_from"]
    if rows:
        rows[-1] |= {"valid_to": valid_from, "is_current": False}
    version_key = group_key ^ since.toordinal()
    head = {"group_version_key": version_key, "group_key": group_key, "group_id": group_id}
    rows.append(head | now | {"valid_from": valid_from, "valid_to": None, "is_current": True})
    return pl.DataFrame(rows, schema=DIM_GROUP.polars_schema)


def describe(group: Group, group_id: str) -> dict[str, object]:
    """The columns of :data:`DESCRIBED` for one group."""
    return {
        "group_name": group.name or group_id,
        "timezone": group.timezone,
        "community": group.community,
        "continues": group.continues,
        "selling_allowed": group.selling_allowed,
    }


def dim_indicator(computed: Iterable[str]) -> pl.DataFrame:
    """``core.dim_indicator``: every version of every definition, with whether this version computes it."""
    table, known = TABLES["core.dim_indicator"], set(computed)
    rows = [
        definition.model_dump(include=set(table.names))
        | {
            "is_computed": definition.code in known,
            "is_current": definition is registry()[definition.code],
        }
        for definition in definitions()
    ]
    return table.conform(
        pl.DataFrame(rows, schema_overrides={"range_low": pl.Float64, "range_high": pl.Float64})
    )


def dim_activity_kind() -> pl.DataFrame:
    """``core.dim_activity_kind``."""
    rows = [(kind, *names) for kind, names in _ACTIVITY_NAMES.items()]
    return pl.DataFrame(rows, schema=TABLES["core.dim_activity_kind"].polars_schema, orient="row")


def dim_platform_break() -> pl.DataFrame:
    """``core.dim_platform_break``: when the platform itself changed what an export can show."""
    return pl.DataFrame(
        _PLATFORM_BREAKS, schema=TABLES["core.dim_platform_break"].polars_schema, orient="row"
    )


def dim_shock(groups: Mapping[str, Group]) -> pl.DataFrame:
    """``core.dim_shock``: shipped shocks for all groups, declared ones for theirs."""
    rows: list[tuple[str, dt.date, str | None, str]] = [
        (name, date, None, "shipped") for name, date in SHIPPED_SHOCKS.items()
    ]
    rows += [
        (shock.name, shock.date, group_id, "declared")
        for group_id, group in groups.items()
        for shock in group.shocks
    ]
    return pl.DataFrame(
        sorted(set(rows), key=str), schema=TABLES["core.dim_shock"].polars_schema, orient="row"
    )


def one_row_of_versions_a_person(dim_member: pl.DataFrame) -> pl.DataFrame:
    """People whom several groups of a community know: their versions from the group that knows them longest.

    ``dim_member`` has the columns of ``core.dim_member`` and ``group_id``.
    """
    known_since = dim_member.group_by("member_key", "group_id").agg(since=pl.col("valid_from").min())
    chosen = known_since.sort("since", "group_id").unique("member_key", keep="first", maintain_order=True)
    return dim_member.join(
        chosen.select("member_key", "group_id"), on=["member_key", "group_id"], how="semi"
    ).drop("group_id")


def with_known(people: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """``core.dim_member`` rows of accepted groups, and of people whom only a carried-over group knows."""
    others = known.join(people, on="member_key", how="anti")
    return pl.concat([people, TABLES["core.dim_member"].conform(others)])
