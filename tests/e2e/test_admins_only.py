"""An export in which only admins may write for some days: what cannot be said of that month is not said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.stagewise import drive
from tests.rights.written import ORDINARY, STUDY, put
from warehouse.keys import generate
from warehouse.query import query
from warehouse.workspace import Workspace

pytestmark = pytest.mark.e2e

_PEOPLE = tuple(
    f"{one} {two}" for one in ("Asep", "Dewi", "Euis", "Jajang") for two in ("Ardi", "Bima", "Caka")
)
_CLOSED, _OPENED = (2, 5), (2, 20)
_LINES = {
    _CLOSED: "mengubah setelan grup ini untuk mengizinkan hanya admin yang dapat mengirim pesan ke grup ini",
    _OPENED: "mengubah setelan grup ini untuk mengizinkan semua peserta mengirim pesan ke grup ini",
}


def _export(who_closes: str) -> str:
    """January to March of 2024; from the 5th to the 20th of February only the admin writes."""
    lines = [f'01/01/2024 07.01 - {_PEOPLE[0]} membuat grup "Uji"']
    lines += [f"01/01/2024 07.02 - {_PEOPLE[0]} menambahkan {one}" for one in _PEOPLE[1:]]
    for month, days in ((1, 31), (2, 29), (3, 31)):
        for day in range(2, days + 1):
            if (month, day) in _LINES:
                lines.append(f"{day:02d}/{month:02d}/2024 07.30 - {who_closes} {_LINES[month, day]}")
            closed = _CLOSED <= (month, day) < _OPENED
            lines += [
                f"{day:02d}/{month:02d}/2024 08.{turn * 7:02d} - "
                f"{_PEOPLE[0 if closed else (day * 5 + turn * 7) % len(_PEOPLE)]}: {ORDINARY[turn].format(n=day)}"
                for turn in range(4)
            ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("who_closes", [_PEOPLE[0], "Anda"])
def test_what_rests_on_everybody_writing_is_not_said_of_a_month_in_which_only_admins_may(
    who_closes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLIDARITY_HOME", str(tmp_path))
    generate(tmp_path / "vault" / "pseudonym.key")
    roster = "No Anggota,Nama\n" + "".join(f"U-{at:02d},{name}\n" for at, name in enumerate(_PEOPLE, 1))
    files = {"groups.toml": STUDY, "uji/exports/Chat WhatsApp 2024-04-03.txt": _export(who_closes)}
    put(tmp_path, files | {"uji/rosters/roster-2023-12.csv": roster})
    drive("2024-03")
    warehouse = Workspace.open(tmp_path).settings.database_url
    status = query(
        warehouse,
        "select month, status from core.fact_indicator where code = 'active_member_share' order by month",
        schema="core",
    )
    assert status["status"].to_list() == ["ok", "not_applicable", "ok"]
    flags = query(warehouse, "select month, is_admins_only from research.group_month_regime order by month")
    assert flags["is_admins_only"].to_list() == [False, True, False]
