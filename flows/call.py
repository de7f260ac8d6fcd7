"""One call of the command line: where it works and how it answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.workspace import Workspace


@dataclass(frozen=True)
class Call:
    """Options of every command, and the two ways to answer."""

    home: Path | None
    as_json: bool

    @cached_property
    def workspace(self) -> Workspace:
        from warehouse.workspace import Workspace

        return Workspace.open(self.home)

    def answer(self, document: Any, show: Callable[[], None]) -> None:
        """One JSON document on stdout with ``--json``, else words for a person."""
        if self.as_json:
            say(json.dumps(document, ensure_ascii=False, default=str))
        else:
            show()


def say(line: str) -> None:
    """One line on stdout, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
