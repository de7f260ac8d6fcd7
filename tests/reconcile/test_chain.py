"""Synthetic communities, exported by four phones that differ in everything, are recovered exactly.

What differs changes with the seed: size and pace of the group, the phones' layouts, languages, clocks, names,
precision, media, how often they export, what they hold, who joined late.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

import polars as pl
import pytest

from schemas.config import Group
from schemas.exports import Landed
from tasks.land.containers import open_chats
from tasks.parse.whatsapp import parse_export
from tasks.reconcile import Export, Reconciled, reconcile
from tasks.reconcile.digest import digest
from tasks.simulate import Community, Phone, SimulationPlan, exports_due, simulate, truth
from tasks.simulate.community import ExportFile
from tasks.simulate.layouts import SHAPES
from tests.reconcile.handmade import DIGEST_KEY

SEEDS = [3, 15, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(20) if seed not in (3, 15))]
NAMES = "abcd"


@dataclass(frozen=True)
class Case:
    """A community of one group, its exports with the months after which they were made, and the truth."""

    community: Community
    files: list[tuple[int, ExportFile, Export]]
    true: pl.DataFrame

    def exports(self, months: int = 99) -> list[Export]:
        """The exports made after the first months."""
        return [export for month, _, export in self.files if month < months]


def plan_of(seed: int) -> SimulationPlan:
    """A group and its four phones, drawn from the seed."""
    draw = random.Random(seed)  # noqa: S311 - a plan, no secret
    layouts = draw.sample(sorted(SHAPES), 4)
    away = draw.randint(1, 3)  # one phone lives in another zone; alone, the first could not be told from it
    phones = tuple(
        Phone(
            exporter=name,
            layout=layouts[number],  # type: ignore[arg-type]  # one of the literals
            owner=number,
            every=(1, 2, 3, 3)[number],
            first=(0, 1, 2, 3)[number],
            late_days=draw.randint(1, 6),
            archive=draw.random() < 0.5,
            media=number == 2,
            clears_yearly=number == 0 and draw.random() < 0.5,
            joins_after=draw.choice([0, 1, 2]) if number == 2 else 0,
            utc_offset=draw.choice([8, 9]) if number == away else 7,
            saved_share=draw.choice([0.1, 0.3, 0.5, 0.7, 0.9]),
            cut=draw.choice([400, 700, 1_000]) if number == 3 else None,
        )
        for number, name in enumerate(NAMES)
    )
    return SimulationPlan(
        groups=1,
        members=draw.choice([12, 25, 40, 80]),
        months=draw.randint(5, 8),
        first_month=dt.date(2023, draw.randint(1, 12), 1),
        messages_per_month=draw.choice([120, 300, 500]),
        seed=seed,
        phones=(phones,),
        nicknames=True,
        late_changes=True,
    )


def _landed(community: Community) -> list[tuple[int, ExportFile, Export]]:
    (group_id,) = community.groups
    order = {
        phone.exporter: "mdy" if SHAPES[phone.layout].day.startswith("%-m") else "dmy"
        for phone in community.plan.phones_of(0)
    }
    made = []
    for index, month in enumerate(community.month_starts):
        for file in exports_due(community, group_id, month):
            for chat in open_chats(file.content, file.name):
                parsed = parse_export(chat.text, date_order=order[file.exporter])  # type: ignore[arg-type]  # literals
                landed = Landed(
                    file_id=parsed.meta.file_id,
                    group_id=group_id,
                    exporter_no=NAMES.index(file.exporter),
                    stated_date=chat.stated_date,
                    timezone=None,
                )
                made.append((index, file, Export(parsed.meta, landed, digest(parsed.frame, DIGEST_KEY))))
    return made


@pytest.fixture(scope="module", params=SEEDS)
def case(request: pytest.FixtureRequest) -> Case:
    community = simulate(plan_of(request.param))
    return Case(community, _landed(community), truth(community)["messages"].sort("message_no"))


@pytest.fixture(scope="module")
def store(case: Case) -> Reconciled:
    """The store made from all exports."""
    return reconcile(case.exports(), Group())


def test_messages_authors_and_witnesses_are_the_true_ones(case: Case, store: Reconciled) -> None:
    seen = case.true.filter(pl.col("n_exports") > 0)
    minute = pl.col("sent_at").dt.truncate("1m")
    assert store.messages.select(minute)["sent_at"].to_list() == seen.select(minute)["sent_at"].to_list()
    assert store.messages["n_exports"].to_list() == seen["n_exports"].to_list()
    pairs = pl.DataFrame({"person_no": store.messages["person_no"], "member_id": seen["member_id"]}).unique()
    assert pairs["person_no"].is_unique().all()
    assert pairs["member_id"].is_unique().all()


def test_each_phone_has_its_true_clock(case: Case, store: Reconciled) -> None:
    hours = {number: phone.utc_offset for number, phone in enumerate(case.community.plan.phones_of(0))}
    for export in case.exports():
        assert store.offsets[export.file_id][0] == 60 * hours[export.landed.exporter_no]


def test_edits_and_deletions_are_the_true_ones(case: Case, store: Reconciled) -> None:
    """Of changes between exports those that some export made afterwards can show."""
    seen = case.true.filter(pl.col("n_exports") > 0)
    found = store.messages.select("export_ids", "kind", g_edited="is_edited").hstack(
        seen.drop("kind", "n_exports")
    )
    shown = {export.file_id: dt.datetime.combine(export.shown_on, dt.time()) for export in case.exports()}
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


def test_nothing_is_missing_on_covered_days(case: Case, store: Reconciled) -> None:
    days = store.coverage.filter("is_covered")["date"].unique()
    unseen = case.true.filter(pl.col("n_exports") == 0)
    assert unseen.filter(pl.col("local_date").is_in(days.implode())).is_empty()
    assert not store.coverage["is_gap"].any()


def test_each_phone_covers_the_days_between_its_first_line_and_its_export(
    case: Case, store: Reconciled
) -> None:
    covered = set(store.coverage.filter("is_covered").select("date", "exporter_no").rows())
    epoch = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock
    for _, file, export in case.files:
        first, last = ((epoch + dt.timedelta(seconds=at)).date() for at in (file.first, file.last))
        joined = case.community.plan.phones_of(0)[export.landed.exporter_no].joins_after
        between = [first + dt.timedelta(days=n) for n in range(1, (last - first).days)]
        assert {(day, export.landed.exporter_no) for day in between} <= covered or joined


def test_order_of_exports_does_not_matter(case: Case, store: Reconciled) -> None:
    again = reconcile(case.exports()[::-1], Group())
    for name in ("messages", "events", "changes", "labels", "conflicts", "coverage"):
        assert getattr(store, name).equals(getattr(again, name)), name


def test_what_exceeds_the_covered_truth_lies_on_days_seen_in_part(case: Case) -> None:
    """After any month the store holds what its exports show, no message more and none less.

    It also holds what was seen of days that no export shows whole: these messages are true, and their days
    are not covered. Whoever compares with the truth of covered days alone finds them in excess.
    """
    for months in range(1, case.community.plan.months + 1):
        files = [(file, export) for month, file, export in case.files if month < months]
        if not files:
            continue
        seen = pl.concat([pl.Series(file.message_nos, dtype=pl.Int64) for file, _ in files]).unique()
        true = case.true.filter(pl.col("message_no").is_in(seen.implode()))
        part = reconcile([export for _, export in files], Group())
        minute = pl.col("sent_at").dt.truncate("1m")
        assert part.messages.select(minute)["sent_at"].to_list() == true.select(minute)["sent_at"].to_list()
        missing = case.true.filter(~pl.col("message_no").is_in(seen.implode()))["local_date"].unique()
        covered = part.coverage.filter("is_covered")["date"].unique()
        assert not set(missing.to_list()) & set(covered.to_list())
