"""Members' means by gender, and changes of them taken apart by gender: of whole years, both genders or neither.

Whoever knows everybody's figure and that of one part has the other part's. So female, male and unknown each have
to be nobody or enough people, or none of them is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from schemas.tables import TABLES
from tasks.publish.decomposition import (
    CODES,
    MIN_PEOPLE,
    PARTS,
    Stayers,
    Values,
    is_apart,
    is_large,
    kitagawa,
    pairs,
)
from tasks.publish.limits import Limits
from tasks.publish.survival import GENDERS

MEAN, DECOMPOSITION = TABLES["research.member_mean"], TABLES["research.decomposition_by_gender"]
SHOWN = ("ok", "partial")
_NUMBERS = ("value", "ci_low", "ci_high", "n_people")
Row = dict[str, object]
Parts = dict[str | None, dict[int, float]]


def member_means(
    values: Values,
    years_of: Mapping[str, Mapping[int, str]],
    genders: pl.DataFrame,
    definitions: Mapping[str, Indicator],
    limits: Limits,
) -> pl.DataFrame:
    """``research.member_mean``: each person counts once in a year, with the person's mean over it.

    Args:
        values: see :func:`tasks.publish.decomposition.values_by_year`.
        years_of: see :func:`tasks.publish.decomposition.years_by_group`.
        genders: member_key, gender; of people without a row it is unknown.
        definitions: the registry. limits: those in force.

    The interval is Student's over people, within the indicator's range. Years that history begins or ends in have
    no value, so that none moves with a month.
    """
    gender_of = _gender_of(genders)
    rows: list[Row] = []
    for group_id, years in years_of.items():
        for code in CODES:
            for year, status in years.items():
                everybody = values.get((group_id, code, year), {})
                parts = _by_gender(everybody, gender_of)
                fixed = {"group_id": group_id, "code": code, "year": year}
                rows.append(fixed | {"gender": None} | _mean_row(everybody, status, definitions[code]))
                split = all(is_large(len(part), limits) for part in parts.values())
                for gender in GENDERS:
                    row = _mean_row(parts[gender], status, definitions[code])
                    if not split and row["status"] in (*SHOWN, "low_n"):
                        row = {"status": "suppressed"}
                    rows.append(fixed | {"gender": gender} | row)
    empty = dict.fromkeys(_NUMBERS)
    return pl.DataFrame([empty | row for row in rows], schema=MEAN.polars_schema)


def _mean_row(people: Mapping[int, float], status: str, definition: Indicator) -> Row:
    if status not in SHOWN:
        return {"status": status}
    if not people:
        return {"status": "not_applicable"}
    if len(people) < MIN_PEOPLE:
        return {"status": "low_n"}
    from scipy.stats import t

    values = np.array(list(people.values()))
    mean = float(values.mean())
    reach = float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    low = -np.inf if definition.range_low is None else definition.range_low
    high = np.inf if definition.range_high is None else definition.range_high
    return {
        "value": mean,
        "ci_low": max(mean - reach, low),
        "ci_high": min(mean + reach, high),
        "n_people": float(len(values)),
        "status": status,
    }


def decomposition_by_gender(
    values: Values,
    years_of: Mapping[str, Mapping[int, str]],
    genders: pl.DataFrame,
    whole: pl.DataFrame,
    limits: Limits,
) -> pl.DataFrame:
    """``research.decomposition_by_gender``: the parts of a change among women, and among men.

    Args:
        whole: ``research.decomposition``: where a pair of years is not shown, its parts are not either.
        The other arguments are those of :func:`member_means`.

    Entry and exit stand apart only where they may for each gender; elsewhere their sum does, as ``turnover``.
    """
    gender_of = _gender_of(genders)
    of_whole = {row[:4]: row[4] for row in whole.select(*whole.columns[:4], "status").iter_rows()}
    rows: list[Row] = []
    for group_id, years in years_of.items():
        for code in CODES:
            shown: dict[str | None, list[Stayers]] = {gender: [] for gender in (*GENDERS, None)}
            for first, last in pairs(years):
                status = of_whole[group_id, code, first, last]
                found = (
                    _pair(values, gender_of, (group_id, code, first, last), shown, status, limits)
                    if status in SHOWN
                    else {gender: {"status": status} for gender in GENDERS}
                )
                fixed = {"group_id": group_id, "code": code, "from_year": first, "to_year": last}
                rows += [fixed | {"gender": gender} | found[gender] for gender in GENDERS]
    empty = dict.fromkeys(PARTS)
    return pl.DataFrame([empty | row for row in rows], schema=DECOMPOSITION.polars_schema)


def _pair(
    values: Values,
    gender_of: Mapping[int, str],
    pair: tuple[str, str, int, int],
    shown: dict[str | None, list[Stayers]],
    status: str,
    limits: Limits,
) -> dict[str, Row]:
    """Rows of both genders for a pair of years whose whole is shown."""
    group_id, code, first, last = pair
    before, after = (_by_gender(values.get((group_id, code, year), {}), gender_of) for year in (first, last))
    there = [gender for gender in before if before[gender] or after[gender]]
    stay = {gender: frozenset(before[gender].keys() & after[gender].keys()) for gender in there}
    left = {gender: len(before[gender]) - len(stay[gender]) for gender in there}
    came = {gender: len(after[gender]) - len(stay[gender]) for gender in there}
    if not all(
        len(stay[gender]) >= limits.min_subgroup
        and is_large(left[gender] + came[gender], limits)
        and is_apart(stay[gender], first, last, shown[gender], limits)
        for gender in there
    ):
        return {
            gender: {"status": "suppressed" if gender in there else "not_applicable"} for gender in GENDERS
        }
    is_split = all(is_large(n, limits) for counts in (left, came) for n in counts.values())
    found: dict[str, Row] = {gender: {"status": "not_applicable"} for gender in GENDERS}
    for gender in there:
        shown[gender].append((first, last, stay[gender]))
        if gender is None:
            continue
        parts = kitagawa(before[gender], after[gender])
        found[gender] = {
            "change": parts.change,
            "within": parts.within,
            "turnover": parts.entry + parts.exit,
            "status": status if is_split else "partial",
        }
        if is_split:
            found[gender] |= {"entry": parts.entry, "exit": parts.exit}
    return found


def _gender_of(genders: pl.DataFrame) -> dict[int, str]:
    return dict(genders.select("member_key", "gender").drop_nulls().iter_rows())


def _by_gender(people: Mapping[int, float], gender_of: Mapping[int, str]) -> Parts:
    """The people of each gender, and of unknown gender, with their values."""
    parts: Parts = {gender: {} for gender in (*GENDERS, None)}
    for who, value in people.items():
        parts[gender_of.get(who)][who] = value
    return parts


def genders_of(people: pl.DataFrame) -> pl.DataFrame:
    """member_key, gender from ``core.dim_member``: as the newest roster states it."""
    return people.filter("is_current").select("member_key", "gender").unique("member_key", keep="first")
