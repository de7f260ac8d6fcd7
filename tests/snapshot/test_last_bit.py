"""A month's figures do not depend on who comes later, to the last bit: else no rebuilt snapshot has the hash it had."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from schemas.indicators import registry
from tasks.measure.indicators.compute import compute
from tasks.measure.indicators.inputs import IndicatorInputs
from tests.validity import happenings, talk
from tests.validity.planting import settings

_NEWCOMERS = 37
_NUMBERS = ("value", "ci_low", "ci_high", "n_num", "n_den")


def _with_newcomers(inputs: IndicatorInputs) -> IndicatorInputs:
    """People who are there on the last day after the month measured; their keys lie before all others."""

    def added(frame: pl.DataFrame, **columns: object) -> pl.DataFrame:
        new = frame.head(1).select(pl.all().repeat_by(_NEWCOMERS).explode())
        keys = pl.Series(np.arange(_NEWCOMERS), dtype=frame["member_key"].dtype)
        constants = [pl.lit(value).alias(name) for name, value in columns.items()]
        return pl.concat([new.with_columns(keys.alias("member_key"), *constants).cast(frame.schema), frame])

    last = inputs.presence["date"].max()
    return replace(
        inputs,
        presence=added(inputs.presence, date=last),
        fact_membership=added(inputs.fact_membership, from_date=last),
    )


@pytest.mark.parametrize("family", [talk, happenings])
def test_members_who_come_later_change_no_bit_of_a_month(family: ModuleType) -> None:
    inputs = family.group(np.random.default_rng(4), settings(family.LEVELS)[2]).inputs
    simple = [code for code, spec in registry().items() if not spec.is_composite]
    before, after = compute(inputs, codes=simple), compute(_with_newcomers(inputs), codes=simple)
    for then, now, keys in (
        (before.values, after.values, ["code", "def_version", "month"]),
        (before.details, after.details, ["code", "def_version", "month", "detail"]),
    ):
        columns = [*keys, *_NUMBERS]
        assert then["value"].is_not_null().sum() > 50
        assert_frame_equal(then.select(columns), now.select(columns), check_exact=True)
