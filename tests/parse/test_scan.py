"""Reading by bytes gives what the layouts' own expressions and a plain split give."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.parse.buffer import REACH_BYTES, Buffer, lines_of
from tasks.parse.headers import _by_groups
from tasks.parse.layout import Layout
from tasks.parse.names import read_names
from tasks.parse.scan import scan
from tasks.parse.whatsapp import Parsed, parse_export
from tasks.parse.written import template_of
from tests.parse.test_round_trip import layouts, render_header

LRM, NBSP = "\u200e", "\u00a0"
_MOMENTS = st.datetimes(dt.datetime.fromisoformat("2011-01-01"), dt.datetime.fromisoformat("2031-01-01"))
_NAMES = st.text(st.sampled_from("abcdefgh+62 é😊:\u2068~"), min_size=1, max_size=60)


def parse(text: str, order: str | None = None) -> Parsed:
    return parse_export(text.encode(), date_order=order)


@given(layouts(), st.lists(st.tuples(_MOMENTS, st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_bytes_and_expression_read_the_same_headers(
    chosen: tuple[Layout, str, str], lines: list[tuple[dt.datetime, bool, bool]]
) -> None:
    layout, order, language = chosen
    written = [
        (LRM if is_led else "")
        + render_header(at, layout, order, padded=False, blank=" ", language=language)
        + "Ani: ya"
        if is_header
        else f"{at.day}/{at.month} jam {at.hour}"
        for at, is_header, is_led in lines
    ]
    text = "\n".join(written) + "\n"
    series = pl.Series(written)
    template = template_of(written, layout)
    if template is None:
        assert not series.str.contains(layout.expression()).any()
        return
    _, starts, ends = lines_of(text.encode())
    found = scan(Buffer(text.encode()), starts, template)
    expected = _by_groups(series.gather(found.row), found.row, ends, layout)
    assert np.array_equal(found.author_at, expected.author_at)
    for name, numbers in expected.numbers.items():
        assert found.numbers[name].tolist() == numbers.tolist()
    if found.day_parts is not None and expected.day_parts is not None:
        spelled = [
            [parts.words[code] for code in parts.code] for parts in (found.day_parts, expected.day_parts)
        ]
        assert spelled[0] == spelled[1]


@given(
    st.lists(st.tuples(_NAMES, st.sampled_from([": ", ":", "", ": a: b", ":x: "])), min_size=1, max_size=40)
)
def test_names_are_what_stands_before_the_first_colon_and_blank(rows: list[tuple[str, str]]) -> None:
    lines = [name + rest for name, rest in rows]
    content = ("\n".join(lines) + "\n").encode()
    _, starts, ends = lines_of(content)
    named = read_names(Buffer(content), starts, ends)
    for line, code in zip(lines, named.code.tolist(), strict=True):
        first, is_there, _ = line.partition(": ")
        if code >= 0:
            assert is_there and named.names[code] == first
        else:  # left to the caller: no author, a colon before its end, or a long one
            assert not is_there or ":" in first or len(first.encode()) >= 40


def test_thousands_of_names_are_told_apart() -> None:
    names = [f"+62 812-{number:04}-{number * 7 % 9973:04}" for number in range(3_000)]
    lines = [f"13/10/2022 16.{row // 100 % 60:02} - {names[row % 3_000]}: ya" for row in range(6_000)]
    frame = parse("\n".join(lines)).frame
    assert frame["author"].to_list() == [
        "+" + "".join(sign for sign in names[row % 3_000] if sign.isdigit()) for row in range(6_000)
    ]


def _long_chat(ending: str) -> tuple[str, list[str]]:
    """More than a buffer copies; the last lines lie beyond its end."""
    texts = [f"pesan nomor {row} " + "ya " * (row % 40) + "selesai" for row in range(30_000)]
    start = dt.datetime.fromisoformat("2022-10-13T00:00")
    lines = [
        f"{start + dt.timedelta(minutes=row):%d/%m/%Y %H.%M} - {'Ani' if row % 3 else 'Budi Santoso'}: {text}"
        for row, text in enumerate(texts)
    ]
    return ending.join(lines) + ending, texts


def test_the_end_of_a_long_file_is_read_like_the_rest() -> None:
    for ending in ("\n", "\r\n"):
        text, texts = _long_chat(ending)
        assert Buffer(text.encode()).end == len(text.encode()) - REACH_BYTES
        parsed = parse(text)
        assert parsed.frame["text"].to_list() == texts
        assert parsed.frame["author"].to_list() == [
            "Ani" if row % 3 else "Budi Santoso" for row in range(30_000)
        ]
        first = dt.datetime.fromisoformat("2022-10-13T00:00")
        assert parsed.frame["local_at"].to_list() == [
            first + dt.timedelta(minutes=row) for row in range(30_000)
        ]
        assert parsed.meta.confidence == 1.0


def test_line_ends_of_both_kinds_in_one_file() -> None:
    text = (
        "13/10/2022 16.25 - Ani: satu\r\n13/10/2022 16.26 - Budi: dua\ntiga\r\n13/10/2022 16.27 - Ani: empat"
    )
    parsed = parse(text)
    assert parsed.frame["text"].to_list() == ["satu", "dua\ntiga", "empat"]
    assert parsed.frame["author"].to_list() == ["Ani", "Budi", "Ani"]
    assert (parsed.meta.n_lines, parsed.meta.n_continuation_lines) == (4, 1)


def test_headers_written_in_several_ways_keep_their_order() -> None:
    """German day parts of five lengths; every tenth header has a mark and a no-break blank of its own."""
    lines, expected = [], []
    parts = [("nachts", 1), ("morgens", 7), ("vorm.", 10), ("mittags", 12), ("nachm.", 3), ("abends", 8)]
    for row in range(1_200):
        part, hour = parts[row % 6]
        blank = NBSP if row % 10 == 0 else " "
        mark = LRM if row % 10 == 0 else ""
        lines.append(
            f"{mark}{row // 60 % 28 + 1:02}.11.18, {hour}:{row % 60:02}{blank}{part} - Ani{row}: kata {row}"
        )
        expected.append((hour + 12 if part in ("nachm.", "abends") else hour, row % 60))
    frame = parse("\n".join(lines), "dmy").frame
    assert frame["text"].to_list() == [f"kata {row}" for row in range(1_200)]
    assert frame["author"].to_list() == [f"Ani{row}" for row in range(1_200)]
    assert [(at.hour, at.minute) for at in frame["local_at"]] == expected


def test_long_names_and_colons_without_a_blank() -> None:
    long_name = "Ustadzah Hajjah Siti Nurhaliza binti Abdurrahman Al-Kamaliyah"
    text = (
        f"13/10/2022 16.25 - {long_name}: satu\n13/10/2022 16.26 - a:b c: dua\n13/10/2022 16.26 - Ani: tiga\n"
    )
    frame = parse(text).frame
    assert frame["author"].to_list() == [long_name, "a:b c", "Ani"]
    assert frame["text"].to_list() == ["satu", "dua", "tiga"]
