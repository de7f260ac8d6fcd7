r"""Patterns for texts whose words are all of ASCII: there they find the same, and cost a fraction to make and to run.

A class of letters beyond ASCII has hundreds of ranges, and a boundary of such words cannot be told byte by byte.
Few texts need them, and most groups have none: only those texts are read by the patterns as they are written.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import numpy as np
import polars as pl

#: How a pattern is to be written for the texts at hand.
Writing = Callable[[str], str]
#: Letters, marks and digits beyond ASCII.
_FOREIGN = r"[\w--[:ascii:]]"
_OUTSIDE = {
    r"\pL": "[a-zA-Z]",
    r"\d": "[0-9]",
    r"\w": "[0-9A-Za-z_]",
    r"\W": "[^0-9A-Za-z_]",
    r"\b": r"(?-u:\b)",
}
_INSIDE = {r"\pL": "a-zA-Z", r"\pM": "", r"\d": "0-9"}
_PIECE = re.compile(r"\\p\w|\\.|.", re.DOTALL)


@functools.cache
def narrow(pattern: str) -> str:
    """The pattern as it may be written for texts whose letters and digits are of ASCII."""
    written, is_inside = [], False
    for piece in _PIECE.findall(pattern):
        written.append((_INSIDE if is_inside else _OUTSIDE).get(piece, piece))
        is_inside = (piece == "[") or (is_inside and piece != "]")
    return "".join(written)


def as_written(pattern: str) -> str:
    """The pattern for any text."""
    return pattern


def with_foreign_words(texts: pl.Series) -> pl.Series:
    """The places of texts with letters, marks or digits beyond ASCII."""
    return texts.str.contains(_FOREIGN).arg_true()


def writing_for(texts: pl.Series) -> Writing:
    """How patterns may be written for all of these texts."""
    return as_written if len(with_foreign_words(texts)) else narrow


def read_by_script(texts: pl.Series, read: Callable[[pl.Series, Writing], pl.DataFrame]) -> pl.DataFrame:
    """What is read of texts, one row each: ``read`` gets some of them, and how to write patterns for them."""
    foreign = with_foreign_words(texts)
    if foreign.is_empty():
        return read(texts, narrow)
    is_foreign = np.zeros(len(texts), dtype=bool)
    is_foreign[foreign.to_numpy()] = True
    ours = np.flatnonzero(~is_foreign)
    place = np.empty(len(texts), dtype=np.int64)
    place[ours] = np.arange(len(ours))
    place[is_foreign] = np.arange(len(ours), len(texts))
    parts = [read(texts.gather(ours), narrow), read(texts.gather(foreign), as_written)]
    return pl.concat(parts)[place]
