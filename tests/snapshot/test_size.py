"""Monthly snapshots cost what they changed: twice the size of one, plus the changes, is not passed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.snapshots import measured


@pytest.mark.parametrize(("groups", "months"), [(5, 8), pytest.param(100, 60, marks=pytest.mark.nightly)])
def test_snapshots_stay_within_twice_one_plus_the_changes(tmp_path: Path, groups: int, months: int) -> None:
    found = measured(tmp_path, groups, months)
    assert found["many"] <= 2 * found["one"] + found["changes"], found
