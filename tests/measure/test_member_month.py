"""``fact_member_month`` on a month that can be counted by hand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tasks.measure.facts import measure_facts
from tasks.measure.inputs import month_end
from tests.measure.chatroom import group, key

CHAT = [
    ("08:00", "Arif", "ada yang punya kitab X?"),  # a request, and a question
    ("08:04", "Bayu", "ada di saya"),  # answers it: .9
    ("08:05", "Arif", "makasih @Bayu"),  # a mention: 1
    ("+1 09:00", "Bayu", "*Bukber*\n1. Arif\n2. Bayu\n3. Cecep"),
    ("+2 09:00", "Cecep", "<sticker>"),
    ("+30 08:00", "Bayu", "halo bulan baru"),  # June: not of May
]


def test_a_month_by_hand() -> None:
    month = dt.date(2024, 5, 1)
    facts = measure_facts(group(CHAT, month=month, aliases={"Dadan": []}))
    rows = {row["member_key"]: row for row in facts["fact_member_month"].iter_rows(named=True)}
    assert {row["month"] for row in rows.values()} == {month}
    arif, bayu, cecep, dadan = (rows[key(name)] for name in ("Arif", "Bayu", "Cecep", "Dadan"))
    assert [r["turns"] for r in (arif, bayu, cecep, dadan)] == [2, 2, 1, 0]
    assert [r["text_turns"] for r in (arif, bayu, cecep, dadan)] == [2, 1, 0, 0]
    assert (arif["questions"], arif["help_requests"], arif["help_answers"]) == (1, 1, 0)
    assert (bayu["questions"], bayu["help_requests"], bayu["help_answers"]) == (0, 0, 1)
    assert (arif["replies_given"], arif["replies_received"]) == (1.0, 0.9)
    assert (bayu["replies_given"], bayu["replies_received"]) == (0.9, 1.0)
    assert (arif["n_ties"], bayu["n_ties"], cecep["n_ties"]) == (1, 1, 0)
    assert [r["list_entries"] for r in (arif, bayu, cecep, dadan)] == [1, 1, 1, 0]
    assert {r["present_days"] for r in rows.values()} == {26}  # 6 to 31 May
    assert {r["covered_days"] for r in rows.values()} == {26}
    assert {r["tenure_days"] for r in rows.values()} == {26}
    assert arif["words"] == 5 + 2  # ada yang punya kitab x; makasih bayu


def test_months_add_up_to_the_facts() -> None:
    """Whatever is measured up to: turns, words and weights of the months are those of the turns and replies."""
    chat = [
        (f"+{day} {hour:02}:0{minute}", name, text)
        for day in range(0, 90, 4)
        for hour in (8, 20)
        for minute, (name, text) in enumerate(
            [
                ("Arif", "ada yang punya kitab?"),
                ("Bayu", "ada di saya"),
                ("Cecep", "makasih @Bayu"),
                ("Arif", "ok"),
            ]
        )
    ]
    for month in (dt.date(2024, 5, 1), dt.date(2024, 6, 1), dt.date(2024, 7, 1)):
        facts = measure_facts(group(chat, month=month))
        months = facts["fact_member_month"]
        assert months.equals(months.sort("member_key", "month"))
        last = month_end(month)
        turns = facts["fact_turn"].filter(pl.col("local_date") <= last)
        replies = facts["fact_reply"].filter((pl.col("local_date") <= last) & (pl.col("layer") == "core"))
        assert months["turns"].sum() == len(turns)
        assert months["words"].sum() == turns["n_words"].sum()
        keys = ["source_member_key", pl.col("local_date").dt.truncate("1mo").alias("month")]
        given = replies.group_by(keys).agg(pl.col("weight").sum(), pl.col("target_member_key").n_unique())
        met = given.join(months, left_on=["source_member_key", "month"], right_on=["member_key", "month"])
        assert len(met) == len(given)
        assert met["weight"].to_list() == pytest.approx(met["replies_given"].to_list())
        assert (met["n_ties"] >= met["target_member_key"]).all()
        assert months["replies_received"].sum() == pytest.approx(replies["weight"].sum())
