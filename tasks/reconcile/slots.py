"""Slots: one message as one wording has it; and what makes two wordings versions of one message.

A slot is (minute, party, content key, occurrence within the minute) over all exports: the multiset union
in which the highest multiplicity of any export counts, never the sum. Edits, deletions and omitted captions
then leave slots of one message that no export shows together; these are absorbed into one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.reconcile.content import KIND_ORDER
from tasks.reconcile.digest import DELETED, MEDIA, POLL
from tasks.reconcile.runs import Bools, Ints, pack, starts, within
from tasks.reconcile.sets import Sets

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

_Number = TypeVar("_Number", bound=np.generic)
_NONE = np.iinfo(np.int64).max

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
        lines: ``block, seen, minute, key, kind_class, has_words, kind_rank, text, is_edited, is_forwarded,
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
    runs = _Runs.of(of_line)
    seen, line = lines["seen"].to_numpy(), np.arange(lines.height)
    is_edited, is_forwarded, is_head, is_tail = (
        lines[name].to_numpy() for name in ("is_edited", "is_forwarded", "is_head", "is_tail")
    )
    marks = runs.any(is_edited, is_forwarded, ~is_head & ~is_tail, is_head, is_tail)
    oldest = sets.least(witness.age)[seen] * lines.height + line
    newest = sets.most(witness.age)[seen] * lines.height + line
    best = sets.least(witness.rank)[seen] * lines.height + line
    shown_on = sets.least(witness.shown_on)[seen]
    some = lines.select("minute", "key", "kind_class", "has_words")[runs.order[runs.begin]]
    frame = some.select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("slot"),
        "minute",
        "key",
        "kind_class",
        "has_words",
        party=pl.Series(party[runs.order[runs.begin]]),
        seen=pl.Series(sets.union(seen[runs.order], runs.is_new)),
        kind_rank=pl.Series(runs.least(lines["kind_rank"].to_numpy())),
        second_at=runs.least_of(
            lines["sent_at"].to_physical().to_numpy(), lines["has_seconds"].to_numpy()
        ).cast(pl.Datetime("us")),
        edited_on=runs.least_of(shown_on, is_edited).cast(pl.Int32).cast(pl.Date),
        deleted_on=runs.least_of(shown_on, (lines["kind_class"] == DELETED).to_numpy())
        .cast(pl.Int32)
        .cast(pl.Date),
        **dict(zip(("is_edited", "is_forwarded", "is_inside", "is_head", "is_tail"), marks, strict=True)),
        oldest=pl.Series(runs.least(oldest)),
        newest=pl.Series(runs.most(newest)),
        newest_edit=-runs.least_of(-newest, is_edited),
        best=pl.Series(runs.least(best)),
        author=pl.Series(runs.least(best + is_coarse * (lines.height * sets.n_exports))),
        held=runs.least_of(oldest, lines["text"].is_not_null().to_numpy()),
    )
    return Slots(of_line, frame)


@dataclass(frozen=True)
class _Runs:
    """Rows brought together by a number, which is dense: their order, and where in it each number begins."""

    number: Ints
    order: Ints
    is_new: Bools
    begin: Ints

    @classmethod
    def of(cls, number: Ints) -> _Runs:
        order = np.argsort(number)
        is_new = starts(number[order])
        return cls(number, order, is_new, np.flatnonzero(is_new))

    def least(self, values: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
        """By number, the least value."""
        return np.minimum.reduceat(values[self.order], self.begin)

    def most(self, values: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
        """By number, the greatest value."""
        return np.maximum.reduceat(values[self.order], self.begin)

    def any(self, *flags: Bools) -> list[pl.Series]:
        """By number, for each kind of mark whether some row has it."""
        bits = np.zeros(len(self.order), dtype=np.uint8)
        for place, flag in enumerate(flags):
            bits |= flag.view(np.uint8) << np.uint8(place)
        some = np.bitwise_or.reduceat(bits[self.order], self.begin)
        return [
            pl.Series((some >> np.uint8(place) & np.uint8(1)).view(np.bool_)) for place in range(len(flags))
        ]

    def least_of(self, values: Ints, chosen: Bools) -> pl.Series:
        """By number, the least value of the rows chosen; NULL where none is."""
        least = np.full(len(self.begin), _NONE)
        rows = np.flatnonzero(chosen)
        np.minimum.at(least, self.number[rows], values[rows])
        found = pl.Series(least)
        return found.set(found == _NONE, None)


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
    absorbed = open_slots.filter(left)
    if absorbed.is_empty():
        return absorbed
    pairs = (
        absorbed.join(open_slots.filter(right), on=on, suffix="_into")
        .filter(_disjoint("exports", "exports_into"), _both_seen())
        .filter(pl.col("key") != pl.col("key_into"))
    )
    if pairs.is_empty():
        return pairs
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
    root = roots.sort("slot")["root"]  # slots are dense, in their order
    n_versions = np.bincount(root.to_numpy(), minlength=len(root))
    is_version = pl.Series(n_versions[root.to_numpy()] > 1)
    rooted = slots.frame.with_columns(root)
    whole = rooted.select(
        *(name for name in _TOLD if name in rooted.columns and name not in ("kind_rank", "newest")),
        is_deleted=deleted,
        kind_rank=pl.when(~deleted).then("kind_rank"),
        is_poll=pl.col("kind_class") == POLL,
        newest=pl.when(~deleted).then("newest"),
    ).filter(~is_version)
    told = pl.concat([whole.select(_TOLD), _as_one(rooted.filter(is_version), deleted, words, sets)]).sort(
        "root"
    )
    kind = pl.lit(pl.Series(KIND_ORDER)).gather("kind_rank")
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
    versions = versions.sort("root")
    told = versions.group_by("root", maintain_order=True).agg(
        pl.col("minute").first(),
        author=pl.col("author").min(),
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
    seen = sets.union(versions["seen"].to_numpy(), starts(versions["root"].to_numpy()))
    return told.with_columns(seen=pl.Series(seen, dtype=pl.Int64)).select(_TOLD)
