"""A row of a member roster: what each cell may hold, and how its common spellings are read.

A cell that cannot be read raises an error whose *type* is the name of the rule, never its value. The
wordings of yes and no, consent, standing, gender and months are data (``warehouse/reference``) and are
handed in through the validation context, so that this module imports nothing of ours.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import cache, lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationInfo
from pydantic_core import PydanticCustomError

#: Fields that a roster column may fill; headings are matched to them by ``roster_headings.tsv``.
ROSTER_FIELDS = (
    "member_id",
    "name",
    "phone",
    "aliases",
    "cohort",
    "origin_region",
    "current_city",
    "campus",
    "field_of_study",
    "role",
    "joined_date",
    "left_date",
    "is_in_group",
    "gender",
    "is_adult",
    "standing",
    "consent",
)

#: Wordings by field, folded as by :func:`fold`: ``{"consent": {"setuju": "given"}}``.
Words = dict[str, dict[str, str]]

EMPTY = frozenset({"", "-", "--", "n/a", "na", "nan", "null", "none", "tidak ada", "kosong", "?", "."})
_LABEL_LIMIT = 80
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")
_FIRST_SERIAL, _LAST_SERIAL = 18264, 73050  # spreadsheet days from 1950 to 2099
_SERIAL_EPOCH = dt.date(1899, 12, 30)
_PIVOT = 70  # two-digit years from 70 on lie in the 20th century
_COHORT_FIRST, _COHORT_LAST = 1900, 2200
#: Wordings held as folded: those of a large community, which come again on every roster.
_FOLDED_KEPT = 1 << 14


@lru_cache(maxsize=_FOLDED_KEPT)
def fold(text: str) -> str:
    """Letters and digits of a wording, case, marks, accents and spacing aside."""
    if text.isascii():  # most of them, ten times as fast
        return " ".join(_NOT_ALPHANUMERIC.sub(" ", text.lower()).split())
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = (char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return " ".join("".join(kept).split())


def clean(value: Any) -> str | None:
    """A cell as text without invisible marks; None when it says nothing."""
    if value is None:
        return None
    text = str(value)
    if text.isascii() and text.isprintable():
        text = " ".join(text.split())
        return None if text.lower() in EMPTY else text
    text = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zs", "Zl", "Zp") else char
        for char in unicodedata.normalize("NFC", text)
        if unicodedata.category(char) != "Cf"
    )
    text = " ".join(text.split())
    return None if text.casefold() in EMPTY else text


_SCIENTIFIC = re.compile(r"^\+?(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})$")
_WHOLE_FLOAT = re.compile(r"^(\+?\d{6,})[.,]0+$")
_LINK = re.compile(r"(?:wa\.me/|phone=)\+?(\d+)", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(r"[/;,|]|\batau\b|\bor\b|\bdan\b", re.IGNORECASE)
#: What is written around a number without changing whose it is: `` '0812… ``, ``WA: 0812…``, ``0812… (aktif)``.
_AROUND_NUMBER = re.compile(
    r"^[\s'’‘`´\"]+|^\s*(?:(?:no|nomor|wa|hp|telp|tel|whatsapp)\b[\s.:]*)+"
    r"|[\s,]*\(?\b(?:wa|hp|whatsapp|aktif|baru|active)\b\)?\s*$",
    re.IGNORECASE,
)
_INDONESIAN_MOBILE = re.compile(r"^(?:\+?(?:00)?62|0)?0?(8\d{8,11})$")
_NUMBER_CHARACTERS = re.compile(r"^[\d\s+().‐-―−_~⁠-]+$")


def _digits_of_spreadsheet(text: str) -> str:
    """Undo what a spreadsheet did to a long number; raises when digits are gone for good."""
    whole = _WHOLE_FLOAT.match(text)
    if whole:
        return whole.group(1)
    scientific = _SCIENTIFIC.match(text)
    if not scientific:
        return text
    first, rest, exponent = scientific.group(1), scientific.group(2) or "", int(scientific.group(3))
    if len(rest) < exponent and exponent - len(rest) > 1:
        # 8.12E+10 written out would be a number, but of nobody or of somebody else
        raise PydanticCustomError("phone_digits_lost", "digits were lost in a spreadsheet")
    return first + rest.ljust(exponent, "0")


def e164(text: str, region: str = "ID") -> str | None:
    """A phone number in E.164, or None when the text is no possible number.

    Numbers without a country code are taken as of ``region``; a lost leading zero is put back.
    """
    link = _LINK.search(text)
    if link:
        text = "+" + link.group(1) if not link.group(1).startswith("0") else link.group(1)
    if not _NUMBER_CHARACTERS.match(text):
        text = _AROUND_NUMBER.sub("", text)
        if not _NUMBER_CHARACTERS.match(text):
            return None
    compact = re.sub(r"[^\d+]", "", text.strip())
    mobile = _INDONESIAN_MOBILE.match(compact) if region == "ID" else None
    if mobile:
        return "+62" + mobile.group(1)
    import phonenumbers  # heavy: only numbers that are no plain Indonesian mobile come here

    if compact.startswith("00"):
        compact = "+" + compact[2:]
    for spelling in (compact, "+" + compact):
        if spelling.count("+") > 1 or "+" in spelling[1:]:
            continue
        try:
            number = phonenumbers.parse(spelling, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) or (
            spelling.startswith("+") and compact.startswith("+") and phonenumbers.is_possible_number(number)
        ):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def e164_list(text: str, region: str = "ID") -> list[str]:
    """All numbers of a cell, in order: ``0812… / 0813…`` holds two."""
    undone = _digits_of_spreadsheet(text)
    parts = [undone] if e164(undone, region) else _BETWEEN_NUMBERS.split(undone)
    found = [number for part in parts if part.strip() and (number := e164(part.strip(), region))]
    return list(dict.fromkeys(found))


def _words(info: ValidationInfo, field: str) -> dict[str, str]:
    return (info.context or {}).get("words", {}).get(field, {})


def _option(info: ValidationInfo, name: str, default: str) -> str:
    return str((info.context or {}).get(name, default))


#: How spreadsheets write a text that looks like a number into CSV: ``="0812…"`` computes nothing.
_LITERAL = re.compile(r'^="([^"=@]*)"$')


def _no_formula(value: Any) -> str | None:
    text = clean(value)
    if text and (literal := _LITERAL.match(text)):
        return clean(literal[1])
    if text and (text[0] == "=" or re.match(r"^[@+-][A-Za-z]+[(!|]", text)):
        raise PydanticCustomError("formula", "a formula stands where a value should")
    return text


def _phone(value: Any, info: ValidationInfo) -> str | None:
    text = _no_formula(value)
    if text is None:
        return None
    found = e164_list(text, _option(info, "region", "ID"))
    if not found:
        raise PydanticCustomError("phone_unreadable", "no phone number")
    return found[0]


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (1900 if year >= _PIVOT else 2000)


def _date(value: Any, info: ValidationInfo) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    text = _no_formula(value)
    if text is None:
        return None
    try:
        found = read_date(text, _words(info, "month"), _option(info, "date_order", "dmy"))
    except ValueError:
        found = None
    if found is None:
        raise PydanticCustomError("date_unreadable", "no date")
    return found


_ISO = re.compile(r"^(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?(?:[ T]\d{1,2}[:.]\d{2}.*)?$")
_PARTS = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[ T]\d{1,2}[:.]\d{2}.*)?$")
_NAMED = re.compile(
    r"^(?:(\d{1,2})(?:st|nd|rd|th)?[-/. ]+)?([a-z]+)[-/., ]+(?:(\d{1,2})(?:st|nd|rd|th)?,? +)?(\d{4}|\d{2})$"
)
_BEFORE_DATE = re.compile(r"^(?:tahun|thn|th|tgl|tanggal|sejak|since)\b[. :]*(?=\S)", re.IGNORECASE)
_COMPACT = re.compile(r"^((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$")
_MONTH_YEAR = re.compile(r"^(\d{1,2})[-/.](\d{4})$")
_BARE_YEAR = re.compile(r"^(?:19|20)\d{2}$")
_SERIAL = re.compile(r"^(\d{5})(?:[.,]\d+)?$")


def read_date(text: str, months: dict[str, str], order: str = "dmy") -> dt.date | None:
    """A date in a common spelling; a month or a year alone is its first day. None when it is none.

    ``months`` maps month names to numbers; ``order`` (dmy or mdy) reads ``03/04/2024``, a part above
    12 overrules it. Five digits are a spreadsheet's day number. Raises ValueError for 31 February.
    """
    text = _BEFORE_DATE.sub("", text)
    if match := _COMPACT.match(text):
        return dt.date(*(int(part) for part in match.groups()))
    if match := _ISO.match(text):
        year, month, day = match.groups()
        return dt.date(int(year), int(month), int(day or 1))
    if match := _PARTS.match(text):
        first, second, year = int(match.group(1)), int(match.group(2)), _year(match.group(3))
        month_first = (order == "mdy" and first <= 12) or second > 12
        return dt.date(year, first, second) if month_first else dt.date(year, second, first)
    if match := _MONTH_YEAR.match(text):
        return dt.date(int(match.group(2)), int(match.group(1)), 1)
    if _BARE_YEAR.match(text):
        return dt.date(int(text), 1, 1)
    if match := _SERIAL.match(text):
        serial = int(match.group(1))
        in_range = _FIRST_SERIAL <= serial <= _LAST_SERIAL
        return _SERIAL_EPOCH + dt.timedelta(days=serial) if in_range else None
    named = _NAMED.match(re.sub(r"^[a-z]+, *|^[a-z]+ +(?=\d)", "", text.casefold()))
    named = named or _NAMED.match(text.casefold())
    if named and named.group(2) in months:
        day = named.group(1) or named.group(3) or "1"
        return dt.date(_year(named.group(4)), int(months[named.group(2)]), int(day))
    return None


def _cohort(value: Any, info: ValidationInfo) -> int | None:
    text = _no_formula(value)
    if text is None:
        return None
    found = re.search(r"(?<!\d)((?:19|20|21)\d{2})(?!\d)", text) or re.match(
        r"^['’]?(\d{2})(?:[.,]0+)?$", text
    )
    if not found:
        raise PydanticCustomError("cohort_unreadable", "no year of entry")
    year = _year(found.group(1))
    if not _COHORT_FIRST <= year <= _COHORT_LAST:
        raise PydanticCustomError("cohort_unreadable", "no year of entry")
    return year


def _worded(field: str, rule: str) -> BeforeValidator:
    def read(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool):
            value = "true" if value else "false"
        text = _no_formula(value)
        if text is None:
            return None
        word = _words(info, field).get(fold(text))
        if word is None:
            raise PydanticCustomError("word_unknown", "a wording no table knows", {"rule": rule})
        return {"true": True, "false": False}.get(word, word)

    return BeforeValidator(read)


def _aliases(value: Any) -> tuple[str, ...]:
    text = _no_formula(value)
    parts = [] if text is None else re.split(r"[;,/|]| atau | alias ", text)
    return tuple(dict.fromkeys(part.strip()[:_LABEL_LIMIT] for part in parts if part.strip()))


def _place(value: Any) -> str | None:
    """Free text that will stand in the warehouse: it must not look like a contact."""
    text = _no_formula(value)
    if text is None:
        return None
    if re.search(r"\d[\d\s-]{5,}\d|@|https?:|wa\.me", text):
        raise PydanticCustomError("looks_personal", "a number or address stands where a place should")
    return text[:_LABEL_LIMIT]


def _name(value: Any) -> str | None:
    text = _no_formula(value)
    if text is None:
        return None
    if not any(char.isalpha() for char in text):
        raise PydanticCustomError("name_without_letters", "no name")
    return text[:_LABEL_LIMIT]


def _number(value: Any) -> str | None:
    text = _no_formula(value)
    if text is None:
        return None
    whole = re.match(r"^(\d+)[.,]0+$", text)
    return (whole.group(1) if whole else text)[:_LABEL_LIMIT]


class RosterRow(BaseModel):
    """One person on one roster: what each cell of a row may hold.

    Validation context: ``words`` (:data:`Words`), ``date_order`` (dmy | mdy), ``region`` (ISO country
    of numbers without a country code). Errors name the field and, as their type, the rule.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    member_id: Annotated[str | None, BeforeValidator(_number)] = None
    name: Annotated[str | None, BeforeValidator(_name)] = None
    phone: Annotated[str | None, BeforeValidator(_phone)] = None
    aliases: Annotated[tuple[str, ...], BeforeValidator(_aliases)] = ()
    cohort: Annotated[int | None, BeforeValidator(_cohort)] = None
    origin_region: Annotated[str | None, BeforeValidator(_place)] = None
    current_city: Annotated[str | None, BeforeValidator(_place)] = None
    campus: Annotated[str | None, BeforeValidator(_place)] = None
    field_of_study: Annotated[str | None, BeforeValidator(_place)] = None
    role: Annotated[str | None, BeforeValidator(_place)] = None
    joined_date: Annotated[dt.date | None, BeforeValidator(_date)] = None
    left_date: Annotated[dt.date | None, BeforeValidator(_date)] = None
    is_in_group: Annotated[bool | None, _worded("yes_no", "in_group")] = None
    gender: Annotated[str | None, _worded("gender", "gender")] = None
    is_adult: Annotated[bool | None, _worded("yes_no", "adult")] = None
    standing: Annotated[str | None, _worded("standing", "standing")] = None
    consent: Annotated[str | None, _worded("consent", "consent")] = None


@cache
def cell_readers() -> dict[str, TypeAdapter[Any]]:
    """By field of :class:`RosterRow`, in its order, what reads one cell alone: most cells stand in many rows."""
    return {
        name: TypeAdapter(Annotated[field.annotation, *field.metadata])  # type: ignore[arg-type]  # made here
        for name, field in RosterRow.model_fields.items()
    }
