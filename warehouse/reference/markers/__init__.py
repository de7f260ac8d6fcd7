"""The phones' own words: one TSV per language, one line per wording.

Columns: ``kind`` (a message kind, a system event, or one of the auxiliary kinds below), ``wording``,
``platform`` (android | ios | any), ``app_version`` (free text, empty when unknown), ``origin``.

A wording is literal text with placeholders: ``{actor}`` who acts, ``{target}`` one person spoken of,
``{targets}`` a list of them, ``{file}`` a file name, ``{url}`` an address, ``{any}`` anything.
``{actor=te}`` or ``{target=te}`` is the literal word ``te`` and stands for the exporter himself. Straight
quotes match any quotation marks, a full stop at the end is optional.

``{timer}`` states after how long messages disappear.

Auxiliary kinds: ``attached`` (media named by its file), ``edited`` (suffix of a text), ``forwarded`` (first
line of a text that was passed on), ``self`` (how the exporter is called), ``and`` (the word before the last
name of a list), ``others`` (behind a number: people who are not named), ``hours, days, weeks`` (units of a
timer), ``votes`` (what a poll counts). Day parts of 12-hour clocks are
in ``dayparts.tsv`` (columns ``rule, wording, language``; rule am | pm | noon | night).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from schemas.vocabulary import MESSAGE_KINDS, SYSTEM_EVENTS

_HERE = Path(__file__).parent
_DAY_PARTS = "dayparts.tsv"
AUXILIARY_KINDS = (
    "attached",
    "edited",
    "forwarded",
    "self",
    "and",
    "others",
    "hours",
    "days",
    "weeks",
    "votes",
)


@dataclass(frozen=True, slots=True)
class Wording:
    """One line of a marker file."""

    language: str
    kind: str
    wording: str
    platform: str
    app_version: str
    origin: str


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def languages() -> tuple[str, ...]:
    """Codes of the languages with a marker file; Indonesian and English first, they win ties."""
    found = sorted(path.stem for path in _HERE.glob("*.tsv") if path.name != _DAY_PARTS)
    return tuple(sorted(found, key=lambda code: (code != "id", code != "en", code)))


@cache
def wordings() -> tuple[Wording, ...]:
    """All wordings of all languages, in the order of the files.

    Raises:
        ValueError: a line names a kind that no vocabulary has.
    """
    found = tuple(
        Wording(language=language, **row)
        for language in languages()
        for row in _rows(_HERE / f"{language}.tsv")
    )
    unknown = {line.kind for line in found} - {*MESSAGE_KINDS, *SYSTEM_EVENTS, *AUXILIARY_KINDS}
    if unknown:
        raise ValueError(f"marker files name unknown kinds {sorted(unknown)}")
    return found


@cache
def day_parts() -> dict[str, str]:
    """Wording of a day part without spaces, lower case -> rule (am, pm, noon, night)."""
    return {"".join(row["wording"].lower().split()): row["rule"] for row in _rows(_HERE / _DAY_PARTS)}


@cache
def day_part_language() -> dict[str, str]:
    """Wording of a day part that only one language uses -> that language."""
    return {
        "".join(row["wording"].lower().split()): row["language"]
        for row in _rows(_HERE / _DAY_PARTS)
        if row["language"] != "any"
    }
