"""Turns of a group as arrays in time order, and how many there are by month, member and class."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl

from schemas.vocabulary import ROLES, TASKS
from tasks.measure.indicators.axes import Array, Axes, filled, places
from tasks.measure.indicators.inputs import IndicatorInputs

ANSWER_MIN = 24 * 60.0  # an answer comes within so many minutes
_DAY_MIN = 24 * 60


class Turns(Axes):
    """A group's turns and ties on its axes; arrays by turn are in time order."""

    def __init__(self, inputs: IndicatorInputs) -> None:
        self.inputs = inputs
        self._columns: dict[str, Array] = {}
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
        if column not in self._columns:
            series = self.turns[column]
            is_open = series.dtype == pl.Boolean and series.null_count()
            self._columns[column] = (series.fill_null(False) if is_open else series).to_numpy()
        return self._columns[column]

    @cached_property
    def is_sticker(self) -> Array:
        """Turns of stickers alone."""
        is_one = filled(self.inputs.fact_message["kind"] == "sticker", False)
        return self.turns_at(self._message_turn[is_one]) & ~self.turns_at(self._message_turn[~is_one])

    @cached_property
    def has_link(self) -> Array:
        """Turns with a link."""
        has_one = filled(self.inputs.fact_message["n_urls"], 0) > 0
        return self.turns_at(self._message_turn[has_one])

    @cached_property
    def _message_turn(self) -> Array:
        """Place of the turn of each message; -1 for what bots sent."""
        return places(self.turn_keys, filled(self.inputs.fact_message["turn_key"], -1))

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
        minute = self.turn_minute
        return (minute + utc_offset(minute, self.inputs.group.timezone)) % _DAY_MIN

    def count(self, mask: Array | None = None) -> Array:
        """M x U turns that satisfy the mask."""
        return self.tally(self.turn_place if mask is None else self.turn_place[mask])

    def number(self, mask: Array) -> Array:
        """M turns that satisfy the mask."""
        month = self.turn_month[mask]
        inside = (month >= 0) & (month < self.n_months)
        return np.bincount(month[inside], minlength=self.n_months).astype(float)

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
        numbers = self.turns[column].cast(pl.Enum(names), strict=False).to_physical()
        none = len(names)  # in the small type of the numbers, which knows no -1
        found = filled(numbers, none).astype(np.int64)
        return np.where(found < none, found, -1)

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
        delay = self.turns["answer_delay_min"].to_numpy().astype(float)  # NULL becomes NaN
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
    def mentions(self) -> tuple[Array, Array]:
        """Place of turns that speak to somebody by name, and that person on the member axis; -1: not there."""
        named = self.inputs.fact_mention
        return places(self.turn_keys, named["turn_key"].to_numpy()), self.member_of(named["member_key"])

    @cached_property
    def tie_members(self) -> tuple[Array, Array]:
        """The two ends of each tie on the member axis: who replies, and to whom."""
        source, target = (places(self.members, self.tie(f"{end}_member_key")) for end in ("source", "target"))
        return source, target

    @cached_property
    def tie_source(self) -> Array:
        """Place of each tie's replying turn; -1 where it is not there."""
        return places(self.turn_keys, self.tie("source_turn_key"))

    @cached_property
    def tie_target(self) -> Array:
        """Place of the turn each tie goes to; -1 where it is not there."""
        return places(self.turn_keys, self.tie("target_turn_key"))


def utc_offset(minute: Array, zone: str) -> Array:
    """Minutes by which a zone's clock is ahead at minutes since 1970, UTC.

    Asked once for each day between the first and the last, and for each minute of the days that change it.
    """
    if not len(minute):
        return np.zeros(0, dtype=np.int64)
    first, last = int(minute.min()) // _DAY_MIN, int(minute.max()) // _DAY_MIN
    daily = _offset(np.arange(first, last + 2) * _DAY_MIN, zone)
    day = minute // _DAY_MIN - first
    ahead = daily[day]
    changing = np.flatnonzero(ahead != daily[day + 1])
    if len(changing):
        ahead[changing] = _offset(minute[changing], zone)
    return ahead


def _offset(minute: Array, zone: str) -> Array:
    then = pl.DataFrame({"at": minute.astype("datetime64[m]").astype("datetime64[us]")})
    here = pl.col("at").dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    return then.select(here)["at"].to_numpy().astype("datetime64[m]").astype(np.int64) - minute
