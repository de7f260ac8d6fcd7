"""Synthetic communities, exported by four phones that differ in everything, are recovered exactly."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from schemas.config import Group
from schemas.exports import Landed
from tasks.land.containers import open_chats
from tasks.parse.whatsapp import parse_export
from tasks.reconcile import Export, Reconciled, reconcile
from tasks.simulate import Community, Phone, SimulationPlan, exports_due, simulate, truth

#: Day or month first, seconds or minutes, two zones and languages, media, a short memory, a late joiner.
PHONES = (
    Phone(exporter="a", layout="android_id", owner=1, saved_share=0.9, clears_yearly=True),
    Phone(
        exporter="b", layout="ios_id", owner=0, every=2, first=1, archive=True, saved_share=0.6, utc_offset=8
    ),
    Phone(
        exporter="c",
        layout="android_us",
        owner=3,
        every=3,
        first=2,
        joins_after=2,
        archive=True,
        saved_share=0.4,
        media=True,
    ),
    Phone(exporter="d", layout="ios_us", owner=2, every=3, first=3, saved_share=0.2, cut=900),
)
ORDER = {"a": "dmy", "b": "dmy", "c": "mdy", "d": "mdy"}
SEEDS = [3, 15, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(20) if seed not in (3, 15))]


def _exports(community: Community, group_id: str) -> list[Export]:
    made = []
    for month in community.month_starts:
        for file in exports_due(community, group_id, month):
            for chat in open_chats(file.content, file.name):
                parsed = parse_export(chat.text, date_order=ORDER[file.exporter])  # type: ignore[arg-type]  # literals
                landed = Landed(
                    file_id=parsed.meta.file_id,
                    group_id=group_id,
                    exporter_no=sorted(ORDER).index(file.exporter),
                    stated_date=chat.stated_date,
                    timezone=None,
                )
                made.append(Export(parsed.meta, landed, parsed.frame))
    return made


@pytest.fixture(scope="module", params=SEEDS)
def case(request: pytest.FixtureRequest) -> tuple[list[Export], Reconciled, pl.DataFrame]:
    """Exports of a community, the store made from them, and the true messages, all of them."""
    plan = SimulationPlan(
        groups=1, members=40, months=6, messages_per_month=300, seed=request.param, phones=(PHONES,),
        nicknames=True, late_changes=True,
    )  # fmt: skip
    community = simulate(plan)
    (group_id,) = community.groups
    exports = _exports(community, group_id)
    return exports, reconcile(exports, Group()), truth(community)["messages"].sort("message_no")


def test_messages_authors_and_witnesses_are_the_true_ones(
    case: tuple[list[Export], Reconciled, pl.DataFrame],
) -> None:
    exports, store, true = case
    seen = true.filter(pl.col("n_exports") > 0)
    minute = pl.col("sent_at").dt.truncate("1m")
    assert store.messages.select(minute)["sent_at"].to_list() == seen.select(minute)["sent_at"].to_list()
    assert store.messages["n_exports"].to_list() == seen["n_exports"].to_list()
    pairs = pl.DataFrame({"person_no": store.messages["person_no"], "member_id": seen["member_id"]}).unique()
    assert pairs["person_no"].is_unique().all()
    assert pairs["member_id"].is_unique().all()
    assert {minutes for minutes, _ in store.offsets.values()} == {420, 480}
    assert len(exports) == 12


def test_edits_and_deletions_are_the_true_ones(case: tuple[list[Export], Reconciled, pl.DataFrame]) -> None:
    """Of changes between exports those that some export made afterwards can show."""
    exports, store, true = case
    seen = true.filter(pl.col("n_exports") > 0)
    found = store.messages.select("export_ids", "kind", g_edited="is_edited").hstack(
        seen.drop("kind", "n_exports")
    )
    shown = {export.file_id: dt.datetime.combine(export.shown_on, dt.time()) for export in exports}
    latest = (
        pl.col("export_ids")
        .list.eval(pl.element().replace_strict(shown, return_dtype=pl.Datetime("us")))
        .list.max()
    )
    could_show = pl.col("changed_at").is_null() | (pl.col("changed_at") < latest - pl.duration(days=1))
    sure = found.filter(could_show)
    assert sure.filter((pl.col("kind") == "deleted") != pl.col("is_deleted")).is_empty()
    edited = pl.col("is_edited") | (pl.col("change") == "edited").fill_null(False)
    assert sure.filter(~pl.col("is_deleted") & (pl.col("g_edited") != edited)).is_empty()
    assert found.filter((pl.col("kind") == "deleted") & ~pl.col("is_deleted")).is_empty()


def test_nothing_is_missing_on_covered_days(case: tuple[list[Export], Reconciled, pl.DataFrame]) -> None:
    _, store, true = case
    days = store.coverage.filter("is_covered")["date"].unique()
    assert true.filter(pl.col("local_date").is_in(days.implode()) & (pl.col("n_exports") == 0)).is_empty()
    whole = true.filter("is_covered")["local_date"].unique()
    assert set(whole.to_list()) <= set(days.to_list())
    assert not store.coverage["is_gap"].any()


def test_order_of_exports_does_not_matter(case: tuple[list[Export], Reconciled, pl.DataFrame]) -> None:
    exports, store, _ = case
    again = reconcile(exports[::-1], Group())
    for name in ("messages", "events", "changes", "labels", "conflicts", "coverage"):
        assert getattr(store, name).equals(getattr(again, name)), name
