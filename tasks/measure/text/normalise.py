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

from tasks.measure.text.characters import Characters, characters
from tasks.measure.text.distinct import distinct_values
from tasks.measure.text.scripts import writing_for
from warehouse.reference.lexicon import Words

#: Placeholders: one private character each, so that no writer can have typed them.
URL, EMAIL, PHONE, MENTION = "\ue000", "\ue001", "\ue002", "\ue003"
PLACEHOLDERS = (URL, EMAIL, PHONE, MENTION)

_PRIVATE = r"[\x{e000}-\x{e00f}]"

#: Endings of addresses that are written without a scheme.
DOMAINS = ("com", "id", "org", "net", "ly", "gl", "me", "co", "edu", "app", "io", "site")
#: Words of every talk: 'makasih.info ya' lacks a space, 'kampus.info/daftar' is an address.
WORDS_TOO = ("info", "link")
URL_PATTERN = (
    r"(?i)\b(?:https?://|www\.)[^\s<>\"]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\."
    rf"(?:(?:{'|'.join(DOMAINS)})(?:/[^\s<>\"]*)?\b|(?:{'|'.join(WORDS_TOO)})/(?:[^\s<>\"]*\b)?)"
)
#: Every address holds one of these, of which each holds what is found faster.
_OF_ADDRESSES = ["://", "www.", *(f".{domain}" for domain in (*DOMAINS, *WORDS_TOO))]
_MAYBE_ADDRESS = r"\.[a-zA-Z]|[wW]\.|://"
EMAIL_PATTERN = r"(?i)\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
PHONE_PATTERN = (
    r"(?:\+62|\b62|\b0)[ .\-\x{2011}]?8[0-9]{1,3}(?:[ .\-\x{2011}]?[0-9]{2,4}){2,4}\b|\+[0-9]{7,15}\b"
)
_ISOLATE = "\u2068"
#: A mention as exports write it: the name between isolates, or the number; a bare name is found by its
#: tokens.
ISOLATED_MENTION = r"@\x{2068}([^\x{2069}\n]{1,80})\x{2069}"

#: Format characters and marks that only say how a character is drawn.
_DROPPED = r"[\p{Cf}\x{fe00}-\x{fe0f}\x{20e3}]"
_QUOTES = r"['\x{2018}\x{2019}\x{201b}\x{02b9}-\x{02bf}\x{0060}\x{00b4}\x{2032}\x{ff07}]"
_LAUGHTER = (
    (re.compile(r"a?w?(?:kw|wk){2,}w?k?|(?:wk)+w?|w+k(?:wk)+w*"), "wkwk"),
    (re.compile(r"(?:ha){2,}h?|a?(?:ha|ah){3,}"), "haha"),
    (re.compile(r"(?:he){2,}h?"), "hehe"),
    (re.compile(r"(?:hi){2,}h?"), "hihi"),
    (re.compile(r"(?:xi){2,}"), "xixi"),
)
_STRETCH = re.compile(r"(\w)\1{2,}")
_DOUBLED = re.compile(r"^([^\W\d]{2,})2([^\W\d]*)$")
_STRETCHED = "|".join(f"{letter}{{3}}" for letter in "abcdefghijklmnopqrstuvwxyz")
_CLITICS = ("kah", "lah", "pun", "nya", "ku", "mu")
#: Quick test for words, no slang, that may be spelled another way.
_MAYBE_SPELLED = (
    rf"{_STRETCHED}|[^0-9]2|(?:{'|'.join(_CLITICS)})$"
    r"|^(?:a?[kw]{2,}|[ah]{4,}|[eh]{4,}|[hi]{4,}|[ix]{4,})$"
)


def plain(texts: pl.Series) -> pl.Series:
    """Texts in one spelling of marks and letters: placeholders in, format characters and quotes out.

    NULL stays NULL. Each distinct text is worked on once.
    """
    distinct, place = distinct_values(texts)
    return plain_texts(distinct, characters(distinct)).gather(place)


def plain_texts(texts: pl.Series, signs: Characters) -> pl.Series:
    """As :func:`plain`, for texts of which the characters are known; each step works on those it may change."""
    done, is_unstable, is_quoted = texts, *np.zeros((2, len(texts)), dtype=bool)
    if len(signs.signs):
        told = kinds_of_signs(signs.signs)
        is_dropped, is_unstable, is_quoted = (
            signs.texts_with(told[name]) for name in ("is_dropped", "is_unstable", "is_quote")
        )
        for name, step in _SIGN_STEPS:
            done = _where(done, signs.texts_with(told[name]), step)
        done = _where(done, is_unstable, lambda texts: texts.str.normalize("NFKC"))
        done = _where(done, is_dropped | is_unstable, lambda texts: texts.str.replace_all(_DROPPED, ""))
        is_quoted |= is_unstable
    # what is unstable may have become any of these
    is_open = bool(is_unstable.any())
    for marks, concerns, step in _STEPS:
        if is_open or signs.holds(marks):
            done = _where(done, concerns(done), step)
    done = done.str.to_lowercase()
    if is_open or signs.holds(b"*_~"):
        done = _where(done, done.str.contains("[*_~]"), _unmarked)
    if is_open or is_quoted.any() or signs.holds(b"'`"):
        done = _where(done, done.str.contains("['`]") | pl.Series(is_quoted), _unquoted)
    if is_open or signs.holds(b"^"):
        done = _where(done, done.str.contains("^2", literal=True), _doubled)
    return done.alias("plain")


def kinds_of_signs(signs: pl.Series) -> pl.DataFrame:
    """Of characters beyond ASCII: is_private, is_isolate, is_quote, is_dropped, is_unstable.

    ``is_dropped`` is left out; ``is_unstable`` changes by NFKC, alone or after another: marks, the letters of Hangul
    syllables, vowels of Kirat Rai. Texts without either stay.
    """
    sign = pl.col("sign")
    is_same = sign.str.normalize("NFKC") == sign
    is_dropped = is_same & sign.str.contains(r"[\p{Cf}\x{fe00}-\x{fe0f}]")
    is_after = sign.str.contains(r"[\pM\pC\x{1100}-\x{11ff}\x{16d40}-\x{16d7f}]")
    return (
        signs.alias("sign")
        .to_frame()
        .select(
            is_private=sign.str.contains(_PRIVATE),
            is_isolate=sign == _ISOLATE,
            is_quote=sign.str.contains(_QUOTES),
            is_dropped=is_dropped,
            is_unstable=~is_same | (is_after & ~is_dropped),
        )
    )


def _where(
    texts: pl.Series, chosen: pl.Series | np.ndarray, step: Callable[[pl.Series], pl.Series]
) -> pl.Series:
    """Texts with the step taken in those chosen; a conditional expression would take it in all."""
    at = pl.Series(np.flatnonzero(chosen)) if isinstance(chosen, np.ndarray) else chosen.arg_true()
    return texts if at.is_empty() else texts.clone().scatter(at, step(texts.gather(at)))


def _untouched(texts: pl.Series) -> pl.Series:
    """Without the private characters that serve as placeholders, should a writer have found them."""
    return texts.str.replace_all(_PRIVATE, "")


def _isolated(texts: pl.Series) -> pl.Series:
    """Mentions as newer exports write them, the name between isolates."""
    return texts.str.replace_all(ISOLATED_MENTION, f" {MENTION} ${{1}} ")


def _mentions(texts: pl.Series) -> pl.Series:
    """Mentions by number or bare name, and e-mail addresses."""
    written = writing_for(texts)
    return (
        texts.str.replace_all(written(r"@\+?([0-9]{7,15})\b"), f" {MENTION} ${{1}} ")
        .str.replace_all(written(EMAIL_PATTERN), f" {EMAIL} ")
        .str.replace_all(written(r"@(\pL)"), f" {MENTION} ${{1}}")
    )


def _with_addresses(texts: pl.Series) -> np.ndarray:
    """Quick test for texts that hold an address."""
    at = texts.str.contains(_MAYBE_ADDRESS).arg_true()
    found = np.zeros(len(texts), dtype=bool)
    found[at.to_numpy()] = (
        texts.gather(at).str.contains_any(_OF_ADDRESSES, ascii_case_insensitive=True).to_numpy()
    )
    return found


def _addresses(texts: pl.Series) -> pl.Series:
    written = writing_for(texts)
    return texts.str.replace_all(written(URL_PATTERN), f" {URL} ")


def _phones(texts: pl.Series) -> pl.Series:
    """Phone numbers, but not the number of somebody mentioned."""
    return texts.str.replace_all(rf"([^{MENTION}]\s|^|[^\s0-9])({PHONE_PATTERN})", f"${{1}} {PHONE} ")


def _unmarked(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all("[*_~]", "")


def _unquoted(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all(_QUOTES, "")


def _doubled(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all(r"(\pL)\^2", "${1}2")


_Step = Callable[[pl.Series], pl.Series]
#: What is done to texts with certain characters beyond ASCII, in order.
_SIGN_STEPS: tuple[tuple[str, _Step], ...] = (("is_private", _untouched), ("is_isolate", _isolated))
#: What is done then, in order: characters of which one must stand somewhere, and a quick test for the texts that it
#: may change.
_STEPS: tuple[tuple[bytes, Callable[[pl.Series], pl.Series | np.ndarray], _Step], ...] = (
    (b"@", lambda texts: texts.str.contains("@", literal=True), _mentions),
    (b".:", _with_addresses, _addresses),
    (b"8+", lambda texts: texts.str.contains(r"\+[0-9]{7}|(?:62|0)[ .\-\x{2011}]?8[0-9]"), _phones),
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
    at = (forms.str.contains(_MAYBE_SPELLED) | forms.is_in(list(spelling.slang))).arg_true()
    spelled = [_laughed(form) or _spell_one(form, spelling) for form in forms.gather(at).to_list()]
    return forms.clone().scatter(at, pl.Series(spelled, dtype=pl.String)).alias("to")


def _laughed(form: str) -> str | None:
    """Laughter as it is listed; None for any other word."""
    return next((laugh for pattern, laugh in _LAUGHTER if pattern.fullmatch(form)), None)


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
    once_is, twice_is = (
        any(form in words for words in (spelling.known, spelling.parts, spelling.slang))
        for form in (once, twice)
    )
    return twice if twice_is and not once_is else once


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
