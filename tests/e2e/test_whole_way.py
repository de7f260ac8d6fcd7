"""A simulated community from files to research tables, held against its truth, on both engines."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest

from schemas.catalogue import CODES
from schemas.tables import TABLES
from tasks.run import format_month
from tests.e2e.conftest import Result, run
from tests.e2e.right_status import TOLD, right_statuses
from warehouse.logical_hash import logical_hash
from warehouse.queries import questions
from warehouse.query import query
from warehouse.stages import StageStore

pytestmark = pytest.mark.e2e

#: How one phone writes a mention is not how another does.
MENTION = r"@\x{2068}[^\x{2069}]*\x{2069}|@62\d+"


def said(frame: pl.DataFrame) -> pl.DataFrame:
    """Minute and words of messages, with how often they occur."""
    return (
        frame.filter(pl.col("kind") == "text")
        .select(
            pl.col("sent_at").dt.truncate("1m"),
            text=pl.col("text").fill_null("").str.replace_all(MENTION, "@"),
        )
        .group_by(pl.all())
        .len()
        .sort(pl.all())
    )


def covered(result: Result, group_id: str, frame: pl.DataFrame) -> pl.DataFrame:
    coverage = StageStore(result.workspace.vault, group_id).frame("reconcile", "coverage")
    days = coverage.filter("is_covered")["date"].unique()
    return frame.filter(pl.col("local_date").is_in(days.implode()))


def group_ids(result: Result) -> list[str]:
    return sorted(result.community.groups)


def test_every_message_of_covered_days_is_recovered_exactly(result: Result) -> None:
    for group_id in group_ids(result):
        store = StageStore(result.workspace.vault, group_id).frame("reconcile", "messages")
        true = result.truth["messages"].filter(pl.col("group_id") == group_id)
        found, expected = covered(result, group_id, store), covered(result, group_id, true)
        assert len(expected) > 1500
        assert len(found) == len(expected)
        assert said(found).equals(said(expected))


def test_every_sender_is_the_member_who_wrote(result: Result) -> None:
    """Messages per person agree as multisets, and no person is split or merged."""
    for group_id in group_ids(result):
        fact = result.read(
            f"select m.member_key, m.sent_at, m.kind, m.local_date from core.fact_message m "
            f"join core.dim_group g on g.group_key = m.group_key and g.is_current where g.group_id = '{group_id}'"
        )
        true = result.truth["messages"].filter(pl.col("group_id") == group_id)
        found = covered(result, group_id, fact).group_by("member_key").len()["len"].sort()
        expected = covered(result, group_id, true).group_by("member_id").len()["len"].sort()
        assert found.to_list() == expected.to_list()


def test_every_code_stands_in_every_month(result: Result) -> None:
    rows = result.read("select group_id, month, code, count(*) as n from research.indicator group by 1, 2, 3")
    assert rows["n"].max() == 1
    for _, part in rows.group_by("group_id"):
        months = sorted(part["month"].unique())
        assert months[-1] == result.community.month_starts[-1]
        assert len(part) == len(months) * len(CODES)


def test_every_cell_that_its_row_can_tell_has_the_right_status(result: Result) -> None:
    """Against rules written down apart from the product, in :mod:`tests.e2e.right_status`."""
    cells = result.read(
        "select group_id, month, code, n_den, n_lo, n_hi, coverage, status from core.fact_indicator i "
        "where def_version = (select max(def_version) from core.fact_indicator j where j.code = i.code)"
    )
    for group_id in group_ids(result):
        start = StageStore(result.workspace.vault, group_id).facts("reconcile")["history_start"]
        mine = cells.filter((pl.col("group_id") == group_id) & pl.col("code").is_in(list(TOLD)))
        told = right_statuses(mine, dt.date.fromisoformat(start))
        assert len(told) >= 6 * len(TOLD)
        wrong = told.filter(pl.col("right") != pl.col("status")).select("month", "code", "status", "right")
        assert wrong.rows() == []


def test_fifteen_indicators_of_five_facets_have_values(result: Result) -> None:
    rows = result.read(
        "select distinct i.code, d.facet from research.indicator i join core.dim_indicator d on d.code = i.code "
        "where i.value is not null and i.ci_low is not null and i.n_num is not null and i.n_den is not null"
    )
    assert rows["code"].n_unique() >= 15
    assert rows["facet"].n_unique() >= 5


def test_a_value_is_there_exactly_when_its_status_says_so(result: Result) -> None:
    rows = result.read("select value, status from research.indicator")
    has_value = rows["value"].is_not_null()
    assert (has_value == rows["status"].is_in(["ok", "partial"])).all()


def test_active_members_agree_with_the_truth(result: Result) -> None:
    """Numerator of active_member_share against people who truly wrote, weighed by their days of presence."""
    group_id = group_ids(result)[0]
    rows = result.read(
        f"select month, n_num, n_den, status from research.indicator where code = 'active_member_share' "
        f"and group_id = '{group_id}' order by month"
    )
    true = (
        result.truth["messages"]
        .filter(pl.col("group_id") == group_id, ~pl.col("is_deleted"))
        .group_by(month=pl.col("local_date").dt.truncate("1mo"))
        .agg(active=pl.col("member_id").n_unique())
    )
    both = rows.filter(pl.col("status") == "ok").join(true, on="month")
    assert len(both) >= 5
    assert ((both["n_num"] - both["active"]).abs() <= 2.5).all()


def test_snapshots_are_named_after_their_months(result: Result) -> None:
    known = result.read("select snapshot_id, month from core.dim_snapshot order by created_at")
    assert [name[:7] for name in known["snapshot_id"]] == [format_month(month) for month in known["month"]]
    assert len(known) == len(result.receipts) == 3
    assert result.read("select distinct snapshot_id from research.indicator").rows() == [
        (known["snapshot_id"][-1],)
    ]


def test_vintages_hold_changed_cells_only(result: Result) -> None:
    """The first snapshot writes every cell, the later ones what is new or changed."""
    counts = result.read(
        "select snapshot_id, count(*) as n from core.fact_indicator_vintage group by 1 order by 1"
    )["n"].to_list()
    cells = result.read("select count(*) as n from core.fact_indicator")["n"].item()
    assert counts[0] >= 6 * len(CODES)
    assert sum(counts) < 1.5 * cells


def test_a_release_is_there_for_each_snapshot_and_verifies(result: Result) -> None:
    from tasks.publish.release import verify_release

    for receipt in result.receipts:
        assert receipt.release is not None
        assert verify_release(result.workspace.releases / str(receipt.snapshot_id)) > 20


def test_running_again_changes_nothing(result: Result) -> None:
    from flows.monthly import monthly

    before = logical_hash(result.warehouse)
    again = run(monthly, result.home, month=format_month(result.community.month_starts[-1]))
    assert not again.is_new_snapshot
    assert again.snapshot_id == result.receipts[-1].snapshot_id
    assert logical_hash(result.warehouse) == before
    assert [group.n_new for group in again.groups] == [0, 0]


def test_the_line_account_of_every_file_adds_up(result: Result) -> None:
    files = result.read("select * from ops.file where file_kind = 'export'")
    parts = ["n_messages", "n_events", "n_continuation_lines", "n_rejected_lines"]
    assert (files["n_lines"] == files.select(pl.sum_horizontal(parts)).to_series()).all()
    assert (files["n_rejected_lines"] == 0).all()


def test_history_versions_are_valid(result: Result) -> None:
    members = result.read("select * from core.dim_member").sort("member_key", "valid_from")
    following = members.with_columns(
        next_from=pl.col("valid_from").shift(-1).over("member_key"),
    )
    assert following.filter(
        pl.col("next_from").is_not_null() & (pl.col("valid_to") != pl.col("next_from"))
    ).is_empty()
    current = members.filter("is_current").group_by("member_key").len()
    assert (current["len"] == 1).all()
    assert len(current) == members["member_key"].n_unique()


def test_facts_point_at_members_and_turns_that_exist(result: Result) -> None:
    for table in ("fact_message", "fact_turn", "fact_member_month", "fact_membership"):
        orphans = result.read(
            f"select count(*) as n from core.{table} f "
            "where not exists (select 1 from core.dim_member m where m.member_key = f.member_key)"
        )
        assert orphans["n"].item() == 0, table
    dangling = result.read(
        "select count(*) as n from core.fact_reply r where not exists (select 1 from core.fact_turn t "
        "where t.group_key = r.group_key and t.turn_key = r.target_turn_key)"
    )
    assert dangling["n"].item() == 0


def test_nothing_lies_beyond_the_cut(result: Result) -> None:
    end = result.community.month_starts[-1] + dt.timedelta(days=31 + 4)
    assert result.read("select max(local_date) as last from core.fact_message")["last"].item() < end


def test_every_table_has_a_description(result: Result) -> None:
    described = result.read("select table_name from research.dictionary where entry_kind = 'table'")
    research = {name for name, table in TABLES.items() if table.schema == "research"}
    assert research <= set(described["table_name"])


def test_the_queries_of_the_documents_run(result: Result) -> None:
    root = Path(__file__).resolve().parents[2]
    readme = (root / "README.md").read_text(encoding="utf-8")
    researchers = (root / "docs" / "researchers.md").read_text(encoding="utf-8")
    queries = re.findall(r'solidarity query "([^"]+)"', readme)
    queries += [
        sql
        for block in re.findall(r"```sql\n(.*?)```", researchers, re.S)
        for sql in block.split(";")
        if sql.strip()
    ]
    assert len(queries) >= 3
    for sql in queries:
        assert query(result.workspace.settings.database_url, sql).width >= 3


def test_the_thirteen_questions_are_answered(result: Result) -> None:
    """Each by the warehouse; those that speak of every group have rows."""
    url = result.workspace.settings.database_url
    heights = {name: query(url, one.statement({})).height for name, one in questions().items()}
    assert len(heights) == 13
    assert min(heights[name] for name in ("Q1", "Q2", "Q3", "Q4", "Q11", "Q13")) > 0


def test_the_enclave_holds_consenting_people_only(result: Result) -> None:
    strangers = result.read(
        "select count(*) as n from enclave.member_month e where not exists (select 1 from core.dim_member m "
        "join core.member_permission p on p.member_key = m.member_key and p.may_have_row "
        "join core.dim_group g on g.group_key = p.group_key and g.group_id = e.group_id "
        "where m.pseudonym_key = e.pseudonym_key)"
    )
    assert strangers["n"].item() == 0


def artifacts(month: str) -> dict[str, str]:
    """Prefect's artifacts of a month's run, from its server: key -> content."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

    keys = [f"{kind}-{month}" for kind in ("counts", "changes", "report")]
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(
            artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=keys)), limit=200
        )
    return {one.key: f"{one.data} {one.description}" for one in found if one.key is not None}


def test_prefect_shows_the_month_and_nobody(result: Result) -> None:
    """The table of changes, the counts and a link to the report stand on the server, without anything of a person."""
    receipt = result.receipts[-1]
    shown = artifacts(receipt.month)
    assert set(shown) == {f"{kind}-{receipt.month}" for kind in ("counts", "changes", "report")}
    assert str(receipt.snapshot_id) in shown[f"changes-{receipt.month}"]
    assert "report.html" in shown[f"report-{receipt.month}"]
    for group_id in group_ids(result):
        assert group_id in shown[f"counts-{receipt.month}"]
    truth = result.truth["members"]
    names = {str(name) for column in ("name", "phone") if column in truth.columns for name in truth[column]}
    names |= {path.name for path in (result.home / "landing").rglob("*") if path.suffix in (".txt", ".zip")}
    keys = result.read("select distinct pseudonym_key from core.dim_member")["pseudonym_key"]
    assert len(names) > 30
    text = " ".join(shown.values())
    assert [word for word in [*sorted(names), *keys] if word and word in text] == []
