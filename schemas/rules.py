"""Row rules: Polars expressions derived from the columns' descriptions.

A rule's name is its message: ``<column>: <what is wrong>``. It holds where its expression is true.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas.tables import Column, Table


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition that each row must meet."""

    column: str
    name: str
    holds: pl.Expr


def rules_of(table: Table) -> list[Rule]:
    """The rules of a table, column by column: presence, bounds, vocabulary, pattern."""
    return [rule for column in table.columns for rule in _column_rules(column)]


def _column_rules(column: Column) -> list[Rule]:
    field, value = column.field, pl.col(column.name)
    rules = []
    if not column.nullable:
        rules.append(Rule(column.name, "missing", value.is_not_null()))
    conditions: list[tuple[str, pl.Expr]] = []
    if field.dtype == pl.Float64():
        conditions.append(("not finite", value.is_finite()))
    if field.ge is not None:
        conditions.append((f"below {field.ge:g}", value >= field.ge))
    if field.le is not None:
        conditions.append((f"above {field.le:g}", value <= field.le))
    if field.one_of is not None:
        conditions.append(("not in the vocabulary", value.is_in(list(field.one_of))))
    if field.pattern is not None:
        conditions.append(("not in the required form", value.str.contains(field.pattern)))
    # A NULL breaks only the rule of presence, where there is one.
    rules += [Rule(column.name, name, holds.fill_null(value=True)) for name, holds in conditions]
    return rules
