"""Every code of the catalogue is computed for the demo's community, with the right status."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.catalogue import CODES
from schemas.indicators import newest
from tasks.measure.indicators import compute
from tasks.simulate import SimulationPlan, simulate
from tests.e2e.right_status import TOLD, right_statuses
from tests.validity.whole_way import taken_in


@pytest.mark.nightly
def test_every_code_has_values_and_right_statuses_in_the_demo(tmp_path: Path) -> None:
    """The plan of ``solidarity demo``: three groups, 36 months. Every code has a value in some month of each group
    or of another; every status that a row can tell is the one told apart from the product.
    """
    with_value: set[str] = set()
    for inputs in taken_in(simulate(SimulationPlan(groups=3, months=36, seed=1)), tmp_path).values():
        cells = newest(compute(inputs).values)
        assert cells.group_by("month").len()["len"].unique().to_list() == [len(CODES)]
        assert inputs.history_start is not None
        told = right_statuses(cells.filter(pl.col("code").is_in(list(TOLD))), inputs.history_start)
        assert told.filter(pl.col("right") != pl.col("status")).select("month", "code", "status").rows() == []
        with_value |= set(cells.drop_nulls("value")["code"])
    assert set(CODES) - with_value == set()
