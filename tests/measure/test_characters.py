"""What is read off bytes and single characters is what expressions over whole texts say."""

from __future__ import annotations

import emoji
import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.measure.text.characters import characters
from tasks.measure.text.features import count_emoji
from tasks.measure.text.normalise import Spelling, kinds_of_signs, plain
from tasks.measure.text.tokens import Tokens, tokenise

#: A word, a placeholder or an emoji that is a term, or a mark.
_PIECE = r"[\pL\pM0-9]+|[\x{e000}-\x{e003}]|[🙏🤲😂😅😆🤣]|[.,!?;\n]"
_CLAUSE_MARKS, _HARD_MARKS = set(".,!?;\n"), set("!?\n")
_NOTHING_LISTED = Spelling(frozenset(), frozenset(), {}, frozenset())
_EMOJI = sorted(emoji.EMOJI_DATA, key=lambda form: (-len(form), form))
_SIGNS = st.sampled_from(
    [*"abk07 .,!?;\n*#", "é", "e\u0301", "ع", "٣", "한", "\ue001", "🙏", "👍🏽", "\u200d", "\ufe0f"]
)
_TEXTS = st.lists(
    st.none() | st.lists(_SIGNS | st.characters(codec="utf-8"), max_size=12).map("".join), max_size=6
)


def _series(texts: list[str | None]) -> pl.Series:
    return pl.Series("text", texts, dtype=pl.String)


@given(_TEXTS)
def test_characters_beyond_ascii_are_those_of_the_texts(texts: list[str | None]) -> None:
    found = characters(_series(texts))
    here = "".join(text or "" for text in texts)
    assert [found.signs[int(sign)] for sign in found.sign] == [sign for sign in here if not sign.isascii()]
    assert set(found.signs) == {sign for sign in here if not sign.isascii()}
    is_letter = found.signs.str.contains(r"\pL")
    letters = set(found.signs.filter(is_letter))
    assert found.texts_with(is_letter).tolist() == [not letters.isdisjoint(text or "") for text in texts]


def _clauses(pieces: list[str], marks: set[str]) -> list[int]:
    """Numbers of the clauses of words, from 0 on: marks between two words begin a new one."""
    numbers: list[int] = []
    number, is_new = -1, True
    for piece in pieces:
        is_new |= piece in marks
        if piece not in _CLAUSE_MARKS:
            number, is_new = number + is_new, False
            numbers.append(number)
    return numbers


def _of_text(tokens: Tokens, number: int) -> tuple[list[str], list[int], list[int]]:
    mine = slice(tokens.first[number], tokens.first[number + 1])
    words = tokens.vocabulary.gather(tokens.word[mine]).to_list()
    clause, line = (numbers[mine] - numbers[mine][:1] for numbers in (tokens.clause, tokens.line))
    return words, clause.tolist(), line.tolist()


@given(_TEXTS)
def test_tokens_are_the_pieces_of_the_expression(texts: list[str | None]) -> None:
    normal = plain(_series(texts))
    tokens = tokenise(normal, _NOTHING_LISTED)
    pieces = normal.fill_null("").str.extract_all(_PIECE).to_list()
    for number, held in enumerate(pieces):
        words = [piece for piece in held if piece not in _CLAUSE_MARKS]
        alone = tokenise(pl.Series(words, dtype=pl.String), _NOTHING_LISTED)
        found, *numbers = _of_text(tokens, number)
        assert found == alone.vocabulary.gather(alone.word).to_list()
        assert tokens.has_question_mark[number] == ("?" in held)
        if len(found) == len(words):  # no word was said twice in one ('teman2')
            for mine, marks in zip(numbers, (_CLAUSE_MARKS, _HARD_MARKS), strict=True):
                assert mine == _clauses(held, marks)


def test_what_nfkc_leaves_alone_it_leaves_alone_in_company() -> None:
    """No character that passes as unchanging ends the decomposition of another, so none can be drawn into one."""
    points = [point for point in range(0x80, 0x110000) if not 0xD800 <= point < 0xE000]
    signs = pl.Series([chr(point) for point in points])
    told = kinds_of_signs(signs)
    is_dropped, is_unstable = told["is_dropped"], told["is_unstable"]
    unchanging = signs.filter(~is_unstable)
    assert len(unchanging) > 100_000
    assert (unchanging.str.normalize("NFKC") == unchanging).all()
    decomposed = signs.str.normalize("NFD")
    parts = "".join(decomposed.filter(decomposed.str.len_chars() > 1).str.slice(1).to_list())
    assert set(parts).isdisjoint(unchanging)
    assert not (is_dropped & is_unstable).any()


@given(_TEXTS)
def test_plain_text_has_no_format_characters_and_is_plain(texts: list[str | None]) -> None:
    normal = plain(_series(texts))
    assert normal.is_null().to_list() == [text is None for text in texts]
    assert not normal.drop_nulls().str.contains(r"[\p{Cf}\x{fe00}-\x{fe0f}]").any()
    alone = [plain(_series([text])).item() for text in texts]
    assert normal.to_list() == alone


@given(
    st.lists(st.lists(st.sampled_from([*_EMOJI[::40], *"ab1#*é", "\u20e3", "\ufe0f", "\u200d"]), max_size=6))
)
def test_emoji_are_the_longest_sequences_from_the_left(said: list[list[str]]) -> None:
    texts = _series(["".join(signs) for signs in said])
    known = [form for form in _EMOJI if not form.isascii()]
    searched = texts.str.find_many(known, leftmost=True).list.len()
    assert count_emoji(characters(texts)).tolist() == searched.to_list()


def test_no_texts_no_tokens() -> None:
    tokens = tokenise(_series([]), _NOTHING_LISTED)
    assert len(tokens) == tokens.n_texts == 0
    assert np.array_equal(tokens.first, [0])
