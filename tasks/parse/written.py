"""How a phone writes its headers: one taken apart into constant bytes, numbers and a day part."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.parse.buffer import SPAN_BYTES, Places
from tasks.parse.layout import DIGITS, HEAD_SIGNS, Layout, words_in

Numbers = dict[str, npt.NDArray[np.int16]]

#: Direction marks that a line or an author may begin with.
LEADING = "\u200e\u200f\ufeff"
#: A header longer than this is read by the layout's expression.
_MAX_BYTES = 256
_MAX_WORDS = 64
_ANY_DIGIT = {ord(span[0]) + n: span[0] for span in DIGITS.values() for n in range(10)}


class Number(NamedTuple):
    """A number of ``least`` to ``most`` digits: one to two, two, or four."""

    name: str
    least: int
    most: int


#: Bytes that never change, numbers, and where a day part stands (None).
Parts = tuple[bytes | Number | None, ...]


class Template(NamedTuple):
    """A header up to the author: bytes that never change, numbers, and where a day part stands (None)."""

    parts: Parts
    words: tuple[str, ...]  # its wordings, the longest first
    digits: str
    may_be_led: bool  # by a direction mark


class DayParts(NamedTuple):
    """The wordings of a file's day parts, and which of them each header has."""

    words: list[str]
    code: npt.NDArray[np.intp]


class Scanned(NamedTuple):
    """Lines that are headers: which, where their author begins, and their numbers."""

    row: npt.NDArray[np.int64]
    author_at: Places  # a place of the text, in bytes
    numbers: Numbers
    day_parts: DayParts | None


def template_of(lines: Iterable[str], layout: Layout) -> Template | None:
    """The most frequent way in which these lines write a header of this layout.

    A number that has two digits in all of them is taken to be written with two.
    """
    lines = list(lines)
    has_words = layout.day_part != "none"
    spoken = words_in("\n".join(line[:HEAD_SIGNS] for line in lines)) if has_words else None
    pattern = re.compile(layout.expression(spoken))
    heads: Counter[str] = Counter()
    matches: dict[str, re.Match[str]] = {}
    for line in lines:
        match = pattern.match(line.lstrip(LEADING) if layout.frame == "bracket" else line)
        if match is not None:  # headers that differ in their digits alone are taken apart once
            head = match[0].translate(_ANY_DIGIT)
            heads[head] += 1
            matches.setdefault(head, match)
    counts: Counter[Parts] = Counter()
    words: dict[Parts, set[str]] = {}
    short: dict[Parts, set[str]] = {}
    for head, n_times in heads.items():
        parts, word, one_digit = _taken_apart(matches[head], layout)
        counts[parts] += n_times
        words.setdefault(parts, set()).update({word} if word else ())
        short.setdefault(parts, set()).update(one_digit)
    if not counts:
        return None
    parts = counts.most_common(1)[0][0]
    spelled = tuple(sorted(words[parts], key=lambda word: (-len(word.encode()), word)))
    length = sum(len(part) if isinstance(part, bytes) else 16 for part in parts)
    longest = max((len(word.encode()) for word in spelled), default=0)
    if length + longest > _MAX_BYTES or longest > SPAN_BYTES or len(spelled) > _MAX_WORDS:
        return None
    padded = tuple(
        part._replace(least=part.most) if isinstance(part, Number) and part.name not in short[parts] else part
        for part in parts
    )
    return Template(padded, spelled, layout.digits, layout.frame == "bracket")


def _taken_apart(match: re.Match[str], layout: Layout) -> tuple[Parts, str | None, list[str]]:
    """A header's parts, the wording of its day part, and the numbers that have one digit where two may be."""
    head = match.string
    spans = {name: match.span(number + 1) for number, name in enumerate(layout.groups())}
    year = "a" if layout.year_place == "first" else "c"
    at, parts, word, one_digit = 0, list[bytes | Number | None](), None, list[str]()
    for name, (start, end) in sorted(spans.items(), key=lambda span: span[1]):
        if start > at:
            parts.append(head[at:start].encode())
        if name == "day_part":
            word = head[start:end]
            parts.append(None)
        else:
            varies = name in ("hour", "a", "b", "c") and name != year
            parts.append(Number(name, 1 if varies else end - start, 2 if varies else end - start))
            one_digit += [name] if varies and end - start == 1 else []
        at = end
    parts.append(head[at : match.end()].rstrip(LEADING).encode())
    return tuple(parts), word, one_digit
