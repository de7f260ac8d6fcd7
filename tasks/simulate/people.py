"""People of a synthetic community: names, origin, studies, offices, telephone numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from tasks.simulate.names import names
from tasks.simulate.plan import Levels

OFFICES = names("offices")


FIELDS = (
    "PAI",
    "Hukum Keluarga",
    "Sosiologi",
    "Teknik Informatika",
    "Akuntansi",
    "Manajemen",
    "Psikologi",
    "Ekonomi Syariah",
    "Bahasa Arab",
    "Ilmu Komunikasi",
    "Farmasi",
    "PGSD",
)


@dataclass(frozen=True)
class Person:
    """One member, as the association knows them. ``joined`` and ``left`` are the association's dates."""

    member_id: str
    name: str
    nickname: str
    title: str
    gender: str
    phone: str
    cohort: int
    region: str
    city: str
    campus: str
    field: str
    role: str
    joined: dt.date
    consent: str
    is_silent: bool
    weight: float
    push_name: str
    in_chat: bool = True  # False: on the roster, never in the group
    left: dt.date | None = None
    new_phone: str | None = None
    phone_changed_at: int | None = None

    def phone_at(self, moment: int) -> str:
        """The number in use at a moment (seconds of local time since 1970)."""
        changed = self.phone_changed_at is not None and self.new_phone is not None
        return (
            self.new_phone or self.phone if changed and moment >= (self.phone_changed_at or 0) else self.phone
        )

    def moved(self, phone: str, moment: int) -> Person:
        """The same person after a change of number."""
        return replace(self, new_phone=phone, phone_changed_at=moment)


class Registry:
    """Hands out people whose numbers nobody else in the group bears, nor their names, but for ``namesakes``."""

    def __init__(self, prefix: str, levels: Levels, first_year: int, namesakes: float = 0.0) -> None:
        self.prefix = prefix
        self.levels = levels
        self.first_year = first_year
        self.namesakes = namesakes
        self.n_people = 0
        self.bearers: dict[bool, list[tuple[str, str]]] = {True: [], False: []}  # of a name, by woman
        self.names: set[str] = set()
        self.nicknames: set[str] = set()
        self.phones: set[str] = set()

    def phone(self, rng: np.random.Generator) -> str:
        """A fresh mobile number in E.164."""
        while True:
            operator = rng.choice(["812", "813", "821", "822", "838", "857", "858", "878", "895", "896"])
            number = f"+62{operator}{rng.integers(10_000_000, 100_000_000)}"
            if number not in self.phones:
                self.phones.add(number)
                return number

    def _name(self, rng: np.random.Generator, woman: bool) -> tuple[str, str]:
        """Full name and nickname; of a namesake the nickname that is free, else the same one."""
        bearers = self.bearers[woman]
        if self.namesakes and bearers and rng.random() < self.namesakes:
            name, same = bearers.pop(int(rng.integers(len(bearers))))  # of one name there are two at most
            free = (short for short in (name.split()[0], *_shorter(name)) if short not in self.nicknames)
            nickname = next(free, same)
            self.nicknames.add(nickname)
            return name, nickname
        found = self._own_name(rng, woman)
        bearers.append(found)
        return found

    def _own_name(self, rng: np.random.Generator, woman: bool) -> tuple[str, str]:
        first = names("women" if woman else "men")
        last = names("women_last" if woman else "men_last")
        given = str(rng.choice(first))
        name = f"{given} {rng.choice(last)}"
        while name in self.names:
            name += f" {rng.choice(last)}"
        self.names.add(name)
        nickname = next(short for short in (given, *_shorter(name), name) if short not in self.nicknames)
        self.nicknames.add(nickname)
        return name, nickname

    def draw(
        self, rng: np.random.Generator, number: int, joined: Iterable[dt.date], offices: bool
    ) -> list[Person]:
        """New members; with ``offices`` the first of them hold the association's offices."""
        regions = np.roll(np.array([0.3, 0.2, 0.15, 0.12, 0.08, 0.06, 0.05, 0.04]), int(rng.integers(0, 3)))
        people = []
        for rank, since in zip(range(number), joined, strict=False):
            woman = bool(rng.random() < 0.48)
            name, nickname = self._name(rng, woman)
            self.n_people += 1
            officer = offices and rank < len(OFFICES)
            silent = bool(rng.random() < self.levels.silent_share) and not officer
            weight = (
                0.0
                if silent
                else float(rng.lognormal(0.0, self.levels.inequality)) * (2.0 if officer else 1.0)
            )
            people.append(
                Person(
                    member_id=f"{self.prefix}-{self.n_people:04d}",
                    name=name,
                    nickname=nickname,
                    title="teh" if woman else "kang",
                    gender="P" if woman else "L",
                    phone=self.phone(rng),
                    cohort=int(self.first_year - 2 - min(rng.geometric(0.22), 11)),
                    region=str(rng.choice(names("regions"), p=regions / regions.sum())),
                    city=str(rng.choice(names("cities"))),
                    campus=str(rng.choice(names("campuses"))),
                    field=str(rng.choice(names("fields"))),
                    role=OFFICES[rank] if officer else "Anggota",
                    joined=since,
                    consent=str(
                        rng.choice(["given", "unknown", "objected", "withdrawn"], p=[0.86, 0.1, 0.02, 0.02])
                    ),
                    is_silent=silent,
                    weight=max(weight, 0.05) if officer else weight,
                    push_name=f"{nickname.lower()}{rng.integers(1, 99)}",
                )
            )
        return people


def _shorter(name: str) -> Iterable[str]:
    """Nicknames for a bearer of a common name: one initial more at a time, then whole words."""
    words = name.split()
    for word in range(1, len(words)):
        yield " ".join([*words[:word], words[word][0]])
        yield " ".join(words[: word + 1])
