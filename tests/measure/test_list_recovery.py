"""Activities, participants and amounts of the simulator come back out of the exports, with forks, nicknames, slips."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.measure.list_recovery import Score, recover

LEAST = 0.98
_DAY_SEEDS, _NIGHT_SEEDS = range(41, 43), range(101, 121)


def _scored(seeds: range, folder: Path) -> Score:
    score = Score()
    for seed in seeds:
        recover(seed, folder / str(seed), score)
    return score


def _check(score: Score) -> None:
    for what in ("activities", "participants", "amounts", "statuses", "paid", "proxies"):
        assert score.precision(what) >= LEAST, what
        assert score.recall(what) >= LEAST, what


def test_two_seeds(tmp_path: Path) -> None:
    score = _scored(_DAY_SEEDS, tmp_path)
    _check(score)
    assert score.true["participants"] > 300


@pytest.mark.nightly
def test_twenty_seeds(tmp_path: Path) -> None:
    score = _scored(_NIGHT_SEEDS, tmp_path)
    _check(score)
    for what in ("guests", "dates"):
        assert min(score.precision(what), score.recall(what)) >= 0.95, what
    assert score.true["amounts"] > 800
