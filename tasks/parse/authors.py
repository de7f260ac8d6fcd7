"""What follows a header -> author and text, or a system line.

An author ends at the first ``": "``. Told apart beyond that, once per distinct name: a system line that
holds a colon (in a subject that it quotes, in its own words, or behind the dash that the web client puts before
system lines), an author whose body is empty (``Name:``) or joined (``Name:text``), and a name that itself
holds ``": "`` when at least ``MIN_COLON_NAME`` messages all continue with the same words.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.vocabulary import SYSTEM_EVENTS
from tasks.parse.columns import Coded, replaced
from tasks.parse.events import Events, read_events
from tasks.parse.labels import normalised
from warehouse.reference.markers import wordings

#: From so many messages on, words that always follow ``"X: "`` are the second half of X's name.
MIN_COLON_NAME = 5
#: Longest author that is believed without a blank behind its colon.
_JOINED_NAME = r"^([^:\"\u201c\n]{1,40}):(|[^/\s].*)$"
#: Steps in which rows are looked at for names that no colon follows: first some from all over the file.
_STEPS = (64, 8, 1)
_QUOTES = r"[\"\u201c\u201d\u00ab]"
#: What the web client's exports have before a system line.
_DASH = "- "


class Split(NamedTuple):
    """``author`` (normalised, NULL for system lines) and ``body`` (first line of the text, never NULL) per
    header, and the system lines with their ``place`` among the headers. ``is_changed``: what the first ``": "``
    separates is not what ``body`` is now."""

    author: Coded
    body: pl.Series
    systems: Events
    is_changed: npt.NDArray[np.bool_]


def split_authors(author: Coded, body: pl.Series) -> Split:
    """Settle what the first ``": "`` of every row separates; without one ``author`` is NULL."""
    bare = author.where(author.values.is_null().to_numpy())
    author, body, is_changed = _colon_names(author, body)
    places = pl.Series(np.flatnonzero(bare | author.where(_is_doubtful(author.values))), dtype=pl.UInt32)
    rows = pl.DataFrame(
        {
            "place": places,
            "is_bare": bare[places.to_numpy()],
            "author": author.values.gather(author.code[places.to_numpy()]),
            "body": body.gather(places),
        }
    )
    lines = rows.select(
        pl.when("is_bare").then("body").otherwise(pl.concat_str("author", "body", separator=": "))
    ).to_series()
    events = read_events(lines.str.strip_prefix(_DASH))
    joined = _joined_names(lines, author.values.drop_nulls())
    resolved = _resolve(rows.hstack(joined).hstack(events.frame))
    systems = resolved.filter(pl.col("event").is_not_null()).drop("author", "body")
    settled = author.changed(places, resolved["author"])
    is_changed[places.to_numpy()] = True
    return Split(
        Coded(normalised(settled.values), settled.code),
        replaced(body, places, resolved["body"]),
        Events(systems, events.wordings),
        is_changed,
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
        "timer_hours",
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


def _colon_names(author: Coded, body: pl.Series) -> tuple[Coded, pl.Series, npt.NDArray[np.bool_]]:
    """Give names with a colon their second half back; and which rows have such a name."""
    is_changed = np.zeros(len(body), np.bool_)
    always = author.values.is_not_null().to_numpy() & ~_is_quoting(author.values)
    always = _always_followed(author, body, always)
    places = pl.Series(np.flatnonzero(author.where(always)), dtype=pl.UInt32)
    if places.is_empty():
        return author, body, is_changed
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
        return author, body, is_changed
    is_changed[named["place"].to_numpy()] = True
    whole = named.select(pl.concat_str("author", "second", separator=": ")).to_series()
    return author.changed(named["place"], whole), replaced(body, named["place"], named["left"]), is_changed


def _is_quoting(names: pl.Series) -> npt.NDArray[np.bool_]:
    return names.str.contains(_QUOTES).fill_null(False).to_numpy()


@cache
def _before_colons() -> str:
    """What ends in place of a name where a system line's own words hold ``": "``."""
    lines = (line.wording for line in wordings() if line.kind in SYSTEM_EVENTS and ": " in line.wording)
    ends = {line.partition(": ")[0].rpartition("}")[2].strip() for line in lines} - {""}
    return rf"(?:{'|'.join(sorted(map(re.escape, ends)))})$"


def _is_doubtful(names: pl.Series) -> npt.NDArray[np.bool_]:
    """Names that may be the beginning of a system line."""
    held = pl.DataFrame({"name": names}).select(
        pl.col("name").str.starts_with(_DASH) | pl.col("name").str.contains(_before_colons())
    )
    return _is_quoting(names) | held.to_series().fill_null(False).to_numpy()


def _always_followed(author: Coded, body: pl.Series, always: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which of these names all have another ``": "`` in their bodies; most are out after a few rows."""
    for step in _STEPS:
        if not always.any():
            break
        asked = np.flatnonzero(always[author.code[::step]]) * step
        has_colon = body.gather(asked).str.contains(": ", literal=True).to_numpy()
        always[author.code[asked[~has_colon]]] = False
    return always
