"""A late export restates the past only through a new snapshot, which lists exactly the cells that changed.

One group of twelve on the roster. Six of them write once a day in January and February 2024, in turn. A second
phone's export, handed in late, shows one message more: on 15 January a seventh member wrote.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from flows.cli import main
from tasks.snapshot.difference import changes_of
from tasks.snapshot.vintages import COMPARED, as_of
from tests.e2e.stagewise import drive
from warehouse.engine import Warehouse
from warehouse.keys import generate
from warehouse.workspace import Workspace

pytestmark = pytest.mark.e2e

WORDS = "Satu Dua Tiga Empat Lima Enam Tujuh Delapan Sembilan Sepuluh Sebelas Duabelas"
MEMBERS = [f"Anggota {word}" for word in WORDS.split()]
JANUARY, FEBRUARY = dt.date(2024, 1, 1), dt.date(2024, 2, 1)
LATE = (
    dt.datetime.combine(dt.date(2024, 1, 15), dt.time(23, 30)),
    MEMBERS[6],
    "saya baru sempat menulis hari ini",
)
Line = tuple[dt.datetime, str, str]


def a_month(first: dt.date, days: int) -> list[Line]:
    noon = dt.datetime.combine(first, dt.time(10))
    return [
        (noon + dt.timedelta(days=day, minutes=day), MEMBERS[day % 6], f"kabar nomor {day} hari ini baik")
        for day in range(days)
    ]


def hand_in(home: Path, name: str, lines: list[Line]) -> None:
    text = "".join(f"{at:%d/%m/%Y %H.%M} - {who}: {said}\n" for at, who, said in sorted(lines))
    (home / "landing" / "uji" / "exports" / name).write_text(text, "utf-8")


def cells(warehouse: Warehouse) -> dict[tuple[object, ...], tuple[object, ...]]:
    """Today's cells, in plain Python, floats to 12 significant digits."""
    rows = warehouse.read(f"SELECT month, code, {', '.join(COMPARED)} FROM core.fact_indicator")
    return {
        (row[0], row[1]): tuple(float(f"{x:.12g}") if isinstance(x, float) else x for x in row[2:])
        for row in rows.iter_rows()
    }


def test_exactly_the_changed_cells(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group = home / "landing" / "uji"
    (group / "exports").mkdir(parents=True)
    (group / "rosters").mkdir()
    rows = "".join(f"{number},{name},2023-01-01,ya\n" for number, name in enumerate(MEMBERS, start=1))
    (group / "rosters" / "roster-2023-12.csv").write_text(f"no anggota,nama,tanggal masuk,di grup\n{rows}")
    generate(home / "vault" / "pseudonym.key")
    january, february = a_month(JANUARY, 31), a_month(FEBRUARY, 29)
    warehouse = Warehouse(Workspace.open().settings.database_url)

    hand_in(home, "Chat A 2024-02-01.txt", january)
    drive("2024-01")
    hand_in(home, "Chat A 2024-03-01.txt", january + february)
    drive("2024-02")
    assert warehouse.read("SELECT * FROM core.fact_revision").is_empty()  # a new month revises nothing
    before = cells(warehouse)
    shown = warehouse.read("SELECT * FROM core.fact_indicator")
    hand_in(home, "Chat B 2024-03-02.txt", [*january, LATE, *february])
    drive("2024-02")
    after = cells(warehouse)

    first, second, third = warehouse.read("SELECT snapshot_id FROM core.dim_snapshot ORDER BY created_at, 1")[
        "snapshot_id"
    ].to_list()
    assert second[:7] == third[:7] == "2024-02"  # two snapshots of one month
    changed = {cell for cell in before.keys() | after.keys() if before.get(cell) != after.get(cell)}
    revision = warehouse.read("SELECT * FROM core.fact_revision")
    assert set(revision.select("month", "code").iter_rows()) == changed
    assert revision.height == len(changed) > 1
    assert set(revision["reason"]) == {"new_data"}
    assert set(revision.select("from_snapshot_id", "snapshot_id").iter_rows()) == {(second, third)}
    vintage = warehouse.read("SELECT * FROM core.fact_indicator_vintage")
    of_third = vintage.filter(pl.col("snapshot_id") == third)
    assert set(of_third.select("month", "code").iter_rows()) == changed

    # by hand: six of twelve, then seven of twelve, in January alone
    shares = revision.filter(pl.col("code") == "active_member_share")
    assert shares.select("month", "old_value", "new_value").rows() == [
        (JANUARY, 6 / 12, pytest.approx(7 / 12))
    ]
    # of one month, what looks at that month alone; windows of three months see January from February as well
    one_month = warehouse.read("SELECT code FROM core.fact_indicator WHERE window_months = 1")["code"]
    late = revision.filter(pl.col("month") == FEBRUARY, pl.col("code").is_in(one_month.implode()))
    assert late.is_empty()

    # the snapshots before it say what they said
    order = [first, second, third]
    stated = as_of(vintage, order, second).select("month", "code", *COMPARED).sort("month", "code")
    assert stated.equals(shown.select("month", "code", *COMPARED).sort("month", "code"))
    assert as_of(vintage, order, first)["month"].max() == JANUARY
    assert changes_of(Workspace.open(), third).select("reason", "n_cells").rows() == [
        ("new_data", len(changed))
    ]

    assert main(["diff", second, third, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []  # twelve people are too few to publish anything about
    assert main(["snapshots", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [row["snapshot_id"] for row in listed] == order
    assert [row["n_revised_cells"] for row in listed] == [0, 0, len(changed)]
    assert [row["n_changed_cells"] for row in listed] == [
        vintage.filter(pl.col("snapshot_id") == one).height for one in order
    ]
