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
_HEADING = rf"^{_WORD}:[ \t]*\n?"
_QUESTION_WORD = r"^(?:QUESTION|PERTANYAAN|FRAGE|PREGUNTA|PERGUNTA|VRAAG): "
_OPTION = rf"(?m)^{_WORD}: ([^\n]+) {_VOTES} *$"
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


class Poll(NamedTuple):
    """Expressions over neutral texts: ``question`` (String), ``options`` (List(String)), ``votes``
    (List(Int64), as many as options)."""

    question: pl.Expr
    options: pl.Expr
    votes: pl.Expr


def neutral(text: pl.Expr) -> pl.Expr:
    """A poll's text without the phone's words."""
    return (
        text.str.replace(_HEADING, "")
        .str.replace(_QUESTION_WORD, "")
        .str.replace_all(_OPTION, "$1 ($2)")
        .str.strip_chars()
    )


def read_polls(text: pl.Expr) -> Poll:
    """Question, options and votes of neutral texts."""
    lines = text.str.extract_all(_NEUTRAL_OPTION)
    return Poll(
        question=text.str.extract(r"(?s)^(.*?)(?:\n[^\n]+ \(\d+\))*\s*$"),
        options=lines.list.eval(pl.element().str.replace(rf" {_NEUTRAL_VOTES}", "")),
        votes=lines.list.eval(pl.element().str.extract(_NEUTRAL_VOTES).cast(pl.Int64)),
    )
