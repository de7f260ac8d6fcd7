"""Stayers, leavers and newcomers: by hand, exactly summing, and nothing about a few."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.indicators import registry
from tasks.publish.decomposition import READ, decomposition, kitagawa, values_by_year, years_by_group
from tasks.publish.limits import Limits

YEARS = (2022, 2023, 2024)
MONTHS = [dt.date(year, month, 1) for year in YEARS for month in range(1, 13)]


def test_a_change_by_hand() -> None:
    """Before 1, 2 stay at .2 and .4, 3 leaves at .9: mean .5. After .4 and .6, 4 comes at .8: mean .6.

    within .5 - .3 = .2; exit 1/3 (.3 - .9) = -.2; entry 1/3 (.8 - .5) = .1; sum .1.
    """
    parts = kitagawa({1: 0.2, 2: 0.4, 3: 0.9}, {1: 0.4, 2: 0.6, 4: 0.8})
    assert (parts.within, parts.exit, parts.entry) == pytest.approx((0.2, -0.2, 0.1))
    assert parts.change == pytest.approx(0.1)


PEOPLE = st.dictionaries(st.integers(0, 12), st.floats(0, 1), min_size=1)


@given(before=PEOPLE, after=PEOPLE)
def test_the_parts_sum_to_the_change(before: dict[int, float], after: dict[int, float]) -> None:
    parts = kitagawa(before, after)
    if before.keys() & after.keys():
        assert parts.within + parts.entry + parts.exit == pytest.approx(parts.change, abs=1e-12)


def _months(people: dict[int, tuple[range, list[bool]]]) -> pl.DataFrame:
    """Rows of people by (years present, whether they write in each of them)."""
    rows = [
        {name: 0 for name in READ if name not in ("group_key", "member_key", "month")}
        | {
            "group_id": "a",
            "member_key": who,
            "month": month,
            "turns": int(writes[month.year - years.start]),
            "present_days": 28,
            "covered_days": 28,
        }
        for who, (years, writes) in people.items()
        for month in MONTHS
        if month.year in years
    ]
    return pl.DataFrame(rows)


def _table(people: dict[int, tuple[range, list[bool]]], size: float = 40.0, **more: object) -> pl.DataFrame:
    coverage = pl.DataFrame({"group_id": "a", "month": MONTHS, "coverage": 1.0})
    coverage = more.get("coverage", coverage)  # type: ignore[assignment]
    sizes = pl.DataFrame({"group_id": "a", "month": MONTHS, "size": size})
    values = values_by_year(_months(people), coverage, registry())
    found = decomposition(values, years_by_group(coverage, sizes, Limits()), Limits())
    return found.filter(pl.col("code") == "active_member_share").sort("from_year", "to_year")


def _crowd(n_stay: int, n_leave: int, n_come: int) -> dict[int, tuple[range, list[bool]]]:
    """Stayers write in 2022 only, leavers (gone after 2022) never, who comes in 2023 always."""
    stay = {who: (range(2022, 2025), [True, False, False]) for who in range(n_stay)}
    leave = {100 + who: (range(2022, 2023), [False]) for who in range(n_leave)}
    return stay | leave | {200 + who: (range(2023, 2025), [True, True]) for who in range(n_come)}


def test_a_table_by_hand() -> None:
    """20 stay (1 to 0), 20 leave (0), 10 come (1): .5 to 1/3. within -1, exit 1 - .5, entry 1/3 - 0."""
    row = _table(_crowd(20, 20, 10)).row(0, named=True)
    assert (row["from_year"], row["to_year"], row["status"]) == (2022, 2023, "ok")
    assert (row["within"], row["exit"], row["entry"]) == pytest.approx((-1.0, 0.5, 1 / 3))
    assert row["change"] == pytest.approx(1 / 3 - 1 / 2)
    assert row["turnover"] == pytest.approx(5 / 6)


def test_few_who_came_or_left_are_told_together_or_not_at_all() -> None:
    together = _table(_crowd(20, 9, 9)).row(0, named=True)
    assert together["status"] == "partial" and together["entry"] is None and together["exit"] is None
    assert together["turnover"] == pytest.approx(together["change"] - together["within"])
    hidden = _table(_crowd(20, 4, 5)).row(0, named=True)
    assert hidden["status"] == "suppressed" and hidden["change"] is None and hidden["within"] is None
    assert _table(_crowd(20, 0, 0)).row(0, named=True)["entry"] == 0.0, "nobody hides nobody"
    assert _table(_crowd(9, 12, 12)).row(0, named=True)["status"] == "suppressed"


def test_two_pairs_that_share_a_year_do_not_tell_about_a_few_by_their_difference() -> None:
    """Twenty are there for three years, ten come in 2023; three of the twenty leave after 2023, ten others come.

    Stayers of 2022-2023 and of 2022-2024 differ by three: the long pair would tell what those three did.
    """
    people = _crowd(20, 10, 10)
    people |= {who: (range(2022, 2024), [True, False]) for who in range(3)}
    people |= {300 + who: (range(2024, 2025), [True]) for who in range(10)}
    table = _table(people)
    shown = table.filter(pl.col("status") != "suppressed").select("from_year", "to_year").rows()
    assert (2022, 2023) in shown and (2022, 2024) not in shown


def test_statuses() -> None:
    people = _crowd(20, 20, 10)
    assert set(_table(people, size=19.0)["status"]) == {"suppressed"}
    late = pl.DataFrame({"group_id": "a", "month": MONTHS[3:], "coverage": 1.0})
    assert _table(people, coverage=late)["status"].to_list()[0] == "truncated"
    open_still = pl.DataFrame({"group_id": "a", "month": MONTHS[:-2], "coverage": 1.0})
    assert _table(people, coverage=open_still).filter(pl.col("to_year") == 2024)["status"][0] == "immature"
    thin = pl.DataFrame({"group_id": "a", "month": MONTHS, "coverage": [0.6] * 12 + [1.0] * 12 + [0.4] * 12})
    found = _table(people, coverage=thin)["status"].to_list()
    assert found == ["partial", "no_coverage", "no_coverage"]
    few = _table(_crowd(3, 3, 12))
    assert few["status"][0] == "low_n"
