"""Turns of a group as arrays in time order, and how many there are by month, member and class."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl

from schemas.vocabulary import ROLES, TASKS
from tasks.measure.indicators.axes import Array, Axes, places
from tasks.measure.indicators.inputs import IndicatorInputs

ANSWER_MIN = 24 * 60.0  # an answer comes within so many minutes


class Turns(Axes):
    """A group's turns and ties on its axes; arrays by turn are in time order."""

    def __init__(self, inputs: IndicatorInputs) -> None:
        self.inputs = inputs
        self.turns = inputs.fact_turn
        if not self.turns["turn_key"].is_sorted():
            self.turns = self.turns.sort("turn_key")
        self.replies = inputs.fact_reply
        if not bool((np.diff(self.replies["source_turn_key"].to_numpy()) > 0).all()):
            self.replies = self.replies.sort("source_turn_key", "target_turn_key")
        keys = [self.turns["member_key"], inputs.presence["member_key"]]
        keys += [self.replies["source_member_key"], self.replies["target_member_key"]]
        super().__init__(inputs.first_month, inputs.month, keys)

    def turn(self, column: str) -> Array:
        """A column of the turns in time order; a mark that is not there is no mark."""
        series = self.turns[column]
        is_open = series.dtype == pl.Boolean and series.null_count()
        values: Array = (series.fill_null(False) if is_open else series).to_numpy()
        return values

    @cached_property
    def is_sticker(self) -> Array:
        """Turns of stickers alone."""
        kinds = self.inputs.fact_message.select("turn_key", "kind")
        some = kinds.filter(pl.col("kind") == "sticker")
        beside = kinds.filter(
            pl.col("turn_key").is_in(some["turn_key"].implode()), pl.col("kind") != "sticker"
        )
        return self.turns_of(some["turn_key"]) & ~self.turns_of(beside["turn_key"])

    @cached_property
    def has_link(self) -> Array:
        """Turns with a link."""
        messages = self.inputs.fact_message.select("turn_key", "n_urls")
        return self.turns_of(messages.filter(pl.col("n_urls") > 0)["turn_key"])

    def turns_of(self, keys: pl.Series) -> Array:
        """Whether each turn is among these keys; what bots sent has none."""
        return self.turns_at(places(self.turn_keys, keys.drop_nulls().to_numpy()))

    def turns_at(self, place: Array) -> Array:
        """Whether each turn is at one of these places; -1 is none."""
        found = np.zeros(len(self.turns) + 1, dtype=bool)
        found[place] = True
        return found[:-1]

    @cached_property
    def turn_keys(self) -> Array:
        """Keys of the turns, rising."""
        return self.turns["turn_key"].to_numpy()

    @cached_property
    def turn_month(self) -> Array:
        """Month of each turn on the axis; -1 before and M after it."""
        return self.month_of_day(self.turn_day)

    @cached_property
    def turn_day(self) -> Array:
        """Day of each turn on the axis; may lie outside of it."""
        return self.day_of(self.turns["local_date"])

    @cached_property
    def turn_member(self) -> Array:
        """Member of each turn on the axis."""
        return self.member_of(self.turns["member_key"])

    @cached_property
    def turn_place(self) -> Array:
        """Where each turn lies in months x members laid flat (:meth:`place`)."""
        return self.place(self.turn_month, self.turn_member)

    @cached_property
    def turn_minute(self) -> Array:
        """Minutes since 1970, UTC, floored."""
        sent: Array = self.turns["sent_at"].cast(pl.Datetime("us")).to_numpy()
        return sent.astype(np.int64) // 60_000_000

    @cached_property
    def turn_local_minute(self) -> Array:
        """Minute of the day on the group's wall clock."""
        local = (
            self.turns["sent_at"].dt.replace_time_zone("UTC").dt.convert_time_zone(self.inputs.group.timezone)
        )
        minutes: Array = (local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute().cast(pl.Int64)).to_numpy()
        return minutes

    def count(self, mask: Array | None = None) -> Array:
        """M x U turns that satisfy the mask."""
        return self.tally(self.turn_place if mask is None else self.turn_place[mask])

    @cached_property
    def all_turns(self) -> Array:
        """M x U turns."""
        return self.count()

    @cached_property
    def text_turns(self) -> Array:
        """M x U turns of text."""
        return self.count(self.turn("is_text"))

    @cached_property
    def turn_task(self) -> Array:
        """The number of each turn's task class; -1 without one."""
        return self._numbered("task", TASKS)

    @cached_property
    def turn_role(self) -> Array:
        """The number of each sender's role; -1 without one."""
        return self._numbered("role", ROLES)

    @cached_property
    def turn_leads(self) -> Array:
        """Turns of officers and founders."""
        return np.isin(self.turn_role, [ROLES.index(role) for role in ("officer", "founder")])

    def _numbered(self, column: str, names: tuple[str, ...]) -> Array:
        numbers = self.turns[column].cast(pl.Enum(names), strict=False).to_physical().cast(pl.Int64)
        return numbers.fill_null(-1).to_numpy()

    @cached_property
    def task_turns(self) -> Array:
        """M x U x 6 turns by task class."""
        return self.cells(self.turn_task, self.turn_task >= 0, len(TASKS))

    def cells(self, number: Array, mask: Array, classes: int) -> Array:
        """M x U x classes turns by the number of their class."""
        size = self.n_months * self.n_members * classes
        flat = self.turn_place[mask] * classes + number[mask]
        counts = np.bincount(flat, minlength=size)[:size].astype(float)
        return counts.reshape(self.n_months, self.n_members, classes)

    @cached_property
    def requests(self) -> Array:
        """Turns that ask for help, announcements and list bodies left out."""
        return self.turn("is_help_request") & self._is_said

    @cached_property
    def questions(self) -> Array:
        """Turns that ask a question, announcements and list bodies left out."""
        return self.turn("is_question") & self._is_said

    @cached_property
    def _is_said(self) -> Array:
        return ~self.turn("is_announcement") & ~self.turn("is_list")

    @cached_property
    def answer_delays(self) -> Array:
        """Minutes to the first answer of each turn, NaN without one within 24 hours."""
        delay = self.turns["answer_delay_min"].cast(float).fill_null(np.nan).to_numpy()
        return np.where(delay <= ANSWER_MIN, delay, np.nan)

    @cached_property
    def answered(self) -> Array:
        """Whether a turn was answered within 24 hours."""
        return np.isfinite(self.answer_delays)

    @cached_property
    def active(self) -> Array:
        """A: members with at least one turn, by month."""
        return (self.all_turns > 0).sum(axis=1).astype(float)

    @cached_property
    def turns_by_day(self) -> Array:
        """D x U turns."""
        inside = (self.turn_day >= 0) & (self.turn_day < self.n_days)
        flat = self.turn_day[inside] * self.n_members + self.turn_member[inside]
        return np.bincount(flat, minlength=self.n_days * self.n_members).reshape(self.n_days, self.n_members)

    # ties ---------------------------------------------------------------------------------------------

    def tie(self, column: str) -> Array:
        """A column of the inferred ties in the order of their turns."""
        return self.replies[column].to_numpy()

    def ties_by(self, method: str) -> Array:
        """Ties that were told by this rule."""
        return (self.replies["method"] == method).to_numpy()

    @cached_property
    def is_core(self) -> Array:
        """Ties of the core layer: no chorus of condolences."""
        return (self.replies["layer"] == "core").to_numpy()

    @cached_property
    def tie_source(self) -> Array:
        """Place of each tie's replying turn; -1 where it is not there."""
        return places(self.turn_keys, self.tie("source_turn_key"))

    @cached_property
    def tie_target(self) -> Array:
        """Place of the turn each tie goes to; -1 where it is not there."""
        return places(self.turn_keys, self.tie("target_turn_key"))
