"""Names that resemble a member's: suggestions for a human, never applied."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tasks.identify.members import RosterMember
from tasks.identify.senders import Sender

#: Least similarity (0 to 100) at which an unmatched name is suggested.
SUGGEST_FROM = 85.0
_LEAD = 5.0  # the second best must lie so far below
_AMONG = 12  # names of the best few members


@dataclass(frozen=True)
class Suggestion:
    """An unmatched sender whose name resembles one member's; ``similarity`` from 0 to 100."""

    person_no: int
    member: int
    similarity: float


def suggest(
    unmatched: list[Sender], members: list[RosterMember], apart: Mapping[int, set[int | None]]
) -> list[Suggestion]:
    """For each unmatched sender the one member whose name or alias its labels resemble most by far.

    ``apart``: members a sender is declared not to be; None stands for all.
    """
    names = [
        (position, name)
        for position, member in enumerate(members)
        for name in sorted(member.names | member.aliases)
    ]
    found = []
    for sender in unmatched:
        declared = apart.get(sender.person_no, set())
        texts = {_without_digits(label.folded) for label in sender.labels if label.folded}
        best = None if None in declared or not names else _best(sorted(texts), names)
        if best is not None and best[0] not in declared:
            found.append(Suggestion(sender.person_no, *best))
    return found


def _without_digits(folded: str) -> str:
    """``dewi34`` resembles dewi: push names are often a name and a number."""
    return " ".join(re.sub(r"\d+", " ", folded).split()) or folded


def _best(texts: list[str], names: list[tuple[int, str]]) -> tuple[int, float] | None:
    from rapidfuzz import fuzz, process

    scores: dict[int, float] = {}
    for text in texts:
        for _, score, place in process.extract(
            text, [name for _, name in names], scorer=fuzz.token_sort_ratio, limit=_AMONG
        ):
            position = names[place][0]
            scores[position] = max(scores.get(position, 0.0), float(score))
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < SUGGEST_FROM:
        return None
    return ranked[0] if len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= _LEAD else None
