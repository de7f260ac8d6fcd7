"""Content keys: which lines of a group's exports hold the same words, from their digests."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.vocabulary import MESSAGE_KINDS
from tasks.reconcile.digest import COMPARED, content_class
from tasks.reconcile.runs import Ints, starts

#: Kinds from the best told to the least; "media" says only that there was some.
_VAGUE = ("media", "deleted")
_TELLING = ("sticker", "gif")  # some phones call them image and video
KIND_ORDER = (*_TELLING, *(kind for kind in MESSAGE_KINDS if kind not in _TELLING + _VAGUE), *_VAGUE)

_KINDS = pl.Enum(KIND_ORDER)
_CLASSES = pl.DataFrame({"kind": KIND_ORDER}).select(kind_class=content_class(pl.col("kind"))).to_series()
_NUMBERS = np.unique(_CLASSES.to_numpy(), return_inverse=True)[1].astype(np.int64)
_IS_COMPARED = _CLASSES.is_in(COMPARED).to_numpy()


def with_content(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``kind_rank`` (place in KIND_ORDER), ``kind_class``, ``key`` (ordinal of the content) and ``has_words``.

    Lines without words to compare are the same within their class. Keys count up in the order in which the
    lines show their content first, so that nothing depends on the secret under which texts are hashed.

    Args:
        lines: ``kind, text_key, is_long`` of all lines that have an author.
    """
    rank = lines["kind"].cast(_KINDS).to_physical()
    kind = rank.to_numpy()
    has_words = _IS_COMPARED[kind] & lines["text_key"].is_not_null().to_numpy()
    code = np.where(has_words, lines["text_key"].fill_null(0).to_numpy(), -1 - _NUMBERS[kind])
    return lines.with_columns(
        kind_rank=rank,
        kind_class=_CLASSES.gather(rank),
        has_words=pl.Series(has_words),
        is_long=pl.col("is_long") & pl.Series(has_words),
        key=pl.Series(_first_come(code)),
    )


def _first_come(code: Ints) -> Ints:
    """Ordinals of distinct values in the order of their first appearance."""
    order = np.argsort(code)
    is_new = starts(code[order])
    first = np.minimum.reduceat(order, np.flatnonzero(is_new)) if len(code) else order
    ordinal = np.empty_like(first)
    ordinal[np.argsort(first)] = np.arange(len(first))
    found = np.empty_like(code)
    found[order] = ordinal[np.cumsum(is_new) - 1]
    return found
