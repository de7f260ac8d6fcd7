"""One listed conflict in words, with names, for the operator's terminal; and the lines that settle it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import TypedDict

from schemas.errors import UsageError
from tasks.land.discover import group_ids
from warehouse.stages import StageStore
from warehouse.workspace import Workspace

#: What each kind of conflict says, and what was done meanwhile.
MEANINGS = {
    "number_with_two_names": "A number leads to one member, a name beside it to another. The number decided.",
    "labels_of_two_members": "What the phones call one sender leads to different members. It was given to none.",
    "name_of_two_members": "Several members bear the name under which a sender is saved. It was given to none.",
    "member_of_two_senders": "Two senders who write side by side would be one member. The surer one is.",
    "number_of_two_members": "The rosters give one number to several members. They are kept apart.",
    "number_of_two_names": "The rosters give one member number to different names. It is kept one person.",
    "labels_exclude_each_other": "Shared texts make two labels one person, one export shows them to be two.",
    "number_change_between_members": "A changed number would make two members one. They are kept apart.",
    "left_but_listed": "A roster says in the group after a line said left. The line prevailed.",
}
#: Kinds that a merge with a member settles, and those that a split does.
_MERGED = frozenset({
    "labels_of_two_members", "name_of_two_members", "member_of_two_senders", "number_with_two_names",
})  # fmt: skip
_SPLIT = frozenset({"member_of_two_senders", "number_with_two_names"})


class Explanation(TypedDict):
    """A conflict as the operator sees it; ``remedies`` are entries of corrections.toml, one of them is to be chosen."""

    group_id: str
    conflict_id: str
    kind: str
    meaning: str
    is_settled: bool
    labels: list[str]
    member_ids: list[str]
    names: list[str]
    remedies: list[str]


def explain(workspace: Workspace, conflict_id: str, today: dt.date) -> Explanation:
    """What the vault knows of a conflict.

    Raises:
        UsageError: no group lists such a conflict.
    """
    for group_id in group_ids(workspace.landing, workspace.config):
        frames = StageStore(workspace.vault, group_id).frames("identify", only="conflict_details")
        for row in frames["conflict_details"].iter_rows(named=True) if frames else ():
            if row["conflict_key"] == conflict_id:
                labels, numbers, names = row["labels"], row["member_ids"], row["names"]
                return Explanation(
                    group_id=group_id,
                    conflict_id=conflict_id,
                    kind=row["conflict_kind"],
                    meaning=MEANINGS[row["conflict_kind"]],
                    is_settled=row["is_settled"],
                    labels=labels,
                    member_ids=numbers,
                    names=names,
                    remedies=_remedies(row["conflict_kind"], conflict_id, labels, numbers, group_id, today),
                )
    raise UsageError(
        "no group lists such a conflict", next_step="see `solidarity conflicts` for those listed"
    )


def _remedies(
    kind: str, conflict_id: str, labels: Sequence[str], numbers: Sequence[str], group_id: str, today: dt.date
) -> list[str]:
    basis = [("group", group_id), ("reason", "…"), ("date", today), ("role", "…")]
    found = []
    if kind in _MERGED and labels:
        found += [_entry("merge", [("labels", list(labels)), ("member_id", one), *basis]) for one in numbers]
    if kind == "labels_exclude_each_other":
        found.append(_entry("merge", [("labels", list(labels)), *basis]))
    if kind in _SPLIT:
        found += [
            _entry("split", [("label", label), ("member_id", one), *basis])
            for label in labels
            for one in numbers
        ]
    if kind == "number_of_two_names":
        found += [
            _entry("split", [("member_id", one), ("name", "the name of the other person"), *basis])
            for one in numbers
        ]
    return [*found, _entry("settle", [("conflict_id", conflict_id), *basis])]


def _entry(kind: str, fields: Iterable[tuple[str, object]]) -> str:
    lines = [
        f"{name} = {value.isoformat() if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)}"
        for name, value in fields
    ]
    return "\n".join([f"[[{kind}]]", *lines])
