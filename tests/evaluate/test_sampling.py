"""Samples: strata, seeds, candidates that give nothing away."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import LEXICON_CATEGORIES
from tasks.evaluate.sampling import NEAR, draw_replies, draw_words, stratified

START = dt.datetime.combine(dt.date(2024, 5, 6), dt.time())


def _turns(n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "turn": np.arange(n),
            "sent_at": [START + dt.timedelta(minutes=30 * i) for i in range(n)],
            "is_coded": [i % 5 != 0 for i in range(n)],
            **{f"lex_{category}": [int(i % 7 == 1) for i in range(n)] for category in LEXICON_CATEGORIES},
        }
    ).with_columns(pl.col("sent_at").cast(pl.Datetime("us")))


def _replies(n: int) -> pl.DataFrame:
    source = np.arange(30, n, 3)
    return pl.DataFrame(
        {
            "source_turn_key": source,
            "target_turn_key": source - np.where(source % 2, 1, 20),
            "method": np.where(source % 2, "adjacent", "mention"),
        }
    )


def test_the_target_is_among_the_candidates_and_not_the_only_far_one() -> None:
    sample = draw_replies(_turns(400), _replies(400), 60, seed=1)
    rows, candidates = sample.rows, sample.candidates
    assert len(rows) == 60
    assert set(rows["stratum"]) == {"adjacent", "mention", "none"}
    met = rows.join(candidates, left_on=["row", "predicted"], right_on=["row", "number"], how="left")
    ties = dict(_replies(400).select("source_turn_key", "target_turn_key").iter_rows())
    for turn, stratum, target in met.select("turn", "stratum", "turn_right").iter_rows():
        assert target == (ties[turn] if stratum != "none" else None)
    far = candidates.join(rows.select("row", source="turn"), on="row").filter(
        pl.col("source") - pl.col("turn") > NEAR
    )
    by_row = far.group_by("row").len().join(rows, on="row").filter(pl.col("turn") > 60)
    assert by_row.filter(pl.col("stratum") == "none")["len"].min() == 2
    assert by_row.filter(pl.col("stratum") == "mention")["len"].min() >= 2
    earlier = candidates.join(rows.select("row", source="turn"), on="row")
    assert (earlier["turn"] < earlier["source"]).all()


def test_the_same_seed_draws_the_same() -> None:
    one, two = (draw_words(_turns(300), 20, seed=4) for _ in range(2))
    assert one.equals(two)
    assert not one.equals(draw_words(_turns(300), 20, seed=5))
    by_stratum = one.group_by("category", "stratum").len()
    assert by_stratum["len"].unique().to_list() == [10]
    assert one["row"].to_list() == list(range(1, len(one) + 1))


def test_nothing_to_code_draws_nothing() -> None:
    nobody = _turns(20).with_columns(is_coded=pl.lit(False))
    assert draw_words(nobody, 20, seed=1).is_empty()
    assert draw_replies(nobody, _replies(20), 20, seed=1).rows.is_empty()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=5), st.integers(0, 60), st.integers(0, 99))
def test_strata_share_equally_and_lend_what_they_lack(sizes: list[int], n: int, seed: int) -> None:
    frame = pl.DataFrame(
        {"stratum": [f"s{i}" for i, size in enumerate(sizes) for _ in range(size)]},
        schema={"stratum": pl.String},
    ).with_row_index("id")
    drawn = stratified(frame, n, np.random.default_rng(seed))
    assert len(drawn) == min(n, len(frame))
    assert drawn["id"].is_unique().all()
    taken = dict(drawn.group_by("stratum").len().iter_rows())
    whole = [f"s{i}" for i, size in enumerate(sizes) if size and taken.get(f"s{i}", 0) == size]
    others = [taken.get(f"s{i}", 0) for i, size in enumerate(sizes) if size and f"s{i}" not in whole]
    assert not others or max(others) - min(others) <= 1
