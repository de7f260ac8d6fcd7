"""Promise 17: a person who was erased is nowhere outside landing, and does not come back with any file.

The search is not the product's own: :mod:`tests.e2e.canaries` reads every byte and column by itself.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.cli import main
from schemas.tables import TABLES
from tasks.run import format_month
from tasks.simulate import Phone, SimulationPlan, simulate, write_groups_toml, write_month
from tests.e2e.canaries import PHONE, Needles, leaks, plant
from tests.e2e.stagewise import ROOT, drive
from warehouse.engine import Warehouse
from warehouse.keys import generate, tombstone_key
from warehouse.logical_hash import TOTAL, logical_hash
from warehouse.workspace import Workspace

pytestmark = pytest.mark.e2e

#: What is Zulkifli Wartabone's alone among the canaries; others quote no word of it.
HIS = Needles(
    (
        "wartabone",
        "saya soal utang keluarga",
        "kanarijudul",
        "kanaripeserta",
        "kanarilampiran",
        "kanaritautan",
        "kanari-77",
        "kanarikampus",
        "kanarijurusan",
        "kanaripetugas",
        "kanarikota",
        "kanaribaru",
    ),
    (PHONE.removeprefix("+62"),),
)
#: What others said about him, planted here: only his name goes.
ABOUT_HIM = "makasih banyak ya {name} kanariterima kasihnya"


@dataclass(frozen=True)
class Installation:
    """A home after its first run, and what is handed in later."""

    home: Path
    url: str | None
    later: Path
    months: tuple[str, str]
    group_id: str

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(Workspace.open().settings.database_url)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One group with canaries, run once on DuckDB; each test has a copy."""
    phones = ((Phone(exporter="siti", layout="android_id", owner=1),),)
    community = simulate(
        SimulationPlan(groups=1, members=26, months=2, messages_per_month=110, seed=3, phones=phones)
    )
    folder = tmp_path_factory.mktemp("rights")
    landing = folder / "home" / "landing"
    write_groups_toml(community, landing)
    for month in community.month_starts:
        write_month(community, landing, month)
    plant(landing, folder / "later")
    group_id = next(iter(community.groups))
    _talk_about_him(landing / group_id / "exports")
    for broken in landing.glob("*/exports/*.zip"):
        broken.unlink()
    generate(folder / "home" / "vault" / "pseudonym.key")
    first, second = (format_month(month) for month in community.month_starts)
    with _at(folder / "home"):
        drive(first)
        tombstone_key(Workspace.open().vault)  # two erasures of one person then say the same
    yield Installation(folder / "home", None, folder / "later", (first, second), group_id)


def _talk_about_him(exports: Path) -> None:
    """Three others name him after the canaries: by name, by his first name, by number; one mentions him."""
    said = (
        ABOUT_HIM.format(name="Zulkifli Wartabone"),
        ABOUT_HIM.format(name="ZULKIFLI"),
        "ini nomornya 0812-9843-1775 kanariterima",
        "siap @6281298431775 kanariterima",
        "tas Wartabonenya ketinggalan kanariterima",
    )
    for export in exports.glob("*.txt"):
        text = export.read_text("utf-8")
        at = re.findall(r"^(\d\d/\d\d/\d{4} \d\d\.\d\d) - Zulkifli Wartabone mengubah subjek", text, re.M)[0]
        anchor = f"{at} - Zulkifli Wartabone mengubah subjek"
        lines = "".join(f"{at} - ~\u202fKanaripanggilan: {one}\n" for one in said)
        export.write_text(text.replace(anchor, lines + anchor), "utf-8")


class _at:  # noqa: N801 - it reads as what holds inside the block
    """The environment of one installation, none other's setting in force."""

    def __init__(self, home: Path, url: str | None = None) -> None:
        self.home, self.url = home, url

    def __enter__(self) -> None:
        self.patch = pytest.MonkeyPatch()
        for name in [name for name in os.environ if name.startswith("SOLIDARITY_")]:
            if name != "SOLIDARITY_TEST_PG_URL":
                self.patch.delenv(name)
        self.patch.setenv("SOLIDARITY_HOME", str(self.home))
        self.patch.setenv("GX_ANALYTICS_ENABLED", "false")
        if self.url is not None:
            self.patch.setenv("SOLIDARITY_WAREHOUSE_URL", self.url)

    def __exit__(self, *_: object) -> None:
        self.patch.undo()


@pytest.fixture
def installation(first_run: Installation, tmp_path: Path) -> Iterator[Installation]:
    shutil.copytree(first_run.home, tmp_path / "home")
    with _at(tmp_path / "home"):
        yield Installation(tmp_path / "home", None, first_run.later, first_run.months, first_run.group_id)


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    """Exit code of a call, and the one document that it printed."""
    capsys.readouterr()
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def people(warehouse: Warehouse) -> dict[str, int]:
    """Messages by pseudonym."""
    rows = warehouse.read(
        "SELECT d.pseudonym_key, count(*) AS n FROM core.fact_message f "
        "JOIN core.dim_member d ON d.member_key = f.member_key AND d.is_current GROUP BY 1"
    )
    return dict(rows.iter_rows())


def test_he_is_there_before(first_run: Installation) -> None:
    """The search is worth something only if it finds him."""
    hits = set().union(*leaks(first_run.home, HIS, but=("landing/",)).values())
    assert hits >= set(HIS.texts) - {"kanaribaru"} | set(HIS.digits)


def test_erased_everywhere_and_no_file_brings_him_back(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    home, warehouse = installation.home, installation.warehouse
    before = people(warehouse)
    old_snapshot = warehouse.read("SELECT snapshot_id FROM core.dim_snapshot").item()
    code, told = ask(capsys, "forget", "--member", "kanari-77")
    assert (code, told["matched_by"], told["found"]) == (0, "member number", [])
    assert leaks(home, HIS, but=("landing/",)) == {}
    # one person less; nobody else lost a message
    after = people(warehouse)
    gone = set(before) - set(after)
    assert 1 <= len(gone) <= 2  # by name and by number, where evidence did not join them
    assert after == {who: n for who, n in before.items() if who not in gone}
    assert told["removed_rows"]["core.fact_message"] == sum(before[who] for who in gone)
    # his list and roster row are listed by folder and identifier, not by name
    assert told["landing"]
    assert all(
        re.fullmatch(rf"{installation.group_id}/(exports|rosters)/[0-9a-f]{{12}}", p) for p in told["landing"]
    )
    # the snapshot that counted him is withdrawn, a release of it names its successor
    assert told["withdrawn"] == [old_snapshot]
    note = json.loads((home / "releases" / old_snapshot / "withdrawn.json").read_text())
    assert note["successor_snapshot_id"] == told["snapshot_id"] != old_snapshot
    assert not list((home / "releases" / old_snapshot).glob("*.duckdb"))
    assert (home / "releases" / told["snapshot_id"] / "research.duckdb").is_file()
    assert main(["release", old_snapshot]) == 2
    # no old value stays
    values = warehouse.read("SELECT DISTINCT snapshot_id FROM core.fact_indicator_vintage")
    assert values["snapshot_id"].to_list() == [told["snapshot_id"]]
    assert warehouse.read("SELECT count(*) AS n FROM core.fact_revision").item() == 0
    erasure = warehouse.read("SELECT * FROM ops.erasure")
    assert set(erasure.columns) == {"erasure_token", "created_at", "table_name", "n_removed"}
    # what others said of him stays without his name, number and mention
    messages = Workspace.open().vault.path(f"groups/{installation.group_id}")
    texts = pl.read_parquet(next(messages.glob("reconcile-*/messages.parquet")))["text"].drop_nulls()
    about = sorted(text for text in texts if "kanariterima" in text)
    assert about == [
        "ini nomornya Anonim kanariterima",
        "makasih banyak ya Anonim kanariterima kasihnya",
        "makasih banyak ya Anonim kanariterima kasihnya",
        "siap @\u2068\u2026\u2069 kanariterima",
        "tas Anonim ketinggalan kanariterima",
    ]
    # he is not found any more
    assert ask(capsys, "forget", "--member", "kanari-77")[0] == 2
    # the same month again: nothing changes
    drive(installation.months[0])
    assert people(warehouse) == after
    # every old file under another name, the later export, and a phone that calls him otherwise
    exports = home / "landing" / installation.group_id / "exports"
    known = sorted(exports.iterdir())
    for number, export in enumerate(known):
        shutil.copy(export, exports / f"Salinan {number}.txt")
    for export in installation.later.iterdir():
        shutil.copy(export, exports)
        text = export.read_text("utf-8").replace("Zulkifli Wartabone", "Bang Uda Baru")
        last = re.findall(r"^\d\d/\d\d/\d{4} \d\d\.\d\d(?= - )", text, re.M)[-1]
        text += f"{last} - Bang Uda Baru: kabar kanaribaru dari saya\n"
        (exports / "Chat WhatsApp dengan hp lain.txt").write_text(text, "utf-8")
    rosters = home / "landing" / installation.group_id / "rosters"
    for number, roster in enumerate(sorted(rosters.iterdir())):
        text = roster.read_text("utf-8")
        (rosters / f"lagi-{number}-2030-01-01.csv").write_text(text + "\n", "utf-8")
    drive(installation.months[1])
    assert leaks(home, HIS, but=("landing/",)) == {}
    assert "Bang Uda Baru" not in "".join(_names(installation))


def _names(installation: Installation) -> list[str]:
    folder = Workspace.open().vault.path(f"groups/{installation.group_id}")
    found = pl.read_parquet(next(folder.glob("identify-*/people.parquet")))
    return [str(name) for name in (*found["name"], *found["aliases"].explode())]


def test_by_number_from_stdin_and_purging_landing(
    installation: Installation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["forget", "--phone", PHONE]) == 2  # a number is no argument
    monkeypatch.setattr("sys.stdin", io.StringIO("0812 9843 1775\n"))
    code, told = ask(capsys, "forget", "--phone", "-", "--purge-landing")
    assert (code, told["matched_by"], told["found"]) == (0, "telephone number", [])
    assert told["purged"] == len(told["landing"]) > 0
    assert leaks(installation.home, HIS) == {}
    # what was read of the deleted files is kept
    assert len(people(installation.warehouse)) > 10


def test_a_group_that_left_landing_is_not_forgotten_by_forget(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    landing = installation.home / "landing"
    toml = landing / "groups.toml"
    shutil.rmtree(landing / installation.group_id)
    toml.write_text(toml.read_text("utf-8").split("[groups.")[0], "utf-8")
    before = people(installation.warehouse)
    code, told = ask(capsys, "forget", "--member", "kanari-77")
    assert (code, told["found"]) == (0, [])
    assert leaks(installation.home, HIS) == {}
    assert 1 <= len(before) - len(people(installation.warehouse)) <= 2


def test_everything_on_one_person_in_a_file(
    installation: Installation, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "subjek.json"
    code, told = ask(capsys, "subject", "--member", "KANARI-77", "--out", str(out))
    assert (code, told["file"]) == (0, str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    document = json.loads(out.read_text("utf-8"))
    assert document["identity"][0]["telephone_numbers"] == [PHONE]
    assert [row["member_id"] for row in document["roster"]] != []
    assert any("soal utang keluarga" in (row["text"] or "") for row in document["messages"])
    assert len(document["mentions"]) >= 4
    assert not any(
        "kanariterima" in json.dumps(row) for row in document["mentions"]
    )  # others' words are theirs
    assert {"core.fact_message", "core.dim_member", "core.fact_member_month"} <= set(document["warehouse"])
    assert document["releases"][0]["released"]
    assert (
        told["counts"]["messages"]
        == len(document["messages"])
        == len(document["warehouse"]["core.fact_message"])
    )
    assert main(["subject", "--member", "KANARI-77", "--out", str(out)]) == 2  # nothing is overwritten
    assert main(["subject", "--member", "KANARI-77", "--out", str(tmp_path / "subjek.md")]) == 0
    words = (tmp_path / "subjek.md").read_text("utf-8")
    assert "## Pesan Anda / Your messages" in words
    assert main(["subject", "--member", "nobody"]) == 2


def test_a_rotated_key_changes_keys_and_nothing_else(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = installation.warehouse
    before, hashes = people(warehouse), logical_hash(warehouse)
    counts = warehouse.read(
        "SELECT count(*) AS n FROM core.fact_message JOIN core.dim_member USING (member_key)"
    )
    old_key = (installation.home / "vault" / "pseudonym.key").read_bytes().strip()
    code, told = ask(capsys, "rotate-key")
    assert code == 0
    assert told["old_key_id"] != told["key_id"]
    after = people(warehouse)
    assert not set(before) & set(after)
    assert sorted(before.values()) == sorted(after.values())
    assert warehouse.read(
        "SELECT count(*) AS n FROM core.fact_message JOIN core.dim_member USING (member_key)"
    ).equals(counts)
    alias = dict(
        warehouse.read("SELECT old_pseudonym_key, new_pseudonym_key FROM core.member_alias").iter_rows()
    )
    assert {alias[old]: n for old, n in before.items()} == after
    rotated = logical_hash(warehouse)
    # the past of pseudonyms is new; everything else says the same
    differing = {name for name in hashes if hashes[name] != rotated[name]}
    assert differing <= {"core.member_alias", TOTAL}
    assert not leaks(
        installation.home,
        Needles((old_key.decode(), *before), ("9" * 20,)),
        but=("landing/", "warehouse.duckdb"),
    )
    drive(installation.months[0])
    assert people(warehouse) == after
    assert logical_hash(warehouse) == rotated
    # who has only the earlier pseudonym is still found
    out = installation.home.parent / "subject.md"
    code, told = ask(capsys, "subject", "--member", next(iter(before)), "--out", str(out))
    assert (code, told["matched_by"]) == (0, "earlier pseudonym")


def killed(home: Path, point: str, *words: str) -> int:
    """A command in a process of its own that is killed at a point; returns how it ended."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOLIDARITY_")}
    environment |= {"SOLIDARITY_FAIL_AT": point, "GX_ANALYTICS_ENABLED": "false"}
    command = [sys.executable, "-m", "flows.cli", "--home", str(home), *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode


@pytest.mark.nightly
@pytest.mark.parametrize(
    "point", ["rights.withheld", "measure.measured", "rights.struck", "load.committed", "load.swapped"]
)
def test_a_killed_erasure_is_completed_by_the_next_run(
    installation: Installation, tmp_path: Path, point: str
) -> None:
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(installation.home, undisturbed)
    with _at(undisturbed):
        assert main(["forget", "--member", "KANARI-77"]) == 0
        drive(installation.months[0])
        wanted = logical_hash(Warehouse(Workspace.open().settings.database_url))
    assert killed(installation.home, point, "forget", "--member", "KANARI-77") == -signal.SIGKILL
    drive(installation.months[0])
    assert logical_hash(installation.warehouse) == wanted
    assert leaks(installation.home, HIS, but=("landing/",)) == {}


@pytest.mark.nightly
@pytest.mark.parametrize("point", ["load.written", "load.swapped", "rights.rekeyed", "measure.measured"])
def test_a_killed_rotation_goes_on_and_nothing_runs_before(installation: Installation, point: str) -> None:
    before = people(installation.warehouse)
    assert killed(installation.home, point, "rotate-key") == -signal.SIGKILL
    assert main(["run", "--month", installation.months[0]]) == 2
    assert main(["rotate-key"]) == 0
    after = people(installation.warehouse)
    assert not set(before) & set(after)
    assert sorted(before.values()) == sorted(after.values())
    rotated = logical_hash(installation.warehouse)
    drive(installation.months[0])
    assert (people(installation.warehouse), logical_hash(installation.warehouse)) == (after, rotated)


@pytest.mark.nightly
def test_erased_on_postgresql_too(
    first_run: Installation, tmp_path: Path, pg_url: str, pg_template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.conftest import _own_database

    home = tmp_path / "home"
    shutil.copytree(first_run.home, home)
    (home / "warehouse.duckdb").unlink()
    shutil.rmtree(home / "releases")
    databases = _own_database(pg_url, pg_template)
    url = next(databases)
    with _at(home, url):
        drive(first_run.months[0])
        before = people(Warehouse(url))
        code, told = ask(capsys, "forget", "--member", "KANARI-77")
        assert (code, told["found"]) == (0, [])
        assert leaks(home, HIS, but=("landing/",)) == {}
        with Warehouse(url).reader() as reader:
            for table in TABLES.values():
                frame = reader.read(f"SELECT * FROM {table.qualified}")
                assert not any(
                    HIS.in_texts(frame[name].cast(pl.String, strict=False)) for name in frame.columns
                )
        after = people(Warehouse(url))
        assert after == {who: n for who, n in before.items() if who in after}
        assert len(after) < len(before)
        assert main(["rotate-key"]) == 0
        assert sorted(people(Warehouse(url)).values()) == sorted(after.values())
    next(databases, None)
