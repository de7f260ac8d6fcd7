"""Withdrawals and objections, acted upon within a day: the months measured so far, without who left."""

from __future__ import annotations

from prefect import State, flow

from flows.steps import conclude, each, month_in_force, one_load, one_run
from tasks.boundary import guarded
from tasks.work import (
    consent_changed,
    expect,
    identify,
    land_lists,
    load_facts,
    measure,
    parse,
    publish,
    reconcile,
    release,
    snapshot,
    validate,
    withhold,
)


@flow(name="consent", persist_result=False)
@guarded
def consent(wait: int = 0) -> State[None]:
    """New rosters and consents of corrections.toml -> the months measured so far, restated where it matters.

    Exports that came in meanwhile wait for the monthly run: what is restated here changed for consent alone
    (and for what else a new roster says). Nothing is computed when nobody's consent changed, or nothing was
    ever measured.
    """
    month = month_in_force()
    with one_run("consent", month, wait) as run:
        groups = land_lists(run)
        each(parse, run, groups)  # only what a killed run may have left behind
        withhold(run, groups)
        each(reconcile, run, groups)
        each(identify, run, groups)
        if month is not None and consent_changed(run, groups):
            each(validate, run, groups)
            each(measure, run, groups)
            accepted = expect(run, groups)
            with one_load(run, accepted) as load:  # seen whole or not at all
                load_facts(run, load)
                snapshot(run, load)
                publish(run, load)
            release(run)
    return conclude(run)
