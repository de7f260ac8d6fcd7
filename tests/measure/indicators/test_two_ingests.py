"""A history handed in at once, and the same history in two exports, taken in one after the other in either order:
the same indicators to the last bit, although the second run takes over what the first one computed.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.identify.stage import identify_group
from tasks.land.stage import land_groups
from tasks.measure.stage import STAGE, measure_group
from tasks.parse.stage import parse_group
from tasks.reconcile.stage import reconcile_group
from tasks.run import Run
from tasks.validate.stage import validate_group
from warehouse.keys import generate
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

NAMES = [f"Anggota {letter}" for letter in "ABCDEFGHIJKLMN"]
SAYINGS = (
    "Assalamualaikum semua",
    "kita kumpul jam berapa?",
    "tolong bantu carikan kos dekat kampus",
    "makasih banyak ya kang",
    "siap hadir",
    "ada info beasiswa, silakan dibagikan",
    "saya jual madu asli, minat japri",
    "mantap barakallah",
    "turut berduka cita",
    "1. Anggota A\n2. Anggota B\n3. Anggota C",
    "bisa saya antar besok",
)
EXAMPLES = max(2, settings.default.max_examples // 25)  # each runs all stages five times
FIRST, DAYS = dt.datetime.fromisoformat("2024-01-01 06:00"), 91


def chat(seed: int) -> list[str]:
    """Messages of three months as an Android phone writes them, in time order; some say the same at once."""
    rng = np.random.default_rng(seed)
    minutes = np.sort(rng.integers(0, DAYS * 1440 - 400, 240))
    head = f'{FIRST:%d/%m/%y %H.%M} - Anggota A membuat grup "Toy"'
    said = [
        f"{FIRST + dt.timedelta(minutes=int(m)):%d/%m/%y %H.%M} - {rng.choice(NAMES)}: {rng.choice(SAYINGS)}"
        for m in minutes
    ]
    return [head, *(line for line in said for _ in range(1 + (rng.random() < 0.05)))]


def ingest(home: Path, name: str, messages: list[str], month: str) -> pl.DataFrame:
    """One more export in landing, a run of a month, and the indicators it leaves."""
    exports = home / "landing" / "toy" / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    # an export of the first days alone could be read as day-month or month-day, and would be refused
    (home / "landing" / "groups.toml").write_text('[groups.toy]\ndate_order = "dmy"\n', encoding="utf-8")
    (exports / name).write_text("\n".join(messages) + "\n", encoding="utf-8")
    workspace = Workspace.open(home)
    if not workspace.key_file.exists():
        generate(workspace.key_file)
    run = Run(run_id="0" * 32, flow="monthly", month=month)
    for group_id in land_groups(workspace, run):
        for stage in (parse_group, reconcile_group, identify_group, validate_group, measure_group):
            stage(workspace, run, group_id)
    frames = StageStore(workspace.vault, "toy").frames(STAGE)
    columns = ["month", "code", "def_version"]
    values = frames["core.fact_indicator"].drop("input_hash", strict=False).sort(columns)
    details = frames["core.fact_indicator_detail"].sort(*columns, "detail")
    return pl.concat([values, details], how="diagonal")


def _same_key(home: Path, other: Path) -> None:
    known, new = (Workspace.open(one).key_file for one in (home, other))
    new.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(known, new)


@settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seed=st.integers(0, 10**6), cut=st.floats(0.15, 0.9), overlap=st.integers(2, 60))
def test_two_ingests_change_nothing(
    seed: int, cut: float, overlap: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said = chat(seed)
    at = int(len(said) * cut)
    whole, parts, backwards = (tmp_path_factory.mktemp(name) for name in ("whole", "parts", "backwards"))
    at_once = ingest(whole, "WhatsApp Chat with Toy.txt", said, "2024-03")
    for home in (parts, backwards):  # sums run over people in the order of their keys
        _same_key(whole, home)
    month = f"20{said[at - 1][6:8]}-{said[at - 1][3:5]}"
    earlier = ingest(parts, "WhatsApp Chat with Toy.txt", said[:at], month)
    later = ingest(parts, "WhatsApp Chat with Toy (1).txt", said[max(at - overlap, 0) :], "2024-03")
    assert at_once.height > earlier.height or month == "2024-03"
    assert at_once["value"].is_not_null().sum() > 30
    assert later.equals(at_once)
    ingest(backwards, "WhatsApp Chat with Toy (1).txt", said[max(at - overlap, 0) :], "2024-03")
    assert ingest(backwards, "WhatsApp Chat with Toy.txt", said[:at], "2024-03").equals(at_once)
