"""``research.decomposition``: is a change of the group's mean due to stayers, to entry or to exit?

Kitagawa (1955). Each person counts once in a year, with the person's mean over it. Of m, the mean over people;
S those there in both years, L those in the first only, E those in the second only; n_0 = n_S + n_L and
n_1 = n_S + n_E:

    within = m_S1 - m_S0;  exit = n_L/n_0 (m_S0 - m_L);  entry = n_E/n_1 (m_E - m_S1)

which sum to m_1 - m_0. ``within`` is the stayers-only version. Only codes that are means of members can be
taken apart so.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.indicators import Indicator
from schemas.tables import TABLES
from tasks.publish.limits import Limits

TABLE = TABLES["research.decomposition"]
#: Columns of ``core.fact_member_month`` that it needs.
READ = (
    "group_key",
    "member_key",
    "month",
    "turns",
    "text_turns",
    "symbol_turns",
    "ritual_turns",
    "we_turns",
    "i_turns",
    "help_requests",
    "present_days",
    "covered_days",
)
CODES = (
    "active_member_share",
    "ritual_participation",
    "shared_symbol_rate",
    "we_share",
    "help_request_rate",
)
MIN_PRESENT_DAYS = 28  # covered days in a year from which presence counts
MIN_PEOPLE = 10
OK_COVERAGE, LEAST_COVERAGE = 0.8, 0.5
#: group, code, year -> person -> value.
Values = dict[tuple[str, str, int], dict[int, float]]
#: The two years of a shown pair, and who stayed.
Stayers = tuple[int, int, frozenset[int]]
PARTS = ("change", "within", "entry", "exit", "turnover")


@dataclass(frozen=True, slots=True)
class Parts:
    """A change taken apart; NaN where somebody is missing whom a part needs."""

    change: float
    within: float
    entry: float
    exit: float


def kitagawa(before: Mapping[int, float], after: Mapping[int, float]) -> Parts:
    """The parts of the change between two years' means, from each person's value in each year."""
    stay = before.keys() & after.keys()
    mean_0, mean_1 = _mean(before.values()), _mean(after.values())
    stay_0, stay_1 = _mean(before[who] for who in stay), _mean(after[who] for who in stay)
    # n_L/n_0 (m_S0 - m_L) = m_S0 - m_0, and n_E/n_1 (m_E - m_S1) = m_1 - m_S1
    return Parts(
        mean_1 - mean_0,
        stay_1 - stay_0,
        mean_1 - stay_1 if after.keys() - stay else 0.0,
        stay_0 - mean_0 if before.keys() - stay else 0.0,
    )


def _mean(values: object) -> float:
    numbers = np.fromiter(values, dtype=float)  # type: ignore[call-overload]  # any iterable of floats
    return float(numbers.mean()) if len(numbers) else float("nan")


def member_years(months: pl.DataFrame, definitions: Mapping[str, Indicator]) -> pl.DataFrame:
    """Each person's value of each code in each year that the person counts in.

    Args:
        months: ``core.fact_member_month`` with ``group_id``.

    Returns:
        group_id, code, year, member_key, value.
    """
    year = pl.col("month").dt.year().alias("year")
    rows = months.with_columns(year, _weight=pl.col("present_days") / pl.col("covered_days").clip(1))
    is_active = pl.col("turns") > 0
    ritual = ((pl.col("ritual_turns") > 0) & is_active).sum() / is_active.sum()
    we, own = pl.col("we_turns").sum(), pl.col("i_turns").sum()
    text = pl.col("text_turns").sum()
    asked = definitions["help_request_rate"].params
    per_days = asked["per_members"] * asked["days_per_member_month"]
    present = pl.col("present_days").sum() >= MIN_PRESENT_DAYS
    found = rows.group_by("group_id", "member_key", "year").agg(
        active_member_share=pl.when(present).then(
            (pl.col("_weight") * is_active).sum() / pl.col("_weight").sum()
        ),
        ritual_participation=pl.when(is_active.any()).then(ritual),
        shared_symbol_rate=pl.when(
            text >= definitions["shared_symbol_rate"].params["min_turns_per_member"]
        ).then(1000 * pl.col("symbol_turns").sum() / text),
        we_share=pl.when(we + own >= definitions["we_share"].params["min_turns_per_member"]).then(
            we / (we + own)
        ),
        help_request_rate=pl.when(present).then(
            per_days * pl.col("help_requests").sum() / pl.col("present_days").sum()
        ),
    )
    return found.unpivot(on=CODES, index=["group_id", "year", "member_key"], variable_name="code").drop_nulls(
        "value"
    )


def decomposition(values: Values, years_of: Mapping[str, Mapping[int, str]], limits: Limits) -> pl.DataFrame:
    """``research.decomposition``: each pair of neighbouring years, and the first whole year with the last.

    Args:
        values: see :func:`values_by_year`. years_of: see :func:`years_by_group`.
        limits: the limits in force.

    A group is judged by its smallest month. Stayers, leavers and newcomers are subgroups: each has to be empty
    or as large as the limit for subgroups; where leavers and newcomers only are so together, they are shown
    together, as ``turnover``. Two pairs that share a year also must not tell about a few by their difference.
    """
    rows: list[dict[str, object]] = []
    for group_id, years in years_of.items():
        for code in CODES:
            shown: list[Stayers] = []
            for first, last in pairs(years):
                before = values.get((group_id, code, first), {})
                after = values.get((group_id, code, last), {})
                row = _row(before, after, years[first], years[last], first, last, shown, limits)
                rows.append({"group_id": group_id, "code": code, "from_year": first, "to_year": last} | row)
    empty = dict.fromkeys(PARTS)
    return pl.DataFrame([empty | row for row in rows], schema=TABLE.polars_schema)


def values_by_year(
    months: pl.DataFrame, coverage: pl.DataFrame, definitions: Mapping[str, Indicator]
) -> Values:
    """group, code, year -> person -> value, from the months that were observed for half at least.

    Args:
        months: ``core.fact_member_month`` with ``group_id``.
        coverage: group_id, month, coverage: every month from the history's start to the month measured.
        definitions: the registry.
    """
    counted = months.join(
        coverage.filter(pl.col("coverage") >= LEAST_COVERAGE).select("group_id", "month"),
        on=["group_id", "month"],
        how="semi",
    )
    return {
        (str(group_id), str(code), int(year)): dict(zip(one["member_key"], one["value"], strict=True))
        for (group_id, code, year), one in member_years(counted, definitions)
        .partition_by(["group_id", "code", "year"], as_dict=True)
        .items()
    }


def years_by_group(coverage: pl.DataFrame, sizes: pl.DataFrame, limits: Limits) -> dict[str, dict[int, str]]:
    """group -> year -> what the year can bear: a status. sizes: group_id, month, size."""
    months = coverage.join(sizes, on=["group_id", "month"], how="left")
    return {
        str(group_id): _years(own, limits)
        for (group_id,), own in months.partition_by(["group_id"], as_dict=True).items()
    }


def pairs(years: Mapping[int, str]) -> list[tuple[int, int]]:
    """Neighbouring years, and the first whole year with the last."""
    whole = [year for year, status in sorted(years.items()) if status not in ("truncated", "immature")]
    span = [(whole[0], whole[-1])] if len(whole) > 2 else []
    return [*itertools.pairwise(sorted(years)), *span]


def _years(months: pl.DataFrame, limits: Limits) -> dict[int, str]:
    """What each year of a group can bear: a status."""
    first, last = months["month"].min(), months["month"].max()
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        return {}
    found = {}
    for year in range(first.year, last.year + 1):
        own = months.filter(pl.col("month").dt.year() == year)
        size, covered = own["size"].min(), float(own["coverage"].sum()) / 12
        found[year] = (
            "suppressed"
            if (size is None and covered >= LEAST_COVERAGE)
            or (isinstance(size, float) and size < limits.min_group_n)
            else "truncated"
            if dt.date(year, 1, 1) < first
            else "immature"
            if dt.date(year, 12, 1) > last
            else "no_coverage"
            if covered < LEAST_COVERAGE
            else "partial"
            if covered < OK_COVERAGE
            else "ok"
        )
    return found


#: Of two years' statuses the first one here counts for the pair.
_ORDER = ("suppressed", "no_coverage", "truncated", "immature", "partial", "ok")


def _row(
    before: Mapping[int, float],
    after: Mapping[int, float],
    status_0: str,
    status_1: str,
    first: int,
    last: int,
    shown: list[Stayers],
    limits: Limits,
) -> dict[str, object]:
    status = min(status_0, status_1, key=_ORDER.index)
    if status not in ("ok", "partial"):
        return {"status": status}
    if not before and not after:
        return {"status": "not_applicable"}
    if min(len(before), len(after)) < MIN_PEOPLE:
        return {"status": "low_n"}
    stay = frozenset(before.keys() & after.keys())
    n_left, n_came = len(before) - len(stay), len(after) - len(stay)
    if (
        len(stay) < limits.min_subgroup
        or not is_large(n_left + n_came, limits)
        or not is_apart(stay, first, last, shown, limits)
    ):
        return {"status": "suppressed"}
    shown.append((first, last, stay))
    parts = kitagawa(before, after)
    found = {
        "change": parts.change,
        "within": parts.within,
        "turnover": parts.entry + parts.exit,
        "status": status,
    }
    if is_large(n_left, limits) and is_large(n_came, limits):
        return found | {"entry": parts.entry, "exit": parts.exit}
    return found | {"status": "partial"}


def is_apart(stay: frozenset[int], first: int, last: int, shown: Sequence[Stayers], limits: Limits) -> bool:
    """Whether a pair's stayers differ from those of every shown pair that shares a year by nobody, or by enough."""
    return all(
        is_large(len(stay ^ theirs), limits)
        for from_year, to_year, theirs in shown
        if {from_year, to_year} & {first, last}
    )


def is_large(n: int, limits: Limits) -> bool:
    """Whether a part of a group is nobody, or as many as the limit for subgroups."""
    return n == 0 or n >= limits.min_subgroup
