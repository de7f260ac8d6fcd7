"""What lies in landing, without reading it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.config import GROUP_ID, Landing
from tasks.land.ledger import FileKind

EXPORT_SUFFIXES = (".txt", ".zip")
ROSTER_SUFFIXES = (".csv", ".xlsx")
_LITTER = (".", "~$", "thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Found:
    """One file in landing."""

    path: Path
    relative: str
    kind: FileKind
    n_bytes: int
    mtime_ns: int


def group_ids(landing: Path, config: Landing) -> list[str]:
    """Groups with a folder of a usable name, or declared in groups.toml; sorted."""
    folders = {entry.name for entry in landing.iterdir() if entry.is_dir()} if landing.is_dir() else set()
    return sorted({name for name in folders if GROUP_ID.match(name)} | set(config.groups))


def unusable_folders(landing: Path) -> int:
    """How many folders with files to take in cannot be groups because of their names."""
    if not landing.is_dir():
        return 0
    return sum(
        entry.is_dir()
        and not entry.name.startswith(".")
        and not GROUP_ID.match(entry.name)
        and any(files_of(landing, entry.name))
        for entry in landing.iterdir()
    )


def files_of(landing: Path, group_id: str) -> Iterator[Found]:
    """The files of one group, sorted by path; links are not followed."""
    folder = landing / group_id
    for place, suffixes, kind in (
        ("exports", EXPORT_SUFFIXES, "export"),
        ("rosters", ROSTER_SUFFIXES, "roster"),
    ):
        base = folder / place
        for path in sorted(base.rglob("*")) if base.is_dir() else ():
            if path.is_symlink() or not path.is_file() or path.name.lower().startswith(_LITTER):
                continue
            stat = path.stat()
            yield Found(
                path,
                path.relative_to(folder).as_posix(),
                _kind(path, suffixes, kind),
                stat.st_size,
                stat.st_mtime_ns,
            )


def _kind(path: Path, suffixes: tuple[str, ...], kind: str) -> FileKind:
    if path.suffix.lower() not in suffixes:
        return "unknown"
    if kind == "roster":
        return "participants" if path.name.lower().startswith("participants") else "roster"
    return "export"
