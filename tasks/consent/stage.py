"""Consent of a group's people, as identify, the rosters and corrections.toml leave it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from schemas.corrections import Corrections, read_corrections
from schemas.errors import ConfigurationError
from schemas.tables import TABLES
from tasks.consent.rules import Policy, in_force, is_counted, left_out, may_have_row, with_statements
from tasks.consent.statements import statements_of
from tasks.identify.stage import STAGE as IDENTIFY
from tasks.reconcile.stage import STAGE as RECONCILE
from warehouse.keys import digest_key, group_key
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

PERMISSION = TABLES["core.member_permission"]
#: What was taken back: a change of who is on this list restates months for the reason `consent`.
_TAKEN_BACK = ("withdrawn", "objected")


@dataclass(frozen=True, slots=True)
class Consents:
    """What the people of one group consent to.

    ``dim_member``: ``core.dim_member`` with the consent in force on each day. ``permissions``:
    ``core.member_permission``. ``left_out``: keys of whom nothing is counted. ``taken_back_hash``: keyed, over
    those who withdrew or objected; empty when nobody did. ``permitted_hash``: over what everybody permits.
    """

    dim_member: pl.DataFrame
    permissions: pl.DataFrame
    left_out: list[int]
    taken_back_hash: str

    @property
    def permitted_hash(self) -> str:
        """Keyed through the members' keys; for comparison within the vault."""
        barred = self.permissions.filter(~pl.col("may_have_row")).sort("member_key")
        return hashlib.sha256(barred.write_csv().encode()).hexdigest()[:12]


def declared(workspace: Workspace, group_id: str) -> list[dict[str, object]]:
    """What besides rosters decides about consent in a group; measuring rests on it."""
    study = workspace.config.study
    policy = workspace.config.group(group_id).unknown_consent
    lines = [line.model_dump(mode="json") for line in _corrections(workspace, group_id).consent]
    return [*lines, {"policy": policy, "unknown_age": study.unknown_age if study else "as_stated"}]


def consents_of(workspace: Workspace, group_id: str) -> Consents:
    """The consent in force of everybody whom identify knows in a group.

    Raises:
        ConfigurationError: a line of corrections.toml that names this group speaks of nobody in it: a
            withdrawal must not be lost by a slip of the pen.
    """
    store = StageStore(workspace.vault, group_id)
    group, study = workspace.config.group(group_id), workspace.config.study
    lines = _corrections(workspace, group_id).consent
    people = store.frame(IDENTIFY, "people")
    labels = store.frame(RECONCILE, "labels")
    _, n_unmet = statements_of([line for line in lines if line.group is not None], people, labels)
    if n_unmet:
        raise ConfigurationError(
            "a consent in corrections.toml speaks of nobody in its group",
            next_step="write the member number, name or phone number as roster or export do",
            lines=n_unmet,
        )
    statements, _ = statements_of(lines, people, labels)
    canonical = dict(people.select("member_key", "canonical_id").iter_rows())
    key = workspace.key()
    versions = with_statements(
        store.frame(IDENTIFY, "core.dim_member"),
        statements,
        lambda member, day: key.version_key(canonical[member], day),
        group.unknown_consent,
        exclude_unknown_age=bool(study and study.unknown_age == "exclude"),
    )
    policy = group.unknown_consent
    now = in_force(versions)
    taken_back = sorted(canonical[member] for member, consent in now.items() if consent in _TAKEN_BACK)
    return Consents(
        dim_member=versions,
        permissions=_permissions(now, policy, group_key(group_id)),
        left_out=left_out(versions, policy),
        taken_back_hash=_keyed(workspace, taken_back),
    )


def _corrections(workspace: Workspace, group_id: str) -> Corrections:
    return read_corrections(workspace.landing / "corrections.toml").for_group(group_id)


def _permissions(now: dict[int, str], policy: Policy, group: int) -> pl.DataFrame:
    rows = [
        (group, member, is_counted(consent, policy), may_have_row(consent, policy))
        for member, consent in sorted(now.items())
    ]
    return pl.DataFrame(rows, schema=PERMISSION.polars_schema, orient="row")


def _keyed(workspace: Workspace, canonical_ids: list[str]) -> str:
    if not canonical_ids:
        return ""
    hashes = digest_key(workspace.vault).hashes(f"consent\x00{one}" for one in canonical_ids)
    return hashlib.sha256(",".join(map(str, hashes)).encode()).hexdigest()[:12]


def needs_restating(workspace: Workspace, group_id: str) -> bool:
    """Whether somebody's consent changed since the group was measured last."""
    facts = StageStore(workspace.vault, group_id).facts("measure")
    return bool(facts) and facts.get("consent") != consents_of(workspace, group_id).permitted_hash
