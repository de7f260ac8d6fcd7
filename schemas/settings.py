"""Settings of one installation. Where they are read from stands in :mod:`warehouse.settings`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Settings(BaseModel):
    """What an engineer may set; environment first, then ``settings.toml``, then a Prefect block.

    The environment's names are these in capitals after ``SOLIDARITY_``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    home: Path = Field(default=Path("var"), description="Folder of landing, vault, warehouse and releases")
    warehouse_url: str | None = Field(
        default=None, description="SQLAlchemy URL; without it a DuckDB file in home"
    )
    pseudonym_key: SecretStr | None = Field(default=None, description="Key of pseudonyms, at least 32 bytes")
    vault_key: SecretStr | None = Field(default=None, description="Key that encrypts the vault at rest")
    dask: str | None = Field(default=None, description="Address of a Dask scheduler, tcp://...")
    batch_groups: int = Field(default=10, ge=1, description="Groups that one task works on")
    max_file_mib: int = Field(default=512, ge=1, description="Largest file, unpacked, in MiB")
    minimum_group_n: int = Field(
        default=20, ge=20, description="Least members for published rows; may only be raised"
    )

    @property
    def database_url(self) -> str:
        """The warehouse's SQLAlchemy URL, the default filled in."""
        return self.warehouse_url or f"duckdb:///{self.home.absolute() / 'warehouse.duckdb'}"
