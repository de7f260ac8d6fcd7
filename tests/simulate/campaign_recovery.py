"""The simulator's campaigns held against what is measured of them: ``python -m tests.simulate.campaign_recovery``.

The store is the truth itself, so the figures are those of the rules, not of parsing or of matching people.
"""

from __future__ import annotations

import argparse
import sys

import polars as pl
from scipy.stats import binomtest

from tasks.measure.facts import measure_facts
from tests.evaluate.on_simulated import one_group

TALK = 6.0  # turns about a list beside its copies, on average
WHAT = ("campaigns", "reached", "talkers", "committed", "only talked")
_CAMPAIGN = ["kind", "first_date", "organiser", "nth"]


def recovered(seed: int, months: int = 12, talk: float = TALK) -> pl.DataFrame:
    """Columns what, kind, is_true, is_found: one row per campaign, and per person of one, that is true or found.

    A campaign is known again by its kind, its first day and who began it.
    """
    inputs, told = one_group(seed, months, talk)
    facts = measure_facts(inputs)
    ids = (
        told["members"]
        .with_row_index("member_key", offset=1)
        .select(pl.col("member_key").cast(pl.Int64), "member_id")
    )
    began = facts["fact_activity"].join(
        ids, left_on="organiser_member_key", right_on="member_key", how="left"
    )
    found = _numbered(
        facts["fact_campaign"]
        .join(
            began.select(organiser="member_id", campaign_key="activity_key"),
            on="campaign_key",
            maintain_order="left",
        )
        .rename({"activity_kind": "kind", "local_date": "first_date"})
    )
    people = facts["fact_campaign_member"].join(ids, on="member_key").join(found, on="campaign_key")
    made = _numbered(told["campaigns"]).with_columns(
        pl.concat_list("talkers", "committed").list.unique().alias("reached"),
        pl.col("talkers").list.set_difference("committed").alias("only talked"),
    )
    parts = [_compared("campaigns", made, found, _CAMPAIGN)]
    marks = {
        "reached": pl.lit(True),
        "talkers": pl.col("is_talker"),
        "committed": pl.col("is_committed"),
        "only talked": ~pl.col("is_committed"),
    }
    for what, mark in marks.items():
        true = made.explode(what, empty_as_null=True).rename({what: "member_id"}).drop_nulls("member_id")
        parts.append(_compared(what, true, people.filter(mark), [*_CAMPAIGN, "member_id"]))
    return pl.concat(parts)


def _numbered(campaigns: pl.DataFrame) -> pl.DataFrame:
    """With ``nth``: which of those of one kind, day and organiser."""
    return campaigns.with_columns(nth=pl.int_range(pl.len()).over(_CAMPAIGN[:3]))


def _compared(what: str, true: pl.DataFrame, found: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    joined = true.select(*on, is_true=True).join(
        found.select(*on, is_found=True), on=on, how="full", coalesce=True, nulls_equal=True
    )
    return joined.select(
        pl.lit(what).alias("what"),
        "kind",
        pl.col("is_true").fill_null(False),
        pl.col("is_found").fill_null(False),
    )


def shares(rows: pl.DataFrame, what: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Right of those found, and right of those true, of one thing: precision and recall as counts."""
    of = rows.filter(pl.col("what") == what)
    right = int((of["is_true"] & of["is_found"]).sum())
    return (right, int(of["is_found"].sum())), (right, int(of["is_true"].sum()))


def table(rows: pl.DataFrame) -> list[str]:
    """Precision and recall with exact intervals, of campaigns on lists and of announced ones."""
    lines = ["| of | what | precision | recall |", "| --- | --- | --- | --- |"]
    announced = pl.col("kind") == "announcement"
    for name, chosen in (
        ("lists and polls", rows.filter(~announced)),
        ("announcements", rows.filter(announced)),
    ):
        for what in WHAT:
            told = []
            for right, of in shares(chosen, what):
                interval = binomtest(right, of).proportion_ci()
                told.append(f"{right / of:.2f} [{interval.low:.2f}, {interval.high:.2f}] of {of:,}")
            lines.append(f"| {name} | {what} | " + " | ".join(told) + " |")
    return lines


def conversions(rows: pl.DataFrame) -> str:
    """Share of the people of campaigns on lists who committed, as found and as true, all campaigns together."""
    on_lists = rows.filter(pl.col("kind") != "announcement")
    (_, committed), (_, true_committed) = shares(on_lists, "committed")
    (_, reached), (_, true_reached) = shares(on_lists, "reached")
    found, true = committed / reached, true_committed / true_reached
    return f"committed of those reached by lists and polls: found {found:.2f}, true {true:.2f}"


def main() -> None:
    """Print the table of docs/measurement.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = range(1, parser.parse_args().seeds + 1)
    rows = pl.concat([recovered(seed) for seed in seeds])
    sys.stdout.write("\n".join([*table(rows), "", conversions(rows)]) + "\n")


if __name__ == "__main__":
    main()
