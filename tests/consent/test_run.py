"""A group of 24 on the roster, 12 of whom write: what consent does to its figures, on both engines."""

from __future__ import annotations

import uuid
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import ConfigurationError
from tasks.consent.stage import needs_restating
from tasks.identify.stage import identify_group
from tasks.land.stage import land_groups
from tasks.run import Run
from tests.e2e.stagewise import drive
from warehouse.engine import Warehouse
from warehouse.keys import generate
from warehouse.workspace import Workspace

NAMES = [f"{first} {last}" for first in ("Asep", "Dewi", "Euis", "Jajang") for last in "ABCDEF"]
DAYS = (1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 30, 31)
CHAT = "".join(f"{day:02d}/01/2024 08.{n:02d} - {NAMES[n]}: pesan ke {n}\n" for n, day in enumerate(DAYS))
ROSTER = "no anggota,nama,di grup,persetujuan\n" + "".join(
    f"{n},{name},ya,setuju\n" for n, name in enumerate(NAMES)
)
MONTH = "2024-01"


@pytest.fixture
def workspace(home: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("SOLIDARITY_WAREHOUSE_URL", warehouse_url)
    generate(home / "vault" / "pseudonym.key")
    for part, name, content in (("exports", "chat.txt", CHAT), ("rosters", "roster-2023-12.csv", ROSTER)):
        (home / "landing" / "uji" / part).mkdir(parents=True)
        (home / "landing" / "uji" / part / name).write_text(content, encoding="utf-8")
    drive(MONTH)
    return Workspace.open()


def declare(workspace: Workspace, *lines: str) -> None:
    text = "".join(
        f'[[consent]]\n{line}\ndate = 2024-02-03\nreason = "told by phone"\nrole = "secretary"\n'
        for line in lines
    )
    (workspace.landing / "corrections.toml").write_text(text, encoding="utf-8")


def read(workspace: Workspace, sql: str) -> pl.DataFrame:
    return Warehouse(workspace.settings.database_url).read(sql)


def active_and_present(workspace: Workspace) -> tuple[int, int]:
    """People with a turn in January, people present on any of its days."""
    rows = read(
        workspace, "SELECT turns, present_days FROM core.fact_member_month WHERE month = '2024-01-01'"
    )
    return rows.filter(pl.col("turns") > 0).height, rows.filter(pl.col("present_days") > 0).height


def present_and_members(workspace: Workspace) -> tuple[float, float]:
    """Members proven present over members in good standing, by indicator ``roster_reach``."""
    code = "code = 'roster_reach' AND month = '2024-01-01'"
    rows = read(workspace, f"SELECT n_num, n_den FROM core.fact_indicator WHERE {code}")
    return rows.row(0)  # type: ignore[return-value]


def counts(workspace: Workspace) -> tuple[int, int, int]:
    """Messages, people who may have a row, people counted."""
    return (
        read(workspace, "SELECT count(*) FROM core.fact_message").item(),
        read(workspace, "SELECT count(*) FROM core.member_permission WHERE may_have_row").item(),
        read(workspace, "SELECT count(*) FROM core.member_permission WHERE is_counted").item(),
    )


def test_withdrawn_objected_and_policies_by_hand(workspace: Workspace) -> None:
    assert active_and_present(workspace) == (12, 24)
    assert present_and_members(workspace) == (24, 24)
    assert counts(workspace) == (12, 24, 24)
    declare(workspace, 'consent = "withdrawn"\nmember_id = "3"')
    drive(MONTH)
    assert active_and_present(workspace) == (12, 24)  # a count in N and a weight in totals, no row
    assert counts(workspace) == (12, 23, 24)
    declare(workspace, 'consent = "objected"\nmember_id = "3"', 'consent = "objected"\nlabel = "Jajang F"')
    drive(MONTH)
    assert active_and_present(workspace) == (11, 22)  # one who wrote and one who did not
    assert present_and_members(workspace) == (22, 22)
    assert counts(workspace) == (11, 22, 22)
    people = read(workspace, "SELECT DISTINCT member_key FROM core.dim_member WHERE consent = 'objected'")
    assert people.height == 2
    for table in ("fact_message", "fact_turn", "fact_membership", "fact_member_month"):
        left = read(workspace, f"SELECT DISTINCT member_key FROM core.{table}")
        assert left.join(people, on="member_key").is_empty(), table
    toml = '[groups.uji]\nunknown_consent = "exclude"\n'
    (workspace.landing / "groups.toml").write_text(toml, encoding="utf-8")
    declare(workspace, 'consent = "withdrawn"\nmember_id = "3"', 'consent = "unknown"\nmember_id = "20"')
    drive(MONTH)
    assert active_and_present(workspace) == (11, 22)


def test_restated_months_never_show_the_old_value(workspace: Workspace) -> None:
    before = read(workspace, "SELECT snapshot_id FROM core.dim_snapshot").item()
    declare(workspace, 'consent = "objected"\nmember_id = "3"')
    assert act(workspace)
    drive(MONTH)
    told = read(workspace, "SELECT reason, n_cells FROM core.fact_restatement")
    assert told["reason"].to_list() == ["consent"]
    assert told["n_cells"].item() is None or told["n_cells"].item() >= 10
    assert read(workspace, "SELECT * FROM core.fact_revision WHERE reason = 'consent'").is_empty()
    for table in ("core.fact_indicator_vintage", "research.vintage"):
        assert read(workspace, f"SELECT * FROM {table} WHERE snapshot_id = '{before}'").is_empty(), table
    assert not act(workspace)


def act(workspace: Workspace) -> bool:
    """What the nightly flow asks: does anybody's consent call for a restatement?"""
    run = Run(run_id=uuid.uuid4().hex, flow="consent", month=MONTH)
    groups = land_groups(workspace, run, only=("roster", "participants"))
    for group_id in groups:
        identify_group(workspace, run, group_id)
    return any(needs_restating(workspace, group_id) for group_id in groups)


def test_a_new_export_alone_is_no_matter_of_consent(workspace: Workspace) -> None:
    (workspace.landing / "uji" / "exports" / "later.txt").write_text(
        CHAT + f"31/01/2024 09.00 - {NAMES[0]}: lagi\n", encoding="utf-8"
    )
    assert not act(workspace)
    roster = ROSTER.replace(f"3,{NAMES[3]},ya,setuju", f"3,{NAMES[3]},ya,keberatan")
    (workspace.landing / "uji" / "rosters" / "roster-2024-02.csv").write_text(roster, encoding="utf-8")
    assert act(workspace)


def test_a_line_that_meets_nobody_in_its_group_stops_the_run(workspace: Workspace) -> None:
    declare(workspace, 'consent = "withdrawn"\nlabel = "Canary Nobody"\ngroup = "uji"')
    with pytest.raises(ConfigurationError) as refused:
        drive(MONTH)
    assert "Canary" not in refused.value.describe()
    assert active_and_present(workspace) == (12, 24)
