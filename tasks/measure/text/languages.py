"""The language of texts, told by their listed words."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.measure.text.lexicon import Lexicon, flags_of
from tasks.measure.text.tokens import Tokens


def is_english(lexicon: Lexicon, tokens: Tokens) -> np.ndarray:
    """By text: at least 2 distinct English function words, outnumbering the others."""
    is_listed = flags_of(tokens.vocabulary, lexicon.english)
    other = flags_of(tokens.vocabulary, lexicon.grammar) & ~is_listed
    at = np.flatnonzero(is_listed[tokens.word])
    text_no = tokens.text_no[at]
    size = max(len(tokens.vocabulary), 1)
    pairs = np.unique(text_no * size + tokens.word[at])
    n_distinct = np.bincount(pairs // size, minlength=tokens.n_texts)
    n_english = np.bincount(text_no, minlength=tokens.n_texts)
    n_other = np.bincount(tokens.text_no[other[tokens.word]], minlength=tokens.n_texts)
    return (n_distinct >= 2) & (n_english > n_other)


def language(lexicon: Lexicon, tokens: Tokens, english: np.ndarray) -> pl.Series:
    """By text: the language of most of its listed words; 'mixed' when a second has half as many or more."""
    tags = ("id", "su", "jv", "ar-Latn")
    named = pl.Series([*tags, "mixed", "unknown", "en"], dtype=pl.String)
    mixed, unknown, is_en = range(len(tags), len(named))
    known = {form: tags.index(lang) for form, lang in lexicon.language.items() if lang in tags}
    of_word = tokens.vocabulary.replace_strict(known, default=len(tags), return_dtype=pl.UInt8).to_numpy()
    tag = of_word[tokens.word]
    at = np.flatnonzero(tag < len(tags))
    n = tokens.n_texts
    counts = np.bincount(tag[at] * np.int64(n) + tokens.text_no[at], minlength=len(tags) * n)
    counts = counts.reshape(len(tags), n)
    # Arabic formulas stand in every language's talk: they name the language only where nothing else does
    local = counts[:3]
    best, top = local.argmax(axis=0), local.max(axis=0)
    second = local.sum(axis=0) - top - local.min(axis=0)
    best[(top > 0) & (second * 2 >= top)] = mixed
    best[top == 0] = np.where(counts[3][top == 0] > 0, tags.index("ar-Latn"), unknown)
    return named.gather(np.where(english, is_en, best)).alias("lang")
