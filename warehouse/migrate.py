"""Bringing a warehouse to the newest version of its tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    import sqlalchemy as sa
    from alembic.config import Config


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def newest() -> str:
    """The revision that this version of the product needs."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("the product has lost its migrations")
    return head


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Run the missing migrations on an open connection; its transaction holds them all.

    Raises:
        ConfigurationError: a newer version of the product has migrated the warehouse already.
    """
    from alembic import command
    from alembic.util import CommandError

    if (
        connection.dialect.name == "duckdb"
    ):  # the driver tells Alembic of itself only if that was there before it
        import duckdb_sqlalchemy.alembic_impl  # noqa: F401 - imported for what it registers
    connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS ops")
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError:
        raise ConfigurationError(
            "the warehouse is not of a version this product knows", next_step="install the newest version"
        ) from None
