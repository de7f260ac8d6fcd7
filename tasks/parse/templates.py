"""Wordings of the marker files -> anchored expressions, and the texts they match.

Thousands of texts against hundreds of wordings: one multi-string search finds which wordings can occur
at all, only those are tried, the most literal one first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import polars as pl

from warehouse.reference.markers import Wording, wordings

_PLACEHOLDER = re.compile(r"\{(\w+)(?:=([^}]*))?\}")
_FORMS = {
    "file": r"[^\n]+?",
    "url": r"https?://(?:maps\.|www\.google\.|goo\.gl/maps|foursquare\.)\S+",
    "any": r"(?s:.*)",
    "timer": r"(?s:.*)",
}
#: Placeholders whose value is kept.
CAPTURED = ("actor", "target", "targets", "file", "url", "group", "timer")
MARKS = "[\u200b\u200e\u200f\u061c\u202a-\u202e\ufeff]"
#: Wordings tried at once on what is left: each further call costs more than a hundred texts.
_AT_ONCE = 8
_QUOTES = "[\u201c\u201d\u201e\u00ab\u00bb]"
_BLANKS = "[\u00a0\u2009\u202f\t]"


@dataclass(frozen=True, slots=True)
class Template:
    """A wording ready to be matched: ``key`` is its longest literal, ``weight`` its literal length."""

    kind: str
    platform: str
    body: str
    key: str
    weight: int
    literal_end: str  # what follows the last placeholder
    own: tuple[str, ...] = ()  # placeholders that stand for the exporter himself
    languages: tuple[str, ...] = field(default=())

    @property
    def expression(self) -> str:
        return f"^{self.body}$"

    @property
    def captures(self) -> tuple[str, ...]:
        return tuple(name for name in CAPTURED if f"(?P<{name}>" in self.body)


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
    pieces = _PLACEHOLDER.split(wording)
    literals, names, fixed = pieces[0::3], pieces[1::3], pieces[2::3]
    body, seen = re.escape(literals[0]).replace("'", "['’]"), set[str]()
    for name, word, literal in zip(names, fixed, literals[1:], strict=True):
        form = re.escape(word) if word else _FORMS.get(name, "(?:.+?)")
        body += f"(?P<{name}>{form})" if name in CAPTURED and name not in seen and not word else form
        body += re.escape(literal).replace("'", "['’]")
        seen.add(name)
    parts = [part for literal in literals for part in literal.split("'")]
    ends_open = wording.endswith(("{any}", "{timer}"))
    platforms = {line.platform for line in lines}
    return Template(
        kind=lines[0].kind,
        platform=platforms.pop() if len(platforms) == 1 else "any",
        body=body if ends_open else body + r"\.?",
        key=max(parts, key=len),
        weight=sum(len(literal) for literal in literals),
        literal_end=literals[-1],
        own=tuple(name for name, word in zip(names, fixed, strict=True) if word),
        languages=tuple(dict.fromkeys(line.language for line in lines)),
    )


def present(texts: pl.Series, listed: list[Template]) -> list[int]:
    """Places of the templates whose longest literal occurs in some text, in their order."""
    keys = sorted({template.key for template in listed})
    if texts.is_empty() or not keys:
        return []
    found = texts.str.extract_many(keys, overlapping=True).explode().unique().drop_nulls().to_list()
    within = set(found)
    return [place for place, template in enumerate(listed) if template.key in within]


def match(texts: pl.Series, candidates: Iterable[Template]) -> pl.DataFrame:
    """Match distinct plain texts: ``text``, ``template`` (place in the list), captures; matched rows only."""
    listed = list(candidates)
    left, found = texts, list[pl.LazyFrame]()
    tried = present(texts, listed)
    for start in range(0, len(tried), _AT_ONCE):
        some = tried[start : start + _AT_ONCE]
        hits = left.to_frame("text").select(
            pl.col("text").str.contains(listed[place].expression).alias(str(place)) for place in some
        )
        first = np.where((table := hits.to_numpy()).any(axis=1), table.argmax(axis=1), len(some))
        for number in np.unique(first[first < len(some)]).tolist():
            rows = left.filter(pl.Series(first == number)).to_frame("text").lazy()
            place = some[number]
            found.append(rows.select("text", pl.lit(place).alias("template"), *_captured(listed[place])))
        left = left.filter(pl.Series(first == len(some)))
        if left.is_empty():
            break
    return pl.concat([_no_match().lazy(), *found], how="vertical").collect()


def _captured(template: Template) -> list[pl.Expr]:
    groups = pl.col("text").str.extract_groups(template.expression)
    return [
        (groups.struct.field(name) if name in template.captures else pl.lit(None, dtype=pl.String)).alias(
            name
        )
        for name in CAPTURED
    ]


def _no_match() -> pl.DataFrame:
    strings = dict.fromkeys(CAPTURED, pl.String())
    return pl.DataFrame(schema={"text": pl.String(), "template": pl.Int32(), **strings})


def languages_of(numbers: pl.Series, listed: list[Template]) -> dict[str, int]:
    """Matched texts per language; a shared wording counts for each of its languages."""
    counts: dict[str, int] = {}
    for number, n_rows in numbers.value_counts().iter_rows():
        for language in listed[number].languages:
            counts[language] = counts.get(language, 0) + n_rows
    return counts
