"""A load replaces partitions, refuses what does not fit, and is visible whole or not at all."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
import sqlalchemy as sa

from schemas.errors import ConfigurationError, LoadRefused, WarehouseError
from schemas.tables import TABLES
from tests.warehouse.loading import indicators, load_step, messages, rows_of, vintage
from warehouse.engine import Warehouse, parse_url
from warehouse.failpoints import VARIABLE, FailPointReached
from warehouse.load import fitting

COUNTS = "SELECT group_key, count(*) AS n FROM core.fact_message GROUP BY group_key ORDER BY group_key"


def _counts(warehouse: Warehouse) -> list[tuple[int, int]]:
    return warehouse.read(COUNTS).rows()


def _members(community: str, versions: list[tuple[int, dt.date, dt.date | None, str | None]]) -> pl.DataFrame:
    """Versions of people: member, valid from, valid to, city."""
    keys, since, until, cities = (list(column) for column in zip(*versions, strict=True))
    return rows_of(
        "core.dim_member",
        community=[community] * len(versions),
        member_key=keys,
        member_version_key=list(range(len(versions))),
        valid_from=since,
        valid_to=pl.Series(until, dtype=pl.Date),
        current_city=pl.Series(cities, dtype=pl.String),
        is_current=[day is None for day in until],
    )


def test_every_table_takes_a_row_and_gives_it_back(warehouse_url: str) -> None:
    warehouse = Warehouse(warehouse_url)
    frames = {
        name: rows_of(table, **{table.names[0]: rows_of(table, _row=[0])[table.names[0]]})
        for name, table in TABLES.items()
        if name != "ops.load"
    }
    with warehouse.load("run-1") as load:
        for name, frame in frames.items():
            assert load.replace_all(name, frame) == 1
    for name, frame in frames.items():
        stored = warehouse.read(f"SELECT * FROM {name}")
        assert TABLES[name].conform(stored).equals(frame, null_equal=True), name
    receipts = warehouse.read("SELECT table_name, n_rows FROM ops.load")
    assert set(receipts["table_name"]) == set(frames)


def test_replacing_a_partition_leaves_the_others_alone(warehouse_url: str) -> None:
    warehouse = Warehouse(warehouse_url)
    both = pl.concat([messages(1, 5), messages(2, 7)])
    with warehouse.load("run-1") as load:
        load.replace("core.fact_message", both, {"group_key": [1, 2]})
    with warehouse.load("run-2") as load:
        load.replace("core.fact_message", messages(1, 3).lazy(), {"group_key": [1]})
    assert _counts(warehouse) == [(1, 3), (2, 7)]
    with warehouse.load("run-3") as load:
        load.replace("core.fact_message", TABLES["core.fact_message"].empty(), {"group_key": [2, 9]})
        assert load.read(COUNTS).rows() == [(1, 3)]
    assert _counts(warehouse) == [(1, 3)]


def test_a_frame_with_rows_of_another_partition_is_refused(warehouse_url: str) -> None:
    warehouse = Warehouse(warehouse_url)
    with pytest.raises(LoadRefused, match="other partitions rows=2"), warehouse.load("run-1") as load:
        load.replace("core.fact_message", pl.concat([messages(1, 3), messages(2, 2)]), {"group_key": [1]})
    with pytest.raises(ValueError, match="is replaced by"), warehouse.load("run-1") as load:
        load.replace("core.fact_message", messages(1, 1), {"member_key": [1]})


def test_history_is_replaced_as_a_whole(warehouse_url: str) -> None:
    """A backdated roster splits a version: the community's versions are rederived and replaced."""
    warehouse = Warehouse(warehouse_url)
    january, march = dt.date(2024, 1, 1), dt.date(2024, 3, 1)
    first = _members("kamaliyah", [(7, january, None, "Bandung"), (8, january, None, None)])
    split = _members(
        "kamaliyah",
        [(7, january, march, "Bandung"), (7, march, None, "Purwakarta"), (8, january, None, None)],
    )
    for frame in (first, split, split):
        with warehouse.load("run") as load:
            load.replace("core.dim_member", frame, {"community": ["kamaliyah"]})
    stored = warehouse.read("SELECT member_key, valid_from, valid_to FROM core.dim_member ORDER BY 1, 2")
    assert stored.rows() == [(7, january, march), (7, march, None), (8, january, None)]


def test_a_key_in_two_partitions_is_refused_at_the_end(warehouse_url: str) -> None:
    """The key of dim_member does not hold its partition, so no frame alone can prove it."""
    warehouse = Warehouse(warehouse_url)
    person = [(7, dt.date(2024, 1, 1), None, None)]
    with warehouse.load("run-1") as load:
        load.replace("core.dim_member", _members("a", person), {"community": ["a"]})
    with pytest.raises(LoadRefused), warehouse.load("run-2") as load:
        load.replace("core.dim_member", _members("b", person), {"community": ["b"]})
    assert warehouse.read("SELECT community FROM core.dim_member").rows() == [("a",)]


@pytest.mark.parametrize(
    ("table", "columns", "says"),
    [
        ("core.fact_message", {"group_key": [1, 1], "message_key": [5, 5]}, "a key occurs twice rows=2"),
        (
            "core.dim_shock",
            {"shock": ["flood", "flood"], "group_id": [None, None]},
            "a key occurs twice rows=2",
        ),
        ("core.fact_message", {"group_key": [1, None]}, "group_key: missing rows=1"),
        ("core.fact_message", {"kind": ["secret"]}, "kind: not in the vocabulary rows=1"),
        ("core.fact_message", {"n_words": [-1]}, "n_words: below 0 rows=1"),
        ("research.indicator", {"value": [float("nan")]}, "value: not finite rows=1"),
        ("research.indicator", {"coverage": [1.5]}, "coverage: above 1 rows=1"),
        ("core.fact_message", {"n_words": ["secret"]}, "cannot be cast"),
    ],
)
def test_rows_that_do_not_fit_are_refused_by_name_and_count(
    table: str, columns: dict[str, list[object]], says: str
) -> None:
    declared = TABLES[table]
    valid = rows_of(declared, _row=list(range(len(next(iter(columns.values()))))))
    with pytest.raises(LoadRefused, match=says) as refused:
        fitting(declared, valid.with_columns(pl.Series(name, values) for name, values in columns.items()))
    assert "secret" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_missing_column_is_named() -> None:
    with pytest.raises(LoadRefused, match="no column lang"):
        fitting(TABLES["core.fact_message"], messages(1, 2).drop("lang"))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO core.dim_activity_kind VALUES ('rsvp', NULL, 'x')",
        "UPDATE research.indicator SET status = 'fine'",
        "UPDATE research.indicator SET value = 'nan'",
        "UPDATE research.indicator SET coverage = 2",
    ],
)
def test_the_engine_refuses_what_gets_past_the_load(warehouse_url: str, statement: str) -> None:
    warehouse = Warehouse(warehouse_url)
    with warehouse.load("run-1") as load:
        load.replace_all("research.indicator", indicators("alpha", 1.0))
    with pytest.raises(sa.exc.DBAPIError), warehouse.backend.writing() as connection:
        connection.exec_driver_sql(statement)


def test_append_takes_new_keys_only(warehouse_url: str) -> None:
    warehouse = Warehouse(warehouse_url)
    with warehouse.load("run-1") as load:
        assert load.append("core.fact_indicator_vintage", vintage(1)) == 1
        assert load.append("core.fact_indicator_vintage", vintage(2)) == 1
        assert load.append("core.fact_indicator_vintage", vintage(3).clear()) == 0
    with pytest.raises(LoadRefused, match="there already rows=1"), warehouse.load("run-2") as load:
        load.append("core.fact_indicator_vintage", pl.concat([vintage(2), vintage(3)]))
    assert warehouse.read("SELECT count(*) AS n FROM core.fact_indicator_vintage").item() == 2


def test_upsert_replaces_by_key_and_null_equals_null(warehouse_url: str) -> None:
    warehouse = Warehouse(warehouse_url)
    shocks = rows_of("core.dim_shock", shock=["flood", "flood"], group_id=["alpha", None], origin=["a", "b"])
    with warehouse.load("run-1") as load:
        load.upsert("core.dim_shock", shocks)
        load.upsert(
            "core.dim_shock", shocks.filter(pl.col("group_id").is_null()).with_columns(origin=pl.lit("c"))
        )
    stored = warehouse.read("SELECT group_id, origin FROM core.dim_shock ORDER BY origin")
    assert stored.rows() == [("alpha", "a"), (None, "c")]


def test_an_error_in_the_block_leaves_no_trace(warehouse_url: str) -> None:
    warehouse = Warehouse(warehouse_url)
    with warehouse.load("run-1") as load:
        load.replace("core.fact_message", messages(1, 5), {"group_key": [1]})
    with pytest.raises(ZeroDivisionError), warehouse.load("run-2") as load:
        load.replace("core.fact_message", messages(1, 9), {"group_key": [1]})
        raise ZeroDivisionError
    assert _counts(warehouse) == [(1, 5)]
    assert warehouse.read("SELECT DISTINCT run_id FROM ops.load").rows() == [("run-1",)]


@pytest.mark.parametrize("point", ["load.begun", "load.writing", "load.written", "load.swapped"])
def test_a_failure_at_a_point_is_an_error_of_ours(
    warehouse_url: str, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(warehouse_url)
    monkeypatch.setenv(VARIABLE, f"{point}:raise")
    with pytest.raises(FailPointReached), warehouse.load("run-1") as load:
        load.replace("core.fact_message", messages(1, 5), {"group_key": [1]})
    assert _counts(warehouse) == ([(1, 5)] if point == "load.swapped" else [])


def test_an_engine_error_quotes_no_value(warehouse_url: str) -> None:
    warehouse = Warehouse(warehouse_url)
    with pytest.raises(WarehouseError) as raised, warehouse.load("run-1") as load:
        load.read("SELECT CAST('secret' AS INTEGER)")
    assert "secret" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_both_engines_answer_in_the_same_types(warehouse_url: str) -> None:
    warehouse = Warehouse(warehouse_url)
    with warehouse.load("run-1") as load:
        load.replace("core.fact_message", messages(1, 4), {"group_key": [1]})
        load.replace_all(
            "core.dim_activity_kind",
            rows_of("core.dim_activity_kind", activity_kind=["", ' "a,\n'], name_en=["%", "é\\N"]),
        )
    answer = warehouse.read(
        "SELECT sum(n_words) AS s, avg(n_words) AS a, count(*) AS c, min(sent_at) AS t, max(local_date) AS d,"
        " bool_and(is_bot) AS b, max(turn_key) AS k, max(kind) AS w"
        " FROM core.fact_message WHERE group_key = :g",
        {"g": 1},
    )
    assert answer.row(0) == (
        18,
        4.5,
        4,
        dt.datetime.fromisoformat("2024-03-01T12:00"),
        dt.date(2024, 3, 1),
        False,
        None,
        "text",
    )
    assert answer.dtypes == [
        pl.Int64,
        pl.Float64,
        pl.Int64,
        pl.Datetime("us"),
        pl.Date,
        pl.Boolean,
        pl.Int64,
        pl.String,
    ]
    empty = warehouse.read(
        "SELECT kind, n_words, sent_at FROM core.fact_message WHERE group_key = :g", {"g": 9}
    )
    assert empty.schema == {"kind": pl.String, "n_words": pl.Int64, "sent_at": pl.Datetime("us")}
    kinds = warehouse.read("SELECT activity_kind FROM core.dim_activity_kind ORDER BY 1")
    assert kinds["activity_kind"].to_list() == ["", ' "a,\n']
    assert (
        warehouse.read("SELECT name_en FROM core.dim_activity_kind WHERE name_en LIKE '%%' ORDER BY 1").height
        == 2
    )


def test_a_reader_keeps_its_state_and_a_new_one_sees_the_new(warehouse_url: str) -> None:
    """In one process, where DuckDB would share a file that is still open."""
    warehouse = Warehouse(warehouse_url)
    load_step(warehouse_url, 1)
    value = "SELECT max(value) AS v FROM research.indicator"
    with warehouse.reader() as old:
        assert old.read(value).item() == 1
        load_step(warehouse_url, 2)
        assert old.read(value).item() == 1
        assert warehouse.read(value).item() == 2


def test_reading_before_creating_says_what_to_do(blank_url: str) -> None:
    with pytest.raises(ConfigurationError, match="no warehouse yet"):
        Warehouse(blank_url).read("SELECT 1")


@pytest.mark.parametrize("url", ["mysql://x/y", "duckdb:///:memory:", "duckdb://", "not a url"])
def test_other_engines_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_url(url)
