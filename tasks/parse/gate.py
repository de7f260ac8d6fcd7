"""Which lines may hold a phone's own words: told by their first and last bytes, before any expression is tried.

A gate lets too many pass, never too few: what passes is looked at by the expressions themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.parse.buffer import QUAD_BYTES, Bools, Buffer, Places, in_blocks

_MIX = np.uint32(0x9E3779B1)
_TABLE_BITS = 16
_PAIR_BYTES = 2

Quads = npt.NDArray[np.uint32]


class Edges(NamedTuple):
    """First lines of messages as places of the text.

    ``is_unsure``: lines that these places do not tell about: changed since, or more than one line.
    """

    buffer: Buffer
    at: Places
    ends: Places
    is_unsure: Bools


class _Side(NamedTuple):
    """What may stand at one side of a line: tables by its two outermost bytes, and by a hash of four."""

    pairs: Bools
    quads: Bools


class Gate(NamedTuple):
    """What a line may begin with, and what it may end with."""

    begin: _Side
    end: _Side


def gate_of(begins: Iterable[str], ends: Iterable[str]) -> Gate:
    """A gate for lines that begin or end with one of these texts."""
    first = [text.encode()[:QUAD_BYTES] for text in begins]
    last = [text.encode()[-QUAD_BYTES:] for text in ends]
    return Gate(_side(first, is_end=False), _side(last, is_end=True))


def _side(edges: list[bytes], *, is_end: bool) -> _Side:
    pairs = np.zeros((256, 256), np.bool_)  # the byte that is further out first
    quads = np.zeros(1 << _TABLE_BITS, np.bool_)
    for edge in edges:
        outward = edge[::-1] if is_end else edge
        if len(edge) == QUAD_BYTES:
            quads[_slots(np.array([int.from_bytes(edge, "little")], np.uint32))] = True
        elif len(edge) >= _PAIR_BYTES:
            pairs[outward[0], outward[1]] = True
        else:
            pairs[outward[0]] = True
    # Read as a number of two bytes, little-endian, the outer byte of a beginning is the lower one.
    return _Side((pairs if is_end else pairs.T).reshape(-1), quads)


def may_pass(edges: Edges, gate: Gate) -> Bools:
    """Lines that may begin or end with what the gate asks for, and all that are unsure."""
    may: Bools = edges.is_unsure.copy()
    n_within = int(np.searchsorted(edges.ends, edges.buffer.end))
    may[n_within:] = True

    def look(rows: slice) -> None:
        first = edges.buffer.quads(edges.at[rows])
        last = edges.buffer.quads(edges.ends[rows] - QUAD_BYTES)
        may[rows] |= gate.begin.pairs.take(first & np.uint32(0xFFFF)) | gate.begin.quads.take(_slots(first))
        may[rows] |= gate.end.pairs.take(last >> np.uint32(16)) | gate.end.quads.take(_slots(last))

    in_blocks(n_within, look)
    return may


def _slots(quads: Quads) -> Quads:
    return (quads * _MIX) >> np.uint32(32 - _TABLE_BITS)
