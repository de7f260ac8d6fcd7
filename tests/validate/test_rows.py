"""Rules on single rows."""

import datetime as dt

import polars as pl

from schemas.tables import table
from tasks.validate.rows import split

TABLE = table("core", "t", "row", "group_id coverage? status month", key="month")


def frame(**columns: list) -> pl.DataFrame:
    return pl.DataFrame(columns, schema_overrides={"coverage": pl.Float64})


def test_good_rows_go_on_and_bad_ones_name_rule_and_column_only() -> None:
    rows = frame(
        group_id=["a", "b", "../c", "d"],
        coverage=[0.0, None, 0.5, 1.2],
        status=["ok", "partial", "ok", "wonderful"],
        month=[dt.date(2024, 1, 1)] * 3 + [None],
    )
    result = split(rows, TABLE)
    assert result.valid["group_id"].to_list() == ["a", "b"]
    assert result.failures.rows() == [
        (2, "group_id", "not in the required form"),
        (3, "coverage", "above 1"),
        (3, "month", "missing"),
        (3, "status", "not in the vocabulary"),
    ]


def test_a_null_breaks_only_the_rule_of_presence() -> None:
    rows = frame(group_id=[None], coverage=[None], status=["ok"], month=[dt.date(2024, 1, 1)]).cast(
        {"group_id": pl.String}
    )
    assert split(rows, TABLE).failures.rows() == [(0, "group_id", "missing")]


def test_not_a_number_is_no_value() -> None:
    rows = frame(group_id=["a"], coverage=[float("nan")], status=["ok"], month=[dt.date(2024, 1, 1)])
    assert (0, "coverage", "not finite") in split(rows, TABLE).failures.rows()
