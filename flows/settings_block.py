"""Settings kept in a Prefect block: the last resort, behind environment and ``settings.toml``.

Save one as ``default`` under the type *Solidarity settings*; its fields are encrypted in Prefect's database.
"""

from __future__ import annotations

import os
from pathlib import Path

from prefect.blocks.core import Block
from pydantic import SecretStr

from warehouse.settings import PREFIX, stated_settings

NAME = "default"


class SolidaritySettings(Block):
    """Secrets of an installation that are not to lie on the worker's disk."""

    _block_type_name = "Solidarity settings"
    _block_type_slug = "solidarity-settings"

    warehouse_url: SecretStr | None = None
    pseudonym_key: SecretStr | None = None
    vault_key: SecretStr | None = None


def apply_block(home: Path) -> None:
    """Put what the block holds and nothing else states into this process's environment."""
    try:
        block = SolidaritySettings.load(NAME)
    except ValueError:  # nobody saved one
        return
    stated = stated_settings(home)
    for name in ("warehouse_url", "pseudonym_key", "vault_key"):
        value: SecretStr | None = getattr(block, name)
        if value is not None and name not in stated:
            os.environ[PREFIX + name.upper()] = value.get_secret_value()
