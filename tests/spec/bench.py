"""Toys in a warehouse: measured, loaded, published as a run does it, to be read back by SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from schemas.indicators import registry
from schemas.tables import TABLES, Table
from tasks.measure.indicators import IndicatorInputs, Indicators, compute
from tasks.publish.research import READ, research_tables
from tests.spec.specs import SPECS, Case, Spec, Toy, build, toy_of
from warehouse.engine import Warehouse

SNAPSHOT = "2023-06-000000000000"
SIZE = "active_member_share"  # a code of one month, from which publishing knows how large a group is
PEOPLE = 10_000  # more than any toy has: people of different toys are different people
FACTS = (
    "fact_activity",
    "fact_participation",
    "fact_campaign",
    "fact_campaign_member",
    "fact_turn",
    "fact_reply",
    "fact_membership",
    "fact_membership_event",
)


@dataclass(frozen=True)
class Measured:
    """One toy's facts and indicators; ``group_id`` is its name in the warehouse."""

    group_id: str
    inputs: IndicatorInputs
    found: Indicators


class Bench:
    """The toys of some specs; a toy that several cases share is measured once."""

    def __init__(self, chosen: Iterable[Spec], folder: Path = SPECS) -> None:
        codes: dict[str, set[str]] = {}
        toys: dict[str, Toy] = {}
        self._name_of: dict[tuple[str, str], str] = {}
        for spec in chosen:
            for case in spec.case:
                toy = toy_of(spec, case, folder)
                name = next((known for known, other in toys.items() if other == toy), f"toy-{len(toys) + 1}")
                toys[name] = toy
                codes.setdefault(name, {SIZE}).update(needed(spec.code))
                self._name_of[spec.code, case.name] = name
        self.toys = [measured(name, toy, codes[name]) for name, toy in toys.items()]

    def group_of(self, spec: Spec, case: Case) -> str:
        """The group of a case."""
        return self._name_of[spec.code, case.name]


def needed(code: str) -> set[str]:
    """A code, and what a composite is made of."""
    parts = [name.lstrip("-").partition(":")[0] for name in registry()[code].components]
    return {code}.union(*map(needed, parts))


def measured(name: str, toy: Toy, codes: set[str]) -> Measured:
    """A toy's indicators of some codes."""
    inputs = build(toy, name)
    return Measured(name, inputs, compute(inputs, codes=codes))


def load(bench: Bench, url: str) -> Warehouse:
    """All toys in the core, then ``research`` from what the engine gives back, in one load each."""
    warehouse = Warehouse(url)
    with warehouse.load("run-core") as load:
        for table, frame in _core(bench.toys).items():
            load.append(table, frame)
    with warehouse.load("run-research") as load:
        core = {table: load.read(f"SELECT {', '.join(names)} FROM {table}") for table, names in READ.items()}
        tables = research_tables(
            core, definitions=registry(), computed=frozenset(registry()), groups={}, snapshot_id=SNAPSHOT
        )
        for table, frame in tables.items():
            load.replace_all(table, frame)
    return warehouse


def _core(toys: list[Measured]) -> dict[str, pl.DataFrame]:
    """The core's tables of all toys, each under a key of its own."""
    parts: dict[str, list[pl.DataFrame]] = {}
    for number, toy in enumerate(toys, 1):
        frames = {
            "fact_indicator": toy.found.values,
            "fact_indicator_detail": toy.found.details,
            "composite_base": toy.found.bases,
            "fact_coverage": toy.inputs.coverage,
            "dim_group": pl.DataFrame(
                {"group_id": toy.group_id, "group_name": toy.group_id, "is_current": True}
            ),
            **{name: getattr(toy.inputs, name) for name in FACTS},
        }
        for name, frame in frames.items():
            parts.setdefault(f"core.{name}", []).append(_as_group(frame, number))
    return {name: _filled(TABLES[name], pl.concat(frames)) for name, frames in parts.items()}


def _as_group(frame: pl.DataFrame, number: int) -> pl.DataFrame:
    people = [name for name in frame.columns if name.endswith("member_key")]
    return frame.with_columns(pl.col(people) + number * PEOPLE, group_key=pl.lit(number, dtype=pl.Int64))


def _filled(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame as the table asks for it: what no spec speaks of has the least value its column allows."""
    if "snapshot_id" in table.names:
        frame = frame.with_columns(snapshot_id=pl.lit(SNAPSHOT))
    least = {
        column.name: pl.lit(_least(column.field), dtype=column.field.dtype)
        for column in table.columns
        if not column.nullable
    }
    return table.conform(
        frame.with_columns(
            (pl.col(name).cast(table.polars_schema[name]) if name in frame.columns else pl.lit(None))
            .fill_null(least.get(name, pl.lit(None)))
            .alias(name)
            for name in table.names
        )
    )


def _least(field: Any) -> Any:
    if field.one_of:
        return field.one_of[0]
    if field.dtype in (pl.Date(), pl.Datetime("us")):
        return dt.date(2020, 1, 1)
    return {pl.String(): "toy", pl.Boolean(): False}.get(field.dtype, field.ge or 0)
