"""Labels of people, as expressions: one spelling per label, phone numbers as digits."""

from __future__ import annotations

import re

import polars as pl

#: The exporter's name for himself in system lines, in every language.
SELF_LABEL = "You"

_MARKS = "[\u200b-\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
_BLANKS = "[\u00a0\u2000-\u200a\u202f\u3000\\s]+"
_HYPHENS = "[\u2010-\u2012\u2212]"
_PHONE = r"^\+?\(?[0-9][0-9 .()/-]{5,}[0-9]$"
_PHONE_LABEL = re.compile(r"^\+?[0-9]{7,15}$")


def normalise_label(label: pl.Expr) -> pl.Expr:
    """A label without direction marks and isolates, with plain blanks and hyphens; a number as its digits.

    ``+62 812‑3456-7890`` becomes ``+6281234567890``; ``~ Name`` keeps its tilde, which says that the
    exporter has not saved the number.
    """
    plain = (
        label.str.replace_all(_MARKS, "")
        .str.replace_all(_BLANKS, " ")
        .str.replace_all(_HYPHENS, "-")
        .str.strip_chars()
    )
    digits = plain.str.replace_all(r"[^+0-9]", "")
    is_phone = plain.str.contains(_PHONE) & digits.str.len_bytes().is_between(7, 16)
    return pl.when(is_phone).then(digits).otherwise(plain)


def is_phone_label(label: str) -> bool:
    """Whether a normalised label is a telephone number."""
    return _PHONE_LABEL.match(label) is not None


def normalised(labels: pl.Series) -> pl.Series:
    """Normalise labels as they are; for a long column, its distinct values."""
    return labels.to_frame("label").select(normalise_label(pl.col("label"))).to_series()
