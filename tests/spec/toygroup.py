"""Toy groups written as ASCII tables, and the one cell a spec asks for.

A turn's ``says`` names what stands in it: word classes (``gratitude``, ``we_incl:2``, ``style:particle``)
and marks (``question``, ``request``, ``announcement``, ``list``, ``forwarded``, ``media``, ``task=aid``,
``answered=12`` for the minutes to its first answer, ``by=m3`` for who gave it). Times are wall clock in
Jakarta.
"""

from __future__ import annotations

import datetime as dt
from itertools import zip_longest
from typing import Any

import polars as pl

from schemas.config import Group
from schemas.frames import FRAMES
from schemas.tables import TABLES
from schemas.vocabulary import LEXICON_CATEGORIES, STYLE_CATEGORIES
from tasks.measure.indicators import IndicatorInputs, Indicators, compute

UTC_OFFSET = dt.timedelta(hours=7)
MARKS = {
    "question": "is_question",
    "request": "is_help_request",
    "announcement": "is_announcement",
    "list": "is_list",
    "forwarded": "is_forwarded",
    "prayer": "is_prayer_request",
    "commits": "is_commitment",
}
GROUP_KEY = 1


def rows(table: str) -> list[dict[str, str]]:
    """The lines of a table whose first line names the columns; cells are parted by ``|``."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [dict(zip_longest(lines[0], line, fillvalue="")) for line in lines[1:] if line != [""]]


def key(name: str) -> int:
    """A person's key: the number in the name, or its letters'."""
    digits = "".join(letter for letter in name if letter.isdigit())
    return 1000 + int(digits) if digits else 500 + sum(ord(c) * 31**i for i, c in enumerate(name)) % 400


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def frame(table: Any, records: list[dict[str, Any]]) -> pl.DataFrame:
    """Records as a frame of the table's shape; what is left out is NULL."""
    names = table.names
    return pl.DataFrame(
        [{name: record.get(name) for name in names} for record in records], schema=table.polars_schema
    )


def turns(table: str) -> pl.DataFrame:
    """``who | when | times | says``: so many turns, ten minutes apart, from that minute on."""
    records = []
    for row in rows(table):
        start = dt.datetime.fromisoformat(row["when"])
        for i in range(int(row.get("times") or 1)):
            local = start + i * dt.timedelta(minutes=10)
            records.append(
                {
                    **_said(row.get("says", "")),
                    "member_key": key(row["who"]),
                    "local": local,
                    "role": row.get("role") or "member",
                }
            )
    records.sort(key=lambda record: record["local"])
    for i, record in enumerate(records):
        local = record.pop("local")
        record |= {
            "turn_key": i,
            "sent_at": local - UTC_OFFSET,
            "local_date": local.date(),
            "group_key": GROUP_KEY,
        }
    return frame(TABLES["core.fact_turn"], records)


def _said(says: str) -> dict[str, Any]:
    record: dict[str, Any] = {f"lex_{name}": 0 for name in LEXICON_CATEGORIES}
    record |= {f"style_{name}": 0 for name in STYLE_CATEGORIES}
    record |= dict.fromkeys(MARKS.values(), False)
    record |= {"is_text": True, "n_messages": 1, "n_words": 5, "task": "sociable"}
    for word in says.split():
        name, _, value = word.partition("=")
        category, _, count = word.partition(":")
        if word in MARKS:
            record[MARKS[word]] = True
        elif word == "media":
            record |= {"is_text": False, "task": None}
        elif name == "answered":
            record["answer_delay_min"] = float(value)
        elif name == "by":
            record["answered_by_member_key"] = key(value)
        elif name in ("task", "n_words"):
            record[name] = int(value) if name == "n_words" else value
        elif name in ("same_text_days", "others_text_days"):
            record[name] = float(value)
        elif category == "style":
            record[f"style_{count}"] += 1
        else:
            record[f"lex_{category}"] += int(count or 1)
    return record


def ties(table: str) -> pl.DataFrame:
    """``from | to | day | times | weight``: core ties; ``turn`` and ``target`` are ordinals of turns."""
    records = []
    for row in rows(table):
        for _ in range(int(row.get("times") or 1)):
            records.append(
                {
                    "group_key": GROUP_KEY,
                    "source_turn_key": int(row["turn"]) if row.get("turn") else 10_000 + len(records),
                    "target_turn_key": int(row["target"]) if row.get("target") else 20_000 + len(records),
                    "source_member_key": key(row["from"]),
                    "target_member_key": key(row["to"]),
                    "local_date": day(row["day"]),
                    "method": row.get("method") or "adjacent",
                    "layer": row.get("layer") or "core",
                    "weight": float(row.get("weight") or 1),
                    "latency_min": float(row.get("minutes") or 1),
                    "params_hash": "toy",
                }
            )
    return frame(TABLES["core.fact_reply"], records)


def activities(table: str) -> pl.DataFrame:
    """``activity | kind | first | last | marks``; the mark ``dues``."""
    return frame(
        TABLES["core.fact_activity"],
        [
            {
                "group_key": GROUP_KEY,
                "activity_key": int(row["activity"]),
                "activity_kind": row["kind"],
                "local_date": day(row["first"]),
                "month": day(row["first"]).replace(day=1),
                "last_seen_date": day(row.get("last") or row["first"]),
                "is_dues": "dues" in row.get("marks", ""),
            }
            for row in rows(table)
        ],
    )


def campaigns(table: str) -> pl.DataFrame:
    """``campaign | first | last | turns | talkers | committed | reached | half_life | low | high | marks``; the
    mark ``open``.
    """
    return frame(
        TABLES["core.fact_campaign"],
        [
            {
                "group_key": GROUP_KEY,
                "campaign_key": int(row["campaign"]),
                "activity_kind": row.get("kind") or "rsvp",
                "local_date": day(row["first"]),
                "month": day(row["first"]).replace(day=1),
                "last_seen_date": day(row.get("last") or row["first"]),
                "is_open": "open" in row.get("marks", ""),
                "n_turns": int(row.get("turns") or 1),
                "n_active_days": int(row.get("days") or 1),
                "n_talkers": int(row.get("talkers") or 0),
                "n_committed": int(row.get("committed") or 0),
                "n_reached": int(row.get("reached") or 0),
                "half_life_days": float(row["half_life"]) if row.get("half_life") else None,
                "half_life_lo": float(row["low"]) if row.get("low") else None,
                "half_life_hi": float(row["high"]) if row.get("high") else None,
            }
            for row in rows(table)
        ],
    )


def committed(table: str) -> pl.DataFrame:
    """``campaign | who``: who committed; ``m1-m12`` stands for twelve people."""
    return frame(
        TABLES["core.fact_campaign_member"],
        [
            {
                "group_key": GROUP_KEY,
                "campaign_key": int(row["campaign"]),
                "member_key": key(who),
                "is_talker": True,
                "is_committed": True,
            }
            for row in rows(table)
            for who in people(row["who"])
        ],
    )


def news(table: str) -> pl.DataFrame:
    """``turn | kind | when | chorus | upper``."""
    return frame(
        TABLES["core.fact_trigger"],
        [
            {
                "group_key": GROUP_KEY,
                "turn_key": int(row["turn"]),
                "trigger_kind": row["kind"],
                "member_key": key("m1"),
                "local_date": day(row["when"]),
                "n_chorus": int(row["chorus"]),
                "n_chorus_upper": int(row.get("upper") or row["chorus"]),
            }
            for row in rows(table)
        ],
    )


def entries(table: str) -> pl.DataFrame:
    """``activity | who | added | amount | told``; ``m1-m12`` stands for twelve people, ``?`` for nobody known."""
    records = []
    for row in rows(table):
        for who in people(row["who"]):
            records.append(
                {
                    "group_key": GROUP_KEY,
                    "activity_key": int(row["activity"]),
                    "entry_no": len(records) + 1,
                    "member_key": None if who == "?" else key(who),
                    "added_date": day(row["added"]),
                    "is_proxy": False,
                    "participation_status": row.get("status") or "yes",
                    "is_on_list": not row.get("told"),
                    "amount_idr": float(row["amount"]) if row.get("amount") else None,
                    "n_guests": 0,
                }
            )
    return frame(TABLES["core.fact_participation"], records)


def people(span: str) -> list[str]:
    """``m1-m3 m7`` -> m1, m2, m3, m7."""
    names = []
    for part in span.split():
        first, _, last = part.partition("-")
        if last:
            names += [f"m{i}" for i in range(int(first[1:]), int(last[1:]) + 1)]
        else:
            names.append(first)
    return names


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]


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
    roster_dates: tuple[str, ...] | None = None,
    present: str = "",
    uncovered: str = "",
    known: dict[str, dict[str, Any]] | None = None,
    spans_table: str = "",
    declared: dict[str, Any] | None = None,
    history_start: str | None = None,
    presumed: str = "",
    n_is_known: bool = True,
) -> IndicatorInputs:
    """A toy group: members present on all days but where ``present`` (``who|from|to``) says otherwise.

    ``uncovered`` lists first and last day of stretches that nobody exported; ``presumed`` names members
    whose presence nothing proves; ``known`` gives roster attributes by person.
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
    presence = [
        {"member_key": key(name), "date": d, "is_proven": name not in people(presumed)}
        for name, pieces in spans.items()
        for a, b in pieces
        for d in days_between(a, b)
        if d not in lost
    ]
    turn_frame = turns(turns_table)
    return IndicatorInputs(
        group_id="toy",
        group_key=GROUP_KEY,
        group=Group.model_validate(declared or {}),
        fact_message=TABLES["core.fact_message"].empty(),
        fact_turn=turn_frame,
        fact_reply=ties(ties_table),
        fact_activity=activities(activities_table),
        fact_participation=entries(entries_table),
        fact_membership=memberships(spans_table, spans, people(presumed)),
        fact_membership_event=events(events_table),
        dim_member=versions(known or {}),
        presence=frame(FRAMES["presence"], presence),
        coverage=frame(
            FRAMES["coverage"],
            [
                {"date": d, "exporter_no": 0, "is_covered": True, "is_gap": False, "is_unverified": True}
                for d in seen
            ],
        ),
        n_is_known=n_is_known,
        history_start=day(history_start) if history_start else first,
        first_month=first,
        month=last,
        fact_trigger=news(news_table),
        fact_campaign=campaigns(campaigns_table),
        fact_campaign_member=committed(committed_table),
        exporters={name: number for number, name in enumerate((declared or {}).get("exporters", {}))},
        roster_dates=(first,) if roster_dates is None else tuple(map(day, roster_dates)),
    )


def memberships(
    table: str, spans: dict[str, list[tuple[dt.date, dt.date]]], presumed: list[str]
) -> pl.DataFrame:
    """``who | from | to | basis``; without a table the spans of presence, as events or presumed."""
    if table:
        listed = [
            (name, day(row["from"]), day(row["to"]) if row.get("to") else None, row["basis"])
            for row in rows(table)
            for name in people(row["who"])
        ]
    else:
        listed = [
            (name, a, b, "roster_presumed" if name in presumed else "event")
            for name, pieces in spans.items()
            for a, b in pieces
        ]
    return frame(
        TABLES["core.fact_membership"],
        [
            {
                "group_key": GROUP_KEY,
                "member_key": key(name),
                "kind": "group",
                "from_date": a,
                "to_date": b,
                "basis": basis,
                "is_proven": basis != "roster_presumed",
            }
            for name, a, b, basis in listed
        ],
    )


def events(table: str) -> pl.DataFrame:
    """``who | event | when | by``."""
    records = []
    for row in rows(table):
        local = dt.datetime.fromisoformat(row["when"])
        for name in people(row["who"]):
            records.append(
                {
                    "group_key": GROUP_KEY,
                    "membership_event_key": len(records),
                    "event": row["event"],
                    "event_date": local.date(),
                    "sent_at": local - UTC_OFFSET,
                    "member_key": key(name),
                    "actor_member_key": key(row["by"]) if row.get("by") else None,
                    "n_exports": 1,
                }
            )
    return frame(TABLES["core.fact_membership_event"], records)


def versions(known: dict[str, dict[str, Any]]) -> pl.DataFrame:
    """One version per person, from the first day; ``m1-m10`` names ten people."""
    records = []
    for span, attributes in known.items():
        for name in people(span):
            records.append(
                {
                    "member_key": key(name),
                    "member_version_key": key(name),
                    "pseudonym_key": f"{key(name):024x}",
                    "community": "toy",
                    "role": "member",
                    "is_on_roster": True,
                    "is_in_good_standing": True,
                    "consent": "given",
                    "valid_from": dt.date(2020, 1, 1),
                    "is_current": True,
                    **attributes,
                }
            )
    return frame(TABLES["core.dim_member"], records)


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
