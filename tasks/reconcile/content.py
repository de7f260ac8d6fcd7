"""What makes two lines of two exports the same words: the content key, in this one place.

Everything that reconciliation compares about a text goes through :func:`content_key`, so that after the
retention period a keyed hash of the key can stand in for the text.
"""

from __future__ import annotations

import polars as pl

from schemas.vocabulary import MEDIA_KINDS

#: A text of this many bytes hardly occurs twice in one minute by chance.
LONG_BYTES = 12

TEXT, MEDIA, DELETED, POLL, BARE = "text", "media", "deleted", "poll", "bare"

_MENTION = r"@(?:\x{2068}[^\x{2069}]*\x{2069}|\+?\d{7,})"
_MARKS = r"[\x{061C}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2066}-\x{2069}\x{FE0E}\x{FE0F}\x{FEFF}]"
_VOTES = r"\(\s*\d+[^()\d]*\)"
_POLL_WORDS = r"(?m)^\p{Lu}[\p{Lu} ]*:"


def content_class(kind: pl.Expr) -> pl.Expr:
    """Class of a message: kinds that two exports of one message may tell apart fall together.

    Media are one class, since one export names the kind that another omits. Calls and places are told in
    the phone's language, so their class is all that is compared (``bare:<kind>``).
    """
    return (
        pl.when(kind.is_in(MEDIA_KINDS))
        .then(pl.lit(MEDIA))
        .when(kind == "deleted")
        .then(pl.lit(DELETED))
        .when(kind == "poll")
        .then(pl.lit(POLL))
        .when(kind == "text")
        .then(pl.lit(TEXT))
        .otherwise(pl.lit(BARE + ":") + kind)
    )


def normalised(text: pl.Expr) -> pl.Expr:
    """Text as all phones agree on it: mentions masked, bidi and variation marks out, one kind of blank."""
    return (
        text.fill_null("")
        .str.replace_all(_MENTION, "@")
        .str.replace_all(_MARKS, "")
        .str.normalize("NFC")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )


def content_key(kind_class: pl.Expr, text: pl.Expr) -> pl.Expr:
    """What is compared between exports: class and normalised text.

    Of a poll the votes, which change, and the headings, which are in the phone's language, are masked.
    """
    words = normalised(text)
    compared = (
        pl.when(kind_class.is_in([TEXT, MEDIA]))
        .then(words)
        .when(kind_class == POLL)
        .then(normalised(text.str.replace_all(_POLL_WORDS, "").str.replace_all(_VOTES, "()")))
        .otherwise(pl.lit(""))
    )
    return kind_class + pl.lit("\x1f") + compared


def with_content(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``kind_class``, ``key`` (ordinal of the content key), ``is_long`` and ``has_words``.

    Keys are made once per distinct text, which in overlapping exports is a small part of the lines.
    """
    categories = pl.Categorical(pl.Categories.random())
    codes = lines.select(kind=pl.col("kind"), word=pl.col("text").cast(categories)).with_columns(
        word=pl.col("word").to_physical().fill_null(pl.lit(2**32 - 1, pl.UInt32)), row=pl.int_range(pl.len())
    )
    distinct = codes.group_by("kind", "word").agg(pl.col("row").first())
    keyed = (
        distinct.with_columns(text=lines["text"].gather(distinct["row"]))
        .with_columns(kind_class=content_class(pl.col("kind")))
        .with_columns(content=content_key(pl.col("kind_class"), pl.col("text")))
        .with_columns(n_bytes=pl.col("content").str.split("\x1f").list.last().str.len_bytes())
        .select(
            "kind",
            "word",
            "kind_class",
            key=pl.col("content").rank("dense").cast(pl.Int64) - 1,
            is_long=pl.col("n_bytes") >= LONG_BYTES,
            has_words=pl.col("n_bytes") > 0,
        )
    )
    joined = codes.join(keyed, on=["kind", "word"], how="left", maintain_order="left", nulls_equal=True)
    return lines.hstack(joined.select("kind_class", "key", "is_long", "has_words"))
