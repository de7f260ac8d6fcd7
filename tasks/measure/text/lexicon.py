"""The compiled word lists and what they find in a token stream.

Rules, in the order they apply: contexts of single terms; longest term first, each token used once per
category (traps use their tokens and count nothing); negation within the clause; precedence among the
categories of speech acts, where the first takes overlapping tokens.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.vocabulary import LEXICON_CATEGORIES, STYLE_CATEGORIES
from tasks.measure.text.normalise import Spelling, Tokens, plain, tokenise
from tasks.measure.text.trie import Hits, Trie, build, find, join
from warehouse.reference.lexicon import Words, words

#: Lexicon categories, then function-word classes; a category's number is its place here.
CATEGORIES = (*LEXICON_CATEGORIES, *STYLE_CATEGORIES)
NUMBER = {category: number for number, category in enumerate(CATEGORIES)}
#: Among these the first takes the tokens that several want.
PRECEDENCE = ("condolence", "decline", "help_request", "help_offer", "commitment", "invitation", "ack")
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
)
TAG_BIT = {tag: 1 << number for number, tag in enumerate(TAGS)}
_TAGGED = sorted(TAGS, key=len, reverse=True)
_NEGATED_TO = {"commitment": "decline", "help_offer": None, "conflict": None, "gratitude": None}
_NEGATION_REACH = 3
_NOT_NUMBERS = ("rek", "hp", "wa", "rekening")
_ADDRESSES = ("akhi", "ukhti", "kyai", "kiai", "abah", "ajengan")


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
    is_address: np.ndarray  # shared symbols that are also titles or vocatives
    is_given_name: np.ndarray
    spelling: Spelling
    titles: frozenset[str]
    audience: frozenset[str]  # those a greeting speaks to
    functions: frozenset[str]  # words of grammar beside the function-word classes
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
        is_address=listed["address"].to_numpy(),
        is_given_name=listed["given"].to_numpy(),
        spelling=spelling,
        titles=frozenset(titles),
        audience=frozenset(source.forms("audience")),
        functions=frozenset(source.forms("function")),
        clause_words=frozenset(source.forms("clause")),
        exempt=build([form.split(" ") for form in source.forms("no_negation")]),
        english=frozenset(source.forms("english")),
        language=_languages(entries) | dict(source.languages.select("form", "lang").iter_rows()),
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


@dataclass(frozen=True, slots=True)
class Found:
    """What counts: category, first token, length, weight and tag of every scored occurrence, in step."""

    category: np.ndarray
    start: np.ndarray
    length: np.ndarray
    weight: np.ndarray
    tag: np.ndarray

    def of(self, *categories: str) -> np.ndarray:
        """Mask of the occurrences in the categories."""
        return np.isin(self.category, [NUMBER[category] for category in categories])

    def covers(self, n_tokens: int, chosen: np.ndarray) -> np.ndarray:
        """Mask over tokens: inside one of the chosen occurrences."""
        steps = np.zeros(n_tokens + 1, dtype=np.int64)
        np.add.at(steps, self.start[chosen], 1)
        np.add.at(steps, self.start[chosen] + self.length[chosen], -1)
        return np.cumsum(steps[:-1]) > 0


def match(
    lexicon: Lexicon, tokens: Tokens, turn_of_text: np.ndarray, is_name: np.ndarray, is_english: np.ndarray
) -> Found:
    """Scored occurrences in a token stream.

    ``turn_of_text`` groups texts (contexts speak of the turn), ``is_name`` marks tokens that begin a member's
    name, ``is_english`` the texts tagged English.
    """
    hits = join([find(lexicon.trie, tokens), _prefix_hits(lexicon, tokens)])
    turn = turn_of_text[tokens.text_no]
    hits = hits.take(_in_context(lexicon, tokens, hits, turn, is_name, is_english[tokens.text_no]))
    hits = hits.take(_with_company(lexicon, tokens, hits, turn_of_text))
    hits = hits.take(_longest_first(hits, lexicon.category, len(tokens)))
    category, scored = _negate(lexicon, tokens, hits)
    scored &= lexicon.score[hits.entry]
    kept = hits.take(scored)
    category = category[scored]
    first = _precedence(kept, category, lexicon.category[kept.entry] != category, len(tokens))
    kept, category = kept.take(first), category[first]
    return Found(category, kept.start, kept.length, lexicon.weight[kept.entry], lexicon.tag[kept.entry])


def _prefix_hits(lexicon: Lexicon, tokens: Tokens) -> Hits:
    """Tokens that begin with a prefix term and are no listed word of their own: the longest per category."""
    forms = (
        pl.DataFrame({"form": tokens.vocabulary})
        .with_row_index("word")
        .filter(~pl.col("form").is_in(list(lexicon.own_words)))
    )
    parts = [
        forms.with_columns(prefix=pl.col("form").str.head(size))
        .join(lexicon.prefixes, on="prefix")
        .select("word", "entry", "category", size=pl.lit(size))
        for size in sorted(set(lexicon.prefixes["prefix"].str.len_chars()))
    ]
    if not parts:
        return join([])
    longest = (
        pl.concat(parts)
        .sort("size", descending=True)
        .unique(["word", "category"], keep="first")
        .sort("word", "entry")
    )
    word, entry = longest["word"].to_numpy().astype(np.int64), longest["entry"].to_numpy().astype(np.int64)
    count = np.bincount(word, minlength=len(tokens.vocabulary))
    first = np.cumsum(count) - count
    repeats = count[tokens.word]
    position = np.repeat(np.arange(len(tokens)), repeats)
    nth = np.arange(len(position)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return Hits(entry[first[tokens.word[position]] + nth], position, np.ones(len(position), dtype=np.int64))


def flags_of(vocabulary: pl.Series, forms: frozenset[str] | Sequence[str]) -> np.ndarray:
    """By vocabulary entry: whether it is one of the forms."""
    return vocabulary.is_in(list(forms)).to_numpy()


def _in_context(
    lexicon: Lexicon, tokens: Tokens, hits: Hits, turn: np.ndarray, is_name: np.ndarray, english: np.ndarray
) -> np.ndarray:
    """Contexts that single tokens decide, titles before names, and addresses that are no symbols."""
    vocabulary = tokens.vocabulary
    last = hits.start + hits.length
    after = np.minimum(last, max(len(tokens) - 1, 0))
    goes_on = (last < len(tokens)) & (turn[after] == turn[hits.start])
    before = np.maximum(hits.start - 1, 0)
    has_before = (hits.start > 0) & (turn[before] == turn[hits.start])
    context = lexicon.context[hits.entry]
    digit = goes_on & vocabulary.str.contains(r"^\d").to_numpy()[tokens.word[after]]
    number_like = digit | (goes_on & flags_of(vocabulary, _NOT_NUMBERS)[tokens.word[after]])
    after_title = has_before & flags_of(vocabulary, lexicon.titles)[tokens.word[before]]
    good = np.ones(len(hits), dtype=bool)
    good &= (context != "needs_english") | english[hits.start]
    good &= (context != "needs_digit_after") | digit
    good &= (context != "not_before_digit") | ~number_like
    good &= (context != "start_of_turn") | _opens_turn(lexicon, tokens, hits, turn)
    good &= ~(lexicon.is_given_name[hits.entry] & after_title)
    edge = ~has_before | ~goes_on | (goes_on & is_name[after])
    good &= ~(lexicon.is_address[hits.entry] & edge)
    return good


def _opens_turn(lexicon: Lexicon, tokens: Tokens, hits: Hits, turn: np.ndarray) -> np.ndarray:
    """Whether an occurrence stands first in its turn, greetings before it aside."""
    greeting = (lexicon.category[hits.entry] == NUMBER["greeting_ritual"]) & (
        lexicon.context[hits.entry] == "none"
    )
    covered = np.zeros(len(tokens) + 1, dtype=np.int64)
    np.add.at(covered, hits.start[greeting], 1)
    np.add.at(covered, hits.start[greeting] + hits.length[greeting], -1)
    is_other = np.cumsum(covered[:-1]) == 0
    others = np.concatenate([[0], np.cumsum(is_other)])
    new_turn = np.ones(len(tokens), dtype=bool)
    new_turn[1:] = turn[1:] != turn[:-1]
    turn_start = np.maximum.accumulate(np.where(new_turn, np.arange(len(tokens)), 0))
    return others[hits.start] == others[turn_start[hits.start]]


def _with_company(lexicon: Lexicon, tokens: Tokens, hits: Hits, turn_of_text: np.ndarray) -> np.ndarray:
    """Terms that need another term of a category in the turn ('question' also by its mark)."""
    context = lexicon.context[hits.entry].astype(str)
    turn = turn_of_text[tokens.text_no[hits.start]]
    good = np.ones(len(hits), dtype=bool)
    for wanted in set(context[np.char.startswith(context, "only_with:")]):
        category = NUMBER[wanted.removeprefix("only_with:")]
        asks = context == wanted
        company = (lexicon.category[hits.entry] == category) & lexicon.score[hits.entry] & ~asks
        turns = turn[company]
        if category == NUMBER["question"]:
            turns = np.concatenate([turns, turn_of_text[tokens.has_question_mark]])
        good &= ~asks | np.isin(turn, turns)
    return good


def _longest_first(hits: Hits, category_of: np.ndarray, n_tokens: int) -> np.ndarray:
    """Occurrences kept when longer ones take their tokens first, each token once per category."""
    used = np.zeros(n_tokens, dtype=np.uint64)
    bit = np.left_shift(np.uint64(1), category_of[hits.entry].astype(np.uint64))
    kept = np.zeros(len(hits), dtype=bool)
    for length in sorted(set(hits.length.tolist()), reverse=True):
        waiting = np.flatnonzero(hits.length == length)
        while len(waiting):
            waiting = waiting[(_bits(used, hits.start[waiting], length) & bit[waiting]) == 0]
            leading = waiting[_leftmost(hits.start[waiting], category_of[hits.entry[waiting]], length)]
            kept[leading] = True
            for place in range(length):
                np.bitwise_or.at(used, hits.start[leading] + place, bit[leading])
            waiting = waiting[~np.isin(waiting, leading)] if length > 1 else waiting[:0]
    return kept


def _bits(used: np.ndarray, start: np.ndarray, length: int) -> np.ndarray:
    bits = np.zeros(len(start), dtype=np.uint64)
    for place in range(length):
        bits |= used[start + place]
    return bits


def _leftmost(start: np.ndarray, category: np.ndarray, length: int) -> np.ndarray:
    """Indices of the occurrences of one length that no earlier one of their category overlaps."""
    if not len(start):
        return np.zeros(0, dtype=np.int64)
    order = np.lexsort((start, category))
    follows = np.zeros(len(start), dtype=bool)
    gap = np.diff(start[order])
    follows[1:] = (np.diff(category[order]) == 0) & (gap < length)
    return order[~follows]


def _negate(lexicon: Lexicon, tokens: Tokens, hits: Hits) -> tuple[np.ndarray, np.ndarray]:
    """Categories after negation, and whether the occurrence still counts."""
    category = lexicon.category[hits.entry].copy()
    exempt = np.zeros(len(tokens), dtype=bool)
    for start, length in zip(*_spans(find(lexicon.exempt, tokens)), strict=True):
        exempt[start : start + length] = True
    refuses = (category == NUMBER["decline"]) & lexicon.score[hits.entry]
    denies = (category == NUMBER["negator"]) & lexicon.score[hits.entry] & ~exempt[hits.start]
    ends = np.sort(np.concatenate([hits.start[denies], (hits.start + hits.length - 1)[refuses]]))
    opens = flags_of(tokens.vocabulary, lexicon.clause_words)[tokens.word]
    clause = tokens.clause + np.cumsum(opens)
    before = np.searchsorted(ends, hits.start) - 1
    nearest = ends[np.maximum(before, 0)] if len(ends) else np.zeros(len(hits), dtype=np.int64)
    near = (before >= 0) & (hits.start - nearest <= _NEGATION_REACH) & (hits.start > nearest)
    negated = near & (clause[nearest] == clause[hits.start]) if len(tokens) else near
    scored = np.ones(len(hits), dtype=bool)
    for name, becomes in _NEGATED_TO.items():
        struck = negated & (category == NUMBER[name])
        if becomes is None:
            scored &= ~struck
        else:
            category = np.where(struck, NUMBER[becomes], category)
    return category, scored


def _spans(hits: Hits) -> tuple[list[int], list[int]]:
    return hits.start.tolist(), hits.length.tolist()


def _precedence(hits: Hits, category: np.ndarray, is_flipped: np.ndarray, n_tokens: int) -> np.ndarray:
    """Occurrences left when the first category in :data:`PRECEDENCE` takes overlapping tokens.

    What negation turned into a refusal comes after the refusals that are listed as such.
    """
    taken = np.zeros(n_tokens, dtype=bool)
    kept = np.ones(len(hits), dtype=bool)
    for name, flipped in [(name, flipped) for name in PRECEDENCE for flipped in (False, True)]:
        mine = np.flatnonzero((category == NUMBER[name]) & (is_flipped == flipped))
        start, length = hits.start[mine], hits.length[mine]
        position = (
            np.repeat(start, length) + np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        )
        owner = np.repeat(mine, length)
        kept[owner[taken[position]]] = False
        taken[position[kept[owner]]] = True
    return kept


def count(found: Found, tokens: Tokens) -> np.ndarray:
    """Occurrences by text and category: an array of n_texts x len(CATEGORIES)."""
    width = len(CATEGORIES)
    cell = tokens.text_no[found.start] * width + found.category
    return np.bincount(cell, minlength=tokens.n_texts * width).reshape(tokens.n_texts, width)


def is_english(lexicon: Lexicon, tokens: Tokens) -> np.ndarray:
    """By text: at least 2 distinct English function words, outnumbering the others."""
    english = flags_of(tokens.vocabulary, lexicon.english)
    other = _function_words(lexicon, tokens.vocabulary) & ~english
    n_other = np.bincount(tokens.text_no, other[tokens.word], minlength=tokens.n_texts)
    pairs = np.unique(np.stack([tokens.text_no, tokens.word])[:, english[tokens.word]], axis=1)
    n_distinct = np.bincount(pairs[0], minlength=tokens.n_texts)
    n_english = np.bincount(tokens.text_no, english[tokens.word], minlength=tokens.n_texts)
    return (n_distinct >= 2) & (n_english > n_other)


def _function_words(lexicon: Lexicon, vocabulary: pl.Series) -> np.ndarray:
    styles = {NUMBER[category] for category in (*STYLE_CATEGORIES, "negator")}
    single = {
        state: entry
        for state, entry in zip(lexicon.trie.end_state.tolist(), lexicon.trie.end_entry.tolist(), strict=True)
        if lexicon.category[entry] in styles
    }
    size = max(len(lexicon.trie.vocabulary), 1)
    state_of = dict(zip(lexicon.trie.step_keys.tolist(), lexicon.trie.step_to.tolist(), strict=True))
    forms = [
        form
        for form, number in lexicon.trie.vocabulary.items()
        if number < size and state_of.get(number) in single
    ]
    return flags_of(vocabulary, forms)


def language(lexicon: Lexicon, tokens: Tokens, english: np.ndarray) -> pl.Series:
    """By text: the language of most of its listed words; 'mixed' when a second has half as many or more."""
    tags = ("id", "su", "jv", "ar-Latn")
    table = pl.DataFrame({"form": list(lexicon.language), "lang": list(lexicon.language.values())})
    of_word = pl.DataFrame({"form": tokens.vocabulary}).join(
        table, on="form", how="left", maintain_order="left"
    )["lang"]
    number = of_word.replace_strict(list(tags), list(range(4)), default=4, return_dtype=pl.Int64).to_numpy()
    cells = tokens.text_no * 5 + number[tokens.word]
    counts = np.bincount(cells, minlength=tokens.n_texts * 5).reshape(-1, 5).T
    # Arabic formulas stand in every language's talk: they name the language only where nothing else does
    local = counts[:3]
    best, top = local.argmax(axis=0), local.max(axis=0)
    second = np.sort(local, axis=0)[1]
    named = np.array(tags, dtype=object)[best]
    named[(top > 0) & (second * 2 >= top)] = "mixed"
    named[top == 0] = np.where(counts[3][top == 0] > 0, "ar-Latn", "unknown")
    named[english] = "en"
    return pl.Series("lang", named.tolist(), dtype=pl.String)
