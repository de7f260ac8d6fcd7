"""Expectation suites for the smaller frames: derived from the tables, with what only a suite can say added.

Declared without Great Expectations, which :mod:`tasks.validate.expectations` runs them with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from schemas.tables import TABLES, Table

Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True)
class Expectation:
    """One expectation: the name of its Great Expectations class, its arguments, its severity."""

    kind: str
    severity: Severity
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def column(self) -> str | None:
        """The column it speaks of; None when it speaks of several."""
        return self.arguments.get("column")


@dataclass(frozen=True)
class Suite:
    """The expectations of one frame."""

    name: str
    expectations: tuple[Expectation, ...]


def derived(table: Table, within: str | None = None) -> list[Expectation]:
    """What the columns' descriptions demand of a frame: presence, vocabulary, bounds, and a unique key.

    ``within``: a column of the frame that is part of the key before groups are put together.
    """
    found = []
    for column in table.columns:
        described = column.field
        if not column.nullable:
            found.append(Expectation("ExpectColumnValuesToNotBeNull", "critical", {"column": column.name}))
        if described.one_of is not None:
            values = {"column": column.name, "value_set": list(described.one_of)}
            found.append(Expectation("ExpectColumnValuesToBeInSet", "critical", values))
        if described.ge is not None or described.le is not None:
            bounds = {"column": column.name, "min_value": described.ge, "max_value": described.le}
            found.append(Expectation("ExpectColumnValuesToBeBetween", "critical", bounds))
    found.append(_unique((within, *table.key) if within else table.key))
    return found


def _unique(key: tuple[str, ...]) -> Expectation:
    if len(key) == 1:
        return Expectation("ExpectColumnValuesToBeUnique", "critical", {"column": key[0]})
    return Expectation("ExpectCompoundColumnsToBeUnique", "critical", {"column_list": list(key)})


def _ordered(later: str, earlier: str, severity: Severity = "critical") -> Expectation:
    """Where both are there, ``later`` is not before ``earlier``."""
    arguments = {
        "column_A": later,
        "column_B": earlier,
        "or_equal": True,
        "ignore_row_if": "either_value_is_missing",
    }
    return Expectation("ExpectColumnPairValuesAToBeGreaterThanB", severity, arguments)


_MEMBERSHIP = TABLES["core.fact_membership"]
_MEMBER_MONTH = TABLES["core.fact_member_month"]
_INDICATOR = TABLES["core.fact_indicator"]

#: All suites by the name of their frame.
SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite(
            "files",
            (
                Expectation("ExpectColumnValuesToNotBeNull", "critical", {"column": "file_id"}),
                Expectation(
                    "ExpectCompoundColumnsToBeUnique", "critical", {"column_list": ["group_id", "file_id"]}
                ),
                # every line of a file belongs to a message, an event, a continuation, or is rejected
                Expectation(
                    "ExpectColumnValuesToBeBetween",
                    "critical",
                    {"column": "n_unaccounted_lines", "min_value": 0, "max_value": 0},
                ),
                Expectation(
                    "ExpectColumnValuesToBeBetween",
                    "warning",
                    {"column": "rejected_share", "max_value": 0.05},
                ),
                _ordered("last_date", "first_date"),
            ),
        ),
        Suite(
            "daily_messages",
            (
                Expectation(
                    "ExpectCompoundColumnsToBeUnique", "critical", {"column_list": ["group_id", "date"]}
                ),
                Expectation(
                    "ExpectColumnValuesToBeBetween", "critical", {"column": "n_messages", "min_value": 1}
                ),
                Expectation(
                    "ExpectColumnValuesToBeBetween", "warning", {"column": "n_messages", "max_value": 20_000}
                ),
                _ordered("n_messages", "n_senders"),
            ),
        ),
        # each group of a community describes its people; loading keeps one description of a person
        Suite(
            "members",
            (*derived(TABLES["core.dim_member"], within="group_id"), _ordered("valid_to", "valid_from")),
        ),
        Suite("memberships", (*derived(_MEMBERSHIP), _ordered("to_date", "from_date"))),
        Suite(
            "member_months",
            (
                *derived(_MEMBER_MONTH),
                _ordered("covered_days", "present_days"),
                _ordered("turns", "text_turns"),
            ),
        ),
        Suite(
            "indicators",
            (
                *derived(_INDICATOR),
                _ordered("ci_high", "value", "warning"),
                _ordered("value", "ci_low", "warning"),
                _ordered("n_hi", "n_lo"),
                # zero is a value, NULL an absence: a value is there exactly when the status says so
                Expectation(
                    "ExpectColumnValuesToBeInSet",
                    "critical",
                    {"column": "is_value_as_status_says", "value_set": [True]},
                ),
            ),
        ),
    )
}
