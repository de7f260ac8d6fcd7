"""Facets S and B by example."""

import numpy as np
import pytest

from tasks.measure.decay import half_life
from tasks.measure.indicators.action import burstiness
from tests.spec.toygroup import cell, detail, group

JUNE = ("2023-06", "2023-06")
QUARTER = ("2023-01", "2023-03")

CAMPAIGNS = """
campaign | first      | last
1        | 2023-03-02 | 2023-03-10
2        | 2023-08-01 | 2023-08-05
3        | 2023-10-15 | 2023-10-20
"""
COMMITTED = """
campaign | who
1        | m1-m15
2        | m1-m6
3        | m7-m15
"""


def test_campaigner_retention__six_of_fifteen():
    """15 commit in March; 6 of them give in August, 144 days after; October is 219 days after: 6/15 =
    0.40.
    """
    toy = group("m1-m20", months=("2023-01", "2023-12"), campaigns_table=CAMPAIGNS, committed_table=COMMITTED)
    row = cell(toy, "campaigner_retention", "2023-03")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.4), 6, 15, "ok")
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(0.198, abs=1e-3), pytest.approx(0.643, abs=1e-3))


def test_campaigner_retention__immature_while_a_window_is_open():
    """14 silent days and 180 days after 10 March end on 20 September: in August the answer is not known."""
    toy = group("m1-m20", months=("2023-01", "2023-08"), campaigns_table=CAMPAIGNS, committed_table=COMMITTED)
    row = cell(toy, "campaigner_retention", "2023-03")
    assert (row["value"], row["status"]) == (None, "immature")
    assert cell(toy, "campaigner_retention", "2023-02")["status"] == "truncated"


TALKED = """
campaign | first      | last       | turns | days | talkers | committed | reached | half_life | low | high
1        | 2023-02-02 | 2023-02-10 | 40    | 6    | 18      | 9         | 18      | 2.0       | 1.5 | 3
2        | 2023-02-20 | 2023-02-22 | 9     | 2    | 4       | 4         | 4       |           |     |
"""


def test_campaign_conversion__nine_of_eighteen_talkers():
    """18 talkers, 9 of them committed: 0.5 with its Wilson interval; four talkers are too few to count."""
    row = cell(group("m1-m30", months=QUARTER, campaigns_table=TALKED), "campaign_conversion")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (0.5, 1, 2, "ok")
    assert (row["ci_low"], row["ci_high"], row["ci_kind"]) == (
        pytest.approx(0.2903, abs=1e-4),
        pytest.approx(0.7097, abs=1e-4),
        "wilson",
    )


def test_campaign_conversion__silent_committers_and_the_median():
    """7 talkers and 2 silent people commit among 20: 0.45; the median with 0.5 and 0.9 is 0.5."""
    silent = TALKED.replace("18      | 9         | 18", "18      | 9         | 20")
    assert (
        cell(group("m1-m30", months=QUARTER, campaigns_table=silent), "campaign_conversion")["value"] == 0.45
    )
    three = silent + (
        "3 | 2023-03-02 | 2023-03-05 | 20 | 4 | 10 | 5 | 10 | 4 | 2 |\n"
        "4 | 2023-03-03 | 2023-03-05 | 20 | 4 | 10 | 9 | 10 | 3 | 2 |"
    )
    toy = group("m1-m30", months=QUARTER, campaigns_table=three)
    row = cell(toy, "campaign_conversion")
    assert (row["value"], row["n_num"], row["n_den"], row["ci_kind"]) == (0.5, 3, 4, "none")
    assert detail(toy, "campaign_conversion", "pooled")["value"] == pytest.approx(23 / 40)


def test_campaign_conversion__open_campaigns_and_none():
    open_still = TALKED.replace("| 3\n", "| 3 | open\n").replace("high\n", "high | marks\n")
    row = cell(group("m1-m30", months=QUARTER, campaigns_table=open_still), "campaign_conversion")
    assert (row["value"], row["status"]) == (None, "low_n")
    assert cell(group("m1-m30", months=QUARTER), "campaign_conversion")["status"] == "not_applicable"
    start = group("m1-m30", months=QUARTER, campaigns_table=TALKED)
    assert cell(start, "campaign_conversion", "2023-02")["status"] == "truncated"


def test_campaign_half_life__one_campaign_has_its_profile_interval():
    row = cell(group("m1-m30", months=QUARTER, campaigns_table=TALKED), "campaign_half_life")
    assert (row["value"], row["ci_low"], row["ci_high"], row["ci_kind"]) == (2.0, 1.5, 3.0, "profile")
    assert (row["n_num"], row["n_den"], row["status"]) == (1, 2, "ok")


def test_campaign_half_life__by_regression():
    """32 16 8 4 2 halves every day; a rising series has no half-life; a wavering one may not fall at all."""
    assert half_life(np.array([32, 16, 8, 4, 2.0])) == pytest.approx((1, 1, 1), abs=1e-6)
    assert half_life(np.array([3, 5, 9.0])) == (None, None, None)
    days, low, high = half_life(np.array([6, 5, 6, 1, 6, 5.0]))
    assert low < days and high is None


def test_campaign_half_life__few_turns_and_none():
    few = TALKED.replace("40    | 6", "14    | 6")
    flat = TALKED.replace("2.0       | 1.5 | 3", "|     |")
    for table in (few.replace("2.0       | 1.5 | 3", "|     |"), flat):
        assert (
            cell(group("m1-m30", months=QUARTER, campaigns_table=table), "campaign_half_life")["status"]
            == "low_n"
        )
    assert cell(group("m1-m30", months=QUARTER), "campaign_half_life")["status"] == "not_applicable"


def test_campaigner_retention__without_campaigns():
    assert cell(group("m1-m20", months=QUARTER), "campaigner_retention")["status"] == "not_applicable"


def test_activity_burstiness__two_long_pauses():
    """Intervals 1 1 1 1 20 1 1 1 1 20: mean 4.8, sd 7.6, r = 1.5833; B = 0.2258, finite-size 0.4428."""
    gaps = np.array([1, 1, 1, 1, 20, 1, 1, 1, 1, 20.0])
    r = gaps.std() / gaps.mean()
    assert (r - 1) / (r + 1) == pytest.approx(0.2258, abs=5e-5)
    assert burstiness(np.array([10.0]), np.array([gaps.sum()]), np.array([(gaps**2).sum()])) == pytest.approx(
        [0.4428], abs=5e-5
    )


def test_activity_burstiness__equal_steps_and_night():
    """Sixty turns every ten minutes have r = 0: -sqrt(n - 1)/sqrt(n - 1) = -1; those at night do not
    count.
    """
    day = cell(
        group("m1-m9", months=JUNE, turns_table="who|when|times\nm1|2023-06-03 08:00|60"),
        "activity_burstiness",
    )
    assert (day["value"], day["n_den"]) == (pytest.approx(-1), 59)
    night = "who|when|times\nm1|2023-06-03 08:00|60\nm2|2023-06-04 01:00|12"
    assert cell(group("m1-m9", months=JUNE, turns_table=night), "activity_burstiness")["n_den"] == 59
    few = cell(
        group("m1-m9", months=JUNE, turns_table="who|when|times\nm1|2023-06-03 08:00|49"),
        "activity_burstiness",
    )
    assert few["status"] == "low_n"


def test_we_share__members_count_alike():
    """Eight members with 15 we-turns and 10 I-turns each: 0.60; a turn with kita and kami counts once."""
    talk = "\n".join(
        f"m{i}|2023-06-0{i} 06:00|15|we_incl we_excl\nm{i}|2023-06-1{i} 06:00|10|i_word" for i in range(1, 9)
    )
    toy = group("m1-m10", months=JUNE, turns_table="who|when|times|says\n" + talk)
    row = cell(toy, "we_share")
    assert (row["value"], row["n_den"], row["status"]) == (pytest.approx(0.6), 8, "ok")
    seven = group("m1-m10", months=JUNE, turns_table="who|when|times|says\n" + talk.rsplit("\n", 2)[0])
    assert cell(seven, "we_share")["status"] == "low_n"


def test_inclusive_we_share__four_fifths():
    """24 turns with kita, 6 with kami: 0.80."""
    talk = "who|when|times|says\nm1|2023-06-03 06:00|24|we_incl\nm2|2023-06-04 06:00|6|we_excl"
    row = cell(group("m1-m10", months=JUNE, turns_table=talk), "inclusive_we_share")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(0.8), 24, 30)
    few = "who|when|times|says\nm1|2023-06-03 06:00|12|we_incl\nm2|2023-06-04 06:00|3|we_excl"
    assert cell(group("m1-m10", months=JUNE, turns_table=few), "inclusive_we_share")["status"] == "low_n"
    assert cell(group("m1-m10", months=JUNE), "inclusive_we_share")["status"] == "not_applicable"


JOINS = """
who     | event       | when             | by
m11 m12 | added       | 2023-03-02 08:00 | m1
m13     | added       | 2023-03-02 08:09 | m1
m14     | joined_link | 2023-03-06 08:00 |
m15     | joined_link | 2023-03-10 08:00 |
m16     | added       | 2023-03-14 08:00 | m2
m17     | joined_link | 2023-03-18 08:00 |
"""
WELCOMES = """
who | when             | says
m3  | 2023-03-02 09:00 | welcome
m3  | 2023-03-08 07:59 | welcome
m4  | 2023-03-10 12:00 | welcome
m2  | 2023-03-14 08:30 | welcome
m9  | 2023-03-18 08:05 | greeting_ritual
m17 | 2023-03-18 08:06 |
m5  | 2023-03-18 08:20 |
"""


def test_newcomer_welcome_rate__four_of_five():
    """Five batches (8:00 and 8:09 are one): 4/5 = 0.80.

    The adder's own word does not count for the fourth; a mention of the newcomer does for the fifth.
    """
    toy = group(
        "m1-m17",
        months=QUARTER,
        events_table=JOINS,
        turns_table=WELCOMES,
        ties_table="from|to|day|turn|target|method\nm5|m17|2023-03-18|6|5|mention",
    )
    row = cell(toy, "newcomer_welcome_rate")
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.8), 4, 5, "ok")


def test_newcomer_welcome_rate__an_unseen_window_is_left_out():
    toy = group(
        "m1-m17", months=QUARTER, events_table=JOINS, turns_table=WELCOMES, uncovered="2023-03-11|2023-03-11"
    )
    row = cell(toy, "newcomer_welcome_rate")
    assert (row["n_den"], row["status"]) == (4, "low_n")
    assert cell(group("m1-m9", months=QUARTER), "newcomer_welcome_rate")["status"] == "not_applicable"
