"""Replies and task classes against the simulator's truth: ``python -m tests.evaluate.on_simulated [SEEDS]``.

The store is the truth itself, so the figures are those of the rules, not of parsing or of matching people.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter

import numpy as np
import polars as pl

from schemas.config import Group
from schemas.frames import FRAMES
from schemas.tables import TABLES
from tasks.evaluate.scores import share
from tasks.measure.facts import measure_facts
from tasks.measure.inputs import GroupInput
from tasks.simulate import SimulationPlan, simulate, truth

#: Choruses that the simulator ties to their occasion and rule 3 does not know: they answer no news, no gift
#: and no call, so by the rules they are talk. Greetings answered, pictures and wares praised, excuses.
OTHER_CHORUS = r"^(?:salam\.|foto\.|usaha\.puji|umum\.izin|umum\.tanya)"
_AFTER_WISHES = r"^(?:salam\.|terusan)"


def one_group(
    seed: int, months: int = 12, campaign_talk: float = 0.0
) -> tuple[GroupInput, dict[str, pl.DataFrame]]:
    """A simulated group of 30 to 80 members over a year, and the truth about it."""
    plan = SimulationPlan(
        groups=1,
        members=(30, 80),
        months=months,
        messages_per_month=600,
        seed=seed,
        campaign_talk=campaign_talk,
    )
    told = truth(simulate(plan))
    people = (
        told["members"]
        .with_row_index("member_key", offset=1)
        .with_columns(pl.col("member_key").cast(pl.Int64))
    )
    numbers = people.select("member_id", "member_key")
    messages = told["messages"].join(numbers, on="member_id").sort("sent_at", "message_no")
    messages = messages.select(
        "sent_at", "local_at", "local_date", "kind", "is_edited", "member_key",
        message_id="message_no", person_no="member_key", has_seconds=pl.lit(True), is_forwarded=pl.lit(False),
        text=pl.when(pl.col("kind") != "deleted").then("text"),
        n_exports=pl.lit(1), export_ids=pl.lit(["0" * 12]), is_bot=pl.lit(False),
    )  # fmt: skip
    days = pl.DataFrame(
        {"date": pl.date_range(messages["local_date"].min(), messages["local_date"].max(), eager=True)}
    )
    known = people.select(
        "member_key", "name", "aliases", "phone", person_no="member_key", is_bot=pl.lit(False)
    )
    return (
        GroupInput(
            group_id="simulated",
            group_key=1,
            group=Group(),
            messages=messages,
            events=FRAMES["events"].empty(),
            changes=FRAMES["changes"].empty(),
            people=known,
            dim_member=people.select("member_key", "role", valid_from=pl.lit(dt.date(2000, 1, 1))),
            memberships=TABLES["core.fact_membership"].empty(),
            presence=days.join(known.select("member_key"), how="cross").with_columns(is_proven=pl.lit(True)),
            coverage=days.with_columns(
                exporter_no=pl.lit(0, dtype=pl.Int32),
                is_covered=pl.lit(True),
                is_gap=pl.lit(False),
                is_unverified=pl.lit(False),
            ),
            month=messages["local_date"].max().replace(day=1),
            history_start=messages["local_date"].min(),
            n_is_known=True,
        ),
        told,
    )


def compared(seed: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Inferred ties with ``is_right``, true ties with ``is_found``, coded turns with both tasks.

    A tie is a pair of turns; list copies, and messages that answer within their own turn, have none.
    """
    inputs, told = one_group(seed)
    facts = measure_facts(inputs)
    inferred = facts["fact_reply"].select("method", source="source_turn_key", target="target_turn_key")
    turn_of = facts["fact_message"].drop_nulls("turn_key").select("message_key", "turn_key")
    acts = told["messages"].select("message_no", "speech_act", "task")
    true = (
        told["replies"]
        .filter(pl.col("method") != "list")
        .join(turn_of.rename({"turn_key": "source"}), left_on="source_no", right_on="message_key")
        .join(turn_of.rename({"turn_key": "target"}), left_on="target_no", right_on="message_key")
        .join(acts, left_on="source_no", right_on="message_no")
        .join(acts.select("message_no", answered="speech_act"), left_on="target_no", right_on="message_no")
        .filter(pl.col("source") != pl.col("target"))
        .with_columns(method=_kind_of_chorus())
        .unique(["source", "target"], keep="first", maintain_order=True)
    )
    pair = ["source", "target"]
    ties = inferred.with_columns(
        is_right=pl.struct(pair).is_in(true.select(pl.struct(pair)).to_series().implode())
    )
    truths = true.select(
        "method", is_found=pl.struct(pair).is_in(inferred.select(pl.struct(pair)).to_series().implode())
    )
    alone = turn_of.filter(pl.len().over("turn_key") == 1).join(
        acts, left_on="message_key", right_on="message_no"
    )
    tasks = (
        facts["fact_turn"].join(alone, on="turn_key", suffix="_true").select("task", "task_true").drop_nulls()
    )
    return ties, truths, tasks


def _kind_of_chorus() -> pl.Expr:
    is_other = pl.col("speech_act").str.contains(OTHER_CHORUS) | pl.col("answered").str.contains(
        _AFTER_WISHES
    )
    chorus = pl.when(is_other).then(pl.lit("other chorus")).otherwise(pl.lit("broadcast"))
    return pl.when(pl.col("method") == "broadcast").then(chorus).otherwise("method")


def _line(name: str, hits: pl.Series) -> str:
    told = share(hits.cast(pl.Float64).to_numpy())
    if told.value is None or told.low is None or told.high is None:
        return f"| {name} | - | - | 0 |"
    return f"| {name} | {told.value:.2f} | {told.low:.2f}-{told.high:.2f} | {len(hits):,} |"


def main(seeds: int) -> None:
    """Print precision, recall and agreement over the seeds, pooled, with Wilson intervals."""
    ties, truths, tasks = (
        pl.concat(frames) for frames in zip(*map(compared, range(1, seeds + 1)), strict=True)
    )
    rules = ("mention", "request", "broadcast", "adjacent")
    lines = ["| precision of | share | 95 % | inferred ties |", "|---|---|---|---|"]
    lines += [_line(rule, ties.filter(pl.col("method") == rule)["is_right"]) for rule in rules]
    lines += [
        _line("all", ties["is_right"]),
        "",
        "| recall of | share | 95 % | true ties |",
        "|---|---|---|---|",
    ]
    kinds = (*rules, "other chorus")
    lines += [_line(kind, truths.filter(pl.col("method") == kind)["is_found"]) for kind in kinds]
    lines += [_line("all", truths["is_found"]), ""]
    agreed, expected = _agreement(tasks)
    kappa = (agreed - expected) / (1 - expected)
    lines.append(f"task of {len(tasks):,} turns of one message: agreement {agreed:.2f}, kappa {kappa:.2f}")
    sys.stdout.write("\n".join(lines) + "\n")


def _agreement(tasks: pl.DataFrame) -> tuple[float, float]:
    one, other = (Counter(tasks[name].to_list()) for name in ("task", "task_true"))
    expected = sum(one[name] * other[name] for name in one) / len(tasks) ** 2
    return float(np.mean((tasks["task"] == tasks["task_true"]).to_numpy())), expected


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
