"""Lists that go round: copied, signed, forked, mended, withdrawn from, paid. The truth of each beside its copies."""

from __future__ import annotations

import datetime as dt

import numpy as np

from tasks.simulate.list_forms import (
    Line,
    Manner,
    amount_text,
    forms,
    month_name,
    short_day,
    spoken_day,
    weekday,
)
from tasks.simulate.list_truth import Activity, Copy, Entry
from tasks.simulate.membership import Roll
from tasks.simulate.names import names
from tasks.simulate.rhythm import DAY, day_of, days_of, fasting, moments
from tasks.simulate.talk import Cast

__all__ = ["Activity", "Copy", "lists_of", "spoken_day", "weekday"]

_HOUR = 3600
#: What people give, in IDR; the usual amounts more often.
_AMOUNTS = (
    5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 50_000, 50_000, 75_000, 100_000, 100_000, 150_000, 200_000,
    500_000, 1_500_000,
)  # fmt: skip
_DUES = 20_000
#: Kinds as the warehouse names them, where a form of ours is one of several ways to the same.
KIND = {"carpool": "rsvp", "weekly": "rsvp", "dues": "donation"}
#: Lists a month in a group of the usual talk; a khataman above all in Ramadan.
_RATES = {
    "rsvp": 1.0, "donation": 0.6, "khataman": 0.25, "attendance": 0.15, "learning": 0.25, "order": 0.15,
    "dues": 0.2, "carpool": 0.12, "petition": 0.1, "poll": 0.2,
}  # fmt: skip
_WEEKLY_CHANCE = 0.12
_SPLIT_FROM = 14


#: So long a list may go round; only who stays that long takes part.
_LONGEST = 45 * DAY


def _around(
    roll: Roll, company: Cast, start: int, rng: np.random.Generator
) -> tuple[int, list[int], list[int]]:
    """Who begins a list, who may sign it, who may be put down: those there from its beginning to its end."""
    stay = {
        stay.member
        for stay in roll.stays
        if stay.start <= start and (stay.end is None or stay.end > start + _LONGEST)
    }
    speakers = [int(member) for member in company.members if int(member) in stay]
    led = int(company.members[company.lead(rng, 1)[0]])
    present = sorted(member for member in stay if roll.people[member].in_chat)
    return led if led in stay or not speakers else speakers[0], speakers or [led], present or [led]


def _choice(rng: np.random.Generator, values: list) -> int:
    """Index of one of the values."""
    return int(rng.integers(0, len(values)))


class _Round:
    """One list on its way through the group."""

    def __init__(
        self, form: str, start: int, roll: Roll, company: Cast, rng: np.random.Generator, end: int,
        title: str | None = None,
    ) -> None:  # fmt: skip
        self.rng, self.people, self.form, self.end = rng, roll.people, form, end
        self.kind = KIND.get(form, form)
        self.words = forms()["words"]
        self.manner = Manner.draw(rng)
        organiser, self.speakers, self.present = _around(roll, company, start, rng)
        self.slots = [int(slot) for slot in rng.permutation(np.arange(1, 31))]
        event = day_of(start + int(rng.integers(2, 9)) * DAY)
        deadline = day_of(start + int(rng.integers(4, 12)) * DAY)
        self.title = title or self._title(day_of(start), organiser)
        self.head, self.foot = self._head(event, deadline, organiser)
        self.activity = Activity(
            self.kind, form, self.title, organiser, start,
            event_day=event if self._names(event) and form != "khataman" else None,
            deadline=deadline if self._deadline else None,
        )  # fmt: skip
        self.versions: list[list[Line]] = []
        self.copies: list[Copy] = []
        self.signed: set[int] = set()
        self.moment = start

    def _title(self, day: dt.date, organiser: int) -> str:
        if self.form == "donation":
            return str(self.rng.choice(names("causes")))
        if self.form == "rsvp":
            feast = fasting(day - dt.timedelta(days=32))
            pool = "fast_events" if fasting(day) else "feast_events" if feast else "events"
            return str(self.rng.choice(names(pool)))
        title = str(self.rng.choice(forms()[self.form]["titles"]))
        return title.format(
            bulan=month_name(day), tahun=day.year, nomor=int(self.rng.integers(1, 40)),
            pj=self.people[organiser].nickname,
        )  # fmt: skip

    def _head(self, event: dt.date, deadline: dt.date, organiser: int) -> tuple[str, str]:
        rng, form = self.rng, forms()[self.form]
        head, foot = str(rng.choice(form["heads"])), str(rng.choice(form["feet"]))
        self._deadline = "{batas}" in head
        self._dated = "{hari}" in head
        values = {
            "judul": self.title, "hari": short_day(event, rng), "batas": spoken_day(deadline),
            "jam": f"{rng.integers(8, 21):02d}.{rng.choice(['00', '30'])}", "tempat": str(rng.choice(names("places"))),
            "bank": str(rng.choice(names("banks"))), "rek": str(rng.integers(7_000_000_000, 7_999_999_999)),
            "pj": self.people[organiser].name,
        }  # fmt: skip
        return head.format(**values), foot.format(**values)

    def _names(self, event: dt.date) -> bool:
        """Whether the head names the day of the activity."""
        return self._dated

    # --- what a signer writes -------------------------------------------------------------------------------

    def _enter(self, member: int, writer: int) -> Line | None:
        """A line for a member, and its truth."""
        rng, entry = self.rng, Entry(member, writer)
        line = Line(len(self.activity.entries), self.manner.name(self.people[member], rng))
        if self.kind == "khataman":
            if not self.slots:
                return None
            entry.slot = self.slots.pop()
            line = line.but(slot=entry.slot)
            if rng.random() < 0.25:
                entry.status, line = "done", line.but(mark=str(rng.choice(self.words["finished"])))
        elif self.kind == "donation":
            entry.amount = _DUES if self.form == "dues" else int(rng.choice(_AMOUNTS))
            line = line.but(money=self.manner.amount(entry.amount))
            if "sudah bayar" in self.head:
                entry.paid = True  # whoever stands on this list has paid
            elif rng.random() < 0.4:
                entry.paid, line = True, line.but(mark=str(rng.choice(self.words["done"])))
        elif self.form in ("rsvp", "attendance", "weekly"):
            line = self._answer(entry, line)
        elif self.form == "learning" and rng.random() < 0.6:
            line = line.but(note=f" - {self.people[member].campus}")
        elif self.form == "order":
            line = line.but(note=f" - {rng.choice(self.words['sizes'])}")
        self.activity.entries.append(entry)
        self.signed.add(member)
        return line

    def _answer(self, entry: Entry, line: Line) -> Line:
        """Some bring guests, some excuse themselves, some are not sure."""
        draw = self.rng.random()
        if draw < 0.07 and self.form == "rsvp":
            which = _choice(self.rng, self.words["guests"])
            entry.guests = self.words["n_guests"][which]
            return line.but(note=self.words["guests"][which])
        if draw < 0.12:
            entry.status = "no"
            return line.but(note=str(self.rng.choice(self.words["absent"])))
        if draw < 0.15:
            entry.status = "maybe"
            return line.but(note=str(self.rng.choice(self.words["maybe"])))
        return line.but(note=str(self.rng.choice(self.words["sure"]))) if draw < 0.3 else line

    def _outsider(self, writer: int) -> Line:
        """A gift of somebody who is no member, or will not be named."""
        pool = "anonymous" if self.rng.random() < 0.6 else "outsiders"
        entry = Entry(None, writer, amount=int(self.rng.choice(_AMOUNTS)))
        line = Line(len(self.activity.entries), str(self.rng.choice(self.words[pool])))
        self.activity.entries.append(entry)
        return line.but(money=self.manner.amount(entry.amount or 0))

    def _mended(self, lines: list[Line]) -> list[Line]:
        """A copy that also marks who has paid or read, or corrects what somebody else wrote."""
        entries, told = self.activity.entries, []
        for line in lines:
            entry = entries[line.entry]
            if self.kind == "donation" and not entry.paid and not line.mark and self.rng.random() < 0.5:
                entry.paid, line = True, line.but(mark=str(self.rng.choice(self.words["done"])))
            elif self.kind == "khataman" and entry.status == "yes" and self.rng.random() < 0.5:
                entry.status, line = "done", line.but(mark=str(self.rng.choice(self.words["finished"])))
            told.append(line)
        return told

    def _without(self, lines: list[Line], member: int) -> list[Line]:
        """The list after somebody has taken himself off it: gone, struck through, or marked."""
        mine = next(line for line in lines if self.activity.entries[line.entry].member == member)
        self.activity.entries[mine.entry].status = "withdrawn"
        way = self.rng.random()
        if way < 0.5:
            return [line for line in lines if line is not mine]
        said = str(self.rng.choice(self.words["off"]))
        off = mine.but(is_struck=True) if way < 0.75 else mine.but(note=said, mark="")
        return [off if line is mine else line for line in lines]

    # --- going round ----------------------------------------------------------------------------------------

    def _base(self) -> list[Line]:
        """The version that is copied: the newest; now and then the one before, half the time made whole again."""
        if not self.versions:
            return []
        if len(self.versions) < 3 or self.rng.random() > 0.07:
            return list(self.versions[-1])
        self.activity.n_forks += 1
        base = list(self.versions[-2])
        if self.rng.random() < 0.5:
            held = {line.entry for line in base}
            base += [
                line
                for line in self.versions[-1]
                if line.entry not in held and self.activity.entries[line.entry].status != "withdrawn"
            ]
        return base

    def _post(self, author: int, lines: list[Line]) -> None:
        """Write a version down, perhaps in two messages, and let some time pass."""
        rng, is_first = self.rng, not self.copies
        body = self.manner.body(self.kind, lines)
        foot = self._total(author, lines) or self.foot
        is_edited = bool(not is_first and rng.random() < 0.04)
        if (
            len(lines) >= _SPLIT_FROM
            and self.kind != "khataman"
            and self.manner.numbering != 8
            and rng.random() < 0.15
        ):
            half = len(body) // 2
            first, rest = "\n".join([self.head, *body[:half]]), "\n".join([*body[half:], foot]).rstrip()
            self.copies.append(Copy(self.moment, author, first, is_first, self.kind))
            self.copies.append(Copy(self.moment + 15, author, rest, False, self.kind, "rest"))
        else:
            text = "\n".join(part for part in (self.head, *body, foot) if part)
            self.copies.append(Copy(self.moment, author, text, is_first, self.kind, is_edited=is_edited))
        self.versions.append(lines)
        self.activity.last, self.activity.n_versions = self.moment, len(self.versions)
        self.moment += int(np.clip(rng.lognormal(np.log(2400), 1.3), 60, 2 * DAY))
        self.moment += 5 * _HOUR if self.moment % DAY < 4 * _HOUR else 0

    def _total(self, author: int, lines: list[Line]) -> str:
        """Whoever leads a collection writes its sum under it at times, and is wrong at times."""
        if self.kind != "donation" or author != self.activity.organiser or self.rng.random() > 0.5:
            return ""
        total = sum(self.activity.entries[line.entry].amount or 0 for line in lines)
        total += int(self.rng.choice([0, 0, 0, 0, 5_000]))
        if not total:
            return ""
        self.activity.stated_total = total
        return f"{self.rng.choice(['Total', 'Jumlah', 'Terkumpul'])}: {amount_text(total, 1)}"

    def run(self, wanted: int) -> tuple[Activity, list[Copy]]:
        """The list from its first version to its last."""
        organiser, rng = self.activity.organiser, self.rng
        others = [member for member in self.speakers if member != organiser]
        signers = [organiser, *(int(member) for member in rng.permutation(others))][:wanted]
        for signer in signers:
            if self.moment >= self.end:
                break
            lines = self._base()
            if signer not in self.signed and (line := self._enter(signer, signer)):
                lines.append(line)
            if rng.random() < 0.15:
                other = int(rng.choice(self.present))
                if other not in self.signed and other != signer and (line := self._enter(other, signer)):
                    lines.append(line)
            if self.form == "donation" and rng.random() < 0.12:
                lines.append(self._outsider(signer))
            self._post(signer, lines)
            if rng.random() < 0.04 and self.moment < self.end:
                self._withdraw()
            if self.moment < self.end and rng.random() < (
                0.08 if self.kind in ("donation", "khataman") else 0.0
            ):
                self._post(organiser, self._mended(list(self.versions[-1])))
        if self.form == "donation":
            self._tell()
        return self.activity, self.copies

    def _withdraw(self) -> None:
        """Somebody who signed takes himself off the newest version."""
        lines = self.versions[-1]
        able = [
            line
            for line in lines
            if (entry := self.activity.entries[line.entry]).member in self.speakers
            and entry.member != self.activity.organiser
            and entry.status == "yes"
            and not entry.paid
        ]
        if len(able) > 2:
            entry = self.activity.entries[able[_choice(self.rng, able)].entry]
            self._post(entry.member or 0, self._without(list(lines), entry.member or 0))

    def _tell(self) -> None:
        """Some only say that they have paid: who signed without a mark, and some who never sign."""
        rng = self.rng
        unpaid = [
            e for e in self.activity.listed if not e.paid and e.status == "yes" and e.member in self.speakers
        ]
        silent = [member for member in self.speakers if member not in self.signed]
        for _ in range(int(rng.poisson(1.2))):
            self.moment += int(rng.integers(600, 6 * _HOUR))
            if self.moment >= self.end:
                return
            if unpaid and rng.random() < 0.5:
                entry = unpaid.pop(_choice(rng, unpaid))
            elif silent:
                member = silent.pop(_choice(rng, silent))
                entry = Entry(member, member, amount=int(rng.choice(_AMOUNTS)), status="done", on_list=False)
                self.activity.entries.append(entry)
            else:
                return
            entry.paid = True
            words = str(rng.choice(self.words["told"]))
            said = words.format(nominal=amount_text(entry.amount or 0, int(rng.integers(0, 5))))
            self.copies.append(Copy(self.moment, int(entry.member or 0), said, False, self.kind, "told"))


def _poll(start: int, roll: Roll, company: Cast, rng: np.random.Generator) -> tuple[Activity, list[Copy]]:
    """A poll who comes; an export shows the votes, not the voters."""
    title = str(rng.choice(forms()["poll"]["titles"]))
    organiser, _, _ = _around(roll, company, start, rng)
    options = [f"{option} ({rng.integers(0, 15)})" for option in ("Ikut", "Tidak", "Belum tahu")]
    activity = Activity("poll", "poll", title, organiser, start, last=start, n_versions=1)
    return activity, [Copy(start, organiser, "\n".join([title, *options]), True, "poll", "poll")]


def lists_of(
    month: dt.date, target: float, roll: Roll, company: Cast, rng: np.random.Generator, end: int
) -> list[tuple[Activity, list[Copy]]]:
    """All lists that begin in a month, more of them in a talkative group; some come back every week, begun anew.

    ``end`` is the moment at which the simulation stops.
    """
    scale = float(np.clip(target / 750, 0.3, 4))
    lent = float(np.mean([fasting(day) for day in days_of(month)]))
    size = max(len(company.members), 3)
    made: list[tuple[Activity, list[Copy]]] = []

    def wanted() -> int:
        return min(int(size * rng.uniform(0.1, 0.4)) + 3, 24)

    for form, rate in _RATES.items():
        number = int(rng.poisson(rate * scale + (1.2 * lent if form == "khataman" else 0)))
        for start in np.sort(moments(rng, month, number)):
            if form == "poll":
                made.append(_poll(int(start), roll, company, rng))
            else:
                made.append(_Round(form, int(start), roll, company, rng, end).run(wanted()))
    if rng.random() < _WEEKLY_CHANCE * scale:
        (start,) = moments(rng, month, 1)
        title = str(rng.choice(forms()["weekly"]["titles"]))
        for week in range(int(start), end, 7 * DAY):
            if day_of(week).month == month.month:
                made.append(_Round("weekly", week, roll, company, rng, end, title).run(max(wanted(), 6)))
            else:
                break
    return made
