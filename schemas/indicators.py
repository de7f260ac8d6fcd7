"""The indicator registry: every code of the catalogue with its definition, read from ``indicators.toml``.

A definition says what is measured, over which window, with which interval, from how much evidence and
with which threats. The function that computes it stands in ``tasks/measure/indicators``.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from schemas.catalogue import entries
from schemas.vocabulary import FACET_LETTERS


def _in_indonesian() -> Any:
    """A translation: left out of dumps and so of every hash, since no number rests on it."""
    return Field(exclude=True, min_length=1)


class Indicator(BaseModel):
    """One definition of one indicator or composite; words in English, and in Indonesian under ``*_id``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    number: int | None = None
    def_version: int = 1
    facet: str
    name_en: str
    name_id: str
    formula: str
    formula_id: str = _in_indonesian()
    unit: str
    unit_id: str = _in_indonesian()
    range_low: float | None = None
    range_high: float | None = None
    direction: Literal["+", "-", "type axis", "ambiguous", "0 = equal"]
    minimum_n: str
    minimum_n_id: str = _in_indonesian()
    ci_kind: str
    window_months: int = Field(ge=1)
    look_back_months: int = Field(ge=0)
    look_ahead_months: int = Field(ge=0)
    needs_coverage_95: bool = False
    uses_n: bool = False  # N stands in it: partial where n_hi / n_lo is above 1.1
    is_optional: bool = False
    is_single_person: bool = False
    is_sensitive: bool = False
    is_composite: bool = False
    blocked_by_admins_only: bool = False
    params: dict[str, float] = {}
    threats: str
    threats_id: str = _in_indonesian()
    source: str
    components: tuple[str, ...] = ()
    lexicon: tuple[str, ...] = ()  # categories of the word list whose hits are counted in it

    @property
    def params_hash(self) -> str:
        """12 hex digits over the parameters and the window."""
        content = {
            "params": self.params,
            "window_months": self.window_months,
            "def_version": self.def_version,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


@cache
def definitions() -> tuple[Indicator, ...]:
    """Every version of every definition, in the order of the catalogue, older versions first.

    A changed formula, window or parameter is a new block of the catalogue with the same code and the next
    ``def_version``; the old block stays, so that both are computed and a break is seen.
    """
    found = [
        Indicator.model_validate({**entry, "facet": FACET_LETTERS[entry["facet"]]}) for entry in entries()
    ]
    place = {spec.code: i for i, spec in reversed(list(enumerate(found)))}
    return tuple(sorted(found, key=lambda spec: (place[spec.code], spec.def_version)))


@cache
def registry() -> dict[str, Indicator]:
    """The newest definitions by code, in the order of the catalogue."""
    return {spec.code: spec for spec in definitions()}  # the newest version of a code comes last


def newest(rows: pl.DataFrame) -> pl.DataFrame:
    """Of rows with ``code`` and ``def_version``, those of the newest definitions."""
    current = pl.DataFrame(
        {"code": list(registry()), "def_version": [spec.def_version for spec in registry().values()]},
        schema={"code": pl.String, "def_version": rows.schema["def_version"]},
    )
    return rows.join(current, on=["code", "def_version"], how="semi", maintain_order="left")


def definitions_hash() -> str:
    """12 hex digits over all definitions."""
    content = [definition.model_dump(mode="json") for definition in definitions()]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
