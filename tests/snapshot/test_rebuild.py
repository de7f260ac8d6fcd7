"""Promise 19: a snapshot rebuilt from the vault has the same hash, whatever came after it; on both engines."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from flows.cli import main
from schemas.errors import UsageError
from tasks.retention.stage import retain_groups
from tasks.run import Run, format_month
from tasks.simulate import SimulationPlan, simulate, write_groups_toml, write_month
from tasks.simulate.community import Community
from tasks.snapshot import kept
from tasks.snapshot.rebuild import CORNER, NotRebuildable, rebuild
from tests.conftest import _own_database
from tests.e2e.stagewise import drive
from warehouse.engine import Warehouse
from warehouse.keys import generate
from warehouse.logical_hash import TOTAL, logical_hash
from warehouse.workspace import Workspace

pytestmark = pytest.mark.e2e

MONTHS = 4
#: Later than every clock of the tests, so that what is merged today is over.
LATER = dt.date(2090, 1, 1)
STUDY = """
[study]
name = "Uji"
controller = "c"
contact = "c@example.org"
clearance = "1"
valid_until = 2099-12-31
retention_days = 30
"""


@dataclass(frozen=True)
class Made:
    """An installation of three monthly snapshots, and what is to be handed in later."""

    home: Path
    url: str | None
    community: Community

    @property
    def workspace(self) -> Workspace:
        return Workspace.open()

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.workspace.settings.database_url)

    @property
    def snapshots(self) -> list[str]:
        rows = self.warehouse.read("SELECT snapshot_id FROM core.dim_snapshot ORDER BY created_at, 1")
        return rows["snapshot_id"].to_list()

    def month(self, at: int) -> str:
        return format_month(self.community.month_starts[at])


def _env(patch: pytest.MonkeyPatch, home: Path, url: str | None) -> None:
    for name in [name for name in os.environ if name.startswith("SOLIDARITY_")]:
        if name != "SOLIDARITY_TEST_PG_URL":
            patch.delenv(name)
    patch.setenv("SOLIDARITY_HOME", str(home))
    patch.setenv("GX_ANALYTICS_ENABLED", "false")
    if url is not None:
        patch.setenv("SOLIDARITY_WAREHOUSE_URL", url)


@pytest.fixture(scope="module")
def community() -> Community:
    return simulate(SimulationPlan(groups=2, members=24, months=MONTHS, messages_per_month=130, seed=5))


def _three_months(community: Community, home: Path, patch: pytest.MonkeyPatch, url: str | None) -> Made:
    _env(patch, home, url)
    generate(home / "vault" / "pseudonym.key")
    write_groups_toml(community, home / "landing")
    for month in community.month_starts[:-1]:
        write_month(community, home / "landing", month)
        drive(format_month(month))
    return Made(home, url, community)


@pytest.fixture(scope="module")
def first(community: Community, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Three months on DuckDB, made once; each test has a copy."""
    home = tmp_path_factory.mktemp("rebuild") / "home"
    with pytest.MonkeyPatch.context() as patch:
        yield _three_months(community, home, patch, None).home


@pytest.fixture
def made(first: Path, community: Community, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    shutil.copytree(first, tmp_path / "home")
    _env(monkeypatch, tmp_path / "home", None)
    return Made(tmp_path / "home", None, community)


def every_snapshot_is_the_same(made: Made) -> None:
    for snapshot_id in made.snapshots:
        found = rebuild(made.workspace, snapshot_id)
        assert found.rebuilt_manifest_sha256 == found.manifest_sha256, snapshot_id
        assert found.rebuilt_numbers_sha256 == found.numbers_sha256, found.differing_groups
        assert (found.n_different, found.is_same) == (0, True), snapshot_id
        assert found.n_cells > 100


def test_each_snapshot_comes_out_as_it_was_and_nothing_else_changes(made: Made) -> None:
    before = logical_hash(made.warehouse)[TOTAL]
    files = {name: made.workspace.vault.read_bytes(name) for name in made.workspace.vault.files()}
    assert len(made.snapshots) == 3
    every_snapshot_is_the_same(made)
    assert logical_hash(made.warehouse)[TOTAL] == before
    assert {name: made.workspace.vault.read_bytes(name) for name in made.workspace.vault.files()} == files
    assert not (made.home / "vault" / CORNER).exists()


def test_late_files_new_words_and_a_bad_export_change_no_earlier_snapshot(made: Made) -> None:
    """A fourth month, a phone declared, an export listed as bad: the three before are rebuilt as they were."""
    landing = made.home / "landing"
    write_month(made.community, landing, made.community.month_starts[-1])
    groups = landing / "groups.toml"
    group_id = sorted(made.community.groups)[0]
    groups.write_text(
        groups.read_text("utf-8")
        + f'\n[[groups.{group_id}.shocks]]\nname = "banjir"\ndate = {made.month(1)}-10\n',
        "utf-8",
    )
    held = kept.files_of(made.workspace.vault, made.snapshots[0])[group_id]
    bad = next(c.file_id for e in held.values() if e.kind == "export" for c in e.contents)
    (landing / "corrections.toml").write_text(
        f'[[bad_export]]\ngroup = "{group_id}"\nfile_id = "{bad}"\n'
        'reason = "uji"\ndate = 2024-01-01\nrole = "curator"\n',
        "utf-8",
    )
    drive(made.month(3))
    assert len(made.snapshots) == 4
    every_snapshot_is_the_same(made)


def test_after_retention_numbers_come_from_what_was_frozen(made: Made) -> None:
    groups = made.home / "landing" / "groups.toml"
    with_study = STUDY + groups.read_text("utf-8") if "[study]" not in groups.read_text("utf-8") else None
    if with_study is not None:
        groups.write_text(with_study, "utf-8")
    vault = made.workspace.vault
    run = Run(run_id=uuid.uuid4().hex, flow="monthly", month=made.month(2))
    names = sorted(vault.names("groups"))
    retain_groups(made.workspace, run, names, LATER)
    outcomes = retain_groups(made.workspace, run, names, LATER + dt.timedelta(days=366))
    assert sum(one.counts["purged"] for one in outcomes) > 0
    assert sum(one.counts["raw"] for one in outcomes) > 0
    every_snapshot_is_the_same(made)


@pytest.mark.nightly
def test_rebuilt_on_postgresql(
    community: Community, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pg_url: str
) -> None:
    database = _own_database(pg_url, "template0")
    made = _three_months(community, tmp_path / "home", monkeypatch, next(database))
    every_snapshot_is_the_same(made)
    next(database, None)


def test_a_changed_number_in_the_warehouse_is_found(made: Made) -> None:
    last = made.snapshots[-1]
    with made.warehouse.load("0" * 32) as load:
        rows = load.read("SELECT * FROM core.fact_indicator_vintage")
        value = (
            pl.when(pl.int_range(pl.len()) == rows["value"].is_not_null().arg_true()[0])
            .then(0.123)
            .otherwise("value")
        )
        load.replace_all("core.fact_indicator_vintage", rows.with_columns(value=value))
    found = rebuild(made.workspace, last)
    assert (found.n_different, found.is_same) == (1, False)
    assert found.rebuilt_numbers_sha256 == found.numbers_sha256


def test_a_changed_file_in_the_vault_is_found(made: Made) -> None:
    """A message that somebody slipped into a parsed export of the vault changes the hash."""
    first, vault = made.snapshots[0], made.workspace.vault
    group_id = sorted(made.community.groups)[0]
    files = kept.files_of(vault, first)[group_id].values()
    export = next(c.file_id for entry in files if entry.kind == "export" for c in entry.contents)
    name = next(one for one in vault.files(f"groups/{group_id}/parsed") if export in one)
    frame = vault.read_frame(name)
    vault.write_frame(name, frame.head(frame.height // 2))
    found = rebuild(made.workspace, first)
    assert not found.is_same
    assert found.differing_groups == [group_id]


def test_other_code_is_refused_with_what_to_install(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.snapshot.rebuild.code_version", lambda: "0.0.1+aaaaaaaaaaaa")
    with pytest.raises(NotRebuildable, match="another version of the code") as refused:
        rebuild(made.workspace, made.snapshots[0])
    assert refused.value.exit_code == 2


def test_lost_files_are_refused_and_leave_nothing_behind(made: Made) -> None:
    vault = made.workspace.vault
    for group_id in made.community.groups:
        vault.remove(f"groups/{group_id}/parsed")
    vault.remove("raw")
    with pytest.raises(NotRebuildable, match="not in the vault any more"):
        rebuild(made.workspace, made.snapshots[0])
    assert not (made.home / "vault" / CORNER).exists()


def test_the_command_says_so_and_writes_the_facts_of_then(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = made.snapshots[0]
    assert main(["snapshots", "rebuild", first, "--out", str(tmp_path / "facts"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["is_same"] is True
    assert answer["numbers_sha256"] == answer["rebuilt_numbers_sha256"]
    messages = pl.read_parquet(tmp_path / "facts" / "core.fact_message.parquet")
    answers_until = dt.date.fromisoformat(f"{made.month(1)}-01") + dt.timedelta(days=3)
    assert messages["local_date"].sort()[-1] <= answers_until
    assert messages.height < made.warehouse.read("SELECT count(*) AS n FROM core.fact_message")["n"].item()
    assert main(["snapshots", "rebuild", first, "--out", str(tmp_path / "facts")]) == 2
    assert main(["snapshots", "rebuild", "2001-01-000000000000"]) == 2
    assert main(["snapshots", "again", first]) == 2


def test_an_unknown_snapshot_is_refused(made: Made) -> None:
    with pytest.raises(UsageError, match="no such snapshot"):
        rebuild(made.workspace, "2001-01-000000000000")


def test_a_snapshot_keeps_only_what_is_new(made: Made) -> None:
    vault = made.workspace.vault
    first, second, third = (kept.read(vault, one) for one in made.snapshots)
    assert (first.base, second.base, third.base) == (None, made.snapshots[0], made.snapshots[1])
    for group_id in made.community.groups:
        whole = kept.files_of(vault, made.snapshots[2])[group_id]
        added = [len(one.groups[group_id].new) for one in (first, second, third)]
        assert sum(added) == len(whole)
        assert min(added) > 0
    assert len([name for name in vault.names(kept.FOLDER) if name.startswith("text-")]) == 1
