"""Words of messages and turns: the token stream of a group read once, counted twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.vocabulary import LEXICON_CATEGORIES, STYLE_CATEGORIES
from tasks.measure.names import Names, spoken_to
from tasks.measure.text.distinct import stretches
from tasks.measure.text.features import announcement_fields
from tasks.measure.text.languages import is_english, language
from tasks.measure.text.lexicon import NUMBER, TAG_BIT, Lexicon, flags_of
from tasks.measure.text.matching import Found, count, counted, match
from tasks.measure.text.normalise import EMAIL, MENTION, PHONE, URL
from tasks.measure.text.tokens import Tokens, tokenise
from tasks.measure.text.trie import covered
from tasks.measure.utterances import Utterances

#: Share of a turn's weighty words that must belong to a kind for the turn to hold 'only' that kind.
ONLY_SHARE = 1 / 2
#: Speech acts beside which a turn is more than a ritual.
_MORE = ("help_request", "help_offer", "invitation", "opportunity", "enterprise", "conflict", "decline")
RITUAL = ("condolence", "congrats_prayer", "greeting_ritual", "gratitude")
#: What is counted in a text as it is written.
_WRITTEN = ("n_chars", "n_emoji", "n_folded_hands")
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
_LEX_NAMES = [f"lex_{c}" for c in LEXICON_CATEGORIES]
COUNT_NAMES = [*_LEX_NAMES, *(f"style_{c}" for c in STYLE_CATEGORIES)]
#: Wishes of a feast are congratulations, in whatever category they stand.
_JOY_TAGS = sum(bit for tag, bit in TAG_BIT.items() if tag.startswith("joy_notice"))
#: What answers news, beside the categories: wishes of a feast, Al-Fatihah for the dead.
_ANSWERING_TAGS = _JOY_TAGS | TAG_BIT["death_prayer"]
#: What a word is, as bits: with letters, a number, placeholders, light (titles, audiences, words of grammar), a word
#: of content by its form (4 letters or more, no word of grammar and no title).
_LETTERS, _NUMBER, _LINK, _EMAIL, _PHONE, _MENTION, _LIGHT, _WEIGHTY = (1 << place for place in range(8))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in a group's messages.

    ``messages``: the input with lang, n_chars, n_words, n_emoji, n_folded_hands, n_urls, n_mentions, lex_*, field_*.
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


def read(messages: pl.DataFrame, texts: pl.DataFrame, lexicon: Lexicon, names: Names) -> Reading:
    """Tokens, words and values of a group's messages.

    Args:
        messages: written, text_no, turn (NULL outside turns), is_list, is_template; sorted by time.
        texts: plain (normal), n_chars, n_emoji, n_folded_hands; ``text_no`` numbers those that are spoken,
            ``written`` all.
        lexicon: compiled for the group. names: of its people.

    Returns:
        A :class:`Reading`. ``turn_words`` has one row per turn with any text: turn, n_words, is_text,
        is_ritual, is_broadcast, is_greeting_only, is_humour_only, is_question, cue_weight, has_number,
        has_link, tags (bits), n_requests (help requests, prayer requests left out), n_ya (the particle), and the
        counts by category. A turn's own text leaves out list bodies and forwarded templates; a turn of nothing but a
        template is counted by its words, but is no text turn.
    """
    said = Utterances.of(messages)
    tokens = tokenise(texts["plain"].gather(said.text_no), lexicon.spelling)
    languages = language(lexicon, tokens, is_english(lexicon, tokens))
    spoken, name_hits = spoken_to(tokens, said.utterance, names, lexicon)
    begins_name = np.zeros(len(tokens), dtype=bool)
    begins_name[name_hits.start] = True
    found = match(lexicon, tokens, said.utterance, begins_name, languages)
    kinds = _Kinds.of(tokens, lexicon)
    n_words = kinds.by_text(_LETTERS)
    own = _own_texts(said, n_words)
    is_light = kinds.are(_LIGHT) | covered(name_hits.start, name_hits.length, len(tokens))
    only = _Only(said, tokens, found, kinds.are(_LETTERS) & own[tokens.text_no], is_light, own)
    counts = count(found, tokens)
    by_text = pl.DataFrame(
        [
            languages,
            pl.Series("n_words", n_words),
            *_values(kinds, texts["plain"], said.text_no),
            *(pl.Series(name, counts[:, number]) for number, name in enumerate(_LEX_NAMES)),
        ]
    )
    return Reading(
        messages.with_columns(*by_text[said.of_message], *texts.select(_WRITTEN)[messages["written"]]),
        _turn_words(said, tokens, found, kinds, n_words, own, only),
        _content(said, tokens, found, kinds.are(_WEIGHTY) & (own & ~said.is_template)[tokens.text_no]),
        tokens.vocabulary,
        _addressed(said, spoken),
    )


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What tokens are: bits by token."""

    tokens: Tokens
    bits: np.ndarray

    @classmethod
    def of(cls, tokens: Tokens, lexicon: Lexicon) -> _Kinds:
        vocabulary = tokens.vocabulary
        letters = vocabulary.str.contains(r"\pL").to_numpy()
        functions = flags_of(vocabulary, lexicon.functions | lexicon.titles)
        told = {
            _LETTERS: letters,
            _NUMBER: vocabulary.str.contains(rf"^(?:\d.*|{PHONE})$").to_numpy(),
            _LINK: flags_of(vocabulary, [URL]),
            _EMAIL: flags_of(vocabulary, [EMAIL]),
            _PHONE: flags_of(vocabulary, [PHONE]),
            _MENTION: flags_of(vocabulary, [MENTION]),
            _LIGHT: functions | flags_of(vocabulary, lexicon.audience),
            _WEIGHTY: letters & (vocabulary.str.len_chars() >= 4).to_numpy() & ~functions,
        }
        of_word = np.zeros(len(vocabulary), dtype=np.uint8)
        for bit, is_so in told.items():
            of_word[is_so] |= bit
        return cls(tokens, of_word[tokens.word])

    def are(self, bit: int) -> np.ndarray:
        """By token whether it is so."""
        are: np.ndarray = (self.bits & np.uint8(bit)) != 0
        return are

    def by_text(self, bit: int) -> np.ndarray:
        """By text, how many of its tokens are so."""
        at = np.flatnonzero(self.are(bit))
        return np.bincount(self.tokens.text_no[at], minlength=self.tokens.n_texts)

    def numbers(self) -> np.ndarray:
        """By text, its numbers; that of somebody mentioned says nothing but who is meant."""
        at, text_no = np.flatnonzero(self.are(_NUMBER)), self.tokens.text_no
        before = np.maximum(at - 1, 0)
        meant = (text_no[before] == text_no[at]) & ((self.bits[before] & _MENTION) > 0) & (at > 0)
        return np.bincount(text_no[at[~meant]], minlength=self.tokens.n_texts)


def _values(kinds: _Kinds, texts: pl.Series, text_no: np.ndarray) -> list[pl.Series]:
    """Counts of addresses, numbers and mentions by text, and ``field_<name>`` of announcements."""
    marks = {"n_urls": _LINK, "n_emails": _EMAIL, "n_phones": _PHONE, "n_mentions": _MENTION}
    n_by_text = {name: kinds.by_text(mark) for name, mark in marks.items()}
    fields = {name: is_so[text_no] for name, is_so in announcement_fields(texts.fill_null("")).items()}
    fields["contact"] |= n_by_text["n_phones"] > 0
    fields["link"] |= n_by_text["n_urls"] > 0
    values = n_by_text | {f"field_{name}": found for name, found in fields.items()}
    return [pl.Series(name, value) for name, value in values.items()]


def _own_texts(said: Utterances, n_words: np.ndarray) -> np.ndarray:
    """Texts that count for their turn: not lists; templates only where the turn has no other words."""
    own = ~said.is_list & ~said.is_template
    with_own = np.zeros(said.n, dtype=bool)
    with_own[said.utterance[own & (n_words > 0)]] = True
    return own | (~said.is_list & said.is_template & ~with_own[said.utterance])


def _turn_words(
    said: Utterances,
    tokens: Tokens,
    found: Found,
    kinds: _Kinds,
    n_words: np.ndarray,
    own: np.ndarray,
    only: _Only,
) -> pl.DataFrame:
    text_of_hit = tokens.text_no[found.start]
    mine, at = own[text_of_hit], said.utterance[text_of_hit]
    counts = counted(at[mine], found.category[mine], said.n)
    tagged = mine & (found.tag > 0)
    tags = np.zeros(said.n, dtype=np.int64)
    np.bitwise_or.at(tags, at[tagged], found.tag[tagged])
    refusing = tokens.text_no[found.refusing]
    np.bitwise_or.at(tags, said.utterance[refusing[own[refusing]]], TAG_BIT["refuses_call"])
    asks = mine & found.of("help_request") & (found.tag != TAG_BIT["prayer_request"])
    cues = mine & found.of("answer_cue")
    is_ya = mine & found.of("particle") & flags_of(tokens.vocabulary, ["ya"])[tokens.word[found.start]]
    is_marked = tokens.has_question_mark & (tokens.n_by_text > 0)
    asked = (said.total(is_marked, own) > 0) | (counts[:, NUMBER["question"]] > 0)
    plain_only = ~asked & (sum(counts[:, NUMBER[name]] for name in _MORE) == 0)
    words = pl.DataFrame(
        {
            "n_words": said.total(n_words, own),
            "is_ritual": only.holds(RITUAL) & plain_only,
            "is_broadcast": only.holds(BROADCAST, _ANSWERING_TAGS) & plain_only,
            "is_greeting_only": only.holds(("greeting_ritual",)) & ~asked,
            "is_humour_only": only.holds(("humour",)) & ~asked,
            "is_question": asked,
            "cue_weight": np.bincount(at[cues], found.weight[cues], minlength=said.n),
            "has_number": said.total(kinds.numbers(), own) > 0,
            "has_link": said.total(kinds.by_text(_LINK), own) > 0,
            "tags": tags,
            "n_requests": np.bincount(at[asks], minlength=said.n),
            "n_ya": np.bincount(at[is_ya], minlength=said.n),
            **{name: counts[:, number] for number, name in enumerate(COUNT_NAMES)},
        }
    )
    return words[said.of_turn].with_row_index("turn").with_columns(pl.col("turn").cast(pl.Int64))


class _Only:
    """Tests for utterances that hold nothing weighty beside some categories."""

    def __init__(
        self,
        said: Utterances,
        tokens: Tokens,
        found: Found,
        weighable: np.ndarray,
        is_light: np.ndarray,
        own: np.ndarray,
    ) -> None:
        self._said, self._tokens, self._found, self._weighable = said, tokens, found, weighable
        self._counted = own[tokens.text_no[found.start]]
        # a prayer or a condolence runs on to the end of its line, thanks to the end of their clause
        wishes = found.of("condolence", "congrats_prayer") | ((found.tag & _JOY_TAGS) > 0)
        self._runs_on = _from_hit_on(found, wishes, tokens.line) | _from_hit_on(
            found, found.of("gratitude"), tokens.clause
        )
        self._light = is_light | found.covers(len(tokens), found.of("pious_interjection", *_LIGHT_STYLES))
        self._heavy = self._number(np.flatnonzero(weighable & ~self._light))

    def _number(self, at: np.ndarray) -> np.ndarray:
        """By utterance, how many of these tokens are in it."""
        return np.bincount(self._said.utterance[self._tokens.text_no[at]], minlength=self._said.n)

    def holds(self, categories: tuple[str, ...], tags: int = 0) -> np.ndarray:
        """By utterance: has the categories or tags, and they make up half or more of its weighty words."""
        chosen = self._found.of(*categories) | ((self._found.tag & tags) > 0)
        core = self._found.covers(len(self._tokens), chosen)
        if "condolence" in categories:
            core |= self._runs_on
        of_kind = np.flatnonzero(core & self._weighable)
        # what is light by itself weighs where it is of the kind
        every = self._heavy + self._number(of_kind[self._light[of_kind]])
        hits = self._number(self._found.start[chosen & self._counted]) > 0
        return hits & (self._number(of_kind) >= ONLY_SHARE * every)


def _from_hit_on(found: Found, chosen: np.ndarray, stretch: np.ndarray) -> np.ndarray:
    """Mask over tokens: at or after the first chosen occurrence of their stretch (clause or line)."""
    start = np.sort(found.start[chosen])
    first = start[np.append(True, stretch[start[1:]] != stretch[start[:-1]])[: len(start)]]
    end = np.searchsorted(stretch, stretch[first], side="right")
    mask = np.zeros(len(stretch), dtype=bool)
    mask[stretches(first, end - first)] = True
    return mask


def _content(said: Utterances, tokens: Tokens, found: Found, weighty: np.ndarray) -> pl.DataFrame:
    """Distinct content words by turn: 4 letters or more, no word of grammar, greeting, thanks or piety."""
    empty = found.covers(len(tokens), found.of(*_NO_CONTENT, *STYLE_CATEGORIES))
    chosen = np.flatnonzero(weighty & ~empty)
    size = max(len(tokens.vocabulary), 1)
    pairs = np.sort(said.utterance[tokens.text_no[chosen]] * size + tokens.word[chosen])
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]]
    utterance, word = np.divmod(pairs, size)
    n = np.bincount(utterance, minlength=said.n)
    n_of_turn = n[said.of_turn]
    at = stretches((np.cumsum(n) - n)[said.of_turn], n_of_turn)
    return pl.DataFrame({"turn": np.repeat(np.arange(len(n_of_turn)), n_of_turn), "word": word[at]})


def _addressed(said: Utterances, spoken: pl.DataFrame) -> pl.DataFrame:
    """Whom turns address: turn, member_key, nth."""
    who = spoken.select(
        pl.Series("utterance", said.utterance[spoken["text_no"].to_numpy()]), "member_key"
    ).unique(maintain_order=True)
    n = np.bincount(who["utterance"].to_numpy(), minlength=said.n)
    n_of_turn = n[said.of_turn]
    nth = stretches(np.zeros_like(n_of_turn), n_of_turn)
    first = np.repeat((np.cumsum(n) - n)[said.of_turn], n_of_turn)
    return pl.DataFrame(
        {
            "turn": np.repeat(np.arange(len(n_of_turn)), n_of_turn),
            "member_key": who["member_key"].gather(first + nth),
            "nth": nth,
        }
    )
