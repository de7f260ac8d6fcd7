"""The text of ``indicators.toml``; small, so that codes can be had without the registry's models."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def entries() -> tuple[dict[str, Any], ...]:
    """The definitions as they are written, in the order of the catalogue."""
    text = resources.files("schemas").joinpath("indicators.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["indicator"])


#: All codes of the catalogue, in its order; a code may have several versions.
CODES: tuple[str, ...] = tuple(dict.fromkeys(str(entry["code"]) for entry in entries()))
