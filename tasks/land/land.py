"""Take a group's new files into the vault."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass

from schemas.errors import FileRefused
from tasks.land.containers import open_chats
from tasks.land.discover import Found, files_of
from tasks.land.ledger import Content, Entry, Ledger
from warehouse.failpoints import reach
from warehouse.vault import Vault
from warehouse.workspace import Workspace

MIB = 1 << 20
_STATED = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?=\D*$)")


@dataclass(frozen=True, slots=True)
class Landing:
    """What landing a group's files came to: file counts of this run."""

    group_id: str
    n_new: int = 0
    n_known: int = 0
    n_duplicate: int = 0
    n_refused: int = 0


def read_ledger(vault: Vault, group_id: str) -> Ledger:
    """The group's ledger; empty before its first file."""
    name = ledger_name(group_id)
    return Ledger.model_validate(vault.read_document(name)) if vault.exists(name) else Ledger()


def write_ledger(vault: Vault, group_id: str, ledger: Ledger) -> None:
    vault.write_document(ledger_name(group_id), ledger.model_dump(mode="json"))


def ledger_name(group_id: str) -> str:
    return f"groups/{group_id}/ledger.json"


def raw_name(file_id: str) -> str:
    """Where a content's bytes are kept in the vault."""
    return f"raw/{file_id[:2]}/{file_id}"


def land_group(workspace: Workspace, group_id: str, run_id: str) -> Landing:
    """Hash, unpack and keep what is new in a group's folder; refused files are entered with their reason."""
    ledger = read_ledger(workspace.vault, group_id)
    known_ids = {content.file_id for entry in ledger.entries.values() for content in entry.contents}
    counts = {"new": 0, "known": 0, "duplicate": 0, "refused": 0}
    for found in files_of(workspace.landing, group_id):
        known = ledger.entries.get(found.relative)
        if known and _unchanged(known, found):
            counts["known"] += 1
            continue
        entry = _take_in(workspace, found, run_id)
        reach("land.stored")
        ledger.entries[found.relative] = entry
        new_ids = {content.file_id for content in entry.contents}
        counts["refused" if entry.refusal else "new" if new_ids - known_ids else "duplicate"] += 1
        known_ids |= new_ids
    if counts["new"] + counts["duplicate"] + counts["refused"]:
        write_ledger(workspace.vault, group_id, ledger)
    return Landing(group_id, **{f"n_{name}": count for name, count in counts.items()})


def _unchanged(known: Entry, found: Found) -> bool:
    """Same place, size and time: not read again."""
    return (known.n_bytes, known.mtime_ns, known.kind) == (found.n_bytes, found.mtime_ns, found.kind)


def _take_in(workspace: Workspace, found: Found, run_id: str) -> Entry:
    sha256 = ""
    contents: tuple[Content, ...] = ()
    refusal = None
    try:
        if found.kind == "unknown":
            raise FileRefused("unknown_file_type")
        if found.n_bytes > workspace.settings.max_file_mib * MIB:
            raise FileRefused("too_large", bytes=found.n_bytes)
        data = found.path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        contents = _contents(workspace, found, data, sha256)
    except FileRefused as error:
        refusal = error.reason
    return Entry(
        path=found.relative,
        n_bytes=found.n_bytes,
        mtime_ns=found.mtime_ns,
        sha256=sha256,
        kind=found.kind,
        contents=contents,
        refusal=refusal,
        run_id=run_id,
    )


def _contents(workspace: Workspace, found: Found, data: bytes, sha256: str) -> tuple[Content, ...]:
    vault = workspace.vault
    if found.kind == "export":
        chats = open_chats(data, found.path.name, max_bytes=workspace.settings.max_file_mib * MIB)
        for chat in chats:
            _keep(vault, chat.file_id, chat.text)
        return tuple(
            Content(file_id=chat.file_id, stated_date=chat.stated_date, n_bytes=len(chat.text))
            for chat in chats
        )
    if not data:
        raise FileRefused("empty_file")
    file_id = sha256[:12]
    _keep(vault, file_id, data)
    return (Content(file_id=file_id, stated_date=stated_date(found.path.name), n_bytes=len(data)),)


def _keep(vault: Vault, file_id: str, content: bytes) -> None:
    if not vault.exists(raw_name(file_id)):
        vault.write_bytes(raw_name(file_id), content)


def stated_date(file_name: str) -> dt.date | None:
    """The day for which a roster's name says it speaks: a day, or a month's last day; None without one.

    Raises:
        FileRefused: the name holds a date that does not exist.
    """
    match = _STATED.search(file_name.rsplit(".", 1)[0])
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        if day:
            return dt.date(int(year), int(month), int(day))
        following = dt.date(int(year) + int(month) // 12, int(month) % 12 + 1, 1)
        return following - dt.timedelta(days=1)
    except ValueError:
        raise FileRefused("bad_stated_date") from None


def forget_file(vault: Vault, group_id: str, path: str) -> None:
    """Forget that a file was seen and refused, so that the next run takes it in anew."""
    ledger = read_ledger(vault, group_id)
    entry = ledger.entries.pop(path, None)
    for content in entry.contents if entry else ():
        ledger.forget(content.file_id)
    write_ledger(vault, group_id, ledger)
