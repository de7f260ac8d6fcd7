"""Facet E by example."""

from dataclasses import replace

import pytest

from tests.spec.toygroup import cell, detail, group

JUNE = ("2023-06", "2023-06")
QUARTER = ("2023-01", "2023-03")


def test_opportunity_rate__seven_among_a_hundred_and_forty():
    """140 member-months, 7 opportunities, one of them again after 29.9 days: 5.0 per 100, Poisson [2.01, 10.30]."""
    talk = """
    who | when             | times | says
    m1  | 2023-06-02 08:00 | 7     | opportunity announcement
    m2  | 2023-06-03 08:00 | 1     | opportunity same_text_days=29.9
    """
    row = cell(group("m1-m140", months=JUNE, turns_table=talk), "opportunity_rate")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(5), 7, pytest.approx(140))
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(2.01, abs=0.01), pytest.approx(10.30, abs=0.01))
    assert cell(group("m1-m140", months=JUNE), "opportunity_rate")["value"] == 0
    assert (
        cell(group("m1-m140", months=JUNE, n_is_known=False), "opportunity_rate")["status"]
        == "not_applicable"
    )


def test_opportunity_breadth__five_of_twenty():
    talk = "who|when|says\n" + "\n".join(
        f"m{i}|2023-06-02 08:{i:02}|{'opportunity' if i < 6 else ''}" for i in range(1, 21)
    )
    row = cell(group("m1-m30", months=JUNE, turns_table=talk), "opportunity_breadth")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(0.25), 5, 20)
    assert (row["ci_low"], row["ci_high"]) == (
        pytest.approx(0.1119, abs=1e-4),
        pytest.approx(0.4687, abs=1e-4),
    )
    assert cell(group("m1-m30", months=JUNE), "opportunity_breadth")["status"] == "not_applicable"


def test_opportunity_rate__the_same_text_counts_again_after_thirty_days():
    talk = """
    who | when             | says
    m1  | 2023-06-02 08:00 | opportunity forwarded
    m2  | 2023-06-03 08:00 | opportunity same_text_days=1
    m3  | 2023-06-29 08:00 | opportunity same_text_days=30.5
    """
    toy = group("m1-m100", months=JUNE, turns_table=talk)
    assert cell(toy, "opportunity_rate")["n_num"] == 2


def offers(n: int) -> str:
    return "who|when|says\n" + "\n".join(
        f"m{i}|2023-03-{i:02} 08:00|enterprise\nm20|2023-03-{i:02} 09:00|{'praise' if i != 7 else ''}"
        for i in range(1, n + 1)
    )


def test_enterprise_support_rate__six_of_fifteen():
    """Fifteen offers; m20 answers seven, one of them without a warm word: 6/15 = 0.40, Wilson
    [0.1982, 0.6425].
    """
    ties = "from|to|day|turn|target|minutes\n" + "\n".join(
        f"m20|m{i}|2023-03-{i:02}|{2 * i - 1}|{2 * i - 2}|60" for i in range(1, 8)
    )
    toy = group("m1-m30", months=QUARTER, turns_table=offers(15), ties_table=ties)
    row = cell(toy, "enterprise_support_rate")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(0.4), 6, 15)
    assert (row["ci_low"], row["ci_high"]) == (
        pytest.approx(0.1982, abs=1e-4),
        pytest.approx(0.6425, abs=1e-4),
    )
    forbidden = replace(toy, group=toy.group.model_copy(update={"selling_allowed": False}))
    assert cell(forbidden, "enterprise_support_rate")["status"] == "not_applicable"
    assert (
        cell(group("m1-m30", months=QUARTER, turns_table=offers(9)), "enterprise_support_rate")["status"]
        == "low_n"
    )


def test_enterprise_support_rate__what_another_posted_in_half_a_year_is_no_offer_of_ones_own():
    talk = offers(15).replace(
        "m3|2023-03-03 08:00|enterprise", "m3|2023-03-03 08:00|enterprise others_text_days=179"
    )
    assert cell(group("m1-m30", months=QUARTER, turns_table=talk), "enterprise_support_rate")["n_den"] == 14
    late = talk.replace("=179", "=181")
    assert cell(group("m1-m30", months=QUARTER, turns_table=late), "enterprise_support_rate")["n_den"] == 15


def test_learning_participation__twelve_of_sixty():
    """Twelve of 60 in two classes, three of them in both: 0.20, Wilson [0.1183, 0.3178]."""
    toy = group(
        "m1-m60",
        months=JUNE,
        activities_table="activity|kind|first\n1|learning|2023-06-02\n2|learning|2023-06-09\n3|rsvp|2023-06-09",
        entries_table="activity|who|added\n1|m1-m8|2023-06-02\n2|m6-m12|2023-06-09\n3|m13-m40|2023-06-09",
    )
    row = cell(toy, "learning_participation")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.2), 12, 60, "ok")
    assert (row["ci_low"], row["ci_high"]) == (
        pytest.approx(0.1183, abs=1e-4),
        pytest.approx(0.3178, abs=1e-4),
    )
    assert cell(group("m1-m60", months=JUNE), "learning_participation")["status"] == "not_applicable"


SPANS = """
who     | from       | to         | basis
m1-m40  | 2023-01-01 |            | event
m41-m54 | 2023-01-01 |            | list
m55-m58 | 2023-01-01 |            | roster_presumed
m59     | 2023-01-01 | 2023-06-29 | event
m61-m66 | 2023-01-01 |            | seen
"""
STANDING = {"m1-m60": {}, "m61-m66": {"is_on_roster": False, "is_in_good_standing": False}}


def test_roster_reach__fifty_four_of_sixty():
    """60 on the roster; 54 proven at the month's end, 4 presumed, one left the day before, one never
    there.
    """
    toy = group("m1-m66", months=JUNE, spans_table=SPANS, known=STANDING)
    row = cell(toy, "roster_reach")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.9), 54, 60, "ok")
    assert (row["ci_low"], row["ci_high"]) == (
        pytest.approx(0.7985, abs=1e-4),
        pytest.approx(0.9534, abs=1e-4),
    )
    assert detail(toy, "roster_reach", "roster_completeness")["value"] == pytest.approx(58 / 64)


def test_roster_reach__partial_until_a_list_speaks_and_senseless_without_a_roster():
    toy = group("m1-m66", months=JUNE, spans_table=SPANS.replace("list", "event"), known=STANDING)
    assert cell(toy, "roster_reach")["status"] == "partial"
    assert cell(group("m1-m66", months=JUNE), "roster_reach")["status"] == "not_applicable"
    nine = group("m1-m9", months=JUNE, known={"m1-m9": {}})
    assert cell(nine, "roster_reach")["status"] == "low_n"


def test_roster_reach__needs_a_roster_of_the_last_twelve_months():
    dates = {"2022-07-01": "ok", "2022-06-30": "low_n", "2023-07-01": "low_n"}
    for dated, status in dates.items():
        toy = group("m1-m66", months=JUNE, spans_table=SPANS, known=STANDING, roster_dates=(dated,))
        assert cell(toy, "roster_reach")["status"] == status, dated
