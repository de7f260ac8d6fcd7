"""What a synthetic community shall be like: the planted truth, as parameters."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Layout = Literal[
    "android_id", "android_id_short", "android_en", "android_us", "ios_id", "ios_id_comma", "ios_en", "ios_us"
]

#: What WhatsApp lets out of one chat: messages without media, messages with media.
TEXT_CUT = 40_000
MEDIA_CUT = 10_000


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Levels(_Frozen):
    """Planted levels of one group; shares lie between 0 and 1, months count from the first, 0."""

    reciprocity: float = Field(
        default=0.45, ge=0, le=1, description="chance that a turn goes back to who was answered"
    )
    answer_rate: float = Field(default=0.75, ge=0, le=1, description="share of requests that get an answer")
    asking: float = Field(default=1.0, ge=0, le=10, description="how many times as many ask for help")
    decline: float = Field(
        default=0.0, ge=-0.1, le=0.5, description="loss of volume a month; warmth loses half of it"
    )
    decline_from: int = Field(default=0, ge=0, description="month from which the decline sets in")
    drift_apart: float = Field(
        default=0.0, ge=0, le=0.2, description="bridging lost in a month: cohorts and regions part"
    )
    silent_share: float = Field(default=0.2, ge=0, lt=1, description="members who never write")
    inequality: float = Field(default=1.0, ge=0, le=3, description="sigma of the logarithm of talkativeness")
    churn: float = Field(default=0.01, ge=0, le=0.5, description="share of members leaving in a month")
    joining: float | None = Field(
        default=None,
        ge=0,
        le=0.5,
        description="members joining in a month, as a share of the first; none: as many as leave, fewer in a decline",
    )
    shock_month: int | None = Field(default=None, description="month of the shock, or none")
    shock_depth: float = Field(
        default=0.6, ge=0, le=1, description="loss of volume in the month of the shock"
    )
    bridging: float = Field(
        default=0.5, ge=0, le=1, description="1: regions and cohorts do not matter, 0: cliques"
    )


class Phone(_Frozen):
    """One exporting phone and its habits."""

    exporter: str
    layout: Layout = "android_id"
    owner: int = Field(default=0, description="rank of the owner among the group's officers, oldest first")
    saved_share: float = Field(
        default=0.85, description="contacts with a name in this phone; others show a number"
    )
    every: int = Field(default=1, description="months between exports")
    first: int = Field(default=0, description="index of the first month after which it exports")
    late_days: int = Field(default=2, description="days into the next month at which it exports")
    archive: bool = Field(default=False, description="hand in a .zip instead of the bare .txt")
    media: bool = Field(
        default=False, description="export with media: attachments named, and the smaller cut"
    )
    clears_yearly: bool = Field(default=False, description="empties the chat after each January's export")
    joins_after: int = Field(default=0, description="months by which the owner came later than the start")
    utc_offset: int = Field(default=7, description="hours; 8 is a phone in Makassar")
    cut: int | None = Field(default=None, description="messages an export holds; none: WhatsApp's own limit")

    @property
    def limit(self) -> int:
        """Messages and system lines that one export of this phone holds."""
        return self.cut if self.cut is not None else (MEDIA_CUT if self.media else TEXT_CUT)


#: Phones of the groups in turn; a longer list of groups begins again.
PHONES: tuple[tuple[Phone, ...], ...] = (
    (
        Phone(exporter="siti", layout="android_id", owner=1, clears_yearly=True, saved_share=0.9),
        Phone(
            exporter="asep",
            layout="ios_id",
            owner=0,
            every=6,
            first=5,
            late_days=5,
            archive=True,
            saved_share=0.7,
        ),
        Phone(
            exporter="dewi",
            layout="android_us",
            owner=3,
            every=12,
            first=9,
            late_days=9,
            joins_after=4,
            archive=True,
            saved_share=0.55,
        ),
    ),
    (
        Phone(
            exporter="ujang",
            layout="ios_id_comma",
            owner=1,
            clears_yearly=True,
            archive=True,
            saved_share=0.8,
        ),
        Phone(exporter="neng", layout="android_en", owner=2, every=4, first=3, late_days=6, saved_share=0.75),
    ),
    (
        Phone(exporter="rizki", layout="android_id_short", owner=1, clears_yearly=True, saved_share=0.95),
        Phone(
            exporter="lina",
            layout="ios_en",
            owner=0,
            every=6,
            first=4,
            late_days=4,
            archive=True,
            saved_share=0.6,
        ),
        Phone(
            exporter="hasan",
            layout="android_id",
            owner=4,
            every=9,
            first=8,
            late_days=24,
            media=True,
            archive=True,
            saved_share=0.5,
        ),
    ),
)

#: Levels of the groups in turn: one holds together, one fades, one is struck and recovers.
LEVELS: tuple[Levels, ...] = (
    Levels(reciprocity=0.5, answer_rate=0.8, silent_share=0.18, churn=0.008, bridging=0.6),
    Levels(reciprocity=0.45, answer_rate=0.7, decline=0.015, silent_share=0.3, churn=0.015, bridging=0.25),
    Levels(
        reciprocity=0.4,
        answer_rate=0.75,
        silent_share=0.22,
        churn=0.01,
        shock_month=20,
        shock_depth=0.65,
        bridging=0.45,
    ),
)


class SimulationPlan(_Frozen):
    """A whole synthetic community; equal plans give equal bytes."""

    groups: int = Field(default=3, ge=1)
    members: int | tuple[int, int] = Field(default=(30, 120), description="at the start, or a range")
    months: int = Field(default=36, ge=1)
    messages_per_month: int = Field(default=750, ge=20)
    seed: int = Field(default=1, ge=0)
    first_month: dt.date = dt.date(2023, 1, 1)
    phones: tuple[tuple[Phone, ...], ...] = PHONES
    levels: tuple[Levels, ...] = LEVELS
    nicknames: bool = Field(
        default=False, description="phones save people under nicknames and show push names"
    )
    namesakes: float = Field(
        default=0.0, ge=0, le=1, description="share of people who bear the full name of somebody before them"
    )
    number_changes: float = Field(
        default=0.003, ge=0, le=1, description="share of members who change their number in a month"
    )
    campaign_talk: float = Field(
        default=0.0, ge=0, le=50, description="turns of talk about a list, beside its copies, on average"
    )
    late_changes: bool = Field(default=False, description="edits and deletions between two exports")
    cut: int | None = Field(
        default=None, description="one cut for all phones, to see truncation in a small history"
    )

    @field_validator("members", mode="before")
    @classmethod
    def _default_members(cls, members: object) -> object:
        return (30, 120) if members is None else members

    @model_validator(mode="after")
    def _sensible(self) -> SimulationPlan:
        low, high = self.members_range
        if low < 8 or high < low:
            raise ValueError("a group has at least 8 members")
        if self.first_month.day != 1:
            raise ValueError("the first month is given by its first day")
        return self

    @property
    def members_range(self) -> tuple[int, int]:
        """Fewest and most members of a group at the start."""
        if self.members is None or isinstance(self.members, tuple):
            return self.members or (30, 120)
        return self.members, self.members

    def members_of(self, index: int) -> int:
        """Members of one group at the start: the groups spread evenly over the range, the largest first."""
        low, high = self.members_range
        place = (index % self.groups) / max(self.groups - 1, 1)
        return round(high - (high - low) * place)

    def levels_of(self, index: int) -> Levels:
        """Planted levels of one group."""
        return self.levels[index % len(self.levels)]

    def phones_of(self, index: int) -> tuple[Phone, ...]:
        """Exporting phones of one group, with the plan's own cut where it sets one."""
        phones = self.phones[index % len(self.phones)]
        return tuple(phone.model_copy(update={"cut": self.cut}) for phone in phones) if self.cut else phones

    def month(self, index: int) -> dt.date:
        """First day of the month with this index; the index may lie past the end."""
        ordinal = self.first_month.year * 12 + self.first_month.month - 1 + index
        return dt.date(ordinal // 12, ordinal % 12 + 1, 1)

    def index_of(self, month: dt.date) -> int:
        """Index of a month, 0 for the first."""
        return (month.year - self.first_month.year) * 12 + month.month - self.first_month.month
