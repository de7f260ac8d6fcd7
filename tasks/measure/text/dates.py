"""Dates that headers and announcements name, as days of the calendar. Whole columns at once."""

from __future__ import annotations

import numpy as np
import polars as pl

_MONTHS = {
    "jan": 1, "feb": 2, "peb": 2, "mar": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6, "jul": 7, "agu": 8, "ags": 8,
    "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "nop": 11, "des": 12, "dec": 12,
}  # fmt: skip
_DAYS = {"senin": 1, "selasa": 2, "rabu": 3, "kamis": 4, "jumat": 5, "sabtu": 6, "minggu": 7, "ahad": 7}
_MONTH = (
    r"(jan|feb|peb|mar|apr|mei|may|jun|jul|agu|ags|aug|sep|okt|oct|nov|nop|des|dec)"
    r"(?:uari|ruari|uary|ruary|et|ch|il|i|e|y|stus|ust|t|tember|ober|ember)?\b"
)
# all of these are looked for in small letters
_WRITTEN = rf"\b(\d{{1,2}})(?:\s*(?:-|–|&|dan|s/?d|,)\s*\d{{1,2}})?\s*{_MONTH}[\s,]*(20\d\d\b)?"
_NUMERIC = r"\b(\d{1,2})[/-](\d{1,2})(?:[/-](20\d\d|\d\d))?\b"
_DOTTED = r"\b(\d{1,2})\.(\d{1,2})\.(20\d\d)\b"
_ISO = r"\b(20\d\d)-(\d{2})-(\d{2})\b"
_PART = r"(?:pagi|siang|sore|malam|malem|mlm)"
_TODAY = (
    rf"\b(?:hari ini|{_PART} ini|(?:nanti|ntar|tar) {_PART}|(?:dinten|wengi|peuting|sonten|poe) ieu"
    r"|engke (?:wengi|peuting|sonten|sore|beurang)|mengko (?:bengi|sore|awan))\b"
)
_TOMORROW = r"\b(?:besok|bsk|bsok|isuk|isukan|enjing|sesuk|tomorrow)\b"
_AFTER_TOMORROW = r"\b(?:(?:besok )?lusa|pageto)\b"
_WEEKDAY = r"\b(senin|selasa|rabu|kamis|jum[’'‘`]?at|sabtu|minggu|ahad)\b"
_EVE = r"\b(?:malam|malem|mlm|wengi)\s+(?:senin|selasa|rabu|kamis|jum[’'‘`]?at|sabtu|minggu|ahad)\b"
#: 'Minggu depan' is next week, not Sunday; 'Sabtu kemarin' is over; 'tiap Sabtu' is no day. 'Hari Minggu' is Sunday.
_NO_WEEKDAY = (
    r"\b(?:minggu\s+(?:depan|dpn|ini|yang akan|yad|kedepan)"
    r"|(?:senin|selasa|rabu|kamis|jumat|sabtu|minggu|ahad)\s+(?:yang |yg )?(?:kemarin|kemaren|kmrn|lalu|kamari)"
    r"|(?:se)?tiap\s+(?:hari |malam )?(?:senin|selasa|rabu|kamis|jumat|sabtu|minggu|ahad))\b"
)
_DEADLINE = (
    r"\b(?:deadline|dl|paling (?:lambat|telat)|terakhir|(?:di)?tutup|penutupan|close(?: po)?"
    r"|batas(?: akhir| waktu| setor)?|selambat(?:-lambat|2)?nya|maks(?:imal)?"
    r"|(?:di)?buka (?:sampai|s/?d|hingga)|sampai dengan)\b[^\n]*"
)
#: 'Pekan ke-2 Maret' is no second of March.
_ORDINAL = r"\bke-?\s?\d{1,2}\b"
#: A date without a year lies between so many days before its posting and a year less that after it.
BACK_DAYS = 60
#: No day, month or year, among whole numbers of them.
_NO_DAY = -(10**9)
_SAID = pl.col("said")
_UNDATED_DEADLINES = _SAID.str.replace_all(_DEADLINE, "").str.replace_all(_ORDINAL, "")
_DEADLINES = _SAID.str.extract(f"({_DEADLINE})", 1).fill_null("")


def first_date(text: pl.Series, posted: pl.Series) -> pl.Series:
    """The day an announcement or header names, lines of a deadline left out; NULL without one.

    A written date counts before a numeric one (day first), that before 'besok', that before a weekday, which is
    the next one from the day of posting on ('Jumat' on a Friday is today). A date without a year is the one from
    60 days before the posting on. What is no day of the calendar ('31 Februari', '45/12') is none.

    Args:
        text: headers or announcements. posted: local dates of their posting.
    """
    (day,) = _days(text, np.arange(len(text)), posted, _UNDATED_DEADLINES)
    return day


def deadline_of(text: pl.Series, posted: pl.Series) -> pl.Series:
    """The day by which to sign, pay or read: of the line that names a deadline; NULL without one."""
    (day,) = _days(text, np.arange(len(text)), posted, _DEADLINES)
    return day


def first_and_deadline(texts: pl.Series, place: np.ndarray, posted: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Both :func:`first_date` and :func:`deadline_of`; ``place`` says which of the texts was posted."""
    first, deadline = _days(texts, place, posted, _UNDATED_DEADLINES, _DEADLINES)
    return first, deadline


def _days(texts: pl.Series, place: np.ndarray, posted: pl.Series, *where: pl.Expr) -> list[pl.Series]:
    """The day named ``where`` in each text, seen from the days of posting; all are read together."""
    parts = texts.fill_null("").str.to_lowercase().alias("said").to_frame().select(
        part.alias(str(number)) for number, part in enumerate(where)
    )  # fmt: skip
    named, since = _named(pl.concat(parts.get_columns())), posted.to_physical().fill_null(_NO_DAY).to_numpy()
    days = [
        pl.Series("day", _day(named, place + number * len(texts), since), dtype=pl.Int32)
        for number in range(len(where))
    ]
    return [day.set(day == _NO_DAY, None).cast(pl.Date) for day in days]


def _named(said: pl.Series) -> dict[str, np.ndarray]:
    """What texts name of a day: numbers of the written forms, days ahead, the weekday; _NO_DAY where they do not."""
    text = pl.col("said")
    slashed = said.str.replace_all(_DOTTED, "${1}/${2}/${3}")
    forms = slashed.alias("said").to_frame().select(
        iso=text.str.extract_groups(_ISO),
        numeric=text.str.extract_groups(_NUMERIC),
        written=text.str.extract_groups(_WRITTEN),
        weekday=text.str.replace_all(r"jum[’'‘`]at", "jumat").str.replace_all(r"\bhari minggu\b", "ahad")
        .str.replace_all(_NO_WEEKDAY, "").str.extract(_WEEKDAY, 1),
        is_eve=text.str.contains(_EVE),
        ahead=pl.when(text.str.contains(_AFTER_TOMORROW)).then(2)
        .when(text.str.contains(_TOMORROW)).then(1)
        .when(text.str.contains(_TODAY)).then(0),
    )  # fmt: skip
    iso, numeric, written = (pl.col(form).struct for form in ("iso", "numeric", "written"))
    read = forms.select(
        pl.col("ahead").cast(pl.Int64),
        written_month=_numbered(written[1], _MONTHS),
        # the night of Friday is the evening before it
        weekday=_numbered(pl.col("weekday"), _DAYS) - pl.col("is_eve").cast(pl.Int64),
        **{
            name: group.cast(pl.Int64, strict=False)
            for name, group in (
                ("year", iso[0]), ("month", iso[1]), ("day", iso[2]),
                ("numeric_day", numeric[0]), ("numeric_month", numeric[1]), ("numeric_year", numeric[2]),
                ("written_day", written[0]), ("written_year", written[2]),
            )
        },
    ).fill_null(_NO_DAY)  # fmt: skip
    return {name: read[name].to_numpy() for name in read.columns}


def _numbered(names: pl.Expr, numbers: dict[str, int]) -> pl.Expr:
    return names.replace_strict(numbers, default=None, return_dtype=pl.Int64)


def _day(named: dict[str, np.ndarray], at: np.ndarray, posted: np.ndarray) -> np.ndarray:
    """Days since 1970 that the texts ``at`` name; _NO_DAY where they name none."""
    parts = {name: numbers[at] for name, numbers in named.items()}
    # Mondays are 1, and 1 January 1970 was a Thursday
    to_weekday = (parts["weekday"] - (posted + 3) % 7 - 1) % 7
    ahead = np.where(parts["weekday"] == _NO_DAY, _NO_DAY, to_weekday)
    ahead = np.where(parts["ahead"] == _NO_DAY, ahead, parts["ahead"])
    day = np.where((ahead == _NO_DAY) | (posted == _NO_DAY), _NO_DAY, posted + ahead)
    for form in ("numeric", "written"):
        year, month, number = (parts[f"{form}_{part}"] for part in ("year", "month", "day"))
        dated = _dated(year, month, number, posted)
        day = np.where(dated == _NO_DAY, day, dated)
    exact = _date(parts["year"], parts["month"], parts["day"])
    return np.where(exact == _NO_DAY, day, exact)


def _dated(year: np.ndarray, month: np.ndarray, day: np.ndarray, posted: np.ndarray) -> np.ndarray:
    """Day and month with their year, else with the year that puts them nearest after the posting."""
    stated = _date(np.where(year < 100, year + 2000, year), month, day)
    this_year = np.where(
        posted == _NO_DAY, _NO_DAY, posted.astype("M8[D]").astype("M8[Y]").astype(int) + 1970
    )
    before, this, after = (_date(this_year + years, month, day) for years in (-1, 0, 1))
    earliest = posted - BACK_DAYS
    near = np.where(before >= earliest, before, np.where(this >= earliest, this, after))
    return np.where(year == _NO_DAY, near, stated)


def _date(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """A day of the calendar, since 1970; _NO_DAY where there is none."""
    may_be = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1)
    months = (np.where(may_be, year - 1970, 0) * 12 + np.where(may_be, month - 1, 0)).astype("M8[M]")
    first, following = months.astype("M8[D]").astype(int), (months + 1).astype("M8[D]").astype(int)
    return np.where(may_be & (day <= following - first), first + day - 1, _NO_DAY)
