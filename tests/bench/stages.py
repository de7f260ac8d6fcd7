"""What each stage of a group costs: processor seconds of one core, from two exports to point indicators."""

from __future__ import annotations

import importlib
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from schemas.indicators import definitions
from tasks.identify.stage import forget_rosters, identify_group
from tasks.measure.facts import measure_facts
from tasks.measure.indicators.compute import version_of
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.inputs import IndicatorInputs
from tasks.measure.indicators.measures import measured
from tasks.measure.inputs import cut
from tasks.measure.stage import group_input, indicator_inputs, measure_group
from tasks.parse.stage import parse_group
from tasks.reconcile.stage import reconcile_group
from tasks.run import Run
from tasks.validate.stage import validate_group
from tests.bench.figures import Figure
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

MIN_MESSAGES_A_SECOND = 500_000
#: Parts of the measuring of facts: what is called, by the name of the part.
_PARTS = {
    "turns and normal text": ("_prepare", "_turns", "_roles"),
    "lists": ("read_lists", "chain_lists", "_mark_lists"),
    "words and lexicon": ("read",),
    "replies": ("_stream", "first_answers", "_settle", "triggers", "reply_v1", "_with_repeats"),
    "activities and campaigns": (
        "read_announcements",
        "read_votes",
        "announced_turns",
        "polls",
        "activities",
        "participation",
        "told_gifts",
        "with_told",
        "find_campaigns",
        "choruses",
    ),
    "member months": ("member_months",),
}


def processor_seconds(step: Callable[[], object]) -> float:
    """Processor seconds of one call, of all threads: what it would take on one core alone."""
    begun = time.process_time()
    step()
    return time.process_time() - begun


@contextmanager
def clocked() -> Iterator[dict[str, float]]:
    """Seconds by part while the facts of a group are measured."""
    facts = importlib.import_module("tasks.measure.facts")
    taken = dict.fromkeys(_PARTS, 0.0)

    def clock(part: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            begun = time.process_time()
            result = step(*given, **named)
            taken[part] += time.process_time() - begun
            return result

        return timed

    with ExitStack() as stack:
        for part, names in _PARTS.items():
            for name in names:
                stack.enter_context(patch.object(facts, name, clock(part, getattr(facts, name))))
        yield taken


def points(inputs: IndicatorInputs) -> None:
    """Every definition's values over all months, without intervals and companions."""
    context = Context(inputs)
    nothing = np.zeros(context.n_months, dtype=bool)
    context.want({version_of(spec): nothing for spec in definitions()})
    for spec in definitions():
        if not spec.is_composite:
            measured(context, spec)


def stage_figures(
    landed: Callable[[Path], tuple[Workspace, Run, str]], folder: Path, runs: int, of: str = ""
) -> list[Figure]:
    """Messages by processor second, for each stage and for all of them, each run in a home of its own.

    Args:
        landed: makes a home with one group's files taken in. folder: for the homes. runs: besides one to warm
            up. of: what to add to the names of the figures.
    """
    every: list[dict[str, float]] = []
    n_messages = 0
    for number in range(runs + 1):
        workspace, run, group_id = landed(folder / f"stages{of}-{number}")
        forget_rosters()  # as if this process had met none of them yet
        taken = {
            f"{stage.__name__.removesuffix('_group')}, with storage": processor_seconds(
                partial(stage, workspace, run, group_id)
            )
            for stage in (parse_group, reconcile_group, identify_group, validate_group)
        }
        inputs = cut(group_input(workspace, run, group_id))
        with clocked() as parts:
            facts = processor_seconds(partial(measure_facts, inputs))
        taken |= parts | {"facts": facts}
        if number == 0:
            measure_group(workspace, run, group_id)
            ready = indicator_inputs(inputs, StageStore(workspace.vault, group_id).frames("measure"))
        taken["point indicators"] = processor_seconds(partial(points, ready))
        whole = [part for name, part in taken.items() if name not in _PARTS]
        every.append(taken | {"exports to point indicators": sum(whole)})
        n_messages = len(inputs.messages)
    return [
        _rate(name, of, [n_messages / max(taken[name], 1e-9) for taken in every[1:]], n_messages)
        for name in every[0]
    ]


def _rate(name: str, of: str, rates: list[float], n_messages: int) -> Figure:
    is_goal = name == "exports to point indicators"
    return Figure(
        (f"  {name}" if name in _PARTS else name) + of,
        tuple(rates),
        unit="messages/CPU s",
        base=MIN_MESSAGES_A_SECOND,
        base_name=f"{MIN_MESSAGES_A_SECOND:,}/s",
        at_least=1 if is_goal else None,
        note=f"{n_messages:,} messages; {n_messages / statistics.median(rates) * 1000:,.0f} ms",
    )
