"""Withdrawn releases: in the place of the bundle a note that names the snapshot which stands for it now.

A release is immutable as long as it stands. When somebody counted in it is erased, its figures go, at once and
whole; who cites it finds where to look instead, and nothing of why.
"""

from __future__ import annotations

import html
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

NOTE = "withdrawn.json"
_WORDS = "This release was withdrawn and must not be used any more. In its place stands"
_WORDS_ID = "Rilis ini telah ditarik dan tidak boleh dipakai lagi. Penggantinya:"


def is_withdrawn(folder: Path) -> bool:
    """Whether a release is only a note any more."""
    return (folder / NOTE).is_file()


def withdraw_releases(home: Path, successors: Mapping[str, str]) -> int:
    """Replace releases and reports of withdrawn snapshots by notes; returns how many were replaced or renewed.

    Args:
        home: the installation.
        successors: withdrawn snapshot -> the one in its place.
    """
    n = 0
    for snapshot_id, successor in sorted(successors.items()):
        for folder in (home / "releases" / snapshot_id, home / "releases" / f"{snapshot_id}-public"):
            if folder.is_dir():
                n += _withdraw(folder, snapshot_id, successor)
        report = home / "reports" / f"{snapshot_id}.html"
        if report.is_file():
            n += _write(report, _page(snapshot_id, successor))
    return n


def _withdraw(folder: Path, snapshot_id: str, successor: str) -> bool:
    """The note is in place before the figures go: killed in between, the next run takes away the rest."""
    document = {"snapshot_id": snapshot_id, "withdrawn": True, "successor_snapshot_id": successor}
    is_new = _write(folder / NOTE, json.dumps(document, indent=2) + "\n")
    _write(
        folder / "README.md", f"# {snapshot_id}\n\n{_WORDS} `{successor}`.\n\n{_WORDS_ID} `{successor}`.\n"
    )
    for path in folder.iterdir():
        if path.name not in (NOTE, "README.md"):
            is_new = True
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    return is_new


def _page(snapshot_id: str, successor: str) -> str:
    words = f"{_WORDS} {successor}. {_WORDS_ID} {successor}."
    return f"<!doctype html><meta charset=utf-8><title>{snapshot_id}</title><p>{html.escape(words)}</p>\n"


def _write(path: Path, text: str) -> bool:
    """Write a file whole, if it does not hold that already; says whether it did not."""
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    draft = path.with_name(f".{path.name}.part")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)
    return True
