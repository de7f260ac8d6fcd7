"""What the expectations found reaches the warehouse, also when a run dies before its load is through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e import stagewise
from tests.retention import by_hand
from warehouse.engine import Warehouse
from warehouse.workspace import Workspace

pytestmark = pytest.mark.e2e


def _results(warehouse: Warehouse) -> int:
    return int(warehouse.read("SELECT count(*) FROM ops.validation_result").item())


def test_the_next_run_makes_anew_what_a_dead_one_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLIDARITY_HOME", str(tmp_path))

    def dies(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stagewise, "take_snapshot", dies)
        with pytest.raises(KeyboardInterrupt):
            by_hand.write(tmp_path, [])
    stagewise.drive(by_hand.MONTH)
    warehouse = Warehouse(Workspace.open(tmp_path).settings.database_url)
    found = _results(warehouse)
    assert found > 50
    stagewise.drive(by_hand.MONTH)
    assert _results(warehouse) == found, "what is known to be sound is not looked at again"
