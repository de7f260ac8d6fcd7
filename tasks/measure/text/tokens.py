"""Tokens: words and marks of texts in their normal form, each distinct text and each distinct word read once."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.text.characters import Characters, characters
from tasks.measure.text.distinct import distinct_values, stretches
from tasks.measure.text.normalise import PLACEHOLDERS, Spelling, spell

_EMOJI_TERMS = "🙏🤲😂😅😆🤣"
#: What a byte is: outside of tokens, the rest of a character that is a word, part of a word, a character that
#: is a word; marks that hold clauses apart ('wr. wb.' is one phrase), and those that hold phrases apart.
_NOTHING, _REST, _LETTER, _SIGN, _MARK, _HARD_MARK, _QUESTION_MARK = range(7)
_ASCII = {
    _LETTER: string.ascii_letters + string.digits,
    _MARK: ".,;",
    _HARD_MARK: "!\n",
    _QUESTION_MARK: "?",
}
_KIND_OF_BYTE = bytes(
    next((kind for kind, written in _ASCII.items() if chr(byte) in written), _NOTHING) for byte in range(256)
)
#: A form is at most so many words.
_MAX_WORDS = 4


@dataclass(frozen=True, slots=True)
class DistinctTokens:
    """Tokens of distinct texts, as arrays in step, in the order of the texts.

    ``text_no`` says which text (its row), ``word`` which vocabulary entry, ``clause`` and ``line`` number the
    clauses and the stretches between hard breaks (both over the whole column). ``first``: where the tokens of
    each text begin, and at last where they end.
    """

    text_no: np.ndarray
    word: np.ndarray
    clause: np.ndarray
    line: np.ndarray
    has_question_mark: np.ndarray  # by text
    vocabulary: pl.Series
    first: np.ndarray
    texts: pl.Series

    @property
    def n_texts(self) -> int:
        return len(self.first) - 1

    def __len__(self) -> int:
        return len(self.word)


@dataclass(frozen=True, slots=True)
class Tokens:
    """All tokens of a column of texts, as arrays in step, in the order of the texts.

    ``text_no`` says which text (its row), ``word`` which entry of the vocabulary (the distinct normal forms),
    ``first`` where the tokens of each text begin, and at last where they end. ``distinct``: the tokens of the
    distinct texts alone, for what depends on nothing but the text; ``place``: for each text its place among
    them; ``source``: for each token.
    """

    text_no: np.ndarray
    word: np.ndarray
    first: np.ndarray
    distinct: DistinctTokens
    place: np.ndarray
    source: np.ndarray

    def __len__(self) -> int:
        return len(self.word)

    @property
    def vocabulary(self) -> pl.Series:
        """The distinct normal forms."""
        return self.distinct.vocabulary

    @property
    def n_texts(self) -> int:
        return len(self.place)

    @property
    def has_question_mark(self) -> np.ndarray:
        """By text."""
        return self.distinct.has_question_mark[self.place]

    @property
    def n_by_text(self) -> np.ndarray:
        """Tokens by text."""
        return np.diff(self.first)

    def by_distinct_text(self, count: Callable[[DistinctTokens], np.ndarray]) -> np.ndarray:
        """By text what depends on nothing but the text: worked out for each distinct one."""
        return count(self.distinct)[self.place]

    def are_together(self, stretch: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Whether two tokens are of one text and one stretch of it (``distinct.clause`` or ``distinct.line``)."""
        is_one_text = self.text_no[one] == self.text_no[other]
        return is_one_text & (stretch[self.source[one]] == stretch[self.source[other]])

    def end_of(self, stretch: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The token after the stretch (``distinct.clause`` or ``distinct.line``) in which a token stands."""
        source = self.source[at]
        return at + np.searchsorted(stretch, stretch[source], side="right") - source


def tokenise(plain_text: pl.Series, spelling: Spelling) -> Tokens:
    """Plain texts (see :func:`plain`; NULL counts as empty) -> tokens in their normal form."""
    return tokens_of(*distinct_values(plain_text), spelling)


def tokens_of(texts: pl.Series, place: np.ndarray, spelling: Spelling) -> Tokens:
    """Tokens of a column of texts: the distinct ones in plain form, and for each text its place among them."""
    distinct = _taken_apart(texts, spelling)
    count = np.diff(distinct.first)[place]
    source = stretches(distinct.first[place], count)
    return Tokens(
        np.repeat(np.arange(len(place)), count),
        distinct.word[source],
        np.append(0, np.cumsum(count)),
        distinct,
        place,
        source,
    )


def _taken_apart(texts: pl.Series, spelling: Spelling) -> DistinctTokens:
    """Texts -> their tokens: pieces are found by the kinds of their bytes, words told by the distinct pieces."""
    chars = characters(texts)
    kind = _kinds(chars)
    begins = _begins(chars, kind)
    is_word = (kind > _NOTHING) & (kind < _MARK)
    start = np.flatnonzero(begins)
    kind_of_piece = kind[start]
    first_piece = np.searchsorted(start, chars.first)
    opens = np.zeros(len(start) + 1, dtype=bool)
    opens[first_piece[:-1]] = True
    words = np.flatnonzero(kind_of_piece <= _SIGN)
    questioned = np.zeros(len(texts), dtype=bool)
    questions = np.flatnonzero(kind_of_piece == _QUESTION_MARK)
    questioned[np.searchsorted(first_piece, questions, side="right") - 1] = True
    form, word_of_form, count_of_form, vocabulary = _spelled(
        chars.split(is_word, _ends(is_word, begins) - start[words]), spelling
    )
    count = count_of_form[form]
    after = np.cumsum(count)
    piece = np.repeat(np.arange(len(form)), count)
    nth = np.arange(len(piece)) - (after - count)[piece]
    first = np.append(0, after)[np.searchsorted(words, first_piece)]
    at = words[piece]
    clause, line = (
        np.cumsum((kind_of_piece >= mark) | opens[:-1], dtype=np.int32)[at] for mark in (_MARK, _HARD_MARK)
    )
    return DistinctTokens(
        np.repeat(np.arange(len(texts)), np.diff(first)),
        word_of_form[form[piece], nth],
        clause,
        line,
        questioned,
        vocabulary,
        first,
        texts,
    )


def _begins(chars: Characters, kind: np.ndarray) -> np.ndarray:
    """Mask over bytes: where a word or a mark begins; no word goes on from text to text."""
    is_letter = kind == _LETTER
    begins: np.ndarray = kind >= _SIGN
    begins[:1] |= is_letter[:1]
    begins[1:] |= is_letter[1:] & ~is_letter[:-1]
    opening = chars.first[chars.first < len(kind)]
    begins[opening] |= is_letter[opening]
    return begins


def _ends(is_word: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """The byte after each word, from masks over bytes: part of a word, beginning of a piece."""
    ends = is_word.copy()
    ends[:-1] &= begins[1:] | ~is_word[1:]
    return np.flatnonzero(ends) + 1


def _kinds(chars: Characters) -> np.ndarray:
    """What each byte is."""
    kind = chars.kinds(_KIND_OF_BYTE)
    is_letter = chars.signs.str.contains(r"[\pL\pM]").to_numpy()
    is_sign = chars.signs.is_in([*PLACEHOLDERS, *_EMOJI_TERMS]).to_numpy()
    begins, goes_on = (
        np.where(is_letter, _LETTER, np.where(is_sign, other, _NOTHING)).astype(np.uint8)[chars.sign]
        for other in (_SIGN, _REST)
    )
    kind[chars.lead] = begins
    for place in range(1, 4):
        wide = np.flatnonzero(chars.width > place)
        kind[chars.lead[wide] + place] = goes_on[wide]
    return kind


def _spelled(pieces: pl.Series, spelling: Spelling) -> tuple[np.ndarray, np.ndarray, np.ndarray, pl.Series]:
    """By piece its form; by form its words (as many columns as the longest has) and their number; vocabulary."""
    own = pl.Categories.random()
    coded = pieces.cast(pl.Categorical(own))
    parts = spell(own.to_series(), spelling).str.split(" ").list.head(_MAX_WORDS)
    each = parts.explode(empty_as_null=True)
    count = parts.list.len().to_numpy().astype(np.int64)
    vocabulary = each.unique().sort()
    words = np.zeros((len(parts), _MAX_WORDS), dtype=np.int64)
    nth = stretches(np.zeros_like(count), count)
    words[np.repeat(np.arange(len(parts)), count), nth] = vocabulary.search_sorted(each).to_numpy()
    return coded.to_physical().to_numpy(), words, count, vocabulary
