"""One entry of a list: the name, amount, marks and guests that a line tells after its number."""

from __future__ import annotations

import polars as pl

from tasks.measure.names import name_forms
from tasks.measure.text.lexicon import Lexicon
from tasks.measure.text.money import read_amounts

#: Beyond this a line is prose, no entry: only its beginning is read.
MAX_BODY = 240
MAX_GUESTS = 50

_DENIED = (
    r"(?i)\b(?:belum|blm|blom|tidak|tdk|gak?|ngg?ak|bukan)\s+(?:\pL+\s+)?"
    r"(?:khata?m|selesai|kholas|done|lunas|bayar|transfer|tf|setor|sudah|beres)\b"
)
_DONE = (
    r"(?i)[✅☑✔✓👍💯🆗]|\[[vx]\]|\((?:v|ok|oke)\)|\b(?:khata?m|khotam|selesai|kholas|done|lunas|sudah|sdh|udah|udh|dah|paid|beres|masuk|diterima"
    r"|tamat|rampung|tuntas|clear|transfered|transferred)\b|\s(?:ok|v|tf|trf)\s*$"
)
_NO = (
    r"(?i)❌|✖|🚫|\b(?:izin|ijin|absen|berhalangan|skip|teu tiasa|sakit|alfa|alpa"
    r"|(?:tidak|tdk|gak?|ngg?ak|belum|blm|teu)\s+(?:bisa\s+|dapat\s+|tiasa\s+)?(?:hadir|ikut|bisa|dapat|gabung|datang|tiasa))\b"
)
_MAYBE = (
    r"(?i)❓|\?|\b(?:mungkin|tentatif|tentative|maybe|belum (?:pasti|tentu)|blm pasti|kayaknya|kayanya|diusahakan"
    r"|menyusul kabar|lihat nanti|liat nanti|ragu)\b"
)
_OFF = r"(?i)\b(?:batal|cancel|canceled|cancelled|mundur|mengundurkan|(?:gak?|ngg?ak|tidak|tdk) jadi)\b"
_STRUCK = r"^[\s*_]*~[^~]+~\W*$"
_PLUS = r"\+\s*(\d{1,2})\b(?:\s*(?:org|orang|pax|anak|bocil))?"
_HEADS = r"(?i)(?:^|[^\d.,])(\d{1,2})\s*(?:0rg|org|orang|pax|jiwa|kepala)\b"
_HEADS_WORD = r"(?i)\b(?:ber)(dua|tiga|empat|lima|enam)\b"
_KIN = (
    r"(?i)(?:\b(?:bersama|beserta|sama|dan|plus|bareng|with|bawa|sareng|\+)\b|[&+])\s*(?:(\d{1,2})\s+)?"
    r"(istri|suami|anak|keluarga|ortu|ibu|bapak|teman|temen|adik|adek|kakak|bocil|pasangan|kel|bojo|pun bojo|pasukan"
    r"|rombongan)\b(?:\s+(\d{1,2})\b)?"
)
#: What a line tells about the amount is no part of the name.
_MONEY = (
    r"(?i)(?:\b(?:rp|idr)[.:]?\s*|\b)\d[\d.,]*\s*(?:rb|rbu|ribu|rebu|k|jt|juta|miliar|milyar|m)?(?:an)?\b"
    r"(?:\s*,-)?(?:\s*(?:rupiah|perak))?"
)
_DIGIT_WORDS = (
    "satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas|belas|puluh|setengah|ratus|seratus"
)
_MONEY_WORDS = (
    rf"(?i)\b(?:(?:{_DIGIT_WORDS}|juta|sejuta)\s+)*(?:ribu|rebu|seribu|juta|sejuta|seratus|ratus)\b"
    rf"(?:\s+(?:{_DIGIT_WORDS}|ribu|rebu|rupiah)\b)*|\b(?:seceng|noceng|goceng|ceban|noban|goban|gocap|cepek|gopek|nopek|jigo)\b"
)
_NAME = r"^[^\pL]*(\pL[\pL\pM.'’`]*(?:(?:\s+|-)\pL[\pL\pM.'’`]*)*)"
_AFTER_NAME = (
    r"(?i)\s+(?:bersama|beserta|sama|plus|bareng|with|bawa|hadir|ikut|izin|ijin|dari|utk|untuk|via|u/|a\.?n"
    r"|absen|batal|cancel|mundur|insya ?allah|insyaallah|inshaallah|insyaalloh|in sya allah|berdua|bertiga"
    r"|berempat|berlima"
    r"|mungkin|tentatif|lunas|khata?m|khotam|selesai|kholas|sudah|sdh|udah|udh|rp|idr|tf|trf|transfer|cash|tunai|siap|bisa|otw"
    r"|belum|blm|tidak|tdk|gak?|ngg?ak|teu|berhalangan|masih|msh|ragu|sakit|nuju|nebeng|lagi|nambah|supir|sopir|juga|jg|aja|saja"
    r"|doang|ya|yaa|yah|dulu|hehe|wkwk|naik|motor|mobil|pake|pakai|telat|terlambat|kalau|kalo|klo|semoga|dengan|dgn|karena|krn|soalnya"
    r"|pun|otw|baru|nanti|besok|sore|pagi|siang|malam|org|orang|pcs|buah|sareng|jeung|kangge|ti|di|ke|yang|yg|menyusul|nyusul|gabung|mau|akan|donasi|infa[kq]|sedekah|dp|bayar"
    r"|ukuran|size|xs|xl|xxl|xxxl|akt|angkatan|alumni"
    r"|(?:satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas)\s+(?:belas|puluh|ratus|ribu|juta|setengah|orang|org|jt|rb))\b.*$"
    # degrees: 'S.Pd.I', 'M. Ag'
    r"|(?i)\s+[smd]\.\s?\pL{1,4}\b.*$"
)
#: A member's household is the member and guests; that of somebody dead is somebody else.
_HOUSE, _LATE = r"(?i)^(?:keluarga|kel|fam|family)\b\.?\s+", r"(?i)\b(?:alm|almh|almarhum|almarhumah)\b"
_PARENTHESES = r"[(\[{][^)\]}]{0,80}[)\]}]?"
#: Where the name of a line ends.
_ENDS = r"\s[-–—:=>→/|]+\s*.*$|[:=>→/|,;].*$|\s[-–—]+.*$|[-–—]+\s*$|\.{2,}.*$"
_JOINED = r"(?i)\s+(?:dan|&|\+|sareng|jeung|/)\s+|\s*[,&+/]\s*"
_SIZE = r" [smlx]$"
_JUZ = r"(?i)\bju[zs][ '’]*(\d{1,2})\b"
_TAG = r"@\+?(\d{7,15})\b"


def read_bodies(bodies: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """What a line says after its number, one row per distinct body.

    Returns:
        body, form (normal words of the name; '' for an empty line), forms (of the names a line joins by 'dan',
        '&', ',' …), short (the form without a letter at its end, which may be an initial or a size), tag?
        (digits of a number somebody is tagged by), juz?, amount_idr?, is_refused (an amount that cannot be
        told), is_done, participation_status, n_guests.
    """
    said = bodies.with_columns(said=pl.col("body").str.slice(0, MAX_BODY))
    text = pl.col("said")
    tagless = text.str.replace_all(_TAG, " ")
    bare = (
        tagless.str.replace_all(_PARENTHESES, " ")
        .str.replace_all(_JUZ, " ")
        .str.replace_all(r"\s*\+\s*\d{1,2}\b", " ")
        .str.replace_all(_MONEY, " - ")
        .str.replace_all(_MONEY_WORDS, " - ")
        .str.strip_chars_start(" -–—:=.,)")
    )
    named = said.with_columns(
        whole=_first_name(bare),
        # the name may stand in the parentheses alone: '(Ahmad)'
        inside=_first_name(tagless.str.extract(r"[(\[]([^)\]]{1,80})", 1).fill_null("")),
        pieces=bare.str.replace(r"(?i)\s(?:-|–|:|=).*$", "").str.replace_all(_JOINED, "\n").str.split("\n"),
    ).with_columns(whole=pl.when(pl.col("whole") == "").then("inside").otherwise("whole"))
    pieces = (
        named.select("body", "pieces")
        .explode("pieces", empty_as_null=True)
        .with_columns(pieces=_first_name(pl.col("pieces").fill_null("")))
    )
    # one reading of both: to take names apart costs little, to begin with it much
    read = name_forms(pl.concat([named["whole"], pieces["pieces"]]), lexicon)
    pieces = pieces.with_columns(form=read.slice(len(named))).filter(pl.col("form") != "")
    forms = pieces.group_by("body", maintain_order=True).agg(forms="form")
    money = [read_amounts(line, in_donation_context=True) for line in said["said"].to_list()]
    struck = text.str.contains(_STRUCK)
    status = (
        pl.when(struck | text.str.contains(_OFF)).then(pl.lit("withdrawn"))
        .when(text.str.contains(_NO)).then(pl.lit("no"))
        .when(text.str.contains(_MAYBE)).then(pl.lit("maybe"))
        .otherwise(pl.lit("yes"))
    )  # fmt: skip
    return (
        named.with_columns(
            form=read.head(len(named)),
            amount_idr=pl.Series([read.sole for read in money], dtype=pl.Float64),
            is_refused=pl.Series([read.is_unsure for read in money], dtype=pl.Boolean),
        )
        .join(forms, on="body", how="left", maintain_order="left")
        .select(
            "body",
            "form",
            "forms",
            "amount_idr",
            "is_refused",
            short=pl.col("form").str.replace(_SIZE, ""),
            tag=text.str.extract(_TAG, 1),
            juz=text.str.extract(_JUZ, 1).cast(pl.Int64, strict=False),
            is_done=text.str.contains(_DONE) & ~text.str.contains(_DENIED),
            participation_status=status,
            n_guests=_guests(text),
        )
    )  # fmt: skip


def _first_name(text: pl.Expr) -> pl.Expr:
    """The words of a line up to where its name ends."""
    name = text.str.replace(_ENDS, "").str.extract(_NAME, 1).fill_null("")
    house = ~name.str.contains(_LATE)
    return pl.when(house).then(name.str.replace(_HOUSE, "")).otherwise(name).str.replace(_AFTER_NAME, "")


def _guests(text: pl.Expr) -> pl.Expr:
    """'+1' and '+ istri' are guests beside the one who signs; '(3 org)' and 'bertiga' count the signer."""
    counted = {"dua": 1, "tiga": 2, "empat": 3, "lima": 4, "enam": 5}
    plus = text.str.extract(_PLUS, 1).cast(pl.Int64, strict=False)
    heads = text.str.extract(_HEADS, 1).cast(pl.Int64, strict=False)
    together = text.str.to_lowercase().str.extract(_HEADS_WORD, 1).replace_strict(
        counted, default=None, return_dtype=pl.Int64
    )  # fmt: skip
    kin = pl.when(text.str.contains(_KIN)).then(
        pl.coalesce(text.str.extract(_KIN, 1), text.str.extract(_KIN, 3))
        .cast(pl.Int64, strict=False)
        .fill_null(1)
    )
    others = pl.when(heads.is_not_null()).then((heads - 1).clip(0))
    told = pl.coalesce(plus, others, together, kin)
    return told.fill_null(0).clip(0, MAX_GUESTS)


def section_status(section: str, own: str) -> pl.Expr:
    """The status that the part of a list gives to its entries, where the line itself says nothing else."""
    label = pl.col(section).fill_null("")
    said = (
        pl.when(label.str.contains(_NO)).then(pl.lit("no"))
        .when(label.str.contains(_MAYBE)).then(pl.lit("maybe"))
        .otherwise(pl.lit("yes"))
    )  # fmt: skip
    return pl.when(pl.col(own) == "yes").then(said).otherwise(own).alias(own)
