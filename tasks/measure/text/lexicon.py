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
from tasks.measure.text.distinct import stretches
from tasks.measure.text.normalise import Spelling, plain
from tasks.measure.text.tokens import Tokens, tokenise
from tasks.measure.text.trie import Hits, Trie, build, covered, find, join
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
        grammar=frozenset(
            whole.filter(
                ~pl.col("form").str.contains(" ") & pl.col("category").is_in([*STYLE_CATEGORIES, "negator"])
            )["form"]
        ),
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
        return _among(categories)[self.category]

    def covers(self, n_tokens: int, chosen: np.ndarray) -> np.ndarray:
        """Mask over tokens: inside one of the chosen occurrences."""
        return covered(self.start[chosen], self.length[chosen], n_tokens)


def _among(categories: Sequence[str]) -> np.ndarray:
    """By number of a category: whether it is one of these."""
    among = np.zeros(len(CATEGORIES), dtype=bool)
    among[[NUMBER[category] for category in categories]] = True
    return among


def match(
    lexicon: Lexicon, tokens: Tokens, turn_of_text: np.ndarray, is_name: np.ndarray, is_english: np.ndarray
) -> Found:
    """Scored occurrences in a token stream.

    ``turn_of_text`` numbers the turns of the texts (contexts speak of the turn), rising from 0 on; ``is_name`` marks
    tokens that begin a member's name, ``is_english`` the texts tagged English.
    """
    hits = join([find(lexicon.trie, tokens), _prefix_hits(lexicon, tokens)])
    hits = hits.take(_in_context(lexicon, tokens, hits, turn_of_text, is_name, is_english))
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
    is_own = tokens.vocabulary.is_in(list(lexicon.own_words))
    forms = pl.DataFrame({"form": tokens.vocabulary}).with_row_index("word").filter(~is_own)
    prefixes = lexicon.prefixes["prefix"].unique()
    # a line break before word and prefix: only what stands at the beginning is found
    begun = ("\n" + forms["form"]).str.extract_many(("\n" + prefixes).to_list(), overlapping=True)
    longest = (
        forms.select("word", prefix=begun)
        .explode("prefix", empty_as_null=False)
        .with_columns(pl.col("prefix").str.slice(1))
        .join(lexicon.prefixes, on="prefix")
        .sort(pl.col("prefix").str.len_bytes(), descending=True)
        .unique(["word", "category"], keep="first", maintain_order=True)
        .sort("word", "entry")
    )
    word, entry = (longest[name].to_numpy().astype(np.int64) for name in ("word", "entry"))
    n_entries = np.bincount(word, minlength=len(tokens.vocabulary))
    position = np.flatnonzero((n_entries > 0)[tokens.word])
    found = tokens.word[position]
    entries = entry[stretches((np.cumsum(n_entries) - n_entries)[found], n_entries[found])]
    start = np.repeat(position, n_entries[found])
    return Hits(entries, start, np.ones(len(start), dtype=np.int64))


def flags_of(vocabulary: pl.Series, forms: frozenset[str] | Sequence[str]) -> np.ndarray:
    """By vocabulary entry: whether it is one of the forms."""
    return vocabulary.is_in(list(forms)).to_numpy()


def _in_context(
    lexicon: Lexicon,
    tokens: Tokens,
    hits: Hits,
    turn_of_text: np.ndarray,
    is_name: np.ndarray,
    english: np.ndarray,
) -> np.ndarray:
    """Contexts that single tokens decide, titles before names, and addresses that are no symbols."""
    vocabulary, good = tokens.vocabulary, np.ones(len(hits), dtype=bool)
    # few terms have a context
    has_context = (lexicon.context != "none") | lexicon.is_given_name | lexicon.is_address
    some = np.flatnonzero(has_context[hits.entry])
    few = hits.take(some)
    turn = turn_of_text[tokens.text_no[few.start]]
    leads, after = np.maximum(few.start - 1, 0), few.start + few.length
    follows = np.minimum(after, max(len(tokens) - 1, 0))
    has_before = (few.start > 0) & (turn_of_text[tokens.text_no[leads]] == turn)
    goes_on = (after < len(tokens)) & (turn_of_text[tokens.text_no[follows]] == turn)
    is_digit = vocabulary.str.contains(r"^\d").to_numpy()
    is_number_like = is_digit | flags_of(vocabulary, _NOT_NUMBERS)
    told = {
        "needs_english": english[tokens.text_no[few.start]],
        "needs_digit_after": goes_on & is_digit[tokens.word[follows]],
        "not_before_digit": ~(goes_on & is_number_like[tokens.word[follows]]),
        "start_of_turn": _opens_turn(lexicon, tokens, hits, turn_of_text, few.start),
    }
    fits = np.ones(len(few), dtype=bool)
    for context, holds in told.items():
        fits &= holds | (lexicon.context != context)[few.entry]
    is_title = flags_of(vocabulary, lexicon.titles)[tokens.word[leads]]
    fits &= ~(lexicon.is_given_name[few.entry] & has_before & is_title)
    fits &= ~lexicon.is_address[few.entry] | (has_before & goes_on & ~is_name[follows])
    good[some] = fits
    return good


def _opens_turn(
    lexicon: Lexicon, tokens: Tokens, hits: Hits, turn_of_text: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Whether a token stands first in its turn, greetings before it aside."""
    greeting = ((lexicon.category == NUMBER["greeting_ritual"]) & (lexicon.context == "none"))[hits.entry]
    greets = np.flatnonzero(covered(hits.start[greeting], hits.length[greeting], len(tokens)))
    first_text = np.searchsorted(turn_of_text, turn_of_text[tokens.text_no[start]])
    first = tokens.first[first_text]
    return start - first == np.searchsorted(greets, start) - np.searchsorted(greets, first)


def _with_company(lexicon: Lexicon, tokens: Tokens, hits: Hits, turn_of_text: np.ndarray) -> np.ndarray:
    """Terms that need another term of a category in the turn ('question' also by its mark)."""
    good = np.ones(len(hits), dtype=bool)
    for wanted in {str(context) for context in lexicon.context if context.startswith("only_with:")}:
        category = NUMBER[wanted.removeprefix("only_with:")]
        asks = lexicon.context == wanted
        at = np.flatnonzero(asks[hits.entry])
        if not len(at):
            continue
        company = ((lexicon.category == category) & lexicon.score & ~asks)[hits.entry]
        has_company = np.zeros(int(turn_of_text.max(initial=-1)) + 1, dtype=bool)
        has_company[turn_of_text[tokens.text_no[hits.start[company]]]] = True
        if category == NUMBER["question"]:
            has_company[turn_of_text[tokens.has_question_mark]] = True
        good[at] = has_company[turn_of_text[tokens.text_no[hits.start[at]]]]
    return good


def _longest_first(hits: Hits, category_of: np.ndarray, n_tokens: int) -> np.ndarray:
    """Occurrences kept when longer ones take their tokens first, each token once per category."""
    used = np.zeros(n_tokens, dtype=np.uint64)
    bit = np.left_shift(np.uint64(1), category_of.astype(np.uint64))[hits.entry]
    kept = np.zeros(len(hits), dtype=bool)
    for length in np.flatnonzero(np.bincount(hits.length))[::-1].tolist():
        waiting = np.flatnonzero(hits.length == length)
        while len(waiting):
            waiting = waiting[(_bits(used, hits.start[waiting], length) & bit[waiting]) == 0]
            leading = waiting[_leftmost(hits.start[waiting], category_of[hits.entry[waiting]], length)]
            kept[leading] = True
            if length == 1:
                break
            for place in range(length):
                np.bitwise_or.at(used, hits.start[leading] + place, bit[leading])
            waiting = waiting[~kept[waiting]]
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
    if length == 1:  # a word is listed once in a category, and none that is listed is found by a prefix
        return np.arange(len(start))
    order = np.lexsort((start, category))
    follows = np.zeros(len(start), dtype=bool)
    gap = np.diff(start[order])
    follows[1:] = (np.diff(category[order]) == 0) & (gap < length)
    return order[~follows]


def _negate(lexicon: Lexicon, tokens: Tokens, hits: Hits) -> tuple[np.ndarray, np.ndarray]:
    """Categories after negation, and whether the occurrence still counts."""
    category = lexicon.category[hits.entry].copy()
    denying = find(lexicon.exempt, tokens)
    exempt = covered(denying.start, denying.length, len(tokens))
    scores = lexicon.score[hits.entry]
    refuses = (category == NUMBER["decline"]) & scores
    denies = (category == NUMBER["negator"]) & scores & ~exempt[hits.start]
    ends = np.sort(np.concatenate([hits.start[denies], (hits.start + hits.length - 1)[refuses]]))
    may_flip = np.flatnonzero(_among(tuple(_NEGATED_TO))[category])
    start = hits.start[may_flip]
    before = np.searchsorted(ends, start) - 1
    nearest = ends[np.maximum(before, 0)] if len(ends) else np.zeros(len(start), dtype=np.int64)
    near = (before >= 0) & (start - nearest <= _NEGATION_REACH) & (start > nearest)
    may_flip, start, nearest = may_flip[near], start[near], nearest[near]
    in_clause = tokens.clause[nearest] == tokens.clause[start]
    opens = flags_of(tokens.vocabulary, lexicon.clause_words)
    for ahead in range(1, _NEGATION_REACH + 1):
        reached = nearest + ahead <= start
        in_clause &= ~reached | ~opens[tokens.word[np.minimum(nearest + ahead, start)]]
    negated = np.zeros(len(hits), dtype=bool)
    negated[may_flip[in_clause]] = True
    scored = np.ones(len(hits), dtype=bool)
    for name, becomes in _NEGATED_TO.items():
        struck = negated & (category == NUMBER[name])
        if becomes is None:
            scored &= ~struck
        else:
            category = np.where(struck, NUMBER[becomes], category)
    return category, scored


def _precedence(hits: Hits, category: np.ndarray, is_flipped: np.ndarray, n_tokens: int) -> np.ndarray:
    """Occurrences left when the first category in :data:`PRECEDENCE` takes overlapping tokens.

    What negation turned into a refusal comes after the refusals that are listed as such.
    """
    taken = np.zeros(n_tokens, dtype=bool)
    kept = np.ones(len(hits), dtype=bool)
    rivals = np.flatnonzero(_among(PRECEDENCE)[category])
    of_rivals, flips = category[rivals], is_flipped[rivals]
    for name, flipped in [(name, flipped) for name in PRECEDENCE for flipped in (False, True)]:
        mine = rivals[(of_rivals == NUMBER[name]) & (flips == flipped)]
        start, length = hits.start[mine], hits.length[mine]
        position = stretches(start, length)
        owner = np.repeat(mine, length)
        kept[owner[taken[position]]] = False
        taken[position[kept[owner]]] = True
    return kept


def count(found: Found, tokens: Tokens) -> np.ndarray:
    """Occurrences by text and category: an array of n_texts x len(CATEGORIES)."""
    return counted(tokens.text_no[found.start], found.category, tokens.n_texts)


def counted(place: np.ndarray, category: np.ndarray, n: int) -> np.ndarray:
    """Occurrences by place (of n) and category, n x len(CATEGORIES); a category's counts lie side by side."""
    counts = np.bincount(category * n + place, minlength=n * len(CATEGORIES))
    return counts.reshape(len(CATEGORIES), n).T
