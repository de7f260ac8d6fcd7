"""Groups drawn from planted populations, measured by the product, held against what was planted.

Facts are planted and the product's own indicator functions measure them; ``tests.validity.whole_way`` does the same
from export files on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
import polars as pl
import pytest

from schemas.indicators import definitions, registry
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.measures import Detail, Measure, measured
from tasks.measure.indicators.statuses import is_published, statuses
from tests.validity import happenings, rhythms, talk
from tests.validity.planting import Levels, Planted, settings

#: Intervals that take every case for independent of the others.
FORMULAS = ("wilson", "newcombe", "profile")
#: What an interval speaks of.
POPULATION = "population"  # people and events like these: the planted value itself
PEOPLE = "these people"  # these very people, over many such months
SIZE = "this size"  # the mean over many such groups and months, of as many people and turns


@dataclass(frozen=True)
class Aim:
    """Which knob moves an indicator most, and what its interval speaks of.

    ``by_formula``: what it speaks of where it is no resampling but Wilson's, Newcombe's or a curve's own: these take
    turns for independent, and so speak of these people's, or of the one activity's, own chances.
    """

    knob: str
    about: str = POPULATION
    by_formula: str | None = None


@dataclass(frozen=True)
class Family:
    """A population with its levels, how a group is drawn from it, what is planted, and what it is to show."""

    levels: Mapping[str, tuple[float, ...]]
    group: Callable[[np.random.Generator, Levels], Planted]
    truths: Callable[[np.random.Generator, Levels], dict[str, float]]
    aims: Mapping[str, Aim]
    groups_per_seed: int


FAMILIES: dict[str, Family] = {
    "talk": Family(
        talk.LEVELS,
        talk.group,
        talk.truths,
        {
            "active_member_share": Aim("silent"),
            "ritual_participation": Aim("ritual"),
            "shared_symbol_rate": Aim("symbol"),
            "shared_symbol_rate:pooled": Aim("symbol"),
            "style_match": Aim("style", SIZE),
            "generalist_index": Aim("specialism"),
            "division_of_labour": Aim("specialism", SIZE),
            "division_of_labour:excess": Aim("specialism", SIZE),
            "role_task_alignment": Aim("alignment", SIZE),
            "cross_role_tie_share": Aim("crossing", PEOPLE),
            "cohesive_core_share": Aim("volume", SIZE),
            "help_request_rate": Aim("requests", PEOPLE),
            "help_answer_rate": Aim("answers", by_formula=PEOPLE),
            "help_answer_rate:excess": Aim("answers", by_formula=PEOPLE),
            "help_response_time": Aim("answers"),
            "helper_breadth": Aim("requests", PEOPLE),
            "gratitude_rate": Aim("thanks"),
            "tie_reciprocity": Aim("reciprocity", PEOPLE),
            "opener_answer_rate": Aim("opening", by_formula=PEOPLE),
            "opener_answer_rate:excess": Aim("opening", by_formula=PEOPLE),
            "answer_equity_gap": Aim("gap", PEOPLE),
            "reply_centralisation": Aim("inequality", SIZE),
            "we_share": Aim("we"),
            "inclusive_we_share": Aim("inclusive", by_formula=PEOPLE),
            "ei_region": Aim("bridging", PEOPLE),
            "ei_cohort": Aim("bridging", PEOPLE),
            "participation_parity": Aim("voice", SIZE),
            "silent_share": Aim("silent"),
            "participation_gini": Aim("inequality"),
            "isolate_share": Aim("volume", SIZE),
            "one_off_share": Aim("volume"),
            "key_person_dependence": Aim("inequality", SIZE),
            "core50_share": Aim("inequality", SIZE),
            "conflict_rate": Aim("conflict"),
            "churn_rate": Aim("churn"),
            "retention_3m": Aim("volume"),
            "opportunity_rate": Aim("opportunity", PEOPLE),
            "opportunity_breadth": Aim("opportunity"),
            "learning_participation": Aim("learning"),
        },
        groups_per_seed=6,
    ),
    "happenings": Family(
        happenings.LEVELS,
        happenings.group,
        happenings.truths,
        {
            "joint_activity_rate": Aim("activities"),
            "joint_activity_breadth": Aim("breadth", by_formula=PEOPLE),
            "donor_share": Aim("donors"),
            "donation_per_member": Aim("gift"),
            "campaign_conversion": Aim("conversion", by_formula=PEOPLE),
            "campaign_half_life": Aim("half_life", SIZE, by_formula=PEOPLE),
            "campaigner_retention": Aim("retention"),
            "chorus_breadth": Aim("chorus"),
            "newcomer_welcome_rate": Aim("welcome"),
            "announcer_concentration": Aim("concentration", SIZE),
            "top1_share": Aim("concentration"),
            "enterprise_support_rate": Aim("support", by_formula=PEOPLE),
            "roster_reach": Aim("reach"),
        },
        groups_per_seed=6,
    ),
    "bursts": Family(
        rhythms.BURST_LEVELS,
        rhythms.bursts,
        rhythms.burst_truths,
        {"activity_burstiness": Aim("spread", SIZE)},
        groups_per_seed=6,
    ),
    "shocks": Family(
        rhythms.SHOCK_LEVELS,
        rhythms.shocks,
        rhythms.shock_truths,
        {"shock_drop": Aim("depth", SIZE), "recovery_months": Aim("lasts")},
        groups_per_seed=4,
    ),
}
ROWS = {
    "code": pl.String,
    "setting": pl.Int64,
    "seed": pl.Int64,
    "level": pl.Float64,
    "planted": pl.Float64,
    "own": pl.Float64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "ci_kind": pl.String,
}
#: One measurement: code, value, low, high, kind of interval.
Cell = tuple[str, float, float, float, str]
Job = Callable[[], list[tuple[object, ...]]]


def cells(planted: Planted, codes: Iterable[str]) -> list[Cell]:
    """What the product says of a group: each code and companion ``code:detail`` that is published."""
    ctx = Context(planted.inputs)
    names = list(codes)
    at = {code: planted.at.get(code, ctx.n_months - 1) for code in {name.partition(":")[0] for name in names}}
    only = np.arange(ctx.n_months)
    ctx.want({(spec.code, spec.def_version): only == at.get(spec.code, -1) for spec in definitions()})
    found: list[Cell] = []
    for code, t in at.items():
        spec = registry()[code]
        measure = measured(ctx, spec)
        if not is_published(statuses(ctx, spec, measure))[t]:
            continue
        for name in (name for name in names if name.partition(":")[0] == code):
            detail = name.partition(":")[2]
            found.append(_cell(name, measure.details[detail] if detail else measure, spec.ci_kind, t))
    return found


def _cell(name: str, what: Measure | Detail, usual: str, t: int) -> Cell:
    if isinstance(what, Detail):
        low, high, kind = what.ci_low, what.ci_high, what.ci_kind
    else:
        (low, high), kind = what.ci or (None, None), usual if what.ci_kind is None else what.ci_kind
    if low is None or high is None or not np.isfinite(low[t] + high[t]):
        return name, float(what.value[t]), np.nan, np.nan, "none"
    said = kind if isinstance(kind, str) else str(kind[t])
    return name, float(what.value[t]), float(low[t]), float(high[t]), said


def _rows(
    family: str, number: int, seed: int, groups: int, truth: dict[str, float]
) -> list[tuple[object, ...]]:
    """Measurements of the groups of one seed at one setting."""
    what = FAMILIES[family]
    levels = settings(what.levels)[number]
    rows: list[tuple[object, ...]] = []
    for replicate in range(groups):
        rng = np.random.default_rng([seed, list(FAMILIES).index(family), number, replicate])
        planted = what.group(rng, levels)
        for code, value, low, high, kind in cells(planted, what.aims):
            level, own = levels[what.aims[code].knob], planted.own.get(code, np.nan)
            rows.append((code, number, seed, level, truth.get(code, np.nan), own, value, low, high, kind))
    return rows


def study(
    seeds: range, processes: int = 1, *, share: float = 1.0, families: Iterable[str] = FAMILIES
) -> pl.DataFrame:
    """All families over the seeds: columns ``ROWS``, one row per group and code that has a value.

    ``share`` of the groups of each seed; the work is dealt to so many processes, each of one thread.
    """
    jobs = []
    for family in families:
        what = FAMILIES[family]
        for number, levels in enumerate(settings(what.levels)):
            truth = what.truths(np.random.default_rng([7, number]), levels)
            groups = max(1, round(share * what.groups_per_seed))
            jobs += [partial(_rows, family, number, seed, groups, truth) for seed in seeds]
    found = in_processes(jobs, processes)
    return pl.DataFrame([row for rows in found for row in rows], schema=ROWS, orient="row")


def in_processes(jobs: list[Job], processes: int) -> list[list[tuple[object, ...]]]:
    """The results of the jobs in their order, from so many patient processes of one thread each."""
    if processes == 1:
        return [job() for job in jobs]
    with pytest.MonkeyPatch.context() as patch:
        for name in ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
            patch.setenv(name, "1")
        with ProcessPoolExecutor(processes, get_context("spawn"), os.nice, (10,)) as pool:
            return [future.result() for future in [pool.submit(job) for job in jobs]]


def aim(code: str) -> Aim:
    """The aim of a code or companion."""
    return next(family.aims[code] for family in FAMILIES.values() if code in family.aims)


def with_targets(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns ``at_size`` (mean of the setting), ``target`` and ``about``: what each interval speaks of."""
    codes = rows["code"].unique()
    resampled = {code: aim(code).about for code in codes}
    by_formula = {code: aim(code).by_formula or about for code, about in resampled.items()}
    is_formula = pl.col("ci_kind").is_in(FORMULAS)
    rows = rows.with_columns(
        at_size=pl.col("value").mean().over("code", "setting"),
        about=pl.when(is_formula)
        .then(pl.col("code").replace_strict(by_formula))
        .otherwise(pl.col("code").replace_strict(resampled)),
    )
    return rows.with_columns(
        target=pl.when(pl.col("about") == SIZE)
        .then("at_size")
        .when(pl.col("about") == PEOPLE)
        .then("own")
        .otherwise("planted")
    )
