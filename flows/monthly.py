"""The monthly run: everything new in landing, measured up to the last ended month, frozen and published."""

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


@flow(name="monthly", persist_result=False)
@guarded
def monthly(month: str | None = None, wait: int = 0) -> State[None]:
    """The way of the data, once.

    ``month`` (YYYY-MM, default the last ended one) is the last month measured; ``wait`` seconds are
    waited for another run to end.
    """
    with one_run("monthly", month, wait) as run:
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
