"""Names of members as people write them: in list lines, in mentions, after a title."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import cdist

from tasks.measure.text.distinct import distinct_values
from tasks.measure.text.lexicon import Lexicon, flags_of
from tasks.measure.text.normalise import MENTION, plain
from tasks.measure.text.tokens import Tokens, tokenise
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
    name), ``n`` how many people the form may mean at its best rank. ``trie``: unambiguous forms over tokens;
    its n-th entry is ``owners[n]``. ``phones``: digits -> member_key.
    """

    forms: pl.DataFrame
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
    return Names(
        forms,
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
    tokens = tokenise(plain(distinct), lexicon.spelling)
    vocabulary = tokens.vocabulary
    at = np.flatnonzero(vocabulary.str.contains(r"^\pL+$").to_numpy()[tokens.word])
    word, name = tokens.word[at], tokens.text_no[at]
    is_last = np.append(name[1:] != name[:-1], True)[: len(name)]
    # a letter at the end is an initial: 'Kokom H' is no haji
    is_letter = (vocabulary.str.len_chars() == 1).to_numpy()[word]
    stays = ~flags_of(vocabulary, lexicon.titles)[word] | (is_last & is_letter)
    # who is called by a title alone ('teh Neng') is called by the last
    stays |= is_last & (np.bincount(name[stays], minlength=len(distinct)) == 0)[name]
    words = pl.DataFrame({"name": name[stays], "form": vocabulary.gather(word[stays])})
    joined = words.group_by("name", maintain_order=True).agg(pl.col("form").str.join(" "))
    forms = pl.repeat("", len(distinct), dtype=pl.String, eager=True).scatter(joined["name"], joined["form"])
    return forms.gather(place).alias("form")


@dataclass(frozen=True, slots=True)
class Known:
    """Whom normal forms of names mean; arrays by form.

    ``member``: the person, NOBODY where it is none or several. ``is_settled``: whether it is a name of
    somebody, or of one who will not be named. ``_own``: who may mean himself by a form that several bear.
    """

    member: np.ndarray
    is_settled: np.ndarray
    _is_shared: np.ndarray
    _own: pl.DataFrame

    def of(self, form: np.ndarray, writer: np.ndarray) -> np.ndarray:
        """Whom each form means when that writer writes it: of several who bear the name, himself."""
        meant = self.member[form]
        at = np.flatnonzero(self._is_shared[form])
        if len(at):
            asked = pl.DataFrame({"form": form[at], "member_key": writer[at], "at": at})
            own = asked.join(self._own, on=["form", "member_key"], how="semi")["at"].to_numpy()
            meant[own] = writer[own]
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
    asked = (
        wanted.alias("form").to_frame().with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    )
    is_anonymous = asked["form"].str.contains(ANONYMOUS)
    named = asked.filter((pl.col("form") != "") & ~is_anonymous)
    borne = named.join(names.forms, on="form")
    rest = named.join(borne, on="form", how="anti")
    # a form that names several people exactly is no slip of the pen
    several = borne.filter(pl.col("n") > 1)
    whole = _by_parts(pl.concat([rest, several.select(rest.columns).unique()]), names.forms)
    near = _fuzzy(rest.join(whole, on="form", how="anti"), names.forms)
    found = pl.concat([borne.filter(pl.col("n") == 1).select(whole.columns), whole, near])
    member = np.full(len(asked), NOBODY, dtype=np.int64)
    member[found["place"].to_numpy()] = found["member_key"].to_numpy()
    is_borne, is_shared = np.zeros((2, len(asked)), dtype=bool)
    is_borne[borne["place"].to_numpy()] = True
    is_shared[several["place"].to_numpy()] = True
    return Known(
        member, is_borne | is_anonymous.to_numpy(), is_shared, several.select("member_key", form="place")
    )


def _by_parts(wanted: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Several words that all belong to one person's names ('ahmad fauzi' in 'muhammad ahmad fauzi')."""
    words = wanted.with_columns(word=pl.col("form").str.split(" ").list.unique())
    words = words.with_columns(n_words=pl.col("word").list.len()).filter(pl.col("n_words") > 1)
    owned = (
        forms.select("member_key", word=pl.col("form").str.split(" "))
        .explode("word", empty_as_null=True)
        .unique()
    )
    shared = (
        words.explode("word", empty_as_null=True)
        .join(owned, on="word")
        .group_by("place", "form", "n_words", "member_key")
        .agg(n_shared=pl.len())
    )
    whole = shared.filter(pl.col("n_shared") == pl.col("n_words"))
    return whole.filter(pl.len().over("place") == 1).select("place", "form", "member_key")


def _fuzzy(wanted: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    long = pl.col("form").str.len_chars() >= FUZZY_LETTERS
    distinct, known = wanted.filter(long), forms.filter(long)
    near = (
        cdist(
            distinct["form"].to_list(), known["form"].to_list(),
            scorer=DamerauLevenshtein.distance, score_cutoff=1,
        ) <= 1
    )  # fmt: skip
    row, column = np.nonzero(near)
    hits = distinct[row].with_columns(member_key=known["member_key"].gather(column)).unique()
    return hits.filter(pl.len().over("place") == 1).select("place", "form", "member_key")


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
    before, after = np.maximum(leads - 1, 0), np.minimum(led.start + led.length, len(tokens) - 1)
    opens = (leads == 0) | (turn_of_text[tokens.text_no[before]] != turn)
    closes = (led.start + led.length > after) | (turn_of_text[tokens.text_no[after]] != turn)
    chosen = led.take(same & (is_mention[tokens.word[leads]] | opens | closes))
    by_name = pl.DataFrame(
        {
            "at": chosen.start,
            "text_no": tokens.text_no[chosen.start],
            "member_key": names.owners[chosen.entry],
        },
        schema={"at": pl.Int64, "text_no": pl.Int64, "member_key": pl.Int64},
    )
    numbered = np.flatnonzero(is_mention[tokens.word[:-1]]) + 1
    digits = tokens.vocabulary.gather(tokens.word[numbered])
    by_number = pl.DataFrame({"at": numbered, "text_no": tokens.text_no[numbered], "digits": digits}).join(
        pl.DataFrame(
            {"digits": list(names.phones), "member_key": list(names.phones.values())},
            schema={"digits": pl.String, "member_key": pl.Int64},
        ),
        on="digits",
    )
    spoken = pl.concat([by_name, by_number.select(by_name.columns)]).sort("at")
    return spoken.select("text_no", "member_key").unique(maintain_order=True), hits


def _widest(hits: Hits, n_tokens: int) -> Hits:
    """Of the names that begin at one token, the longest; the shorter ones come first."""
    widest = np.zeros(n_tokens, dtype=np.int64)
    widest[hits.start] = hits.length
    return hits.take(hits.length == widest[hits.start])
