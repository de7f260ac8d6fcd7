"""The enclave holds consenting people only, and lets out coefficients that the usual software confirms."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from schemas.tables import TABLES
from tasks.publish.attendance import attendance
from tasks.publish.enclave import clustered_fit, member_months, sequence, sequence_effects
from tasks.publish.limits import Limits
from tasks.publish.twin import twin

JANUARY, FEBRUARY, MARCH = (dt.date(2024, month, 1) for month in (1, 2, 3))


def _months(rows: list[dict[str, object]]) -> pl.DataFrame:
    table = TABLES["enclave.member_month"]
    blank = {name: 0 if dtype.is_numeric() else None for name, dtype in table.polars_schema.items()} | {
        "group_id": "a",
        "role": "member",
    }
    return pl.DataFrame([blank | row for row in rows], schema=table.polars_schema)


def test_only_those_whose_consent_allows_it_have_rows() -> None:
    core = pl.DataFrame(
        {"group_id": ["a", "a", "b"], "member_key": [1, 2, 1], "month": [JANUARY] * 3}
    ).with_columns(
        pl.lit(1, pl.Int64).alias(name)
        for name in TABLES["enclave.member_month"].names
        if name not in ("group_id", "pseudonym_key", "month", "cohort", "gender", "role")
    )
    permissions = pl.DataFrame(
        {"group_id": ["a", "a", "b"], "member_key": [1, 2, 1], "may_have_row": [True, False, False]}
    )
    people = pl.DataFrame(
        {
            "member_key": [1, 2],
            "pseudonym_key": ["1" * 24, "2" * 24],
            "cohort": [2020, None],
            "gender": ["female", None],
            "role": ["member", "member"],
        },
        schema_overrides={"cohort": pl.Int32},
    )
    found = member_months(core, permissions, people)
    assert found.select("group_id", "pseudonym_key").rows() == [("a", "1" * 24)]


def test_what_follows_by_hand() -> None:
    """P asks in vain and is alone in January, is silent in February; Q gets help, then offers it, then is gone."""
    rows = _months(
        [
            {
                "pseudonym_key": "p",
                "month": JANUARY,
                "turns": 2,
                "help_requests": 1,
                "unanswered_requests": 1,
            },
            {"pseudonym_key": "p", "month": FEBRUARY},
            {"pseudonym_key": "q", "month": JANUARY, "turns": 3, "n_ties": 2, "help_requests": 1},
            {"pseudonym_key": "q", "month": FEBRUARY, "turns": 1, "n_ties": 1, "offer_turns": 1},
        ]
    )
    coverage = pl.DataFrame(
        {"group_id": "a", "month": [JANUARY, FEBRUARY, MARCH], "coverage": [1.0, 1.0, 0.9]}
    )
    found = sequence(rows, coverage).sort("pseudonym_key", "month")
    names = (
        "is_isolated",
        "has_unanswered_request",
        "has_received_aid",
        "is_silent_next",
        "is_gone_next",
        "is_empowered_next",
    )
    assert found.select(names).rows() == [
        (True, True, False, True, False, False),
        (False, False, False, None, True, None),
        (False, False, True, False, False, True),
        (False, False, False, None, True, None),
    ]
    unseen = sequence(rows, coverage.with_columns(coverage=pl.Series([1.0, 0.5, 1.0])))
    assert unseen["is_gone_next"].null_count() == unseen.height


def test_the_fit_agrees_with_linearmodels_and_statsmodels() -> None:
    import pandas as pd
    import statsmodels.api as sm
    from linearmodels import PanelOLS

    rng = np.random.default_rng(3)
    who, when = (part.ravel() for part in np.meshgrid(np.arange(30), np.arange(12), indexing="ij"))
    kept = rng.random(len(who)) < 0.8
    who, when = who[kept], when[kept]
    x = (rng.random((len(who), 2)) < 0.4).astype(float)
    y = (rng.random(len(who)) < 0.3 + 0.2 * x[:, 0] + 0.01 * who).astype(float)
    fit = clustered_fit(y, x, [who, when], who)
    assert fit is not None
    index = pd.MultiIndex.from_arrays([who, when])
    panel = PanelOLS(
        pd.Series(y, index), pd.DataFrame(x, index), entity_effects=True, time_effects=True
    ).fit()
    assert fit[0] == pytest.approx(panel.params.to_numpy())
    dummies = np.hstack([np.eye(30)[who], np.eye(12)[when][:, 1:]])
    ols = sm.OLS(y, np.hstack([x, dummies])).fit(cov_type="cluster", cov_kwds={"groups": who})
    assert fit[1] == pytest.approx(ols.bse[:2])


def _panel(n_people: int, n_isolated: int) -> pl.DataFrame:
    """Everybody writes for 12 months and falls silent now and then; the first ones are isolated now and then."""
    rows = [
        {
            "pseudonym_key": f"{who:024x}",
            "month": dt.date(2023, month, 1),
            "turns": int((who + month) % 5 > 0),
            "n_ties": int(not (who < n_isolated and (who * month) % 3 == 1)),
        }
        for who in range(n_people)
        for month in range(1, 13)
    ]
    months = pl.date_range(dt.date(2023, 1, 1), dt.date(2023, 12, 1), "1mo", eager=True)
    return sequence(
        _months(rows), pl.DataFrame({"month": months}).with_columns(group_id=pl.lit("a"), coverage=1.0)
    )


def test_a_coefficient_needs_enough_people_behind_it() -> None:
    def status(rows: pl.DataFrame) -> dict[tuple[str, str], str]:
        found = sequence_effects(rows, pl.Series(["a", "b"]), Limits())
        assert (
            found.filter(pl.col("status") != "ok")["coefficient"].null_count()
            == found.filter(pl.col("status") != "ok").height
        )
        own = found.filter(pl.col("group_id") == "a")
        assert set(found.filter(pl.col("group_id") == "b")["status"]) == {"not_applicable"}
        return {(row["outcome"], row["term"]): row["status"] for row in own.iter_rows(named=True)}

    assert status(_panel(30, 30))["falls silent", "isolated"] == "ok"
    assert status(_panel(30, 9))["falls silent", "isolated"] == "suppressed"
    assert status(_panel(19, 19))["falls silent", "isolated"] == "suppressed"
    assert status(_panel(30, 30))["leaves", "isolated"] == "suppressed", "nobody leaves"


def test_the_twin_has_the_enclaves_shape_and_is_the_same_every_time() -> None:
    first, second = twin(), twin()
    for name, frame in first.items():
        assert frame.schema == TABLES[name].polars_schema
        assert frame.equals(second[name]) and frame.height > 500
        assert set(frame["group_id"]) == {"twin"}
    effects = sequence_effects(first["enclave.sequence"], pl.Series(["twin"]), Limits())
    assert "ok" in effects["status"].to_list(), "an analysis can be tried on it"


def _attendance(
    n_kept: int, n_absent: int, n_new: int, last: dt.date = dt.date(2024, 12, 1), size: float = 60.0
) -> dict[str, object]:
    day = dt.date(2024, 3, 10)
    said = [*range(n_kept + n_absent)]
    came = [*range(n_kept), *range(1000, 1000 + n_new)]
    declared = pl.DataFrame(
        {"group_id": "a", "activity_date": day, "member_key": [None, *came]},
        schema_overrides={"member_key": pl.Int64},
    )
    activities = pl.DataFrame(
        {"group_id": ["a"], "activity_key": [1], "activity_kind": ["rsvp"], "planned_date": [day]}
    )
    entries = pl.DataFrame(
        {
            "group_id": "a",
            "activity_key": 1,
            "member_key": [*said, 5000, None],
            "participation_status": ["yes"] * len(said) + ["no", "yes"],
        },
        schema_overrides={"member_key": pl.Int64},
    )
    months = pl.date_range(dt.date(2024, 1, 1), last, "1mo", eager=True)
    coverage = pl.DataFrame({"month": months}).with_columns(group_id=pl.lit("a"))
    sizes = coverage.with_columns(size=pl.lit(size))
    return attendance(declared, activities, entries, coverage, sizes, Limits()).row(0, named=True)


def test_promises_against_presence_by_hand() -> None:
    """Of 40 who said yes 30 came, and 10 came who had not said so: 30 of 40 kept, 10 of 40 unannounced."""
    row = _attendance(30, 10, 10)
    assert (row["n_committed"], row["n_attended"], row["n_activities"], row["status"]) == (40, 40, 1, "ok")
    assert (row["kept_share"], row["unannounced_share"]) == (0.75, 0.25)


@pytest.mark.parametrize("parts", [(9, 10, 10), (30, 1, 10), (30, 10, 9)])
def test_few_who_came_or_stayed_away_are_hidden(parts: tuple[int, int, int]) -> None:
    row = _attendance(*parts)
    assert row["status"] == "suppressed" and row["n_committed"] is None and row["kept_share"] is None


def test_attendance_of_an_open_year_and_a_small_group() -> None:
    assert _attendance(30, 10, 10, last=dt.date(2024, 11, 1))["status"] == "immature"
    assert _attendance(30, 10, 10, size=19.0)["status"] == "suppressed"
