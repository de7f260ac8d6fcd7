"""The boundary of a task: beyond it an error carries a code and counts, never a value from the data.

Prefect stores the text of an exception in clear. So whatever is not one of our typed errors becomes one
that names only where it happened; the full traceback goes into the vault, for the engineer.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from schemas.errors import SolidarityError
from warehouse.workspace import Workspace

P = ParamSpec("P")
R = TypeVar("R")


class UnexpectedError(SolidarityError):
    """Something nobody foresaw; its traceback lies in the vault."""


def guarded(step: Callable[P, R]) -> Callable[P, R]:
    """Let typed errors through and turn any other into :class:`UnexpectedError` without its text.

    What leaves has no other error behind it, whose text a log would print with it.
    """

    @functools.wraps(step)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return step(*args, **kwargs)
        except SolidarityError as error:
            if error.__context__ is not None:  # it stands for an error whose text may quote values
                _keep_traceback(step.__name__, error.__context__)
                error.__context__ = error.__cause__ = None
            raise
        except Exception as error:
            found = unexpected(step.__name__, error)
        raise found

    return wrapper


def unexpected(step: str, error: Exception, home: Path | None = None) -> UnexpectedError:
    """What may be told of an error nobody foresaw: its type and its place; the rest goes to the vault."""
    kept = _keep_traceback(step, error, home)
    return UnexpectedError(
        f"{type(error).__name__} in {step} at {_place(error)}", next_step=f"read {kept}" if kept else ""
    )


def _place(error: Exception) -> str:
    """Innermost line of our own code: file and line number, no text."""
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if any(f"/{package}/" in frame.filename for package in ("tasks", "warehouse", "schemas", "flows"))
        and "site-packages" not in frame.filename
    ]
    if not ours:
        return "a library"
    return f"{Path(ours[-1].filename).parent.name}/{Path(ours[-1].filename).name}:{ours[-1].lineno}"


def _keep_traceback(step: str, error: BaseException, home: Path | None = None) -> str | None:
    """Where the traceback lies now; None when there is no vault that can take it."""
    name = f"errors/{step}.txt"
    try:
        vault = Workspace.open(home).vault
        if not vault.root.is_dir():
            return None
        vault.write_bytes(name, "".join(traceback.format_exception(error)).encode())
    except (SolidarityError, OSError):
        return None
    return f"vault/{name}"
