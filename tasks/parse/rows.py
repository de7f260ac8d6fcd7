"""Authors and texts -> typed rows: kinds for messages, events for system lines wherever they are shown."""

from __future__ import annotations

from collections import Counter

import polars as pl

from tasks.parse.columns import replaced
from tasks.parse.events import Events, read_events
from tasks.parse.kinds import LRM, Kinds, read_kinds

#: Events that the app shows under the group's own name, and so give that label away.
_SHOWN_UNDER_GROUP = ("encryption", "created")


def type_rows(
    author: pl.Series, body: pl.Series, text: pl.Series, systems: Events, platform: str
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Type every row.

    Args:
        author: label, NULL for system lines.
        body: first line of each text.
        text: all of it.
        systems: the system lines found so far, with their ``place``.
        platform: android | ios.

    Returns:
        ``author, kind, text, is_edited, event, actor, targets``, one row per row, in order; and
        recognised wordings per language.
    """
    kinds = read_kinds(body, text, platform)
    shown = _shown_events(author, body, kinds, systems.frame["group"].drop_nulls())
    events = pl.concat([systems.frame, shown.frame]).with_columns(pl.col("place").cast(pl.UInt32))
    places, nothing = events["place"], pl.Series([None], dtype=pl.String)
    frame = pl.DataFrame(
        {
            "author": replaced(author, shown.frame["place"], nothing),
            "kind": replaced(kinds.kind, places, nothing),
            "text": replaced(kinds.text, places, events["group"]),
            "is_edited": kinds.is_edited,
        }
    ).with_row_index("place")
    typed = frame.join(events.drop("group"), on="place", how="left", maintain_order="left").drop("place")
    return typed, dict(Counter(systems.wordings) + Counter(kinds.wordings) + Counter(shown.wordings))


def _shown_events(author: pl.Series, body: pl.Series, kinds: Kinds, group_names: pl.Series) -> Events:
    """System lines shown under a label: led by a direction mark, or under a name the group has had."""
    is_led = body.str.starts_with(LRM)
    suspect = (kinds.kind == "text") & author.is_not_null()
    suspect &= is_led | author.is_in(group_names.unique().implode()) if len(group_names) else is_led
    places = suspect.arg_true()
    events = read_events(body.gather(places))
    found = pl.DataFrame(
        {"place": places, "author": author.gather(places), "is_led": is_led.gather(places)}
    ).hstack(events.frame)
    labels = found.filter(pl.col("event").is_in(_SHOWN_UNDER_GROUP))["author"].unique()
    unknown = pl.col("event").is_null() & pl.col("author").is_in(labels.implode()) & pl.col("is_led")
    typed = found.with_columns(event=pl.when(unknown).then(pl.lit("other")).otherwise("event"))
    return Events(typed.filter(pl.col("event").is_not_null()).drop("author", "is_led"), events.wordings)
