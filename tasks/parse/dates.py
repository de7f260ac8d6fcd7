"""Numbers of a header -> wall-clock times: the order of the date, two-digit and Buddhist years, 12 hours.

The order is decided for the whole file. An order under which some date cannot be is out; if one is left,
the values have decided. Else the order under which the dates run backwards least decides, else the
configured one, else the file is refused. The values are stronger than the configuration: an order
configured by mistake gives way to the only one that fits every line. A two-digit year in front
(``20/09/22``) is considered only if it is configured or nothing else fits: no phone is known to write it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from schemas.errors import FileRefused
from schemas.vocabulary import DateOrder
from tasks.parse.layout import Layout

Ints = npt.NDArray[np.int64]
#: Numbers as a header writes them.
Small = npt.NDArray[np.int16]

FIRST_YEAR, LAST_YEAR = 2000, 2099
#: Years of the Buddhist era are 543 ahead; from this year on a number can only be one.
_BUDDHIST = 543
_FIRST_BUDDHIST_YEAR = 2500
#: In two digits the Buddhist era of the app's time starts at 52 (2552 is 2009).
_FIRST_BUDDHIST_SHORT_YEAR = 52
#: Share of lines that may be impossible under the best order: headers quoted in bodies.
_STRAY_SHARE = 0.05
#: Steps back of a day or less are messages delivered late, not a wrong order.
_LATE_DAYS = 1
_POSITIONS: dict[DateOrder, tuple[int, int, int]] = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)
#: How a day part counts; the last is no day part at all.
RULES = ("am", "pm", "noon", "night", "none")
#: Later than any hour of the day.
_NO_HOUR = 99
_IMPOSSIBLE = np.iinfo(np.int64).min


class Dated(NamedTuple):
    """Days since 1970 per header (``_IMPOSSIBLE`` where there is no such day), and how they were read."""

    days: Ints
    is_possible: npt.NDArray[np.bool_]
    order: DateOrder
    basis: str


def read_dates(numbers: tuple[Small, Small, Small], layout: Layout, configured: DateOrder | None) -> Dated:
    """The day of each header, from the three numbers of its date as written.

    Raises:
        FileRefused: ``ambiguous_date_order`` when neither values, monotony nor configuration decide;
            ``unsupported_layout`` when no order makes dates of the numbers.
    """
    starts = _runs(numbers)
    first, second, third = (number[starts].astype(np.int64) for number in numbers)
    distinct = (first, second, third)
    lengths = np.diff(np.append(starts, len(numbers[0])))
    readings = {order: _days(distinct, order, layout) for order in _candidates(layout, configured)}
    order, basis = _decide(readings, lengths, configured)
    if order is None and layout.year_digits == 2:
        readings["ymd"] = _days(distinct, "ymd", layout)
        order, basis = _decide({"ymd": readings["ymd"]}, lengths, configured)
    if order is None:
        raise FileRefused("unsupported_layout", n_headers=len(numbers[0]))
    days = np.repeat(readings[order], lengths)
    return Dated(days, days != _IMPOSSIBLE, order, basis)


def _runs(numbers: tuple[Small, Small, Small]) -> Ints:
    """Starts of runs of equal dates: an export has few distinct ones in a row."""
    is_new = np.ones(len(numbers[0]), np.bool_)
    is_new[1:] = False
    for number in numbers:
        is_new[1:] |= number[1:] != number[:-1]
    return np.flatnonzero(is_new)


def _candidates(layout: Layout, configured: DateOrder | None) -> list[DateOrder]:
    if layout.year_place == "first":
        return ["ymd"]
    if layout.year_digits == 2 and configured == "ymd":
        return ["dmy", "mdy", "ymd"]
    return ["dmy", "mdy"]


def _decide(
    readings: dict[DateOrder, Ints], lengths: Ints, configured: DateOrder | None
) -> tuple[DateOrder | None, str]:
    """The order and what decided it; nothing when no order fits."""
    total = int(lengths.sum())
    strays = {order: int(lengths[days == _IMPOSSIBLE].sum()) for order, days in readings.items()}
    least = min(strays.values())
    if least > total * _STRAY_SHARE and least != 0:
        return None, ""
    fitting: list[DateOrder] = [order for order, count in strays.items() if count == least]
    if len(fitting) == 1:
        return fitting[0], "value"
    if all(np.array_equal(readings[order], readings[fitting[0]]) for order in fitting):
        return (configured if configured in fitting else fitting[0]), "value"
    backward = sorted((_steps_back(readings[order]), order) for order in fitting)
    if backward[1][0] > 2 * backward[0][0]:
        return backward[0][1], "monotony"
    if configured in fitting:
        return configured, "configured"
    raise FileRefused("ambiguous_date_order", n_headers=total)


def _steps_back(days: Ints) -> int:
    """How often the dates fall by more than late delivery explains."""
    possible = days[days != _IMPOSSIBLE]
    return int(np.count_nonzero(np.diff(possible) < -_LATE_DAYS))


def _days(numbers: tuple[Ints, Ints, Ints], order: DateOrder, layout: Layout) -> Ints:
    """Days since 1970-01-01 in the proleptic Gregorian calendar; ``_IMPOSSIBLE`` for what is no date."""
    place_year, place_month, place_day = _POSITIONS[order]
    year, month, day = _gregorian(numbers[place_year], layout), numbers[place_month], numbers[place_day]
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    in_year = (month >= 1) & (month <= 12)
    last_day = _MONTH_DAYS[np.where(in_year, month, 0)] + (leap & (month == 2))
    possible = in_year & (day >= 1) & (day <= last_day) & (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    months = (np.where(possible, year, 1970) - 1970) * 12 + np.where(possible, month, 1) - 1
    first_of_month = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.where(possible, first_of_month + day - 1, _IMPOSSIBLE)


def _gregorian(year: Ints, layout: Layout) -> Ints:
    """Full Gregorian years; the Buddhist era is seen by numbers that no other can reach yet."""
    if layout.year_digits == 4:
        return np.where(year >= _FIRST_BUDDHIST_YEAR, year - _BUDDHIST, year)
    if len(year) and int(year.min()) >= _FIRST_BUDDHIST_SHORT_YEAR:
        return year + _FIRST_BUDDHIST_YEAR - _BUDDHIST
    return year + FIRST_YEAR


def seconds_of_day(
    hour: Small, minute: Small, second: Small | None, rule: npt.NDArray[np.int8] | None
) -> Ints:
    """Seconds since midnight; -1 for what is no time of day.

    ``rule`` says, per header, how a 12-hour clock counts, by its place in ``RULES``.
    """
    full = np.where(hour == 24, 0, hour) if rule is None else _FULL_HOURS[rule, hour]
    possible = (full < 24) & (minute < 60)
    seconds = (full * np.int16(60) + minute).astype(np.int64) * 60
    if second is not None:
        possible &= second < 60
        seconds += second
    seconds[~possible] = -1
    return seconds


def _full_hour(rule: str, hour: int) -> int:
    """The hour of the day that a clock of 12 hours means under a day part."""
    afternoon = hour + 12 if hour < 12 else hour
    morning = 0 if hour == 12 else hour
    if rule == "am":
        return morning
    if rule == "pm":
        return afternoon
    if rule == "noon":  # 12 as it is, 1 to 6 after it, 10 and 11 before it
        return afternoon if hour <= 6 else hour
    if rule == "night":  # 12 is midnight, 6 to 11 before it, 1 to 5 after it
        return afternoon if 6 <= hour < 12 else morning
    return _NO_HOUR


_FULL_HOURS = np.array([[_full_hour(rule, hour) for hour in range(100)] for rule in RULES], dtype=np.int16)
