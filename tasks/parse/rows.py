"""Authors and texts -> typed rows: kinds for messages, events for system lines wherever they are shown."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import polars as pl

from tasks.parse.columns import Coded, replaced
from tasks.parse.events import Events, read_events
from tasks.parse.kinds import LRM, Kinds, read_kinds

#: Events that the app shows under the group's own name, and so give that label away.
_SHOWN_UNDER_GROUP = ("encryption", "created")


class Rows(NamedTuple):
    """``frame``: ``author, kind, text, is_edited, event, actor, targets``, one row per row, in order;
    recognised wordings per language; how many labels have written."""

    frame: pl.DataFrame
    wordings: dict[str, int]
    n_authors: int


def type_rows(author: Coded, body: pl.Series, text: pl.Series, systems: Events, platform: str) -> Rows:
    """Type every row.

    Args:
        author: label, NULL for system lines.
        body: first line of each text.
        text: all of it.
        systems: the system lines found so far, with their ``place``.
        platform: android | ios.
    """
    kinds = read_kinds(body, text, platform)
    shown = _shown_events(author, body, kinds, systems.frame["group"].drop_nulls())
    events = pl.concat([systems.frame, shown.frame]).with_columns(pl.col("place").cast(pl.UInt32))
    places, nothing = events["place"], pl.Series([None], dtype=pl.String)
    author = author.changed(
        shown.frame["place"], pl.repeat(None, len(shown.frame), dtype=pl.String, eager=True)
    )
    frame = pl.DataFrame(
        {
            "author": author.spread(),
            "kind": replaced(kinds.kind, places, nothing),
            "text": replaced(kinds.text, places, events["group"]),
            "is_edited": kinds.is_edited,
            **{name: _at_places(len(text), places, events[name]) for name in ("event", "actor", "targets")},
        }
    )
    everyone = np.ones(len(author.code), np.bool_)
    n_authors = author.values.filter(pl.Series(author.is_used(everyone))).drop_nulls().n_unique()
    wordings = dict(Counter(systems.wordings) + Counter(kinds.wordings) + Counter(shown.wordings))
    return Rows(frame, wordings, n_authors)


def _at_places(n_rows: int, places: pl.Series, values: pl.Series) -> pl.Series:
    """A column of NULLs but for some places."""
    if values.dtype == pl.String:
        return pl.repeat(None, n_rows, dtype=pl.String, eager=True).scatter(places, values)
    index = np.full(n_rows, len(values), np.uint32)
    index[places.to_numpy()] = np.arange(len(values), dtype=np.uint32)
    return values.extend_constant(None, 1).gather(index)


def _shown_events(author: Coded, body: pl.Series, kinds: Kinds, group_names: pl.Series) -> Events:
    """System lines shown under a label: led by a direction mark, or under a name the group has had."""
    is_led = body.str.starts_with(LRM)
    is_group = author.where(author.values.is_in(group_names.unique().implode()).fill_null(False).to_numpy())
    is_authored = author.where(author.values.is_not_null().to_numpy())
    is_suspect = pl.Series((is_led.to_numpy() | is_group) & is_authored)
    suspects = is_suspect.arg_true()
    places = suspects.filter(kinds.kind.gather(suspects) == "text")
    events = read_events(body.gather(places))
    found = pl.DataFrame(
        {
            "place": places,
            "author": author.values.gather(author.code[places.to_numpy()]),
            "is_led": is_led.gather(places),
        }
    ).hstack(events.frame)
    labels = found.filter(pl.col("event").is_in(_SHOWN_UNDER_GROUP))["author"].unique()
    unknown = pl.col("event").is_null() & pl.col("author").is_in(labels.implode()) & pl.col("is_led")
    typed = found.with_columns(event=pl.when(unknown).then(pl.lit("other")).otherwise("event"))
    return Events(typed.filter(pl.col("event").is_not_null()).drop("author", "is_led"), events.wordings)
