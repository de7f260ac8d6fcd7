"""The language of texts, told by their listed words."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.measure.text.lexicon import Lexicon, flags_of
from tasks.measure.text.tokens import DistinctTokens, Tokens


def is_english(lexicon: Lexicon, tokens: Tokens) -> np.ndarray:
    """By text: at least 2 distinct English function words, outnumbering the others."""
    english = flags_of(tokens.vocabulary, lexicon.english)
    other = flags_of(tokens.vocabulary, lexicon.grammar) & ~english

    def judged(texts: DistinctTokens) -> np.ndarray:
        of_other = np.flatnonzero(other[texts.word])
        of_english = np.flatnonzero(english[texts.word])
        text_no = texts.text_no[of_english]
        size = len(texts.vocabulary)
        pairs = np.unique(text_no * size + texts.word[of_english])
        n_distinct = np.bincount(pairs // max(size, 1), minlength=texts.n_texts)
        n_english = np.bincount(text_no, minlength=texts.n_texts)
        n_other = np.bincount(texts.text_no[of_other], minlength=texts.n_texts)
        return (n_distinct >= 2) & (n_english > n_other)

    return tokens.by_distinct_text(judged)


def language(lexicon: Lexicon, tokens: Tokens, english: np.ndarray) -> pl.Series:
    """By text: the language of most of its listed words; 'mixed' when a second has half as many or more."""
    tags = ("id", "su", "jv", "ar-Latn")
    named = pl.Series([*tags, "mixed", "unknown", "en"], dtype=pl.String)
    mixed, unknown, is_en = range(len(tags), len(named))
    known = {form: tags.index(lang) for form, lang in lexicon.language.items() if lang in tags}
    of_word = tokens.vocabulary.replace_strict(known, default=len(tags), return_dtype=pl.Int64).to_numpy()

    def judged(texts: DistinctTokens) -> np.ndarray:
        tag = of_word[texts.word]
        at = np.flatnonzero(tag < len(tags))
        size = len(tags) * texts.n_texts
        counts = np.bincount(tag[at] * texts.n_texts + texts.text_no[at], minlength=size)
        counts = counts.reshape(len(tags), texts.n_texts)
        # Arabic formulas stand in every language's talk: they name the language only where nothing else does
        local = counts[:3]
        best, top = local.argmax(axis=0), local.max(axis=0)
        second = local.sum(axis=0) - top - local.min(axis=0)
        best[(top > 0) & (second * 2 >= top)] = mixed
        best[top == 0] = np.where(counts[3][top == 0] > 0, tags.index("ar-Latn"), unknown)
        return best

    return named.gather(np.where(english, is_en, tokens.by_distinct_text(judged))).alias("lang")
