"""``core.fact_newcomer`` by hand: silence, leaving, gaps, late entry, welcome, founders."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tasks.measure.newcomers import newcomers, observed_runs, stretches
from tests.measure.chatroom import GROUP_KEY

DAY = dt.date(2024, 1, 1)
LAST = dt.date(2024, 12, 31)
ALL_YEAR = [(0, 365)]


def test_silence_begins_the_day_after_the_last_turn_before_84_empty_days() -> None:
    assert stretches(10, [10, 20, 100], [], ALL_YEAR) == [(0, 91, True)], "20 to 100 is a pause of 79 days"
    assert stretches(10, [10, 20, 105], [], ALL_YEAR) == [(0, 11, True)], "20 to 105: 84 days, 21 to 104"
    assert stretches(10, [], [], ALL_YEAR) == [(0, 1, True)], "never wrote"


def test_the_end_of_what_is_observed_decides_nothing() -> None:
    # observed to day 365: a silence from 282 on is told (282 + 83 = 365), a later one is not
    assert stretches(10, [281], [], [(200, 365)]) == [(271, 272, True)]
    assert stretches(0, [*range(0, 366, 80)], [], ALL_YEAR) == [(0, 282, False)]


def test_leaving_ends_it_and_a_gap_interrupts_it() -> None:
    assert stretches(10, [10, 30], [50], ALL_YEAR) == [(0, 21, True)], "silent from 31 on, left later"
    assert stretches(10, [10, 30, 60], [61], ALL_YEAR) == [(0, 51, True)]
    gap = [(0, 180), (250, 500)]
    # decided to day 97; seen again on day 260, which is followed to day 417
    assert stretches(0, [*range(0, 98, 20), 260], [], gap) == [(0, 81, True)]
    assert stretches(0, [*range(0, 181, 20), 260], [], gap) == [(0, 97, False), (260, 261, True)]
    assert stretches(0, [*range(0, 181, 20)], [], gap) == [(0, 97, False)], (
        "who never comes back is not at risk"
    )


def test_holes_of_two_weeks_are_no_gap() -> None:
    days = [dt.date(2024, 1, 1), dt.date(2024, 1, 16), dt.date(2024, 2, 1)]
    coverage = pl.DataFrame({"date": days, "is_covered": True, "is_gap": False})
    runs = observed_runs(coverage, LAST)
    assert [(b - a, b - days[0].toordinal()) for a, b in runs] == [(15, 15), (0, 31)]
    assert observed_runs(coverage.clear(), LAST) == []


def _at(day: int, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(DAY + dt.timedelta(days=day), dt.time(hour))


def _group(
    joins: list[tuple[int, int]],
    turns: list[tuple[int, int, int, int]],
    mentions: tuple[tuple[int, int], ...] = (),
    created: int | None = None,
) -> dict[int, dict[str, object]]:
    """joins: (day, who); turns: (day, hour, who, words of welcome); mentions: (turn, who)."""
    lines = [(day, who, "joined_link") for day, who in joins]
    lines += [(created, 1, "created")] if created is not None else []
    events = pl.DataFrame(
        [
            (n, event, DAY + dt.timedelta(days=day), _at(day), who, None)
            for n, (day, who, event) in enumerate(lines)
        ],
        schema={
            "membership_event_key": pl.Int64,
            "event": pl.String,
            "event_date": pl.Date,
            "sent_at": pl.Datetime("us"),
            "member_key": pl.Int64,
            "actor_member_key": pl.Int64,
        },
        orient="row",
    )
    said = pl.DataFrame(
        [
            (n, who, _at(day, hour), DAY + dt.timedelta(days=day), words)
            for n, (day, hour, who, words) in enumerate(turns)
        ],
        schema={
            "turn_key": pl.Int64,
            "member_key": pl.Int64,
            "sent_at": pl.Datetime("us"),
            "local_date": pl.Date,
            "lex_welcome": pl.Int64,
        },
        orient="row",
    )
    named = pl.DataFrame(mentions, schema={"turn_key": pl.Int64, "member_key": pl.Int64}, orient="row")
    memberships = pl.DataFrame(
        schema={"member_key": pl.Int64, "kind": pl.String, "is_proven": pl.Boolean, "from_date": pl.Date}
    )
    days = pl.date_range(DAY, LAST, "1d", eager=True)
    coverage = pl.DataFrame({"date": days, "is_covered": True, "is_gap": False})
    since = pl.DataFrame(schema={"member_key": pl.Int64, "date": pl.Date})
    found = newcomers(events, said, named, memberships, coverage, since, group_key=GROUP_KEY, last=LAST)
    return {row["member_key"]: row for row in found.iter_rows(named=True)}


def test_a_welcome_comes_from_others_within_two_days() -> None:
    joins = [(20, 7), (60, 8), (100, 9), (140, 10)]
    turns = [(20, 12, 7, 1), (21, 9, 1, 1), (62, 11, 1, 1), (101, 9, 1, 0), (140, 9, 1, 1)]
    found = _group(joins, turns, mentions=((3, 9),))
    assert [found[who]["is_welcomed"] for who in (7, 8, 9, 10)] == [True, False, True, False]
    assert found[7]["joined_on"] == dt.date(2024, 1, 21)
    assert _group([(364, 7)], [(1, 9, 1, 0)]) == {}, "too late to follow anybody"


def test_founders_and_those_who_were_there_before_are_no_newcomers() -> None:
    assert set(_group([(6, 7), (7, 8), (60, 9)], [(50, 9, 9, 0)], created=0)) == {8}
    assert set(_group([(60, 7), (90, 7)], [])) == {7}, "who comes back is no newcomer again"
