"""What the truth says must hold of the community, and of the files that come out of it."""

import io
import zipfile

import polars as pl
import pytest

from schemas.vocabulary import ACTIVITY_KINDS
from tasks.simulate import Community, ExportFile, Levels, SimulationPlan, exports_due, simulate, truth

_HEADER = (
    r"^\x{200e}?(\[\d{1,2}/\d{1,2}/\d{2},? [\d.:]+(\x{202f}[AP]M)?\] |"
    r"\d{1,2}/\d{1,2}/\d{2,4},? [\d.:]+(\x{202f}[AP]M)? - )"
)


def _text(export: ExportFile) -> str:
    if not export.name.endswith(".zip"):
        return export.content.decode()
    with zipfile.ZipFile(io.BytesIO(export.content)) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(".txt"))).decode()


@pytest.fixture(scope="module")
def frames(small: Community) -> dict[str, pl.DataFrame]:
    return truth(small)


def test_numbers_follow_time(frames: dict[str, pl.DataFrame]) -> None:
    for (_,), group in frames["messages"].group_by("group_id", maintain_order=True):
        assert group["message_no"].to_list() == list(range(len(group)))
        assert group["sent_at"].is_sorted()


def test_nobody_writes_outside_a_stay(frames: dict[str, pl.DataFrame]) -> None:
    joined = frames["messages"].join(frames["memberships"], on=["group_id", "member_id"])
    inside = joined.filter(
        (pl.col("sent_at") >= pl.col("joined_at"))
        & (pl.col("left_at").is_null() | (pl.col("sent_at") < pl.col("left_at")))
    )
    assert inside.select("group_id", "message_no").n_unique() == len(frames["messages"])


def test_silent_members_never_write(frames: dict[str, pl.DataFrame]) -> None:
    silent = frames["members"].filter("is_silent").select("group_id", "member_id")
    assert len(silent) > 5
    assert frames["messages"].join(silent, on=["group_id", "member_id"]).is_empty()


def test_replies_point_back_and_never_at_oneself(frames: dict[str, pl.DataFrame]) -> None:
    replies = frames["replies"].filter(pl.col("method") != "list")
    assert (replies["target_no"] < replies["source_no"]).all()
    assert (replies["source_member_id"] != replies["target_member_id"]).all()


def test_every_line_of_every_export_is_accounted_for(small: Community) -> None:
    for group_id in small.groups:
        for month in small.month_starts:
            for export in exports_due(small, group_id, month):
                lines = pl.Series(_text(export).split("\n")[:-1]).str.strip_suffix("\r")
                assert len(lines) == export.n_lines
                assert lines.str.contains(_HEADER).sum() == export.n_entries


def test_default_phones_cover_every_day(frames: dict[str, pl.DataFrame]) -> None:
    assert frames["messages"]["is_covered"].all()
    assert (frames["messages"]["n_exports"] >= 1).all()


def test_a_cut_loses_the_head_and_says_so() -> None:
    plan = SimulationPlan(groups=1, members=20, months=3, messages_per_month=400, seed=2, cut=250)
    messages = truth(simulate(plan))["messages"]
    lost = messages.filter(pl.col("n_exports") == 0)
    assert 0 < len(lost) < len(messages)
    assert not lost["is_covered"].any()
    covered = messages.filter("is_covered")
    assert covered.join(lost, on="local_date").is_empty()


def test_lists_hold_their_participants() -> None:
    activities = truth(simulate(SimulationPlan(groups=1, members=40, months=8, seed=7)))["activities"]
    assert set(activities["kind"]) >= {"rsvp", "donation", "khataman"}
    assert set(activities["kind"]) <= set(ACTIVITY_KINDS)
    assert (activities["participants"].list.len() == activities["participants"].list.n_unique()).all()
    parallel = ("statuses", "amounts", "is_paid", "n_guests", "slots", "is_proxy", "is_on_list")
    for name in parallel:
        assert (activities[name].list.len() == activities["participants"].list.len()).all()
    gifts = activities.filter(pl.col("kind") == "donation")["amounts"].explode()
    assert gifts.is_not_null().all()
    assert gifts.is_between(5_000, 1_500_000).all()


def test_equal_short_messages_within_a_minute_exist() -> None:
    messages = truth(simulate(SimulationPlan(groups=1, months=6, messages_per_month=900, seed=5)))["messages"]
    twice = messages.filter(pl.col("text").is_not_null()).with_columns(pl.col("local_at").dt.truncate("1m"))
    assert twice.group_by("local_at", "member_id", "text").len().filter(pl.col("len") > 1).height > 2


def test_long_texts_are_mostly_unique(frames: dict[str, pl.DataFrame]) -> None:
    long = frames["messages"].filter(pl.col("text").str.len_chars() > 60)["text"]
    assert long.n_unique() / len(long) > 0.9


def _one(levels: Levels, months: int = 12) -> dict[str, pl.DataFrame]:
    plan = SimulationPlan(
        groups=1, members=60, months=months, messages_per_month=1500, seed=11, levels=(levels,)
    )
    return truth(simulate(plan))


def _answered(frames: dict[str, pl.DataFrame]) -> float:
    asked = frames["messages"].filter(pl.col("speech_act").str.contains(r"^minta\..*\.buka$"))
    answers = frames["replies"].filter(pl.col("method").is_in(["request", "mention"]))["target_no"]
    return asked["message_no"].is_in(answers.implode()).mean()


@pytest.mark.parametrize("rate", [0.3, 0.8])
def test_planted_answer_rate(rate: float) -> None:
    assert _answered(_one(Levels(answer_rate=rate))) == pytest.approx(rate, abs=0.09)


def _returned(frames: dict[str, pl.DataFrame]) -> float:
    """Share of answered turns whose author is answered in the next turn by the one he answered."""
    ties = frames["replies"].filter(pl.col("method") == "adjacent")
    back = ties.join(ties, left_on="target_no", right_on="source_no", suffix="_before")
    return (back["source_member_id"] == back["target_member_id_before"]).mean()


def test_planted_reciprocity() -> None:
    low, high = _returned(_one(Levels(reciprocity=0.1))), _returned(_one(Levels(reciprocity=0.8)))
    assert low < 0.25
    assert high > 0.7


def test_planted_decline_and_shock() -> None:
    def months(levels: Levels) -> list[int]:
        messages = _one(levels)["messages"]
        return messages.group_by(pl.col("local_date").dt.month()).len().sort("local_date")["len"].to_list()

    falling = months(Levels(decline=0.05))
    assert falling[11] / falling[0] == pytest.approx(0.95**11, abs=0.12)
    struck = months(Levels(shock_month=5, shock_depth=0.7))
    assert struck[5] / struck[4] == pytest.approx(0.3, abs=0.1)
    assert struck[11] > 0.75 * struck[4]


def test_planted_bridging() -> None:
    def akin(levels: Levels) -> float:
        frames = _one(levels)
        home = frames["members"].select("member_id", "origin_region")
        ties = frames["replies"].filter(pl.col("method") == "adjacent")
        for end in ("source", "target"):
            ties = ties.join(
                home.rename({"origin_region": end}), left_on=f"{end}_member_id", right_on="member_id"
            )
        return (ties["source"] == ties["target"]).mean()

    assert akin(Levels(bridging=0.0)) > akin(Levels(bridging=1.0)) + 0.15


def test_churn_is_planted() -> None:
    calm, restless = (_one(Levels(churn=c))["memberships"]["left_at"].count() for c in (0.0, 0.05))
    assert calm == 0
    assert 12 <= restless <= 60
