"""Words as versioned reference data: lexicon, function words, spellings, kinds of lists, announcements.

``lexicon.tsv``, ``style_words.tsv`` are the drafted word lists; ``additions.tsv`` adds terms and phrases,
most of them traps that are matched and counted as nothing; ``spellings.tsv`` holds what normalisation needs;
``list_kinds.tsv`` tells the kinds of lists, ``announcing.tsv`` the words by which something is announced;
``language_words.tsv`` common words that one language alone has, for the language tag.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

_HERE = Path(__file__).parent
_FILES = (
    "lexicon.tsv",
    "style_words.tsv",
    "additions.tsv",
    "spellings.tsv",
    "list_kinds.tsv",
    "announcing.tsv",
    "language_words.tsv",
)


@dataclass(frozen=True, slots=True)
class Words:
    """The word lists and their version: 12 hex digits of the hash of the files' bytes.

    ``terms``: category, term, lang, match, weight (Float64), context, score (Boolean), note.
    ``spellings``: kind, form, to, note. ``list_kinds``: activity_kind, pattern, note, in order of precedence.
    ``announcing``: role, pattern, note. ``languages``: form, lang.
    """

    terms: pl.DataFrame
    spellings: pl.DataFrame
    list_kinds: pl.DataFrame
    announcing: pl.DataFrame
    languages: pl.DataFrame
    version: str

    def forms(self, kind: str) -> list[str]:
        """The forms of one kind of spelling, in the file's order."""
        return self.spellings.filter(pl.col("kind") == kind)["form"].to_list()

    def mapping(self, kind: str) -> dict[str, str]:
        """Form -> replacement of one kind of spelling."""
        chosen = self.spellings.filter(pl.col("kind") == kind)
        return dict(zip(chosen["form"], chosen["to"], strict=True))

    def said(self, role: str) -> str:
        """One pattern for all words of a role in announcements, whole words in normal text."""
        return rf"\b(?:{'|'.join(self._of_role(role))})\b"

    @property
    def no_titles(self) -> frozenset[str]:
        """Words that head announcements, lists and days and name no activity."""
        return frozenset("|".join(self._of_role("no_title")).split("|"))

    @property
    def occasions(self) -> frozenset[str]:
        """Single words that name an occasion."""
        return frozenset(word for word in "|".join(self._of_role("occasion")).split("|") if word.isalpha())

    def _of_role(self, role: str) -> list[str]:
        return self.announcing.filter(pl.col("role") == role)["pattern"].to_list()


def _read(name: str) -> pl.DataFrame:
    return pl.read_csv(_HERE / name, separator="\t", quote_char=None, infer_schema=False).with_columns(
        pl.all().fill_null("")
    )


def version_of(files: dict[str, bytes]) -> str:
    """Hash of the files' names and bytes, whatever their order."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return digest.hexdigest()[:12]


@functools.cache
def words() -> Words:
    """The shipped word lists."""
    lexicon = pl.concat([_read("lexicon.tsv"), _read("additions.tsv")])
    style = _read("style_words.tsv").with_columns(
        weight=pl.lit("1"), context=pl.lit("none"), score=pl.lit("yes")
    )
    terms = pl.concat([lexicon, style.select(lexicon.columns)]).with_columns(
        pl.col("weight").cast(pl.Float64), pl.col("score") == "yes"
    )
    version = version_of({name: (_HERE / name).read_bytes() for name in _FILES})
    spellings, kinds, announcing, languages = (
        _read(f"{name}.tsv") for name in ("spellings", "list_kinds", "announcing", "language_words")
    )
    return Words(terms, spellings, kinds, announcing, languages, version)


def lexicon_version() -> str:
    """Version of the shipped word lists."""
    return words().version
