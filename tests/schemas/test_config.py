"""groups.toml and settings: everything has a default, what cannot be is named without its value."""

import datetime as dt
from pathlib import Path

import pytest

from schemas.config import Group, read_landing
from schemas.errors import ConfigurationError
from warehouse.settings import load_settings

FULL = """
[study]
name = "Solidaritas Kamaliyah"
controller = "a university"
contact = "an office"
clearance = "2024/1"
valid_until = 2027-12-31
[groups.kamaliyah-bandung]
name = "Kamaliyah Bandung"
date_order = "dmy"
unknown_consent = "aggregate"
community = "kamaliyah"
continues = "kamaliyah-lama"
selling_allowed = true
symbols = ["Kamaliyah", "Al-Hikam"]
bots = ["+6281"]
participants = [{ date = 2024-03-31, n = 57 }]
[groups.kamaliyah-bandung.exporters.siti]
match = "*siti*"
admin_from = 2023-01-01
timezone = "Asia/Makassar"
[[groups.kamaliyah-bandung.shocks]]
name = "flood"
date = 2024-02-10
[[groups.kamaliyah-bandung.breaks]]
kind = "admins_only"
from = 2024-05-01
to = 2024-05-20
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "groups.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_that_can_be_declared(tmp_path: Path) -> None:
    landing = read_landing(write(tmp_path, FULL))
    group = landing.group("kamaliyah-bandung")
    assert landing.study is not None
    assert landing.study.retention_days == 90
    assert group.timezone == "Asia/Jakarta"
    assert group.exporters["siti"].timezone == "Asia/Makassar"
    assert group.breaks[0].from_date == dt.date(2024, 5, 1)
    assert landing.community_of("kamaliyah-bandung") == "kamaliyah"
    assert landing.community_of("another") == "another"


def test_without_the_file_everything_has_its_default(tmp_path: Path) -> None:
    assert read_landing(tmp_path / "groups.toml").group("any") == Group()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[groups.g]\ntimezone = "Mars/Canary"', "groups.g.timezone"),
        ('[groups.g]\ncanary = "Canary"', "groups.g.(unknown key)"),
        ("[groups.g.exporters.Canary]\nmatch = 1", "groups.g.exporters.(unknown key).match"),
        ('[groups.g]\ndate_order = "Canary"', "groups.g.date_order"),
        ("[groups.g\n", "syntax"),
    ],
)
def test_an_error_names_the_place_and_not_the_value(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_landing(write(tmp_path, text))
    assert place in str(refused.value)
    assert "Canary" not in str(refused.value)
    assert refused.value.exit_code == 2


def test_the_environment_outranks_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "settings.toml").write_text('batch_groups = 5\nwarehouse_url = "duckdb:///file.duckdb"\n')
    monkeypatch.setenv("SOLIDARITY_BATCH_GROUPS", "7")
    settings = load_settings(home)
    assert (settings.batch_groups, settings.warehouse_url) == (7, "duckdb:///file.duckdb")


def test_a_setting_may_tighten_disclosure_and_never_loosen_it(home: Path) -> None:
    (home / "settings.toml").write_text("minimum_group_n = 5\n")
    with pytest.raises(ConfigurationError, match="minimum_group_n"):
        load_settings(home)
