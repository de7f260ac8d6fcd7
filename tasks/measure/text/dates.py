"""Dates that headers and announcements name, as days of the calendar. Whole columns at once."""

from __future__ import annotations

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
_WRITTEN = rf"(?i)\b(\d{{1,2}})(?:\s*(?:-|–|&|dan|s/?d|,)\s*\d{{1,2}})?\s*{_MONTH}[\s,]*(20\d\d\b)?"
_NUMERIC = r"\b(\d{1,2})[/-](\d{1,2})(?:[/-](20\d\d|\d\d))?\b"
_ISO = r"\b(20\d\d)-(\d{2})-(\d{2})\b"
_TODAY = r"(?i)\b(?:hari ini|malam ini|sore ini|siang ini|pagi ini|nanti (?:malam|sore|siang)|dinten ieu)\b"
_TOMORROW = r"(?i)\b(?:besok|bsk|isuk|enjing|tomorrow)\b"
_AFTER_TOMORROW = r"(?i)\b(?:besok )?lusa\b"
_WEEKDAY = r"(?i)\b(senin|selasa|rabu|kamis|jum[’'‘`]?at|sabtu|minggu|ahad)\b"
_EVE = r"(?i)\b(?:malam|malem|mlm|wengi)\s+(?:senin|selasa|rabu|kamis|jum[’'‘`]?at|sabtu|minggu|ahad)\b"
_DEADLINE = (
    r"(?i)\b(?:deadline|dl|paling (?:lambat|telat)|terakhir|(?:di)?tutup|penutupan|close(?: po)?"
    r"|batas(?: akhir| waktu| setor)?|selambat(?:-lambat|2)?nya|maks(?:imal)?"
    r"|(?:di)?buka (?:sampai|s/?d|hingga)|sampai dengan)\b[^\n]*"
)
#: 'Pekan ke-2 Maret' is no second of March.
_ORDINAL = r"(?i)\bke-?\s?\d{1,2}\b"
#: A date without a year lies between so many days before its posting and a year less that after it.
BACK_DAYS = 60


def first_date(text: pl.Series, posted: pl.Series) -> pl.Series:
    """The day an announcement or header names, lines of a deadline left out; NULL without one.

    A written date counts before a numeric one (day first), that before 'besok', that before a weekday, which is
    the next one from the day of posting on ('Jumat' on a Friday is today). A date without a year is the one from
    60 days before the posting on. What is no day of the calendar ('31 Februari', '45/12') is none.

    Args:
        text: headers or announcements. posted: local dates of their posting.
    """
    (day,) = _days(text, posted, _undated_deadlines())
    return day


def deadline_of(text: pl.Series, posted: pl.Series) -> pl.Series:
    """The day by which to sign, pay or read: of the line that names a deadline; NULL without one."""
    (day,) = _days(text, posted, _deadlines())
    return day


def first_and_deadline(text: pl.Series, posted: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Both :func:`first_date` and :func:`deadline_of`, in one reading."""
    first, deadline = _days(text, posted, _undated_deadlines(), _deadlines())
    return first, deadline


def _undated_deadlines() -> pl.Expr:
    return pl.col("said").str.replace_all(_DEADLINE, "").str.replace_all(_ORDINAL, "")


def _deadlines() -> pl.Expr:
    return pl.col("said").str.extract(f"({_DEADLINE})", 1).fill_null("")


def _days(text: pl.Series, posted: pl.Series, *where: pl.Expr) -> list[pl.Series]:
    """The day named ``where`` in each text; each distinct text is read once, each day worked out once."""
    asked = pl.DataFrame({"said": text.fill_null(""), "posted": posted})
    distinct = asked.unique()
    texts = (
        distinct.select("said")
        .unique()
        .with_columns(
            pl.concat_list(part.alias(f"part_{number}") for number, part in enumerate(where)).alias("text"),
            part=pl.lit(list(range(len(where)))),
        )
    )
    read = texts.explode("text", "part").with_columns(*_named("text"))
    days = distinct.join(read, on="said").select("said", "posted", "part", day=_day())
    return [
        asked.join(
            days.filter(pl.col("part") == number),
            on=["said", "posted"],
            how="left",
            maintain_order="left",
            nulls_equal=True,
        )["day"]
        for number in range(len(where))
    ]


def _named(said: str) -> list[pl.Expr]:
    """What a text names of a day: numbers of the written forms, and days ahead or the weekday."""
    text = pl.col(said)
    number = lambda pattern, group: text.str.extract(pattern, group).cast(pl.Int32, strict=False)  # noqa: E731
    month = text.str.to_lowercase().str.extract(_WRITTEN, 2).replace_strict(
        _MONTHS, default=None, return_dtype=pl.Int32
    )  # fmt: skip
    weekday = text.str.to_lowercase().str.replace_all(r"jum[’'‘`]at", "jumat").str.extract(_WEEKDAY, 1).replace_strict(
        _DAYS, default=None, return_dtype=pl.Int32
    )  # fmt: skip
    relative = (
        pl.when(text.str.contains(_AFTER_TOMORROW)).then(2)
        .when(text.str.contains(_TOMORROW)).then(1)
        .when(text.str.contains(_TODAY)).then(0)
    )  # fmt: skip
    iso = [number(_ISO, group).alias(name) for group, name in enumerate(("year", "month", "day"), 1)]
    numeric = [
        number(_NUMERIC, n).alias(f"numeric_{name}") for n, name in enumerate(("day", "month", "year"), 1)
    ]
    return [
        *iso,
        *numeric,
        number(_WRITTEN, 1).alias("written_day"),
        month.alias("written_month"),
        number(_WRITTEN, 3).alias("written_year"),
        # the night of Friday is the evening before it
        (weekday - text.str.contains(_EVE).cast(pl.Int32)).alias("weekday"),
        relative.alias("days_ahead"),
    ]


def _day() -> pl.Expr:
    posted = pl.col("posted")
    ahead = (pl.col("weekday") - posted.dt.weekday().cast(pl.Int32)) % 7
    return pl.coalesce(
        _date(pl.col("year"), pl.col("month"), pl.col("day")),
        _dated(*(pl.col(f"written_{part}") for part in ("day", "month", "year"))),
        _dated(*(pl.col(f"numeric_{part}") for part in ("day", "month", "year"))),
        posted + pl.duration(days=pl.coalesce("days_ahead", ahead)),
    ).cast(pl.Date)


def _dated(day: pl.Expr, month: pl.Expr, year: pl.Expr) -> pl.Expr:
    """Day and month with their year, else with the year that puts them nearest after the posting."""
    posted = pl.col("posted")
    stated = _date(pl.when(year < 100).then(year + 2000).otherwise(year), month, day)
    this = _date(posted.dt.year(), month, day)
    earliest = posted - pl.duration(days=BACK_DAYS)
    before, after = _date(posted.dt.year() - 1, month, day), _date(posted.dt.year() + 1, month, day)
    near = (
        pl.when(before >= earliest).then(before)
        .when(this >= earliest).then(this)
        .otherwise(after)
    )  # fmt: skip
    return pl.when(year.is_not_null()).then(stated).otherwise(near)


def _date(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """A day of the calendar, NULL where there is none."""
    parts = pl.concat_str(
        year.cast(pl.String),
        month.cast(pl.String).str.zfill(2),
        day.cast(pl.String).str.zfill(2),
        separator="-",
    )
    return parts.str.to_date("%Y-%m-%d", strict=False)
