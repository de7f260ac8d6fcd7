"""Erase one person: from the vault, the warehouse and the releases, so that no file brings him back.

The tombstone is the point of no return: it is written at once and whole, and from then on any run of this
installation completes the erasure, should this one be killed.
"""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from schemas.errors import SolidarityError
from schemas.roster import fold
from tasks.backup.erasures import spread_erasures
from tasks.identify.senders import OWNER_LABELS, without_honorific
from tasks.identify.stage import forget_rosters, identify_group
from tasks.land.discover import files_of, group_ids
from tasks.land.land import read_ledger
from tasks.load.stage import open_load
from tasks.measure.stage import measure_group
from tasks.publish.stage import publish_snapshot, release_run
from tasks.reconcile.stage import STAGE as RECONCILE
from tasks.reconcile.stage import reconcile_group
from tasks.retention.kept import forget_erased
from tasks.rights.known import EVERYWHERE, own_form, phrases_of
from tasks.rights.month import month_in_force
from tasks.rights.people import (
    Everybody,
    Held,
    everybody,
    find,
    first_month,
    own_words,
    shared_phones,
)
from tasks.rights.places import place_mask
from tasks.rights.registry import refuse_unregistered
from tasks.rights.search import NOT_SEARCHED, Needles, search
from tasks.rights.stage import exporter_name, known_of, withhold_groups
from tasks.rights.strike import pending
from tasks.rights.tombstones import Erasure, Tombstones, read_tombstones, write_tombstones
from tasks.rights.withhold import number_form
from tasks.run import Run
from tasks.runs import close_run, fail_run, open_run
from tasks.snapshot.stage import take_snapshot
from tasks.validate.stage import expect_groups, validate_group
from warehouse.engine import Warehouse
from warehouse.keys import tombstone_key
from warehouse.lock import run_lock
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

FLOW = "forget"
#: A text of the person is searched for if it is so long that nobody else wrote it by chance.
_LONG_TEXT = 20
_SHORTEST_NEEDLE = 4
_COUNTRY = "+62"


class StillThere(SolidarityError):
    """The search after an erasure found something of the person."""

    code = "still_there"


@dataclass
class Forgotten:
    """What an erasure came to; it names nobody."""

    matched_by: str
    snapshot_id: str | None = None
    withdrawn: list[str] = field(default_factory=list)
    changed_files: int = 0
    removed_rows: dict[str, int] = field(default_factory=dict)
    landing: list[str] = field(default_factory=list)
    purged: int = 0
    by_hand: list[str] = field(default_factory=list)
    backups_out_of_reach: int = 0
    searched: int = 0
    searched_for: int = 0
    not_searched: list[str] = field(default_factory=lambda: list(NOT_SEARCHED))
    found: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """For the operator's terminal and for programs."""
        return asdict(self)


def forget(
    workspace: Workspace,
    *,
    member: str | None = None,
    phone: str | None = None,
    purge_landing: bool = False,
    wait_s: float = 0,
) -> Forgotten:
    """Erase everything held about one person, and prove it by a search.

    Args:
        workspace: the installation.
        member: pseudonym, durable key or member number; or ``phone``: a number in any spelling.
        purge_landing: also delete the files in landing that hold the person; all that other people said in them
            stays in the vault, parsed.
        wait_s: seconds to wait for a run to end.

    Raises:
        UsageError: nobody, or several people, are known by that.
        Unregistered: a table or folder might hold a person and is not registered; nothing was changed.
        Locked: a run holds the warehouse.
    """
    workspace.key()
    with run_lock(workspace.settings.database_url, workspace.home, wait_s):
        refuse_unregistered(workspace)
        everyone = everybody(workspace)
        matched_by, subject = find(workspace, everyone, member, phone)
        needles = needles_of(workspace, everyone, subject)
        _bury(workspace, everyone, subject)
        done = Forgotten(matched_by)
        done.changed_files, done.snapshot_id = _settle(workspace)
        in_landing, done.by_hand = _landing(workspace, needles)
        done.landing = sorted(in_landing)
        if purge_landing:
            done.purged = _purge(in_landing)
        _tell_warehouse(workspace, done)
        done.backups_out_of_reach = spread_erasures(workspace)
        done.searched, done.found = search(workspace, needles)
        done.searched_for = len(needles)
    return done


def reapply(workspace: Workspace, wait_s: float = 0) -> int:
    """Apply all erasures to what a restore brought back; nothing happens where it holds nobody erased.

    Returns:
        How many files of the vault changed.

    Raises:
        Locked: a run holds the warehouse.
    """
    tombstones = read_tombstones(workspace.vault)
    if tombstones is None:
        return 0
    with run_lock(workspace.settings.database_url, workspace.home, wait_s):
        warehouse = Warehouse(workspace.settings.database_url)
        if warehouse.exists() and pending(
            tombstones, warehouse.read("SELECT erasure_token FROM ops.erasure")
        ):
            return _settle(workspace)[0]
        run = Run(run_id=uuid.uuid4().hex, flow=FLOW, month=month_in_force(workspace))
        n_files = withhold_groups(workspace, run, list(workspace.vault.names("groups")))
        return n_files + _settle(workspace)[0] if n_files else 0


# --- the tombstone --------------------------------------------------------------------------------


def _bury(workspace: Workspace, everyone: Everybody, subject: list[Held]) -> None:
    """Write the tombstone: from here on the person is erased, whatever happens."""
    vault = workspace.vault
    tombstones = read_tombstones(vault) or Tombstones(tombstone_key(vault))
    shared = shared_phones(everyone, subject)
    mine = {id(held) for held in subject}
    everywhere = {form for held in everyone.people if id(held) not in mine for form in held.forms()}
    for held in subject:
        others = everyone.others(subject, held.community)
        _bury_names(tombstones, held, others, everywhere, everyone.common)
        tombstones.add("phone", "", held.phones - shared)
        tombstones.add("member_number", held.community, map(number_form, held.member_ids))
        tombstones.add("key", "", [*held.member_keys, *held.pseudonyms])
        for group_id, labels in held.labels.items():
            _bury_labels(workspace, tombstones, held, others, group_id, labels)
    identity = "\n".join(sorted(f"{held.community}\0{held.canonical_id}" for held in subject))
    token = tombstones.key.token("person", str(len(tombstones.erasures)), identity)
    groups = {
        group_id
        for group_id in vault.names("groups")
        if workspace.config.community_of(group_id) in {held.community for held in subject}
    }
    tombstones.erasures.append(
        Erasure(
            token=token[:24],
            asked_on=dt.datetime.now(dt.UTC).date(),
            from_month=first_month(workspace, subject),
            group_ids=tuple(sorted(groups)),
        )
    )
    write_tombstones(vault, tombstones)


def _bury_names(
    tombstones: Tombstones, held: Held, others: list[Held], everywhere: set[str], common: set[str]
) -> None:
    """``everywhere``: folded names of other people of any community."""
    taken = {form for other in others for form in other.forms()}
    whole = {form for name in held.names if (form := fold(name))}
    whole |= {form for alias in held.aliases if " " in (form := fold(alias))}
    whole -= taken | common
    tombstones.add("name", held.community, whole)
    if not held.member_ids:
        tombstones.add("unnumbered_name", held.community, whole)
    words = own_words(held.forms(), taken, common)
    phrases = {
        phrase for form in held.forms() - taken for phrase in phrases_of(form, words) if phrase not in common
    }
    tombstones.add("phrase", held.community, phrases)
    tombstones.add("head", held.community, {phrase.split()[0] for phrase in phrases})
    whole = {form for form in held.forms() - everywhere if " " in form and form not in common}
    tombstones.add("phrase", EVERYWHERE, whole)
    tombstones.add("head", EVERYWHERE, {form.split()[0] for form in whole})


def _bury_labels(
    workspace: Workspace,
    tombstones: Tombstones,
    held: Held,
    others: list[Held],
    group_id: str,
    labels: set[tuple[str, str]],
) -> None:
    """Labels that are his alone in this group count on any phone, others on the phones that showed them."""
    taken = {own_form(label) for other in others for _, label in other.labels.get(group_id, ())} | {
        form for other in others for form in other.forms()
    }
    ledger, known = read_ledger(workspace.vault, group_id), known_of(workspace, group_id, tombstones)
    for file_id, label in sorted(labels):
        form = own_form(label)
        exporter = exporter_name(workspace, known, ledger, file_id)
        tombstones.add("own_label", f"{group_id}|{exporter}", [form])
        if form not in taken and form not in OWNER_LABELS and without_honorific(form) not in taken:
            tombstones.add("label", group_id, [form])


# --- the search -----------------------------------------------------------------------------------


def needles_of(workspace: Workspace, everyone: Everybody, subject: list[Held]) -> Needles:
    """What the person alone is known by: names, numbers, pseudonyms, and texts nobody else wrote or repeated."""
    shared = shared_phones(everyone, subject)
    mine = {id(held) for held in subject}
    taken = {form for held in everyone.people if id(held) not in mine for form in held.forms()}
    digits = {phone.removeprefix(_COUNTRY).removeprefix("+") for held in subject for phone in held.phones}
    digits -= {phone.removeprefix(_COUNTRY).removeprefix("+") for phone in shared}
    forms = {form for held in subject for form in held.forms()} - taken
    words = own_words(forms, taken, everyone.common)
    names = {name.strip("~ \u202f\u00a0") for held in subject for name in (*held.names, *held.aliases)}
    texts = {name for name in names if " " in (form := fold(name)) and form not in taken}
    texts |= {number for held in subject for number in held.member_ids if not number.isdigit()}
    texts |= {pseudonym for held in subject for pseudonym in held.pseudonyms}
    own, others = _texts(workspace, subject)
    words -= _among_words(words, _elsewhere(workspace, subject))
    return Needles(
        tuple(sorted({text for text in texts if len(text) >= _SHORTEST_NEEDLE} | _not_repeated(own, others))),
        tuple(sorted(words)),
        tuple(sorted(number for number in digits if len(number) >= 2 * _SHORTEST_NEEDLE)),
    )


def _texts(workspace: Workspace, subject: list[Held]) -> tuple[pl.Series, pl.Series]:
    """Distinct texts of the person, and of everybody else, in all groups."""
    numbers: dict[str, set[int]] = {}
    for held in subject:
        for group_id, theirs in held.person_nos.items():
            numbers.setdefault(group_id, set()).update(theirs)
    own, others = [pl.Series(dtype=pl.String)], [pl.Series(dtype=pl.String)]
    for group_id in workspace.vault.names("groups"):
        messages = StageStore(workspace.vault, group_id).frames(RECONCILE, only="messages").get("messages")
        if messages is None:
            continue
        is_own = pl.col("person_no").is_in(sorted(numbers.get(group_id, ()))).fill_null(False)
        own.append(messages.filter(is_own)["text"].drop_nulls())
        others.append(messages.filter(~is_own)["text"].drop_nulls())
    return pl.concat(own).unique(), pl.concat(others).unique()


def _not_repeated(own: pl.Series, others: pl.Series) -> set[str]:
    """Long texts that nobody else wrote, nor copied into a text of his own."""
    long = own.filter((own.str.len_chars() >= _LONG_TEXT) & ~own.str.contains("\n"))
    if long.is_empty():
        return set()
    find_all = others.str.extract_many(long.to_list(), overlapping=True, ascii_case_insensitive=True)
    repeated = {text.lower() for text in find_all.explode().drop_nulls()}
    return {text for text in long if text.lower() not in repeated}


def _elsewhere(workspace: Workspace, subject: list[Held]) -> pl.Series:
    """Texts of groups in which the person is not known: a word of his name means somebody else there."""
    communities = {held.community for held in subject}
    texts = [pl.Series(dtype=pl.String)]
    for group_id in workspace.vault.names("groups"):
        if workspace.config.community_of(group_id) not in communities:
            found = StageStore(workspace.vault, group_id).frames(RECONCILE, only="messages")
            texts += [frame["text"].drop_nulls().unique() for frame in found.values()]
    return pl.concat(texts)


def _among_words(words: set[str], texts: pl.Series) -> set[str]:
    if not words or texts.is_empty():
        return set()
    hits = texts.str.extract_many(sorted(words), overlapping=True, ascii_case_insensitive=True)
    return {hit.lower() for hit in hits.explode().drop_nulls()}


# --- everything else ------------------------------------------------------------------------------


def _settle(workspace: Workspace) -> tuple[int, str | None]:
    """Take erased people out of the vault, then make everything anew that rested on them.

    Returns:
        How many files of the vault changed, and the snapshot in force now.
    """
    run = Run(run_id=uuid.uuid4().hex, flow=FLOW, month=month_in_force(workspace))
    # also groups whose folder is no longer in landing: the vault holds them still
    groups = sorted({*group_ids(workspace.landing, workspace.config), *workspace.vault.names("groups")})
    open_run(workspace, run)
    try:
        n_files = withhold_groups(workspace, run, groups)
        for group_id in groups:
            reconcile_group(workspace, run, group_id)
            forget_erased(workspace, group_id)  # what is frozen of texts that are gone already
        for stage in (identify_group, validate_group, measure_group):
            for group_id in groups:
                stage(workspace, run, group_id)
        snapshot_id = _reload(workspace, run, groups)
        forget_rosters()  # this process held rows of before
        close_run(workspace, run)
    except Exception as error:
        fail_run(
            workspace,
            run,
            error.exit_code if isinstance(error, SolidarityError) else SolidarityError.exit_code,
        )
        raise
    return n_files, snapshot_id


def _reload(workspace: Workspace, run: Run, groups: Sequence[str]) -> str | None:
    """Load, freeze and publish anew, where something was loaded before."""
    warehouse = Warehouse(workspace.settings.database_url)
    if not warehouse.exists():
        return None
    with open_load(workspace, run, expect_groups(workspace, run, groups)) as load:
        load.load_groups()
        take_snapshot(load)
        publish_snapshot(load)
    return release_run(workspace, run)


def _landing(workspace: Workspace, needles: Needles) -> tuple[dict[str, list[Path]], list[str]]:
    """Files in landing that still hold the person, by folder and identifier; files to be mended by hand."""
    found: dict[str, list[Path]] = {}
    for group_id in workspace.vault.names("groups"):
        ledger, mask = read_ledger(workspace.vault, group_id), place_mask(workspace, group_id)
        for file in files_of(workspace.landing, group_id):
            entry = ledger.entries.get(mask(file.relative))
            ids = [one.file_id for one in entry.contents if one.file_id in ledger.withheld] if entry else []
            if not ids and entry and mask(file.relative) != file.relative:
                ids = [one.file_id for one in entry.contents] or ["0" * 12]  # its name alone names him
            for file_id in ids:
                place = f"{group_id}/{Path(entry.path if entry else '').parent.as_posix()}/{file_id}"
                found.setdefault(place, []).append(file.path)
    by_hand = [
        name
        for name in ("groups.toml", "corrections.toml")
        if (workspace.landing / name).is_file() and needles.in_bytes((workspace.landing / name).read_bytes())
    ]
    return found, by_hand


def _purge(found: dict[str, list[Path]]) -> int:
    """Delete files and folders of landing; returns how many. What was read of them lies in the vault."""
    paths = {path for paths in found.values() for path in paths}
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return len(paths)


def _tell_warehouse(workspace: Workspace, done: Forgotten) -> None:
    """What the warehouse says of the erasure just made."""
    warehouse = Warehouse(workspace.settings.database_url)
    tombstones = read_tombstones(workspace.vault)
    if not warehouse.exists() or tombstones is None:
        return
    token = tombstones.erasures[-1].token
    rows = warehouse.read(
        "SELECT table_name, n_removed FROM ops.erasure WHERE erasure_token = :token ORDER BY 1",
        {"token": token},
    )
    done.removed_rows = {name: n for name, n in rows.iter_rows() if n}
    withdrawn = warehouse.read(
        "SELECT snapshot_id FROM core.dim_snapshot WHERE withdrawn_at IS NOT NULL ORDER BY created_at, 1"
    )
    done.withdrawn = withdrawn["snapshot_id"].to_list()
