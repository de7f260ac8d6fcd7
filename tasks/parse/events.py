"""System lines -> typed events with the person who acts and the people spoken of."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import polars as pl

from schemas.vocabulary import SYSTEM_EVENTS
from tasks.parse.labels import SELF_LABEL, normalise_label
from tasks.parse.templates import Template, languages_of, match, plain, templates
from warehouse.reference.markers import wordings

_ISOLATED = "\u2068[^\u2069]*\u2069"
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
    texts = pl.DataFrame({"raw": lines}).with_columns(text=plain(pl.col("raw")))
    distinct = texts["text"].unique()
    listed = list(event_templates())
    matched = match(distinct, listed)
    people = matched.select(
        "text",
        "template",
        event=pl.lit(_kinds()).gather(pl.col("template")),
        actor=_person(matched, listed, "actor"),
        targets=_targets(matched, listed),
        group="group",
        timer_hours=_hours(pl.col("timer")),
    )
    joined = texts.join(people, on="text", how="left", maintain_order="left")
    frame = joined.select(*EVENT_COLUMNS)
    return Events(frame, languages_of(joined["template"].drop_nulls(), listed))


def _person(matched: pl.DataFrame, listed: list[Template], name: str) -> pl.Expr:
    """The captured label; the exporter where the wording itself speaks to him."""
    own = [number for number, template in enumerate(listed) if name in template.own]
    label = _own_name(normalise_label(pl.col(name)))
    return pl.when(pl.col("template").is_in(own)).then(pl.lit(SELF_LABEL)).otherwise(label)


def _own_name(label: pl.Expr) -> pl.Expr:
    return pl.when(label.is_in(list(_words("self")))).then(pl.lit(SELF_LABEL)).otherwise(label)


@cache
def _more_people() -> str:
    """What stands for people whom a line counts and does not name: ``3 others``."""
    return rf"^\d+ (?:{'|'.join(re.escape(word) for word in _words('others'))})$"


def _hours(words: pl.Expr) -> pl.Expr:
    """The length of time that words begin to state, in hours."""
    hours = pl.lit(None, dtype=pl.Int64)
    for unit, length in _UNIT_HOURS.items():
        units = "|".join(re.escape(word) for word in sorted(_words(unit), key=len, reverse=True))
        stated = words.str.extract(rf"(?i)\b(\d{{1,3}})[ -]?(?:{units})").cast(pl.Int64)
        hours = pl.coalesce(hours, stated * length)
    return hours


def _targets(matched: pl.DataFrame, listed: list[Template]) -> pl.Expr:
    """The list of people spoken of: isolated names where the phone isolates them, else the commas decide."""
    named = pl.coalesce("targets", "target")
    unjoined = named.str.replace_many(
        {f"{comma} {word} ": ", " for word in _words("and") for comma in (",", "")}, leftmost=True
    )
    isolated = named.str.extract_all(_ISOLATED)
    split = pl.when(isolated.list.len() > 0).then(isolated).otherwise(unjoined.str.split(", "))
    labels = split.list.eval(_own_name(normalise_label(pl.element())))
    people = labels.list.eval(
        pl.element().filter((pl.element().str.len_bytes() > 0) & ~pl.element().str.contains(_more_people()))
    )
    own = [number for number, template in enumerate(listed) if {"target", "targets"} & set(template.own)]
    return (
        pl.when(pl.col("template").is_in(own))
        .then(pl.lit([SELF_LABEL]))
        .when(named.is_not_null())
        .then(people)
        .otherwise(None)
    )
