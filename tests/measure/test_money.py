"""Amounts of money in lines of text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.measure.text.money import amounts, spelled

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
        ("sejuta setengah", [1_000_000]),  # the half comes too late to be told
        ("Rp50.000,- (lima puluh ribu)", [50_000]),
        ("Total: Rp 1.500.000", [1_500_000]),
        ("gocap", []),
        ("10000000000000000rb", []),
        ("BSI 7123 456 789 a.n. Fulan", []),
        ("2015", []),
        ("Ahmad 25", []),
    ],
)
def test_worked_by_hand(text: str, expected: list[float]) -> None:
    assert amounts(text, in_donation_context=True) == expected


def test_number_in_words() -> None:
    assert spelled(["tujuh", "ratus", "dua", "puluh", "satu", "ribu"]) == 721_000
    assert spelled(["seratus"]) == 100
    assert spelled([]) is None


@settings(max_examples=50, deadline=None)
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


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_any_line_gives_amounts_in_the_guarded_range(text: str) -> None:
    assert all(500 <= amount <= 1e9 for amount in amounts(text, in_donation_context=True))
