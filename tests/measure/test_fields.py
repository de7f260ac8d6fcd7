"""Days, clock times and addresses in texts, by their shapes."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tasks.measure.text.dates import first_date
from tasks.measure.text.features import announcement_fields
from tasks.measure.text.normalise import URL, plain


def _field(name: str, text: str) -> bool:
    return bool(announcement_fields(pl.Series([text]))[name][0])


@pytest.mark.parametrize(
    "text",
    ["19.30", "kumpul 7.30 di masjid", "00:00", "23:59 wib", "jam 8", "pukul 19", "ipk 3.50, kumpul 19.30"],
)
def test_a_clock_time(text: str) -> None:
    assert _field("time", text)


@pytest.mark.parametrize(
    "text",
    ["12.75", "25.99", "24.00", "23:60", "jam 25", "3 jam 30 menit", "ipk 3.50", "ipk: 3.50", "nilai rata-rata 8.25",
     "versi 2.10", "12.05.2024", "20.000"],
)  # fmt: skip
def test_no_clock_time(text: str) -> None:
    assert not _field("time", text)


@pytest.mark.parametrize("text", ["2024-05-12", "12.05.2024", "1.6.2024", "12/05/24", "12 mei", "12-14 mei"])
def test_a_day(text: str) -> None:
    assert _field("day", text)


@pytest.mark.parametrize(
    "text", ["1.250.000", "12.05", "12.05.1000", "4024-05-12", "0812-34-5678", "v1.2.2024a"]
)
def test_no_day(text: str) -> None:
    assert not _field("day", text)


def test_a_day_between_full_stops_is_read() -> None:
    texts = pl.Series(["Kajian 12.05.2024 jam 19.30", "1.6.2024", "31.02.2024", "12.05"])
    posted = pl.Series([dt.date(2024, 5, 6)] * len(texts))
    assert first_date(texts, posted).to_list() == [dt.date(2024, 5, 12), dt.date(2024, 6, 1), None, None]


@pytest.mark.parametrize("text", ["makasih.info ya", "ok.info lengkap", "nuhun.link na"])
def test_a_word_after_a_full_stop_is_no_address(text: str) -> None:
    assert plain(pl.Series([text])).item() == text


@pytest.mark.parametrize(
    "address",
    ["kampus.com", "kampus.info/daftar", "https://kampus.info", "www.kampus.info", "bit.ly/a", "kampus.link/x",
     "kampus.info.co.id"],
)  # fmt: skip
def test_an_address(address: str) -> None:
    assert plain(pl.Series([f"cek {address} ya"])).item().split() == ["cek", URL, "ya"]
