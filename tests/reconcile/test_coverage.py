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


def test_the_timer_tells_from_when_on_an_export_holds_all() -> None:
    # Made on the 28th, with a timer of 7 days: all from the 22nd on was still there, a silent 22nd too.
    lines = [CREATED, Told("2024-03-03 10:00", "disappearing_on", "Asep", timer_hours=168), day(25)]
    assert covered(told(export("a", lines, stated="2024-03-28"))) == [1, 2, *range(22, 28)]


def test_a_message_kept_from_vanishing_does_not_prove_the_days_after_it() -> None:
    # With a day's timer the message of the 10th was kept by somebody; the 20th is held from its first line.
    lines = [
        CREATED,
        Told("2024-03-03 10:00", "disappearing_on", "Asep", timer_hours=24),
        day(10),
        day(20),
        day(21),
    ]
    assert covered(told(export("a", lines))) == [1, 2]


def test_frequent_exports_cover_what_vanishes_in_between() -> None:
    on = Told("2024-03-03 10:00", "disappearing_on", "Asep", timer_hours=168)
    first = export("a", [CREATED, on, day(4), day(8)], stated="2024-03-09")
    second = export("b", [CREATED, on, day(8), day(12)], stated="2024-03-13")
    late = export("c", [CREATED, on, day(25)], stated="2024-03-28")
    assert covered(told(first, second, late)) == [1, 2, *range(3, 13), *range(22, 28)]


def test_messages_stay_again_once_disappearing_is_off() -> None:
    lines = [
        CREATED,
        Told("2024-03-03 10:00", "disappearing_on", "Asep", timer_hours=168),
        Told("2024-03-10 10:00", "disappearing_off", "Asep"),
        day(12),
        day(25),
    ]
    assert covered(told(export("a", lines))) == [1, 2, *range(11, 25)]


def test_a_day_on_which_two_exports_of_a_phone_overlap_is_whole() -> None:
    # The 3rd until ten by the first, from nine by the second.
    first = export("a", [CREATED, day(1), day(3, 9), day(3, 10)])
    second = export("b", [day(3, 9), day(3, 10), day(6)])
    assert covered(told(first, second)) == [1, 2, 3, 4, 5]


def test_a_day_that_one_export_ends_and_the_next_begins_after_is_not() -> None:
    # Between ten and eleven of the 3rd the chat was emptied: nobody knows what was lost.
    first = export("a", [CREATED, day(1), day(3, 10)], stated="2024-03-03")
    second = export("b", [day(3, 11), day(6)])
    assert covered(told(first, second)) == [1, 2, 4, 5]


def test_days_that_two_phones_see_in_halves_are_not_covered() -> None:
    first = export("a", [CREATED, day(1), day(3, 10)])
    second = export("b", [day(3, 9), day(3, 10), day(6)], phone=1)
    store = told(first, second)
    assert covered(store) == [1, 2]
    assert covered(store, 1) == [4, 5]


def test_a_stated_day_reaches_the_next_export_that_begins_on_it() -> None:
    # Silent from the 4th to the 10th, when the first was made; the second holds from the 8th on.
    first = export("a", [CREATED, day(1), day(4)], stated="2024-03-10")
    second = export("b", [day(4), day(12)])
    assert covered(told(first, second)) == list(range(1, 12))


def test_the_head_slides_off_and_the_day_cut_in_two_is_saved_by_the_export_before() -> None:
    # The second export holds the last of the 5th's messages only; the first shows that day to its end.
    first = export("a", [CREATED, day(1), day(5, 8), day(5, 20), day(6)])
    second = export("b", [day(5, 20), day(6), day(9)], truncated=True)
    store = told(first, second)
    assert covered(store) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert store.history_start == dt.date(2024, 3, 1)
    assert covered(told(second)) == [6, 7, 8]


def test_days_follow_the_group_zone_not_the_phone() -> None:
    # 00:30 in Makassar on the 4th is 23:30 in Jakarta on the 3rd.
    lines = [Said("2024-03-01 12:00", "Budi", "awal"), Said("2024-03-04 00:30", "Budi", "akhir")]
    store = told(export("a", lines, zone="Asia/Makassar"))
    assert store.coverage["date"].max() == dt.date(2024, 3, 3)
    assert covered(store) == [2]


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


def test_the_next_export_is_due_before_messages_vanish() -> None:
    lines = [CREATED, Told("2024-03-03 10:00", "disappearing_on", "Asep", timer_hours=168), day(4), day(9)]
    assert told(export("a", lines)).due == {0: dt.date(2024, 3, 16)}
    unsaid = [CREATED, Told("2024-03-03 10:00", "disappearing_on", "Asep"), day(4), day(9)]
    assert told(export("a", unsaid)).due == {0: dt.date(2024, 3, 16)}


def test_a_phone_that_exports_with_media_is_due_sooner() -> None:
    # 10,000 messages in 100 days: 9,000 more in 90 days, not 36,000 in 360.
    start = dt.datetime.fromisoformat("2024-01-01 08:00")
    lines = [
        Said(f"{start + dt.timedelta(days=n // 100, minutes=n % 100):%Y-%m-%d %H:%M}", "Budi", f"pesan {n}")
        for n in range(10_000)
    ]
    last = dt.date(2024, 4, 9)
    assert told(export("a", lines, truncated=True)).due == {0: last + dt.timedelta(days=90)}
    assert told(export("a", lines)).due == {0: last + dt.timedelta(days=360)}


def test_each_phone_is_due_by_what_it_has_shown() -> None:
    lines = [CREATED, day(1), day(4), day(20)]
    store = told(export("a", lines), export("b", lines[:3], phone=1))
    assert store.due == {0: dt.date(2025, 3, 21), 1: dt.date(2025, 3, 5)}
