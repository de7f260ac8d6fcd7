"""One entry of a list: the name, amount, marks and guests that a line tells after its number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tasks.measure.names import name_forms
from tasks.measure.text.distinct import distinct_values
from tasks.measure.text.lexicon import Lexicon
from tasks.measure.text.money import may_name_money, read_amounts
from tasks.measure.text.number_words import NUMBER_WORDS
from tasks.measure.text.scripts import Writing, read_by_script

#: Beyond this a line is prose, no entry: only its beginning is read.
MAX_BODY = 240
MAX_GUESTS = 50
# all of these are looked for in small letters

_DENIED = (
    r"\b(?:belum|blm|blom|tidak|tdk|gak?|ngg?ak|bukan)\s+(?:\pL+\s+)?"
    r"(?:khata?m|selesai|kholas|done|lunas|bayar|transfer|tf|setor|sudah|beres)\b"
)
_DONE = (
    r"[✅☑✔✓👍💯🆗]|\[[vx]\]|\((?:v|ok|oke)\)|\b(?:khata?m|khotam|selesai|kholas|done|lunas|sudah|sdh|udah|udh|dah|paid|beres|masuk|diterima"
    r"|tamat|rampung|tuntas|clear|transfered|transferred)\b|\s(?:ok|v|tf|trf)\s*$"
)
_NO = (
    r"[❌✖✗✘✕❎🚫]|\b(?:izin|ijin|absen|berhalangan|skip|teu tiasa|sakit|alfa|alpa"
    r"|(?:tidak|tdk|gak?|ngg?ak|belum|blm|teu)\s+(?:bisa\s+|dapat\s+|tiasa\s+)?(?:hadir|ikut|bisa|dapat|gabung|datang|tiasa))\b"
)
_MAYBE = (
    r"❓|\?|\b(?:mungkin|tentatif|tentative|maybe|belum (?:pasti|tentu)|blm pasti|kayaknya|kayanya|diusahakan"
    r"|menyusul kabar|lihat nanti|liat nanti|ragu)\b"
)
#: A part of a list whose entries have all done it.
_ALL_DONE = r"\b(?:sudah|sdh|udah|udh|lunas)\b"
#: 'Absen' may head those who came or those who did not; 'yang absen' did not.
_ROLL, _ABSENT = r"\babsen\b", r"\b(?:yang|yg)\s+absen\b"
_PRESENT = r"\b(?:hadir|ikut)\b"
_OFF = r"\b(?:batal|cancel|canceled|cancelled|mundur|mengundurkan|(?:gak?|ngg?ak|tidak|tdk) jadi)\b"
_STRUCK = r"^[\s*_]*~[^~]+~\W*$"
_PLUS = r"\+\s*(\d{1,2})\b(?:\s*(?:org|orang|pax|anak|bocil))?"
_HEADS = r"(?:^|[^\d.,])(\d{1,2})\s*(?:0rg|org|orang|pax|jiwa|kepala)\b"
_HEADS_WORD = r"\b(?:ber)(dua|tiga|empat|lima|enam)\b"
_KIN = (
    r"(?:\b(?:bersama|beserta|sama|dan|plus|bareng|with|bawa|sareng|\+)\b|[&+])\s*(?:(\d{1,2})\s+)?"
    r"(istri|suami|anak|keluarga|ortu|ibu|bapak|teman|temen|adik|adek|kakak|bocil|pasangan|kel|bojo|pun bojo|pasukan"
    r"|rombongan)\b(?:\s+(\d{1,2})\b)?"
)
#: What a line tells about the amount is no part of the name.
_MONEY = (
    r"(?:\b(?:rp|idr)[.:]?\s*|\b)\d[\d.,]*\s*(?:rb|rbu|ribu|rebu|k|jt|juta|miliar|milyar|m)?(?:an)?\b"
    r"(?:\s*,-)?(?:\s*(?:rupiah|perak))?"
)
_NUMBER_WORD = "|".join(NUMBER_WORDS)
_GREAT = "|".join(
    word for word in NUMBER_WORDS if word.endswith(("ratus", "ribu", "rebu", "juta", "miliar", "milyar"))
)
_MONEY_WORDS = (
    rf"\b(?:(?:{_NUMBER_WORD})\s+)*(?:{_GREAT})\b(?:\s+(?:{_NUMBER_WORD}|rupiah)\b)*"
    r"|\b(?:seceng|noceng|goceng|ceban|noban|goban|gocap|cepek|gopek|nopek|jigo)\b"
)
_NAME = r"^[^\pL]*(\pL[\pL\pM.'’`]*(?:(?:\s+|-)\pL[\pL\pM.'’`]*)*)"
_AFTER_NAME = (
    r"\s+(?:bersama|beserta|sama|plus|bareng|with|bawa|hadir|ikut|izin|ijin|dari|utk|untuk|via|u/|a\.?n"
    r"|absen|batal|cancel|mundur|insya ?allah|insyaallah|inshaallah|insyaalloh|in sya allah|berdua|bertiga"
    r"|berempat|berlima"
    r"|mungkin|tentatif|lunas|khata?m|khotam|selesai|kholas|sudah|sdh|udah|udh|rp|idr|tf|trf|transfer|cash|tunai|siap|bisa|otw"
    r"|belum|blm|tidak|tdk|gak?|ngg?ak|teu|berhalangan|masih|msh|ragu|sakit|nuju|nebeng|lagi|nambah|supir|sopir|juga|jg|aja|saja"
    r"|doang|ya|yaa|yah|dulu|hehe|wkwk|naik|motor|mobil|pake|pakai|telat|terlambat|kalau|kalo|klo|semoga|dengan|dgn|karena|krn|soalnya"
    r"|pun|otw|baru|nanti|besok|sore|pagi|siang|malam|org|orang|pcs|buah|sareng|jeung|kangge|ti|di|ke|yang|yg|menyusul|nyusul|gabung|mau|akan|donasi|infa[kq]|sedekah|dp|bayar"
    r"|ukuran|size|xs|xl|xxl|xxxl|akt|angkatan|alumni"
    r"|(?:satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas)\s+(?:belas|puluh|ratus|ribu|juta|setengah|orang|org|jt|rb))\b.*$"
    # degrees: 'S.Pd.I', 'M. Ag'
    r"|\s+[smd]\.\s?\pL{1,4}\b.*$"
)
#: A member's household is the member and guests; that of somebody dead is somebody else.
_HOUSE, _LATE = r"^(?:keluarga|kel|fam|family)\b\.?\s+", r"\b(?:alm|almh|almarhum|almarhumah)\b"
_PARENTHESES = r"[(\[{][^)\]}]{0,80}[)\]}]?"
#: Where the name of a line ends.
_ENDS = r"\s[-–—:=>→/|]+\s*.*$|[:=>→/|,;].*$|\s[-–—]+.*$|[-–—]+\s*$|\.{2,}.*$"
_JOINED = r"\s+(?:dan|&|\+|sareng|jeung|/)\s+|\s*[,&+/]\s*"
_SIZE = r" [smlx]$"
_JUZ = r"\bju[zs][ '’]*(\d{1,2})\b"
_TAG = r"@\+?(\d{7,15})\b"


#: What an entry may say of somebody's coming, in the order of their numbers.
STATUS = pl.Enum(["yes", "no", "maybe", "withdrawn", "done"])


@dataclass(frozen=True, slots=True)
class Bodies:
    """What lines say after their number; arrays and rows by distinct line.

    ``names``: distinct normal forms; the others are places in it. ``form``: of the line's name ('' for an empty
    line), ``short``: without a letter at its end, which may be an initial or a size, ``parts``: of the names
    that it joins by 'dan', '&', ',' …, ``n_parts`` of them (0 for an empty line) one after another.
    ``lines``: distinct lines without spaces around them.
    ``told``: tag? (digits of a number somebody is tagged by), juz?, amount_idr?, is_refused (an amount that
    cannot be told), is_done, participation_status, n_guests, said (place in ``lines``).
    """

    names: pl.Series
    form: np.ndarray
    short: np.ndarray
    parts: np.ndarray
    n_parts: np.ndarray
    lines: pl.Series
    told: pl.DataFrame


def read_bodies(bodies: pl.Series, lexicon: Lexicon) -> Bodies:
    """Read distinct lines without their numbers; the first :data:`MAX_BODY` letters of each."""
    lines = bodies.str.slice(0, MAX_BODY).str.to_lowercase().alias("said")
    said, place = distinct_values(bodies.str.strip_chars())
    told = read_by_script(lines, _told).with_columns(pl.Series("said", place), *_money(lines))
    return Bodies(*_names(lines, lexicon), said, told)


def _told(lines: pl.Series, written: Writing) -> pl.DataFrame:
    text = pl.col("said")
    return lines.to_frame().select(
        tag=text.str.extract(written(_TAG), 1),
        juz=text.str.extract(written(_JUZ), 1).cast(pl.Int64, strict=False),
        is_done=text.str.contains(written(_DONE)) & ~text.str.contains(written(_DENIED)),
        participation_status=_status(text, written),
        n_guests=_guests(text, written),
    )


def _names(
    said: pl.Series, lexicon: Lexicon
) -> tuple[pl.Series, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Distinct forms, and by line its form, short form, forms of its parts and their number."""
    stripped = read_by_script(said, _pieces)
    pieces = stripped["pieces"]
    names, place = _first_names(pl.concat([stripped["bare"], stripped["inside"], pieces.explode()]))
    whole, inner, piece = np.split(place, [len(said), 2 * len(said)])
    is_nameless = (names == "").to_numpy()
    whole = np.where(is_nameless[whole], inner, whole)
    forms = name_forms(names, lexicon)
    known, code = distinct_values(pl.concat([forms, forms.str.replace(_SIZE, "")]))
    form, short = np.split(code, 2)
    line_of = np.repeat(np.arange(len(said)), pieces.list.len().to_numpy())
    is_part = (known != "").to_numpy()[form[piece]]
    n_parts = np.bincount(line_of[is_part], minlength=len(said))
    return known, form[whole], short[whole], form[piece[is_part]], n_parts


def _pieces(said: pl.Series, written: Writing) -> pl.DataFrame:
    """Of lines: bare (the line without what is no name), inside (of parentheses), pieces (of joined names)."""
    tagless = pl.col("said").str.replace_all(written(_TAG), " ")
    bare = (
        tagless.str.replace_all(_PARENTHESES, " ")
        .str.replace_all(written(_JUZ), " ")
        .str.replace_all(written(r"\s*\+\s*\d{1,2}\b"), " ")
        .str.replace_all(written(_MONEY), " - ")
        .str.replace_all(written(_MONEY_WORDS), " - ")
        .str.strip_chars_start(" -–—:=.,)")
    )
    # the name may stand in the parentheses alone: '(Ahmad)'
    inside = tagless.str.extract(r"[(\[]([^)\]]{1,80})", 1).fill_null("")
    joined = pl.col("bare").str.replace(r"\s(?:-|–|:|=).*$", "").str.replace_all(_JOINED, "\n")
    return said.to_frame().select(bare=bare, inside=inside).with_columns(pieces=joined.str.split("\n"))


def _first_names(texts: pl.Series) -> tuple[pl.Series, np.ndarray]:
    """The words of lines up to where their names end: distinct ones, and by line their place."""
    heads, place = distinct_values(texts)
    begun = read_by_script(heads, _up_to_end)
    names, of_head = distinct_values(begun["value"])
    return read_by_script(names, _without_what_follows)["value"], of_head[place]


def _up_to_end(heads: pl.Series, written: Writing) -> pl.DataFrame:
    head = pl.col("value").str.replace(_ENDS, "").str.extract(written(_NAME), 1)
    return heads.alias("value").to_frame().select(head.fill_null(""))


def _without_what_follows(names: pl.Series, written: Writing) -> pl.DataFrame:
    name = pl.col("value")
    is_house = ~name.str.contains(written(_LATE))
    housed = pl.when(is_house).then(name.str.replace(written(_HOUSE), "")).otherwise(name)
    return names.alias("value").to_frame().select(housed.str.replace(written(_AFTER_NAME), ""))


def _status(text: pl.Expr, written: Writing) -> pl.Expr:
    return (
        pl.when(text.str.contains(written(_STRUCK)) | text.str.contains(written(_OFF)))
        .then(pl.lit("withdrawn"))
        .when(text.str.contains(written(_NO))).then(pl.lit("no"))
        .when(text.str.contains(written(_MAYBE))).then(pl.lit("maybe"))
        .otherwise(pl.lit("yes"))
        .cast(STATUS)
    )  # fmt: skip


def _money(said: pl.Series) -> tuple[pl.Series, pl.Series]:
    """amount_idr?, is_refused of lines; most name no number."""
    at = may_name_money(said).arg_true()
    read = [read_amounts(line, in_donation_context=True) for line in said.gather(at).to_list()]
    amount = np.full(len(said), np.nan)
    soles = [one.sole for one in read]
    amount[at.to_numpy()] = [np.nan if sole is None else sole for sole in soles]
    refused = np.zeros(len(said), dtype=bool)
    refused[at.to_numpy()] = [sole is None and one.is_money for one, sole in zip(read, soles, strict=True)]
    return pl.Series("amount_idr", amount).fill_nan(None), pl.Series("is_refused", refused)


def _guests(text: pl.Expr, written: Writing) -> pl.Expr:
    """'+1' and '+ istri' are guests beside the one who signs; '(3 org)' and 'bertiga' count the signer."""
    counted = {"dua": 1, "tiga": 2, "empat": 3, "lima": 4, "enam": 5}
    plus = text.str.extract(written(_PLUS), 1).cast(pl.Int64, strict=False)
    heads = text.str.extract(written(_HEADS), 1).cast(pl.Int64, strict=False)
    together = text.str.extract(written(_HEADS_WORD), 1).replace_strict(
        counted, default=None, return_dtype=pl.Int64
    )
    groups = text.str.extract_groups(written(_KIN)).struct
    kin = groups[1].is_not_null()
    n_kin = pl.coalesce(groups[0], groups[2]).cast(pl.Int64, strict=False)
    told = pl.coalesce(plus, (heads - 1).clip(0), together, pl.when(kin).then(n_kin.fill_null(1)))
    return told.fill_null(0).clip(0, MAX_GUESTS)


def section_words(labels: pl.Series) -> pl.DataFrame:
    """What the label of a part of a list says of its entries: participation_status, is_done, is_roll, is_present.

    The status is for entries whose own line says nothing else. ``is_roll``: 'absen' alone, of which the rest of
    the list tells whom it heads; ``is_present``: it names those who come.
    """
    return read_by_script(labels.str.to_lowercase().alias("label"), _section_words)


def _section_words(labels: pl.Series, written: Writing) -> pl.DataFrame:
    label = pl.col("label")
    beside_roll = label.str.replace_all(written(_ROLL), " ")
    is_no = beside_roll.str.contains(written(_NO)) | label.str.contains(written(_ABSENT))
    has_roll = label.str.contains(written(_ROLL))
    is_maybe = label.str.contains(written(_MAYBE)) & ~has_roll
    is_present = label.str.contains(written(_PRESENT)) & ~is_no & ~is_maybe
    return labels.to_frame().select(
        participation_status=pl.when(is_no).then(pl.lit("no")).when(is_maybe).then(pl.lit("maybe"))
        .otherwise(pl.lit("yes")).cast(STATUS),
        is_done=label.str.contains(written(_ALL_DONE)),
        is_roll=has_roll & ~is_no & ~is_present,
        is_present=is_present,
    )  # fmt: skip
