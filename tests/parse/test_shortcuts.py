"""Shortcuts of the parser leave out nothing that the long way finds."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import MESSAGE_KINDS, SYSTEM_EVENTS
from tasks.parse import buffer, polls
from tasks.parse.buffer import Buffer, lines_of
from tasks.parse.headers import _may_begin, _n_header_like
from tasks.parse.layout import DATE_LIKE, Layout, _any_header, header_like, layout_of, words_in
from tasks.parse.padded import plan_of
from tasks.parse.templates import match, shape_of, templates
from tasks.parse.written import template_of
from tests.parse.test_round_trip import layouts, render_header
from warehouse.reference.markers import day_parts, wordings

_MOMENTS = st.datetimes(dt.datetime.fromisoformat("2011-01-01"), dt.datetime.fromisoformat("2031-01-01"))
_EVERY = templates((*SYSTEM_EVENTS, *MESSAGE_KINDS, "attached", "edited"))
_PIECES = st.lists(st.tuples(st.text("aé😊: \n", max_size=9), st.text("bß\u200e", max_size=4)), min_size=1)


@given(layouts(), _MOMENTS, st.sampled_from(["", "\u200e", " ", "\u202a"]), st.booleans())
def test_no_header_is_passed_over(
    chosen: tuple[Layout, str, str], at: dt.datetime, lead: str, padded: bool
) -> None:
    layout, order, language = chosen
    line = lead + render_header(at, layout, order, padded=padded, blank=" ", language=language) + "Ani: ya"
    lines = pl.Series([line])
    if not lines.str.contains(header_like()).item():
        return
    content = (line + "\n").encode()
    starts = lines_of(content).starts
    assert _may_begin(Buffer(content), starts, np.array([0])).tolist() == [0]
    assert _n_header_like(lines.filter(lines.str.contains(DATE_LIKE))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "1. Ani",
        "Hari: 16/05/2023",
        "07/07/2023, bada Ashar di rumah",
        "14/01/2024 pukul 10.00, alun-alun Ujungberung",
        "Berangkat 11/01/2023 jam 18.30 dari sekre",
    ],
)
def test_dates_in_a_text_are_no_headers(line: str) -> None:
    assert not pl.Series([line]).str.contains(header_like()).item()
    assert _n_header_like(pl.Series([line])) == 0


def test_items_of_a_list_are_not_looked_at() -> None:
    lines = [
        "1. Ani",
        "2) Budi",
        "3 Citra",
        "4",
        "xyz",
        "1.2.2024 jam 5",
        "1. 2. 2024",
        "[x",
        "\u200e1",
        "PM 3",
    ]
    content = "".join(f"{line}\n" for line in lines).encode()
    starts = lines_of(content).starts
    left = _may_begin(Buffer(content), starts, np.arange(len(lines)))
    assert [lines[row] for row in left] == ["1.2.2024 jam 5", "1. 2. 2024", "[x", "\u200e1", "PM 3"]


@given(_PIECES, st.booleans())
def test_slices_are_the_text_between_places(pieces: list[tuple[str, str]], is_handed: bool) -> None:
    content = "".join(between + wanted for between, wanted in pieces).encode()
    sizes = np.array([[len(between.encode()), len(wanted.encode())] for between, wanted in pieces])
    bounds = np.cumsum(sizes.reshape(-1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(buffer, "_HANDED_BYTES", 0 if is_handed else 1 << 30)
        found = Buffer(content).slices(bounds[0::2], bounds[1::2])
    assert found.to_list() == [wanted for _, wanted in pieces]


@pytest.mark.parametrize(("starts", "ends"), [([0, 1], [2, 3]), ([2], [1]), ([0], [99]), ([-1], [2])])
def test_slices_out_of_order_are_refused(starts: list[int], ends: list[int]) -> None:
    with pytest.raises(ValueError, match="not in order"):
        Buffer(b"sepuluh by").slices(np.array(starts), np.array(ends))


@pytest.mark.parametrize(
    ("line", "widest", "n_alone"),
    [
        ("13/10/2022 16.25 - Ani: ya", "13/10/2022 16.25 - ", 0),
        ("[1/2/23, 3:04:05\u202fPM] Ani: ya", "[01/02/23, 03:04:05\u202fPM] ", 3),
        ("1.2.23, 3:04 nachm. - Ani: ya", "01.02.23, 03:04 nachm. - ", 3),
    ],
)
def test_headers_of_european_digits_are_read_as_words(line: str, widest: str, n_alone: int) -> None:
    layout = layout_of(line)
    assert layout is not None
    template = template_of([line], layout)
    assert template is not None
    plan = plan_of(template)
    assert plan is not None and plan.widths == (len(widest.encode()),) and len(plan.alone) == n_alone


def test_headers_of_other_digits_are_not() -> None:
    line = "\u0661/\u0662/\u0662\u0660\u0662\u0663, \u0663:\u0660\u0664 - Ani: ya"
    layout = layout_of(line)
    assert layout is not None
    template = template_of([line], layout)
    assert template is not None and plan_of(template) is None


_OPTIONS = st.lists(
    st.sampled_from(
        [
            "PILIHAN: Sabtu (3 suara)",
            "Opsi: Ahad (1 votes)",
            "OPSI: x (2 orang)",
            "Opsi: y (2 orang)",
            "",
            "Hadir",
            "A B: c (12 vote) ",
            "OPSI: (1 suara)",
            "X1: a (1 suara)",
            f"{'P' * 32}: a (1 suara)",
            "Kapan? (2 x)",
        ]
    ),
    max_size=5,
)


@given(st.sampled_from(["JAJAK PENDAPAT:", "Poll: kapan", "Rapat", "P2:", f"{'Q' * 31}: x"]), _OPTIONS)
def test_a_poll_is_what_one_expression_would_find(heading: str, options: list[str]) -> None:
    votes = "|".join(sorted(re.escape(line.wording) for line in wordings() if line.kind == "votes"))
    whole = "|".join(
        rf"^{word}{{0,30}}:[^\n]*\n(?s:.*?)(?m:^{word}{{0,30}}: [^\n]+ \(\d{{1,5}} {counted}\) *\n?){{2,}}\s*$"
        for word, counted in ((r"\p{Lu}[\p{Lu} ]", r"[^\d()\n]{1,20}"), (r"\p{L}[\p{L} ]", f"(?i:{votes})"))
    )
    texts = pl.DataFrame({"text": ["\n".join([heading, *options]), "\n".join([heading, *options, ""])]})
    found = texts.select(
        whole=pl.col("text").str.contains(whole),
        read=polls.is_poll(pl.col("text")),
        may_be=pl.col("text").str.contains(polls.SHAPE_END),
    )
    assert found["read"].to_list() == found["whole"].to_list()
    assert (found["may_be"] | ~found["whole"]).all()


def test_a_text_is_matched_by_its_most_literal_wording() -> None:
    listed = templates(("left", "added", "removed"))
    texts = pl.Series(["Ani left", "Ani added Budi", "Ani removed Budi", "Ani keluar", "halo"])
    found = match(texts, listed)
    for text, number in found.select("text", "template").iter_rows():
        fitting = [
            place
            for place, template in enumerate(listed)
            if pl.Series([text]).str.contains(f"^{template.body}$").item()
        ]
        assert number == min(fitting)
    assert "halo" not in found["text"]


_VALUES = (
    "Ani",
    "",
    "Budi.",
    "You",
    "a\u2019b",
    "x\ny",
    ' added "',
    "https://maps.google.com/?q=1,2 ",
    "+62 812",
    "..",
)


@settings(max_examples=50)
@given(st.data())
def test_a_wording_is_read_as_its_expression_would(data: st.DataObject) -> None:
    """Whatever stands in its placeholders, its own words among it, and whatever stands around it."""
    template = data.draw(st.sampled_from(_EVERY))
    values = st.sampled_from([*_VALUES, *template.literals])
    filled = template.literals[0] + "".join(
        data.draw(values) + data.draw(values) + literal for literal in template.literals[1:]
    )
    text = data.draw(st.sampled_from(["", "x"])) + filled + data.draw(st.sampled_from(["", ".", "..", "\n"]))
    whole = pl.col("text").str.extract_groups(f"^({template.body})$")
    groups = pl.DataFrame({"text": [text]}).select(whole).unnest("text").row(0, named=True)
    spans = template.spans(shape_of(text))
    assert (spans is not None) == (groups["1"] is not None)
    assert spans is None or all(groups[name] == text[slice(*span)] for name, span in spans.items())


@given(st.data())
def test_no_day_part_is_overlooked(data: st.DataObject) -> None:
    """Whatever its case, and whatever blanks and marks stand in it: all its wordings are asked for."""
    word = data.draw(st.sampled_from(sorted(day_parts())))
    case = data.draw(st.sampled_from([str.lower, str.upper, str.title, str]))
    signs = [sign for sign in case(word) if not sign.isspace()]
    gaps = data.draw(st.lists(st.sampled_from(["", " ", "\u202f", "\u200e"]), min_size=len(signs)))
    loose = "".join(sign + gap for sign, gap in zip(signs, gaps, strict=False))
    for line in (f"[1/2/23, 8:05:00 {loose}] Ani: a", f"1/2/23, {loose} 8:05 - Ani: a"):
        found = re.match(_any_header(False), line)
        assert found is not None
        asked = re.match(_any_header(False, False, words_in(line)), line)
        assert asked is not None and asked.groupdict() == found.groupdict()
