"""What follows a header -> author and text, or a system line.

An author ends at the first ``": "``. Told apart beyond that, once per distinct name: a system line that
quotes a colon (a subject), an author whose body is empty (``Name:``) or joined (``Name:text``), and a name
that itself holds ``": "`` when at least ``MIN_COLON_NAME`` messages all continue with the same words.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from tasks.parse.columns import replaced
from tasks.parse.events import Events, read_events
from tasks.parse.labels import normalised

#: From so many messages on, words that always follow ``"X: "`` are the second half of X's name.
MIN_COLON_NAME = 5
#: Longest author that is believed without a blank behind its colon.
_JOINED_NAME = r"^([^:\"\u201c\n]{1,40}):(|[^/\s].*)$"
_QUOTES = r"[\"\u201c\u201d\u00ab]"


class Split(NamedTuple):
    """``author`` (normalised, NULL for system lines) and ``body`` (first line of the text, never NULL) per
    header, and the system lines with their ``place`` among the headers."""

    author: pl.Series
    body: pl.Series
    systems: Events


def split_authors(author: pl.Series, body: pl.Series) -> Split:
    """Settle what the first ``": "`` of every row separates; ``body`` is NULL where there is none."""
    bare = body.is_null()
    author, body = _colon_names(author, body.fill_null(""), bare)
    names = author.filter(~bare).unique()
    quoting = names.filter(names.str.contains(_QUOTES))
    doubtful = bare | author.is_in(quoting.implode()) if len(quoting) else bare
    places = doubtful.arg_true()
    rows = pl.DataFrame(
        {
            "place": places,
            "is_bare": bare.gather(places),
            "author": author.gather(places),
            "body": body.gather(places),
        }
    )
    lines = rows.select(
        pl.when("is_bare").then("author").otherwise(pl.concat_str("author", "body", separator=": "))
    ).to_series()
    events = read_events(lines)
    resolved = _resolve(rows.hstack(_joined_names(lines, names)).hstack(events.frame))
    systems = resolved.filter(pl.col("event").is_not_null()).drop("author", "body")
    return Split(
        normalised(replaced(author, places, resolved["author"])),
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


def _colon_names(author: pl.Series, body: pl.Series, bare: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Give names with a colon their second half back."""
    has_colon = body.str.contains(": ", literal=True)
    always = author.filter(has_colon).unique()
    always = always.filter(~always.is_in(author.filter(~has_colon & ~bare).unique().implode()))
    if always.is_empty():
        return author, body
    places = (has_colon & author.is_in(always.implode())).arg_true()
    halves = pl.DataFrame({"place": places, "author": author.gather(places), "body": body.gather(places)})
    named = (
        halves.with_columns(pl.col("body").str.splitn(": ", 2).struct.rename_fields(["second", "left"]))
        .unnest("body")
        .filter(
            (pl.len().over("author") >= MIN_COLON_NAME * pl.col("second").n_unique().over("author"))
            & ~pl.col("author").str.contains(_QUOTES)
        )
    )
    if named.is_empty():
        return author, body
    whole = named.select(pl.concat_str("author", "second", separator=": ")).to_series()
    return replaced(author, named["place"], whole), replaced(body, named["place"], named["left"])
