"""Lists: what each posted version says. Grain: version (one message) and entry (one name on it)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tasks.measure.names import Names, match_names, name_forms
from tasks.measure.text.features import DATE_SHAPE
from tasks.measure.text.lexicon import Lexicon
from tasks.measure.text.lines import list_lines
from tasks.measure.text.money import TOTAL, amounts

_DONE = r"(?i)[✅☑✔✓]|\b(?:khata?m|selesai|kholas|done|lunas|sudah|sdh|udah|dah|paid)\b"
_NO = (
    r"(?i)❌|\b(?:izin|ijin|absen|berhalangan|batal|cancel|skip"
    r"|(?:tidak|gak?|ga|nggak|belum|teu) (?:hadir|ikut|bisa))\b"
)
_MAYBE = r"(?i)❓|\b(?:mungkin|tentatif|maybe|belum pasti|kayaknya)\b"
_PLUS = r"\+\s*(\d{1,2})\b"
_HEADS = r"(?i)\b(\d{1,2})\s*(?:org|orang|pax|0rang)\b"
_KIN = (
    r"(?i)(?:\b(?:bersama|beserta|sama|dan|plus|bareng|with)\b|[&+])\s*"
    r"(?:istri|suami|anak|keluarga|ortu|ibu|bapak|teman|adik|kakak)\b"
)
_NAME = r"^[\s*_~@.•\-]*(\pL[\pL.'’`]*(?:(?:\s+|-)\pL[\pL.'’`]*)*)"
_AFTER_NAME = (
    r"(?i)\s+(?:bersama|beserta|sama|dan|plus|bareng|with|hadir|ikut|izin|ijin"
    r"|absen|batal|insya ?allah|insyaallah"
    r"|mungkin|tentatif|lunas|khata?m|selesai|kholas|sudah|sdh|udah|rp|idr|tf|transfer|siap"
    r"|ukuran|size|xs|xl|xxl|xxxl|akt|angkatan|seceng|noceng|goceng|ceban|goban|gocap|cepek|se(?:ratus|ribu|juta)"
    r"|(?:satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas)\s+"
    r"(?:belas|puluh|ratus|ribu|juta))\b.*$"
)
_GREETING_LINE = r"(?i)^\W*(?:assalam|bismillah|ass\b|aslm|punten|halo|selamat (?:pagi|siang|sore|malam))"


@dataclass(frozen=True, slots=True)
class Lists:
    """Versions and entries of lists; vault-private: titles, keys and forms are people's words.

    ``versions``: version (ordinal), is_seed, at, sent_at, local_date, sender_key, turn, activity_kind,
    title, header_words, title_words, dates, clocks (lists of strings), n_entries, n_named, priced (share with
    an amount), stated_total_idr?.
    ``entries``: version, key, member_key?, slot?, amount_idr?, is_done, participation_status, n_guests.
    """

    versions: pl.DataFrame
    entries: pl.DataFrame


def read_lists(messages: pl.DataFrame, names: Names, lexicon: Lexicon, kinds: pl.DataFrame) -> Lists:
    """Find lists and read them.

    Args:
        messages: at, sent_at, local_date, member_key, turn, text; sorted by time, without bots and stubs.
        names: of the group's people. lexicon: for normal forms. kinds: activity_kind, pattern, by precedence.
    """
    lines = list_lines(messages.select("at", "text"))
    versions = _versions(lines, messages, kinds)
    entries = _entries(lines, versions, names, lexicon)
    counted = entries.group_by("version").agg(
        n_entries=pl.len(),
        priced=pl.col("amount_idr").is_not_null().mean(),
        n_named=pl.col("member_key").is_not_null().sum(),
    )
    versions = versions.join(counted, on="version", how="left", maintain_order="left").with_columns(
        pl.col("n_entries", "n_named").fill_null(0), pl.col("priced").fill_null(0.0)
    )
    return Lists(versions.with_columns(activity_kind=_priced_kind()), entries)


def _priced_kind() -> pl.Expr:
    """A collection if half of the lines name an amount, whatever the header says; none if no line does and
    the
    header also calls people together ('Bukber dan santunan yatim')."""
    collects = (pl.col("priced") >= 0.5) & pl.col("activity_kind").is_in(["rsvp", "other_list", "attendance"])
    gathers = (pl.col("activity_kind") == "donation") & (pl.col("priced") == 0) & (pl.col("n_entries") > 0)
    return (
        pl.when(collects)
        .then(pl.lit("donation"))
        .when(gathers & (pl.col("unpriced_kind") != "other_list"))
        .then("unpriced_kind")
        .otherwise("activity_kind")
    )


def _versions(lines: pl.DataFrame, messages: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    header = lines.filter(pl.col("part") == "header")
    spoken = header.filter(pl.col("raw").str.contains(r"\pL") & ~pl.col("raw").str.contains(_GREETING_LINE))
    title = spoken.group_by("at").agg(title=pl.col("raw").first())
    texts = (
        lines.filter(pl.col("part") != "item")
        .group_by("at")
        .agg(
            header=pl.col("raw").filter(pl.col("part") == "header").str.join("\n"),
            around=pl.col("raw").str.join("\n"),
        )
    )
    heads = (
        lines.group_by("at")
        .agg(pl.col("is_juz", "is_seed").first())
        .join(texts, on="at", how="left")
        .join(title, on="at", how="left")
    )
    lower = pl.col("header").fill_null("").str.to_lowercase()
    kind, unpriced = pl.lit("other_list"), pl.lit("other_list")
    for activity_kind, pattern in reversed(kinds.select("activity_kind", "pattern").rows()):
        kind = pl.when(lower.str.contains(pattern)).then(pl.lit(activity_kind)).otherwise(kind)
        if activity_kind != "donation":
            unpriced = pl.when(lower.str.contains(pattern)).then(pl.lit(activity_kind)).otherwise(unpriced)
    totals = _totals(lines)
    return (
        messages.select("at", "sent_at", "local_date", sender_key="member_key", turn="turn")
        .join(heads, on="at", maintain_order="left")
        .join(totals, on="at", how="left", maintain_order="left")
        .with_columns(
            version=pl.int_range(pl.len()),
            activity_kind=pl.when("is_juz").then(pl.lit("khataman")).otherwise(kind),
            unpriced_kind=unpriced,
            title_words=_word_set(pl.col("title").fill_null("")),
            header_words=_word_set(lower),
            dates=lower.str.extract_all(DATE_SHAPE).list.unique(),
            clocks=lower.str.extract_all(r"\b\d{1,2}[.:]\d{2}\b").list.unique(),
        )
        .drop("around")
    )


def _word_set(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.extract_all(r"[\pL\d]{2,}").list.unique()


def _totals(lines: pl.DataFrame) -> pl.DataFrame:
    """at, stated_total_idr: the largest amount of the last total line outside the entries."""
    said = lines.filter(
        (pl.col("part") != "item") & pl.col("raw").str.contains(TOTAL.pattern.join(["(?i)", ""]))
    )
    known = {
        raw: max(amounts(raw, in_donation_context=True), default=None)
        for raw in said["raw"].unique().to_list()
    }
    values = said.with_columns(
        stated_total_idr=pl.col("raw").replace_strict(known, return_dtype=pl.Float64)
        if known
        else pl.lit(None, dtype=pl.Float64)
    )
    return values.drop_nulls("stated_total_idr").group_by("at").agg(pl.col("stated_total_idr").last())


def _entries(lines: pl.DataFrame, versions: pl.DataFrame, names: Names, lexicon: Lexicon) -> pl.DataFrame:
    items = lines.filter(pl.col("part") == "item").join(
        versions.select("at", "version", "sender_key"), on="at", maintain_order="left"
    )
    shared = (
        pl.when(pl.col("is_juz"))
        .then(pl.col("body").str.replace_all(r"(?i)\s+dan\s+|[,&]", "\n"))
        .otherwise("body")
    )
    items = items.with_columns(body=shared.fill_null("").str.split("\n")).explode("body", empty_as_null=True)
    told = items.select("body").unique().pipe(_read_bodies, lexicon)
    items = items.join(told, on="body", maintain_order="left").filter(pl.col("form") != "")
    people = match_names(items.select("form", "sender_key").unique(maintain_order=True), names)
    # the line's own writer decides between namesakes only where he wrote it: the first version that holds it
    writers = items.select("form", "sender_key", "version").join(
        people, on=["form", "sender_key"], maintain_order="left"
    )
    items = items.with_columns(member_key=writers["member_key"])
    slot = pl.when("is_juz").then(pl.col("number").cast(pl.String))
    keyed = items.with_columns(slot=slot, base=pl.concat_str("form", pl.lit("#"), slot.fill_null("")))
    return keyed.with_columns(
        key=pl.concat_str("base", pl.lit("#"), pl.int_range(pl.len()).over("version", "base").cast(pl.String))
    ).select(
        "version",
        "line",
        "key",
        "form",
        "member_key",
        "slot",
        "amount_idr",
        "is_done",
        "participation_status",
        "n_guests",
    )


def _read_bodies(bodies: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """What a line says after its number: form of the name, amount, marks, guests. One row per distinct
    body."""
    body = pl.col("body")
    raw_name = body.str.extract(_NAME, 1).fill_null("").str.replace(_AFTER_NAME, "")
    named = bodies.with_columns(raw_name=raw_name)
    heads = body.str.extract(_HEADS, 1).cast(pl.Int64, strict=False)
    plus = body.str.extract(_PLUS, 1).cast(pl.Int64, strict=False)
    kin = body.str.contains(_KIN).cast(pl.Int64)
    told = {text: amounts(text, in_donation_context=True) for text in bodies["body"].to_list()}
    sole = {text: (found[0] if len(found) == 1 else None) for text, found in told.items()}
    status = (
        pl.when(body.str.contains(_NO)).then(pl.lit("no"))
        .when(body.str.contains(_MAYBE)).then(pl.lit("maybe"))
        .otherwise(pl.lit("yes"))
    )  # fmt: skip
    return named.select(
        "body",
        form=name_forms(named["raw_name"], lexicon),
        amount_idr=body.replace_strict(sole, return_dtype=pl.Float64)
        if sole
        else pl.lit(None, dtype=pl.Float64),
        is_done=body.str.contains(_DONE),
        participation_status=status,
        n_guests=pl.coalesce(plus, pl.max_horizontal(heads - 1, pl.lit(0)), kin).fill_null(0).clip(0, 50),
    )
