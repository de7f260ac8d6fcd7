"""The report: one page, no script, no network, the same text for the same input, readable in a browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from schemas.config import Study
from schemas.indicators import registry
from schemas.tables import TABLES
from tasks.publish.report import render_report
from tasks.publish.report.charts import Point, draw, y_range
from tasks.publish.report.words import number, slope_sentence
from tasks.publish.research import research_tables
from tests.publish import made_up_groups as community
from warehouse.calendar import dim_date

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = (
    "<script>document.title='owned'</script>\"><img src=x onerror=alert(1)>'; DROP TABLE x;\u202e{{ 7 * 7 }}"
)
MAX_BYTES = 5_000_000


SHOCK: dict[str, object] = {
    "shock": HOSTILE,
    "shock_date": dt.date(2023, 2, 10),
    "its_status": "not estimated",
}
YEARS = {"code": "we_share", "from_year": 2022, "to_year": 2023}
JOINED = {"joined_year": 2022, "months_since_joining": 3}
#: What stands beside the trends, by hand: table -> rows of the first group.
HAPPENED: dict[str, list[dict[str, object]]] = {
    "shock": [
        SHOCK
        | {
            "code": "we_share",
            "shock_status": "dropped: recovered",
            "drop": 0.125,
            "drop_share": 0.25,
            "placebo_rank_p": 0.0,
            "recovery_months": 4.0,
            "its_status": "descriptive",
            "step": -0.1,
            "step_lo": -0.2,
            "step_hi": 0.05,
        },
        SHOCK | {"code": "silent_share", "shock_status": "absorbed: within the placebo band"},
        SHOCK | {"code": "conflict_rate", "shock_status": "too short to tell", "status": "low_n"},
        SHOCK | {"code": "idx_access", "shock_status": "outside the data", "status": "suppressed"},
        SHOCK
        | {
            "shock": "COVID-19",
            "shock_date": dt.date(2020, 3, 2),
            "code": "we_share",
            "shock_status": "outside the data",
            "status": "not_applicable",
        },
    ],
    "change_point": [
        {"code": "we_share", "month": dt.date(2023, 5, 1), "shift": -0.07, "confirmed_share": 0.93},
        {"code": "conflict_rate", "month": dt.date(2023, 6, 1), "shift": 1.0, "confirmed_share": 0.4},
    ],
    "hijri_season": [
        {"code": "we_share", "hijri_month": month, "n_months": 3, "deviation": -0.03 if month == 9 else 0.01}
        for month in range(1, 13)
    ],
    "decomposition": [
        YEARS | {"change": 0.1, "within": 0.2, "turnover": -0.1, "status": "partial"},
        YEARS | {"code": "active_member_share", "status": "suppressed"},
    ],
    "member_mean": [
        {
            "code": "we_share",
            "year": 2023,
            "gender": gender,
            "value": value,
            "ci_low": 0.2,
            "ci_high": 0.6,
            "n_people": 30.0,
        }
        for gender, value in (("female", 0.5), ("male", 0.4), (None, 0.45))
    ],
    "newcomer_survival": [
        JOINED | {"survival": 0.75, "survival_lo": 0.6, "survival_hi": 0.85, "n_at_risk": 20.0},
        JOINED | {"is_welcomed": True, "status": "suppressed"},
    ],
    "newcomer_survival_by_gender": [
        JOINED
        | {"gender": "female", "survival": 0.8, "survival_lo": 0.6, "survival_hi": 0.9, "n_at_risk": 12.0}
    ],
}


def report(name: str = "Kamaliyah Bandung", **changes: object) -> str:
    tables = research_tables(
        community.core(name=name),
        definitions=registry(),
        computed=community.COMPUTED,
        groups={},
        snapshot_id=community.SNAPSHOT_MANIFEST.snapshot_id,
    )
    revision = {
        "group_id": "kamaliyah-bandung",
        "month": community.MONTHS[3],
        "code": "we_share",
        "from_snapshot_id": "2024-05-000000000000",
        "snapshot_id": community.SNAPSHOT_MANIFEST.snapshot_id,
        "old_value": 0.25,
        "new_value": None,
        "old_status": "ok",
        "new_status": "low_n",
        "reason": "new_data",
    }
    schema = TABLES["research.revision"].polars_schema
    tables["research.revision"] = pl.DataFrame([revision], schema=schema)
    for table, rows in HAPPENED.items():
        wanted = TABLES[f"research.{table}"]
        blank = dict.fromkeys(wanted.names) | {"group_id": "kamaliyah-bandung", "status": "ok"}
        known = {key: value for key, value in blank.items() if key in wanted.names}
        added = pl.DataFrame([known | row for row in rows], schema=wanted.polars_schema)
        tables[wanted.qualified] = pl.concat([tables[wanted.qualified].clear(), added])
    names = dict(community.dim_group(name).select("group_id", "group_name").iter_rows())
    given: dict[str, object] = {
        "definitions": registry(),
        "computed": community.COMPUTED,
        "manifest": community.SNAPSHOT_MANIFEST,
        "study": community.STUDY,
        "group_names": names,
        "dates": dim_date(community.MONTHS[0], dt.date(2024, 6, 30)),
        "shocks": [("flood", dt.date(2024, 2, 10), None)],
        "previous_snapshot_id": "2024-05-000000000000",
    }
    return render_report(tables, **(given | changes))  # type: ignore[arg-type] # keyword values by name


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(page: str) -> _Tags:
    tags = _Tags()
    tags.feed(page)
    return tags


@pytest.fixture(scope="module")
def page() -> str:
    return report()


def test_the_page_is_small_deterministic_and_self_contained(page: str) -> None:
    assert page == report()
    assert len(page.encode()) < MAX_BYTES / 5
    tags = parsed(page)
    assert "script" not in tags.names and "link" not in tags.names and "img" not in tags.names
    assert not [
        value for _, name, value in tags.attributes if name in ("src", "style") or name.startswith("on")
    ]
    assert all(value.startswith("#") for _, name, value in tags.attributes if name == "href")
    assert "http://" not in page and "https://" not in page


def test_it_tells_what_a_reader_needs(page: str) -> None:
    text = " ".join(" ".join(parsed(page).text).split())
    for phrase in (
        "Solidaritas Kamaliyah",
        "What this is not",
        "Proporsi anggota aktif",
        "higher = more solidarity",
        "Do not claim",
        "Restated since last time",
        "Not computed in this version",
        "Nothing about this group can be shown",
        community.STUDY.clearance,
        community.SNAPSHOT_MANIFEST.sha256,
    ):
        assert phrase in text


def test_every_drawing_is_described_and_every_link_leads_somewhere(page: str) -> None:
    tags = parsed(page)
    drawings = [value for tag, name, value in tags.attributes if tag == "svg" and name == "role"]
    descriptions = [value for tag, name, value in tags.attributes if tag == "svg" and name == "aria-label"]
    n_maps = page.count('class="seasons"')
    assert len(drawings) == len(descriptions) == page.count("<figure ") + n_maps > 30 and n_maps == 1
    anchors = [value for _, name, value in tags.attributes if name == "id"]
    assert len(anchors) == len(set(anchors))
    assert {value[1:] for _, name, value in tags.attributes if name == "href"} <= set(anchors)


def test_hostile_names_are_only_text() -> None:
    study = Study.model_validate(community.STUDY.model_dump() | {"name": HOSTILE, "controller": HOSTILE})
    page = report(name=HOSTILE, study=study, shocks=[(HOSTILE, dt.date(2024, 2, 10), None)])
    tags = parsed(page)
    assert "script" not in tags.names and "img" not in tags.names
    assert not [name for _, name, _ in tags.attributes if name.startswith("on")]
    assert "\u202e" not in page
    assert "{{ 7 * 7 }}" in "".join(tags.text), "a name is no template"


def test_the_page_renders_without_study_and_without_earlier_snapshot() -> None:
    page = report(study=None, previous_snapshot_id=None)
    assert "This is the first snapshot" in page and "Controller" not in page


def _point(month: int, value: float | None, status: str = "ok") -> Point:
    return Point(dt.date(2024, month, 1), value, value, value, None, None, 1.0, status)


def test_a_month_without_value_breaks_the_line() -> None:
    points = [_point(1, 0.1), _point(2, 0.2), _point(3, None, "low_n"), _point(4, 0.0), _point(5, 0.3)]
    chart = draw("Name", "share", points)
    assert [line.count("L") for line in chart.lines] == [1, 1]
    assert len(chart.dots) == 4 and len(chart.strip) == 5
    assert chart.strip[2].kind == "low_n" and chart.trend_line is None
    assert "4 of 5 months" in chart.description


def test_a_single_value_and_a_constant_series_can_be_drawn() -> None:
    assert draw("Name", "index", [_point(1, 0.0), _point(2, None, "low_n")]).lines == []
    low, high, ticks = y_range([_point(1, 0.0), _point(2, 0.0)], "index")
    assert low <= 0 <= high and low < high and len(ticks) >= 2


def test_the_value_axis_stays_within_shares_and_cuts_wide_intervals() -> None:
    points = [
        Point(dt.date(2024, month, 1), 0.9 + month / 100, 0.2, 1.4, None, None, 1.0, "ok")
        for month in (1, 2, 3)
    ]
    low, high, _ = y_range(points, "share")
    assert high == 1.0 and low > 0.5


def test_it_tells_of_shocks_seasons_coming_and_going(page: str) -> None:
    text = " ".join(" ".join(parsed(page).text).split())
    told = text[text.index("Shocks, seasons, coming and going") :]
    for phrase in (
        "COVID-19, 2020-03-02 guncangan This history does not reach to the day",
        "We-share of first person Proporsi kata kita/kami +12.5 points (25.0 %) 0.0 % 4 ",
        " −10 points (−20 points to +5 points), descriptive",
        "Within what ordinary months show: 1 Silent members",
        "Too short to tell: 1 Conflict and criticism",
        "1 fainter one is not listed",
        "May 2023 We-share of first person Proporsi kata kita/kami −7 points 93.0 %",
        "We-share of first person, Ramadan: −3 points, 3 months",
        "1 of the changes is hidden",
        "2022–2023 +10 points +20 points – – −10 points",
        "2023 50.0 % (20.0 % to 60.0 %), 30 40.0 %",
        "2022 everybody semua 75.0 % (60.0 % to 85.0 %) – –",
        "2022 women putri 80.0 %",
        "1 figure is hidden",
    ):
        assert phrase in told, phrase
    assert "Access to information index" not in told[: told.index("Change points")], (
        "hidden: not even as untold"
    )
    assert HOSTILE not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.0, "share 0-1", "0.0\u00a0%"),
        (0.4731, "share 0-1", "47.3\u00a0%"),
        (None, "share 0-1", "–"),
        (19166.67, "IDR >=0", "Rp 19,167"),
        (0.0, "rate >=0", "0"),
        (0.01234, "rate >=0", "0.0123"),
        (1440.4, "minutes, 0-1440", "1,440"),
    ],
)
def test_numbers_tell_zero_from_nothing(value: float | None, unit: str, shown: str) -> None:
    assert number(value, unit) == shown


def test_slopes_are_told_by_the_year() -> None:
    assert slope_sentence(0.005, -0.001, 0.01, "share") == "+6 points a year (95\u00a0% interval −1.2 to +12)"
    assert slope_sentence(None, None, None, "share") == "no slope"


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    if not CHROMIUM.exists():
        pytest.skip("no chromium on this machine: the page was not opened in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_browser_shows_it_without_a_word_of_complaint(
    browser: object, tmp_path: Path, width: int, scheme: str
) -> None:
    study = Study.model_validate(community.STUDY.model_dump() | {"name": HOSTILE})
    path = tmp_path / "report.html"
    path.write_text(report(name=HOSTILE, study=study), encoding="utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[attr-defined] # playwright
    complaints: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("dialog", lambda dialog: complaints.append(dialog.message))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(path.as_uri())
    assert complaints == [] and asked == [path.as_uri()]
    assert tab.title().startswith("<script>"), "the name is the title, as text"
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    boxes = tab.evaluate(
        "[...document.querySelectorAll('figure path.line')].map(e => e.getBoundingClientRect().width)"
    )
    assert len(boxes) > 30 and min(boxes) > 0
    assert tab.evaluate("getComputedStyle(document.querySelector('svg .line')).stroke") not in ("none", "")
    tab.close()
