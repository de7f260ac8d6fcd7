"""Header-like lines of the very same layout inside a body: told from headers only where that is safe.

Somebody pastes a piece of an export into the chat: its lines begin as headers do, and their times lie
before that of the message they are part of. Late messages lie before their neighbours as well, so a
stretch of lines that steps back in time is a quote only if the file itself gives it away:

- each of its lines stands earlier in the file, at its own place, with the same time, author and words, and
  one line of a minute's precision is more than ``LATE_DAYS`` old: two like messages may meet in a minute; or
- it is at least ``MIN_UNKNOWN`` lines by people who write nowhere else in a file that is not small, more
  than ``LATE_DAYS`` older than the message before, and the message after it goes on where that one was.

Anything else stays what it looks like. What is told as a quote stays part of the message it stands in.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.parse.headers import Headers

#: Longest stretch that may be a quote: a repeated half of a file is no quote.
MAX_LINES = 200
#: Steps back beyond which a file's order is its own affair.
MAX_STEPS = 2_000
#: A minute's step back is order within the minute; words of this many bytes are not said twice by chance.
_MINUTE = 60_000_000
LONG_BYTES = 12
MIN_UNKNOWN = 2
#: Headers that a file must have besides, so that writing nowhere else says something.
MIN_OTHERS = 50
LATE_DAYS = 1
_LATE = LATE_DAYS * 86_400_000_000

Ints = npt.NDArray[np.int64]


class _Stretch(NamedTuple):
    """Rows from ``start`` to before ``stop`` that lie before the row above them."""

    start: int
    stop: int
    returns: bool  # whether time goes on after it


def without_quotes(headers: Headers) -> Headers:
    """The headers without those that only look like some."""
    at = headers.local_at.to_physical().to_numpy()
    steps = np.flatnonzero(np.diff(at) <= -_MINUTE) + 1
    if not len(steps) or len(steps) > MAX_STEPS:
        return headers
    stretches = _stretches(at, steps)
    if not stretches:
        return headers
    quoted = np.zeros(len(at), np.bool_)
    is_repeat = _repeats(headers, stretches)
    is_inside = _inside(len(at), stretches)
    is_unknown = _unknown(headers, is_inside)
    is_telling = np.count_nonzero(~is_inside) >= MIN_OTHERS
    for stretch in stretches:
        rows = slice(stretch.start, stretch.stop)
        is_old = bool((at[rows] < at[stretch.start - 1] - _LATE).all())
        is_sure = is_old or headers.layout.has_seconds or stretch.stop - stretch.start > 1
        repeated = is_sure and is_repeat[rows].all()
        foreign = (
            is_telling
            and stretch.returns
            and stretch.stop - stretch.start >= MIN_UNKNOWN
            and is_unknown[rows].all()
            and is_old
        )
        quoted[rows] = repeated or foreign
    return _kept(headers, ~quoted) if quoted.any() else headers


def _stretches(at: Ints, steps: Ints) -> list[_Stretch]:
    """From each step back to where time has caught up, or to the end of the file."""
    found: list[_Stretch] = []
    for start in steps.tolist():
        if found and start < found[-1].stop:
            continue
        ahead = at[start : start + MAX_LINES + 1] >= at[start - 1]
        if ahead.any():
            found.append(_Stretch(start, start + int(ahead.argmax()), returns=True))
        elif len(ahead) <= MAX_LINES:
            found.append(_Stretch(start, len(at), returns=False))
    return found


def _inside(n_rows: int, stretches: list[_Stretch]) -> npt.NDArray[np.bool_]:
    inside = np.zeros(n_rows, np.bool_)
    for stretch in stretches:
        inside[stretch.start : stretch.stop] = True
    return inside


def _unknown(headers: Headers, is_inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Rows by an author who writes nowhere but in these stretches."""
    is_authored = headers.author.where(headers.author.values.is_not_null().to_numpy())
    known = headers.author.is_used(is_authored & ~is_inside)
    return np.asarray(is_authored & ~known[headers.author.code])


def _repeats(headers: Headers, stretches: list[_Stretch]) -> npt.NDArray[np.bool_]:
    """Rows of stretches whose time, author and words stand earlier; of each stretch one has long words."""
    n_rows = len(headers.local_at)
    is_repeat = np.zeros(n_rows, np.bool_)
    places = np.concatenate([np.arange(stretch.start, stretch.stop) for stretch in stretches])
    same_time = headers.local_at.is_in(headers.local_at.gather(places).unique().implode())
    rows = _rows(headers, same_time.arg_true().to_numpy().astype(np.int64))
    first = rows.group_by("at", "author", "body").agg(first=pl.col("place").min())
    own = _rows(headers, places).join(first, on=["at", "author", "body"], how="left")
    is_repeat[own.filter(pl.col("first") < pl.col("place"))["place"].to_numpy()] = True
    is_long = np.zeros(n_rows, np.bool_)
    is_long[own.filter(pl.col("body").str.len_bytes() >= LONG_BYTES)["place"].to_numpy()] = True
    for stretch in stretches:
        if not is_long[stretch.start : stretch.stop].any():
            is_repeat[stretch.start : stretch.stop] = False
    return is_repeat


def _rows(headers: Headers, places: Ints) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "place": places,
            "at": headers.local_at.gather(places),
            "author": headers.author.values.gather(headers.author.code[places]),
            "body": headers.buffer.slices(headers.body_at[places], headers.line_end[places]),
        }
    )


def _kept(headers: Headers, is_kept: npt.NDArray[np.bool_]) -> Headers:
    chosen = pl.Series(is_kept)
    return headers._replace(
        line_index=headers.line_index[is_kept],
        local_at=headers.local_at.filter(chosen),
        author=headers.author._replace(code=headers.author.code[is_kept]),
        body_at=headers.body_at[is_kept],
        line_end=headers.line_end[is_kept],
    )
