"""Where settings come from: environment, then ``settings.toml`` in the home (a Prefect block fills the rest)."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from pydantic import ValidationError

from schemas.errors import ConfigurationError
from schemas.settings import Settings
from warehouse.storage import refuse_url

PREFIX = "SOLIDARITY_"


def load_settings(home: Path | None = None) -> Settings:
    """The settings in force.

    Args:
        home: given on the command line; outranks ``SOLIDARITY_HOME``.

    Raises:
        ConfigurationError: a setting is unknown or has a value that cannot be; names it, not its value.
    """
    folder = home or Path(os.environ.get(f"{PREFIX}HOME") or "var")
    refuse_url(folder)
    values = {**stated_settings(folder), "home": folder.absolute()}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        names = sorted({str(problem["loc"][0]) for problem in error.errors()})
        raise ConfigurationError(
            "a setting cannot be used",
            next_step=f"see {', '.join(names)} in settings.toml or the environment",
        ) from None


def stated_settings(home: Path) -> dict[str, object]:
    """What environment and ``settings.toml`` state, the environment first."""
    environment = {
        name: os.environ[PREFIX + name.upper()]
        for name in Settings.model_fields
        if os.environ.get(PREFIX + name.upper())
    }
    return {**_file(home / "settings.toml"), **environment}


def _file(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ConfigurationError("settings.toml is not valid TOML", next_step="mend its syntax") from None
