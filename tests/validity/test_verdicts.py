"""Planted truths get the right words, and no change seldom gets one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.validity import communities, trends


def _words(months: int, phi: float, plant: trends.Plant, series: int = 60) -> list[str]:
    values = trends.noise(np.random.default_rng([5, months]), series, months, phi)
    return trends.words(values + plant(np.arange(float(months))))


def test_no_change_is_seldom_called_one() -> None:
    """q is p here, one code a family: 10 % nominal; the bound is that plus three standard errors of 60."""
    words = _words(36, 0.3, trends.decline(0, 0))
    assert sum(word in ("rising", "falling") for word in words) / 60 <= 0.10 + 3 * (0.1 * 0.9 / 60) ** 0.5


def test_a_clear_decline_from_a_third_on_is_called_falling() -> None:
    words = _words(60, 0.3, trends.decline(0.10, 1 / 3))
    assert sum(word == "falling" for word in words) >= 57


def test_too_short_a_history_gets_no_word() -> None:
    assert set(_words(23, 0.0, trends.decline(1.0, 0), 5)) == {"too short to tell"}


@pytest.mark.nightly
def test_planted_truths_of_whole_communities_get_the_right_words() -> None:
    """Five seeds of each; docs/trends.md states twenty."""
    found = {truth: communities.verdicts(truth, range(1, 6)) for truth in communities.TRUTHS}

    def right(truth: str, code: str, word: str) -> int:
        return sum(communities.plain(one.trend[code]) == word for one in found[truth])

    assert right("decline", "tie_reciprocity", "falling") >= 4
    assert right("drift", "ei_cohort", "falling") >= 4
    struck = [one.shock["active_member_share"] for one in found["shock"]]
    assert sum(word == "dropped: recovered" for word in struck) >= 4
    tested = [communities.plain(word) for one in found["no change"] for word in one.trend.values()]
    tested = [word for word in tested if word in (*communities.CHANGED, "no clear change")]
    # 10 % nominal; docs/trends.md found .13 [.08, .18]: who is there changes, though nobody's behaviour does
    assert sum(word in communities.CHANGED for word in tested) / len(tested) <= 0.20
