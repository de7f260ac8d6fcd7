"""A home of one group with two of three months measured; each test gets a copy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tasks.run import format_month
from tasks.simulate import SimulationPlan, simulate, write_groups_toml, write_month
from tasks.simulate.community import Community
from tests.e2e.stagewise import drive
from warehouse.keys import generate
from warehouse.workspace import Workspace

MONTHS = 3


@dataclass(frozen=True)
class Place:
    """A measured home and the community it was made from."""

    workspace: Workspace
    community: Community

    @property
    def group_id(self) -> str:
        (group_id,) = sorted(self.community.groups)
        return group_id

    def month(self, number: int) -> str:
        return format_month(self.community.month_starts[number])

    def grow(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The next month's exports come in, the months before in them, and are measured."""
        monkeypatch.setenv("SOLIDARITY_HOME", str(self.workspace.home))
        write_month(self.community, self.workspace.landing, self.community.month_starts[-1])
        drive(self.month(-1))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Community]:
    home = tmp_path_factory.mktemp("original") / "home"
    community = simulate(SimulationPlan(groups=1, members=24, months=MONTHS, messages_per_month=160, seed=7))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PSEUDONYM_KEY", "VAULT_KEY", "WAREHOUSE_URL"):
            patch.delenv(f"SOLIDARITY_{name}", raising=False)
        patch.setenv("SOLIDARITY_HOME", str(home))
        generate(home / "vault" / "pseudonym.key")
        write_groups_toml(community, home / "landing")
        for month in community.month_starts[:-1]:
            write_month(community, home / "landing", month)
        drive(format_month(community.month_starts[-2]))
    return home, community


@pytest.fixture
def place(original: tuple[Path, Community], home: Path) -> Place:
    shutil.copytree(original[0], home, dirs_exist_ok=True)
    return Place(Workspace.open(home), original[1])
