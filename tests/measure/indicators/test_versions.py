"""Two versions of one code side by side: both computed and stored, the newest shown."""

import copy

import polars as pl
import pytest

import schemas.indicators
from schemas.catalogue import entries
from schemas.indicators import definitions, newest, registry
from schemas.tables import TABLES
from tasks.load.dimensions import dim_indicator
from tasks.measure.indicators import compute
from tasks.publish.research import research_tables
from tests.measure.indicators.random_group import random_group
from warehouse.engine import Warehouse

CODE = "core50_share"


@pytest.fixture
def two_versions(monkeypatch):
    """The catalogue with a second, stricter version of the core half: 20 active members instead of 10."""
    changed = copy.deepcopy(next(entry for entry in entries() if entry["code"] == CODE))
    changed |= {"def_version": 2, "minimum_n": "20 active members"}
    changed["params"] |= {"min_active": 20}
    monkeypatch.setattr(schemas.indicators, "entries", lambda: (*entries(), changed))
    definitions.cache_clear()
    registry.cache_clear()
    yield
    monkeypatch.undo()
    definitions.cache_clear()
    registry.cache_clear()


def test_both_versions_are_computed_stored_and_the_newest_is_shown(two_versions, tmp_path):
    inputs = random_group(months=3, members=15)
    computed = compute(inputs)
    rows = computed.values.filter(pl.col("code") == CODE)
    statuses = rows.group_by("def_version").agg(pl.col("status").unique()).sort("def_version").rows()
    assert statuses == [(1, ["ok"]), (2, ["low_n"])]  # 15 members: enough for the one, too few for the other
    assert rows["params_hash"].n_unique() == 2

    warehouse = Warehouse(f"duckdb:///{tmp_path}/warehouse.duckdb")
    warehouse.create()
    table = TABLES["core.fact_indicator"]
    with warehouse.load("run-1") as load:
        named = computed.values.with_columns(snapshot_id=pl.lit("2021-03-0123456789ab"))
        load.append(table.qualified, table.conform(named))
    stored = warehouse.read("SELECT * FROM core.fact_indicator")
    assert stored.filter(pl.col("code") == CODE).height == 6

    shown = newest(stored).filter(pl.col("code") == CODE)
    assert shown["def_version"].to_list() == [2, 2, 2]
    groups = pl.DataFrame({"group_key": [7], "group_id": ["random"], "is_current": [True]})
    dim = TABLES["core.dim_group"]
    frames = {
        "core.fact_indicator": stored,
        "core.dim_group": dim.conform(
            groups.with_columns(pl.lit(None).alias(n) for n in dim.names if n not in groups.columns)
        ),
    }
    research = research_tables(
        frames,
        definitions=registry(),
        computed=frozenset(registry()),
        groups={},
        snapshot_id="2021-03-0123456789ab",
    )
    indicator = research["research.indicator"].filter(pl.col("code") == CODE)
    assert indicator["def_version"].to_list() == [2, 2, 2]


def test_each_version_is_in_the_dimension_and_one_of_them_is_current(two_versions):
    rows = dim_indicator(registry()).filter(pl.col("code") == CODE)
    assert rows.sort("def_version")["is_current"].to_list() == [False, True]


def test_a_new_version_leaves_the_rows_of_the_old_one_in_force(two_versions):
    inputs = random_group(months=3, members=15)
    with_both = compute(inputs)
    assert compute(inputs, cached=with_both).values.equals(with_both.values)
    only_old = with_both.values.filter((pl.col("code") != CODE) | (pl.col("def_version") == 1))
    again = compute(inputs, cached=type(with_both)(only_old, with_both.details, with_both.bases))
    assert again.values.equals(with_both.values)
