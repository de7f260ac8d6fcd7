"""Composites made otherwise, by hand; and the companions every trailing and every N indicator has."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from schemas.catalogue import CODES
from schemas.indicators import registry
from schemas.tables import TABLES
from tasks.measure.indicators import compute
from tasks.measure.indicators.components import Component, drawn_z, transform
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.sensitivity import TRAILING_CODES
from tasks.measure.indicators.variants import VARIANTS, first_component, ranks, together
from tests.measure.indicators.random_group import random_group
from tests.spec.toygroup import ADMIN, group, yearly

BY_NAME = {variant.name: variant for variant in VARIANTS}


@pytest.fixture(scope="module")
def computed():
    return compute(group("m1-m30", months=("2021-01", "2022-04"), turns_table=yearly(16), declared=ADMIN))


def test_ranks__places_among_the_base():
    """Of the base 1 2 2 4: below all .5/5, the twos share the second place: (1 + 3)/2 + .5 = 2.5/5."""
    assert ranks(np.array([0.0, 2.0, 5.0]), np.array([1.0, 2.0, 2.0, 4.0])) == pytest.approx([0.1, 0.5, 0.9])


def test_geometric_mean_of_ranks():
    """.2 and .8: the arithmetic mean .5, the geometric .4; a reversed .8 counts as .2."""
    rows = np.array([[0.2], [0.8]])
    geometric, plain = BY_NAME["rank_geometric"], BY_NAME["rank"]
    assert together(plain, rows, False, 12) == pytest.approx([0.5])
    assert together(geometric, rows, False, 12) == pytest.approx([0.4])
    turned = geometric.aligned(rows, np.array([1.0, -1.0]))
    assert together(geometric, turned, False, 12) == pytest.approx([0.2])


def test_first_component__two_that_move_together_and_one_that_rests():
    """Two equal rows and a level one: equal weights for the two, none for the third; later months do not count."""
    move = np.array([-1.0, 1, -1, 1, 5])
    rows = np.stack([move, move, np.zeros(5)])
    weights = first_component(rows, 4)
    assert weights == pytest.approx([np.sqrt(0.5), np.sqrt(0.5), 0], abs=1e-12)
    assert np.isnan(first_component(rows, 6)).all()
    assert together(BY_NAME["pca1"], rows, False, 4) == pytest.approx(move)


def test_each_variant_reads_what_it_names():
    read = {name: variant.companion for name, variant in BY_NAME.items()}
    assert read["reply_w3"]("ei_region:excess") == "ei_region:grid_w3_k5_decayed_excess"
    assert read["reply_w30"]("tie_reciprocity") == "tie_reciprocity:grid_w30_k5_decayed"
    assert read["raw_answers"]("help_answer_rate:excess") == "help_answer_rate"
    assert read["n_lo"]("silent_share") == "silent_share:proven_only"
    assert read["n_lo"]("style_match") == "style_match" == read["base_6"]("style_match")


def test_the_sensitivity_table_stands_beside_the_index(computed):
    """Month 16 has base periods of 12 and of 6, none of 24; the one who left out matters brackets the value."""
    at = (pl.col("code") == "idx_fragility") & (pl.col("month") == pl.date(2022, 4, 1))
    rows = computed.details.filter(at & pl.col("detail").str.starts_with("variant_"))
    found = dict(rows.select("detail", "value").iter_rows())
    value = computed.values.filter(at)["value"].item()
    assert found["variant_leave_one_out_min"] <= value <= found["variant_leave_one_out_max"]
    assert "variant_base_24" not in found
    assert {"variant_base_6", "variant_rank", "variant_rank_geometric", "variant_raw_logit"} <= set(found)
    assert found["variant_n_lo"] == pytest.approx(value)  # everybody's presence is proven
    assert "variant_raw_answers" not in found  # no answer rate stands in this index


def test_presumed_members_move_the_variant_on_proven_presence():
    toy = group(
        "m1-m30", months=("2021-01", "2022-04"), turns_table=yearly(16), declared=ADMIN, presumed="m29 m30"
    )
    details = compute(toy).details
    at = (pl.col("code") == "active_member_share") & (pl.col("month") == pl.date(2022, 4, 1))
    row = details.filter(at & (pl.col("detail") == "proven_only")).row(0, named=True)
    assert (row["n_num"], row["n_den"]) == (12, 28)  # month 16: 12 of the 28 who are proven


def test_trailing_indicators_tell_the_month_alone():
    """The counts of three months alone add up to the count of their quarter."""
    assert set(TRAILING_CODES) <= set(CODES)
    assert all(registry()[code].window_months > 1 for code in TRAILING_CODES)
    inputs = random_group(months=6, members=20, per_month=400)
    rows = compute(inputs)
    last = pl.col("month") == inputs.month
    pooled = rows.values.filter(last & (pl.col("code") == "help_request_rate")).row(0, named=True)
    alone = rows.details.filter((pl.col("code") == "help_request_rate") & (pl.col("detail") == "month")).sort(
        "month"
    )
    assert alone["n_num"].tail(3).sum() == pooled["n_num"] > 0


def judged(share: float, half: float) -> pl.DataFrame:
    """``core.lexicon_eval`` of symbols: precision and recall alike, so sure as the half width says."""
    ends = {"": share, "_lo": share - half, "_hi": share + half}
    row = {f"{part}{end}": value for part in ("precision", "recall") for end, value in ends.items()}
    table = TABLES["core.lexicon_eval"]
    frame = pl.DataFrame([row | {"category": "shared_symbol"}])
    return table.conform(
        frame.with_columns(pl.lit(None).alias(n) for n in table.names if n not in row | {"category": 0})
    )


def test_draws_know_what_the_word_list_may_get_wrong():
    """Twelve months at 20 to 31 per 1000 and one at 60: less is known of its distance where nobody judged the
    words; a factor that bends all months alike moves the level months hardly at all."""
    toy = group("m1-m30", months=("2021-01", "2022-01"))
    definition = registry()["shared_symbol_rate"]
    x = np.append(np.arange(20.0, 32.0), 60.0)
    n, nothing = np.full(13, 400.0), np.zeros(13)
    status = np.full(13, "ok")
    y = transform(definition, x, n)
    read = Component(
        "shared_symbol_rate", definition, definition, x, n, y, nothing, status, np.ones(13, dtype=bool)
    )
    params, every = registry()["idx_mechanical"].params, np.ones(13, dtype=bool)
    spreads = [
        drawn_z(Context(replace(toy, lexicon_eval=rows)), read, np.arange(12), params, every).std(axis=1)
        for rows in (toy.lexicon_eval, judged(0.95, 0.004))
    ]
    assert spreads[1].max() < spreads[0].max() < 0.2
    assert np.isfinite(spreads).all()
