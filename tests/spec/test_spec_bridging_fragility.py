"""Facets R and F by example."""

import networkx as nx
import numpy as np
import pytest

from tasks.measure.indicators.bridging import parity
from tasks.measure.indicators.donations import gini
from tasks.measure.indicators.fragility import core_half, resampled_core_half, resampled_gini
from tasks.measure.indicators.networks import key_person_left_out
from tests.spec.toygroup import cell, detail, group

JUNE = ("2023-06", "2023-06")
QUARTER = ("2023-01", "2023-03")
TALK10 = "who|when\n" + "\n".join(f"m{i}|2023-06-03 08:{i:02}" for i in range(1, 11))

#: a b c of the south, d e f of the north, six turns to each tie, and two more of each region who only talk.
TIES = """
from | to | day        | times
m1   | m2 | 2023-06-01 | 6
m2   | m3 | 2023-06-02 | 6
m1   | m4 | 2023-06-03 | 6
m4   | m5 | 2023-06-04 | 6
m3   | m6 | 2023-06-05 | 6
"""
REGIONS = {
    "m1-m3 m7 m8": {"origin_region": "S", "cohort": 2010},
    "m4-m6 m9 m10": {"origin_region": "N", "cohort": 2016},
}


def test_ei_region__bonding():
    """Two of five ties cross: EI = -0.2; by chance 0.2; excess -0.4."""
    toy = group("m1-m10", months=JUNE, turns_table=TALK10, ties_table=TIES, known=REGIONS)
    row = cell(toy, "ei_region")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(-0.2), 12, 30, "ok")
    assert detail(toy, "ei_region", "expected")["value"] == pytest.approx(0.2)
    assert detail(toy, "ei_region", "excess")["value"] == pytest.approx(-0.4)
    assert row["ci_low"] <= row["value"] <= row["ci_high"]


def test_ei_region__unknown_regions_are_left_out_and_told():
    """Without a region for f the tie c-f drops out: one of four crosses, EI = -0.5; a fifth of the
    weight unknown.
    """
    known = {"m1-m3 m7 m8": {"origin_region": "S"}, "m4 m5 m9 m10": {"origin_region": "N"}, "m6": {}}
    ties = TIES.replace("| 6", "| 9")
    talk = TALK10 + "\nm11|2023-06-03 09:00"
    toy = group(
        "m1-m11",
        months=JUNE,
        turns_table=talk,
        ties_table=ties,
        known={**known, "m11": {"origin_region": "N"}},
    )
    assert cell(toy, "ei_region")["value"] == pytest.approx(-0.5)
    assert detail(toy, "ei_region", "unknown")["value"] == pytest.approx(0.2)


def test_ei_region__one_region_has_nothing_to_bridge():
    one = {"m1-m10": {"origin_region": "S"}}
    toy = group("m1-m10", months=JUNE, turns_table=TALK10, ties_table=TIES, known=one)
    assert cell(toy, "ei_region")["status"] == "low_n"
    assert cell(group("m1-m10", months=JUNE, known=one), "ei_region")["status"] == "not_applicable"


def test_ei_cohort__bands_of_three_years_and_assortativity():
    """2010 and 2016 stand in the place of south and north: -0.2; assortativity as networkx: 0.16667."""
    toy = group("m1-m10", months=JUNE, turns_table=TALK10, ties_table=TIES, known=REGIONS)
    assert cell(toy, "ei_cohort")["value"] == pytest.approx(-0.2)
    graph = nx.Graph([(0, 1), (1, 2), (0, 3), (3, 4), (2, 5)])
    nx.set_node_attributes(graph, {i: 2010 if i < 3 else 2016 for i in range(6)}, "year")
    expected = nx.numeric_assortativity_coefficient(graph, "year")
    assert detail(toy, "ei_cohort", "assortativity")["value"] == pytest.approx(expected)
    assert expected == pytest.approx(0.16667, abs=5e-6)


def test_participation_parity__two_regions_speak_for_three():
    """Turns .7 .3 0 against members .5 .3 .2: 1 - (.2 + 0 + .2)/2 = 0.80."""
    assert parity(np.array([70.0, 30, 0]), np.array([5.0, 3, 2])) == pytest.approx(0.8)


def test_participation_parity__in_a_group():
    """25 S, 15 N, 10 P; 70 turns of S, 30 of N, one member each: 0.80, and with 30 turns at most: .5
    .5 0 -> 0.80.
    """
    known = {
        "m1-m25": {"origin_region": "S"},
        "m26-m40": {"origin_region": "N"},
        "m41-m50": {"origin_region": "P"},
    }
    talk = "who|when|times\nm1|2023-06-03 06:00|70\nm26|2023-06-05 06:00|30"
    toy = group("m1-m50", months=JUNE, turns_table=talk, known=known)
    row = cell(toy, "participation_parity")
    assert (row["value"], row["status"]) == (pytest.approx(0.8), "ok")
    assert detail(toy, "participation_parity", "capped")["value"] == pytest.approx(0.8)
    few = group("m1-m50", months=JUNE, turns_table="who|when|times\nm1|2023-06-03 06:00|99", known=known)
    assert cell(few, "participation_parity")["status"] == "low_n"


def test_silent_share__half_of_sixty():
    """60 members all quarter, 30 write in its last 84 days (from 7 January): 0.50."""
    talk = "who|when\n" + "\n".join(f"m{i}|2023-01-{7 if i > 1 else 8:02} 08:{i:02}" for i in range(1, 31))
    talk += "\nm31|2023-01-06 23:59"  # a day too early
    toy = group("m1-m60", months=QUARTER, turns_table=talk)
    row = cell(toy, "silent_share")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.5), 30, 60, "ok")
    assert cell(toy, "silent_share", "2023-02")["status"] == "truncated"  # 59 days of history


def test_silent_share__who_came_late_does_not_count():
    toy = group(
        "m1-m60", months=QUARTER, present="who|from|to\nm31-m60|2023-01-08|2023-04-03", presumed="m1-m5"
    )
    row = cell(toy, "silent_share")
    assert (row["value"], row["n_den"]) == (1, 30)
    assert detail(toy, "silent_share", "proven_only")["n_den"] == 25


def test_silent_share__twelve_weeks_want_four_fifths_of_their_days():
    """Twenty of 84 days unseen: 64/84 = 0.76, under 0.8; five: 79/84 = 0.94, under 0.95."""
    gone = group("m1-m60", months=QUARTER, uncovered="2023-02-01|2023-02-20")
    assert cell(gone, "silent_share")["status"] == "no_coverage"
    some = group("m1-m60", months=QUARTER, uncovered="2023-02-01|2023-02-05")
    assert cell(some, "silent_share")["status"] == "partial"


def test_participation_gini__zeros_kept():
    """0 1 2 3 14 gives 0.60, corrected 0.75; six silent of ten, the others 10 20 30 140: by pairs."""
    assert gini(np.array([[0, 1, 2, 3, 14.0]])) == pytest.approx(0.75)
    talk = """
    who | when             | times
    m1  | 2023-06-02 06:00 | 10
    m2  | 2023-06-03 06:00 | 20
    m3  | 2023-06-04 06:00 | 30
    m4  | 2023-06-05 06:00 | 140
    """
    toy = group("m1-m10", months=JUNE, turns_table=talk)
    row = cell(toy, "participation_gini")
    values = np.sort([0] * 6 + [10, 20, 30, 140])
    pairs = np.abs(np.subtract.outer(values, values)).sum()
    assert row["value"] == pytest.approx(pairs / (2 * 10 * 9 * 20.0))  # mean difference over twice the mean
    assert row["n_den"] == 10
    assert cell(group("m1-m10", months=JUNE), "participation_gini")["status"] == "not_applicable"
    few = "who|when|times\nm1|2023-06-02 06:00|99"
    assert cell(group("m1-m10", months=JUNE, turns_table=few), "participation_gini")["status"] == "low_n"


def test_participation_gini__resampled_as_if_drawn_one_by_one():
    values = np.array([0, 0, 1, 4, 4, 9, 20, 2.0])
    draws = resampled_gini(np.random.default_rng(5), values)
    picks = np.random.default_rng(5).integers(0, 8, size=(999, 8))
    assert draws == pytest.approx(gini(np.sort(values)[picks]), nan_ok=True)


def test_isolate_share__two_of_ten():
    """m1-m8 are tied; m9 only by weight 0.5; m10 not at all: 2/10 = 0.20."""
    ties = (
        "from|to|day|weight\n"
        + "\n".join(f"m{i}|m{i + 1}|2023-06-03|1" for i in (1, 3, 5, 7))
        + "\nm9|m1|2023-06-03|0.5"
    )
    row = cell(group("m1-m12", months=JUNE, turns_table=TALK10, ties_table=ties), "isolate_share")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.2), 2, 10, "ok")
    assert cell(group("m1-m12", months=JUNE), "isolate_share")["status"] == "not_applicable"


def test_one_off_share__five_of_twenty_five():
    """In the 90 days to 31 March (all of the quarter) 25 write, 5 of them once: 0.20."""
    talk = "who|when|times\n" + "\n".join(
        f"m{i}|2023-01-01 08:{i:02}|{1 if i <= 5 else 2}" for i in range(1, 26)
    )
    row = cell(group("m1-m60", months=QUARTER, turns_table=talk), "one_off_share")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.2), 5, 25, "ok")
    few = group("m1-m60", months=QUARTER, turns_table="who|when\nm1|2023-02-01 08:00")
    assert cell(few, "one_off_share")["status"] == "low_n"


def test_key_person_dependence__three_quarters():
    """ab 5, ac 4, bc 1, cd 2: nine of twelve touch a. Three such weeks among ten active members."""
    ties = "from|to|day|times\n" + "\n".join(
        f"{x}|{y}|2023-06-{d:02}|{n}"
        for d in (1, 8, 15)
        for x, y, n in [("m1", "m2", 5), ("m3", "m1", 4), ("m2", "m3", 1), ("m3", "m4", 2)]
    )
    row = cell(group("m1-m12", months=JUNE, turns_table=TALK10, ties_table=ties), "key_person_dependence")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.75), 27, 36, "ok")
    assert cell(group("m1-m12", months=JUNE), "key_person_dependence")["status"] == "not_applicable"


def test_key_person_dependence__left_out_one_by_one():
    rng = np.random.default_rng(3)
    half = np.triu(rng.integers(0, 4, (9, 9)), 1).astype(float)
    weights = half + half.T
    cut = [np.delete(np.delete(weights, i, 0), i, 1) for i in range(9)]
    assert key_person_left_out(weights) == pytest.approx([m.sum(axis=1).max() / (m.sum() / 2) for m in cut])


def test_core50_share__two_of_six():
    """40 30 10 10 5 5: 40 is less than half, 70 is more: 2 of 6. Twice the same: 40 40 30 of 200, 3 of 12."""
    turns = np.array([40, 30, 10, 10, 5, 5.0])
    assert core_half(turns) / 6 == pytest.approx(1 / 3)
    talk = "who|when|times\n" + "\n".join(
        f"m{i + 1 + 6 * j}|2023-06-{1 + i + 7 * j:02} 06:00|{int(n)}"
        for j in (0, 1)
        for i, n in enumerate(turns)
    )
    row = cell(group("m1-m12", months=JUNE, turns_table=talk), "core50_share")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(0.25), 3, 12)
    assert cell(group("m1-m12", months=JUNE, turns_table=TALK10), "core50_share")["status"] == "low_n"


def test_core50_share__resampled_as_if_drawn_one_by_one():
    turns = np.array([40, 30, 10, 10, 5, 5, 3, 1.0])
    picks = np.random.default_rng(5).integers(0, 8, size=(999, 8))
    expected = [core_half(row) for row in np.sort(turns)[::-1][picks]]
    assert resampled_core_half(np.random.default_rng(5), turns) == pytest.approx(expected)


def test_conflict_rate__four_in_four_hundred():
    """400 text turns, six with a hard word; one holds a joke, after one comes laughter: 4/400 = 10
    per 1000.
    """
    talk = "who|when|times|says\n" + "\n".join(
        f"m{i}|2023-06-0{i} 00:00|{43 if i < 9 else 48}|" for i in range(1, 10)
    )
    talk += """
    m1 | 2023-06-20 08:00 | 4 | conflict
    m4 | 2023-06-20 20:00 | 1 |
    m2 | 2023-06-21 08:00 | 1 | conflict humour
    m2 | 2023-06-22 08:00 | 1 | conflict
    m3 | 2023-06-22 08:01 | 1 | humour
    """
    row = cell(group("m1-m12", months=JUNE, turns_table=talk.rstrip()), "conflict_rate")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(10), 4, 400)
    few = "who|when|says\nm1|2023-06-20 08:00|conflict"
    assert cell(group("m1-m12", months=JUNE, turns_table=few), "conflict_rate")["status"] == "low_n"
