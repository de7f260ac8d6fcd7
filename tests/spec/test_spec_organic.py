"""Facet O by example."""

import itertools

import numpy as np
import pytest

from tasks.measure.indicators.networks import largest_block, neighbour_lists, permuted_mean_difference
from tasks.measure.indicators.organic import cramers_v, entropy, mutual_information
from tests.spec.toygroup import cell, detail, group

JUNE = ("2023-06", "2023-06")


def test_division_of_labour__three_specialists():
    """[[8,1,1],[1,8,1],[1,1,8]]: I = 0.45958 nats over ln 3 = 0.41833; a diagonal is 1, equal cells are 0."""
    counts = np.array([[8.0, 1, 1], [1, 8, 1], [1, 1, 8]])
    assert mutual_information(counts) == pytest.approx(0.45958, abs=5e-6)
    assert mutual_information(counts) / entropy(counts.sum(axis=0)) == pytest.approx(0.41833, abs=5e-6)
    assert mutual_information(np.eye(3) * 5) / np.log(3) == pytest.approx(1)
    assert mutual_information(np.ones((3, 3))) == pytest.approx(0)


def test_division_of_labour__nine_members_in_three_trades():
    """Three members to each of three trades, 12 turns each and none outside: 1, well above chance."""
    tasks = ["aid", "inform", "organise"] * 3
    talk = "\n".join(f"m{i + 1}|2023-06-{i + 1:02} 06:00|12|task={task}" for i, task in enumerate(tasks))
    toy = group("m1-m10", months=JUNE, turns_table="who|when|times|says\n" + talk)
    row = cell(toy, "division_of_labour")
    assert (row["value"], row["status"]) == (pytest.approx(1), "ok")
    excess = detail(toy, "division_of_labour", "excess")
    assert 0.85 < excess["value"] < 1  # chance alone gives a little


def test_division_of_labour__ninety_turns_are_too_few():
    talk = "\n".join(
        f"m{i}|2023-06-0{i} 06:00|10|task=aid\nm{i}|2023-06-1{i} 06:00|1|task=inform" for i in range(1, 9)
    )
    row = cell(group("m1-m10", months=JUNE, turns_table="who|when|times|says\n" + talk), "division_of_labour")
    assert (row["value"], row["status"]) == (None, "low_n")


def test_role_task_alignment__bias_corrected():
    """[[30,5],[10,55]]: Cramer's V is .68474, corrected .68077."""
    assert cramers_v(np.array([[30.0, 5], [10, 55]])) == pytest.approx(0.68077, abs=5e-6)


def test_role_task_alignment__in_a_group():
    """The same table spoken: two officers and eight members, 100 turns."""
    talk = """
    who | when             | times | role    | says
    m1  | 2023-06-01 06:00 | 15    | officer | task=announce
    m2  | 2023-06-02 06:00 | 15    | officer | task=announce
    m1  | 2023-06-03 06:00 | 5     | officer | task=aid
    m3  | 2023-06-04 06:00 | 10    | member  | task=announce
    m4  | 2023-06-05 06:00 | 25    | member  | task=aid
    m5  | 2023-06-06 06:00 | 30    | member  | task=aid
    """
    row = cell(group("m1-m10", months=JUNE, turns_table=talk), "role_task_alignment")
    assert (row["value"], row["n_den"], row["status"]) == (pytest.approx(0.68077, abs=5e-6), 100, "ok")
    one_role = talk.replace("| officer |", "| member |")
    assert (
        cell(group("m1-m10", months=JUNE, turns_table=one_role), "role_task_alignment")["status"] == "low_n"
    )


def test_cross_role_tie_share__against_every_labelling():
    """a-c and d-f in two trades, five ties, two across: 2/5 less the mean 0.6 of the 20 labellings = -0.2."""
    labels = np.array(list("SSSNNN"))
    ties = [(0, 1), (1, 2), (0, 3), (3, 4), (2, 5)]
    shares = [
        np.mean([(i in chosen) != (j in chosen) for i, j in ties])
        for chosen in itertools.combinations(range(6), 3)
    ]
    assert (len(shares), np.mean(shares)) == (20, pytest.approx(0.6))
    assert permuted_mean_difference(labels[:, None] != labels[None, :]) == pytest.approx(0.6)


TOY_TIES = """
from | to | day        | times
m1   | m2 | 2023-06-01 | 6
m2   | m3 | 2023-06-02 | 6
m1   | m4 | 2023-06-03 | 6
m4   | m5 | 2023-06-04 | 6
m3   | m6 | 2023-06-05 | 6
"""
TOY_TURNS = "who|when\n" + "\n".join(f"m{i}|2023-06-0{i} 08:00" for i in range(1, 7))
TRADES = {"m1-m3": {"role": "officer"}, "m4-m6": {"role": "member"}}


def test_cross_role_tie_share__the_toy_as_a_group():
    """Thirty ties, twelve across; all labellings are counted, so p is exact: 14 of 20 lie as far from 0.6."""
    toy = group("m1-m6", months=JUNE, turns_table=TOY_TURNS, ties_table=TOY_TIES, known=TRADES)
    row = cell(toy, "cross_role_tie_share")
    assert (row["value"], row["status"], row["ci_kind"]) == (pytest.approx(-0.2), "ok", "permutation")
    shares = [
        np.mean([(i in chosen) != (j in chosen) for i, j in [(0, 1), (1, 2), (0, 3), (3, 4), (2, 5)]])
        for chosen in itertools.combinations(range(6), 3)
    ]
    exact = np.mean(np.abs(np.array(shares) - 0.6) >= 0.2 - 1e-9)
    assert detail(toy, "cross_role_tie_share", "p")["value"] == pytest.approx(exact)


def test_cross_role_tie_share__one_role_is_no_division():
    toy = group("m1-m6", months=JUNE, turns_table=TOY_TURNS, ties_table=TOY_TIES)
    assert cell(toy, "cross_role_tie_share")["status"] == "low_n"
    assert cell(group("m1-m6", months=JUNE), "cross_role_tie_share")["status"] == "not_applicable"


def test_cohesive_core_share__a_triangle_and_a_path():
    """Triangle a b c and path c-d-e: the core is the triangle."""
    graph = np.zeros((5, 5), dtype=bool)
    for i, j in [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4)]:
        graph[i, j] = graph[j, i] = True
    assert sorted(largest_block(neighbour_lists(graph))) == [0, 1, 2]


def test_cohesive_core_share__three_of_ten():
    """The triangle among ten active members: 3/10; a tie of a single turn does not bind."""
    ties = """
    from | to | day        | times
    m1   | m2 | 2023-06-01 | 2
    m2   | m3 | 2023-06-01 | 2
    m3   | m1 | 2023-06-02 | 2
    m3   | m4 | 2023-06-02 | 2
    m4   | m1 | 2023-06-03 | 1
    """
    talk = "who|when\n" + "\n".join(f"m{i}|2023-06-03 08:{i:02}" for i in range(1, 11))
    row = cell(group("m1-m12", months=JUNE, turns_table=talk, ties_table=ties), "cohesive_core_share")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.3), 3, 10, "ok")
    assert cell(group("m1-m12", months=JUNE), "cohesive_core_share")["status"] == "not_applicable"
