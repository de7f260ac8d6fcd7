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

#: How many are counted and what, behind an option. To bound their lengths in the expression would take it ten
#: times as long to compile.
_VOTES = r"\((\d+) ([^\d()\n]+)\)"
_MOST_DIGITS, _LONGEST_UNIT, _LONGEST_WORD = 5, 20, 31
_HEADING = r"^([^:\n]*):[ \t]*\n?"
_QUESTION_WORD = r"^(?:QUESTION|PERTANYAAN|FRAGE|PREGUNTA|PERGUNTA|VRAAG): "
_OPTION = rf"^([^:]*): (.+) {_VOTES} *$"
_NEUTRAL_OPTION = r"(?m)^[^\n]+ \(\d+\)$"
_NEUTRAL_VOTES = r"\((\d+)\)$"


#: What ends every poll; and its heading, the words of its last two options and what they count.
SHAPE_END = r"(?:\n[^:\n]+: [^\n]+ \(\d+ [^\d()\n]+\) *){2}\s*$"
_SHAPE = rf"(?s)^([^:\n]*):[^\n]*\n(?:.*\n)?([^:\n]*): [^\n]+ {_VOTES} *\n([^:\n]*): [^\n]+ {_VOTES}\s*$"


@cache
def _votes() -> str:
    words = sorted(re.escape(line.wording) for line in wordings() if line.kind == "votes")
    return rf"^(?i:{'|'.join(words)})$"


def is_poll(text: pl.Expr) -> pl.Expr:
    """A heading, maybe with the question behind it, and at least two options with votes, in any language.

    The phone's words are in capitals, or what is counted is a word for votes: else it is a member's list.
    """
    parts = text.str.extract_groups(_SHAPE).struct
    words = [parts[place] for place in (0, 1, 4)]
    in_capitals = pl.all_horizontal(_is_word(word, r"\p{Lu}") for word in words)
    counts_votes = pl.all_horizontal(parts[place].str.contains(_votes()).fill_null(False) for place in (3, 6))
    is_counted = pl.all_horizontal(_is_counted(parts[place], parts[place + 1]) for place in (2, 5))
    return is_counted & (in_capitals | (counts_votes & pl.all_horizontal(_is_word(word) for word in words)))


def _is_counted(number: pl.Expr, unit: pl.Expr) -> pl.Expr:
    """Whether a number and what it counts are as short as a phone writes them."""
    is_short = (number.str.len_chars() <= _MOST_DIGITS) & (unit.str.len_chars() <= _LONGEST_UNIT)
    return is_short.fill_null(False)


class Poll(NamedTuple):
    """Expressions over neutral texts: ``question`` (String), ``options`` (List(String)), ``votes``
    (List(Int64), as many as options)."""

    question: pl.Expr
    options: pl.Expr
    votes: pl.Expr


def neutral(text: pl.Expr) -> pl.Expr:
    """A poll's text without the phone's words."""
    line = pl.element()
    word, number, unit = (line.str.extract(_OPTION, group) for group in (1, 3, 4))
    is_option = _is_word(word) & _is_counted(number, unit)
    option = pl.when(is_option).then(line.str.replace(_OPTION, "$2 ($3)"))
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


def _is_word(text: pl.Expr, letter: str = r"\p{L}") -> pl.Expr:
    """Whether a text is a phone's word, of letters and blanks: to count them in the expression would take a
    thousand times as long to compile."""
    has_letters = text.str.contains(rf"^{letter}(?:{letter}| )*$")
    return (has_letters & (text.str.len_chars() <= _LONGEST_WORD)).fill_null(False)


def read_polls(text: pl.Expr) -> Poll:
    """Question, options and votes of neutral texts."""
    lines = text.str.extract_all(_NEUTRAL_OPTION)
    return Poll(
        question=text.str.extract(r"(?s)^(.*?)(?:\n[^\n]+ \(\d+\))*\s*$"),
        options=lines.list.eval(pl.element().str.replace(rf" {_NEUTRAL_VOTES}", "")),
        votes=lines.list.eval(pl.element().str.extract(_NEUTRAL_VOTES).cast(pl.Int64)),
    )
