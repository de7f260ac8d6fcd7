"""What was computed of a group's figures is the same whether computed or remembered, and forgotten with them."""

from __future__ import annotations

import polars as pl
import pytest

from schemas.indicators import registry
from tasks.measure.indicators import compute
from tasks.trends import memory as room
from tasks.trends.changes import change_points
from tasks.trends.memory import FOLDER, Memory
from tasks.trends.trend import trends
from tests.measure.indicators.random_group import random_group
from warehouse.vault import Vault

AROUND = pl.DataFrame(schema={"group_id": pl.String, "_index": pl.Int64, "step_dates": pl.List(pl.Date)})
CODES = ("active_member_share", "silent_share", "help_request_rate")


@pytest.fixture(scope="module")
def figures() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cells and companions of two groups, of which one has twice the values of the other."""
    found = compute(random_group(months=14, members=12, per_month=40), codes=CODES)
    cells = found.values.filter(pl.col("code").is_in(CODES))
    other = cells.with_columns(pl.col("value") * 2, group_id=pl.lit("other"), group_key=pl.lit(8, pl.Int64))
    return pl.concat([cells, other]), found.details.filter(pl.col("code").is_in(CODES))


def _asked(memory: Memory, figures: tuple[pl.DataFrame, pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    cells, details = figures
    return memory.trends(cells, registry(), "2024-01-000000000000", around=AROUND, details=details)


def test_remembered_trends_are_the_computed_ones(tmp_path, figures, monkeypatch) -> None:
    cells, details = figures
    truth = trends(cells, registry(), "2024-01-000000000000", around=AROUND, details=details)
    vault = Vault(tmp_path)
    first = _asked(Memory(vault), figures)
    windows = {code: definition.window_months for code, definition in registry().items()}
    breaks = Memory(vault).change_points(cells, windows)
    assert breaks.sort(breaks.columns).equals(change_points(cells, windows).sort(breaks.columns))
    monkeypatch.setattr(room, "trends", None)  # nothing is computed again
    again = _asked(Memory(vault), figures)
    shuffled = cells.sample(fraction=1, shuffle=True, seed=1), details.reverse()
    for true, *others in zip(truth, first, again, _asked(Memory(vault), shuffled), strict=True):
        key = [name for name in ("group_id", "code", "variant") if name in true.columns]
        for other in others:
            assert other.sort(key).equals(true.sort(key))


def test_another_value_is_computed_and_what_nobody_asks_for_goes(tmp_path, figures) -> None:
    cells, details = figures
    vault = Vault(tmp_path)
    _asked(Memory(vault), figures)
    before = set(vault.names(FOLDER))
    is_it = (pl.col("group_id") == "other") & (pl.col("month") == cells["month"].max())
    memory = Memory(vault)
    changed = cells.with_columns(pl.when(is_it).then(pl.col("value") * 3).otherwise("value").alias("value"))
    _asked(memory, (changed, details))
    assert before < set(vault.names(FOLDER))
    memory.tidy()
    after = set(vault.names(FOLDER))
    assert len(after) == len(before)
    assert len(after & before) == len(before) // 2  # the other group's stay
