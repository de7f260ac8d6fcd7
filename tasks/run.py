"""What every stage of a run is told: identifiers and months, nothing else."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from schemas.errors import UsageError


class Run(BaseModel):
    """One run of a flow; safe to stand in Prefect's database."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run_id: str
    flow: str
    month: str  # the month measured, YYYY-MM
    from_month: str | None = None  # backfill: first month to compute anew

    @property
    def month_start(self) -> dt.date:
        return parse_month(self.month)

    @property
    def month_end(self) -> dt.date:
        """Last day of the month measured."""
        return last_day(self.month_start)


class GroupOutcome(BaseModel):
    """What a stage did for one group: whether its result is new, and counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group_id: str
    is_new: bool
    counts: dict[str, int] = {}


def parse_month(text: str) -> dt.date:
    """First day of a month written ``YYYY-MM``.

    Raises:
        UsageError: the text is no month.
    """
    try:
        year, month = text.split("-")
        if len(year) != 4 or len(month) != 2:
            raise ValueError
        return dt.date(int(year), int(month), 1)
    except ValueError:
        raise UsageError("a month is written YYYY-MM", next_step="for instance 2024-03") from None


def format_month(month: dt.date) -> str:
    return f"{month:%Y-%m}"


def last_day(month: dt.date) -> dt.date:
    """Last day of a month given by any of its days."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def month_before(day: dt.date) -> dt.date:
    """First day of the month before the one of ``day``: on the 5th of April, 1 March."""
    return (day.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def in_batches(group_ids: Sequence[str], size: int) -> list[list[str]]:
    """Groups in batches: one task's work, so that memory stays flat and a task is worth its cost."""
    return [list(group_ids[start : start + size]) for start in range(0, len(group_ids), size)]
