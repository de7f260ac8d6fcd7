"""Amounts of money in lines of text."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.measure.text.money import amounts, may_name_money, read_amounts
from tasks.measure.text.number_words import spelled
from tasks.simulate.number_words import in_words

_CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "money_cases.tsv").read_text("utf-8").splitlines()[1:]
]


@pytest.mark.parametrize(("text", "in_context", "expected"), _CASES)
def test_listed_case(text: str, in_context: str, expected: str) -> None:
    wanted = [float(amount) for amount in expected.split("|") if amount]
    assert amounts(text, in_donation_context=in_context == "true") == wanted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dua ratus lima puluh ribu", [250_000]),
        ("lima belas ribu", [15_000]),
        ("satu setengah juta", [1_500_000]),
        ("limapuluh ribu", [50_000]),
        ("duaratus limapuluh ribu", [250_000]),
        ("limaratus rupiah", [500]),
        ("lima ratus", []),  # of what?
        ("_50rb_", [50_000]),
        ("transfer ke rekening bu haji 100.017", [100_017]),
        ("USD 1.000", []),
        ("5.000 riyal", []),
        ("20.000 jamaah", []),
        ("bit.ly/50000", []),
        ("wa.me/628135000/50000", []),
        ("an.asep/100rb", [100_000]),
        ("bca an.dewi/rp100.000", [100_000]),
        ("https://contoh.id/infak/20000", []),
        ("sejuta setengah", [1_500_000]),
        ("Rp50.000,- (lima puluh ribu)", [50_000]),
        ("Total: Rp 1.500.000", [1_500_000]),
        ("gocap", []),
        ("50rb - 2 org", [50_000]),
        ("1jt 250rb", [1_250_000]),
        ("2,5 juta", [2_500_000]),
        ("50rb + 20rb", [50_000, 20_000]),
        ("dua tiga ribu", []),  # two or three
        ("sejuta dua ratus", []),  # 1,000,200 or 1,200,000
        ("setengah juta", [500_000]),
        ("50rb x 2", []),
        ("2x50rb", []),
        ("antara 20.000-50.000", []),
        ("50.000/100.000", []),
        ("minimal 50rb", []),
        ("100.0000", []),
        ("BSI 7123 5000 9000 a.n. Siti", []),
        ("Ahmad - 100rb - 0812-3456-7890", [100_000]),
        ("Ahmad 100rb (kurang 50rb)", [100_000]),
        ("terkumpul dana 500.000", [500_000]),
        ("50000 rupiah", [50_000]),
        ("٥٠٠٠٠", [50_000]),
        ("Bu RT - 10.000", [10_000]),
        ("RT 05", []),
        ("1 milyar 500 juta", []),  # beyond the guard
        ("10000000000000000rb", []),
        ("BSI 7123 456 789 a.n. Fulan", []),
        ("2015", []),
        ("Ahmad 25", []),
    ],
)
def test_worked_by_hand(text: str, expected: list[float]) -> None:
    assert amounts(text, in_donation_context=True) == expected


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("50-100rb", ["ambiguous_amount"]),
        ("gocap", ["ambiguous_amount"]),
        ("sejuta dua ratus", ["ambiguous_amount"]),
        ("Rp 1.000.000.000.000.000", ["out_of_range"]),
        ("Rp 100", ["out_of_range"]),
        ("Budi 50rb", []),
        ("target 5jt", []),
        ("jam 19.30", []),
    ],
)
def test_what_cannot_be_told_is_counted(text: str, refused: list[str]) -> None:
    read = read_amounts(text, in_donation_context=True)
    assert list(read.refused) == refused
    assert read.sole is None or not refused


@given(st.integers(1, 999_999_999))
def test_words_of_a_number_give_it_back(value: int) -> None:
    assert spelled(in_words(value).split()) == value


@given(st.integers(1, 999).map(lambda thousands: thousands * 1000), st.booleans())
def test_an_amount_in_words_counts_once_beside_its_digits(value: int, reverse: bool) -> None:
    digits, words = f"Rp {value:,}".replace(",", "."), f"{in_words(value)} rupiah"
    text = f"{words} ({digits})" if reverse else f"{digits} ({words})"
    assert amounts(text, in_donation_context=True) == [value]


_NUMBER_WORDS = ["satu", "dua", "se", "puluh", "belas", "ratus", "ribu", "juta", "setengah"]


@given(st.lists(st.sampled_from(_NUMBER_WORDS), max_size=7))
def test_words_out_of_order_are_no_number(words: list[str]) -> None:
    value = spelled(words)
    assert value is None or value > 0
    if value is not None and value == int(value) and "setengah" not in words and "se" not in words:
        assert spelled(in_words(int(value)).split()) == value


def test_number_in_words() -> None:
    assert spelled(["tujuh", "ratus", "dua", "puluh", "satu", "ribu"]) == 721_000
    assert spelled(["seratus"]) == 100
    assert spelled([]) is None


@given(st.integers(500, 999_999))
def test_every_spelling_of_an_amount_agrees(thousands: int) -> None:
    value = thousands * 1000
    dotted = f"{value:,}".replace(",", ".")
    for text in (
        f"Rp {dotted}",
        f"rp{value}",
        f"{thousands}rb",
        f"IDR {value:,}",
        f"Rp. {dotted},-",
        f"{thousands} ribu",
    ):
        assert amounts(text, in_donation_context=True) == [value]


@given(st.text(max_size=60))
def test_any_line_gives_amounts_in_the_guarded_range(text: str) -> None:
    found = read_amounts(text, in_donation_context=True)
    assert all(500 <= amount <= 1e9 for amount in found.values)
    # the quick test lets every line pass that names an amount
    assert may_name_money(pl.Series([text])).item() or not (found.values or found.refused)
