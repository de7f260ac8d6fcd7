"""ASCII tables of toy groups, read into the warehouse's frames.

A turn's ``says`` names what stands in it: word classes (``gratitude``, ``we_incl:2``, ``style:particle``)
and marks (``question``, ``request``, ``announcement``, ``list``, ``forwarded``, ``media``, ``task=aid``,
``answered=12`` for the minutes to its first answer, ``by=m3`` for who gave it). Times are wall clock in
Jakarta. ``m1-m12`` stands for twelve people wherever people stand.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import zip_longest
from typing import Any

import polars as pl

from schemas.frames import FRAMES
from schemas.tables import TABLES
from schemas.vocabulary import LEXICON_CATEGORIES, STYLE_CATEGORIES

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


@cache
def key(name: str) -> int:
    """A person's key: the number in the name, or its letters'."""
    digits = "".join(letter for letter in name if letter.isdigit())
    return 1000 + int(digits) if digits else 500 + sum(ord(c) * 31**i for i, c in enumerate(name)) % 400


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def frame(table: Any, records: list[dict[str, Any]]) -> pl.DataFrame:
    """Records as a frame of the table's shape; what is left out is NULL."""
    return pl.from_dicts(records, schema=table.polars_schema) if records else table.empty()


def turns(table: str) -> pl.DataFrame:
    """``turn | who | when | times | apart | step | months | role | says``; all but who and when may be left out.

    Each of the people speaks ``times`` times, ``apart`` (10m) from each other, beginning a ``step`` (1m) after
    the one before; the same again in so many ``months`` running. ``turn`` is a name for ties to point at, of
    a line of one turn, or of one turn by each person: then ``a1``, ``a2`` ...
    """
    records = [record for row in rows(table) for record in _spoken(row)]
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


def _spoken(row: dict[str, str]) -> list[dict[str, Any]]:
    """The turns of one line."""
    start = dt.datetime.fromisoformat(row["when"])
    step, apart = span(row.get("step") or "1m"), span(row.get("apart") or "10m")
    said, who, name = _said(row.get("says", "")), people(row["who"]), row.get("turn", "")
    return [
        {
            **said,
            "member_key": key(one),
            "local": _months_on(start, month) + i * step + j * apart,
            "role": row.get("role") or "member",
            "name": f"{name}{i + 1}" if len(who) > 1 else name,
        }
        for month in range(int(row.get("months") or 1))
        for i, one in enumerate(who)
        for j in range(int(row.get("times") or 1))
    ]


def span(text: str) -> dt.timedelta:
    """``10m``, ``2h``, ``1d``."""
    unit = {"m": "minutes", "h": "hours", "d": "days"}[text[-1]]
    return dt.timedelta(**{unit: float(text[:-1])})


def _months_on(moment: dt.datetime, n: int) -> dt.datetime:
    month = moment.year * 12 + moment.month - 1 + n
    return moment.replace(year=month // 12, month=month % 12 + 1)


def named_turns(table: str) -> dict[str, int]:
    """The ordinals of the turns that have a name."""
    spoken = sorted((one for row in rows(table) for one in _spoken(row)), key=lambda one: one["local"])
    return {one["name"]: i for i, one in enumerate(spoken) if one["name"]}


def _said(says: str) -> dict[str, Any]:
    record: dict[str, Any] = {f"lex_{name}": 0 for name in LEXICON_CATEGORIES}
    record |= {f"style_{name}": 0 for name in STYLE_CATEGORIES}
    record |= dict.fromkeys(MARKS.values(), False)
    record |= {
        "is_text": True,
        "n_messages": 1,
        "n_words": 5,
        "n_folded_hands": 0,
        "n_ya": 0,
        "task": "sociable",
    }
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
        elif name in ("task", "n_words", "n_folded_hands", "n_ya"):
            record[name] = value if name == "task" else int(value)
        elif name in ("same_text_days", "others_text_days", "others_again_days"):
            record[name] = float(value)
        elif category == "style":
            record[f"style_{count}"] += 1
        else:
            record[f"lex_{category}"] += int(count or 1)
    return record


def ties(table: str, turns_of: dict[str, int] | None = None) -> pl.DataFrame:
    """``from | to | day | times | weight | months | turn | target | method | layer | minutes``: core ties, each
    of those named on one side with each on the other; turn and target are turns' ordinals or names.
    """
    records: list[dict[str, Any]] = []
    known = turns_of or {}
    for row in rows(table):
        pairs = [(a, b) for a in people(row["from"]) for b in people(row["to"])]
        for month in range(int(row.get("months") or 1)):
            on = _months_on(dt.datetime.fromisoformat(row["day"]), month).date()
            for source, target in pairs * int(row.get("times") or 1):
                place = len(records)
                records.append(
                    {
                        "group_key": GROUP_KEY,
                        "source_turn_key": _turn(row.get("turn"), known, 10_000 + place),
                        "target_turn_key": _turn(row.get("target"), known, 20_000 + place),
                        "source_member_key": key(source),
                        "target_member_key": key(target),
                        "local_date": on,
                        "method": row.get("method") or "adjacent",
                        "layer": row.get("layer") or "core",
                        "weight": float(row.get("weight") or 1),
                        "latency_min": float(row.get("minutes") or 1),
                        "params_hash": "toy",
                    }
                )
    return frame(TABLES["core.fact_reply"], records)


def _turn(name: str | None, known: dict[str, int], otherwise: int) -> int:
    if not name:
        return otherwise
    return int(name) if name.isdigit() else known[name]


def activities(table: str) -> pl.DataFrame:
    """``activity | kind | first | last | by | months | marks``; the mark ``dues``. In so many months running there
    is one more of it, whose number is higher by 100.
    """
    return frame(
        TABLES["core.fact_activity"],
        [
            {
                "group_key": GROUP_KEY,
                "activity_key": int(row["activity"]) + 100 * month,
                "activity_kind": row["kind"],
                "local_date": _later(row["first"], month),
                "month": _later(row["first"], month).replace(day=1),
                "last_seen_date": _later(row.get("last") or row["first"], month),
                "organiser_member_key": key(row["by"]) if row.get("by") else None,
                "is_dues": "dues" in row.get("marks", ""),
            }
            for row in rows(table)
            for month in range(int(row.get("months") or 1))
        ],
    )


def _later(date: str, months: int) -> dt.date:
    return _months_on(dt.datetime.fromisoformat(date), months).date()


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


def mentions(table: str, spoken: pl.DataFrame, named: dict[str, int]) -> pl.DataFrame:
    """``turn | to``: whom a turn with a name speaks to."""
    return frame(
        TABLES["core.fact_mention"],
        [
            {
                "group_key": GROUP_KEY,
                "turn_key": named[row["turn"]],
                "member_key": key(row["to"]),
                "local_date": spoken["local_date"][named[row["turn"]]],
            }
            for row in rows(table)
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
    """``activity | who | added | amount | told | status | months``; ``?`` for nobody known."""
    records: list[dict[str, Any]] = []
    for row in rows(table):
        for month in range(int(row.get("months") or 1)):
            for who in people(row["who"]):
                records.append(
                    {
                        "group_key": GROUP_KEY,
                        "activity_key": int(row["activity"]) + 100 * month,
                        "entry_no": len(records) + 1,
                        "member_key": None if who == "?" else key(who),
                        "added_date": _later(row["added"], month),
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


def coverage(seen: list[dt.date], phones: str) -> pl.DataFrame:
    """The days seen, by phone: ``from | to``, one line a phone; without lines a single one sees them all."""
    spans = (
        [(day(row["from"]), day(row["to"])) for row in rows(phones)]
        if phones
        else [(dt.date.min, dt.date.max)]
    )
    return frame(
        FRAMES["coverage"],
        [
            {"date": d, "exporter_no": i, "is_covered": True, "is_gap": False, "is_unverified": not phones}
            for i, (first, last) in enumerate(spans)
            for d in seen
            if first <= d <= last
        ],
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
