"""Places where a test may kill the process, to prove that a rerun converges.

``SOLIDARITY_FAIL_AT=load.copied`` kills the process with SIGKILL when it reaches that point, so that no
``finally`` and no ``atexit`` runs; ``load.copied:raise`` raises instead. Unset, a point costs a look at the
environment.
"""

from __future__ import annotations

import os
import signal

from schemas.errors import ConfigurationError, SolidarityError

VARIABLE = "SOLIDARITY_FAIL_AT"

#: Every point and where it lies, in the order of a run.
FAIL_POINTS: dict[str, str] = {
    "land.stored": "a raw file lies in the vault, the ledger does not know it yet",
    "parse.parsed": "a file is parsed, its result is not stored",
    "rights.withheld": "an erased person is out of one file, other files were not looked through",
    "reconcile.merged": "a group's exports are merged, the store is not written",
    "identify.resolved": "a group's people are known, nothing of it is stored",
    "measure.measured": "a group is measured, its result is not stored",
    "load.begun": "the load's lock is held, nothing is written",
    "load.copied": "DuckDB: the working copy exists, nothing is loaded into it",
    "load.writing": "the first table is written, others are not",
    "load.written": "all tables are written, nothing is committed",
    "load.committed": "committed; on DuckDB the copy is not swapped in yet",
    "load.swapped": "the new state is visible, the load has not returned",
    "snapshot.frozen": "the manifest is known, the snapshot is not loaded",
    "rights.struck": "an erased person's rows are gone, the load has not begun",
    "publish.tables": "the research tables are made, not loaded",
    "rights.rekeyed": "the warehouse has the new pseudonyms, the key file the old key",
    "publish.release": "a release is being written, its folder is not in place",
    "retention.frozen": "features are frozen, no text is deleted yet",
    "retention.purged": "texts left the parsed exports, the store holds them still",
    "backup.written": "a backup is written, it is not in its place yet",
    "restore.placed": "a restore has put its files in place, the warehouse is not loaded",
}


class FailPointReached(SolidarityError):
    """A test asked for a failure here."""

    code = "fail_point"


def reach(name: str) -> None:
    """Pass the point ``name``, unless the environment says that the process ends here.

    Raises:
        ConfigurationError: the environment names a point that does not exist.
        FailPointReached: the environment asks for an exception at this point.
    """
    if name not in FAIL_POINTS:
        raise ValueError(f"fail point {name} is not declared")
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    point, _, manner = wanted.partition(":")
    if point not in FAIL_POINTS or manner not in ("", "raise"):
        raise ConfigurationError(f"{VARIABLE} names no fail point", next_step="unset it")
    if point != name:
        return
    if manner == "raise":
        raise FailPointReached(name)
    os.kill(os.getpid(), signal.SIGKILL)
