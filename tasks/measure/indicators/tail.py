"""The last months of a group by themselves, for cells that rest on no earlier one.

A month more leaves most cells as they were: missing are those of the last months, and what they rest on begins
as far before them as their definitions look back (``look_back_months``, which the closure hashes rest on too).
The arrays of these months alone cost a part of those of the whole history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from schemas.indicators import Indicator, definitions
from tasks.measure.indicators.axes import Array
from tasks.measure.indicators.context import Context
from tasks.measure.indicators.inputs import IndicatorInputs

#: A month before the first that is looked back to: windows in days or hours open in it.
_MARGIN = 1
#: Share of the definitions whose missing cells may begin earlier: they are computed from all months.
_REACH = 0.1
#: Of a longer part of the history, arrays of their own cost more than they save.
_WORTH = 0.7

Version = tuple[str, int]


class Tail:
    """Which arrays a definition is computed from: those of the whole history, or of its last months."""

    def __init__(self, ctx: Context, wanted: Mapping[Version, Array]) -> None:
        self._whole = ctx
        self._short: Context | None = None
        begins = {
            (spec.code, spec.def_version): int(np.argmax(missing)) - spec.look_back_months
            for spec in definitions()
            if not spec.is_composite and (missing := wanted[spec.code, spec.def_version]).any()
        }
        ordered = sorted(begins.values())
        self._first = (ordered[int(_REACH * len(ordered))] if ordered else 0) - _MARGIN
        is_worth_it = self._first > 0 and ctx.n_months - self._first <= _WORTH * ctx.n_months
        if is_worth_it and not ctx.inputs.group.participants:  # a head count scales all months after it
            self._short = _short(ctx, self._first, wanted)
        self._begins = begins

    def context(self, spec: Indicator) -> Context:
        """Arrays from which the definition's missing months can be computed; they end with the same month."""
        if self._short is None or self._begins[spec.code, spec.def_version] < self._first + _MARGIN:
            return self._whole
        return self._short


def _short(ctx: Context, first: int, wanted: Mapping[Version, Array]) -> Context:
    short = Context(_since(ctx.inputs, ctx.months[first]))
    short.members, short.n_members = ctx.members, ctx.n_members
    short.want({version: missing[first:] for version, missing in wanted.items()})
    return short


def _since(inputs: IndicatorInputs, first: dt.date) -> IndicatorInputs:
    """What a group's months from one on are computed from; what began earlier and goes on is among it."""
    is_later = pl.col("local_date") >= first
    turns, campaigns = inputs.fact_turn.filter(is_later), inputs.fact_campaign.filter(is_later)
    replies = inputs.fact_reply.filter(
        is_later & pl.col("target_turn_key").is_in(turns["turn_key"].implode())
    )
    return replace(
        inputs,
        first_month=first,
        history_start=inputs.history_start or inputs.first_month,
        fact_message=inputs.fact_message.filter(is_later),
        fact_turn=turns,
        fact_reply=replies,
        fact_trigger=inputs.fact_trigger.filter(is_later),
        fact_mention=inputs.fact_mention.filter(is_later),
        fact_campaign=campaigns,
        fact_campaign_member=inputs.fact_campaign_member.join(campaigns, on="campaign_key", how="semi"),
        presence=inputs.presence.filter(pl.col("date") >= first),
        coverage=inputs.coverage.filter(pl.col("date") >= first),
    )
