"""What follows a header -> author and text, or a system line.

An author ends at the first ``": "``. Told apart beyond that, once per distinct name: a system line that
quotes a colon (a subject), an author whose body is empty (``Name:``) or joined (``Name:text``), and a name
that itself holds ``": "`` when at least ``MIN_COLON_NAME`` messages all continue with the same words.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.parse.columns import Coded, replaced
from tasks.parse.events import Events, read_events
from tasks.parse.labels import normalised

#: From so many messages on, words that always follow ``"X: "`` are the second half of X's name.
MIN_COLON_NAME = 5
#: Longest author that is believed without a blank behind its colon.
_JOINED_NAME = r"^([^:\"\u201c\n]{1,40}):(|[^/\s].*)$"
#: Rows looked at before the others for names that no colon follows.
_FIRST_ROWS = 4_096
_QUOTES = r"[\"\u201c\u201d\u00ab]"


class Split(NamedTuple):
    """``author`` (normalised, NULL for system lines) and ``body`` (first line of the text, never NULL) per
    header, and the system lines with their ``place`` among the headers."""

    author: Coded
    body: pl.Series
    systems: Events


def split_authors(author: Coded, body: pl.Series) -> Split:
    """Settle what the first ``": "`` of every row separates; ``body`` is NULL where there is none."""
    bare = body.is_null().to_numpy()
    author, body = _colon_names(author, body.fill_null(""), bare)
    is_name = author.is_used(~bare)
    is_quoting = is_name & author.values.str.contains(_QUOTES).fill_null(False).to_numpy()
    places = pl.Series(np.flatnonzero(bare | author.where(is_quoting)), dtype=pl.UInt32)
    rows = pl.DataFrame(
        {
            "place": places,
            "is_bare": bare[places.to_numpy()],
            "author": author.values.gather(author.code[places.to_numpy()]),
            "body": body.gather(places),
        }
    )
    lines = rows.select(
        pl.when("is_bare").then("author").otherwise(pl.concat_str("author", "body", separator=": "))
    ).to_series()
    events = read_events(lines)
    joined = _joined_names(lines, author.values.filter(pl.Series(is_name)))
    resolved = _resolve(rows.hstack(joined).hstack(events.frame))
    systems = resolved.filter(pl.col("event").is_not_null()).drop("author", "body")
    settled = author.changed(places, resolved["author"])
    return Split(
        Coded(normalised(settled.values), settled.code),
        replaced(body, places, resolved["body"]),
        Events(systems, events.wordings),
    )


def _resolve(rows: pl.DataFrame) -> pl.DataFrame:
    """Doubtful rows: a known system line, else an author with a joined body, else an unknown system line."""
    bare = pl.col("is_bare")
    is_system = pl.col("event").is_not_null() | (bare & pl.col("joined_author").is_null())
    return rows.select(
        "place",
        pl.when(is_system).then(None).when(bare).then("joined_author").otherwise("author").alias("author"),
        pl.when(is_system).then(pl.lit("")).when(bare).then("joined_body").otherwise("body").alias("body"),
        pl.when(is_system).then(pl.col("event").fill_null("other")).alias("event"),
        "actor",
        "targets",
        "group",
    )


def _joined_names(lines: pl.Series, known: pl.Series) -> pl.DataFrame:
    """``Name:`` and ``Name:text``: author and body; NULL where the line is none of them."""
    groups = (
        pl.DataFrame({"line": lines})
        .select(pl.col("line").str.extract_groups(_JOINED_NAME).struct.rename_fields(["author", "body"]))
        .unnest("line")
    )
    is_clock = pl.col("author").str.contains(r"\d$") & pl.col("body").str.contains(r"^\d")
    is_author = pl.col("author").is_in(known.implode()) | ~is_clock
    return groups.select(pl.when(is_author).then(name).alias(f"joined_{name}") for name in ("author", "body"))


def _colon_names(author: Coded, body: pl.Series, bare: npt.NDArray[np.bool_]) -> tuple[Coded, pl.Series]:
    """Give names with a colon their second half back."""
    always = _always_followed(author, body, bare)
    always &= ~author.values.str.contains(_QUOTES).fill_null(False).to_numpy()
    places = pl.Series(np.flatnonzero(author.where(always) & ~bare), dtype=pl.UInt32)
    if places.is_empty():
        return author, body
    halves = pl.DataFrame(
        {
            "place": places,
            "author": author.values.gather(author.code[places.to_numpy()]),
            "body": body.gather(places),
        }
    )
    named = (
        halves.with_columns(pl.col("body").str.splitn(": ", 2).struct.rename_fields(["second", "left"]))
        .unnest("body")
        .filter(pl.len().over("author") >= MIN_COLON_NAME * pl.col("second").n_unique().over("author"))
    )
    if named.is_empty():
        return author, body
    whole = named.select(pl.concat_str("author", "second", separator=": ")).to_series()
    return author.changed(named["place"], whole), replaced(body, named["place"], named["left"])


def _always_followed(author: Coded, body: pl.Series, bare: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Per name, whether all its bodies hold another ``": "``; most names are out after a few rows."""
    always = author.is_used(~bare)
    start, n_rows = 0, _FIRST_ROWS
    while start < len(body) and always.any():
        window = slice(start, start + n_rows)
        asked = start + np.flatnonzero(always[author.code[window]] & ~bare[window])
        has_colon = body.gather(asked).str.contains(": ", literal=True).to_numpy()
        always[author.code[asked[~has_colon]]] = False
        start, n_rows = start + n_rows, n_rows * 8
    return always
