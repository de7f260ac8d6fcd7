"""Simulated communities with planted levels, taken from their phones' export files to indicators.

Every stage of the product runs: parser, merge, identities, validation, words, replies, indicators. Held against
what was planted and against what truly happened in the messages that the phones were to hand in.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from tasks.identify.stage import identify_group
from tasks.land.stage import land_groups
from tasks.measure.facts import measure_facts
from tasks.measure.indicators.axes import add_months, month_end
from tasks.measure.indicators.inputs import IndicatorInputs
from tasks.measure.inputs import cut
from tasks.measure.stage import group_input, indicator_inputs
from tasks.parse.stage import parse_group
from tasks.reconcile.stage import reconcile_group
from tasks.run import Run, format_month
from tasks.simulate import Community, Levels, Phone, SimulationPlan, simulate, truth, write_landing
from tasks.simulate.people import OFFICES
from tasks.validate.stage import validate_group
from tests.validity.planting import Array, Planted, settings
from tests.validity.recovery import ROWS, cells, in_processes
from warehouse.keys import generate
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

LEVELS: dict[str, tuple[float, ...]] = {
    "silent_share": (0.05, 0.15, 0.25, 0.4, 0.55),
    "inequality": (0.3, 0.6, 0.9, 1.2, 1.6),
    "answer_rate": (0.2, 0.4, 0.6, 0.75, 0.95),
    "reciprocity": (0.05, 0.25, 0.45, 0.7, 0.95),
    "bridging": (0.0, 0.25, 0.5, 0.75, 1.0),
    "churn": (0.01, 0.03, 0.06, 0.1, 0.16),
}
#: Indicator -> the knob that moves it most.
KNOBS = {
    "active_member_share": "silent_share",
    "silent_share": "silent_share",
    "participation_gini": "inequality",
    "core50_share": "inequality",
    "churn_rate": "churn",
    "help_answer_rate": "answer_rate",
    "help_answer_rate:excess": "answer_rate",
    "opener_answer_rate": "answer_rate",
    "tie_reciprocity": "reciprocity",
    "ei_region": "bridging",
    "ei_region:excess": "bridging",
    "ei_cohort": "bridging",
    "ei_cohort:excess": "bridging",
}
_MEMBERS, _MONTHS, _MESSAGES = 60, 4, 900
_LIFE, _OFFICERS = 84, len(OFFICES)
_CORE = ("mention", "request", "adjacent")
_PHONES = (("siti", "android_id"), ("asep", "ios_en"))


def community(seed: int, levels: dict[str, float], home: Path, messages: int = _MESSAGES) -> Planted:
    """One group through all stages; ``own`` of it is what truly happened in the measured month or its window."""
    phones = tuple(
        Phone(exporter=name, layout=layout, owner=owner, every=_MONTHS, first=_MONTHS - 1, late_days=5)  # type: ignore[arg-type]  # the model checks it
        for owner, (name, layout) in enumerate(_PHONES)
    )
    plan = SimulationPlan(
        groups=1,
        members=_MEMBERS,
        months=_MONTHS,
        messages_per_month=messages,
        seed=seed,
        phones=(phones,),
        levels=(Levels.model_validate(levels),),
    )
    made = simulate(plan)
    (inputs,) = taken_in(made, home).values()
    return Planted(inputs, happened(truth(made), made.month_starts[-1]))


def taken_in(made: Community, home: Path) -> dict[str, IndicatorInputs]:
    """Every group of a community, from its files through all stages to what indicators are computed from."""
    write_landing(made, home)
    workspace = Workspace.open(home)
    generate(workspace.key_file)
    run = Run(run_id="0" * 32, flow="monthly", month=format_month(made.month_starts[-1]))
    found = {}
    for group_id in land_groups(workspace, run):
        for stage in (parse_group, reconcile_group, identify_group, validate_group):
            stage(workspace, run, group_id)
        inputs = cut(group_input(workspace, run, group_id))
        identified = StageStore(workspace.vault, group_id).frames("identify")
        facts = {f"core.{name}": frame for name, frame in measure_facts(inputs).items()}
        facts |= {name: identified[name] for name in ("core.fact_membership", "core.fact_membership_event")}
        found[group_id] = indicator_inputs(inputs, facts)
    return found


def happened(told: dict[str, pl.DataFrame], month: dt.date) -> dict[str, float]:
    """What truly happened up to the end of a month, from the simulator's truth."""
    end, start = month_end(month), month
    turns = _true_turns(told["messages"])
    stays = told["memberships"].with_columns(
        first=(pl.col("joined_at") + pl.duration(hours=7)).dt.date(),
        last=(pl.col("left_at") + pl.duration(hours=7)).dt.date(),
    )

    def present(first: dt.date, last: dt.date) -> pl.Series:
        """Who was there from one day to another."""
        stayed = pl.col("last").is_null() | (pl.col("last") > last)
        return stays.filter((pl.col("first") <= first) & stayed)["member_id"].unique()

    def said(first: dt.date) -> pl.DataFrame:
        return turns.filter(pl.col("local_date").is_between(first, end))

    since = end - dt.timedelta(days=_LIFE - 1)
    lasting = present(since, end)
    silent = (~lasting.is_in(said(since)["member_id"].unique().implode())).mean()
    at_first = present(start, start)
    gone = stays.filter(pl.col("last").is_between(start, end))["member_id"].unique()
    anybody = stays.filter((pl.col("first") <= end) & (pl.col("last").is_null() | (pl.col("last") >= start)))[
        "member_id"
    ].unique()
    counts = said(start).group_by("member_id").len()["len"].to_numpy()
    found = {
        "active_member_share": len(counts) / len(anybody),
        "silent_share": float(silent or 0),  # type: ignore[arg-type]  # a mean of truth values is a number
        "participation_gini": _gini(np.append(counts, np.zeros(len(anybody) - len(counts)))),
        "core50_share": _core(counts),
        "churn_rate": at_first.is_in(gone.implode()).sum() / len(at_first),
        "help_answer_rate": _answered(told, "minta.", start, 3),
        "opener_answer_rate": _answered(told, "tanya.", start, 3),
    }
    return found | _ties(told, start, end)


def _true_turns(messages: pl.DataFrame) -> pl.DataFrame:
    """member_id, local_date of turns: messages of one person within two minutes and nobody between."""
    spoken = messages.filter(~pl.col("is_deleted")).sort("message_no")
    minute = pl.col("local_at").dt.truncate("1m")
    goes_on = (pl.col("member_id") == pl.col("member_id").shift()) & (minute.diff() <= pl.duration(minutes=2))
    return spoken.filter(~goes_on.fill_null(False)).select("member_id", "local_date")


def _answered(told: dict[str, pl.DataFrame], family: str, month: dt.date, window: int) -> float:
    """Share of a quarter's requests that somebody really answered within 24 hours."""
    first = add_months(month, 1 - window)
    messages = told["messages"]
    opens = pl.col("speech_act").str.starts_with(family) & pl.col("speech_act").str.ends_with(".buka")
    prayers = pl.col("speech_act").str.starts_with("minta.doa")
    asked = messages.filter(opens & ~prayers & ~pl.col("is_deleted") & (pl.col("local_date") >= first))
    given = messages.filter(pl.col("speech_act").str.ends_with(".jawab") & ~pl.col("is_deleted")).select(
        message_no="reply_to", at="sent_at"
    )
    met = asked.join(given, on="message_no").filter(pl.col("at") - pl.col("sent_at") <= pl.duration(hours=24))
    return met["message_no"].n_unique() / len(asked) if len(asked) else np.nan


def _ties(told: dict[str, pl.DataFrame], start: dt.date, end: dt.date) -> dict[str, float]:
    """Reciprocity and E-I of who really answered whom in the month, each answer counted once."""
    dated = told["messages"].select(source_no="message_no", at="local_date")
    ties = (
        told["replies"]
        .join(dated, on="source_no")
        .filter(
            pl.col("at").is_between(start, end)
            & pl.col("method").is_in(_CORE)
            & (pl.col("source_member_id") != pl.col("target_member_id"))
        )
    )
    pairs = ties.group_by(source="source_member_id", target="target_member_id").len("n")
    back = pairs.join(pairs, left_on=["source", "target"], right_on=["target", "source"], suffix="_back")
    total = pairs["n"].sum()
    people = told["members"].select("member_id", "origin_region", band=pl.col("cohort") // 3)
    found = {"tie_reciprocity": back.select(pl.min_horizontal("n", "n_back")).sum().item() / total}
    for code, label in (("ei_region", "origin_region"), ("ei_cohort", "band")):
        ends = pairs.join(people.select(source="member_id", a=label), on="source").join(
            people.select(target="member_id", b=label), on="target"
        )
        apart = ends.filter(pl.col("a") != pl.col("b"))["n"].sum()
        found[code] = 2 * apart / total - 1
    return found


def _gini(values: Array) -> float:
    ordered = np.sort(values)
    n = len(ordered)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / ((n - 1) * ordered.sum()))


def _core(counts: Array) -> float:
    running = np.cumsum(np.sort(counts)[::-1])
    return float((np.searchsorted(running, running[-1] / 2) + 1) / len(counts))


def planted_values(levels: dict[str, float]) -> dict[str, float]:
    """What was planted on the scale of an indicator; officers neither leave nor are silent."""
    others = 1 - _OFFICERS / _MEMBERS
    return {
        "silent_share": levels["silent_share"] * others,
        "churn_rate": levels["churn"] * others,
        "help_answer_rate": levels["answer_rate"],
        "opener_answer_rate": levels["answer_rate"],
    }


def _rows(number: int, seed: int) -> list[tuple[object, ...]]:
    levels = settings(LEVELS)[number]
    with tempfile.TemporaryDirectory() as folder:
        planted = community(1000 * number + seed, levels, Path(folder))
    truths = planted_values(levels)
    return [
        (
            code,
            number,
            seed,
            levels[KNOBS[code]],
            truths.get(code, np.nan),
            planted.own.get(code, np.nan),
            value,
            low,
            high,
            kind,
        )
        for code, value, low, high, kind in cells(planted, KNOBS)
    ]


ASKING = 4.0  # times as many requests as usual, so that a quiet group has ten of them in a quarter
#: The answer rates again, by traffic (messages of a month) and planted rate.
TRAFFIC, ANSWER_RATES = (120, 250, 500, 1000), (0.2, 0.5, 0.8)
ANSWER_CODES = tuple(
    code + detail
    for code in ("help_answer_rate", "opener_answer_rate")
    for detail in ("", ":baseline", ":excess")
)
ANSWERS = {
    "messages": pl.Int64,
    "planted": pl.Float64,
    "seed": pl.Int64,
    "code": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "own": pl.Float64,
}


def _answer_rows(messages: int, rate: float, seed: int) -> list[tuple[object, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        levels = {"answer_rate": rate, "asking": ASKING}
        made = community(10 * messages + seed, levels, Path(folder), messages)
    return [
        (messages, rate, seed, code, value, low, high, made.own.get(code, np.nan))
        for code, value, low, high, _ in cells(made, ANSWER_CODES)
    ]


def answers_by_traffic(seeds: range, processes: int = 1) -> pl.DataFrame:
    """Every traffic with every planted rate: columns ``ANSWERS``."""
    jobs = [
        partial(_answer_rows, messages, rate, seed)
        for messages in TRAFFIC
        for rate in ANSWER_RATES
        for seed in seeds
    ]
    rows = [row for found in in_processes(jobs, processes) for row in found]
    return pl.DataFrame(rows, schema=ANSWERS, orient="row")


def study(seeds: range, processes: int = 1) -> pl.DataFrame:
    """Five settings for every seed: columns ``recovery.ROWS``, one row per community and code with a value."""
    jobs = [partial(_rows, number, seed) for number in range(len(settings(LEVELS))) for seed in seeds]
    rows = [row for found in in_processes(jobs, processes) for row in found]
    return pl.DataFrame(rows, schema=ROWS, orient="row")
