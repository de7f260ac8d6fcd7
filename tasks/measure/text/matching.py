"""What the compiled word lists find in a token stream.

Rules, in the order they apply: contexts of single terms; longest term first, each token used once per
category (traps use their tokens and count nothing); negation within the clause; precedence among the
categories of speech acts, where the first takes overlapping tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.text.distinct import stretches
from tasks.measure.text.lexicon import CATEGORIES, NUMBER, Lexicon, flags_of
from tasks.measure.text.tokens import Tokens
from tasks.measure.text.trie import Hits, covered, find, join

#: Among these the first takes the tokens that several want.
PRECEDENCE = ("condolence", "decline", "help_request", "help_offer", "commitment", "invitation", "ack")
_NEGATED_TO = {"commitment": "decline", "help_offer": None, "conflict": None, "gratitude": None}
_NEGATION_REACH = 3
_NOT_NUMBERS = ("rek", "hp", "wa", "rekening")
#: Titles that are written short, with a full stop ('ust.' is spelled 'ustadz').
_ABBREVIATED = ("ustadz", "bpk", "h", "hj", "drs", "ir", "dr", "prof")


@dataclass(frozen=True, slots=True)
class Found:
    """What counts: category, first token, length, weight and tag of every scored occurrence, in step.

    ``refusing``: first tokens of words that refuse only where there is something to come to ('gabisa'), and
    nothing of the kind is named beside them.
    """

    category: np.ndarray
    start: np.ndarray
    length: np.ndarray
    weight: np.ndarray
    tag: np.ndarray
    refusing: np.ndarray

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
    lexicon: Lexicon, tokens: Tokens, turn_of_text: np.ndarray, is_name: np.ndarray, spoken: pl.Series
) -> Found:
    """Scored occurrences in a token stream.

    ``turn_of_text`` numbers the turns of the texts (contexts speak of the turn), rising from 0 on; ``is_name`` marks
    tokens that begin a member's name, ``spoken`` tells the language of each text.
    """
    hits = join([find(lexicon.trie, tokens), _prefix_hits(lexicon, tokens)])
    hits = hits.take(_in_context(lexicon, tokens, hits, turn_of_text, is_name, spoken))
    in_company = _with_company(lexicon, tokens, hits, turn_of_text)
    refusing = hits.start[~in_company & (lexicon.context == "only_with:commitment")[hits.entry]]
    hits = hits.take(in_company)
    hits = hits.take(_longest_first(hits, lexicon.category, len(tokens)))
    category, scored = _negate(lexicon, tokens, hits)
    scored &= lexicon.score[hits.entry]
    kept = hits.take(scored)
    category = category[scored]
    first = _precedence(kept, category, lexicon.category[kept.entry] != category, len(tokens))
    kept, category = kept.take(first), category[first]
    weight, tag = lexicon.weight[kept.entry], lexicon.tag[kept.entry]
    return Found(category, kept.start, kept.length, weight, tag, refusing)


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


def _in_context(
    lexicon: Lexicon,
    tokens: Tokens,
    hits: Hits,
    turn_of_text: np.ndarray,
    is_name: np.ndarray,
    spoken: pl.Series,
) -> np.ndarray:
    """Contexts that single tokens decide, titles before names, false friends, addresses that are no symbols."""
    vocabulary, good = tokens.vocabulary, np.ones(len(hits), dtype=bool)
    # few terms have a context
    has_context = (lexicon.context != "none") | lexicon.is_given_name | lexicon.is_address
    has_context = np.logical_or.reduce([has_context, *lexicon.false_friends.values()])
    some = np.flatnonzero(has_context[hits.entry])
    few = hits.take(some)
    turn = turn_of_text[tokens.text_no[few.start]]
    leads, after = np.maximum(few.start - 1, 0), few.start + few.length
    follows = np.minimum(after, max(len(tokens) - 1, 0))
    has_before = (few.start > 0) & (turn_of_text[tokens.text_no[leads]] == turn)
    goes_on = (after < len(tokens)) & (turn_of_text[tokens.text_no[follows]] == turn)
    is_digit = vocabulary.str.contains(r"^\d").to_numpy()
    is_number_like = is_digit | flags_of(vocabulary, _NOT_NUMBERS)
    of_text = tokens.text_no[few.start]
    told = {
        "needs_english": (spoken == "en").to_numpy()[of_text],
        "needs_digit_after": goes_on & is_digit[tokens.word[follows]],
        "not_before_digit": ~(goes_on & is_number_like[tokens.word[follows]]),
        "start_of_turn": _opens_turn(lexicon, tokens, hits, turn_of_text, few.start),
    }
    fits = np.ones(len(few), dtype=bool)
    for lang, are_false in lexicon.false_friends.items():
        fits &= ~(are_false[few.entry] & (spoken == lang).to_numpy()[of_text])
    for context, holds in told.items():
        fits &= holds | (lexicon.context != context)[few.entry]
    # 'kang Abdi' is a name, 'kang, abdi ...' is not; the stop of 'Bpk. Amin' divides nothing
    titles = flags_of(vocabulary, lexicon.titles)
    is_title = titles[tokens.word[leads]]
    is_short = flags_of(vocabulary, _ABBREVIATED)[tokens.word[leads]]
    is_title &= is_short | (tokens.clause[leads] == tokens.clause[few.start])
    fits &= ~(lexicon.is_given_name[few.entry] & has_before & is_title)
    # as the last word of a clause a title calls somebody: 'nuhun ustadz, ...'
    calls = titles[tokens.word[few.start]] & (tokens.clause[follows] != tokens.clause[few.start])
    fits &= ~lexicon.is_address[few.entry] | (has_before & goes_on & ~calls & ~is_name[follows])
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
    denies = (category == NUMBER["negator"]) & scores & ~exempt[hits.start]
    refuses = (category == NUMBER["decline"]) & scores
    promises = category == NUMBER["commitment"]
    deniers, refusals = np.sort(hits.start[denies]), np.sort((hits.start + hits.length - 1)[refuses])
    opens = flags_of(tokens.vocabulary, lexicon.clause_words)
    negated = _reached(tokens, opens, hits.start, deniers, _among(tuple(_NEGATED_TO))[category])
    # a refusal denies the promise it speaks of ('gabisa hadir'), and nothing else
    negated |= _reached(tokens, opens, hits.start, refusals, promises)
    scored = np.ones(len(hits), dtype=bool)
    for name, becomes in _NEGATED_TO.items():
        struck = negated & (category == NUMBER[name])
        if becomes is None:
            scored &= ~struck
        else:
            category = np.where(struck, NUMBER[becomes], category)
    return category, scored


def _reached(
    tokens: Tokens, opens: np.ndarray, start: np.ndarray, ends: np.ndarray, chosen: np.ndarray
) -> np.ndarray:
    """Mask over occurrences: those chosen that begin within reach of one of ``ends`` (sorted), in its clause.

    ``opens``: by word whether it opens a clause.
    """
    reached = np.zeros(len(start), dtype=bool)
    if not len(ends):
        return reached
    at = np.flatnonzero(chosen)
    before = np.searchsorted(ends, start[at]) - 1
    near = (before >= 0) & (start[at] - ends[before] <= _NEGATION_REACH)
    at, nearest = at[near], ends[before[near]]
    same = tokens.clause[nearest] == tokens.clause[start[at]]
    for ahead in range(1, _NEGATION_REACH + 1):
        place = np.minimum(nearest + ahead, start[at])
        same &= (nearest + ahead > start[at]) | ~opens[tokens.word[place]]
    reached[at[same]] = True
    return reached


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
