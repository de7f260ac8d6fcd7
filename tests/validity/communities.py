"""Whole communities with planted truths, and what the product says of them: ``python -m tests.validity.communities``.

Each community is simulated, exported as its phones would, and passes through every stage into a warehouse of its
own; the words are read from ``research.trend`` and ``research.shock``. Prints the table of docs/trends.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl
import pytest
from scipy.stats import binomtest, kendalltau

from tasks.run import format_month
from tasks.simulate.community import simulate
from tasks.simulate.plan import Levels, SimulationPlan
from tasks.simulate.truth import truth as truth_of
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


def planned(truth: str, seed: int) -> SimulationPlan:
    """One community of 45."""
    return SimulationPlan(
        groups=1, members=45, months=MONTHS, messages_per_month=700, seed=seed, levels=(TRUTHS[truth],)
    )


def reciprocity_moves(truth: str, seed: int) -> bool:
    """Whether give and take in the replies as they were meant rises or falls over the months (Kendall, p <= .10).

    What is planted is how people answer, not who is there: a group that grows writes less to each other, two by two.
    """
    tables = truth_of(simulate(planned(truth, seed)))
    month = tables["messages"].select("message_no", month=pl.col("local_date").dt.truncate("1mo"))
    replies = tables["replies"].join(month, left_on="source_no", right_on="message_no")
    pairs = ["month", "source_member_id", "target_member_id"]
    ties = replies.filter(pl.col(pairs[1]) != pl.col(pairs[2])).group_by(pairs).len("w")
    back = ties.rename({pairs[1]: pairs[2], pairs[2]: pairs[1], "w": "back"})
    both = ties.join(back, on=pairs, how="left").with_columns(pl.col("back").fill_null(0))
    mutual = pl.min_horizontal("w", "back").sum() / pl.col("w").sum()
    course = both.group_by("month").agg(mutual=mutual).sort("month")["mutual"].to_numpy()
    return bool(kendalltau(range(len(course)), course).pvalue <= 0.10)


def said_of(truth: str, seed: int, home: Path) -> Words:
    """Simulate, measure and read."""
    plan = planned(truth, seed)
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


def verdicts(truth: str, seeds: range, kept: Path | None = None) -> list[Words]:
    """What was said of one community per seed; ``kept``: a folder with what earlier runs found, which is added to."""
    found = []
    for seed in seeds:
        told = None if kept is None else kept / f"{truth} {seed}.json"
        if told is not None and told.exists():
            found.append(Words(**json.loads(told.read_text("utf-8"))))
            continue
        with tempfile.TemporaryDirectory() as folder:
            found.append(said_of(truth, seed, Path(folder)))
        if told is not None:
            told.write_text(json.dumps(asdict(found[-1])), "utf-8")
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

    if "no change" in found:
        everything = [plain(word) for one in found["no change"] for word in one.trend.values()]
        tested = [word for word in everything if word in (*CHANGED, "no clear change")]
        row("no change", "every tested code: rising or falling", [word in CHANGED for word in tested])
        for code in ("tie_reciprocity", "ei_cohort"):
            row(
                "no change",
                f"{code}: rising or falling",
                [word in CHANGED for word in said("no change", code)],
            )
        moved = [reciprocity_moves("no change", seed) for seed in range(1, len(found["no change"]) + 1)]
        row("no change", "give and take of the true replies: moves", moved)
    for truth, code in (("decline", "tie_reciprocity"), ("drift", "ei_cohort")):
        if truth in found:
            row(truth, f"{code}: falling", [word == "falling" for word in said(truth, code)])
    if "shock" in found:
        struck = [one.shock["active_member_share"] for one in found["shock"]]
        row(
            "shock",
            "active_member_share: dropped, recovered",
            [word == "dropped: recovered" for word in struck],
        )
    return rows


CHANGED = ("rising", "falling")


def main() -> None:
    """Print the table, and how often each word was said of each code where a change was planted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--details", action="store_true")
    parser.add_argument("--truth", action="append", choices=list(TRUTHS), help="default: all")
    parser.add_argument("--keep", type=Path, help="folder with what was found, to go on from")
    given = parser.parse_args()
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
    seeds = range(1, given.seeds + 1)
    found = {truth: verdicts(truth, seeds, given.keep) for truth in given.truth or TRUTHS}
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
