"""Krippendorff's alpha against the examples of his own paper, and what it must do for any codes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tasks.evaluate.agreement import MISSING, nominal_alpha

# Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, sections A to C; '.' is a code left out.
BINARY = ("0100000010", "1110010000")
NOMINAL = ("aabbdcccedda", "babbbccceddd")
MANY = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def _codes(coders: tuple[str, ...]) -> np.ndarray:
    return np.array(
        [[MISSING if code == "." else ord(code) for code in coder] for coder in coders], dtype=np.int64
    ).T


@pytest.mark.parametrize(("coders", "alpha"), [(BINARY, 0.095), (NOMINAL, 0.692), (MANY, 0.743)])
def test_published_examples(coders: tuple[str, ...], alpha: float) -> None:
    assert nominal_alpha(_codes(coders)) == pytest.approx(alpha, abs=0.0005)


def test_by_hand() -> None:
    """Two coders, four units, codes 00 00 11 01: 2 of the 8 ordered pairs within units differ.

    Totals are 5 zeros and 3 ones, n = 8: expected 2 * 5 * 3 / 7 = 30/7; alpha = 1 - 2 / (30/7) = 8/15.
    """
    assert nominal_alpha(np.array([[0, 0], [0, 0], [1, 1], [0, 1]])) == pytest.approx(8 / 15)


def test_nothing_to_tell() -> None:
    assert np.isnan(nominal_alpha(np.array([[0, MISSING], [MISSING, 1]])))
    assert np.isnan(nominal_alpha(np.array([[1, 1], [1, 1]])))
    assert np.isnan(nominal_alpha(np.zeros((0, 2), dtype=np.int64)))


CODES = arrays(np.int64, st.tuples(st.integers(1, 12), st.integers(2, 4)), elements=st.integers(-1, 3))


@settings(max_examples=60, deadline=None)
@given(CODES)
def test_names_of_codes_and_orders_do_not_matter(codes: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    renamed = np.where(codes == MISSING, MISSING, 7 - codes)
    shuffled = renamed[rng.permutation(len(codes))][:, rng.permutation(codes.shape[1])]
    one, other = nominal_alpha(codes), nominal_alpha(shuffled)
    assert one == pytest.approx(other, nan_ok=True)
    assert np.isnan(one) or one <= 1
