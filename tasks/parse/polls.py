"""Polls: what phones write in many languages -> one neutral text, and its question, options and votes.

A phone writes a heading, the question, and options with their votes, each behind a word in its own
language. The neutral text is the question and one line per option that ends with its votes in brackets:
``Kapan?\\nSabtu (3)\\nAhad (1)``. So exports in two languages agree in all but the votes, which grow.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import polars as pl

from warehouse.reference.markers import wordings

_WORD = r"\p{L}[\p{L} ]{0,30}"
_CAPITALS = r"\p{Lu}[\p{Lu} ]{0,30}"
_VOTES = r"\((\d{1,5}) [^\d()\n]{1,20}\)"
_LONGEST_WORD = 31
_HEADING = r"^([^:\n]*):[ \t]*\n?"
_QUESTION_WORD = r"^(?:QUESTION|PERTANYAAN|FRAGE|PREGUNTA|PERGUNTA|VRAAG): "
_OPTION = rf"^([^:]*): (.+) {_VOTES} *$"
_NEUTRAL_OPTION = r"(?m)^[^\n]+ \(\d+\)$"
_NEUTRAL_VOTES = r"\((\d+)\)$"


@cache
def shape() -> str:
    """A heading, maybe with the question behind it, and at least two options with votes.

    The phone's words are in capitals, or what is counted is a word for votes: else it is a member's list.
    """
    votes = "|".join(sorted(re.escape(line.wording) for line in wordings() if line.kind == "votes"))
    return "|".join(
        rf"^{word}:[^\n]*\n(?s:.*?)(?m:^{word}: [^\n]+ \(\d{{1,5}} {counted}\) *\n?){{2,}}\s*$"
        for word, counted in ((_CAPITALS, r"[^\d()\n]{1,20}"), (_WORD, f"(?i:{votes})"))
    )


#: What ends every text of that shape; far cheaper to compile.
SHAPE_END = r"(?:\n[^:\n]+: [^\n]+ \(\d+ [^\d()\n]+\) *){2}\s*$"


class Poll(NamedTuple):
    """Expressions over neutral texts: ``question`` (String), ``options`` (List(String)), ``votes``
    (List(Int64), as many as options)."""

    question: pl.Expr
    options: pl.Expr
    votes: pl.Expr


def neutral(text: pl.Expr) -> pl.Expr:
    """A poll's text without the phone's words."""
    line = pl.element()
    option = pl.when(_is_word(line.str.extract(_OPTION))).then(line.str.replace(_OPTION, "$2 ($3)"))
    has_heading = _is_word(text.str.extract(_HEADING))
    return (
        pl.when(has_heading)
        .then(text.str.replace(_HEADING, ""))
        .otherwise(text)
        .str.replace(_QUESTION_WORD, "")
        .str.split("\n")
        .list.eval(option.otherwise(line))
        .list.join("\n")
        .str.strip_chars()
    )


def _is_word(text: pl.Expr) -> pl.Expr:
    """Whether a text is what ``_WORD`` says, which takes a thousand times as long to compile with its count."""
    return (text.str.contains(r"^\p{L}[\p{L} ]*$") & (text.str.len_chars() <= _LONGEST_WORD)).fill_null(False)


def read_polls(text: pl.Expr) -> Poll:
    """Question, options and votes of neutral texts."""
    lines = text.str.extract_all(_NEUTRAL_OPTION)
    return Poll(
        question=text.str.extract(r"(?s)^(.*?)(?:\n[^\n]+ \(\d+\))*\s*$"),
        options=lines.list.eval(pl.element().str.replace(rf" {_NEUTRAL_VOTES}", "")),
        votes=lines.list.eval(pl.element().str.extract(_NEUTRAL_VOTES).cast(pl.Int64)),
    )
