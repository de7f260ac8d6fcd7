"""Equal content, equal hash: on both engines, in whatever order, under whatever keys."""

from __future__ import annotations

import hashlib
from pathlib import Path
from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.loading import load_step, messages
from warehouse.engine import Warehouse
from warehouse.logical_hash import TOTAL, is_hashed, logical_hash, table_hash

FRAME = pl.DataFrame(
    {
        "group_id": ["b", "a", None],
        "value": [1 / 3, -0.0, None],
        "n": [1, 2, None],
        "member_key": [7, 8, 9],
        "created_at": ["x", "y", "z"],
    }
)


def test_the_hash_is_what_the_definition_says() -> None:
    # columns group_id, n, value; rows sorted by bytes; 1/3 to 12 digits; -0 as 0
    text = "group_id\x1fn\x1fvalue\n\\N\x1f\\N\x1f\\N\na\x1f2\x1f0\nb\x1f1\x1f0.333333333333\n"
    assert table_hash(FRAME) == hashlib.sha256(text.encode()).hexdigest()


def test_keys_and_clocks_do_not_count_but_sent_at_does() -> None:
    names = ["member_key", "run_id", "load_id", "created_at", "sent_at", "value", "snapshot_id"]
    assert [name for name in names if is_hashed(name)] == ["sent_at", "value", "snapshot_id"]
    other = FRAME.with_columns(member_key=pl.col("member_key") + 1, created_at=pl.lit("now"))
    assert table_hash(other) == table_hash(FRAME)


def test_noise_behind_the_twelfth_digit_does_not_count() -> None:
    noisy = FRAME.with_columns(pl.col("value") * (1 + 1e-15))
    assert table_hash(noisy) == table_hash(FRAME)
    assert table_hash(FRAME.with_columns(pl.col("value") * (1 + 1e-9))) != table_hash(FRAME)


@given(
    st.lists(
        st.tuples(st.text(alphabet="a\\N\x1f\ns", max_size=4) | st.none(), st.floats(width=32) | st.none()),
        max_size=6,
    ),
    st.randoms(),
)
@settings(max_examples=50, deadline=None)
def test_order_does_not_count_and_cells_do_not_run_together(
    rows: list[tuple[str | None, float | None]], random: Random
) -> None:
    schema = {"text": pl.String, "value": pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    shuffled = list(rows)
    random.shuffle(shuffled)
    same = pl.DataFrame(shuffled, schema=schema, orient="row").select("value", "text")
    assert table_hash(same) == table_hash(frame)
    if rows:
        moved = frame.with_columns(text=pl.col("text").fill_null("") + "a")
        assert table_hash(moved) != table_hash(frame)


def test_the_engines_agree_and_another_content_differs(warehouse_url: str, tmp_path: Path) -> None:
    load_step(warehouse_url, 1)
    here = Warehouse(warehouse_url)
    reference = Warehouse(f"duckdb:///{tmp_path}/reference.duckdb")
    reference.create()
    load_step(str(reference.url), 1)
    assert logical_hash(here) == logical_hash(reference)
    before = logical_hash(here)
    with here.load("again") as load:
        load.replace("core.fact_message", messages(2, 20, words=1), {"group_key": [2]})
    assert logical_hash(here) == before
    with here.load("other") as load:
        load.replace("core.fact_message", messages(2, 21, words=1), {"group_key": [2]})
    after = logical_hash(here)
    assert {name for name in after if after[name] != before[name]} == {"core.fact_message", TOTAL}
