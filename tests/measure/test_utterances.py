"""What a turn says depends on nothing but itself, however often it is said and whatever stands around it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tasks.measure.names import index_names
from tasks.measure.text.distinct import distinct_values
from tasks.measure.text.features import read_written
from tasks.measure.text.lexicon import lexicon_for
from tasks.measure.utterances import Utterances
from tasks.measure.words import Reading, read
from tests.measure.chatroom import group

_SAID = (
    None,
    "",
    "makasih",
    "amin",
    "turut berduka, semoga husnul khotimah. Teh Siti",
    "siapa yang punya mobil?",
    "siap",
    "nuhun @62811\nhttps://a.id 12 Mei",
    "tidak",
    "ikut",
)


def _messages(texts: Sequence[str | None], turns: Sequence[int | None], marks: Sequence[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "text": pl.Series(texts, dtype=pl.String),
            "turn": pl.Series(turns, dtype=pl.Int64),
            "is_list": pl.Series([mark == 1 for mark in marks], dtype=pl.Boolean),
            "is_template": pl.Series([mark == 2 for mark in marks], dtype=pl.Boolean),
        }
    )


def _read(messages: pl.DataFrame) -> Reading:
    lexicon = lexicon_for()
    people = group([("20:00", "Siti", "halo"), ("20:01", "Asep", "halo")]).people
    distinct, written = distinct_values(messages["text"])
    numbered = messages.with_columns(written=pl.Series(written), text_no=pl.Series(written))
    return read(numbered, read_written(distinct), lexicon, index_names(people, lexicon))


_TURNS = st.lists(
    st.lists(st.tuples(st.sampled_from(_SAID), st.sampled_from([0, 0, 0, 1, 2])), min_size=1, max_size=3),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(_TURNS)
def test_each_turn_is_read_as_if_it_were_alone(turns: list[list[tuple[str | None, int]]]) -> None:
    said = [(text, number, mark) for number, turn in enumerate(turns) for text, mark in turn]
    texts, numbers, marks = (list(column) for column in zip(*said, strict=True))
    whole = _read(_messages(texts, numbers, marks))
    for number, turn in enumerate(turns):
        mine, own_marks = (list(column) for column in zip(*turn, strict=True))
        alone = _read(_messages(mine, [0] * len(turn), own_marks))
        assert_frame_equal(
            whole.turn_words.filter(pl.col("turn") == number).drop("turn"), alone.turn_words.drop("turn")
        )
        assert_frame_equal(
            whole.messages.filter(pl.col("turn") == number).drop("turn", "written", "text_no"),
            alone.messages.drop("turn", "written", "text_no"),
        )
        words = whole.content.filter(pl.col("turn") == number)["word"]
        assert (
            whole.vocabulary.gather(words).to_list()
            == alone.vocabulary.gather(alone.content["word"]).to_list()
        )
        addressed = whole.spoken_to.filter(pl.col("turn") == number)
        assert_frame_equal(addressed.drop("turn"), alone.spoken_to.drop("turn"))


def test_turns_that_say_the_same_are_one_utterance() -> None:
    messages = _messages(["ok", "ok", "siap", "ok", "ok", "ok"], [0, 1, 2, 2, None, 3], [0, 0, 0, 0, 0, 1])
    said = Utterances.of(messages.with_columns(text_no=pl.Series([0, 0, 1, 0, 0, 0])))
    # alone: 'ok' (two turns and what is in none) and 'ok' as a list; together: 'siap' and 'ok'; and nothing
    assert said.n == 4
    assert said.of_turn.tolist() == [0, 0, 2, 1]
    assert said.of_message.tolist() == [0, 0, 2, 3, 0, 1]
    assert said.utterance.tolist() == [0, 1, 2, 2]
    assert said.text_no.tolist() == [0, 0, 1, 0]
    assert said.is_list.tolist() == [False, True, False, False]


def test_a_bot_between_two_messages_does_not_part_what_they_say() -> None:
    """'Tidak' and 'ikut' of one turn are read together; a greeting after the bot's words does not open the turn."""
    texts, marks = ["siapa yang", "halo semua", "makasih, siap"], [0, 0, 0]
    parted = _read(_messages(texts, [0, None, 0], marks))
    whole = _read(_messages([texts[0], texts[2]], [0, 0], marks[:2]))
    assert_frame_equal(parted.turn_words, whole.turn_words)
    assert np.array_equal(parted.content["turn"], whole.content["turn"])


def test_a_turn_without_messages_says_nothing() -> None:
    read_then = _read(_messages(["makasih"], [2], [0])).turn_words
    assert read_then["turn"].to_list() == [0, 1, 2]
    assert read_then["lex_gratitude"].to_list() == [0, 0, 1]
    assert read_then["n_words"].to_list() == [0, 0, 1]
    assert not read_then["is_ritual"][0]


def test_no_messages_no_turns() -> None:
    nothing = _read(_messages([], [], []))
    assert nothing.messages.is_empty()
    assert nothing.turn_words.is_empty()
    assert nothing.content.is_empty()
