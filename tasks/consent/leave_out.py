"""Taking out of a group's input the people of whom nothing is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from tasks.measure.inputs import GroupInput


def leave_out(inputs: GroupInput, members: Sequence[int]) -> GroupInput:
    """The group as if these people had not been in it.

    Their messages go, and divide nobody's turns, as those of bots do not; their days of presence, versions and
    memberships go; their names are not looked for, so that a list that names them holds an entry of nobody's.
    """
    if not members:
        return inputs
    is_out = among("member_key", members)
    persons = inputs.people.filter(is_out)["person_no"].drop_nulls().to_list()
    messages = inputs.messages.filter(~is_out)
    return replace(
        inputs,
        messages=messages,
        changes=inputs.changes.join(messages.select("message_id"), on="message_id", how="semi"),
        events=_without_persons(inputs.events, persons),
        people=inputs.people.filter(~is_out),
        dim_member=inputs.dim_member.filter(~is_out),
        memberships=inputs.memberships.filter(~is_out),
        presence=inputs.presence.filter(~is_out),
        known_since=inputs.known_since.filter(~is_out),
    )


def rows_left(frames: Mapping[str, pl.DataFrame], members: Sequence[int]) -> dict[str, pl.DataFrame]:
    """Facts without rows of these people; where they acted upon others, the row stays without them."""
    return {name: _rows_left(frame, members) for name, frame in frames.items()}


def _rows_left(frame: pl.DataFrame, members: Sequence[int]) -> pl.DataFrame:
    if not members:
        return frame
    if "actor_member_key" in frame.columns:
        acted = among("actor_member_key", members)
        frame = frame.with_columns(
            actor_member_key=pl.when(acted).then(None).otherwise(pl.col("actor_member_key"))
        )
    return frame.filter(~among("member_key", members)) if "member_key" in frame.columns else frame


def _without_persons(events: pl.DataFrame, persons: Sequence[int]) -> pl.DataFrame:
    acted = among("actor_person_no", persons)
    return events.filter(~among("target_person_no", persons)).with_columns(
        actor_person_no=pl.when(acted).then(None).otherwise(pl.col("actor_person_no"))
    )


def among(column: str, values: Sequence[int]) -> pl.Expr:
    """Whether a column holds one of the values; NULL holds none."""
    wanted = pl.Series(values, dtype=pl.Int64).implode()
    return pl.col(column).is_in(wanted).fill_null(False)
