"""Values in texts: emoji, addresses, mentions, and the fields that make an announcement."""

from __future__ import annotations

import functools

import numpy as np
import polars as pl

from tasks.measure.text.characters import Characters, characters
from tasks.measure.text.distinct import distinct_values
from tasks.measure.text.normalise import plain_texts
from tasks.measure.text.scripts import narrow, writing_for

_MONTHS = (
    "jan(?:uari|uary)?|feb(?:ruari|ruary)?|mar(?:et|ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?"
    "|agu(?:s|st|stus)?|aug(?:ust)?"
    "|sep(?:t|tember)?|okt(?:ober)?|oct(?:ober)?|nov(?:ember)?|des(?:ember)?|dec(?:ember)?"
    "|muharram|safar|ramadh?an|syawal|rajab|sya.?ban"
)
#: A written date: 12/05/2021, 12.05.2021, 2021-05-12, 12 Mei.
DATE_SHAPE = (
    r"\b\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b|\b\d{1,2}\.\d{1,2}\.20\d\d\b|\b20\d\d-\d{2}-\d{2}\b"
    rf"|\b\d{{1,2}}\s*(?:-\s*\d{{1,2}}\s*)?(?:{_MONTHS})\b"
)
_HOUR = r"(?:[01]?\d|2[0-3])"
_CLOCK_SHAPE = (
    rf"\b(?:jam|pukul|pkl)\s*\.?\s*{_HOUR}\b|\b{_HOUR}[:.][0-5]\d\s*(?:wib|wita|wit|am|pm)?\b(?:[^.\d]|$)"
)
#: Marks and versions have the shape of a clock time: 'IPK 3.50'.
_NO_CLOCK = r"\b(?:ipk?|gpa|nilai|rata|skor|versi)\W{1,3}\d{1,2}[.:]\d{2}\b"
#: The fields of an announcement, and the labels that stand before them at the head of a line.
_LABELS = {
    "day": ("hari", "tanggal", "tgl"),
    "time": ("waktu", "jam", "pukul"),
    "place": ("tempat", "lokasi", "alamat"),
    "contact": ("cp", "narahubung", "kontak", "contact person", "info lanjut"),
    "link": (),
}
FIELDS = tuple(_LABELS)
_FIELD_OF_LABEL = {label: field for field, labels in _LABELS.items() for label in labels}
_LABEL = "|".join(_FIELD_OF_LABEL)
_UP_TO_COLON = r"[^\n:]{0,15}:"
#: Thanks, please or sorry: counted for itself, beside the words of thanks.
FOLDED_HANDS = "🙏"
#: What emoji begin with that are characters of ASCII with a mark: keys of a telephone.
_KEYS = list(b"0123456789#*")


@functools.cache
def _emoji_patterns() -> dict[str, list[str]]:
    """Every emoji sequence by its first sign; digits and signs that are emoji only with a mark come with it."""
    import emoji

    by_sign: dict[str, list[str]] = {}
    for form in emoji.EMOJI_DATA:
        if not form.isascii():
            by_sign.setdefault(form[0], []).append(form)
    return by_sign


def read_written(texts: pl.Series) -> pl.DataFrame:
    """plain (the normal text), n_chars, n_emoji, n_folded_hands of distinct texts as written; NULL holds nothing."""
    signs = characters(texts)
    return pl.DataFrame(
        [
            plain_texts(texts, signs),
            texts.str.len_chars().cast(pl.Int64).fill_null(0).alias("n_chars"),
            pl.Series("n_emoji", count_emoji(signs)),
            pl.Series("n_folded_hands", signs.number_of(FOLDED_HANDS)),
        ]
    )


def count_emoji(chars: Characters) -> np.ndarray:
    """Emoji by text; each distinct run of characters beyond ASCII is searched once."""
    text_no = chars.texts_of(chars.lead)
    opens = np.ones(len(chars.lead) + 1, dtype=bool)
    opens[1:-1] = (chars.lead[1:] != (chars.lead + chars.width)[:-1]) | (text_no[1:] != text_no[:-1])
    start, end = chars.lead[opens[:-1]], (chars.lead + chars.width)[opens[1:]]
    of_text = text_no[opens[:-1]]
    keyed = np.isin(chars.content[start - 1], _KEYS) & (start > chars.first[of_text])
    runs, place = distinct_values(chars.cut(start - keyed, end))
    known = _emoji_patterns()
    signs = {chr(key) for key in _KEYS} | set(chars.signs)
    # longest first: of several that begin at one place the longest is meant
    patterns = sorted(
        (form for sign in signs & known.keys() for form in known[sign]),
        key=lambda form: (-len(form), form),
    )
    found = runs.str.find_many(patterns, leftmost=True).list.len().to_numpy()
    return np.bincount(of_text, found[place], minlength=len(chars.first) - 1).astype(np.int64)


def announcement_fields(texts: pl.Series) -> dict[str, np.ndarray]:
    """By normal text: whether a field of :data:`FIELDS` stands there by its shape or its label.

    Shapes are those of dates and clock times; a label heads its line ('Tempat: ...'). Addresses and numbers
    have placeholders, which are counted with the tokens.
    """
    fields = {name: np.zeros(len(texts), dtype=bool) for name in FIELDS}
    # most texts have neither digit nor colon, and need not be searched for shapes
    numbered = texts.str.contains("[0-9]").arg_true()
    some = texts.gather(numbered)
    clocked = some.str.replace_all(narrow(_NO_CLOCK), "")
    for name, shape, texts_shaped in (("day", DATE_SHAPE, some), ("time", _CLOCK_SHAPE, clocked)):
        fields[name][numbered.filter(texts_shaped.str.contains(narrow(shape)))] = True
    labelled = texts.str.contains(":", literal=True).arg_true()
    # the head of a line is dear to find: look for the label anywhere first
    labelled = labelled.filter(texts.gather(labelled).str.contains(f"(?:{_LABEL}){_UP_TO_COLON}"))
    some = texts.gather(labelled)
    written = writing_for(some)
    heads = some.str.extract_all(written(rf"(?m:^\W*(?:{_LABEL})\b{_UP_TO_COLON})"))
    # the label is the first word of its line: whatever else is listed comes after it
    labels = heads.explode(empty_as_null=False).str.extract_many(list(_FIELD_OF_LABEL)).list.first()
    of_text = np.repeat(labelled.to_numpy(), heads.list.len().to_numpy())
    for name in set(labels):
        fields[_FIELD_OF_LABEL[name]][of_text[(labels == name).to_numpy()]] = True
    return fields
