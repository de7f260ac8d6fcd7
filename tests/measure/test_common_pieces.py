"""Short cuts against the plain way: pieces in common, texts read once each, series fitted together."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.measure.chains import NEAREST, in_common, nearest
from tasks.measure.decay import half_life, half_lives
from tasks.measure.text.distinct import distinct_values, numbered, stretches
from tasks.measure.text.lexicon import lexicon_for
from tasks.measure.text.tokens import Tokens, tokenise
from tasks.measure.text.trie import build, find

_VERSIONS = st.lists(st.sets(st.integers(0, 6)), min_size=1, max_size=9)


@pytest.mark.parametrize("by_pairs", [True, False, None])
@given(versions=_VERSIONS, data=st.data())
def test_common_pieces_are_those_of_both_sets(
    by_pairs: bool | None, versions: list[set[int]], data: st.DataObject
) -> None:
    n = len(versions)
    every = [(later, before) for later in range(n) for before in range(later)]
    pairs = sorted(data.draw(st.sets(st.sampled_from(every)))) if every else []
    place = np.array(
        sorted(piece * n + number for number, held in enumerate(versions) for piece in held), dtype=np.int64
    )
    later, before = (np.array([pair[end] for pair in pairs], dtype=np.int64) for end in (0, 1))
    counted = in_common(place, later, before, np.arange(n), by_pairs=by_pairs)
    assert counted.tolist() == [len(versions[a] & versions[b]) for a, b in pairs]


@given(
    versions=st.lists(st.sets(st.integers(0, 2)), max_size=NEAREST + 8),
    window=st.integers(0, NEAREST + 8),
    same_message=st.booleans(),
)
def test_nearest_pairs_are_those_within_the_last_holdings(
    versions: list[set[int]], window: int, same_message: bool
) -> None:
    n = len(versions)
    place = np.array(
        sorted(piece * n + number for number, held in enumerate(versions) for piece in held), dtype=np.int64
    )
    since = np.maximum(np.arange(n) - window, 0)
    # two versions of one message are not compared
    until = np.arange(n) // 2 * 2 if same_message else np.arange(n)
    later, before = nearest([place], np.minimum(since, until), until)
    expected = set()
    for piece in range(3):
        holders = [number for number, held in enumerate(versions) if piece in held]
        for at, number in enumerate(holders):
            near = holders[max(at - NEAREST, 0) : at]
            expected |= {(number, u) for u in near if since[number] <= u < until[number]}
    assert list(zip(later.tolist(), before.tolist(), strict=True)) == sorted(expected)


@given(st.lists(st.integers(0, 40) | st.integers(0, 10**6), max_size=12))
def test_numbers_are_told_apart(codes: list[int]) -> None:
    distinct, place = numbered(np.array(codes, dtype=np.int64))
    assert distinct.tolist() == sorted(set(codes))
    assert distinct[place].tolist() == codes


_SAID = st.sampled_from(
    [None, "", "!", "iya", "info acara", "acara! info, info acara", "hadir. buku2 acara?"]
)


def _words(tokens: Tokens) -> list[str]:
    return tokens.vocabulary.gather(tokens.word).to_list()


@given(st.lists(_SAID, max_size=12))
def test_a_text_said_again_has_the_same_tokens(said: list[str | None]) -> None:
    spelling, trie = lexicon_for().spelling, build([["info", "acara"], ["acara"]])
    tokens = tokenise(pl.Series(said, dtype=pl.String), spelling)
    hits = find(trie, tokens)
    assert tokens.first[-1] == len(tokens)
    for number, text in enumerate(said):
        alone = tokenise(pl.Series([text], dtype=pl.String), spelling)
        mine = slice(tokens.first[number], tokens.first[number + 1])
        assert _words(tokens)[mine] == _words(alone)
        assert set(tokens.text_no[mine].tolist()) <= {number}
        assert tokens.has_question_mark[number] == alone.has_question_mark[0]
        for all_of, own in ((tokens.clause, alone.clause), (tokens.line, alone.line)):
            for at in range(len(own)):
                together = np.flatnonzero(all_of == all_of[mine.start + at])
                assert (together - mine.start).tolist() == np.flatnonzero(own == own[at]).tolist()
        inside = (hits.start >= mine.start) & (hits.start < mine.stop)
        found = sorted(zip(hits.start[inside] - mine.start, hits.entry[inside], strict=True))
        there = find(trie, alone)
        assert found == sorted(zip(there.start, there.entry, strict=True))


@given(st.lists(st.sampled_from(["a", "b", None, ""]), max_size=9))
def test_each_row_finds_its_value(values: list[str | None]) -> None:
    distinct, place = distinct_values(pl.Series(values, dtype=pl.String))
    assert distinct.gather(place).to_list() == values
    assert len(distinct) == len(set(values))


def test_stretches_one_after_another() -> None:
    assert stretches(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]


_COUNTS = st.lists(st.integers(0, 30), min_size=1, max_size=15).map(lambda days: np.array(days, dtype=float))


@given(st.lists(_COUNTS, max_size=6))
def test_a_series_falls_no_faster_in_company(series: list[np.ndarray]) -> None:
    assert half_lives(series) == [half_life(one) for one in series]
