"""The filter between parsing and merging: what of an export or a list is an erased person's, and the rest.

Pure functions of a file and of the tombstones. They run over every file whenever tombstones grow, so that a
person who was erased does not come back with an old export, a new one, or another phone's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from schemas.roster import e164_list, fold
from tasks.identify.roster import find_header
from tasks.identify.sheet import Cells
from tasks.rights.known import Known

#: Votes that make a label an erased person's: so many long texts of his, or so many of any length.
MIN_LONG, MIN_ANY = 2, 3
#: ... if they are at least this share of what the label wrote on those days.
MIN_SHARE = 0.5
#: System lines about the group, which stand without the person who acted.
_OF_THE_GROUP = frozenset(
    {
        "created",
        "subject",
        "description",
        "icon",
        "admins_only_on",
        "admins_only_off",
        "pinned",
        "encryption",
        "disappearing_on",
        "disappearing_off",
        "call",
    }
)
_DAY = dt.timedelta(days=1)
_FEWEST_DIGITS = 8


@dataclass(frozen=True)
class Withheld:
    """An export without erased people.

    ``frame``: of the shape of the input. ``own``: the rows that were an erased person's. ``labels``: theirs in
    this export. ``n_removed``: rows that are gone; ``n_masked``: rows that lost a name or number.
    """

    frame: pl.DataFrame
    own: pl.DataFrame
    labels: frozenset[str]
    n_removed: int
    n_masked: int

    @property
    def is_changed(self) -> bool:
        return bool(self.n_removed or self.n_masked)


def withhold_export(frame: pl.DataFrame, known: Known, exporter: str) -> Withheld:
    """Take erased people out of a parsed export.

    Their messages go, and the system lines that speak of nobody else; where others act or are acted upon, the
    line stays without them. Names and numbers in other people's words are masked; ``text_key`` stays, so that
    the message merges as before.

    Args:
        frame: DIGESTED.
        known: the erased people of the group.
        exporter: the phone the export comes from.
    """
    labels = _erased_labels(frame, known, exporter)
    gone = pl.Series(sorted(labels), dtype=pl.String).implode()
    is_own = pl.col("author").is_in(gone).fill_null(False)
    own = frame.filter(is_own)
    rest = frame.filter(~is_own)
    acts = pl.col("actor").is_in(gone).fill_null(False)
    left = pl.col("targets").list.filter(~pl.element().is_in(sorted(labels)))
    had = pl.col("targets").list.len().fill_null(0)
    touched = acts | (left.list.len().fill_null(0) < had)
    alone = touched & (left.list.len().fill_null(0) == 0) & ~pl.col("event").is_in(_OF_THE_GROUP)
    changed = rest.select(touched.fill_null(False).alias("t"), alone.fill_null(False).alias("a"))
    # one who acts upon others is left out of the line, who are added is not
    kept = rest.with_columns(
        actor=pl.when(acts).then(None).otherwise("actor"),
        targets=pl.when(touched).then(left).otherwise("targets"),
    ).filter(~changed["a"])
    masked = known.masked(kept["text"])
    n_masked = int((masked.fill_null("") != kept["text"].fill_null("")).sum())
    n_masked += int((changed["t"] & ~changed["a"]).sum())
    return Withheld(
        frame=kept.with_columns(text=masked),
        own=own,
        labels=frozenset(labels),
        n_removed=frame.height - kept.height,
        n_masked=n_masked,
    )


def _erased_labels(frame: pl.DataFrame, known: Known, exporter: str) -> set[str]:
    columns = [frame["author"], frame["actor"], frame["targets"].explode()]
    labels = pl.concat([column.alias("label") for column in columns]).drop_nulls().unique()
    erased = {label for label in labels if known.label(label, exporter)}
    return erased | _by_votes(frame.filter(~pl.col("author").is_in(sorted(erased))), known)


def moments(frame: pl.DataFrame) -> pl.DataFrame:
    """``author, text_key, is_long, day, at``: messages with words, by day and minute of the hour.

    Zones of this country differ by whole hours, so the minute is the same on every phone.
    """
    return frame.filter(pl.col("author").is_not_null() & pl.col("text_key").is_not_null()).select(
        "author",
        "text_key",
        "is_long",
        day=pl.col("local_at").dt.date(),
        at=pl.col("local_at").dt.minute(),
    )


def moment(text_key: int, day: object, at: int) -> str:
    """One message as it is remembered: its words, its day, its minute."""
    return f"{text_key}|{day}|{at}"


def _by_votes(frame: pl.DataFrame, known: Known) -> set[str]:
    """Labels under which messages of an erased person stand, whatever the phone calls him."""
    said = moments(frame)
    tombstones, group = known.tombstones, known.group_id
    words = tombstones.among("message", group, said["text_key"].unique())
    candidates = said.filter(pl.col("text_key").is_in(sorted(words)))
    if candidates.is_empty():
        return set()
    hits = [
        any(
            tombstones.has("moment", group, moment(key, day, at))
            for day in (row_day - _DAY, row_day, row_day + _DAY)
        )
        for key, row_day, at in candidates.select("text_key", "day", "at").iter_rows()
    ]
    theirs = candidates.filter(pl.Series(hits, dtype=pl.Boolean))
    votes = theirs.group_by("author").agg(
        n_long=pl.col("is_long").sum(), n=pl.len(), first=pl.col("day").min(), last=pl.col("day").max()
    )
    wrote = (
        said.join(votes, on="author")
        .filter(pl.col("day").is_between("first", "last"))
        .group_by("author")
        .agg(n_wrote=pl.len())
    )
    enough = (pl.col("n_long") >= MIN_LONG) | (pl.col("n") >= MIN_ANY)
    alone = (pl.col("n") == pl.col("n_wrote")) & (pl.col("n_long") >= 1) & (pl.col("n") >= MIN_LONG)
    share = pl.col("n") >= MIN_SHARE * pl.col("n_wrote")
    return set(votes.join(wrote, on="author").filter((enough & share) | alone)["author"])


@dataclass(frozen=True)
class Columns:
    """Where a sheet of a roster keeps what identifies a person; None for what it does not keep."""

    member_id: int | None = None
    name: int | None = None

    @classmethod
    def of(cls, cells: Cells) -> Columns:
        """The columns by the sheet's header."""
        header = find_header(cells)
        places = {field: position for position, field in header[1].items()} if header else {}
        return cls(places.get("member_id"), places.get("name"))


def withhold_sheets(sheets: Sequence[Cells], known: Known) -> tuple[list[Cells], int]:
    """Empty the rows of a roster that are an erased person's, and mask his name in others.

    A row is his by a number that was his alone, by his member number, or by his name where neither another
    member number nor, for a name of one word, another telephone number says that it is a namesake's. Rows keep
    their places, so that what is said of row 17 stays true.

    Returns:
        The sheets, and how many rows changed.
    """
    found, n_changed = [], 0
    for cells in sheets:
        columns = Columns.of(cells)
        rows = [_row(row, known, columns) for row in cells]
        n_changed += sum(new != row for new, row in zip(rows, cells, strict=True))
        found.append(rows)
    return found, n_changed


def _row(row: list[str | None], known: Known, columns: Columns) -> list[str | None]:
    if not any(row):
        return row
    nothing: list[str | None] = [None] * len(row)
    number, name = _cell(row, columns.member_id), _cell(row, columns.name)
    if number and known.tombstones.has("member_number", known.community, number_form(number)):
        return nothing
    phones = [phone for cell in row if cell for phone in phones_in(cell)]
    if known.tombstones.among("phone", "", phones):
        return nothing
    if name and _is_his(fold(name), number, phones, known):
        return nothing
    return [cell and known.text(cell) for cell in row]


def _cell(row: list[str | None], position: int | None) -> str | None:
    return row[position] if position is not None and position < len(row) else None


def _is_his(name: str, number: str | None, phones: list[str], known: Known) -> bool:
    if " " not in name and phones:
        return False
    if number:
        return known.tombstones.has("unnumbered_name", known.community, name)
    return known.name(name)


def number_form(number: str) -> str:
    """A member number as it is compared."""
    return " ".join(number.split()).casefold()


def phones_in(cell: str) -> list[str]:
    """Telephone numbers of a cell, E.164; none where a spreadsheet has lost digits."""
    if sum(char.isdigit() for char in cell) < _FEWEST_DIGITS:
        return []
    try:
        return e164_list(cell)
    except ValueError:
        return []
