"""``fact_member_month`` on a month that can be counted by hand."""

from __future__ import annotations

import datetime as dt

from tasks.measure.facts import measure_facts
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
