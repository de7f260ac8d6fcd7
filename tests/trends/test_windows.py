"""An indicator of ties is window sensitive when a variant of the reply method tells another story."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr, theilslopes

from schemas.indicators import registry
from tasks.trends.trend import trends
from tasks.trends.windows import grid_variants, window_sensitive

CODE = "tie_reciprocity"
RISING = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]


def months(n: int) -> list[dt.date]:
    return [dt.date(2023 + step // 12, step % 12 + 1, 1) for step in range(n)]


def cells(values: Sequence[float | None], code: str = CODE) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "group_key": 1,
            "group_id": "a",
            "month": months(len(values)),
            "code": code,
            "def_version": pl.Series([1] * len(values), dtype=pl.Int32),
            "value": pl.Series(values, dtype=pl.Float64),
            "status": ["low_n" if value is None else "ok" for value in values],
        }
    )


def grid(values: Sequence[float | None], name: str = "grid_w3_k1_binary", code: str = CODE) -> pl.DataFrame:
    return cells(values, code).with_columns(detail=pl.lit(name))


def test_another_order_of_months_and_another_sign_are_told() -> None:
    # ranks 2 1 3 5 4 7 6 against 1..7: squared differences 1 1 0 1 1 1 1 = 6; 1 - 6 x 6 / (7 x 48) = 25/28
    near = grid([0.2, 0.1, 0.3, 0.5, 0.4, 0.7, 0.6], "grid_w30_k5_decayed")
    # the same story turned about: correlation -1, slope -.1
    turned = grid(RISING[::-1], "grid_w3_k1_binary")
    found = grid_variants(cells(RISING), pl.concat([near, turned]))
    assert found["variant"].to_list() == ["grid_w30_k5_decayed", "grid_w3_k1_binary"]
    assert found["rank_correlation"].to_list() == pytest.approx([25 / 28, -1])
    assert found["is_sign_kept"].to_list() == [True, False]
    assert found["slope_per_month"][1] == pytest.approx(-0.1)
    assert window_sensitive(found)["is_window_sensitive"].to_list() == [True]
    assert window_sensitive(found.head(1))["is_window_sensitive"].to_list() == [False]


def test_a_low_rank_correlation_alone_is_enough() -> None:
    # ranks 3 1 2 6 4 5 7: squared differences 4 1 1 4 1 1 0 = 12; 1 - 72 / 336 = 11/14 = .786; still rising
    found = grid_variants(cells(RISING), grid([0.3, 0.1, 0.2, 0.6, 0.4, 0.5, 0.7]))
    assert found["rank_correlation"][0] == pytest.approx(11 / 14) and found["is_sign_kept"][0]
    assert window_sensitive(found)["is_window_sensitive"].to_list() == [True]


def test_only_months_that_both_have_are_compared() -> None:
    values: list[float | None] = [*RISING]
    values[2] = None
    six = grid_variants(cells(RISING), grid(values))
    assert six["rank_correlation"].to_list() == pytest.approx([1])
    values[3] = None
    assert grid_variants(cells(RISING), grid(values)).is_empty()
    assert grid_variants(cells(RISING), None).is_empty()


def test_where_nothing_moves_ranks_are_unknown() -> None:
    found = grid_variants(cells([0.5] * 7), grid(RISING))
    assert found["rank_correlation"].to_list() == [None] and found["is_sign_kept"].to_list() == [False]


def test_the_flag_and_the_variants_stand_in_the_tables() -> None:
    of_words = cells(RISING, "we_share")
    table, variants = trends(
        pl.concat([cells(RISING), of_words]), registry(), "2024-01-000000000000", details=grid(RISING[::-1])
    )
    flags = dict(table.select("code", "is_window_sensitive").iter_rows())
    assert flags == {CODE: True, "we_share": None}
    row = variants.filter(pl.col("variant") == "grid_w3_k1_binary").row(0, named=True)
    assert (row["code"], row["is_sign_kept"], row["group_key"]) == (CODE, False, 1)
    assert variants.filter(pl.col("rank_correlation").is_not_null()).height == 1
    # the grid decides about no word and no share of variants
    alone, _ = trends(cells(RISING), registry(), "2024-01-000000000000")
    assert alone["same_sign_share"][0] == table.filter(pl.col("code") == CODE)["same_sign_share"][0]


pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=6, max_size=20)


@given(pairs)
def test_ranks_and_slopes_are_scipys(values: list[tuple[int, int]]) -> None:
    default, varied = ([float(pair[side]) for pair in values] for side in (0, 1))
    row = grid_variants(cells(default), grid(varied)).row(0, named=True)
    index = np.arange(len(values))
    assert row["slope_per_month"] == pytest.approx(theilslopes(varied, index).slope)
    if len(set(default)) > 1 and len(set(varied)) > 1:
        assert row["rank_correlation"] == pytest.approx(spearmanr(default, varied).statistic)
    else:
        assert row["rank_correlation"] is None
