"""Planted truths get the right words, and no change seldom gets one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

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


def test_alarms_are_pooled_over_communities() -> None:
    """1 of 2, 0 of 2 and 2 of 4 alarm: 3 of 8. Residuals .25, -.75, .5; s.e. (.875 x 3/2)^.5 / 8 = .143; t(2) 4.30."""
    alarms = [
        {"a": True, "b": False},
        {"a": False, "b": False},
        {"a": True, "b": True, "c": False, "d": False},
    ]
    assert communities.pooled(alarms) == "3 of 8: 0.375 [0.000, 0.991]"
    assert communities.pooled(alarms[:1]) == "1 of 2: 0.500"


def test_a_family_alarms_with_any_of_its_codes() -> None:
    alarms = [{"ei_region": False, "ei_cohort": True, "we_share": False}]
    (found,) = communities.by_family(alarms)
    assert sorted(found.values()) == [False, True]


@pytest.mark.nightly
def test_planted_truths_of_whole_communities_get_the_right_words() -> None:
    """Five seeds of each; docs/trends.md states twenty."""
    planted = ("no change", "decline", "drift", "shock")
    found = {truth: communities.verdicts(truth, range(1, 6)) for truth in planted}

    def right(truth: str, code: str, word: str) -> int:
        return sum(communities.plain(one.trend[code]) == word for one in found[truth])

    assert right("decline", "tie_reciprocity", "falling") >= 4
    assert right("drift", "ei_cohort", "falling") >= 4
    struck = [one.shock["active_member_share"] for one in found["shock"]]
    assert sum(word == "dropped: recovered" for word in struck) >= 4
    # 10 % of families nominally, and so at most 10 % of codes: no more than chance makes of that in 1 of 1000 nights
    of_codes = communities.false_alarms(found["no change"])
    for alarms in (of_codes, communities.by_family(of_codes)):
        told = [alarm for one in alarms for alarm in one.values()]
        assert sum(told) <= binom.ppf(0.999, len(told), 0.10)
