"""The report's content, put together from the published tables only."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import polars as pl
from jinja2 import DictLoader, Environment, StrictUndefined

from schemas.config import Study
from schemas.indicators import Indicator
from tasks.publish.report import words
from tasks.publish.report.charts import Chart, Point, draw
from tasks.publish.report.over_time import OverTime, over_time
from tasks.snapshot.manifest import Manifest

Row = dict[str, Any]
Research = Mapping[str, pl.DataFrame]

MAX_REVISIONS_LISTED = 40
TESTED = tuple(word for word in words.TREND_WORDS if "rising" in word or "falling" in word)


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of one group: drawing, caption, table."""

    code: str
    anchor: str
    definition: Indicator
    chart: Chart
    points: list[Point]
    trend_sign: str
    trend_word: str
    slope: str
    latest: Point
    year_before: Point | None


@dataclass(frozen=True, slots=True)
class FacetPart:
    """The figures of one facet."""

    name_en: str
    name_id: str
    about: str
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class GroupPart:
    """One group: summary, figures by facet, what is not shown and why."""

    group_id: str
    name: str
    facets: list[FacetPart]
    not_shown: list[tuple[str, list[str]]]
    n_present: float | None
    first_month: dt.date
    last_month: dt.date
    n_months: int
    n_covered: int
    over_time: OverTime

    @property
    def figures(self) -> list[Figure]:
        return [figure for facet in self.facets for figure in facet.figures]


def ramadans(dates: pl.DataFrame) -> list[tuple[dt.date, dt.date]]:
    """First and last day of each Ramadan in ``core.dim_date``."""
    spans = (
        dates.filter("is_ramadan")
        .group_by("hijri_year")
        .agg(first=pl.col("date").min(), last=pl.col("date").max())
    )
    return [(first, last) for _, first, last in spans.sort("first").iter_rows()]


def _points(cells: pl.DataFrame) -> list[Point]:
    columns = ("month", "value", "ci_low", "ci_high", "n_num", "n_den", "coverage", "status")
    return [Point(*row) for row in cells.sort("month").select(columns).iter_rows()]


def _trend_of(research: Research, group_id: str) -> dict[str, Row]:
    rows = research["research.trend"].filter(pl.col("group_id") == group_id)
    return {str(row["code"]): row for row in rows.iter_rows(named=True)}


def _figure(
    group_id: str,
    definition: Indicator,
    points: list[Point],
    trend: Row,
    ramadan: Sequence[tuple[dt.date, dt.date]],
    shocks: Sequence[tuple[str, dt.date]],
) -> Figure:
    sign, word = words.TREND_WORDS[str(trend["trend_status"])]
    slope, low, high = (trend[name] for name in ("slope_per_month", "slope_lo", "slope_hi"))
    latest = next(point for point in reversed(points) if point.value is not None)
    earlier = latest.month.replace(year=latest.month.year - 1)
    return Figure(
        code=definition.code,
        anchor=f"{group_id}--{definition.code}",
        definition=definition,
        chart=draw(
            definition.name_en,
            definition.unit,
            points,
            ramadan=ramadan,
            shocks=shocks,
            slope=slope if trend["trend_status"] in TESTED else None,
        ),
        points=points,
        trend_sign=sign,
        trend_word=word,
        slope=words.slope_sentence(slope, low, high, definition.unit),
        latest=latest,
        year_before=next(
            (point for point in points if point.month == earlier and point.value is not None), None
        ),
    )


def _facets(figures: Sequence[Figure]) -> list[FacetPart]:
    return [
        FacetPart(*facet_words, [figure for figure in figures if figure.definition.facet == facet])
        for facet, facet_words in words.FACET_WORDS.items()
        if any(figure.definition.facet == facet for figure in figures)
    ]


def _reason(code: str, cells: pl.DataFrame, computed: Collection[str]) -> str:
    """Why an indicator has no figure: the most frequent status of its months."""
    if code not in computed:
        return "not_computed"
    return Counter(cells["status"].to_list()).most_common(1)[0][0]


def _group_part(
    group_id: str,
    name: str,
    research: Research,
    definitions: Mapping[str, Indicator],
    computed: Collection[str],
    ramadan: Sequence[tuple[dt.date, dt.date]],
    shocks: Sequence[tuple[str, dt.date]],
) -> GroupPart:
    cells = research["research.indicator"].filter(pl.col("group_id") == group_id)
    by_code = {str(key[0]): part for key, part in cells.group_by(["code"], maintain_order=True)}
    trend = _trend_of(research, group_id)
    figures, missing = [], {}
    for code, definition in definitions.items():
        if code not in by_code or definition.is_optional:
            continue
        if by_code[code]["value"].is_not_null().any():
            figures.append(
                _figure(group_id, definition, _points(by_code[code]), trend[code], ramadan, shocks)
            )
        else:
            missing[code] = _reason(code, by_code[code], computed)
    months = research["research.group_month"].filter(pl.col("group_id") == group_id).sort("month")
    return GroupPart(
        group_id=group_id,
        name=name,
        facets=_facets(figures),
        not_shown=[
            (reason, [definitions[code].name_en for code, why in missing.items() if why == reason])
            for reason in words.NOT_SHOWN_WORDS
            if reason in missing.values()
        ],
        n_present=next(iter(months["n_present"].drop_nulls().reverse().to_list()), None),
        first_month=months["month"][0],
        last_month=months["month"][-1],
        n_months=months.height,
        n_covered=months.filter(pl.col("coverage") >= 0.8).height,
        over_time=over_time(group_id, research, definitions),
    )


def _revisions(research: Research, snapshot_id: str) -> tuple[int, list[Row], list[Row]]:
    """How many cells this snapshot restated, the counts by group and reason, and the first rows."""
    rows = research["research.revision"].filter(pl.col("snapshot_id") == snapshot_id)
    counts = rows.group_by("group_id", "reason").agg(
        n_cells=pl.len(), first=pl.col("month").min(), last=pl.col("month").max()
    )
    listed = rows.sort("month", "group_id", "code", descending=[True, False, False]).head(
        MAX_REVISIONS_LISTED
    )
    return (
        rows.height,
        list(counts.sort("group_id", "reason").iter_rows(named=True)),
        list(listed.iter_rows(named=True)),
    )


def _read(name: str) -> str:
    return resources.files("tasks.publish.report").joinpath(name).read_text(encoding="utf-8")


def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=DictLoader({name: _read(name) for name in ("page.html", "over_time.html")}),
    )
    environment.filters |= {
        "plain": words.plain,
        "month": words.month_name,
        "number": words.number,
        "count": words.count,
    }
    return environment


def render_report(
    research: Research,
    *,
    definitions: Mapping[str, Indicator],
    computed: Collection[str],
    manifest: Manifest,
    study: Study | None,
    group_names: Mapping[str, str],
    dates: pl.DataFrame,
    shocks: Sequence[tuple[str, dt.date, str | None]] = (),
    previous_snapshot_id: str | None = None,
) -> str:
    """The report of a snapshot as one HTML document, the same text for the same input.

    Args:
        research: the published tables by qualified name (:func:`tasks.publish.research.research_tables`).
        definitions: the registry; its order is the order of the page.
        computed: codes that this version computes.
        manifest: the snapshot's.
        study: who answers for the data; without it the page has a plain title.
        group_names: name of each group; a group without one goes by its identifier.
        dates: ``core.dim_date``, for the shading of Ramadan.
        shocks: name, day and group (None: all groups).
        previous_snapshot_id: the snapshot before, if any.
    """
    group_ids = sorted(set(research["research.indicator"]["group_id"]))
    spans = ramadans(dates)
    groups = [
        _group_part(
            group_id,
            group_names.get(group_id, group_id),
            research,
            definitions,
            computed,
            spans,
            [(name, day) for name, day, whose in shocks if whose in (None, group_id)],
        )
        for group_id in group_ids
    ]
    n_restated, counts, listed = _revisions(research, manifest.snapshot_id)
    style = _read("style.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template("page.html")
        .render(
            style=style,
            style_digest=digest,
            manifest=manifest,
            study=study,
            groups=groups,
            names=group_names,
            definitions=definitions,
            computed=computed,
            n_restated=n_restated,
            revision_counts=counts,
            revisions=listed,
            previous_snapshot_id=previous_snapshot_id,
            status_words=words.STATUS_WORDS,
            not_shown_words=words.NOT_SHOWN_WORDS,
            direction_words=words.DIRECTION_WORDS,
            do_not_claim=words.DO_NOT_CLAIM,
        )
    )
