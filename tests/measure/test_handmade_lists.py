"""The hand-made lists are read as a careful reader reads them."""

from __future__ import annotations

import re
from collections import Counter

import polars as pl
import pytest

from tasks.measure.facts import measure_facts
from tests.measure.chatroom import group, key
from tests.measure.handmade_lists import CASES, PEOPLE, Case

_HEAD = re.compile(r"^# (\+\d+ )?(\d\d:\d\d) (.+)$")


def _chat(text: str) -> list[tuple[str, str, str]]:
    said: list[tuple[str, str, list[str]]] = []
    for line in text.split("\n"):
        if head := _HEAD.match(line):
            said.append(((head[1] or "") + head[2], head[3], []))
        else:
            said[-1][2].append(line)
    return [(stamp, name, "\n".join(lines)) for stamp, name, lines in said]


def _expected(told: str) -> tuple[Counter[tuple[object, ...]], int, Counter[float]]:
    """Entries of members, number of the others, their gifts."""
    entries: Counter[tuple[object, ...]] = Counter()
    n_others, gifts = 0, Counter[float]()
    for line in told.split("\n"):
        name, *parts = line.split("|")
        if name == "?":
            n_others, gifts = n_others + 1, gifts + Counter([float(parts[0])])
            continue
        if name.startswith("? "):
            n_others += int(name[2:])
            continue
        amount = next((float(part) for part in parts if part.isdigit()), None)
        guests = next((int(part[1:]) for part in parts if part.startswith("+")), 0)
        slot = next((part[4:] for part in parts if part.startswith("juz ")), None)
        entries[key(name), parts[0], amount, "paid" in parts, guests, slot] += 1
    return entries, n_others, gifts


def _found(case: Case) -> tuple[str, object, Counter[tuple[object, ...]], int, Counter[float]]:
    facts = measure_facts(group(_chat(case.chat), aliases=PEOPLE))
    activities = facts["fact_activity"].filter(pl.col("activity_kind") != "announcement")
    assert activities.height == 1
    entries = facts["fact_participation"]
    known = entries.drop_nulls("member_key").select(
        "member_key",
        "participation_status",
        "amount_idr",
        pl.col("is_paid").fill_null(False),
        "n_guests",
        "slot",
    )
    others = entries.filter(pl.col("member_key").is_null())
    activity = activities.row(0, named=True)
    gifts = Counter(others["amount_idr"].drop_nulls().to_list())
    return activity["activity_kind"], activity["planned_date"], Counter(known.rows()), len(others), gifts


def test_the_corpus_is_large_enough() -> None:
    assert len(CASES) >= 40
    assert len({case.chat for case in CASES}) == len({case.name for case in CASES}) == len(CASES)
    assert len({key(name) for name in PEOPLE}) == len(PEOPLE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_list_is_read_as_written(case: Case) -> None:
    kind, planned, entries, n_others, gifts = _found(case)
    wanted, n_wanted_others, wanted_gifts = _expected(case.told)
    assert entries == wanted
    assert (n_others, gifts) == (n_wanted_others, wanted_gifts)
    assert (kind, planned and str(planned)) == (case.kind, case.planned)
