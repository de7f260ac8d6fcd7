"""A group that copies its lists thousands of times in two weeks: the time grows with the lines, not their square."""

from __future__ import annotations

import time

import polars as pl

from schemas.config import Group
from tasks.measure.activities import chain_lists, list_activities
from tasks.measure.lists import read_lists
from tasks.measure.names import index_names
from tasks.measure.participation import participation
from tasks.measure.text.lexicon import lexicon_for
from tests.bench.figures import Figure
from tests.measure.chatroom import group
from tests.measure.handmade_lists import PEOPLE
from warehouse.reference.lexicon import words

_FEW, _MANY, _LISTS, _DAYS = 1_000, 2_000, 20, 14
_RUNS = 5
#: Twice the versions of equal length may cost a little more than twice the time.
MAX_GROWTH = 2.6


def _chat(n_versions: int) -> list[tuple[str, str, str]]:
    """Twenty lists going round at once, each version of 40 names, one of them new."""
    people, said = list(PEOPLE), []
    for number in range(n_versions):
        which, turn = number % _LISTS, number // _LISTS
        letters = [(turn + place) for place in range(40)]
        names = [
            people[n % 30] if n % 3 == 0 else f"Tamu{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}"
            for n in letters
        ]
        body = "\n".join(f"{place}. {name}" for place, name in enumerate(names, 1))
        minute = number * _DAYS * 24 * 60 // n_versions
        stamp = f"+{minute // 1440} {minute % 1440 // 60:02d}:{minute % 60:02d}"
        said.append(
            (stamp, people[number % 30], f"*Bukber angkatan {2000 + which}*\nSabtu 18 Mei 2024\n{body}")
        )
    return said


def _timed(n_versions: int) -> float:
    """Processor seconds to read, chain and unite so many versions."""
    given = group(_chat(n_versions), aliases=PEOPLE)
    lexicon = lexicon_for(tuple(Group().symbols))
    names = index_names(given.people, lexicon)
    messages = given.messages.with_columns(at=pl.col("message_id"), turn=pl.int_range(pl.len()))
    nobody = pl.DataFrame(schema={"turn": pl.Int64, "member_key": pl.Int64})

    def run() -> None:
        chains = chain_lists(read_lists(messages, names, lexicon, words().list_kinds), nobody)
        assert len(list_activities(chains, participation(chains))) == _LISTS

    def used() -> float:
        begun = time.process_time()
        run()
        return time.process_time() - begun

    return min(used() for _ in range(_RUNS))


def list_figures() -> list[Figure]:
    """Processor seconds for 2,000 versions of lists in 14 days, as a ratio to 1,000."""
    few, many = _timed(_FEW), _timed(_MANY)
    return [
        Figure(
            "2,000 list versions in 14 days",
            (many,),
            unit="CPU s",
            base=few,
            base_name=f"{_FEW:,} versions",
            at_most=MAX_GROWTH,
            note=f"{_MANY * 40:,} lines of {_LISTS} lists",
        )
    ]
