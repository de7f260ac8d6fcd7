"""Everything held on one person, as a file the person can read: in Indonesian and English, or as JSON."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import polars as pl

from schemas.errors import FileRefused, UsageError
from schemas.frames import ROSTER
from schemas.roster import fold
from tasks.identify.members import names_of, phones_of
from tasks.identify.roster import as_of_date, read_roster
from tasks.land.land import raw_name, read_ledger
from tasks.land.vcards import read_cards
from tasks.reconcile.stage import STAGE as RECONCILE
from tasks.retention.kept import frozen_entries
from tasks.rights.people import Everybody, Held, everybody, find, first_month
from tasks.rights.registry import Pointer, pointers
from tasks.run import parse_month
from warehouse.engine import Warehouse
from warehouse.lock import run_lock
from warehouse.stages import StageStore
from warehouse.tables import qualified, quoted
from warehouse.workspace import Workspace

Rows = list[dict[str, Any]]

#: Sections of the file, in order: heading in Indonesian and English, and a word of what stands there.
HEADINGS: dict[str, tuple[str, str]] = {
    "identity": ("Siapa Anda dalam data ini", "Who you are in these data"),
    "labels": ("Nama dan nomor Anda dalam ekspor", "Your names and numbers in exports"),
    "roster": ("Daftar anggota", "Member rosters"),
    "cards": ("Kartu kontak", "Contact cards"),
    "messages": ("Pesan Anda", "Your messages"),
    "mentions": ("Pesan orang lain yang menyebut Anda", "Messages of others that name you"),
    "frozen_lists": (
        "Daftar yang pesannya sudah dihapus dan memuat Anda",
        "Lists that name you, whose messages are deleted",
    ),
    "events": ("Kejadian grup tentang Anda", "Group events about you"),
    "warehouse": ("Data tersamar tentang Anda", "Pseudonymous data about you"),
    "releases": ("Rilis yang menghitung Anda", "Releases you are counted in"),
}
_PRIVATE = 0o600


def tell(
    workspace: Workspace, *, member: str | None = None, phone: str | None = None, out: Path | None = None
) -> dict[str, Any]:
    """Write everything held on one person into a file that its owner alone may read.

    Args:
        workspace: the installation.
        member: pseudonym, durable key or member number; or ``phone``: a number in any spelling.
        out: a ``.json`` or a ``.md`` file; default ``subject-<8 digits of the pseudonym>.md`` where one stands.

    Returns:
        For the operator: what matched, the file, and how much stands in each section; nothing of the person.

    Raises:
        UsageError: nobody, or several people, are known by that; the file is there already.
    """
    with run_lock(workspace.settings.database_url, workspace.home):
        everyone = everybody(workspace)
        matched_by, subject = find(workspace, everyone, member, phone)
        document = gather(workspace, everyone, subject)
    pseudonym = sorted(subject[0].pseudonyms)[0]
    path = (out or Path(f"subject-{pseudonym[:8]}.md")).absolute()
    text = (
        json.dumps(document, ensure_ascii=False, indent=1, default=str)
        if path.suffix == ".json"
        else in_words(document)
    )
    _write(path, text)
    counts = {name: len(rows) for name, rows in document.items() if isinstance(rows, list)}
    counts["warehouse"] = sum(len(rows) for rows in document["warehouse"].values())
    return {"matched_by": matched_by, "file": str(path), "counts": counts}


def _write(path: Path, text: str) -> None:
    """A new file of mode 0600; one that is there is not overwritten."""
    if not path.parent.is_dir():
        raise UsageError("there is no such folder to write into")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    except FileExistsError:
        raise UsageError("the file is there already", next_step="name another one with --out") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def gather(workspace: Workspace, everyone: Everybody, subject: list[Held]) -> dict[str, Any]:
    """Everything held on a person, by the sections of :data:`HEADINGS`."""
    first = first_month(workspace, subject)
    return {
        "identity": [_identity(held) for held in subject],
        "labels": _labels(subject),
        "roster": _roster(workspace, subject),
        "cards": _cards(workspace, subject),
        "messages": _messages(workspace, subject),
        "mentions": _mentions(workspace, everyone, subject),
        "frozen_lists": _frozen_lists(workspace, subject),
        "events": _events(workspace, subject),
        "warehouse": _warehouse(workspace, subject),
        "releases": _releases(workspace, first),
    }


def _identity(held: Held) -> dict[str, Any]:
    return {
        "community": held.community,
        "groups": sorted(held.group_ids),
        "member_numbers": sorted(held.member_ids),
        "names": sorted(held.names),
        "other_names": sorted(held.aliases),
        "telephone_numbers": sorted(held.phones),
        "known_by": held.canonical_id,
        "pseudonyms": sorted(held.pseudonyms),
        "durable_keys": sorted(held.member_keys),
    }


def _labels(subject: list[Held]) -> Rows:
    return [
        {"group": group_id, "file": file_id, "label": label}
        for held in subject
        for group_id, labels in sorted(held.labels.items())
        for file_id, label in sorted(labels)
    ]


def _frozen_lists(workspace: Workspace, subject: list[Held]) -> Rows:
    """Entries of lists whose texts retention has deleted: of the person, or under one of the names."""
    forms = {form for held in subject for form in held.forms()}
    rows: Rows = []
    for group_id in workspace.vault.names("groups"):
        mine = [held for held in subject if held.community == workspace.config.community_of(group_id)]
        entries = frozen_entries(
            workspace, group_id, [held.canonical_id for held in mine], forms if mine else set()
        )
        rows += [{"group": group_id, **row} for row in entries.iter_rows(named=True)]
    return rows


def _roster(workspace: Workspace, subject: list[Held]) -> Rows:
    """Rows of rosters that carry his member number, his number, or his name beside no other of either."""
    rows: Rows = []
    for group_id in workspace.vault.names("groups"):
        mine = [held for held in subject if held.community == workspace.config.community_of(group_id)]
        ledger = read_ledger(workspace.vault, group_id)
        for kind in ("roster", "participants") if mine else ():
            for file_id, content in ledger.contents(kind).items():
                found = _read(workspace, file_id, ledger.paths(file_id)[0], content.month)
                his = [row for row in found.iter_rows(named=True) if any(_is_his(row, held) for held in mine)]
                rows += [{"group": group_id, **row} for row in his]
    return rows


def _read(workspace: Workspace, file_id: str, name: str, month: str | None) -> pl.DataFrame:
    if not workspace.vault.exists(raw_name(file_id)):
        return ROSTER.empty()
    taken_in = parse_month(month) if month else dt.date(2009, 1, 1)
    try:
        as_of_date(Path(name).name, taken_in)
        return read_roster(workspace.vault.read_bytes(raw_name(file_id)), Path(name).name, taken_in).roster
    except FileRefused:
        return ROSTER.empty()


def _is_his(row: dict[str, Any], held: Held) -> bool:
    if row["member_id"] and held.member_ids:
        return row["member_id"] in held.member_ids
    forms, phones = held.forms(), set(phones_of(row))
    if phones & held.phones:
        return not row["name"] or bool(names_of(row) & forms)
    return not phones and bool(names_of(row) & forms)


def _cards(workspace: Workspace, subject: list[Held]) -> Rows:
    rows: Rows = []
    for group_id in sorted({group_id for held in subject for group_id in held.group_ids}):
        cards = read_cards(
            workspace.vault, group_id, read_ledger(workspace.vault, group_id).contents("export")
        )
        phones = sorted({phone for held in subject for phone in held.phones})
        rows += [
            {"group": group_id, **row}
            for row in cards.filter(pl.col("phone").is_in(phones)).iter_rows(named=True)
        ]
    return rows


def _messages(workspace: Workspace, subject: list[Held]) -> Rows:
    rows: Rows = []
    for group_id, numbers in _persons(subject):
        messages = StageStore(workspace.vault, group_id).frame(RECONCILE, "messages")
        his = messages.filter(pl.col("person_no").is_in(numbers)).select(
            pl.lit(group_id).alias("group"), "local_at", "kind", "text", "is_edited", "n_exports"
        )
        rows += his.to_dicts()
    return rows


def _persons(subject: list[Held]) -> list[tuple[str, list[int]]]:
    return [
        (group_id, sorted(numbers))
        for held in subject
        for group_id, numbers in sorted(held.person_nos.items())
    ]


def _mentions(workspace: Workspace, everyone: Everybody, subject: list[Held]) -> Rows:
    """When others named the person; what they said besides is theirs and is not handed out."""
    from tasks.rights.forget import needles_of

    needles = needles_of(workspace, everyone, subject)
    rows: Rows = []
    for group_id, numbers in _persons(subject):
        messages = StageStore(workspace.vault, group_id).frame(RECONCILE, "messages")
        others = messages.filter(~pl.col("person_no").is_in(numbers) & pl.col("text").is_not_null())
        folded = others.with_columns(bare=pl.col("text").str.replace_all(r"[^\pL\pN+ ]", " "))
        names = [text for text in needles.texts if fold(text)]
        if names:
            hits = folded.filter(pl.col("bare").str.contains_any(names, ascii_case_insensitive=True))
            rows += hits.select(pl.lit(group_id).alias("group"), "local_at", "kind").to_dicts()
    return rows


def _events(workspace: Workspace, subject: list[Held]) -> Rows:
    rows: Rows = []
    for group_id, numbers in _persons(subject):
        events = StageStore(workspace.vault, group_id).frame(RECONCILE, "events")
        acts, is_target = pl.col("actor_person_no").is_in(numbers), pl.col("target_person_no").is_in(numbers)
        his = events.filter((acts | is_target).fill_null(False)).select(
            pl.lit(group_id).alias("group"), "local_at", "event", you_acted=acts.fill_null(False)
        )
        rows += his.to_dicts()
    return rows


def _warehouse(workspace: Workspace, subject: list[Held]) -> dict[str, Rows]:
    """Rows that point at the person, by table; columns of other people are left out."""
    warehouse = Warehouse(workspace.settings.database_url)
    if not warehouse.exists():
        return {}
    keys = sorted({key for held in subject for key in held.member_keys})
    pseudonyms = sorted({pseudonym for held in subject for pseudonym in held.pseudonyms})
    found: dict[str, Rows] = {}
    with warehouse.reader() as reader:
        for name, own in _by_table().items():
            conditions = " OR ".join(_condition(pointer, keys, pseudonyms) for pointer in own)
            frame = reader.read(f"SELECT * FROM {qualified(own[0].table)} WHERE {conditions}")
            if frame.height:
                found[name] = _without_others(frame, own, keys).to_dicts()
    return found


def _by_table() -> dict[str, list[Pointer]]:
    tables: dict[str, list[Pointer]] = {}
    for pointer in pointers():
        if pointer.kind != "version":
            tables.setdefault(pointer.table.qualified, []).append(pointer)
    return tables


def _condition(pointer: Pointer, keys: list[int], pseudonyms: list[str]) -> str:
    """Both are made of digits: nothing in them can end a literal."""
    values = (
        ", ".join(map(str, keys)) if pointer.kind == "member" else ", ".join(f"'{p}'" for p in pseudonyms)
    )
    return f"{quoted(pointer.column)} IN ({values or 'NULL'})"


def _without_others(frame: pl.DataFrame, own: list[Pointer], keys: list[int]) -> pl.DataFrame:
    """Keys of other people in the same row are theirs."""
    return frame.with_columns(
        pl.when(pl.col(pointer.column).is_in(keys)).then(pointer.column)
        for pointer in own
        if pointer.kind == "member"
    )


def _releases(workspace: Workspace, first: dt.date) -> Rows:
    """Snapshots whose months reach into the person's time; of groups as wholes, never of single people."""
    warehouse = Warehouse(workspace.settings.database_url)
    if not warehouse.exists():
        return []
    known = warehouse.read(
        "SELECT snapshot_id, month, withdrawn_at FROM core.dim_snapshot ORDER BY created_at"
    )
    return [
        {
            "snapshot": snapshot_id,
            "month": month,
            "released": (workspace.releases / snapshot_id / "research.duckdb").is_file(),
            "withdrawn": withdrawn_at is not None,
        }
        for snapshot_id, month, withdrawn_at in known.iter_rows()
        if month >= first
    ]


def in_words(document: dict[str, Any]) -> str:
    """The document as Markdown; what people wrote stands in it as text and nothing else."""
    parts = ["# Semua data tentang satu orang / Everything held on one person", ""]
    for name, (indonesian, english) in HEADINGS.items():
        parts += [f"## {indonesian} / {english}", ""]
        found = document[name]
        if isinstance(found, dict):
            for table, rows in found.items():
                parts += [f"### {table} ({len(rows)})", "", *_lines(rows), ""]
        else:
            parts += [*_lines(found), ""]
        if not found:
            parts[-1:] = ["(tidak ada / nothing)", ""]
    return "\n".join(parts)


def _lines(rows: Rows) -> list[str]:
    return [
        f"- {'; '.join(f'{name}: {_plain(value)}' for name, value in row.items() if _said(value))}"
        for row in rows
    ]


def _said(value: Any) -> bool:
    return value is not None and value != [] and value != ""


def _plain(value: Any) -> str:
    """A value on one line, inert in Markdown: marks of its syntax are escaped."""
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    text = str(value).replace("\n", " / ")
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>()#|!" else char for char in text)
