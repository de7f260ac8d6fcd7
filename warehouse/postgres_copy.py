"""Frames as PostgreSQL's binary COPY stream, column by column instead of row by row.

A row of the stream is its number of fields, then each field as length and big-endian value; a NULL has
length -1 and no value. The fields that have one width in every row are laid out side by side in one
array; texts and fields with NULLs follow, and Arrow joins the pieces of each row.
https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS-BINARY
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    import pyarrow as pa

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
_NULL = -1
_BATCH_ROWS = 8_192  # about 4 MB: fits the processor's cache

#: Big-endian layout of each dtype, and what PostgreSQL's epoch of 2000-01-01 takes from its value.
_LAYOUTS: dict[pl.DataType, tuple[str, int]] = {
    pl.Int64(): (">i8", 0),
    pl.Int32(): (">i4", 0),
    pl.Float64(): (">f8", 0),
    pl.Boolean(): ("?", 0),
    pl.Date(): (">i4", 10_957),
    pl.Datetime("us"): (">i8", 946_684_800_000_000),
}


def column_order(frame: pl.DataFrame) -> list[str]:
    """The order in which the stream gives the columns; the COPY statement has to name them so."""
    fixed = [name for name in frame.columns if _is_fixed(frame[name])]
    return fixed + [name for name in frame.columns if name not in fixed]


def stream(frame: pl.DataFrame) -> Iterator[bytes | memoryview]:
    """The frame's rows in pieces of a COPY stream, columns by :func:`column_order`."""
    fixed = [name for name in frame.columns if _is_fixed(frame[name])]
    variable = [name for name in frame.columns if name not in fixed]
    yield HEADER
    for batch in frame.iter_slices(_BATCH_ROWS):
        yield _rows(batch.select(fixed), batch.select(variable))
    yield TRAILER


def _is_fixed(column: pl.Series) -> bool:
    return column.dtype in _LAYOUTS and column.null_count() == 0


def _values(column: pl.Series) -> np.ndarray:
    """A column's values as the stream writes them, without NULLs."""
    layout, epoch = _LAYOUTS[column.dtype]
    if epoch:
        return (column.to_physical().to_numpy() - epoch).astype(layout)
    return column.to_numpy().astype(layout)


def _rows(fixed: pl.DataFrame, variable: pl.DataFrame) -> memoryview:
    import pyarrow as pa
    import pyarrow.compute as pc

    pieces = [_block(fixed, fixed.width + variable.width, fixed.height or variable.height)]
    for column in variable.iter_columns():
        pieces += _field(column)
    joined = pc.binary_join_element_wise(*pieces, pa.scalar(b"", pa.large_binary()))
    start, end = joined.offset, joined.offset + len(joined)
    offsets = np.frombuffer(joined.buffers()[1], dtype=np.int64)
    return memoryview(joined.buffers()[2])[offsets[start] : offsets[end]]


def _block(fixed: pl.DataFrame, n_fields: int, n_rows: int) -> pa.Array:
    """The number of fields and the fields of one width, one piece a row."""
    layout: list[tuple[str, str]] = [("n_fields", ">i2")]
    for number, column in enumerate(fixed.iter_columns()):
        layout += [(f"length_{number}", ">i4"), (f"value_{number}", _LAYOUTS[column.dtype][0])]
    rows = np.empty(n_rows, dtype=layout)
    rows["n_fields"] = n_fields
    for number, column in enumerate(fixed.iter_columns()):
        rows[f"length_{number}"] = rows.dtype[f"value_{number}"].itemsize
        rows[f"value_{number}"] = _values(column)
    return _pieces(rows)


def _field(column: pl.Series) -> list[pa.Array]:
    """Length and value of a field whose width differs from row to row."""
    import pyarrow as pa

    if column.dtype == pl.String:
        lengths = column.str.len_bytes().cast(pl.Int64).fill_null(_NULL).to_numpy()
        values = column.fill_null("").cast(pl.Binary).to_arrow(compat_level=pl.CompatLevel.oldest())
        return [_pieces(lengths.astype(">i4")), values.cast(pa.large_binary())]
    values = _values(column.drop_nulls())
    lengths = np.where(column.is_null().to_numpy(), _NULL, values.dtype.itemsize).astype(">i4")
    ends = np.cumsum(np.maximum(lengths, 0), dtype=np.int64)
    return [_pieces(lengths), _binary(np.concatenate([[0], ends]), values)]


def _pieces(rows: np.ndarray) -> pa.Array:
    """Equally long rows of an array as one piece of bytes each."""
    width = rows.dtype.itemsize
    return _binary(np.arange(len(rows) + 1, dtype=np.int64) * width, rows)


def _binary(offsets: np.ndarray, data: np.ndarray) -> pa.Array:
    import pyarrow as pa

    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(data).tobytes())]
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)
