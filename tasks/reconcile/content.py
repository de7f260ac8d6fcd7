"""Content keys: which lines of a group's exports hold the same words, from their digests."""

from __future__ import annotations

import polars as pl

from schemas.vocabulary import MESSAGE_KINDS
from tasks.reconcile.digest import COMPARED, content_class

_CLASSES = pl.DataFrame({"kind": MESSAGE_KINDS}).select("kind", kind_class=content_class(pl.col("kind")))


def with_content(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``kind_class``, ``key`` (ordinal of the content) and ``has_words``; NULL for system lines.

    Lines without words to compare are the same within their class. Keys count up in the order in which the
    lines show their content first, so that nothing depends on the secret under which texts are hashed.

    Args:
        lines: ``kind, text_key, is_long`` of all lines.
    """
    kinds, classes = _CLASSES["kind"].to_list(), _CLASSES["kind_class"].to_list()
    distinct = sorted(set(classes))
    of_class = [distinct.index(kind_class) for kind_class in classes]
    compared = [kind_class in COMPARED for kind_class in classes]
    kind = pl.col("kind")
    found = lines.select(
        kind_class=kind.replace_strict(kinds, classes, default=None, return_dtype=pl.String),
        number=kind.replace_strict(kinds, of_class, default=None, return_dtype=pl.Int64),
        has_words=kind.replace_strict(kinds, compared, default=None, return_dtype=pl.Boolean)
        & pl.col("text_key").is_not_null(),
        text_key="text_key",
        is_long="is_long",
    )
    code = found.select(
        pl.when("has_words").then("text_key").otherwise(-1 - pl.col("number").fill_null(len(distinct)))
    ).to_series()
    return lines.with_columns(
        found["kind_class"],
        found["has_words"],
        found.select(pl.col("is_long") & pl.col("has_words")).to_series(),
        key=_first_come(code),
    )


def _first_come(code: pl.Series) -> pl.Series:
    """Ordinals of distinct values in the order of their first appearance."""
    ordinals = code.unique(maintain_order=True).to_frame("code").with_row_index("key")
    found = code.to_frame("code").join(ordinals, on="code", how="left", maintain_order="left")
    return found["key"].cast(pl.Int64)
