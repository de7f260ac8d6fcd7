"""Specs that are documents: one TOML file per code in ``specs/``, run by pytest and printed by ``document``.

A spec holds cases. A case is a toy group in ASCII tables, the reasoning in English and Indonesian that works
its number out by hand, and what must be read back from the warehouse. ``like`` names an earlier case of the
file (or ``code/case`` of another) whose group it takes over but for what it says itself. A formula is a bare
function of the product with arguments small enough for a pencil.

Numbers: whole numbers and fractions in quotes (``"7/20"``) are exact, a decimal is right to its last digit.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tasks.measure.indicators import IndicatorInputs
from tests.spec import toygroup
from tests.spec.toytables import rows

SPECS = Path(__file__).parent / "specs"
Number = int | Decimal | str


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Expectation(_Strict):
    """What is read back of one month, by default the last, or of a companion (``detail``) in it."""

    month: str | None = None
    detail: str | None = None
    value: Number | None = None
    between: tuple[Number, Number] | None = None  # where chance enters: the value lies here
    ci: tuple[Number, Number] | Literal["around", "none"] | None = None
    ci_kind: str | None = None
    n_num: Number | None = None
    n_den: Number | None = None
    n_lo: Number | None = None
    n_hi: Number | None = None
    status: str = "ok"
    research: Literal["suppressed"] | None = None  # else research shows what the core holds
    in_research: Number | None = None  # a composite made anew there, without its hidden components
    missing: bool = False  # there is no such row


class Toy(_Strict):
    """A toy group; tables as in :mod:`tests.spec.toytables`."""

    members: str = ""
    months: str = ""  # '2023-06' or '2023-01 2023-03': first and last
    turns: str = ""
    ties: str = ""
    activities: str = ""
    entries: str = ""
    events: str = ""
    campaigns: str = ""
    committed: str = ""
    news: str = ""
    mentions: str = ""
    presence: str = ""
    memberships: str = ""
    people: str = ""
    phones: str = ""
    uncovered: str = ""
    presumed: str = ""
    rosters: tuple[dt.date, ...] | None = None
    declared: dict[str, Any] = {}
    history_start: dt.date | None = None
    n_is_known: bool = True


class Case(Toy):
    """One group, the reasoning about it, and what comes out."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    like: str | None = None
    oracle: bool = False  # its number is the one that the catalogue names
    en: str
    id: str
    expect: tuple[Expectation, ...]


class Formula(_Strict):
    """A bare function on numbers: ``module.function`` below ``tasks.measure``."""

    oracle: bool = False
    function: str
    given: tuple[Any, ...]
    gives: Any
    en: str
    id: str


class Spec(_Strict):
    """All cases and formulas of one code."""

    code: str
    case: tuple[Case, ...]
    formula: tuple[Formula, ...] = ()

    def named(self, name: str) -> Case:
        """One case."""
        return next(case for case in self.case if case.name == name)


def read(path: Path) -> Spec:
    """One spec from its file, whose name is the code."""
    found = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return Spec.model_validate({"code": path.stem, **found})


@cache
def specs(folder: Path = SPECS) -> dict[str, Spec]:
    """All specs by code."""
    return {path.stem: read(path) for path in sorted(folder.glob("*.toml"))}


def _lineage(spec: Spec, case: Case, folder: Path) -> list[Case]:
    """The case and those it takes over from, the oldest first."""
    line = [case]
    while line[0].like:
        code, slash, name = line[0].like.rpartition("/")
        spec = specs(folder)[code] if slash else spec
        line.insert(0, spec.named(name))
    return line


def own(case: Case) -> dict[str, Any]:
    """What a case says of its group itself."""
    return {name: getattr(case, name) for name in Toy.model_fields if name in case.model_fields_set}


def toy_of(spec: Spec, case: Case, folder: Path = SPECS) -> Toy:
    """The case's group with what it takes over."""
    parts: dict[str, Any] = {}
    for one in _lineage(spec, case, folder):
        parts |= own(one)
    return Toy.model_validate(parts)


def plain(value: Any) -> Any:
    """Decimals as floats, throughout."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


_TABLES = {
    "turns": "turns_table",
    "ties": "ties_table",
    "activities": "activities_table",
    "entries": "entries_table",
    "events": "events_table",
    "campaigns": "campaigns_table",
    "committed": "committed_table",
    "news": "news_table",
    "mentions": "mentions_table",
    "presence": "present",
    "memberships": "spans_table",
    "phones": "phones",
    "uncovered": "uncovered",
    "presumed": "presumed",
}


def build(toy: Toy, name: str) -> IndicatorInputs:
    """The toy's facts under a group name of its own."""
    first, _, last = toy.months.partition(" ")
    tables = {target: getattr(toy, field) for field, target in _TABLES.items() if getattr(toy, field)}
    return toygroup.group(
        toy.members,
        months=(first, last or first),
        known=_people(toy.people),
        declared=plain(toy.declared),
        history_start=str(toy.history_start) if toy.history_start else None,
        roster_dates=None if toy.rosters is None else tuple(map(str, toy.rosters)),
        n_is_known=toy.n_is_known,
        group_id=name,
        **tables,
    )


def _people(table: str) -> dict[str, dict[str, Any]]:
    """``who | origin_region | cohort | role | is_on_roster ...``: what the roster says of people."""
    found = {}
    for row in rows(table) if table else []:
        row = {name: cell for name, cell in row.items() if cell}
        found[row.pop("who")] = {name: _attribute(cell) for name, cell in row.items()}
    return found


def _attribute(cell: str) -> Any:
    if cell in ("yes", "no"):
        return cell == "yes"
    return int(cell) if cell.isdigit() else cell


def exact(number: Number) -> float:
    """A number as written."""
    return float(Fraction(number)) if isinstance(number, str) else float(number)


def tolerance(number: Number) -> float:
    """How far a computed number may lie from the one written: half of a decimal's last digit."""
    if isinstance(number, Decimal):
        return 0.5 * 10.0 ** int(number.as_tuple().exponent) + 1e-12
    return 1e-9 * max(1.0, abs(exact(number)))
