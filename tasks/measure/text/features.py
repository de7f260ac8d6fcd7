"""Values in texts: emoji, addresses, mentions, and the fields that make an announcement."""

from __future__ import annotations

import functools

import numpy as np
import polars as pl

from tasks.measure.text.distinct import distinct_values
from tasks.measure.text.normalise import EMAIL, MENTION, PHONE, PLACEHOLDERS, URL

_MONTHS = (
    "jan(?:uari|uary)?|feb(?:ruari|ruary)?|mar(?:et|ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?"
    "|agu(?:s|st|stus)?|aug(?:ust)?"
    "|sep(?:t|tember)?|okt(?:ober)?|oct(?:ober)?|nov(?:ember)?|des(?:ember)?|dec(?:ember)?"
    "|muharram|safar|ramadh?an|syawal|rajab|sya.?ban"
)
#: A written date: 12/05/2021, 12 Mei.
DATE_SHAPE = (
    r"\b\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b"
    rf"|\b\d{{1,2}}\s*(?:-\s*\d{{1,2}}\s*)?(?:{_MONTHS})\b"
)
_CLOCK_SHAPE = (
    r"\b(?:jam|pukul|pkl)\s*\.?\s*\d{1,2}\b|\b\d{1,2}[:.]\d{2}\s*(?:wib|wita|wit|am|pm)?\b(?:[^.\d]|$)"
)
_PLACES = r"tempat|lokasi|alamat"
_CONTACTS = r"cp|narahubung|kontak|contact person|info lanjut"
#: The shapes of an announcement's fields in plain text; the labels stand at the head of a line.
FIELD_SHAPES = {"day": DATE_SHAPE, "time": _CLOCK_SHAPE, "place": "", "contact": PHONE, "link": URL}
_LABELS = {
    "day": "hari|tanggal|tgl",
    "time": "waktu|jam|pukul",
    "place": _PLACES,
    "contact": _CONTACTS,
    "link": "",
}


@functools.cache
def _emoji_patterns() -> dict[str, list[str]]:
    """Every emoji sequence by its first sign; digits and signs that are emoji only with a mark come with it."""
    import emoji

    by_sign: dict[str, list[str]] = {}
    for form in emoji.EMOJI_DATA:
        if not form.isascii():
            by_sign.setdefault(form[0], []).append(form)
    return by_sign


def count_emoji(text: pl.Series) -> pl.Series:
    """Emoji by text (Int64); NULL texts have none."""
    texts = text.fill_null("").rename("text")
    # plain ASCII holds no emoji, and most texts are plain ASCII
    at = (texts.str.len_bytes() != texts.str.len_chars()).arg_true()
    some, place = distinct_values(texts.gather(at))
    written = set("".join(some.to_list()))
    known = _emoji_patterns()
    # longest first: of several that begin at one place the longest is meant
    patterns = sorted(
        (form for sign in written & known.keys() for form in known[sign]),
        key=lambda form: (-len(form), form),
    )
    counts = np.zeros(len(texts), dtype=np.int64)
    if patterns:
        found = some.str.find_many(patterns, leftmost=True).list.len().to_numpy()
        counts[at.to_numpy()] = found[place]
    return pl.Series(text.name, counts)


def read_values(plain: pl.Series) -> pl.DataFrame:
    """By normal text: counts of placeholders and the announcement fields; each distinct text is read once."""
    texts, place = distinct_values(plain)
    distinct = texts.alias("plain").to_frame()
    return distinct.select(*count_placeholders(), *announcement_fields(distinct["plain"]))[place]


def count_placeholders() -> list[pl.Expr]:
    """Counts of addresses, numbers and mentions in the column ``plain``, where placeholders stand for them."""
    plain = pl.col("plain").fill_null("")
    marks = {"n_urls": URL, "n_emails": EMAIL, "n_phones": PHONE, "n_mentions": MENTION}
    return [
        plain.str.count_matches(mark, literal=True).cast(pl.Int64).alias(name) for name, mark in marks.items()
    ]


def announcement_fields(plain: pl.Series) -> list[pl.Series]:
    """Per field of :data:`FIELD_SHAPES` a Boolean ``field_<name>``, false for NULL texts.

    A field stands there by its shape (a date, a clock time, a phone number, an address) or by its label at
    the head of a line ('Tempat: ...').
    """
    text = plain.fill_null("")
    # most texts have neither digit nor colon, and need not be searched for shapes
    numbered = text.str.contains("[0-9]").arg_true()
    labelled = text.str.contains(":", literal=True).arg_true()
    fields = []
    for name, shape in FIELD_SHAPES.items():
        if shape in PLACEHOLDERS:
            found = text.str.contains(shape, literal=True).to_numpy().copy()
        else:
            found = np.zeros(len(text), dtype=bool)
            if shape:
                found[numbered.to_numpy()] = text.gather(numbered).str.contains(_ascii(shape)).to_numpy()
        if label := _LABELS[name]:
            ends = r"[^\n:]{0,15}:"
            # the head of a line is dear to find: look for the label anywhere first
            maybe = labelled.filter(text.gather(labelled).str.contains(rf"(?:{label}){ends}"))
            headed = text.gather(maybe).str.contains(rf"(?m:^\W*(?:{label})\b{ends})")
            found[maybe.to_numpy()] |= headed.to_numpy()
        fields.append(pl.Series(f"field_{name}", found))
    return fields


def _ascii(shape: str) -> str:
    """The shape with word boundaries and digits of ASCII: several times faster, and the same in plain text."""
    return shape.replace(r"\b", r"(?-u:\b)").replace(r"\d", "[0-9]")
