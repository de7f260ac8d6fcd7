"""Bytes of a chat -> valid UTF-8 bytes without NULs and byte order marks; every repair is counted.

UTF-8 is tried first, UTF-16 is seen by its zeros, CP1252 is the last resort. Whatever cannot be read is
U+FFFD afterwards: a file cut in the middle of a character loses that character, not its line.
"""

from __future__ import annotations

import codecs
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.errors import FileRefused
from tasks.parse.buffer import cut

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
_PROBE_BYTES = 65_536
#: Share of zeros above which a file is not text with a few stray ones.
_MAX_NUL_SHARE = 0.05
#: Among bytes beyond ASCII, the share of unreadable ones from which on the file was never UTF-8.
_CP1252_SHARE = 0.5
#: Piece of a file that is decoded at once while looking for damage.
_PIECE_BYTES = 1 << 18
_BOM = codecs.BOM_UTF8
_REPLACEMENT = "\ufffd".encode()
_NOTHING = b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"
_NON_ASCII = bytes(range(128, 256))


class Text(NamedTuple):
    """What was written, the encoding it was written in, and how many bytes had to be repaired or dropped."""

    content: bytes  # UTF-8, lines ended by LF, a CR before it or not, no zeros
    encoding: str
    n_replaced_bytes: int


class _Bytes(NamedTuple):
    utf8: bytes
    encoding: str
    n_replaced_bytes: int


def read_text(content: bytes) -> Text:
    """Read a chat, whatever wrote it, as UTF-8 whose lines end with LF, a CR before it or not.

    Raises:
        FileRefused: ``empty_file``, ``binary_file``, ``line_too_long``.
    """
    if not content[:_PROBE_BYTES].strip(_NOTHING) and not content.strip(_NOTHING):
        raise FileRefused("empty_file", n_bytes=len(content))
    if content.startswith(_BINARY_HEADS):
        raise FileRefused("binary_file", n_bytes=len(content))
    wide = _utf16(content)
    text = _from_utf16(content, wide) if wide else _from_bytes(content)
    if b"\n" not in text.utf8:
        text = text._replace(utf8=text.utf8.replace(b"\r", b"\n"))
    _refuse_long_lines(text.utf8)
    if _damaged(cut(text.utf8, np.array([0, len(text.utf8)]), is_text=False)):
        repaired = _repaired(text.utf8)
        text = repaired._replace(n_replaced_bytes=repaired.n_replaced_bytes + text.n_replaced_bytes)
    return Text(text.utf8, text.encoding, text.n_replaced_bytes)


def _utf16(content: bytes) -> str | None:
    """The UTF-16 codec when a mark or the place of the zeros says so."""
    if content.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if content.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    probe = content[:_PROBE_BYTES]
    if b"\x00" not in probe:
        return None
    high, low = probe[0::2].count(0), probe[1::2].count(0)
    if high + low <= len(probe) * _MAX_NUL_SHARE or max(high, low) < 9 * min(high, low):
        return None
    return "utf-16-le" if low > high else "utf-16-be"


def _from_utf16(content: bytes, codec: str) -> _Bytes:
    decoded = content.decode(codec, "replace")
    known = content.decode(codec, "ignore").count("\ufffd")
    n_replaced = decoded.count("\ufffd") - known + decoded.count("\x00")
    return _Bytes(decoded.replace("\x00", "").replace("\ufeff", "").encode(), codec, 2 * n_replaced)


def _from_bytes(content: bytes) -> _Bytes:
    """Take zeros and byte order marks out; whether the rest is UTF-8 is found out while it is read."""
    n_zero = content.count(0) if b"\x00" in content else 0
    if n_zero > len(content) * _MAX_NUL_SHARE:
        raise FileRefused("binary_file", n_bytes=len(content), n_zero_bytes=n_zero)
    if n_zero:
        content = content.translate(None, b"\x00")
    content = content.removeprefix(_BOM)
    if _BOM in content[:_PROBE_BYTES]:
        content = content.replace(_BOM, b"")
    return _Bytes(content, "utf-8", n_zero)


def _repaired(content: bytes) -> _Bytes:
    """UTF-8 with some damage keeps being UTF-8; bytes that never were are read as CP1252."""
    bounds = _bounds(content)
    repaired: dict[int, bytes] = {}
    bad, n_unreadable = bytearray(), 0
    for place in _damaged(cut(content, bounds, is_text=False)):
        piece = content[bounds[place] : bounds[place + 1]]
        decoded = piece.decode("utf-8", "replace")
        n_unreadable += decoded.count("\ufffd") - piece.count(_REPLACEMENT)
        bad += piece
        repaired[place] = decoded.encode()
    n_pieces = len(bounds) - 1
    cut_at_end = n_unreadable == 1 and repaired.get(n_pieces - 1, content).endswith(_REPLACEMENT)
    # Most often the bytes around the damage already say that the file is UTF-8.
    n_beyond_ascii = _beyond_ascii(bytes(bad))
    if not cut_at_end and n_unreadable >= n_beyond_ascii * _CP1252_SHARE:
        n_beyond_ascii = _beyond_ascii(content)
    if cut_at_end or n_unreadable < n_beyond_ascii * _CP1252_SHARE:
        whole = memoryview(content)
        pieces = (
            repaired.get(place) or whole[bounds[place] : bounds[place + 1]] for place in range(n_pieces)
        )
        return _Bytes(b"".join(pieces), "utf-8", n_unreadable)
    return _Bytes(content.decode("cp1252", "replace").encode(), "cp1252", n_beyond_ascii)


def _bounds(content: bytes) -> npt.NDArray[np.int64]:
    """Bounds of runs of whole lines that fit the processor's cache; no character reaches over a line's end."""
    bounds = [0]
    while bounds[-1] < len(content):
        bounds.append(content.find(b"\n", bounds[-1] + _PIECE_BYTES) + 1 or len(content))
    return np.array(bounds, np.int64)


def _damaged(pieces: pl.Series, first: int = 0) -> list[int]:
    """Places of the pieces that are no UTF-8: Polars looks at all ten times as fast as Python decodes them."""
    try:
        pieces.cast(pl.String)
    except pl.exceptions.ComputeError:
        half = len(pieces) // 2
        if not half:
            return [first]
        return _damaged(pieces[:half], first) + _damaged(pieces[half:], first + half)
    return []


def _beyond_ascii(content: bytes) -> int:
    return len(content) - len(content.translate(None, _NON_ASCII))


def _refuse_long_lines(utf8: bytes) -> None:
    """Leap from one line end to a later one; only a line beyond the limit stops the leaps."""
    start, end = 0, len(utf8)
    while end - start > MAX_LINE_BYTES:
        last = utf8.rfind(b"\n", start, start + MAX_LINE_BYTES)
        if last < 0:
            raise FileRefused("line_too_long", limit_bytes=MAX_LINE_BYTES)
        start = last + 1
