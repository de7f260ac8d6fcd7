"""System lines -> typed events with the person who acts and the people spoken of."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import NamedTuple

import polars as pl

from schemas.vocabulary import SYSTEM_EVENTS
from tasks.parse.labels import SELF_LABEL, normalised
from tasks.parse.templates import Template, languages_of, match, plain, templates
from warehouse.reference.markers import wordings

_ISOLATE, _ISOLATE_END = "\u2068", "\u2069"
#: What is known of a system line.
_EVENTS = {
    "event": pl.String(),
    "actor": pl.String(),
    "targets": pl.List(pl.String()),
    "group": pl.String(),
    "timer_hours": pl.Int64(),
}
EVENT_COLUMNS = tuple(_EVENTS)
#: Hours of the units in which a timer is stated.
_UNIT_HOURS = {"hours": 1, "days": 24, "weeks": 168}


@cache
def event_templates() -> tuple[Template, ...]:
    """Wordings of system lines in all languages, the most literal first."""
    return templates(SYSTEM_EVENTS)


@cache
def _kinds() -> pl.Series:
    return pl.Series([template.kind for template in event_templates()], dtype=pl.String)


@cache
def _words(kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.wording for line in wordings() if line.kind == kind))


class Events(NamedTuple):
    """Typed system lines and how many were recognised per language.

    ``frame``: ``event`` (NULL where no wording matches), ``actor``, ``targets``, ``group`` (the name that a
    line gives to the group), ``timer_hours`` (after which messages disappear, where a line states it);
    further columns say which lines.
    """

    frame: pl.DataFrame
    wordings: dict[str, int]


def read_events(lines: pl.Series) -> Events:
    """Type system lines: one row of ``frame`` per line, in order."""
    if lines.is_empty():
        return Events(pl.DataFrame(schema=_EVENTS), {})
    texts = lines.to_frame("text").select(plain(pl.col("text")))
    listed = event_templates()
    matched = match(texts["text"].unique(), listed)
    actor, targets = _people(matched, listed)
    timer = matched["timer"]
    told = matched.select(
        "text",
        "template",
        event=_kinds().gather(matched["template"]),
        actor=actor,
        targets=targets,
        group="group",
        # What no line states need not be compiled.
        timer_hours=timer.cast(pl.Int64) if timer.null_count() == len(timer) else _hours(pl.col("timer")),
    )
    joined = texts.join(told, on="text", how="left", maintain_order="left")
    return Events(joined.select(EVENT_COLUMNS), languages_of(joined["template"].drop_nulls(), listed))


def _people(matched: pl.DataFrame, listed: tuple[Template, ...]) -> tuple[pl.Series, pl.Series]:
    """Who acts and who is spoken of in matched lines: labels, the exporter where the wording itself speaks to him.

    All names of all lines are normalised at once.
    """
    own = [listed[number].own for number in matched["template"].to_list()]
    actors = matched["actor"].to_list()
    named = matched.select(pl.coalesce("targets", "target")).to_series().to_list()
    lists = [None if names is None else _apart(names) for names in named]
    said = [*actors, *(name for names in lists for name in names or ())]
    labels = [_own_name(label) for label in normalised(pl.Series(said, dtype=pl.String)).to_list()]
    acting, spoken_of = labels[: len(actors)], iter(labels[len(actors) :])
    who = [SELF_LABEL if "actor" in mine else label for mine, label in zip(own, acting, strict=True)]
    whom: list[tuple[list[str | None] | None]] = []
    for mine, names in zip(own, lists, strict=True):
        people = None if names is None else [one for one in islice(spoken_of, len(names)) if _is_one(one)]
        whom.append(([SELF_LABEL] if {"target", "targets"} & set(mine) else people,))
    # Row by row: a column made of lists takes a frame for each of them.
    targets = pl.DataFrame(whom, schema={"targets": _EVENTS["targets"]}, orient="row").to_series()
    return pl.Series("actor", who, dtype=pl.String), targets


def _own_name(label: str | None) -> str | None:
    return SELF_LABEL if label in _words("self") else label


def _is_one(label: str | None) -> bool:
    """Whether a label names somebody: people whom a line counts it does not name (``3 others``)."""
    number, _, words = (label or "").partition(" ")
    return bool(label) and not (number.isdecimal() and words in _words("others"))


def _apart(names: str) -> list[str]:
    """The names of a list: those isolated where the phone isolates them, else the commas decide."""
    ended = names.split(_ISOLATE_END)[:-1]
    isolated = [part[part.index(_ISOLATE) :] for part in ended if _ISOLATE in part]
    return isolated or _joints().sub(", ", names).split(", ")


@cache
def _joints() -> re.Pattern[str]:
    """The word before the last name of a list, with and without a comma."""
    return re.compile(
        "|".join(re.escape(f"{comma} {word} ") for word in _words("and") for comma in (",", ""))
    )


def _hours(words: pl.Expr) -> pl.Expr:
    """The length of time that words begin to state, in hours."""
    hours = pl.lit(None, dtype=pl.Int64)
    for unit, length in _UNIT_HOURS.items():
        units = "|".join(re.escape(word) for word in sorted(_words(unit), key=len, reverse=True))
        stated = words.str.extract(rf"(?i)\b(\d{{1,3}})[ -]?(?:{units})").cast(pl.Int64)
        hours = pl.coalesce(hours, stated * length)
    return hours
