"""Words of messages and turns: the token stream of a group read once, counted twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.vocabulary import LEXICON_CATEGORIES, STYLE_CATEGORIES
from tasks.measure.names import Names, spoken_to
from tasks.measure.text.features import count_emoji, read_values
from tasks.measure.text.lexicon import (
    CATEGORIES,
    NUMBER,
    TAG_BIT,
    Found,
    Lexicon,
    count,
    flags_of,
    is_english,
    language,
    match,
)
from tasks.measure.text.normalise import MENTION, PHONE, URL, Tokens, tokenise

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


def read(messages: pl.DataFrame, lexicon: Lexicon, names: Names) -> Reading:
    """Tokens, words and values of a group's messages.

    Args:
        messages: plain (normal text), text, turn (NULL outside turns), is_list, is_template; sorted by time.
        lexicon: compiled for the group. names: of its people.

    Returns:
        A :class:`Reading`. ``turn_words`` has one row per turn with any text: turn, n_words, is_text,
        is_ritual, is_broadcast, is_greeting_only, is_humour_only, is_question, cue_weight, has_number,
        has_link, tags (bits), n_requests (help requests, prayer requests left out), and the counts by
        category. A turn's own text leaves out list bodies and forwarded templates; a turn of nothing but a
        template is counted by its words, but is no text turn.
    """
    tokens = tokenise(messages["plain"], lexicon.spelling)
    turn_of_text = messages["turn"].fill_null(-1).to_numpy()
    group_of_text = np.where(turn_of_text >= 0, turn_of_text, -1 - np.arange(len(turn_of_text)))
    english = is_english(lexicon, tokens)
    spoken, name_hits = spoken_to(tokens, group_of_text[tokens.text_no], names, lexicon)
    begins_name = np.zeros(len(tokens), dtype=bool)
    begins_name[name_hits.start] = True
    found = match(lexicon, tokens, group_of_text, begins_name, english)
    in_name = np.zeros(len(tokens) + 1, dtype=np.int64)
    np.add.at(in_name, name_hits.start, 1)
    np.add.at(in_name, name_hits.start + name_hits.length, -1)
    kinds = _token_kinds(tokens, lexicon, np.cumsum(in_name[:-1]) > 0)
    counted = _count_messages(messages, tokens, found, kinds, language(lexicon, tokens, english))
    mine = _own_tokens(messages, tokens, kinds["letters"], turn_of_text)
    return Reading(
        counted,
        _turn_words(tokens, found, kinds, mine, turn_of_text),
        _content(tokens, found, kinds, mine & ~mine_by_template(messages, tokens), turn_of_text),
        tokens.vocabulary,
        _addressed(spoken, turn_of_text),
    )


def _token_kinds(tokens: Tokens, lexicon: Lexicon, in_name: np.ndarray) -> dict[str, np.ndarray]:
    """Masks over tokens: letters, number, link, light (names, titles, audiences, words of grammar),
    function, long."""
    vocabulary = tokens.vocabulary
    at = tokens.word
    words = lexicon.titles | lexicon.audience | lexicon.functions
    return {
        "letters": vocabulary.str.contains(r"\pL").to_numpy()[at],
        "number": vocabulary.str.contains(rf"^(?:\d.*|{PHONE})$").to_numpy()[at] & ~_mentioned(tokens),
        "link": flags_of(vocabulary, [URL])[at],
        "light": flags_of(vocabulary, words)[at] | in_name,
        "function": flags_of(vocabulary, lexicon.functions | lexicon.titles)[at],
        "long": (vocabulary.str.len_chars() >= 4).to_numpy()[at],
    }


def _mentioned(tokens: Tokens) -> np.ndarray:
    """Mask over tokens: the number of somebody mentioned, which says nothing but who is meant."""
    after = np.zeros(len(tokens), dtype=bool)
    after[1:] = flags_of(tokens.vocabulary, [MENTION])[tokens.word[:-1]]
    return after


def _count_messages(
    messages: pl.DataFrame, tokens: Tokens, found: Found, kinds: dict[str, np.ndarray], lang: pl.Series
) -> pl.DataFrame:
    counts = count(found, tokens)
    n_words = np.bincount(tokens.text_no[kinds["letters"]], minlength=tokens.n_texts)
    return messages.with_columns(
        lang.alias("lang"),
        pl.Series("n_words", n_words, dtype=pl.Int64),
        count_emoji(messages["text"]).alias("n_emoji"),
        pl.col("text").fill_null("").str.len_chars().cast(pl.Int64).alias("n_chars"),
        *read_values(messages["plain"]),
        *(pl.Series(name, counts[:, number], dtype=pl.Int64) for number, name in enumerate(COUNT_NAMES)),
    )


def mine_by_template(messages: pl.DataFrame, tokens: Tokens) -> np.ndarray:
    """Mask over tokens: inside a forwarded template."""
    return messages["is_template"].to_numpy()[tokens.text_no]


def _own_tokens(
    messages: pl.DataFrame, tokens: Tokens, letters: np.ndarray, turn_of_text: np.ndarray
) -> np.ndarray:
    """Tokens that count for their turn: not in lists; in templates only where the turn has nothing else."""
    listed = messages["is_list"].to_numpy()[tokens.text_no]
    template = mine_by_template(messages, tokens)
    turn = turn_of_text[tokens.text_no]
    own = (turn >= 0) & ~listed & ~template
    # one place more than there are turns: -1, no turn, reads the last
    with_own = np.zeros(int(turn_of_text.max(initial=-1)) + 2, dtype=bool)
    with_own[turn[own & letters]] = True
    return own | ((turn >= 0) & ~listed & template & ~with_own[turn])


def _turn_words(
    tokens: Tokens, found: Found, kinds: dict[str, np.ndarray], mine: np.ndarray, turn_of_text: np.ndarray
) -> pl.DataFrame:
    turn = turn_of_text[tokens.text_no]
    n_turns = int(turn_of_text.max(initial=-1)) + 1
    counted = mine[found.start]
    hit_turn = turn[found.start]
    width = len(CATEGORIES)
    cells = hit_turn[counted] * width + found.category[counted]
    counts = np.bincount(cells, minlength=n_turns * width).reshape(n_turns, width)

    def total(mask: np.ndarray) -> np.ndarray:
        return np.bincount(turn[mask & mine], minlength=n_turns)

    tagged = counted & (found.tag > 0)
    tags = np.zeros(n_turns, dtype=np.int64)
    np.bitwise_or.at(tags, hit_turn[tagged], found.tag[tagged])
    asks = counted & found.of("help_request") & (found.tag != TAG_BIT["prayer_request"])
    cues = counted & found.of("answer_cue")
    asked = np.zeros(n_turns, dtype=bool)
    own_text = np.zeros(tokens.n_texts, dtype=bool)
    own_text[tokens.text_no[mine]] = True
    asked[turn_of_text[own_text & tokens.has_question_mark]] = True
    asked |= counts[:, NUMBER["question"]] > 0
    only = _Only(tokens, found, kinds, mine, turn, n_turns)
    plain_only = ~asked & (counts[:, [NUMBER[name] for name in _MORE]].sum(axis=1) == 0)
    return pl.DataFrame(
        {
            "turn": np.arange(n_turns),
            "n_words": total(kinds["letters"]),
            "is_ritual": only.holds(RITUAL) & plain_only,
            "is_broadcast": only.holds(BROADCAST, _JOY_TAGS) & plain_only,
            "is_greeting_only": only.holds(("greeting_ritual",)) & ~asked,
            "is_humour_only": only.holds(("humour",)) & ~asked,
            "is_question": asked,
            "cue_weight": np.bincount(hit_turn[cues], found.weight[cues], minlength=n_turns),
            "has_number": total(kinds["number"]) > 0,
            "has_link": total(kinds["link"]) > 0,
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
        kinds: dict[str, np.ndarray],
        mine: np.ndarray,
        turn: np.ndarray,
        n_turns: int,
    ) -> None:
        n = len(tokens)
        self._found, self._turn, self._n_turns = found, turn, n_turns
        self._counted = mine[found.start]
        self._weighable = kinds["letters"] & mine
        # a prayer or a condolence runs on to the end of its line, thanks to the end of their clause
        wishes = found.of("condolence", "congrats_prayer") | ((found.tag & _JOY_TAGS) > 0)
        self._runs_on = _from_hit_on(found, wishes, tokens.line, n) | _from_hit_on(
            found, found.of("gratitude"), tokens.clause, n
        )
        self._light = kinds["light"] | found.covers(n, found.of("pious_interjection", *_LIGHT_STYLES))

    def holds(self, categories: tuple[str, ...], tags: int = 0) -> np.ndarray:
        """By turn: has the categories or tags, and they make up half or more of its weighty words."""
        chosen = self._found.of(*categories) | ((self._found.tag & tags) > 0)
        core = self._found.covers(len(self._turn), chosen)
        if "condolence" in categories:
            core |= self._runs_on
        weighty = self._weighable & (core | ~self._light)
        of_kind = np.bincount(self._turn[weighty & core], minlength=self._n_turns)
        every = np.bincount(self._turn[weighty], minlength=self._n_turns)
        hits = np.zeros(self._n_turns, dtype=bool)
        hits[self._turn[self._found.start[chosen & self._counted]]] = True
        return hits & (of_kind >= ONLY_SHARE * every)


def _from_hit_on(found: Found, chosen: np.ndarray, stretch: np.ndarray, n_tokens: int) -> np.ndarray:
    """Mask over tokens: at or after the first chosen occurrence of their stretch (clause or line)."""
    if not n_tokens:
        return np.zeros(0, dtype=bool)
    first = np.full(int(stretch.max()) + 1, n_tokens, dtype=np.int64)
    np.minimum.at(first, stretch[found.start[chosen]], found.start[chosen])
    return np.arange(n_tokens) >= first[stretch]


def _content(
    tokens: Tokens, found: Found, kinds: dict[str, np.ndarray], mine: np.ndarray, turn_of_text: np.ndarray
) -> pl.DataFrame:
    """Distinct content words by turn: 4 letters or more, no word of grammar, greeting, thanks or piety."""
    empty = found.covers(len(tokens), found.of(*_NO_CONTENT, *STYLE_CATEGORIES))
    chosen = mine & kinds["letters"] & kinds["long"] & ~kinds["function"] & ~empty
    size = max(len(tokens.vocabulary), 1)
    pairs = np.sort(turn_of_text[tokens.text_no[chosen]] * size + tokens.word[chosen])
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
