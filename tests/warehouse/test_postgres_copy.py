"""Whatever a frame holds comes out of PostgreSQL as it went in."""

from __future__ import annotations

import datetime as dt

import polars as pl
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.engine import libpq_arguments, parse_url
from warehouse.postgres_backend import read_frame
from warehouse.postgres_copy import column_order, stream

SCHEMA = {
    "a": pl.Int64,
    "b": pl.Int32,
    "c": pl.Float64,
    "d": pl.Boolean,
    "e": pl.Date,
    "f": pl.Datetime("us"),
    "g": pl.String,
    "h": pl.Int64,
}
DDL = "a bigint, b integer, c float8, d boolean, e date, f timestamp, g text, h bigint not null"

_cells = {
    "a": st.integers(-(2**63), 2**63 - 1),
    "b": st.integers(-(2**31), 2**31 - 1),
    "c": st.floats(allow_nan=False),
    "d": st.booleans(),
    "e": st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)),
    "f": st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)),  # noqa: DTZ001 - UTC without a zone
    "g": st.text(st.characters(exclude_characters="\x00\x01", exclude_categories=["Cs"]), max_size=6),
}
_rows = st.lists(
    st.fixed_dictionaries({**{name: cell | st.none() for name, cell in _cells.items()}, "h": st.just(1)}),
    max_size=5,
)


@pytest.fixture(scope="module")
def connection(pg_url: str):  # type: ignore[no-untyped-def]
    with psycopg.connect(**libpq_arguments(parse_url(pg_url))) as opened:
        opened.execute(f"CREATE TEMPORARY TABLE copied ({DDL})")
        yield opened
        opened.rollback()


def _copied(connection: psycopg.Connection, frame: pl.DataFrame) -> pl.DataFrame:
    connection.execute("DELETE FROM copied")
    columns = ", ".join(column_order(frame))
    with connection.cursor().copy(f"COPY copied ({columns}) FROM STDIN (FORMAT binary)") as copy:
        for piece in stream(frame):
            copy.write(piece)
    return read_frame(connection, "SELECT a, b, c, d, e, f, g, h FROM copied")


@given(_rows)
@settings(max_examples=40, deadline=None)
def test_a_frame_survives_the_way_in_and_out(
    connection: psycopg.Connection, rows: list[dict[str, object]]
) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA)
    assert _copied(connection, frame).cast(SCHEMA).equals(frame, null_equal=True)


def test_several_batches_keep_their_rows(connection: psycopg.Connection) -> None:
    number = pl.int_range(20_000, eager=True).alias("a")
    frame = pl.DataFrame(
        {
            "a": pl.select(pl.when(number % 3 > 0).then(number)).to_series(),
            "g": number.cast(pl.String),
            "h": number,
        },
    ).select(
        pl.col(name) if name in "agh" else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in SCHEMA.items()
    )
    assert _copied(connection, frame).cast(SCHEMA).sort("h").equals(frame, null_equal=True)
