"""The identify stage of a group: its store, rosters and corrections -> people in the vault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import PurePosixPath

import polars as pl

from schemas.config import Group, Participants
from schemas.corrections import read_corrections
from schemas.errors import ConfigurationError, FileRefused
from schemas.frames import EVENTS, LABELS, MESSAGES, ROSTER
from schemas.tables import TABLES
from tasks.identify.foreign import is_of_another_group, shown_people
from tasks.identify.identify import Identified, identify
from tasks.identify.kin import Kin
from tasks.identify.roster import RosterFile, forget_cells, read_participants, read_roster
from tasks.identify.senders import Sender
from tasks.land.dates import stated_date
from tasks.land.discover import group_ids
from tasks.land.land import raw_name, read_ledger, write_ledger
from tasks.land.ledger import FileKind, Ledger
from tasks.land.vcards import read_cards
from tasks.reconcile.stage import STAGE as RECONCILE
from tasks.run import GroupOutcome, Run, parse_month
from warehouse.failpoints import reach
from warehouse.keys import digest_key
from warehouse.sources import source_hash
from warehouse.stages import StageStore, hash_inputs
from warehouse.workspace import Workspace

STAGE = "identify"
_CODE = (
    *(
        "tasks.identify",
        "schemas",
        "warehouse.reference",
        "warehouse.keys",
        "tasks.parse",
        "tasks.reconcile.runs",
    ),
    *("tasks.land.dates", "tasks.land.discover", "tasks.land.vcards"),
)

#: What of messages tells who people are and when they were there.
_WHO_AND_WHEN = ("person_no", "sent_at", "local_date")
#: Rosters held as read: half-yearly ones of many years.
_ROSTERS_KEPT = 32
#: A list of people: kind, group, file id, a name of the file, month (YYYY-MM) of the run that took it in.
Source = tuple[str, str, str, str, str]


@dataclass
class _Listed:
    """What rosters and participants lists of a community say, and what of them could not be used."""

    rosters: list[pl.DataFrame] = field(default_factory=list)
    listings: list[pl.DataFrame] = field(default_factory=list)
    quarantine: list[pl.DataFrame] = field(default_factory=list)
    rows_by_file: dict[str, int] = field(default_factory=dict)
    head_counts: dict[dt.date, int] = field(default_factory=dict)


def identify_group(workspace: Workspace, run: Run, group_id: str) -> GroupOutcome:
    """Find out anew who is who when the store, a roster, a correction or the month changed."""
    store = StageStore(workspace.vault, group_id)
    group, community = workspace.config.group(group_id), workspace.config.community_of(group_id)
    kin_ids = [one for one in workspace.config.chain_of(group_id) if one != group_id]
    sources = _sources(workspace, group_id, community)
    key = workspace.key()
    corrections_file = workspace.landing / "corrections.toml"
    input_hash = hash_inputs(
        code=source_hash(*_CODE),
        reconcile=store.stamp(RECONCILE),
        sources=sources,
        withheld=_withheld(workspace, sources),
        corrections=corrections_file.read_text("utf-8") if corrections_file.exists() else "",
        group=group.model_dump(mode="json"),
        others=_others(workspace, [*kin_ids, *(owner for _, owner, *_ in sources)], group_id),
        key_id=key.key_id,
        month=run.month,
    )
    if store.is_fresh(STAGE, input_hash):
        return GroupOutcome(group_id=group_id, is_new=False)
    corrections = read_corrections(corrections_file)
    corrections.refuse_expired(run.month_end)
    listed = _read(workspace, run, group_id, sources)
    frames = store.frames(RECONCILE, only=("events", "labels", "coverage", "conflicts"))
    group = with_head_counts(group, listed.head_counts)
    identified = identify(
        store.frame(RECONCILE, "messages", _WHO_AND_WHEN),
        frames["events"],
        frames["labels"],
        frames["coverage"],
        _concat(listed.rosters),
        group_id,
        group,
        community,
        corrections,
        key,
        run.month_end,
        _concat(listed.listings),
        frames["conflicts"],
        _cards(workspace, group_id),
        [_kin(workspace, one) for one in kin_ids],
        {one: before for one in (group_id, *kin_ids) if (before := workspace.config.group(one).continues)},
        digest_key(workspace.vault),
    )
    _refuse_needless(identified)
    reach("identify.resolved")
    store.write(STAGE, input_hash, _frames(identified, listed), **_facts(identified, listed))
    return GroupOutcome(group_id=group_id, is_new=True, counts={"people": len(identified.people)})


def with_head_counts(group: Group, counts: Mapping[dt.date, int]) -> Group:
    """The group with counts of heads that files state beside those that groups.toml does; the latter prevail."""
    declared = {count.date: count.n for count in group.participants}
    if not counts.keys() - declared.keys():
        return group
    every = sorted({**counts, **declared}.items())
    return group.model_copy(update={"participants": tuple(Participants(date=day, n=n) for day, n in every)})


def _others(
    workspace: Workspace, group_ids: Iterable[str], own: str
) -> list[tuple[str, str | None, list[str]]]:
    """What of other groups this one rests on: their stores, and declared bots."""
    return [
        (one, StageStore(workspace.vault, one).stamp(RECONCILE), sorted(workspace.config.group(one).bots))
        for one in sorted(set(group_ids) - {own})
    ]


def _cards(workspace: Workspace, group_id: str) -> pl.DataFrame:
    return read_cards(workspace.vault, group_id, read_ledger(workspace.vault, group_id).metas)


def _kin(workspace: Workspace, group_id: str) -> Kin:
    store = StageStore(workspace.vault, group_id)
    frames = store.frames(RECONCILE, only=("events", "labels"))
    is_merged = store.stamp(RECONCILE) is not None
    return Kin(
        group_id,
        store.frame(RECONCILE, "messages", _WHO_AND_WHEN) if is_merged else MESSAGES.empty(),
        frames.get("events", EVENTS.empty()),
        frames.get("labels", LABELS.empty()),
        _cards(workspace, group_id),
        workspace.config.group(group_id).bots,
    )


def _refuse_needless(identified: Identified) -> None:
    """Raise when a correction that declares its end has nothing to correct any more.

    Raises:
        ConfigurationError: with the number of such corrections.
    """
    if identified.needless_corrections:
        raise ConfigurationError(
            "corrections.toml holds corrections with an expiry that nothing needs any more",
            next_step="remove them; what they settled does not arise any more",
            needless=identified.needless_corrections,
        )


def _sources(workspace: Workspace, group_id: str, community: str) -> list[Source]:
    """Rosters of all groups of the community and the group's own lists, once for each day they speak for."""
    found: list[Source] = []
    for other in group_ids(workspace.landing, workspace.config):
        if workspace.config.community_of(other) != community:
            continue
        ledger = read_ledger(workspace.vault, other)
        kinds: tuple[FileKind, ...] = ("roster", "participants") if other == group_id else ("roster",)
        found += [
            (kind, other, file_id, name, content.month or "")
            for kind in kinds
            for file_id, content in ledger.contents(kind).items()
            for name in _names(ledger, file_id)
        ]
    return sorted(found)


def _withheld(workspace: Workspace, sources: list[Source]) -> list[str | None]:
    """By list, under which tombstones somebody was last taken out of it."""
    ledgers = {owner: read_ledger(workspace.vault, owner) for owner in {owner for _, owner, *_ in sources}}
    return [ledgers[owner].withheld.get(file_id) for _, owner, file_id, *_ in sources]


def _names(ledger: Ledger, file_id: str) -> list[str]:
    """Names under which a list was handed in: one for each day that a name states, else the first."""
    names = [PurePosixPath(path).name for path in ledger.paths(file_id)]
    by_day = {stated_date(name): name for name in reversed(names)}
    return [name for day, name in by_day.items() if day is not None] or names[:1]


def _read(workspace: Workspace, run: Run, group_id: str, sources: list[Source]) -> _Listed:
    listed = _Listed()
    corrections = read_corrections(workspace.landing / "corrections.toml")
    vouched = {line.file_id for line in corrections.own_roster}
    shown = cache(lambda owner: shown_people(_labels(workspace, owner), _cards(workspace, owner)))
    ledgers = {owner: read_ledger(workspace.vault, owner) for owner in {owner for _, owner, *_ in sources}}
    for kind, owner, file_id, name, month in sources:
        reader = read_participants if kind == "participants" else _roster
        ledger = ledgers[owner]
        try:
            taken_in = parse_month(month) if month else run.month_start
            found = reader(workspace.vault.read_bytes(raw_name(file_id)), name, taken_in).under(file_id)
            if file_id not in vouched:
                _refuse_another_groups(found, shown(owner))
        except FileRefused as error:
            if ledger.refused.get(file_id) != error.reason:
                ledger.refuse(file_id, error.reason, source_hash(*_CODE), run.run_id)
                write_ledger(workspace.vault, owner, ledger)
            continue
        if file_id in ledger.refused:
            ledger.forget(file_id)
            write_ledger(workspace.vault, owner, ledger)
        _enter(listed, kind, owner == group_id, found, group_id)
    return listed


@lru_cache(maxsize=_ROSTERS_KEPT)
def _roster(content: bytes, file_name: str, default_month: dt.date) -> RosterFile:
    """A roster, read once for all groups of its community that one process identifies."""
    return read_roster(content, file_name, default_month)


def forget_rosters() -> None:
    """Let go of the rosters read so far."""
    _roster.cache_clear()
    forget_cells()


def _labels(workspace: Workspace, group_id: str) -> pl.DataFrame:
    frames = StageStore(workspace.vault, group_id).frames(RECONCILE, only="labels")
    return frames.get("labels", LABELS.empty())


def _refuse_another_groups(found: RosterFile, shown: list[Sender]) -> None:
    """Raise when hardly anybody on a list is anybody whom its group's exports show."""
    if is_of_another_group(found.roster, shown):
        raise FileRefused("roster_of_another_group", rows=found.n_rows)


def _enter(listed: _Listed, kind: str, is_own: bool, found: RosterFile, group_id: str) -> None:
    roster = found.roster if is_own else found.roster.with_columns(_SAYS_NOTHING)
    (listed.listings if kind == "participants" else listed.rosters).append(roster)
    listed.head_counts |= dict(found.head_counts)
    if is_own:
        listed.quarantine.append(found.quarantine(group_id))
        listed.rows_by_file[found.file_id] = found.n_rows


#: Whether somebody is in the chat is said of the chat in whose folder a roster lies, and of no other.
_SAYS_NOTHING = pl.lit(None, pl.Boolean).alias("is_in_group")


def _concat(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(frames) if frames else ROSTER.empty()


def _frames(identified: Identified, listed: _Listed) -> dict[str, pl.DataFrame]:
    table = TABLES["ops.quarantine"]
    found = [identified.quarantine, *(rows for rows in listed.quarantine if len(rows))]
    quarantine = pl.concat([table.conform(rows) for rows in found])
    return {
        "people": identified.people,
        "presence": identified.presence,
        "known_since": identified.known_since,
        "suggestions": identified.suggestions,
        "head_counts": identified.head_counts,
        "core.dim_member": identified.dim_member,
        "core.fact_membership": identified.memberships,
        "core.fact_membership_event": identified.membership_events,
        "ops.identity_decision": identified.decisions,
        "core.fact_attendance": identified.attendance,
        "ops.identity_conflict": identified.conflicts,
        "conflict_details": identified.conflict_details,
        "ops.quarantine": quarantine.unique(table.key, keep="first", maintain_order=True),
    }


def _facts(identified: Identified, listed: _Listed) -> dict[str, object]:
    return {
        "n_people": int(identified.people["person_no"].drop_nulls().n_unique()),
        "n_conflicts": int((~identified.conflict_details["is_settled"]).sum()),
        "n_is_known": identified.n_is_known,
        "roster_rows": listed.rows_by_file,
        "roster_dates": sorted({day for roster in listed.rosters for day in roster["as_of_date"].to_list()}),
        "unused_corrections": identified.unused_corrections,
    }
