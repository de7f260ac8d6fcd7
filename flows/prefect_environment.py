"""Prefect's own settings, put in place before it is imported; what the operator has set is left alone."""

from __future__ import annotations

import os
from pathlib import Path

_DEFAULTS = {
    # A run needs no server started beforehand: the one in process takes 8 to 20 s to come up.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "60",
    # Logs of a run on the command line are its receipt; a worker sets its own level.
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}


def prepare(home: Path) -> None:
    """Tell tasks where the home is; keep Prefect's state under it, quiet and to itself."""
    os.environ["SOLIDARITY_HOME"] = str(home.absolute())
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    if "PREFECT_HOME" not in os.environ:
        folder = home / "prefect"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ["PREFECT_HOME"] = str(folder)
