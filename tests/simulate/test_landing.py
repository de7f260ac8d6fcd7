"""The landing folder: file names, groups.toml, rosters, speed."""

import csv
import io
import time
import tomllib
from fnmatch import fnmatch
from pathlib import Path

from schemas.config import read_landing
from tasks.simulate import (
    Community,
    SimulationPlan,
    exports_due,
    rosters_due,
    simulate,
    write_groups_toml,
    write_month,
)
from tasks.simulate.rosters import spelled


def test_each_file_matches_one_exporter(small: Community, tmp_path: Path) -> None:
    declared = read_landing(write_groups_toml(small, tmp_path))
    assert declared.study is not None
    names = set()
    for group_id in small.groups:
        exporters = declared.group(group_id).exporters
        for month in small.month_starts:
            for export in exports_due(small, group_id, month):
                found = [
                    exporter for exporter, phone in exporters.items() if fnmatch(export.name, phone.match)
                ]
                assert found == [export.exporter]
                names.add((group_id, export.name))
    assert len(names) == sum(len(exports_due(small, g, m)) for g in small.groups for m in small.month_starts)


def test_groups_toml_declares_shock_and_head_counts(tmp_path: Path) -> None:
    community = simulate(SimulationPlan(groups=3, members=10, months=24, messages_per_month=30, seed=1))
    raw = tomllib.loads(write_groups_toml(community, tmp_path).read_text())["groups"]
    assert raw["alhikam-subang"]["shocks"][0]["name"] == "banjir"
    assert raw["santri-karawang"]["participants"][0]["n"] >= 8
    assert raw["kamaliyah-bandung"]["exporters"]["siti"]["admin_from"]


def test_months_add_up_to_the_landing_folder(small: Community, tmp_path: Path) -> None:
    written = [path for month in small.month_starts for path in write_month(small, tmp_path, month)]
    assert len(written) == len(set(written)) == len([p for p in tmp_path.rglob("*") if p.is_file()])


def test_roster_holds_the_members_of_the_day(small: Community) -> None:
    group = small.groups["kamaliyah-bandung"]
    (file,) = rosters_due(small, "kamaliyah-bandung", small.month_starts[5])
    assert file.name == "roster-2023-06.csv"
    rows = list(csv.DictReader(io.StringIO(file.content.decode())))
    expected = {person.member_id: person.name for person in group.roll.people if person.joined <= file.as_of}
    assert {row["No Anggota"]: row["Nama"].strip() for row in rows} == expected
    inside = {row["No Anggota"] for row in rows if row["Di Grup"] == "ya"}
    assert 0 < len(inside) < len(rows)


def test_spellings_of_a_number() -> None:
    assert [spelled("+6281234567890", manner) for manner in range(5)] == [
        "+6281234567890",
        "081234567890",
        "0812-3456-7890",
        "+62 812 3456 7890",
        " 081234567890 ",
    ]


def test_fifty_thousand_messages_in_seconds() -> None:
    begun = time.perf_counter()
    community = simulate(SimulationPlan(groups=1, members=80, months=10, messages_per_month=5000, seed=9))
    lines = sum(
        e.n_lines for m in community.month_starts for e in exports_due(community, "kamaliyah-bandung", m)
    )
    assert len(community.messages) > 45_000
    assert lines > 200_000
    assert time.perf_counter() - begun < 20
