"""Lists: what each posted version says. Grain: version (one list in one message) and entry (one name on it)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tasks.measure.entries import read_bodies, section_status
from tasks.measure.names import ANONYMOUS, Names, match_names
from tasks.measure.text.dates import first_and_deadline
from tasks.measure.text.features import DATE_SHAPE
from tasks.measure.text.lexicon import Lexicon
from tasks.measure.text.lines import list_lines
from tasks.measure.text.money import TOTAL, read_amounts

_GREETING_LINE = (
    r"(?i)^\W*(?:assalam|bismillah|ass\b|ass?wr|aslm|punten|sampurasun|halo|hai|hallo|dear|mangga|monggo|salam"
    r"|selamat (?:pagi|siang|sore|malam))"
)
#: One price for all that one pays to come along: no gifts.
_FEE = (
    r"\b(?:dp|htm|biaya|kontribusi|fee|tiket|ongkos|bayar|iuran peserta|per orang|/ ?orang|/ ?org|/ ?pax)\b"
)
_ANY_LIST = (
    r"\b(?:daftar|list|isi nama|copas|konfirmasi|peserta|yang (?:mau )?ikut|yg (?:mau )?ikut|kumpul)\b"
)
#: A part of a list whose entries have all done it.
_ALL_DONE = r"(?i)\b(?:sudah|sdh|udah|udh|lunas)\b"
#: The writer of a line whose names mean the same whoever writes it; a line is told by body, writer and kind.
ANYBODY = -1
_LINE = ("body_no", "writer", "is_juz")
_GATHERS = ("rsvp", "attendance", "learning", "order")


@dataclass(frozen=True, slots=True)
class Lists:
    """Versions and entries of lists; vault-private: titles, keys and forms are people's words.

    ``versions``: version (ordinal), at (first message), messages (all of them), block, is_seed, is_bulleted,
    sent_at, local_date, sender_key, turn, activity_kind, title, header_words, title_words, dates, clocks (lists
    of strings), planned_date?, deadline_date?, n_entries, n_named, priced (share with an amount),
    stated_total_idr?.
    ``entries``: version, line, key, form, said (hash of the line), member_key?, slot?, amount_idr?, is_refused
    (an amount that cannot be told), is_done, participation_status, n_guests.
    """

    versions: pl.DataFrame
    entries: pl.DataFrame


def read_lists(messages: pl.DataFrame, names: Names, lexicon: Lexicon, kinds: pl.DataFrame) -> Lists:
    """Find lists and read them.

    Args:
        messages: at, sent_at, local_date, member_key, turn, text; sorted by time, without bots and stubs.
        names: of the group's people. lexicon: for normal forms. kinds: activity_kind, pattern, by precedence.
    """
    lines = list_lines(messages.select("at", "turn", "text"))
    versions = _versions(lines, messages, kinds)
    entries = _entries(lines, versions, names, lexicon)
    counted = entries.group_by("version").agg(
        n_entries=pl.len(),
        priced=pl.col("amount_idr").is_not_null().mean(),
        n_prices=pl.col("amount_idr").n_unique() - pl.col("amount_idr").is_null().any(),
        n_named=pl.col("member_key").is_not_null().sum(),
    )
    versions = versions.join(counted, on="version", how="left", maintain_order="left").with_columns(
        pl.col("n_entries", "n_named", "n_prices").fill_null(0), pl.col("priced").fill_null(0.0)
    )
    kept = versions.with_columns(activity_kind=_priced_kind()).drop(
        "unpriced_kind", "title_kind", "is_fee", "n_prices"
    )
    return Lists(kept, entries)


def _priced_kind() -> pl.Expr:
    """The kind of a version, seen with its amounts.

    A list of which nobody knows what it is for is a collection if half of its lines name an amount; so is one
    that calls people together, unless all pay one price or the header names a fee. A collection without any
    amount that also calls people together gathers them ('Bukber dan santunan yatim').
    """
    priced = pl.col("priced") >= 0.5
    one_price = (pl.col("n_prices") == 1) & (pl.col("n_entries") >= 2)
    kind = pl.col("activity_kind")
    collects = priced & (
        (kind == "other_list") | (kind.is_in(["rsvp", "attendance"]) & ~one_price & ~pl.col("is_fee"))
    )
    gathers = (kind == "donation") & (pl.col("priced") == 0) & (pl.col("n_entries") > 0)
    return (
        pl.when(collects)
        .then(pl.lit("donation"))
        .when(gathers & pl.col("title_kind").is_in(_GATHERS))
        .then("title_kind")
        .when(gathers & (pl.col("unpriced_kind") != "other_list"))
        .then("unpriced_kind")
        .otherwise(kind)
    )


def _kind_of(text: pl.Expr, kinds: pl.DataFrame, left_out: tuple[str, ...] = ()) -> pl.Expr:
    """The first kind whose words stand in the text, else 'other_list'."""
    found = pl.lit("other_list")
    for activity_kind, pattern in reversed(kinds.select("activity_kind", "pattern").rows()):
        if activity_kind not in left_out:
            found = pl.when(text.str.contains(pattern)).then(pl.lit(activity_kind)).otherwise(found)
    return found


def _versions(lines: pl.DataFrame, messages: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """One row per list in a message: its head, read word by word."""
    where = ["at", "block"]
    spoken = lines.filter(
        (pl.col("part") == "header")
        & pl.col("raw").str.contains(r"\pL")
        & ~pl.col("raw").str.contains(_GREETING_LINE)
    )
    ends = spoken.group_by(where).agg(title=pl.col("raw").first(), call=pl.col("raw").last())
    header = pl.col("raw").filter(pl.col("part") == "header").str.join("\n").alias("header")
    heads = (
        lines.group_by(where, maintain_order=True)
        .agg(pl.col("is_juz", "is_seed", "is_bulleted").first(), header, messages=pl.col("message").unique())
        .join(ends, on=where, how="left", maintain_order="left")
        .join(_totals(lines), on=where, how="left", maintain_order="left")
    )
    said = ["header", "title", "call"]
    told = (
        heads.join(
            _heads_read(heads.select(said).unique(), kinds), on=said, maintain_order="left", nulls_equal=True
        )
        .join(
            messages.select("at", "sent_at", "local_date", sender_key="member_key", turn="turn"),
            on="at",
            maintain_order="left",
        )
        .sort("at", "block")
        .with_columns(
            version=pl.int_range(pl.len()),
            activity_kind=pl.when("is_juz").then(pl.lit("khataman")).otherwise("activity_kind"),
        )
        .drop("call")
    )
    planned, deadline = first_and_deadline(told["header"], told["local_date"])
    return told.with_columns(planned_date=planned, deadline_date=deadline)


def _heads_read(heads: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """Distinct heads of lists (header, title, call) with what their words tell."""
    lower, title, call = (
        pl.col(name).fill_null("").str.to_lowercase().str.replace_all(r"[*_~]", " ")
        for name in ("header", "title", "call")
    )
    read = heads.with_columns(lower=lower, lower_title=title, ends=pl.concat_str(title, pl.lit("\n"), call))
    lower, title = pl.col("lower"), pl.col("lower_title")
    read = read.with_columns(
        whole=_kind_of(lower, kinds),
        # what calls givers together calls them by these words too
        unpriced_kind=_kind_of(title.str.replace_all(_ANY_LIST, ""), kinds, ("donation",)),
        title_kind=_kind_of(title, kinds),
        ends_kind=_kind_of(pl.col("ends"), kinds),
        is_fee=lower.str.contains(_FEE),
        title_words=_word_set(title),
        header_words=_word_set(lower),
        dates=lower.str.extract_all(DATE_SHAPE).list.unique(),
        clocks=lower.str.extract_all(r"\b\d{1,2}[.:]\d{2}\b").list.unique(),
    )
    # the title says what it is, the line above the names who stands there; the rest of the head is detail
    kind = (
        pl.when(~pl.col("title_kind").is_in(["other_list", "rsvp"])).then("title_kind")
        .when(pl.col("ends_kind") != "other_list").then("ends_kind")
        .otherwise("whole")
    )  # fmt: skip
    return read.with_columns(activity_kind=kind).drop("lower", "lower_title", "ends", "whole", "ends_kind")


def _word_set(text: pl.Expr) -> pl.Expr:
    return text.str.extract_all(r"[\pL\d]{2,}|\d").list.unique()


def _totals(lines: pl.DataFrame) -> pl.DataFrame:
    """at, block, stated_total_idr: the largest amount of the last total line outside the entries."""
    said = lines.filter((pl.col("part") != "item") & pl.col("raw").str.contains("(?i)" + TOTAL.pattern))
    known = {raw: _total(raw) for raw in said["raw"].unique().to_list()}
    amount = (
        pl.col("raw").replace_strict(known, return_dtype=pl.Float64)
        if known
        else pl.lit(None, dtype=pl.Float64)
    )
    values = said.with_columns(stated_total_idr=amount)
    return (
        values.drop_nulls("stated_total_idr").group_by("at", "block").agg(pl.col("stated_total_idr").last())
    )


def _total(line: str) -> float | None:
    read = read_amounts(line, in_donation_context=True)
    return None if read.refused else max(read.values, default=None)


def _entries(lines: pl.DataFrame, versions: pl.DataFrame, names: Names, lexicon: Lexicon) -> pl.DataFrame:
    """One row per name on a version; see :class:`Lists`."""
    n_lines = pl.col("number").filter(pl.col("number").is_not_null()).max().over("version")
    items = (
        lines.filter(pl.col("part") == "item")
        .join(
            versions.select("at", "block", "version", "sender_key", "activity_kind"),
            on=["at", "block"],
            maintain_order="left",
        )
        .with_columns(pl.col("body").fill_null(""))
    )
    told = read_bodies(items.select("body").unique(maintain_order=True), lexicon)
    told = told.with_row_index("body_no").with_columns(
        said=pl.col("body").str.strip_chars().hash(0), has_namesakes=_has_namesakes(names)
    )
    # who writes a line matters only where it holds a name that several people bear
    items = items.join(told, on="body", maintain_order="left").with_columns(
        writer=pl.when("has_namesakes").then("sender_key").otherwise(ANYBODY)
    )
    people = _people(items, names)
    # who reads the whole Quran by number takes the juz of that number
    by_number = (pl.col("activity_kind") == "khataman") & (n_lines == 30)
    slot = pl.when("is_juz").then("number").otherwise(
        pl.coalesce(pl.when(pl.col("activity_kind") == "khataman").then("juz"), pl.when(by_number).then("number"))
    )  # fmt: skip
    up_to = (
        pl.when(pl.col("slot_to").is_between(pl.col("number") + 1, 30)).then("slot_to").otherwise("number")
    )
    slots = pl.when("is_juz").then(pl.int_ranges("number", up_to + 1)).otherwise(pl.concat_list(slot))
    items = (
        items.with_columns(slot=slots)
        .explode("slot", empty_as_null=True)
        .drop("form", "forms", "short", "tag")
        .join(people, on=_LINE, how="left", maintain_order="left")
        .explode("who", empty_as_null=True)
        .unnest("who")
        .filter(pl.col("form") != "")
    )  # fmt: skip
    is_first = pl.col("part_no") == 0
    keyed = items.with_columns(
        pl.col("slot").cast(pl.String),
        section_status("section", "participation_status"),
        is_done=pl.col("is_done") | pl.col("section").str.contains(_ALL_DONE).fill_null(False),
        amount_idr=pl.when(is_first).then("amount_idr"),
        n_guests=pl.when(is_first).then("n_guests").otherwise(0),
    ).with_columns(base=pl.concat_str("form", pl.lit("#"), pl.col("slot").fill_null("")))  # fmt: skip
    return keyed.with_columns(
        key=pl.concat_str("base", pl.lit("#"), pl.int_range(pl.len()).over("version", "base").cast(pl.String))
    ).select(
        "version", "line", "key", "form", "said", "member_key", "slot", "amount_idr", "is_refused", "is_done",
        "participation_status", "n_guests",
    )  # fmt: skip


def _has_namesakes(names: Names) -> pl.Expr:
    """Whether a line holds a name by which several people go."""
    shared = names.forms.filter(pl.col("n") > 1)["form"].unique().implode()
    among = pl.col("forms").list.eval(pl.element().is_in(shared)).list.any().fill_null(False)
    return pl.col("form").is_in(shared) | pl.col("short").is_in(shared) | among


def _people(items: pl.DataFrame, names: Names) -> pl.DataFrame:
    """body_no, writer, is_juz -> who: list of (form, member_key, part_no).

    A line that joins two names ('Ahmad & Siti') is two people when each of them is one; slots of a khataman are
    shared by everyone named on them, known or not. Else the line is one entry, under its first name.
    """
    pairs = (
        items.select(*_LINE, "form", "forms", "short", "tag", sender_key="writer")
        .unique(_LINE, keep="first", maintain_order=True)
        .with_row_index("pair")
    )
    parts = (
        pairs.with_columns(part="forms")
        .explode("part", empty_as_null=True)
        .with_columns(part=pl.coalesce("part", "form"), part_no=pl.int_range(pl.len()).over("pair"))
    )
    wanted = pl.concat(
        [
            parts.select(form="part", sender_key="sender_key"),
            pairs.select("form", "sender_key"),
            pairs.select(form="short", sender_key="sender_key"),
        ]
    )
    known = match_names(wanted.unique(maintain_order=True), names).unique(["form", "sender_key"])
    of_part = known.rename({"form": "part", "member_key": "part_member"})
    of_line = known.rename({"member_key": "line_member"})
    of_short = known.rename({"form": "short", "member_key": "short_member"})
    tags = pl.DataFrame(
        {"tag": list(names.phones), "tagged": list(names.phones.values())},
        schema={"tag": pl.String, "tagged": pl.Int64},
    )
    parts = (
        parts.join(of_part, on=["part", "sender_key"], how="left", maintain_order="left")
        .join(of_line, on=["form", "sender_key"], how="left", maintain_order="left")
        .join(of_short, on=["short", "sender_key"], how="left", maintain_order="left")
        .join(tags, on="tag", how="left", maintain_order="left")
    )
    each_known = (pl.col("part_member").is_not_null().all() & pl.col("part_member").is_unique().all()).over(
        "pair"
    )
    several = (pl.col("forms").list.len() > 1) & (pl.col("is_juz") | each_known)
    chosen = parts.filter(several.fill_null(False) | (pl.col("part_no") == 0)).with_columns(
        several=several.fill_null(False)
    )
    # a name that several people bear, or that will not be named, is nobody's for its first word
    is_settled = pl.col("form").is_in(names.forms["form"].implode()) | pl.col("form").str.contains(ANONYMOUS)
    # a line of several words of which only the first names somebody: 'Ahmad, mobil sendiri'
    member = pl.coalesce("tagged", pl.when("several").then("part_member").otherwise(
        pl.coalesce("line_member", pl.when(~is_settled).then("short_member"), pl.when(~is_settled).then("part_member"))
    ))  # fmt: skip
    form = pl.when("several").then("part").when(pl.col("form") != "").then("form").otherwise(
        pl.concat_str(pl.lit("@"), "tag")
    ).fill_null("")  # fmt: skip
    who = chosen.with_columns(part_form=form, member=member).group_by("pair", maintain_order=True).agg(
        who=pl.struct(form="part_form", member_key="member", part_no="part_no")
    )  # fmt: skip
    return pairs.join(who, on="pair", maintain_order="left").select(*_LINE, "who")
