"""What all exports of a group show, each thing once: the ground of the merge, to which a later export is added.

Exports of one phone repeat each other month after month. A *block* is all that an export shows as said within
one minute of its wall clock: labels, words, kinds, marks, in their order. Blocks that are the same in every
column are kept once, with the set of exports that show them. So a new export costs its own lines and those of
the minutes it shows, not the lines of all exports before it.

A fold is a union: it does not depend on the order in which exports were added, an export can be taken out
again, and whoever merges a fold gets what the exports themselves would have given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from tasks.reconcile.model import Export
from tasks.reconcile.runs import Bools, Ints, starts, together
from tasks.reconcile.sets import Set, unions

_SAID = (
    "local_at",
    "has_seconds",
    "author",
    "kind",
    "text",
    "text_key",
    "is_long",
    "is_edited",
    "is_forwarded",
)
_TOLD = ("seq", "local_at", "has_seconds", "event", "actor", "targets", "timer_hours")
#: What system lines alone have; and all that a fold is made of.
_NOT_SAID = tuple(name for name in _TOLD if name not in _SAID)
COLUMNS = (*_SAID, *_NOT_SAID)
_EDGES = ("is_head", "is_tail")
MINUTE_US = 60_000_000
_HASH_SEED = 20_240_229
_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)

ROWS = pl.Schema(
    {
        "local_at": pl.Datetime("us"),
        "has_seconds": pl.Boolean(),
        "author": pl.String(),
        "kind": pl.String(),
        "text": pl.String(),
        "text_key": pl.Int64(),
        "is_long": pl.Boolean(),
        "is_edited": pl.Boolean(),
        "is_forwarded": pl.Boolean(),
        "is_head": pl.Boolean(),
        "is_tail": pl.Boolean(),
        "at": pl.Int64(),
        "block": pl.Int64(),
        "seen": pl.Int64(),
    }
)
ANCHORS = pl.Schema({"text_key": pl.Int64(), "at": pl.Int64(), "is_long": pl.Boolean(), "seen": pl.Int64()})
TOLD = pl.Schema(
    {
        "file": pl.Int64(),
        "seq": pl.Int64(),
        "local_at": pl.Datetime("us"),
        "has_seconds": pl.Boolean(),
        "event": pl.String(),
        "actor": pl.String(),
        "targets": pl.List(pl.String()),
        "timer_hours": pl.Int64(),
    }
)
ENDS = pl.Schema(
    {
        "file": pl.Int64(),
        "last_at": pl.Datetime("us"),
        "shown_from": pl.Datetime("us"),
        "shown_to": pl.Datetime("us"),
        "said_from": pl.Int64(),
    }
)


@dataclass(frozen=True)
class Fold:
    """What a set of exports shows.

    Attributes:
        files: content hash of each export -> stamp of what was read of it; their order numbers them.
        rows: said lines of distinct blocks, block by block: columns of PARSED and its digest, ``is_head,
            is_tail`` (whether the block stands in the first or last minute of its exports), ``at`` (minute of
            the wall clock since the epoch), ``block``, ``seen`` (number of a set).
        anchors: texts that an export shows once: ``text_key, at, is_long, seen`` (by whom, at that minute).
        told: system lines of all exports: ``file`` and columns of PARSED.
        ends: by ``file`` the wall clock of the last line of all, of the first and last that count
            (``shown_from, shown_to``), and ``said_from``, the place of the first message.
        sets: sets of exports, as sorted numbers.
    """

    files: Mapping[str, str]
    rows: pl.DataFrame
    anchors: pl.DataFrame
    told: pl.DataFrame
    ends: pl.DataFrame
    sets: tuple[Set, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no export shows a line."""
        return self.ends.is_empty()


def nothing() -> Fold:
    """The fold of no export."""
    rows, anchors, told, ends = (pl.DataFrame(schema=schema) for schema in (ROWS, ANCHORS, TOLD, ENDS))
    return Fold({}, rows, anchors, told, ends, ())


def add(fold: Fold, exports: Sequence[Export], stamps: Mapping[str, str] | None = None) -> Fold:
    """The fold with these exports, none of which it holds yet.

    Args:
        exports: each content once. stamps: by file id, what tells one reading of a content from another.
    """
    if not exports:
        return fold
    first = len(fold.files)
    files = dict(fold.files) | {one.file_id: (stamps or {}).get(one.file_id, "") for one in exports}
    sets = (*fold.sets, *((first + number,) for number in range(len(exports))))
    lines = _stacked(exports, first)
    if lines.is_empty():
        return replace(fold, files=files)
    is_said = lines.select(pl.col("author").is_not_null() & pl.col("kind").is_not_null()).to_series()
    is_told = lines.select(pl.col("author").is_null() & pl.col("event").is_not_null()).to_series()
    said = lines.drop(_NOT_SAID).filter(is_said)
    said = said.with_columns(seen=pl.col("file") + (len(fold.sets) - first))
    rows, sets = _united(fold.rows, _blocks(said, fold.rows), sets)
    anchors, sets = _anchored(fold.anchors, _once_shown(said), sets)
    counted = lines.select("file", "local_at", "seq", is_said=is_said, counts=is_said | is_told)
    ends = (
        counted.set_sorted("file")
        .group_by("file")
        .agg(
            last_at=pl.col("local_at").max(),
            shown_from=pl.col("local_at").filter("counts").min(),
            shown_to=pl.col("local_at").filter("counts").max(),
            said_from=pl.col("seq").filter("is_said").min(),
        )
    )
    told = lines.filter(is_told)
    return _with_sets_in_use(
        Fold(
            files,
            rows,
            anchors,
            pl.concat([fold.told, told.select(_cast(TOLD))]),
            pl.concat([fold.ends, ends.sort("file").select(_cast(ENDS))]),
            sets,
        )
    )


def without(fold: Fold, file_ids: Iterable[str]) -> Fold:
    """The fold of the other exports."""
    gone = set(file_ids) & set(fold.files)
    if not gone:
        return fold
    left = [number for number, file_id in enumerate(fold.files) if file_id not in gone]
    renumbered = {old: new for new, old in enumerate(left)}
    smaller = [tuple(renumbered[n] for n in members if n in renumbered) for members in fold.sets]
    numbers = {members: n for n, members in enumerate(sorted({one for one in smaller if one}))}
    number = pl.Series([numbers.get(members) for members in smaller], dtype=pl.Int64)
    file = pl.col("file").replace_strict(renumbered, default=None, return_dtype=pl.Int64)

    def kept(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(seen=number.gather(frame["seen"])).filter(pl.col("seen").is_not_null())

    return Fold(
        {file_id: stamp for file_id, stamp in fold.files.items() if file_id not in gone},
        kept(fold.rows),
        kept(fold.anchors),
        fold.told.with_columns(file).filter(pl.col("file").is_not_null()),
        fold.ends.with_columns(file).filter(pl.col("file").is_not_null()),
        tuple(numbers),
    )


def purged(fold: Fold, is_over: pl.Expr) -> Fold:
    """The fold without texts for which ``is_over`` holds, of ``local_at``; what differed by them alone is one."""
    rows = fold.rows.with_columns(text=pl.when(~is_over).then("text"))
    rows, sets = _united(pl.DataFrame(schema=ROWS), rows, fold.sets)
    return _with_sets_in_use(replace(fold, rows=rows, sets=sets))


def _cast(schema: pl.Schema) -> list[pl.Expr]:
    return [pl.col(name).cast(dtype) for name, dtype in schema.items()]


def _stacked(exports: Sequence[Export], first: int) -> pl.DataFrame:
    """Lines of all exports in their order: ``file, at, is_head, is_tail`` and what of PARSED is compared."""
    lines = pl.concat([export.frame.select(COLUMNS) for export in exports], rechunk=True)
    file = np.repeat(np.arange(first, first + len(exports)), [export.frame.height for export in exports])
    lines = lines.with_columns(
        pl.col("seq").cast(pl.Int64),
        file=pl.Series(file, dtype=pl.Int64),
        at=pl.col("local_at").cast(pl.Datetime("us")).to_physical() // MINUTE_US,
    )
    seq = lines["seq"].to_numpy()
    if ((seq[1:] < seq[:-1]) & (file[1:] == file[:-1])).any():
        lines = lines.sort("file", "seq")
    at = lines["at"].to_numpy()
    begin = np.flatnonzero(starts(file)) if len(file) else np.zeros(0, dtype=np.int64)
    length = np.diff(np.append(begin, len(file)))
    head, tail = (
        np.repeat(extreme.reduceat(at, begin), length) if len(file) else at
        for extreme in (np.minimum, np.maximum)
    )
    return lines.with_columns(is_head=pl.Series(at == head), is_tail=pl.Series(at == tail))


def _blocks(said: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Said lines block by block, numbered on from those known. Returns ROWS."""
    file, at = said["file"].to_numpy(), said["at"].to_numpy()
    if ((at[1:] < at[:-1]) & (file[1:] == file[:-1])).any():
        said = said.sort("file", "at", maintain_order=True)
        file, at = said["file"].to_numpy(), said["at"].to_numpy()
    first = _next(known["block"])
    number = np.cumsum(starts(file, at)) - 1 + first if len(at) else at
    return said.with_columns(block=pl.Series(number, dtype=pl.Int64)).select(_cast(ROWS))


def _next(numbers: pl.Series) -> int:
    highest = numbers.max()
    return int(highest) + 1 if isinstance(highest, int) else 0


def _united(
    known: pl.DataFrame, new: pl.DataFrame, sets: tuple[Set, ...]
) -> tuple[pl.DataFrame, tuple[Set, ...]]:
    """Blocks of both, the same ones once with the union of their sets.

    Only blocks of the same minute are held against each other; they are the same if as many lines hash to the
    same 64 bits. Words enter the hash under the vault's secret too (``text_key``), so nobody can make two
    blocks collide.
    """
    if new.is_empty():
        return known, sets
    touched = (
        known["at"].is_in(new["at"].unique().implode()) if known.height else pl.Series([], dtype=pl.Boolean)
    )
    rows = pl.concat([known.filter(touched), new])
    begin, at, length, code = _coded(rows)
    order, is_new = together(at, length, code)
    if is_new.all():
        return pl.concat([known.filter(~touched), rows]), sets
    first = np.minimum.reduceat(order, np.flatnonzero(is_new))
    number = np.full(len(begin), -1, dtype=np.int64)
    number[first], sets = _unions(rows["seen"].to_numpy()[begin][order], is_new, sets)
    by_row = np.repeat(number, length)
    rows = rows.with_columns(seen=pl.Series(by_row)).filter(pl.Series(by_row >= 0))
    return pl.concat([known.filter(~touched), rows]), sets


def _coded(rows: pl.DataFrame) -> tuple[Ints, Ints, Ints, Ints]:
    """Per block: its first row, its minute, its number of lines, a hash of them in their order."""
    begin = np.flatnonzero(starts(rows["block"].to_numpy()))
    length = np.diff(np.append(begin, rows.height))
    place = np.arange(rows.height) - np.repeat(begin, length)
    line = rows.select(*_SAID, *_EDGES).hash_rows(seed=_HASH_SEED).to_numpy()
    mixed = line + place.astype(np.uint64) * _ODD
    mixed ^= mixed >> np.uint64(32)
    mixed *= _MIX
    mixed ^= mixed >> np.uint64(29)
    code = np.add.reduceat(mixed, begin).view(np.int64)
    return begin, rows["at"].to_numpy()[begin], length, code


def _unions(seen: Ints, is_new: Bools, sets: tuple[Set, ...]) -> tuple[Ints, tuple[Set, ...]]:
    """Number of the union of the sets of each run of rows, and the sets with those that are new."""
    number = {members: n for n, members in enumerate(sets)}
    every = list(sets)

    def union(numbers: list[int]) -> int:
        members = tuple(sorted({n for one in numbers for n in every[one]}))
        if members not in number:
            number[members] = len(every)
            every.append(members)
        return number[members]

    return unions(seen, is_new, union), tuple(every)


def _once_shown(said: pl.DataFrame) -> pl.DataFrame:
    """Texts that an export shows exactly once. Returns ANCHORS."""
    is_text = said.select((pl.col("kind") == "text") & pl.col("text_key").is_not_null()).to_series()
    texts = said.select(_cast(ANCHORS)).filter(is_text)
    order, is_new = together(texts["seen"].to_numpy(), texts["text_key"].to_numpy())
    is_alone = is_new & np.append(is_new[1:], True)
    return texts[np.sort(order[is_alone])]


def _anchored(
    known: pl.DataFrame, new: pl.DataFrame, sets: tuple[Set, ...]
) -> tuple[pl.DataFrame, tuple[Set, ...]]:
    both = pl.concat([known, new])
    if both.is_empty():
        return both, sets
    order, is_new = together(both["text_key"].to_numpy(), both["at"].to_numpy())
    first = np.minimum.reduceat(order, np.flatnonzero(is_new))
    number, sets = _unions(both["seen"].to_numpy()[order], is_new, sets)
    in_order = np.argsort(first)
    return both[first[in_order]].with_columns(seen=pl.Series(number[in_order])), sets


def _with_sets_in_use(fold: Fold) -> Fold:
    """The fold without the sets that nothing refers to any more, the others in their order."""
    is_used = np.zeros(len(fold.sets), dtype=bool)
    for frame in (fold.rows, fold.anchors):
        is_used[frame["seen"].to_numpy()] = True
    used = sorted(np.flatnonzero(is_used).tolist(), key=fold.sets.__getitem__)
    number = np.full(len(fold.sets), -1, dtype=np.int64)
    number[used] = np.arange(len(used))

    def renumbered(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(seen=pl.Series(number[frame["seen"].to_numpy()], dtype=pl.Int64))

    return replace(
        fold,
        rows=renumbered(fold.rows),
        anchors=renumbered(fold.anchors),
        sets=tuple(fold.sets[n] for n in used),
    )
