"""Facet A by example."""

import networkx as nx
import numpy as np
import pytest

from tasks.measure.indicators.access import herfindahl, normalised_herfindahl
from tasks.measure.indicators.networks import in_centralisation, in_centralisation_left_out
from tests.spec.toygroup import cell, detail, group

QUARTER = ("2023-01", "2023-03")
HALF_YEAR = ("2023-01", "2023-06")


def questions(lead: tuple[int, int], members: tuple[int, int]) -> str:
    """(answered, asked) questions of officers and of ordinary members, ten people each."""
    lines = ["who | when | role | says"]
    for role, first, (hits, n) in (("officer", 1, lead), ("member", 11, members)):
        lines += [
            f"m{first + i % 10} | 2023-03-{1 + i % 20:02} 08:{first:02} | {role} | question "
            + ("answered=7" if i < hits else "")
            for i in range(n)
        ]
    return "\n".join(lines)


def test_opener_answer_rate__sixteen_of_twenty():
    row = cell(group("m1-m40", months=QUARTER, turns_table=questions((16, 20), (0, 0))), "opener_answer_rate")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.8), 16, 20, "ok")
    few = cell(group("m1-m40", months=QUARTER, turns_table=questions((16, 19), (0, 0))), "opener_answer_rate")
    assert (few["value"], few["status"]) == (None, "low_n")


def test_opener_answer_rate__the_first_two_months_are_truncated():
    toy = group("m1-m40", months=QUARTER, turns_table=questions((16, 20), (0, 0)))
    assert cell(toy, "opener_answer_rate", "2023-02")["status"] == "truncated"


def test_answer_equity_gap__signed():
    """16/20 of officers' questions, 9/20 of members': 0.35, Newcombe [0.050, 0.576]."""
    toy = group("m1-m40", months=QUARTER, turns_table=questions((16, 20), (9, 20)))
    row = cell(toy, "answer_equity_gap")
    assert (row["value"], row["ci_kind"]) == (pytest.approx(0.35), "newcombe")
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(0.050, abs=1e-3), pytest.approx(0.576, abs=1e-3))
    assert detail(toy, "answer_equity_gap", "members")["value"] == pytest.approx(0.45)
    other_way = group("m1-m40", months=QUARTER, turns_table=questions((9, 20), (16, 20)))
    assert cell(other_way, "answer_equity_gap")["value"] == pytest.approx(-0.35)
    few = group("m1-m40", months=QUARTER, turns_table=questions((9, 9), (16, 20)))
    assert cell(few, "answer_equity_gap")["status"] == "low_n"


SHARES = np.array([10.0, 6, 2, 1, 1])


def test_announcer_concentration__five_senders():
    """.50 .30 .10 .05 .05: HHI 0.355, normalised 0.19375, effective number 2.817."""
    assert herfindahl(SHARES) == pytest.approx(0.355)
    assert normalised_herfindahl(SHARES) == pytest.approx(0.19375)
    assert 1 / herfindahl(SHARES) == pytest.approx(2.817, abs=5e-4)


def announced(counts) -> str:
    return "who|when|times|says\n" + "\n".join(
        f"m{i + 1}|2023-0{1 + i}-10 08:00|{int(n)}|announcement" for i, n in enumerate(counts)
    )


def test_announcer_concentration__over_six_months():
    toy = group("m1-m40", months=HALF_YEAR, turns_table=announced(SHARES))
    row = cell(toy, "announcer_concentration")
    assert (row["value"], row["n_den"], row["status"]) == (pytest.approx(0.19375), 20, "ok")
    assert detail(toy, "announcer_concentration", "hhi")["value"] == pytest.approx(0.355)
    assert cell(toy, "announcer_concentration", "2023-05")["status"] == "truncated"
    two = group("m1-m40", months=HALF_YEAR, turns_table=announced([10, 5]))
    assert cell(two, "announcer_concentration")["status"] == "low_n"


def test_top1_share__half():
    row = cell(group("m1-m40", months=HALF_YEAR, turns_table=announced(SHARES)), "top1_share")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(0.5), 10, 20)
    assert row["ci_low"] < 0.5 < row["ci_high"]
    assert cell(group("m1-m40", months=HALF_YEAR), "top1_share")["status"] == "not_applicable"


def test_reply_centralisation__a_star_and_a_ring():
    """A star of four is 1; a and b both ways, a to c, c to d, d to a: in-degrees 2 1 1 1 -> 3/9."""
    star = np.zeros((4, 4))
    star[1:, 0] = 1
    ring = np.zeros((4, 4))
    for i, j in [(0, 1), (1, 0), (0, 2), (2, 3), (3, 0)]:
        ring[i, j] = 1
    assert in_centralisation(star) == pytest.approx(1)
    assert in_centralisation(ring) == pytest.approx(1 / 3)


def test_reply_centralisation__left_out_one_by_one():
    graph = nx.to_numpy_array(nx.gnp_random_graph(12, 0.3, seed=4, directed=True))
    expected = [in_centralisation(np.delete(np.delete(graph, i, 0), i, 1)) for i in range(12)]
    assert in_centralisation_left_out(graph) == pytest.approx(expected)


def test_reply_centralisation__nine_reply_to_one():
    """Nine members reply to m1 and to nobody else, thrice each: in-degree 9 against nine zeros: 81/81."""
    talk = "who|when\n" + "\n".join(f"m{i}|2023-06-03 08:{i:02}" for i in range(1, 11))
    ties = "from|to|day|times\n" + "\n".join(f"m{i}|m1|2023-06-03|3" for i in range(2, 11))
    row = cell(
        group("m1-m10", months=("2023-06", "2023-06"), turns_table=talk, ties_table=ties),
        "reply_centralisation",
    )
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(1), 81, 81, "ok")
    few = group(
        "m1-m10", months=("2023-06", "2023-06"), turns_table=talk, ties_table="from|to|day\nm1|m2|2023-06-03"
    )
    assert cell(few, "reply_centralisation")["status"] == "low_n"
