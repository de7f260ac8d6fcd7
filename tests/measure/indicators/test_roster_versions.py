"""Versions of members end the day before the next one holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from tasks.measure.indicators.compute import compute
from tests.measure.indicators.random_group import random_group, shaped


@pytest.mark.parametrize("day", [dt.date(2021, 1, 30), dt.date(2021, 1, 31), dt.date(2021, 2, 1)])
def test_a_roster_of_the_months_last_day_counts_everybody_once(day: dt.date) -> None:
    """Twelve people, all described anew on that day: twelve on the roster at the end of either month."""
    inputs = random_group(months=2, members=12)
    keys = inputs.dim_member["member_key"].to_list()
    versions = [(dt.date(2020, 1, 1), day), (day, None)]
    rows = [
        {
            "member_key": key, "role": "member", "is_on_roster": True, "is_in_good_standing": True,
            "valid_from": since, "valid_to": until, "is_current": until is None,
        }
        for key in keys
        for since, until in versions
    ]  # fmt: skip
    dim_member = shaped("core.dim_member", pl.DataFrame(rows).to_dict(as_series=False))
    found = compute(replace(inputs, dim_member=dim_member), codes={"roster_reach"}).values
    assert found["n_den"].to_list() == [12, 12]
