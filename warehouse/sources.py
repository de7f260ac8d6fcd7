"""What the results rest on besides data: the version of the product and a hash over its own sources."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable

_PACKAGES = ("schemas", "warehouse", "tasks")
_SUFFIXES = (".py", ".toml", ".tsv", ".sql")


@cache
def source_hash(*packages: str) -> str:
    """12 hex digits over the code and reference data of some of our packages and modules, such as ``tasks.parse``.

    A stage's cached results are good for as long as this stays the same.
    """
    digest = hashlib.sha256()
    for package in packages:
        root, *inner = package.split(".")
        folder = resources.files(root).joinpath(*inner)
        if not folder.is_dir():
            folder = resources.files(root).joinpath(*inner[:-1], f"{inner[-1]}.py")
        for name, content in sorted(_contents(folder, package)):
            digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:12]


def _contents(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    if not folder.is_dir():
        return [(prefix, folder.read_bytes())]
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        name = f"{prefix}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            found += _contents(entry, name)
        elif entry.name.endswith(_SUFFIXES):
            found.append((name, entry.read_bytes()))
    return found


@cache
def code_version() -> str:
    """Version of the product and hash of everything that can change a number."""
    return f"{metadata.version('solidarity-warehouse')}+{source_hash(*_PACKAGES)}"
