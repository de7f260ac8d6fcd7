"""The thirteen research questions, on toy groups whose answers were worked out by hand, on both engines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from schemas.errors import UsageError
from schemas.tables import TABLES
from warehouse.engine import Warehouse
from warehouse.queries import question, questions
from warehouse.query import query

S1, S2, S3, S4 = (
    "2024-01-aaaaaaaaaaaa",
    "2024-02-bbbbbbbbbbbb",
    "2024-02-cccccccccccc",
    "2024-03-dddddddddddd",
)
Rows = list[dict[str, Any]]


def month(year: int, number: int) -> dt.date:
    return dt.date(year, number, 1)


class Toy:
    """A warehouse whose research tables are given row by row; what a row leaves out is harmless."""

    def __init__(self, url: str) -> None:
        self.url = url

    def hold(self, **tables: Rows) -> None:
        with Warehouse(self.url).load("run-1") as load:
            for name, rows in tables.items():
                table = TABLES[f"research.{name}"]
                blank: dict[str, Any] = {column.name: None for column in table.columns}
                usual = {
                    "group_id": "a",
                    "status": "ok",
                    "snapshot_id": S1,
                    "def_version": 1,
                    "ci_kind": "none",
                    "coverage": 1.0,
                    "window_months": 1,
                    "n_months": 12,
                    "is_adjusted": True,
                    "has_member_effects": True,
                }
                harmless = blank | {key: value for key, value in usual.items() if key in blank}
                frame = pl.DataFrame([harmless | row for row in rows], schema=table.polars_schema)
                load.replace_all(table.qualified, frame)

    def ask(self, name: str, *columns: str, **values: str) -> list[tuple[Any, ...]]:
        return query(self.url, question(name).statement(values)).select(columns).rows()


@pytest.fixture
def toy(warehouse_url: str) -> Toy:
    return Toy(warehouse_url)


def test_there_are_thirteen_with_grain_caveat_and_both_languages() -> None:
    assert list(questions()) == [f"Q{number}" for number in range(1, 14)]
    for one in questions().values():
        assert min(len(one.en), len(one.id), len(one.grain), len(one.caveat)) > 20
        assert "group_id" in one.parameters and one.slug
    assert question("q7") is question("7") is question("stayers_or_turnover")


@pytest.mark.parametrize("value", ["a' OR 1=1 --", "a;b", "", "x" * 81, "a\nb"])
def test_a_parameter_is_a_word(value: str) -> None:
    with pytest.raises(UsageError):
        question("Q1").statement({"group_id": value})
    with pytest.raises(UsageError):
        question("Q1").statement({"no_such": "a"})
    with pytest.raises(UsageError):
        question("Q14")


def test_q1_a_slope_by_year_with_its_words(toy: Toy) -> None:
    row = {
        "code": "idx_mechanical",
        "trend_status": "rising",
        "slope_per_month": 0.01,
        "slope_lo": 0.005,
        "slope_hi": 0.02,
        "q_bh": 0.03,
    }
    none = {"slope_per_month": None, "q_bh": None}
    toy.hold(
        trend=[
            row,
            {
                "group_id": "b",
                "code": "idx_mechanical",
                "trend_status": "too short to tell",
                "status": "low_n",
                "slope_per_month": 0.01,
            },
            {
                "group_id": "c",
                "code": "idx_mechanical",
                "trend_status": "no values",
                "status": "suppressed",
                **none,
            },
            {"code": "we_share", "trend_status": "falling", "slope_per_month": -0.5},
            *(
                {"group_id": group, "code": "idx_mechanical", "trend_status": "no values", "status": status}
                for group, status in (("d", "truncated"), ("e", "immature"))
            ),
        ]
    )
    columns = ("group_id", "slope_per_year", "slope_per_year_lo", "q_bh", "trend_status", "status")
    found = toy.ask("Q1", *columns)
    assert found[0] == ("a", pytest.approx(0.12), pytest.approx(0.06), 0.03, "rising", "ok")
    assert found[1][4:] == ("too short to tell", "low_n") and found[2][1] is None
    assert [row[5] for row in found[2:]] == ["suppressed", "truncated", "immature"]
    assert len(found) == 5 and len(toy.ask("Q1", "code", group_id="a", code="we_share")) == 1


def test_q2_years_of_the_axis_from_ok_months_only(toy: Toy) -> None:
    cells = [
        {"month": month(2022, 1), "value": 1.0},
        {"month": month(2022, 2), "value": 2.0},
        {"month": month(2022, 3), "value": 9.0, "status": "partial"},
        {"month": month(2023, 1), "value": 3.5},
        {"month": month(2023, 2), "status": "suppressed"},
        {"month": month(2024, 1), "status": "immature"},
        {"month": month(2024, 2), "status": "truncated"},
        {"month": month(2024, 3), "status": "low_n"},
    ]
    toy.hold(indicator=[{"code": "axis_type"} | cell for cell in cells])
    columns = ("year", "n_months", "n_ok", "mean_axis_type", "change_from_year_before", "n_suppressed")
    assert toy.ask("Q2", *columns) == [
        (2022, 3, 2, 1.5, None, 0),
        (2023, 2, 1, 3.5, 2.0, 1),
        (2024, 3, 0, None, None, 0),
    ]


def test_q3_quarters_of_the_gap_beside_its_trend(toy: Toy) -> None:
    gap = {"code": "answer_equity_gap"}
    toy.hold(
        indicator=[
            gap | {"month": month(2024, 2), "value": 0.9},
            gap | {"month": month(2024, 3), "value": 0.2, "ci_low": -0.1, "ci_high": 0.5},
            gap | {"month": month(2024, 6), "value": None, "status": "low_n"},
            gap | {"month": month(2024, 9), "value": None, "status": "immature"},
            gap | {"month": month(2024, 12), "value": None, "status": "suppressed"},
            gap | {"month": month(2025, 3), "value": None, "status": "truncated"},
        ],
        trend=[gap | {"trend_status": "falling", "slope_per_month": -0.01}],
    )
    found = toy.ask("Q3", "quarter_end", "gap", "ci_low", "status", "slope_per_year", "trend_status")
    assert found[0] == (month(2024, 3), 0.2, -0.1, "ok", pytest.approx(-0.12), "falling")
    assert [row[1:4] for row in found[1:]] == [
        (None, None, "low_n"),
        (None, None, "immature"),
        (None, None, "suppressed"),
        (None, None, "truncated"),
    ]


def test_q4_excess_over_chance_by_year(toy: Toy) -> None:
    cells, details = [], []
    for number, value, expected, p, status in (
        (1, 0.3, 0.1, 0.01, "ok"),
        (2, 0.5, 0.2, 0.20, "ok"),
        (3, None, 0.2, 0.01, "suppressed"),
        (4, None, None, None, "truncated"),
        (5, None, None, None, "low_n"),
        (6, None, None, None, "immature"),
    ):
        cell = {"code": "ei_cohort", "month": month(2024, number), "status": status}
        cells.append(cell | {"value": value})
        excess = None if value is None or expected is None else value - expected
        details += [
            cell | {"detail": name, "value": of}
            for name, of in (("expected", expected), ("excess", excess), ("p", p))
        ]
    toy.hold(indicator=cells, indicator_detail=details)
    row = toy.ask(
        "Q4",
        "code",
        "year",
        "n_ok",
        "mean_value",
        "mean_expected",
        "mean_excess",
        "n_p_below_05",
        "n_suppressed",
    )
    assert row == [("ei_cohort", 2024, 2, pytest.approx(0.4), pytest.approx(0.15), pytest.approx(0.25), 1, 1)]


def test_q5_campaigns_in_order_with_the_months_retention(toy: Toy) -> None:
    shown = {
        "activity_kind": "rsvp",
        "n_talkers": 20,
        "n_committed": 12,
        "conversion": 0.6,
        "half_life_days": 3.0,
    }
    toy.hold(
        campaign=[
            {"month": month(2024, 5), "activity_kind": "rsvp", "status": "immature"},
            {"month": month(2023, 5)} | shown,
            {"month": month(2023, 6), "activity_kind": "donation", "status": "suppressed"},
            {"month": month(2022, 12)} | shown,
        ],
        indicator=[
            {"code": "campaigner_retention", "month": month(2023, 5), "value": 0.5},
            {"code": "campaigner_retention", "month": month(2024, 5), "status": "immature"},
            {"code": "campaigner_retention", "month": month(2023, 6), "status": "low_n"},
            {"code": "campaigner_retention", "month": month(2022, 12), "status": "truncated"},
        ],
    )
    columns = (
        "year",
        "activity_kind",
        "conversion",
        "half_life_days",
        "status",
        "retention_180d",
        "retention_status",
    )
    assert toy.ask("Q5", *columns) == [
        (2022, "rsvp", 0.6, 3.0, "ok", None, "truncated"),
        (2023, "rsvp", 0.6, 3.0, "ok", 0.5, "ok"),
        (2023, "donation", None, None, "suppressed", None, "low_n"),
        (2024, "rsvp", None, None, "immature", None, "immature"),
    ]


def test_q6_a_shock_by_part_of_its_name(toy: Toy) -> None:
    covid = {"shock": "COVID-19", "shock_date": dt.date(2020, 3, 2)}
    flood = {
        "shock": "flood",
        "shock_date": dt.date(2024, 2, 10),
        "code": "we_share",
        "shock_status": "too short to tell",
        "its_status": "not estimated",
        "status": "low_n",
    }
    toy.hold(
        shock=[
            flood,
            covid
            | {
                "code": "help_answer_rate",
                "shock_status": "dropped: recovered",
                "drop": 0.2,
                "placebo_rank_p": 0.04,
                "surge": 1.5,
                "recovery_months": 4.0,
                "its_status": "estimated",
            },
            covid
            | {
                "code": "we_share",
                "shock_status": "outside the data",
                "its_status": "not estimated",
                "status": "truncated",
            },
            flood | {"code": "top1_share", "status": "immature"},
            covid
            | {
                "code": "conflict_rate",
                "shock_status": "outside the data",
                "its_status": "not estimated",
                "status": "suppressed",
            },
        ]
    )
    columns = ("code", "drop", "placebo_rank_p", "surge", "recovery_months", "status")
    assert toy.ask("Q6", *columns, shock="covid") == [
        ("conflict_rate", None, None, None, None, "suppressed"),
        ("help_answer_rate", 0.2, 0.04, 1.5, 4.0, "ok"),
        ("we_share", None, None, None, None, "truncated"),
    ]
    assert toy.ask("Q6", "code", "drop", "status", shock="flood") == [
        ("top1_share", None, "immature"),
        ("we_share", None, "low_n"),
    ]
    assert len(toy.ask("Q6", "shock")) == 5


def test_q7_the_parts_of_a_change(toy: Toy) -> None:
    code = {"code": "active_member_share"}
    toy.hold(
        decomposition=[
            code
            | {
                "from_year": 2022,
                "to_year": 2023,
                "change": 0.1,
                "within": 0.2,
                "entry": 0.1,
                "exit": -0.2,
                "turnover": -0.1,
            },
            code | {"from_year": 2023, "to_year": 2024, "status": "immature"},
            code | {"from_year": 2021, "to_year": 2022, "status": "truncated"},
            {"code": "we_share", "from_year": 2022, "to_year": 2023, "status": "low_n"},
            {"code": "we_share", "from_year": 2023, "to_year": 2024, "status": "suppressed"},
        ],
        decomposition_by_gender=[
            code | {"from_year": 2022, "to_year": 2023, "gender": "female", "change": 0.3, "within": 0.3},
            code | {"from_year": 2022, "to_year": 2023, "gender": "male", "status": "suppressed"},
        ],
    )
    found = toy.ask(
        "Q7", "from_year", "change", "within", "entry", "exit", "status", code="active_member_share"
    )
    assert found == [
        (2021, None, None, None, None, "truncated"),
        (2022, 0.1, 0.2, 0.1, -0.2, "ok"),
        (2023, None, None, None, None, "immature"),
    ]
    assert [row[0] for row in toy.ask("Q7", "status", code="we_share")] == ["low_n", "suppressed"]
    assert toy.ask("Q7", "gender", "within", "status", gender="female") == [("female", 0.3, "ok")]
    assert toy.ask("Q7", "gender", "within", "status", gender="male") == [("male", None, "suppressed")]


def test_q8_bands_and_the_half_makers_now_and_three_years_ago(toy: Toy) -> None:
    band = {"code": "key_person_dependence"}
    toy.hold(
        yearly_band=[
            band | {"year": 2021, "band_low": 0.4, "band_high": 0.6},
            band | {"year": 2024, "band_low": 0.2, "band_high": 0.4},
            {"code": "top1_share", "year": 2024, "status": "immature", "n_months": 5},
            {"code": "removals", "year": 2024, "band_low": 0.0, "band_high": 5.0},
        ],
        indicator=[
            {"code": "core50_share", "month": month(2021, 1), "value": 0.10},
            {"code": "core50_share", "month": month(2021, 2), "value": 0.20},
            {"code": "core50_share", "month": month(2024, 1), "value": 0.30},
            {"code": "core50_share", "month": month(2024, 2), "status": "low_n"},
            {"code": "core50_share", "month": month(2022, 1), "status": "suppressed"},
            {"code": "core50_share", "month": month(2020, 1), "status": "low_n"},
            {"code": "core50_share", "month": month(2019, 1), "status": "truncated"},
        ],
    )
    found = {
        row[:2]: row[2:]
        for row in toy.ask(
            "Q8",
            "code",
            "year",
            "band_low",
            "mean_value",
            "status",
            "band_low_3y_before",
            "mean_value_3y_before",
        )
    }
    assert found["key_person_dependence", 2024] == (0.2, None, "ok", 0.4, None)
    assert found["core50_share", 2024] == (None, pytest.approx(0.3), "ok", None, pytest.approx(0.15))
    assert found["core50_share", 2022] == (None, None, "suppressed", None, None)
    assert found["core50_share", 2020] == (None, None, "low_n", None, None)
    assert found["core50_share", 2019] == (None, None, "truncated", None, None)
    assert found["top1_share", 2024] == (None, None, "immature", None, None)
    assert not [key for key in found if key[0] == "removals"]


def test_q9_newcomers_all_then_welcomed_then_not(toy: Toy) -> None:
    year = {"joined_year": 2023, "months_since_joining": 3}
    toy.hold(
        newcomer_survival=[
            year | {"is_welcomed": False, "survival": 0.5, "n_at_risk": 12.0},
            year | {"is_welcomed": True, "survival": 0.8, "n_at_risk": 15.0},
            year | {"is_welcomed": None, "survival": 0.65, "n_at_risk": 27.0},
            year | {"is_welcomed": None, "months_since_joining": 12, "status": "immature"},
            {"joined_year": 2022, "is_welcomed": None, "months_since_joining": 3, "status": "truncated"},
            {"joined_year": 2021, "is_welcomed": True, "months_since_joining": 3, "status": "suppressed"},
            {"joined_year": 2020, "is_welcomed": None, "months_since_joining": 3, "status": "low_n"},
        ],
        newcomer_survival_by_gender=[
            year | {"gender": "female", "survival": 0.7, "n_at_risk": 11.0},
            year | {"gender": "male", "months_since_joining": 12, "status": "immature"},
        ],
    )
    by_gender = ("gender", "is_welcomed", "survival", "status")
    assert toy.ask("Q9", *by_gender, gender="female") == [("female", None, 0.7, "ok")]
    assert toy.ask("Q9", *by_gender, gender="male") == [("male", None, None, "immature")]
    assert toy.ask("Q9", "joined_year", "is_welcomed", "months_since_joining", "survival", "status") == [
        (2020, None, 3, None, "low_n"),
        (2021, True, 3, None, "suppressed"),
        (2022, None, 3, None, "truncated"),
        (2023, None, 3, 0.65, "ok"),
        (2023, None, 12, None, "immature"),
        (2023, True, 3, 0.8, "ok"),
        (2023, False, 3, 0.5, "ok"),
    ]


def test_q10_restatements_between_two_snapshots_also_of_one_month(toy: Toy) -> None:
    step = {"month": month(2023, 6), "old_status": "ok", "new_status": "ok"}
    toy.hold(
        revision=[
            step
            | {
                "code": "we_share",
                "from_snapshot_id": S1,
                "snapshot_id": S2,
                "old_value": 0.5,
                "new_value": 0.6,
                "reason": "new_data",
            },
            step
            | {
                "code": "we_share",
                "from_snapshot_id": S2,
                "snapshot_id": S3,
                "old_value": 0.6,
                "new_value": 0.4,
                "reason": "roster",
            },
            step
            | {
                "code": "conflict_rate",
                "from_snapshot_id": S3,
                "snapshot_id": S4,
                "old_status": "suppressed",
                "new_status": "suppressed",
                "reason": "new_data",
            },
            *(
                step
                | {
                    "group_id": "b",
                    "code": code,
                    "from_snapshot_id": S1,
                    "snapshot_id": S2,
                    "old_value": 0.25,
                    "old_status": "ok",
                    "new_status": status,
                    "reason": "new_data",
                }
                for code, status in (
                    ("ei_cohort", "low_n"),
                    ("ei_region", "immature"),
                    ("we_share", "truncated"),
                )
            ),
        ]
    )
    columns = ("code", "snapshot_id", "change", "reason")
    lost = toy.ask("Q10", "code", "old_value", "change", "old_status", "new_status", group_id="b")
    assert lost == [
        ("ei_cohort", 0.25, None, "ok", "low_n"),
        ("ei_region", 0.25, None, "ok", "immature"),
        ("we_share", 0.25, None, "ok", "truncated"),
    ]
    both = toy.ask("Q10", *columns, from_snapshot=S1, to_snapshot=S3, group_id="a")
    assert both == [
        ("we_share", S2, pytest.approx(0.1), "new_data"),
        ("we_share", S3, pytest.approx(-0.2), "roster"),
    ]
    assert [row[1] for row in toy.ask("Q10", *columns, from_snapshot=S2, to_snapshot=S3)] == [S3]
    to_s2 = toy.ask("Q10", *columns, from_snapshot=S1, to_snapshot=S2, group_id="a")
    assert [row[1] for row in to_s2] == [S2]
    assert toy.ask("Q10", *columns, from_snapshot=S3, to_snapshot=S4) == [
        ("conflict_rate", S4, None, "new_data")
    ]
    assert len(toy.ask("Q10", *columns)) == 6


def test_q11_what_survives_adjustment(toy: Toy) -> None:
    toy.hold(
        trend=[
            {"code": "we_share", "trend_status": "rising", "slope_per_month": 0.02, "same_sign_share": 0.9},
            {"code": "top1_share", "trend_status": "no values", "status": "suppressed"},
            {"code": "campaigner_retention", "trend_status": "no values", "status": "immature"},
            {"code": "retention_3m", "trend_status": "no values", "status": "truncated"},
            {
                "code": "ei_region",
                "trend_status": "too short to tell",
                "status": "low_n",
                "slope_per_month": 0.0,
            },
        ],
        trend_variant=[
            {"code": "we_share", "variant": "coverage", "slope_per_month": 0.01, "is_sign_kept": True},
            {"code": "we_share", "variant": "stickers", "slope_per_month": -0.01, "is_sign_kept": False},
        ],
        group_month_regime=[
            {
                "month": month(2023, 1),
                "sticker_share": 0.1,
                "is_admins_only": False,
                "is_disappearing": False,
                "n_exporters": 1,
            },
            {
                "month": month(2024, 1),
                "sticker_share": 0.3,
                "is_admins_only": False,
                "is_disappearing": False,
                "n_exporters": 1,
            },
        ],
    )
    columns = ("code", "variant", "share_that_survives", "is_sign_kept", "sticker_shift", "status")
    assert toy.ask("Q11", *columns) == [
        ("campaigner_retention", None, None, None, pytest.approx(0.2), "immature"),
        ("ei_region", None, None, None, pytest.approx(0.2), "low_n"),
        ("retention_3m", None, None, None, pytest.approx(0.2), "truncated"),
        ("top1_share", None, None, None, pytest.approx(0.2), "suppressed"),
        ("we_share", "coverage", pytest.approx(0.5), True, pytest.approx(0.2), "ok"),
        ("we_share", "stickers", pytest.approx(-0.5), False, pytest.approx(0.2), "ok"),
    ]


def test_q12_promises_kept_and_rank_correlation_by_hand(toy: Toy) -> None:
    """Five years of people per activity 10 20 30 40 50 against levels 1 2 3 5 4: rho = 1 - 6*2/(5*24) = .9.

    Fisher: atanh(.9) = 1.4722, reach 1.96/sqrt(2) = 1.3859: tanh(.0863) = .0861, tanh(2.8581) = .9934.
    """
    levels = dict(zip(range(2019, 2024), (1.0, 2.0, 3.0, 5.0, 4.0), strict=True))
    kept = {"n_activities": 2, "n_committed": 40, "kept_share": 0.75, "unannounced_share": 0.25}
    toy.hold(
        attendance=[{"year": year, "n_attended": 20 * place} | kept for place, year in enumerate(levels, 1)]
        + [
            {"year": 2024, "status": "immature"},
            {"year": 2018, "status": "suppressed"},
            {"year": 2017, "status": "truncated"},
            {"group_id": "b", "year": 2023, "n_attended": 30} | kept,
        ],
        indicator=[
            {"code": "idx_overall", "month": month(year, number), "value": level + shift}
            for year, level in levels.items()
            for number, shift in ((1, -0.5), (2, 0.5))
        ]
        + [
            {"code": "idx_overall", "month": month(2024, 1), "value": 9.0},
            {"code": "idx_overall", "month": month(2023, 3), "status": "low_n"},
        ]
        + [{"group_id": "b", "code": "idx_overall", "month": month(2023, 1), "value": 1.0}],
    )
    columns = (
        "measure",
        "year",
        "kept_share",
        "n_years",
        "rank_correlation",
        "rank_correlation_lo",
        "rank_correlation_hi",
        "status",
    )
    found = toy.ask("Q12", *columns, group_id="a")
    assert [row[1:3] for row in found if row[0] == "attendance"] == [
        (2017, None),
        (2018, None),
        *((year, 0.75) for year in levels),
        (2024, None),
    ]
    near = pytest.approx
    assert [row for row in found if row[0] == "idx_overall"] == [
        ("idx_overall", None, None, 5, near(0.9), near(0.0861, abs=1e-3), near(0.9934, abs=1e-3), "ok")
    ]
    assert [row[3:] for row in toy.ask("Q12", *columns, group_id="b") if row[0] == "idx_overall"] == [
        (1, None, None, None, "low_n")
    ]


def test_q13_coefficients_only(toy: Toy) -> None:
    toy.hold(
        sequence_effect=[
            {
                "outcome": "falls silent",
                "term": "isolated",
                "coefficient": 0.1,
                "coefficient_lo": 0.02,
                "coefficient_hi": 0.18,
            },
            {"outcome": "leaves", "term": "isolated", "status": "suppressed", "has_member_effects": False},
            {"group_id": "b", "outcome": "leaves", "term": "isolated", "status": "not_applicable"},
            {"group_id": "c", "outcome": "falls silent", "term": "isolated", "status": "low_n"},
            {"group_id": "d", "outcome": "falls silent", "term": "isolated", "status": "immature"},
            {"group_id": "e", "outcome": "falls silent", "term": "isolated", "status": "truncated"},
        ]
    )
    assert toy.ask(
        "Q13", "outcome", "coefficient", "coefficient_lo", "has_member_effects", "status", group_id="a"
    ) == [
        ("falls silent", 0.1, 0.02, True, "ok"),
        ("leaves", None, None, False, "suppressed"),
    ]
    others = toy.ask("Q13", "group_id", "coefficient", "coefficient_hi", "status")[2:]
    assert others == [
        ("b", None, None, "not_applicable"),
        ("c", None, None, "low_n"),
        ("d", None, None, "immature"),
        ("e", None, None, "truncated"),
    ]
    assert not [name for name in TABLES["research.sequence_effect"].names if name.endswith("_key")]
