"""Erasures and rotations inside the warehouse, on both engines, with rows made by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from schemas.tables import TABLES
from tasks.rights.rotate import _rekey_warehouse
from tasks.rights.strike import pending, strike
from tasks.rights.tombstones import Erasure, Tombstones
from warehouse.engine import Warehouse
from warehouse.keys import PseudonymKey, TombstoneKey, group_key
from warehouse.load import Load
from warehouse.logical_hash import TOTAL, logical_hash

OLD, NEW = (
    PseudonymKey(b"old key of thirty-two bytes or so"),
    PseudonymKey(b"new key of thirty-two bytes or so"),
)
PEOPLE = ["c|no:1", "c|no:2", "c|tel:+6281211112222"]
GROUP, OTHER = group_key("g"), group_key("other")
BEFORE, COUNTED, NOW = "2024-01-aaaaaaaaaaaa", "2024-03-bbbbbbbbbbbb", "2024-03-cccccccccccc"
DAY = dt.date(2024, 3, 5)


def rows(name: str, *given: dict[str, Any]) -> pl.DataFrame:
    """Rows of a table, what is not given filled with something valid."""
    table = TABLES[name]
    filled = [{column.name: _some(column) for column in table.columns} | row for row in given]
    return pl.DataFrame(filled, schema=table.polars_schema)


def _some(column: Any) -> Any:
    field = column.field
    if column.nullable:
        return None
    if field.one_of:
        return field.one_of[0]
    if field.dtype == pl.String:
        return {"group_id": "g", "snapshot_id": COUNTED, "pseudonym_key": "0" * 24}.get(field.name, "x")
    if field.dtype == pl.Boolean:
        return True
    if field.dtype == pl.Date:
        return DAY
    if isinstance(field.dtype, pl.Datetime):
        return dt.datetime.combine(DAY, dt.time(8))
    return max(int(field.ge or 0), 1)


def keys(key: PseudonymKey) -> list[int]:
    return [key.member_key(one) for one in PEOPLE]


def fill(load: Load, key: PseudonymKey) -> None:
    """Three people, their messages, a reply, an activity; two snapshots with a cell each in two groups."""
    members = [
        {
            "member_version_key": key.version_key(one, DAY),
            "member_key": key.member_key(one),
            "pseudonym_key": key.pseudonym(one),
            "community": "c",
            "valid_from": DAY,
            "cohort": 2000 + at,
        }
        for at, one in enumerate(PEOPLE)
    ]
    first, second, third = keys(key)
    load.append("core.dim_member", rows("core.dim_member", *members))
    messages = [
        {"group_key": GROUP, "message_key": at, "member_key": who}
        for at, who in enumerate([first, second, second])
    ]
    load.append("core.fact_message", rows("core.fact_message", *messages))
    changes = [{"group_key": GROUP, "message_key": at} for at in (0, 1)]
    load.append("core.fact_message_change", rows("core.fact_message_change", *changes))
    turns = [
        {"group_key": GROUP, "turn_key": 0, "member_key": first, "answered_by_member_key": second},
        {"group_key": GROUP, "turn_key": 1, "member_key": second, "answered_by_member_key": third},
    ]
    load.append("core.fact_turn", rows("core.fact_turn", *turns))
    named = [
        {"group_key": GROUP, "turn_key": turn, "member_key": who, "local_date": DAY}
        for turn, who in ((0, second), (0, third), (1, first))
    ]
    load.append("core.fact_mention", rows("core.fact_mention", *named))
    events = [
        {
            "group_key": GROUP,
            "membership_event_key": at,
            "event": event,
            "member_key": who,
            "actor_member_key": by,
        }
        for at, (event, who, by) in enumerate(
            [("added", first, second), ("left", second, None), ("admins_only_on", None, None)]
        )
    ]
    load.append("core.fact_membership_event", rows("core.fact_membership_event", *events))
    snapshots = [
        {
            "snapshot_id": one,
            "month": dt.date.fromisoformat(f"{one[:7]}-01"),
            "created_at": dt.datetime.combine(day, dt.time()),
        }
        for one, day in ((BEFORE, dt.date(2024, 2, 5)), (COUNTED, dt.date(2024, 4, 5)))
    ]
    load.append("core.dim_snapshot", rows("core.dim_snapshot", *snapshots))
    cells = [
        {
            "group_key": group,
            "group_id": name,
            "month": dt.date(2024, 1, 1),
            "code": "x",
            "snapshot_id": one,
            "value": 0.5,
        }
        for group, name in ((GROUP, "g"), (OTHER, "other"))
        for one in (BEFORE, COUNTED)
    ]
    load.append("core.fact_indicator_vintage", rows("core.fact_indicator_vintage", *cells))
    revisions = [
        {k: v for k, v in cell.items() if k != "value"} | {"from_snapshot_id": BEFORE, "old_value": 0.25}
        for cell in cells
        if cell["snapshot_id"] == COUNTED
    ]
    load.append("core.fact_revision", rows("core.fact_revision", *revisions))


@pytest.fixture
def warehouse(warehouse_url: str) -> Warehouse:
    found = Warehouse(warehouse_url)
    with found.load("first") as load:
        fill(load, OLD)
    return found


def test_his_rows_go_others_lose_only_the_pointer(warehouse: Warehouse) -> None:
    second = OLD.member_key(PEOPLE[1])
    tombstones = Tombstones(TombstoneKey(bytes(range(32))))
    tombstones.add("key", "", [second, OLD.pseudonym(PEOPLE[1])])
    erasure = Erasure(token="f" * 24, asked_on=DAY, from_month=dt.date(2024, 2, 1), group_ids=("g",))
    tombstones.erasures.append(erasure)
    recorded = warehouse.read("SELECT erasure_token FROM ops.erasure")
    assert pending(tombstones, recorded) == [erasure]
    with warehouse.load("erasing", compact=True) as load:
        struck = strike(load, tombstones, [erasure], NOW)
    assert struck.withdrawn == [COUNTED]
    assert struck.removed == {
        "core.fact_message_change": 1,
        "core.fact_mention": 2,  # what he says to others, and what others say to him
        "core.dim_member": 1,
        "core.fact_message": 2,
        "core.fact_membership_event": 2,  # his own goes, and who added another is blanked
        "core.fact_turn": 2,
    }
    events = warehouse.read(
        "SELECT event, member_key, actor_member_key FROM core.fact_membership_event ORDER BY membership_event_key"
    )
    first = OLD.member_key(PEOPLE[0])
    assert events.rows() == [("added", first, None), ("admins_only_on", None, None)]
    mentions = warehouse.read("SELECT turn_key, member_key FROM core.fact_mention")
    assert mentions.rows() == [(0, OLD.member_key(PEOPLE[2]))]
    left = warehouse.read("SELECT turn_key, member_key, answered_by_member_key FROM core.fact_turn")
    assert left.rows() == [(0, OLD.member_key(PEOPLE[0]), None)]
    assert warehouse.read("SELECT message_key FROM core.fact_message_change").rows() == [(0,)]
    vintage = warehouse.read("SELECT group_id, snapshot_id FROM core.fact_indicator_vintage ORDER BY 1, 2")
    assert vintage.rows() == [("g", BEFORE), ("other", BEFORE), ("other", COUNTED)]
    assert warehouse.read("SELECT group_id FROM core.fact_revision").rows() == [("other",)]
    known = warehouse.read(
        "SELECT snapshot_id, withdrawn_at IS NULL AS stands, successor_snapshot_id FROM core.dim_snapshot ORDER BY 1"
    )
    assert known.rows() == [(BEFORE, True, None), (COUNTED, False, NOW)]
    recorded = warehouse.read("SELECT erasure_token FROM ops.erasure")
    assert pending(tombstones, recorded) == []


def test_every_key_is_rekeyed_and_the_logical_hash_stays(warehouse: Warehouse) -> None:
    before = logical_hash(warehouse)
    assert _rekey_warehouse(warehouse, PEOPLE, OLD, NEW) == 5
    members = warehouse.read(
        "SELECT member_version_key, member_key, pseudonym_key FROM core.dim_member ORDER BY cohort"
    )
    assert members.rows() == [
        (NEW.version_key(one, DAY), NEW.member_key(one), NEW.pseudonym(one)) for one in PEOPLE
    ]
    turns = warehouse.read("SELECT member_key, answered_by_member_key FROM core.fact_turn ORDER BY turn_key")
    first, second, third = keys(NEW)
    assert turns.rows() == [(first, second), (second, third)]
    after = logical_hash(warehouse)
    assert {name for name in before if before[name] != after[name]} <= {"core.member_alias", TOTAL}
    # called again after a kill: nothing more happens
    assert _rekey_warehouse(warehouse, PEOPLE, OLD, NEW) == 0
    assert logical_hash(warehouse) == after


def test_whom_the_vault_knows_no_more_still_joins(warehouse: Warehouse) -> None:
    _rekey_warehouse(warehouse, PEOPLE[:2], OLD, NEW)
    joined = warehouse.read(
        "SELECT count(*) AS n FROM core.fact_turn t JOIN core.dim_member m ON m.member_key = t.answered_by_member_key"
    )
    assert joined.item() == 2
    known = set(warehouse.read("SELECT member_key FROM core.dim_member")["member_key"])
    assert not known & set(keys(OLD))
