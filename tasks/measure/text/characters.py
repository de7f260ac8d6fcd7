"""The bytes of a column of texts, and their characters beyond ASCII: of those, each distinct one is looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.parse.buffer import handed

_CODE_POINTS = 0x110000
#: Lead bytes of characters of two, three and four bytes begin here.
_LEADS = (0xC0, 0xE0, 0xF0)


@dataclass(frozen=True, slots=True)
class Characters:
    """Texts one behind another as UTF-8.

    ``content``: the bytes. ``first``: where each text begins, and at last where they end. ``lead``: where
    characters beyond ASCII begin, and ``width``: how many bytes they have. ``signs``: the distinct ones, and
    ``sign``: which of them stands at ``lead``.
    """

    content: np.ndarray
    first: np.ndarray
    lead: np.ndarray
    width: np.ndarray
    signs: pl.Series
    sign: np.ndarray

    def texts_of(self, places: np.ndarray) -> np.ndarray:
        """Which texts hold the bytes at these places."""
        return np.searchsorted(self.first, places, side="right") - 1

    def texts_with(self, is_so: pl.Series | np.ndarray) -> np.ndarray:
        """Mask over texts: with one of these characters (a mask over ``signs``)."""
        found = np.zeros(len(self.first) - 1, dtype=bool)
        found[self.texts_of(self.lead[np.asarray(is_so, dtype=bool)[self.sign]])] = True
        return found

    def number_of(self, sign: str) -> np.ndarray:
        """By text how often a character beyond ASCII stands in it."""
        here = self.lead[(self.signs == sign).to_numpy()[self.sign]]
        return np.bincount(self.texts_of(here), minlength=len(self.first) - 1).astype(np.int64)

    def holds(self, marks: bytes) -> bool:
        """Whether one of these characters of ASCII stands anywhere."""
        content = self.content.data
        return any(re.search(re.escape(bytes([mark])), content) for mark in marks)

    def kinds(self, of_byte: bytes) -> np.ndarray:
        """By byte what a table of 256 says of it; may be written to."""
        return np.frombuffer(bytearray(self.content.tobytes().translate(of_byte)), np.uint8)

    def cut(self, start: np.ndarray, end: np.ndarray) -> pl.Series:
        """The pieces from each start to its end, in order and apart from each other."""
        bounds = np.empty(2 * len(start) + 1, dtype=np.int64)
        bounds[0:-1:2], bounds[1::2], bounds[-1] = start, end, len(self.content)
        return handed(self.content, bounds, is_text=True).gather_every(2)

    def from_each(self, start: np.ndarray) -> pl.Series:
        """The pieces from each of these places up to the next, and from the last to the end."""
        return handed(self.content, np.append(start, len(self.content)), is_text=True)


def characters(texts: pl.Series) -> Characters:
    """The characters of a column of texts; NULL is empty."""
    array = texts.fill_null("").to_arrow(compat_level=pl.CompatLevel.oldest())
    _, bounds, held = array.buffers()
    first = np.frombuffer(bounds, np.int64)[array.offset : array.offset + len(array) + 1]
    content = np.frombuffer(held or b"", np.uint8)[first[0] : first[-1]]
    lead = np.flatnonzero(content >= _LEADS[0])
    width = np.searchsorted(_LEADS, content[lead], side="right") + 1
    points = _points(content, lead, width)
    is_met = np.zeros(_CODE_POINTS, dtype=bool)
    is_met[points] = True
    met = np.flatnonzero(is_met)
    number = np.empty(_CODE_POINTS, dtype=np.int32)
    number[met] = np.arange(len(met))
    signs = pl.Series("sign", [chr(point) for point in met.tolist()], dtype=pl.String)
    return Characters(content, first - first[0], lead, width, signs, number[points])


def _points(content: np.ndarray, lead: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Code points of the characters that begin at these places."""
    points = content[lead].astype(np.int64) & (0x7F >> width)
    for place in range(1, 4):
        goes_on = np.flatnonzero(width > place)
        points[goes_on] = points[goes_on] << 6 | (content[lead[goes_on] + place] & 0x3F)
    return points
