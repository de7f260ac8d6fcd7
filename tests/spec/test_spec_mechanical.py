"""Facet M by example: each number is worked out in the test's own words."""

import numpy as np
import polars as pl
import pytest

from tasks.measure.indicators import compute
from tasks.measure.indicators.mechanical import rarefied_entropy, style_matches
from tests.spec.toygroup import cell, detail, group

JUNE = ("2023-06", "2023-06")  # 30 days


def test_active_member_share__seven_of_twenty():
    """20 members present all June, 7 of them write: 7/20 = 0.35, Wilson [0.1812, 0.5671]."""
    row = cell(
        group(
            "m1-m20",
            months=JUNE,
            turns_table="""
            who | when             | times
            m1  | 2023-06-03 08:00 | 5
            m2  | 2023-06-03 09:00 | 1
            m3  | 2023-06-04 09:00 | 1
            m4  | 2023-06-05 09:00 | 2
            m5  | 2023-06-06 09:00 | 1
            m6  | 2023-06-07 09:00 | 1
            m7  | 2023-06-30 23:40 | 1
            """,
        ),
        "active_member_share",
    )
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(0.35), 7, 20)
    assert (row["ci_low"], row["ci_high"]) == (
        pytest.approx(0.1812, abs=1e-4),
        pytest.approx(0.5671, abs=1e-4),
    )
    assert (row["status"], row["ci_kind"]) == ("ok", "wilson")


def test_active_member_share__late_arrivals_weigh_as_long_as_they_were_there():
    """45 members, 27 write; 15 join on the 28th (3 of 30 days), 9 write: (27 + 0.9) / (45 + 1.5) = 0.6."""
    talk = "\n".join(f"m{i} | 2023-06-29 08:00 | 1" for i in [*range(1, 28), *range(46, 55)])
    row = cell(
        group(
            "m1-m60",
            months=JUNE,
            turns_table="who | when | times\n" + talk,
            present="who | from | to\nm46-m60 | 2023-06-28 | 2023-07-03",
        ),
        "active_member_share",
    )
    assert row["value"] == pytest.approx(0.6)
    assert (row["n_num"], row["n_den"]) == (pytest.approx(27.9), pytest.approx(46.5))


@pytest.mark.parametrize(
    ("lost", "status"),
    [
        ("2023-06-10|2023-06-10", "ok"),  # 29/30 = 0.967
        ("2023-06-10|2023-06-11", "partial"),  # 28/30 = 0.933, under 0.95
        ("2023-06-01|2023-06-16", "no_coverage"),  # 14/30 = 0.467
    ],
)
def test_active_member_share__coverage_decides_the_status(lost, status):
    row = cell(
        group("m1-m20", months=JUNE, turns_table="who|when\nm1|2023-06-20 08:00", uncovered=lost),
        "active_member_share",
    )
    assert row["status"] == status
    assert (row["value"] is None) == (status == "no_coverage")


def test_active_member_share__a_silent_month_is_zero_and_nine_members_are_too_few():
    assert cell(group("m1-m20", months=JUNE), "active_member_share")["value"] == 0
    few = cell(group("m1-m9", months=JUNE), "active_member_share")
    assert (few["value"], few["status"], few["n_den"]) == (None, "low_n", 9)


def test_active_member_share__nothing_says_who_is_present():
    row = cell(group("m1-m20", months=JUNE, n_is_known=False), "active_member_share")
    assert (row["value"], row["n_hi"], row["status"]) == (None, None, "not_applicable")


def test_active_member_share__admins_only_makes_it_senseless():
    declared = {"breaks": [{"kind": "admins_only", "from": "2023-06-10", "to": "2023-06-12"}]}
    row = cell(group("m1-m20", months=JUNE, declared=declared), "active_member_share")
    assert row["status"] == "not_applicable"


def test_active_member_share__presumed_members_make_it_partial():
    """18 proven, 20 present: 20/18 = 1.11 is above 1.1."""
    row = cell(group("m1-m20", months=JUNE, presumed="m19 m20"), "active_member_share")
    assert (row["n_lo"], row["n_hi"], row["status"]) == (18, 20, "partial")


def test_ritual_participation__six_of_ten():
    """10 write; 4 greet, 2 congratulate; 1 greets only in an announcement, 1 only sighs: 6/10."""
    row = cell(
        group(
            "m1-m12",
            months=JUNE,
            turns_table="""
            who | when             | says
            m1  | 2023-06-03 08:00 | greeting_ritual
            m2  | 2023-06-03 08:05 | greeting_ritual
            m3  | 2023-06-03 08:06 | greeting_ritual gratitude
            m4  | 2023-06-03 08:07 | greeting_ritual
            m5  | 2023-06-04 08:00 | congrats_prayer
            m6  | 2023-06-04 08:01 | congrats_prayer
            m7  | 2023-06-05 08:00 | greeting_ritual announcement
            m8  | 2023-06-05 08:30 | pious_interjection
            m9  | 2023-06-06 08:00 | gratitude
            m10 | 2023-06-06 08:30 | media
            """,
        ),
        "ritual_participation",
    )
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (pytest.approx(0.6), 6, 10, "ok")


def test_ritual_participation__five_active_are_too_few():
    talk = "\n".join(f"m{i}|2023-06-03 08:00|greeting_ritual" for i in range(1, 4))
    row = cell(
        group(
            "m1-m12",
            months=JUNE,
            turns_table="who|when|says\n" + talk + "\nm4|2023-06-03 09:00|\nm5|2023-06-03 09:00|",
        ),
        "ritual_participation",
    )
    assert (row["value"], row["n_num"], row["n_den"], row["status"]) == (None, 3, 5, "low_n")


def test_shared_symbol_rate__members_count_alike():
    """8 members with 50 text turns each, one of them 10 with a symbol: mean of 0.2 and seven 0 = 25
    per 1000.
    """
    talk = "\n".join(f"m{i}|2023-06-0{i} 08:00|40|" for i in range(1, 9))
    talk += "\n" + "\n".join(
        f"m{i}|2023-06-2{i} 08:00|10|{'shared_symbol' if i == 1 else ''}" for i in range(1, 9)
    )
    toy = group("m1-m10", months=JUNE, turns_table="who|when|times|says\n" + talk)
    row = cell(toy, "shared_symbol_rate")
    assert (row["value"], row["n_den"], row["status"]) == (pytest.approx(25), 8, "ok")
    pooled = detail(toy, "shared_symbol_rate", "pooled")
    assert (pooled["value"], pooled["n_num"], pooled["n_den"]) == (pytest.approx(25), 10, 400)


def test_shared_symbol_rate__without_text():
    row = cell(
        group("m1-m10", months=JUNE, turns_table="who|when|says\nm1|2023-06-03 08:00|media"),
        "shared_symbol_rate",
    )
    assert (row["value"], row["status"]) == (None, "not_applicable")


def test_style_match__three_classes_by_hand():
    """.10 .04 .06 against .06 .04 .10: (1 - .04/.1601 + 1 + 1 - .04/.1601) / 3 = 0.8334."""
    own, other = np.array([10, 4, 6.0]), np.array([6, 4, 10.0])
    scores = style_matches(np.column_stack([own, other]), np.array([100.0, 100.0]), 0.0001)
    assert scores == pytest.approx([0.8334, 0.8334], abs=5e-5)


def test_style_match__six_alike_and_five_too_few():
    talk = "\n".join(f"m{i}|2023-06-0{i} 08:00|n_words=60 i_word:6 style:particle" for i in range(1, 7))
    row = cell(group("m1-m8", months=JUNE, turns_table="who|when|says\n" + talk), "style_match")
    assert (row["value"], row["n_den"], row["status"]) == (pytest.approx(1), 6, "ok")
    fewer = cell(
        group("m1-m8", months=JUNE, turns_table="who|when|says\n" + talk.rsplit("\n", 1)[0]), "style_match"
    )
    assert (fewer["value"], fewer["status"]) == (None, "low_n")


def test_joint_activity_rate__three_among_sixty():
    """60 members for 30 days are 60 member-months: 3 activities are 5.0 per 100, exact Poisson [1.03,
    14.61].
    """
    row = cell(
        group(
            "m1-m60",
            months=JUNE,
            activities_table="""
            activity | kind         | first
            1        | rsvp         | 2023-06-02
            2        | khataman     | 2023-06-10
            3        | announcement | 2023-06-30
            4        | donation     | 2023-06-11
            5        | order        | 2023-06-12
            6        | rsvp         | 2023-07-01
            """,
        ),
        "joint_activity_rate",
    )
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(5), 3, pytest.approx(60))
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(1.03, abs=0.01), pytest.approx(14.61, abs=0.01))
    assert cell(group("m1-m60", months=JUNE), "joint_activity_rate")["value"] == 0


def test_joint_activity_breadth__median_of_three():
    """12/60, 18/60, 30/60: the median is 0.30; unmatched names and refusals do not count."""
    toy = group(
        "m1-m60",
        months=JUNE,
        activities_table="activity|kind|first\n1|rsvp|2023-06-02\n2|khataman|2023-06-09\n3|attendance|2023-06-20",
        entries_table="""
        activity | who     | added      | status
        1        | m1-m12  | 2023-06-02 | yes
        1        | ?       | 2023-06-02 | yes
        1        | m13     | 2023-06-02 | no
        2        | m1-m18  | 2023-06-09 | done
        3        | m1-m30  | 2023-06-20 | yes
        """,
    )
    row = cell(toy, "joint_activity_breadth")
    assert (row["value"], row["n_den"], row["status"]) == (pytest.approx(0.30), 3, "ok")
    assert row["ci_low"] is None  # five activities for an interval


def test_joint_activity_breadth__a_single_one_has_wilson_and_none_is_not_applicable():
    toy = group(
        "m1-m60",
        months=JUNE,
        activities_table="activity|kind|first\n1|rsvp|2023-06-02",
        entries_table="activity|who|added\n1|m1-m12|2023-06-02",
    )
    row = cell(toy, "joint_activity_breadth")
    assert (row["value"], row["ci_kind"]) == (pytest.approx(0.2), "wilson")
    assert row["ci_low"] == pytest.approx(0.1183, abs=1e-4)
    assert cell(group("m1-m60", months=JUNE), "joint_activity_breadth")["status"] == "not_applicable"


def test_generalist_index__rarefied_to_five_turns():
    """Counts 8, 1, 1: .4453 with three classes, .2730 with the six of the catalogue."""
    assert rarefied_entropy(np.array([8.0, 1, 1]), 5) == pytest.approx(0.4453, abs=5e-5)
    assert rarefied_entropy(np.array([8.0, 1, 1, 0, 0, 0]), 5) == pytest.approx(0.2730, abs=5e-5)
    assert np.isnan(rarefied_entropy(np.array([4.0, 0, 0]), 5))


def test_generalist_index__eight_members():
    talk = "\n".join(
        f"m{i}|2023-06-{d}{i} 08:00|{n}|task={task}"
        for i in range(1, 9)
        for d, n, task in [(0, 8, "aid"), (1, 1, "inform"), (2, 1, "announce")]
    )
    row = cell(group("m1-m10", months=JUNE, turns_table="who|when|times|says\n" + talk), "generalist_index")
    assert (row["value"], row["n_den"]) == (pytest.approx(0.2730, abs=5e-5), 8)
    assert cell(group("m1-m10", months=JUNE), "generalist_index")["status"] == "not_applicable"


def test_active_member_share__scaled_to_a_head_count():
    """20 known by name, the info page of 11 June says 25: N = (10 x 20 + 20 x 25) / 30 = 23.33; 7 write: 0.30."""
    talk = "who|when\n" + "\n".join(f"m{i}|2023-06-20 08:{i:02}" for i in range(1, 8))
    counted = {"participants": [{"date": "2023-06-11", "n": 25}]}
    toy = group("m1-m20", months=JUNE, turns_table=talk, declared=counted)
    row = cell(toy, "active_member_share")
    assert (row["value"], row["n_num"], row["n_den"]) == (pytest.approx(0.3), 7, pytest.approx(70 / 3))
    assert (row["n_lo"], row["n_hi"], row["status"]) == (20, pytest.approx(70 / 3), "partial")
    assert detail(toy, "active_member_share", "n_scale")["value"] == pytest.approx(70 / 60)
    unscaled = group("m1-m20", months=JUNE, turns_table=talk)
    assert "n_scale" not in set(compute(unscaled).details["detail"])


def test_active_member_share__the_last_head_count_holds_on_and_no_earlier():
    counted = {"participants": [{"date": "2023-02-01", "n": 25}]}
    toy = group("m1-m20", months=("2023-01", "2023-03"), declared=counted)
    assert [cell(toy, "active_member_share", f"2023-0{m}")["n_den"] for m in (1, 2, 3)] == [20, 25, 25]
    said = compute(toy).details.filter(pl.col("detail") == "n_scale", pl.col("code") == "active_member_share")
    assert said["month"].dt.month().to_list() == [2, 3]


NEWS = """
turn | kind  | when       | chorus | upper
0    | death | 2023-06-03 | 9      | 18
"""


def test_chorus_breadth__nine_of_forty_five_others():
    """46 present, nine of the 45 others answer the news: 0.20; with those who sent stickers 0.40."""
    toy = group("m1-m46", months=JUNE, news_table=NEWS)
    row = cell(toy, "chorus_breadth")
    assert (row["value"], row["n_den"], row["status"]) == (pytest.approx(0.2), 1, "ok")
    assert (row["ci_low"], row["ci_kind"]) == (None, "none")
    assert detail(toy, "chorus_breadth", "upper")["value"] == pytest.approx(0.4)


def test_chorus_breadth__the_median_of_five_has_an_interval():
    five = NEWS + "\n".join(
        f"{i} | birth | 2023-06-{i:02} | {n} |" for i, n in ((5, 0), (8, 18), (12, 27), (20, 45))
    )
    row = cell(group("m1-m46", months=JUNE, news_table=five), "chorus_breadth")
    assert (row["value"], row["n_den"], row["ci_kind"]) == (pytest.approx(0.4), 5, "boot_event")
    assert row["ci_low"] <= 0.4 <= row["ci_high"]


def test_chorus_breadth__without_news_and_with_hours_nobody_saw():
    assert cell(group("m1-m46", months=JUNE), "chorus_breadth")["status"] == "not_applicable"
    unseen = group("m1-m46", months=JUNE, news_table=NEWS, uncovered="2023-06-05|2023-06-05")
    assert cell(unseen, "chorus_breadth")["status"] == "not_applicable"
    unknown = group("m1-m46", months=JUNE, news_table=NEWS, n_is_known=False)
    assert cell(unknown, "chorus_breadth")["status"] == "not_applicable"
