"""The lines of all exports of a group in one frame, on one clock."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import polars as pl

from schemas.config import Group
from tasks.reconcile.clocks import LONG_VOTE, SHORT_VOTE, align, once_shown, settle, to_utc
from tasks.reconcile.content import with_content
from tasks.reconcile.model import Clock, Export
from tasks.reconcile.runs import Ints

#: Events that every phone shows alike and that come seldom.
_ANCHOR_EVENTS = (
    "created",
    "subject",
    "description",
    "joined_link",
    "joined_community",
    "added",
    "removed",
    "admin",
)

_KEPT = (
    "seq",
    "local_at",
    "has_seconds",
    "author",
    "kind",
    "text",
    "text_key",
    "is_long",
    "is_edited",
    "is_forwarded",
    "event",
    "actor",
    "targets",
    "timer_hours",
)


def on_one_clock(exports: Sequence[Export], group: Group) -> tuple[pl.DataFrame, list[Clock]]:
    """Stack all exports, with content keys, and set their clocks by one another.

    Returns:
        All lines in the order of export and file: columns of PARSED, ``x`` (ordinal of the export in
        canonical order), ``line``, ``sent_at`` (naive UTC), ``minute`` (since the epoch), the columns of
        :func:`with_content`; and the clock of each export.
    """
    frames = [
        export.frame.select(*_KEPT)
        .sort("seq")
        .with_columns(x=pl.lit(x, pl.Int64), sent_at=_utc(export, group, 0))
        for x, export in enumerate(exports)
    ]
    lines = with_content(pl.concat(frames))
    shift, component = align(*_anchors(lines, len(exports)))
    ahead, basis = settle(exports, shift, component)
    if any(ahead):
        lines = lines.with_columns(sent_at=_corrected(frames, exports, group, ahead))
    lines = _with_minute(lines).with_columns(line=pl.int_range(pl.len(), dtype=pl.Int64))
    offset = _offsets(lines)
    clocks = [Clock(export.file_id, offset.get(x, 0), basis[x]) for x, export in enumerate(exports)]
    return lines.drop("seq", "local_at"), clocks


def _utc(export: Export, group: Group, ahead: int) -> pl.Expr:
    local = pl.col("local_at") - pl.duration(minutes=ahead) if ahead else pl.col("local_at")
    return to_utc(local, export.landed.timezone or group.timezone)


def _corrected(
    frames: Sequence[pl.DataFrame], exports: Sequence[Export], group: Group, ahead: Sequence[int]
) -> pl.Series:
    parts = [
        frame.select(_utc(export, group, minutes).alias("sent_at")) if minutes else frame.select("sent_at")
        for frame, export, minutes in zip(frames, exports, ahead, strict=True)
    ]
    return pl.concat(parts)["sent_at"]


def _with_minute(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.with_columns(minute=pl.col("sent_at").dt.epoch("s").floordiv(60))


def _anchors(lines: pl.DataFrame, n_exports: int) -> tuple[list[tuple[Ints, Ints]], Ints]:
    """What may anchor clocks: texts and the events that every phone shows, by what each export shows once."""
    text = (pl.col("kind") == "text") & pl.col("has_words")
    n_keys = lines["key"].n_unique()
    wanted = (
        _with_minute(lines.select("x", "kind", "event", "key", "is_long", "has_words", "sent_at"))
        .filter(text | (pl.col("kind").is_null() & pl.col("event").is_in(_ANCHOR_EVENTS)))
        .select(
            "x",
            "minute",
            pl.col("is_long").fill_null(False),
            key=pl.when(pl.col("kind").is_null())
            .then(
                n_keys
                + pl.col("event").replace_strict(
                    _ANCHOR_EVENTS, range(len(_ANCHOR_EVENTS)), default=None, return_dtype=pl.Int64
                )
            )
            .otherwise("key"),
        )
    )
    weight = np.full(n_keys + len(_ANCHOR_EVENTS) + 1, SHORT_VOTE)
    weight[wanted.filter("is_long")["key"].to_numpy()] = LONG_VOTE
    once = once_shown(wanted)
    key, minute = once["key"].to_numpy(), once["minute"].to_numpy()
    ends = np.searchsorted(once["x"].to_numpy(), np.arange(n_exports + 1))
    return [(key[a:b], minute[a:b]) for a, b in pairwise(ends)], weight


def _offsets(lines: pl.DataFrame) -> dict[int, int]:
    """Minutes east of UTC at the last line, by export."""
    last = pl.col("sent_at").arg_max()
    ahead = pl.col("local_at").get(last) - pl.col("sent_at").get(last)
    return dict(lines.group_by("x").agg(ahead.dt.total_minutes()).iter_rows())
