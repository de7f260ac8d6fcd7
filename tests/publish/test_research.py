"""The research tables: all of them, conforming, with what can be computed from the core."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from schemas.catalogue import CODES
from schemas.config import Break, Group
from schemas.indicators import registry
from schemas.tables import TABLES, in_schema
from tasks.publish.dictionary import dictionary
from tasks.publish.limits import Limits
from tasks.publish.research import activity_table, campaign_table, donations_by_month, research_tables
from tasks.trends.regime import (
    coverage_by_month,
    flagged_months,
    ios_share,
    poll_share,
    sticker_share,
    unmatched_turn_share,
)
from tasks.trends.trend import TREND, trends
from tests.publish import made_up_groups as community

MARCH, APRIL = dt.date(2024, 3, 1), dt.date(2024, 4, 1)


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return research_tables(
        community.core(),
        definitions=registry(),
        computed=community.COMPUTED,
        groups={},
        snapshot_id=community.SNAPSHOT_MANIFEST.snapshot_id,
    )


def test_every_research_table_is_there_conforming_sorted_and_unique(tables: dict[str, pl.DataFrame]) -> None:
    assert set(tables) == {table.qualified for table in in_schema("research")}
    for name, frame in tables.items():
        table = TABLES[name]
        assert frame.schema == table.polars_schema
        assert frame.select(table.key).is_duplicated().sum() == 0
        required = [column.name for column in table.columns if not column.nullable]
        assert frame.select(pl.col(required).null_count().sum()).row(0, named=True) == dict.fromkeys(
            required, 0
        )
        for column in table.columns:
            if column.field.one_of and column.name in frame.columns:
                assert set(frame[column.name].drop_nulls()) <= set(column.field.one_of)


def test_every_code_has_a_row_in_every_month(tables: dict[str, pl.DataFrame]) -> None:
    per_month = tables["research.indicator"].group_by("group_id", "month").agg(pl.col("code").n_unique())
    assert per_month.height == 3 * 36
    assert per_month["code"].unique().to_list() == [len(CODES)]


def test_the_wide_table_holds_the_same_values(tables: dict[str, pl.DataFrame]) -> None:
    wide = tables["research.group_month"].unpivot(
        on=list(CODES), index=["group_id", "month"], variable_name="code", value_name="wide"
    )
    both = tables["research.indicator"].join(wide, on=["group_id", "month", "code"], validate="1:1")
    assert both.filter(pl.col("value").ne_missing(pl.col("wide"))).is_empty()
    small = tables["research.group_month"].filter(pl.col("group_id") == "kecil")
    assert small["n_present"].null_count() == small.height


def test_trends_are_those_of_the_core_where_nothing_is_hidden(tables: dict[str, pl.DataFrame]) -> None:
    core, _ = trends(community.indicators(), registry(), community.SNAPSHOT_MANIFEST.snapshot_id)
    assert core.schema == TREND.polars_schema
    where = (pl.col("group_id") == "kamaliyah-bandung") & (pl.col("code") == "active_member_share")
    columns = ["slope_per_month", "slope_lo", "slope_hi", "p_ar1boot", "q_bh", "trend_status"]
    assert tables["research.trend"].filter(where).select(columns).equals(core.filter(where).select(columns))
    hidden = tables["research.trend"].filter(pl.col("group_id") == "kecil", pl.col("status") == "suppressed")
    assert hidden["slope_per_month"].null_count() == hidden.height > 0


def test_an_empty_core_gives_empty_tables() -> None:
    empty = research_tables(
        {}, definitions=registry(), computed=[], groups={}, snapshot_id="2024-01-000000000000"
    )
    assert all(frame.is_empty() for name, frame in empty.items() if name != "research.dictionary")


def test_the_dictionary_describes_every_column_and_every_indicator() -> None:
    found = dictionary(registry(), ["we_share"])
    columns = found.filter(pl.col("entry_kind") == "column").select("table_name", "column_name").rows()
    assert sorted(columns) == sorted(
        (table.qualified, name) for table in in_schema("research") for name in table.names
    )
    computed = dict(
        found.filter(pl.col("entry_kind") == "indicator").select("code", "is_computed").iter_rows()
    )
    assert set(computed) == set(CODES) and computed["we_share"] and sum(computed.values()) == 1
    assert found["description"].null_count() == 0


def _spine(*months: dt.date) -> pl.DataFrame:
    return pl.DataFrame({"group_id": ["a"] * len(months), "month": months})


def test_a_day_is_covered_when_one_phone_sees_it_without_gap() -> None:
    # March: day 1 by both, day 2 a gap of phone 1 seen by phone 0, day 3 a gap only: 2 of 31 days, 2 phones
    coverage = pl.DataFrame(
        {
            "group_id": ["a"] * 5,
            "date": [dt.date(2024, 3, day) for day in (1, 1, 2, 2, 3)],
            "exporter_no": [0, 1, 0, 1, 1],
            "is_covered": [True] * 5,
            "is_gap": [False, False, False, True, True],
        }
    )
    found = coverage_by_month(_spine(MARCH, APRIL), coverage)
    assert found.select("covered_days", "n_exporters").rows() == [(2, 2), (0, 0)]
    assert found["coverage"].to_list() == pytest.approx([2 / 31, 0.0])


def test_shares_of_stickers_polls_strangers_and_iphones() -> None:
    day = dt.date(2024, 3, 5)
    messages = pl.DataFrame(
        {
            "group_id": ["a"] * 5,
            "turn_key": [1, 1, 2, 3, None],
            "local_date": [day] * 5,
            "kind": ["sticker", "sticker", "sticker", "poll", "sticker"],
        }
    ).with_columns(kind=pl.when(pl.int_range(pl.len()) == 1).then(pl.lit("text")).otherwise("kind"))
    turns = pl.DataFrame(
        {
            "group_id": ["a"] * 4,
            "local_date": [day] * 4,
            "member_key": [7, 7, 8, 9],
            "is_list": [True, False, True, True],
        }
    )
    members = pl.DataFrame({"member_key": [7, 8, 9], "is_on_roster": [True, False, False]})
    coverage = pl.DataFrame(
        {
            "group_id": ["a"] * 4,
            "date": [day, day, day + dt.timedelta(1), day],
            "exporter_no": [0, 1, 1, 2],
            "is_covered": [True] * 4,
        }
    )
    files = pl.DataFrame(
        {
            "group_id": ["a"] * 3,
            "file_id": ["f1", "f2", "f3"],
            "exporter_no": [0, 1, 1],
            "platform": ["ios", "ios", "android"],
            "last_date": [day, day, day + dt.timedelta(9)],
        }
    )
    assert sticker_share(messages)["sticker_share"].to_list() == pytest.approx(
        [1 / 3]
    )  # turns 1 mixed, 2 sticker, 3
    assert poll_share(messages, turns)["poll_share"].to_list() == [0.25]  # one poll, three lists
    assert unmatched_turn_share(turns, members)["unmatched_turn_share"].to_list() == [0.5]
    assert unmatched_turn_share(turns, members.with_columns(is_on_roster=False)).is_empty()
    assert ios_share(coverage, files)["ios_share"].to_list() == pytest.approx(
        [1 / 3]
    )  # phone 1 moved to Android


def _events(*rows: tuple[str, dt.date]) -> pl.DataFrame:
    """Events of group "a" in the order of time."""
    names = {"event": pl.String, "event_date": pl.Date}
    frame = pl.DataFrame(rows, schema=names, orient="row").with_row_index("membership_event_key")
    return frame.with_columns(group_id=pl.lit("a"), sent_at=pl.col("event_date").cast(pl.Datetime("us")))


def test_admins_only_lasts_from_its_line_to_the_next_and_through_declared_breaks() -> None:
    events = _events(
        ("admins_only_on", dt.date(2024, 1, 20)),
        ("admins_only_off", dt.date(2024, 2, 2)),
        ("added", dt.date(2024, 4, 1)),
        ("admins_only_on", dt.date(2024, 6, 5)),
    )
    months = [dt.date(2024, month, 1) for month in range(1, 8)]
    declared = {
        "a": Group(breaks=(Break.model_validate({"kind": "admins_only", "from": MARCH, "to": MARCH}),))
    }
    found = flagged_months(_spine(*months), events, declared, "is_admins_only")
    assert sorted(found["month"].dt.month()) == [1, 2, 3, 6, 7]
    assert flagged_months(_spine(*months), events, declared, "is_disappearing").is_empty()


def test_what_begins_and_ends_on_one_day_is_over_the_day_after() -> None:
    day, months = dt.date(2024, 1, 20), [dt.date(2024, month, 1) for month in (1, 2)]
    events = _events(("admins_only_on", day), ("admins_only_off", day))
    found = flagged_months(_spine(*months), events, {"a": Group()}, "is_admins_only")
    assert found["month"].dt.month().to_list() == [1]


def _participation(rows: list[tuple[int, int | None, float | None]]) -> pl.DataFrame:
    return pl.DataFrame(
        [("a", *row, MARCH, "yes") for row in rows],
        schema={
            "group_id": pl.String,
            "activity_key": pl.Int64,
            "member_key": pl.Int64,
            "amount_idr": pl.Float64,
            "added_date": pl.Date,
            "participation_status": pl.String,
        },
        orient="row",
    )


def _activities(*kinds: str) -> pl.DataFrame:
    rows = [("a", key, kind, MARCH, 12, 3) for key, kind in enumerate(kinds)]
    schema = {"group_id": pl.String, "activity_key": pl.Int64, "activity_kind": pl.String, "month": pl.Date}
    counts = {"n_items": pl.Int64, "n_versions": pl.Int64}
    return pl.DataFrame(rows, schema=schema | counts, orient="row").with_columns(is_dues=pl.lit(False))


def test_donors_are_matched_people_and_the_largest_gift_counts_all_unknown_givers_as_one() -> None:
    gifts = _participation(
        [(0, 1, 50.0), (0, 2, 100.0), (1, 1, 50.0), (0, None, 150.0), (0, None, 150.0), (2, 9, 1e6)]
    )
    found = donations_by_month(_activities("donation", "donation", "order"), gifts)
    assert found.select("n_donors", "largest_share").rows() == [(2, 0.6)]


def test_dues_and_withdrawn_promises_prove_no_donor_and_a_gift_belongs_to_the_month_it_came_in() -> None:
    gifts = _participation([(0, 1, 50.0), (0, 2, 100.0), (0, 3, 10.0), (1, 9, 1e6)]).with_columns(
        added_date=pl.when(pl.col("member_key") == 2).then(APRIL).otherwise("added_date"),
        participation_status=pl.when(pl.col("member_key") == 3)
        .then(pl.lit("withdrawn"))
        .otherwise("participation_status"),
    )
    lists = _activities("donation", "donation").with_columns(is_dues=pl.col("activity_key") == 1)
    found = donations_by_month(lists, gifts).sort("month")
    assert found.select("month", "n_donors").rows() == [(MARCH, 1), (APRIL, 1)]


def _campaigns(*kinds: str, is_open: bool = False) -> pl.DataFrame:
    rows = [("a", key, kind, MARCH, is_open, float(key)) for key, kind in enumerate(kinds, 1)]
    names = ("group_id", "campaign_key", "activity_kind", "month", "is_open", "half_life_days")
    return pl.DataFrame(rows, schema=names, orient="row")


def _campaigners(rows: list[tuple[int, int, bool, bool]]) -> pl.DataFrame:
    names = ("group_id", "campaign_key", "member_key", "is_talker", "is_committed")
    return pl.DataFrame([("a", *row) for row in rows], schema=names, orient="row")


def test_campaigns_show_people_once_from_ten_on() -> None:
    """Ten talk in one list, the first six commit there and two others in the next: 8 of 10; half-life 1.5."""
    people = _campaigners(
        [(1, who, True, who < 6) for who in range(10)] + [(2, who, who > 6, True) for who in (5, 6, 7)]
    )
    sizes = _spine(MARCH).with_columns(size=pl.lit(60.0))
    shown = campaign_table(_campaigns("rsvp", "rsvp"), people, sizes, Limits())
    columns = ["n_talkers", "n_committed", "conversion", "half_life_days", "status"]
    assert shown.select(columns).rows() == [(10, 8, 0.8, 1.5, "ok")]
    blank = (None, None, None, None)
    open_still = campaign_table(_campaigns("rsvp", "rsvp", is_open=True), people, sizes, Limits())
    assert open_still.select(columns).rows() == [(*blank, "immature")]
    nine = campaign_table(
        _campaigns("rsvp", "rsvp"), people.filter(pl.col("member_key") > 0), sizes, Limits()
    )
    assert nine.select(columns).rows() == [(*blank, "suppressed")]
    donors = campaign_table(_campaigns("donation", "donation"), people, sizes, Limits())
    assert donors.select(columns).rows() == [(*blank, "suppressed")]
    small = campaign_table(
        _campaigns("rsvp", "rsvp"), people, sizes.with_columns(size=pl.lit(19.0)), Limits()
    )
    assert small["status"].to_list() == ["suppressed"]


def test_activities_show_entries_from_ten_people_on_and_never_amounts() -> None:
    people = _participation([(0, key, 1000.0) for key in range(10)] + [(1, key, None) for key in range(9)])
    sizes = _spine(MARCH).with_columns(size=pl.lit(60.0))
    found = activity_table(_activities("rsvp", "donation"), people, sizes, Limits()).sort("activity_kind")
    assert found.select("activity_kind", "n_items", "n_versions", "status").rows() == [
        ("donation", None, None, "suppressed"),
        ("rsvp", 12, 3, "ok"),
    ]
    assert not [name for name in TABLES["research.activity"].names if "idr" in name]
    small = activity_table(_activities("rsvp"), people, sizes.with_columns(size=pl.lit(19.0)), Limits())
    assert small["status"].to_list() == ["suppressed"]
