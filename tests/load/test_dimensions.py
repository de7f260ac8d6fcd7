"""Dimensions that no single group owns."""

import datetime as dt

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import Group, Shock
from schemas.indicators import registry
from schemas.tables import TABLES
from tasks.load.dimensions import (
    BEGINNING,
    describe,
    dim_activity_kind,
    dim_group_versions,
    dim_indicator,
    dim_shock,
    one_row_of_versions_a_person,
    with_known,
)

JAN, MAR = dt.date(2024, 1, 1), dt.date(2024, 3, 1)
MEMBER = TABLES["core.dim_member"]


def versions(known: pl.DataFrame, name: str, since: dt.date) -> pl.DataFrame:
    return dim_group_versions(known, describe(Group(name=name), "g"), 7, "g", since)


def test_a_group_renamed_gets_a_version_and_keeps_its_key() -> None:
    first = versions(TABLES["core.dim_group"].empty(), "Kamaliyah", JAN)
    assert versions(first, "Kamaliyah", MAR).equals(first)
    second = versions(first, "Kamaliyah Bandung", MAR)
    assert second.select("group_key", "group_name", "valid_from", "valid_to", "is_current").rows() == [
        (7, "Kamaliyah", BEGINNING, MAR, False),
        (7, "Kamaliyah Bandung", MAR, None, True),
    ]


def test_renamed_twice_in_a_month_it_counts_as_it_stands_at_the_end() -> None:
    first = versions(TABLES["core.dim_group"].empty(), "A", JAN)
    assert versions(first, "B", JAN).select("group_name", "valid_from", "is_current").rows() == [
        ("B", BEGINNING, True)
    ]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.dates(JAN, dt.date(2026, 1, 1))), min_size=1))
def test_versions_of_a_group_meet_without_gap_or_overlap(runs: list[tuple[str, dt.date]]) -> None:
    known = TABLES["core.dim_group"].empty()
    for name, since in runs:
        known = versions(known, name, since)
    rows = known.sort("valid_from").rows(named=True)
    assert rows[0]["valid_from"] == BEGINNING and rows[-1]["group_name"] == runs[-1][0]
    assert [row["is_current"] for row in rows] == [False] * (len(rows) - 1) + [True]
    assert [row["valid_to"] for row in rows] == [row["valid_from"] for row in rows[1:]] + [None]
    assert known["valid_from"].is_unique().all() and known["group_version_key"].is_unique().all()


def member(key: int, group_id: str | None, since: dt.date) -> dict[str, object]:
    row = dict.fromkeys(MEMBER.names) | {
        "member_key": key,
        "community": "c",
        "valid_from": since,
        "is_current": True,
    }
    return row if group_id is None else row | {"group_id": group_id}


def test_a_person_of_two_groups_has_the_versions_of_the_one_that_knows_them_longest() -> None:
    rows = [member(1, "a", MAR), member(1, "b", JAN), member(2, "a", MAR)]
    frame = pl.DataFrame(rows, schema={**MEMBER.polars_schema, "group_id": pl.String})
    chosen = one_row_of_versions_a_person(frame)
    assert chosen.select("member_key", "valid_from").sort("member_key").rows() == [(1, JAN), (2, MAR)]


def test_people_of_a_carried_over_group_stay() -> None:
    people, known = (
        pl.DataFrame([member(key, None, since) for key in keys], schema=MEMBER.polars_schema)
        for keys, since in (((1,), MAR), ((1, 2), JAN))
    )
    both = with_known(people, known)
    assert both.select("member_key", "valid_from").rows() == [(1, MAR), (2, JAN)]


def test_every_definition_and_every_kind_of_activity_is_described() -> None:
    indicators = dim_indicator(["active_member_share"])
    assert len(indicators) == len(registry())
    assert indicators.filter("is_computed")["code"].to_list() == ["active_member_share"]
    from schemas.vocabulary import ACTIVITY_KINDS

    assert set(dim_activity_kind()["activity_kind"]) == set(ACTIVITY_KINDS)


def test_shocks_are_shipped_for_all_and_declared_for_one() -> None:
    rows = dim_shock({"g": Group(shocks=(Shock(name="flood", date=MAR),))})
    assert rows.select("shock", "group_id", "origin").rows() == [
        ("COVID-19", None, "shipped"),
        ("flood", "g", "declared"),
    ]
