"""One figure of the table, and how it is timed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

RUNS = 7


@dataclass(frozen=True)
class Figure:
    """``values`` of all runs in ``unit``; ``ratio`` of their median to ``base``; the target bounds the ratio.

    ``note`` says what else there is to know; without values it says why there is no figure.
    """

    what: str
    values: tuple[float, ...] = ()
    unit: str = "s"
    base: float = 1.0
    base_name: str = ""
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        return statistics.median(self.values) / self.base

    @property
    def verdict(self) -> str:
        """met | not met, or nothing where there is no target."""
        if not self.values or (self.at_most is None and self.at_least is None):
            return ""
        is_low = self.at_most is None or self.ratio <= self.at_most
        return "met" if is_low and (self.at_least is None or self.ratio >= self.at_least) else "not met"

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return "" if self.at_least is None else f">= {self.at_least:g}"


def seconds(step: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def side_by_side(*steps: Callable[[], object], runs: int = RUNS) -> list[tuple[float, ...]]:
    """Seconds of every step, the steps taking turns, so that a busy machine burdens all alike; one to warm up."""
    for step in steps:
        step()
    turns = [[seconds(step) for step in steps] for _ in range(runs)]
    return [tuple(turn[place] for turn in turns) for place in range(len(steps))]


def table(figures: list[Figure]) -> str:
    """The figures as an aligned table."""
    head = ("what", "median", "min", "max", "unit", "ratio to", "ratio", "target", "", "note")
    rows = [head, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def _cells(figure: Figure) -> tuple[str, ...]:
    if not figure.values:
        return (figure.what, *[""] * 8, figure.note)
    spread = (statistics.median(figure.values), min(figure.values), max(figure.values))
    return (
        figure.what,
        *(f"{value:,.3f}" if value < 1000 else f"{value:,.0f}" for value in spread),
        figure.unit,
        figure.base_name,
        f"{figure.ratio:.2f}",
        figure.target,
        figure.verdict,
        figure.note,
    )
