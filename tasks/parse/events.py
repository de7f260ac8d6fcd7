"""System lines -> typed events with the person who acts and the people spoken of."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import polars as pl

from schemas.vocabulary import SYSTEM_EVENTS
from tasks.parse.labels import SELF_LABEL, normalise_label
from tasks.parse.templates import Template, languages_of, match, plain, templates
from warehouse.reference.markers import wordings

_ISOLATED = "\u2068[^\u2069]*\u2069"


@cache
def event_templates() -> tuple[Template, ...]:
    """Wordings of system lines in all languages, the most literal first."""
    return templates(SYSTEM_EVENTS)


@cache
def _words(kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.wording for line in wordings() if line.kind == kind))


class Events(NamedTuple):
    """Typed system lines and how many were recognised per language.

    ``frame``: ``event`` (NULL where no wording matches), ``actor``, ``targets``, ``group`` (the name that a
    line gives to the group); further columns say which lines.
    """

    frame: pl.DataFrame
    wordings: dict[str, int]


def read_events(lines: pl.Series) -> Events:
    """Type system lines: one row of ``frame`` per line, in order."""
    texts = pl.DataFrame({"raw": lines}).with_columns(text=plain(pl.col("raw")))
    distinct = texts["text"].unique()
    listed = list(event_templates())
    matched = match(distinct, listed)
    people = matched.select(
        "text",
        "template",
        event=pl.col("template").replace_strict(
            list(range(len(listed))), [template.kind for template in listed], return_dtype=pl.String
        ),
        actor=_person(matched, listed, "actor"),
        targets=_targets(matched, listed),
        group="group",
    )
    joined = texts.join(people, on="text", how="left", maintain_order="left")
    frame = joined.select("event", "actor", "targets", "group")
    return Events(frame, languages_of(joined["template"].drop_nulls(), listed))


def _person(matched: pl.DataFrame, listed: list[Template], name: str) -> pl.Expr:
    """The captured label; the exporter where the wording itself speaks to him."""
    own = [number for number, template in enumerate(listed) if name in template.own]
    label = _own_name(normalise_label(pl.col(name)))
    return pl.when(pl.col("template").is_in(own)).then(pl.lit(SELF_LABEL)).otherwise(label)


def _own_name(label: pl.Expr) -> pl.Expr:
    return pl.when(label.is_in(list(_words("self")))).then(pl.lit(SELF_LABEL)).otherwise(label)


def _targets(matched: pl.DataFrame, listed: list[Template]) -> pl.Expr:
    """The list of people spoken of: isolated names where the phone isolates them, else the commas decide."""
    named = pl.coalesce("targets", "target")
    unjoined = named.str.replace_many(
        {f"{comma} {word} ": ", " for word in _words("and") for comma in (",", "")}, leftmost=True
    )
    isolated = named.str.extract_all(_ISOLATED)
    split = pl.when(isolated.list.len() > 0).then(isolated).otherwise(unjoined.str.split(", "))
    labels = split.list.eval(_own_name(normalise_label(pl.element())))
    people = labels.list.eval(pl.element().filter(pl.element().str.len_bytes() > 0))
    own = [number for number, template in enumerate(listed) if {"target", "targets"} & set(template.own)]
    return (
        pl.when(pl.col("template").is_in(own))
        .then(pl.lit([SELF_LABEL]))
        .when(named.is_not_null())
        .then(people)
        .otherwise(None)
    )
