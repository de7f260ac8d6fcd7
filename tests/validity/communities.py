"""Whole communities with planted truths, and what the product says of them: ``python -m tests.validity.communities``.

Each community is simulated, exported as its phones would, and passes through every stage into a warehouse of its
own; the words are read from ``research.trend`` and ``research.shock``. Prints the table of docs/trends.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from scipy.stats import binomtest

from tasks.run import format_month
from tasks.simulate.community import simulate
from tasks.simulate.plan import Levels, SimulationPlan
from tasks.simulate.truth import write_landing
from tests.e2e.stagewise import drive
from warehouse.engine import Warehouse
from warehouse.keys import generate

MONTHS = 40
STEADY = Levels(silent_share=0.15, churn=0.006, bridging=0.6)
#: truth -> levels planted
TRUTHS: dict[str, Levels] = {
    "no change": STEADY,
    "decline": STEADY.model_copy(update={"decline": 0.04, "decline_from": 12}),
    "shock": STEADY.model_copy(update={"shock_month": 20, "shock_depth": 0.85}),
    "drift": STEADY.model_copy(update={"bridging": 0.9, "drift_apart": 0.0225}),
}


@dataclass(frozen=True)
class Words:
    """What was said of one community: code -> word of its trend, code -> word about its shock."""

    trend: dict[str, str]
    shock: dict[str, str]


def said_of(truth: str, seed: int, home: Path) -> Words:
    """Simulate, measure and read."""
    plan = SimulationPlan(
        groups=1, members=45, months=MONTHS, messages_per_month=700, seed=seed, levels=(TRUTHS[truth],)
    )
    community = simulate(plan)
    write_landing(community, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLIDARITY_HOME", str(home))
        patch.delenv("SOLIDARITY_WAREHOUSE_URL", raising=False)
        generate(home / "vault" / "pseudonym.key")
        drive(format_month(plan.month(MONTHS - 1)))
    warehouse = Warehouse(f"duckdb:///{home / 'warehouse.duckdb'}")
    trend = warehouse.read("SELECT code, trend_status FROM research.trend")
    shock = warehouse.read("SELECT code, shock_status FROM research.shock WHERE shock = 'banjir'")
    return Words(dict(trend.iter_rows()), dict(shock.iter_rows()))


def share(hits: int, of: int) -> str:
    """A share with its exact 95 % interval."""
    interval = binomtest(hits, of).proportion_ci()
    return f"{hits} of {of}: {hits / of:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def verdicts(truth: str, seeds: range) -> list[Words]:
    """What was said of one community per seed."""
    found = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            found.append(said_of(truth, seed, Path(folder)))
    return found


def plain(word: str) -> str:
    """A trend's word without its hedge."""
    return word.removeprefix("indicative: ")


def table(found: dict[str, list[Words]]) -> list[str]:
    """Rows of the table: truth, question, share of seeds with the right word."""
    rows = ["| planted | asked | said |", "| --- | --- | --- |"]

    def row(truth: str, asked: str, hits: list[bool]) -> None:
        rows.append(f"| {truth} | {asked} | {share(sum(hits), len(hits))} |")

    def said(truth: str, code: str) -> list[str]:
        return [plain(one.trend[code]) for one in found[truth]]

    everything = [plain(word) for one in found["no change"] for word in one.trend.values()]
    tested = [word for word in everything if word in (*CHANGED, "no clear change")]
    row("no change", "every tested code: rising or falling", [word in CHANGED for word in tested])
    for code in ("tie_reciprocity", "ei_cohort"):
        row("no change", f"{code}: rising or falling", [word in CHANGED for word in said("no change", code)])
    row(
        "decline",
        "tie_reciprocity: falling",
        [word == "falling" for word in said("decline", "tie_reciprocity")],
    )
    struck = [one.shock["active_member_share"] for one in found["shock"]]
    row("shock", "active_member_share: dropped, recovered", [word == "dropped: recovered" for word in struck])
    row("drift", "ei_cohort: falling", [word == "falling" for word in said("drift", "ei_cohort")])
    return rows


CHANGED = ("rising", "falling")


def main() -> None:
    """Print the table, and how often each word was said of each code where a change was planted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--details", action="store_true")
    given = parser.parse_args()
    found = {truth: verdicts(truth, range(1, given.seeds + 1)) for truth in TRUTHS}
    lines = table(found)
    if given.details:
        for truth, words in found.items():
            for code in sorted(words[0].trend):
                said = (
                    Counter(one.trend[code] for one in words),
                    Counter(one.shock.get(code) for one in words),
                )
                lines.append(f"{truth} {code} {dict(said[0])} {dict(said[1])}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
