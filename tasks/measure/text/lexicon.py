"""The compiled word lists: terms by their normal form, and what is known of each."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.vocabulary import LEXICON_CATEGORIES, STYLE_CATEGORIES
from tasks.measure.text.normalise import Spelling, plain
from tasks.measure.text.tokens import tokenise
from tasks.measure.text.trie import Trie, build
from warehouse.reference.lexicon import Words, words

#: Lexicon categories, then function-word classes; a category's number is its place here.
CATEGORIES = (*LEXICON_CATEGORIES, *STYLE_CATEGORIES)
NUMBER = {category: number for number, category in enumerate(CATEGORIES)}
#: What a note may tag a term as; a text's tags are bits in this order.
TAGS = (
    "dues",
    "prayer_request",
    "death_notice",
    "joy_notice: wedding",
    "joy_notice: birth",
    "joy_notice: graduation",
    "joy_notice: Eid",
    "field link",
    "field contact",
    "field day",
    "field time",
    "field place",
    "death_prayer",
    "refuses_call",
    "agrees_call",
)
TAG_BIT = {tag: 1 << number for number, tag in enumerate(TAGS)}
_TAGGED = sorted(TAGS, key=len, reverse=True)
_ADDRESSES = ("akhi", "ukhti", "kyai", "kiai", "gus", "abah", "ajengan")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Terms as columns in step (one entry per category and normal form) and the trie that finds them."""

    trie: Trie
    prefixes: pl.DataFrame  # entry, prefix, category
    own_words: frozenset[str]  # single words listed as such, by which prefixes give way
    category: np.ndarray
    weight: np.ndarray
    score: np.ndarray
    tag: np.ndarray
    context: np.ndarray  # str
    false_friends: dict[str, np.ndarray]  # by language: entries that mean something else in it
    is_address: np.ndarray  # shared symbols that are also titles or vocatives
    is_given_name: np.ndarray
    spelling: Spelling
    titles: frozenset[str]
    audience: frozenset[str]  # those a greeting speaks to
    functions: frozenset[str]  # words of grammar beside the function-word classes
    grammar: frozenset[str]  # single words of the function-word classes, and negators
    clause_words: frozenset[str]
    exempt: Trie  # phrases that hold a negator and deny nothing
    english: frozenset[str]
    language: dict[str, str]
    version: str


def compile_lexicon(source: Words, symbols: Sequence[str] = ()) -> Lexicon:
    """The lexicon for one group; ``symbols`` are what the group calls its own."""
    spelling = Spelling.of(source)
    own = [(symbol, "shared_symbol", "id", "phrase", 1.0, "none", True, "") for symbol in symbols]
    order = ["term", "category", "lang", "match", "weight", "context", "score", "note"]
    terms = source.terms.select(order)
    if own:
        terms = pl.concat([terms, pl.DataFrame(own, schema=terms.schema, orient="row")])
    terms = terms.with_columns(form=pl.Series(normal_forms(terms["term"], spelling))).filter(
        pl.col("form") != ""
    )
    terms = terms.sort(
        "category",
        "form",
        "match",
        "score",
        "weight",
        "context",
        "note",
        descending=[False, False, True, False, True, False, True],
    )
    entries = terms.unique(["category", "form"], keep="first", maintain_order=True).with_row_index("entry")
    whole = entries.filter(pl.col("match") != "prefix")
    prefixes = entries.filter(pl.col("match") == "prefix").select("entry", prefix="form", category="category")
    titles, given = source.forms("title"), source.forms("given_name")
    false_friends = source.mapping("false_friend")
    is_symbol = pl.col("category") == "shared_symbol"
    listed = entries.select(
        address=is_symbol
        & (pl.col("note").str.contains("vocative|title") | pl.col("form").is_in(_ADDRESSES)),
        given=pl.col("form").is_in(given),
    )
    sequences = [
        form.split(" ") if match != "prefix" else []
        for form, match in entries.select("form", "match").iter_rows()
    ]
    return Lexicon(
        trie=build(sequences),
        prefixes=prefixes,
        own_words=frozenset(whole.filter(~pl.col("form").str.contains(" "))["form"]),
        category=np.array([NUMBER[category] for category in entries["category"]], dtype=np.int64),
        weight=entries["weight"].to_numpy(),
        score=entries["score"].to_numpy(),
        tag=np.array([_tag(note) for note in entries["note"]], dtype=np.int64),
        context=entries["context"].to_numpy(),
        false_friends={
            lang: entries["form"].replace_strict(false_friends, default="").eq(lang).to_numpy()
            for lang in sorted(set(false_friends.values()))
        },
        is_address=listed["address"].to_numpy(),
        is_given_name=listed["given"].to_numpy(),
        spelling=spelling,
        titles=frozenset(titles),
        audience=frozenset(source.forms("audience")),
        functions=frozenset(source.forms("function")),
        grammar=frozenset(
            whole.filter(
                ~pl.col("form").str.contains(" ") & pl.col("category").is_in([*STYLE_CATEGORIES, "negator"])
            )["form"]
        ),
        clause_words=frozenset(source.forms("clause")),
        exempt=build([form.split(" ") for form in source.forms("no_negation")]),
        english=frozenset(source.forms("english")),
        language=_languages(entries.filter(~pl.col("form").is_in(list(false_friends))))
        | dict(source.languages.select("form", "lang").iter_rows()),
        version=source.version,
    )


@functools.lru_cache(maxsize=8)
def lexicon_for(symbols: tuple[str, ...] = ()) -> Lexicon:
    """The shipped lexicon with a group's own symbols."""
    return compile_lexicon(words(), symbols)


def normal_forms(terms: pl.Series, spelling: Spelling) -> list[str]:
    """Terms -> their words in normal form, separated by spaces."""
    tokens = tokenise(plain(terms), spelling)
    forms: list[list[str]] = [[] for _ in range(len(terms))]
    for text_no, word in zip(
        tokens.text_no.tolist(), tokens.vocabulary.gather(tokens.word).to_list(), strict=True
    ):
        forms[text_no].append(word)
    return [" ".join(form) for form in forms]


def _tag(note: str) -> int:
    if not note.startswith("tag "):
        return 0
    return next((TAG_BIT[tag] for tag in _TAGGED if note[4:].startswith(tag)), 0)


def _languages(entries: pl.DataFrame) -> dict[str, str]:
    """Single word -> the one language that lists it."""
    single = entries.filter(~pl.col("form").str.contains(" ")).with_columns(
        pl.col("lang").str.replace("-x-colloq", "")
    )
    one = single.group_by("form").agg(pl.col("lang").unique()).filter(pl.col("lang").list.len() == 1)
    return dict(zip(one["form"], one["lang"].list.first(), strict=True))


def flags_of(vocabulary: pl.Series, forms: frozenset[str] | Sequence[str]) -> np.ndarray:
    """By vocabulary entry: whether it is one of the forms."""
    return vocabulary.is_in(list(forms)).to_numpy()
