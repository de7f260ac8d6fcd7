"""Take in what is new in landing, without measuring it."""

from __future__ import annotations

from prefect import State, flow

from flows.steps import conclude, each, one_run
from tasks.boundary import guarded
from tasks.work import identify, land, parse, reconcile, validate, withhold


@flow(name="ingest", persist_result=False)
@guarded
def ingest(month: str | None = None, wait: int = 0) -> State[None]:
    """Files dropped since the last run -> one message store and one list of people per group, in the vault.

    ``month`` (YYYY-MM, default the last ended one) dates rosters whose name gives no date.
    """
    with one_run("ingest", month, wait) as run:
        groups = land(run)
        each(parse, run, groups)
        withhold(run, groups)
        each(reconcile, run, groups)
        each(identify, run, groups)
        each(validate, run, groups)
    return conclude(run)
