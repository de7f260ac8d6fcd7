"""Small groups written down as chats, for the specifications of the measure room."""

from __future__ import annotations

import datetime as dt

import polars as pl

from schemas.config import Group
from schemas.frames import FRAMES
from schemas.tables import TABLES
from tasks.measure.inputs import GroupInput
from tasks.parse.polls import neutral

DAY = dt.date(2024, 5, 6)
ZONE_HOURS = 7
GROUP_KEY = 77


def key(name: str) -> int:
    """Key of a person known by a name."""
    return sum((ord(letter) - 31) * 97**place for place, letter in enumerate(name[:6])) % 1_000_003


def moment(stamp: str) -> dt.datetime:
    """'20:04' on the first day, '+2 20:04' two days later, with or without seconds."""
    days, _, clock = stamp.rpartition(" ")
    parts = [int(part) for part in clock.split(":")] + [0]
    return dt.datetime.combine(DAY + dt.timedelta(days=int(days or 0)), dt.time(parts[0], parts[1], parts[2]))


def messages(chat: list[tuple[str, str, str]]) -> pl.DataFrame:
    """(stamp, name, text) -> MESSAGES with member_key and is_bot; '<deleted>' and '<sticker>' are kinds."""
    rows = []
    for number, (stamp, name, text) in enumerate(sorted(chat, key=lambda line: moment(line[0]))):
        local = moment(stamp)
        kind = {"<deleted>": "deleted", "<sticker>": "sticker"}.get(
            text, "poll" if text.startswith("POLL") else "text"
        )
        if kind == "poll":
            text = pl.select(neutral(pl.lit(text))).item()
        rows.append(
            {
                "message_id": number,
                "person_no": key(name),
                "sent_at": local - dt.timedelta(hours=ZONE_HOURS),
                "local_at": local,
                "local_date": local.date(),
                "has_seconds": True,
                "kind": kind,
                "text": None if text in ("<deleted>", "<sticker>") else text,
                "is_edited": False,
                "is_forwarded": False,
                "n_exports": 1,
                "export_ids": ["a" * 12],
                "member_key": key(name),
                "is_bot": name == "Bot",
            }
        )
    schema = FRAMES["messages"].polars_schema | {"member_key": pl.Int64(), "is_bot": pl.Boolean()}
    return pl.DataFrame(rows, schema=schema)


def group(
    chat: list[tuple[str, str, str]],
    *,
    aliases: dict[str, list[str]] | None = None,
    roles: dict[str, str] | None = None,
    month: dt.date | None = None,
    symbols: tuple[str, ...] = (),
) -> GroupInput:
    """A group whose people are the chat's names and those of ``aliases``."""
    said = messages(chat)
    names = sorted({name for _, name, _ in chat} | set(aliases or {}))
    people = pl.DataFrame(
        [
            {
                "person_no": key(name),
                "member_key": key(name),
                "name": name,
                "aliases": (aliases or {}).get(name, []),
                "phone": None,
                "is_bot": name == "Bot",
            }
            for name in names
        ],
        schema={
            "person_no": pl.Int64,
            "member_key": pl.Int64,
            "name": pl.String,
            "aliases": pl.List(pl.String),
            "phone": pl.String,
            "is_bot": pl.Boolean,
        },
    )
    members = pl.DataFrame(
        [
            {"member_key": key(name), "valid_from": DAY - dt.timedelta(days=900), "role": role}
            for name, role in (roles or {}).items()
        ],
        schema={"member_key": pl.Int64, "valid_from": pl.Date, "role": pl.String},
    )
    last = said["local_date"].max() or DAY
    days = pl.DataFrame({"date": pl.date_range(DAY, max(last, DAY), eager=True)})
    presence = days.join(people.select("member_key"), how="cross").with_columns(is_proven=pl.lit(True))
    coverage = days.with_columns(
        exporter_no=pl.lit(0, dtype=pl.Int32),
        is_covered=pl.lit(True),
        is_gap=pl.lit(False),
        is_unverified=pl.lit(False),
    )
    return GroupInput(
        group_id="toy",
        group_key=GROUP_KEY,
        group=Group(symbols=symbols),
        messages=said,
        events=FRAMES["events"].empty(),
        changes=FRAMES["changes"].empty(),
        people=people,
        dim_member=members,
        memberships=TABLES["core.fact_membership"].empty(),
        presence=presence,
        coverage=coverage,
        month=(month or last).replace(day=1),
        history_start=DAY,
        n_is_known=True,
    )
