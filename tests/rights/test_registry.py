"""The registry fails closed: what nobody entered stops an erasure before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from schemas.fields.field import PSEUDONYMOUS, TEXT, Field
from schemas.tables import TABLES, Column, Table
from tasks.rights import registry
from tasks.rights.forget import forget
from tasks.rights.registry import Unregistered, pointers, refuse_unregistered
from warehouse.engine import Warehouse
from warehouse.keys import generate
from warehouse.workspace import Workspace


@pytest.fixture
def workspace(home: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("SOLIDARITY_WAREHOUSE_URL", warehouse_url)
    generate(home / "vault" / "pseudonym.key")
    (home / "landing").mkdir()
    return Workspace.open()


def test_a_fresh_warehouse_and_home_are_registered_whole(workspace: Workspace) -> None:
    refuse_unregistered(workspace)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE core.notes (member_key BIGINT, said VARCHAR(80))",
        "CREATE TABLE research.notes (n INTEGER)",
        "CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.notes (n INTEGER)",
        "ALTER TABLE core.fact_turn ADD COLUMN said VARCHAR(80)",
    ],
)
def test_a_table_or_column_nobody_registered_stops_the_erasure(workspace: Workspace, statement: str) -> None:
    warehouse = Warehouse(workspace.settings.database_url)
    with warehouse.backend.writing() as connection:
        for part in statement.split(";"):
            connection.execute(sa.text(part))
    with pytest.raises(Unregistered):
        forget(workspace, member="0" * 24)
    assert not workspace.vault.exists("erasures")


@pytest.mark.parametrize(
    "place",
    ["vault/notes/a.txt", "vault/notes.json", "vault/groups/g/notes/a.parquet", "notes/a.csv", "notes.csv"],
)
def test_a_folder_nobody_registered_stops_the_erasure(workspace: Workspace, place: str) -> None:
    path = workspace.home / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("somebody", "utf-8")
    with pytest.raises(Unregistered):
        forget(workspace, member="0" * 24)
    assert not workspace.vault.exists("erasures")


def test_every_column_of_a_person_is_followed_by_its_description() -> None:
    found = {(pointer.table.qualified, pointer.column) for pointer in pointers()}
    declared = {
        (table.qualified, column)
        for table in TABLES.values()
        for column in table.subject_columns
        if column not in registry.OF_THE_ERASURE
    }
    assert found == declared
    assert ("core.fact_reply", "target_member_key") in found


def test_a_new_pointer_of_an_unknown_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    nickname = Field("nickname", TEXT, "What friends say.", sensitivity=PSEUDONYMOUS, subject=True)
    table = Table("core", "notes", "one note", (Column(nickname, False),))
    monkeypatch.setitem(TABLES, "core.notes", table)
    with pytest.raises(Unregistered):
        pointers()


def test_a_table_about_people_without_a_pointer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    mood = Field("mood", TEXT, "How somebody feels.", sensitivity=PSEUDONYMOUS)
    monkeypatch.setitem(TABLES, "core.moods", Table("core", "moods", "one mood", (Column(mood, False),)))
    with pytest.raises(Unregistered):
        pointers()
