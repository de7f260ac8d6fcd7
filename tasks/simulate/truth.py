"""The truth as frames, and everything on disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from tasks.simulate.campaign_truth import campaigns_of
from tasks.simulate.community import Community, ExportFile, Group, coverage, exports_due, rosters_due
from tasks.simulate.phrases import MENTION
from tasks.simulate.render import LEAD, PDI
from tasks.simulate.rhythm import day_of
from tasks.simulate.rosters import RosterFile
from tasks.simulate.toml import groups_toml

_UTC_OFFSET = 7 * 3600


def _local(moment: pl.Expr) -> pl.Expr:
    return (moment * 1_000_000).cast(pl.Datetime("us"))


def messages(community: Community) -> pl.DataFrame:
    """Truth of the authored messages: group × message_no.

    sent_at (UTC, naive), local_at, local_date, member_id, kind, text (as typed; a mention is ``@Name``; NULL
    where there is none), is_edited, is_deleted, reply_to, task, n_exports, speech_act (kind of phrase, like
    ``minta.kos.buka``), is_covered (its day lies in an export and no message of the day is missing from all),
    and for what was edited or deleted only later, between exports, change and changed_at (UTC); is_edited and
    is_deleted tell the last state.
    """
    seen = coverage(community)
    return pl.concat([_messages(group, seen[group_id]) for group_id, group in community.groups.items()])


def _messages(group: Group, seen: pl.DataFrame) -> pl.DataFrame:
    ids = pl.Series([person.member_id for person in group.roll.people])
    names = pl.Series([person.name for person in group.roll.people])
    frame = group.life.messages
    mention = (LEAD + names + PDI).gather(frame["mention"])
    return frame.with_columns(
        group_id=pl.lit(group.group_id),
        member_id=ids.gather(frame["member"]),
        local_at=_local(pl.col("moment")),
        sent_at=_local(pl.col("moment") - _UTC_OFFSET),
        text=pl.when(mention.is_null())
        .then("text")
        .otherwise(pl.col("text").str.replace(MENTION, pl.lit(mention), literal=True)),
        is_deleted=(pl.col("kind") == "deleted") | (pl.col("change") == "deleted").fill_null(False),
        changed_at=pl.when(pl.col("changed_at") > 0).then(_local(pl.col("changed_at") - _UTC_OFFSET)),
        local_date=_local(pl.col("moment")).dt.date(),
        n_exports=seen["n_exports"],
        is_covered=seen["is_covered"],
    ).select(
        "group_id",
        "message_no",
        "sent_at",
        "local_at",
        "local_date",
        "member_id",
        "kind",
        "text",
        "is_edited",
        "is_deleted",
        pl.col("reply_no").alias("reply_to"),
        pl.col("pool").alias("speech_act"),
        "task",
        "change",
        "changed_at",
        "n_exports",
        "is_covered",
    )


def replies(community: Community) -> pl.DataFrame:
    """Truth of who answered whom: group × source message; target message, both members, method."""
    frames = []
    for group_id, group in community.groups.items():
        ids = pl.Series([person.member_id for person in group.roll.people])
        frame = group.life.messages
        authors = frame.select(reply_no="message_no", to="member")
        tied = frame.filter(pl.col("reply_no").is_not_null()).join(
            authors, on="reply_no", maintain_order="left"
        )
        frames.append(tied.select(
            group_id=pl.lit(group_id), source_no="message_no", target_no="reply_no",
            source_member_id=ids.gather(tied["member"]), target_member_id=ids.gather(tied["to"]),
            method=pl.when(pl.col("mention").is_not_null()).then(pl.lit("mention")).otherwise("method"),
        ))  # fmt: skip
    return pl.concat(frames)


def members(community: Community) -> pl.DataFrame:
    """Truth of the people: group × member_id."""
    rows = [
        {
            "group_id": group_id, "member_id": p.member_id, "name": p.name, "phone": p.phone,
            "new_phone": p.new_phone, "cohort": p.cohort, "origin_region": p.region, "current_city": p.city,
            "campus": p.campus, "field": p.field, "role": p.role, "gender": p.gender,
            "joined": p.joined, "left": p.left, "aliases": [p.nickname], "consent": p.consent,
            "is_silent": p.is_silent,
        }
        for group_id, group in community.groups.items()
        for p in group.roll.people
    ]  # fmt: skip
    return pl.DataFrame(
        rows,
        schema_overrides={"left": pl.Date, "new_phone": pl.String, "cohort": pl.Int32},
        infer_schema_length=None,
    )


def memberships(community: Community) -> pl.DataFrame:
    """Truth of the stays in the chat: group × member × stay; UTC, ``left_at`` NULL while it lasts."""
    rows = [
        (
            group_id,
            group.roll.people[s.member].member_id,
            s.start - _UTC_OFFSET,
            None if s.end is None else s.end - _UTC_OFFSET,
            s.basis,
            s.ending,
        )
        for group_id, group in community.groups.items()
        for s in group.roll.stays
    ]
    names = {
        "group_id": pl.String,
        "member_id": pl.String,
        "joined_at": pl.Int64,
        "left_at": pl.Int64,
        "basis": pl.String,
        "ending": pl.String,
    }
    frame = pl.DataFrame(rows, names, orient="row")
    return frame.with_columns(_local(pl.col("joined_at")), _local(pl.col("left_at")))


def activities(community: Community) -> pl.DataFrame:
    """Truth of the lists and polls: group × activity.

    kind (as the warehouse names it), form (carpool, weekly, dues … of it), title, organiser, first_date,
    last_date, event_date and deadline_date (where the head names them), is_dues, n_versions, n_forks,
    stated_total; and in parallel lists, one place per entry of a member: participants (member_id), statuses,
    amounts (IDR), is_paid, n_guests, slots, is_proxy, is_on_list (not only told beside it); other_amounts of
    givers who are no members or do not want to be named.
    """
    rows: list[dict[str, object]] = []
    for group_id, group in community.groups.items():
        ids = [person.member_id for person in group.roll.people]
        for number, made in enumerate(sorted(group.life.activities, key=lambda a: a.first)):
            listed = made.listed
            rows.append({
                "group_id": group_id, "activity_no": number, "kind": made.kind, "form": made.form,
                "title": made.title, "organiser": ids[made.organiser],
                "first_date": day_of(made.first), "last_date": day_of(made.last),
                "event_date": made.event_day, "deadline_date": made.deadline, "is_dues": made.form == "dues",
                "participants": [ids[entry.member or 0] for entry in listed],
                "statuses": [entry.status for entry in listed],
                "amounts": [entry.amount for entry in listed],
                "is_paid": [entry.paid for entry in listed],
                "n_guests": [entry.guests for entry in listed],
                "slots": [entry.slot for entry in listed],
                "is_proxy": [entry.is_proxy for entry in listed],
                "is_on_list": [entry.on_list for entry in listed],
                "other_amounts": [entry.amount for entry in made.others],
                "n_versions": made.n_versions, "n_forks": made.n_forks, "stated_total": made.stated_total,
            })  # fmt: skip
    whole = pl.List(pl.Int64)
    schema = {"amounts": whole, "slots": whole, "n_guests": whole, "other_amounts": whole}
    texts, truths = pl.List(pl.String), pl.List(pl.Boolean)
    schema |= {
        "participants": texts,
        "statuses": texts,
        "is_paid": truths,
        "is_proxy": truths,
        "is_on_list": truths,
    }
    return pl.DataFrame(
        rows,
        schema_overrides={
            **schema, "event_date": pl.Date, "deadline_date": pl.Date, "stated_total": pl.Int64,
        },
        infer_schema_length=None,
    )  # fmt: skip


def campaigns(community: Community) -> pl.DataFrame:
    """Truth of the campaigns: group × campaign, as :func:`tasks.simulate.campaign_truth.campaigns_of`."""
    return pl.concat(
        [
            campaigns_of(group.life, group.roll.people).select(pl.lit(group_id).alias("group_id"), pl.all())
            for group_id, group in community.groups.items()
        ]
    )


def events(community: Community) -> pl.DataFrame:
    """Truth of the system lines: group × event; ``sent_at`` UTC, actor and target where there is one."""
    rows = []
    for group_id, group in community.groups.items():
        ids = dict(enumerate(person.member_id for person in group.roll.people))
        for event in group.roll.events:
            actor, target = (None if m is None else ids[m] for m in (event.actor, event.target))
            rows.append((group_id, event.moment - _UTC_OFFSET, event.event, actor, target))
    names = ("group_id", "sent_at", "event", "actor_member_id", "target_member_id")
    types = (pl.String, pl.Int64, pl.String, pl.String, pl.String)
    frame = pl.DataFrame(rows, dict(zip(names, types, strict=True)), orient="row")
    return frame.with_columns(_local(pl.col("sent_at")))


_MAKERS: dict[str, Callable[[Community], pl.DataFrame]] = {
    "messages": messages,
    "members": members,
    "memberships": memberships,
    "replies": replies,
    "activities": activities,
    "campaigns": campaigns,
    "events": events,
}


def truth(community: Community) -> dict[str, pl.DataFrame]:
    """All truth frames by name."""
    return {name: make(community) for name, make in _MAKERS.items()}


def write_truth(community: Community, out: Path) -> None:
    """Write the truth as Parquet under ``OUT/truth``, one file a frame."""
    folder = out / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in truth(community).items():
        frame.write_parquet(folder / f"{name}.parquet")


def write_month(community: Community, landing: Path, month: dt.date) -> list[Path]:
    """Drop into the landing folder what is handed in once a month has ended; returns the paths written."""
    written = []
    for group_id in community.groups:
        due: dict[str, Sequence[ExportFile | RosterFile]] = {
            "exports": exports_due(community, group_id, month),
            "rosters": rosters_due(community, group_id, month),
        }
        for kind, made in due.items():
            folder = landing / group_id / kind
            folder.mkdir(parents=True, exist_ok=True)
            for file in made:
                (folder / file.name).write_bytes(file.content)
                written.append(folder / file.name)
    return written


def write_groups_toml(community: Community, landing: Path) -> Path:
    """Write ``groups.toml``."""
    landing.mkdir(parents=True, exist_ok=True)
    path = landing / "groups.toml"
    path.write_text(groups_toml(community), encoding="utf-8")
    return path


def write_landing(community: Community, out: Path) -> None:
    """Write ``OUT/landing`` with all files of all months, and ``OUT/truth``."""
    write_groups_toml(community, out / "landing")
    for month in community.month_starts:
        write_month(community, out / "landing", month)
    write_truth(community, out)
