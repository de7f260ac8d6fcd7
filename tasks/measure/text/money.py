"""Amounts of money in a line of text.

Called once per distinct line of lists and gift notices, never per message. An amount that cannot be told for
certain (a range, slang with two meanings, a product) is left out and counted as refused: no number is better
than an invented one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import polars as pl

from tasks.measure.text.normalise import DOMAINS, WORDS_TOO
from tasks.measure.text.number_words import NUMBER_WORDS, spelled

LOWEST, HIGHEST = 500.0, 1e9
#: Gifts above this a person should look at.
CHECK_ABOVE = 5e7
AMBIGUOUS, OUT_OF_RANGE = "ambiguous_amount", "out_of_range"

_MULTIPLIERS = {
    "rb": 1e3, "rbu": 1e3, "ribu": 1e3, "rebu": 1e3, "k": 1e3, "jt": 1e6, "juta": 1e6,
    "m": 1e9, "miliar": 1e9, "milyar": 1e9,
}  # fmt: skip
_SLANG = {"seceng": 1e3, "noceng": 2e3, "goceng": 5e3, "ceban": 1e4, "noban": 2e4, "goban": 5e4}
#: 50 or 50,000; 100 or 100,000; …
_AMBIGUOUS_SLANG = ("gocap", "cepek", "gopek", "nopek", "jigo")
#: How much of the text before an amount is looked at.
_REACH = 48

_NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d{2})?|\d{1,3}(?:,\d{3})+(?:\.\d{2})?|\d+(?:[.,]\d+)?"
_AMOUNT = re.compile(
    rf"(?<!\w)(?<!\d[.,])(?P<sign>rp[.:]?\s*|idr\s*|\+\s?(?=\d))?(?P<number>{_NUMBER})(?![.,]?\d)(?P<dash>[,.]-)?"
    r"(?:\s*(?P<multiplier>rb|rbu|ribu|rebu|k|jt|juta|miliar|milyar|m)(?:an)?(?![a-z]))?"
    r"(?P<rupiah>\s*(?:rupiah|perak)\b)?"
)
#: Quick test for words of numbers: the beginnings of all of them, in any word.
_NUMBER_WORD = re.compile(
    "|".join(sorted({word[:4] for word in (*NUMBER_WORDS, *_SLANG, *_AMBIGUOUS_SLANG)}))
)
_DECIMAL = re.compile(r"\d+[.,]\d{1,2}")
_THOUSANDS_AND_CENTS, _CENTS = re.compile(r"[.,]\d{3}[.,]\d{2}$"), re.compile(r"(?<=\d{3})[.,]\d{2}$")
_SEPARATOR = re.compile(r"[.,](?=\d{3}(?:\D|$))")
_SUM = re.compile(r"\s*\+\s*(?:rp\.?\s*)?")
#: Numbers in an address are no money; 'an.asep/100rb' is none, for no address ends so.
_ADDRESS = re.compile(
    rf"https?://\S+|\bwww\.\S+|(?<![\w.-])[a-z][a-z0-9.-]{{0,100}}\.(?:{'|'.join((*DOMAINS, *WORDS_TOO))})/\S*"
)
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
_SLANG_WORD = re.compile(r"\b(" + "|".join((*_SLANG, *_AMBIGUOUS_SLANG)) + r")(?:an)?\b")
_SPELLED = re.compile(
    r"\b(?:" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + r")\b"
    r"(?:\s+(?:" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + r")\b)*"
)
_RANGE = re.compile(r"^\s*(?:-|\u2013|\u2014|~|/|s/?d\.?|sampai|hingga|atau|ke)\s*(?:rp\.?\s*)?$")
_RUPIAH = re.compile(r"\b(?:rupiah|perak)\b")
_TIMES = re.compile(r"^\s*[x\u00d7*]\s*\d")
_GOAL = re.compile(
    r"\b(?:target|kurang(?:nya)?|butuh|kebutuhan|sisa(?:nya)?|perlu|keperluan|min(?:imal)?|maks(?:imal)?|dari)\W*(?:\w+\W+)?$"
)
_VERB = re.compile(
    r"\b(?:transfer|tf|trf|kirim|donasi|infa[kq]|sedekah|sh?odaqoh|shadaqah)(?:\W+(?!dan\b|dari\b)\pL+){0,4}\W*$".replace(
        r"\pL", r"[^\W\d_]"
    )
)
_ACCOUNT = re.compile(r"\b(?:no\.?\s*)?(?:rek(?:ening)?|norek|va|kode|pin)\b\W*$")
_NOT_MONEY_BEFORE = re.compile(
    r"\b(?:tgl|tanggal|tahun|thn|angkatan|akt|alumni|juz|no|nomor|nmr|hal|surat|ayat|jam|pukul|pkl|rt|rw|blok|kelas|km|lantai|absen)[\s.:/]*$"
    r"|(?:[$\u20ac\u00a3\u00a5]|\b(?:usd|sar|myr|sgd|eur))\s*$"
)
_NOT_MONEY_AFTER = re.compile(
    r"^\s*(?:orang|org|pax|buah|bh|pcs|pc|kg|kilo|gram|gr|meter|km|cm|liter|ltr|lembar|jiwa|peserta|santri"
    r"|anggota|hari|jam|menit|tahun|thn|bulan|kali|run|lari|rak(?:aat)?|halaman|hal|unit|box|dus|paket|pkt|porsi"
    r"|bungkus|ekor|ayat|wib|wita|wit|persen|x|%|th|jamaah|jemaah|kotak|botol"
    r"|karung|eksemplar|langkah|followers?|subscribers?|dolar|dollar|riyal|reyal|ringgit|usd|sar)(?:\b|(?<=%))"
)
_DATE = re.compile(
    r"\b\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[.:]\d{2}\b(?![.,]?\d|\s*(?:rb|jt|ribu|juta|k)\b)"
)
_PHONE = re.compile(r"(?:\+?\b62|\b0)[ .-]?8\d{1,3}(?:[ .-]?\d{2,5}){1,4}\b")
_ACCOUNT_RUN = re.compile(r"\b\d{3,5}(?:[ -]\d{2,5}){1,4}\b")
TOTAL = re.compile(r"\b(?:total|jumlah|terkumpul|saldo|rekap|subtotal)\b", re.IGNORECASE)


class Amounts(NamedTuple):
    """Amounts of IDR in their order, and the codes of what looked like money and cannot be told.

    ``joined`` tells whether the amounts are one sum ('50rb + 20rb').
    """

    values: tuple[float, ...] = ()
    refused: tuple[str, ...] = ()
    joined: bool = False

    @property
    def sole(self) -> float | None:
        """The one amount a line names, or the sum it writes with a plus; None where a word of it is unsure."""
        if self.refused or not self.values or (len(self.values) > 1 and not self.joined):
            return None
        return sum(self.values)

    @property
    def is_money(self) -> bool:
        """Whether there is money in the line, of a certain amount or not."""
        return bool(self.refused or self.values)


class _Found(NamedTuple):
    """One amount in the text; ``scale`` of its multiplier (0 in words); ``code`` where it is refused."""

    start: int
    end: int
    value: float
    scale: float
    in_words: bool = False
    code: str | None = None
    is_money: bool = True


def amounts(line: str, *, in_donation_context: bool) -> list[float]:
    """Amounts of IDR in a line, in their order; empty when there is none or it cannot be told.

    ``in_donation_context``: whether bare digits may be money (a line of a donation list, a gift notice).
    """
    return list(read_amounts(line, in_donation_context=in_donation_context).values)


def may_name_money(lines: pl.Series) -> pl.Series:
    """Quick test for lines in which :func:`read_amounts` may find something: digits, or words of numbers."""
    words = [*NUMBER_WORDS, *_SLANG, *_AMBIGUOUS_SLANG]
    line = pl.col(lines.name)
    return lines.to_frame().select(
        line.str.contains_any(words, ascii_case_insensitive=True)
        | line.str.contains("[0-9]")
        # digits and letters of other scripts may fold into these
        | (line.str.len_bytes() != line.str.len_chars())
    ).to_series()  # fmt: skip


def read_amounts(line: str, *, in_donation_context: bool) -> Amounts:
    """Amounts of IDR in a line with the codes of what was refused; see :func:`amounts`."""
    text = _ascii_digits(line).lower().replace("\u00a0", " ").replace("_", " ")
    if "/" in text:
        text = _ADDRESS.sub(" ", text)
    found = [one for match in _AMOUNT.finditer(text) if (one := _digits(match, text, in_donation_context))]
    if _NUMBER_WORD.search(text):
        found += [
            _Found(
                m.start(), m.end(), _SLANG.get(m[1], 0.0), 0.0, True, None if m[1] in _SLANG else AMBIGUOUS
            )
            for m in _SLANG_WORD.finditer(text)
        ]
        found += _in_words(text, found)
    if not found:
        return Amounts()
    if len(found) > 1:
        found = _compounds(_ranges(sorted(found, key=_start), text), text)
    return _chosen([one for one in found if one.is_money], text)


def _start(found: _Found) -> int:
    return found.start


def _ascii_digits(line: str) -> str:
    """Digits of any script as ASCII ones, compatibility forms folded, format characters dropped."""
    if line.isascii():
        return line
    folded = unicodedata.normalize("NFKC", line)
    # no format character is printable
    if folded.isprintable() and not _FOREIGN_DIGIT.search(folded):
        return folded
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdecimal() and not letter.isascii() else letter
        for letter in folded
        if unicodedata.category(letter) != "Cf"
    )


def _digits(match: re.Match[str], text: str, in_context: bool) -> _Found | None:
    """An amount in digits; one that is no money by itself may still be the lower end of a range."""
    sign, number, multiplier = match["sign"], match["number"], match["multiplier"]
    signed = bool(sign and sign[0] != "+") or bool(match["rupiah"])
    before = text[max(0, match.start() - _REACH) : match.start()]
    after = text[match.end() : match.end() + _REACH]
    if multiplier == "m" and not signed:
        return None
    scale = _MULTIPLIERS[multiplier] if multiplier else 1.0
    value = _value(number, multiplier)
    plain = _Found(match.start(), match.end(), value, scale, is_money=False)
    if not signed and (_NOT_MONEY_AFTER.match(after) or _NOT_MONEY_BEFORE.search(before)):
        return None
    if not (signed or multiplier):
        window = slice(max(0, match.start() - _REACH), match.end() + _REACH)
        at = match.start("number") - window.start
        if _is_blocked(text[window], at, at + len(number)):
            return None
        if not in_context or not _bare(number, before, value):
            return plain
    code = AMBIGUOUS if _TIMES.match(after) else None
    return _Found(match.start(), match.end(), value, scale, code=code)


def _is_blocked(text: str, start: int, end: int) -> bool:
    """Whether a number is part of a date, a clock time, a phone or an account number."""
    for pattern in (_DATE, _PHONE):
        if any(m.start() < end and start < m.end() for m in pattern.finditer(text)):
            return True
    for run in _ACCOUNT_RUN.finditer(text):
        if run.start() < end and start < run.end() and sum(c.isdigit() for c in run.group()) >= 9:
            return True
    return False


def _bare(number: str, before: str, value: float) -> bool:
    """Whether digits without sign or multiplier are money: see the rules of the catalogue, section 7."""
    if number.startswith("0") or not 1000 <= value < 1e8 or value != int(value):
        return False
    digits = str(int(value))
    if digits == number and _ACCOUNT.search(before):
        return False
    if _VERB.search(before):
        return True
    return value % 500 == 0 and not (len(digits) == 4 and digits == number and 1900 <= value <= 2100)


def _value(number: str, multiplier: str | None) -> float:
    """'1,5' before a multiplier is one and a half; groups of three are thousands, a tail of two decimals."""
    if number.isdigit():
        base = float(number)
    elif multiplier and _DECIMAL.fullmatch(number):
        base = float(number.replace(",", "."))
    else:
        whole = _CENTS.sub("", number) if _THOUSANDS_AND_CENTS.search(number) else number
        base = float(_SEPARATOR.sub("", whole).replace(",", "."))
    return base * _MULTIPLIERS[multiplier] if multiplier else base


def _in_words(text: str, found: list[_Found]) -> list[_Found]:
    """Numbers in words of a thousand and more or in rupiah, outside the amounts in digits.

    'Sejuta dua ratus' may be 1,000,200 or 1,200,000: ambiguous.
    """
    told = []
    for match in _SPELLED.finditer(text):
        if any(one.start < match.end() and match.start() < one.end for one in found):
            continue
        after = text[match.end() : match.end() + _REACH]
        value = spelled(match.group().split())
        # below a thousand words count things, unless they say that it is money
        if value is None or (value < 1000 and not _RUPIAH.match(after.lstrip())):
            continue
        before = text[max(0, match.start() - _REACH) : match.start()]
        if _NOT_MONEY_AFTER.match(after) or _NOT_MONEY_BEFORE.search(before):
            continue
        unsure = value > 1e6 and 0 < value % 1e6 < 1000
        told.append(_Found(match.start(), match.end(), value, 0.0, True, AMBIGUOUS if unsure else None))
    return told


def _ranges(found: list[_Found], text: str) -> list[_Found]:
    """Both ends of '50-100rb' are ambiguous; a number that is no money by itself is a lower end only."""
    told = list(found)
    for place in range(len(found) - 1):
        first, second = found[place], found[place + 1]
        if (
            second.is_money
            and not _is_echo(first, second)
            and _RANGE.match(text[first.end : second.start])
            and not (first.is_money and first.value > second.value)
        ):
            told[place] = first._replace(is_money=False)
            told[place + 1] = second._replace(code=AMBIGUOUS)
    return told


def _is_echo(first: _Found, second: _Found) -> bool:
    return second.in_words != first.in_words and first.value == second.value


def _compounds(found: list[_Found], text: str) -> list[_Found]:
    """'1jt 250rb' is one amount: a falling scale with nothing but a space between."""
    told: list[_Found] = []
    for one in found:
        last = told[-1] if told else None
        if (
            last is not None
            and last.scale > one.scale >= 1e3
            and one.value < last.scale
            and one.code is last.code is None
            and not text[last.end : one.start].strip()
        ):
            told[-1] = last._replace(end=one.end, value=last.value + one.value, scale=one.scale)
        else:
            told.append(one)
    return told


def _chosen(found: list[_Found], text: str) -> Amounts:
    """Values in order; an amount repeated in words beside its digits counts once; goals are no gifts."""
    values: list[float] = []
    refused: list[str] = []
    previous: _Found | None = None
    joined = True
    for one in found:
        between = text[previous.end : one.start] if previous else ""
        echo = (
            previous is not None
            and _is_echo(previous, one)
            and not _RUPIAH.sub("", between).strip(" (=/,.:;-")
        )
        joined &= previous is None or echo or bool(_SUM.fullmatch(between)) or (
            text[one.start] == "+" and not between.strip()
        )  # fmt: skip
        previous = one
        if echo or _GOAL.search(text[max(0, one.start - _REACH) : one.start]):
            continue
        if one.code:
            refused.append(one.code)
        elif LOWEST <= one.value <= HIGHEST:
            values.append(one.value)
        else:
            refused.append(OUT_OF_RANGE)
    return Amounts(tuple(values), tuple(refused), joined)
