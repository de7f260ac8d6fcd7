"""The day for which a list of people speaks, as its name states it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import PurePath

from schemas.errors import FileRefused
from tasks.run import last_day

_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})([-_.]?)(\d{2})\2(\d{2})(?!\d)")
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_.]?(\d{2})(?!\d)")


def stated_date(file_name: str) -> dt.date | None:
    """The day for which a roster's name says it speaks: a day, or a month's last day; None without one.

    Raises:
        FileRefused: the name holds a date that does not exist.
    """
    stem = PurePath(file_name).stem
    day, month = _DAY.search(stem), _MONTH.search(stem)
    try:
        if day:
            return dt.date(int(day.group(1)), int(day.group(3)), int(day.group(4)))
        if month:
            return last_day(dt.date(int(month.group(1)), int(month.group(2)), 1))
    except ValueError:
        raise FileRefused("bad_stated_date") from None
    return None
