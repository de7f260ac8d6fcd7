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

from tasks.measure.text.distinct import distinct_values, stretches
from warehouse.reference.lexicon import Words

#: Placeholders: one private character each, so that no writer can have typed them.
URL, EMAIL, PHONE, MENTION = "\ue000", "\ue001", "\ue002", "\ue003"
PLACEHOLDERS = (URL, EMAIL, PHONE, MENTION)

_PRIVATE = [chr(0xE000 + number) for number in range(16)]

_DOMAINS = ("com", "id", "org", "net", "ly", "gl", "me", "co", "info", "edu", "app", "io", "link", "site")
URL_PATTERN = (
    r"(?i)\b(?:https?://|www\.)[^\s<>\"]+"
    rf"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:{'|'.join(_DOMAINS)})(?:/[^\s<>\"]*)?\b"
)
#: Every address holds one of these.
_OF_ADDRESSES = ["://", "www.", *(f".{domain}" for domain in _DOMAINS)]
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
    done, place = distinct_values(texts)
    for concerns, step in _STEPS:
        done = _where(done, concerns, step)
    done = done.str.to_lowercase()
    for concerns, step in _LETTER_STEPS:
        done = _where(done, concerns, step)
    return done.gather(place).alias("plain")


def _where(
    texts: pl.Series, concerns: Callable[[pl.Expr], pl.Expr], step: Callable[[pl.Expr], pl.Expr]
) -> pl.Series:
    """Texts with the step taken in those it concerns; a conditional expression would take it in all."""
    text = pl.col(texts.name)
    chosen = texts.to_frame().select(concerns(text).arg_true()).to_series()
    if chosen.is_empty():
        return texts
    return texts.clone().scatter(chosen, texts.gather(chosen).to_frame().select(step(text)).to_series())


def _untouched(text: pl.Expr) -> pl.Expr:
    """Without the private characters that serve as placeholders, should a writer have found them."""
    return text.str.replace_many(_PRIVATE, [""])


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


def _unquoted(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(_QUOTES, "")


def _may_hold_quotes(text: pl.Expr) -> pl.Expr:
    return _is_beyond_ascii(text) | text.str.contains_any(["'", "`"])


#: What is done to a text, in order, and a quick test for the texts it may change.
_Steps = tuple[tuple[Callable[[pl.Expr], pl.Expr], Callable[[pl.Expr], pl.Expr]], ...]
_STEPS: _Steps = (
    (lambda text: text.str.contains_any(_PRIVATE), _untouched),
    (_holds("\u2068", literal=True), _isolated),
    (_is_beyond_ascii, _compatible),
    (_holds("@", literal=True), _mentions),
    (lambda text: text.str.contains_any(_OF_ADDRESSES, ascii_case_insensitive=True), _addresses),
    (_holds(r"\+[0-9]{7}|(?:62|0)[ .\-\x{2011}]?8[0-9]"), _phones),
)
#: And then, in small letters.
_LETTER_STEPS: _Steps = (
    (_holds("[*_~]"), lambda text: text.str.replace_all("[*_~]", "")),
    (_may_hold_quotes, _unquoted),
    (_holds("^2", literal=True), lambda text: text.str.replace_all(r"(\pL)\^2", "${1}2")),
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
    clauses and the stretches between hard breaks (both over the whole column). ``vocabulary`` holds the
    distinct normal forms. ``distinct``: the tokens of the distinct texts alone, for what depends on nothing but
    the text, and ``place``: for each text its place among them; they are their own distinct texts.
    """

    text_no: np.ndarray
    word: np.ndarray
    clause: np.ndarray
    line: np.ndarray
    has_question_mark: np.ndarray  # by text
    vocabulary: pl.Series
    n_texts: int
    first: np.ndarray
    distinct: Tokens | None = None
    place: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.word)

    @property
    def n_by_text(self) -> np.ndarray:
        """Tokens by text."""
        return np.diff(self.first)

    def by_distinct_text(self, count: Callable[[Tokens], np.ndarray]) -> np.ndarray:
        """By text what depends on nothing but the text: worked out for each distinct one."""
        return count(self) if self.distinct is None else count(self.distinct)[self.place]


def tokenise(plain_text: pl.Series, spelling: Spelling) -> Tokens:
    """Plain texts (see :func:`plain`; NULL counts as empty) -> tokens in their normal form.

    Each distinct text is taken apart once.
    """
    texts, place = distinct_values(plain_text)
    listed = texts.alias("piece").to_frame().select(pl.col("piece").fill_null("").str.extract_all(_TOKEN))
    n_pieces = listed["piece"].list.len().to_numpy()
    pieces = listed.explode("piece", empty_as_null=False)["piece"].cast(pl.Categorical)
    codes = pieces.to_physical().to_numpy().astype(np.int64)
    by_code, vocabulary = _vocabulary(pieces.unique(), spelling)
    text_no = np.repeat(np.arange(len(texts)), n_pieces)
    return _spread(_assemble(text_no, codes, by_code, vocabulary, len(texts)), place)


def _spread(distinct: Tokens, place: np.ndarray) -> Tokens:
    """The tokens of all texts from those of the distinct ones."""
    count = distinct.n_by_text[place]
    at = stretches(distinct.first[place], count)
    # a stretch of a text keeps its number within the text, after all of the texts before
    clause, line = (
        number[at] + np.repeat(_shifts(number, distinct.first, place), count)
        for number in (distinct.clause, distinct.line)
    )
    return Tokens(
        np.repeat(np.arange(len(place)), count),
        distinct.word[at],
        clause,
        line,
        distinct.has_question_mark[place],
        distinct.vocabulary,
        len(place),
        np.append(0, np.cumsum(count)),
        distinct,
        place,
    )


def _shifts(number: np.ndarray, first: np.ndarray, place: np.ndarray) -> np.ndarray:
    """By text, what to add to the numbers of its distinct text so that numbers rise from text to text."""
    if not len(number):
        return np.zeros(len(place), dtype=np.int64)
    start, end = first[:-1], first[1:]
    lowest = number[np.minimum(start, len(number) - 1)]
    width = np.where(end > start, number[np.maximum(end, 1) - 1] - lowest + 1, 0)[place]
    shifts: np.ndarray = np.cumsum(width) - width - lowest[place]
    return shifts


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
    is_clause, is_hard, is_question = (np.ascontiguousarray(flag) for flag in flags.T)
    new_text = np.ones(len(text_no), dtype=bool)
    new_text[1:] = text_no[1:] != text_no[:-1]
    clause = np.cumsum(is_clause[codes] | new_text)
    line = np.cumsum(is_hard[codes] | new_text)
    questioned = np.zeros(n_texts, dtype=bool)
    questioned[text_no[is_question[codes]]] = True
    width = (words >= 0).sum(axis=1)[codes]
    position = np.repeat(np.arange(len(codes)), width)
    nth = stretches(np.zeros_like(width), width) if (width > 1).any() else 0
    of_text = text_no[position]
    n_tokens = np.bincount(of_text, minlength=n_texts)
    return Tokens(
        of_text,
        words.ravel()[codes[position] * words.shape[1] + nth],
        clause[position],
        line[position],
        questioned,
        vocabulary,
        n_texts,
        np.append(0, np.cumsum(n_tokens)),
    )
