"""The normal form of a text and its tokens. The raw text stays as it is.

A text is brought to one spelling of marks and letters by whole-column expressions; what concerns single words
(stretched letters, laughter, doubled words, slang, clitics) is decided once per distinct word. There is no
stemmer: it would turn 'bantuan' (a gift) into 'bantu' (a request).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from warehouse.reference.lexicon import Words

#: Placeholders: one private character each, so that no writer can have typed them.
URL, EMAIL, PHONE, MENTION = "\ue000", "\ue001", "\ue002", "\ue003"
PLACEHOLDERS = (URL, EMAIL, PHONE, MENTION)

URL_PATTERN = (
    r"(?i)\b(?:https?://|www\.)[^\s<>\"]+"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|id|org|net|ly|gl|me|co|info|edu|app|io|link|site)(?:/[^\s<>\"]*)?\b"
)
EMAIL_PATTERN = r"(?i)\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
PHONE_PATTERN = (
    r"(?:\+62|\b62|\b0)[ .\-\x{2011}]?8[0-9]{1,3}(?:[ .\-\x{2011}]?[0-9]{2,4}){2,4}\b|\+[0-9]{7,15}\b"
)
#: A mention as exports write it: the name between isolates, or the number; a bare name is found by its
#: tokens.
ISOLATED_MENTION = r"@\x{2068}([^\x{2069}\n]{1,80})\x{2069}"

_QUOTES = r"['\x{2018}\x{2019}\x{201b}\x{02b9}-\x{02bf}\x{0060}\x{00b4}\x{2032}\x{ff07}]"
_EMOJI_TERMS = "🙏🤲😂😅😆🤣"
_TOKEN = rf"[\p{{L}}\p{{M}}0-9]+|[\x{{e000}}-\x{{e003}}]|[{_EMOJI_TERMS}]|[.,!?;\n]"
#: Sentence ends hold phrases apart; commas and full stops only hold clauses apart ('wr. wb.' is one phrase).
_CLAUSE_MARKS = (".", ",", "!", "?", ";", "\n")
_HARD_MARKS = ("!", "?", "\n")

_LAUGHTER = (
    (r"^a?w?(?:kw|wk){2,}w?k?$|^(?:wk)+w?$|^w+k(?:wk)+w*$", "wkwk"),
    (r"^(?:ha){2,}h?$|^a?(?:ha|ah){3,}$", "haha"),
    (r"^(?:he){2,}h?$", "hehe"),
    (r"^(?:hi){2,}h?$", "hihi"),
    (r"^(?:xi){2,}$", "xixi"),
)
_STRETCH = re.compile(r"(\w)\1{2,}")
_DOUBLED = re.compile(r"^([^\W\d]{2,})2([^\W\d]*)$")
_STRETCHED = "|".join(f"{letter}{{3}}" for letter in "abcdefghijklmnopqrstuvwxyz")
_CLITICS = ("kah", "lah", "pun", "nya", "ku", "mu")


def plain(texts: pl.Series) -> pl.Series:
    """Texts in one spelling of marks and letters: placeholders in, format characters and quotes out.

    Each distinct text is worked on once, and of them by each step only those it may change; NULL stays NULL.
    """
    distinct = texts.unique().drop_nulls().alias("raw")
    done = distinct.alias("plain")
    for concerns, step in _STEPS:
        done = _where(done, concerns, step)
    done = done.to_frame().select(_letters(pl.col("plain")))["plain"]
    frame = pl.DataFrame([distinct, done])
    return texts.alias("raw").to_frame().join(frame, on="raw", how="left", maintain_order="left")["plain"]


def _where(
    texts: pl.Series, concerns: Callable[[pl.Expr], pl.Expr], step: Callable[[pl.Expr], pl.Expr]
) -> pl.Series:
    """Texts with the step taken in those it concerns; a conditional expression would take it in all."""
    text = pl.col(texts.name)
    chosen = texts.to_frame().select(concerns(text)).to_series().arg_true()
    if chosen.is_empty():
        return texts
    return texts.clone().scatter(chosen, texts.gather(chosen).to_frame().select(step(text)).to_series())


def _untouched(text: pl.Expr) -> pl.Expr:
    """Without the private characters that serve as placeholders, should a writer have found them."""
    return text.str.replace_all(r"[\x{e000}-\x{e00f}]", "")


def _isolated(text: pl.Expr) -> pl.Expr:
    """Mentions as newer exports write them, the name between isolates."""
    return text.str.replace_all(ISOLATED_MENTION, f" {MENTION} ${{1}} ")


def _compatible(text: pl.Expr) -> pl.Expr:
    """NFKC without format characters."""
    return text.str.normalize("NFKC").str.replace_all(r"[\p{Cf}\x{fe00}-\x{fe0f}\x{20e3}]", "")


def _mentions(text: pl.Expr) -> pl.Expr:
    """Mentions by number or bare name, and e-mail addresses."""
    return (
        text.str.replace_all(r"@\+?([0-9]{7,15})\b", f" {MENTION} ${{1}} ")
        .str.replace_all(EMAIL_PATTERN, f" {EMAIL} ")
        .str.replace_all(r"@(\pL)", f" {MENTION} ${{1}}")
    )


def _addresses(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(URL_PATTERN, f" {URL} ")


def _phones(text: pl.Expr) -> pl.Expr:
    """Phone numbers, but not the number of somebody mentioned."""
    return text.str.replace_all(rf"([^{MENTION}]\s|^|[^\s0-9])({PHONE_PATTERN})", f"${{1}} {PHONE} ")


def _is_beyond_ascii(text: pl.Expr) -> pl.Expr:
    return text.str.len_bytes() != text.str.len_chars()


def _holds(pattern: str, *, literal: bool = False) -> Callable[[pl.Expr], pl.Expr]:
    return lambda text: text.str.contains(pattern, literal=literal)


#: What is done to a text, in order, and a quick test for the texts it may change.
_STEPS: tuple[tuple[Callable[[pl.Expr], pl.Expr], Callable[[pl.Expr], pl.Expr]], ...] = (
    (_is_beyond_ascii, _untouched),
    (_holds("\u2068", literal=True), _isolated),
    (_is_beyond_ascii, _compatible),
    (_holds("@", literal=True), _mentions),
    (_holds(r"[a-zA-Z0-9]\.[a-zA-Z]|://"), _addresses),
    (_holds(r"\+[0-9]{7}|(?:62|0)[ .\-\x{2011}]?8[0-9]"), _phones),
)


def _letters(text: pl.Expr) -> pl.Expr:
    return (
        text.str.replace_all(r"[*_~]", "")
        .str.to_lowercase()
        .str.replace_all(_QUOTES, "")
        .str.replace_all(r"(\pL)\^2", "${1}2")
    )


@dataclass(frozen=True, slots=True)
class Spelling:
    """Everything that decides the spelling of one word."""

    known: frozenset[str]  # words listed as such: they stay as they are
    parts: frozenset[str]  # words of listed terms: what a clitic may be stripped to
    slang: dict[str, str]
    keep: frozenset[str]

    @classmethod
    def of(cls, words: Words) -> Spelling:
        """The spelling rules of the shipped word lists."""
        terms = words.terms
        single = terms.filter(pl.col("match") != "phrase")["term"].to_list()
        parts = terms["term"].str.split(" ").explode().unique().to_list()
        slang = words.mapping("slang") | words.mapping("leet")
        return cls(frozenset(single), frozenset(parts), slang, frozenset(words.forms("keep")))


def spell(forms: pl.Series, spelling: Spelling) -> pl.Series:
    """Distinct words -> their normal form (one or two words, separated by a space)."""
    frame = pl.DataFrame({"form": forms})
    laughter = pl.col("form")
    for pattern, laugh in _LAUGHTER:
        laughter = pl.when(pl.col("form").str.contains(pattern)).then(pl.lit(laugh)).otherwise(laughter)
    special = pl.col("form").str.contains(rf"{_STRETCHED}|\pL2|(?:ku|mu|nya|kah|lah|pun)$") | pl.col(
        "form"
    ).is_in(list(spelling.slang))
    frame = frame.with_columns(to=laughter, special=special & (laughter == pl.col("form")))
    chosen = frame.filter("special")["form"].to_list()
    mapped = {form: _spell_one(form, spelling) for form in chosen}
    if not mapped:
        return frame["to"]
    return frame.with_columns(to=pl.col("to").replace(mapped))["to"]


def _spell_one(form: str, spelling: Spelling) -> str:
    if form in spelling.known:
        return form
    doubled = _DOUBLED.match(form)
    if doubled:
        stem, tail = doubled.groups()
        if tail in ("", "an", "nya", "ku", "mu", "kan", "lah"):
            return f"{_spell_one(stem, spelling)} {_spell_one(stem + tail, spelling)}"
    form = _squeeze(form, spelling)
    if form in spelling.known:
        return form
    if form in spelling.slang:
        return spelling.slang[form]
    return _without_clitic(form, spelling)


def _squeeze(form: str, spelling: Spelling) -> str:
    """Stretched letters once; or twice, if only then it is a word ('maaaaf' is 'maaf')."""
    if not _STRETCH.search(form):
        return form
    once, twice = _STRETCH.sub(r"\1", form), _STRETCH.sub(r"\1\1", form)
    words = spelling.known | spelling.parts | spelling.slang.keys()
    return twice if once not in words and twice in words else once


def _without_clitic(form: str, spelling: Spelling) -> str:
    if form in spelling.keep:
        return form
    for clitic in _CLITICS:
        stem = form.removesuffix(clitic)
        if stem != form and len(stem) >= 3:
            stem = spelling.slang.get(stem, stem)
            if stem in spelling.parts or stem in spelling.known:
                return stem
    return form


@dataclass(frozen=True, slots=True)
class Tokens:
    """All tokens of a column of texts, as arrays in step, in the order of the texts.

    ``text_no`` says which text (its row), ``word`` which vocabulary entry, ``clause`` and ``line`` number the
    clauses and the stretches between hard breaks (both over the whole column), ``first`` marks the first
    token of a text. ``vocabulary`` holds the distinct normal forms.
    """

    text_no: np.ndarray
    word: np.ndarray
    clause: np.ndarray
    line: np.ndarray
    has_question_mark: np.ndarray  # by text
    vocabulary: pl.Series
    n_texts: int

    def __len__(self) -> int:
        return len(self.word)


def tokenise(plain_text: pl.Series, spelling: Spelling) -> Tokens:
    """Plain texts (see :func:`plain`; NULL counts as empty) -> tokens in their normal form."""
    pieces = (
        pl.DataFrame(
            {"text_no": np.arange(len(plain_text), dtype=np.int64), "piece": plain_text.fill_null("")}
        )
        .with_columns(pl.col("piece").str.extract_all(_TOKEN))
        .explode("piece", empty_as_null=True)
        .drop_nulls("piece")
        .with_columns(pl.col("piece").cast(pl.Categorical))
    )
    codes = pieces["piece"].to_physical().to_numpy().astype(np.int64)
    distinct = pieces["piece"].unique()
    by_code, vocabulary = _vocabulary(distinct, spelling)
    return _assemble(pieces["text_no"].to_numpy(), codes, by_code, vocabulary, len(plain_text))


def _vocabulary(distinct: pl.Series, spelling: Spelling) -> tuple[pl.DataFrame, pl.Series]:
    """Per distinct piece: its code, what mark it is, up to two words of the vocabulary (-1 without)."""
    form = distinct.cast(pl.String)
    listed = pl.DataFrame(
        {"code": distinct.to_physical().cast(pl.Int64), "form": form, "to": spell(form, spelling)}
    ).with_columns(
        is_clause=pl.col("form").is_in(_CLAUSE_MARKS),
        is_hard=pl.col("form").is_in(_HARD_MARKS),
        is_question=pl.col("form") == "?",
    )
    halves = listed.filter(~pl.col("is_clause")).with_columns(pl.col("to").str.split(" ").list.slice(0, 4))
    long = (
        halves.select("code", "to")
        .explode("to", empty_as_null=True)
        .with_columns(nth=pl.int_range(pl.len()).over("code"))
    )
    vocabulary = long["to"].unique().sort()
    long = long.with_columns(word=vocabulary.search_sorted(long["to"]).cast(pl.Int64))
    return listed.join(long.select("code", "nth", "word"), on="code", how="left"), vocabulary


def _assemble(
    text_no: np.ndarray, codes: np.ndarray, listed: pl.DataFrame, vocabulary: pl.Series, n_texts: int
) -> Tokens:
    size = int(codes.max(initial=-1)) + 1
    words = np.full((size, 4), -1, dtype=np.int64)
    flags = np.zeros((size, 3), dtype=bool)
    heads = listed.unique("code", keep="any")
    flags[heads["code"].to_numpy()] = heads.select("is_clause", "is_hard", "is_question").to_numpy()
    held = listed.drop_nulls("word")
    words[held["code"].to_numpy(), held["nth"].to_numpy()] = held["word"].to_numpy()
    new_text = np.ones(len(text_no), dtype=bool)
    new_text[1:] = text_no[1:] != text_no[:-1]
    clause = np.cumsum(flags[codes, 0] | new_text)
    line = np.cumsum(flags[codes, 1] | new_text)
    questioned = np.zeros(n_texts, dtype=bool)
    questioned[text_no[flags[codes, 2]]] = True
    width = (words >= 0).sum(axis=1)[codes]
    position = np.repeat(np.arange(len(codes)), width)
    nth = np.arange(len(position)) - np.repeat(np.cumsum(width) - width, width)
    return Tokens(
        text_no[position],
        words[codes[position], nth],
        clause[position],
        line[position],
        questioned,
        vocabulary,
        n_texts,
    )
