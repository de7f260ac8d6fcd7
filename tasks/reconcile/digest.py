"""The digest of a parsed export: all that reconciliation compares of a text, without the text.

What two exports show of one message differs by phone: who is mentioned by which name, the votes of a poll so
far, marks of direction, blanks, the language of a placeholder. :func:`content` takes that out; what remains
is hashed under a key of the vault. So a text that retention has deleted still merges with the same text of
a later export.

The rules of this module are frozen with :data:`RULES`: a hash of a deleted text can never be made again. To
change them, add rules beside these and keep these for as long as purged exports are to be merged.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from schemas.frames import DIGESTED
from schemas.vocabulary import MEDIA_KINDS
from warehouse.keys import DigestKey

#: Version of what is hashed.
RULES = 1
#: A text of this many bytes hardly occurs twice in one minute by chance.
LONG_BYTES = 12

TEXT, MEDIA, DELETED, POLL, BARE = "text", "media", "deleted", "poll", "bare"
#: Classes whose words are compared; of the others the class is all that all phones tell alike.
COMPARED = (TEXT, MEDIA, POLL)

_MENTION = r"@(?:\x{2068}[^\x{2069}]*\x{2069}|\+?\d{7,})"
_MARKS = r"[\x{061C}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2066}-\x{2069}\x{FE0E}\x{FE0F}\x{FEFF}]"
_VOTES = r"\(\s*\d+[^()\d]*\)"
_POLL_WORDS = r"(?m)^\p{Lu}[\p{Lu} ]*:"
#: Blanks that are not one space between two words.
_UNEVEN = r"^\s|\s$|\s\s|[^\S ]"


def content_class(kind: pl.Expr) -> pl.Expr:
    """Class of a message: kinds that two exports of one message may tell apart fall together.

    Media are one class, since one export names the kind that another omits. Calls and places are told in
    the phone's language, so their class is all that is compared (``bare:<kind>``).
    """
    return (
        pl.when(kind.is_in(MEDIA_KINDS))
        .then(pl.lit(MEDIA))
        .when(kind.is_in([TEXT, DELETED, POLL]))
        .then(kind)
        .otherwise(pl.lit(BARE + ":") + kind)
    )


def content(kind_class: pl.Series, text: pl.Series) -> pl.Series:
    """The words of messages as all phones agree on them.

    Mentions are masked, marks of direction and variation out, one kind of blank, composed characters; of a
    poll also the votes, which change, and the headings, which are in the phone's language.
    """
    words = _where(kind_class == POLL, text, _without_votes)
    words = _where(words.str.contains("@", literal=True), words, _without_mentions)
    words = _where(words.str.len_bytes() != words.str.len_chars(), words, _without_marks)
    return _where(words.str.contains(_UNEVEN), words, _with_even_blanks)


def _where(wanted: pl.Series, text: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Texts, those wanted changed; most texts need none of what is dear."""
    rows = wanted.fill_null(False).arg_true()
    return text.clone().scatter(rows, change(text.gather(rows))) if len(rows) else text


def _without_votes(text: pl.Series) -> pl.Series:
    return text.str.replace_all(_POLL_WORDS, "").str.replace_all(_VOTES, "()")


def _without_mentions(text: pl.Series) -> pl.Series:
    return text.str.replace_all(_MENTION, "@")


def _without_marks(text: pl.Series) -> pl.Series:
    return text.str.replace_all(_MARKS, "").str.normalize("NFC")


def _with_even_blanks(text: pl.Series) -> pl.Series:
    return text.str.replace_all(r"\s+", " ").str.strip_chars()


def digest(parsed: pl.DataFrame, key: DigestKey) -> pl.DataFrame:
    """Rows of one export with what is compared of their texts.

    A text is hashed once however often the export shows it. Rows are not told apart: a row without text is
    a row without words.

    Args:
        parsed: PARSED, its texts all there.

    Returns:
        DIGESTED.
    """
    coded = parsed.select(
        kind=pl.col("kind").cast(pl.Categorical()).to_physical(),
        word=pl.col("text").cast(pl.Categorical(pl.Categories.random())).to_physical(),
        row=pl.int_range(pl.len()),
    ).drop_nulls()
    first = coded.group_by("kind", "word").agg(pl.col("row").first())
    distinct = (
        parsed.select("kind", "text")[first["row"]]
        .select("text", kind_class=content_class(pl.col("kind")))
        .with_columns(pl.col("text").fill_null(""))
    )
    distinct = distinct.with_columns(words=content(distinct["kind_class"], distinct["text"]))
    hashed = first.select("kind", "word").hstack(_hashed(distinct, key)).drop_nulls("text_key")
    found = coded.join(hashed, on=["kind", "word"]).select("row", "text_key", "is_long").sort("row")
    at = found["row"]
    text_key = pl.repeat(None, len(parsed), dtype=pl.Int64, eager=True).scatter(at, found["text_key"])
    is_long = pl.repeat(False, len(parsed), dtype=pl.Boolean, eager=True).scatter(at, found["is_long"])
    return DIGESTED.conform(parsed.with_columns(text_key=text_key, is_long=is_long))


def _hashed(distinct: pl.DataFrame, key: DigestKey) -> pl.DataFrame:
    """``text_key, is_long`` of each row of ``kind_class, words``; no key for what holds no words."""
    has_words = (distinct["words"].str.len_bytes() > 0) & (distinct["kind_class"] != DELETED)
    texts = distinct.select(pl.concat_str("kind_class", "words", separator="\x1f")).to_series()
    return pl.DataFrame(
        {"text_key": pl.Series(key.hashes(texts.to_list()), dtype=pl.Int64), "has_words": has_words}
    ).select(
        pl.when("has_words").then("text_key").alias("text_key"),
        is_long=distinct["words"].str.len_bytes() >= LONG_BYTES,
    )


def purged(digested: pl.DataFrame) -> pl.DataFrame:
    """The export after retention: its texts gone, all that merges it with later exports kept. DIGESTED."""
    return digested.with_columns(text=pl.lit(None, pl.String))
