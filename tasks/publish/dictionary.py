"""The data dictionary: every research table, column and indicator, from where they are described once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from schemas.fields import Field
from schemas.indicators import Indicator
from schemas.tables import TABLES, Column, Table, in_schema

DICTIONARY = TABLES["research.dictionary"]
#: Words for a column's type, the same in every format.
TYPE_WORDS = {
    pl.Int64(): "integer",
    pl.Int32(): "integer",
    pl.Float64(): "number",
    pl.String(): "text",
    pl.Boolean(): "boolean",
    pl.Date(): "date",
    pl.Datetime("us"): "datetime",
}


def type_word(field: Field) -> str:
    """The plain word for a field's type."""
    return TYPE_WORDS[field.dtype]


def constraint(column: Column) -> str:
    """What a valid value is, in words: ``not empty; at least 0; at most 1``."""
    field = column.field
    parts = [
        "may be empty" if column.nullable else "not empty",
        None if field.ge is None else f"at least {field.ge:g}",
        None if field.le is None else f"at most {field.le:g}",
        None if field.one_of is None else f"one of: {', '.join(field.one_of)}",
        None if field.pattern is None else f"matches {field.pattern}",
    ]
    return "; ".join(part for part in parts if part)


def _table_entry(table: Table) -> dict[str, object]:
    key = f"key: {', '.join(table.key)}"
    return {
        "entry_kind": "table",
        "table_name": table.qualified,
        "description": table.grain,
        "valid_values": key,
    }


def _column_entry(table: Table, column: Column) -> dict[str, object]:
    return {
        "entry_kind": "column",
        "table_name": table.qualified,
        "column_name": column.name,
        "description": column.field.meaning,
        "unit": column.field.unit,
        "data_type": type_word(column.field),
        "valid_values": constraint(column),
        "sensitivity": str(column.field.sensitivity),
        "is_subject": column.field.subject,
    }


def _indicator_entry(definition: Indicator, is_computed: bool) -> dict[str, object]:
    return {
        "entry_kind": "indicator",
        "code": definition.code,
        "description": f"{definition.name_en} / {definition.name_id}: {definition.formula}"
        + ("" if is_computed else " Not computed yet: NULL with status not_applicable."),
        "unit": definition.unit,
        "data_type": "number",
        "valid_values": f"minimum n: {definition.minimum_n}; window: {definition.window_months} months; "
        f"direction: {definition.direction}; mind: {definition.threats}",
        "sensitivity": "group",
        "is_subject": False,
        "is_computed": is_computed,
    }


def dictionary(definitions: Mapping[str, Indicator], computed: Iterable[str]) -> pl.DataFrame:
    """``research.dictionary``: the research tables, their columns, and all indicators of the catalogue.

    Args:
        definitions: the registry.
        computed: codes that this version of the product computes.
    """
    known = set(computed)
    rows: list[dict[str, object]] = []
    for table in in_schema("research"):
        rows.append(_table_entry(table))
        rows += [_column_entry(table, column) for column in table.columns]
    rows += [_indicator_entry(definition, definition.code in known) for definition in definitions.values()]
    return pl.DataFrame(rows, schema=DICTIONARY.polars_schema)
