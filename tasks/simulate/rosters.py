"""Rosters as secretaries hand them in: CSV or XLSX, Indonesian or English headings, blemishes of spelling."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
from dataclasses import dataclass

import numpy as np

from tasks.simulate.membership import Roll
from tasks.simulate.people import Person
from tasks.simulate.rhythm import DAY, clock, seconds

_INDONESIAN = (
    "No Anggota",
    "Nama",
    "No HP",
    "Panggilan",
    "Angkatan",
    "Asal Daerah",
    "Domisili",
    "Kampus",
    "Jurusan",
    "Jabatan",
    "Jenis Kelamin",
    "Tanggal Masuk",
    "Tanggal Keluar",
    "Di Grup",
    "Persetujuan",
)
_ENGLISH = (
    "member_id",
    "name",
    "phone",
    "alias",
    "cohort",
    "origin_region",
    "current_city",
    "campus",
    "field",
    "role",
    "gender",
    "joined",
    "left",
    "in_group",
    "consent",
)


@dataclass(frozen=True)
class RosterFile:
    """One roster as a file; ``as_of`` is the day it speaks for."""

    name: str
    content: bytes
    as_of: dt.date


def spelled(phone: str, manner: int) -> str:
    """A number in one of the spellings people use."""
    local = "0" + phone[3:]
    return (
        phone,
        local,
        f"{local[:4]}-{local[4:8]}-{local[8:]}",
        f"+62 {phone[3:6]} {phone[6:10]} {phone[10:]}",
        f" {local} ",
    )[manner]


def _row(person: Person, as_of: dt.date, inside: bool, english: bool, rng: np.random.Generator) -> list[str]:
    yes, no = ("yes", "no") if english else ("ya", "tidak")
    name = f"{person.name}  " if rng.random() < 0.05 else person.name
    left = person.left.isoformat() if person.left is not None and person.left <= as_of else ""
    moment = seconds(as_of) + DAY - 1
    return [
        person.member_id, name, spelled(person.phone_at(moment), int(rng.integers(0, 5))), person.nickname,
        str(person.cohort), person.region, person.city, person.campus, person.field, person.role,
        person.gender, person.joined.isoformat(), left, yes if inside else no, person.consent,
    ]  # fmt: skip


def table(roll: Roll, as_of: dt.date, english: bool, rng: np.random.Generator) -> list[list[str]]:
    """Heading and rows of the roster that is true at the end of a day: members, and who left of late."""
    inside = set(roll.present(seconds(as_of) + DAY - 1))
    rows = [list(_ENGLISH if english else _INDONESIAN)]
    for index, person in enumerate(roll.people):
        long_gone = person.left is not None and person.left < as_of - dt.timedelta(days=365)
        if person.joined <= as_of and not long_gone:
            rows.append(_row(person, as_of, index in inside, english, rng))
    return rows


def _xlsx(rows: list[list[str]], as_of: dt.date) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties({"created": clock(seconds(as_of) + 9 * 3600)})
    sheet = workbook.add_worksheet("Anggota")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    workbook.close()
    return buffer.getvalue()


def _csv(rows: list[list[str]], delimiter: str) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode("utf-8")


def roster(roll: Roll, group: int, month: dt.date, rng: np.random.Generator) -> RosterFile:
    """The roster a group hands in after a month: format, headings and name by the group's own habit."""
    english = group % 3 == 1
    if group % 3 == 2:
        as_of = month.replace(day=15)
        rows = table(roll, as_of, english, rng)
        return RosterFile(f"anggota_{as_of.isoformat()}.xlsx", _xlsx(rows, as_of), as_of)
    as_of = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    rows = table(roll, as_of, english, rng)
    delimiter = ";" if group % 3 == 0 and month.month > 6 else ","
    return RosterFile(f"roster-{as_of:%Y-%m}.csv", _csv(rows, delimiter), as_of)


def is_due(group: int, index: int) -> bool:
    """After the first month, then half-yearly; one group in three yearly."""
    return index == 0 or index % (12 if group % 3 == 1 else 6) == 5
