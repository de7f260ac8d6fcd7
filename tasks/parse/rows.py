"""Authors and texts -> typed rows: kinds for messages, events for system lines wherever they are shown."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.parse.columns import Coded, either
from tasks.parse.events import Events, read_events
from tasks.parse.gate import Edges
from tasks.parse.kinds import Kinds, look_at_first_lines, read_kinds

#: Events that the app shows under the group's own name, and so give that label away.
_SHOWN_UNDER_GROUP = ("encryption", "created")
_EVENT_VALUES = ("event", "actor", "targets", "timer_hours")


class Rows(NamedTuple):
    """``frame``: ``author, kind, text, is_edited, is_forwarded, event, actor, targets, timer_hours``, in order;
    recognised wordings per language; how many labels have written."""

    frame: pl.DataFrame
    wordings: dict[str, int]
    n_authors: int


def type_rows(
    author: Coded, body: pl.Series, text: pl.Series, systems: Events, edges: Edges, platform: str
) -> Rows:
    """Type every row.

    Args:
        author: label, NULL for system lines.
        body: first line of each text.
        text: all of it.
        systems: the system lines found so far, with their ``place``.
        edges: first lines as places of the file's text.
        platform: android | ios.
    """
    first = look_at_first_lines(body, edges, platform)
    kinds = read_kinds(body, text, first, platform)
    shown = _shown_events(author, body, first.led, kinds, systems.frame["group"].drop_nulls())
    events = pl.concat([systems.frame, shown.frame]).with_columns(pl.col("place").cast(pl.UInt32))
    places, nothing = events["place"], pl.Series([None], dtype=pl.String)
    author = author.changed(
        shown.frame["place"], pl.repeat(None, len(shown.frame), dtype=pl.String, eager=True)
    )
    frame = pl.DataFrame(
        {
            "author": author.spread(),
            "kind": kinds.kind.scatter(places, nothing) if len(places) else kinds.kind,
            "text": kinds.text.scatter(places, events["group"]) if len(places) else kinds.text,
            "is_edited": kinds.is_edited,
            "is_forwarded": kinds.is_forwarded,
            **{name: _at_places(len(text), places, events[name]) for name in _EVENT_VALUES},
        }
    )
    everyone = np.ones(len(author.code), np.bool_)
    n_authors = author.values.filter(pl.Series(author.is_used(everyone))).drop_nulls().n_unique()
    wordings = dict(Counter(systems.wordings) + Counter(kinds.wordings) + Counter(shown.wordings))
    return Rows(frame, wordings, n_authors)


def _at_places(n_rows: int, places: pl.Series, values: pl.Series) -> pl.Series:
    """A column of NULLs but for some places."""
    if values.dtype != pl.List:
        return pl.repeat(None, n_rows, dtype=values.dtype, eager=True).scatter(places, values)
    at = pl.arange(len(values), dtype=pl.UInt32, eager=True)  # lists cannot be scattered, their places can
    return values.gather(_at_places(n_rows, places, at))


def _among(n_rows: int, chosen: npt.NDArray[np.int64], places: pl.Series) -> npt.NDArray[np.bool_]:
    """Which of some places are among those chosen."""
    is_chosen = np.zeros(n_rows, np.bool_)
    is_chosen[chosen] = True
    return is_chosen[places.to_numpy()]


def _shown_events(
    author: Coded, body: pl.Series, led: npt.NDArray[np.int64], kinds: Kinds, group_names: pl.Series
) -> Events:
    """System lines shown under a label: led by a direction mark, or under a name the group has had."""
    is_authored = author.values.is_not_null().to_numpy()
    is_group = author.values.is_in(group_names.unique().implode()).fill_null(False).to_numpy()
    led = led[is_authored[author.code[led]]]
    by_group = np.flatnonzero(author.where(is_group & is_authored))
    suspects = pl.Series(either(len(body), led, by_group))
    places = suspects.filter(kinds.kind.gather(suspects) == "text")
    events = read_events(body.gather(places))
    found = pl.DataFrame(
        {
            "place": places.cast(pl.UInt32),
            "author": author.values.gather(author.code[places.to_numpy()]),
            "is_led": _among(len(body), led, places),
        }
    ).hstack(events.frame)
    labels = found.filter(pl.col("event").is_in(_SHOWN_UNDER_GROUP))["author"].unique()
    unknown = pl.col("event").is_null() & pl.col("author").is_in(labels.implode()) & pl.col("is_led")
    typed = found.with_columns(event=pl.when(unknown).then(pl.lit("other")).otherwise("event"))
    return Events(typed.filter(pl.col("event").is_not_null()).drop("author", "is_led"), events.wordings)
