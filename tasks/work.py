"""The stages as Prefect tasks: a few lines each, told identifiers and months only.

Results stay in the vault and the warehouse; what a task returns is counts. Nothing is cached or persisted
by Prefect, whose storage is in clear.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.boundary import guarded
from tasks.consent.stage import needs_restating
from tasks.identify.stage import identify_group
from tasks.land.stage import land_groups
from tasks.load.stage import GroupLoad
from tasks.measure.stage import measure_group
from tasks.parse.stage import parse_group
from tasks.publish.stage import publish_snapshot, release_run
from tasks.reconcile.stage import reconcile_group
from tasks.retention.stage import retain_groups
from tasks.rights.stage import withhold_groups
from tasks.run import GroupOutcome, Run
from tasks.snapshot.stage import take_snapshot
from tasks.validate.stage import expect_groups, validate_group
from warehouse.workspace import Workspace

R = TypeVar("R")


def _stage(step: Callable[..., R]) -> Any:
    return partial(task, cache_policy=NO_CACHE, persist_result=False)(guarded(step))


def _each(
    group_stage: Callable[[Workspace, Run, str], GroupOutcome], run: Run, batch: Sequence[str]
) -> list[GroupOutcome]:
    workspace = Workspace.open()
    return [group_stage(workspace, run, group_id) for group_id in batch]


@_stage
def land(run: Run) -> list[str]:
    """Take what is new in landing into the vault; returns all groups."""
    return land_groups(Workspace.open(), run)


@_stage
def land_lists(run: Run) -> list[str]:
    """Take new rosters and participants lists into the vault, no exports; returns all groups.

    What lies where nothing is read is refused here too: it may be a withdrawal.
    """
    return land_groups(Workspace.open(), run, only=("roster", "participants", "misplaced"))


@_stage
def parse(run: Run, batch: Sequence[str]) -> list[GroupOutcome]:
    """Exports -> parsed frames."""
    return _each(parse_group, run, batch)


@_stage
def withhold(run: Run, group_ids: Sequence[str]) -> int:
    """Take erased people out of what was parsed; returns how many files changed."""
    return withhold_groups(Workspace.open(), run, group_ids)


@_stage
def reconcile(run: Run, batch: Sequence[str]) -> list[GroupOutcome]:
    """All exports of a group -> one message store, coverage."""
    return _each(reconcile_group, run, batch)


@_stage
def identify(run: Run, batch: Sequence[str]) -> list[GroupOutcome]:
    """Labels and rosters -> people, memberships, pseudonyms."""
    return _each(identify_group, run, batch)


@_stage
def validate(run: Run, batch: Sequence[str]) -> list[GroupOutcome]:
    """Rules on single rows, with quarantine."""
    return _each(validate_group, run, batch)


@_stage
def measure(run: Run, batch: Sequence[str]) -> list[GroupOutcome]:
    """Messages -> facts -> indicators, as far as their inputs changed."""
    return _each(measure_group, run, batch)


@_stage
def consent_changed(run: Run, group_ids: Sequence[str]) -> bool:
    """Whether anybody gave or took back consent since the last measurement."""
    workspace = Workspace.open()
    return any(needs_restating(workspace, group_id) for group_id in group_ids)


@_stage
def expect(run: Run, group_ids: Sequence[str]) -> list[str]:
    """Expectations on the smaller frames; returns the groups without a critical failure."""
    return expect_groups(Workspace.open(), run, group_ids)


@_stage
def load_facts(run: Run, load: GroupLoad) -> int:
    """Dimensions and facts of changed groups into the warehouse; returns how many groups."""
    return load.load_groups()


@_stage
def snapshot(run: Run, load: GroupLoad) -> str | None:
    """Freeze: manifest, changed cells, revisions, trends; returns the snapshot's id."""
    return take_snapshot(load)


@_stage
def publish(run: Run, load: GroupLoad) -> int:
    """Disclosure control and the research tables; returns rows published."""
    return publish_snapshot(load)


@_stage
def release(run: Run) -> str | None:
    """Report and research bundle of the newest snapshot, if it has none yet."""
    return release_run(Workspace.open(), run)


@_stage
def retain(run: Run, group_ids: Sequence[str], today: dt.date) -> int:
    """Delete texts that the study may keep no longer, their features frozen; returns how many exports lost some."""
    outcomes = retain_groups(Workspace.open(), run, group_ids, today)
    return sum(outcome.counts["purged"] for outcome in outcomes)
