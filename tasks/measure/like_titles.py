"""Titles of activities that are alike, or part of one another, by the words they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.text.distinct import distinct_values, stretches

#: Titles are alike that share half of their words (Jaccard).
SAME_TITLE = 0.5
#: The share of its words that the shorter one of two titles alike has in common with the longer one, at least.
_OF_SHORTER = 2 * SAME_TITLE / (1 + SAME_TITLE)
_SEP = "\x1f"
_NONE = -1


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of whole numbers, in the order of the first ones."""

    one: np.ndarray
    other: np.ndarray

    @classmethod
    def both_ways(cls, one: np.ndarray, other: np.ndarray, size: int) -> Pairs:
        """Of numbers below ``size``, each pair once in either direction."""
        codes = np.unique(np.concatenate([one * size + other, other * size + one]))
        return cls(*np.divmod(codes, max(size, 1)))

    def met(self, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The partners of each number asked: its place among those asked, and the partner."""
        first = np.searchsorted(self.one, asked)
        count = np.searchsorted(self.one, asked, side="right") - first
        return np.repeat(np.arange(len(asked)), count), self.other[stretches(first, count)]


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles as numbers.

    ``title``: of each its place among ``n_titles`` distinct ones, -1 without a word. ``likes``: its place among the
    likes: titles of as many words, with the same ones of those that several titles have. ``alike``: likes whose
    titles share half of their words or more. ``parts``: likes of which one's title is part of the other's.
    """

    title: np.ndarray
    likes: np.ndarray
    n_titles: int
    alike: Pairs
    parts: Pairs


def like_titles(words: pl.Series) -> Titles:
    """Which of some titles (a list of words each) are alike; a word of one title alone makes none alike."""
    written = words.list.unique().list.sort().list.join(_SEP).fill_null("")
    distinct, title = distinct_values(written)
    is_empty = (distinct == "").to_numpy()
    said = distinct.str.split(_SEP)
    n_words = said.list.len().to_numpy().astype(np.int64)
    of_title = np.repeat(np.arange(len(distinct)), n_words)
    n_words[is_empty] = 0
    word = distinct_values(said.explode(empty_as_null=True))[1]
    is_shared = (np.bincount(word)[word] > 1) & ~is_empty[of_title]
    of_title, word = of_title[is_shared], word[is_shared]
    likes, example = _likes(of_title, word, n_words)
    is_example = example[likes[of_title]] == of_title
    alike, parts = _alike(likes[of_title][is_example], word[is_example], n_words[example])
    return Titles(np.where(is_empty[title], _NONE, title), likes[title], len(distinct), alike, parts)


def _likes(of_title: np.ndarray, word: np.ndarray, n_words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The likes of each title, and a title of each of the likes.

    Args:
        of_title, word: shared words of titles, in one order for all. n_words: of each title, with others.
    """
    shared = (
        pl.DataFrame({"title": of_title, "word": word}).group_by("title", maintain_order=True).agg("word")
    )
    marks = pl.Series(n_words).cast(pl.String)
    at = shared["title"]
    told = marks.gather(at) + _SEP + shared["word"].cast(pl.List(pl.String)).list.join(_SEP)
    likes = distinct_values(marks.scatter(at, told))[1]
    example = np.zeros(int(likes.max(initial=_NONE)) + 1, dtype=np.int64)
    example[likes] = np.arange(len(likes))
    return likes, example


def _alike(of: np.ndarray, word: np.ndarray, n_words: np.ndarray) -> tuple[Pairs, Pairs]:
    """Likes that are alike, and those of which one is part of the other.

    A shorter title has so many words of the longer one that one of its rarest must be among them: only those of
    these words are compared.

    Args:
        of, word: shared words of likes. n_words: of each of the likes, with others.
    """
    n_with = np.bincount(word)
    rarest = np.lexsort((word, n_with[word], of))
    of, word = of[rarest], word[rarest]
    n_shared = np.bincount(of, minlength=len(n_words))
    nth = stretches(np.zeros_like(n_shared), n_shared)
    n_needed = np.ceil(_OF_SHORTER * n_words - 1e-9).astype(np.int64)
    is_asked = nth <= (n_shared - n_needed)[of]
    size, longest = len(n_words), int(n_words.max(initial=0)) + 1
    # titles by word and length: those as long or longer follow one another
    by_word = np.lexsort((n_words[of], word))
    place = word[by_word] * longest + n_words[of[by_word]]
    first = np.searchsorted(place, word[is_asked] * longest + n_words[of[is_asked]])
    count = np.searchsorted(place, (word[is_asked] + 1) * longest) - first
    asked = np.unique(np.repeat(of[is_asked], count) * size + of[by_word[stretches(first, count)]])
    shorter, longer = np.divmod(asked, max(size, 1))
    shared = _shared_words(shorter, longer, of, word)
    is_part = shared == n_words[shorter]
    is_alike = shared >= SAME_TITLE * (n_words[shorter] + n_words[longer] - shared)
    return (
        Pairs.both_ways(shorter[is_alike], longer[is_alike], size),
        Pairs.both_ways(shorter[is_part], longer[is_part], size),
    )


def _shared_words(shorter: np.ndarray, longer: np.ndarray, of: np.ndarray, word: np.ndarray) -> np.ndarray:
    """By pair how many words of the shorter one the longer one has; ``of``, ``word``: the words, by title."""
    n_titles, n_words = int(of.max(initial=_NONE)) + 1, int(word.max(initial=_NONE)) + 1
    known = np.sort(of * n_words + word)
    count = np.bincount(of, minlength=n_titles)
    first = np.cumsum(count) - count
    pair = np.repeat(np.arange(len(shorter)), count[shorter])
    told = longer[pair] * n_words + word[stretches(first[shorter], count[shorter])]
    place = np.searchsorted(known, told)
    is_shared = np.append(known, _NONE)[place] == told
    return np.bincount(pair[is_shared], minlength=len(shorter))
