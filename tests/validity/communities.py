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

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest, kendalltau, t

from schemas.indicators import registry
from tasks.run import format_month
from tasks.simulate.community import simulate
from tasks.simulate.plan import Levels, SimulationPlan
from tasks.simulate.truth import truth as truth_of
from tasks.simulate.truth import write_landing
from tasks.trends.verdict import family
from tests.e2e.stagewise import drive
from warehouse.engine import Warehouse
from warehouse.keys import generate
from warehouse.sources import code_version
from warehouse.stages import hash_inputs

MONTHS = 40
CHANGED, UNCHANGED = ("rising", "falling"), "no clear change"
STEADY = Levels(silent_share=0.15, churn=0.006, bridging=0.6)
NO_CHANGE, COME_AND_GO = "no change", "come and go"
#: truth -> levels planted. "no change": the same people throughout; "come and go": people alike, but others.
TRUTHS: dict[str, Levels] = {
    NO_CHANGE: STEADY.model_copy(update={"churn": 0.0, "joining": 0.0}),
    COME_AND_GO: STEADY,
    "decline": STEADY.model_copy(update={"decline": 0.04, "decline_from": 12}),
    "shock": STEADY.model_copy(update={"shock_month": 20, "shock_depth": 0.85}),
    "drift": STEADY.model_copy(update={"bridging": 0.9, "drift_apart": 0.0225}),
}


#: The word of every code; what has one value in all months can neither rise nor fall, nor be wrongly said to.
TREND_WORDS = """
SELECT code, CASE WHEN code IN (
    SELECT code FROM research.indicator WHERE status = 'ok' GROUP BY code HAVING min(value) = max(value)
) THEN 'always the same' ELSE trend_status END FROM research.trend
"""


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
    trend = warehouse.read(TREND_WORDS)
    shock = warehouse.read("SELECT code, shock_status FROM research.shock WHERE shock = 'banjir'")
    return Words(dict(trend.iter_rows()), dict(shock.iter_rows()))


def share(hits: int, of: int) -> str:
    """A share with its exact 95 % interval."""
    interval = binomtest(hits, of).proportion_ci()
    return f"{hits} of {of}: {hits / of:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def verdicts(truth: str, seeds: range, kept: Path | None = None) -> list[Words]:
    """What was said of one community per seed; ``kept``: a folder with what earlier runs found, which is added to.

    What another code, or of another plan, found is not taken for what this one finds.
    """
    found = []
    for seed in seeds:
        rests_on = hash_inputs(code=code_version(), plan=planned(truth, seed).model_dump(mode="json"))[:12]
        told = None if kept is None else kept / f"{truth} {seed} {rests_on}.json"
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


def false_alarms(found: list[Words]) -> list[dict[str, bool]]:
    """Of each community, the tested codes, and whether their word tells of a change."""
    told = [{code: plain(word) for code, word in one.trend.items()} for one in found]
    return [
        {code: word in CHANGED for code, word in words.items() if word in (*CHANGED, UNCHANGED)}
        for words in told
    ]


def by_family(alarms: list[dict[str, bool]]) -> list[dict[str, bool]]:
    """Of each community, the families of codes that are judged together, and whether any code of them alarms."""
    found = []
    for one in alarms:
        families: dict[str, bool] = {}
        for code, alarm in one.items():
            name = family(registry()[code])
            families[name] = families.get(name, False) or alarm
        found.append(families)
    return found


def pooled(alarms: list[dict[str, bool]]) -> str:
    """The share of alarms over all communities; its interval takes communities, not codes, for independent."""
    hits, of = (
        np.array([count(one) for one in alarms], dtype=float) for count in (lambda a: sum(a.values()), len)
    )
    if not of.sum():
        return "nothing tested"
    n, rate = len(alarms), hits.sum() / of.sum()
    if n == 1:
        return f"{hits.sum():.0f} of {of.sum():.0f}: {rate:.3f}"
    error = np.sqrt(((hits - rate * of) ** 2).sum() * n / (n - 1)) / of.sum()
    reach = t.ppf(0.975, n - 1) * error
    return f"{hits.sum():.0f} of {of.sum():.0f}: {rate:.3f} [{max(rate - reach, 0):.3f}, {rate + reach:.3f}]"


def table(found: dict[str, list[Words]]) -> list[str]:
    """Rows of the table: truth, question, share of seeds with the right word."""
    rows = ["| planted | asked | said |", "| --- | --- | --- |"]

    def row(truth: str, asked: str, hits: list[bool]) -> None:
        rows.append(f"| {truth} | {asked} | {share(sum(hits), len(hits))} |")

    def said(truth: str, code: str) -> list[str]:
        return [plain(one.trend[code]) for one in found[truth]]

    for truth in [one for one in (NO_CHANGE, COME_AND_GO) if one in found]:
        alarms = false_alarms(found[truth])
        rows.append(f"| {truth} | any of the tested codes: rising or falling | {pooled(alarms)} |")
        rows.append(f"| {truth} | any code of a family: rising or falling | {pooled(by_family(alarms))} |")
        for code in ("tie_reciprocity", "ei_cohort"):
            row(truth, f"{code}: rising or falling", [word in CHANGED for word in said(truth, code)])
        moved = [reciprocity_moves(truth, seed) for seed in range(1, len(found[truth]) + 1)]
        row(truth, "true replies: give and take moves", moved)
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
