"""The bytes of a text as an array: spans of them read from many places, blocks of rows shared among threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

Places = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
_Result = TypeVar("_Result")

#: Rows worked on at once: their temporary arrays fit the processor's cache.
BLOCK_ROWS = 1 << 14
#: Bytes read from a place at once, as words; and of an edge of a line.
SPAN_BYTES, WORD_BYTES = 40, 8
QUAD_BYTES = 4
#: Readers look no further than this beyond the place they begin at.
REACH_BYTES = 512
#: A text shorter than this is copied, so that all of it can be read.
_COPIED_BYTES = 1 << 20
#: A text shorter than this is copied piece by piece.
_HANDED_BYTES = 1 << 20
_PIECE_BYTES = 1 << 21
_CR, _LF = b"\r\n"


class Buffer:
    """The bytes of a text, and how to read some from many places at once.

    Readers may begin at places before ``end``. That is the whole of a short text; a long one is not copied,
    and its last bytes are read by other means.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        is_short = len(content) < _COPIED_BYTES
        padded = content + b"\n" * REACH_BYTES if is_short else content
        self.bytes = np.frombuffer(padded, np.uint8)
        self._spans = np.ndarray((len(padded) - SPAN_BYTES + 1,), f"V{SPAN_BYTES}", padded, 0, (1,))
        self._quads = np.ndarray((len(padded) - QUAD_BYTES + 1,), "<u4", padded, 0, (1,))
        self.end = len(content) if is_short else len(content) - REACH_BYTES

    def tail(self, at: int) -> Buffer:
        """The bytes from a place near the end on, all of which can be read."""
        return Buffer(self._content[at:])

    def spans(self, at: Places) -> Words:
        """The ``SPAN_BYTES`` from each place on, as words of eight (little-endian): places x words.

        One long read costs as much as a short one: what costs is to get there.
        """
        return self._spans[at].view("<u8").reshape(len(at), SPAN_BYTES // WORD_BYTES)

    def quads(self, at: Places) -> npt.NDArray[np.uint32]:
        """The four bytes from each place on, as one number (little-endian)."""
        quads: npt.NDArray[np.uint32] = self._quads[at]
        return quads

    def slices(self, starts: Places, ends: Places) -> pl.Series:
        """The text from each start to its end, in order and apart from each other.

        Raises:
            ValueError: a slice ends before it starts, or starts before the one before it ends.
        """
        if not len(starts):
            return pl.Series([], dtype=pl.String)
        bounds = np.empty(2 * len(starts), np.int64)
        bounds[0::2], bounds[1::2] = starts, ends
        # Nothing but these bounds keeps the strings within the bytes.
        if bounds[0] < 0 or bounds[-1] > len(self._content) or (bounds[1:] < bounds[:-1]).any():
            raise ValueError("slices are not in order")
        return cut(self._content, bounds, is_text=True).gather_every(2)


def cut(content: bytes, bounds: Places, *, is_text: bool) -> pl.Series:
    """The pieces of some bytes between these bounds, as strings or binary.

    The bounds must rise and lie within; strings must be valid UTF-8: a long text is not copied, so that nothing
    looks at it again. To load what hands it on takes longer than to copy a short one.
    """
    if len(content) < _HANDED_BYTES:
        whole = pl.lit(pl.Series([content], dtype=pl.Binary)).first()
        places = pl.DataFrame({"at": bounds[:-1], "n_bytes": np.diff(bounds)})
        pieces = places.select(whole.bin.slice("at", "n_bytes").alias("piece")).to_series()
        return pieces.cast(pl.String) if is_text else pieces
    return handed(content, bounds, is_text=is_text)


def handed(content: bytes | npt.NDArray[np.uint8], bounds: Places, *, is_text: bool) -> pl.Series:
    """As :func:`cut`, the bytes never copied as a whole."""
    import pyarrow as pa

    kind = pa.large_string() if is_text else pa.large_binary()
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(content)]
    return pl.Series(_Handed(pa.Array.from_buffers(kind, len(bounds) - 1, buffers)))


class _Handed:
    """An Arrow array handed on as such: Polars knows pyarrow's own and would load much more of it for them."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        capsules: tuple[object, object] = self._array.__arrow_c_array__(requested_schema)
        return capsules


class Lines(NamedTuple):
    """Lines of a text by their places; those asked for are cut out."""

    buffer: Buffer
    starts: Places
    ends: Places

    @property
    def n(self) -> int:
        """How many."""
        return len(self.starts)

    def at(self, rows: Places) -> pl.Series:
        """Some lines, in order."""
        return self.buffer.slices(self.starts[rows], self.ends[rows])


def lines_of(content: bytes) -> Lines:
    """The lines of a text, ended by LF, a CR before it left out; the last one may have none."""
    buffer, every = Buffer(content), np.frombuffer(content, np.uint8)
    found = in_blocks(
        len(every), lambda piece: np.flatnonzero(every[piece] == _LF) + piece.start, _PIECE_BYTES
    )
    ends = np.concatenate(found)
    if content and not content.endswith(b"\n"):
        ends = np.append(ends, len(content))
    starts = np.zeros(len(ends), np.int64)
    starts[1:] = ends[:-1] + 1
    if b"\r" in content:
        ends -= (every[ends - 1] == _CR) & (ends > starts)
    return Lines(buffer, starts, ends)


def in_blocks(n_rows: int, work: Callable[[slice], _Result], n_block: int = BLOCK_ROWS) -> list[_Result]:
    """Do some work for every block of rows, as many at a time as Polars has threads; results in order."""
    blocks = [slice(at, min(at + n_block, n_rows)) for at in range(0, n_rows, n_block)] or [slice(0, 0)]
    if len(blocks) == 1 or pl.thread_pool_size() == 1:
        return [work(rows) for rows in blocks]
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        return list(pool.map(work, blocks))
