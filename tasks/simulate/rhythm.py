"""When people write: days of the week, Ramadan and the feast, hours of the day, a shock and a decline."""

from __future__ import annotations

import calendar
import datetime as dt
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tasks.simulate.plan import Levels

DAY = 86_400
#: Weight of the days of a week, Monday first; Thursday night and Friday are the association's days.
_WEEK = np.array([0.95, 0.92, 0.95, 1.1, 1.15, 1.05, 0.9])
_HOURS = np.array([3, 1, 1, 2, 6, 12, 18, 20, 20, 20, 22, 24, 26, 22, 20, 22, 26, 30, 34, 44, 50, 46, 30, 12])
_FASTING = np.array(
    [6, 4, 10, 34, 40, 16, 10, 12, 14, 16, 18, 18, 18, 16, 16, 22, 34, 44, 20, 22, 40, 50, 36, 16]
)


@cache
def _fasts(year: int) -> tuple[tuple[dt.date, dt.date], ...]:
    """Ramadans that touch a Gregorian year: first day of the fast, and of the feast."""
    from hijridate import Gregorian, Hijri

    hijri = Gregorian(year, 7, 1).to_hijri().year
    spans = []
    for lunar in (hijri - 1, hijri, hijri + 1):
        first, feast = Hijri(lunar, 9, 1).to_gregorian(), Hijri(lunar, 10, 1).to_gregorian()
        if year in (first.year, feast.year):
            spans.append((dt.date(*first.datetuple()), dt.date(*feast.datetuple())))
    return tuple(spans)


def days_of(month: dt.date) -> list[dt.date]:
    """All days of a month."""
    return [month.replace(day=day) for day in range(1, calendar.monthrange(month.year, month.month)[1] + 1)]


def fasting(day: dt.date) -> bool:
    """Whether a day lies in Ramadan (Umm al-Qura)."""
    return any(first <= day < feast for first, feast in _fasts(day.year))


def friday(day: dt.date) -> bool:
    """Whether a day is a Friday."""
    return day.weekday() == 4


def feast_in(month: dt.date) -> dt.date | None:
    """The day of Eid al-Fitr in a month, if it falls there."""
    return next((feast for _, feast in _fasts(month.year) if feast.replace(day=1) == month), None)


def seconds(day: dt.date) -> int:
    """Midnight of a day, in seconds since 1970, wall clock."""
    return (day - dt.date(1970, 1, 1)).days * DAY


def clock(moment: int) -> dt.datetime:
    """The wall clock at a moment given in seconds since 1970; naive."""
    return dt.datetime.fromtimestamp(moment, dt.UTC).replace(tzinfo=None)


def day_of(moment: int) -> dt.date:
    """The day of a moment."""
    return clock(moment).date()


def day_weights(month: dt.date) -> NDArray[np.float64]:
    """How much of a month's talk falls on each of its days; sums to 1."""
    days = days_of(month)
    feast = feast_in(month)
    weights = np.array([_WEEK[day.weekday()] * (1.05 if fasting(day) else 1.0) for day in days])
    if feast is not None:
        weights[feast.day - 1] *= 1.8
    return weights / weights.sum()


def moments(rng: np.random.Generator, month: dt.date, number: int) -> NDArray[np.int64]:
    """Moments at which something begins, spread by day and hour; seconds of wall-clock time, unsorted."""
    days = days_of(month)
    chosen = rng.choice(len(days), number, p=day_weights(month))
    fast = np.array([fasting(day) for day in days])[chosen]
    plain = rng.choice(24, number, p=_HOURS / _HOURS.sum())
    lent = rng.choice(24, number, p=_FASTING / _FASTING.sum())
    hour = np.where(fast, lent, plain)
    return (seconds(month) + chosen * DAY + hour * 3600 + rng.integers(0, 3600, number)).astype(np.int64)


def asleep(moment: NDArray[np.int64], gap: float) -> NDArray[np.int64]:
    """Put off until after dawn what is said at leisure (``gap`` of 9 minutes up) and would fall at night."""
    hour = moment % DAY // 3600
    return np.where((hour < 4) & (gap >= 9), moment + 5 * 3600, moment)


def shock(levels: Levels, index: int) -> float:
    """How much of the shock is felt in a month: 1 in its own, half of it left after two more, 0 before."""
    if levels.shock_month is None or index < levels.shock_month:
        return 0.0
    return float(0.5 ** ((index - levels.shock_month) / 2.0))


def volume(levels: Levels, index: int, month: dt.date) -> float:
    """Talk of a month as a multiple of the planned volume."""
    season = 0.9 if month.month in (7, 8) else 1.0
    return (
        season
        * (1 - levels.decline) ** _declined(levels, index)
        * (1 - levels.shock_depth * shock(levels, index))
    )


def warmth(levels: Levels, index: int) -> float:
    """Multiplier of the answer rate and of reciprocity: it falls with the decline at half its pace."""
    return float((1 - levels.decline / 2) ** _declined(levels, index) * (1 - 0.3 * shock(levels, index)))


def _declined(levels: Levels, index: int) -> int:
    """Months of decline up to a month."""
    return max(index - levels.decline_from, 0)


def bridging(levels: Levels, index: int) -> float:
    """How little region and cohort matter in a month: it falls as people drift apart."""
    return max(levels.bridging - levels.drift_apart * index, 0.0)
