"""What the indicators of one group are computed from, and what comes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from schemas.config import Group
from schemas.tables import TABLES
from tasks.measure.inputs import no_earlier_group


@dataclass(frozen=True)
class IndicatorInputs:
    """One group's facts up to the last month measured; frames are of the shapes of ``schemas.tables``.

    ``fact_turn.answer_delay_min`` is needed on every text turn, not on requests alone: the baseline of
    the answer rates is the same test on turns that ask for nothing. Turns of the 72 hours after the
    month's end may be there; they answer and add nothing. ``coverage`` should reach as far.
    """

    group_id: str
    group_key: int
    group: Group
    fact_message: pl.DataFrame
    fact_turn: pl.DataFrame
    fact_reply: pl.DataFrame
    fact_activity: pl.DataFrame
    fact_participation: pl.DataFrame
    fact_membership: pl.DataFrame
    fact_membership_event: pl.DataFrame
    dim_member: pl.DataFrame
    presence: pl.DataFrame  # schemas.frames.PRESENCE
    coverage: pl.DataFrame  # schemas.frames.COVERAGE
    n_is_known: bool  # False: neither roster, list nor creation line speaks of who is present
    history_start: dt.date | None  # windows that reach before it are truncated; None: the first month
    first_month: dt.date  # first row
    month: dt.date  # last month measured
    fact_trigger: pl.DataFrame = field(default_factory=TABLES["core.fact_trigger"].empty)
    fact_mention: pl.DataFrame = field(default_factory=TABLES["core.fact_mention"].empty)
    fact_campaign: pl.DataFrame = field(default_factory=TABLES["core.fact_campaign"].empty)
    fact_campaign_member: pl.DataFrame = field(default_factory=TABLES["core.fact_campaign_member"].empty)
    exporters: Mapping[str, int] = field(default_factory=dict)  # declared name -> exporter_no of coverage
    roster_dates: tuple[dt.date, ...] = ()  # for which days the rosters speak
    known_since: pl.DataFrame = field(default_factory=no_earlier_group)  # of a group that continues another
    lexicon_eval: pl.DataFrame = field(default_factory=TABLES["core.lexicon_eval"].empty)  # as coders judged
    person_tokens: Mapping[int, int] = field(default_factory=dict)  # by member_key, the same under any key


@dataclass(frozen=True)
class Indicators:
    """``schemas.frames.INDICATOR_ROWS``, ``core.fact_indicator_detail`` and ``core.composite_base``.

    ``snapshot_id`` holds the empty string: it is the caller's to fill. ``input_hash`` is for the next run
    to tell what it may take over; it never leaves the vault.
    """

    values: pl.DataFrame
    details: pl.DataFrame
    bases: pl.DataFrame
