"""Figures by gender: by hand, both or neither, and never what the whole does not show."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from schemas.indicators import registry
from tasks.publish.by_gender import decomposition_by_gender, member_means
from tasks.publish.decomposition import decomposition
from tasks.publish.limits import Limits
from tasks.publish.survival import newcomer_survival_by_gender

CODE = "active_member_share"
YEARS = {"a": {2022: "ok", 2023: "ok", 2024: "immature"}}
#: year -> person -> value; women are 1.., men 100.., unknown 200..
People = dict[int, dict[int, float]]


def _genders(people: People) -> pl.DataFrame:
    who = sorted({one for year in people.values() for one in year})
    known = [(one, "female" if one < 100 else "male") for one in who if one < 200]
    return pl.DataFrame(known, schema={"member_key": pl.Int64, "gender": pl.String}, orient="row")


def _values(people: People) -> dict[tuple[str, str, int], dict[int, float]]:
    return {("a", CODE, year): values for year, values in people.items()}


def _means(
    people: People, years: dict[str, dict[int, str]] = YEARS
) -> dict[tuple[int, object], dict[str, object]]:
    table = member_means(_values(people), years, _genders(people), registry(), Limits())
    rows = table.filter(pl.col("code") == CODE).iter_rows(named=True)
    return {(row["year"], row["gender"]): row for row in rows}


def _crowd(women: int, men: int, unknown: int = 0) -> dict[int, float]:
    """Women .8, men .4, of unknown gender 0."""
    return (
        dict.fromkeys(range(women), 0.8)
        | dict.fromkeys(range(100, 100 + men), 0.4)
        | dict.fromkeys(range(200, 200 + unknown), 0.0)
    )


def test_means_by_hand() -> None:
    """10 women at .8, 30 men at .4: (8 + 12) / 40 = .5. Among men half at .2 and half at .6 the spread is .2034:
    t(29) = 2.0452 times .2034 / sqrt(30) = .0760."""
    people = _crowd(10, 30) | {100 + one: 0.2 if one % 2 else 0.6 for one in range(30)}
    found = _means({2022: people})
    assert found[2022, None]["value"] == pytest.approx(0.5) and found[2022, None]["n_people"] == 40
    assert found[2022, "female"]["value"] == pytest.approx(0.8)
    men = found[2022, "male"]
    assert (men["value"], men["ci_low"], men["ci_high"]) == pytest.approx((0.4, 0.324, 0.476), abs=1e-4)
    assert found[2023, None]["status"] == "not_applicable" and found[2024, "male"]["status"] == "immature"


@pytest.mark.parametrize(("women", "men", "unknown"), [(9, 40, 0), (40, 9, 0), (20, 20, 9)])
def test_a_small_part_hides_all_parts_and_not_the_whole(women: int, men: int, unknown: int) -> None:
    found = _means({2022: _crowd(women, men, unknown)})
    assert found[2022, None]["status"] == "ok"
    for gender in ("female", "male"):
        assert found[2022, gender]["status"] == "suppressed" and found[2022, gender]["value"] is None
        assert found[2022, gender]["n_people"] is None


def test_a_gender_that_nobody_has_is_no_small_part() -> None:
    found = _means({2022: _crowd(25, 0)})
    assert found[2022, "female"]["value"] == found[2022, None]["value"]
    assert found[2022, "male"]["status"] == "not_applicable"
    unknown = _means({2022: _crowd(0, 0, 25)})
    assert {unknown[2022, gender]["status"] for gender in ("female", "male")} == {"not_applicable"}


def test_a_small_group_shows_no_part() -> None:
    found = _means({2022: _crowd(20, 20)}, {"a": {2022: "suppressed"}})
    assert {row["status"] for row in found.values()} == {"suppressed"}
    assert {row["value"] for row in found.values()} == {None}


def _changes(people: People) -> dict[str, dict[str, object]]:
    whole = decomposition(_values(people), YEARS, Limits())
    table = decomposition_by_gender(_values(people), YEARS, _genders(people), whole, Limits())
    rows = table.filter((pl.col("code") == CODE) & (pl.col("from_year") == 2022)).iter_rows(named=True)
    return {str(row["gender"]): row for row in rows}


def test_a_change_by_hand() -> None:
    """Women: 12 stay, .8 to .6, 10 at .2 leave: before (9.6 + 2) / 22. within -.2; exit 10/22 (.8 - .2) = .2727.

    Men: 15 stay at .4, 10 at 1 come: entry 10/25 (1 - .4) = .24, within 0.
    """
    before = dict.fromkeys(range(12), 0.8) | dict.fromkeys(range(20, 30), 0.2)
    before |= dict.fromkeys(range(100, 115), 0.4)
    after = dict.fromkeys(range(12), 0.6) | dict.fromkeys(range(100, 115), 0.4)
    after |= dict.fromkeys(range(130, 140), 1.0)
    found = _changes({2022: before, 2023: after})
    women, men = found["female"], found["male"]
    assert (women["within"], women["exit"], women["entry"]) == pytest.approx((-0.2, 0.272727, 0.0), abs=1e-6)
    assert women["change"] == pytest.approx(0.6 - 11.6 / 22)
    assert (men["within"], men["exit"], men["entry"]) == pytest.approx((0.0, 0.0, 0.24))
    assert women["status"] == men["status"] == "ok"


def test_few_who_left_of_one_gender_hide_the_parts_of_both() -> None:
    """Nine women and nine men leave, eighteen in all: the whole shows them, the genders must not."""
    before = _crowd(30, 30)
    after = {who: value for who, value in before.items() if who not in (*range(9), *range(100, 109))}
    assert decomposition(_values({2022: before, 2023: after}), YEARS, Limits())["status"][0] == "ok"
    found = _changes({2022: before, 2023: after})
    assert {row["status"] for row in found.values()} == {"suppressed"}
    assert {row["within"] for row in found.values()} == {None}


def test_a_hidden_whole_has_hidden_parts() -> None:
    before = _crowd(30, 30)
    found = _changes({2022: before, 2023: {who: value for who, value in before.items() if who != 3}})
    assert {row["status"] for row in found.values()} == {"suppressed"}


def test_newcomers_by_gender_by_hand() -> None:
    """10 of 20 women fall silent at day 50; 20 men go on."""
    stretches = pl.DataFrame(
        {
            "group_id": "a",
            "member_key": [*range(20), *range(100, 120)],
            "joined_on": dt.date(2022, 3, 1),
            "is_welcomed": None,
            "from_day": 0,
            "to_day": [50] * 10 + [400] * 30,
            "is_silent": [True] * 10 + [False] * 30,
        },
        schema_overrides={"is_welcomed": pl.Boolean},
    )
    months = pl.date_range(dt.date(2022, 1, 1), dt.date(2024, 6, 1), "1mo", eager=True)
    coverage = pl.DataFrame({"group_id": "a", "month": months, "coverage": 1.0})
    sizes = pl.DataFrame({"group_id": "a", "month": months, "size": 60.0})
    genders = pl.DataFrame(
        {"member_key": [*range(20), *range(100, 120)], "gender": ["female"] * 20 + ["male"] * 20}
    )

    def at_three_months(known: pl.DataFrame) -> dict[str, tuple[object, str]]:
        table = newcomer_survival_by_gender(stretches, known, coverage, sizes, Limits())
        rows = table.filter(pl.col("months_since_joining") == 3).iter_rows(named=True)
        return {row["gender"]: (row["survival"], row["status"]) for row in rows}

    assert at_three_months(genders) == {"female": (0.5, "ok"), "male": (1.0, "ok")}
    few = genders.filter(pl.col("member_key") != 119)  # one of unknown gender
    assert set(at_three_months(few).values()) == {(None, "suppressed")}
