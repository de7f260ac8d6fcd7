"""Free words of a roster reach the warehouse only where they tell no single person."""

from __future__ import annotations

import polars as pl

from tests.identify.toygroup import Chat, key_of, roster

HEAD = "member_id|name|asal|domisili|kampus|jurusan\n"


def test_a_word_passes_when_the_table_of_regions_knows_it_or_three_people_share_it() -> None:
    found = Chat().identified(
        roster(
            HEAD
            + "A1|Hilmi|purwakarta|Rumah Siti|UPI|Fisika\n"
            + "A2|Siti|Kampung Asep|Bandung|upi |Fisika\n"
            + "A3|Asep|Kampung Asep|Bandung|Upi|Siti punya hutang\n"
            + "A4|Dewi|Kampung Asep||ITB|\n"
        )
    )
    current = {row["member_key"]: row for row in found.dim_member.filter("is_current").iter_rows(named=True)}
    columns = ("origin_region", "current_city", "campus", "field_of_study")
    told = {
        one: tuple(current[key_of(found, one)][name] for name in columns) for one in ("A1", "A2", "A3", "A4")
    }
    assert told == {
        "A1": ("Kabupaten Purwakarta", None, "UPI", None),
        "A2": ("Kampung Asep", "Kota Bandung", "upi", None),
        "A3": ("Kampung Asep", "Kota Bandung", "Upi", None),
        "A4": ("Kampung Asep", None, None, None),
    }


def test_one_person_on_many_rosters_is_one_person() -> None:
    months = [roster(HEAD + "A1|Hilmi|||Kamar Hilmi|\n", f"roster-2024-0{month}.csv") for month in (1, 2, 3)]
    found = Chat().identified(pl.concat(months))
    assert found.dim_member["campus"].null_count() == found.dim_member.height


def test_what_is_left_out_still_tells_namesakes_apart() -> None:
    """Who is who is decided by the words as the roster has them: the Asep at ITB."""
    table = HEAD + "A1|Asep Hidayat|||ITB|\nA2|Asep Hidayat|||UPI|\n"
    found = Chat().label(1, "Asep Hidayat ITB").says(1, "2024-01-10").identified(roster(table))
    senders = found.people.filter(pl.col("person_no") == 1)
    assert senders["member_id"].to_list() == ["A1"]
