"""Lines of messages that may hold a list: numbers, bullets, slots, entries, sections."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.measure.text.features import DATE_SHAPE

_LEAD = r"[\s>*_~•\-(]*"
#: A numbered entry: '1.', '1)', '(1)', '1-', '1:', '*1.*', '1️⃣' (whose sign was made a full stop before).
NUMBERED = rf"^{_LEAD}(\d{{1,3}})\s*[*_~]*\s*[.):\-/]+[*_~]*(\s.*|[^\d\s].*|)$"
#: A number and a name with only a space between.
_BARE_NUMBER = r"^[\s>*_~]*(\d{1,3})\s+(@?\pL.*)$"
#: A bullet before a name.
_BULLET = r"^\s*(?:[-–—•▪●○◦‣·▫◾◽■□👉➡▶🔹🔸🔘⚪⚫📌✓✔☑✅]+\s*|\*\s+)(@?\pL.*)$"
_MARK = r"^\s*([✓✔☑✅])"
JUZ = (
    r"(?i)^[\s>*_~•\-\d.)(]*ju[zs][ '’]*(\d{1,2})[a-d]?\b"
    r"(?:\s*(?:-|–|s/?d|sampai|&|dan|,)\s*(\d{1,2})\b)?\s*[*_~]*\s*[.):\-=>]*\s*(.*)$"
)
MIN_JUZ = 10
#: Quick test, in one pass over whole texts, for what cannot be a list: an entry 1, a juz, bullets, a rest.
MAYBE_LIST = (
    r"(?m)^[\s>*_~•\-(]*0?0?1\s*\x{fe0f}?\x{20e3}?\s*[*_~]*\s*(?:[.):\-/]|\s\pL)"
    r"|^[\s>*_~•\-]*(?:0\x{fe0f}?\x{20e3})?1\x{fe0f}?\x{20e3}|^[\s>*_~•\-\d.)(]*(?i:ju[zs])[ '’]*\d"
    r"|^\s*(?:[-–—•▪●○◦‣·▫◾◽■□👉➡▶🔹🔸🔘⚪⚫📌✓✔☑✅]|\*\s)"
    r"|\A[\s>*_~(]*\d{1,3}\x{fe0f}?\x{20e3}?\s*[.)]|[\x{2460}\x{1d7cf}\x{1d7d9}\x{1d7e3}\x{1d7ed}\x{1d7f7}]"
)
#: A line that parts the entries of one list and begins no other list.
SECTION = (
    r"(?i)^\W*(?:(?:yang|yg|list|daftar|nama(?:-nama)?|grup|group|kelompok|tim)\s+)*"
    r"(?:pa|pi|putra|putri|ikhwan|akhwat|laki(?:-laki| laki)?|perempuan|cowo?k?|cewe?k?|bapak(?:-bapak)?|ibu(?:-ibu)?"
    r"|(?:bisa |siap |akan )?hadir|ikut"
    r"|(?:tidak|tdk|gak?|ngg?ak|belum|blm|teu)(?: bisa| tiasa)? (?:hadir|ikut|bayar|transfer|tf|lunas)"
    r"|izin|ijin|absen|berhalangan|mungkin|tentatif|ragu(?:-ragu)?|belum pasti|lunas"
    r"|(?:sudah|sdh|udah|udh) (?:bayar|transfer|tf|lunas|setor)|angkatan|kelas|mobil|kamar|sesi|panitia|peserta"
    r"|motor|regu|tim|kelompok|meja|rayon|korwil|waiting list|cadangan|lanjutan|[a-z]|\d{4})\b"
    r"\W*(?:\pL+\W*){0,2}\d*\W*$"
)


def list_lines(messages: pl.DataFrame) -> pl.DataFrame:
    """Lines of the messages that hold a list.

    Args:
        messages: at (row), turn (of one writer; NULL never continues a list), text.

    Returns:
        at (of the message the list begins in), message (that holds the line), block (ordinal of the list in
        it), line (ordinal), raw (the line), number (Int64, NULL outside entries), body (the entry's text),
        slot_to (last juz of a line that takes several), part ('header', 'item', 'footer', 'note'), section
        (the last label of a part of the list before an entry), is_juz, is_seed, is_bulleted. A list has
        entries 1 and 2, or at least 10 juz lines, or at least two bullets under a header. A seed has one
        entry alone: it may be the first version of a list, if copies follow. A message that begins with the
        number after the last one of the message before, in the same turn, goes on with that list; a title
        before a new entry 1 begins another block.
    """
    lines = _parsed(messages)
    lines = lines.join(_hosts(lines), on="at", maintain_order="left")
    lines = lines.rename({"at": "message", "host": "at"}).with_columns(line=pl.int_range(pl.len()).over("at"))
    return _parts(_blocks(_chosen(lines)))


def _parsed(messages: pl.DataFrame) -> pl.DataFrame:
    """Lines with what each could be: an entry with number, a juz, a bare number, a bullet, a title, a label.

    Lists are copied again and again: each distinct line is read once.
    """
    some = messages.filter(
        pl.col("text").str.contains("\n", literal=True) & pl.col("text").str.contains(MAYBE_LIST)
    )
    lines = some.select(
        "at",
        "turn",
        written=pl.col("text")
        .str.replace_all("\U0001f51f", "10.")
        .str.replace_all(r"\x{fe0f}?\x{20e3}", ".")
        .str.split("\n"),
    ).explode("written", empty_as_null=True)
    lines = lines.with_columns(pl.col("written").fill_null(""))
    return lines.join(
        _read_lines(lines.select("written").unique()), on="written", maintain_order="left"
    ).drop("written")


def _read_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Distinct lines as written, with their text and what each could be."""
    lines = lines.with_columns(
        raw=pl.col("written")
        .str.normalize("NFKC")
        .str.replace_all(r"[\p{Cf}\x{fe00}-\x{fe0f}]", "")
        # keycaps of two digits come as '1.0.'
        .str.replace(r"^([\s>*_~•\-]*)(\d)\.(\d)\.", "${1}${2}${3}.")
    )
    juz, numbered = pl.col("raw").str.extract_groups(JUZ), pl.col("raw").str.extract_groups(NUMBERED)
    bare = pl.col("raw").str.extract_groups(_BARE_NUMBER)
    mark = pl.col("raw").str.extract(_MARK, 1)
    bullet = pl.col("raw").str.extract(_BULLET, 1)
    return lines.with_columns(
        juz_no=juz.struct[0].cast(pl.Int64, strict=False),
        juz_to=juz.struct[1].cast(pl.Int64, strict=False),
        juz_body=juz.struct[2],
        item_no=numbered.struct[0].cast(pl.Int64, strict=False),
        item_body=numbered.struct[1],
        bare_no=bare.struct[0].cast(pl.Int64, strict=False),
        bare_body=bare.struct[1],
        # a tick before the name is the bullet and says that it is done
        bullet=pl.when(mark.is_null()).then(bullet).otherwise(pl.concat_str(bullet, pl.lit(" "), mark)),
        is_label=pl.col("raw").str.contains(SECTION),
        may_title=(pl.col("raw").str.count_matches(r"\pL{2,}") >= 2)
        & (
            pl.col("raw").str.contains(r"^\s*\*[^*]+\*\s*$")
            | pl.col("raw").str.contains(rf"(?i){DATE_SHAPE}")
        ),
    )


def _hosts(lines: pl.DataFrame) -> pl.DataFrame:
    """at, host: the message in which a list that goes on in the next ones began."""
    number = pl.coalesce("juz_no", "item_no")
    spans = lines.group_by("at", maintain_order=True).agg(
        pl.col("turn").first(), first=number.drop_nulls().first(), last=number.drop_nulls().last()
    )
    goes_on = (
        (pl.col("first") > 1)
        & (pl.col("first") == pl.col("last").shift() + 1)
        & (pl.col("turn") == pl.col("turn").shift())
    ).fill_null(False)
    return spans.select("at", host=pl.when(~goes_on).then("at").forward_fill())


def _chosen(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines of the messages that hold a list, read in the way of numbering that fits the whole message."""
    has = lambda column, number: (pl.col(column) == number).any()  # noqa: E731  (one line, three uses)
    is_bullet = pl.col("bullet").is_not_null()
    told = lines.group_by("at").agg(
        by_juz=pl.col("juz_no").n_unique() - pl.col("juz_no").is_null().any().cast(pl.Int64) >= MIN_JUZ,
        by_number=has("item_no", 1) & has("item_no", 2),
        by_bare=has("bare_no", 1) & has("bare_no", 2),
        by_bullet=is_bullet.any() & ~is_bullet.first(),
        one_bullet=is_bullet.sum() == 1,
        one=has("item_no", 1) & (pl.col("item_no").count() == 1),
        one_bare=has("bare_no", 1) & (pl.col("bare_no").count() == 1) & pl.col("item_no").is_null().all(),
    )
    manner = (
        pl.when("by_juz").then(pl.lit("juz"))
        .when("by_number").then(pl.lit("number"))
        .when("by_bare").then(pl.lit("bare"))
        .when(pl.col("by_bullet") & ~pl.col("one_bullet")).then(pl.lit("bullet"))
        .when("one").then(pl.lit("number"))
        .when("one_bare").then(pl.lit("bare"))
        .when("by_bullet").then(pl.lit("bullet"))
    )  # fmt: skip
    is_whole = pl.any_horizontal("by_juz", "by_number", "by_bare") | (
        pl.col("by_bullet") & ~pl.col("one_bullet")
    )
    chosen = told.select("at", manner=manner, is_seed=~is_whole).drop_nulls("manner")
    kept = lines.join(chosen, on="at", maintain_order="left")
    is_in = {name: pl.col("manner") == name for name in ("juz", "number", "bare", "bullet")}
    ordinal = pl.when(is_bullet).then(is_bullet.cum_sum().over("at"))
    return kept.select(
        "at",
        "message",
        "line",
        "raw",
        "is_label",
        "may_title",
        "is_seed",
        is_juz=is_in["juz"],
        is_bulleted=is_in["bullet"],
        number=pl.when(is_in["juz"]).then("juz_no").when(is_in["number"]).then("item_no")
        .when(is_in["bare"]).then("bare_no").otherwise(ordinal.cast(pl.Int64)),
        body=pl.when(is_in["juz"]).then("juz_body").when(is_in["number"]).then("item_body")
        .when(is_in["bare"]).then("bare_body").otherwise("bullet"),
        slot_to=pl.when(is_in["juz"]).then("juz_to"),
    )  # fmt: skip


def _blocks(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with the list they belong to: a title between entries, then a new entry 1, begins another.

    The lines of a message follow one another; so do those up to its next entry, which make a stretch.
    """
    at, number = lines["at"].to_numpy(), lines["number"]
    is_item = number.is_not_null().to_numpy()
    is_title = lines["may_title"].to_numpy() & ~lines["is_label"].to_numpy() & ~is_item
    by_one = (number == 1).fill_null(False).to_numpy()
    of_message = _runs(at)
    n_items = np.cumsum(is_item) - is_item
    n_before = n_items - n_items[of_message]
    stretch = _runs(at, n_before)
    n_titles = np.cumsum(is_title)
    # the title and what follows it stand before the entry 1 they announce
    is_after_title = n_titles > (n_titles - is_title)[stretch]
    begins = (
        by_one & (n_before > 0) & is_after_title
        & ~lines["is_juz"].to_numpy() & ~lines["is_bulleted"].to_numpy()
    )  # fmt: skip
    has_begun = np.zeros(len(lines), dtype=bool)
    has_begun[stretch[begins]] = True
    announced = has_begun[stretch] & (is_after_title | is_item)
    first = announced.copy()
    first[1:] &= ~(announced[:-1] & (of_message[1:] == of_message[:-1]))
    n_first = np.cumsum(first)
    block = n_first - (n_first - first)[of_message]
    return lines.drop("may_title").with_columns(pl.Series("block", block, dtype=pl.Int64))


def _runs(*keys: np.ndarray) -> np.ndarray:
    """For each place the first place of its run of equal keys."""
    new = np.ones(len(keys[0]), dtype=bool)
    new[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))


def _parts(lines: pl.DataFrame) -> pl.DataFrame:
    list_key = ["at", "block"]
    first = pl.col("line").filter(pl.col("number").is_not_null()).min().over(list_key)
    last = pl.col("line").filter(pl.col("number").is_not_null()).max().over(list_key)
    part = (
        pl.when(pl.col("number").is_not_null())
        .then(pl.lit("item"))
        .when(pl.col("line") < first)
        .then(pl.lit("header"))
        .when(pl.col("line") > last)
        .then(pl.lit("footer"))
        .otherwise(pl.lit("note"))
    )
    label = pl.when(pl.col("number").is_null() & pl.col("is_label")).then("raw")
    return (
        lines.sort("at", "line")
        .with_columns(part=part, section=label.forward_fill().over(list_key))
        .with_columns(pl.when(pl.col("part") == "item").then("section").alias("section"))
        .drop("is_label")
    )
