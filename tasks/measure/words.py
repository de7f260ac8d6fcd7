"""Words of messages and turns: the token stream of a group read once, counted twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.vocabulary import LEXICON_CATEGORIES, STYLE_CATEGORIES
from tasks.measure.names import Names, spoken_to
from tasks.measure.text.distinct import stretches
from tasks.measure.text.features import announcement_fields, count_emoji
from tasks.measure.text.languages import is_english, language
from tasks.measure.text.lexicon import (
    NUMBER,
    TAG_BIT,
    Found,
    Lexicon,
    count,
    counted,
    flags_of,
    match,
)
from tasks.measure.text.normalise import EMAIL, MENTION, PHONE, URL
from tasks.measure.text.tokens import DistinctTokens, Tokens, tokens_of
from tasks.measure.text.trie import covered

#: Share of a turn's weighty words that must belong to a kind for the turn to hold 'only' that kind.
ONLY_SHARE = 1 / 2
#: Speech acts beside which a turn is more than a ritual.
_MORE = ("help_request", "help_offer", "invitation", "opportunity", "enterprise", "conflict", "decline")
RITUAL = ("condolence", "congrats_prayer", "greeting_ritual", "gratitude")
BROADCAST = ("gratitude", "condolence", "congrats_prayer", "commitment", "ack")
_LIGHT_STYLES = ("particle", "pron_2", "pron_3", "preposition", "conjunction")
_NO_CONTENT = (
    "greeting_ritual",
    "gratitude",
    "pious_interjection",
    "we_incl",
    "we_excl",
    "i_word",
    "negator",
)
COUNT_NAMES = [f"lex_{c}" for c in LEXICON_CATEGORIES] + [f"style_{c}" for c in STYLE_CATEGORIES]
#: Wishes of a feast are congratulations, in whatever category they stand.
_JOY_TAGS = sum(bit for tag, bit in TAG_BIT.items() if tag.startswith("joy_notice"))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in a group's messages.

    ``messages``: the input with lang, n_chars, n_words, n_emoji, n_urls, n_mentions, lex_*, style_*, field_*.
    ``turn_words``: by turn, sums over its own text and what the rules need (see :func:`read`).
    ``content``: turn, word: distinct content words of each turn's own text.
    ``vocabulary``: the words that ``content`` numbers.
    ``spoken_to``: turn, member_key, nth: whom a turn addresses, in order.
    """

    messages: pl.DataFrame
    turn_words: pl.DataFrame
    content: pl.DataFrame
    vocabulary: pl.Series
    spoken_to: pl.DataFrame


def read(messages: pl.DataFrame, texts: pl.Series, lexicon: Lexicon, names: Names) -> Reading:
    """Tokens, words and values of a group's messages.

    Args:
        messages: text, text_no, turn (NULL outside turns), is_list, is_template; sorted by time.
        texts: the normal texts that ``text_no`` numbers.
        lexicon: compiled for the group. names: of its people.

    Returns:
        A :class:`Reading`. ``turn_words`` has one row per turn with any text: turn, n_words, is_text,
        is_ritual, is_broadcast, is_greeting_only, is_humour_only, is_question, cue_weight, has_number,
        has_link, tags (bits), n_requests (help requests, prayer requests left out), and the counts by
        category. A turn's own text leaves out list bodies and forwarded templates; a turn of nothing but a
        template is counted by its words, but is no text turn.
    """
    tokens = tokens_of(texts, messages["text_no"].to_numpy(), lexicon.spelling)
    turn_of_text = messages["turn"].fill_null(-1).to_numpy()
    group_of_text = np.where(turn_of_text >= 0, turn_of_text, -1 - np.arange(len(turn_of_text)))
    english = is_english(lexicon, tokens)
    spoken, name_hits = spoken_to(tokens, group_of_text[tokens.text_no], names, lexicon)
    begins_name = np.zeros(len(tokens), dtype=bool)
    begins_name[name_hits.start] = True
    found = match(lexicon, tokens, group_of_text, begins_name, english)
    kinds = _kinds(tokens, lexicon)
    n_words = kinds.by_text(tokens, kinds.letters)
    is_own = _own_texts(messages, n_words, turn_of_text)
    mine, turn = is_own[tokens.text_no], turn_of_text[tokens.text_no]
    is_light = kinds.light[tokens.word] | covered(name_hits.start, name_hits.length, len(tokens))
    only = _Only(tokens, found, kinds.letters[tokens.word] & mine, is_light, mine, turn)
    said = mine & ~messages["is_template"].to_numpy()[tokens.text_no]
    return Reading(
        _count_messages(messages, tokens, found, n_words, language(lexicon, tokens, english)),
        _turn_words(tokens, found, kinds, n_words, is_own, turn_of_text, only),
        _content(tokens, found, kinds, said, turn),
        tokens.vocabulary,
        _addressed(spoken, turn_of_text),
    )


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Masks over the vocabulary: with letters, numbers, links, light (titles, audiences, words of grammar),
    words of content by their form (4 letters or more, no word of grammar and no title)."""

    letters: np.ndarray
    number: np.ndarray
    link: np.ndarray
    light: np.ndarray
    weighty: np.ndarray

    def by_text(self, tokens: Tokens, is_so: np.ndarray) -> np.ndarray:
        """By text, how many of its words are so."""
        return tokens.by_distinct_text(
            lambda texts: np.bincount(np.compress(is_so[texts.word], texts.text_no), minlength=texts.n_texts)
        )

    def has_number(self, tokens: Tokens) -> np.ndarray:
        """By text, whether it holds a number; that of somebody mentioned says nothing but who is meant."""
        is_mention = flags_of(tokens.vocabulary, [MENTION])

        def judged(texts: DistinctTokens) -> np.ndarray:
            at = np.flatnonzero(self.number[texts.word])
            before = np.maximum(at - 1, 0)
            meant = (texts.text_no[before] == texts.text_no[at]) & is_mention[texts.word[before]] & (at > 0)
            has = np.zeros(texts.n_texts, dtype=bool)
            has[texts.text_no[at[~meant]]] = True
            return has

        return tokens.by_distinct_text(judged)


def _kinds(tokens: Tokens, lexicon: Lexicon) -> _Kinds:
    vocabulary = tokens.vocabulary
    letters = vocabulary.str.contains(r"\pL").to_numpy()
    functions = flags_of(vocabulary, lexicon.functions | lexicon.titles)
    return _Kinds(
        letters=letters,
        number=vocabulary.str.contains(rf"^(?:\d.*|{PHONE})$").to_numpy(),
        link=flags_of(vocabulary, [URL]),
        light=functions | flags_of(vocabulary, lexicon.audience),
        weighty=letters & (vocabulary.str.len_chars() >= 4).to_numpy() & ~functions,
    )


def _count_messages(
    messages: pl.DataFrame, tokens: Tokens, found: Found, n_words: np.ndarray, lang: pl.Series
) -> pl.DataFrame:
    counts = count(found, tokens)
    return messages.with_columns(
        lang,
        pl.Series("n_words", n_words, dtype=pl.Int64),
        count_emoji(messages["text"]).alias("n_emoji"),
        pl.col("text").str.len_chars().cast(pl.Int64).fill_null(0).alias("n_chars"),
        *_values(tokens),
        *(pl.Series(name, counts[:, number], dtype=pl.Int64) for number, name in enumerate(COUNT_NAMES)),
    )


def _values(tokens: Tokens) -> list[pl.Series]:
    """Counts of addresses, numbers and mentions by text, and ``field_<name>`` of announcements."""
    marks = {"n_urls": URL, "n_emails": EMAIL, "n_phones": PHONE, "n_mentions": MENTION}
    texts = tokens.distinct
    n_by_text = {
        name: np.bincount(
            texts.text_no[flags_of(texts.vocabulary, [mark])[texts.word]], minlength=texts.n_texts
        )
        for name, mark in marks.items()
    }
    fields = announcement_fields(texts.texts.fill_null(""))
    fields["contact"] |= n_by_text["n_phones"] > 0
    fields["link"] |= n_by_text["n_urls"] > 0
    values = n_by_text | {f"field_{name}": found for name, found in fields.items()}
    return [pl.Series(name, value[tokens.place]) for name, value in values.items()]


def _own_texts(messages: pl.DataFrame, n_words: np.ndarray, turn_of_text: np.ndarray) -> np.ndarray:
    """Texts that count for their turn: not lists; templates only where the turn has no other words."""
    template = messages["is_template"].to_numpy()
    unlisted = (turn_of_text >= 0) & ~messages["is_list"].to_numpy()
    own = unlisted & ~template
    # one place more than there are turns: -1, no turn, reads the last
    with_own = np.zeros(int(turn_of_text.max(initial=-1)) + 2, dtype=bool)
    with_own[turn_of_text[own & (n_words > 0)]] = True
    return own | (unlisted & template & ~with_own[turn_of_text])


def _turn_words(
    tokens: Tokens,
    found: Found,
    kinds: _Kinds,
    n_words: np.ndarray,
    is_own: np.ndarray,
    turn_of_text: np.ndarray,
    only: _Only,
) -> pl.DataFrame:
    n_turns = int(turn_of_text.max(initial=-1)) + 1
    text_of_hit = tokens.text_no[found.start]
    mine = is_own[text_of_hit]
    hit_turn = turn_of_text[text_of_hit]
    counts = counted(hit_turn[mine], found.category[mine], n_turns)

    def total(by_text: np.ndarray) -> np.ndarray:
        """By turn, the sum over its own texts."""
        chosen = np.flatnonzero(is_own & (by_text > 0))
        return np.bincount(turn_of_text[chosen], by_text[chosen], minlength=n_turns).astype(np.int64)

    tagged = mine & (found.tag > 0)
    tags = np.zeros(n_turns, dtype=np.int64)
    np.bitwise_or.at(tags, hit_turn[tagged], found.tag[tagged])
    asks = mine & found.of("help_request") & (found.tag != TAG_BIT["prayer_request"])
    cues = mine & found.of("answer_cue")
    is_marked = is_own & tokens.has_question_mark & (tokens.n_by_text > 0)
    asked = (total(is_marked) > 0) | (counts[:, NUMBER["question"]] > 0)
    plain_only = ~asked & (counts[:, [NUMBER[name] for name in _MORE]].sum(axis=1) == 0)
    return pl.DataFrame(
        {
            "turn": np.arange(n_turns),
            "n_words": total(n_words),
            "is_ritual": only.holds(n_turns, RITUAL) & plain_only,
            "is_broadcast": only.holds(n_turns, BROADCAST, _JOY_TAGS) & plain_only,
            "is_greeting_only": only.holds(n_turns, ("greeting_ritual",)) & ~asked,
            "is_humour_only": only.holds(n_turns, ("humour",)) & ~asked,
            "is_question": asked,
            "cue_weight": np.bincount(hit_turn[cues], found.weight[cues], minlength=n_turns),
            "has_number": total(kinds.has_number(tokens)) > 0,
            "has_link": total(kinds.by_text(tokens, kinds.link)) > 0,
            "tags": tags,
            "n_requests": np.bincount(hit_turn[asks], minlength=n_turns),
            **{name: counts[:, number] for number, name in enumerate(COUNT_NAMES)},
        }
    )


class _Only:
    """Tests for turns that hold nothing weighty beside some categories."""

    def __init__(
        self,
        tokens: Tokens,
        found: Found,
        weighable: np.ndarray,
        is_light: np.ndarray,
        mine: np.ndarray,
        turn: np.ndarray,
    ) -> None:
        n = len(tokens)
        self._found, self._turn, self._weighable = found, turn, weighable
        self._counted = mine[found.start]
        # a prayer or a condolence runs on to the end of its line, thanks to the end of their clause
        wishes = found.of("condolence", "congrats_prayer") | ((found.tag & _JOY_TAGS) > 0)
        self._runs_on = _from_hit_on(tokens, found, wishes, tokens.distinct.line) | _from_hit_on(
            tokens, found, found.of("gratitude"), tokens.distinct.clause
        )
        self._light = is_light | found.covers(n, found.of("pious_interjection", *_LIGHT_STYLES))
        self._heavy = np.compress(weighable & ~self._light, turn)

    def holds(self, n_turns: int, categories: tuple[str, ...], tags: int = 0) -> np.ndarray:
        """By turn: has the categories or tags, and they make up half or more of its weighty words."""
        chosen = self._found.of(*categories) | ((self._found.tag & tags) > 0)
        core = self._found.covers(len(self._turn), chosen)
        if "condolence" in categories:
            core |= self._runs_on
        of_kind = np.flatnonzero(core & self._weighable)
        # what is light by itself weighs where it is of the kind
        lifted = of_kind[self._light[of_kind]]
        every = np.bincount(self._heavy, minlength=n_turns) + np.bincount(
            self._turn[lifted], minlength=n_turns
        )
        hits = np.zeros(n_turns, dtype=bool)
        hits[self._turn[self._found.start[chosen & self._counted]]] = True
        return hits & (np.bincount(self._turn[of_kind], minlength=n_turns) >= ONLY_SHARE * every)


def _from_hit_on(tokens: Tokens, found: Found, chosen: np.ndarray, stretch: np.ndarray) -> np.ndarray:
    """Mask over tokens: at or after the first chosen occurrence of their stretch (clause or line)."""
    start = np.sort(found.start[chosen])
    first = start[np.append(True, ~tokens.are_together(stretch, start[1:], start[:-1]))[: len(start)]]
    mask = np.zeros(len(tokens), dtype=bool)
    mask[stretches(first, tokens.end_of(stretch, first) - first)] = True
    return mask


def _content(tokens: Tokens, found: Found, kinds: _Kinds, said: np.ndarray, turn: np.ndarray) -> pl.DataFrame:
    """Distinct content words by turn: 4 letters or more, no word of grammar, greeting, thanks or piety."""
    empty = found.covers(len(tokens), found.of(*_NO_CONTENT, *STYLE_CATEGORIES))
    chosen = np.flatnonzero(kinds.weighty[tokens.word] & said & ~empty)
    size = max(len(tokens.vocabulary), 1)
    pairs = np.sort(turn[chosen] * size + tokens.word[chosen])
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
    return pl.DataFrame(
        {"turn": pairs // size, "word": pairs % size}, schema={"turn": pl.Int64, "word": pl.Int64}
    )


def _addressed(spoken: pl.DataFrame, turn_of_text: np.ndarray) -> pl.DataFrame:
    return (
        spoken.select(
            turn=pl.Series(turn_of_text[spoken["text_no"].to_numpy()], dtype=pl.Int64),
            member_key="member_key",
        )
        .filter(pl.col("turn") >= 0)
        .unique(maintain_order=True)
        .with_columns(nth=pl.int_range(pl.len()).over("turn"))
    )
