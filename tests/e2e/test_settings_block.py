"""A Prefect block fills what neither environment nor settings.toml states."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

KEY, OTHER = "k1" * 5 + "abcdefghijklmnopqrstuvwxyz", "k2" * 5 + "abcdefghijklmnopqrstuvwxyz"


def test_the_block_is_the_last_resort(
    home: Path, prefect_server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.settings_block import SolidaritySettings, apply_block
    from warehouse.settings import load_settings

    apply_block(home)  # without a block nothing happens
    assert load_settings(home).pseudonym_key is None
    SolidaritySettings(pseudonym_key=SecretStr(KEY), vault_key=SecretStr(OTHER)).save(
        "default", overwrite=True
    )
    monkeypatch.setenv("SOLIDARITY_VAULT_KEY", "stated in the environment, long enough")
    monkeypatch.setitem(os.environ, "SOLIDARITY_PSEUDONYM_KEY", "")
    try:
        apply_block(home)
    finally:
        SolidaritySettings.delete("default")
    settings = load_settings(home)
    assert settings.pseudonym_key is not None
    assert settings.pseudonym_key.get_secret_value() == KEY
    assert settings.vault_key is not None
    assert settings.vault_key.get_secret_value().startswith("stated")
