"""Take a group's new files into the vault."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from schemas.errors import FileRefused
from tasks.land.containers import open_chats
from tasks.land.dates import stated_date
from tasks.land.discover import Found, files_of
from tasks.land.ledger import Content, Entry, Ledger
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


def land_group(workspace: Workspace, group_id: str, run_id: str, month: str | None = None) -> Landing:
    """Hash, unpack and keep what is new in a group's folder; refused files are entered with their reason.

    ``month`` (YYYY-MM) is that of the run: for which a roster speaks whose name says nothing.
    """
    ledger = read_ledger(workspace.vault, group_id)
    known_ids = {content.file_id for entry in ledger.entries.values() for content in entry.contents}
    counts = {"new": 0, "known": 0, "duplicate": 0, "refused": 0}
    for found in files_of(workspace.landing, group_id):
        known = ledger.entries.get(found.relative)
        if known and _unchanged(known, found):
            counts["known"] += 1
            continue
        entry = _after(known, _take_in(workspace, found, run_id, month), ledger)
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


def _take_in(workspace: Workspace, found: Found, run_id: str, month: str | None) -> Entry:
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
        contents = _contents(workspace, found, data, sha256, month)
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


def _contents(
    workspace: Workspace, found: Found, data: bytes, sha256: str, month: str | None
) -> tuple[Content, ...]:
    vault = workspace.vault
    if found.kind == "export":
        chats = open_chats(data, found.path.name, max_bytes=workspace.settings.max_file_mib * MIB)
        for chat in chats:
            _keep(vault, chat.file_id, chat.text)
        return tuple(
            Content(
                file_id=chat.file_id,
                stated_date=chat.stated_date,
                n_bytes=len(chat.text),
                is_dated_by_name=chat.is_dated_by_name,
                month=month,
            )
            for chat in chats
        )
    if not data:
        raise FileRefused("empty_file")
    file_id = sha256[:12]
    _keep(vault, file_id, data)
    stated = stated_date(found.path.name)
    return (
        Content(
            file_id=file_id,
            stated_date=stated,
            n_bytes=len(data),
            is_dated_by_name=stated is not None,
            month=month,
        ),
    )


def _keep(vault: Vault, file_id: str, content: bytes) -> None:
    if not vault.exists(raw_name(file_id)):
        vault.write_bytes(raw_name(file_id), content)


def forget_file(vault: Vault, group_id: str, path: str) -> None:
    """Forget that a file was seen and refused, so that the next run takes it in anew."""
    ledger = read_ledger(vault, group_id)
    entry = ledger.entries.pop(path, None)
    for content in entry.contents if entry else ():
        ledger.forget(content.file_id)
    write_ledger(vault, group_id, ledger)
