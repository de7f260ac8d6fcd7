"""Lists that go round: copied, extended by a name, forked, signed by proxy. RSVP, donation, khataman."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from tasks.simulate.names import names
from tasks.simulate.people import Person
from tasks.simulate.rhythm import DAY, day_of, days_of, fasting, moments
from tasks.simulate.talk import Cast

#: What people give, in IDR; the usual amounts more often.
_AMOUNTS = (
    10_000,
    15_000,
    20_000,
    25_000,
    30_000,
    50_000,
    50_000,
    75_000,
    100_000,
    100_000,
    150_000,
    200_000,
    500_000,
)


@dataclass
class Activity:
    """The truth about one list: who stands on it in the end, with what, and its versions."""

    kind: str
    title: str
    organiser: int
    first: int
    last: int = 0
    participants: list[int] = field(default_factory=list)
    amounts: list[int | None] = field(default_factory=list)
    proxies: list[bool] = field(default_factory=list)
    n_versions: int = 0


@dataclass(frozen=True)
class Copy:
    """One posted version of a list."""

    moment: int
    author: int
    text: str
    is_first: bool


def spoken_day(day: dt.date) -> str:
    """A date as people write it: ``Sabtu, 12 Agustus 2023``."""
    return f"{weekday(day)}, {day.day} {month_name(day)} {day.year}"


def month_name(day: dt.date) -> str:
    """Name of the month."""
    return names("months")[day.month - 1]


def weekday(day: dt.date) -> str:
    """Name of the day of the week."""
    return names("days")[day.weekday()]


def amount_text(amount: int, style: int) -> str:
    """An amount in one of the usual spellings."""
    return (
        f"{amount // 1000}rb",
        f"Rp {amount:,}".replace(",", "."),
        f"{amount // 1000}k",
        f"{amount:,}".replace(",", "."),
    )[style]


def _titles(kind: str, day: dt.date) -> tuple[str, ...]:
    """Titles that fit the season: breaking the fast in Ramadan, halal bihalal in the month after."""
    if kind == "donation":
        return names("causes")
    if fasting(day):
        return names("fast_events")
    return names("feast_events" if fasting(day - dt.timedelta(days=32)) else "events")


def _head(kind: str, title: str, start: int, organiser: Person, rng: np.random.Generator) -> tuple[str, str]:
    """Header and footer of a list."""
    day = day_of(start + int(rng.integers(2, 9)) * DAY)
    place, clock = rng.choice(names("places")), f"{rng.integers(8, 21):02d}.{rng.choice(['00', '30'])}"
    if kind == "donation":
        account = rng.integers(7_000_000_000, 7_999_999_999)
        bank = rng.choice(names("banks"))
        return (
            f"*Open donasi {title}*\nTransfer ke {bank} {account} a.n. {organiser.name}\nList donatur:",
            "Silakan lanjutkan, jazakumullah khairan",
        )
    if kind == "khataman":
        return f"*Khataman {title}*\nSelesai paling lambat {spoken_day(day)}\nSilakan copas & isi:", ""
    return (
        f"*{title}*\nHari/tgl: {spoken_day(day)}\nJam: {clock} WIB\nTempat: {place}\n\nYang hadir:",
        str(rng.choice(["Silakan dilanjut 🙏", "Yang ikut silakan isi, copas lanjutkan", ""])),
    )


def _lines(kind: str, entries: list[tuple[int, str]], mark: str) -> str:
    if kind == "khataman":
        taken = dict(entries)
        return "\n".join(f"Juz {juz}: {taken.get(juz, '')}".rstrip() for juz in range(1, 31))
    return "\n".join(f"{number}{mark} {text}" for number, (_, text) in enumerate(entries, 1))


def _entry(
    kind: str, person: Person, slot: int, rng: np.random.Generator, style: int
) -> tuple[str, int | None]:
    name = person.nickname if style % 2 else person.name
    if kind == "donation":
        amount = int(rng.choice(_AMOUNTS))
        return f"{name} - {amount_text(amount, style)}{' ✅' if rng.random() < 0.6 else ''}", amount
    if kind == "khataman":
        return f"{name}{' ✅' if rng.random() < 0.4 else ''}", None
    return name, None


def go_round(
    kind: str, start: int, present: list[int], company: Cast, people: list[Person], rng: np.random.Generator
) -> tuple[Activity, list[Copy]]:
    """One list from its first version to its last.

    Each signer copies the newest version and adds a name; sometimes somebody copies the one before (a fork,
    whose missing name a later copy brings back), sometimes one signs for another. Truth is the union.
    """
    organiser = int(company.members[company.lead(rng, 1)[0]])
    day = day_of(start)
    title = str(rng.choice(_titles(kind, day)))
    if kind == "khataman":
        title = f"{month_name(day)} {day.year} putaran {rng.integers(1, 9)}"
    header, footer = _head(kind, title, start, people[organiser], rng)
    mark = str(rng.choice([".", ")", "."]))
    style = int(rng.integers(0, 4))
    slots = list(rng.permutation(np.arange(1, 31)))
    speakers = [int(member) for member in company.members if int(member) in set(present)]
    wanted = min(int(len(present) * rng.uniform(0.08, 0.35)) + 3, 24)
    signers = [organiser, *(int(m) for m in rng.permutation(speakers) if int(m) != organiser)][:wanted]
    activity = Activity(kind, title, organiser, start)
    copies: list[Copy] = []
    versions: list[list[tuple[int, str]]] = [[]]
    moment, signed = start, set[int]()
    for signer in signers:
        added = [signer] if signer not in signed else []
        if rng.random() < 0.15:
            other = int(rng.choice(present))
            added += [other] if other not in signed and other != signer and people[other].in_chat else []
        if not added:
            continue
        base = versions[-2] if len(versions) > 2 and rng.random() < 0.07 else versions[-1]
        known = {entry for version in versions for entry in version} if rng.random() < 0.5 else set(base)
        entries = list(base) + sorted(known - set(base))
        for name in added:
            if kind == "khataman" and not slots:
                break
            slot = int(slots.pop()) if kind == "khataman" else len(activity.participants) + 1
            text, amount = _entry(kind, people[name], slot, rng, style)
            entries.append((slot, text))
            signed.add(name)
            activity.participants.append(name)
            activity.amounts.append(amount)
            activity.proxies.append(name != signer)
        versions.append(entries)
        body = "\n".join(part for part in (header, _lines(kind, entries, mark), footer) if part)
        copies.append(Copy(moment, signer, body, not copies))
        activity.last, activity.n_versions = moment, len(copies)
        moment += int(np.clip(rng.lognormal(np.log(2400), 1.3), 20, 2 * DAY))
        moment += 5 * 3600 if moment % DAY < 4 * 3600 else 0
    return activity, copies


def lists_of(
    month: dt.date,
    target: float,
    present: list[int],
    company: Cast,
    people: list[Person],
    rng: np.random.Generator,
) -> list[tuple[Activity, list[Copy]]]:
    """All lists that begin in a month; more of them in a talkative group, khataman above all in Ramadan."""
    scale = float(np.clip(target / 750, 0.3, 4))
    lent = float(np.mean([fasting(day) for day in days_of(month)]))
    rates = {"rsvp": 1.1 * scale, "donation": 0.6 * scale, "khataman": 0.25 * scale + 1.2 * lent}
    made: list[tuple[Activity, list[Copy]]] = []
    for kind, rate in rates.items():
        for start in np.sort(moments(rng, month, int(rng.poisson(rate)))):
            made.append(go_round(kind, int(start), present, company, people, rng))
    return made
