"""What coders found of the words is in the indicators from the next run on, and in a rebuilt snapshot as it was."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tasks.evaluate.kit import judged_words, state_judged
from tasks.run import format_month
from tasks.simulate import Phone, SimulationPlan, simulate, write_landing
from tasks.snapshot.rebuild import rebuild
from tests.e2e.stagewise import drive
from warehouse.engine import Warehouse
from warehouse.keys import generate
from warehouse.workspace import Workspace

pytestmark = pytest.mark.e2e

#: Category, precision and recall with their intervals: 4 in 5 hits are right, half of all is found. An index holds
#: what rests on greetings, none the rate of conflict.
JUDGED = (
    ("conflict", 0.8, 0.7, 0.9, 0.5, 0.4, 0.6),
    ("gratitude", None, None, None, None, None, None),
    ("greeting_ritual", 0.8, 0.7, 0.9, 0.5, 0.4, 0.6),
)


def test_coders_figures_reach_the_companions_and_the_manifest(home: Path) -> None:
    # as many months as the base period of an index has, whose intervals the coders' figures change
    phone = Phone(exporter="siti", layout="android_id", owner=0, every=12, first=11)
    plan = SimulationPlan(
        groups=1, members=24, months=12, messages_per_month=420, seed=3, phones=((phone,),), cut=10**6
    )
    community = simulate(plan)
    write_landing(community, home)
    workspace = Workspace.open()
    generate(workspace.key_file)
    month = format_month(community.month_starts[-1])
    drive(month)
    (group,) = workspace.vault.names("groups")
    assert judged_words(workspace, group) == ()
    state_judged(workspace, group, JUDGED)
    assert judged_words(workspace, group) == JUDGED
    drive(month)

    warehouse = Warehouse(workspace.settings.database_url)
    told = warehouse.read(
        "SELECT d.month, d.snapshot_id, d.value AS corrected, d.ci_high AS corrected_high, i.value, i.ci_high "
        "FROM core.fact_indicator_detail d JOIN core.fact_indicator i USING (group_key, month, code, def_version) "
        "WHERE d.code = 'conflict_rate' AND d.detail = 'corrected' AND i.value IS NOT NULL"
    )
    assert told["snapshot_id"].n_unique() == 1  # none before the coders spoke
    for right, plain in (("corrected", "value"), ("corrected_high", "ci_high")):
        assert told[right].to_list() == pytest.approx([1.6 * value for value in told[plain]])
    revised = warehouse.read("SELECT code, reason FROM core.fact_revision")
    assert set(revised.rows()) == {("idx_mechanical", "lexicon")}
    first, second = warehouse.read("SELECT snapshot_id FROM core.dim_snapshot ORDER BY created_at")[
        "snapshot_id"
    ]
    assert told["snapshot_id"].unique().to_list() == [second]
    for snapshot_id in (first, second):
        assert rebuild(workspace, snapshot_id).is_same, snapshot_id


def test_figures_of_another_lexicon_say_nothing(home: Path) -> None:
    workspace = Workspace.open()
    state_judged(workspace, "uji", JUDGED)
    name = "evaluation/uji/core.lexicon_eval.parquet"
    older = workspace.vault.read_frame(name).with_columns(lexicon_version=pl.lit("older"))
    workspace.vault.write_frame(name, older)
    assert judged_words(workspace, "uji") == ()
