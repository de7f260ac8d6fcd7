"""Replies against the simulator's truth: what docs/measurement.md says must hold."""

from __future__ import annotations

import polars as pl
import pytest

from tests.evaluate.on_simulated import compared

#: Least precision and recall over any seed; the pooled figures stand in docs/measurement.md.
LEAST_PRECISION = {"mention": 0.85, "request": 0.5, "broadcast": 0.6, "adjacent": 0.85}
LEAST_RECALL = {"request": 0.45, "broadcast": 0.65, "adjacent": 0.88}


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.nightly) for n in range(2, 21))])
def test_ties_of_the_simulator_are_found(seed: int) -> None:
    ties, truths, tasks = compared(seed)
    precision = dict(ties.group_by("method").agg(pl.col("is_right").mean()).iter_rows())
    recall = dict(truths.group_by("method").agg(pl.col("is_found").mean()).iter_rows())
    assert {rule for rule, least in LEAST_PRECISION.items() if precision[rule] < least} == set()
    assert {rule for rule, least in LEAST_RECALL.items() if recall[rule] < least} == set()
    assert ties["is_right"].mean() > 0.85
    assert truths["is_found"].mean() > 0.83
    assert (tasks["task"] == tasks["task_true"]).mean() > 0.75
