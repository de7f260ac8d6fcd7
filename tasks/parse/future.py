"""Messages dated after their own export: a phone with a wrong clock, or a date read the wrong way round.

How an export may be dated: by the day that its name states, which somebody wrote down on purpose, and by
the day on which the file was written, which copies and clocks may have got wrong.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import polars as pl

from schemas.errors import FileRefused

#: A phone in another zone may be a day ahead.
LEEWAY = dt.timedelta(days=1)
#: Up to this share of the messages, later ones are strays; more of them, and the file is not what it says.
STRAY_SHARE = 0.05
#: A stray is told from a chat that simply goes on by a silence before it.
SILENCE = dt.timedelta(days=31)
#: No file's clock is wrong by so much.
ABSURD = dt.timedelta(days=5 * 365)


class Bounds(NamedTuple):
    """Days after which an export cannot hold a message; either may be unknown."""

    stated: dt.date | None = None  # in the export's name
    written: dt.date | None = None  # of the file


NO_BOUNDS = Bounds()


def future_rows(local_at: pl.Series, bounds: Bounds) -> pl.Series | None:
    """Which messages are strays from the future; nothing when none is.

    A chat that goes on a little past its date has an old name or a copied file: its messages stay.

    Raises:
        FileRefused: ``future_dates`` when they are more than a few: later than the date in the name, or
            ``ABSURD`` later than the file.
    """
    strays = None
    for day, limit in ((bounds.stated, LEEWAY), (bounds.written, ABSURD)):
        if day is None:
            continue
        n_beyond = int(_later(local_at, day + limit).sum())
        if n_beyond > STRAY_SHARE * len(local_at):
            raise FileRefused("future_dates", n_headers=n_beyond)
        later = _later(local_at, day + LEEWAY)
        if 0 < later.sum() <= STRAY_SHARE * len(local_at) and _is_apart(local_at, later):
            strays = later if strays is None else strays | later
    return strays


def _later(local_at: pl.Series, day: dt.date) -> pl.Series:
    return local_at >= dt.datetime.combine(day + dt.timedelta(days=1), dt.time())


def _is_apart(local_at: pl.Series, strays: pl.Series) -> bool:
    first, last = local_at.filter(strays).min(), local_at.filter(~strays).max()
    return isinstance(first, dt.datetime) and isinstance(last, dt.datetime) and first - last > SILENCE
