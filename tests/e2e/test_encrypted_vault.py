"""A vault under a key of its own: nobody can be read from it, and the key stands nowhere.

Both keys come from the environment, all logs are on, and runs fail in several ways before one succeeds.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import ExitCode
from tasks.run import format_month
from tasks.simulate import Phone, SimulationPlan, simulate, write_groups_toml, write_month
from tests.e2e.canaries import WORDS, Needles, columns_of, leaks, plant
from tests.e2e.session import Session
from tests.e2e.test_privacy import DEBUG
from warehouse.failpoints import VARIABLE

pytestmark = pytest.mark.e2e

VAULT_KEY = "kanarikunci-brankas 7Qw9pLz3 tidak untuk log"
OTHER_KEY = "kanarikunci-lainnya 4Rt8mXc1 bukan untuk log"
PSEUDONYM_KEY = "c4a1e80b97d25f3660fb1d7e92a8c35b4f0e6d81a2b7c9335e1f7a04d86c92be"


@dataclass
class Aftermath:
    """What the runs left under ``folder``, and how each ended."""

    folder: Path
    needles: Needles
    codes: dict[str, int]


def _forms(key: str) -> set[str]:
    """A key as it stands, and as careless code may print it."""
    raw = key.encode()
    return {key, raw.hex(), base64.b64encode(raw).decode().rstrip("="), repr(raw)[2:-1]}


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    phones = ((Phone(exporter="siti", layout="android_id", owner=1),),)
    community = simulate(
        SimulationPlan(groups=1, members=14, months=1, messages_per_month=90, seed=5, phones=phones)
    )
    folder = tmp_path_factory.mktemp("encrypted")
    home, (month,) = folder / "home", community.month_starts
    write_groups_toml(community, home / "landing")
    write_month(community, home / "landing", month)
    plant(home / "landing", folder / "later")
    (folder / "tmp").mkdir()
    keys = {"SOLIDARITY_VAULT_KEY": VAULT_KEY, "SOLIDARITY_PSEUDONYM_KEY": PSEUDONYM_KEY}
    run = ("run", "--month", format_month(month))
    session = Session(home, folder / "terminal", {**DEBUG, "TMPDIR": str(folder / "tmp")})
    try:
        codes = {
            "failing load": session.solidarity(*run, **keys, **{VARIABLE: "load.written:raise"}),
            "another key": session.solidarity(*run, **keys | {"SOLIDARITY_VAULT_KEY": OTHER_KEY}),
            "no key": session.solidarity(*run, SOLIDARITY_PSEUDONYM_KEY=PSEUDONYM_KEY),
            "run": session.solidarity("--json", *run, **keys),
            "status": session.solidarity("status", **keys),
        }
    finally:
        session.close()
    people = Needles.of(community)
    secrets = {form for key in (VAULT_KEY, OTHER_KEY, PSEUDONYM_KEY) for form in _forms(key)}
    return Aftermath(folder, Needles((*people.texts, *sorted(secrets)), people.digits), codes)


def test_only_the_vaults_own_key_opens_it(aftermath: Aftermath) -> None:
    assert aftermath.codes == {
        "failing load": ExitCode.UNEXPECTED,
        "another key": ExitCode.USAGE,
        "no key": ExitCode.USAGE,
        "run": ExitCode.FILE_REFUSED,  # one of the files is no archive
        "status": ExitCode.DONE,
    }


def test_the_runs_left_what_a_key_could_stand_in(aftermath: Aftermath) -> None:
    """Else the search below would prove nothing: a loaded warehouse, Prefect's logs and states, a full vault."""
    home = aftermath.folder / "home"
    told = dict(columns_of(home / "prefect" / "prefect.db"))
    assert told["log.message"].str.contains("Finished in state").any()
    assert told["flow_run_state.message"].drop_nulls().len() > 0
    assert dict(columns_of(home / "warehouse.duckdb"))["core.fact_message.message_key"].len() > 50
    assert "DEBUG" in (aftermath.folder / "terminal" / "stderr").read_text("utf-8")
    assert len(list((home / "vault").rglob("*.parquet"))) > 5


def test_neither_key_nor_person_stands_anywhere_but_in_landing(aftermath: Aftermath) -> None:
    """In logs, tables, states, releases, temporary files, on the terminal: and not in the vault's bytes either."""
    found = leaks(aftermath.folder, aftermath.needles, but=("home/landing/", "later/"))
    assert found == {"terminal/stdout": {"kanariberkas"}}  # the receipt names the file that was refused


def test_every_file_of_the_vault_is_sealed(aftermath: Aftermath) -> None:
    vault = aftermath.folder / "home" / "vault"
    opened = {
        path.name
        for path in vault.rglob("*")
        if path.is_file() and path.stat().st_size and not path.read_bytes().startswith(b"SWV1")
    }
    assert opened <= {"errors"}, opened


def test_the_search_would_see_a_key(tmp_path: Path) -> None:
    pl.DataFrame({"setting": [VAULT_KEY]}).write_parquet(tmp_path / "a.parquet", compression="zstd")
    (tmp_path / "b.log").write_text(f"key={base64.b64encode(VAULT_KEY.encode()).decode()}", "utf-8")
    found = leaks(tmp_path, Needles((*WORDS, *_forms(VAULT_KEY)), ("81298431775",)))
    assert set(found) >= {"a.parquet: a.setting", "b.log"}
