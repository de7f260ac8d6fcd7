"""The warehouse's own lock: one run at a time, freed by the kernel or the server when its holder dies.

Files are locked with ``flock`` and never removed: a lock lives in the open file, not in the file's being
there, so a killed holder leaves nothing behind. On PostgreSQL a session's advisory lock besides keeps
apart runs from different machines.
"""

from __future__ import annotations

import fcntl
import os
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import Locked, WarehouseError

if TYPE_CHECKING:
    import sqlalchemy as sa

#: Keys of PostgreSQL's advisory locks, which are local to a database; any two fixed numbers would do.
RUN_LOCK_KEY = 0x736F6C5F72756E
LOAD_LOCK_KEY = 0x736F6C5F6C6F64
_POLL_S = 0.1

_held: weakref.WeakSet[FileLock] = weakref.WeakSet()


class FileLock:
    """An exclusive lock on a file, held from :meth:`acquire` to :meth:`release`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free; says whether it is held now. The file then names this process."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor
        _held.add(self)
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        _held.discard(self)

    def holder(self) -> int | None:
        """Process that took the lock last, None if unknown."""
        try:
            return int(self.path.read_text("ascii"))
        except (OSError, ValueError):
            return None


def _forget_in_child() -> None:
    """A forked child must not keep its parent's lock alive: it closes its copies of the descriptors."""
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_forget_in_child)


@contextmanager
def file_lock(path: Path, wait_s: float = 0) -> Iterator[None]:
    """Hold the lock on ``path``, waiting for it up to ``wait_s`` seconds.

    Raises:
        Locked: another process (or another holder in this one) has it.
    """
    lock = FileLock(path)
    deadline = time.monotonic() + wait_s
    while not lock.acquire():
        if time.monotonic() >= deadline:
            raise _locked(lock.holder())
        time.sleep(_POLL_S)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _advisory_lock(url: sa.URL, wait_s: float) -> Iterator[None]:
    """Hold the run's advisory lock in a session of its own; it ends with the session, however that ends."""
    import psycopg

    from warehouse.engine import libpq_arguments

    deadline = time.monotonic() + wait_s
    try:
        session = psycopg.connect(**libpq_arguments(url), autocommit=True)
    except psycopg.Error as error:
        raise WarehouseError(f"the database cannot be reached ({type(error).__name__})") from None
    with session:
        while not _try_advisory(session):
            if time.monotonic() >= deadline:
                raise _locked(None)
            time.sleep(_POLL_S)
        try:
            yield
        finally:
            # the server ends a session a moment after it was closed: the next command need not meet its lock
            with suppress(psycopg.Error):
                session.execute("SELECT pg_advisory_unlock(%s)", (RUN_LOCK_KEY,))


def _try_advisory(session: object) -> bool:
    row = session.execute("SELECT pg_try_advisory_lock(%s)", (RUN_LOCK_KEY,)).fetchone()  # type: ignore[attr-defined]
    return bool(row[0])


def _locked(holder: int | None) -> Locked:
    counts = {} if holder is None else {"pid": holder}
    return Locked("another run holds the warehouse", next_step="wait for it, or use --wait SECONDS", **counts)


@contextmanager
def run_lock(url: str | sa.URL, home: Path, wait_s: float = 0) -> Iterator[None]:
    """Hold the lock of a run on the home and on the warehouse, waiting up to ``wait_s`` seconds for each.

    Raises:
        Locked: another run holds one of them.
        WarehouseError: the database that keeps the lock cannot be reached.
    """
    from warehouse.engine import database_file, parse_url

    parsed = parse_url(url)
    with ExitStack() as stack:
        stack.enter_context(file_lock(home / ".run.lock", wait_s))
        file = database_file(parsed)
        if file is not None:
            stack.enter_context(file_lock(file.with_name(f".{file.name}.run.lock"), wait_s))
        else:
            stack.enter_context(_advisory_lock(parsed, wait_s))
        yield
