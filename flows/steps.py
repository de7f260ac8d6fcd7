"""What every flow does around the stages: open a run, hand groups to a stage, load once, conclude."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from prefect import State, Task, unmapped
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.artifacts import show_run
from flows.settings_block import apply_block
from schemas.errors import CriticalExpectation, ExitCode, NotYetError, SolidarityError, UsageError
from tasks import receipt as receipts
from tasks.load.stage import GroupLoad, open_load
from tasks.run import GroupOutcome, Run, format_month, in_batches, month_before, parse_month
from tasks.runs import close_run, fail_run, open_run
from tasks.snapshot.evidence import in_force
from warehouse.drift import refuse_other_tables
from warehouse.engine import Warehouse
from warehouse.lock import run_lock
from warehouse.workspace import Workspace

#: Where "the last ended month" is decided when nobody names one.
SCHEDULE_ZONE = ZoneInfo("Asia/Jakarta")


@contextmanager
def one_run(flow: str, month: str | None, wait: int, from_month: str | None = None) -> Iterator[Run]:
    """One run under the warehouse's own lock, entered in ``ops.run`` and told by a receipt.

    Raises:
        UsageError: a month is not one, or has not ended.
        ConfigurationError: there is no pseudonym key, or the vault does not open with its key.
        Locked: another run holds the warehouse and does not end within ``wait`` seconds.
    """
    run = Run(
        run_id=flow_run.id.replace("-", ""),
        flow=flow,
        month=_ended(month),
        from_month=None if from_month is None else format_month(parse_month(from_month)),
    )
    if run.from_month is not None and run.from_month > run.month:
        raise UsageError("the first month lies after the last one")
    apply_block(Workspace.open().home)
    workspace = Workspace.open()
    if workspace.settings.dask is not None:
        raise NotYetError(
            "SOLIDARITY_DASK is not built yet", next_step="unset it; groups are worked on in this process"
        )
    workspace.key()  # without a key nothing is touched
    with run_lock(workspace.settings.database_url, workspace.home, wait):
        workspace.refuse_half_restored()
        refuse_other_tables(Warehouse(workspace.settings.database_url))
        workspace.vault.seal_all()  # a vault key may have been set since the last run
        open_run(workspace, run)
        try:
            yield run
            close_run(workspace, run)
        except Exception as error:
            fail_run(
                workspace, run, error.exit_code if isinstance(error, SolidarityError) else ExitCode.UNEXPECTED
            )
            raise


def month_in_force() -> str | None:
    """The month of the snapshot of which the warehouse holds the rows; None before the first."""
    apply_block(Workspace.open().home)
    warehouse = Warehouse(Workspace.open().settings.database_url)
    snapshot_id = in_force(warehouse) if warehouse.exists() else None
    return None if snapshot_id is None else snapshot_id[:7]


def today() -> dt.date:
    """The day on which a run asks which texts are over."""
    return dt.datetime.now(SCHEDULE_ZONE).date()


def _ended(month: str | None) -> str:
    last_ended = month_before(today())
    if month is None:
        return format_month(last_ended)
    if parse_month(month) > last_ended:
        raise UsageError("the month has not ended yet", next_step=f"the last ended one is {last_ended:%Y-%m}")
    return format_month(parse_month(month))


def each(stage: Task[Any, list[GroupOutcome]], run: Run, group_ids: Sequence[str]) -> list[GroupOutcome]:
    """Hand groups to a stage in batches, the unit of parallel work."""
    batches = in_batches(group_ids, Workspace.open().settings.batch_groups)
    return [outcome for outcomes in stage.map(unmapped(run), batches).result() for outcome in outcomes]


@contextmanager
def one_load(run: Run, accepted: Sequence[str]) -> Iterator[GroupLoad]:
    """One transaction of the warehouse for everything a run changes; idle when it changes nothing."""
    with open_load(Workspace.open(), run, accepted) as load:
        yield load


def conclude(run: Run) -> State[None]:
    """How Prefect shall see the run: completed, completed with refused files, or failed."""
    receipt = receipts.read(Workspace.open().vault, run.run_id)
    if receipt is None:
        raise UsageError("the run left no receipt")
    if receipt.flow != "ingest":
        show_run(Workspace.open(), receipt)
    if receipt.exit_code == ExitCode.CRITICAL_EXPECTATION:
        raise CriticalExpectation(
            "new rows of some groups broke it; their last good rows stay",
            next_step="see ops.validation_result",
            groups=sum(group.is_carried_over for group in receipt.groups),
        )
    if receipt.exit_code == ExitCode.FILE_REFUSED:
        return Completed(name="CompletedWithRefusedFiles", message=f"{receipt.n_refused} files refused")
    return Completed(message=f"snapshot {receipt.snapshot_id}")
