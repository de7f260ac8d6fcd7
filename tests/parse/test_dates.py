"""Date order, 12-hour clocks, years, and independence of the process."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys

import pytest

from schemas.errors import FileRefused
from tasks.parse.whatsapp import parse_export


def dates(lines: list[str], order: str | None = None) -> tuple[list[dt.date], str, str]:
    text = "".join(f"{date}, 10:00 - Ani: x\n" for date in lines)
    parsed = parse_export(text.encode(), date_order=order)
    return (
        [at.date() for at in parsed.frame["local_at"]],
        parsed.meta.date_order,
        parsed.meta.date_order_basis,
    )


def test_a_value_above_twelve_decides() -> None:
    assert dates(["01/02/2024", "13/02/2024"])[1:] == ("dmy", "value")
    assert dates(["01/02/2024", "02/13/2024"])[1:] == ("mdy", "value")


def test_a_year_in_front_is_year_month_day() -> None:
    assert dates(["2024/12/01"]) == ([dt.date(2024, 12, 1)], "ymd", "value")


def test_monotony_decides_where_values_do_not() -> None:
    """Under m/d/y the second date would be 2 January after 12 January of the same year."""
    assert dates(["12/01/2024", "01/02/2024", "02/03/2024"])[1:] == ("dmy", "monotony")
    assert dates(["01/12/2024", "02/01/2024", "03/02/2024"])[1:] == ("mdy", "monotony")


def test_the_configured_order_decides_last() -> None:
    assert dates(["01/02/2024", "02/02/2024"], "dmy")[1:] == ("dmy", "configured")
    assert dates(["01/02/2024", "02/02/2024"], "mdy")[1:] == ("mdy", "configured")


def test_nothing_decides() -> None:
    with pytest.raises(FileRefused, match="ambiguous_date_order"):
        dates(["01/02/2024", "02/02/2024"])


def test_equal_numbers_need_no_order() -> None:
    assert dates(["02/02/2024", "02/02/2024"])[0] == [dt.date(2024, 2, 2)] * 2


def test_values_win_over_a_wrong_configuration() -> None:
    assert dates(["01/02/2024", "13/02/2024"], "mdy")[1:] == ("dmy", "value")


def test_two_digit_year_in_front_only_when_configured_or_nothing_else_fits() -> None:
    assert dates(["19/07/26"])[1:] == ("dmy", "value")
    assert dates(["19/07/26", "19/07/27", "20/01/03"], "ymd")[0][-1] == dt.date(2020, 1, 3)
    assert dates(["19/07/26", "19/07/27", "32/01/03"])[0][-1] == dt.date(2032, 1, 3)


def test_late_messages_do_not_speak_against_an_order() -> None:
    days = ["10/01/2024", "09/01/2024", "10/01/2024", "11/01/2024", "01/02/2024", "02/02/2024"]
    assert dates(days)[1:] == ("dmy", "monotony")


@pytest.mark.parametrize(
    ("clock", "hour"),
    [
        ("12:05 AM", 0),
        ("12:05 PM", 12),
        ("1:05 AM", 1),
        ("1:05 PM", 13),
        ("11:05 am", 11),
        ("11:05 pm", 23),
        ("12:05 a. m.", 0),
        ("12:05 p. m.", 12),
        ("5:05 p. m.", 17),
        ("12:05 nachts", 0),
        ("11:05 nachts", 23),
        ("12:05 mittags", 12),
        ("1:05 mittags", 13),
        ("12:05 PTG", 12),
        ("0:05 AM", 0),
        ("12:05 malam", 0),
        ("7:05 malam", 19),
        ("12:05 siang", 12),
        ("11:05 siang", 11),
    ],
)
def test_noon_and_midnight(clock: str, hour: int) -> None:
    parsed = parse_export(f"13/10/2022, {clock} - Ani: x\n".encode())
    assert parsed.frame["local_at"][0] == dt.datetime.fromisoformat(f"2022-10-13T{hour:02}:05")


@pytest.mark.parametrize(
    ("clock", "hour"), [("上午12:05", 0), ("下午12:05", 12), ("晚上12:05", 0), ("中午12:05", 12)]
)
def test_day_parts_in_front(clock: str, hour: int) -> None:
    parsed = parse_export(f"2026/4/2 {clock} - Ani: x\n".encode())
    assert parsed.frame["local_at"][0].hour == hour


@pytest.mark.parametrize(
    ("zone", "locale"), [("Pacific/Kiritimati", "C"), ("America/New_York", "C.UTF-8"), ("UTC", "C")]
)
def test_the_same_under_any_zone_and_locale(zone: str, locale: str) -> None:
    code = (
        "from tasks.parse.whatsapp import parse_export;"
        "p = parse_export('10/03/2024, 2:30 AM - Ani: x\\n31/03/2024, 2:30 AM - Ani: y\\n'.encode());"
        "print(p.frame['local_at'].to_list(), p.meta.date_order)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TZ": zone, "LC_ALL": locale},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (
        done.stdout.strip()
        == "[datetime.datetime(2024, 3, 10, 2, 30), datetime.datetime(2024, 3, 31, 2, 30)] dmy"
    )
