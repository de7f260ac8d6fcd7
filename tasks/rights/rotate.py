"""Put a new pseudonym key in force: every key in the warehouse changes, joins and published numbers do not.

What is kept of the old key: the keys derived from it for the snapshots there are, from which it cannot be had
back. Pseudonyms of releases already made can so still be told by the engineer; nothing else needs the old key.

The new key is written into the vault before anything uses it, and the old one goes last. Killed in between, the
command goes on where it stopped when it is called again, and so does the next run.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
from pydantic import SecretStr

from schemas.errors import ConfigurationError, UsageError
from schemas.frames import PEOPLE
from schemas.tables import TABLES
from tasks.identify.stage import STAGE as IDENTIFY
from tasks.identify.stage import identify_group
from tasks.measure.stage import measure_group
from tasks.rights.month import month_in_force
from tasks.rights.registry import Pointer, pointers
from tasks.rights.strike import pending
from tasks.rights.tombstones import read_tombstones
from tasks.run import Run
from tasks.snapshot.evidence import in_force
from tasks.validate.stage import validate_group
from warehouse.engine import Warehouse
from warehouse.failpoints import reach
from warehouse.keys import MINIMUM_BYTES, PseudonymKey
from warehouse.load import Load
from warehouse.lock import run_lock
from warehouse.stages import StageStore
from warehouse.tables import qualified
from warehouse.workspace import KEY_IN_FORCE, RELEASE_KEYS, ROTATION, Workspace

#: Where a new key is stated when the old one is.
NEW_KEY = "SOLIDARITY_NEW_PSEUDONYM_KEY"


def rotate(workspace: Workspace, wait_s: float = 0) -> dict[str, Any]:
    """Change the pseudonym key.

    A key in the vault's file is replaced by a random one. A key stated in the environment or in settings is
    replaced there by the operator: the new one is stated beside it as ``SOLIDARITY_NEW_PSEUDONYM_KEY``.

    Returns:
        ``old_key_id, key_id, people, tables``: how many people have a new pseudonym, how many tables changed.

    Raises:
        ConfigurationError: the key is stated, and no new one beside it.
        Locked: a run holds the warehouse.
    """
    with run_lock(workspace.settings.database_url, workspace.home, wait_s):
        warehouse = Warehouse(workspace.settings.database_url)
        old = replace(workspace, is_rotating=True).key()
        secret = _new_secret(workspace)
        new = PseudonymKey(secret.encode())
        _refuse_unfinished_erasures(workspace, warehouse)
        people = _people(workspace)
        n_tables = 0
        if old != new:
            _keep_release_keys(workspace, warehouse, old)
            n_tables = _rekey_warehouse(warehouse, people, old, new) if warehouse.exists() else 0
            reach("rights.rekeyed")
            _put_in_force(workspace, secret, new)
        _measure_anew(workspace, secret)
        workspace.vault.remove(ROTATION)
    return {"old_key_id": old.key_id, "key_id": new.key_id, "people": len(people), "tables": n_tables}


def _new_secret(workspace: Workspace) -> str:
    """The new key: stated, or random; of a rotation that was killed, the one it had begun with.

    From here on nothing runs before the rotation has ended: half of the keys would be of the old kind.
    """
    vault, is_stated = workspace.vault, workspace.settings.pseudonym_key is not None
    begun = vault.read_document(ROTATION) if vault.exists(ROTATION) else None
    if not is_stated:
        if begun is None:
            begun = {"key": secrets.token_hex(MINIMUM_BYTES)}
            vault.write_document(ROTATION, begun)
        return str(begun["key"])
    stated = os.environ.get(NEW_KEY, "")
    if not stated:
        raise ConfigurationError(
            "the pseudonym key is stated by you, so the new one must be too",
            next_step=f"set {NEW_KEY} to it, rotate, then state it as SOLIDARITY_PSEUDONYM_KEY",
        )
    key_id = PseudonymKey(stated.encode()).key_id
    if begun is not None and begun["key_id"] != key_id:
        raise ConfigurationError(
            "a rotation to another key has begun", next_step=f"state that one as {NEW_KEY}"
        )
    vault.write_document(ROTATION, {"key_id": key_id})
    return stated


def _refuse_unfinished_erasures(workspace: Workspace, warehouse: Warehouse) -> None:
    """An erased person's rows are known by keys of the old kind."""
    if not warehouse.exists():
        return
    recorded = warehouse.read("SELECT erasure_token FROM ops.erasure")
    if pending(read_tombstones(workspace.vault), recorded):
        workspace.vault.remove(ROTATION)
        raise UsageError("an erasure has not ended", next_step="run `solidarity run`, then rotate")


def _people(workspace: Workspace) -> list[str]:
    """Canonical identifiers of everybody the last runs knew."""
    frames = [
        StageStore(workspace.vault, group_id).frames(IDENTIFY, only="people").get("people", PEOPLE.empty())
        for group_id in workspace.vault.names("groups")
    ]
    return sorted({one for frame in frames for one in frame["canonical_id"]})


def _keep_release_keys(workspace: Workspace, warehouse: Warehouse, old: PseudonymKey) -> None:
    """Derived keys of the snapshots there are; the old key cannot be had back from them."""
    if not warehouse.exists():
        return
    kept = workspace.release_secrets()
    known = warehouse.read("SELECT snapshot_id FROM core.dim_snapshot")["snapshot_id"]
    derived = {one: old.release_secret(one) for one in known if one not in kept}
    workspace.vault.write_document(RELEASE_KEYS, kept | derived)


def _rekey_warehouse(warehouse: Warehouse, people: list[str], old: PseudonymKey, new: PseudonymKey) -> int:
    """Change every column that points at a person, in one transaction; returns how many tables.

    A value that is neither of the old key's nor of the new one's belongs to somebody whom the vault knows no
    more: it becomes a function of itself under the new key, so that joins survive.
    """
    maps: dict[str, dict[Any, Any]] = {
        "member": {old.member_key(one): new.member_key(one) for one in people},
        "pseudonym": {old.pseudonym(one): new.pseudonym(one) for one in people},
        "version": {
            old.version_key(one, day): new.version_key(one, day) for one in people for day in _days(warehouse)
        },
    }
    since = in_force(warehouse)
    with warehouse.load(f"rotate-{new.key_id}", compact=True) as load:
        if _is_rekeyed(load, maps["pseudonym"]):
            return 0
        tables = [name for name, own in _by_table() if _rekey(load, name, own, maps, new)]
        if since is not None:
            _enter_aliases(load, maps["pseudonym"], since)
    return len(tables)


def _days(warehouse: Warehouse) -> list[dt.date]:
    """Days on which a version of anybody begins."""
    return warehouse.read("SELECT DISTINCT valid_from FROM core.dim_member")["valid_from"].to_list()


def _is_rekeyed(load: Load, pseudonyms: dict[str, str]) -> bool:
    """Whether a rotation that was killed had come so far."""
    known = set(load.read("SELECT DISTINCT pseudonym_key FROM core.dim_member")["pseudonym_key"])
    return bool(known & set(pseudonyms.values())) or not known


def _by_table() -> Iterator[tuple[str, list[Pointer]]]:
    found: dict[str, list[Pointer]] = {}
    for pointer in pointers():
        if pointer.table.qualified != "core.member_alias":  # the past of pseudonyms stays the past
            found.setdefault(pointer.table.qualified, []).append(pointer)
    yield from found.items()


def _rekey(
    load: Load, name: str, own: list[Pointer], maps: dict[str, dict[Any, Any]], new: PseudonymKey
) -> bool:
    rows = load.read(f"SELECT * FROM {qualified(TABLES[name])}")
    if rows.is_empty():
        return False
    load.replace_all(name, rows.with_columns(_mapped(rows, pointer, maps, new) for pointer in own))
    return True


def _mapped(
    rows: pl.DataFrame, pointer: Pointer, maps: dict[str, dict[Any, Any]], new: PseudonymKey
) -> pl.Series:
    column, known = rows[pointer.column], maps[pointer.kind]
    values = column.drop_nulls().unique().to_list()
    became = {value: known.get(value, _of_nobody_known(value, pointer, new)) for value in values}
    return column.replace_strict(
        list(became), list(became.values()), default=None, return_dtype=column.dtype
    ).alias(pointer.column)


def _of_nobody_known(value: Any, pointer: Pointer, new: PseudonymKey) -> Any:
    """A new value for an old one of which the vault does not know whose it was."""
    text = f"rekeyed|{value}"
    return new.pseudonym(text) if pointer.kind == "pseudonym" else new.member_key(f"{pointer.kind}|{text}")


def _enter_aliases(load: Load, pseudonyms: dict[str, str], since: str) -> None:
    table = TABLES["core.member_alias"]
    known = set(load.read("SELECT pseudonym_key FROM core.dim_member")["pseudonym_key"])
    rows = [(old, new, since) for old, new in sorted(pseudonyms.items()) if new in known]
    load.upsert(table, pl.DataFrame(rows, schema=table.polars_schema, orient="row"))


def _put_in_force(workspace: Workspace, secret: str, new: PseudonymKey) -> None:
    """The key file, where there is one, and which key it must be from now on."""
    vault = workspace.vault
    vault.write_document(KEY_IN_FORCE, {"key_id": new.key_id})
    if workspace.settings.pseudonym_key is None:
        vault.write_bytes(workspace.key_file.name, secret.encode() + b"\n")


def _measure_anew(workspace: Workspace, secret: str) -> None:
    """What the vault holds under the old key is made again under the new one."""
    stated = workspace.settings.model_copy(update={"pseudonym_key": SecretStr(secret)})
    renewed = Workspace(stated, is_rotating=True)
    run = Run(run_id=uuid.uuid4().hex, flow="rotate-key", month=month_in_force(renewed))
    measured = [
        one
        for one in renewed.vault.names("groups")
        if StageStore(renewed.vault, one).stamp(IDENTIFY) is not None
    ]
    for stage in (identify_group, validate_group, measure_group):
        for group_id in measured:
            stage(renewed, run, group_id)
