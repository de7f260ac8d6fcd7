"""One phone's view of a group: every line as this phone would export it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tasks.simulate import layouts
from tasks.simulate.layouts import LRM, SHAPES, Shape
from tasks.simulate.life import Life
from tasks.simulate.membership import Event, Roll
from tasks.simulate.people import Person
from tasks.simulate.phrases import MENTION, mix
from tasks.simulate.plan import Phone

LEAD, PDI = "\u2068", "\u2069"
_NICK = ("{t} {n}", "{n} {c}", "{n} {k}", "{n} pondok", "{n} 🌸", "{N}")


@dataclass(frozen=True)
class View:
    """What one phone holds, by time.

    ``moment`` is in seconds of the group's wall clock; ``message_no`` is -1 for system lines;
    ``earlier`` is the line before a late change at ``changed_at`` (0 where there is none).
    """

    moment: NDArray[np.int64]
    message_no: NDArray[np.int64]
    line: pl.Series
    earlier: pl.Series
    changed_at: NDArray[np.int64]


def spaced(phone: str) -> str:
    """A number as WhatsApp shows it: ``+62 812-3456-7890``."""
    rest = phone[3:]
    return f"+62 {rest[:3]}-{rest[3:7]}-{rest[7:]}"


@dataclass(frozen=True)
class Labels:
    """How one phone names each member: name in the contacts, else the number, before and after a change."""

    label: list[str]
    later: list[str]
    mention: list[str]
    is_saved: list[bool]


def labels_of(phone: Phone, owner: int, people: list[Person], seed: int, nicknames: bool) -> Labels:
    """Contact names of one phone; its owner always appears under his own name."""
    numbers = np.arange(len(people), dtype=np.uint64) + np.uint64(seed * 1000)
    salt = sum(ord(letter) * 31**place for place, letter in enumerate(phone.exporter)) % 10_000
    saved = mix(numbers, salt) % 1000 < phone.saved_share * 1000
    label, later, mention = [], [], []
    taken = {person.name for person in people[owner : owner + 1]}
    for index, person in enumerate(people):
        known = bool(saved[index]) or index == owner
        style = _NICK[int(mix(numbers[index : index + 1], salt + 1)[0]) % len(_NICK)]
        nick = style.format(
            t=person.title.title(),
            n=person.nickname,
            c=person.cohort,
            k=person.campus.split()[0],
            N=person.name,
        )
        name = nick if nicknames and index != owner else person.name
        if known and index != owner:  # whoever saves two of one name tells them apart
            name = next(told for told in _told_apart(name, person) if told not in taken)
            taken.add(name)
        push = nicknames and not known and int(mix(numbers[index : index + 1], salt + 2)[0]) % 2
        old = f"~{layouts.NNBSP}{person.push_name}" if push else spaced(person.phone)
        new = old if push or person.new_phone is None else spaced(person.new_phone)
        label.append(name if known else old)
        later.append(name if known else new)
        mention.append(f"@{LEAD}{name}{PDI}" if known else f"@{(person.new_phone or person.phone)[1:]}")
    return Labels(label, later, mention, [bool(s) for s in saved])


def _told_apart(name: str, person: Person) -> Iterator[str]:
    """A contact's name, then what people add to it when they know another of that name."""
    campus, cohort = person.campus.split()[0], person.cohort
    yield from (name, f"{name} {campus}", f"{name} {cohort}", f"{name} {campus} {cohort}")
    yield from (f"{name} {number}" for number in count(2))


def _label(frame: pl.DataFrame, labels: Labels, people: list[Person]) -> pl.Series:
    """Sender label of each message; an unsaved member who changed the number shows each in its time."""
    changed = pl.Series([p.phone_changed_at if p.phone_changed_at is not None else 2**62 for p in people])
    member = frame["member"]
    return (
        pl.DataFrame({
            "old": pl.Series(labels.label).gather(member),
            "new": pl.Series(labels.later).gather(member),
            "is_new": changed.gather(member) <= frame["moment"],
        })
        .select(pl.when("is_new").then("new").otherwise("old").alias("label"))["label"]
    )  # fmt: skip


def _attached(shape: Shape, kind: str, moment: pl.Series) -> pl.Expr:
    """File names of media in an export with media."""
    head, tail = layouts.attachment(shape, kind)
    stamp = (moment * 1_000_000).cast(pl.Datetime("us"))
    running = pl.col("message_no").cast(pl.String)
    if shape.is_ios:
        name = pl.concat_str(
            running.str.zfill(8),
            pl.lit(f"-{tail[1:].split('.')[0]}-"),
            pl.lit(stamp.dt.strftime("%Y-%m-%d-%H-%M-%S")),
            pl.lit("." + tail.split(".")[-1]),
        )
    else:
        name = pl.concat_str(
            pl.lit(head),
            pl.lit(stamp.dt.strftime("%Y%m%d")),
            pl.lit("-WA"),
            running.str.zfill(4).str.tail(4),
            pl.lit(tail),
        )
    before, after = layouts.ATTACHED[shape.platform, shape.language].split("{}")
    return pl.concat_str(pl.lit((LRM if shape.is_ios else "") + before), name, pl.lit(after))


def bodies(
    phone: Phone, owner: int, frame: pl.DataFrame, mentions: list[str], moment: pl.Series
) -> pl.Series:
    """Text after ``name: `` of each message, as this phone shows it."""
    shape = SHAPES[phone.layout]
    mark = LRM if shape.is_ios else ""
    caption = (
        pl.when(pl.col("text").is_null())
        .then(pl.lit(""))
        .otherwise(pl.concat_str(pl.lit("\n"), pl.col("text")))
    )
    gone = (
        pl.when(pl.col("member") == owner)
        .then(pl.lit(mark + layouts.DELETED_OWN[shape.language]))
        .otherwise(pl.lit(mark + layouts.DELETED[shape.language]))
    )
    told = pl.when(pl.col("is_edited")).then(
        pl.concat_str(pl.col("text"), pl.lit(f" {mark}{layouts.EDITED[shape.language]}"))
    ).otherwise(pl.col("text"))  # fmt: skip
    before, between, after = layouts.location(shape.language).split("{}")
    decimals = (pl.col("message_no") % 9000 + 1000).cast(pl.String)
    kind = pl.col("kind")
    place = pl.concat_str(pl.lit(mark + before), decimals, pl.lit(between), decimals, pl.lit(after))
    heading, option, votes = layouts.POLL[shape.language]
    poll = pl.concat_str(
        pl.lit(f"{heading}\n"),
        pl.col("text").str.replace_all(r"(?m)^(.+) \((\d+)\)$", f"{option} $1 ($2 {votes})"),
    )
    branches = [
        (kind == "text", told),
        (kind == "deleted", gone),
        (kind == "location", place),
        (kind == "poll", poll),
    ]
    for medium in ("image", "video", "audio", "gif", "sticker", "document", "contact"):
        omitted = pl.lit(layouts.omitted(shape, medium))
        shown = _attached(shape, medium, moment) if phone.media else omitted
        branches.append((kind == medium, pl.concat_str(shown, caption)))
    body = pl.lit(layouts.omitted(shape, "view_once"))
    for condition, words in reversed(branches):
        body = pl.when(condition).then(words).otherwise(body)
    named = frame.with_columns(at=pl.Series(mentions).gather(frame["mention"]), body=body)
    return named.select(
        pl.when(pl.col("at").is_null())
        .then("body")
        .otherwise(pl.col("body").str.replace("@" + MENTION, pl.col("at"), literal=True))
        .alias("body")
    )["body"]


def _system(event: Event, shape: Shape, owner: int, labels: Labels, people: list[Person]) -> str:
    """One system line's words; the exporter is 'Anda' or 'You'."""

    def called(member: int | None) -> str:
        if member is None:
            return ""
        if member == owner:
            return layouts.you(shape.language)
        changed = people[member].phone_changed_at
        return (
            labels.later[member] if changed is not None and event.moment > changed else labels.label[member]
        )

    kind, (old, new) = event.event, event.detail
    if kind == "number_changed":
        if not labels.is_saved[event.target or 0]:
            kind += "_unsaved"
        old, new = spaced(old), spaced(new)
    return layouts.system_line(shape.language, kind, called(event.actor), called(event.target), old, new)


def _events(
    phone: Phone, owner: int, is_admin: bool, roll: Roll, labels: Labels
) -> tuple[list[int], list[str]]:
    """System lines this phone saw: leaving is shown to admins only, one's change of number to others."""
    shape = SHAPES[phone.layout]
    moments, texts = [], []
    for event in roll.events:
        own = event.target == owner and event.event in ("number_changed", "security_code")
        if own or (event.event == "left" and not is_admin):
            continue
        moments.append(event.moment)
        texts.append(_system(event, shape, owner, labels, roll.people))
    return moments, texts


def _message_lines(
    phone: Phone, owner: int, frame: pl.DataFrame, labels: Labels, people: list[Person]
) -> pl.Series:
    """Header, label and body of messages; iPhones put a mark before lines that hold one in the body."""
    shape = SHAPES[phone.layout]
    told = frame["moment"] + (phone.utc_offset - 7) * 3600
    parts = pl.DataFrame({
        "header": layouts.headers(phone.layout, told),
        "sender": _label(frame, labels, people),
        "body": bodies(phone, owner, frame, labels.mention, told),
    })  # fmt: skip
    marked = pl.col("body").str.starts_with(LRM) & pl.lit(shape.is_ios)
    lead = pl.when(marked).then(pl.lit(LRM)).otherwise(pl.lit(""))
    return parts.select(pl.concat_str(lead, "header", "sender", pl.lit(": "), "body").alias("line"))["line"]


def _earlier(
    phone: Phone, owner: int, frame: pl.DataFrame, line: pl.Series, labels: Labels, people: list[Person]
) -> pl.Series:
    """The same lines as they stood before the late changes."""
    rows = frame.with_row_index().filter(pl.col("changed_at") > 0)
    if rows.is_empty():
        return line
    before = rows.with_columns(text="earlier_text", is_edited=pl.lit(False))
    return line.clone().scatter(rows["index"], _message_lines(phone, owner, before, labels, people))


def view(
    phone: Phone, owner: int, roll: Roll, life: Life, group_name: str, seed: int, nicknames: bool
) -> View:
    """All lines of a group as one phone shows them, from the beginning, system lines among them."""
    shape = SHAPES[phone.layout]
    labels = labels_of(phone, owner, roll.people, seed, nicknames)
    frame = life.messages
    gone = pl.when(pl.col("change") == "deleted").then(pl.lit("deleted")).otherwise("kind")
    said = _message_lines(phone, owner, frame.with_columns(kind=gone), labels, roll.people)
    earlier = _earlier(phone, owner, frame, said, labels, roll.people)
    times, words = _events(phone, owner, owner <= 2, roll, labels)
    told = pl.Series(times, dtype=pl.Int64) + (phone.utc_offset - 7) * 3600
    shown = f"{group_name}: {LRM}" if shape.is_ios else ""
    system = pl.DataFrame(
        {"header": layouts.headers(phone.layout, told), "words": words}, schema_overrides={"words": pl.String}
    )
    system_lines = system.select(pl.concat_str("header", pl.lit(shown), "words").alias("line"))["line"]
    moment = np.concatenate([frame["moment"].to_numpy(), np.array(times, dtype=np.int64)])
    number = np.concatenate([frame["message_no"].to_numpy(), np.full(len(times), -1)])
    changed = np.concatenate([frame["changed_at"].to_numpy(), np.zeros(len(times), np.int64)])
    order = np.lexsort((number, moment))
    lines = pl.concat([said, system_lines]).gather(order)
    return View(
        moment[order], number[order], lines, pl.concat([earlier, system_lines]).gather(order), changed[order]
    )
