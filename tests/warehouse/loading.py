"""Small frames for the tests of the warehouse, and a program that loads them in a process of its own."""

from __future__ import annotations

import datetime as dt
import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl

from schemas.fields import Field
from schemas.tables import TABLES, Table
from warehouse.engine import Warehouse
from warehouse.lock import run_lock

_DAY = dt.date(2024, 3, 1)
_WORDS = ("x", "0" * 12, "0" * 24, "2024-03-0123456789ab", "+620000000")
_NOON = dt.datetime.combine(_DAY, dt.time(12))


def _value(field: Field) -> Any:
    """Some value that the field allows."""
    if field.one_of:
        return field.one_of[0]
    if field.pattern:
        return next(word for word in _WORDS if re.match(field.pattern, word))
    plain = {pl.String(): "x", pl.Boolean(): False, pl.Date(): _DAY, pl.Datetime("us"): _NOON}
    return plain.get(field.dtype, max(field.ge or 0, 1))


def rows_of(table: str | Table, **columns: Any) -> pl.DataFrame:
    """Rows of a table: the columns given, all others with one allowed value."""
    declared = table if isinstance(table, Table) else TABLES[table]
    others = {
        column.name: None if column.nullable else _value(column.field)
        for column in declared.columns
        if column.name not in columns
    }
    frame = pl.DataFrame(columns)
    literals = [pl.lit(value).alias(name) for name, value in others.items()]
    return frame.with_columns(literals).pipe(declared.conform)


def messages(group_key: int, count: int, *, words: int = 3) -> pl.DataFrame:
    """``count`` messages of one group, a minute apart, by three people."""
    numbers = pl.int_range(count, eager=True)
    return rows_of(
        "core.fact_message",
        group_key=pl.repeat(group_key, count, dtype=pl.Int64, eager=True),
        message_key=numbers,
        member_key=numbers % 3 + 100,
        sent_at=pl.select(pl.lit(_NOON) + pl.duration(minutes=numbers)).to_series(),
        n_words=numbers % 7 + words,
    )


def indicators(group_id: str, value: float) -> pl.DataFrame:
    """Two months of one indicator of one group."""
    return rows_of(
        "research.indicator",
        group_id=[group_id, group_id],
        month=[dt.date(2024, 2, 1), dt.date(2024, 3, 1)],
        code=["thanks", "thanks"],
        value=[None, value],
        status=["no_coverage", "ok"],
    )


def load_step(url: str, step: int) -> None:
    """One load of several tables; all of them say which step it was."""
    with Warehouse(url).load(f"run-{step}") as load:
        load.replace("core.fact_message", messages(1, 50 * step, words=step), {"group_key": [1]})
        load.replace("core.fact_message", messages(2, 20, words=step), {"group_key": [2]})
        load.replace_all("research.indicator", indicators("alpha", float(step)))
        load.append("core.fact_indicator_vintage", vintage(step))


def vintage(step: int) -> pl.DataFrame:
    """One cell as a snapshot of this step saw it."""
    return rows_of(
        "core.fact_indicator_vintage",
        group_key=[1],
        code=["thanks"],
        value=[float(step)],
        snapshot_id=[f"2024-03-{step:012x}"],
    )


def program(*arguments: object, fail_at: str = "", **options: Any) -> subprocess.Popen[str]:
    """This module in a process of its own."""
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "SOLIDARITY_FAIL_AT": fail_at}
    command = [sys.executable, __file__, *map(str, arguments)]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, **options)


def load_steps(url: str, home: str, *steps: str) -> None:
    """Load the steps under the run's lock, one after the other."""
    with run_lock(url, Path(home)):
        for step in steps:
            load_step(url, int(step))


def hold_lock(url: str, home: str) -> None:
    """Hold the run's lock until killed."""
    with run_lock(url, Path(home)):
        sys.stdout.write("held\n")
        sys.stdout.flush()
        time.sleep(600)


def watch(url: str, *_: str) -> None:
    """Read what :func:`load_step` writes, over and over until standard input ends; print each state once.

    A state is the distinct values of the step over all tables; more than one means half a load.
    """
    seen: set[str] = set()
    while True:
        with Warehouse(url).reader() as reader:
            words = reader.read("SELECT min(n_words) AS step FROM core.fact_message").item()
            value = reader.read("SELECT max(value) AS step FROM research.indicator").item()
            rows = reader.read("SELECT count(*) AS n FROM core.fact_message").item()
        state = f"{words} {value} {rows}"
        if state not in seen:
            seen.add(state)
            sys.stdout.write(f"{state}\n")
            sys.stdout.flush()
        if select.select([sys.stdin], [], [], 0)[0]:
            return


if __name__ == "__main__":
    {"load": load_steps, "hold": hold_lock, "watch": watch}[sys.argv[1]](*sys.argv[2:])
