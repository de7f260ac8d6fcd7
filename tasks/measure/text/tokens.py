"""Tokens: words and marks of texts in their normal form, each distinct text and each distinct word read once."""

from __future__ import annotations

import string
from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.text.characters import Characters, characters
from tasks.measure.text.distinct import coded_values, distinct_values, stretches
from tasks.measure.text.normalise import PLACEHOLDERS, Spelling, spell
from tasks.measure.text.scripts import writing_for

#: Emoji that are words.
EMOJI_TERMS = "🙏🤲😂😅😆🤣"
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
#: What a piece begins with: a word, or one character that is a word; after it comes what stands between words.
_WRITTEN = r"(?s)^([\pL\pM0-9]+|.)"


@dataclass(frozen=True, slots=True)
class Tokens:
    """All tokens of a column of texts, as arrays in step, in the order of the texts.

    ``text_no`` says which text (its row), ``word`` which entry of the vocabulary (the distinct normal forms),
    ``clause`` and ``line`` number the clauses and the stretches between hard breaks (both over the whole column,
    none goes on from text to text). ``first``: where the tokens of each text begin, and at last where they end.
    """

    text_no: np.ndarray
    word: np.ndarray
    clause: np.ndarray
    line: np.ndarray
    first: np.ndarray
    has_question_mark: np.ndarray  # by text
    vocabulary: pl.Series

    def __len__(self) -> int:
        return len(self.word)

    @property
    def n_texts(self) -> int:
        return len(self.first) - 1

    @property
    def n_by_text(self) -> np.ndarray:
        """Tokens by text."""
        return np.diff(self.first)


def tokenise(plain_text: pl.Series, spelling: Spelling) -> Tokens:
    """Plain texts (see :func:`plain`; NULL counts as empty) -> tokens in their normal form.

    Pieces are found by the kinds of their bytes, words told by the distinct pieces.
    """
    chars = characters(plain_text)
    kind = _kinds(chars)
    start = np.flatnonzero(_begins(chars, kind))
    kind_of_piece = kind[start]
    words, marks = np.flatnonzero(kind_of_piece <= _SIGN), np.flatnonzero(kind_of_piece > _SIGN)
    word, n_words, vocabulary = _spelled(chars.from_each(start[words]), spelling)
    n_tokens = np.zeros(len(start) + 1, dtype=np.uint8)
    n_tokens[words + 1] = n_words
    # by piece the tokens before it; the last place is that of all
    before = np.cumsum(n_tokens, dtype=np.int64)
    first_piece = np.searchsorted(start, chars.first)
    first, kind_of_mark = before[first_piece], kind_of_piece[marks]
    asks = marks[kind_of_mark == _QUESTION_MARK]
    questioned = np.zeros(len(plain_text), dtype=bool)
    questioned[np.searchsorted(first_piece, asks, side="right") - 1] = True
    clause, line = (_numbered(first, before[marks[kind_of_mark >= mark]]) for mark in (_MARK, _HARD_MARK))
    of_text = np.repeat(np.arange(len(plain_text)), np.diff(first))
    return Tokens(of_text, word, clause, line, first, questioned, vocabulary)


def _numbered(first: np.ndarray, marked: np.ndarray) -> np.ndarray:
    """By token the number of its stretch: one begins with each text, and at the places marked."""
    begins = np.zeros(first[-1] + 1, dtype=bool)
    begins[first] = True
    begins[marked] = True
    return np.cumsum(begins[:-1], dtype=np.int32)


def _begins(chars: Characters, kind: np.ndarray) -> np.ndarray:
    """Mask over bytes: where a word or a mark begins; no word goes on from text to text."""
    is_letter = kind == _LETTER
    begins: np.ndarray = kind >= _SIGN
    begins[:1] |= is_letter[:1]
    begins[1:] |= is_letter[1:] > is_letter[:-1]
    opening = chars.first[chars.first < len(kind)]
    begins[opening] |= is_letter[opening]
    return begins


def _kinds(chars: Characters) -> np.ndarray:
    """What each byte is."""
    kind = chars.kinds(_KIND_OF_BYTE)
    if not len(chars.lead):
        return kind
    is_letter = chars.signs.str.contains(r"[\pL\pM]").to_numpy()
    is_sign = chars.signs.is_in([*PLACEHOLDERS, *EMOJI_TERMS]).to_numpy()
    begins, goes_on = (
        np.where(is_letter, _LETTER, np.where(is_sign, other, _NOTHING)).astype(np.uint8)[chars.sign]
        for other in (_SIGN, _REST)
    )
    kind[chars.lead] = begins
    for place in range(1, 4):
        wide = np.flatnonzero(chars.width > place)
        kind[chars.lead[wide] + place] = goes_on[wide]
    return kind


def _spelled(pieces: pl.Series, spelling: Spelling) -> tuple[np.ndarray, np.ndarray, pl.Series]:
    """The words of pieces one after another, by piece how many it has, and the vocabulary they number."""
    # there are few of which most are met again and again
    distinct, form = coded_values(pieces)
    fitting = writing_for(distinct)
    written, place = distinct_values(distinct.str.extract(fitting(_WRITTEN)))
    parts = spell(written, spelling).str.split(" ").list.head(_MAX_WORDS)
    each = parts.explode(empty_as_null=True)
    vocabulary = each.unique().sort()
    count = parts.list.len().to_numpy().astype(np.int64)
    of_form = np.zeros((len(parts), _MAX_WORDS), dtype=np.int64)
    nth = stretches(np.zeros_like(count), count)
    of_form[np.repeat(np.arange(len(parts)), count), nth] = vocabulary.search_sorted(each).to_numpy()
    of_form, count = of_form[place], count[place].astype(np.uint8)
    n_words = count[form]
    # most have one word: those of the others are put in between
    several = np.flatnonzero(n_words > 1)
    n_more = n_words[several].astype(np.int64) - 1
    more = of_form.ravel()[stretches(form[several] * _MAX_WORDS + 1, n_more)]
    word = np.insert(of_form[:, 0][form], np.repeat(several + 1, n_more), more)
    return word, n_words, vocabulary
