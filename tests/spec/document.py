"""Writes ``docs/indicators.md`` and ``docs/indicators.id.md`` from the registry and the specs.

``python -m tests.spec.document`` writes them, with ``--check`` it only says whether they are as they would be.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from schemas.indicators import Indicator, registry
from schemas.vocabulary import FACETS
from tests.spec.specs import SPECS, Case, Expectation, Formula, Number, Spec, Toy, own, specs, toy_of
from tests.spec.words import EN, ID, Words

DOCS = Path(__file__).parents[2] / "docs"
FILES = {"indicators.md": EN, "indicators.id.md": ID}
_PROSE = ("en", "id", "like", "oracle", "expect", "name")
_TABLES = tuple(
    name
    for name, field in Toy.model_fields.items()
    if field.annotation is str and name not in ("members", "months")
)


def document(words: Words, folder: Path = SPECS) -> str:
    """The whole document in one language."""
    written = specs(folder)
    parts = [words.head.strip(), "", _contents(words), ""]
    for facet in FACETS:
        of_facet = [one for one in registry().values() if one.facet == facet]
        parts += [f"## {words.facets[facet]}", ""] if of_facet else []
        for definition in of_facet:
            parts += [*_section(definition, written.get(definition.code), words, folder), ""]
    return "\n".join(parts).rstrip() + "\n"


def _contents(words: Words) -> str:
    """The table of all codes by facet."""
    head, rule = (f"| {' | '.join(cells)} |" for cells in (words.contents, ("---",) * len(words.contents)))
    rows = [
        f"| {words.facets[facet]} | "
        + ", ".join(f"[`{one.code}`](#{_anchor(one)})" for one in registry().values() if one.facet == facet)
        + " |"
        for facet in FACETS
    ]
    return "\n".join([head, rule, *rows])


def _anchor(definition: Indicator) -> str:
    return definition.code


def _section(definition: Indicator, spec: Spec | None, words: Words, folder: Path) -> Iterator[str]:
    text = words.of(definition)
    number = f"{definition.number}. " if definition.number else ""
    yield f'<a id="{_anchor(definition)}"></a>'
    yield ""
    yield f"### {number}{text.name} · `{definition.code}`"
    yield ""
    yield f"{words.formula}: {text.formula}"
    yield ""
    for label, told in _facts(definition, words):
        yield f"- {label}: {told}"
    yield f"- **{words.mind}**: {text.threats}"
    yield ""
    if spec is None:
        return
    for formula in spec.formula:
        yield from _formula(formula, words)
    for case in spec.case:
        yield from _case(spec, case, words, folder)


def _facts(definition: Indicator, words: Words) -> Iterator[tuple[str, str]]:
    text = words.of(definition)
    low, high = (
        words.number(Decimal(str(bound)).normalize()) if bound is not None else ""
        for bound in (definition.range_low, definition.range_high)
    )
    yield words.unit, f"{text.unit}; {words.range_of(low, high)}"
    yield words.direction, words.directions[definition.direction]
    yield words.least, text.minimum_n
    yield words.window, words.window_of(definition)
    yield words.interval, words.intervals[definition.ci_kind]
    marks = [told for flag, told in words.marks.items() if getattr(definition, flag)]
    if marks:
        yield words.also, "; ".join(marks)
    yield words.source, definition.source


def _formula(formula: Formula, words: Words) -> Iterator[str]:
    name = formula.function.rpartition(".")[2]
    given = ", ".join(_python(one) for one in formula.given)
    gives = formula.gives if isinstance(formula.gives, tuple | list) else [formula.gives]
    yield f"{words.told(formula)}{words.oracle if formula.oracle else ''}"
    yield ""
    yield f"> `{name}({given})` → **{', '.join(_gives(one, words) for one in gives)}**"
    yield ""


def _gives(number: Any, words: Words) -> str:
    return words.nothing if number == "nothing" else words.number(number)


def _python(given: Any) -> str:
    if isinstance(given, list | tuple):
        return f"[{', '.join(map(_python, given))}]"
    if isinstance(given, bool):
        return str(int(given))
    return str(given).removeprefix("@")


def _case(spec: Spec, case: Case, words: Words, folder: Path) -> Iterator[str]:
    yield f"#### {_title(spec, case, words)}"
    yield ""
    yield f"{words.told(case)}{words.oracle if case.oracle else ''}"
    yield ""
    if case.like:
        code, slash, name = case.like.rpartition("/")
        other = specs(folder)[code] if slash else spec
        where = _title(other, other.named(name), words)
        where = f"[`{code}`](#{code}), {where}" if slash else where
        yield (words.but if own(case) else words.same).format(where)
        yield ""
    lines = _toy_lines(own(case), words)
    if lines:
        yield "```text"
        yield from lines
        yield "```"
        yield ""
    last = toy_of(spec, case, folder).months.split()[-1]
    for wanted in case.expect:
        yield f"- {_result(wanted, last, words)}"
    yield ""


def _title(spec: Spec, case: Case, words: Words) -> str:
    return words.example.format(spec.case.index(case) + 1)


def _toy_lines(said: dict[str, Any], words: Words) -> list[str]:
    """What a case says of its group, as text."""
    lines = [
        f"{words.toy.get(name, name)}: {_inline(value, words)}"
        for name, value in said.items()
        if name not in _PROSE and name not in _TABLES
    ]
    for name in _TABLES:
        if name in said:
            body = said[name].strip()
            label = words.toy.get(name, name)
            one_line = "\n" not in body
            lines += (
                [f"{label}: {body or words.none}"]
                if one_line
                else [*([""] if lines else []), f"{label}:", *body.splitlines()]
            )
    return lines


def _inline(value: Any, words: Words) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} = {_nested(one, words)}" for key, one in value.items()) or words.none
    if isinstance(value, list | tuple):
        return ", ".join(_nested(one, words) for one in value)
    return words.yes_no[value] if isinstance(value, bool) else str(value)


def _nested(value: Any, words: Words) -> str:
    return f"({_inline(value, words)})" if isinstance(value, dict) else _inline(value, words)


def _result(wanted: Expectation, last: str, words: Words) -> str:
    """One expectation in words: ``2023-06: 7/20 = 0.35, interval [...], `ok```."""
    subject = wanted.month or last
    if wanted.detail:
        subject += f", {words.companion} `{wanted.detail}`"
    if wanted.missing:
        return f"{subject}: {words.no_row}"
    parts = [_value(wanted, words)]
    if wanted.ci == "none":
        parts.append(words.no_interval)
    elif isinstance(wanted.ci, tuple):
        kind = f" ({words.intervals[wanted.ci_kind]})" if wanted.ci_kind else ""
        low, high = (words.number(number) for number in wanted.ci)
        parts.append(f"{words.interval_word} [{low}{words.between_numbers}{high}]{kind}")
    if wanted.n_den is not None or wanted.n_num is not None:
        parts.append(words.counted(wanted.n_num, wanted.n_den))
    if wanted.n_lo is not None and wanted.n_hi is not None:
        parts.append(f"N {words.number(wanted.n_lo)}-{words.number(wanted.n_hi)}")
    parts.append(f"`{wanted.status}`")
    if wanted.research:
        parts.append(words.suppressed)
    if wanted.in_research is not None:
        parts.append(words.anew.format(words.number(wanted.in_research)))
    return f"{subject}: " + ", ".join(parts)


def _value(wanted: Expectation, words: Words) -> str:
    if wanted.between is not None:
        return f"**{words.lies_between.format(*map(words.number, wanted.between))}**"
    if wanted.value is None:
        return words.some_value if wanted.status in ("ok", "partial") else words.no_value
    return f"**{written(wanted.value, words)}**"


def written(number: Number, words: Words) -> str:
    """A fraction with what it is in decimals: ``7/20 = 0.35``."""
    if not isinstance(number, str):
        return words.number(number)
    fraction = Fraction(number)
    if fraction.denominator == 1:
        return words.number(int(fraction))
    decimal = words.number(Decimal(f"{float(fraction):.6g}"))
    is_exact = Fraction(f"{float(fraction):.6g}") == fraction
    return f"{number} {'=' if is_exact else '≈'} {decimal}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a document has drifted"
    )
    parser.add_argument("--specs", type=Path, default=SPECS)
    parser.add_argument("--out", type=Path, default=DOCS)
    asked = parser.parse_args(arguments)
    drifted = False
    for name, words in FILES.items():
        path, text = asked.out / name, document(words, asked.specs)
        if asked.check:
            drifted |= not path.exists() or path.read_text(encoding="utf-8") != text
        else:
            path.write_text(text, encoding="utf-8")
    return int(drifted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
