"""Names and titles, from the shipped data file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def _shipped() -> dict[str, list[str]]:
    text = files("tasks.simulate").joinpath("names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def names(kind: str) -> tuple[str, ...]:
    """All names or titles of one kind, such as ``men`` or ``offices``."""
    return tuple(_shipped()[kind])
