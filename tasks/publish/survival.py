"""``research.newcomer_survival``: who joined in a year and is still active 3, 6 and 12 months later.

Kaplan and Meier (1958) with delayed entry, on the stretches of ``core.fact_newcomer``; intervals by Greenwood's
variance on the scale of log(-log S).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.tables import TABLES
from tasks.measure.newcomers import SILENT_DAYS
from tasks.publish.limits import Limits

TABLE, BY_GENDER = TABLES["research.newcomer_survival"], TABLES["research.newcomer_survival_by_gender"]
GENDERS = ("female", "male")
DAYS = {3: 91, 6: 183, 12: 365}
_Z = NormalDist().inv_cdf(0.975)
_NUMBERS = ("survival", "survival_lo", "survival_hi", "n_at_risk")
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Survival:
    """S(t) with its interval, and those at risk just before t."""

    share: float
    low: float
    high: float
    n_at_risk: int


def kaplan_meier(entry: Ints, end: Ints, is_event: npt.NDArray[np.bool_], day: int) -> Survival | None:
    """Survival beyond ``day`` of stretches (entry, end]; None where nobody is at risk at some time before it.

    Those at risk at t: entry < t <= end.
    """
    if not len(entry) or entry.min() > 0:
        return None
    times = np.unique(end[is_event & (end <= day)])
    afterwards = np.unique(end[end < day]) + 1
    at_risk = _at_risk(entry, end, times)
    failed = (is_event & (end == times[:, None])).sum(axis=1)
    left = _at_risk(entry, end, np.array([day]))[0]
    factors = 1 - failed / np.maximum(at_risk, 1)
    share = float(np.prod(factors))
    if share > 0 and (left == 0 or (_at_risk(entry, end, afterwards) == 0).any()):
        return None
    if share in (0.0, 1.0):
        return Survival(share, share, share, int(left))
    variance = float((failed / (at_risk * (at_risk - failed))).sum()) / np.log(share) ** 2
    reach = np.exp(_Z * np.sqrt(variance))
    return Survival(share, share**reach, share ** (1 / reach), int(left))


def _at_risk(entry: Ints, end: Ints, times: Ints) -> Ints:
    found: Ints = ((entry < times[:, None]) & (end >= times[:, None])).sum(axis=1)
    return found


def newcomer_survival(
    stretches: pl.DataFrame, coverage: pl.DataFrame, sizes: pl.DataFrame, limits: Limits
) -> pl.DataFrame:
    """``research.newcomer_survival``.

    Args:
        stretches: ``core.fact_newcomer`` with ``group_id``.
        coverage: group_id, month, coverage: every month from the history's start to the month measured.
        sizes: group_id, month, size.
        limits: the limits in force.

    A year is immature until its last newcomer could have been followed so long: no figure moves because single
    people pass a mark. Welcomed and not welcomed are shown together or not at all, where each (and those of
    whom it is not known) is nobody or as many as the limit for subgroups.
    """
    rows: list[dict[str, object]] = []
    for fixed, one, is_small, still_open in _years(stretches, coverage, sizes, limits):
        for months_since, days in DAYS.items():
            rows += [
                fixed | {"months_since_joining": months_since} | row
                for row in _rows(one, days, is_small, months_since in still_open, limits)
            ]
    empty = dict.fromkeys(_NUMBERS)
    return pl.DataFrame([empty | row for row in rows], schema=TABLE.polars_schema)


def newcomer_survival_by_gender(
    stretches: pl.DataFrame,
    genders: pl.DataFrame,
    coverage: pl.DataFrame,
    sizes: pl.DataFrame,
    limits: Limits,
) -> pl.DataFrame:
    """``research.newcomer_survival_by_gender``; genders: member_key, gender.

    Both are shown or neither, where each of them (and those of unknown gender) is nobody or enough people.
    """
    rows: list[dict[str, object]] = []
    known = stretches.join(genders.select("member_key", "gender"), on="member_key", how="left")
    for fixed, one, is_small, still_open in _years(known, coverage, sizes, limits):
        parts = {gender: one.filter(pl.col("gender").eq_missing(gender)) for gender in (*GENDERS, None)}
        for months_since, days in DAYS.items():
            are_shown = all(_is_shown(*_people(part, days), limits) for part in parts.values())
            for gender in GENDERS:
                row = (
                    {"status": "suppressed"}
                    if is_small
                    else {"status": "immature"}
                    if months_since in still_open
                    else {"status": "not_applicable"}
                    if parts[gender].is_empty()
                    else _estimated(parts[gender], days)
                    if are_shown
                    else {"status": "suppressed"}
                )
                rows.append(fixed | {"gender": gender, "months_since_joining": months_since} | row)
    empty = dict.fromkeys(_NUMBERS)
    return pl.DataFrame([empty | row for row in rows], schema=BY_GENDER.polars_schema)


def _years(
    stretches: pl.DataFrame, coverage: pl.DataFrame, sizes: pl.DataFrame, limits: Limits
) -> Iterator[tuple[dict[str, object], pl.DataFrame, bool, set[int]]]:
    """Group and year; its newcomers' stretches; whether the group is too small; months since joining still open."""
    months = coverage.join(sizes, on=["group_id", "month"], how="left")
    for (group_id,), own in stretches.partition_by(["group_id"], as_dict=True).items():
        around = months.filter(pl.col("group_id") == group_id)
        last = around["month"].max()
        if not isinstance(last, dt.date):
            continue
        followed = last + dt.timedelta(days=32)
        followed = followed.replace(day=1) - dt.timedelta(days=SILENT_DAYS)
        for (year,), one in own.with_columns(year=pl.col("joined_on").dt.year()).partition_by(
            ["year"], as_dict=True
        ).items():  # fmt: skip
            size = around.filter(pl.col("month").dt.year() == year)["size"].min()
            is_small = not isinstance(size, float) or size < limits.min_group_n
            ends = dt.date(int(year), 12, 31)
            still_open = {since for since, days in DAYS.items() if ends + dt.timedelta(days=days) > followed}
            yield {"group_id": group_id, "joined_year": year}, one, is_small, still_open


def _rows(
    stretches: pl.DataFrame, day: int, is_small: bool, is_open: bool, limits: Limits
) -> list[dict[str, object]]:
    parts = {
        None: stretches,
        True: stretches.filter("is_welcomed"),
        False: stretches.filter(~pl.col("is_welcomed")),
    }
    unknown = stretches.filter(pl.col("is_welcomed").is_null())
    if is_small:
        return [{"is_welcomed": part, "status": "suppressed"} for part in parts]
    if is_open:
        return [{"is_welcomed": part, "status": "immature"} for part in parts]
    sizes = {part: _people(own, day) for part, own in [*parts.items(), ("unknown", unknown)]}
    split = all(_is_shown(*sizes[part], limits) for part in (True, False, "unknown"))
    found: list[dict[str, object]] = []
    for part, own in parts.items():
        if part is not None and own.is_empty():
            found.append({"is_welcomed": part, "status": "not_applicable"})
        elif not _is_shown(*sizes[part], limits) or (part is not None and not split):
            found.append({"is_welcomed": part, "status": "suppressed"})
        else:
            found.append({"is_welcomed": part} | _estimated(own, day))
    return found


def _people(stretches: pl.DataFrame, day: int) -> tuple[int, int]:
    """Newcomers, and those of them at risk on the day."""
    there = stretches.filter((pl.col("from_day") < day) & (pl.col("to_day") >= day))
    return stretches["member_key"].n_unique(), there["member_key"].n_unique()


def _is_shown(n: int, at_risk: int, limits: Limits) -> bool:
    """Nobody at all, or enough people from the beginning; of those left nobody or enough."""
    return n == 0 or (n >= limits.min_subgroup and (at_risk == 0 or at_risk >= limits.min_subgroup))


def _estimated(stretches: pl.DataFrame, day: int) -> dict[str, object]:
    entry, end = (stretches[name].to_numpy() for name in ("from_day", "to_day"))
    found = kaplan_meier(entry, end, stretches["is_silent"].to_numpy(), day)
    if found is None:
        return {"status": "truncated" if entry.min() > 0 else "no_coverage"}
    return {
        "survival": found.share,
        "survival_lo": found.low,
        "survival_hi": found.high,
        "n_at_risk": float(found.n_at_risk),
        "status": "ok",
    }
