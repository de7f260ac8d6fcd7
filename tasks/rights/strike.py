"""Erasures in the warehouse: an erased person's rows go, and the snapshots he was counted in are withdrawn.

Inside the one transaction of a load, before anything else is loaded. What the load then brings was made without
the person; what it does not bring (groups whose new rows an expectation refused) has lost his rows here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import polars as pl

from schemas.tables import TABLES
from tasks.rights.registry import ABOUT, THROUGH, Pointer, pointers
from tasks.rights.tombstones import Erasure, Tombstones
from warehouse.failpoints import reach
from warehouse.keys import group_key
from warehouse.load import Load
from warehouse.tables import qualified, quoted

_BY_GROUP = ("core.fact_indicator_vintage", "core.fact_revision")


@dataclass
class Struck:
    """What was taken out of the warehouse, and what it had stated before.

    ``removed``: rows by table. ``withdrawn``: snapshots. ``vintage``: ``core.fact_indicator_vintage`` before.
    """

    removed: dict[str, int] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    vintage: pl.DataFrame | None = None


def pending(tombstones: Tombstones | None, recorded: pl.DataFrame) -> list[Erasure]:
    """Erasures that a warehouse does not have yet, by its ``ops.erasure``."""
    known = set(recorded["erasure_token"])
    return [] if tombstones is None else [one for one in tombstones.erasures if one.token not in known]


def strike(load: Load, tombstones: Tombstones, erasures: list[Erasure], snapshot_id: str) -> Struck:
    """Take erased people out of the warehouse and withdraw the snapshots that counted them.

    Of a withdrawn snapshot the old values go, of every cell of the groups concerned and whether it changed or
    not: which cells differ would tell when the person was active. The load states them anew as of
    ``snapshot_id``, which is named as the successor.
    """
    struck = Struck(vintage=load.read(f"SELECT * FROM {qualified(TABLES[_BY_GROUP[0]])}"))
    _strike_rows(load, tombstones, struck)
    _withdraw(load, erasures, snapshot_id, struck)
    _enter(load, erasures, struck)
    reach("rights.struck")
    return struck


def _strike_rows(load: Load, tombstones: Tombstones, struck: Struck) -> None:
    pointing = pointers()
    gone = {
        (pointer.table.qualified, pointer.column): _erased_values(load, tombstones, pointer)
        for pointer in pointing
    }
    for table, (through, columns) in THROUGH.items():
        values = gone[through, "member_key"]
        if values:
            struck.removed[table] = _strike_through(load, table, through, columns, values)
    for pointer in sorted(pointing, key=lambda pointer: pointer.nullable):
        table, values = pointer.table.qualified, gone[pointer.table.qualified, pointer.column]
        is_blanked = pointer.nullable and (table, pointer.column) not in ABOUT
        change = load.blank if is_blanked else load.erase
        n = change(table, pointer.column, values)
        if n:
            struck.removed[table] = struck.removed.get(table, 0) + n


def _erased_values(load: Load, tombstones: Tombstones, pointer: Pointer) -> list[object]:
    sql = f"SELECT DISTINCT {quoted(pointer.column)} AS value FROM {qualified(pointer.table)}"
    values = load.read(sql)["value"].drop_nulls()
    return sorted(tombstones.among("key", "", values), key=str)


def _strike_through(
    load: Load, table: str, through: str, columns: tuple[str, ...], values: list[object]
) -> int:
    """Remove rows of a table by the rows of another, group by group."""
    listed = ", ".join(map(quoted, columns))
    keys = ", ".join(str(int(str(value))) for value in values)
    theirs = load.read(f"SELECT {listed} FROM {through} WHERE member_key IN ({keys})")
    declared = TABLES[table]
    rows = load.read(f"SELECT * FROM {qualified(declared)}")
    kept = rows.join(theirs, on=list(columns), how="anti")
    load.replace_all(declared, kept)
    return rows.height - kept.height


def _withdraw(load: Load, erasures: list[Erasure], snapshot_id: str, struck: Struck) -> None:
    first = min(erasure.from_month for erasure in erasures)
    groups = sorted({group_key(group_id) for one in erasures for group_id in one.group_ids})
    known = load.read("SELECT * FROM core.dim_snapshot")
    counted = (pl.col("month") >= first) & (pl.col("snapshot_id") != snapshot_id)
    struck.withdrawn = known.filter(counted)["snapshot_id"].sort().to_list()
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    load.replace_all(
        "core.dim_snapshot",
        known.with_columns(
            withdrawn_at=pl.when(counted & pl.col("withdrawn_at").is_null())
            .then(pl.lit(now, pl.Datetime("us")))
            .otherwise("withdrawn_at"),
            successor_snapshot_id=pl.when(counted | pl.col("successor_snapshot_id").is_in(struck.withdrawn))
            .then(pl.lit(snapshot_id))
            .otherwise("successor_snapshot_id"),
        ),
    )
    for name in _BY_GROUP:
        rows = load.read(f"SELECT * FROM {name}")
        told = pl.col("snapshot_id").is_in(struck.withdrawn)
        if "from_snapshot_id" in rows.columns:
            told |= pl.col("from_snapshot_id").is_in(struck.withdrawn)
        load.replace_all(name, rows.filter(~(told & pl.col("group_key").is_in(groups))))


def _enter(load: Load, erasures: list[Erasure], struck: Struck) -> None:
    """``ops.erasure``: counts and a date; the token is keyed, and of several erasures at once each has the sum."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    table = TABLES["ops.erasure"]
    rows = [
        (erasure.token, now, name, n)
        for erasure in erasures
        for name, n in sorted(struck.removed.items()) or [("core.dim_member", 0)]
    ]
    load.upsert(table, pl.DataFrame(rows, schema=table.polars_schema, orient="row"))
