"""The 24 variants of reply inference and the null of swapped senders, on a chat one can count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tables import TABLES
from tasks.measure.facts import measure_facts
from tasks.measure.indicators.compute import compute
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.inputs import Indicators
from tasks.measure.indicators.sensitivity import NULL_DRAWS, TIE_CODES, deal, variant_name, variants
from tasks.measure.inputs import cut
from tasks.measure.replies import GRID, REPLY_V1
from tasks.measure.stage import indicator_inputs
from tests.measure.chatroom import group


def _context(chat: list[tuple[str, str, str]]) -> Context:
    inputs = replace(cut(group(chat)), dim_member=TABLES["core.dim_member"].empty())
    facts = {f"core.{name}": frame for name, frame in measure_facts(inputs).items()}
    for name in ("core.fact_membership", "core.fact_membership_event"):
        facts[name] = TABLES[name].empty()
    return Context(indicator_inputs(inputs, facts))


CHAT = [
    ("08:00", "Arif", "satu"),
    ("08:02", "Bayu", "dua"),  # 2 minutes after Arif: in every window
    ("08:05", "Bayu", "tiga"),  # 5 after Arif, 2 turns back
    ("08:25", "Cecep", "empat"),  # 20 after Bayu
    ("10:00", "Arif", "lima"),  # 95 after Cecep
    ("13:00", "Bayu", "enam"),  # 180: in none
]


Tie = tuple[int, int, float]


def _ties(ctx: Context, window: int, k: int, shape: str = "decayed") -> list[Tie]:
    """Both members and the weight of each tie."""
    ties = variants(ctx)[f"grid_w{window}_k{k}_{shape}"]
    return list(zip(ties.source.tolist(), ties.target.tolist(), ties.weight.round(3).tolist(), strict=True))


def _between(ctx: Context, *ties: Tie) -> list[Tie]:
    """Ties between turns as ties between their senders."""
    sender = ctx.turn_member.tolist()
    return [(sender[source], sender[target], weight) for source, target, weight in ties]


def test_variants_are_those_of_the_months_asked_for() -> None:
    """Arrays that were asked for no month first give the ties of all months when all are wanted."""
    ctx = _context(CHAT)
    assert variants(ctx.quiet())["grid_w30_k5_decayed"].counts.tolist() == [0]
    assert variants(ctx)["grid_w30_k5_decayed"].counts.tolist() == [3]


def test_variants_by_hand() -> None:
    """Weights 2^(-dt/5): .758 after 2 minutes, .5 after 5, 1/16 after 20, 2^-19 after 95."""
    ctx = _context(CHAT)
    assert _ties(ctx, 3, 5) == _between(ctx, (1, 0, 0.758))
    assert _ties(ctx, 10, 1) == _between(ctx, (1, 0, 0.758))  # Bayu's second turn has his first between
    assert _ties(ctx, 10, 3) == _between(ctx, (1, 0, 0.758), (2, 0, 0.5))
    assert _ties(ctx, 30, 3) == _between(ctx, (1, 0, 0.758), (2, 0, 0.5), (3, 2, 0.062))
    assert _ties(ctx, 120, 1, "binary") == _between(ctx, (1, 0, 1.0), (3, 2, 1.0), (4, 3, 1.0))
    assert len(variants(ctx)) == len(GRID) == 24


def test_other_rules_and_rituals_stay_out_of_the_grid() -> None:
    chat = [
        ("08:00", "Arif", "ada yang punya kitab X?"),
        ("08:02", "Bayu", "ada di saya"),  # an answer: in every variant, with its own weight
        ("08:03", "Arif", "makasih kang Bayu"),  # a mention
        ("09:00", "Cecep", "Kabar duka, ayahanda kang Jaja meninggal dunia"),
        ("09:01", "Bayu", "innalillahi wa inna ilaihi rojiun"),  # ritual: in none
    ]
    ctx = _context(chat)
    for params in GRID:
        ties = _ties(ctx, params.window_min, params.k_turns, "decayed" if params.is_decayed else "binary")
        assert ties[:2] == _between(ctx, (1, 0, 0.9), (2, 1, 1.0))
        assert {source for source, _, _ in ties[2:]} <= {ctx.turn_member[3]}


@pytest.fixture(scope="module")
def talk() -> Context:
    """Six people who talk at random for a month, seeded."""
    rng = np.random.default_rng(3)
    people = ["Arif", "Bayu", "Cecep", "Dadan", "Elan", "Feri", "Gilang", "Hasan"]
    chat = [
        (f"+{minute // 1440} {minute // 60 % 24:02d}:{minute % 60:02d}", people[who], "kabar baik saja")
        for minute, who in zip(np.sort(rng.integers(0, 25 * 1440, 900)), rng.integers(0, 8, 900), strict=True)
    ]
    return _context(chat)


@pytest.fixture(scope="module")
def computed(talk: Context) -> Indicators:
    return compute(talk.inputs)


def test_the_default_variant_is_the_indicator_itself(computed: Indicators) -> None:
    default = computed.details.filter(pl.col("detail") == variant_name(REPLY_V1))
    met = default.join(computed.values, on=["code", "month"], suffix="_indicator")
    assert {"tie_reciprocity", "reply_centralisation", "key_person_dependence"} <= set(met["code"])
    assert met["value"].to_list() == pytest.approx(met["value_indicator"].to_list())


def test_all_variants_are_stored_for_every_published_month(computed: Indicators) -> None:
    grid = computed.details.filter(pl.col("detail").str.starts_with("grid_"))
    shown = computed.values.filter(
        pl.col("status").is_in(["ok", "partial"]) & pl.col("code").is_in(TIE_CODES)
    )
    assert len(shown) >= 3
    assert grid.group_by("code", "month").len()["len"].unique().to_list() == [24]
    assert set(grid["code"]) == set(shown["code"])


def test_random_talk_is_what_swapped_senders_expect(computed: Indicators) -> None:
    details = computed.details.filter(pl.col("detail").str.starts_with("senders_"))
    told = {(row["code"], row["detail"]): row["value"] for row in details.iter_rows(named=True)}
    values = dict(computed.values.select("code", "value").iter_rows())
    for code in ("tie_reciprocity", "reply_centralisation", "key_person_dependence"):
        assert told[code, "senders_excess"] == pytest.approx(
            values[code] - told[code, "senders_null"], abs=0.02
        )
        assert told[code, "senders_p"] >= 1 / (NULL_DRAWS + 1)
    assert told["key_person_dependence", "senders_p"] > 0.01


def test_the_same_group_gets_the_same_draws(talk: Context, computed: Indicators) -> None:
    again = compute(talk.inputs)
    assert again.details.equals(computed.details)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=40), st.integers(0, 9))
def test_dealing_keeps_each_days_senders(turns: list[tuple[int, int]], seed: int) -> None:
    turns.sort(key=lambda turn: turn[0])
    day = np.array([turn[0] for turn in turns], dtype=np.int64)
    sender = np.array([turn[1] * 10 for turn in turns], dtype=np.int64)
    dealt = deal(sender, day, np.random.default_rng(seed), draws=5)
    assert dealt.shape == (6, len(turns))
    for number in range(5):
        for one in np.unique(day):
            assert sorted(dealt[number + 1][day == one]) == sorted(dealt[0][day == one])
