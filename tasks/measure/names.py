"""Names of members as people write them: in list lines, in mentions, after a title."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import cdist

from tasks.measure.text.characters import characters
from tasks.measure.text.distinct import distinct_values
from tasks.measure.text.lexicon import Lexicon, flags_of
from tasks.measure.text.normalise import MENTION, plain_texts
from tasks.measure.text.tokens import EMOJI_TERMS, Tokens, tokenise
from tasks.measure.text.trie import Hits, Trie, build, find

#: Shortest name for which one slip of the pen is forgiven.
FUZZY_LETTERS = 5
#: Words of a name that short forms are made of.
MAX_WORDS = 8
NOBODY = -1
#: Normal forms of givers who will not be named.
ANONYMOUS = r"^(?:hamba ?all[ao]h|hamba ?alah|ha|anonim|anonymous|no ?name|nn|fulan(?:ah)?)(?: .*)?$"


@dataclass(frozen=True, slots=True)
class Names:
    """Every way to name a person.

    ``forms``: form (normal words, titles left out), member_key, rank (0 full name or alias, 1 part of a
    name), ``n`` how many people the form may mean at its best rank; by form these people are ``bearers``. ``of_word``:
    who has the word in one of their forms. ``trie``: unambiguous forms over tokens;
    its n-th entry is ``owners[n]``. ``phones``: digits -> member_key.
    """

    forms: pl.DataFrame
    bearers: dict[str, list[int]]
    of_word: dict[str, set[int]]
    trie: Trie
    owners: np.ndarray
    phones: dict[str, int]


def index_names(people: pl.DataFrame, lexicon: Lexicon) -> Names:
    """Names of a group's people (frame PEOPLE) as an index; bots have none."""
    persons = people.filter(~pl.col("is_bot")).select("member_key", "name", "aliases", "phone")
    full = pl.concat(
        [
            persons.select("member_key", form="name"),
            persons.select("member_key", form="aliases").explode("form", empty_as_null=True),
        ]
    ).drop_nulls("form")
    full = full.with_columns(form=name_forms(full["form"], lexicon)).filter(pl.col("form") != "").unique()
    # a label that is a number names nobody
    full = full.filter(pl.col("form").str.contains(r"\pL"))
    parts = _short_forms(full)
    forms = (
        pl.concat([full.with_columns(rank=pl.lit(0)), parts.with_columns(rank=pl.lit(1))])
        .sort("form", "rank", "member_key")
        .unique(["form", "member_key"], keep="first", maintain_order=True)
        .with_columns(n=(pl.col("rank") == pl.col("rank").min().over("form")).sum().over("form"))
        .filter(pl.col("rank") == pl.col("rank").min().over("form"))
    )
    sole = forms.filter(pl.col("n") == 1)
    phones = persons.drop_nulls("phone")
    bearers: dict[str, list[int]] = {}
    of_word: dict[str, set[int]] = {}
    for form, member in forms.select("form", "member_key").iter_rows():
        bearers.setdefault(form, []).append(member)
        for word in form.split(" "):
            of_word.setdefault(word, set()).add(member)
    return Names(
        forms,
        bearers,
        of_word,
        build([form.split(" ") for form in sole["form"]]),
        sole["member_key"].to_numpy(),
        dict(zip(phones["phone"].str.strip_prefix("+"), phones["member_key"], strict=True)),
    )


def _short_forms(full: pl.DataFrame) -> pl.DataFrame:
    """member_key, form: single words of names, two of their words, a word and the initial of another."""
    words = full.with_columns(word=pl.col("form").str.split(" ").list.head(MAX_WORDS)).filter(
        pl.col("word").list.len() > 1
    )
    placed = (
        words.select("member_key", "form", "word")
        .with_row_index("name")
        .explode("word", empty_as_null=True)
        .with_columns(place=pl.int_range(pl.len()).over("name"))
    )
    single = placed.filter(pl.col("word").str.len_chars() >= 3).select("member_key", form="word")
    two = placed.join(placed, on=["name", "member_key"], suffix="_later").filter(
        pl.col("place") < pl.col("place_later")
    )
    later = pl.col("word_later")
    pairs = two.select("member_key", form=pl.concat_str("word", later, separator=" "))
    initials = two.select("member_key", form=pl.concat_str("word", later.str.slice(0, 1), separator=" "))
    return pl.concat([single, pairs, initials]).unique()


def name_forms(names: pl.Series, lexicon: Lexicon) -> pl.Series:
    """Names -> normal words without digits and marks, and without titles if more than titles is left."""
    distinct, place = distinct_values(names)
    tokens = tokenise(plain_texts(distinct, characters(distinct)), lexicon.spelling)
    vocabulary = tokens.vocabulary
    at = np.flatnonzero(vocabulary.str.contains(r"^\pL+$").to_numpy()[tokens.word])
    word, name = tokens.word[at], tokens.text_no[at]
    is_last = np.append(name[1:] != name[:-1], True)[: len(name)]
    # a letter at the end is an initial: 'Kokom H' is no haji
    is_letter = (vocabulary.str.len_chars() == 1).to_numpy()[word]
    stays = ~flags_of(vocabulary, lexicon.titles)[word] | (is_last & is_letter)
    # who is called by a title alone ('teh Neng') is called by the last
    stays |= is_last & (np.bincount(name[stays], minlength=len(distinct)) == 0)[name]
    words = vocabulary.gather(word[stays]).to_list()
    ends = np.cumsum(np.bincount(name[stays], minlength=len(distinct))).tolist()
    forms = [" ".join(words[begin:end]) for begin, end in zip([0, *ends], ends, strict=False)]
    return pl.Series("form", forms, dtype=pl.String).gather(place)


@dataclass(frozen=True, slots=True)
class Known:
    """Whom normal forms of names mean; arrays by form.

    ``member``: the person, NOBODY where it is none or several. ``is_settled``: whether it is a name of
    somebody, or of one who will not be named, ``_is_shared``: whether several bear it. ``_bearers``: these people
    (sorted keys), and ``_borne``: who bears what, form * bearers + place among them (sorted).
    """

    member: np.ndarray
    is_settled: np.ndarray
    _is_shared: np.ndarray
    _bearers: np.ndarray
    _borne: np.ndarray

    def of(self, form: np.ndarray, writer: np.ndarray) -> np.ndarray:
        """Whom each form means when that writer writes it: of several who bear the name, himself."""
        meant = self.member[form]
        at = np.flatnonzero(self._is_shared[form])
        if len(at):
            who = writer[at]
            place = np.minimum(np.searchsorted(self._bearers, who), len(self._bearers) - 1)
            asked = form[at] * len(self._bearers) + place
            found = np.minimum(np.searchsorted(self._borne, asked), len(self._borne) - 1)
            is_own = (self._bearers[place] == who) & (self._borne[found] == asked)
            meant[at[is_own]] = who[is_own]
        return meant


def match_names(wanted: pl.Series, names: Names) -> Known:
    """List entries -> people.

    A form means who bears it as name or alias, else as part of a name, if it means one person (or the writer:
    see :class:`Known`); else the one of whose names it holds several words and no other; else, if it has five
    letters or more, the only one whose name is at one edit's distance. Anonymous donors ('Hamba Allah') are
    never matched.

    Args:
        wanted: distinct normal forms. names: the index.
    """
    is_anonymous = wanted.str.contains(ANONYMOUS).to_numpy()
    member = np.full(len(wanted), NOBODY, dtype=np.int64)
    is_borne, is_shared = np.zeros((2, len(wanted)), dtype=bool)
    shared, unknown = [], []
    for place, form in enumerate(wanted.to_list()):
        if not form or is_anonymous[place]:
            continue
        borne = names.bearers.get(form, ())
        is_borne[place] = bool(borne)
        # a form that names several people exactly is no slip of the pen
        meant = borne if len(borne) == 1 else _by_parts(form, names)
        if len(meant) == 1:
            (member[place],) = meant
        elif not borne:
            unknown.append(place)
        if len(borne) > 1:
            is_shared[place] = True
            shared += [(place, one) for one in borne]
    _forgive(wanted, np.array(unknown, dtype=np.int64), names, member)
    of_place, by = np.array(shared, dtype=np.int64).reshape(-1, 2).T
    bearers, bearer = np.unique(by, return_inverse=True)
    return Known(
        member, is_borne | is_anonymous, is_shared, bearers, np.sort(of_place * len(bearers) + bearer)
    )


def _by_parts(form: str, names: Names) -> set[int]:
    """Whose names have all words of a form, if it has several ('ahmad fauzi' in 'muhammad ahmad fauzi')."""
    words = set(form.split(" "))
    return set.intersection(*(names.of_word.get(word, set()) for word in words)) if len(words) > 1 else set()


def _forgive(wanted: pl.Series, places: np.ndarray, names: Names, member: np.ndarray) -> None:
    """Give forms at these places the only person whose name is at one edit's distance."""
    long = pl.col("form").str.len_chars() >= FUZZY_LETTERS
    known = names.forms.filter(long)
    places = places[(wanted.gather(places).str.len_chars() >= FUZZY_LETTERS).to_numpy()]
    near = (
        cdist(
            wanted.gather(places).to_list(), known["form"].to_list(),
            scorer=DamerauLevenshtein.distance, score_cutoff=1,
        ) <= 1
    )  # fmt: skip
    row, column = np.nonzero(near)
    hits = np.unique(np.stack([row, known["member_key"].to_numpy()[column]]), axis=1)
    sole = np.bincount(hits[0], minlength=len(places)) == 1
    member[places[sole]] = hits[1][sole[hits[0]]]


def spoken_to(
    tokens: Tokens, turn_of_text: np.ndarray, names: Names, lexicon: Lexicon
) -> tuple[pl.DataFrame, Hits]:
    """Who is addressed in which text, and where names begin.

    Args:
        tokens: the token stream.
        turn_of_text: which texts are of one turn.
        names: the index. lexicon: for the titles.

    Returns:
        A frame (text_no, member_key) of mentions ('@' and name or number) and of vocatives (title and name at
        the start or end of the turn), in the order of the texts, and all hits of unambiguous names.
    """
    hits = _widest(find(names.trie, tokens), len(tokens))
    is_mention = flags_of(tokens.vocabulary, [MENTION])
    is_title = flags_of(tokens.vocabulary, lexicon.titles)
    leads = np.maximum(hits.start - 1, 0)
    led = hits.take((is_mention | is_title)[tokens.word[leads]] & (hits.start > 0))
    leads = led.start - 1
    turn = turn_of_text[tokens.text_no[led.start]]
    same = turn_of_text[tokens.text_no[leads]] == turn
    # emoji around are no words: 'nuhun kang Asep 🙏'
    words = np.flatnonzero(~flags_of(tokens.vocabulary, list(EMOJI_TERMS))[tokens.word])
    ahead, behind = np.searchsorted(words, leads) - 1, np.searchsorted(words, led.start + led.length)
    before, after = words[np.maximum(ahead, 0)], np.append(words, len(tokens) - 1)[behind]
    opens = (ahead < 0) | (turn_of_text[tokens.text_no[before]] != turn)
    closes = (behind == len(words)) | (turn_of_text[tokens.text_no[after]] != turn)
    chosen = led.take(same & (is_mention[tokens.word[leads]] | opens | closes))
    numbered = np.flatnonzero(is_mention[tokens.word[:-1]]) + 1
    meant = _by_number(tokens, numbered, names)
    is_known = meant != NOBODY
    at = np.concatenate([chosen.start, numbered[is_known]])
    member = np.concatenate([names.owners[chosen.entry], meant[is_known]])
    order = np.argsort(at)
    spoken = pl.DataFrame({"text_no": tokens.text_no[at[order]], "member_key": member[order]})
    return spoken.unique(maintain_order=True), hits


def _by_number(tokens: Tokens, at: np.ndarray, names: Names) -> np.ndarray:
    """Whose telephone number each of these tokens is, NOBODY where it is none."""
    word, place = np.unique(tokens.word[at], return_inverse=True)
    written = tokens.vocabulary.gather(word).to_list()
    return np.array([names.phones.get(digits, NOBODY) for digits in written], dtype=np.int64)[place]


def _widest(hits: Hits, n_tokens: int) -> Hits:
    """Of the names that begin at one token, the longest; the shorter ones come first."""
    widest = np.zeros(n_tokens, dtype=np.int64)
    widest[hits.start] = hits.length
    return hits.take(hits.length == widest[hits.start])
