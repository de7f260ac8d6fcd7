"""Promise 17 on a group written by hand: what remains is the group without them; rights outlive backups and keys."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.cli import main
from schemas.tables import TABLES
from tests.e2e.canaries import Needles, leaks
from tests.e2e.stagewise import drive
from tests.rights import written
from tests.rights.written import FAJAR, GROUP, HASAN, LESTARI, MONTH, NAMES, PHONES, RATNA, SITI
from warehouse.engine import Warehouse
from warehouse.logical_hash import TOTAL, logical_hash, table_hash
from warehouse.workspace import Workspace

pytestmark = pytest.mark.e2e

#: What names a snapshot, or tells that and when there were others.
_OF_SNAPSHOTS = {
    "core.dim_snapshot",
    "core.fact_indicator_vintage",
    "core.fact_restatement",
    "research.vintage",
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole group, measured and released once on DuckDB; each test has a copy."""
    home = tmp_path_factory.mktemp("written") / "home"
    written.write(home)
    with pytest.MonkeyPatch.context() as patch:
        _enter(patch, home)
        drive(MONTH)
    return home


@pytest.fixture
def copy(measured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(measured, tmp_path / "home")
    _enter(monkeypatch, tmp_path / "home")
    return tmp_path / "home"


def _enter(patch: pytest.MonkeyPatch, home: Path, url: str | None = None) -> None:
    for name in [name for name in os.environ if name.startswith("SOLIDARITY_")]:
        if name != "SOLIDARITY_TEST_PG_URL":
            patch.delenv(name)
    patch.setenv("SOLIDARITY_HOME", str(home))
    patch.setenv("GX_ANALYTICS_ENABLED", "false")
    if url is not None:
        patch.setenv("SOLIDARITY_WAREHOUSE_URL", url)


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    """Exit code of a call, and the one document that it printed."""
    capsys.readouterr()
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def warehouse() -> Warehouse:
    return Warehouse(Workspace.open().settings.database_url)


def needles(people: Iterable[str]) -> Needles:
    """Whole names and numbers."""
    names = [NAMES[number].lower() for number in people]
    return Needles(tuple(names), tuple(PHONES[number].removeprefix("0") for number in people))


def content(of: Warehouse) -> dict[str, str]:
    """Every table of core and research as it is hashed, but for the names of snapshots."""
    with of.reader() as reader:
        found = {}
        for name, table in TABLES.items():
            if table.schema in ("core", "research") and name not in _OF_SNAPSHOTS:
                rows = table.conform(reader.read(f"SELECT * FROM {name}"))
                found[name] = table_hash(rows.drop("snapshot_id", strict=False))
    return found


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param((HASAN, SITI), id="a silent member, and an exporter whose files bear her name"),
        pytest.param((LESTARI,), id="on lists by proxy", marks=pytest.mark.nightly),
        pytest.param((RATNA,), id="who sends lists", marks=pytest.mark.nightly),
        pytest.param((FAJAR,), id="whom others name", marks=pytest.mark.nightly),
        pytest.param((SITI, FAJAR, LESTARI, RATNA, HASAN), id="all of them", marks=pytest.mark.nightly),
    ],
)
def test_what_remains_is_the_group_without_them(
    copy: Path, tmp_path: Path, gone: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    his = needles(gone)
    assert set().union(*leaks(copy, his, but=("landing/",)).values()) == {*his.texts, *his.digits}
    for number in gone:
        code, told = ask(capsys, "forget", "--member", number)
        assert (code, told["matched_by"], told["found"]) == (0, "member number", [])
        by_hand = ["groups.toml"] if number == SITI else []
        assert told["by_hand"] == by_hand
    assert leaks(copy, his, but=("landing/",)) == {}
    remains = content(warehouse())
    never = tmp_path / "never"
    written.write(never, but=frozenset(gone))
    _enter(monkeypatch, never)
    drive(MONTH)
    without = content(warehouse())
    assert {name for name in remains if remains[name] != without[name]} == set()
    # the files that still lie in landing bring nobody back
    _enter(monkeypatch, copy)
    for export in sorted((copy / "landing" / GROUP / "exports").iterdir()):
        shutil.copy(export, export.with_name(f"Salinan {export.name}"))
    (copy / "landing" / GROUP / "rosters" / "roster-2024-02.csv").write_text(written.roster(), "utf-8")
    drive(MONTH)
    assert leaks(copy, his, but=("landing/",)) == {}


def test_the_owner_of_a_phone_is_who_made_the_group(copy: Path) -> None:
    """Siti's phone says "Anda membuat grup"; groups.toml says whose phone it is."""
    made = warehouse().read(
        "SELECT DISTINCT d.pseudonym_key FROM core.fact_membership_event e "
        "JOIN core.dim_member d ON d.member_key = e.actor_member_key WHERE e.event = 'created'"
    )
    store = Workspace.open().vault.path(f"groups/{GROUP}")
    people = pl.read_parquet(next(store.glob("identify-*/people.parquet")))
    siti = people.filter(pl.col("member_id") == SITI)["pseudonym_key"].to_list()
    assert made["pseudonym_key"].to_list() == siti


def test_a_restored_backup_forgets_again(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    his = needles([FAJAR])
    code, saved = ask(capsys, "backup", "--to", str(tmp_path / "safe"))
    assert code == 0
    assert ask(capsys, "forget", "--member", FAJAR, "--purge-landing")[0] == 0
    forgotten = content(warehouse())
    # on another machine, which knows of the erasure only what lies beside the backup
    other = tmp_path / "other"
    _enter(monkeypatch, other)
    code, told = ask(capsys, "restore", saved["backup"])
    assert (code, told["snapshot_id"]) == (0, saved["snapshot_id"])
    assert leaks(other, his, but=("landing/",)) == {}
    assert content(warehouse()) == forgotten
    stands = warehouse().read("SELECT snapshot_id FROM core.dim_snapshot WHERE withdrawn_at IS NULL")
    assert saved["snapshot_id"] not in stands["snapshot_id"].to_list()
    assert not list((other / "releases" / saved["snapshot_id"]).glob("*.duckdb"))
    drive(MONTH)  # landing came back with him in it
    assert leaks(other, his, but=("landing/",)) == {}
    assert content(warehouse()) == forgotten
    # what lies in the backup itself is damaged: nothing is restored over this
    victim = next((Path(saved["backup"]) / "objects").rglob("*1"))
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    assert main(["restore", saved["backup"], "--force"]) == 2
    assert content(warehouse()) == forgotten


def _rotates(capsys: pytest.CaptureFixture[str]) -> None:
    """A settled conflict, a rotation, and what must be the same before and after it."""
    home = Workspace.open().home
    code, listed = ask(capsys, "conflicts")
    assert code == 0
    mine = {row["conflict_id"] for row in listed if row["conflict_kind"] == "name_of_two_members"}
    (conflict_id,) = mine
    line = f'[[settle]]\nconflict_id = "{conflict_id}"\nreason = "asked"\nrole = "secretary"\ndate = 2024-03-01\n'
    (home / "landing" / "corrections.toml").write_text(line, "utf-8")
    drive(MONTH)
    before, old = logical_hash(warehouse()), _joined()
    release = sorted(path.name for path in (home / "releases").iterdir())
    assert ask(capsys, "rotate-key")[0] == 0
    after, new = logical_hash(warehouse()), _joined()
    assert {name for name in before if before[name] != after[name]} <= {"core.member_alias", TOTAL}
    assert sorted(old.values()) == sorted(new.values())
    assert not set(old) & set(new)
    for snapshot_id in release:
        assert main(["release", "verify", snapshot_id]) == 0
    # the line still meets its conflict, in the warehouse and in the next run
    for _ in range(2):
        settled = [
            row["is_settled"] for row in ask(capsys, "conflicts")[1] if row["conflict_id"] == conflict_id
        ]
        assert settled and all(settled)
        drive(MONTH)
    assert logical_hash(warehouse()) == after


def _joined() -> dict[str, int]:
    """Rows that join dim_member on their member_key, over all tables that have one, by pseudonym."""
    found: dict[str, int] = {}
    for name, table in TABLES.items():
        if table.schema == "core" and "member_key" in table.names and name != "core.dim_member":
            rows = warehouse().read(
                f"SELECT d.pseudonym_key, count(*) AS n FROM {name} t "
                "JOIN core.dim_member d ON d.member_key = t.member_key AND d.is_current GROUP BY 1"
            )
            n_all = warehouse().read(f"SELECT count(*) AS n FROM {name} WHERE member_key IS NOT NULL").item()
            assert rows["n"].sum() == n_all, name
            for pseudonym, n in rows.iter_rows():
                found[pseudonym] = found.get(pseudonym, 0) + n
    return found


@pytest.mark.nightly
def test_joins_releases_and_settled_conflicts_outlive_a_key(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _rotates(capsys)


def test_a_community_of_groups_that_share_a_roster_or_a_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """January in one group, February in the one that continues it, and a third group beside them."""
    home = tmp_path / "home"
    written.write(home)
    _enter(monkeypatch, home)
    landing = home / "landing"
    declared = '[groups.baru]\ncontinues = "uji"\n[groups.lain]\ncommunity = "uji"\n'
    (landing / "groups.toml").write_text((landing / "groups.toml").read_text("utf-8") + declared, "utf-8")
    entries = re.split(r"\n(?=\d\d/\d\d/2024)", written.export("kedua").rstrip("\n"))
    chats = {
        "uji": [one for one in entries if one[3:5] == "01"],
        "baru": ['01/02/2024 07.00 - Siti Nurjanah membuat grup "Baru"', *(e for e in entries if e[3:5] == "02")],
        "lain": [f"{day:02d}/02/2024 09.00 - {NAMES['U-07']}: kabar grup lain hari {day}" for day in range(1, 25)],
    }  # fmt: skip
    shutil.rmtree(landing / GROUP / "exports")
    for group_id, chat in chats.items():
        (landing / group_id / "exports").mkdir(parents=True)
        (landing / group_id / "exports" / "Chat kedua.txt").write_text("\n".join(chat) + "\n", "utf-8")
    drive(MONTH)
    read = warehouse().read
    said = "SELECT g.group_id, f.member_key FROM core.fact_message f JOIN core.dim_group g USING (group_key)"
    by_group = {group_id: set(rows["member_key"]) for (group_id,), rows in read(said).group_by("group_id")}
    assert set(by_group) == {"uji", "baru", "lain"}
    assert len(by_group["lain"]) == 1 and by_group["lain"] < by_group["uji"] | by_group["baru"]
    carried = {line.author for line in written.lines() if line.month == 1} & {
        line.author for line in written.lines() if line.month == 2
    }
    assert len(by_group["uji"] & by_group["baru"]) == len(carried) > 10
    # 24 on the one roster, and the Tatang of whom nobody knows which he is; each once
    people = read("SELECT member_key FROM core.dim_member WHERE is_current")["member_key"]
    assert people.n_unique() == people.len() == len(written.PEOPLE) + 1
    ended = read(
        "SELECT DISTINCT m.to_date, m.end_basis FROM core.fact_membership m JOIN core.dim_group g USING (group_key) "
        "WHERE g.group_id = 'uji' AND m.kind = 'group'"
    )
    assert ended.rows() == [(dt.date(2024, 1, 31), "continued")]


@pytest.mark.nightly
def test_a_lost_key_is_told_and_the_figures_can_be_made_again(
    copy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(warehouse())
    (copy / "vault" / "pseudonym.key").unlink()
    for words in (["run"], ["rotate-key"], ["forget", "--member", FAJAR]):
        assert main(words) == 2, words
        assert "pseudonym key" in "".join(capsys.readouterr())
    assert content(warehouse()) == before
    # what docs/engineers.md says of a vault that no key opens any more
    monkeypatch.setenv("SOLIDARITY_VAULT_KEY", "a vault key of more than thirty-two bytes")
    (copy / "vault").rename(copy.parent / "shut")
    assert main(["init"]) == 0
    drive(MONTH)
    after = content(warehouse())
    assert {name for name in before if before[name] != after[name]} == set()


@pytest.mark.nightly
def test_joins_releases_and_settled_conflicts_outlive_a_key_on_postgresql(
    tmp_path: Path, pg_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.conftest import _own_database

    written.write(tmp_path / "home")
    databases = _own_database(pg_url, "template0")
    _enter(monkeypatch, tmp_path / "home", next(databases))
    drive(MONTH)
    _rotates(capsys)
    next(databases, None)
