"""Lists: what each posted version says. Grain: version (one list in one message) and entry (one name on it)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from tasks.measure.entries import STATUS, Bodies, read_bodies, section_words
from tasks.measure.names import NOBODY, Known, Names, match_names
from tasks.measure.text.dates import first_and_deadline
from tasks.measure.text.distinct import distinct_values, numbered, stretches
from tasks.measure.text.features import DATE_SHAPE
from tasks.measure.text.lexicon import Lexicon
from tasks.measure.text.lines import NONE, ListLines, list_lines
from tasks.measure.text.money import TOTAL, read_amounts
from tasks.measure.text.scripts import Writing, read_by_script

_GREETING_LINE = (
    r"(?i)^\W*(?:assalam|bismillah|ass\b|ass?wr|aslm|punten|sampurasun|halo|hai|hallo|dear|mangga|monggo|salam"
    r"|selamat (?:pagi|siang|sore|malam))"
)
#: One price for all that one pays to come along: no gifts.
_FEE = (
    r"\b(?:dp|htm|biaya|kontribusi|fee|tiket|ongkos|bayar|iuran peserta|per orang|/ ?orang|/ ?org|/ ?pax)\b"
)
#: A khataman shared out by juz: '30 juz', 'one day one juz'.
_JUZ = r"(?:\b|\d)ju[zs]\b|\bodoj\b"
_ANY_LIST = (
    r"\b(?:daftar|list|isi nama|copas|konfirmasi|peserta|yang (?:mau )?ikut|yg (?:mau )?ikut|kumpul)\b"
)
#: Headers are told apart by so many lines; what is longer is no head that is copied again and again.
_COMPARED_LINES = 64
_GATHERS = ("rsvp", "attendance", "learning", "order")


@dataclass(frozen=True, slots=True)
class Lists:
    """Versions and entries of lists; vault-private: titles and forms are people's words.

    ``versions``: version (ordinal), at (first message), messages (all of them), block, is_seed, is_bulleted,
    sent_at, local_date, sender_key, turn, activity_kind, header, title, header_words, title_words, dates, clocks
    (lists of strings), planned_date?, deadline_date?, n_entries, n_named, priced (share with an amount),
    stated_total_idr?.
    ``entries``: version, line, form (place in ``forms``), said (place in ``lines``), member_key?, slot?,
    amount_idr?, is_refused (an amount that cannot be told), is_done, participation_status, n_guests; in the
    order of versions and lines.
    ``forms``: distinct names as the entries have them, in normal words.
    ``lines``: distinct lines after their numbers.
    """

    versions: pl.DataFrame
    entries: pl.DataFrame
    forms: pl.Series
    lines: pl.Series


def read_lists(messages: pl.DataFrame, names: Names, lexicon: Lexicon, kinds: pl.DataFrame) -> Lists:
    """Find lists and read them.

    Args:
        messages: at, sent_at, local_date, member_key, turn, text; sorted by time, without bots and stubs.
        names: of the group's people. lexicon: for normal forms. kinds: activity_kind, pattern, by precedence.
    """
    lines = list_lines(messages.select("at", "turn", "text"))
    versions = _versions(lines, messages, kinds)
    entries, forms, said = _entries(lines, versions, names, lexicon)
    counted = versions.with_columns(_counts(entries, len(versions)))
    kept = counted.with_columns(activity_kind=_priced_kind()).drop(
        "unpriced_kind", "title_kind", "is_fee", "is_by_juz", "n_prices"
    )
    return Lists(kept, entries, forms, said)


def _counts(entries: pl.DataFrame, n: int) -> list[pl.Series]:
    """By version: n_entries, n_named, n_prices (different ones), priced (share of entries with an amount)."""
    version, amount = entries["version"].to_numpy(), entries["amount_idr"].to_numpy()
    is_named = entries["member_key"].is_not_null().to_numpy()
    has_amount = ~np.isnan(amount)
    n_entries = np.bincount(version, minlength=n)
    price = np.unique(amount[has_amount], return_inverse=True)[1]
    pairs = np.unique(version[has_amount] * (len(price) + 1) + price)
    return [
        pl.Series("n_entries", n_entries),
        pl.Series("n_named", np.bincount(version[is_named], minlength=n)),
        pl.Series("n_prices", np.bincount(pairs // (len(price) + 1), minlength=n)),
        pl.Series("priced", np.bincount(version[has_amount], minlength=n) / np.maximum(n_entries, 1)),
    ]


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


def _kinds_of(texts: pl.Series, written: Writing, kinds: pl.DataFrame) -> pl.DataFrame:
    """kind: the first one whose words stand in the text, else 'other_list'; ``unpriced``: donations left out."""
    names = kinds["activity_kind"].to_list()
    patterns = zip(names, kinds["pattern"], strict=True)
    text = pl.col(texts.name)
    stand = texts.to_frame().select(
        text.str.contains(written(pattern)).alias(name) for name, pattern in patterns
    )
    return stand.select(
        kind=_first_of(names), unpriced=_first_of([name for name in names if name != "donation"])
    )


def _first_of(names: list[str]) -> pl.Expr:
    return pl.coalesce(*(pl.when(name).then(pl.lit(name)) for name in names), pl.lit("other_list"))


def _versions(lines: ListLines, messages: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """One row per list in a message: its head, read word by word."""
    n = len(lines.at)
    spoken, has_total = read_by_script(lines.texts, _spoken_and_totals)
    header, distinct, example = _headers(lines, n)
    said = np.flatnonzero(lines.is_header)
    said = said[spoken.to_numpy()[lines.text[said]]]
    first, last = np.full(n, len(lines.texts)), np.full(n, len(lines.texts))
    last[lines.of_list[said]] = lines.text[said]
    first[lines.of_list[said[::-1]]] = lines.text[said[::-1]]
    # one place more, for heads that say nothing
    texts = lines.texts.extend_constant(None, 1)
    heads = pl.DataFrame(
        {"header": distinct, "title": texts.gather(first[example]), "call": texts.gather(last[example])}
    )
    told = _heads_read(heads, kinds)[header]
    place = np.searchsorted(messages["at"].to_numpy(), lines.at)
    posted = messages.select("sent_at", "local_date", sender_key="member_key", turn="turn")[place]
    planned, deadline = first_and_deadline(distinct, header, posted["local_date"])
    return told.with_columns(
        *posted,
        pl.Series("at", lines.at),
        pl.Series("block", lines.block),
        pl.Series("version", np.arange(n)),
        pl.Series("is_seed", lines.is_seed),
        pl.Series("is_bulleted", lines.is_bulleted),
        _messages(lines),
        _totals(lines, has_total, n),
        activity_kind=pl.when(pl.Series(lines.is_juz)).then(pl.lit("khataman")).otherwise("activity_kind"),
        planned_date=planned,
        deadline_date=deadline,
    )


def _spoken_and_totals(texts: pl.Series, written: Writing) -> pl.DataFrame:
    """Whether lines say something, beside a greeting, and whether they state a total."""
    text = pl.col(texts.name)
    return texts.to_frame().select(
        spoken=text.str.contains(written(r"\pL")) & ~text.str.contains(written(_GREETING_LINE)),
        total=text.str.contains(written("(?i)" + TOTAL.pattern)),
    )


def _headers(lines: ListLines, n: int) -> tuple[np.ndarray, pl.Series, np.ndarray]:
    """By list the place of its header among the distinct ones; these; and for each of them one list.

    A header of more than :data:`_COMPARED_LINES` lines is taken for a distinct one.
    """
    at = np.flatnonzero(lines.is_header)
    text, of_list = lines.text[at], lines.of_list[at]
    n_lines = np.bincount(of_list, minlength=n)
    first = np.cumsum(n_lines) - n_lines
    # by the numbers of their lines, one line after another: headers alike so far have one number
    header, rest = np.zeros(n, dtype=np.int64), np.flatnonzero(n_lines)
    for line in range(min(int(n_lines.max(initial=0)), _COMPARED_LINES)):
        rest = rest[n_lines[rest] > line]
        so_far = header[rest] * len(lines.texts) + text[first[rest] + line]
        header[rest] = header.max(initial=0) + 1 + np.unique(so_far, return_inverse=True)[1]
    long = np.flatnonzero(n_lines > _COMPARED_LINES)
    header[long] = header.max(initial=0) + 1 + np.arange(len(long))
    _, example, header = np.unique(header, return_index=True, return_inverse=True)
    of_example = stretches(first[example], n_lines[example])
    joined = (
        pl.DataFrame(
            {
                "header": np.repeat(np.arange(len(example)), n_lines[example]),
                "text": lines.texts.gather(text[of_example]),
            }
        )
        .group_by("header")
        .agg(pl.col("text").str.join("\n"))
    )
    distinct = pl.repeat("", len(example), dtype=pl.String, eager=True)
    return header, distinct.scatter(joined["header"], joined["text"]), example


def _messages(lines: ListLines) -> pl.Series:
    """By list the messages that hold its lines."""
    held = pl.DataFrame({"list": lines.of_list, "messages": lines.message})
    new = np.ones(len(held), dtype=bool)
    new[1:] = (np.diff(lines.of_list) != 0) | (np.diff(lines.message) != 0)
    return held.filter(new).group_by("list", maintain_order=True).agg("messages")["messages"]


def _heads_read(heads: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """Distinct heads of lists (header, title, call) with what their words tell."""
    n = len(heads)
    lower = heads.select(pl.all().fill_null("").str.to_lowercase().str.replace_all(r"[*_~]", " "))
    header, title, call = lower.get_columns()
    of_title = read_by_script(title, _of_titles)
    # what calls givers together calls them by these words too
    asked = pl.concat([header, title, title + "\n" + call, of_title["unlisted"]])
    told = read_by_script(asked, partial(_kinds_of, kinds=kinds))
    whole, title_kind, ends_kind = (told["kind"].slice(place * n, n) for place in range(3))
    read = [*heads.select("header", "title"), of_title["title_words"], *read_by_script(header, _of_headers)]
    return pl.DataFrame(read).with_columns(
        title_kind.alias("title_kind"),
        told["unpriced"].slice(3 * n).alias("unpriced_kind"),
        # the title says what it is, the line above the names who stands there; the rest of the head is detail
        activity_kind=pl.when(~title_kind.is_in(["other_list", "rsvp"])).then(title_kind)
        .when(ends_kind != "other_list").then(ends_kind)
        .otherwise(whole),
    )  # fmt: skip


def _of_headers(headers: pl.Series, written: Writing) -> pl.DataFrame:
    header = pl.col("header")
    return headers.to_frame().select(
        is_fee=header.str.contains(written(_FEE)),
        is_by_juz=header.str.contains(written(_JUZ)),
        header_words=_word_set(header, written),
        dates=header.str.extract_all(written(DATE_SHAPE)).list.unique(),
        clocks=header.str.extract_all(written(r"\b\d{1,2}[.:]\d{2}\b")).list.unique(),
    )


def _of_titles(titles: pl.Series, written: Writing) -> pl.DataFrame:
    title = pl.col("title")
    return titles.to_frame().select(
        title_words=_word_set(title, written), unlisted=title.str.replace_all(written(_ANY_LIST), "")
    )


def _word_set(text: pl.Expr, written: Writing) -> pl.Expr:
    return text.str.extract_all(written(r"[\pL\d]{2,}|\d")).list.unique()


def _totals(lines: ListLines, has_total: pl.Series, n: int) -> pl.Series:
    """By list stated_total_idr: the largest amount of the last total line outside the entries."""
    total = np.full(len(lines.texts) + 1, np.nan)  # the last place is that of entries
    asked = has_total.arg_true()
    known = [_total(line) for line in lines.texts.gather(asked).to_list()]
    total[asked.to_numpy()] = [np.nan if value is None else value for value in known]
    at = np.flatnonzero(~np.isnan(total[lines.text]))
    stated = np.full(n, np.nan)
    stated[lines.of_list[at]] = total[lines.text[at]]
    return pl.Series("stated_total_idr", stated).fill_nan(None)


def _total(line: str) -> float | None:
    read = read_amounts(line, in_donation_context=True)
    return None if read.refused else max(read.values, default=None)


def _entries(
    lines: ListLines, versions: pl.DataFrame, names: Names, lexicon: Lexicon
) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
    """One row per name on a version, the distinct names, and the distinct lines; see :class:`Lists`."""
    bodies = read_bodies(lines.bodies, lexicon)
    item = np.flatnonzero(lines.is_item)
    of_list, body = lines.of_list[item], lines.body[item]
    writer = versions["sender_key"].fill_null(NOBODY).to_numpy()[of_list]
    who = _people(body, writer, lines.is_juz[of_list], bodies, match_names(bodies.names, names), names)
    is_khataman = (versions["activity_kind"] == "khataman").to_numpy()
    named = bodies.told["juz"].fill_null(NONE).to_numpy()[body]
    slot, n_slots = _slots(lines, item, is_khataman, versions["is_by_juz"].to_numpy(), named)
    # every slot of a line has everyone named on it
    n_people = np.bincount(who.item, minlength=len(item))
    of_slot = np.repeat(np.arange(len(item)), n_slots)
    row = stretches((np.cumsum(n_people) - n_people)[of_slot], n_people[of_slot])
    at, slot = who.item[row], np.repeat(slot, n_people[of_slot])
    told = bodies.told[body[at]]
    label = _parts(lines, of_list, item)[at]
    is_first = pl.Series(who.part_no[row] == 0)
    entries = told.select(
        pl.Series("version", of_list[at]),
        pl.Series("line", lines.line[item[at]]),
        pl.Series("form", who.form[row]),
        "said",
        _known(pl.Series("member_key", who.member[row])),
        _known(pl.Series("slot", slot)),
        pl.when(is_first).then("amount_idr").alias("amount_idr"),
        "is_refused",
        pl.col("is_done") | label["is_done"],
        pl.when(pl.col("participation_status") == "yes")
        .then(label["participation_status"])
        .otherwise("participation_status")
        .alias("participation_status"),
        pl.when(is_first).then("n_guests").otherwise(0).alias("n_guests"),
    )
    return entries, who.forms, bodies.lines


def _parts(lines: ListLines, of_list: np.ndarray, item: np.ndarray) -> pl.DataFrame:
    """By item what the head of its part says: participation_status, is_done.

    'Absen' over the first entries is a roll of those who came, and so is every other 'absen' on that list, unless
    a part 'hadir' stands opposite; then, and after entries under no 'absen', it heads those who did not.
    """
    # one label more, which says nothing, for items under none: most of them
    labels, of_label = numbered(np.where(lines.section[item] == NONE, len(lines.texts), lines.section[item]))
    words = section_words(lines.texts.extend_constant("", 1).gather(labels))
    is_roll, is_present = (words[name].to_numpy()[of_label] for name in ("is_roll", "is_present"))
    opens, is_opposed = np.zeros((2, len(lines.at)), dtype=bool)
    opens[of_list[::-1]] = is_roll[::-1]  # of a list's items the first one stays
    is_opposed[of_list[is_present]] = True
    is_absent = is_roll & (is_opposed | ~opens)[of_list]
    return words.select("participation_status", "is_done")[of_label].with_columns(
        pl.when(pl.Series(is_absent)).then(pl.lit("no")).otherwise("participation_status")
        .cast(STATUS).alias("participation_status")
    )  # fmt: skip


def _known(numbers: pl.Series) -> pl.Series:
    return numbers.set(numbers == NONE, None)


def _slots(
    lines: ListLines, item: np.ndarray, is_khataman: np.ndarray, is_by_juz: np.ndarray, named: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The slots of all items (NONE: of none), and how many each item has.

    The number of a line is its juz where the numbers go up to 30, and where the head speaks of juz and no line
    names one; a list of who takes part in a khataman has no slots.

    Args:
        is_khataman, is_by_juz: by list, what its head says. named: by item, the juz its line names, or NONE.
    """
    of_list, number = lines.of_list[item], lines.number[item]
    highest = np.zeros(len(is_khataman), dtype=np.int64)
    np.maximum.at(highest, of_list, number)
    names_none = is_by_juz & ~lines.is_bulleted & (highest < 30)
    names_none[of_list[named != NONE]] = False
    by_number = np.where(((highest == 30) | names_none)[of_list], number, NONE)
    first = np.where(is_khataman[of_list], np.where(named != NONE, named, by_number), NONE)
    by_juz, to = lines.is_juz[of_list], lines.slot_to[item]
    several = by_juz & (to > number) & (to <= 30)
    n_slots = np.where(several, to - number + 1, 1)
    return stretches(np.where(by_juz, number, first), n_slots), n_slots


@dataclass(frozen=True, slots=True)
class _People:
    """Who stands on the items, one after another: item, part_no, form (place in ``forms``), member or NOBODY."""

    item: np.ndarray
    part_no: np.ndarray
    form: np.ndarray
    member: np.ndarray
    forms: pl.Series


def _people(
    body: np.ndarray, writer: np.ndarray, by_juz: np.ndarray, bodies: Bodies, known: Known, names: Names
) -> _People:
    """Whom items name.

    A line that joins two names ('Ahmad & Siti') is two people when each of them is one; slots of a khataman are
    shared by everyone named on them, known or not. Else the line is one entry, under its first name.

    Args:
        body, writer, by_juz: by item, its text, who wrote it, whether it is the slot of a khataman.
    """
    form, n_parts = bodies.form[body], bodies.n_parts[body]
    count = np.maximum(n_parts, 1)
    item = np.repeat(np.arange(len(body)), count)
    part_no = stretches(np.zeros_like(count), count)
    # one place more: a line without names may be the last
    part = np.append(bodies.parts, 0)[(np.cumsum(bodies.n_parts) - bodies.n_parts)[body][item] + part_no]
    part = np.where(n_parts[item] > 0, part, form[item])
    part_member = known.of(part, writer[item])
    several = (n_parts > 1) & (by_juz | _are_all_known(item, part_member, n_parts))
    chosen = np.flatnonzero(several[item] | (part_no == 0))
    item, part_no, part, part_member = item[chosen], part_no[chosen], part[chosen], part_member[chosen]
    # a line of several words of which only the first names somebody: 'Ahmad, mobil sendiri'; a name that
    # several people bear, or that will not be named, is nobody's for its first word
    by_word = known.of(bodies.short[body[item]], writer[item])
    by_word = np.where(by_word != NOBODY, by_word, part_member)
    sole = known.of(form[item], writer[item])
    sole = np.where((sole != NOBODY) | known.is_settled[form[item]], sole, by_word)
    tags, tag = distinct_values(bodies.told["tag"])
    tag = tag[body[item]]
    tagged = tags.replace_strict(names.phones, default=NOBODY, return_dtype=pl.Int64).to_numpy()[tag]
    # the first of several names stands for the line when it is somebody's
    is_part = (n_parts[item] > 1) & (by_juz[item] | (part_member != NOBODY))
    member = np.where(tagged != NOBODY, tagged, np.where(is_part, part_member, sole))
    # who stands there by a number alone goes by that
    by_tag = np.where(tags.is_not_null().to_numpy()[tag], len(bodies.names) + tag, NONE)
    by_name = np.where((bodies.names != "").to_numpy()[form[item]], form[item], by_tag)
    name = np.where(is_part, part, by_name)
    stands = name != NONE
    forms = pl.concat(
        [bodies.names, tags.to_frame("tag").select("@" + pl.col("tag").fill_null(""))["literal"]]
    )
    return _People(item[stands], part_no[stands], name[stands], member[stands], forms)


def _are_all_known(item: np.ndarray, member: np.ndarray, n_parts: np.ndarray) -> np.ndarray:
    """By item, whether its parts are members, each of them another."""
    unknown = np.zeros(len(n_parts), dtype=bool)
    unknown[item[member == NOBODY]] = True
    joined = np.flatnonzero(n_parts[item] > 1)
    joined = joined[np.lexsort((member[joined], item[joined]))]
    twice = (np.diff(item[joined]) == 0) & (np.diff(member[joined]) == 0)
    unknown[item[joined[1:][twice]]] = True
    return ~unknown
