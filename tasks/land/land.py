"""Take a group's new files into the vault."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from schemas.errors import FileRefused
from tasks.land.containers import Chat, open_chats, open_folder
from tasks.land.dates import stated_date
from tasks.land.discover import Found, files_of
from tasks.land.ledger import Content, Entry, FileKind, Ledger
from tasks.land.vcards import keep_cards, known_cards
from tasks.rights.places import place_mask
from warehouse.failpoints import reach
from warehouse.vault import Vault
from warehouse.workspace import Workspace

MIB = 1 << 20


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


def land_group(
    workspace: Workspace,
    group_id: str,
    run_id: str,
    month: str | None = None,
    only: Collection[FileKind] | None = None,
) -> Landing:
    """Hash, unpack and keep what is new in a group's folder; refused files are entered with their reason.

    ``month`` (YYYY-MM) is that of the run: for which a roster speaks whose name says nothing. Kinds of files
    that are not among ``only`` wait for another run. What was misplaced and has been moved is forgotten: nothing
    was taken from it.
    """
    ledger = read_ledger(workspace.vault, group_id)
    known_ids = {content.file_id for entry in ledger.entries.values() for content in entry.contents}
    counts = {"new": 0, "known": 0, "duplicate": 0, "refused": 0}
    mask = place_mask(workspace, group_id)
    moved = {path for path, entry in ledger.entries.items() if entry.kind == "misplaced"}
    for found in files_of(workspace.landing, group_id):
        if only is not None and found.kind not in only:
            continue
        found = replace(found, relative=mask(found.relative))
        moved.discard(found.relative)
        known = ledger.entries.get(found.relative)
        if known and _unchanged(known, found):
            counts["known"] += 1
            continue
        entry = _after(known, _take_in(workspace, found, group_id, run_id, month), ledger)
        reach("land.stored")
        ledger.entries[found.relative] = entry
        new_ids = {content.file_id for content in entry.contents}
        counts["refused" if entry.refusal else "new" if new_ids - known_ids else "duplicate"] += 1
        known_ids |= new_ids
    for path in moved:
        del ledger.entries[path]
    if moved or counts["new"] + counts["duplicate"] + counts["refused"]:
        write_ledger(workspace.vault, group_id, ledger)
    return Landing(group_id, **{f"n_{name}": count for name, count in counts.items()})


def _unchanged(known: Entry, found: Found) -> bool:
    """Same place, size and time: not read again."""
    return (known.n_bytes, known.mtime_ns, known.kind) == (found.n_bytes, found.mtime_ns, found.kind)


def _after(known: Entry | None, entry: Entry, ledger: Ledger) -> Entry:
    """The entry in its order of arrival, with what it says of the same text at the same place, and before it.

    An export written over an earlier one does not take it away: its first lines may be gone from the phone.
    """
    if known is None:
        return entry.model_copy(
            update={"arrival": 1 + max((e.arrival for e in ledger.entries.values()), default=-1)}
        )
    before = {content.file_id: content for content in (*known.kept, *known.contents)}
    contents = tuple(c if c.is_dated_by_name else before.get(c.file_id, c) for c in entry.contents)
    now = {content.file_id for content in contents}
    kept = tuple(c for c in before.values() if c.file_id not in now and c.file_id in ledger.metas)
    return entry.model_copy(update={"arrival": known.arrival, "contents": contents, "kept": kept})


def _take_in(workspace: Workspace, found: Found, group_id: str, run_id: str, month: str | None) -> Entry:
    contents: tuple[Content, ...] = ()
    refusal, sha256 = None, ""
    try:
        sha256 = _sha256(found)
        if found.kind == "unknown":
            raise FileRefused("unknown_file_type")
        if found.kind == "misplaced":
            raise FileRefused("misplaced_file")
        if found.n_bytes > workspace.settings.max_file_mib * MIB:
            raise FileRefused("too_large", bytes=found.n_bytes)
        if found.kind == "export":
            contents = _chats(workspace, found, group_id, month)
        else:
            contents = (_list(workspace.vault, found, sha256, month),)
    except FileRefused as error:
        refusal = error.reason
    except (PermissionError, FileNotFoundError):
        refusal = "unreadable_file"
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


def _sha256(found: Found) -> str:
    """Of a file its content's; of a folder that of the texts, cards and whatever else lies in it."""
    if not found.is_folder:
        with found.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    whole = hashlib.sha256()
    for path in sorted(found.path.iterdir()):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _chats(workspace: Workspace, found: Found, group_id: str, month: str | None) -> tuple[Content, ...]:
    """Keep the chat texts of an export and what its contact cards say about the people in them; no media."""
    limit = workspace.settings.max_file_mib * MIB
    if found.is_folder:
        chats = open_folder(found.path, max_bytes=limit, with_cards=True)
    else:
        chats = open_chats(found.path.read_bytes(), found.path.name, max_bytes=limit, with_cards=True)
    written = dt.datetime.fromtimestamp(found.mtime_ns // 1_000_000_000, tz=dt.UTC).date()
    return tuple(_chat(workspace.vault, group_id, chat, month, written) for chat in chats)


def _chat(vault: Vault, group_id: str, chat: Chat, month: str | None, written: dt.date) -> Content:
    _keep(vault, chat.file_id, chat.text)
    if chat.cards:
        keep_cards(vault, group_id, chat.file_id, known_cards(chat.cards, chat.text, chat.file_id))
    return Content(
        file_id=chat.file_id,
        stated_date=chat.stated_date,
        n_bytes=len(chat.text),
        is_dated_by_name=chat.is_dated_by_name,
        month=month,
        written_date=min(filter(None, (written, chat.entry_date))),
    )


def _list(vault: Vault, found: Found, sha256: str, month: str | None) -> Content:
    data = found.path.read_bytes()
    if not data:
        raise FileRefused("empty_file")
    file_id = sha256[:12]
    _keep(vault, file_id, data)
    stated = stated_date(found.path.name)
    return Content(
        file_id=file_id,
        stated_date=stated,
        n_bytes=len(data),
        is_dated_by_name=stated is not None,
        month=month,
    )


def _keep(vault: Vault, file_id: str, content: bytes) -> None:
    if not vault.exists(raw_name(file_id)):
        vault.write_bytes(raw_name(file_id), content)


def forget_file(vault: Vault, group_id: str, path: str) -> None:
    """Forget that a file was seen and refused, so that the next run takes it in anew.

    A file of an unpacked export stands for the folder.
    """
    ledger = read_ledger(vault, group_id)
    folders = [place.as_posix() for place in PurePosixPath(path).parents]
    known = next((place for place in (path, *folders) if place in ledger.entries), path)
    entry = ledger.entries.pop(known, None)
    for content in entry.contents if entry else ():
        ledger.forget(content.file_id)
    write_ledger(vault, group_id, ledger)
