"""Files that people declare things in: TOML read into a model, faults told by their place and never by their value."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from schemas.errors import ConfigurationError

M = TypeVar("M", bound=BaseModel)
Place = Callable[[tuple[int | str, ...]], str]


def read_declared(path: Path, model: type[M], place: Place) -> M:
    """Read a TOML file; without it everything has its default.

    ``place`` puts the location of a fault into words that hold nothing a curator typed.

    Raises:
        ConfigurationError: the file is no TOML or declares what cannot be; names the place, not the value.
    """
    if not path.exists():
        return model()
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ConfigurationError(f"{path.name} is not valid TOML", next_step="mend its syntax") from None
    except ValidationError as error:
        places = sorted({place(problem["loc"]) for problem in error.errors()})
        raise ConfigurationError(
            f"{path.name} declares what cannot be",
            next_step=f"see {', '.join(places)}",
            problems=error.error_count(),
        ) from None
