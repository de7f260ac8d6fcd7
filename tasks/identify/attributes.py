"""What a roster states in free words about people, bounded to what tells no single one of them.

Into a column for towns or campuses people also type names, nicknames and remarks. A value passes when the
shipped table of regions knows it, or when at least three people of the community share it; any other is
left out, as if the cell were empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from schemas.roster import fold
from tasks.identify.members import RosterMember, Row
from warehouse.reference.people import is_region

MIN_BEARERS = 3
PLACES = ("origin_region", "current_city")
FREE_WORDS = (*PLACES, "campus", "field_of_study")


def bounded(members: Sequence[RosterMember]) -> list[RosterMember]:
    """The members with the columns of :data:`FREE_WORDS` bounded, for their description in the warehouse.

    Counted over all rosters of the community, case and spacing aside; so a value once shared stays when
    its bearers leave. Who is who is to be decided by the unbounded rows.
    """
    bearers = {name: _bearers(members, name) for name in FREE_WORDS}

    def passes(name: str, text: str) -> bool:
        return (name in PLACES and is_region(text)) or bearers[name][fold(text)] >= MIN_BEARERS

    def bound(row: Row) -> Row:
        return row | {name: None for name in FREE_WORDS if row[name] and not passes(name, row[name])}

    return [replace(member, rows=[bound(row) for row in member.rows]) for member in members]


def _bearers(members: Sequence[RosterMember], name: str) -> Counter[str]:
    """How many people a roster ever gave a value of the column to."""
    return Counter(
        text for member in members for text in {fold(row[name]) for row in member.rows if row[name]}
    )
