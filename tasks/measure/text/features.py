"""Values in texts: emoji, addresses, mentions, and the fields that make an announcement."""

from __future__ import annotations

import functools

import polars as pl

from tasks.measure.text.normalise import EMAIL, MENTION, PHONE, URL

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
#: The shapes of an announcement's fields in plain text; the labels stand at the head of a line.
FIELD_SHAPES = {
    "day": rf"{DATE_SHAPE}|(?m:^\W*(?:hari|tanggal|tgl)\b[^\n:]{{0,15}}:)",
    "time": rf"{_CLOCK_SHAPE}|(?m:^\W*(?:waktu|jam|pukul)\b[^\n:]{{0,15}}:)",
    "place": r"(?m:^\W*(?:tempat|lokasi|alamat)\b[^\n:]{0,15}:)",
    "contact": rf"{PHONE}|(?m:^\W*(?:cp|narahubung|kontak|contact person|info lanjut)\b[^\n:]{{0,15}}:)",
    "link": URL,
}


@functools.cache
def _emoji_patterns() -> list[str]:
    """Every emoji sequence, longest first; digits and signs that are emoji only with a mark come with it."""
    import emoji

    return sorted(
        (form for form in emoji.EMOJI_DATA if not form.isascii()), key=lambda form: (-len(form), form)
    )


def count_emoji(text: pl.Series) -> pl.Series:
    """Emoji by text (Int64); NULL texts have none."""
    frame = text.fill_null("").rename("text").to_frame().with_row_index("at")
    # plain ASCII holds no emoji, and most texts are plain ASCII
    some = frame.filter(pl.col("text").str.len_bytes() != pl.col("text").str.len_chars())
    counted = some.select(
        "at", n=pl.col("text").str.find_many(_emoji_patterns(), leftmost=True).list.len().cast(pl.Int64)
    )
    return frame.join(counted, on="at", how="left", maintain_order="left")["n"].fill_null(0)


def count_placeholders() -> list[pl.Expr]:
    """Counts of addresses and mentions in the column ``plain``."""
    plain = pl.col("plain").fill_null("")
    return [
        (plain.str.count_matches(URL, literal=True) + plain.str.count_matches(EMAIL, literal=True))
        .cast(pl.Int64)
        .alias("n_urls"),
        plain.str.count_matches(MENTION, literal=True).cast(pl.Int64).alias("n_mentions"),
    ]


def announcement_fields() -> list[pl.Expr]:
    """Per field of :data:`FIELD_SHAPES` a Boolean ``field_<name>`` over the column ``plain``."""
    plain = pl.col("plain").fill_null("")
    return [plain.str.contains(shape).alias(f"field_{name}") for name, shape in FIELD_SHAPES.items()]
