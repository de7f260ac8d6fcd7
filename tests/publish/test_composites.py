"""Composites say nothing that their published components do not say, and single people stand in bands."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.indicators import registry
from schemas.tables import TABLES
from tasks.publish.bands import yearly_bands
from tasks.publish.limits import Limits
from tasks.publish.recompose import recompose
from tasks.publish.research import research_tables
from tasks.snapshot.vintages import VINTAGE, changed_cells
from tests.publish.test_disclosure import SNAPSHOT, _dim_group, cells

JANUARY = dt.date(2024, 1, 1)
Z = st.floats(-3, 3).map(lambda value: round(value, 3))
ORGANIC = ("cross_role_tie_share", "tie_reciprocity", "help_answer_rate:excess", "key_person_dependence")
ACCESS = ("opener_answer_rate:excess", "reply_centralisation")
BLANK: dict[str, object] = {"n_hi": 60.0, "ci_kind": "none"}


def _details(code: str, values: dict[str, float | None]) -> pl.DataFrame:
    table = TABLES["core.fact_indicator_detail"]
    rows = [
        cells({"code": code}).row(0, named=True)
        | {"detail": name, "value": value, "n_num": None, "n_den": None}
        | _bounds(value if name.startswith("component:") and ":idx_" not in name else None)
        for name, value in values.items()
    ]
    return pl.DataFrame(
        [{name: row.get(name) for name in table.names} for row in rows], schema=table.polars_schema
    )


def _bounds(value: float | None) -> dict[str, float | None]:
    """What drawing gave a component: .3 about its value; an index has its interval in its own cell."""
    return dict(
        zip(("ci_low", "ci_high"), (None, None) if value is None else (value - 0.3, value + 0.3), strict=True)
    )


def _composite(code: str, z: dict[str, float]) -> tuple[dict[str, object], pl.DataFrame]:
    """The core's cell of a composite and its companions, as measuring makes them (the z are aligned)."""
    total, n = sum(z.values()), len(z)
    cell = {
        "code": code,
        "value": total / n,
        "n_num": total,
        "n_den": float(n),
        "ci_low": total / n - 0.5,
        "ci_high": total / n + 0.5,
    }
    out = [(total - one) / max(n - 1, 1) for one in z.values()]
    details = {f"component:{name}": value for name, value in z.items()}
    return cell, _details(code, details | {"leave_one_out_min": min(out), "leave_one_out_max": max(out)})


def _published(z_organic: list[float], z_access: list[float]) -> dict[str, pl.DataFrame]:
    organic, of_organic = _composite("idx_organic", dict(zip(ORGANIC, z_organic, strict=True)))
    access, of_access = _composite("idx_access", dict(zip(ACCESS, z_access, strict=True)))
    parts = {
        "idx_mechanical": 0.1,
        "idx_organic": organic["value"],
        "idx_mutual_aid": 0.2,
        "idx_access": access["value"],
        "idx_bridging": 0.3,
    }
    overall, of_overall = _composite("idx_overall", parts)  # type: ignore[arg-type]
    plain = [{"code": name.split(":")[0]} for name in (*ORGANIC, *ACCESS)]
    known = [
        {"code": code, "value": parts[code]} for code in ("idx_mechanical", "idx_mutual_aid", "idx_bridging")
    ]
    today = cells(*plain, *known, organic, access, overall)
    vintage = changed_cells(today, VINTAGE.empty(), [], SNAPSHOT)
    return research_tables(
        {
            "core.dim_group": _dim_group(),
            "core.fact_indicator": today,
            "core.fact_indicator_detail": pl.concat([of_organic, of_access, of_overall]),
            "core.fact_indicator_vintage": vintage,
        },
        definitions=registry(),
        computed=[],
        groups={},
        snapshot_id=SNAPSHOT,
    )


def _cell(table: pl.DataFrame, code: str) -> dict[str, object]:
    return table.filter(pl.col("code") == code).row(0, named=True)


def test_a_composite_is_the_mean_of_its_shown_components() -> None:
    """Organic 1, 0, .5 and a hidden -2.5: .5, not -.25. Access has one of two left: hidden. Overall: .1 .5 .2 .3."""
    tables = _published([1.0, 0.0, 0.5, -2.5], [1.0, 2.0])
    organic = _cell(tables["research.indicator"], "idx_organic")
    assert (organic["value"], organic["n_num"], organic["n_den"]) == pytest.approx((0.5, 1.5, 3.0))
    reach = (3 * 0.3**2) ** 0.5 / 3  # each part weighs a third
    assert (organic["ci_low"], organic["ci_high"]) == pytest.approx((0.5 - reach, 0.5 + reach))
    assert (organic["ci_kind"], organic["status"]) == ("mover", "ok")
    access = _cell(tables["research.indicator"], "idx_access")
    assert (access["value"], access["n_num"], access["status"]) == (None, None, "suppressed")
    assert _cell(tables["research.indicator"], "idx_overall")["value"] == pytest.approx(1.1 / 4)
    details = tables["research.indicator_detail"]
    shown = details.filter((pl.col("code") == "idx_overall") & pl.col("value").is_not_null())
    assert dict(shown.select("detail", "value").iter_rows())["component:idx_organic"] == pytest.approx(0.5)
    assert "component:idx_access" not in shown["detail"].to_list()


def test_what_two_indices_share_enters_the_overall_interval_once() -> None:
    """Four indices are left; answers are a third of one and a quarter of another: 1/12 + 1/16 of the whole."""
    aid = ("help_answer_rate:excess", "help_response_time", "donor_share", "gratitude_rate")
    z: dict[str, dict[str, float]] = {
        "idx_organic": dict.fromkeys(ORGANIC, 1.0),
        "idx_mutual_aid": dict.fromkeys(aid, 1.0),
        "idx_mechanical": {"we_share": 1.0},
        "idx_bridging": {"participation_parity": 1.0},
    }
    made = {code: _composite(code, parts) for code, parts in z.items()}
    overall, of_overall = _composite("idx_overall", dict.fromkeys((*z, "idx_access"), 1.0))
    plain = {name.split(":")[0] for parts in z.values() for name in parts}
    today = cells(
        *({"code": code} for code in plain),
        *(cell for cell, _ in made.values()),
        overall,
        {"code": "idx_access", "value": 1.0},
    )
    marked = today.with_columns(_is_hidden=pl.col("code").is_in(["key_person_dependence", "idx_access"]))
    details = pl.concat([*(frame for _, frame in made.values()), of_overall])
    hidden = pl.col("detail").str.contains("key_person|idx_access")
    found, _ = recompose(marked, details.with_columns(_is_hidden=hidden), registry())
    cell = _cell(found, "idx_overall")
    shares = [1 / 12 + 1 / 16, *[1 / 12] * 2, *[1 / 16] * 3, 1 / 4, 1 / 4]
    reach = 0.3 * sum(share**2 for share in shares) ** 0.5
    assert cell["ci_high"] == pytest.approx(1 + reach) and cell["ci_kind"] == "mover"


@given(z=st.lists(Z, min_size=4, max_size=4), other=Z, access=st.lists(Z, min_size=2, max_size=2), also=Z)
def test_whoever_knows_all_that_is_published_learns_nothing_of_the_hidden_component(
    z: list[float], other: float, access: list[float], also: float
) -> None:
    """Two worlds that differ in the hidden components only are published alike, in every table."""
    one = _published(z, access)
    two = _published([*z[:3], other], [access[0], also])
    for name, table in one.items():
        assert table.equals(two[name]), name


def test_what_rests_on_a_hidden_month_stays_hidden() -> None:
    """Gratitude is hidden in February: the alphas from then on could be solved for it; so could the overall one's."""
    months = [dt.date(2024, month, 1) for month in (1, 2, 3)]
    codes = ("idx_mutual_aid", "idx_overall", "idx_mechanical", "gratitude_rate")
    marked = cells(*({"code": code, "month": month} for code in codes for month in months)).with_columns(
        _is_hidden=(pl.col("code") == "gratitude_rate") & (pl.col("month") == months[1])
    )
    rows = [
        _details(code, {"alpha": 0.5, "variant_rank": 0.1}).with_columns(month=pl.lit(month))
        for code in codes[:3]
        for month in months
    ]
    _, details = recompose(marked, pl.concat(rows).with_columns(_is_hidden=pl.lit(False)), registry())
    shown = details.filter(~pl.col("_is_hidden"))
    alphas = shown.filter(pl.col("detail") == "alpha").group_by("code").agg(pl.col("month").dt.month())
    assert dict(alphas.iter_rows()) == {
        "idx_mechanical": [1, 2, 3],
        "idx_mutual_aid": [1],
        "idx_overall": [1],
    }
    assert set(shown.filter(pl.col("detail") == "variant_rank")["month"]) == set(months)


def _year(code: str, values: list[float], year: int = 2023) -> list[dict[str, object]]:
    return [
        {"code": code, "value": value, "month": dt.date(year, month, 1)}
        for month, value in enumerate(values, 1)
    ]


def _bands(rows: list[dict[str, object]], removed: list[float] = [], size: float = 40.0) -> pl.DataFrame:  # noqa: B006
    spine = [
        {"code": "we_share", "month": dt.date(year, month, 1)}
        for year in (2023, 2024)
        for month in range(1, 13)
    ][:-2]
    indicators = cells(*rows, *spine)
    details = pl.concat(
        [
            _details("churn_rate", {"removed": 0.1}).with_columns(
                month=pl.lit(dt.date(2023, 1 + place, 1)), n_num=pl.lit(float(n))
            )
            for place, n in enumerate(removed)
        ]
        or [_details("churn_rate", {}).clear()]
    )
    sizes = indicators.select("group_id", "month").unique().with_columns(size=pl.lit(size))
    return yearly_bands(indicators, details, sizes, Limits())


@pytest.mark.parametrize(
    ("level", "band"),
    [(0.0, (0.0, 0.2)), (0.19, (0.0, 0.2)), (0.2, (0.2, 0.4)), (0.81, (0.8, 1.0)), (1.0, (0.8, 1.0))],
)
def test_a_year_of_a_single_persons_figure_is_a_fifth(level: float, band: tuple[float, float]) -> None:
    found = _bands(_year("top1_share", [level] * 11 + [0.5])).row(0, named=True)
    assert ((found["band_low"], found["band_high"]), found["n_months"], found["status"]) == (band, 12, "ok")


@pytest.mark.parametrize(
    ("removed", "band"), [([1, 0, 3], (0, 5)), ([3, 2], (5, 10)), ([30, 25], (50, None))]
)
def test_removals_of_a_year_are_banded_by_their_number(
    removed: list[float], band: tuple[float, float | None]
) -> None:
    padded = [*removed, *[0.0] * (12 - len(removed))]
    found = _bands([], padded).filter(pl.col("code") == "removals").row(0, named=True)
    assert (found["band_low"], found["band_high"]) == band


def test_bands_of_years_without_enough_are_empty() -> None:
    assert _bands(_year("top1_share", [0.5] * 12), size=19.0)["status"].to_list() == ["suppressed"]
    assert _bands(_year("top1_share", [0.5] * 5))["status"].to_list() == ["low_n"]
    assert _bands(_year("top1_share", [0.5] * 10, 2024))["status"].to_list() == ["immature"]
    assert _bands(_year("top1_share", [0.5] * 12, 2022)[3:])["status"].to_list() == ["truncated"]
    assert _bands(_year("top1_share", [0.5] * 5))["band_low"].to_list() == [None]
