"""Codebook, data package description, citation and read-me of a release. All inert as text."""

from __future__ import annotations

import csv
import io
import json

import polars as pl

from schemas.config import Study
from schemas.tables import Column, Table, in_schema
from tasks.publish.dictionary import type_word
from tasks.snapshot.manifest import Manifest

#: What a spreadsheet takes for the beginning of a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def inert_cell(text: str) -> str:
    """Text that no spreadsheet runs: an apostrophe before whatever would begin a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_SIGNS) else text


def inert_markdown(text: str) -> str:
    """Text for a cell of a Markdown table: one line, no markup, no HTML."""
    escaped = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{sign}" if sign in "\\|`*_[]#~!" else sign for sign in escaped)


def _texts(frame: pl.DataFrame) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in row] for row in frame.iter_rows()]


def _in_reading_order(dictionary: pl.DataFrame) -> pl.DataFrame:
    """Tables and columns as they are declared, then the indicators as given."""
    places = {table.qualified: number for number, table in enumerate(in_schema("research"))}
    columns = {
        (table.qualified, name): number
        for table in in_schema("research")
        for number, name in enumerate(table.names, start=1)
    }
    rows = dictionary.select("table_name", "column_name").iter_rows()
    order = [(places.get(table, len(places)), columns.get((table, column), 0)) for table, column in rows]
    places_of = pl.DataFrame(order, schema=["_table", "_column"], orient="row")
    return (
        dictionary.hstack(places_of).sort("_table", "_column", maintain_order=True).drop("_table", "_column")
    )


def codebook_csv(dictionary: pl.DataFrame) -> str:
    """``research.dictionary`` as CSV: NULL is empty, cells are inert."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(dictionary.columns)
    writer.writerows([inert_cell(cell) for cell in row] for row in _texts(_in_reading_order(dictionary)))
    return out.getvalue()


def _markdown_table(frame: pl.DataFrame) -> str:
    lines = [f"| {' | '.join(frame.columns)} |", f"|{' --- |' * frame.width}"]
    lines += [f"| {' | '.join(inert_markdown(cell) for cell in row)} |" for row in _texts(frame)]
    return "\n".join(lines)


def codebook_md(dictionary: pl.DataFrame) -> str:
    """``research.dictionary`` for reading: one section a table, then the indicators."""
    dictionary = _in_reading_order(dictionary)
    columns = dictionary.filter(pl.col("entry_kind") == "column")
    parts = ["# Codebook", "A missing value is an absence, never a zero; `status` says why it is missing."]
    for table in dictionary.filter(pl.col("entry_kind") == "table").iter_rows(named=True):
        rows = columns.filter(pl.col("table_name") == table["table_name"])
        shown = rows.select("column_name", "description", "unit", "data_type", "valid_values")
        parts += [
            f"## `{table['table_name']}`",
            inert_markdown(f"{table['description']}; {table['valid_values']}."),
            _markdown_table(shown),
        ]
    indicators = dictionary.filter(pl.col("entry_kind") == "indicator")
    shown = indicators.select("code", "description", "unit", "valid_values", "is_computed")
    return "\n\n".join([*parts, "## Indicators", _markdown_table(shown)]) + "\n"


def _frictionless_field(column: Column) -> dict[str, object]:
    """A column in the words of the standard.

    Limits of columns that may be empty stand in the codebook only: the standard's own checker reads an
    empty cell of a Parquet file as not-a-number, and finds that below any limit. For the same reason a whole
    number that may be missing is a number there; the file itself holds it whole.
    """
    field = column.field
    limits: dict[str, object] = {
        "minimum": field.ge,
        "maximum": field.le,
        "enum": list(field.one_of) if field.one_of else None,
    }
    constraints: dict[str, object] = {}
    if not column.nullable:
        constraints = {name: limit for name, limit in limits.items() if limit is not None} | {
            "required": True
        }
    kind = {"text": "string"}.get(type_word(field), type_word(field))
    if column.nullable and kind == "integer":
        kind = "number"
    described: dict[str, object] = {"name": column.name, "type": kind, "description": field.meaning}
    return described | ({"constraints": constraints} if constraints else {})


def _resource(table: Table) -> dict[str, object]:
    nullable = {column.name for column in table.columns if column.nullable}
    key = (
        {} if nullable & set(table.key) else {"primaryKey": list(table.key)}
    )  # the standard wants it required
    return {
        "name": table.name.replace("_", "-"),
        "path": f"parquet/{table.name}.parquet",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": table.grain,
        "schema": {"fields": [_frictionless_field(column) for column in table.columns]} | key,
    }


def datapackage_json(manifest: Manifest, study: Study) -> str:
    """The Frictionless description of a release: every research table as a Parquet resource."""
    package = {
        "name": f"solidarity-{manifest.snapshot_id}",
        "title": study.name,
        "description": f"Solidarity indicators of community groups up to {manifest.month:%Y-%m}",
        "version": manifest.snapshot_id,
        "contributors": [{"title": study.controller, "role": "publisher"}],
        "resources": [_resource(table) for table in in_schema("research")],
    }
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def citation_cff(manifest: Manifest, study: Study) -> str:
    """How to cite the release. Values are JSON strings, which are valid YAML and cannot break out."""
    quoted = {
        "title": f"{study.name}: solidarity indicators, snapshot {manifest.snapshot_id}",
        "version": manifest.snapshot_id,
        "abstract": f"Solidarity indicators up to {manifest.month:%Y-%m}. Clearance: {study.clearance}.",
    }
    lines = [
        "cff-version: 1.2.0",
        'message: "Cite this release with its snapshot id, so that a number can be found again."',
        "type: dataset",
        *(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in quoted.items()),
        "authors:",
        f"  - name: {json.dumps(study.controller, ensure_ascii=False)}",
    ]
    return "\n".join(lines) + "\n"


def readme_md(manifest: Manifest, study: Study) -> str:
    """What is in the folder and how to open it."""
    name, controller, contact = (
        inert_markdown(text) for text in (study.name, study.controller, study.contact)
    )
    return f"""# {name}: release {manifest.snapshot_id}

Monthly indicators of solidarity in community groups, up to {manifest.month:%Y-%m}, after disclosure
control. It never changes; a correction is a new release.

| file | what it is |
| --- | --- |
| `report.html` | the figures, for reading |
| `research.duckdb` | all tables: `duckdb research.duckdb "from research.indicator limit 10"` |
| `parquet/` | the same tables, one file each, for R and Python |
| `stata/` | the same tables for Stata; a missing value is `.`, never 0 |
| `enclave_twin/` | invented rows in the shape of the member-level tables; they say nothing about anybody |
| `codebook.md`, `codebook.csv` | every table, column and indicator |
| `datapackage.json` | machine-readable description (Frictionless) |
| `manifest.json` | what the numbers were computed from |
| `CITATION.cff` | how to cite |
| `checksums.sha256` | `sha256sum --check checksums.sha256` |

A missing value is an absence and a zero is a value; `status` says which and why. `suppressed` values are
hidden because too few people stand behind them.

Controller: {controller}. Contact: {contact}. Use it within the clearance {inert_markdown(study.clearance)},
valid until {study.valid_until.isoformat()}.
"""
