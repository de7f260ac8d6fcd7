"""Roster files: from the bytes a secretary hands in to the frame ROSTER, with a typed account of the rest."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import polars as pl
from pydantic import ValidationError

from schemas.errors import FileRefused
from schemas.frames import ROSTER
from schemas.roster import EMPTY, ROSTER_FIELDS, cell_readers, clean, e164_list, fold, read_date
from tasks.identify.sheet import MAX_ROWS, Cells, read_sheets
from tasks.land.dates import stated_date
from tasks.run import last_day
from warehouse.reference.people import headings, region, role, roster_words

#: Above this share of rows with a fault the file is refused.
MAX_BAD_SHARE = 0.5
_HEADER_WITHIN = 60  # rows above which a header may stand: titles, addresses, blank rows
#: A count of heads, alone or with a word or two: ``57``, ``Jumlah: 57``, ``57 anggota``.
_COUNT = re.compile(r"^(?:[^\W\d]+[ :=]*){0,3}(\d{1,4})(?:[.,]0+)?(?: *[^\W\d]+){0,2}$")
_MOST_HEADS = 1_899  # of a group; what lies above is a year
_FATAL = "formula"
_IDENTITY = ("name", "phone")
#: One of these tells who somebody is.
_IDENTIFYING = ("member_id", "name", "phone")
#: Cells held as validated: those of a large community, which come again on every roster.
_CELLS_KEPT = 1 << 14
_PROBLEMS = {"row_no": pl.Int64, "column_name": pl.String, "rule": pl.String, "severity": pl.String}


@dataclass(frozen=True)
class RosterFile:
    """What one roster says, and what of it could not be used.

    ``roster``: frame ROSTER. ``problems``: ``row_no, column_name, rule, severity`` (critical: the row was
    left out; warning: the cell was; info: a repeated row), never a value. ``columns``: fields recognised.
    """

    file_id: str
    as_of_date: dt.date
    roster: pl.DataFrame
    problems: pl.DataFrame
    n_rows: int
    n_bad: int
    columns: tuple[str, ...]
    head_counts: tuple[tuple[dt.date, int], ...] = ()  # day, people: of a list that only counts them

    def under(self, file_id: str) -> RosterFile:
        """The same under the identifier the file was handed in with; its bytes may have lost somebody since."""
        roster = self.roster.with_columns(file_id=pl.lit(file_id))
        return RosterFile(**{**vars(self), "file_id": file_id, "roster": roster})

    def quarantine(self, group_id: str) -> pl.DataFrame:
        """The problems as rows of ``ops.quarantine``."""
        return self.problems.select(
            pl.lit(self.file_id).alias("file_id"),
            pl.lit(group_id).alias("group_id"),
            "row_no",
            "column_name",
            "rule",
            "severity",
        )


@dataclass
class _Account:
    """Rows kept and problems found while a file is read."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[tuple[int, str | None, str, str]] = field(default_factory=list)
    n_rows: int = 0

    def note(self, row_no: int, column: str | None, rule: str, severity: str) -> None:
        self.problems.append((row_no, column, rule, severity))

    @property
    def n_bad(self) -> int:
        return len({row_no for row_no, _, _, severity in self.problems if severity != "info"})


def as_of_date(file_name: str, default_month: dt.date) -> dt.date:
    """The day a roster speaks for: the day in its name, else the last day of the month there, else of
    ``default_month``.

    Raises:
        FileRefused: bad_stated_date, when the name states a day or month that does not exist.
    """
    return stated_date(file_name) or last_day(default_month)


def read_roster(
    content: bytes, file_name: str, default_month: dt.date, *, max_bad_share: float = MAX_BAD_SHARE
) -> RosterFile:
    """Read a roster (CSV or XLSX) for the day its name states.

    A row without name, number or phone, or with a formula as a value, is left out; a cell that cannot be
    read is left empty and its row stays; both are listed in ``problems``. ``default_month`` is the month
    of the run, for names without a date.

    Raises:
        FileRefused: not_a_roster, empty_file, too_many_bad_rows, bad_stated_date, and those of
            :func:`tasks.identify.sheet.read_sheets`.
    """
    day = as_of_date(file_name, default_month)
    file_id = hashlib.sha256(content).hexdigest()[:12]
    account, columns = _read_tables(read_sheets(content))
    _settle_duplicates(account)
    if account.n_rows == 0:
        raise FileRefused("empty_file")
    if account.n_bad > max_bad_share * account.n_rows:
        raise FileRefused("too_many_bad_rows", rows=account.n_rows, bad_rows=account.n_bad)
    return RosterFile(
        file_id=file_id,
        as_of_date=day,
        roster=_frame(account.rows, file_id, day),
        problems=pl.DataFrame(account.problems, schema=_PROBLEMS, orient="row").unique(maintain_order=True),
        n_rows=account.n_rows,
        n_bad=account.n_bad,
        columns=columns,
    )


def read_participants(content: bytes, file_name: str, default_month: dt.date) -> RosterFile:
    """Read ``participants-DATE.csv``: everybody on it was in the chat on that day, nobody else was.

    Instead of people it may hold a count alone, of the day in its name (``57``, ``Jumlah: 57``), or a
    column of counts beside a column of dates.

    Raises:
        FileRefused: as :func:`read_roster`.
    """
    sheets = read_sheets(content)
    counts = (
        None
        if any(find_header(cells) for cells in sheets)
        else _head_counts(sheets, file_name, default_month)
    )
    if counts:
        day = as_of_date(file_name, default_month)
        return RosterFile(
            file_id=hashlib.sha256(content).hexdigest()[:12],
            as_of_date=day,
            roster=ROSTER.empty(),
            problems=pl.DataFrame(schema=_PROBLEMS),
            n_rows=len(counts),
            n_bad=0,
            columns=(),
            head_counts=counts,
        )
    listed = read_roster(content, file_name, default_month)
    everybody = listed.roster.with_columns(pl.lit(True).alias("is_in_group"))
    return RosterFile(**{**vars(listed), "roster": everybody})


def _head_counts(
    sheets: list[Cells], file_name: str, default_month: dt.date
) -> tuple[tuple[dt.date, int], ...] | None:
    """Counts of heads by day; None where the cells are more than that."""
    months, found = roster_words()["month"], dict[dt.date, int]()
    for row in (row for cells in sheets for row in cells):
        filled = [text for cell in row if (text := clean(cell))]
        counted = [_count_or_none(text) for text in filled]
        numbers = [number for number in counted if number is not None]
        days = [
            day
            for text, number in zip(filled, counted, strict=True)
            if number is None and (day := _day_or_none(text, months))
        ]
        is_heading = not numbers and not days
        if len(numbers) > 1 or len(days) > 1 or (days and not numbers) or (is_heading and found):
            return None
        if numbers:
            day = days[0] if days else as_of_date(file_name, default_month)
            if found.setdefault(day, numbers[0]) != numbers[0]:
                return None
    return tuple(sorted(found.items())) or None


def _count_or_none(text: str) -> int | None:
    match = _COUNT.match(text)
    return int(match[1]) if match and int(match[1]) <= _MOST_HEADS else None


def _day_or_none(text: str, months: dict[str, str]) -> dt.date | None:
    try:
        return read_date(text, months)
    except ValueError:
        return None


def find_header(cells: Cells) -> tuple[int, dict[int, str]] | None:
    """Row of the header and the field of each recognised column; None when no row names a person.

    The row with the most recognised headings wins, the lower of equals, so that a header merged over two
    rows ends where the people begin.
    """
    known = headings()
    best: tuple[int, dict[int, str]] | None = None
    for number, row in enumerate(cells[:_HEADER_WITHIN]):
        fields: dict[int, str] = {}
        for position, cell in enumerate(row):
            name = known.get(fold(cell)) if cell else None
            if name and name not in fields.values():
                fields[position] = name
        adjacent = best is not None and number == best[0] + 1
        better = best is None or len(fields) > len(best[1]) or (adjacent and len(fields) == len(best[1]))
        if any(name in fields.values() for name in _IDENTITY) and better:
            best = (number, fields)
    return best


def _read_tables(sheets: Iterable[Cells]) -> tuple[_Account, tuple[str, ...]]:
    account, columns, offset = _Account(), dict[str, None](), 0
    found_header = False
    for cells in sheets:
        header = find_header(cells)
        if header:
            found_header = True
            columns.update(dict.fromkeys(header[1].values()))
            _read_rows(cells, header, offset, account)
            if account.n_rows > MAX_ROWS:
                raise FileRefused("too_many_rows")
        offset += len(cells)
    if not found_header:
        raise FileRefused("not_a_roster")
    return account, tuple(columns)


def _date_order(cells: Cells, positions: list[int]) -> str:
    """mdy when a second part above 12 shows it and no first part contradicts, else dmy."""
    pairs = [
        (int(match.group(1)), int(match.group(2)))
        for row in cells
        for position in positions
        if position < len(row)
        and (match := re.match(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ]\d{2,4}\b", row[position] or ""))
    ]
    return "mdy" if any(b > 12 for _, b in pairs) and not any(a > 12 for a, _ in pairs) else "dmy"


def _read_rows(cells: Cells, header: tuple[int, dict[int, str]], offset: int, account: _Account) -> None:
    start, fields = header
    dates = [position for position, name in fields.items() if name in ("joined_date", "left_date")]
    date_order = _date_order(cells[start + 1 :], dates)
    footers, known = roster_words()["footer"], headings()
    # Faults of a row are noted in the order of its fields, whatever that of its columns.
    fields = dict(sorted(fields.items(), key=lambda field: ROSTER_FIELDS.index(field[1])))
    for number, row in enumerate(cells[start + 1 :], start=start + 2):
        raw = {name: row[position] if position < len(row) else None for position, name in fields.items()}
        filled = [value for value in raw.values() if value and value.casefold() not in EMPTY]
        is_header_again = len(filled) > 1 and all(known.get(fold(value)) for value in filled)
        is_footer = len(filled) <= 2 and _opens_footer(row, footers)
        if filled and not is_header_again and not is_footer:
            account.n_rows += 1
            _read_row(raw, offset + number, date_order, account)


def _opens_footer(row: list[str | None], footers: dict[str, str]) -> bool:
    """Whether the first filled cell reads as a total or a note, such as ``Jumlah: 57``."""
    first = next((cell for cell in row if cell), "")
    return re.sub(r"[\d ]+$", "", fold(first)) in footers


@lru_cache(maxsize=_CELLS_KEPT)
def _cell(name: str, cell: str | None, date_order: str) -> tuple[Any, str | None]:
    """What a cell of a field says, and the rule it breaks; one that stands in many rows is validated once."""
    context = {"words": roster_words(), "date_order": date_order, "region": "ID"}
    try:
        return cell_readers()[name].validate_python(cell, context=context), None
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        # What cannot be read is no consent.
        return "objected" if name == "consent" else _nothing()[name], problem["type"]


@lru_cache(maxsize=_CELLS_KEPT)
def _other_phones(cell: str | None) -> tuple[str, ...]:
    """The numbers of a cell after the first."""
    return tuple(e164_list(clean(cell) or "")[1:])


def forget_cells() -> None:
    """Let go of the cells validated so far."""
    for held in (_cell, _other_phones, fold):
        held.cache_clear()


@cache
def _nothing() -> dict[str, Any]:
    """A row whose cells say nothing."""
    return {name: reader.validate_python(None) for name, reader in cell_readers().items()}


def _read_row(raw: dict[str, str | None], row_no: int, date_order: str, account: _Account) -> None:
    """Validate one row; cells that break a rule are noted and emptied, the rest must still be a person."""
    row: dict[str, Any] = {"row_no": row_no, **_nothing()}
    is_out = False
    for name, cell in raw.items():
        row[name], broken = _cell(name, cell, date_order)
        if broken:
            is_fatal = broken == _FATAL
            account.note(row_no, name, _rule(name, broken), "critical" if is_fatal else "warning")
            is_out = is_out or is_fatal
    if is_out:
        return
    if not any(row[name] for name in _IDENTIFYING):
        account.note(row_no, None, "no_identity", "critical")
        return
    row["other_phones"] = _other_phones(raw["phone"]) if row["phone"] else ()
    account.rows.append(row)


def _rule(column: str, kind: str) -> str:
    return kind if kind.startswith(column) else f"{column}_{kind}"


def _settle_duplicates(account: _Account) -> None:
    """Leave out repeated people; a member number given to two people identifies neither's second row."""
    kept: list[dict[str, Any]] = []
    by_number: dict[str, dict[str, Any]] = {}
    by_phone: dict[tuple[str, str], dict[str, Any]] = {}
    for row in account.rows:
        name = fold(row["name"] or "")
        first = by_number.get(row["member_id"]) if row["member_id"] else None
        if first is not None and not _same_person(first, row):
            account.note(row["row_no"], "member_id", "member_id_twice", "warning")
            row["member_id"] = None
            first = None
        if first is None and row["phone"]:
            candidate = by_phone.get((row["phone"], name))
            if candidate is not None and (
                not row["member_id"] or candidate["member_id"] in (None, row["member_id"])
            ):
                first = candidate
        if first is not None:
            account.note(row["row_no"], None, "duplicate_row", "info")
            for key, value in row.items():
                if first[key] in (None, (), []):
                    first[key] = value
            continue
        kept.append(row)
        if row["member_id"]:
            by_number[row["member_id"]] = row
        if row["phone"]:
            by_phone[row["phone"], name] = row
    account.rows = kept


def _same_person(first: dict[str, Any], second: dict[str, Any]) -> bool:
    same_phone = first["phone"] is not None and first["phone"] == second["phone"]
    names = [fold(row["name"] or "") for row in (first, second)]
    return same_phone or names[0] == names[1] or not all(names)


def _frame(rows: list[dict[str, Any]], file_id: str, day: dt.date) -> pl.DataFrame:
    """Rows as frame ROSTER: regions and roles by their tables, standing and consent filled in."""
    schema = ROSTER.polars_schema
    aliases = [([*row["aliases"], *row["other_phones"]],) for row in rows]
    standing = [(row["standing"], row["left_date"]) for row in rows]
    told = {
        "file_id": [file_id] * len(rows),
        "as_of_date": [day] * len(rows),
        # Row by row: a column made of lists takes a frame for each of them.
        "aliases": pl.DataFrame(aliases, schema={"aliases": schema["aliases"]}, orient="row").to_series(),
        "origin_region": [region(row["origin_region"]) for row in rows],
        "current_city": [region(row["current_city"]) for row in rows],
        "role": [role(row["role"]) for row in rows],
        "is_in_good_standing": [word != "out" and (left is None or left > day) for word, left in standing],
        "consent": ["excluded" if row["is_adult"] is False else row["consent"] or "unknown" for row in rows],
    }
    return pl.DataFrame(
        {name: told[name] if name in told else [row[name] for row in rows] for name in schema}, schema=schema
    )
