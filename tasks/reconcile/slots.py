"""Slots: one message as one wording has it; and what makes two wordings versions of one message.

A slot is (minute, person, content key, occurrence within the minute) over all exports: the multiset union
in which the highest multiplicity of any export counts, never the sum. Edits, deletions and omitted captions
then leave slots of one message that no export shows together; these are absorbed into one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from schemas.vocabulary import MESSAGE_KINDS
from tasks.reconcile.content import DELETED, LONG_BYTES, MEDIA, POLL
from tasks.reconcile.runs import Ints, pack, starts, within

__all__ = ["LONG_BYTES", "Slots", "absorb", "find_slots"]

#: Kinds from the best told to the least; "media" says only that there was some.
KIND_ORDER = (*(kind for kind in MESSAGE_KINDS if kind not in ("media", "deleted")), "media", "deleted")

#: A minute in which one person's versions need more rounds than this is not worth more time.
MAX_ROUNDS = 64


@dataclass(frozen=True)
class Slots:
    """Slots of all lines.

    Attributes:
        of_line: slot of each line.
        frame: one row per slot, see :func:`find_slots`.
    """

    of_line: Ints
    frame: pl.DataFrame


def find_slots(lines: pl.DataFrame, person: Ints, n_exports: int) -> Slots:
    """Multiset union of all exports' lines.

    Args:
        lines: ``x, minute, key, kind_class, has_words, kind, is_edited, is_forwarded, has_seconds, sent_at,
            shown_on, age, rank``; ordered by export and file. ``age`` orders exports by their day, ``rank``
            by how good a witness they are.
        person: person of each line's author.

    Returns:
        Frame with ``slot, minute, key, person, kind_class, has_words, exports`` (sorted list of x),
        ``kind_rank, is_edited, is_forwarded, second_at`` (first time stated to the second), ``edited_on,
        deleted_on`` (day of the first export showing it), ``oldest, newest, newest_edit, best`` (line of the
        oldest export, the newest, the newest showing an edit, the best witness).
    """
    of_line = _slot_of_line(lines, person)
    n = lines.height
    line = pl.int_range(n, dtype=pl.Int64)
    edited = pl.col("is_edited")
    aged = pl.col("age").cast(pl.Int64) * n + pl.col("line")
    frame = (
        lines.with_columns(line=line, slot=pl.Series(of_line), person=pl.Series(person))
        .group_by("slot")
        .agg(
            pl.col("minute", "key", "person", "kind_class", "has_words").first(),
            exports=pl.col("x").unique().sort(),
            kind_rank=pl.col("kind").replace_strict(list(KIND_ORDER), range(len(KIND_ORDER)), return_dtype=pl.UInt8).min(),
            is_edited=edited.any(),
            is_forwarded=pl.col("is_forwarded").any(),
            second_at=pl.col("sent_at").filter(pl.col("has_seconds")).min(),
            edited_on=pl.col("shown_on").filter(edited).min(),
            deleted_on=pl.col("shown_on").filter(pl.col("kind_class") == DELETED).min(),
            oldest=aged.min() % n,
            newest=aged.max() % n,
            newest_edit=aged.filter(edited).max() % n,
            newest_edit_age=pl.col("age").filter(edited).max(),
            oldest_age=pl.col("age").min(),
            best=(pl.col("rank").cast(pl.Int64) * n + pl.col("line")).min() % n,
        )
        .sort("slot")
    )
    return Slots(of_line, frame)


def _slot_of_line(lines: pl.DataFrame, person: Ints) -> Ints:
    """Slot of each line; of equal texts in a minute the unedited come first, as an older export has them."""
    export = lines["x"].cast(pl.Int64).to_numpy()
    edited = lines["is_edited"].to_numpy()
    code = pack(lines["minute"].to_numpy(), person, lines["key"].to_numpy())
    order = np.argsort(code, kind="stable") if not edited.any() else np.lexsort((edited, export, code))
    code, export = code[order], export[order]
    nth, n = within(starts(code, export))
    often = np.flatnonzero(nth > 0)
    run = np.cumsum(starts(code)) - 1
    slot = run.copy()
    if len(often):
        repeated = pack(run[often], nth[often])
        slot[often] = run[-1] + 1 + np.unique(repeated, return_inverse=True)[1]
    of_line = np.empty_like(slot)
    of_line[order] = slot
    return of_line


def absorb(slots: Slots, lines: pl.DataFrame, coarse: pl.DataFrame) -> pl.DataFrame:
    """Which slots are versions of one message.

    In turn: one text under a coarse and a fine label of one conflict; media without and with its caption;
    an edited version and the one before it; a deletion and what was deleted. Two slots are versions of
    one message only if no export shows both. Among several, the ones at the same place among the person's
    messages of that minute go together.

    Args:
        coarse: ``person, other, winner``: people in conflict, and whose the shared messages are.

    Returns:
        ``slot, root, person``: the slot that stands for the message, and the message's person.
    """
    whole = slots.frame.select("slot", "minute", "key", "person", "kind_class", "has_words", "is_edited", "exports")
    root = np.arange(whole.height)
    person = whole["person"].to_numpy().copy()
    if coarse.height:
        merged = _across_labels(whole, coarse)
        root[merged["slot"].to_numpy()] = merged["root"].to_numpy()
        person[merged["root"].to_numpy()] = merged["winner"].to_numpy()
        whole = _united(whole.with_columns(person=pl.Series(person)), root)
    soft = pl.col("is_edited") | (pl.col("kind_class") == DELETED) | (pl.col("kind_class") == MEDIA) & ~pl.col("has_words")
    cells = whole.filter(soft).select("minute", "person").unique()
    open_slots = whole.join(cells, on=["minute", "person"], how="semi")
    open_slots = open_slots.filter(pl.len().over("minute", "person") > 1)
    if open_slots.height:
        for slot, into in _versions(_placed(open_slots, slots, lines, root)):
            root[slot] = into
    final = root[root]
    while not np.array_equal(final, final[final]):
        final = final[final]
    return pl.DataFrame({"slot": np.arange(len(final)), "root": final, "person": person[final]})


def _across_labels(whole: pl.DataFrame, coarse: pl.DataFrame) -> pl.DataFrame:
    """Slots of equal content under two labels in conflict that no export shows together."""
    right = whole.select("minute", "key", pl.col("person").alias("other"), root="slot", other_exports="exports")
    return (
        whole.join(coarse, on="person")
        .join(right, on=["minute", "key", "other"])
        .filter(pl.col("winner") == pl.col("other"), _disjoint("exports", "other_exports"))
        .sort("slot", "root")
        .filter(pl.col("slot").is_first_distinct(), pl.col("root").is_first_distinct())
        .filter(~pl.col("root").is_in(pl.col("slot").implode()))
        .select("slot", "root", "winner")
    )


def _united(whole: pl.DataFrame, root: Ints) -> pl.DataFrame:
    return (
        whole.with_columns(slot=pl.Series(root))
        .group_by("slot")
        .agg(pl.exclude("exports").first(), pl.col("exports").list.explode().unique().sort())
        .sort("slot")
    )


def _placed(open_slots: pl.DataFrame, slots: Slots, lines: pl.DataFrame, root: Ints) -> pl.DataFrame:
    """Add ``place``: the slot's ordinal among the person's messages of the minute, in the export with most."""
    wanted = pl.Series(root[slots.of_line])
    place = (
        lines.select("x", line=pl.int_range(pl.len()))
        .with_columns(slot=wanted)
        .filter(pl.col("slot").is_in(open_slots["slot"].implode()))
        .join(open_slots.select("slot", "minute", "person"), on="slot")
        .sort("x", "line")
        .with_columns(place=pl.int_range(pl.len()).over("x", "minute", "person"))
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
        for _ in range(MAX_ROUNDS):
            pairs = _nearest(open_slots, left, right, is_same_class)
            if not pairs.height:
                break
            found.extend(pairs.select("slot", "slot_into").iter_rows())
            open_slots = _after(open_slots, pairs)
    return found


def _nearest(open_slots: pl.DataFrame, left: pl.Expr, right: pl.Expr, is_same_class: bool) -> pl.DataFrame:
    on = ["minute", "person", "kind_class"] if is_same_class else ["minute", "person"]
    pairs = (
        open_slots.filter(left)
        .join(open_slots.filter(right), on=on, suffix="_into")
        .filter(pl.col("slot") != pl.col("slot_into"), _disjoint("exports", "exports_into"))
        .filter(pl.col("key") != pl.col("key_into"))
    )
    apart = (pl.col("place") - pl.col("place_into")).abs()
    return (
        pairs.with_columns(apart=apart)
        .sort("minute", "person", "apart", "place", "place_into", "slot", "slot_into")
        .filter(pl.col("slot").is_first_distinct(), pl.col("slot_into").is_first_distinct())
        .filter(~pl.col("slot_into").is_in(pl.col("slot").implode()))
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


def messages_of(slots: Slots, roots: pl.DataFrame) -> pl.DataFrame:
    """Messages from slots: one row per root.

    Returns:
        ``root, minute, person, exports, kind, is_edited, is_forwarded, second_at, edited_on, deleted_on,
        text_line`` (the line whose wording holds; NULL for a deleted message), ``best``.
    """
    deleted, edit = pl.col("kind_class") == DELETED, pl.col("newest_edit_age")
    words = pl.col("has_words") & ~deleted
    told = (
        slots.frame.join(roots.select("slot", "root", owner="person"), on="slot")
        .sort("root", "slot")
        .group_by("root", maintain_order=True)
        .agg(
            pl.col("minute").first(),
            person=pl.col("owner").first(),
            exports=pl.col("exports").list.explode().unique().sort(),
            is_deleted=deleted.any(),
            kind_rank=pl.col("kind_rank").filter(~deleted).min(),
            is_poll=(pl.col("kind_class") == POLL).any(),
            is_edited=pl.col("is_edited").any(),
            is_forwarded=pl.col("is_forwarded").any(),
            second_at=pl.col("second_at").min(),
            edited_on=pl.col("edited_on").min(),
            deleted_on=pl.col("deleted_on").min(),
            newest_edit=pl.col("newest_edit").sort_by(edit, nulls_last=False).filter(edit.sort(nulls_last=False).is_not_null()).last(),
            newest=pl.col("newest").last(),
            oldest=pl.col("oldest").sort_by(~words, "oldest_age").first(),
            best=pl.col("best").first(),
        )
    )
    kind = pl.col("kind_rank").replace_strict(range(len(KIND_ORDER)), list(KIND_ORDER), default=None)
    return told.select(
        "root",
        "minute",
        "person",
        "exports",
        "is_edited",
        "is_forwarded",
        "second_at",
        "edited_on",
        "deleted_on",
        "best",
        kind=pl.when("is_deleted").then(pl.lit("deleted")).otherwise(kind),
        text_line=pl.when(~pl.col("is_deleted"))
        .then(pl.coalesce(pl.when("is_poll").then("newest"), "newest_edit", "oldest")),
    )
