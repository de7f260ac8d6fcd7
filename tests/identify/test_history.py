"""Versions of members: what each roster says, where it speaks."""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from schemas.tables import TABLES
from tasks.identify.history import BEGINNING
from tests.identify.toygroup import Chat, day, intervals, key_of, roster


def history(
    rosters: list[pl.DataFrame], member_id: str = "A1", **settings: object
) -> list[tuple[object, ...]]:
    """valid_from, valid_to, role, listed, in good standing."""
    found = Chat().identified(pl.concat(rosters), **settings)
    rows = found.dim_member.filter(pl.col("member_key") == key_of(found, member_id))
    return rows.select("valid_from", "valid_to", "role", "is_on_roster", "is_in_good_standing").rows()


JANUARY = roster("member_id|name|role|joined\nA1|Hilmi|anggota|2023-05-01\nA2|Siti||", "roster-2024-01.csv")
MARCH = roster("member_id|name|role|joined\nA1|Hilmi|ketua|2023-05-01\nA2|Siti||", "roster-2024-03.csv")


def test_a_version_begins_with_the_roster_that_states_it() -> None:
    assert history([JANUARY, MARCH]) == [
        (BEGINNING, day("2023-05-01"), "member", False, False),
        (day("2023-05-01"), day("2024-03-31"), "member", True, True),
        (day("2024-03-31"), None, "officer", True, True),
    ]
    # nobody knows since when A2 belongs: since the first roster
    assert history([JANUARY, MARCH], "A2")[1][0] == day("2024-01-31")


def test_a_backdated_roster_changes_history_only_where_it_speaks() -> None:
    february = roster(
        "member_id|name|role|joined\nA1|Hilmi|bendahara|2023-05-01\nA2|Siti||", "roster-2024-02.csv"
    )
    before, after = history([JANUARY, MARCH]), history([JANUARY, MARCH, february])
    assert after == [
        *before[:1],
        (day("2023-05-01"), day("2024-02-29"), "member", True, True),
        (day("2024-02-29"), None, "officer", True, True),
    ]
    assert history([february, MARCH, JANUARY]) == after


def test_leave_and_return() -> None:
    without = roster("member_id|name\nA2|Siti", "roster-2024-02.csv")
    assert history([JANUARY, without, MARCH]) == [
        (BEGINNING, day("2023-05-01"), "member", False, False),
        (day("2023-05-01"), day("2024-02-29"), "member", True, True),
        (day("2024-02-29"), day("2024-03-31"), "member", False, False),
        (day("2024-03-31"), None, "officer", True, True),
    ]
    found = Chat().identified(pl.concat([JANUARY, without, MARCH]))
    assert intervals(found, key_of(found, "A1"), "community") == [
        (day("2023-05-01"), day("2024-02-28"), "roster_stated", "roster_absent", True),
        (day("2024-03-31"), None, "roster_stated", None, True),
    ]


def test_a_leaving_date_ends_good_standing_on_its_day() -> None:
    left = roster("member_id|name|joined|left\nA1|Hilmi|2023-05-01|2024-03-10", "roster-2024-03.csv")
    assert history([JANUARY, left])[1:] == [
        (day("2023-05-01"), day("2024-03-10"), "member", True, True),
        (day("2024-03-10"), None, "member", True, False),
    ]
    foreseen = roster("member_id|name|joined|left\nA1|Hilmi|2023-05-01|2024-05-10", "roster-2024-03.csv")
    assert history([foreseen])[2] == (day("2024-05-10"), None, "member", True, False)
    # the next roster speaks from its own day: what the last one foresaw did not come
    april = roster("member_id|name\nA1|Hilmi", "roster-2024-04.csv")
    assert history([foreseen, april])[-1] == (day("2023-05-01"), None, "member", True, True)


def test_what_lasts_is_not_taken_back_by_a_roster_that_leaves_it_out() -> None:
    first = roster("member_id|name|angkatan|asal\nA1|Hilmi|2019|Purwakarta", "roster-2024-01.csv")
    found = Chat().identified(pl.concat([first, MARCH]))
    rows = found.dim_member.filter(pl.col("member_key") == key_of(found, "A1"))
    assert rows["cohort"].to_list() == [2019] * rows.height
    assert rows["origin_region"].unique().to_list() == ["Kabupaten Purwakarta"]


def test_consent_as_each_roster_states_it_and_minors() -> None:
    first = roster("member_id|name|consent\nA1|Hilmi|setuju\nA2|Siti|", "roster-2024-01.csv")
    second = roster(
        "member_id|name|consent|dewasa\nA1|Hilmi|dicabut|ya\nA2|Siti|setuju|tidak", "roster-2024-02.csv"
    )

    def consents(member: str) -> list[str]:
        found = Chat().identified(pl.concat([first, second]))
        return found.dim_member.filter(pl.col("member_key") == key_of(found, member))["consent"].to_list()

    assert consents("A1") == ["given", "given", "withdrawn"]
    assert consents("A2") == ["unknown", "unknown", "excluded"]


def test_people_no_roster_lists_have_one_version() -> None:
    found = Chat().label(0, "Tamu").identified()
    row = found.dim_member.row(0, named=True)
    assert found.dim_member.height == 1
    assert (row["valid_from"], row["valid_to"], row["is_current"]) == (BEGINNING, None, True)
    assert (row["role"], row["consent"], row["is_on_roster"]) == ("member", "unknown", False)


_dates = st.dates(dt.date(2023, 1, 1), dt.date(2024, 12, 31))
_row = st.tuples(
    st.sampled_from(["A1", "A2", "A3", ""]),
    st.sampled_from(["Hilmi", "Siti", "Budi"]),
    st.sampled_from(["ketua", "anggota", ""]),
    st.one_of(st.just(""), _dates.map(str)),
    st.one_of(st.just(""), _dates.map(str)),
    st.sampled_from(["aktif", "keluar", ""]),
    st.sampled_from(["setuju", "dicabut", ""]),
)
_HEADINGS = "member_id|name|role|joined|left|status|consent"
_rosters = st.dictionaries(_dates, st.lists(_row, min_size=1, max_size=4), min_size=1, max_size=5)


@given(_rosters, st.randoms())
def test_histories_are_valid_and_do_not_depend_on_the_order_of_rosters(rosters, shuffle) -> None:
    frames = [
        roster("\n".join([_HEADINGS, *("|".join(row) for row in rows)]), f"roster-{date}.csv")
        for date, rows in rosters.items()
    ]
    found = Chat().identified(pl.concat(frames))
    shuffle.shuffle(frames)
    again = Chat().identified(pl.concat(frames))
    assert found.dim_member.equals(again.dim_member)
    assert found.memberships.equals(again.memberships)
    assert found.dim_member.schema == TABLES["core.dim_member"].polars_schema
    per_person = found.dim_member.sort("member_key", "valid_from").with_columns(
        pl.col("valid_from").shift(-1).over("member_key").alias("next")
    )
    assert per_person.select((pl.col("valid_to").eq_missing(pl.col("next"))).all()).item()
    assert per_person.group_by("member_key").agg(pl.col("is_current").sum())[
        "is_current"
    ].unique().to_list() == [1]
    assert (per_person["is_current"] == per_person["valid_to"].is_null()).all()
    assert found.dim_member["member_version_key"].is_unique().all()
    spans = (
        found.memberships.filter(pl.col("kind") == "community")
        .sort("member_key", "from_date")
        .with_columns(
            pl.col("to_date").shift(1).over("member_key").alias("ended"),
            pl.int_range(pl.len()).over("member_key").alias("nth"),
        )
    )
    later = spans.filter(pl.col("nth") > 0)
    assert later.filter(pl.col("ended").is_null() | (pl.col("ended") >= pl.col("from_date"))).is_empty()
    assert found.memberships.filter(pl.col("to_date") < pl.col("from_date")).is_empty()


@given(_rosters, _dates, st.lists(_row, min_size=1, max_size=4))
def test_a_roster_changes_nothing_after_the_roster_that_follows_it(rosters, backdated, rows) -> None:
    """Whoever is listed from the next roster's day on is described as before."""

    def frame(date: dt.date, lines) -> pl.DataFrame:
        by_number = {
            row[0]: (row[0], f"Name of {row[0]}", row[2], "", "", *row[5:]) for row in lines if row[0]
        }
        plain = list(by_number.values())
        return roster(
            "\n".join([_HEADINGS, "A9|Zaki|||||", *("|".join(row) for row in plain)]), f"roster-{date}.csv"
        )

    following = min((date for date in rosters if date > backdated), default=None)
    if following is None or backdated in rosters:
        return
    frames = [frame(date, lines) for date, lines in rosters.items()]
    before = Chat().identified(pl.concat(frames)).dim_member
    after = Chat().identified(pl.concat([*frames, frame(backdated, rows)])).dim_member
    described = ["member_key", "role", "is_on_roster", "is_in_good_standing", "consent"]

    def as_of(versions: pl.DataFrame, on: dt.date) -> pl.DataFrame:
        in_force = (pl.col("valid_from") <= on) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > on))
        known = before["member_key"].unique().to_list()
        return (
            versions.filter(in_force, pl.col("member_key").is_in(known)).select(described).sort("member_key")
        )

    for on in sorted({following, *(date for date in rosters if date > following)}):
        listed = as_of(before, on).filter("is_on_roster")
        assert as_of(after, on).filter("is_on_roster").equals(listed)
