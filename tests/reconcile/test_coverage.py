"""Which days are observed: a silent month inside a covered span is a true zero, one outside is an absence."""

from __future__ import annotations

import datetime as dt

import polars as pl

from schemas.config import Break, Group
from tasks.reconcile import Export, Reconciled, reconcile
from tests.reconcile.handmade import Said, Told, export

CREATED = Told("2024-03-01 07:00", "created", "You")


def day(number: int, hour: int = 9, author: str = "Budi", text: str | None = None) -> Said:
    return Said(f"2024-03-{number:02d} {hour:02d}:00", author, text or f"pesan tanggal {number} jam {hour}")


def covered(store: Reconciled, phone: int = 0, column: str = "is_covered") -> list[int]:
    """Days of March on which the flag holds for the phone."""
    rows = store.coverage.filter(pl.col("exporter_no") == phone, pl.col(column))
    return rows["date"].dt.day().to_list()


def told(*exports: Export, group: Group | None = None) -> Reconciled:
    return reconcile(exports, group or Group())


def test_first_and_last_day_are_seen_in_part() -> None:
    store = told(export("a", [day(1), day(4)]))
    assert store.coverage["date"].dt.day().to_list() == [1, 2, 3, 4]
    assert covered(store) == [2, 3]
    assert covered(store, column="is_unverified") == [2, 3]


def test_the_day_of_creation_is_seen_whole() -> None:
    assert covered(told(export("a", [CREATED, day(1), day(4)]))) == [1, 2, 3]


def test_a_later_date_proves_silence_up_to_the_day_before() -> None:
    store = told(export("a", [CREATED, day(1), day(4)], stated="2024-03-10"))
    assert covered(store) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_a_later_date_is_not_believed_when_others_show_what_is_lacking() -> None:
    store = told(
        export("a", [CREATED, day(1), day(4)], stated="2024-03-10"),
        export("b", [day(4), day(6), day(9)], phone=1),
    )
    assert covered(store) == [1, 2, 3]
    assert covered(store, 1) == [5, 6, 7, 8]


def test_the_same_content_handed_in_later_proves_more_silence() -> None:
    lines = [CREATED, day(1), day(4)]
    store = told(export("a", lines, stated="2024-03-05"), export("a", lines, stated="2024-03-08"))
    assert covered(store) == [1, 2, 3, 4, 5, 6, 7]


def test_a_silent_day_that_another_phone_fills_is_a_gap() -> None:
    store = told(
        export("a", [CREATED, day(1), day(5)]), export("b", [CREATED, day(1), day(3), day(5)], phone=1)
    )
    assert covered(store) == [1, 2, 4]
    assert covered(store, column="is_gap") == [3]
    assert covered(store, 1, "is_unverified") == [3]


def test_days_between_two_exports_of_one_phone_are_not_observed() -> None:
    store = told(export("a", [CREATED, day(1), day(3)]), export("b", [day(7), day(9)]))
    assert covered(store) == [1, 2, 8]


def test_who_joined_later_observes_from_the_next_day() -> None:
    own = [
        Told("2024-03-01 07:00", "created", "Asep"),
        Told("2024-03-05 10:00", "added", "Asep", ("You",)),
        day(5, 12),
        day(8),
    ]
    assert covered(told(export("a", own))) == [6, 7]


def test_who_was_added_at_creation_observes_from_that_day() -> None:
    own = [
        Told("2024-03-01 07:00", "created", "Asep"),
        Told("2024-03-01 07:01", "added", "Asep", ("You",)),
        day(1, 12),
        day(4),
    ]
    assert covered(told(export("a", own))) == [1, 2, 3]


def test_nothing_is_observed_while_the_owner_is_out_of_the_group() -> None:
    lines = [
        CREATED,
        day(1),
        Told("2024-03-03 12:00", "left", "You"),
        Told("2024-03-06 12:00", "added", "Asep", ("You",)),
        day(6, 13),
        day(9),
    ]
    assert covered(told(export("a", lines))) == [1, 2, 7, 8]


def test_disappearing_messages_leave_only_what_is_still_held() -> None:
    gone = Break.model_validate({"kind": "disappearing", "from": "2024-03-03", "to": "2024-03-20"})
    lines = [CREATED, day(1), day(2), day(12), day(14), day(25)]
    store = told(export("a", lines, stated="2024-03-28"), group=Group(breaks=(gone,)))
    assert covered(store) == [1, 2, *range(13, 28)]


def test_disappearing_switched_on_by_a_system_line() -> None:
    lines = [CREATED, day(1), Told("2024-03-03 10:00", "disappearing_on", "Asep"), day(10), day(12)]
    assert covered(told(export("a", lines))) == [1, 2, 11]


def test_history_starts_with_the_creation_line() -> None:
    assert told(export("a", [CREATED, day(4), day(9)])).history_start == dt.date(2024, 3, 1)


def test_history_starts_with_the_first_message_when_nothing_is_cut() -> None:
    assert told(export("a", [day(4), day(9)])).history_start == dt.date(2024, 3, 4)


def test_history_starts_with_the_first_full_month_when_the_head_is_cut() -> None:
    assert told(export("a", [day(4), day(9)], truncated=True)).history_start == dt.date(2024, 4, 1)


def test_history_of_a_late_joiner_starts_with_his_first_full_month() -> None:
    own = [
        Told("2020-01-01 07:00", "created", "Asep"),
        Told("2024-03-05 10:00", "added", "Asep", ("You",)),
        day(5, 12),
        day(8),
    ]
    assert told(export("a", own)).history_start == dt.date(2024, 4, 1)


def test_an_earlier_export_with_the_head_lifts_the_cut() -> None:
    head = export("a", [CREATED, day(1), day(4)])
    tail = export("b", [day(3), day(4), day(9)], truncated=True)
    assert told(head, tail).history_start == dt.date(2024, 3, 1)


def test_the_next_export_is_due_before_the_limit_is_reached() -> None:
    # 10 days with 100 messages each: 36,000 more come in 360 days after the last day seen whole or in part.
    lines = [
        Said(f"2024-03-{d:02d} {n // 60 + 8:02d}:{n % 60:02d}", "Budi", f"pesan {d} {n}")
        for d in range(1, 11)
        for n in range(100)
    ]
    assert told(export("a", lines)).due == {0: dt.date(2024, 3, 10) + dt.timedelta(days=360)}
