"""The same bytes under another name or in another archive; months measured again."""

from __future__ import annotations

import datetime as dt
import uuid
import zipfile
from pathlib import Path

import pytest

from schemas.config import Group
from tasks import receipt as receipts
from tasks.identify.stage import identify_group
from tasks.land.land import land_group, read_ledger, write_ledger
from tasks.land.stage import land_groups
from tasks.load.stage import open_load
from tasks.measure.stage import measure_group
from tasks.parse.stage import parse_group
from tasks.publish.stage import publish_snapshot, release_run
from tasks.receipt import Receipt
from tasks.reconcile.stage import landings, reconcile_group
from tasks.run import Run
from tasks.runs import close_run, open_run
from tasks.snapshot.stage import take_snapshot
from tasks.validate.stage import expect_groups, validate_group
from warehouse.engine import Warehouse
from warehouse.keys import generate
from warehouse.logical_hash import logical_hash
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

NAMES = [f"{first} {last}" for first in ("Asep", "Dewi", "Euis", "Jajang") for last in "ABCDEF"]
CHAT = "".join(f"{13 + n}/01/2024 08.{n:02d} - {name}: pesan ke {n}\n" for n, name in enumerate(NAMES[:12]))
ROSTER = "no anggota,nama,di grup\n" + "".join(f"{n},{name},ya\n" for n, name in enumerate(NAMES))


@pytest.fixture
def workspace(home: Path) -> Workspace:
    generate(home / "vault" / "pseudonym.key")
    for part in ("exports", "rosters"):
        (home / "landing" / "uji" / part).mkdir(parents=True)
    return Workspace.open()


def drop(workspace: Workspace, name: str, content: str) -> None:
    (workspace.landing / "uji" / name).write_text(content, encoding="utf-8")


def zipped(workspace: Workspace, name: str, content: str, inner: str = "_chat.txt") -> None:
    """An archive as anybody's program makes it: its clock says now."""
    with zipfile.ZipFile(workspace.landing / "uji" / "exports" / name, "w") as archive:
        archive.writestr(inner, content)


def run(workspace: Workspace, month: str) -> Receipt:
    """The stages of the monthly flow in its order, without a server around them."""
    this = Run(run_id=uuid.uuid4().hex, flow="monthly", month=month)
    open_run(workspace, this)
    groups = land_groups(workspace, this)
    for stage in (parse_group, reconcile_group, identify_group, validate_group, measure_group):
        for group_id in groups:
            stage(workspace, this, group_id)
    with open_load(workspace, this, expect_groups(workspace, this, groups)) as load:
        load.load_groups()
        take_snapshot(load)
        publish_snapshot(load)
    release_run(workspace, this)
    close_run(workspace, this)
    receipt = receipts.read(workspace.vault, this.run_id)
    assert receipt is not None
    return receipt


def test_a_copy_or_an_archive_made_later_changes_nothing(workspace: Workspace) -> None:
    drop(workspace, "exports/WhatsApp Chat with Uji.txt", CHAT)
    drop(workspace, "rosters/roster-2024-01.csv", ROSTER)
    first = run(workspace, "2024-01")
    warehouse = Warehouse(workspace.settings.database_url)
    before = logical_hash(warehouse)
    zipped(workspace, "A zip of it.zip", CHAT)
    drop(workspace, "exports/A copy (2).txt", CHAT)
    drop(workspace, "rosters/a roster (1).csv", ROSTER)
    again = run(workspace, "2024-01")
    assert (again.exit_code, again.groups[0].n_duplicate) == (0, 3)
    assert (again.snapshot_id, again.is_new_snapshot) == (first.snapshot_id, False)
    assert logical_hash(warehouse) == before


def test_an_earlier_month_measured_again_does_not_stay_in_force(workspace: Workspace) -> None:
    drop(workspace, "exports/Chat 2024-03-03.txt", CHAT)
    drop(workspace, "rosters/roster-2024-01.csv", ROSTER)
    february = run(workspace, "2024-02")
    january = run(workspace, "2024-01")
    again = run(workspace, "2024-02")
    assert january.snapshot_id != february.snapshot_id == again.snapshot_id
    assert (january.is_new_snapshot, again.is_new_snapshot) == (True, False)
    warehouse = Warehouse(workspace.settings.database_url)
    shown = warehouse.read("SELECT DISTINCT month, snapshot_id FROM research.indicator ORDER BY month")
    assert shown.rows() == [
        (dt.date(2024, 1, 1), february.snapshot_id),
        (dt.date(2024, 2, 1), february.snapshot_id),
    ]
    assert warehouse.read("SELECT count(*) FROM core.dim_snapshot").item() == 2


def test_an_archive_is_believed_about_a_text_not_seen_before(workspace: Workspace) -> None:
    entry = zipfile.ZipInfo("_chat.txt", (2024, 2, 10, 20, 0, 0))
    with zipfile.ZipFile(workspace.landing / "uji" / "exports" / "a.zip", "w") as archive:
        archive.writestr(entry, CHAT)
    land_group(workspace, "uji", "r1")
    zipped(workspace, "a.zip", CHAT)  # packed again in its place
    land_group(workspace, "uji", "r2")
    drop(workspace, "exports/0.txt", CHAT)
    land_group(workspace, "uji", "r3")
    (content,) = read_ledger(workspace.vault, "uji").contents("export").values()
    assert content.stated_date == dt.date(2024, 2, 10)
    drop(workspace, "exports/chat 2024-05-31.txt", CHAT)
    land_group(workspace, "uji", "r4")
    (content,) = read_ledger(workspace.vault, "uji").contents("export").values()
    assert content.stated_date == dt.date(2024, 5, 31)


def test_an_export_written_over_an_earlier_one_takes_nothing_away(workspace: Workspace) -> None:
    this = Run(run_id="r", flow="ingest", month="2024-01")
    for text in (CHAT, CHAT.replace("/01/", "/02/")):
        drop(workspace, "exports/WhatsApp Chat with Uji.txt", text)
        land_groups(workspace, this)
        parse_group(workspace, this, "uji")
    landed = landings(read_ledger(workspace.vault, "uji"), Group(), "uji")
    assert [entry.exporter_no for entry in landed] == [0, 0]
    reconcile_group(workspace, this, "uji")
    assert StageStore(workspace.vault, "uji").facts("reconcile")["n_messages"] == 24


def test_a_run_killed_before_the_ledger_knows_a_parsed_file_loses_nothing(workspace: Workspace) -> None:
    this = Run(run_id="r", flow="ingest", month="2024-01")
    drop(workspace, "exports/a.txt", CHAT)
    land_groups(workspace, this)
    before = read_ledger(workspace.vault, "uji")
    parse_group(workspace, this, "uji")
    write_ledger(workspace.vault, "uji", before)  # the frame lies in the vault, the ledger was not written
    parse_group(workspace, this, "uji")
    assert len(landings(read_ledger(workspace.vault, "uji"), Group(), "uji")) == 1


def test_an_export_listed_as_bad_is_left_out_until_the_line_goes(workspace: Workspace) -> None:
    this = Run(run_id="r", flow="ingest", month="2024-01")
    drop(workspace, "exports/a.txt", CHAT)
    land_groups(workspace, this)
    parse_group(workspace, this, "uji")
    (file_id,) = read_ledger(workspace.vault, "uji").contents("export")
    corrections = workspace.landing / "corrections.toml"
    corrections.write_text(
        f'[[bad_export]]\nfile_id = "{file_id}"\nreason = "cut by hand"\ndate = 2024-02-01\nrole = "engineer"\n'
    )
    parse_group(workspace, this, "uji")
    ledger = read_ledger(workspace.vault, "uji")
    assert ledger.refused == {file_id: "listed_bad"}
    assert landings(ledger, Group(), "uji") == []
    corrections.unlink()
    parse_group(workspace, this, "uji")
    ledger = read_ledger(workspace.vault, "uji")
    assert ledger.refused == {}
    assert len(landings(ledger, Group(), "uji")) == 1


def spans(workspace: Workspace, month: str) -> set[tuple[dt.date, dt.date | None]]:
    """First and last days in the chat of everybody, as the stages up to identify find them."""
    this = Run(run_id=month, flow="ingest", month=month)
    land_groups(workspace, this)
    for stage in (parse_group, reconcile_group, identify_group):
        stage(workspace, this, "uji")
    rows = StageStore(workspace.vault, "uji").frame("identify", "core.fact_membership").filter(kind="group")
    return set(rows.select("from_date", "to_date").rows())


def test_a_roster_speaks_for_every_day_that_its_names_state(workspace: Workspace) -> None:
    drop(workspace, "rosters/roster-2024-01.csv", ROSTER)
    drop(workspace, "rosters/roster-2024-02-15.csv", ROSTER.replace(",ya", ",tidak"))
    drop(workspace, "rosters/roster-2024-03.csv", ROSTER)
    out, back = dt.date(2024, 2, 14), dt.date(2024, 3, 31)
    assert spans(workspace, "2024-03") == {(dt.date(2024, 1, 31), out), (back, None)}


def test_an_undated_roster_keeps_the_month_it_came_in(workspace: Workspace) -> None:
    drop(workspace, "rosters/anggota.csv", ROSTER)
    assert spans(workspace, "2024-01") == {(dt.date(2024, 1, 31), None)}
    assert spans(workspace, "2024-02") == {(dt.date(2024, 1, 31), None)}
