"""Which phone a file comes from: a declared exporter, else what files of one phone have in common in their names."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from schemas.config import Group

_VARYING = re.compile(r"[\d()\[\]._\s-]+")


def exporter_of(file_name: str, group: Group) -> str:
    """Name of the exporter: declared by a glob over file names, else the name without dates and counters."""
    name = PurePosixPath(file_name).name
    for exporter, declared in group.exporters.items():
        if fnmatch.fnmatch(name.lower(), declared.match.lower()):
            return exporter
    return f"~{_VARYING.sub(' ', PurePosixPath(name).stem.lower()).strip()}"


def exporter_ordinals(file_names: Iterable[str], group: Group) -> dict[str, int]:
    """Ordinal by exporter: a function of the set of names, declared exporters first."""
    found = {exporter_of(name, group) for name in file_names}
    declared = [exporter for exporter in group.exporters if exporter in found]
    undeclared = sorted(found - set(declared))
    return {exporter: number for number, exporter in enumerate([*declared, *undeclared])}
