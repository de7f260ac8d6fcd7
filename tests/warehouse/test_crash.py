"""Promises 1, 2 and 8: killed loads, readers beside loads, a full disk."""

from __future__ import annotations

import errno
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from schemas.errors import WarehouseError
from tests.warehouse.loading import load_step, program
from warehouse.engine import Warehouse, database_file
from warehouse.failpoints import FAIL_POINTS
from warehouse.lock import run_lock
from warehouse.logical_hash import logical_hash

LOAD_POINTS = [name for name in FAIL_POINTS if name.startswith("load.")]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, str]]:
    """Hashes after the first and after the second load of a warehouse that nobody kills."""
    warehouse = Warehouse(f"duckdb:///{tmp_path_factory.mktemp('undisturbed')}/warehouse.duckdb")
    warehouse.create()
    load_step(str(warehouse.url), 1)
    first = logical_hash(warehouse)
    load_step(str(warehouse.url), 2)
    return first, logical_hash(warehouse)


@pytest.mark.parametrize("point", LOAD_POINTS)
def test_a_load_killed_anywhere_and_run_again_equals_an_undisturbed_one(
    warehouse_url: str, tmp_path: Path, point: str, undisturbed: tuple[dict[str, str], dict[str, str]]
) -> None:
    warehouse = Warehouse(warehouse_url)
    if point == "load.copied" and warehouse.dialect != "duckdb":
        pytest.skip("only DuckDB makes a copy")
    old, new = undisturbed
    load_step(warehouse_url, 1)
    killed = program("load", warehouse_url, tmp_path, 2, fail_at=point)
    assert killed.wait(60) == -signal.SIGKILL
    # PostgreSQL commits inside the block that "load.committed" ends; DuckDB's copy waits to be swapped in.
    is_visible = point == "load.swapped" or (point == "load.committed" and warehouse.dialect == "postgresql")
    assert logical_hash(warehouse) == (new if is_visible else old)

    if not is_visible:  # an append of what is there already would be refused, as it has to be
        with run_lock(warehouse_url, tmp_path, wait_s=5):
            load_step(warehouse_url, 2)
    assert logical_hash(warehouse) == new
    file = database_file(warehouse.url)
    if file is not None:
        load_step(warehouse_url, 3)
        left = {entry.name for entry in file.parent.iterdir() if file.name in entry.name}
        assert left <= {file.name, f".{file.name}.load.lock", f".{file.name}.run.lock"}


def test_readers_see_only_whole_loads_and_block_none(warehouse_url: str, tmp_path: Path) -> None:
    load_step(warehouse_url, 1)
    readers = [program("watch", warehouse_url, stdin=subprocess.PIPE) for _ in range(2)]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "1 1.0 70\n"
    for step in range(2, 8):
        load_step(warehouse_url, step)
    for reader in readers:
        output, _ = reader.communicate("stop\n", timeout=60)
        assert reader.returncode == 0
        states = output.splitlines()
        assert set(states) <= {f"{step} {float(step)} {50 * step + 20}" for step in range(2, 8)}
        assert states, "the reader never saw a new state"


def test_a_full_disk_leaves_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"duckdb:///{tmp_path}/warehouse.duckdb"
    warehouse = Warehouse(url)
    warehouse.create()
    load_step(url, 1)
    before = logical_hash(warehouse)

    def full(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", full)
        with pytest.raises(WarehouseError, match="disk is full"):
            load_step(url, 2)
    assert logical_hash(warehouse) == before
    assert not list(tmp_path.glob(".warehouse.duckdb.load-*"))
    load_step(url, 2)
    assert logical_hash(warehouse) != before
