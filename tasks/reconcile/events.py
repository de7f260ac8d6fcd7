"""System events of all exports, each once, with the people they speak of."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.frames import EVENTS
from tasks.parse.labels import SELF_LABEL
from tasks.reconcile.clocks import to_local
from tasks.reconcile.runs import pack, starts, within
from tasks.reconcile.slots import MAX_VERSIONS
from tasks.reconcile.votes import shared_events


def spoken_of(lines: pl.DataFrame) -> pl.DataFrame:
    """People in system lines: one row per line, role (actor | target) and place in its list.

    Args:
        lines: ``x, minute, event, line, actor, targets`` of system lines.

    Returns:
        ``x, minute, event, line, role, place, n_targets, label``.
    """
    base = lines.with_columns(n_targets=pl.col("targets").list.len().fill_null(0)).drop("actor", "targets")
    actors = base.with_columns(role=pl.lit("actor"), place=pl.lit(0, pl.Int64), label=lines["actor"])
    targets = (
        base.with_columns(role=pl.lit("target"), label=lines["targets"])
        .filter(pl.col("n_targets") > 0)
        .with_columns(place=pl.int_ranges(pl.col("n_targets")))
        .explode("place", "label")
        .select(actors.columns)
    )
    return pl.concat([actors, targets]).filter(pl.col("label").is_not_null())


def owners(spoken: pl.DataFrame, phone: list[int], person: pl.DataFrame) -> dict[int, int]:
    """Who owns each phone: whoever stands in other exports where his own says "You".

    Args:
        spoken: as from :func:`spoken_of` with ``node`` (NULL for "You").
        phone: exporter_no of each export.
        person: ``node, person``.

    Returns:
        exporter_no -> person, where more than half of the shared events agree.
    """
    pairs = shared_events(spoken)
    sides = [
        pairs.select(x="x", node="node", other="next_node"),
        pairs.select(x="next_x", node="next_node", other="node"),
    ]
    seen = (
        pl.concat(sides)
        .filter(pl.col("node").is_null() & pl.col("other").is_not_null())
        .join(person.rename({"node": "other"}), on="other")
        .with_columns(phone=pl.col("x").replace_strict(range(len(phone)), phone, return_dtype=pl.Int64))
        .group_by("phone", "person")
        .len("n")
        .with_columns(share=pl.col("n") / pl.col("n").sum().over("phone"))
        .filter(pl.col("share") > 0.5)
    )
    return dict(seen.select("phone", "person").sort("phone").iter_rows())


def merge_events(lines: pl.DataFrame, spoken: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Each event once per person it speaks of.

    A target is what makes an event one: nobody is added twice in one minute by two people. An event
    without target is one by its actor. Where an export leaves a person unnamed (its owner, who is not
    known), the row joins one of another export that names him.

    Args:
        lines: ``x, line, minute, sent_at, has_seconds, event, targets, timer_hours`` of system lines.
        spoken: ``line, role, place, person``; person NULL for an owner who is not known.
        zone: the group's.

    Returns:
        EVENTS, with persons as clusters in ``actor_person_no, target_person_no``.
    """
    actor = spoken.filter(pl.col("role") == "actor").select("line", actor="person")
    target = spoken.filter(pl.col("role") == "target").select(
        "line", "place", target="person", has_target=True
    )
    rows = (
        lines.drop("actor", "targets")
        .join(actor, on="line", how="left")
        .join(target, on="line", how="left")
        .with_columns(pl.col("has_target").fill_null(False), pl.col("place").fill_null(0))
        .with_columns(who=pl.when("has_target").then("target").otherwise("actor"))
        .sort("x", "line", "place")
    )
    if rows.is_empty():
        return EVENTS.empty()
    events = _absorb_unnamed(_union(rows))
    minute = pl.from_epoch(pl.col("minute") * 60, time_unit="s").cast(pl.Datetime("us"))
    events = events.with_columns(sent_at=pl.coalesce("second_at", minute)).sort(
        "sent_at", "first_line", "place", "event", "who", nulls_last=True
    )
    return EVENTS.conform(
        events.with_columns(local_at=to_local(events["sent_at"], zone)).select(
            pl.int_range(pl.len()).alias("seq"),
            "sent_at",
            "local_at",
            pl.col("local_at").dt.date().alias("local_date"),
            "event",
            pl.col("actor").alias("actor_person_no"),
            pl.col("target").alias("target_person_no"),
            "timer_hours",
            pl.col("exports").list.len().alias("n_exports"),
        )
    )


def _union(rows: pl.DataFrame) -> pl.DataFrame:
    """Multiset union over (minute, event, person, occurrence)."""
    event = rows["event"].rank("dense").cast(pl.Int64).to_numpy()
    who = rows["who"].fill_null(-1).to_numpy()
    export = rows["x"].cast(pl.Int64).to_numpy()
    code = pack(rows["minute"].to_numpy(), event, rows["has_target"].cast(pl.Int64).to_numpy(), who)
    order = np.argsort(code, kind="stable")
    nth, _ = within(starts(code[order], export[order]))
    occurrence = np.empty_like(nth)
    occurrence[order] = nth
    return (
        rows.with_columns(nth=pl.Series(occurrence))
        .group_by("minute", "event", "has_target", "who", "nth")
        .agg(
            exports=pl.col("x").unique().sort(),
            actor=pl.col("actor").drop_nulls().min(),
            target=pl.col("target").first(),
            timer_hours=pl.col("timer_hours").max(),
            second_at=pl.col("sent_at").filter(pl.col("has_seconds")).min(),
            first_line=pl.col("line").min(),
            place=pl.col("place").min(),
        )
        .sort("minute", "event", "has_target", "who", "nth", nulls_last=True)
        .with_row_index("slot")
    )


def _absorb_unnamed(events: pl.DataFrame) -> pl.DataFrame:
    """Rows without a person join one of other exports that has one; the k-th the k-th of its minute."""
    same = ["minute", "event", "has_target"]
    named = events.filter(pl.col("who").is_not_null(), pl.len().over(same) <= MAX_VERSIONS)
    pairs = (
        events.filter(pl.col("who").is_null())
        .join(named, on=same, suffix="_into")
        .filter(pl.col("exports").list.set_intersection("exports_into").list.len() == 0)
        .sort("slot", "slot_into")
    )
    if pairs.is_empty():
        return events
    rank = pairs.with_columns(
        k=pl.col("slot").rank("dense").over(same), k_into=pl.col("slot_into").rank("dense").over(same)
    )
    chosen = rank.filter(pl.col("k") == pl.col("k_into"))
    gained = chosen.select(slot="slot_into", more="exports", second="second_at", other_actor="actor")
    return (
        events.join(chosen, on="slot", how="anti")
        .join(gained, on="slot", how="left")
        .with_columns(
            exports=pl.col("exports").list.set_union(pl.col("more").fill_null([])),
            second_at=pl.coalesce("second_at", "second"),
            actor=pl.coalesce("actor", "other_actor"),
        )
    )


def own_events(lines: pl.DataFrame) -> pl.DataFrame:
    """When the phones' owners came and went: ``x, line, minute, event`` of lines that say "You"."""
    return lines.filter(
        (pl.col("actor") == SELF_LABEL) & pl.col("event").is_in(["joined_link", "joined_community", "left"])
        | pl.col("targets").list.contains(SELF_LABEL)
        & pl.col("event").is_in(["added", "removed", "joined_link", "joined_community"])
    ).select("x", "line", "minute", "event")
