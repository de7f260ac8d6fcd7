"""The geometry of one small chart: a line with its interval over months, drawn as SVG without script.

Colours come from the page's style sheet, so that the same drawing reads in light, in dark and on paper.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tasks.publish.report.words import count, is_share, month_name, number

WIDTH, HEIGHT = 420, 196
LEFT, RIGHT, TOP, BOTTOM = 50, 408, 18, 150
STRIP_TOP, STRIP_HEIGHT, AXIS_TEXT = 157, 6, 182
MAX_YEAR_LABELS = 8


@dataclass(frozen=True, slots=True)
class Point:
    """One month of a series."""

    month: dt.date
    value: float | None
    low: float | None
    high: float | None
    numerator: float | None
    denominator: float | None
    coverage: float
    status: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot, a cell of the strip, a band or a line, with the words shown when pointed at."""

    x: float
    y: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the template draws."""

    ribbons: list[str]
    lines: list[str]
    dots: list[Mark]
    strip: list[Mark]
    bands: list[Mark]
    shocks: list[Mark]
    y_ticks: list[Tick]
    x_ticks: list[Tick]
    trend_line: tuple[float, float, float, float] | None
    description: str


def _nice_step(span: float, target: int = 4) -> float:
    raw = span / target
    magnitude = 10.0 ** math.floor(math.log10(raw))
    return next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= raw)


def y_range(points: Sequence[Point], unit: str) -> tuple[float, float, list[float]]:
    """Lower end, upper end and ticks of the value axis; an interval far wider than the line is cut off."""
    values = [point.value for point in points if point.value is not None]
    low, high = min(values), max(values)
    room = max(high - low, 0.1 * abs(high), 0.02)
    ends = [end for point in points for end in (point.low, point.high) if end is not None]
    low = max(min([low, *ends]), low - 1.5 * room)
    high = min(max([high, *ends]), high + 1.5 * room)
    step = _nice_step(max(high - low, room / 2))
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    if is_share(unit):
        first, last = max(first, math.floor(-1 / step)), min(last, math.ceil(1 / step))
        first = min(first, last - 1)  # a share that is always 1 still needs an axis
    ticks = [index * step for index in range(first, last + 1)]
    return ticks[0], ticks[-1], ticks


def _runs(points: Sequence[Point], shown: Callable[[Point], bool]) -> list[list[Point]]:
    """Stretches of consecutive months for which ``shown`` holds: a gap in the data stays a gap."""
    runs: list[list[Point]] = [[]]
    for point in points:
        if shown(point):
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _path(corners: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)


def _days_in_month(month: dt.date) -> int:
    return ((month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - month).days


def _title(point: Point, unit: str) -> str:
    interval = "" if point.low is None else f" ({number(point.low, unit)} to {number(point.high, unit)})"
    of = "" if point.denominator is None else f", {count(point.numerator)} of {count(point.denominator)}"
    status = point.status.replace("_", " ")
    return f"{month_name(point.month)}: {number(point.value, unit)}{interval}{of}, {status}"


def _describe(name: str, points: Sequence[Point], unit: str) -> str:
    shown = [point for point in points if point.value is not None]
    first, last = shown[0], shown[-1]
    values = [point.value for point in shown if point.value is not None]
    return (
        f"{name}: {len(shown)} of {len(points)} months have a value; "
        f"{month_name(first.month)} {number(first.value, unit)}, "
        f"{month_name(last.month)} {number(last.value, unit)}, "
        f"lowest {number(min(values), unit)}, highest {number(max(values), unit)}."
    )


def _year_ticks(points: Sequence[Point], x_of: Callable[[dt.date], float]) -> list[Tick]:
    januaries = [point.month for point in points if point.month.month == 1]
    every = max(1, math.ceil(len(januaries) / MAX_YEAR_LABELS))
    if not januaries:
        return [Tick(x_of(points[0].month), month_name(points[0].month))]
    return [Tick(x_of(month), str(month.year)) for month in januaries[::every]]


def _bands(
    spans: Iterable[tuple[dt.date, dt.date]], first: dt.date, last: dt.date, x_of: Callable[[dt.date], float]
) -> list[Mark]:
    bands = []
    for begin, end in spans:
        begin, end = max(begin, first), min(end, last)
        if begin <= end:
            x = x_of(begin)
            bands.append(Mark(x, TOP, max(x_of(end) - x, 1), "ramadan", f"Ramadan, from {begin.isoformat()}"))
    return bands


def _trend_line(
    points: Sequence[Point],
    slope: float | None,
    x_mid: Callable[[dt.date], float],
    y_of: Callable[[float], float],
) -> tuple[float, float, float, float] | None:
    """The Theil-Sen line: through the median of what the slope leaves."""
    usable = [
        (point.month.year * 12 + point.month.month, point.value, point.month)
        for point in points
        if point.value is not None and point.status == "ok"
    ]
    if slope is None or len(usable) < 2:
        return None
    rests = sorted(value - slope * index for index, value, _ in usable)
    middle = len(rests) // 2
    base = rests[middle] if len(rests) % 2 else (rests[middle - 1] + rests[middle]) / 2
    (first, _, begin), (last, _, end) = usable[0], usable[-1]
    return x_mid(begin), y_of(base + slope * first), x_mid(end), y_of(base + slope * last)


def draw(
    name: str,
    unit: str,
    points: Sequence[Point],
    *,
    ramadan: Sequence[tuple[dt.date, dt.date]] = (),
    shocks: Sequence[tuple[str, dt.date]] = (),
    slope: float | None = None,
) -> Chart:
    """The chart of one series.

    Args:
        name: the indicator's name, for the description.
        unit: its unit; shares are labelled in percent.
        points: one per month without gaps in the months, at least one with a value.
        ramadan: first and last days of Ramadans.
        shocks: name and day.
        slope: Theil-Sen slope per month, drawn where given.
    """
    first = points[0].month
    last = points[-1].month + dt.timedelta(days=_days_in_month(points[-1].month) - 1)
    days = (last - first).days + 1
    low, high, ticks = y_range(points, unit)

    def x_of(day: dt.date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - first).days / days

    def x_mid(month: dt.date) -> float:
        return x_of(month + dt.timedelta(days=_days_in_month(month) // 2))

    def y_of(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (min(max(value, low), high) - low) / (high - low)

    ribbons = [
        _path(
            [(x_mid(point.month), y_of(point.high or 0.0)) for point in run]
            + [(x_mid(point.month), y_of(point.low or 0.0)) for point in reversed(run)]
        )
        + "Z"
        for run in _runs(
            points, lambda point: point.value is not None and point.low is not None and point.high is not None
        )
        if len(run) > 1
    ]
    shown_runs = _runs(points, lambda point: point.value is not None)
    dots = [
        Mark(x_mid(point.month), y_of(point.value or 0.0), 0, point.status, _title(point, unit))
        for run in shown_runs
        for point in run
    ]
    edges = [*(x_of(point.month) for point in points), RIGHT]
    strip = [
        Mark(
            left,
            STRIP_TOP,
            right - left - 0.6,
            _strip_kind(point),
            f"{month_name(point.month)}: "
            f"{100 * point.coverage:.0f} % observed, {point.status.replace('_', ' ')}",
        )
        for point, (left, right) in zip(points, pairwise(edges), strict=True)
    ]
    return Chart(
        ribbons=ribbons,
        lines=[
            _path((x_mid(p.month), y_of(p.value or 0.0)) for p in run) for run in shown_runs if len(run) > 1
        ],
        dots=dots,
        strip=strip,
        bands=_bands(ramadan, first, last, x_of),
        shocks=[Mark(x_of(day), TOP, 0, "shock", label) for label, day in shocks if first <= day <= last],
        y_ticks=[Tick(y_of(tick), _tick_label(tick, ticks, unit)) for tick in ticks],
        x_ticks=_year_ticks(points, x_of),
        trend_line=_trend_line(points, slope, x_mid, y_of),
        description=_describe(name, points, unit),
    )


def _strip_kind(point: Point) -> str:
    """Strip colour: by status where there is no value, else by coverage."""
    if point.value is None:
        return point.status
    return "full" if point.coverage >= 0.95 else "most" if point.coverage >= 0.8 else "partial"


def _decimals(step: float) -> int:
    """Decimals that a multiple of ``step`` needs."""
    return next((digits for digits in range(7) if math.isclose(round(step, digits), step, rel_tol=1e-6)), 7)


def _tick_label(tick: float, ticks: Sequence[float], unit: str) -> str:
    step = ticks[1] - ticks[0]
    if is_share(unit):
        return f"{100 * tick:.{_decimals(100 * step)}f} %"
    if step >= 1000:
        return f"{tick / 1000:,.10g}k"
    return f"{tick:.{_decimals(step)}f}"
