"""The thirteen research questions: one SQL file each, which runs unchanged on DuckDB and PostgreSQL.

A file's head says, line by line, what it answers (``en``, ``id``), its ``grain``, its ``caveat`` and its
parameters (``param name: meaning; default``), which the text names ``:name``. A parameter that is not given is NULL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from schemas.errors import UsageError

_HEAD = re.compile(
    r"-- (?:Q(?P<number>\d+) (?P<slug>\w+)|(?P<word>en|id|grain|caveat): (?P<text>.+)"
    r"|param (?P<param>\w+): (?P<about>.+))"
)
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)\b")
#: What a parameter may hold: identifiers, codes, snapshot ids, years, words of a shock's name.
_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}")


@dataclass(frozen=True, slots=True)
class Question:
    """One research question and the statement that answers it."""

    number: int
    slug: str
    en: str
    id: str
    grain: str
    caveat: str
    parameters: Mapping[str, str]
    sql: str

    @property
    def name(self) -> str:
        return f"Q{self.number}"

    def statement(self, values: Mapping[str, str]) -> str:
        """The statement with its parameters as literals, to run or to copy.

        Raises:
            UsageError: a parameter is none of the question's, or holds what none may hold.
        """
        unknown = sorted(set(values) - set(self.parameters))
        if unknown:
            known = ", ".join(self.parameters)
            raise UsageError(f"{self.name} has no such parameter", next_step=f"it takes {known}")
        if any(not _VALUE.fullmatch(value) for value in values.values()):
            raise UsageError("a parameter holds letters, digits, spaces and . _ - only")
        literals = {name: f"'{values[name]}'" if name in values else "NULL" for name in self.parameters}
        return _PARAMETER.sub(lambda found: literals[found[1]], self.sql)


@cache
def questions() -> dict[str, Question]:
    """All questions by name, Q1 to Q13."""
    files = [file for file in resources.files(__name__).iterdir() if file.name.endswith(".sql")]
    found = [_read(file.read_text("utf-8")) for file in files]
    return {question.name: question for question in sorted(found, key=lambda question: question.number)}


def question(name: str) -> Question:
    """The question of that name: ``Q1``, ``1`` or ``mechanical_trend``.

    Raises:
        UsageError: there is none.
    """
    wanted = name.strip().lower().removeprefix("q")
    for one in questions().values():
        if wanted in (str(one.number), one.slug):
            return one
    raise UsageError("there is no such question", next_step="`solidarity questions` lists them")


def _read(text: str) -> Question:
    words: dict[str, str] = {}
    parameters: dict[str, str] = {}
    number, slug = 0, ""
    lines = text.splitlines()
    head = [line for line in lines if line.startswith("-- ")]
    for line in head:
        found = _HEAD.fullmatch(line)
        if found is None:
            raise ValueError("a question's head has a line of another form")
        if found["number"]:
            number, slug = int(found["number"]), found["slug"]
        elif found["word"]:
            words[found["word"]] = found["text"]
        else:
            parameters[found["param"]] = found["about"]
    sql = "\n".join(line for line in lines if not line.startswith("-- ")) + "\n"
    if set(_PARAMETER.findall(sql)) != set(parameters):
        raise ValueError("a question's head names other parameters than its text")
    return Question(number=number, slug=slug, parameters=parameters, sql=sql, **words)
