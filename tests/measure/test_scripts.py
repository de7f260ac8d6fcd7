"""Patterns written for words of ASCII find what the patterns as they stand find, wherever they are used."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.measure import entries, lists
from tasks.measure.text import lines, normalise
from tasks.measure.text.scripts import as_written, narrow, read_by_script, with_foreign_words

_OF_ENTRIES = [value for name, value in vars(entries).items() if name[0] == "_" and isinstance(value, str)]
_PATTERNS = [
    *(value for value in _OF_ENTRIES if "\\" in value),
    lines.SECTION, lines.JUZ, lines.NUMBERED, lists._GREETING_LINE, lists._FEE, lists._JUZ, normalise.EMAIL_PATTERN,
    normalise.URL_PATTERN,
    r"[\pL\d]{2,}|\d", r"\pL{2,}", r"(?s)^([\pL\pM0-9]+|.)",
]  # fmt: skip
#: What lists are written with: words of ASCII, signs and emoji, spaces of all kinds.
_PIECES = st.sampled_from(
    ["ahmad", "Siti", " dan ", "50rb", "juz 3", "(3 org)", "~", "✅", "❌", "–", "’", "🙏", "\u00a0", "\u2028", "\n",
     "1. ", "@6281234567", "tidak hadir", "+1 istri",
     "S.Pd.I", "lunas", "[v]", "_", "a", "2", " - ", "Panitia", "bertiga"]
)  # fmt: skip
_WRITTEN = st.lists(_PIECES, max_size=8).map("".join)


@settings(max_examples=40, deadline=None)
@given(st.lists(_WRITTEN, min_size=1, max_size=4))
def test_what_is_written_in_ascii_is_found_alike(written: list[str]) -> None:
    texts = pl.Series("text", written)
    assert with_foreign_words(texts).is_empty()
    for pattern in _PATTERNS:
        assert texts.str.extract_all(narrow(pattern)).equals(texts.str.extract_all(pattern)), pattern


@pytest.mark.parametrize("word", ["é", "Ⓜ", "\u212a", "ſ", "\u0301", "٣", "أحمد", "漢"])
def test_letters_marks_and_digits_beyond_ascii_are_seen(word: str) -> None:
    assert with_foreign_words(pl.Series(["ahmad ✅ – 🙏", word, None])).to_list() == [1]


def test_texts_are_read_each_by_its_own_patterns_and_keep_their_order() -> None:
    names = pl.Series("name", ["jörg 1", "ahmad 2", "أحمد 3", "✅ siti", ""])
    read = read_by_script(
        names, lambda some, fitting: some.to_frame().select(pl.col("name").str.extract(fitting(r"(\pL+)")))
    )
    assert read["name"].to_list() == ["jörg", "ahmad", "أحمد", "siti", None]
    assert as_written(r"\pL") == r"\pL"
    assert narrow(r"[^\pL.]\W\d") == "[^a-zA-Z.][^0-9A-Za-z_][0-9]"
