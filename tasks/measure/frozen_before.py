"""What earlier versions froze, in the form of today: nothing that can be guessed without the vault's key."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from tasks.measure.announcements import ABOUT, TITLE_WORD
from tasks.measure.frozen import HEADS, TITLES, Frozen
from tasks.measure.polls import read_votes
from warehouse.reference.lexicon import words

_DAY = "tanggal acara "


def is_older(entries: pl.DataFrame, messages: pl.DataFrame) -> bool:
    """Whether lines of lists were frozen as hashes that need no key, or titles as they are written.

    Args:
        entries, messages: the parts of those names; see :data:`tasks.measure.frozen.PARTS`.
    """
    return _has_open_lines(entries) or "text_left" in messages.columns


def _has_open_lines(entries: pl.DataFrame) -> bool:
    return "said" in entries.columns and entries["said"].dtype != pl.String


def renewed(frozen: Frozen) -> Frozen:
    """The same with keyed hashes of lines, of the words of heads, and of short words of texts.

    A line is known by a hash of its former hash, so it equals the lines that were frozen with it, and none that
    is read now. Applied to what is in the form of today it changes nothing.
    """
    parts: dict[str, pl.DataFrame] = dict(frozen.parts)
    if _has_open_lines(parts["entries"]):
        entries, versions = parts["entries"], parts["versions"]
        parts["entries"] = entries.with_columns(said=frozen.hashed(entries["said"].cast(pl.String)))
        parts["versions"] = versions.with_columns(
            *(frozen.coded_lists(versions[name]) for name in HEADS), title=pl.lit(None, dtype=pl.String)
        )
    parts["messages"] = _without_titles(parts["messages"], frozen)
    if "coded" in parts["content"].columns:
        parts["content"] = parts["content"].with_columns(coded=_without_short(parts["content"], frozen))
    return replace(frozen, parts=parts)


def _without_titles(messages: pl.DataFrame, frozen: Frozen) -> pl.DataFrame:
    """Texts of polls and titles of announcements as coded words, in the columns in which they are read now."""
    if "text_left" not in messages.columns:
        return messages
    is_poll = pl.col("text_left").is_not_null()
    asked = messages.select(kind=pl.when(is_poll).then(pl.lit("poll")), text="text_left")
    day = (
        pl.col("plain_left")
        .str.extract(rf"{_DAY}(\d\d/\d\d/\d{{4}})", 1)
        .str.to_date("%d/%m/%Y", strict=False)
    )
    together = pl.sum_horizontal(f"lex_{name}" for name in ("event_activity", "learning", "invitation")) > 0
    title = pl.col("plain_left").str.split("\n").list.first()
    is_dated = pl.col("plain_left").str.contains(_DAY).fill_null(False)
    told = messages.hstack(read_votes(asked, words().list_kinds)).with_columns(
        announced_day=pl.when(together.fill_null(False)).then(day),
        announced_words=pl.when(is_dated & ~title.str.contains(_DAY)).then(title.str.extract_all(TITLE_WORD)),
        names_occasion=pl.when(is_dated).then(pl.lit(False)),
        **dict.fromkeys(("moved_from", "later_day"), pl.lit(None, dtype=pl.Date)),
        plain_left=pl.when(~is_dated).then("plain_left"),
        **dict.fromkeys(("is_moved", *ABOUT), pl.lit(False)),
    )
    return told.drop("text_left").with_columns(frozen.coded_lists(told[name]) for name in TITLES)


def _without_short(content: pl.DataFrame, frozen: Frozen) -> pl.Series:
    coded = content["coded"]
    short = coded.filter(coded.str.len_chars() < 4).unique()
    return coded.replace(dict(zip(short, frozen.coded(short), strict=True)))
