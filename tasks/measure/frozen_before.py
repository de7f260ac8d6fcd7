"""What earlier versions froze, in the form of today: nothing that can be guessed without the vault's key."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from tasks.measure.frozen import HEADS, Frozen


def is_older(entries: pl.DataFrame) -> bool:
    """Whether entries of lists were frozen with hashes of their lines that need no key.

    Args:
        entries: the part of that name; see :data:`tasks.measure.frozen.PARTS`.
    """
    return "said" in entries.columns and entries["said"].dtype != pl.String


def renewed(frozen: Frozen) -> Frozen:
    """The same with keyed hashes of lines, of the words of heads, and of short words of texts.

    A line is known by a hash of its former hash, so it equals the lines that were frozen with it, and none that
    is read now. Applied to what is in the form of today it changes nothing.
    """
    parts: dict[str, pl.DataFrame] = dict(frozen.parts)
    if is_older(parts["entries"]):
        entries, versions = parts["entries"], parts["versions"]
        parts["entries"] = entries.with_columns(said=frozen.hashed(entries["said"].cast(pl.String)))
        parts["versions"] = versions.with_columns(frozen.coded_lists(versions[name]) for name in HEADS)
    if "coded" in parts["content"].columns:
        parts["content"] = parts["content"].with_columns(coded=_without_short(parts["content"], frozen))
    return replace(frozen, parts=parts)


def _without_short(content: pl.DataFrame, frozen: Frozen) -> pl.Series:
    coded = content["coded"]
    short = coded.filter(coded.str.len_chars() < 4).unique()
    return coded.replace(dict(zip(short, frozen.coded(short), strict=True)))
