"""The simulator's lists put through the whole way, from exports to facts, and held against the truth.

``python -m tests.measure.list_recovery`` prints the figures of docs/measurement.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tasks.identify.stage import identify_group
from tasks.land.stage import land_groups
from tasks.measure.facts import measure_facts
from tasks.measure.inputs import cut
from tasks.measure.stage import group_input
from tasks.parse.stage import parse_group
from tasks.reconcile.stage import reconcile_group
from tasks.run import Run, format_month
from tasks.simulate import Phone, SimulationPlan, simulate, truth, write_landing
from tasks.validate.stage import validate_group
from warehouse.keys import generate
from warehouse.workspace import Workspace

_STANDS = ("yes", "no", "maybe", "done")


@dataclass
class Score:
    """True, found and right of each thing counted; ``wrong`` names what differs, for whoever mends a rule."""

    true: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    missed: dict[str, Counter[Hashable]] = field(default_factory=dict)
    invented: dict[str, Counter[Hashable]] = field(default_factory=dict)

    def add(self, what: str, true: Iterable[Hashable], found: Iterable[Hashable]) -> None:
        """Compare two multisets."""
        expected, got = Counter(true), Counter(found)
        self.true[what] += expected.total()
        self.found[what] += got.total()
        self.right[what] += (expected & got).total()
        self.missed[what] = expected - got
        self.invented[what] = got - expected

    def precision(self, what: str) -> float:
        """Share of what was found that is true."""
        return self.right[what] / self.found[what]

    def recall(self, what: str) -> float:
        """Share of what is true that was found."""
        return self.right[what] / self.true[what]


def recover(seed: int, home: Path, score: Score, **plan: object) -> Score:
    """Simulate a group that two phones export, measure it, and add what was recovered to the score."""
    months = int(str(plan.get("months", 8)))
    phones = tuple(
        Phone(exporter=name, layout=layout, owner=owner, every=months, first=months - 1)  # type: ignore[arg-type]  # layouts are checked by the model
        for owner, (name, layout) in enumerate((("siti", "android_id"), ("asep", "ios_en")))
    )
    settings = {
        "groups": 1,
        "members": 45,
        "months": months,
        "messages_per_month": 500,
        "phones": (phones,),
    } | plan
    community = simulate(SimulationPlan(seed=seed, **settings))  # type: ignore[arg-type]  # checked by the model
    write_landing(community, home)
    workspace = Workspace.open(home)
    generate(workspace.key_file)
    run = Run(run_id="0" * 32, flow="monthly", month=format_month(community.month_starts[-1]))
    (group_id,) = land_groups(workspace, run)
    for stage in (parse_group, reconcile_group, identify_group, validate_group):
        stage(workspace, run, group_id)
    inputs = cut(group_input(workspace, run, group_id))
    facts = measure_facts(inputs)
    told = truth(community)
    ids = dict(told["members"].select("name", "member_id").rows())
    member = {key: ids.get(name, name) for key, name in inputs.people.select("member_key", "name").rows()}
    _compare(score, told["activities"], facts, member)
    return score


def _compare(
    score: Score, made: pl.DataFrame, facts: dict[str, pl.DataFrame], member: dict[int, str]
) -> None:
    kept = facts["fact_activity"].filter(pl.col("activity_kind") != "announcement")
    entries = facts["fact_participation"]
    true, found = list[Hashable](), list[Hashable]()
    for row in made.iter_rows(named=True):
        true.append((row["kind"], row["first_date"], row["organiser"]))
    known = {}
    for row in kept.iter_rows(named=True):
        one = (row["activity_kind"], row["local_date"], member.get(row["organiser_member_key"]))
        found.append(one)
        known[row["activity_key"]] = one
    score.add("activities", true, found)
    dated = made.drop_nulls("event_date").select("kind", "first_date", "organiser", "event_date")
    planned = kept.drop_nulls("planned_date").select("activity_key", "planned_date")
    score.add("dates", dated.rows(), [(*known[number], day) for number, day in planned.rows()])
    counted = ("participants", "statuses", "amounts", "paid", "guests", "proxies")
    truths: dict[str, list[Hashable]] = {name: [] for name in counted}
    facts_found: dict[str, list[Hashable]] = {name: [] for name in truths}
    for row in made.iter_rows(named=True):
        one = (row["kind"], row["first_date"], row["organiser"])
        columns = ("participants", "statuses", "amounts", "is_paid", "n_guests", "slots", "is_proxy")
        for who, status, amount, paid, guests, slot, proxy in zip(
            *(row[name] for name in columns), strict=True
        ):
            _note(truths, one, who, status, amount, paid, guests, None if slot is None else str(slot), proxy)
        truths["amounts"] += [(*one, None, float(amount)) for amount in row["other_amounts"]]
    for row in entries.filter(pl.col("activity_key").is_in(list(known))).iter_rows(named=True):
        one, who = known[row["activity_key"]], member.get(row["member_key"])
        if who is None:
            facts_found["amounts"] += [(*one, None, row["amount_idr"])] if row["amount_idr"] else []
            continue
        _note(
            facts_found, one, who, row["participation_status"], row["amount_idr"], row["is_paid"], row["n_guests"],
            row["slot"], row["is_proxy"],
        )  # fmt: skip
    for name in truths:
        score.add(name, truths[name], facts_found[name])


def _note(
    notes: dict[str, list[Hashable]], one: tuple[Hashable, ...], who: str, status: str, amount: float | None,
    paid: bool | None, guests: int, slot: str | None, proxy: bool,
) -> None:  # fmt: skip
    if status in _STANDS:
        notes["participants"].append((*one, who, slot))
    notes["statuses"].append((*one, who, slot, status))
    if amount is not None:
        notes["amounts"].append((*one, who, float(amount)))
        notes["paid"].append((*one, who, bool(paid)))
    if guests:
        notes["guests"].append((*one, who, guests))
    notes["proxies"].append((*one, who, proxy))


def main() -> None:
    """Print precision and recall of everything counted, over seeds kept apart while the rules were mended."""
    parser = argparse.ArgumentParser(prog="python -m tests.measure.list_recovery")
    parser.add_argument("--seeds", type=int, default=20)
    score = Score()
    for seed in range(101, 101 + parser.parse_args().seeds):
        with tempfile.TemporaryDirectory() as home:
            recover(seed, Path(home), score)
    lines = ["| of | precision | recall | true |", "| --- | --- | --- | --- |"]
    for what, true in score.true.items():
        lines.append(f"| {what} | {score.precision(what):.3f} | {score.recall(what):.3f} | {true:,} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
