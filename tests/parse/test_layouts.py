"""Every header shape that is known from the wild, one line each: what was written, what it means."""

from __future__ import annotations

import datetime as dt

import pytest

from tasks.parse.layout import layout_of
from tasks.parse.whatsapp import Parsed, parse_export

NNBSP, NBSP, LRM, RLM = "\u202f", "\u00a0", "\u200e", "\u200f"


def parse(text: str, order: str | None = None) -> Parsed:
    return parse_export(text.encode(), date_order=order)


# header | configured order | local time | platform | clock | order
SHAPES = [
    ("12/07/2017, 22:35 - ", "dmy", "2017-07-12T22:35:00", "android", "24h", "dmy"),
    ("07/12/17 22:35 - ", "mdy", "2017-07-12T22:35:00", "android", "24h", "mdy"),
    ("02.04.26, 13:00 - ", "dmy", "2026-04-02T13:00:00", "android", "24h", "dmy"),
    ("02-04-2026 13:00 - ", "dmy", "2026-04-02T13:00:00", "android", "24h", "dmy"),
    ("2020-09-22, 7:11 a.m. - ", None, "2020-09-22T07:11:00", "android", "12h", "ymd"),
    ("2023/12/20, 5:46 pm - ", None, "2023-12-20T17:46:00", "android", "12h", "ymd"),
    (f"2/2/23, 2:51{NNBSP}AM - ", None, "2023-02-02T02:51:00", "android", "12h", "dmy"),
    (f"3/6/2018 1:55 p.{NBSP}m. - ", "dmy", "2018-06-03T13:55:00", "android", "12h", "dmy"),
    ("01/30/2019, 08:49 p. m. - ", None, "2019-01-30T20:49:00", "android", "12h", "mdy"),
    ("13.6.2018 klo 21.25.15 - ", None, "2018-06-13T21:25:15", "android", "24h", "dmy"),
    ("12/07/2017 à 22:35 - ", "dmy", "2017-07-12T22:35:00", "android", "24h", "dmy"),
    ("12/07/2017, 22:35 – ", "dmy", "2017-07-12T22:35:00", "android", "24h", "dmy"),
    ("12/07/2017 , 22:35 - ", "dmy", "2017-07-12T22:35:00", "android", "24h", "dmy"),
    ("30.11.18, 10:57 vorm. - ", None, "2018-11-30T10:57:00", "android", "12h", "dmy"),
    ("30.11.18, 7:05 morgens - ", None, "2018-11-30T07:05:00", "android", "12h", "dmy"),
    ("30.11.18, 12:05 mittags - ", None, "2018-11-30T12:05:00", "android", "12h", "dmy"),
    ("30.11.18, 3:05 nachm. - ", None, "2018-11-30T15:05:00", "android", "12h", "dmy"),
    ("30.11.18, 8:05 abends - ", None, "2018-11-30T20:05:00", "android", "12h", "dmy"),
    ("30.11.18, 1:05 nachts - ", None, "2018-11-30T01:05:00", "android", "12h", "dmy"),
    ("[20.09.17, 16:54:32] ", None, "2017-09-20T16:54:32", "ios", "24h", "dmy"),
    ("[2019/11/21, 13:58:48] ", None, "2019-11-21T13:58:48", "ios", "24h", "ymd"),
    ("[5.05.2017 18:01:12] ", None, "2017-05-05T18:01:12", "ios", "24h", "dmy"),
    ("[25/09/20 10:27:18 a.m.] ", None, "2020-09-25T10:27:18", "ios", "12h", "dmy"),
    (f"{LRM}[3/6/18 1:55:00 p. m.] ", "dmy", "2018-06-03T13:55:00", "ios", "12h", "dmy"),
    (f"[13/11/2025, 12:25:55{NNBSP}PM] ", None, "2025-11-13T12:25:55", "ios", "12h", "dmy"),
    ("[16.29, 19/07/2026] ", None, "2026-07-19T16:29:00", "ios", "24h", "dmy"),
    ("13/10/2022 16.25 - ", None, "2022-10-13T16:25:00", "android", "24h", "dmy"),
    ("19/07/26 16.29 - ", None, "2026-07-19T16:29:00", "android", "24h", "dmy"),
    ("12/11/24, 7:19 pm - ", "dmy", "2024-11-12T19:19:00", "android", "12h", "dmy"),
    ("[28/04/26, 16.31.34] ", None, "2026-04-28T16:31:34", "ios", "24h", "dmy"),
    ("[8/16/26, 2:10:50 PM] ", None, "2026-08-16T14:10:50", "ios", "12h", "mdy"),
    ("2026/4/2 下午1:00 - ", None, "2026-04-02T13:00:00", "android", "12h", "ymd"),
    ("2026. 4. 2. 오후 1:00 - ", None, "2026-04-02T13:00:00", "android", "12h", "ymd"),
    (f"{RLM}٢/٤/٢٠٢٦ ١:٠٠ م - ", "dmy", "2026-04-02T13:00:00", "android", "12h", "dmy"),
    (f"{RLM}٢٠{RLM}/٤{RLM}/٢٠٢٦، ١:٠٠ ص - ", None, "2026-04-20T01:00:00", "android", "12h", "dmy"),
    ("20/4/2566 13:00 - ", None, "2023-04-20T13:00:00", "android", "24h", "dmy"),
    ("20/4/66 13:00 - ", None, "2023-04-20T13:00:00", "android", "24h", "dmy"),
    ("15/02/2018 16:52:04: ", None, "2018-02-15T16:52:04", "ios", "24h", "dmy"),
    ("15.04.2015 - 16:00:27; ", None, "2015-04-15T16:00:27", "android", "24h", "dmy"),
    ("13. 6. 2018. 21:25:15 ", None, "2018-06-13T21:25:15", "ios", "24h", "dmy"),
]


@pytest.mark.parametrize(("header", "configured", "at", "platform", "clock", "order"), SHAPES)
def test_every_known_header_shape(
    header: str, configured: str | None, at: str, platform: str, clock: str, order: str
) -> None:
    parsed = parse(f"{header}Ani: halo\nlagi\n{header}Budi: ya: sip\n", configured)
    meta, frame = parsed.meta, parsed.frame
    assert frame["local_at"].to_list() == [dt.datetime.fromisoformat(at)] * 2
    assert frame["author"].to_list() == ["Ani", "Budi"]
    assert frame["text"].to_list() == ["halo\nlagi", "ya: sip"]
    assert (meta.platform, meta.clock, meta.date_order) == (platform, clock, order)
    assert (meta.n_lines, meta.n_messages, meta.n_events) == (3, 2, 0)
    assert (meta.n_continuation_lines, meta.n_rejected_lines, meta.confidence) == (1, 0, 1.0)


@pytest.mark.parametrize("shape", SHAPES, ids=[shape[0] for shape in SHAPES])
def test_a_header_of_another_layout_stays_in_the_body(shape: tuple[str, ...]) -> None:
    """The quoting phone writes seconds in brackets with a word no other shape has."""
    quoted = f"{shape[0]}Orang: kutipan"
    parsed = parse(
        f"[1.31.2026 um 05.06.07] Ani: lihat\n{quoted}\n{quoted}\n[1.31.2026 um 05.06.08] Budi: oh\n"
    )
    assert parsed.frame["author"].to_list() == ["Ani", "Budi"]
    assert parsed.frame["n_text_lines"].to_list() == [3, 1]
    assert parsed.meta.confidence == 0.5


@pytest.mark.parametrize(
    "line",
    [
        "halo",
        "",
        "1/2/2024",
        "[12.30]",
        "12:30 ya",
        "1. 2. 3. satu",
        "08123456789",
        "10/12 hadir - Ani: x",
        "[x] y: z",
    ],
)
def test_what_is_no_header(line: str) -> None:
    assert layout_of(line) is None


def test_lines_before_the_first_header_are_rejected_and_counted() -> None:
    meta = parse("sisa pesan\nlagi\n13/10/2022 16.25 - Ani: halo\n").meta
    assert (meta.n_rejected_lines, meta.n_messages, meta.n_lines) == (2, 1, 3)


def test_an_impossible_date_is_no_header() -> None:
    lines = "".join(f"13/10/2022 16.{minute:02} - Ani: halo\n" for minute in range(60))
    parsed = parse(f"{lines}32/13/2022 16.25 - Budi: tidak\n31/02/2022 16.25 - Budi: tidak\n")
    assert parsed.frame["author"].unique().to_list() == ["Ani"]
    assert parsed.meta.n_continuation_lines == 2


def test_variable_widths_in_one_file() -> None:
    parsed = parse("9/1/23, 9:05 AM - Ani: a\n10/1/23, 10:05 AM - Ani: b\n31/1/23, 12:05 PM - Ani: c\n")
    assert [at.isoformat() for at in parsed.frame["local_at"]] == [
        "2023-01-09T09:05:00",
        "2023-01-10T10:05:00",
        "2023-01-31T12:05:00",
    ]


def test_a_direction_mark_on_some_lines_only() -> None:
    parsed = parse(f"[28/04/26, 16.31.34] Ani: a\n{LRM}[28/04/26, 16.31.35] {LRM}Ani: b\n")
    assert parsed.frame["author"].to_list() == ["Ani", "Ani"]
