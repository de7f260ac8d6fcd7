"""Encodings, damage and accounting: a repaired and counted result, or a typed refusal."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import FileRefused
from schemas.frames import PARSED
from tasks.parse.whatsapp import Parsed, parse_export

EXAMPLES = 1_000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 60
LINE = "13/10/2022 16.25 - Ani: halo kawan, apa kabar?\n"


def refused(content: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        parse_export(content)
    return caught.value.reason


def adds_up(parsed: Parsed, content: bytes) -> bool:
    meta, frame = parsed.meta, parsed.frame
    assert frame.schema == PARSED.polars_schema
    assert meta.n_lines == meta.n_messages + meta.n_events + meta.n_continuation_lines + meta.n_rejected_lines
    assert len(frame) == meta.n_messages + meta.n_events
    assert frame["n_text_lines"].sum() + meta.n_rejected_lines == meta.n_lines
    assert (frame["author"].is_null() == frame["event"].is_not_null()).all()
    assert (frame["author"].is_not_null() == frame["kind"].is_not_null()).all()
    return meta.n_bytes == len(content)


@pytest.mark.parametrize(
    ("content", "n_lines"),
    [
        (LINE.encode(), 1),
        (LINE.rstrip("\n").encode(), 1),
        (LINE.encode() + b"\n", 2),
        (LINE.encode() + b"\n\n", 3),
        (LINE.encode() + b"lagi", 2),
        (LINE.replace("\n", "\r\n").encode() * 2, 2),
        (LINE.replace("\n", "\r").encode() * 2, 2),
        (b"\n" + LINE.encode(), 2),
    ],
)
def test_lines_are_counted_by_their_end(content: bytes, n_lines: int) -> None:
    parsed = parse_export(content)
    assert parsed.meta.n_lines == n_lines and adds_up(parsed, content)
    assert set(parsed.frame["text"]) <= {"halo kawan, apa kabar?", "halo kawan, apa kabar?\nlagi"}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(codec: str) -> None:
    content = (LINE + LINE.replace("halo", "café")).encode(codec)
    parsed = parse_export(content)
    assert parsed.frame["text"].to_list() == ["halo kawan, apa kabar?", "café kawan, apa kabar?"]
    assert adds_up(parsed, content)
    assert parsed.meta.encoding == {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(codec, codec)
    assert parsed.meta.n_replaced_bytes == (1 if codec == "cp1252" else 0)


def test_utf16_be_with_a_mark() -> None:
    content = b"\xfe\xff" + LINE.encode("utf-16-be")
    assert parse_export(content).meta.encoding == "utf-16-be"


def test_a_mark_on_every_line() -> None:
    content = ("\ufeff" + LINE).encode() * 3
    parsed = parse_export(content)
    assert parsed.meta.n_messages == 3 and adds_up(parsed, content)


def test_a_file_cut_in_the_middle_of_a_character() -> None:
    content = (LINE + LINE.replace("kabar?", "kabar 😊")).encode()[:-3]
    parsed = parse_export(content)
    assert parsed.frame["text"][1] == "halo kawan, apa kabar \ufffd"
    assert (parsed.meta.encoding, parsed.meta.n_replaced_bytes) == ("utf-8", 1)


def test_a_damaged_byte_does_not_change_the_rest() -> None:
    content = (LINE.replace("halo", "😊 é ü") * 10).encode() + b"13/10/2022 16.25 - Budi: \xff\n"
    parsed = parse_export(content)
    assert parsed.frame["text"][0] == "😊 é ü kawan, apa kabar?"
    assert parsed.frame["text"][-1] == "\ufffd"
    assert (parsed.meta.encoding, parsed.meta.n_replaced_bytes) == ("utf-8", 1)


def test_zeros_are_dropped_and_counted() -> None:
    content = LINE.replace("halo", "ha\0lo").encode() * 2
    parsed = parse_export(content)
    assert parsed.frame["text"][0] == "halo kawan, apa kabar?"
    assert parsed.meta.n_replaced_bytes == 2


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"\x00" * 5000, b"  \r\n"])
def test_empty_files(content: bytes) -> None:
    assert refused(content) == "empty_file"


@pytest.mark.parametrize("content", [b"halo\n", b"nama,no hp\nAni,08123\n", b"{}", "١٢٣".encode()])
def test_what_is_no_export(content: bytes) -> None:
    assert refused(content) == "not_an_export"


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04abc", b"%PDF-1.7", b"\x89PNG\r\n", bytes(range(256)) * 20 + bytes(5000)]
)
def test_other_kinds_of_files(content: bytes) -> None:
    assert refused(content) == "binary_file"


def test_a_line_of_a_hundred_megabytes_is_refused_at_once() -> None:
    content = LINE.encode() + b"13/10/2022 16.25 - Ani: " + b"a" * 100_000_000
    start = time.perf_counter()
    assert refused(content) == "line_too_long"
    assert time.perf_counter() - start < 2


def test_a_message_of_the_longest_kind_is_read() -> None:
    parsed = parse_export(LINE.encode() + b"13/10/2022 16.25 - Ani: " + b"a" * 262_144)
    assert len(parsed.frame["text"][1]) == 262_144


def test_refusals_hold_no_value_of_the_file() -> None:
    with pytest.raises(FileRefused) as caught:
        parse_export(b"01/02/2024, 10:00 - RahasiaNama: RahasiaTeks\n")
    assert "Rahasia" not in str(caught.value)


PIECES = st.sampled_from(
    [
        LINE.encode(),
        "[13/10/22, 16.25.01] Ani: \u200egambar tidak disertakan\n".encode(),
        b"99/99/9999 99.99 - a: b\n",
        b"13/10/2022 16.25 - ",
        b"Ani keluar\n",
        b"x: y",
        b": ",
        b'"',
        b"\n",
        b"\r\n",
        b"\x00",
        b"\xff",
        b"\xf0\x9f",
        b"\xe2\x80\x8e",
    ]
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=12).map(b"".join)))
def test_any_bytes_give_a_result_or_a_refusal(content: bytes) -> None:
    try:
        parsed = parse_export(content, date_order="dmy")
    except FileRefused:
        return
    assert adds_up(parsed, content)
