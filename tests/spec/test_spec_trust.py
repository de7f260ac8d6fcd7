"""Facet T by example."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from tasks.measure.indicators.donations import gini
from tasks.measure.indicators.networks import reciprocity
from tasks.measure.indicators.survival import median_survival, survival_areas
from tests.spec.toygroup import cell, detail, group

JUNE = ("2023-06", "2023-06")
QUARTER = ("2023-01", "2023-03")  # 90 days


def asked(n: int, answered: int, month: str = "2023-03") -> str:
    """n requests by n people from the first of the month on, the first few answered after 5 minutes."""
    lines = [
        f"m{i + 1} | {month}-{1 + i % 27:02} 0{i // 27}:00 | request {'answered=5' if i < answered else ''}"
        for i in range(n)
    ]
    return "who | when | says\n" + "\n".join(lines)


def test_help_request_rate__six_in_a_quarter():
    """40 members for 90 days are 120 member-months: 6 requests are 5.0 per 100, Poisson [1.83, 10.88]."""
    toy = group(
        "m1-m40",
        months=QUARTER,
        turns_table="""
        who | when             | times | says
        m1  | 2023-01-02 08:00 | 2     | request
        m2  | 2023-02-02 08:00 | 2     | request
        m3  | 2023-03-31 23:00 | 2     | request
        m4  | 2023-03-02 08:00 | 1     | request announcement
        m5  | 2023-03-02 08:00 | 1     | request list
        m6  | 2023-03-09 08:00 | 3     | prayer
        """,
    )
    row = cell(toy, "help_request_rate")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(5), 6, pytest.approx(120))
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(1.83, abs=0.01), pytest.approx(10.88, abs=0.01))
    assert detail(toy, "help_request_rate", "prayer_requests")["value"] == pytest.approx(2.5)
    assert cell(toy, "help_request_rate", "2023-02")["status"] == "truncated"
    assert cell(group("m1-m40", months=QUARTER), "help_request_rate")["value"] == 0  # a zero, not an absence


def test_help_answer_rate__seven_of_twenty():
    """20 requests by ten members, 7 answered: 0.35, Wilson [0.1812, 0.5671]."""
    table = asked(10, 7) + "\n" + asked(10, 0, "2023-02").split("\n", 1)[1]
    row = cell(group("m1-m40", months=QUARTER, turns_table=table), "help_answer_rate")
    assert (row["value"], row["n_num"], row["n_den"], row["ci_kind"]) == (
        pytest.approx(0.35),
        7,
        20,
        "wilson",
    )
    assert row["ci_high"] == pytest.approx(0.5671, abs=1e-4)


def test_help_answer_rate__against_turns_that_ask_for_nothing():
    """12 requests at midnight, 9 answered; of 10 other turns of that hour 4 were: baseline 0.4,
    excess 0.35.
    """
    other = "\n".join(f"m20 | 2023-03-{i:02} 00:30 | {'answered=9' if i < 5 else ''}" for i in range(1, 11))
    noon = "\n".join(f"m20 | 2023-03-{i:02} 12:30 | answered=9" for i in range(1, 11))
    table = asked(12, 9) + "\n" + other + "\n" + noon
    toy = group("m1-m40", months=QUARTER, turns_table=table)
    assert detail(toy, "help_answer_rate", "baseline")["value"] == pytest.approx(0.4)
    assert detail(toy, "help_answer_rate", "excess")["value"] == pytest.approx(0.35)


def test_help_answer_rate__open_and_unseen_windows_are_left_out():
    """Of 12 requests one falls on a day that nobody exported and one on its eve: 10 count."""
    toy = group("m1-m40", months=QUARTER, turns_table=asked(12, 12), uncovered="2023-03-06|2023-03-06")
    row = cell(toy, "help_answer_rate")
    assert row["n_den"] == 10


def test_help_answer_rate__nine_are_too_few_and_none_is_not_applicable():
    assert (
        cell(group("m1-m40", months=QUARTER, turns_table=asked(9, 9)), "help_answer_rate")["status"]
        == "low_n"
    )
    row = cell(group("m1-m40", months=QUARTER), "help_answer_rate")
    assert (row["value"], row["n_den"], row["status"]) == (None, None, "not_applicable")


def test_help_response_time__restricted_mean_by_hand():
    """5, 12, 30, 45 and two open at 1440: (5 + 12 + 30 + 45 + 2880) / 6 = 495.33; median 30; a third open."""
    times = np.array([5, 12, 30, 45, 1440, 1440.0])
    event = np.array([True, True, True, True, False, False])
    area, tail = survival_areas(times, event, np.ones((1, 6)), 1440)
    assert (area[0], tail[0], median_survival(times, event)) == (
        pytest.approx(2972 / 6),
        pytest.approx(1 / 3),
        30,
    )


def test_help_response_time__scipy_agrees():
    from scipy import stats

    rng = np.random.default_rng(1)
    times, event = rng.integers(1, 60, 40).astype(float), rng.random(40) < 0.6
    curve = stats.ecdf(stats.CensoredData.right_censored(times, ~event)).sf
    edges = np.append(np.insert(curve.quantiles, 0, 0), 60.0)
    expected = np.sum(np.diff(edges) * np.append(1.0, curve.probabilities))
    assert survival_areas(times, event, np.ones((1, 40)), 60.0)[0][0] == pytest.approx(expected)


def test_help_response_time__in_a_group():
    """Twice the six of the hand calculation: the same mean over twelve requests."""
    minutes = [5, 12, 30, 45, None, None] * 2
    lines = [
        f"m{i + 1} | 2023-03-{i + 1:02} 08:00 | request {f'answered={m}' if m else ''}"
        for i, m in enumerate(minutes)
    ]
    toy = group("m1-m40", months=QUARTER, turns_table="who|when|says\n" + "\n".join(lines))
    row = cell(toy, "help_response_time")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(2972 / 6), 8, 12)
    assert detail(toy, "help_response_time", "median")["value"] == 30
    assert row["ci_low"] < row["value"] < row["ci_high"]
    assert cell(group("m1-m40", months=QUARTER), "help_response_time")["status"] == "not_applicable"


def test_helper_breadth__four_of_twenty():
    """Twenty speak in the quarter; three give first answers, one of them twice, one offers help: 4/20
    = 0.20.
    """
    table = asked(10, 0) + "".join(f"\nm{i} | 2023-03-28 08:{i:02} |" for i in range(11, 20))
    table += """
    m1  | 2023-03-12 08:00 | request answered=5 by=m11
    m2  | 2023-03-13 08:00 | request answered=5 by=m12
    m3  | 2023-03-14 08:00 | request answered=5 by=m13
    m4  | 2023-03-15 08:00 | request answered=9 by=m13
    m5  | 2023-03-16 08:00 | question answered=9 by=m14
    m20 | 2023-03-28 09:00 | help_offer
    """
    toy = group("m1-m40", months=QUARTER, turns_table=table.rstrip())
    row = cell(toy, "helper_breadth")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(0.20), 4, 20)
    assert (
        cell(group("m1-m40", months=QUARTER, turns_table=asked(3, 0)), "helper_breadth")["status"] == "low_n"
    )


def test_gratitude_rate__twelve_in_four_hundred():
    """400 text turns of the quarter, 12 with thanks, an announcement's thanks apart: 30 per 1000."""
    talk = "".join(f"\nm{i} | 2023-0{1 + i % 3}-10 00:0{i} | 40 | " for i in range(1, 10))
    talk += "\nm1 | 2023-03-20 08:00 | 12 | gratitude\nm2 | 2023-03-20 08:00 | 5 | gratitude announcement"
    talk += "\nm3 | 2023-03-21 08:00 | 23 | "
    toy = group("m1-m40", months=QUARTER, turns_table="who | when | times | says" + talk)
    row = cell(toy, "gratitude_rate")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(30), 12, 400)
    few = group("m1-m40", months=QUARTER, turns_table="who|when|says\nm1|2023-03-20 08:00|gratitude")
    assert cell(few, "gratitude_rate")["status"] == "low_n"


def test_gratitude_rate__thanks_after_help():
    """Ten answered requesters; four thank within a day of the answer, one does so two days later: 4/10."""
    thanks = "".join(f"\nm{i} | 2023-03-{i:02} 10:00 | gratitude" for i in range(1, 5))
    late = "\nm5 | 2023-03-07 10:00 | gratitude"
    filler = "".join(f"\nm30 | 2023-02-{1 + i % 28:02} {i // 28:02}:30 | " for i in range(200))
    toy = group("m1-m40", months=QUARTER, turns_table=asked(10, 10) + thanks + late + filler)
    after = detail(toy, "gratitude_rate", "after_help")
    assert (after["value"], after["n_num"], after["n_den"]) == (pytest.approx(0.4), 4, 10)


DONATION = "activity | kind | first | last\n1 | donation | 2023-06-02 | 2023-06-20"


def test_donor_share__nine_of_sixty():
    """Nine matched donors among 60 and one 'Hamba Allah': 0.15, or up to 10/60 were he another one."""
    toy = group(
        "m1-m60",
        months=JUNE,
        activities_table=DONATION,
        entries_table="activity|who|added|amount\n1|m1-m9|2023-06-03|50000\n1|?|2023-06-03|100000",
    )
    row = cell(toy, "donor_share")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(0.15), 9, 60)
    assert detail(toy, "donor_share", "bounds")["ci_high"] == pytest.approx(10 / 60)
    assert cell(group("m1-m60", months=JUNE), "donor_share")["status"] == "not_applicable"  # no list is open
    assert cell(group("m1-m60", months=JUNE, activities_table=DONATION), "donor_share")["value"] == 0
    assert cell(group("m1-m19", months=JUNE, activities_table=DONATION), "donor_share")["status"] == "low_n"


def test_donor_share__who_tells_a_gift_gives_and_who_pays_dues_does_not():
    """Six on the list, three tell it ('sudah tf'), five pay dues: 9/60 = 0.15, three of them by word alone."""
    toy = group(
        "m1-m60",
        months=JUNE,
        activities_table="activity|kind|first|last|marks\n1|donation|2023-06-02|2023-06-20|\n"
        "2|donation|2023-06-02|2023-06-20|dues",
        entries_table="activity|who|added|amount|told\n1|m1-m6|2023-06-03|50000|\n1|m7-m9|2023-06-03||yes\n"
        "2|m20-m24|2023-06-03|10000|",
    )
    row = cell(toy, "donor_share")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(0.15), 9, 60)
    assert detail(toy, "donor_share", "told")["value"] == 3
    assert cell(toy, "donation_per_member")["value"] == pytest.approx(6 * 50_000 / 60)
    only_dues = group("m1-m60", months=JUNE, activities_table="activity|kind|first|last|marks\n"
                      "2|donation|2023-06-02|2023-06-20|dues")  # fmt: skip
    assert cell(only_dues, "donor_share")["status"] == "not_applicable"


def test_donation_per_member__rupiah_over_members():
    """50,000 + 100,000 + 1,000,000 and two gifts of 25,000 among 60: 1,200,000 / 60 = 20,000."""
    entries = (
        "activity|who|added|amount\n1|m1|2023-06-03|50000\n1|m2|2023-06-03|100000\n1|m3|2023-06-03|1000000"
    )
    toy = group(
        "m1-m60",
        months=JUNE,
        activities_table=DONATION,
        entries_table=entries + "\n1|m4|2023-06-04|25000\n1|?|2023-06-04|25000",
    )
    row = cell(toy, "donation_per_member")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(20_000), 1_200_000, 60)
    assert detail(toy, "donation_per_member", "median_gift")["value"] == 50_000
    three = cell(
        group("m1-m60", months=JUNE, activities_table=DONATION, entries_table=entries), "donation_per_member"
    )
    assert (three["value"], three["status"]) == (None, "low_n")
    assert three["n_num"] / three["n_den"] == pytest.approx(19_166.67, abs=0.01)


def test_donation_per_member__gini_of_gifts():
    """0, 1, 2, 3, 14: 0.60, with the factor 5/4: 0.75."""
    assert gini(np.array([[0, 1, 2, 3, 14.0]])) == pytest.approx(0.75)


def test_tie_reciprocity__by_hand():
    """a to b 5, b to a 3, a to c 2: (3 + 3) / 10 = 0.6."""
    assert reciprocity(np.array([[0, 5, 2], [3, 0, 0], [0, 0, 0.0]])) == pytest.approx(0.6)


def test_tie_reciprocity__in_a_group():
    """The same thrice as heavy: 30 ties, 8 active members."""
    ties = "from|to|day|times\n" + "\n".join(
        f"{a}|{b}|2023-06-{d:02}|{n}"
        for d in (1, 2, 3)
        for a, b, n in [("m1", "m2", 5), ("m2", "m1", 3), ("m1", "m3", 2)]
    )
    talk = "who|when\n" + "\n".join(f"m{i}|2023-06-03 08:{i:02}" for i in range(1, 9))
    toy = group("m1-m10", months=JUNE, turns_table=talk, ties_table=ties)
    row = cell(toy, "tie_reciprocity")
    assert (row["value"], row["n_den"], row["status"]) == (pytest.approx(0.6), 30, "ok")
    assert row["ci_low"] <= row["value"] <= row["ci_high"]
    ritual = toy.fact_reply.with_columns(layer=pl.lit("ritual"))
    from dataclasses import replace

    assert cell(replace(toy, fact_reply=ritual), "tie_reciprocity")["status"] == "not_applicable"


def test_ties_of_the_month_only():
    """A tie of July does not count in June."""
    toy = group("m1-m10", months=JUNE, ties_table="from|to|day|times\nm1|m2|2023-07-01|40")
    assert toy.fact_reply["local_date"].min() > dt.date(2023, 6, 30)
    assert cell(toy, "tie_reciprocity")["status"] == "not_applicable"
