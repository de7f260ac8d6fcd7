"""Promises 13 and 16: no identity outside the vault, also after failing runs; pseudonyms are keyed.

Canaries go through real runs with all logs on, and are then looked for in everything those runs left.
"""

from __future__ import annotations

import json
import shutil
import stat
import traceback
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import ConfigurationError, ExitCode
from schemas.tables import TABLES
from tasks.boundary import UnexpectedError, guarded
from tasks.run import format_month
from tasks.simulate import Phone, SimulationPlan, simulate, write_groups_toml, write_month
from tests.e2e.canaries import PHONE, WORDS, Needles, columns_of, leaks, plant
from tests.e2e.session import Session
from tests.e2e.stagewise import drive
from warehouse.engine import Warehouse
from warehouse.failpoints import VARIABLE
from warehouse.keys import generate
from warehouse.lock import run_lock

pytestmark = pytest.mark.e2e

DEBUG = {
    "PREFECT_LOGGING_LEVEL": "DEBUG",
    "PREFECT_LOGGING_ROOT_LEVEL": "DEBUG",
    "PREFECT_LOGGING_TO_API_ENABLED": "true",
    "GX_ANALYTICS_ENABLED": "false",
}
#: What holds people: handed in by curators, and the vault.
INSIDE = ("home/landing/", "home/vault/")


@dataclass
class Aftermath:
    """What a row of runs left behind: all of it under ``folder``, and how each run ended."""

    folder: Path
    needles: Needles
    months: tuple[str, str]
    group_id: str
    codes: dict[str, int] = field(default_factory=dict)
    before_a_key: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.folder / "home"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    """A landing folder with canaries, the first month in it, the second's export aside; nothing was run."""
    phones = ((Phone(exporter="siti", layout="android_id", owner=1),),)
    community = simulate(
        SimulationPlan(groups=1, members=26, months=2, messages_per_month=130, seed=3, phones=phones)
    )
    folder = tmp_path_factory.mktemp("planted")
    landing = folder / "home" / "landing"
    write_groups_toml(community, landing)
    for month in community.month_starts:
        write_month(community, landing, month)
    plant(landing, folder / "later")
    first, second = (format_month(month) for month in community.month_starts)
    return Aftermath(folder, Needles.of(community), (first, second), next(iter(community.groups)))


@pytest.fixture(scope="module")
def aftermath(planted: Aftermath, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """Runs that fail in every way we can think of, and runs that do not, in one process."""
    folder = tmp_path_factory.mktemp("aftermath")
    shutil.copytree(planted.home, folder / "home")
    after = Aftermath(folder, planted.needles, planted.months, planted.group_id)
    temporary = folder / "tmp"
    temporary.mkdir()
    session = Session(after.home, folder / "terminal", {**DEBUG, "TMPDIR": str(temporary)})
    try:
        _run_all(after, session, planted.folder / "later")
    finally:
        session.close()
    yield after


def _run_all(after: Aftermath, session: Session, later: Path) -> None:
    first, second = after.months
    run = ("run", "--month")
    after.codes["no key"] = session.solidarity(*run, first)
    after.codes["weak key"] = session.solidarity(*run, first, SOLIDARITY_PSEUDONYM_KEY="a" * 40)
    after.codes["short key"] = session.solidarity(*run, first, SOLIDARITY_PSEUDONYM_KEY="0123456789abcdef")
    after.before_a_key = sorted(entry.name for entry in after.home.iterdir())
    generate(after.home / "vault" / "pseudonym.key")
    after.codes["first month"] = session.solidarity(*run, first)
    for export in later.iterdir():
        shutil.copy2(export, after.home / "landing" / after.group_id / "exports")
    with _spoilt(after.home / "vault" / "groups" / after.group_id / "ledger.json"):
        after.codes["spoilt ledger"] = session.solidarity(*run, second)
        after.codes["status of a spoilt ledger"] = session.solidarity("status")
    with run_lock(f"duckdb:///{after.home / 'warehouse.duckdb'}", after.home):
        after.codes["locked"] = session.solidarity(*run, second)
    after.codes["failing load"] = session.solidarity(*run, second, **{VARIABLE: "load.written:raise"})
    after.codes["second month"] = session.solidarity("--json", *run, second)


class _spoilt:  # noqa: N801 - it reads as what the file is inside the block
    """A document of the vault in a shape that no code expects, full of people, for a while."""

    def __init__(self, path: Path) -> None:
        self.path, self.content = path, path.read_bytes()

    def __enter__(self) -> None:
        entry = {"path": "Zulkifli Wartabone kanarikalimat", "kind": "+6281298431775"}
        self.path.write_text(json.dumps({"entries": {"kanariberkas.txt": entry}}), "utf-8")

    def __exit__(self, *_: object) -> None:
        self.path.write_bytes(self.content)


@pytest.fixture(scope="module")
def key(aftermath: Aftermath) -> str:
    return (aftermath.home / "vault" / "pseudonym.key").read_text("ascii").strip()


@pytest.fixture(scope="module")
def found(aftermath: Aftermath, key: str) -> dict[str, set[str]]:
    """Where anything of people, or the key, stands: in every file that is left."""
    secrets = (key, bytes.fromhex(key).decode("latin-1"))
    return leaks(aftermath.folder, Needles((*aftermath.needles.texts, *secrets), aftermath.needles.digits))


def test_runs_end_as_they_should(aftermath: Aftermath) -> None:
    assert aftermath.codes == {
        "no key": ExitCode.USAGE,
        "weak key": ExitCode.USAGE,
        "short key": ExitCode.USAGE,
        "first month": ExitCode.FILE_REFUSED,
        "spoilt ledger": ExitCode.UNEXPECTED,
        "status of a spoilt ledger": ExitCode.UNEXPECTED,
        "locked": ExitCode.LOCKED,
        "failing load": ExitCode.UNEXPECTED,
        "second month": ExitCode.DONE,
    }


def test_without_a_strong_key_nothing_is_written(aftermath: Aftermath) -> None:
    assert aftermath.before_a_key == ["landing"]


def test_the_canaries_went_through_and_the_search_finds_them(found: dict[str, set[str]]) -> None:
    """Each stands in the vault, also in columns that a reader of bytes would not see."""
    in_vault = {place: hits for place, hits in found.items() if place.startswith("home/vault/")}
    hits = set().union(*in_vault.values())
    assert hits >= {*WORDS, PHONE.removeprefix("+62")}
    assert len(hits) > 100
    assert any(place.endswith("people.parquet: people.name") for place in in_vault)


def test_nothing_of_people_stands_outside_landing_and_vault(
    aftermath: Aftermath, found: dict[str, set[str]]
) -> None:
    """Warehouse, releases, Prefect's database and storage, locks, temporary files."""
    assert {
        place: hits for place, hits in found.items() if not place.startswith((*INSIDE, "terminal/"))
    } == {}
    looked_at = {path.name for path in aftermath.folder.rglob("*")}
    expected = {"warehouse.duckdb", "prefect.db", "research.duckdb", "indicator.parquet", "indicator.dta"}
    assert looked_at >= expected


def test_the_terminal_shows_file_names_on_the_receipt_and_nothing_else(
    aftermath: Aftermath, found: dict[str, set[str]]
) -> None:
    shown = {place: hits for place, hits in found.items() if place.startswith("terminal/")}
    assert shown == {"terminal/stdout": {"kanariberkas"}}
    log = (aftermath.folder / "terminal" / "stderr").read_text("utf-8")
    assert "DEBUG" in log
    assert "Task run 'identify" in log


def test_prefect_kept_the_failures_without_their_words(aftermath: Aftermath) -> None:
    """The search is worth something only if logs and failures did reach the database."""
    texts = pl.concat([column for _, column in columns_of(aftermath.home / "prefect" / "prefect.db")])
    assert texts.str.contains("ValidationError in land").any()
    assert texts.str.contains("Finished in state").any()
    assert list((aftermath.home / "vault" / "errors").glob("*.txt")), "the traceback is for the engineer"


def test_artifacts_logs_names_and_parameters_of_runs_hold_nobody(aftermath: Aftermath) -> None:
    """What Prefect's pages show: each of these columns was written, and none of them names, numbers, titles, words."""
    columns = dict(columns_of(aftermath.home / "prefect" / "prefect.db"))
    shown = {
        name: columns[name].drop_nulls()
        for name in (
            "artifact.key",
            "artifact.data",
            "artifact.description",
            "log.message",
            "flow_run.name",
            "flow_run.parameters",
            "task_run.name",
            "flow_run_state.message",
        )
    }
    hits = {name: aftermath.needles.in_texts(texts) for name, texts in shown.items()}
    assert {name: found for name, found in hits.items() if found} == {}
    assert min(map(len, shown.values())) > 0
    second = aftermath.months[1]
    assert {f"{what}-{second}" for what in ("counts", "changes", "report")} <= set(shown["artifact.key"])
    told = " ".join(shown["artifact.data"])
    assert aftermath.group_id in told and "n_messages" in told and "releases" in told


def test_the_key_stands_in_its_file_alone(found: dict[str, set[str]], key: str) -> None:
    assert [place for place, hits in found.items() if key in hits] == ["home/vault/pseudonym.key"]
    assert not any(bytes.fromhex(key).decode("latin-1").lower() in hits for hits in found.values())


def test_vault_and_prefect_are_closed_to_others(aftermath: Aftermath) -> None:
    vault = aftermath.home / "vault"
    for path in (vault, *vault.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert stat.S_IMODE((aftermath.home / "prefect").stat().st_mode) == 0o700
    assert stat.S_IMODE((aftermath.home / "warehouse.duckdb").stat().st_mode) == 0o600


def test_nothing_of_people_stands_in_a_postgresql_warehouse(
    planted: Aftermath, pg_url: str, pg_template: str, tmp_path: Path
) -> None:
    from tests.conftest import _own_database

    home = tmp_path / "home"
    shutil.copytree(planted.home, home)
    for export in (planted.folder / "later").iterdir():
        shutil.copy2(export, home / "landing" / planted.group_id / "exports")
    generate(home / "vault" / "pseudonym.key")
    databases = _own_database(pg_url, pg_template)
    url = next(databases)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLIDARITY_HOME", str(home))
        patch.setenv("SOLIDARITY_WAREHOUSE_URL", url)
        drive(planted.months[1])
    with Warehouse(url).reader() as reader:
        frames = {
            table.qualified: reader.read(f"SELECT * FROM {table.qualified}") for table in TABLES.values()
        }
    found = {
        f"{name}.{column}": hits
        for name, frame in frames.items()
        for column in frame.columns
        if (hits := planted.needles.in_texts(frame[column].cast(pl.String, strict=False)))
    }
    assert found == {}
    assert frames["core.fact_message"].height > 200
    assert leaks(tmp_path, planted.needles, but=INSIDE) == {}
    next(databases, None)


def test_the_search_reads_every_kind_of_file(tmp_path: Path) -> None:
    import sqlite3

    import duckdb
    import pyreadstat

    frame = pl.DataFrame({"said": ["", "x" * 40 + " Kanarikalimat 0812-9843.1775"] * 50})
    frame.write_parquet(tmp_path / "a.parquet", compression="zstd")
    pyreadstat.write_dta(frame, str(tmp_path / "a.dta"))
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        connection.execute("CREATE SCHEMA other; CREATE TABLE other.t AS SELECT * FROM frame; CHECKPOINT")
    lite = sqlite3.connect(tmp_path / "a.db")
    lite.execute("PRAGMA journal_mode = wal")
    lite.execute("CREATE TABLE t (said TEXT)")
    lite.executemany("INSERT INTO t VALUES (?)", frame.rows())
    lite.commit()
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.txt", "\n".join(frame["said"]))
    found = leaks(tmp_path, Needles(("kanarikalimat",), ("81298431775",)))
    lite.close()
    for name in (
        "a.parquet: a.said",
        "a.dta: a.said",
        "a.duckdb: other.t.said",
        "a.db: t.said",
        "a.zip: t.txt",
    ):
        assert found[name] == {"kanarikalimat", "81298431775"}


def test_what_nobody_foresaw_leaves_a_task_without_its_words(home: Path) -> None:
    @guarded
    def step() -> None:
        raise ValueError("Zulkifli Wartabone")

    (home / "vault").mkdir()
    with pytest.raises(UnexpectedError) as raised:
        step()
    told = "".join(traceback.format_exception(raised.value))
    assert "ValueError in step" in told
    assert "Wartabone" not in told
    assert "Wartabone" in (home / "vault" / "errors" / "step.txt").read_text("utf-8")


def test_a_typed_error_brings_no_other_error_with_it(home: Path) -> None:
    @guarded
    def step() -> None:
        try:
            raise ValueError("Zulkifli Wartabone")
        except ValueError:
            raise ConfigurationError("something is amiss")  # noqa: B904 - what a careless raise brings along

    with pytest.raises(ConfigurationError) as raised:
        step()
    assert "Wartabone" not in "".join(traceback.format_exception(raised.value))


def test_flows_are_guarded_as_tasks_are() -> None:
    from flows.backfill import backfill
    from flows.ingest import ingest
    from flows.monthly import monthly

    for flow in (backfill, ingest, monthly):
        assert flow.fn.__code__ is guarded(lambda: None).__code__
