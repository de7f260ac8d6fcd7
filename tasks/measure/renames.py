"""Names on a list that were corrected between two versions: one entry, not two."""

from __future__ import annotations

import polars as pl
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import cpdist

#: Share of letters that must stay for a new name in the place of another to be the same one, spelled anew.
MIN_LIKENESS = 0.7


def merge_renamed(entries: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """Entities that a copy spells anew in their old place take the identity of the new spelling.

    In the copy the old name is gone, the new one stands at its ordinal, both are alike (edit distance at most
    3 letters of 10, or the words of one all in the other), and they do not name two different members.

    Args:
        entries: chain, version, line, entity, form, member_key?. versions: version, parent?.

    Returns:
        The entries with ``entity`` and ``member_key`` of the last spelling.
    """
    placed = entries.select("chain", "version", "line", "entity", "form", "member_key").with_columns(
        place=pl.col("line").rank("ordinal").over("version")
    )
    links = versions.drop_nulls("parent").select("version", "parent")
    copies = placed.join(links, on="version", maintain_order="left")
    earlier = placed.select("place", parent="version", old="entity", old_form="form", old_member="member_key")
    both = copies.join(earlier, on=["parent", "place"], maintain_order="left").filter(
        (pl.col("entity") != pl.col("old"))
        & (pl.col("member_key").is_null() | pl.col("old_member").is_null())
    )
    held = placed.select("version", "entity").unique()
    new = both.join(held, left_on=["parent", "entity"], right_on=["version", "entity"], how="anti")
    pairs = new.join(held, left_on=["version", "old"], right_on=["version", "entity"], how="anti")
    if pairs.is_empty():
        return entries
    like = cpdist(
        pairs["form"].to_list(), pairs["old_form"].to_list(), scorer=DamerauLevenshtein.normalized_similarity
    )
    words, old_words = pl.col("form").str.split(" "), pl.col("old_form").str.split(" ")
    within = (words.list.set_difference(old_words).list.len() == 0) | (
        old_words.list.set_difference(words).list.len() == 0
    )
    renamed = (
        pairs.with_columns(like=pl.Series(like, dtype=pl.Float64))
        .filter((pl.col("like") >= MIN_LIKENESS) | within)
        .sort("version", "place")
        .unique(["chain", "old"], keep="last", maintain_order=True)
        .select("chain", "old", "entity", "member_key")
    )
    return _renamed(entries, renamed)


def _renamed(entries: pl.DataFrame, renamed: pl.DataFrame) -> pl.DataFrame:
    """One step of renaming after another, as long as a name was spelled anew; a circle ends by itself."""
    for _ in range(4):
        to = renamed.rename({"entity": "to", "member_key": "to_member", "old": "entity"})
        joined = entries.join(to, on=["chain", "entity"], how="left", maintain_order="left")
        if joined["to"].null_count() == len(joined):
            break
        entries = joined.with_columns(
            entity=pl.coalesce("to", "entity"), member_key=pl.coalesce("to_member", "member_key")
        ).drop("to", "to_member")
    return entries
