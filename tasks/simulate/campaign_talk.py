"""Talk about lists: what is announced before one, asked, answered, promised and praised beside its copies.

All of it is drawn apart from the rest, so that a community without such talk is what it was. Some of it names the
activity in full, some by the first half of its title, some not at all.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.simulate import phrases
from tasks.simulate.list_forms import forms, spoken_day
from tasks.simulate.lists import Activity
from tasks.simulate.names import names
from tasks.simulate.rhythm import DAY, asleep, day_of
from tasks.simulate.scripts import METHODS
from tasks.simulate.talk import Cast

#: What one buys is no campaign: nobody's common cause.
NO_CAMPAIGN = ("order",)
#: Announced ahead of their list, some of them.
_ANNOUNCED = ("rsvp", "weekly", "learning", "attendance")
_ANNOUNCEMENT_CHANCE, _ANSWER_CHANCE = 0.4, 0.7
_HOUR = 3600
#: Kinds of turns, with their chances; ``tanya`` is answered.
_KINDS = ("tanya", "ingat", "ikut", "syukur")
_CHANCES = (0.4, 0.25, 0.2, 0.15)
#: How the activity is named: in full, by the first half of its title's words, not at all.
_NAMINGS, _NAMING = ("full", "half", "none"), (0.5, 0.25, 0.25)

Row = dict[str, object]


def campaign_talk(
    lists: list[Activity],
    first_number: int,
    first_row: int,
    company: Cast,
    mean: float,
    rng: np.random.Generator,
    since: int,
) -> pl.DataFrame:
    """Rows of talk about the lists of a month.

    Args:
        lists: the month's lists, in order; numbered within the group from ``first_number``.
        first_row: identity of the first row made here.
        company: who may write.
        mean: turns about a list, on average, answers and announcement apart.
        rng: drawn from for nothing else.
        since: the month's first moment; nothing is announced before it.

    Returns:
        row, moment, author, pool, ref, method, text, campaign (number of the list).
    """
    texts, rows = phrases.book(), list[Row]()

    def say(about: int, moment: int, author: int, kind: str, to: int = -1) -> None:
        made = lists[about]
        rows.append(
            {
                "row": first_row + len(rows), "moment": moment, "author": author, "campaign": first_number + about,
                "pool": texts.pools[f"acara.{kind}"], "ref": to,
                "method": METHODS.index("request" if kind == "jawab" else ""),
                "text": _worded(made, kind, rng),
            }
        )  # fmt: skip

    for about, made in enumerate(lists):
        if made.kind in NO_CAMPAIGN:
            continue
        before = made.first - int(rng.integers(2 * _HOUR, 2 * DAY))
        if made.form in _ANNOUNCED and rng.random() < _ANNOUNCEMENT_CHANCE and before > since:
            say(about, int(asleep(np.array([before]), 60.0)[0]), made.organiser, "umum")
        number = int(rng.poisson(mean))
        later = made.first + (600 + rng.exponential(2 * DAY, number)).astype(np.int64)
        authors = company.members[company.open(rng, number)]
        kinds = rng.choice(_KINDS, number, p=_CHANCES)
        for moment, author, kind in zip(asleep(later, 60.0), authors, kinds, strict=True):
            say(about, int(moment), int(author), str(kind))
            if kind == "tanya" and rng.random() < _ANSWER_CHANCE:
                place = np.flatnonzero(company.members == author)
                other = int(company.members[company.answer(rng, place)[0]])
                wait = int(np.exp(rng.normal(np.log(300), 1.0))) + 20
                say(about, int(moment) + wait, other, "jawab", to=first_row + len(rows) - 1)
    numbers = dict.fromkeys(("row", "moment", "author", "campaign", "pool", "ref", "method"), pl.Int64)
    return pl.DataFrame(rows, schema=numbers | {"text": pl.String})


def _worded(made: Activity, kind: str, rng: np.random.Generator) -> str:
    """What is said of an activity; an announcement names it in full, an answer need not."""
    naming = str(rng.choice(_NAMINGS, p=_NAMING)) if kind in _KINDS else "full"
    title = made.title.split()
    form = str(rng.choice(forms()["campaign_talk"][f"{kind}_tanpa" if naming == "none" else kind]))
    return form.format(
        judul=" ".join(title[: (len(title) + 1) // 2]) if naming == "half" else made.title,
        hari=spoken_day(made.event_day or day_of(made.first + 4 * DAY)),
        jam=f"{rng.integers(8, 21):02d}.00",
        tempat=str(rng.choice(names("places"))),
    )
