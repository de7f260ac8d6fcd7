"""The parse stage of a group: exports in the vault -> parsed and digested frames in the vault, each once."""

from __future__ import annotations

from schemas.corrections import read_corrections
from schemas.errors import FileRefused
from tasks.land.land import raw_name, read_ledger, write_ledger
from tasks.land.ledger import Ledger
from tasks.parse.future import Bounds
from tasks.parse.whatsapp import parse_export
from tasks.reconcile.digest import RULES, Digests
from tasks.run import GroupOutcome, Run
from warehouse.failpoints import reach
from warehouse.keys import digest_key
from warehouse.sources import source_hash
from warehouse.stages import hash_inputs
from warehouse.workspace import Workspace

LISTED = "listed_bad"
_CODE = ("tasks.parse", "tasks.reconcile.digest", "warehouse.keys", "warehouse.reference.markers", "schemas")


def parse_group(workspace: Workspace, run: Run, group_id: str) -> GroupOutcome:
    """Parse what is new, or was parsed by another version, under another date order or a name's other date.

    A file that cannot be used, or that corrections.toml lists as bad, is entered in the ledger with its
    reason and left out. A parsed file counts once the ledger knows it: a run killed before that parses it anew.
    """
    vault, ledger = workspace.vault, read_ledger(workspace.vault, group_id)
    order = workspace.config.group(group_id).date_order
    key = digest_key(vault)
    code, digests = source_hash(*_CODE), Digests(key)
    counts, n_again = {"parsed": 0, "refused": 0}, 0
    listed = read_corrections(workspace.landing / "corrections.toml").for_group(group_id).bad_export
    bad = {line.file_id for line in listed}
    for file_id, content in ledger.contents("export").items():
        stated = content.stated_date if content.is_dated_by_name else None
        under = hash_inputs(code=code, date_order=order, stated_date=stated, digest=(RULES, key.key_id))
        known_under = ledger.parsed_under.get(file_id) or ledger.refused_under.get(file_id)
        is_listed = ledger.refused.get(file_id) == LISTED
        if known_under == under and is_listed == (file_id in bad):
            continue
        if file_id not in bad and not vault.exists(raw_name(file_id)):
            # deleted, by retention or for an erased person: what was read of it stays
            n_again += file_id in ledger.refused and _takes_in_again(workspace, group_id, ledger, file_id)
            continue
        ledger.forget(file_id)
        try:
            if file_id in bad:
                raise FileRefused(LISTED)
            bounds = Bounds(stated, content.written_date)
            raw = vault.read_bytes(raw_name(file_id))
            parsed = parse_export(raw, date_order=order, file_id=file_id, bounds=bounds)
        except FileRefused as error:
            ledger.refuse(file_id, error.reason, under, run.run_id)
            counts["refused"] += 1
            continue
        reach("parse.parsed")
        vault.write_frame(parsed_name(group_id, file_id, under), digests.of(parsed.frame))
        ledger.metas[file_id], ledger.parsed_under[file_id] = parsed.meta, under
        counts["parsed"] += 1
    if n_again or any(counts.values()):
        write_ledger(vault, group_id, ledger)
        _drop_older(workspace, group_id, ledger)
    return GroupOutcome(group_id=group_id, is_new=counts["parsed"] > 0, counts=counts)


def _takes_in_again(workspace: Workspace, group_id: str, ledger: Ledger, file_id: str) -> bool:
    """Let the next run take in again, where it lies in landing, what was refused under other settings."""
    folder = workspace.landing / group_id
    there = [path for path in ledger.paths(file_id) if (folder / path).exists()]
    for path in there:
        del ledger.entries[path]
    return bool(there)


def parsed_name(group_id: str, file_id: str, under: str) -> str:
    """Where a parsed export is kept, by content and by what it was parsed under."""
    return f"groups/{group_id}/parsed/{file_id}-{under}.parquet"


def _drop_older(workspace: Workspace, group_id: str, ledger: Ledger) -> None:
    """Remove what was parsed of a file under other settings than those in force for it."""
    folder = f"groups/{group_id}/parsed"
    kept = {parsed_name(group_id, file_id, under) for file_id, under in ledger.parsed_under.items()}
    for name in workspace.vault.names(folder):
        if f"{folder}/{name}" not in kept:
            workspace.vault.remove(f"{folder}/{name}")
