"""Slots: one message as one wording has it; and what makes two wordings versions of one message.

A slot is (minute, party, content key, occurrence within the minute) over all exports: the multiset union
in which the highest multiplicity of any export counts, never the sum. Edits, deletions and omitted captions
then leave slots of one message that no export shows together; these are absorbed into one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.vocabulary import MESSAGE_KINDS
from tasks.reconcile.digest import DELETED, MEDIA, POLL
from tasks.reconcile.runs import Ints, pack, starts, within
from tasks.reconcile.sets import Sets

#: Kinds from the best told to the least; "media" says only that there was some.
_VAGUE = ("media", "deleted")
_TELLING = ("sticker", "gif")  # some phones call them image and video
KIND_ORDER = (*_TELLING, *(kind for kind in MESSAGE_KINDS if kind not in _TELLING + _VAGUE), *_VAGUE)

VERSION_COLUMNS = (
    "slot",
    "minute",
    "key",
    "party",
    "kind_class",
    "has_words",
    "is_edited",
    "seen",
    "is_inside",
    "is_head",
    "is_tail",
)

#: Nobody writes so much in a minute; a hostile file that does shall not cost time and memory.
MAX_VERSIONS = 100


@dataclass(frozen=True)
class Witnesses:
    """Exports as witnesses, by place in canonical order.

    ``shown_on``: the day of the export, in days since the epoch. ``age`` orders them by it, ``rank`` by how good
    a witness they are; both from 0, no two alike.
    """

    shown_on: Ints
    age: Ints
    rank: Ints


@dataclass(frozen=True)
class Slots:
    """Slots of all lines.

    Attributes:
        of_line: slot of each line.
        frame: one row per slot, see :func:`find_slots`.
    """

    of_line: Ints
    frame: pl.DataFrame

    def line(self, packed: pl.Expr) -> pl.Expr:
        """The line of an export and line packed into one number."""
        return packed % max(len(self.of_line), 1)


def find_slots(
    lines: pl.DataFrame, sets: Sets, witness: Witnesses, party: Ints, is_coarse: npt.NDArray[np.bool_]
) -> Slots:
    """Multiset union of all exports' lines.

    Args:
        lines: ``block, seen, minute, key, kind_class, has_words, kind, text, is_edited, is_forwarded,
            has_seconds, sent_at, is_head, is_tail``; a block is what the exports of ``seen`` show of a minute, in
            the order of the file. Head and tail are an export's first and last minute, which it may show in
            part.
        sets: what ``seen`` refers to. witness: of the exports.
        party: party of each line's author, see :func:`tasks.reconcile.people.parties`.
        is_coarse: whether the line's label may stand for several people.

    Returns:
        Frame with ``slot, minute, key, party, kind_class, has_words, seen`` (set of exports),
        ``kind_rank, is_edited, is_forwarded, second_at`` (first time stated to the second), ``edited_on,
        deleted_on`` (day of the first export showing it), ``is_inside, is_head, is_tail`` (whether some
        export shows it inside its span, in its first, in its last minute), ``oldest, newest, newest_edit,
        best, author`` (line of the oldest export, the newest, the newest showing an edit, the best witness,
        the best witness with a fine label; packed with that order: see :meth:`Slots.line`), ``held`` (line
        of the oldest export that still holds the text; NULL if none does).
    """
    of_line = _slot_of_line(lines, party)
    n = lines.height
    edited = pl.col("is_edited")
    oldest, newest = (pl.col(name) * n + pl.col("line") for name in ("oldest_age", "newest_age"))
    ranked = pl.col("best_rank") * n + pl.col("line")
    fine = ranked + pl.col("is_coarse").cast(pl.Int64) * n * sets.n_exports
    seen = lines["seen"].to_numpy()
    frame = (
        lines.with_columns(
            line=pl.int_range(n, dtype=pl.Int64),
            slot=pl.Series(of_line),
            party=pl.Series(party),
            is_coarse=pl.Series(is_coarse),
            oldest_age=pl.Series(sets.least(witness.age)[seen]),
            newest_age=pl.Series(sets.most(witness.age)[seen]),
            best_rank=pl.Series(sets.least(witness.rank)[seen]),
            shown_on=pl.Series(sets.least(witness.shown_on)[seen]).cast(pl.Int32).cast(pl.Date),
        )
        .group_by("slot")
        .agg(
            pl.col("minute", "key", "party", "kind_class", "has_words").first(),
            seen=pl.col("seen").sort(),
            kind_rank=pl.col("kind")
            .replace_strict(list(KIND_ORDER), range(len(KIND_ORDER)), return_dtype=pl.UInt8)
            .min(),
            is_edited=edited.any(),
            is_forwarded=pl.col("is_forwarded").any(),
            second_at=pl.col("sent_at").filter(pl.col("has_seconds")).min(),
            edited_on=pl.col("shown_on").filter(edited).min(),
            deleted_on=pl.col("shown_on").filter(pl.col("kind_class") == DELETED).min(),
            is_inside=(~pl.col("is_head") & ~pl.col("is_tail")).any(),
            is_head=pl.col("is_head").any(),
            is_tail=pl.col("is_tail").any(),
            oldest=oldest.min(),
            newest=newest.max(),
            newest_edit=newest.filter(edited).max(),
            best=ranked.min(),
            author=fine.min(),
            held=oldest.filter(pl.col("text").is_not_null()).min(),
        )
        .sort("slot")
    )
    return Slots(of_line, frame.with_columns(seen=pl.Series(sets.union(frame["seen"]))))


def _slot_of_line(lines: pl.DataFrame, party: Ints) -> Ints:
    """Slot of each line.

    Of equal texts in a minute the unedited come first, as an older export has them. An export that begins
    in the minute and shows fewer than others shows the last of them.
    """
    export = lines["block"].to_numpy()
    edited = lines["is_edited"].to_numpy()
    code = pack(lines["minute"].to_numpy(), party, lines["key"].to_numpy())
    order = np.lexsort((edited, export, code)) if edited.any() else np.lexsort((export, code))
    code, export = code[order], export[order]
    nth, n = within(starts(code, export))
    run = np.cumsum(starts(code)) - 1
    if (n > 1).any():
        most = np.zeros(run[-1] + 1, dtype=np.int64)
        np.maximum.at(most, run, n)
        is_head = lines["is_head"].to_numpy()[order] & ~lines["is_tail"].to_numpy()[order]
        nth = np.where(is_head, nth + most[run] - n, nth)
    often = np.flatnonzero(nth > 0)
    slot = run.copy()
    if len(often):
        repeated = pack(run[often], nth[often])
        slot[often] = run[-1] + 1 + np.unique(repeated, return_inverse=True)[1]
    of_line = np.empty_like(slot)
    of_line[order] = slot
    return of_line


def absorb(slots: Slots, lines: pl.DataFrame, sets: Sets) -> pl.DataFrame:
    """Which slots are versions of one message.

    In turn: media without and with its caption; an edited version and the one before it; a deletion and
    what was deleted. Two slots are versions of one message only if no export shows both. Among several,
    the ones at the same place among the party's messages of that minute go together.

    Returns:
        ``slot, root``: the slot that stands for the message.
    """
    whole = slots.frame.select(*VERSION_COLUMNS)
    soft = (
        pl.col("is_edited")
        | (pl.col("kind_class") == DELETED)
        | (pl.col("kind_class") == MEDIA) & ~pl.col("has_words")
    )
    cells = whole.filter(soft).select("minute", "party").unique()
    open_slots = whole.join(cells, on=["minute", "party"], how="semi")
    open_slots = open_slots.filter(pl.len().over("minute", "party").is_between(2, MAX_VERSIONS))
    root = np.arange(whole.height)
    if open_slots.height:
        placed = _placed(open_slots, slots, lines)
        for slot, into in _versions(placed.with_columns(exports=sets.lists(placed["seen"]))):
            root[slot] = into
    while not np.array_equal(root, root[root]):
        root = root[root]
    return pl.DataFrame({"slot": np.arange(len(root)), "root": root})


def _placed(open_slots: pl.DataFrame, slots: Slots, lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``place``: the slot's ordinal among the party's messages of the minute, in the export with most."""
    wanted = pl.Series(slots.of_line)
    place = (
        lines.select("block", line=pl.int_range(pl.len()))
        .with_columns(slot=wanted)
        .filter(pl.col("slot").is_in(open_slots["slot"].implode()))
        .join(open_slots.select("slot", "minute", "party"), on="slot")
        .sort("block", "line")
        .with_columns(place=pl.int_range(pl.len()).over("block", "minute", "party"))
        .group_by("slot")
        .agg(pl.col("place").max())
    )
    return open_slots.join(place, on="slot").sort("slot")


def _versions(open_slots: pl.DataFrame) -> list[tuple[int, int]]:
    """Pairs (slot, slot that absorbs it), found round by round: the nearest pairs of each minute first."""
    deleted, edited = pl.col("kind_class") == DELETED, pl.col("is_edited")
    bare = (pl.col("kind_class") == MEDIA) & ~pl.col("has_words")
    captioned = (pl.col("kind_class") == MEDIA) & pl.col("has_words")
    passes = (
        (bare & ~edited, captioned, True),
        (edited & ~deleted, ~edited & ~deleted, True),
        (edited & ~deleted, edited & ~deleted, True),
        (deleted, ~deleted, False),
    )

    found: list[tuple[int, int]] = []
    for left, right, is_same_class in passes:
        for _ in range(MAX_VERSIONS):
            pairs = _nearest(open_slots, left, right, is_same_class)
            if not pairs.height:
                break
            found.extend(pairs.select("slot", "slot_into").iter_rows())
            open_slots = _after(open_slots, pairs)
    return found


def _nearest(open_slots: pl.DataFrame, left: pl.Expr, right: pl.Expr, is_same_class: bool) -> pl.DataFrame:
    on = ["minute", "party", "kind_class"] if is_same_class else ["minute", "party"]
    pairs = (
        open_slots.filter(left)
        .join(open_slots.filter(right), on=on, suffix="_into")
        .filter(_disjoint("exports", "exports_into"), _both_seen())
        .filter(pl.col("key") != pl.col("key_into"))
    )
    apart = (pl.col("place") - pl.col("place_into")).abs()
    return (
        pairs.with_columns(apart=apart)
        .sort("minute", "party", "apart", "place", "place_into", "slot", "slot_into")
        .filter(pl.col("slot").is_first_distinct(), pl.col("slot_into").is_first_distinct())
        .filter(~pl.col("slot").is_in(pl.col("slot_into").implode()) | (pl.col("slot") > pl.col("slot_into")))
        .filter(~pl.col("slot_into").is_in(pl.col("slot").implode()))
    )


def _both_seen() -> pl.Expr:
    """Whether one side sees the whole minute, or both the same part: else each may lack the other."""
    return (
        pl.any_horizontal("is_inside", "is_inside_into")
        | pl.all_horizontal("is_head", "is_head_into")
        | pl.all_horizontal("is_tail", "is_tail_into")
    )


def _after(open_slots: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    gained = pairs.select(slot="slot_into", gained="exports")
    return (
        open_slots.join(pairs, on="slot", how="anti")
        .join(gained, on="slot", how="left")
        .with_columns(exports=pl.col("exports").list.concat(pl.col("gained").fill_null([])))
        .drop("gained")
    )


def _disjoint(one: str, other: str) -> pl.Expr:
    return pl.col(one).list.set_intersection(pl.col(other)).list.len() == 0


_TOLD = (
    "root",
    "minute",
    "author",
    "seen",
    "is_deleted",
    "kind_rank",
    "is_poll",
    "is_edited",
    "is_forwarded",
    "second_at",
    "edited_on",
    "deleted_on",
    "newest_edit",
    "newest",
    "oldest",
    "best",
)


def messages_of(slots: Slots, roots: pl.DataFrame, person: Ints, sets: Sets) -> pl.DataFrame:
    """Messages from slots: one row per root.

    Args:
        person: person of each line's author.

    Returns:
        ``root, minute, person, seen (set of exports), kind, is_edited, is_forwarded, second_at, edited_on, deleted_on,
        text_line`` (the line whose wording holds; NULL for a deleted message), ``best``.
    """
    deleted = pl.col("kind_class") == DELETED
    words = pl.col("has_words") & ~deleted
    rooted = slots.frame.with_columns(roots.sort("slot")["root"])  # slots are dense, in their order
    is_version = rooted["root"].is_duplicated()
    whole = rooted.filter(~is_version).with_columns(
        is_deleted=deleted,
        kind_rank=pl.when(~deleted).then("kind_rank"),
        is_poll=pl.col("kind_class") == POLL,
        newest=pl.when(~deleted).then("newest"),
    )
    told = pl.concat([whole.select(_TOLD), _as_one(rooted.filter(is_version), deleted, words, sets)]).sort(
        "root"
    )
    kind = pl.col("kind_rank").replace_strict(range(len(KIND_ORDER)), list(KIND_ORDER), default=None)
    return told.select(
        "root",
        "minute",
        "seen",
        "is_edited",
        "is_forwarded",
        "second_at",
        "edited_on",
        "deleted_on",
        best=slots.line(pl.col("best")),
        person=pl.Series(person).gather(told.select(slots.line(pl.col("author"))).to_series()),
        kind=pl.when("is_deleted").then(pl.lit("deleted")).otherwise(kind),
        text_line=pl.when(~pl.col("is_deleted")).then(
            slots.line(pl.coalesce(pl.when("is_poll").then("newest"), "newest_edit", "oldest"))
        ),
    )


def _as_one(versions: pl.DataFrame, deleted: pl.Expr, words: pl.Expr, sets: Sets) -> pl.DataFrame:
    """One row for all versions of a message."""
    told = versions.group_by("root").agg(
        pl.col("minute").first(),
        author=pl.col("author").min(),
        seen=pl.col("seen").unique().sort(),
        is_deleted=deleted.any(),
        kind_rank=pl.col("kind_rank").filter(~deleted).min(),
        is_poll=(pl.col("kind_class") == POLL).any(),
        is_edited=pl.col("is_edited").any(),
        is_forwarded=pl.col("is_forwarded").any(),
        second_at=pl.col("second_at").min(),
        edited_on=pl.col("edited_on").min(),
        deleted_on=pl.col("deleted_on").min(),
        newest_edit=pl.col("newest_edit").max(),
        newest=pl.col("newest").filter(~deleted).max(),
        oldest=pl.coalesce(pl.col("oldest").filter(words).min(), pl.col("oldest").min()),
        best=pl.col("best").min(),
    )
    return told.with_columns(seen=pl.Series(sets.union(told["seen"]), dtype=pl.Int64)).select(_TOLD)
