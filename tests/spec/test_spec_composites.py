"""The composites by example: transform, base period, robust z, mean, and one query that explains a value."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from schemas.indicators import registry
from tasks.measure.indicators import compute
from tasks.measure.indicators.components import base_of, robust_z, transform
from tests.spec.toygroup import cell, group

EXPORTER = {"exporters": {"siti": {"match": "*", "admin_from": "2020-01-01"}}}


def test_robust_z__the_toy_of_the_catalogue():
    """Base .40 .42 .38 .41 .39 .43: median logit -.3847, 1.4826 MAD .0923, under the floor of .1;
    a share of .50 then lies at .3847/.1 = 3.85, winsorised to 3."""
    logit = np.log(
        np.array([0.40, 0.42, 0.38, 0.41, 0.39, 0.43]) / (1 - np.array([0.40, 0.42, 0.38, 0.41, 0.39, 0.43]))
    )
    median, mad = base_of(logit)
    assert (median, mad) == (pytest.approx(-0.3847, abs=5e-4), pytest.approx(0.0923, abs=5e-5))
    assert (0 - median) / max(mad, 0.1) == pytest.approx(3.85, abs=5e-3)
    assert robust_z(np.array([0.0]), logit, 0.1, 3)[0] == 3


def test_transform__by_the_range_of_the_unit():
    """7 of 20: ln(7.5/13.5); 30 per 1000: ln 31; a difference of -0.4: atanh(-0.3996)."""
    definitions = registry()
    assert transform(definitions["active_member_share"], np.array([0.35]), np.array([20.0])) == pytest.approx(
        [np.log(7.5 / 13.5)]
    )
    assert transform(definitions["gratitude_rate"], np.array([30.0]), np.array([400.0])) == pytest.approx(
        [np.log(31)]
    )
    assert transform(definitions["ei_region"], np.array([-0.4]), np.array([1.0])) == pytest.approx(
        [np.arctanh(-0.3996)]
    )


def yearly(months: int) -> str:
    """Every month thirteen members greet; in the 15th month all of 30 write twelve times."""
    lines = ["who|when|times|says"]
    for t in range(months):
        month = f"{2021 + t // 12}-{t % 12 + 1:02}"
        n = 30 if t == 14 else 12 + t % 3
        lines += [
            f"m{i}|{month}-{1 + i % 27:02} 08:{i:02}|4|greeting_ritual we_incl i_word"
            for i in range(1, n + 1)
        ]
    return "\n".join(lines)


def test_composites__explained_by_their_component_rows():
    toy = group("m1-m30", months=("2021-01", "2022-04"), turns_table=yearly(16), declared=EXPORTER)
    result = compute(toy)
    row = result.values.filter(
        (pl.col("code") == "idx_fragility") & (pl.col("month") == pl.date(2022, 3, 1))
    ).row(0, named=True)
    parts = result.details.filter(
        (pl.col("code") == "idx_fragility")
        & (pl.col("month") == pl.date(2022, 3, 1))
        & pl.col("detail").str.starts_with("component:")
    )
    used = parts["value"].drop_nulls()
    assert row["value"] == pytest.approx(used.mean())
    assert row["n_den"] == len(used) >= 3
    assert row["value"] < 0  # everybody writes: less fragile than in the base period
    assert row["ci_low"] <= row["value"] <= row["ci_high"]


def test_composites__fixed_base_of_the_first_twelve_ok_months():
    toy = group("m1-m30", months=("2021-01", "2022-04"), turns_table=yearly(16), declared=EXPORTER)
    bases = compute(toy).bases
    active = bases.filter(pl.col("code") == "active_member_share")
    assert (str(active["base_from"][0]), str(active["base_to"][0])) == ("2021-01-01", "2021-12-01")


def test_composites__immature_before_the_base_is_complete():
    toy = group("m1-m30", months=("2021-01", "2021-11"), turns_table=yearly(11), declared=EXPORTER)
    row = cell(toy, "idx_fragility")
    assert (row["value"], row["status"]) == (None, "immature")


def test_composites__too_few_components_are_low_n():
    toy = group("m1-m30", months=("2021-01", "2022-04"), turns_table=yearly(16), declared=EXPORTER)
    row = cell(toy, "idx_bridging")
    assert (row["value"], row["status"]) == (None, "not_applicable")  # nobody replied to anybody
    assert cell(replace(toy, n_is_known=False), "idx_mechanical")["value"] is None


def test_axis_type__a_difference_not_a_mean():
    definition = registry()["axis_type"]
    assert definition.components == ("division_of_labour:excess", "-generalist_index")
    assert (definition.range_low, definition.range_high) == (-6, 6)
