"""Promise 7: one writer, and a killed holder frees the lock."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import psycopg
import pytest

from schemas.errors import ExitCode, Locked
from tests.warehouse.loading import program
from warehouse.lock import FileLock, file_lock, run_lock


def _hold(url: str, home: Path):  # type: ignore[no-untyped-def]
    holder = program("hold", url, home)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_run_says_so_and_a_killed_holder_frees_the_lock(warehouse_url: str, tmp_path: Path) -> None:
    holder = _hold(warehouse_url, tmp_path)
    try:
        with pytest.raises(Locked, match=f"pid={holder.pid}") as refused, run_lock(warehouse_url, tmp_path):
            pass
        assert refused.value.exit_code is ExitCode.LOCKED
    finally:
        holder.kill()
        holder.wait()
    with run_lock(warehouse_url, tmp_path, wait_s=5):
        pass
    with run_lock(warehouse_url, tmp_path):
        pass


def test_runs_of_two_homes_share_one_warehouse(warehouse_url: str, tmp_path: Path) -> None:
    """The home's own lock is free; the warehouse's is not."""
    holder = _hold(warehouse_url, tmp_path / "one")
    try:
        with pytest.raises(Locked), run_lock(warehouse_url, tmp_path / "two"):
            pass
    finally:
        holder.kill()
        holder.wait()
    with run_lock(warehouse_url, tmp_path / "two", wait_s=5):
        pass


def test_the_lock_is_free_as_soon_as_its_holder_has_ended(
    warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may end a closed session later; the next command need not wait for that."""
    close = psycopg.Connection.close
    still_open: list[psycopg.Connection] = []

    def keep(session: psycopg.Connection) -> None:
        still_open.append(session)

    monkeypatch.setattr(psycopg.Connection, "close", keep)
    try:
        for home in ("one", "two"):
            with run_lock(warehouse_url, tmp_path / home):
                pass
    finally:
        for session in still_open:
            close(session)


def test_waiting_gets_the_lock_once_it_is_free(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path}/warehouse.duckdb"
    holder = _hold(url, tmp_path)
    started = time.monotonic()
    with pytest.raises(Locked), run_lock(url, tmp_path, wait_s=0.4):
        pass
    assert time.monotonic() - started >= 0.4
    holder.kill()
    with run_lock(url, tmp_path, wait_s=30):
        pass
    holder.wait()


def test_a_forked_child_does_not_keep_the_lock(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    assert lock.acquire()
    child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
    child.start()
    lock.release()
    with file_lock(tmp_path / "lock", wait_s=10):  # until the child has come to its first line
        pass
    assert child.is_alive()
    child.kill()
    child.join()


def test_two_holders_in_one_process_are_two(tmp_path: Path) -> None:
    with file_lock(tmp_path / "lock"), pytest.raises(Locked), file_lock(tmp_path / "lock"):
        pass
