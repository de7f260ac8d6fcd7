"""The logical hash: what a warehouse says, apart from when, by which run and under which keys.

Two warehouses with equal content have equal hashes, on whichever engine, in whatever order of rows and
columns. Per table of ``core`` and ``research``:

1. drop the columns ``*_key``, ``*_at`` (except ``sent_at``), ``run_id`` and ``load_id``;
2. write each cell as text: whole numbers in decimal, floats by ``format(x, ".12g")`` with -0 as 0, truth
   as true and false, days and instants by ISO 8601, NULL as ``\\N``; in texts ``\\`` and the separators
   are escaped with ``\\``;
3. join a row's cells, columns by name, with U+001F; sort the rows by their bytes;
4. SHA-256 over the column names and the rows, each ended by a line feed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from schemas.tables import TABLES, Table
from warehouse.tables import qualified, quoted

if TYPE_CHECKING:
    from warehouse.engine import Warehouse

HASHED_SCHEMAS = ("core", "research")
TOTAL = "total"
_SEPARATOR, _NULL = "\x1f", "\\N"
_SLICE_ROWS = 100_000


def is_hashed(column: str) -> bool:
    """Whether a column counts for the logical hash."""
    if column in ("run_id", "load_id") or column.endswith("_key"):
        return False
    return column == "sent_at" or not column.endswith("_at")


def logical_hash(warehouse: Warehouse) -> dict[str, str]:
    """Qualified table name -> 64 hex digits for ``core`` and ``research``, and ``total`` over them all."""
    tables = [table for table in TABLES.values() if table.schema in HASHED_SCHEMAS]
    with warehouse.reader() as reader:
        hashes = {table.qualified: table_hash(reader.read(_rows_sql(table))) for table in tables}
    return {**hashes, TOTAL: total_hash(hashes)}


def total_hash(hashes: Mapping[str, str]) -> str:
    """One hash over the tables' hashes."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def table_hash(frame: pl.DataFrame) -> str:
    """The logical hash of one table's rows."""
    columns = sorted(filter(is_hashed, frame.columns))
    digest = hashlib.sha256((_SEPARATOR.join(columns) + "\n").encode())
    cells = [_as_text(frame[name]) for name in columns]
    rows = (
        pl.DataFrame(cells).select(row=pl.concat_str(pl.all(), separator=_SEPARATOR))["row"].sort()
        if cells
        else pl.Series("row", [""] * frame.height)
    )
    for start in range(0, rows.len(), _SLICE_ROWS):
        digest.update(("\n".join(rows[start : start + _SLICE_ROWS]) + "\n").encode())
    return digest.hexdigest()


def _rows_sql(table: Table) -> str:
    columns = [quoted(name) for name in table.names if is_hashed(name)]
    return f"SELECT {', '.join(columns) or '1 AS run_id'} FROM {qualified(table)}"


def _as_text(column: pl.Series) -> pl.Series:
    """A column's cells as text, without NULLs."""
    dtype = column.dtype
    if dtype.is_float():
        text = _floats_as_text(column)
    elif dtype == pl.String:
        text = (
            column.str.replace_all("\\", "\\\\", literal=True)
            .str.replace_all(_SEPARATOR, "\\s", literal=True)
            .str.replace_all("\n", "\\n", literal=True)
        )
    elif isinstance(dtype, pl.Datetime):
        text = column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    else:
        text = column.cast(pl.String)
    return text.fill_null(_NULL)


def _floats_as_text(column: pl.Series) -> pl.Series:
    """Floats to 12 significant digits; each distinct value is written once."""
    distinct = column.drop_nulls().unique()
    written = pl.Series("text", [format(value or 0.0, ".12g") for value in distinct], dtype=pl.String)
    return column.replace_strict(distinct, written, default=None, return_dtype=pl.String)
