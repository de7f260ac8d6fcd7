"""Wordings of the marker files, and the texts they match.

Thousands of texts against a thousand wordings: each wording is known by three signs of its own words that few
others have, and a text is held against those alone whose three signs it has, the most literal one first. Names
of files and numbers differ in their digits alone, so that is done once for many texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal, NamedTuple

import polars as pl

from warehouse.reference.markers import Wording, wordings

_PLACEHOLDER = re.compile(r"\{(\w+)(?:=([^}]*))?\}")
#: Blanks of every width and line ends, as Polars' expressions see them; Python counts more.
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_URL = rf"https?://(?:maps\.|www\.google\.|goo\.gl/maps|foursquare\.)[^{SPACES}]+"
_IS_URL = re.compile(_URL)
#: What stands for placeholders in an expression: an address, anything, a piece of a line.
Form = Literal["url", "any", "piece"]
_FORMS: dict[Form, str] = {"url": _URL, "any": r"(?s:.*)", "piece": r"[^\n]+?"}
#: Placeholders that are no piece of a line.
_FORM_OF: dict[str, Form] = {"url": "url", "any": "any", "timer": "any"}
#: Placeholders whose value is kept.
CAPTURED = ("actor", "target", "targets", "file", "url", "group", "timer")
MARKS = "[\u200b\u200e\u200f\u061c\u202a-\u202e\ufeff]"
_QUOTES = "[\u201c\u201d\u201e\u00ab\u00bb]"
_BLANKS = "[\u00a0\u2009\u202f\t]"
_APOSTROPHE, _CURLED = "'", "\u2019"
#: What makes the shape of a text: texts that differ in their digits alone are the same wording.
_SHAPE = str.maketrans({_CURLED: _APOSTROPHE} | dict.fromkeys("123456789", "0"))
#: So many signs of its own words stand for a wording.
_GRAM = 3
#: Lists of templates whose signs are held: those of events, and of what is in the place of a message.
_LISTS_HELD = 8


class Hole(NamedTuple):
    """A placeholder: the name under which its value is kept, if it is, and what may stand in it."""

    name: str | None
    form: Form  # an address, anything (nothing as well), a piece of a line (the shorter the better)

    def fits(self, text: str, start: int, end: int) -> bool:
        """Whether what stands between two places may fill it."""
        if self.form == "any":
            return end >= start
        if self.form == "url":
            return _IS_URL.fullmatch(text, start, end) is not None
        return end > start and text.find("\n", start, end) < 0


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A wording ready to be matched: ``key`` is its longest literal, ``weight`` its literal length."""

    kind: str
    platform: str
    body: str  # the expression of its words
    key: str
    weight: int
    literal_end: str  # what follows the last placeholder
    literals: tuple[str, ...]  # its own words before, between and behind its holes
    holes: tuple[Hole, ...]
    is_open: bool  # nothing follows the last hole
    own: tuple[str, ...] = ()  # placeholders that stand for the exporter himself
    languages: tuple[str, ...] = field(default=())

    def spans(self, shape: str) -> dict[str, tuple[int, int]] | None:
        """Where the values of its placeholders stand in a text that is this wording, a full stop more or less.

        Args:
            shape: the text as :func:`shape_of` gives it.
        """
        if not shape.startswith(self.literals[0]):
            return None
        if not self.holes:
            return {} if shape[len(self.literals[0]) :] in ("", ".") else None
        spans = self._spans(shape, 0, len(self.literals[0]))
        if spans is None:
            return None
        return {hole.name: span for hole, span in zip(self.holes, spans, strict=True) if hole.name}

    def _spans(self, text: str, number: int, start: int) -> list[tuple[int, int]] | None:
        """Where the holes from one on are filled, of which this one begins at a place."""
        hole, is_last = self.holes[number], number + 1 == len(self.holes)
        for end in self._ends(text) if is_last else self._next(text, number, start):
            if not hole.fits(text, start, end):
                continue
            if is_last:
                return [(start, end)]
            rest = self._spans(text, number + 1, end + len(self.literals[number + 1]))
            if rest is not None:
                return [(start, end), *rest]
        return None

    def _ends(self, text: str) -> list[int]:
        """Where the last hole may end, the best place first."""
        if self.is_open:
            return [len(text)]
        whole = len(text) - len(self.literals[-1])
        ends = [whole - 1] if text.endswith(self.literals[-1] + ".") else []
        ends += [whole] if text.endswith(self.literals[-1]) else []
        return ends if self.holes[-1].form == "piece" else ends[::-1]

    def _next(self, text: str, number: int, start: int) -> Iterator[int]:
        """Where the words behind a hole stand: of a piece the first place, others leave no less for what follows."""
        literal = self.literals[number + 1]
        if self.holes[number].form == "piece":
            yield text.find(literal, start + 1)
            return
        at = text.rfind(literal, start)
        while at >= 0:
            yield at
            at = text.rfind(literal, start, at + len(literal) - 1)


def plain(text: pl.Expr) -> pl.Expr:
    """A phone's own words in one spelling: no direction marks (isolates stay), plain blanks and quotes."""
    return (
        text.str.replace_all(MARKS, "")
        .str.replace_all(_BLANKS, " ")
        .str.replace_all(_QUOTES, '"')
        .str.strip_chars()
    )


@cache
def templates(kinds: tuple[str, ...]) -> tuple[Template, ...]:
    """The templates of these kinds, the most literal first; a wording shared by languages names them all."""
    merged: dict[tuple[str, str], list[Wording]] = {}
    for wording in wordings():
        if wording.kind in kinds:
            merged.setdefault((wording.kind, wording.wording), []).append(wording)
    compiled = [_compile(lines) for lines in merged.values()]
    return tuple(sorted(compiled, key=lambda template: -template.weight))


def _compile(lines: list[Wording]) -> Template:
    wording = lines[0].wording.rstrip(".")
    if any(sign.isdecimal() for sign in wording):
        raise ValueError("a wording of the marker files holds a digit of its own")
    pieces = _PLACEHOLDER.split(wording)
    literals, names, fixed = pieces[0::3], pieces[1::3], pieces[2::3]
    body, own_words, holes, seen = _any_apostrophe(literals[0]), [literals[0]], list[Hole](), set[str]()
    for name, word, literal in zip(names, fixed, literals[1:], strict=True):
        if word:
            body += re.escape(word)
            own_words[-1] += word + literal
        else:
            form, is_kept = _FORM_OF.get(name, "piece"), name in CAPTURED and name not in seen
            body += f"(?P<{name}>{_FORMS[form]})" if is_kept else _FORMS[form]
            holes.append(Hole(name if is_kept else None, form))
            own_words.append(literal)
        body += _any_apostrophe(literal)
        seen.add(name)
    parts = [part for literal in literals for part in literal.split(_APOSTROPHE)]
    is_open = wording.endswith(("{any}", "{timer}"))
    platforms = {line.platform for line in lines}
    return Template(
        kind=lines[0].kind,
        platform=platforms.pop() if len(platforms) == 1 else "any",
        body=body if is_open else body + r"\.?",
        key=max(parts, key=len),
        weight=sum(len(literal) for literal in literals),
        literal_end=literals[-1],
        literals=tuple(own_words),
        holes=tuple(holes),
        is_open=is_open,
        own=tuple(name for name, word in zip(names, fixed, strict=True) if word),
        languages=tuple(dict.fromkeys(line.language for line in lines)),
    )


def _any_apostrophe(literal: str) -> str:
    return re.escape(literal).replace(_APOSTROPHE, f"[{_APOSTROPHE}{_CURLED}]")


@lru_cache(_LISTS_HELD)
def _by_signs(listed: tuple[Template, ...]) -> dict[str, list[int]]:
    """Places of templates by three signs of their own words, those that the fewest others have."""
    signs = [set().union(*map(_grams, template.literals)) for template in listed]
    if not all(signs):
        raise ValueError(f"a wording of the marker files has no {_GRAM} signs in a row of its own")
    n_times = Counter(gram for some in signs for gram in some)
    places: dict[str, list[int]] = {}
    for place, some in enumerate(signs):
        places.setdefault(min(some, key=lambda gram: (n_times[gram], gram)), []).append(place)
    return places


def _grams(text: str) -> set[str]:
    return {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)}


def shape_of(text: str) -> str:
    """A text with straight apostrophes, each of its digits a zero; sign by sign, so places stay the same."""
    return text.translate(_SHAPE)


def match(texts: pl.Series, listed: tuple[Template, ...]) -> pl.DataFrame:
    """Match distinct plain texts: ``text``, ``template`` (place in the list), captures; matched rows only."""
    by_signs = _by_signs(listed)
    found: dict[str, tuple[int, dict[str, tuple[int, int]]] | None] = {}
    matched, places = list[str](), list[int]()
    values: dict[str, list[str | None]] = {name: [] for name in CAPTURED}
    for text in texts.to_list():
        shape = shape_of(text)
        if shape not in found:
            found[shape] = _first(shape, listed, by_signs)
        first = found[shape]
        if first is not None:
            place, spans = first
            matched.append(text)
            places.append(place)
            for name, said in values.items():
                said.append(text[slice(*spans[name])] if name in spans else None)
    columns = {"text": matched, "template": places, **values}
    strings = dict.fromkeys(CAPTURED, pl.String())
    return pl.DataFrame(columns, schema={"text": pl.String(), "template": pl.Int32(), **strings})


def _first(
    shape: str, listed: tuple[Template, ...], by_signs: dict[str, list[int]]
) -> tuple[int, dict[str, tuple[int, int]]] | None:
    """The first of some templates that a text is, and where the values of its placeholders stand."""
    asked = _grams(shape) & by_signs.keys()
    for place in sorted(place for gram in asked for place in by_signs[gram]):
        template = listed[place]
        if template.key in shape and (spans := template.spans(shape)) is not None:
            return place, spans
    return None


def languages_of(numbers: pl.Series, listed: tuple[Template, ...]) -> dict[str, int]:
    """Matched texts per language; a shared wording counts for each of its languages."""
    counts: dict[str, int] = {}
    for number, n_rows in numbers.value_counts().iter_rows():
        for language in listed[number].languages:
            counts[language] = counts.get(language, 0) + n_rows
    return counts
