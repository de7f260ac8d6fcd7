"""A whole synthetic community: the truth about its groups, and the files that come out of it."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from tasks.simulate import layouts, life, membership, rhythm, rosters
from tasks.simulate.life import Life
from tasks.simulate.membership import Roll, group_rng
from tasks.simulate.plan import Phone, SimulationPlan
from tasks.simulate.render import View, view
from tasks.simulate.rosters import RosterFile

_KNOWN = (
    ("kamaliyah-bandung", "Kamaliyah Bandung", "KB", ("Kamaliyah", "Al-Hikam")),
    ("santri-karawang", "Ikatan Santri Karawang", "SK", ("Santri Karawang",)),
    ("alhikam-subang", "Keluarga Al-Hikam Subang", "AS", ("Al-Hikam", "Subang Larang")),
    ("majelis-muda-garut", "Majelis Muda Garut", "MG", ("Majelis Muda",)),
    ("alumni-cianjur", "Alumni Cianjur Bersatu", "AC", ("Cianjur Bersatu",)),
    ("pemuda-plered", "Pemuda Masjid Plered", "PP", ("Masjid Plered",)),
)


@dataclass(frozen=True)
class ExportFile:
    """One export as a phone hands it in.

    ``first`` and ``last`` are the moments of its first line and of the export (wall clock of the group, in
    seconds), ``message_nos`` the messages in it, ``n_entries`` messages and system lines, ``n_lines`` lines.
    """

    name: str
    content: bytes
    exporter: str
    first: int
    last: int
    message_nos: np.ndarray = field(repr=False)
    n_lines: int = 0
    n_entries: int = 0


@dataclass
class Group:
    """One group: its place in the plan, its people and its talk."""

    plan: SimulationPlan
    index: int
    group_id: str
    name: str
    symbols: tuple[str, ...]
    roll: Roll
    life: Life

    @cached_property
    def views(self) -> dict[str, View]:
        """Every phone's view of the group."""
        return {
            phone.exporter: view(
                phone, phone.owner, self.roll, self.life, self.name, self.plan.seed, self.plan.nicknames
            )
            for phone in self.plan.phones_of(self.index)
        }


@dataclass
class Community:
    """The synthetic community: plan and groups; the truth frames are in :mod:`tasks.simulate.truth`."""

    plan: SimulationPlan
    groups: dict[str, Group]

    @property
    def month_starts(self) -> list[dt.date]:
        """First days of all months of the plan."""
        return [self.plan.month(index) for index in range(self.plan.months)]

    @property
    def messages(self) -> pl.DataFrame:
        """Authored messages of all groups, as the groups' lives hold them, with ``group_id``."""
        lives = [(group_id, group.life.messages) for group_id, group in self.groups.items()]
        return pl.concat([messages.with_columns(group_id=pl.lit(group_id)) for group_id, messages in lives])


def describe(index: int) -> tuple[str, str, str, tuple[str, ...]]:
    """Identifier, name, prefix of member numbers and symbols of a group."""
    if index < len(_KNOWN):
        return _KNOWN[index]
    return f"halaqah-{index + 1:03d}", f"Halaqah {index + 1}", f"H{index + 1}", ("Halaqah",)


def simulate(plan: SimulationPlan) -> Community:
    """Simulate a community. Equal plans give equal communities; a longer plan begins like a shorter one."""
    groups = {}
    for index in range(plan.groups):
        group_id, name, prefix, symbols = describe(index)
        roll = membership.live(plan, index, name, prefix)
        groups[group_id] = Group(plan, index, group_id, name, symbols, roll, life.live(plan, index, roll))
    return Community(plan, groups)


def _exports_after(phone: Phone, index: int) -> bool:
    return index >= max(phone.first, phone.joins_after) and (index - phone.first) % phone.every == 0


def export_moment(plan: SimulationPlan, group: int, phone: Phone, index: int) -> int:
    """When a phone exports after a month: some day of the next one, in the daytime."""
    hour = int(group_rng(plan, group, index, 7).integers(8, 20))
    return rhythm.seconds(plan.month(index + 1)) + (phone.late_days - 1) * rhythm.DAY + hour * 3600


def _visible_from(plan: SimulationPlan, group: int, phone: Phone, index: int) -> int:
    """First moment of the chat that a phone still holds when it exports after a month."""
    since = rhythm.seconds(plan.month(phone.joins_after)) if phone.joins_after else 0
    if phone.clears_yearly:
        cleared = [i for i in range(index) if plan.month(i).month == 12 and _exports_after(phone, i)]
        if cleared:
            return max(since, export_moment(plan, group, phone, cleared[-1]) + 1)
    return since


def _file_name(phone: Phone, group: str, day: dt.date) -> str:
    shape = layouts.SHAPES[phone.layout]
    chat = {"id": "Chat WhatsApp dengan", "en": "WhatsApp Chat with"}[shape.language]
    start = f"WhatsApp Chat - {group}" if shape.is_ios else f"{chat} {group}"
    return f"{start} - {phone.exporter} {day.isoformat()}.{'zip' if phone.archive else 'txt'}"


def _zip(entries: dict[str, bytes], moment: int) -> bytes:
    """An archive whose entries all bear the moment of export."""
    stamp = rhythm.clock(moment)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, stamp.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


@dataclass(frozen=True)
class _Span:
    """The part of a view that one export holds: rows ``start`` to ``end``, exported at ``moment``."""

    start: int
    end: int
    moment: int


def _span(group: Group, phone: Phone, index: int) -> _Span:
    """What a phone's export after a month holds of the chat, cut to what WhatsApp lets out."""
    seen = group.views[phone.exporter]
    moment = export_moment(group.plan, group.index, phone, index)
    start = int(np.searchsorted(seen.moment, _visible_from(group.plan, group.index, phone, index)))
    end = int(np.searchsorted(seen.moment, moment, side="right"))
    return _Span(max(start, end - phone.limit), end, moment)


def _litter(text: str) -> dict[str, bytes]:
    """A few of the files that an export with media brings along: pictures and a contact card."""
    names = dict.fromkeys(re.findall(r"\S+\.(?:jpg|vcf)\b", text))
    card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Tamu\r\nTEL:+6280000000000\r\nEND:VCARD\r\n"
    return {
        name.strip("<>"): card if name.endswith("vcf") else b"\xff\xd8\xff\xd9" for name in list(names)[:4]
    }


def _export(group: Group, phone: Phone, index: int) -> ExportFile | None:
    """One export of one phone as a file; None while the phone holds nothing."""
    seen, span = group.views[phone.exporter], _span(group, phone, index)
    if span.end <= span.start:
        return None
    part = slice(span.start, span.end)
    later = np.flatnonzero(seen.changed_at[part] > span.moment)
    lines = seen.line[part]
    if len(later):
        lines = lines.clone().scatter(later, seen.earlier[part].gather(later))
    is_ios = layouts.SHAPES[phone.layout].is_ios
    ending = "\r\n" if is_ios else "\n"
    text = lines.str.join(ending).item() + ending
    content, n_lines = text.encode("utf-8"), text.count("\n")
    name = _file_name(phone, group.name, rhythm.day_of(span.moment))
    if phone.archive:
        inner = "_chat.txt" if is_ios else name.rpartition(" - ")[0] + ".txt"
        content = _zip({inner: content, **(_litter(text) if phone.media else {})}, span.moment)
    numbers = seen.message_no[part]
    first = int(seen.moment[span.start])
    return ExportFile(
        name, content, phone.exporter, first, span.moment, numbers[numbers >= 0], n_lines, len(lines)
    )


def exports_due(community: Community, group_id: str, month: dt.date) -> list[ExportFile]:
    """The exports that the group's phones hand in once a month has ended."""
    group, index = community.groups[group_id], community.plan.index_of(month)
    phones = [phone for phone in community.plan.phones_of(group.index) if _exports_after(phone, index)]
    made = [_export(group, phone, index) for phone in phones]
    return [export for export in made if export is not None]


def rosters_due(community: Community, group_id: str, month: dt.date) -> list[RosterFile]:
    """The rosters that the group's secretary hands in once a month has ended."""
    group, index = community.groups[group_id], community.plan.index_of(month)
    if not rosters.is_due(group.index, index):
        return []
    return [rosters.roster(group.roll, group.index, month, group_rng(community.plan, group.index, index, 8))]


def coverage(community: Community) -> dict[str, pl.DataFrame]:
    """Per group and message: how many exports hold it, and whether its day is wholly covered."""
    return {group_id: _coverage(group) for group_id, group in community.groups.items()}


def _coverage(group: Group) -> pl.DataFrame:
    messages = group.life.messages
    times_seen = np.zeros(len(messages), np.int64)
    covered: set[int] = set()
    for phone in group.plan.phones_of(group.index):
        seen = group.views[phone.exporter]
        for index in (i for i in range(group.plan.months) if _exports_after(phone, i)):
            span = _span(group, phone, index)
            if span.end > span.start:
                numbers = seen.message_no[span.start : span.end]
                times_seen[numbers[numbers >= 0]] += 1
                covered.update(
                    range(int(seen.moment[span.start]) // rhythm.DAY, span.moment // rhythm.DAY + 1)
                )
    day = messages["moment"].to_numpy() // rhythm.DAY
    partial = set(np.unique(day[times_seen == 0]).tolist())
    whole = np.isin(day, sorted(covered - partial))
    return pl.DataFrame({"message_no": messages["message_no"], "n_exports": times_seen, "is_covered": whole})
