"""Files and archives as they are handed in, friendly and hostile."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import stat
import struct
import warnings
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import FileRefused
from tasks.land.containers import date_in_name, open_chats

CHAT = b"13/10/2022 16.25 - Ani: halo\n"
OTHER = b"14/10/2022 16.25 - Budi: halo\n"


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in entries:
            file.writestr(name, content)
    return out.getvalue()


def refused(content: bytes, name: str = "x.zip", **limits: int) -> str:
    with pytest.raises(FileRefused) as caught:
        open_chats(content, name, **limits)
    return caught.value.reason


def test_a_text_file() -> None:
    (chat,) = open_chats(CHAT, "WhatsApp Chat with X 2024-03-31.txt")
    assert chat.text == CHAT and chat.n_bytes == len(CHAT)
    assert chat.file_id == hashlib.sha256(CHAT).hexdigest()[:12]
    assert chat.stated_date == dt.date(2024, 3, 31)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Chat WhatsApp dengan Kamaliyah.txt", None),
        ("chat_20240331.txt", dt.date(2024, 3, 31)),
        ("Angkatan 2019-2023 2024.03.31.txt", dt.date(2024, 3, 31)),
        ("2024-13-31.txt", None),
        ("+6281234567890.txt", None),
        ("2023-01-01/chat.txt", None),
    ],
)
def test_the_date_a_name_states(name: str, day: dt.date | None) -> None:
    assert date_in_name(name) == day


def test_a_renamed_or_zipped_file_is_the_same_file() -> None:
    ids = {
        open_chats(content, "x")[0].file_id
        for content in (
            CHAT,
            archive(("_chat.txt", CHAT)),
            archive(("a/b.txt", CHAT), method=zipfile.ZIP_STORED),
        )
    }
    assert len(ids) == 1


def test_media_and_litter_are_ignored() -> None:
    content = archive(
        ("IMG-20221013-WA0001.jpg", b"\xff\xd8\xff" * 100),
        ("__MACOSX/._WhatsApp Chat with X.txt", b"\x00\x05\x16\x07" + CHAT),
        (".DS_Store", CHAT),
        ("WhatsApp Chat with X.txt", CHAT),
        ("catatan.txt", b"bukan chat"),
        ("Budi.vcf", b"BEGIN:VCARD"),
    )
    assert [chat.text for chat in open_chats(content, "x.zip")] == [CHAT]


def test_a_chat_attached_to_a_chat_is_not_a_second_export() -> None:
    main = b"13/10/2022 16.25 - Ani: WhatsApp Chat with Y.txt (file terlampir)\n"
    content = archive(("WhatsApp Chat with X.txt", main), ("WhatsApp Chat with Y.txt", OTHER))
    assert [chat.text for chat in open_chats(content, "x.zip")] == [main]


@pytest.mark.parametrize("codec", ["utf-8", "cp437", "cp850", "cp1252"])
def test_an_attached_chat_is_known_by_its_name_in_any_encoding(codec: str) -> None:
    """Neither archive says in which encoding its names are."""
    name, holder = "WhatsApp Chat with Café.txt", "x" * len("WhatsApp Chat with Café".encode(codec)) + ".txt"
    main = f"13/10/2022 16.25 - Ani: {name} (file terlampir)\n".encode()
    packed = archive((holder, OTHER), ("WhatsApp Chat with Kamaliyah.txt", main))
    written = packed.replace(holder.encode(), name.encode(codec))
    assert [chat.text for chat in open_chats(written, "x.zip")] == [main]


def test_chats_of_one_name_are_taken_and_of_two_names_are_refused() -> None:
    months = archive(("WhatsApp Chat with A.txt", CHAT), ("Chat WhatsApp dengan A (1).txt", OTHER))
    assert len(open_chats(months, "x.zip")) == 2
    phones = archive(("WhatsApp Chat - A/_chat.txt", CHAT), ("WhatsApp-Chat mit A.txt", OTHER))
    assert len(open_chats(phones, "x.zip")) == 2
    assert refused(archive(("WhatsApp Chat with A.txt", CHAT), ("WhatsApp Chat with B.txt", OTHER))) == (
        "several_chats_in_zip"
    )


def test_several_chats() -> None:
    content = archive(("a/_chat.txt", CHAT), ("b/_chat.txt", OTHER))
    assert [chat.text for chat in open_chats(content, "x.zip")] == [CHAT, OTHER]


def test_a_chat_found_by_its_content() -> None:
    assert open_chats(archive(("grup", CHAT)), "x.zip")[0].text == CHAT


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_a_chat_in_another_encoding_is_found(encoding: str) -> None:
    text = CHAT.decode().encode(encoding)
    assert open_chats(archive(("x.txt", text)), "x.zip")[0].text == text


def test_names_in_any_encoding() -> None:
    content = bytearray(archive(("AAAA.txt", CHAT)))
    patched = bytes(content).replace(b"AAAA", b"\xff\xfe\x81\x8d")
    assert open_chats(patched, "x.zip")[0].text == CHAT


def test_the_date_of_an_entry() -> None:
    dated = zipfile.ZipInfo("_chat.txt", (2024, 3, 31, 12, 0, 0))
    unset = zipfile.ZipInfo("_chat.txt", (1980, 1, 1, 0, 0, 0))
    assert open_chats(archive((dated, CHAT)), "x.zip")[0].stated_date == dt.date(2024, 3, 31)
    assert open_chats(archive((unset, CHAT)), "x.zip")[0].stated_date is None
    assert open_chats(archive((dated, CHAT)), "x 2024-04-05.zip")[0].stated_date == dt.date(2024, 4, 5)


def test_broken_archives() -> None:
    whole = archive(("_chat.txt", CHAT * 1000))
    assert refused(whole[: len(whole) // 2]) == "broken_zip"
    assert refused(b"PK\x03\x04" + bytes(100)) == "broken_zip"
    body = bytearray(whole)
    body[60:90] = bytes(30)
    assert refused(bytes(body)) == "broken_zip"


def test_an_encrypted_archive() -> None:
    content = bytearray(archive(("_chat.txt", CHAT)))
    content[6] |= 1
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 8] |= 1
    assert refused(bytes(content)) == "encrypted_zip"


def test_a_nested_archive() -> None:
    assert refused(archive(("inner.zip", archive(("_chat.txt", CHAT))))) == "nested_zip"


def test_no_chat() -> None:
    assert refused(archive(("a.jpg", b"\xff\xd8"))) == "no_chat_in_zip"
    assert refused(archive(("a.txt", b"catatan\n"))) == "no_chat_in_zip"
    assert refused(archive()) == "no_chat_in_zip"


@pytest.mark.parametrize(
    "name", ["../_chat.txt", "/etc/_chat.txt", "a/../../_chat.txt", "C:\\_chat.txt", "..\\_chat.txt"]
)
def test_names_that_point_elsewhere(name: str) -> None:
    assert refused(archive((zipfile.ZipInfo(name), CHAT))) == "unsafe_zip"


def test_a_symbolic_link() -> None:
    link = zipfile.ZipInfo("_chat.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refused(archive((link, b"/etc/passwd"))) == "unsafe_zip"


def test_a_bomb_is_stopped_by_what_comes_out_not_by_what_it_states() -> None:
    content = bytearray(archive(("_chat.txt", CHAT + b"a" * 20_000_000)))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 100)
    assert refused(archive(("_chat.txt", CHAT + b"a" * 20_000_000)), max_bytes=1_000_000) == "zip_bomb"
    assert refused(bytes(content), max_bytes=1_000_000) in ("zip_bomb", "broken_zip")


def test_many_small_bombs_share_one_budget() -> None:
    entries = [(f"{number}/_chat.txt", CHAT + bytes([97 + number]) * 400_000) for number in range(5)]
    content = archive(*entries)
    assert refused(content, max_bytes=1_000_000) == "zip_bomb"


def test_an_empty_file_and_a_large_one() -> None:
    assert refused(b"", "x.txt") == "empty_file"
    assert refused(archive(("_chat.txt", b"")), "x.zip") == "empty_file"
    assert refused(CHAT, "x.txt", max_bytes=10) == "too_large"


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_any_damage_gives_chats_or_a_refusal(method: int) -> None:
    """Single bytes of an archive, each changed in turn: none may end in another error."""
    whole = archive(("_chat.txt", CHAT * 3), ("a.vcf", b"BEGIN:VCARD"), method=method)
    outcomes = set()
    for place in range(len(whole)):
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            outcomes.add(len(open_chats(damaged, "x.zip", max_bytes=1 << 20, with_cards=True)))
        except FileRefused as error:
            outcomes.add(error.reason)
    assert outcomes <= {
        1, "broken_zip", "encrypted_zip", "unsafe_zip", "no_chat_in_zip", "nested_zip", "empty_file", "zip_bomb",
    }  # fmt: skip


EXAMPLES = 1_000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 40


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(min_size=1, max_size=20).filter(lambda name: name.split("\0")[0]),
            st.sampled_from([CHAT, OTHER, b"", b"x", b"PK\x03\x04"]),
        )
    ),
    st.binary(max_size=8),
    st.integers(0, 4_000),
)
def test_any_archive_gives_chats_or_a_refusal(
    entries: list[tuple[str, bytes]], noise: bytes, place: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two entries of one name
        content = archive(*entries)
    content = content[:place] + noise + content[place + len(noise) :]
    try:
        chats = open_chats(content, "x.zip", max_bytes=1 << 20, with_cards=True)
    except FileRefused:
        return
    assert chats and all(chat.text for chat in chats)
