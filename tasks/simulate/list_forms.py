"""How lists are written: heads, numbering, names, amounts, marks. Every group and list has its manner."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np

from tasks.simulate.names import names
from tasks.simulate.number_words import in_words
from tasks.simulate.people import Person

_SLANG = {1_000: "seceng", 2_000: "noceng", 5_000: "goceng", 10_000: "ceban", 50_000: "goban"}
_KEYCAP = "\ufe0f\u20e3"
#: A name of so many letters may be mistyped and still be told.
TYPO_LETTERS = 6


@cache
def forms() -> dict[str, dict[str, list]]:
    """The shipped forms by kind of list, and ``words``."""
    return tomllib.loads(files("tasks.simulate").joinpath("lists.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Line:
    """One line of one version: the entry it stands for, and how it is written."""

    entry: int
    name: str
    money: str = ""
    note: str = ""
    mark: str = ""
    slot: int | None = None
    is_struck: bool = False

    def text(self) -> str:
        """What follows the number."""
        written = f"{self.name}{self.money}{self.note}{self.mark}"
        return f"~{written}~" if self.is_struck else written

    def but(self, **changes: object) -> Line:
        """The line with something changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # field names are checked by replace itself


@dataclass(frozen=True)
class Manner:
    """How one list is written throughout: numbering, separator, spelling of amounts, blanks at the end."""

    numbering: int
    separator: str
    money: int
    blanks: int
    case: int

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Manner:
        """One of the usual manners."""
        return cls(
            numbering=int(rng.choice(9, p=[0.36, 0.16, 0.1, 0.08, 0.08, 0.06, 0.06, 0.05, 0.05])),
            separator=str(rng.choice([" - ", " : ", " = ", " ", "-"])),
            money=int(rng.integers(0, 9)),
            blanks=int(rng.choice([0, 0, 0, 1, 1, 4])),
            case=int(rng.choice([0, 0, 0, 1])),
        )

    def number(self, ordinal: int) -> str:
        """The sign before a line."""
        keycaps = "".join(digit + _KEYCAP for digit in str(ordinal))
        return (
            f"{ordinal}. ", f"{ordinal}) ", f"{ordinal}.", f"{ordinal}- ", f"*{ordinal}.* ", f"{ordinal:02d}. ",
            f"{keycaps} ", f"({ordinal}) ", "• ",
        )[self.numbering]  # fmt: skip

    def body(self, kind: str, lines: list[Line]) -> list[str]:
        """The numbered lines of a version."""
        if kind == "khataman":
            taken: dict[int, list[str]] = {}
            for line in lines:
                taken.setdefault(line.slot or 0, []).append(line.text())
            return [f"Juz {juz}: {', '.join(taken.get(juz, []))}".rstrip() for juz in range(1, 31)]
        written = [f"{self.number(ordinal)}{line.text()}" for ordinal, line in enumerate(lines, 1)]
        bullets = self.numbering == 8
        blanks = [] if bullets else range(len(lines) + 1, len(lines) + 1 + self.blanks)
        return written + [self.number(ordinal).rstrip() for ordinal in blanks]

    def name(self, person: Person, rng: np.random.Generator) -> str:
        """A name as its bearer or a friend types it: full, short, with a title, in lower case, with a slip."""
        title = person.title.title() if rng.random() < 0.5 else person.title
        way = rng.random()
        name = person.nickname if way < 0.5 else person.name if way < 0.8 else f"{title} {person.nickname}"
        name = name.lower() if self.case else name
        return slip(name, rng) if rng.random() < 0.04 else name

    def amount(self, value: int) -> str:
        """An amount in the list's own spelling."""
        return f"{self.separator}{amount_text(value, self.money)}"


def slip(name: str, rng: np.random.Generator) -> str:
    """The name with two letters exchanged or one left out in its longest word, if that is long enough."""
    word = max(name.split(), key=len)
    if len(word) < TYPO_LETTERS:
        return name
    at = int(rng.integers(1, len(word) - 2))
    wrong = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if rng.random() < 0.5
        else word[:at] + word[at + 1 :]
    )
    return name.replace(word, wrong)


def amount_text(amount: int, style: int) -> str:
    """An amount in one of the usual spellings."""
    thousands = amount // 1000
    millions = f"{amount / 1_000_000:g}".replace(".", ",")
    return (
        f"{thousands}rb",
        f"Rp {amount:,}".replace(",", "."),
        f"{thousands}k",
        f"{amount:,}".replace(",", "."),
        f"{thousands} ribu" if amount < 1_000_000 else f"{millions} juta",
        f"Rp{amount:,},-".replace(",", ".").replace(".-", ",-"),
        f"IDR {amount:,}",
        in_words(amount),
        _SLANG.get(amount, f"{thousands}rb" if amount < 1_000_000 else f"{millions}jt"),
    )[style]


def spoken_day(day: dt.date) -> str:
    """A date as people write it: ``Sabtu, 12 Agustus 2023``."""
    return f"{weekday(day)}, {day.day} {month_name(day)} {day.year}"


def short_day(day: dt.date, rng: np.random.Generator) -> str:
    """A date in one of the usual ways."""
    return (
        spoken_day(day),
        f"{weekday(day)} {day.day} {month_name(day)}",
        f"{day:%d/%m/%Y}",
        spoken_day(day),
    )[int(rng.integers(0, 4))]


def month_name(day: dt.date) -> str:
    """Name of the month."""
    return names("months")[day.month - 1]


def weekday(day: dt.date) -> str:
    """Name of the day of the week."""
    return names("days")[day.weekday()]
