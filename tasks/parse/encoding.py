"""Bytes of a chat -> valid UTF-8 bytes without NULs and byte order marks; every repair is counted.

UTF-8 is tried first, UTF-16 is seen by its zeros, CP1252 is the last resort. Whatever cannot be read is
U+FFFD afterwards: a file cut in the middle of a character loses that character, not its line.
"""

from __future__ import annotations

import codecs
from typing import NamedTuple

from schemas.errors import FileRefused

#: No message of the app is longer than 65,536 characters; four bytes each and the header fit well within.
MAX_LINE_BYTES = 1 << 20
#: Heads of files that are certainly no chat.
_BINARY_HEADS = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"SQLite format 3",
    b"\x7fELF",
)
_PROBE_BYTES = 4096
#: Share of zeros above which a file is not text with a few stray ones.
_MAX_NUL_SHARE = 0.05
#: Among bytes beyond ASCII, the share of unreadable ones from which on the file was never UTF-8.
_CP1252_SHARE = 0.5
_BOM = codecs.BOM_UTF8
_REPLACEMENT = "\ufffd".encode()
_NON_ASCII = bytes(range(128, 256))


class Text(NamedTuple):
    """Valid UTF-8, the encoding it was written in, and how many bytes had to be repaired or dropped."""

    utf8: bytes
    encoding: str
    n_replaced_bytes: int


def read_text(content: bytes) -> Text:
    """Decode a chat's bytes, whatever wrote them.

    Raises:
        FileRefused: ``empty_file``, ``binary_file``, ``line_too_long``.
    """
    if not content.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise FileRefused("empty_file", n_bytes=len(content))
    if content.startswith(_BINARY_HEADS):
        raise FileRefused("binary_file", n_bytes=len(content))
    wide = _utf16(content)
    text = _from_utf16(content, wide) if wide else _from_bytes(content)
    utf8 = _newlines(text.utf8)
    _refuse_long_lines(utf8)
    return text._replace(utf8=utf8)


def _utf16(content: bytes) -> str | None:
    """The UTF-16 codec when a mark or the place of the zeros says so."""
    if content.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if content.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    probe = content[:_PROBE_BYTES]
    high, low = probe[0::2].count(0), probe[1::2].count(0)
    if high + low <= len(probe) * _MAX_NUL_SHARE or max(high, low) < 9 * min(high, low):
        return None
    return "utf-16-le" if low > high else "utf-16-be"


def _from_utf16(content: bytes, codec: str) -> Text:
    decoded = content.decode(codec, "replace")
    known = content.decode(codec, "ignore").count("\ufffd")
    replaced = decoded.count("\ufffd") - known
    n_zero = decoded.count("\x00")
    utf8 = decoded.replace("\x00", "").replace("\ufeff", "").encode()
    return Text(utf8, codec, 2 * (replaced + n_zero))


def _from_bytes(content: bytes) -> Text:
    n_zero = content.count(0)
    if n_zero > len(content) * _MAX_NUL_SHARE:
        raise FileRefused("binary_file", n_bytes=len(content), n_zero_bytes=n_zero)
    if n_zero:
        content = content.translate(None, b"\x00")
    if _BOM in content:
        content = content.replace(_BOM, b"")
    try:
        codecs.utf_8_decode(content, "strict", True)
    except UnicodeDecodeError:
        text = _repaired(content)
        return text._replace(n_replaced_bytes=text.n_replaced_bytes + n_zero)
    return Text(content, "utf-8", n_zero)


def _repaired(content: bytes) -> Text:
    """UTF-8 with some damage keeps being UTF-8; bytes that never were are read as CP1252."""
    decoded = content.decode("utf-8", "replace")
    repaired = decoded.encode()
    n_unreadable = decoded.count("\ufffd") - content.count(_REPLACEMENT)
    n_beyond_ascii = len(content) - len(content.translate(None, _NON_ASCII))
    cut_at_end = n_unreadable == 1 and decoded.endswith("\ufffd")
    if cut_at_end or n_unreadable < n_beyond_ascii * _CP1252_SHARE:
        return Text(repaired, "utf-8", n_unreadable)
    return Text(content.decode("cp1252", "replace").encode(), "cp1252", n_beyond_ascii)


def _newlines(utf8: bytes) -> bytes:
    """Lines end with LF; a file that only knows CR gets LF."""
    if b"\n" not in utf8 and b"\r" in utf8:
        return utf8.replace(b"\r", b"\n")
    return utf8


def _refuse_long_lines(utf8: bytes) -> None:
    """Leap from one line end to a later one; only a line beyond the limit stops the leaps."""
    start, end = 0, len(utf8)
    while end - start > MAX_LINE_BYTES:
        last = utf8.rfind(b"\n", start, start + MAX_LINE_BYTES)
        if last < 0:
            raise FileRefused("line_too_long", limit_bytes=MAX_LINE_BYTES)
        start = last + 1
