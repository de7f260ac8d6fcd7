"""What half of the days costs: ``python -m tests.validity.half`` writes its table into docs/validity.md.

Random groups are measured twice: as they are, and with a random half of each month's days taken away as if nobody
had exported them. A share of questions, lists or turns should come out the same on average; a share of members
cannot, since who wrote only on a lost day looks silent.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from schemas.indicators import Indicator, registry
from tasks.measure.indicators import IndicatorInputs, compute
from tests.measure.indicators.random_group import random_group
from tests.validity.__main__ import DOCUMENT, written_into

MONTHS, MEMBERS, PER_MONTH = 6, 60, 900


def shares() -> list[Indicator]:
    """The codes whose unit is a share; a shock needs years, and a retention of campaigns half a year to come."""
    left_out = {"shock_drop", "campaigner_retention"}
    return [one for one in registry().values() if one.unit == "share" and one.code not in left_out]


def halved(inputs: IndicatorInputs, rng: np.random.Generator) -> IndicatorInputs:
    """The group as if a random half of each month's days had been exported by nobody."""
    days = inputs.coverage["date"].unique().sort()
    frame = pl.DataFrame({"date": days, "draw": rng.random(len(days))})
    kept = frame.filter(
        pl.col("draw").rank("ordinal").over(pl.col("date").dt.truncate("1mo"))
        <= (pl.len().over(pl.col("date").dt.truncate("1mo")) + 1) // 2
    )["date"].implode()
    seen = {
        name: getattr(inputs, name).filter(pl.col(column).is_in(kept))
        for name, column in (
            ("fact_turn", "local_date"),
            ("fact_activity", "local_date"),
            ("fact_campaign", "local_date"),
            ("fact_trigger", "local_date"),
            ("fact_mention", "local_date"),
            ("presence", "date"),
            ("coverage", "date"),
        )
    }
    turns = seen["fact_turn"]["turn_key"].implode()
    ties = inputs.fact_reply.filter(
        pl.col("source_turn_key").is_in(turns) & pl.col("target_turn_key").is_in(turns)
    )
    entries = inputs.fact_participation.join(seen["fact_activity"], on="activity_key", how="semi")
    people = inputs.fact_campaign_member.join(seen["fact_campaign"], on="campaign_key", how="semi")
    return replace(inputs, **seen, fact_reply=ties, fact_participation=entries, fact_campaign_member=people)


def study(seeds: Sequence[int]) -> pl.DataFrame:
    """``seed, code, whole, half, status, coverage`` of the last month of each group."""
    codes = {one.code for one in shares()}
    parts = []
    for seed in seeds:
        inputs = random_group(months=MONTHS, members=MEMBERS, per_month=PER_MONTH, seed=seed)
        whole, half = (
            compute(group, months=[inputs.month], codes=codes).values.select(
                "code", "value", "status", "coverage"
            )
            for group in (inputs, halved(inputs, np.random.default_rng([seed, 2])))
        )
        both = whole.select("code", whole="value").join(half.rename({"value": "half"}), on="code")
        parts.append(both.with_columns(seed=pl.lit(seed)))
    return pl.concat(parts)


def summary(rows: pl.DataFrame) -> pl.DataFrame:
    """``code, n, whole, half, difference, error`` over the groups with both values; error: of the mean difference."""
    gap = pl.col("half") - pl.col("whole")
    return (
        rows.drop_nulls(["whole", "half"])
        .group_by("code", maintain_order=True)
        .agg(
            n=pl.len(),
            whole=pl.col("whole").mean(),
            half=pl.col("half").mean(),
            difference=gap.mean(),
            error=gap.std() / pl.len().sqrt(),
        )
    )


def table(rows: pl.DataFrame) -> list[str]:
    """The summary as a table: what counts turns and happenings before what counts members; no share that is the
    same in all these groups.
    """
    found = {row["code"]: row for row in summary(rows).iter_rows(named=True) if row["error"]}
    lines = [
        "| code | share of | all days | half of them | difference | groups |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for of_members, word in ((False, "turns, people or happenings"), (True, "members")):
        for one in shares():
            if one.needs_coverage_95 is of_members and one.code in found:
                row = found[one.code]
                moved = f"{row['difference']:+.3f} ± {2 * row['error']:.3f}"
                cells = (f"`{one.code}`", word, f"{row['whole']:.3f}", f"{row['half']:.3f}", moved, row["n"])
                lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.validity.half", description=__doc__)
    parser.add_argument("--groups", type=int, default=200)
    parser.add_argument("--print", action="store_true", help="print the table instead of writing it")
    asked = parser.parse_args(arguments)
    lines = table(study(range(1, asked.groups + 1)))
    if asked.print:
        sys.stdout.write("\n".join(lines) + "\n")
    else:
        text = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(written_into(text, {"half": lines}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
