"""Names of members as people write them: in list lines, in mentions, after a title."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import cdist

from tasks.measure.text.lexicon import Lexicon, flags_of, normal_forms
from tasks.measure.text.normalise import MENTION, Tokens
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
    distinct = names.alias("name").unique()
    words = pl.Series("form", normal_forms(distinct, lexicon.spelling), dtype=pl.String).str.split(" ")
    letters = pl.col("form").list.filter(pl.element().str.contains(r"^\pL+$"))
    frame = pl.DataFrame([distinct, words]).with_columns(letters)
    is_title = pl.element().is_in(sorted(lexicon.titles))
    form = pl.col("form")
    # a letter at the end is an initial: 'Kokom H' is no haji
    last = form.list.tail(1).list.filter(~is_title | (pl.element().str.len_chars() == 1))
    bare = (
        form.list.head((form.list.len().cast(pl.Int64) - 1).clip(0)).list.filter(~is_title).list.concat(last)
    )
    forms = frame.select(
        "name",
        # who is called by a title alone ('teh Neng') is called by the last
        pl.when(bare.list.len() > 0)
        .then(bare)
        .otherwise(pl.col("form").list.tail(1))
        .list.join(" ")
        .alias("form"),
    )
    asked = names.alias("name").to_frame()
    return asked.join(forms, on="name", how="left", maintain_order="left", nulls_equal=True)["form"]


def match_names(wanted: pl.DataFrame, names: Names) -> pl.DataFrame:
    """List entries -> people.

    Args:
        wanted: form (normal words), sender_key (who wrote the line), one row per distinct pair.
        names: the index.

    Returns:
        ``wanted`` with member_key: exact name or alias, else a part of a name, each if it means one person or
        the sender himself; else a name of 5 or more letters at one edit's distance, if unique; else NULL.
        Anonymous donors ('Hamba Allah') are never matched.
    """
    named = wanted.filter((pl.col("form") != "") & ~pl.col("form").str.contains(ANONYMOUS))
    direct = _exact(named, names.forms)
    rest = named.join(direct, on=["form", "sender_key"], how="anti")
    subset = _by_parts(rest, names.forms)
    rest = rest.join(subset, on=["form", "sender_key"], how="anti")
    # a form that names several people exactly is no slip of the pen
    rest = rest.join(names.forms.select("form").unique(), on="form", how="anti")
    found = pl.concat([direct, subset, _fuzzy(rest, names.forms)])
    return wanted.join(found, on=["form", "sender_key"], how="left", maintain_order="left")


def _exact(wanted: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    hits = wanted.join(forms, on="form")
    own = pl.col("member_key") == pl.col("sender_key")
    return hits.filter((pl.col("n") == 1) | own).select("form", "sender_key", "member_key")


def _by_parts(wanted: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """Several words that all belong to one person's names ('ahmad fauzi' in 'muhammad ahmad fauzi')."""
    keys = ["form", "sender_key"]
    words = wanted.with_columns(word=pl.col("form").str.split(" ").list.unique()).filter(
        pl.col("word").list.len() > 1
    )
    n_words = words.with_columns(n_words=pl.col("word").list.len()).drop("word")
    owned = (
        forms.select("member_key", word=pl.col("form").str.split(" "))
        .explode("word", empty_as_null=True)
        .unique()
    )
    shared = (
        words.explode("word", empty_as_null=True)
        .join(owned, on="word")
        .group_by([*keys, "member_key"])
        .agg(n_shared=pl.len())
    )
    whole = shared.join(n_words, on=keys).filter(pl.col("n_shared") == pl.col("n_words"))
    return whole.filter(pl.len().over(keys) == 1).select(*keys, "member_key")


def _fuzzy(wanted: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    keys = ["form", "sender_key"]
    distinct = wanted.filter(pl.col("form").str.len_chars() >= FUZZY_LETTERS)["form"].unique().sort()
    known = forms.filter(pl.col("form").str.len_chars() >= FUZZY_LETTERS)
    if distinct.is_empty() or known.is_empty():
        return wanted.head(0).with_columns(member_key=pl.lit(None, dtype=pl.Int64))
    near = (
        cdist(distinct.to_list(), known["form"].to_list(), scorer=DamerauLevenshtein.distance, score_cutoff=1)
        <= 1
    )
    row, column = np.nonzero(near)
    hits = pl.DataFrame(
        {"form": distinct.gather(row), "member_key": known["member_key"].gather(column)}
    ).unique()
    sole = hits.filter(pl.len().over("form") == 1)
    return wanted.join(sole, on="form").select(*keys, "member_key")


def spoken_to(tokens: Tokens, turn: np.ndarray, names: Names, lexicon: Lexicon) -> tuple[pl.DataFrame, Hits]:
    """Who is addressed in which text, and where names begin.

    Args:
        tokens: the token stream.
        turn: by token, the turn it belongs to.
        names: the index. lexicon: for the titles.

    Returns:
        A frame (text_no, member_key) of mentions ('@' and name or number) and of vocatives (title and name at
        the start or end of the turn), in the order of the texts, and all hits of unambiguous names.
    """
    hits = _widest(find(names.trie, tokens))
    is_mention = flags_of(tokens.vocabulary, [MENTION])
    is_title = flags_of(tokens.vocabulary, lexicon.titles)
    before = np.maximum(hits.start - 1, 0)
    same = (hits.start > 0) & (turn[before] == turn[hits.start])
    at_edge = _at_edge(turn, before, hits.start + hits.length - 1)
    leads = tokens.word[before]
    chosen = same & (is_mention[leads] | (is_title[leads] & at_edge))
    by_name = pl.DataFrame(
        {
            "at": hits.start[chosen],
            "text_no": tokens.text_no[hits.start[chosen]],
            "member_key": names.owners[hits.entry[chosen]],
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


def _widest(hits: Hits) -> Hits:
    """Of the names that begin at one token, the longest."""
    widest = int(hits.length.max(initial=0))
    hits = hits.take(np.argsort(hits.start * (widest + 1) + widest - hits.length, kind="stable"))
    first = np.ones(len(hits), dtype=bool)
    first[1:] = hits.start[1:] != hits.start[:-1]
    return hits.take(first)


def _at_edge(turn: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Whether a stretch of tokens opens or closes its turn."""
    if not len(turn):
        return np.zeros(0, dtype=bool)
    opens = (start == 0) | (turn[np.maximum(start - 1, 0)] != turn[start])
    last = len(turn) - 1
    closes = (end >= last) | (turn[np.minimum(end + 1, last)] != turn[end])
    return opens | closes
