"""Every column of the project, described once: type, unit, meaning, constraint, sensitivity, subject.

Tables and frames name fields; SQL types, Polars dtypes, row rules, expectations, comments, the
erasure registry and the data dictionary derive from what stands here. The same quantity has the same
name everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from schemas.fields import conversation, keys_and_times, measures, operations, people, studies, vault
from schemas.fields.field import Field, Sensitivity

__all__ = ["FIELDS", "Field", "Sensitivity"]


def _registry(*groups: Iterable[Field]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for group in groups:
        for field in group:
            if field.name in fields:
                raise ValueError(f"field {field.name} is described twice")
            fields[field.name] = field
    return fields


#: Every column by name.
FIELDS: dict[str, Field] = _registry(
    keys_and_times.KEYS,
    keys_and_times.TIME,
    keys_and_times.CALENDAR,
    people.GROUP,
    people.MEMBER,
    conversation.MESSAGE,
    conversation.TURN,
    conversation.ACTIVITY,
    people.MEMBER_MONTH,
    people.COVERAGE,
    measures.INDICATOR,
    measures.TREND,
    measures.EVALUATION,
    operations.OPERATIONS,
    people.REGIME,
    studies.STUDIES,
    vault.VAULT,
)
