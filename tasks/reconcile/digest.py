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

import numpy as np
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
#: Blanks that are not one space between two words; and those within a text.
_UNEVEN, _BLANKS = r"^\s|\s$|\s\s|[^\S ]", r"\s\s+|[^\S ]"
#: Signs that composing may change, that is all but some blocks of which none composes with another: most texts
#: beyond ASCII have nothing else than their letters, marks of punctuation and emoji.
_MAY_COMPOSE = (
    r"[^\x00-\x{02FF}\x{200B}-\x{2027}\x{202A}-\x{205E}\x{20A0}-\x{20BF}\x{2190}-\x{2328}\x{232B}-\x{2ADB}"
    r"\x{1F000}-\x{1FAFF}]"
)
#: Parts a class from words.
_UNIT = "\x1f"


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
    text = text.str.replace_all(_MARKS, "")
    return _where(text.str.contains(_MAY_COMPOSE), text, lambda some: some.str.normalize("NFC"))


def _with_even_blanks(text: pl.Series) -> pl.Series:
    return text.str.replace_all(_BLANKS, " ").str.strip_chars()


class Digests:
    """Digests of texts under one key, each made once however many exports show it."""

    def __init__(self, key: DigestKey) -> None:
        self._key = key
        # Numbers texts; a text keeps its number for as long as some column of this type is held.
        self._numbers = pl.Series(dtype=pl.Categorical(pl.Categories.random()))
        self._known = pl.DataFrame(schema={"text_key": pl.Int64, "is_long": pl.Boolean})  # by number

    def of(self, parsed: pl.DataFrame) -> pl.DataFrame:
        """Rows of one export with what is compared of their texts.

        Rows are not told apart: a row without text is a row without words.

        Args:
            parsed: PARSED, its texts all there.

        Returns:
            DIGESTED.
        """
        told = parsed.select("text", kind_class=content_class(pl.col("kind")))
        said = told.select(pl.concat_str("kind_class", "text", separator=_UNIT)).to_series()
        number = said.cast(self._numbers.dtype).to_physical()  # NULL where there is no text
        self._learn(told, number)
        found = self._known.select(pl.all().gather(number)).with_columns(pl.col("is_long").fill_null(False))
        return DIGESTED.conform(parsed.with_columns(found.get_columns()))

    def _learn(self, told: pl.DataFrame, number: pl.Series) -> None:
        """Digest the texts not met before, each once: ``text, kind_class`` of rows, and their numbers."""
        last = number.max()
        n_more = last + 1 - len(self._known) if isinstance(last, int) else 0
        known = pl.concat([self._known, self._known.clear(max(n_more, 0))], rechunk=True)
        rows = (number.is_not_null() & known["is_long"].gather(number).is_null()).arg_true()
        row_of = np.full(len(known), -1)
        row_of[number.gather(rows).to_numpy()] = rows.to_numpy()
        new = np.flatnonzero(row_of >= 0)
        if len(new):
            made, at = _made(told[row_of[new]], self._key), pl.Series(new)
            known = known.with_columns(known[name].scatter(at, made[name]) for name in known.columns)
        self._known = known


def digest(parsed: pl.DataFrame, key: DigestKey) -> pl.DataFrame:
    """Rows of one export with what is compared of their texts, see :meth:`Digests.of`."""
    return Digests(key).of(parsed)


def _made(distinct: pl.DataFrame, key: DigestKey) -> pl.DataFrame:
    """``text_key, is_long`` of each row of ``text, kind_class``."""
    compared = distinct.select("kind_class", words=content(distinct["kind_class"], distinct["text"]))
    n_bytes = compared["words"].str.len_bytes()
    has_words = (n_bytes > 0) & (compared["kind_class"] != DELETED)
    texts = compared.select(pl.concat_str("kind_class", "words", separator=_UNIT)).to_series()
    return pl.select(
        text_key=pl.when(has_words).then(pl.Series(key.hashes_of_bytes(texts.cast(pl.Binary).to_list()))),
        is_long=has_words & (n_bytes >= LONG_BYTES),
    )


def purged(digested: pl.DataFrame) -> pl.DataFrame:
    """The export after retention: its texts gone, all that merges it with later exports kept. DIGESTED."""
    return digested.with_columns(text=pl.lit(None, pl.String))
