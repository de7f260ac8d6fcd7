"""One column: what it holds, in which unit, what a valid value is, how near it is to a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Sensitivity(StrEnum):
    """How near a column is to a person."""

    PUBLIC = "public"  # reference data and definitions
    GROUP = "group"  # figures of a whole group, subject to disclosure control
    PSEUDONYMOUS = "pseudonymous"  # about one person under a pseudonym; never leaves core but to enclave
    OPERATIONAL = "operational"  # about runs and files
    PERSONAL = "personal"  # names, numbers, texts, file names: vault only


@dataclass(frozen=True, slots=True)
class Field:
    """One column: what it holds, in which unit, and what a valid value is."""

    name: str
    dtype: pl.DataType
    meaning: str
    unit: str | None = None
    ge: float | None = None
    le: float | None = None
    one_of: tuple[str, ...] | None = None
    pattern: str | None = None
    sensitivity: Sensitivity = Sensitivity.GROUP
    subject: bool = False

    def __post_init__(self) -> None:
        if self.subject and self.sensitivity not in (Sensitivity.PSEUDONYMOUS, Sensitivity.PERSONAL):
            raise ValueError(f"{self.name}: a column that points at a person cannot be {self.sensitivity}")


I64, I32, F64, TEXT, BOOL, DATE = pl.Int64(), pl.Int32(), pl.Float64(), pl.String(), pl.Boolean(), pl.Date()
INSTANT = pl.Datetime("us")
PUBLIC, OPERATIONAL, PSEUDONYMOUS, PERSONAL = (
    Sensitivity.PUBLIC,
    Sensitivity.OPERATIONAL,
    Sensitivity.PSEUDONYMOUS,
    Sensitivity.PERSONAL,
)


def count(name: str, meaning: str, unit: str, sensitivity: Sensitivity = Sensitivity.GROUP) -> Field:
    """A whole number from zero up."""
    return Field(name, I64, meaning, unit, ge=0, sensitivity=sensitivity)


def share(name: str, meaning: str, sensitivity: Sensitivity = Sensitivity.GROUP) -> Field:
    """A number between zero and one."""
    return Field(name, F64, meaning, "share", ge=0, le=1, sensitivity=sensitivity)
