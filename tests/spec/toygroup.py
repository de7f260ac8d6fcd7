"""Toy groups of ASCII tables (:mod:`tests.spec.toytables`), and the one cell a test asks for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from schemas.config import Group
from schemas.frames import FRAMES
from schemas.tables import TABLES
from tasks.measure.indicators import IndicatorInputs, Indicators, compute
from tests.spec.toytables import (
    GROUP_KEY,
    activities,
    campaigns,
    committed,
    coverage,
    day,
    days_between,
    entries,
    events,
    frame,
    key,
    memberships,
    mentions,
    named_turns,
    news,
    people,
    rows,
    ties,
    turns,
    versions,
)


def group(
    members: str,
    *,
    months: tuple[str, str],
    turns_table: str = "who|when|says",
    ties_table: str = "from|to|day",
    activities_table: str = "activity|kind|first|last",
    entries_table: str = "activity|who|added",
    events_table: str = "who|event|when|by",
    campaigns_table: str = "campaign|first",
    committed_table: str = "campaign|who",
    news_table: str = "turn|kind|when|chorus",
    mentions_table: str = "turn|to",
    roster_dates: tuple[str, ...] | None = None,
    present: str = "",
    uncovered: str = "",
    known: dict[str, dict[str, Any]] | None = None,
    spans_table: str = "",
    declared: dict[str, Any] | None = None,
    history_start: str | None = None,
    presumed: str = "",
    n_is_known: bool = True,
    phones: str = "",
    group_id: str = "toy",
) -> IndicatorInputs:
    """A toy group: members present on all days but where ``present`` (``who|from|to``) says otherwise.

    ``uncovered`` lists first and last day of stretches that nobody exported; ``presumed`` names members
    whose presence nothing proves; ``known`` gives roster attributes by person; ``phones`` (``from|to``) the
    days that each phone exports, in the order in which ``declared`` names them, by default one for all days.
    """
    first, last = day(months[0] + "-01"), day(months[1] + "-01")
    end = (last + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    lost = {
        d for row in rows("from|to\n" + uncovered) for d in days_between(day(row["from"]), day(row["to"]))
    }
    seen = [d for d in days_between(first, end + dt.timedelta(days=3)) if d not in lost]
    spans = {name: [(first, end + dt.timedelta(days=3))] for name in people(members)}
    for row in rows(present) if present else []:
        for name in people(row["who"]):
            spans[name] = [(day(row["from"]), day(row["to"]))]
    doubtful = set(people(presumed))
    presence = [
        {"member_key": key(name), "date": d, "is_proven": name not in doubtful}
        for name, pieces in spans.items()
        for a, b in pieces
        for d in days_between(a, b)
        if d not in lost
    ]
    turn_frame = turns(turns_table)
    return IndicatorInputs(
        group_id=group_id,
        group_key=GROUP_KEY,
        group=Group.model_validate(declared or {}),
        fact_message=TABLES["core.fact_message"].empty(),
        fact_turn=turn_frame,
        fact_reply=ties(ties_table, named_turns(turns_table)),
        fact_activity=activities(activities_table),
        fact_participation=entries(entries_table),
        fact_membership=memberships(spans_table, spans, people(presumed)),
        fact_membership_event=events(events_table),
        dim_member=versions(known or {}),
        presence=frame(FRAMES["presence"], presence),
        coverage=coverage(seen, phones),
        n_is_known=n_is_known,
        history_start=day(history_start) if history_start else first,
        first_month=first,
        month=last,
        fact_trigger=news(news_table),
        fact_mention=mentions(mentions_table, turn_frame, named_turns(turns_table)),
        fact_campaign=campaigns(campaigns_table),
        fact_campaign_member=committed(committed_table),
        exporters={name: number for number, name in enumerate((declared or {}).get("exporters", {}))},
        roster_dates=(first,) if roster_dates is None else tuple(map(day, roster_dates)),
    )


def cell(inputs: IndicatorInputs, code: str, month: str | None = None) -> dict[str, Any]:
    """The row of one code in one month, by default the last."""
    wanted = day(month + "-01") if month else inputs.month
    found = _computed(inputs).values
    return found.filter((pl.col("code") == code) & (pl.col("month") == wanted)).row(0, named=True)


def detail(inputs: IndicatorInputs, code: str, name: str, month: str | None = None) -> dict[str, Any]:
    """A companion of one code in one month, by default the last."""
    wanted = day(month + "-01") if month else inputs.month
    found = _computed(inputs).details
    return found.filter(
        (pl.col("code") == code) & (pl.col("detail") == name) & (pl.col("month") == wanted)
    ).row(0, named=True)


_LAST: dict[int, tuple[IndicatorInputs, Indicators]] = {}


def _computed(inputs: IndicatorInputs) -> Indicators:
    """The last group's indicators are kept: a spec asks for several cells of one group."""
    if id(inputs) not in _LAST:
        _LAST.clear()
        _LAST[id(inputs)] = (inputs, compute(inputs))
    return _LAST[id(inputs)][1]


#: An admin's phone exports, so that who left is seen.
ADMIN = {"exporters": {"siti": {"match": "*", "admin_from": "2020-01-01"}}}


def yearly(months: int) -> str:
    """Turns of a group of 30 from 2021 on: 12 to 14 members greet each month, in the 15th month all of them."""
    lines = ["who | when | times | says"]
    for t in range(months):
        n = 30 if t == 14 else 12 + t % 3
        lines += [
            f"m{i} | {2021 + t // 12}-{t % 12 + 1:02}-{1 + i % 27:02} 08:{i:02} | 4 | greeting_ritual we_incl i_word"
            for i in range(1, n + 1)
        ]
    return "\n".join(lines)
