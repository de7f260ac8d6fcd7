"""Measure a stretch of months at once, with one snapshot at its end."""

from __future__ import annotations

from prefect import State, flow

from flows.steps import conclude, each, one_load, one_run, today
from tasks.boundary import guarded
from tasks.work import (
    expect,
    identify,
    land,
    load_facts,
    measure,
    parse,
    publish,
    reconcile,
    release,
    retain,
    snapshot,
    validate,
    withhold,
)


@flow(name="backfill", persist_result=False)
@guarded
def backfill(first: str, last: str, wait: int = 0) -> State[None]:
    """The way of the data up to month ``last``; months from ``first`` on are computed anew.

    Both are written YYYY-MM. One snapshot, of ``last``.
    """
    with one_run("backfill", last, wait, from_month=first) as run:
        groups = land(run)
        each(parse, run, groups)
        withhold(run, groups)
        each(reconcile, run, groups)
        each(identify, run, groups)
        each(validate, run, groups)
        each(measure, run, groups)
        accepted = expect(run, groups)
        with one_load(run, accepted) as load:  # seen whole or not at all
            load_facts(run, load)
            snapshot(run, load)
            publish(run, load)
        release(run)
        retain(run, groups, today())
    return conclude(run)
