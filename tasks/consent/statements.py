"""Whom the declared lines of corrections.toml speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import polars as pl

from schemas.corrections import Consent
from schemas.roster import e164, fold
from tasks.consent.rules import Statement


def statements_of(
    lines: Sequence[Consent], people: pl.DataFrame, labels: pl.DataFrame
) -> tuple[dict[int, list[Statement]], int]:
    """Declared lines by the person they speak of, and how many speak of nobody.

    A line names a member number, or a label: a name or number as an export, roster or list writes it. A name
    that several people bear speaks of all of them: rather one too many left out than the wrong one kept.

    Args:
        lines: of the group. people: PEOPLE. labels: LABELS.

    Returns:
        member_key -> statements; and the number of lines that met nobody in this group.
    """
    if not lines:
        return {}, 0
    known = _known(people, labels)
    found: dict[int, list[Statement]] = defaultdict(list)
    n_unmet = 0
    for line in lines:
        wanted = f"no:{line.member_id}" if line.member_id is not None else _form(line.label or "")
        for member in sorted(known.get(wanted, ())):
            found[member].append(Statement(line.date, line.consent))
        n_unmet += wanted not in known
    return dict(found), n_unmet


def _known(people: pl.DataFrame, labels: pl.DataFrame) -> dict[str, set[int]]:
    known: dict[str, set[int]] = defaultdict(set)
    columns = people.select("member_key", "member_id", "phone", "name", "aliases", "person_no")
    by_person: dict[int, int] = {}
    for member, number, phone, name, aliases, person in columns.iter_rows():
        if number is not None:
            known[f"no:{number}"].add(member)
        for text in (phone, name, *(aliases or ())):
            if text:
                known[_form(text)].add(member)
        if person is not None:
            by_person[person] = member
    for label, person in labels.select("label", "person_no").unique().iter_rows():
        if person in by_person:
            known[_form(label)].add(by_person[person])
    return known


def _form(text: str) -> str:
    number = e164(text) if any(char.isdigit() for char in text) else None
    return f"tel:{number}" if number else f"name:{fold(text.lstrip('~ '))}"
