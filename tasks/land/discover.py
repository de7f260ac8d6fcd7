"""What lies in landing, without reading it.

An export is a file, or a folder below ``exports/`` into which an archive was unpacked: one that holds a
text and something beside it, or a text of the name that every iPhone gives. Other folders only sort files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.config import GROUP_ID, Landing
from tasks.land.ledger import FileKind

EXPORT_SUFFIXES = (".txt", ".zip")
#: Old and macro workbooks are refused by name of what they are, once read.
ROSTER_SUFFIXES = (".csv", ".xlsx", ".xlsm", ".xls")
#: What curators hand in; anywhere else than in its own place it would go unread.
_HANDED_IN = (*EXPORT_SUFFIXES, *ROSTER_SUFFIXES, ".toml")
_FOLDERS = ("exports", "rosters")
_DECLARATIONS = ("groups.toml", "corrections.toml")
_LITTER = (".", "~$", "thumbs.db", "desktop.ini", "__macosx")
_TEXT, _ARCHIVE = EXPORT_SUFFIXES
_NAMELESS = "_chat.txt"


@dataclass(frozen=True, slots=True)
class Found:
    """One file in landing, or a folder that is one export."""

    path: Path
    relative: str
    kind: FileKind
    n_bytes: int
    mtime_ns: int
    is_folder: bool = False


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


def misplaced_files(landing: Path) -> int:
    """How many files lie beside the groups' folders where no run reads them, such as an export or 'correction.toml'."""
    if not landing.is_dir():
        return 0
    return sum(_is_handed_in(entry) and entry.name not in _DECLARATIONS for entry in landing.iterdir())


def files_of(landing: Path, group_id: str) -> Iterator[Found]:
    """The files of one group, sorted by path within exports, rosters and elsewhere; links are not followed."""
    folder = landing / group_id
    yield from sorted(_exports(folder / "exports", folder), key=lambda found: found.relative)
    rosters = folder / "rosters"
    for path in sorted(rosters.rglob("*")) if rosters.is_dir() else ():
        if _is_own(path) and path.is_file():
            yield _found(path, folder, _kind_of_list(path))
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if entry.name not in _FOLDERS and _is_own(entry):
            for path in sorted(entry.rglob("*")) if entry.is_dir() else (entry,):
                if _is_handed_in(path):
                    yield _found(path, folder, "misplaced")


def relative_name(path: Path, folder: Path) -> str:
    """A path below a folder as text that can be written anywhere, whatever bytes its name is made of."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "backslashreplace")


def _exports(base: Path, folder: Path, *, is_within_export: bool = False) -> Iterator[Found]:
    """Exports in a folder and below it; what lies beside the text of an unpacked one is part of it."""
    if not base.is_dir():
        return
    entries = [path for path in sorted(base.iterdir()) if _is_own(path)]
    files = [path for path in entries if path.is_file()]
    texts = [path for path in files if path.suffix.lower() == _TEXT]
    others = [path for path in files if path.suffix.lower() not in EXPORT_SUFFIXES]
    is_top = base == folder / "exports"
    is_export = not is_top and bool(texts) and (bool(others) or texts[0].name.lower() == _NAMELESS)
    for path in files:
        if path.suffix.lower() == _ARCHIVE or (path in texts and not is_export):
            yield _found(path, folder, "export")
        elif is_top:
            yield _found(path, folder, "unknown")
    if is_export or (others and not is_top and not is_within_export):
        yield _folder(base, folder, files)
    for path in entries:
        if path.is_dir():
            yield from _exports(path, folder, is_within_export=is_within_export or is_export)


def _is_own(path: Path) -> bool:
    return not path.is_symlink() and not path.name.lower().startswith(_LITTER)


def _is_handed_in(path: Path) -> bool:
    return _is_own(path) and path.is_file() and path.suffix.lower() in _HANDED_IN


def _found(path: Path, folder: Path, kind: FileKind) -> Found:
    stat = path.stat()
    return Found(path, relative_name(path, folder), kind, stat.st_size, stat.st_mtime_ns)


def _folder(base: Path, folder: Path, files: list[Path]) -> Found:
    """An unpacked export: as large as its texts and cards, changed when the last of its files was."""
    stats = [path.stat() for path in files]
    read = [path.stat().st_size for path in files if path.suffix.lower() in (_TEXT, ".vcf")]
    changed = max((stat.st_mtime_ns for stat in stats), default=0)
    return Found(base, relative_name(base, folder), "export", sum(read), changed, is_folder=True)


def _kind_of_list(path: Path) -> FileKind:
    if path.suffix.lower() not in ROSTER_SUFFIXES:
        return "unknown"
    return "participants" if path.name.lower().startswith("participants") else "roster"
