"""What retention keeps of a group in the vault: the state of its texts, and their frozen features."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl
from pydantic import BaseModel, ConfigDict

from tasks.measure.frozen import PARTS, Frozen, hashed
from tasks.measure.frozen_before import is_older
from tasks.measure.frozen_left import without_lost
from tasks.reconcile.stage import STAGE as RECONCILE
from tasks.rights.known import NOBODY, Known
from tasks.rights.tombstones import erasures_hash
from warehouse.keys import DigestKey, digest_key
from warehouse.stages import StageStore
from warehouse.vault import Vault
from warehouse.workspace import Workspace

#: Names on lists among what is frozen, and sums that were told; titles where an earlier version kept them.
_READABLE = {"entries": ("form",), "versions": ("title",), "messages": ("text_left", "plain_left")}


class Retention(BaseModel):
    """What is known about the texts of one group.

    ``reconciled_on``: when exports were first merged. ``frozen_until``: up to when texts are gone. ``lexicons``:
    versions under which what they came to was read.
    """

    model_config = ConfigDict(extra="forbid")

    reconciled_on: dict[str, dt.date] = {}
    frozen_until: dt.date | None = None
    lexicons: list[str] = []
    erasures: str = ""  # the erasures that what is frozen was held against


def read_retention(vault: Vault, group_id: str) -> Retention:
    """The group's state; without one no text was ever due."""
    name = _state_name(group_id)
    return Retention.model_validate(vault.read_document(name)) if vault.exists(name) else Retention()


def write_retention(vault: Vault, group_id: str, state: Retention) -> None:
    """Keep the state, if it differs from what is kept."""
    if state != read_retention(vault, group_id):
        vault.write_document(_state_name(group_id), state.model_dump(mode="json"))


def _state_name(group_id: str) -> str:
    return f"groups/{group_id}/retention.json"


def _part_name(group_id: str, part: str) -> str:
    return f"groups/{group_id}/frozen/{part}.parquet"


def read_frozen(workspace: Workspace, group_id: str, people: pl.DataFrame) -> Frozen | None:
    """What is frozen of a group, tied to its people; None where nothing is. Erased people's names are masked."""
    vault, key = workspace.vault, digest_key(workspace.vault)
    if not vault.exists(_part_name(group_id, "messages")):
        return None
    parts = {part: vault.read_frame(_part_name(group_id, part)) for part in PARTS}
    return Frozen(parts, key, references(people, key))


def is_frozen_before(vault: Vault, group_id: str) -> bool:
    """Whether an earlier version froze texts of the group in another form; the next freezing renews it."""
    names = [_part_name(group_id, part) for part in ("entries", "messages")]
    return vault.exists(names[1]) and is_older(*map(vault.read_frame, names))


def forget_erased(workspace: Workspace, group_id: str) -> None:
    """After an erasure: what is frozen of messages that went from the store goes too."""
    state, store = read_retention(workspace.vault, group_id), StageStore(workspace.vault, group_id)
    erased = erasures_hash(workspace.vault)
    if erased and erased != state.erasures and store.stamp(RECONCILE) is not None:
        drop_unfound(workspace, group_id, store.frame(RECONCILE, "messages"))
        write_retention(workspace.vault, group_id, state.model_copy(update={"erasures": erased}))


def frozen_entries(
    workspace: Workspace, group_id: str, canonical_ids: list[str], forms: set[str]
) -> pl.DataFrame:
    """Names, statuses and amounts of frozen list entries of people, or under one of the names in normal words."""
    name, shown = _part_name(group_id, "entries"), ("form", "participation_status", "amount_idr", "n_guests")
    refs = digest_key(workspace.vault).hashes(canonical_ids)
    frame = workspace.vault.read_frame(name) if workspace.vault.exists(name) else pl.DataFrame()
    if not set(shown) <= set(frame.columns):
        return pl.DataFrame()
    return frame.filter(pl.col("ref").is_in(refs) | pl.col("form").is_in(sorted(forms))).select(shown)


def drop_unfound(workspace: Workspace, group_id: str, messages: pl.DataFrame) -> int:
    """Remove what is frozen of messages that the store has no longer, as after an erasure; returns how many.

    Args:
        messages: MESSAGES of the group, as merged after the erasure.
    """
    if not workspace.vault.exists(_part_name(group_id, "messages")):
        return 0
    parts = {part: workspace.vault.read_frame(_part_name(group_id, part)) for part in PARTS}
    left = without_lost(parts, messages)
    n_lost = parts["messages"].height - left["messages"].height
    if n_lost:
        write_frozen(workspace.vault, group_id, left)
    return n_lost


def write_frozen(vault: Vault, group_id: str, parts: Mapping[str, pl.DataFrame]) -> None:
    """Keep what is frozen; messages last, which say that there is something."""
    for part in (*PARTS[1:], PARTS[0]):
        vault.write_frame(_part_name(group_id, part), parts[part])


def references(people: pl.DataFrame, key: DigestKey) -> pl.DataFrame:
    """member_key, ref: a keyed hash by which a person is known again after the pseudonym key was rotated."""
    canonical = people.select("member_key", "canonical_id").unique("member_key").sort("member_key")
    hashes = pl.Series(key.hashes(canonical["canonical_id"].to_list()), dtype=pl.Int64)
    return canonical.select("member_key", ref=hashes).unique("ref", keep="first", maintain_order=True)


def mask_frozen(workspace: Workspace, group_id: str, known: Known) -> bool:
    """Take the names of erased people out of frozen lists and titles; says whether there were any."""
    if not workspace.vault.exists(_part_name(group_id, "messages")):
        return False
    changed = False
    for part, columns in _READABLE.items():
        frame = workspace.vault.read_frame(_part_name(group_id, part))
        present = [name for name in columns if name in frame.columns]
        masked = frame.with_columns(known.masked(frame[name]).alias(name) for name in present)
        if not masked.equals(frame):
            if part == "entries" and frame["said"].dtype == pl.String:
                masked = _of_nobody(frame, masked, digest_key(workspace.vault))
            workspace.vault.write_frame(_part_name(group_id, part), masked)
            changed = True
    return changed


def _of_nobody(frame: pl.DataFrame, masked: pl.DataFrame, key: DigestKey) -> pl.DataFrame:
    """Masked entries as those are read that an export brings later, in which the name is masked as well."""
    is_masked = masked["form"].ne_missing(frame["form"])
    (line,) = hashed(pl.Series([NOBODY]), key)
    return masked.with_columns(
        form=pl.when(is_masked).then(pl.col("form").str.to_lowercase()).otherwise("form"),
        said=pl.when(is_masked).then(pl.lit(line)).otherwise("said"),
    )
