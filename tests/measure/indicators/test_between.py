"""Levels between groups: a pooled base, groups of like size only."""

import polars as pl
import pytest

from schemas.indicators import registry
from tasks.measure.indicators import compute
from tasks.measure.indicators.between import between
from tests.spec.toygroup import ADMIN, group, yearly


@pytest.fixture(scope="module")
def one():
    return compute(group("m1-m30", months=("2021-01", "2022-04"), turns_table=yearly(16), declared=ADMIN))


def named(frame: pl.DataFrame, name: str, key: int, share_of: float = 1.0) -> pl.DataFrame:
    """The same rows as another group's, its N and counts times a factor."""
    counts = [column for column in ("n_hi", "n_lo") if column in frame.columns]
    return frame.with_columns(
        pl.lit(name).alias("group_id"),
        pl.lit(key, dtype=pl.Int64).alias("group_key"),
        *(pl.col(column) * share_of for column in counts),
    )


def both(one, factor: float = 1.0, min_members: float = 20) -> pl.DataFrame:
    values = pl.concat([one.values, named(one.values, "other", 2, factor)])
    return between(values, pl.concat([one.details, named(one.details, "other", 2)]), min_members)


def test_with_a_twin_the_level_is_the_change(one):
    """A base of a group and its twin has the same median and spread, so the level is the value itself."""
    levels = both(one).filter(pl.col("group_id") == "toy")
    own = one.values.filter(pl.col("status").is_in(["ok", "partial"]))
    joined = levels.join(own, on=["code", "month"], suffix="_own")
    assert set(joined["code"]) >= {"idx_fragility", "idx_mechanical"} & set(own["code"])
    assert joined.height == levels.height > 0
    assert joined["value"].to_list() == pytest.approx(joined["value_own"].to_list())


def test_a_group_of_another_size_or_too_small_is_no_measure(one):
    assert both(one, factor=3.0).height > 0
    assert both(one, factor=3.1).is_empty()
    assert both(one, min_members=31).is_empty()
    assert between(one.values, one.details, 20).is_empty()


def test_a_higher_neighbour_lowers_the_level(one):
    """The neighbour's silent share is .2 throughout the base: this group's, at .6, stands above the pool."""
    code = "silent_share"
    lower = named(one.values, "other", 2).with_columns(
        value=pl.when((pl.col("code") == code) & pl.col("value").is_not_null())
        .then(0.2)
        .otherwise(pl.col("value"))
    )
    details = pl.concat([one.details, named(one.details, "other", 2)])
    levels = between(pl.concat([one.values, lower]), details, 20)
    january = (pl.col("code") == "idx_fragility") & (pl.col("month") == pl.date(2022, 1, 1))
    here, there = (
        levels.filter(january & (pl.col("group_id") == g))["value"].item() for g in ("toy", "other")
    )
    assert here > there
    assert registry()["idx_fragility"].components[0] == code
