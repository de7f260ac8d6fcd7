"""The gates before the parser's expressions let everything pass that the expressions would find."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.parse import kinds
from tasks.parse.buffer import Buffer, lines_of
from tasks.parse.gate import Edges, gate_of, may_pass
from tasks.parse.layout import DATE_LIKE, header_like, layout_of
from tests.parse.test_round_trip import layouts, render_header
from tests.parse.test_scan import _MOMENTS
from warehouse.reference.markers import wordings

_WORDINGS = sorted({re.sub(r"\{\w+=?([^}]*)\}", r"\1x", line.wording) for line in wordings()})
_AROUND = st.text(
    st.sampled_from("\u200e\u200f\u202a\ufeff .:>*aé😊\u2019\u3000\u202f\u00a0\u0085\u2028"), max_size=3
)


def passed(lines: list[str], platform: str) -> list[bool]:
    content = "".join(f"Ani: {line}\n" for line in lines).encode()
    _, starts, ends = lines_of(content)
    edges = Edges(Buffer(content), starts + len("Ani: "), ends, np.zeros(len(lines), np.bool_))
    return may_pass(edges, kinds._gate(platform)).tolist()


@pytest.mark.parametrize("platform", ["android", "ios"])
@given(lines=st.lists(st.builds("{}{}{}".format, _AROUND, st.sampled_from(_WORDINGS), _AROUND), min_size=1))
def test_every_candidate_passes(platform: str, lines: list[str]) -> None:
    written = [line.replace("'", "\u2019") if place % 2 else line for place, line in enumerate(lines)]
    series = pl.Series(written)
    ragged = series.str.contains(r"[\s:]$|^$") | series.str.starts_with(kinds.LRM)
    found = kinds._may_be_wording(series, platform) | ragged.to_numpy()
    assert all(may for may, is_found in zip(passed(written, platform), found, strict=True) if is_found)


@pytest.mark.parametrize("platform", ["android", "ios"])
def test_every_wording_may_be_one(platform: str) -> None:
    """Whatever marks and blanks stand around it, with curled apostrophes and without."""
    lines = [
        f"{before}{template.literals[0]}{''.join(f'x{literal}' for literal in template.literals[1:])}{behind}"
        for template in kinds.kind_templates(platform)
        for before, behind in (("", ""), ("\u200e", "."), ("\u200f\u202a", " \u200e\u3000"))
    ]
    written = [line.replace("'", "\u2019") if place % 2 else line for place, line in enumerate(lines)]
    assert kinds._may_be_wording(pl.Series(written), platform).all()


def test_a_gate_stops_what_it_does_not_know() -> None:
    assert passed(["halo semua", "oke", "", "x", "ya.", "Lokasi: di sini"], "android") == [
        False,
        False,
        True,  # an empty line ends with the blank before it
        False,
        True,
        True,
    ]
    content = b"Ani: satu dua\n"
    edges = Edges(Buffer(content), np.array([5]), np.array([13]), np.array([False]))
    expected = [("satu", "", True), ("sa", "", True), ("", "dua", True), ("", "a", True), ("du", "sa", False)]
    for begin, end, is_let in expected:
        gate = gate_of([begin] if begin else [], [end] if end else [])
        assert may_pass(edges, gate).tolist() == [is_let]
    unsure = edges._replace(is_unsure=np.array([True]))
    assert may_pass(unsure, gate_of([], [])).tolist() == [True]


@given(layouts(), _MOMENTS)
def test_every_header_is_date_like(chosen: tuple[object, str, str], at: object) -> None:
    layout, order, language = chosen
    header = render_header(at, layout, order, padded=False, blank=" ", language=language)  # type: ignore[arg-type]
    line = pl.Series([f"{header}Ani: ya"])
    if line.str.contains(header_like()).item():
        assert line.str.contains(DATE_LIKE).item()
    assert layout_of(line.item()) == layout
